//! How many disclosures a filter finds, counted once and remembered until any disclosure changes: over 100,000 items
//! the counting takes longer than all the rest of a page.

use crate::store::{
    self, Db,
    disclosures::{self, Count, Filter},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Most filters remembered at a time.
const MOST: usize = 512;

/// What was counted, in one process.
#[derive(Default)]
pub struct Counts(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// The state of the disclosures that was counted.
    changes: u64,
    counts: HashMap<Filter, Count>,
}

impl Counts {
    /// How many `filter` finds at the moment that `db` sees.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn of(&self, db: &mut Db, filter: &Filter) -> Result<Count, store::Error> {
        let changes = disclosures::changes(db)?;
        if let Some(count) = self.remembered(changes, filter) {
            return Ok(count);
        }
        let count = disclosures::count(db, filter)?;
        self.remember(changes, filter, count);
        Ok(count)
    }

    fn remembered(&self, changes: u64, filter: &Filter) -> Option<Count> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.changes == changes { kept.counts.get(filter).copied() } else { None }
    }

    fn remember(&self, changes: u64, filter: &Filter, count: Count) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.changes != changes || kept.counts.len() >= MOST {
            kept.counts.clear();
            kept.changes = changes;
        }
        kept.counts.insert(filter.clone(), count);
    }
}
