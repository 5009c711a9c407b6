//! The dossier's table of contents and the log's seal over it: written by exporters, read by verifiers.
//!
//! Owns the names of all files in a dossier, so that no name from outside is ever opened.

use super::super::{
    bundle::PublicKey,
    canonical::{self, CanonicalFault},
    note::{self, NoteFault, NoteSigner},
};
use crate::base::{Digest, Moment};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// Value of [`Manifest::format`], and first line of the seal.
pub const FORMAT: &str = "zhijian/dossier/v2";
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
/// Which logs and witnesses the log's keeper asks to be trusted (C2SP tlog-policy); a claim.
pub const POLICY: &str = "policy";
/// Where the rules' texts are.
const RULES: &str = "rules/";
/// For people who open the folder.
pub const README: &str = "说明.txt";

/// Whom a dossier is made for, and thereby what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// 全卷: every record, field and exhibit.
    Whole,
    /// 当事人卷: without what parties may not read.
    Party,
    /// 司法卷: everything, and the rules' texts.
    Court,
    /// 公开卷: what is disclosed.
    Public,
}

impl Variant {
    /// All of them.
    pub const ALL: [Variant; 4] = [Variant::Whole, Variant::Party, Variant::Court, Variant::Public];

    /// The word by which it is asked for and written.
    pub fn word(self) -> &'static str {
        match self {
            Variant::Whole => "whole",
            Variant::Party => "party",
            Variant::Court => "court",
            Variant::Public => "public",
        }
    }

    /// The variant with this word.
    pub fn parse(word: &str) -> Option<Variant> {
        Variant::ALL.into_iter().find(|variant| variant.word() == word)
    }

    /// The variant's name for people.
    pub fn label(self) -> &'static str {
        match self {
            Variant::Whole => "全卷",
            Variant::Party => "当事人卷",
            Variant::Court => "司法卷",
            Variant::Public => "公开卷",
        }
    }

    /// Whether records, fields and exhibits may be left out.
    pub fn may_withhold(self) -> bool {
        matches!(self, Variant::Party | Variant::Public)
    }
}

/// What a dossier holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// Whom it is made for.
    pub variant: Variant,
    /// The case's chain.
    pub case: String,
    /// 案号; 公示编号 in a public one.
    pub number: String,
    /// When the dossier was made.
    pub made_at: Moment,
    /// The log's verifier key; a claim, as in a proof.
    pub log_key: String,
    /// Keys of all signers, of these keys' own records too.
    pub keys: Vec<PublicKey>,
    /// Records by which the keys were registered and revoked, each once.
    pub key_records: Vec<FileRef>,
    /// Record files, in the order of the chain from its first entry.
    pub records: Vec<FileRef>,
    /// Exhibits whose bytes are in the dossier, each once.
    pub exhibits: Vec<ExhibitFile>,
    /// Exhibits that shown records name and this variant leaves out.
    pub withheld: Vec<WithheldExhibit>,
    /// The checkpoint's file.
    pub checkpoint: FileRef,
    /// The policy's file.
    pub policy: FileRef,
    /// Time stamps over the checkpoint.
    pub timestamps: Vec<TimestampFile>,
    /// The rules by which the case was conducted.
    pub rules: Rules,
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

/// An exhibit that is named and left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithheldExhibit {
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Why, in Chinese.
    pub reason: String,
}

/// A time stamp's file (RFC 3161 TimeStampToken, DER).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimestampFile {
    /// What the log's keeper calls the authority.
    pub authority: String,
    /// `timestamps/0000.tst` and so on.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// Which rules applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Id of the rule pack of the case's agency.
    pub pack: String,
    /// Digest of all rule files, see docs/formats.md.
    pub sha256: Digest,
    /// The texts themselves, in a dossier for a court.
    pub files: Vec<FileRef>,
}

/// Digest of the rule files: SHA-256 of the canonical JSON object of their names and SHA-256 digests.
pub fn rules_digest<'f>(files: impl IntoIterator<Item = (&'f str, Digest)>) -> Digest {
    let object: BTreeMap<&str, Digest> = files.into_iter().collect();
    Digest::of(&canonical::write(&object).unwrap_or_default())
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

/// `keys/0000.json` for the first record of a key.
pub fn key_file(number: usize) -> String {
    format!("keys/{number:04}.json")
}

/// `timestamps/0000.tst` for the first token.
pub fn timestamp_file(number: usize) -> String {
    format!("timestamps/{number:04}.tst")
}

/// `rules/` and the name of a rule file, such as `law/rules.toml`.
pub fn rules_file(name: &str) -> String {
    format!("{RULES}{name}")
}

/// Whether this is the path of a rule file: two words, `.toml`.
fn is_rules_file(path: &str) -> bool {
    let word = |text: &str| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        !text.is_empty() && text.bytes().all(allowed)
    };
    let inner = path.strip_prefix(RULES).and_then(|rest| rest.strip_suffix(".toml"));
    inner.and_then(|rest| rest.split_once('/')).is_some_and(|(a, b)| word(a) && word(b))
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
        if !self.names_are_prescribed() {
            return Err(ManifestFault::FileName);
        }
        let shown = self.exhibits.iter().map(|exhibit| exhibit.sha256);
        let exhibits = shown.chain(self.withheld.iter().map(|exhibit| exhibit.sha256));
        let rules = self.rules.files.iter().map(|file| file.file.as_str());
        let keys = self.keys.iter().map(|key| key.id.as_str());
        if repeats(exhibits) || repeats(rules) || repeats(keys) {
            return Err(ManifestFault::Repeated);
        }
        Ok(())
    }

    fn names_are_prescribed(&self) -> bool {
        let records = (0u64..).zip(&self.records).all(|(n, file)| file.file == record_file(n));
        let keys = self.key_records.iter().enumerate().all(|(n, file)| file.file == key_file(n));
        let times = &self.timestamps;
        let times = times.iter().enumerate().all(|(n, file)| file.file == timestamp_file(n));
        let exhibits = self.exhibits.iter().all(|file| file.file == exhibit_file(&file.sha256));
        let rules = self.rules.files.iter().all(|file| is_rules_file(&file.file));
        let single =
            [(&self.checkpoint, CHECKPOINT), (&self.policy, POLICY), (&self.readme, README)];
        let single = single.iter().all(|(file, name)| file.file == *name);
        records && keys && times && exhibits && rules && single
    }

    /// Every file the dossier should hold, the manifest itself and the seal included.
    pub fn files(&self) -> HashSet<&str> {
        let listed = self.records.iter().chain(&self.key_records).chain(&self.rules.files);
        let listed = listed.map(|file| file.file.as_str());
        let exhibits = self.exhibits.iter().map(|exhibit| exhibit.file.as_str());
        let times = self.timestamps.iter().map(|token| token.file.as_str());
        let single = [MANIFEST, SEAL, CHECKPOINT, POLICY, README];
        listed.chain(exhibits).chain(times).chain(single).collect()
    }
}

fn repeats<T: Eq + std::hash::Hash>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    !items.into_iter().all(|item| seen.insert(item))
}

/// The seal over a manifest's bytes: a note by the log's keys that can never be read as a checkpoint,
/// since its second line is a hex digest and no size.
///
/// # Errors
/// Never for one to a hundred signers that could be made.
pub fn seal(manifest: &[u8], signers: &[&NoteSigner]) -> Result<String, NoteFault> {
    note::sign(&seal_text(manifest), signers)
}

/// What is signed of these bytes.
pub(super) fn seal_text(manifest: &[u8]) -> String {
    format!("{FORMAT}\n{}\n", Digest::of(manifest))
}
