//! How many bytes all staged files may hold together. Counts, and never touches a file.

use crate::base::ids::UploadId;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

pub(super) struct Quota {
    most: Option<u64>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    sizes: HashMap<UploadId, u64>,
    total: u64,
}

impl Quota {
    /// Starts from the staged files that are there already.
    pub(super) fn new(most: Option<u64>, staged: Vec<(UploadId, u64)>) -> Self {
        let total = staged.iter().map(|(_, size)| size).sum();
        let held = Held { sizes: staged.into_iter().collect(), total };
        Quota { most, held: Mutex::new(held) }
    }

    /// Bytes of all staged files.
    pub(super) fn total(&self) -> u64 {
        self.lock().total
    }

    /// Takes `more` bytes for an upload; `false`, and nothing taken, when there is no room.
    pub(super) fn grow(&self, upload: &UploadId, more: u64) -> bool {
        let mut held = self.lock();
        if self.most.is_some_and(|most| held.total.saturating_add(more) > most) {
            return false;
        }
        held.total += more;
        *held.sizes.entry(upload.clone()).or_default() += more;
        true
    }

    /// Sets what an upload holds: after it was opened, cut back or removed (0).
    pub(super) fn set(&self, upload: &UploadId, size: u64) {
        let mut held = self.lock();
        let before = match size {
            0 => held.sizes.remove(upload),
            _ => held.sizes.insert(upload.clone(), size),
        };
        held.total = held.total - before.unwrap_or(0) + size;
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
