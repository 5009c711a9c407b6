//! A record that a dossier leaves out: only its entry and its place in the log, so that the chain stays provable.

use super::super::{
    bundle::{self, LeafOpening, PublicKey, RecordProof},
    canonical::{self, CanonicalFault},
    checkpoint::Checkpoint,
    entry::Entry,
    verdict::Verdict,
};
use crate::base::Digest;
use serde::{Deserialize, Serialize};

/// What stands in place of a record's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithheldRecord {
    /// The record's link in its chain; names it by its digest.
    pub entry: Entry,
    /// What opens the leaf.
    pub leaf: LeafOpening,
    /// Audit path of the leaf, lowest first.
    pub inclusion: Vec<Digest>,
    /// Why it is left out, in Chinese.
    pub withheld: String,
}

/// A record's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    /// The record itself.
    Shown(Box<RecordProof>),
    /// Only its place.
    Withheld(WithheldRecord),
}

impl WithheldRecord {
    /// The place of `record`, and why it is not shown.
    pub fn of(record: RecordProof, reason: impl Into<String>) -> Self {
        let RecordProof { entry, leaf, inclusion, .. } = record;
        WithheldRecord { entry, leaf, inclusion, withheld: reason.into() }
    }

    /// Canonical JSON.
    ///
    /// # Errors
    /// A number beyond 2^53.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalFault> {
        canonical::write(self)
    }
}

impl Filed {
    /// Reads either.
    ///
    /// # Errors
    /// What is wrong with it as a record, when it is neither.
    pub fn parse(bytes: &[u8]) -> Result<Self, CanonicalFault> {
        match RecordProof::parse(bytes) {
            Ok(record) => Ok(Filed::Shown(Box::new(record))),
            Err(CanonicalFault::Shape) => {
                canonical::read(bytes, bundle::MAX_BYTES).map(Filed::Withheld)
            }
            Err(fault) => Err(fault),
        }
    }

    /// The record's link in its chain.
    pub fn entry(&self) -> &Entry {
        match self {
            Filed::Shown(record) => &record.entry,
            Filed::Withheld(record) => &record.entry,
        }
    }

    /// The record, if it is shown.
    pub fn shown(&self) -> Option<&RecordProof> {
        match self {
            Filed::Shown(record) => Some(record),
            Filed::Withheld(_) => None,
        }
    }

    /// The steps that concern this record.
    pub(super) fn check(
        &self,
        keys: &[PublicKey],
        checkpoint: Option<&Checkpoint>,
    ) -> Vec<Verdict> {
        match self {
            Filed::Shown(record) => bundle::check_record(record, keys, checkpoint),
            Filed::Withheld(WithheldRecord { entry, leaf, inclusion, .. }) => {
                bundle::check_place(entry, leaf, inclusion, checkpoint).into()
            }
        }
    }
}
