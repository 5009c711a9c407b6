//! Statutory time limits: one arithmetic for all of them. Adds no days by hand anywhere else.

use super::calendar::Calendar;
use crate::base::Day;
use serde::{Deserialize, Serialize};

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 工作日 (行政处罚法 art. 85 for 二日、三日、五日、七日)
    Working,
    /// 日 (自然日); an end on a rest day moves to the next working day.
    Calendar,
    /// 小时, rounded up to whole days; an end on a rest day stays.
    Hours,
}

impl Unit {
    /// The word that follows the number: 个工作日, 日, 小时.
    pub fn label(self) -> &'static str {
        match self {
            Unit::Working => "个工作日",
            Unit::Calendar => "日",
            Unit::Hours => "小时",
        }
    }
}

/// The last day of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// Last day on which the act is in time.
    pub due: Day,
    /// A year without an official table was touched; the day may still move.
    pub provisional: bool,
}

/// The last day of `n` `unit`s after `start`.
///
/// The start day is not counted; days within `paused` (both ends included) do not run; a calendar
/// period that ends on a rest day ends on the first working day after it (市场监管程序规定 art. 80).
/// Years without a table count Monday to Friday and make the answer provisional. Stops at year 9999.
pub fn deadline(
    calendar: &Calendar,
    start: Day,
    n: u32,
    unit: Unit,
    paused: &[(Day, Day)],
) -> Deadline {
    let mut left = if unit == Unit::Hours { n.div_ceil(24) } else { n };
    let mut at = Deadline { due: start, provisional: false };
    while left > 0 {
        let Ok(next) = at.due.tomorrow() else { break };
        at.due = next;
        let runs = !paused.iter().any(|(from, to)| (*from..=*to).contains(&next));
        let counts = match unit {
            Unit::Working => {
                let (working, provisional) = calendar.assume_working(next);
                at.provisional |= provisional;
                working
            }
            Unit::Calendar | Unit::Hours => true,
        };
        left -= u32::from(runs && counts);
    }
    match unit {
        Unit::Calendar if n > 0 => moved_to_work(calendar, at),
        _ => at,
    }
}

/// The last day of `months` calendar months after `start`, moved off rest days.
/// 31 January plus one month ends on the last of February.
pub fn months_after(calendar: &Calendar, start: Day, months: u32) -> Deadline {
    let span = jiff::Span::new().try_months(months).unwrap_or_default();
    let due = start.checked_add(span).unwrap_or(Day::MAX);
    moved_to_work(calendar, Deadline { due, provisional: false })
}

/// The same day `years` later; 29 February becomes the 28th. Rest days do not move it.
pub fn years_after(start: Day, years: u32) -> Day {
    let span = jiff::Span::new().try_years(years).unwrap_or_default();
    start.checked_add(span).unwrap_or(Day::MAX)
}

/// How many working days lie after `from` up to and including `to`; 0 when `to` is not later.
pub fn working_days_left(calendar: &Calendar, from: Day, to: Day) -> u32 {
    let mut count = 0;
    let mut day = from;
    while day < to {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        count += u32::from(calendar.assume_working(day).0);
    }
    count
}

fn moved_to_work(calendar: &Calendar, mut at: Deadline) -> Deadline {
    loop {
        let (working, provisional) = calendar.assume_working(at.due);
        at.provisional |= provisional;
        match at.due.tomorrow() {
            Ok(next) if !working => at.due = next,
            _ => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn builtin() -> Calendar {
        Calendar::from_toml(crate::law::builtin_files()).unwrap()
    }

    /// Start, then the ends of +2 +3 +5 +7 +10 +20 working days.
    const VECTORS: &[(&str, [&str; 6])] = &[
        (
            "2024-02-07",
            ["2024-02-09", "2024-02-18", "2024-02-20", "2024-02-22", "2024-02-27", "2024-03-12"],
        ),
        (
            "2024-09-27",
            ["2024-09-30", "2024-10-08", "2024-10-10", "2024-10-12", "2024-10-16", "2024-10-30"],
        ),
        (
            "2025-01-24",
            ["2025-01-27", "2025-02-05", "2025-02-07", "2025-02-10", "2025-02-13", "2025-02-27"],
        ),
        (
            "2025-04-25",
            ["2025-04-28", "2025-04-29", "2025-05-06", "2025-05-08", "2025-05-13", "2025-05-27"],
        ),
        (
            "2025-09-26",
            ["2025-09-29", "2025-09-30", "2025-10-10", "2025-10-13", "2025-10-16", "2025-10-30"],
        ),
        (
            "2025-12-24",
            ["2025-12-26", "2025-12-29", "2025-12-31", "2026-01-05", "2026-01-08", "2026-01-22"],
        ),
        (
            "2025-12-31",
            ["2026-01-05", "2026-01-06", "2026-01-08", "2026-01-12", "2026-01-15", "2026-01-29"],
        ),
        (
            "2026-02-11",
            ["2026-02-13", "2026-02-14", "2026-02-25", "2026-02-27", "2026-03-03", "2026-03-17"],
        ),
        (
            "2026-02-13",
            ["2026-02-24", "2026-02-25", "2026-02-27", "2026-03-02", "2026-03-05", "2026-03-19"],
        ),
        (
            "2026-04-30",
            ["2026-05-07", "2026-05-08", "2026-05-11", "2026-05-13", "2026-05-18", "2026-06-01"],
        ),
        (
            "2026-09-18",
            ["2026-09-21", "2026-09-22", "2026-09-24", "2026-09-29", "2026-10-09", "2026-10-22"],
        ),
        (
            "2026-09-28",
            ["2026-09-30", "2026-10-08", "2026-10-10", "2026-10-13", "2026-10-16", "2026-10-30"],
        ),
        (
            "2026-11-20",
            ["2026-11-24", "2026-11-25", "2026-11-27", "2026-12-01", "2026-12-04", "2026-12-18"],
        ),
    ];

    #[test]
    fn published_vectors() {
        let calendar = builtin();
        for (start, ends) in VECTORS {
            for (n, end) in [2, 3, 5, 7, 10, 20].into_iter().zip(ends) {
                let got = deadline(&calendar, start.parse().unwrap(), n, Unit::Working, &[]);
                let expected = Deadline { due: end.parse().unwrap(), provisional: false };
                assert_eq!(got, expected, "{start} +{n}");
            }
        }
    }

    #[test]
    fn calendar_periods_end_on_working_days_and_pauses_do_not_run() {
        let calendar = builtin();
        let due =
            |start, n, paused: &[_]| deadline(&calendar, start, n, Unit::Calendar, paused).due;
        // The fifteenth day falls on Saturday of the National Day span; the first working day is the 8th.
        assert_eq!(due(date(2026, 9, 18), 15, &[]), date(2026, 10, 8));
        assert_eq!(due(date(2026, 11, 2), 15, &[]), date(2026, 11, 17));
        let pause = (date(2026, 11, 4), date(2026, 11, 6));
        assert_eq!(due(date(2026, 11, 2), 15, &[pause]), date(2026, 11, 20));
        // A pause that covers the start only does not add the uncounted start day.
        assert_eq!(
            due(date(2026, 11, 2), 15, &[(date(2026, 11, 1), date(2026, 11, 2))]),
            date(2026, 11, 17)
        );
        let hours = deadline(&calendar, date(2026, 10, 1), 24, Unit::Hours, &[]);
        assert_eq!(hours.due, date(2026, 10, 2));
        assert_eq!(months_after(&calendar, date(2025, 8, 31), 6).due, date(2026, 2, 28));
        assert_eq!(years_after(date(2024, 2, 29), 2), date(2026, 2, 28));
    }

    #[test]
    fn years_without_a_notice_are_flagged() {
        let calendar = builtin();
        let end = |start| deadline(&calendar, start, 5, Unit::Working, &[]);
        assert!(end(date(2026, 12, 30)).provisional);
        assert!(!end(date(2026, 12, 21)).provisional);
        assert!(end(date(2030, 5, 1)).provisional);
        assert_eq!(working_days_left(&calendar, date(2026, 11, 24), date(2026, 11, 27)), 3);
        assert_eq!(working_days_left(&calendar, date(2026, 11, 27), date(2026, 11, 24)), 0);
    }

    proptest! {
        #[test]
        fn later_starts_and_longer_periods_never_end_earlier(
            shift in 0i32..1400, n in 0u32..60, more in 0u32..5, unit in 0usize..3,
            pause_from in 0i32..1400, pause_days in 0i32..40,
        ) {
            let calendar = builtin();
            let unit = [Unit::Working, Unit::Calendar, Unit::Hours][unit];
            let day = |n: i32| date(2024, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap();
            let pause = [(day(pause_from), day(pause_from + pause_days))];
            let end = |start, n| deadline(&calendar, start, n, unit, &pause).due;
            let base = end(day(shift), n);
            prop_assert!(base >= day(shift));
            prop_assert!(end(day(shift), n + more) >= base);
            prop_assert!(end(day(shift + 1), n) >= base);
            prop_assert!(deadline(&calendar, day(shift), n, unit, &[]).due <= base);
            if unit == Unit::Working && n > 0 {
                prop_assert!(calendar.assume_working(base).0);
            }
        }

        #[test]
        fn no_start_and_no_length_overflows(year in -9000i16..9999, n in 0u32..40_000) {
            let calendar = builtin();
            deadline(&calendar, date(year, 12, 31), n, Unit::Calendar, &[]);
            months_after(&calendar, date(year, 12, 31), u32::MAX - n);
            years_after(date(year, 12, 31), u32::MAX - n);
        }
    }
}
