//! Read models for pages and the API: what a person may see, ready to show. Changes nothing.

pub mod case_file;
pub mod cases;
pub mod drafts;
pub mod fixity;
pub mod forms;
pub mod items;
pub mod log_head;
pub mod people;
pub mod prefill;
pub mod public;
pub mod published;
pub mod review_file;
pub mod wording;
pub mod work;

use crate::store::OrNone;
use crate::{base::Day, law::words, store::Db};
use std::{collections::HashMap, str::FromStr};

/// Names of people by id, each read once.
#[derive(Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// The name of `person`; the service's own records name the system.
    pub fn of(&mut self, db: &mut Db, person: &str) -> Result<String, super::Error> {
        if person == super::vouch::SERVICE {
            return Ok("系统".into());
        }
        if let Some(name) = self.0.get(person) {
            return Ok(name.clone());
        }
        let name = crate::store::people::find(db, person)
            .or_none()?
            .map_or("未知人员".into(), |p| p.name);
        self.0.insert(person.to_owned(), name.clone());
        Ok(name)
    }
}

/// Cuts `rows`, read with one more than `page`, down to a page; where the next one begins, if there is one.
fn cut<T>(rows: &mut Vec<T>, page: i64, cursor: impl Fn(&T) -> String) -> Option<String> {
    let page = usize::try_from(page).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    rows.last().filter(|_| more).map(cursor)
}

/// A cursor of two parts, as [`cut`] gave it: `2026-08-20.id`. An empty one is the first page's.
///
/// # Errors
/// `Invalid` when it is no cursor.
fn parse_cursor<T: FromStr>(text: &str) -> Result<Option<(T, String)>, super::Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let parts = text.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    let bad = || super::Error::invalid("cursor", "翻页位置不正确，请从第一页开始。");
    parts.map(Some).ok_or_else(bad)
}

/// A stored day in words, `2026年11月21日`; what is no day is shown as it is.
pub fn day_words(text: &str) -> String {
    text.parse::<Day>().map_or_else(|_| text.to_owned(), words::day)
}
