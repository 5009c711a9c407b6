//! The vault: original bytes at rest under their SHA-256, written once and never altered. Knows no cases and no people.

use crate::base::Digest;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::ObjectStore;
use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Why the vault could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Nothing is kept under this digest, or the staged file is not there.
    #[error("no such bytes")]
    Missing,
    /// The disk or the quota is full (ENOSPC, EDQUOT); nothing was published.
    #[error("storage is full")]
    Full,
    /// The staged bytes are not what was promised; nothing was published.
    #[error("the bytes are {found} ({found_size} bytes), not what was promised")]
    Mismatch {
        /// SHA-256 of the bytes as they are.
        found: Digest,
        /// How many there are.
        found_size: u64,
    },
    /// The range starts behind the end (RFC 9110 §15.5.17).
    #[error("range starts behind the end of {total} bytes")]
    Range {
        /// Bytes kept under the digest.
        total: u64,
    },
    /// The store failed. The source is for the log, never for a page.
    #[error("the store failed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Bytes kept under one digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256 of the bytes, taken from their key.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
}

/// An open reading of kept bytes.
pub struct Reading {
    /// All bytes kept under the digest.
    pub total: u64,
    /// The part that is read: start inclusive, end exclusive.
    pub range: Range<u64>,
    /// The part's bytes, in pieces of 64 KiB or more (the last may be shorter).
    pub stream: BoxStream<'static, Result<Bytes, VaultError>>,
}

/// Content-addressed store, keys `sha256/ab/<64 hex>`. Cloning shares it.
#[derive(Clone)]
pub struct Vault {
    store: Arc<dyn ObjectStore>,
    local: Option<Arc<PathBuf>>,
}

impl Vault {
    /// Opens (and makes, if need be) the vault in a local folder; every write is fsynced. Blocking.
    pub fn open(dir: &Path) -> Result<Self, VaultError> {
        Err(VaultError::Missing)
    }

    /// A vault over any other store, for example an S3 bucket.
    pub fn over(store: Arc<dyn ObjectStore>) -> Self {
        Vault { store, local: None }
    }

    /// Moves a staged file into the vault: re-hashes all its bytes, publishes them create-only and makes
    /// that durable before it returns. The staged file is gone afterwards. Asking again after a crash is
    /// fine: right bytes already kept under the digest count as done, with or without the staged file.
    pub async fn settle(&self, staged: &Path, digest: Digest, size: u64) -> Result<(), VaultError> {
        Err(VaultError::Missing)
    }

    /// Keeps a small piece made by the program itself (a poster, a report) and returns its digest.
    pub async fn put_bytes(&self, bytes: Vec<u8>) -> Result<Digest, VaultError> {
        Err(VaultError::Missing)
    }

    /// Opens kept bytes for reading; `range` is half-open and clipped at the end, `None` means all.
    pub async fn open_range(
        &self,
        digest: Digest,
        range: Option<Range<u64>>,
    ) -> Result<Reading, VaultError> {
        Err(VaultError::Missing)
    }

    /// All bytes kept under the digest, in memory: for small things only. More than `most` bytes is `Broken`.
    pub async fn read(&self, digest: Digest, most: u64) -> Result<Bytes, VaultError> {
        Err(VaultError::Missing)
    }

    /// Where the bytes lie on the local disk; `None` when they do not or the store is not local. Never write there.
    pub fn path_of(&self, digest: Digest) -> Option<PathBuf> {
        None
    }

    /// How many bytes are kept under the digest, `None` if there are none.
    pub async fn contains(&self, digest: Digest) -> Result<Option<u64>, VaultError> {
        Ok(None)
    }

    /// Everything kept, in no order. Foreign files are passed over.
    pub fn list(&self) -> BoxStream<'static, Result<Kept, VaultError>> {
        Box::pin(futures_util::stream::empty())
    }

    /// Reads all bytes kept under `digest` and returns what they hash to now, and how many there are.
    pub async fn rehash(&self, digest: Digest) -> Result<(Digest, u64), VaultError> {
        Err(VaultError::Missing)
    }

    /// Removes half-written leftovers of a crash that are older than `age`; returns how many.
    pub async fn sweep(&self, age: Duration) -> Result<usize, VaultError> {
        Ok(0)
    }
}
