//! Dates as published: a day, a coarser period, or a doubt. Never completes a date, never guesses the order
//! of its parts.

use super::numerals::digit;
use crate::base::Day;

/// What a date cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read {
    Day(Day),
    /// A month, quarter, half-year or year, as published.
    Coarse(String),
    /// Why it cannot be told, in Chinese.
    Unclear(&'static str),
}

/// Reads a cell that is not blank.
pub(super) fn read(text: &str) -> Read {
    let text: String = text.trim().chars().map(narrow).collect();
    let numbers: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|s| !s.is_empty()).collect();
    let marks: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let year_first = numbers.first().is_some_and(|first| first.len() == 4);
    match (marks.as_str(), numbers.as_slice()) {
        ("--" | "//" | ".." | "年月日", [year, month, date]) if year_first => {
            day(year, month, date)
        }
        // 2019-10-10 00:00:00, with or without T and a fraction: the day is stated, the hour is not asked for.
        (
            "-- ::" | "--T::" | "// ::" | "// :" | "-- :" | "-- ::." | "--T::.",
            [year, month, date, ..],
        ) if year_first => day(year, month, date),
        ("", [all]) if all.len() == 8 => day(&all[..4], &all[4..6], &all[6..]),
        ("", [all]) if all.len() == 5 => {
            Read::Unclear("像是电子表格的日期序号，原来的日期不能确定")
        }
        ("", [all]) if all.len() >= 10 => {
            Read::Unclear("像是计算机时间戳，没有写明时区，不能确定是哪一天")
        }
        ("年月", [year, month]) if year_first => match day(year, month, "1") {
            Read::Day(_) => Read::Coarse(text),
            unclear => unclear,
        },
        ("-" | "/" | ".", [year, month]) if year_first && month.len() <= 2 => {
            match day(year, month, "1") {
                Read::Day(_) => Read::Coarse(text),
                unclear => unclear,
            }
        }
        ("年", [year]) if year_first => match day(year, "1", "1") {
            Read::Day(_) => Read::Coarse(text),
            unclear => unclear,
        },
        _ if period(&text).is_some_and(|found| found == text) => Read::Coarse(text),
        _ if names_month(&text) => {
            Read::Unclear("被电子表格改写过，是某年某月还是某月某日不能确定")
        }
        ("--T::Z" | "--T::.Z" | "--T::+:", _) => Read::Unclear("带有时区，不能确定是哪一天"),
        _ => Read::Unclear("不是可以识别的日期"),
    }
}

/// The quarter, half-year, month or year a free text begins with, such as `2017年第一季度`.
pub(super) fn period(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let year = text.get(..4).filter(|y| y.bytes().all(|b| b.is_ascii_digit()))?;
    if !matches!(day(year, "1", "1"), Read::Day(_)) {
        return None;
    }
    let after = text.get(4..)?.strip_prefix('年')?;
    let parts = [
        "第一季度",
        "第二季度",
        "第三季度",
        "第四季度",
        "一季度",
        "二季度",
        "三季度",
        "四季度",
        "上半年",
        "下半年",
    ];
    if let Some(part) = parts.iter().find(|part| after.starts_with(**part)) {
        return text.get(..text.len() - after.len() + part.len());
    }
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let month = after.get(..digits).filter(|_| after[digits..].starts_with('月'));
    match month.map(|month| day(year, month, "1")) {
        Some(Read::Day(_))
            if !after[digits + "月".len()..].starts_with(|c: char| c.is_ascii_digit()) =>
        {
            text.get(..bytes.len() - after.len() + digits + "月".len())
        }
        Some(_) => None,
        None => text.get(..4 + "年".len()),
    }
}

fn day(year: &str, month: &str, date: &str) -> Read {
    let (Ok(y), Ok(m), Ok(d)) = (year.parse::<i16>(), month.parse::<i8>(), date.parse::<i8>())
    else {
        return Read::Unclear("不是可以识别的日期");
    };
    match Day::new(y, m, d) {
        // 1900-01-01 is what spreadsheets make of an empty cell.
        Ok(_) if y < 1949 => Read::Unclear("早于 1949 年，像是空值被改写而成"),
        Ok(day) => Read::Day(day),
        Err(_) => Read::Unclear("日历上没有这一天"),
    }
}

fn names_month(text: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.to_lowercase();
    let mut parts = lower.split(['-', '/', ' ']);
    parts.any(|part| MONTHS.contains(&part)) || lower.ends_with('月') && lower.contains('-')
}

fn narrow(c: char) -> char {
    digit(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_periods_and_doubts() {
        let same = Read::Day(jiff::civil::date(2019, 10, 9));
        for text in [
            "2019-10-09",
            "2019/10/9",
            "2019年10月9日",
            "20191009",
            "2019.10.9",
            " ２０１９-10-09 ",
            "2019-10-09 00:00:00",
            "2019-10-09T00:00:00",
            "2019/10/9 0:00",
        ] {
            assert_eq!(read(text), same, "{text}");
        }
        for text in ["2017年11月", "2017-11", "2017/1", "2017年", "2017年第一季度"] {
            assert_eq!(read(text), Read::Coarse(text.into()));
        }
        for text in [
            "Oct-17",
            "17-Oct",
            "Oct 17",
            "10月-17",
            "43017",
            "1570579200000",
            "2019-02-30",
            "1900-01-00",
            "1900/1/1",
            "10/9/2019",
            "09-10-19",
            "2019-13",
            "2017年13月",
            "2019-10-09T00:00:00Z",
            "昨天",
            "#####",
        ] {
            assert!(matches!(read(text), Read::Unclear(_)), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn a_batch_names_its_quarter() {
        assert_eq!(period("2017年第一季度国家重点监控企业"), Some("2017年第一季度"));
        assert_eq!(period("2018年3月名单"), Some("2018年3月"));
        assert_eq!(period("2018年名单"), Some("2018年"));
        assert_eq!(period("2018年3月5日名单"), None);
        assert_eq!(period("第一季度名单"), None);
    }

    proptest! {
        #[test]
        fn any_string_is_survived(text in any::<String>(), near in "[0-9年月日/.\\-: TZOct季度第一]{0,20}") {
            let _ = (read(&text), period(&text), read(&near), period(&near));
        }

        #[test]
        fn every_day_is_read_back(days in 0i64..40_000) {
            let day = jiff::civil::date(1949, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            prop_assert_eq!(read(&day.to_string()), Read::Day(day));
        }
    }
}
