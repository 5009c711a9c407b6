//! One record as fsck reads it: the stored row, its entry, what was signed, the private values opened.

use crate::{
    base::{Digest, Moment},
    law::{act::Act, procedure::Step},
    ledger::{field::Field, record::Payload},
    store::{entries::EntryRow, records::Record},
};

/// A record whose envelope could be read.
pub(super) struct Told {
    pub(super) row: Record,
    pub(super) entry: EntryRow,
    /// Digest of the envelope.
    pub(super) digest: Digest,
    pub(super) payload: Payload,
    /// The typed facts of what the procedure knows; `None` for other kinds and what cannot be read.
    pub(super) act: Option<Act>,
    /// `None` when they could not be opened, which was named already.
    pub(super) fields: Option<Vec<Field>>,
}

impl Told {
    /// A fact that is text.
    pub(super) fn fact(&self, name: &str) -> Option<String> {
        self.payload.facts.get(name)?.as_str().map(str::to_owned)
    }

    /// The private value under `path`, empty when there is none.
    pub(super) fn value(&self, path: &str) -> String {
        let fields = self.fields.as_deref().unwrap_or_default();
        fields.iter().find(|f| f.path == path).map(|f| f.value.clone()).unwrap_or_default()
    }

    /// Who signed first.
    pub(super) fn signer(&self) -> String {
        self.payload.signers.first().map(|signer| signer.person.clone()).unwrap_or_default()
    }

    /// When the server took it, by its entry.
    pub(super) fn received(&self) -> i64 {
        self.entry.received_at
    }

    /// The record as the procedure sees it.
    pub(super) fn step(&self, act: Act) -> Step {
        Step {
            kind: self.payload.kind.clone(),
            act,
            at: self.payload.at,
            received_at: Moment::from_millis(self.entry.received_at),
            people: self.payload.signers.iter().map(|signer| signer.person.clone()).collect(),
            record: self.digest,
            head: Digest::from_slice(&self.entry.hash).unwrap_or(Digest::ZERO),
            seq: self.entry.seq.unsigned_abs(),
            exhibits: self.payload.exhibits.len(),
        }
    }
}
