//! Amounts of money in integer fen, so that no sum is ever rounded.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// An amount in fen (1/100 yuan), never negative. Written `"1234.56"` in signed bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);

    /// From fen; `None` below zero.
    pub fn from_fen(fen: i64) -> Option<Self> {
        (fen >= 0).then_some(Money(fen))
    }

    /// From whole yuan.
    pub const fn from_yuan(yuan: u32) -> Self {
        Money(yuan as i64 * 100)
    }

    /// The amount in fen.
    pub fn fen(self) -> i64 {
        self.0
    }

    /// The sum; `None` past 2^63 fen.
    pub fn checked_add(self, other: Money) -> Option<Self> {
        self.0.checked_add(other.0).map(Money)
    }

    /// Reads a decimal number in a unit of `fen_per_unit` fen (yuan: 100, 万元: 1_000_000);
    /// `None` unless the result is a whole, non-negative number of fen.
    pub fn parse_decimal(text: &str, fen_per_unit: i64) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || text.ends_with('.') {
            return None;
        }
        let mut fen = whole.parse::<i64>().ok()?.checked_mul(fen_per_unit)?;
        let mut unit = fen_per_unit;
        for digit in fraction.bytes().map(|b| i64::from(b - b'0')) {
            if unit % 10 != 0 {
                // Below one fen only zeros can be told exactly.
                if digit != 0 {
                    return None;
                }
                continue;
            }
            unit /= 10;
            fen = fen.checked_add(digit.checked_mul(unit)?)?;
        }
        Some(Money(fen))
    }

    /// As officials write it: `1.5万元` from ten thousand yuan up when exact, else `1234.56元`.
    pub fn in_words(self) -> String {
        if self.0 >= 1_000_000 && self.0 % 10_000 == 0 {
            let hundredths = self.0 / 10_000;
            let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            return format!("{}万元", text.trim_end_matches('0').trim_end_matches('.'));
        }
        match self.0 % 100 {
            0 => format!("{}元", self.0 / 100),
            cents => format!("{}.{cents:02}元", self.0 / 100),
        }
    }
}

/// The text is not a non-negative amount with exactly two decimals.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an amount in yuan with two decimals")]
pub struct NotMoney;

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Money {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let money = Money::parse_decimal(text, 100).ok_or(NotMoney)?;
        if money.to_string() != text {
            return Err(NotMoney);
        }
        Ok(money)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        let wan = |text| Money::parse_decimal(text, 1_000_000).map(Money::fen);
        assert_eq!(wan("4.54"), Some(4_540_000));
        assert_eq!(wan("0.2"), Some(200_000));
        assert_eq!(wan("0.000001"), Some(1));
        assert_eq!(wan("0.0000001"), None);
        assert_eq!(wan("0.00000100"), Some(1));
        assert_eq!(wan("-1"), None);
        assert_eq!(wan("1."), None);
        assert_eq!(wan("99999999999999999999"), None);
    }

    #[test]
    fn words() {
        assert_eq!(Money::from_yuan(200).in_words(), "200元");
        assert_eq!(Money::from_yuan(15_000).in_words(), "1.5万元");
        assert_eq!(Money::from_fen(123_456).unwrap().in_words(), "1234.56元");
        assert_eq!(Money::from_yuan(100_000).in_words(), "10万元");
    }
}
