//! The ledger: signed records, their chains, and one append-only Merkle log over all of them.
//!
//! Pure: it owns the byte formats of docs/formats.md and never touches a clock, a file or the network.
//! Whatever bytes it is given, it answers with a value or a fault; it never panics.

pub mod add_checkpoint;
pub mod bundle;
pub mod canonical;
pub mod checkpoint;
pub mod chunk;
pub mod cosignature;
pub mod dossier;
pub mod dsse;
pub mod entry;
pub mod field;
pub mod hash;
pub mod leaf;
pub mod mirror;
pub mod note;
pub mod policy;
pub mod proof;
pub mod record;
pub mod tile;
pub mod timestamp;
pub mod tlog_proof;
pub mod tree;
pub mod verdict;

mod encoding;
mod log_keys;
mod vkey;
mod wording;

pub use add_checkpoint::AddCheckpoint;
pub use bundle::{Proof, RecordProof};
pub use checkpoint::Checkpoint;
pub use cosignature::{CosignatureSigner, CosignatureVerifier};
pub use dsse::Envelope;
pub use entry::Entry;
pub use field::Field;
pub use leaf::Leaf;
pub use note::{NoteSigner, NoteVerifier};
pub use policy::Policy;
pub use record::Payload;
pub use tlog_proof::TlogProof;
pub use tree::Frontier;
