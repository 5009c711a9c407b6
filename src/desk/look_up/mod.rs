//! Read models for pages and the API: what a person may see, ready to show. Changes nothing.

pub mod case_file;
pub mod cases;
pub mod drafts;
pub mod forms;
pub mod log_head;
pub mod people;
pub mod prefill;
pub mod public;
pub mod review_file;
pub mod wording;
pub mod work;

use crate::store::OrNone;
use crate::{base::Day, law::words, store::Db};
use std::collections::HashMap;

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

/// A stored day in words, `2026年11月21日`; what is no day is shown as it is.
pub fn day_words(text: &str) -> String {
    text.parse::<Day>().map_or_else(|_| text.to_owned(), words::day)
}
