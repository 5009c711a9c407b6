//! What lists, searches and counts go by of a decision that no case here tells: kinds, fine and day, read from
//! the words that its public page shows. Decides nothing.

use super::act::PenaltyKind;
use super::forms::{parse_day, parse_money};
use super::words;
use crate::base::{Day, Money};
use serde::{Deserialize, Serialize};

/// Kinds, fine and day of a decision; what its page does not say is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// 处罚种类
    pub kinds: Vec<PenaltyKind>,
    /// 罚款金额
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fine: Option<Money>,
    /// 决定日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<Day>,
}

/// Item of a public page that says the kinds.
pub const KINDS: &str = "penalty.kinds";
/// Item that says the fine.
pub const FINE: &str = "penalty.fine";
/// Item that says the day.
pub const DECIDED_ON: &str = "decided.on";

impl Listed {
    /// Takes over what `text` says under `item`; other items say nothing of it.
    ///
    /// # Errors
    /// How it should be written, in Chinese.
    pub fn read(&mut self, item: &str, text: &str) -> Result<(), String> {
        let text = text.trim();
        match item {
            KINDS => self.kinds = kinds(text)?,
            FINE => self.fine = fine(text)?,
            DECIDED_ON => self.decided_on = decided_on(text)?,
            _ => {}
        }
        Ok(())
    }

    /// In words, for whoever signs it.
    pub fn in_words(&self) -> String {
        let said = |text: String| if text.is_empty() { "未载明".to_owned() } else { text };
        format!(
            "处罚种类：{}；罚款金额：{}；决定日期：{}",
            said(words::kinds(&self.kinds)),
            said(self.fine.map(Money::in_words).unwrap_or_default()),
            said(self.decided_on.map(words::day).unwrap_or_default()),
        )
    }
}

fn kinds(text: &str) -> Result<Vec<PenaltyKind>, String> {
    const APART: [char; 5] = ['、', '，', ',', '；', ';'];
    let between = |c: char| APART.contains(&c) || c.is_whitespace();
    let mut found = Vec::new();
    let mut rest = text.trim_matches(between);
    while !rest.is_empty() {
        // A whole label at a time: one of them has a mark of its own inside.
        let known = PenaltyKind::ALL.into_iter().find_map(|kind| {
            let after = rest.strip_prefix(kind.label())?;
            (after.is_empty() || after.starts_with(between)).then_some((kind, after))
        });
        let (kind, after) = known.ok_or_else(|| {
            let all = words::kinds(&PenaltyKind::ALL);
            format!("处罚种类应当写作{all}，多项的用顿号隔开；没有的留空。")
        })?;
        if !found.contains(&kind) {
            found.push(kind);
        }
        rest = after.trim_start_matches(between);
    }
    Ok(found)
}

fn fine(text: &str) -> Result<Option<Money>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || "罚款金额应当写作5000元或者1.2万元；没有的留空。".to_owned();
    parse_money(text).map(Some).ok_or_else(wrong)
}

/// A list that gives no more than a month or a quarter is shown so and found by no day.
fn decided_on(text: &str) -> Result<Option<Day>, String> {
    let year = text.split_once('年').is_some_and(|(year, _)| {
        year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit())
    });
    match parse_day(text) {
        Some(day) => Ok(Some(day)),
        None if text.is_empty() || (year && !text.contains('日')) => Ok(None),
        None => Err("决定日期应当写作2026年3月2日；没有的留空。".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(item: &str, text: &str) -> Result<Listed, String> {
        let mut listed = Listed::default();
        listed.read(item, text).map(|()| listed)
    }

    #[test]
    fn what_pages_write_is_read_again() {
        for kind in PenaltyKind::ALL {
            assert_eq!(read(KINDS, kind.label()).unwrap().kinds, [kind]);
        }
        assert_eq!(read(KINDS, "罚款、警告，罚款").unwrap().kinds.len(), 2);
        for fen in [0, 1, 500_000, 1_230_000, 999_999] {
            let money = Money::from_fen(fen).unwrap();
            assert_eq!(read(FINE, &money.in_words()).unwrap().fine, Some(money));
        }
        let day = Day::constant(2026, 3, 2);
        assert_eq!(read(DECIDED_ON, &words::day(day)).unwrap().decided_on, Some(day));
        for coarse in ["", "2017年第一季度", "2017年11月"] {
            assert_eq!(read(DECIDED_ON, coarse).unwrap().decided_on, None, "{coarse}");
        }
        assert_eq!(read("party.name", "甲").unwrap(), Listed::default());
        for (item, text) in [
            (KINDS, "罚金"),
            (FINE, "约五千"),
            (DECIDED_ON, "三月二日"),
            (DECIDED_ON, "2026年13月2日"),
        ] {
            assert!(read(item, text).is_err(), "{text}");
        }
    }
}
