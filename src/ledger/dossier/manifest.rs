//! The dossier's table of contents and the log's seal over it: written by exporters, read by verifiers.
//!
//! Owns the names of all files in a dossier, so that no name from outside is ever opened.

use super::super::{
    bundle::PublicKey,
    canonical::{self, CanonicalFault},
    note::{self, NoteFault, NoteSigner, NoteVerifier},
};
use crate::base::{Digest, Moment};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Value of [`Manifest::format`], and first line of the seal.
pub const FORMAT: &str = "zhijian/dossier/v1";
/// A manifest's bytes are at most this many.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Small files (seal, checkpoint, explanation) are at most this many bytes.
pub const SMALL: usize = 1024 * 1024;
/// The table of contents.
pub const MANIFEST: &str = "manifest.json";
/// The log's signature over the table of contents.
pub const SEAL: &str = "seal";
/// The signed checkpoint all records are proven against.
pub const CHECKPOINT: &str = "checkpoint";
/// For people who open the folder.
pub const README: &str = "说明.txt";

/// What a dossier holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// The case's chain.
    pub case: String,
    /// 案号
    pub number: String,
    /// When the dossier was made.
    pub made_at: Moment,
    /// The log's verifier key; a claim, as in a proof.
    pub log_key: String,
    /// Keys of all signers.
    pub keys: Vec<PublicKey>,
    /// Record files, in the order of the chain from its first entry.
    pub records: Vec<FileRef>,
    /// Exhibits of all records, each once.
    pub exhibits: Vec<ExhibitFile>,
    /// The checkpoint's file.
    pub checkpoint: FileRef,
    /// The explanation's file.
    pub readme: FileRef,
}

/// A file and what it hashes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// Path within the dossier, `/` between parts.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// An exhibit's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExhibitFile {
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// [`chunk_root`](super::super::chunk::chunk_root) of the file.
    pub chunk_root: Digest,
    /// Bytes.
    pub size: u64,
    /// IANA media type.
    pub media_type: String,
    /// What people call it; never a path.
    pub name: String,
    /// [`exhibit_file`] of the digest.
    pub file: String,
}

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ManifestFault {
    /// Not canonical JSON of the expected shape.
    #[error("manifest: {0}")]
    Json(#[from] CanonicalFault),
    /// A format this program does not know.
    #[error("unknown dossier format")]
    Format,
    /// A file has another name than its place in the dossier prescribes.
    #[error("a file with another name than prescribed")]
    FileName,
    /// An exhibit or a key is listed twice.
    #[error("listed twice")]
    Repeated,
}

/// `records/0000.json` for the first record; four digits or as many as it takes.
pub fn record_file(seq: u64) -> String {
    format!("records/{seq:04}.json")
}

/// `exhibits/` and the file's SHA-256 in hex.
pub fn exhibit_file(sha256: &Digest) -> String {
    format!("exhibits/{sha256}")
}

impl FileRef {
    /// A reference to `bytes` under the name `file`.
    pub fn to(file: impl Into<String>, bytes: &[u8]) -> Self {
        FileRef { file: file.into(), sha256: Digest::of(bytes) }
    }
}

impl Manifest {
    /// Canonical JSON.
    ///
    /// # Errors
    /// When [`parse`](Self::parse) would refuse it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ManifestFault> {
        self.check()?;
        Ok(canonical::write(self)?)
    }

    /// Reads exactly what [`to_bytes`](Self::to_bytes) writes.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestFault> {
        let manifest: Manifest = canonical::read(bytes, MAX_BYTES)?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), ManifestFault> {
        if self.format != FORMAT {
            return Err(ManifestFault::Format);
        }
        let records =
            (0u64..).zip(&self.records).all(|(seq, record)| record.file == record_file(seq));
        let exhibits =
            self.exhibits.iter().all(|exhibit| exhibit.file == exhibit_file(&exhibit.sha256));
        if !records || !exhibits || self.checkpoint.file != CHECKPOINT || self.readme.file != README
        {
            return Err(ManifestFault::FileName);
        }
        let files: HashSet<Digest> = self.exhibits.iter().map(|exhibit| exhibit.sha256).collect();
        let keys: HashSet<&str> = self.keys.iter().map(|key| key.id.as_str()).collect();
        if files.len() != self.exhibits.len() || keys.len() != self.keys.len() {
            return Err(ManifestFault::Repeated);
        }
        Ok(())
    }

    /// Every file the dossier should hold, the manifest itself and the seal included.
    pub fn files(&self) -> HashSet<&str> {
        let records = self.records.iter().map(|record| record.file.as_str());
        let exhibits = self.exhibits.iter().map(|exhibit| exhibit.file.as_str());
        records.chain(exhibits).chain([MANIFEST, SEAL, CHECKPOINT, README]).collect()
    }
}

/// The seal over a manifest's bytes: a note by the log's key that can never be read as a checkpoint,
/// since its second line is a hex digest and no size.
///
/// # Errors
/// Never for a signer that could be made.
pub fn seal(manifest: &[u8], signer: &NoteSigner) -> Result<String, NoteFault> {
    note::sign(&seal_text(manifest), &[signer])
}

/// Whether `seal` is `verifier`'s seal over exactly these bytes.
///
/// # Errors
/// What the note says; `BadSignature` as well when it seals something else.
pub fn check_seal(manifest: &[u8], seal: &str, verifier: &NoteVerifier) -> Result<(), NoteFault> {
    let opened = note::open(seal, std::slice::from_ref(verifier))?;
    if opened.text == seal_text(manifest) {
        return Ok(());
    }
    Err(NoteFault::BadSignature(verifier.name().to_owned()))
}

fn seal_text(manifest: &[u8]) -> String {
    format!("{FORMAT}\n{}\n", Digest::of(manifest))
}
