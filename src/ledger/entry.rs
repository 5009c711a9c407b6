//! Entries: what links a record into its chain, made by the server when it accepts one.

use super::hash;
use crate::base::{Digest, Moment};
use serde::{Deserialize, Serialize};

/// Domain tag of an entry's hash.
pub const TAG: &str = "zhijian/entry/v1";

/// One link of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The chain's id: a case or a register.
    pub chain: String,
    /// Position in the chain, from 0.
    pub seq: u64,
    /// Hash of the entry before; [`Digest::ZERO`] for the first.
    pub prev: Digest,
    /// Digest of the record's envelope bytes.
    pub record: Digest,
    /// When the server accepted it.
    pub received_at: Moment,
}

impl Entry {
    /// `tagged("zhijian/entry/v1", prefixed(chain), seq u64 BE, prev, record, received_at i64 BE ms)`.
    pub fn hash(&self) -> Digest {
        hash::tagged(
            TAG,
            &[
                &hash::prefixed(self.chain.as_bytes()),
                &self.seq.to_be_bytes(),
                self.prev.as_bytes(),
                self.record.as_bytes(),
                &self.received_at.millis().to_be_bytes(),
            ],
        )
    }
}

/// The first place where a chain does not hold together.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ChainFault {
    /// Entries are missing before `found`.
    #[error("entry {expected} is missing, {found} comes instead")]
    Gap {
        /// The sequence number that should come.
        expected: u64,
        /// The one that comes.
        found: u64,
    },
    /// A sequence number that has been taken already.
    #[error("entry {seq} comes twice")]
    Fork {
        /// The repeated number.
        seq: u64,
    },
    /// `prev` is not the hash of the entry before.
    #[error("entry {seq} does not follow the entry before it")]
    WrongPrev {
        /// The entry whose link is wrong.
        seq: u64,
    },
    /// An entry of another chain.
    #[error("entry {seq} belongs to another chain")]
    OtherChain {
        /// The foreign entry's number.
        seq: u64,
    },
}

/// Checks a whole chain from its first entry on, in order. A chain without entries holds.
///
/// # Errors
/// The first fault met.
pub fn check_chain<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<(), ChainFault> {
    let mut before = None;
    for entry in entries {
        check_link(before, entry)?;
        before = Some(entry);
    }
    Ok(())
}

/// Checks that `entry` follows `before` directly, or begins a chain when there is none before it.
///
/// # Errors
/// What keeps it from following.
pub fn check_link(before: Option<&Entry>, entry: &Entry) -> Result<(), ChainFault> {
    let seq = entry.seq;
    let (expected, prev) = match before {
        None => (Some(0), Digest::ZERO),
        Some(before) => (before.seq.checked_add(1), before.hash()),
    };
    if before.is_some_and(|before| before.chain != entry.chain) {
        return Err(ChainFault::OtherChain { seq });
    }
    match expected {
        Some(expected) if seq == expected => {}
        Some(expected) if seq > expected => return Err(ChainFault::Gap { expected, found: seq }),
        _ => return Err(ChainFault::Fork { seq }),
    }
    if entry.prev == prev { Ok(()) } else { Err(ChainFault::WrongPrev { seq }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u64) -> Vec<Entry> {
        let mut prev = Digest::ZERO;
        let link = |seq| {
            let entry = Entry {
                chain: "case-1".into(),
                seq,
                prev,
                record: Digest::of(&[7]),
                received_at: Moment::from_millis(1_000),
            };
            prev = entry.hash();
            entry
        };
        (0..length).map(link).collect()
    }

    #[test]
    fn the_first_fault_is_named() {
        let good = chain(4);
        assert_eq!(check_chain(&good), Ok(()));
        assert_eq!(check_chain(&[]), Ok(()));
        assert_eq!(check_chain(&good[1..]), Err(ChainFault::Gap { expected: 0, found: 1 }));
        let broken = |change: &dyn Fn(&mut Vec<Entry>)| {
            let mut entries = chain(4);
            change(&mut entries);
            check_chain(&entries).unwrap_err()
        };
        assert_eq!(broken(&|e| drop(e.remove(1))), ChainFault::Gap { expected: 1, found: 2 });
        assert_eq!(broken(&|e| e.swap(1, 2)), ChainFault::Gap { expected: 1, found: 2 });
        assert_eq!(broken(&|e| e.insert(2, e[1].clone())), ChainFault::Fork { seq: 1 });
        assert_eq!(
            broken(&|e| e[1].received_at = Moment::from_millis(999)),
            ChainFault::WrongPrev { seq: 2 }
        );
        assert_eq!(broken(&|e| e[0].prev = Digest::of(b"")), ChainFault::WrongPrev { seq: 0 });
        assert_eq!(broken(&|e| e[2].chain.push('x')), ChainFault::OtherChain { seq: 2 });
        assert_eq!(
            broken(&|e| e[0].seq = u64::MAX),
            ChainFault::Gap { expected: 0, found: u64::MAX }
        );
    }
}
