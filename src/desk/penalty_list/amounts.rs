//! Amounts of yuan in free Chinese text, each with how it stands there: stated, a bound, a rate, an operand.
//! Never decides what an amount is for, never rounds.

use super::numerals::{self, SCALE, Scaled};
use crate::base::Money;
use std::ops::Range;

/// How an amount stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// So much.
    Stated(Money),
    /// 一万元以上, 1-5万元: the law's range, not this case's amount.
    Bound,
    /// 3元/瓶, 每日1万元
    Rate,
    /// A factor of a sum written out (11元×697).
    Operand,
    /// After an equals sign: the result of a sum written out.
    Result(Money),
    /// In brackets or after 即, saying the one before again.
    Again(Money),
    /// Approximate, negative, finer than a fen, or no proper numeral.
    Unclear,
}

/// An amount of yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// Bytes of the text it takes up, unit included.
    pub at: Range<usize>,
    /// How it stands.
    pub standing: Standing,
}

/// Finds every amount of yuan, in order.
pub(super) fn find(text: &str) -> Vec<Amount> {
    let mut out: Vec<Amount> = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let numeral = if numerals::begins(c) { numerals::leading(&text[at..]) } else { None };
        let Some(numeral) = numeral else {
            at += c.len_utf8();
            continue;
        };
        let before = &text[..at];
        match with_unit(before, &text[at..], &numeral) {
            Some((len, value)) => {
                let range = at..at + len;
                let standing = standing(text, &range, value, out.last());
                out.push(Amount { at: range, standing });
                at += len;
            }
            None => at += numeral.len,
        }
    }
    out
}

/// A cell that is nothing but a figure, in a unit of so many yuan (万元: 10 000).
pub(super) fn figure(text: &str, yuan_per_unit: i128) -> Option<Money> {
    let text = text.trim();
    let plain = |c: char| numerals::digit(c).is_some() || matches!(c, '.' | '．' | ',');
    let numeral =
        numerals::leading(text).filter(|n| n.len == text.len() && text.chars().all(plain))?;
    numeral.value?.checked_mul(yuan_per_unit).and_then(fen)
}

/// A numeral with its unit of money: the bytes of both, and the value in fen if it has one.
fn with_unit(
    before: &str,
    from: &str,
    numeral: &numerals::Numeral,
) -> Option<(usize, Option<Money>)> {
    let rest = &from[numeral.len..];
    let inexact = rest.starts_with(['余', '多', '来', '几']);
    let unit_at = rest.trim_start_matches(['余', '多', '来', '几', ' ', '\u{3000}']);
    let unit_at = unit_at.strip_prefix(['万', '亿']).filter(|_| inexact).unwrap_or(unit_at);
    if let Some(after) = unit_at.strip_prefix(['元', '圆']) {
        let len = from.len() - after.len();
        let value = numeral.value.filter(|_| !inexact);
        let (cents, value) = cents(after, value);
        let tail = &from[len + cents..];
        let closing = tail.chars().next().filter(|c| matches!(c, '整' | '正'));
        return Some((len + cents + closing.map_or(0, char::len_utf8), value));
    }
    let signed = before.trim_end().ends_with(['¥', '￥']) || before.trim_end().ends_with("人民币");
    let free = rest
        .chars()
        .next()
        .is_none_or(|c| c.is_ascii_punctuation() || "，。；、：）)的罚】」”".contains(c));
    // 罚款10万。 has no 元; 10万吨 is no money.
    ((signed || numeral.ends_large) && free && !inexact)
        .then(|| (numeral.len, numeral.value.and_then(fen)))
}

/// Adds 角 and 分 written after 元.
fn cents(after: &str, yuan: Option<Scaled>) -> (usize, Option<Money>) {
    let (mut len, mut scaled, mut unit) = (0, yuan, SCALE / 10);
    for name in ['角', '分'] {
        let rest = after[len..].trim_start_matches(['零', '〇']);
        let Some(numeral) = numerals::leading(rest) else { break };
        let Some(tail) = rest[numeral.len..].strip_prefix(name) else {
            unit /= 10;
            continue;
        };
        let part = numeral.value.filter(|v| *v < 10 * SCALE && v % SCALE == 0);
        scaled = scaled
            .filter(|sum| sum % SCALE == 0 || unit < SCALE / 10)
            .and_then(|sum| sum.checked_add(part? / SCALE * unit));
        len = after.len() - tail.len();
        unit /= 10;
    }
    (len, scaled.and_then(fen))
}

fn fen(yuan: Scaled) -> Option<Money> {
    let fen = yuan.checked_mul(100)?;
    (fen % SCALE == 0).then(|| i64::try_from(fen / SCALE).ok().and_then(Money::from_fen))?
}

fn standing(
    text: &str,
    at: &Range<usize>,
    value: Option<Money>,
    last: Option<&Amount>,
) -> Standing {
    let before = text[..at.start].trim_end_matches([' ', '¥', '￥']);
    let before = before.strip_suffix("人民币").unwrap_or(before);
    let after = text[at.end..].trim_start();
    let figure = |s: &str| {
        s.trim_end()
            .chars()
            .next_back()
            .is_some_and(|c| numerals::digit(c).is_some() || "元万亿".contains(c))
    };
    let ranged = |s: &str| s.strip_suffix(['-', '－', '~', '～', '—', '–', '至', '到']).map(figure);
    if ["以上", "以下", "以内", "以内的"].iter().any(|word| after.starts_with(word))
        || ranged(before) == Some(true)
        || after
            .strip_prefix(['-', '－', '~', '～', '—', '–', '至', '到'])
            .is_some_and(|s| s.starts_with(numerals::begins))
    {
        return Standing::Bound;
    }
    let near: String = before.chars().rev().take(4).collect();
    if after.starts_with(['/', '／', '每']) || near.contains('每') {
        return Standing::Rate;
    }
    if after.starts_with(['*', '×', '＊', 'x', 'X', '+', '＋', '÷'])
        || before.ends_with(['*', '×', '＊', '+', '＋', '÷'])
    {
        return Standing::Operand;
    }
    const VAGUE: [&str; 12] = [
        "约",
        "近",
        "大约",
        "大概",
        "不足",
        "超过",
        "逾",
        "至少",
        "高达",
        "负",
        "不低于",
        "不超过",
    ];
    // A figure glued to another by a comma or point is a misspelt number (3，500元).
    let glued = before
        .strip_suffix([',', '，', '.', '．'])
        .is_some_and(|s| s.chars().next_back().and_then(numerals::digit).is_some());
    let dashed = before.ends_with(['-', '－', '—', '–']);
    let Some(value) =
        value.filter(|_| !glued && !dashed && !VAGUE.iter().any(|v| before.ends_with(v)))
    else {
        return Standing::Unclear;
    };
    if before.ends_with(['=', '＝']) {
        return Standing::Result(value);
    }
    let gap = last.and_then(|last| text.get(last.at.end..at.start)).filter(|gap| repeats(gap));
    if gap.is_some() { Standing::Again(value) } else { Standing::Stated(value) }
}

/// Whether what stands between two amounts says that the second repeats the first: `（大写：`, `，即`.
fn repeats(gap: &str) -> bool {
    let rest = gap.trim_start_matches([' ', '，', ',']);
    let opened = rest.starts_with(['（', '(', '[', '【', '即']);
    let words = ["人民币", "大写", "小写", "合计", "RMB", "即"];
    let rest = words.iter().fold(rest.to_owned(), |rest, word| rest.replace(word, ""));
    opened && rest.chars().all(|c| "（()）[]【】：:¥￥ ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn standings(text: &str) -> Vec<Standing> {
        find(text).into_iter().map(|amount| amount.standing).collect()
    }

    fn stated(fen: i64) -> Standing {
        Standing::Stated(Money::from_fen(fen).unwrap())
    }

    /// The single amount a text consists of.
    fn whole(text: &str) -> Option<Money> {
        match find(text).as_slice() {
            [Amount { at, standing: Standing::Stated(money) }] if *at == (0..text.len()) => {
                Some(*money)
            }
            _ => None,
        }
    }

    #[test]
    fn amounts_as_officials_write_them() {
        for (text, fen) in [
            ("罚款4.54万元。", 4_540_000),
            ("罚款10万。", 10_000_000),
            ("处5 万元罚款", 5_000_000),
            ("罚款人民币贰佰元整", 20_000),
            ("罚款￥2,000.50，", 200_050),
            ("人民币壹拾贰万叁仟肆佰伍拾陆元柒角捌分", 12_345_678),
            ("叁佰元零伍分", 30_005),
            ("５０００元", 500_000),
            ("1.2亿元", 12_000_000_000),
            ("罚款2000圆正", 200_000),
        ] {
            assert_eq!(standings(text), [stated(fen)], "{text}");
        }
    }

    #[test]
    fn what_is_not_this_cases_amount() {
        use Standing::*;
        for (text, want) in [
            ("处一万元以上十万元以下罚款", vec![Bound, Bound]),
            ("1-5万元", vec![Bound]),
            ("五千元至二万元", vec![Bound, Bound]),
            ("销售价3.00元/瓶", vec![Rate]),
            ("每日1万元", vec![Rate]),
            ("约10万元", vec![Unclear]),
            ("10余万元", vec![Unclear]),
            ("-5万元", vec![Unclear]),
            ("3，500元", vec![Unclear]),
            ("0.001元", vec![Unclear]),
            ("三万五元", vec![Unclear]),
            ("2017年3月1日，第五十六条，三倍，10万吨，6900美元", vec![]),
        ] {
            assert_eq!(standings(text), want, "{text}");
        }
    }

    #[test]
    fn a_repetition_is_not_a_second_amount() {
        let again = |fen| Standing::Again(Money::from_fen(fen).unwrap());
        assert_eq!(standings("贰万元（¥20,000.00）"), [stated(2_000_000), again(2_000_000)]);
        assert_eq!(standings("5万元（大写：伍万元整）"), [stated(5_000_000), again(5_000_000)]);
        assert_eq!(
            standings("处以697㎡×11元/㎡=7667元(柒仟陆佰陆拾柒元整)的罚款"),
            [Standing::Rate, Standing::Result(Money::from_yuan(7667)), again(766_700)]
        );
    }

    /// Bank script of whole yuan below 10^8, as an independent writer for the round trip.
    fn bank_script(yuan: u32) -> String {
        const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
        const UNITS: [&str; 8] = ["", "拾", "佰", "仟", "万", "拾", "佰", "仟"];
        let digits: Vec<usize> = yuan.to_string().bytes().map(|b| usize::from(b - b'0')).collect();
        let (mut out, mut zero) = (String::new(), false);
        for (i, digit) in digits.iter().enumerate() {
            let place = digits.len() - 1 - i;
            if *digit > 0 {
                if std::mem::take(&mut zero) {
                    out.push('零');
                }
                out.push(DIGITS[*digit]);
                out.push_str(UNITS[place]);
            } else {
                zero = !out.is_empty();
                if place == 4 && !out.is_empty() {
                    out.push('万');
                    zero = false;
                }
            }
        }
        out + "元整"
    }

    proptest! {
        #[test]
        fn money_survives_its_own_words(fen in 0i64..=i64::MAX / 2) {
            let money = Money::from_fen(fen).unwrap();
            // Whole yuan may have at most 15 digits; beyond that there is no value, never a wrong one.
            let got = whole(&money.in_words());
            prop_assert!(got == Some(money) || (got.is_none() && fen >= 100_000_000_000_000_000));
        }

        #[test]
        fn bank_script_is_read_back(yuan in 1u32..100_000_000) {
            let text = bank_script(yuan);
            prop_assert_eq!(whole(&text), Some(Money::from_yuan(yuan)), "{}", text);
        }

        #[test]
        fn any_text_is_survived(text in "[0-9０-９.,，万亿元圆角分十百千零一二壹佰以上下¥（）=×每约至 a\\-]{0,40}") {
            for amount in find(&text) {
                prop_assert!(text.get(amount.at.clone()).is_some());
            }
        }

        #[test]
        fn any_string_is_survived(text in any::<String>()) {
            let _ = (find(&text), figure(&text, 10_000));
        }
    }
}
