//! A log in memory that can also lie: trees over made-up leaves, signed checkpoints, submissions.

use ed25519_dalek::SigningKey;
use std::convert::Infallible;
use zhijian::{
    base::Digest,
    ledger::{
        AddCheckpoint, Checkpoint, NoteSigner,
        note::{self, Note},
        proof::{self, Nodes},
        tree::{leaf_hash, root_of},
    },
};

/// A log whose leaves are numbers, or other numbers from some leaf on.
#[derive(Clone, Copy)]
pub struct Log {
    pub name: &'static str,
    pub seed: u8,
    /// From this leaf on the history is another one.
    pub parts: u64,
}

/// The honest log, and one under the same key that lies from leaf 5 on.
pub const HONEST: Log = Log { name: "log.example/1", seed: 7, parts: u64::MAX };
pub const LYING: Log = Log { parts: 5, ..HONEST };

impl Log {
    pub fn signer(self) -> NoteSigner {
        NoteSigner::new(self.name, SigningKey::from_bytes(&[self.seed; 32])).unwrap()
    }

    pub fn vkey(self) -> String {
        self.signer().verifier().to_string()
    }

    fn leaf(self, n: u64) -> Digest {
        leaf_hash(&[n.to_be_bytes(), u64::from(n >= self.parts).to_be_bytes()].concat())
    }

    pub fn root(self, size: u64) -> Digest {
        root_of(&(0..size).map(|n| self.leaf(n)).collect::<Vec<_>>())
    }

    pub fn checkpoint(self, size: u64) -> Note {
        let head = Checkpoint { origin: self.name.into(), size, root: self.root(size) };
        Note::parse(&note::sign(&head.to_text(), &[&self.signer()]).unwrap()).unwrap()
    }

    /// What the log would post to a witness that cosigned `old` leaves last.
    pub fn request(self, old: u64, new: u64) -> AddCheckpoint {
        let proof = proof::consistency(&self, old, new).unwrap_or_default();
        AddCheckpoint { old, proof, checkpoint: self.checkpoint(new) }
    }

    pub fn body(self, old: u64, new: u64) -> String {
        self.request(old, new).to_text()
    }
}

impl Nodes for Log {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Digest, Infallible> {
        let (from, to) = (index << level, (index + 1) << level);
        Ok(root_of(&(from..to).map(|n| self.leaf(n)).collect::<Vec<_>>()))
    }
}
