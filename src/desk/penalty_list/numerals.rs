//! Numerals in Arabic, Chinese (一百二十) and bank script (壹佰贰拾), mixed with 万 and 亿, to exact values.
//! Never accepts an approximation or a colloquial ending (三万五): those have no value.

/// Parts of one in a [`Scaled`] value: 10^12 keep every fen of an amount given in 亿 with ten decimals.
pub(super) const SCALE: i128 = 1_000_000_000_000;

/// A number times [`SCALE`].
pub(super) type Scaled = i128;

/// A numeral found at the start of a text.
pub(super) struct Numeral {
    /// Bytes it takes up.
    pub len: usize,
    /// What it means; absent when it is no proper numeral.
    pub value: Option<Scaled>,
    /// It ends in 万 or 亿, which officials use for money without 元.
    pub ends_large: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    /// An Arabic number; whether it stands without doubt as the last part (four digits, or led by zero).
    Arabic {
        value: Scaled,
        whole: bool,
        full: bool,
    },
    Digit(i128),
    /// 十 百 千
    Small(i128),
    /// 万 亿
    Large(i128),
}

/// The value of an ASCII or full-width digit.
pub(super) fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '０'..='９' => Some(c as u32 - '０' as u32),
        _ => None,
    }
}

fn chinese(c: char) -> Option<Token> {
    const DIGITS: [&str; 10] =
        ["零〇○", "一壹", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"];
    if let Some(value) = DIGITS.iter().position(|same| same.contains(c)) {
        return Some(Token::Digit(value as i128));
    }
    match c {
        '十' | '拾' => Some(Token::Small(10)),
        '百' | '佰' => Some(Token::Small(100)),
        '千' | '仟' => Some(Token::Small(1000)),
        '万' | '萬' => Some(Token::Large(10_000)),
        '亿' | '億' => Some(Token::Large(100_000_000)),
        _ => None,
    }
}

/// Whether a numeral may begin with `c`.
pub(super) fn begins(c: char) -> bool {
    digit(c).is_some() || matches!(chinese(c), Some(Token::Digit(_) | Token::Small(10)))
}

/// Reads the longest numeral at the start of `text`; `None` when there is none.
pub(super) fn leading(text: &str) -> Option<Numeral> {
    let (mut tokens, mut len, mut sound) = (Vec::new(), 0, true);
    loop {
        let rest = text.get(len..)?;
        // Publishers set spaces between a figure and its unit, never between digits.
        let gap = rest.len() - rest.trim_start_matches([' ', '\u{3000}', '\u{A0}']).len();
        let Some(c) = rest.get(gap..).and_then(|rest| rest.chars().next()) else { break };
        if digit(c).is_some() && (gap == 0 || tokens.is_empty()) {
            let (bytes, token) = arabic(&rest[gap..]);
            sound &= token.is_some();
            tokens.extend(token);
            len += gap + bytes;
        } else if let Some(token) = chinese(c) {
            let unit = matches!(token, Token::Small(_) | Token::Large(_));
            if gap > 0 && !unit {
                break;
            }
            tokens.push(token);
            len += gap + c.len_utf8();
        } else {
            break;
        }
    }
    let ends_large = matches!(tokens.last(), Some(Token::Large(_)));
    let value = if sound { evaluate(&tokens) } else { None };
    (len > 0).then_some(Numeral { len, value, ends_large })
}

/// An Arabic number with decimals and thousands separators, and the bytes it takes up.
fn arabic(text: &str) -> (usize, Option<Token>) {
    let (mut whole, mut len) = digits(text);
    // Groups of exactly three: in `1,23` and `2000,500` the number ends before the comma.
    let grouped = whole.len() <= 3;
    while let Some((group, more)) = text[len..].strip_prefix(',').map(digits) {
        if !grouped || group.len() != 3 {
            break;
        }
        whole.push_str(&group);
        len += 1 + more;
    }
    let (fraction, more) = decimals(&text[len..]);
    len += more;
    let twice = decimals(&text[len..]).1 > 0;
    (len, if twice { None } else { scaled(&whole, &fraction) })
}

/// The digits at the start of `text`, narrowed, and the bytes they take up.
fn digits(text: &str) -> (String, usize) {
    let values = text.chars().map_while(|c| char::from_digit(digit(c)?, 10));
    let narrow: String = values.collect();
    let len = text.chars().take(narrow.len()).map(char::len_utf8).sum();
    (narrow, len)
}

/// A decimal point and the digits after it; a point alone is punctuation.
fn decimals(text: &str) -> (String, usize) {
    let Some(point) = text.chars().next().filter(|c| matches!(c, '.' | '．')) else {
        return (String::new(), 0);
    };
    match digits(&text[point.len_utf8()..]) {
        (_, 0) => (String::new(), 0),
        (digits, len) => (digits, point.len_utf8() + len),
    }
}

fn scaled(whole: &str, fraction: &str) -> Option<Token> {
    let fraction = fraction.trim_end_matches('0');
    if whole.len() > 15 || fraction.len() > 12 {
        return None;
    }
    let value =
        whole.parse::<i128>().ok()? * SCALE + format!("{fraction:0<12}").parse::<i128>().ok()?;
    let full = whole.len() >= 4 || (whole.len() > 1 && whole.starts_with('0'));
    Some(Token::Arabic { value, whole: fraction.is_empty(), full })
}

/// Adds the parts up, strictly: units fall, no digit repeats, nothing is left to guess.
fn evaluate(tokens: &[Token]) -> Option<Scaled> {
    if let Some(value) = positional(tokens) {
        return Some(value);
    }
    let mut sum = Sum { small: i128::MAX, large: i128::MAX, ..Sum::default() };
    for token in tokens {
        sum.add(*token)?;
    }
    sum.finish()
}

/// 二〇一七: digits alone, with a zero or more than two of them (二三 is "two or three").
fn positional(tokens: &[Token]) -> Option<Scaled> {
    let mut value: i128 = 0;
    for token in tokens {
        let Token::Digit(digit) = token else { return None };
        value = value.checked_mul(10)?.checked_add(*digit)?;
    }
    let clear = tokens.len() == 1 || tokens.len() > 2 || tokens.contains(&Token::Digit(0));
    (clear && tokens.len() <= 15).then_some(value * SCALE)
}

#[derive(Default)]
struct Sum {
    total: Scaled,
    section: Scaled,
    current: Option<(Scaled, bool)>,
    /// The last small unit of this section and the last large one.
    small: i128,
    large: i128,
    zero: bool,
    fractional: bool,
}

impl Sum {
    fn add(&mut self, token: Token) -> Option<()> {
        match token {
            Token::Arabic { .. } | Token::Digit(1..)
                if self.current.is_some() || self.fractional =>
            {
                return None;
            }
            Token::Arabic { value, whole, full } => {
                self.current = Some((value, full));
                self.fractional = !whole;
            }
            Token::Digit(0) if self.current.is_some() => return None,
            Token::Digit(0) => self.zero = true,
            Token::Digit(digit) => self.current = Some((digit * SCALE, false)),
            Token::Small(unit) => {
                let bare_ten = unit == 10 && self.section == 0;
                let digit = match self.current.take() {
                    Some((digit, _)) => digit,
                    None if bare_ten => SCALE,
                    None => return None,
                };
                if unit >= self.small || digit >= 10 * SCALE && self.section > 0 {
                    return None;
                }
                self.section += digit.checked_mul(unit)?;
                (self.small, self.zero) = (unit, false);
            }
            Token::Large(unit) => self.large(unit)?,
        }
        Some(())
    }

    fn large(&mut self, unit: i128) -> Option<()> {
        let tail = self.current.take().map_or(0, |(digit, _)| digit);
        let section = self.section.checked_add(tail)?;
        if section == 0 && unit > self.large && self.total > 0 {
            // 万亿
            self.total = self.total.checked_mul(unit)?;
        } else if section > 0 && unit < self.large && (self.total == 0 || section < 10_000 * SCALE)
        {
            self.total = self.total.checked_add(section.checked_mul(unit)?)?;
        } else {
            return None;
        }
        self.large = unit;
        (self.section, self.small, self.zero) = (0, i128::MAX, false);
        Some(())
    }

    fn finish(self) -> Option<Scaled> {
        let tail = match self.current {
            None => 0,
            Some((digit, full)) => {
                let unit = if self.section > 0 { self.small } else { self.large };
                let first = self.section == 0 && self.total == 0;
                // 三万五: five thousand to the ear, five to the eye.
                if !(first || unit == 10 || self.zero || full)
                    || digit >= unit.saturating_mul(SCALE)
                {
                    return None;
                }
                digit
            }
        };
        self.total.checked_add(self.section)?.checked_add(tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<i128> {
        let numeral = leading(text).unwrap();
        assert_eq!(numeral.len, text.len(), "{text}");
        numeral.value.map(|v| v * 100 / SCALE)
    }

    #[test]
    fn numerals_are_exact() {
        for (text, cents) in [
            ("0", 0),
            ("4.54", 454),
            ("１２．５", 1250),
            ("1,234,567.89", 123_456_789),
            ("4.54万", 4_540_000),
            ("5 万", 5_000_000),
            ("12万3456", 12_345_600),
            ("1亿2000万", 12_000_000_000),
            ("1亿零5", 10_000_000_500),
            ("壹拾贰万叁仟", 12_300_000),
            ("伍万贰仟壹佰贰拾", 5_212_000),
            ("壹佰零伍", 10_500),
            ("十五", 1500),
            ("二百一十五", 21_500),
            ("一万零五百", 1_050_000),
            ("一万亿", 100_000_000_000_000),
            ("二〇一七", 201_700),
            ("两千", 200_000),
            ("3.5千", 350_000),
        ] {
            assert_eq!(value(text), Some(cents), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_has_no_value() {
        for text in [
            "三万五",
            "二三",
            "二三千",
            "1.2.3",
            "百百",
            "一千一千",
            "一百一千",
            "1万2万",
            "1.5万2000",
            "10万5",
            "9999999999999999",
            "五六百",
            "一万一亿万",
            "1一",
        ] {
            assert_eq!(leading(text).and_then(|n| n.value), None, "{text}");
        }
    }

    #[test]
    fn a_comma_groups_threes_only() {
        for (text, len) in [("1,23", 1), ("2000,500", 4), ("1,000,50", 5), ("12，345", 2)] {
            assert_eq!(leading(text).unwrap().len, len, "{text}");
        }
    }
}
