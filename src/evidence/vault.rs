//! The vault: original bytes at rest under their SHA-256, written once and never altered. Knows no cases and no people.

mod copy;
mod local;
mod read;

use crate::{base::Digest, evidence::is_full};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutMode, local::LocalFileSystem, path::Path as Key,
};
use std::{
    io,
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
    /// The folder, when the store is one.
    root: Option<Arc<PathBuf>>,
}

impl Vault {
    /// Opens (and makes, if need be) the vault in a local folder; every write is fsynced. Blocking.
    pub fn open(dir: &Path) -> Result<Self, VaultError> {
        std::fs::create_dir_all(dir)?;
        let root = dir.canonicalize()?;
        let store = LocalFileSystem::new_with_prefix(&root)?.with_fsync(true);
        Ok(Vault { store: Arc::new(store), root: Some(Arc::new(root)) })
    }

    /// A vault over any other store, for example an S3 bucket.
    pub fn over(store: Arc<dyn ObjectStore>) -> Self {
        Vault { store, root: None }
    }

    /// Takes a staged file into the vault: re-hashes all its bytes, publishes them create-only and makes
    /// that durable before it returns. The staged file stays, read-only and sharing the vault's bytes where
    /// the disk can, until the caller has committed its row and discards it; so a crash in between can start
    /// over. Right bytes already kept under the digest count as done, even when the staged file is gone.
    pub async fn settle(&self, staged: &Path, digest: Digest, size: u64) -> Result<(), VaultError> {
        let promised = Kept { digest, size };
        if !tokio::fs::try_exists(staged).await? {
            return if self.is_whole(promised).await? { Ok(()) } else { Err(VaultError::Missing) };
        }
        if let Some(root) = self.root.clone() {
            let from = staged.to_owned();
            let linked = blocking(move || local::link(&root, &from, promised)).await?;
            if linked {
                return Ok(());
            }
        }
        if !self.is_whole(promised).await? {
            copy::stream_in(&self.store, staged, promised).await?;
        }
        Ok(())
    }

    /// Keeps a small piece made by the program itself (a poster, a report) and returns its digest.
    pub async fn put_bytes(&self, bytes: impl Into<Bytes>) -> Result<Digest, VaultError> {
        let bytes = bytes.into();
        let kept = Kept { digest: Digest::of(&bytes), size: bytes.len() as u64 };
        let key = key(kept.digest);
        let put = |mode: PutMode| self.store.put_opts(&key, bytes.clone().into(), mode.into());
        match put(PutMode::Create).await {
            Ok(_) => {}
            Err(object_store::Error::AlreadyExists { .. }) if self.is_whole(kept).await? => {}
            // Damaged bytes hold the place: the right ones are at hand, so they take it.
            Err(object_store::Error::AlreadyExists { .. }) => {
                tracing::error!(digest = %kept.digest, "damaged bytes in the vault were replaced");
                put(PutMode::Overwrite).await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(kept.digest)
    }

    /// Opens kept bytes for reading; `range` is half-open and clipped at the end, `None` means all.
    pub async fn open_range(
        &self,
        digest: Digest,
        range: Option<Range<u64>>,
    ) -> Result<Reading, VaultError> {
        match self.path_of(digest) {
            Some(path) => read::from_file(path, range).await,
            None => read::from_store(&self.store, &key(digest), range).await,
        }
    }

    /// All bytes kept under the digest, in memory, for small things: more than `most` bytes is `Broken`.
    pub async fn read(&self, digest: Digest, most: u64) -> Result<Bytes, VaultError> {
        let reading = self.open_range(digest, None).await?;
        if reading.total > most {
            return Err(VaultError::Broken(format!("{} bytes are too many", reading.total).into()));
        }
        let pieces: Vec<Bytes> = reading.stream.try_collect().await?;
        Ok(pieces.concat().into())
    }

    /// Where the bytes lie on the local disk; `None` when the store is not local. The file may be missing.
    /// For reading only.
    pub fn path_of(&self, digest: Digest) -> Option<PathBuf> {
        self.root.as_ref().map(|root| local::path(root, digest))
    }

    /// How many bytes are kept under the digest, `None` if there are none.
    pub async fn contains(&self, digest: Digest) -> Result<Option<u64>, VaultError> {
        match self.store.head(&key(digest)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Everything kept, in no order. Foreign files are passed over.
    pub fn list(&self) -> BoxStream<'static, Result<Kept, VaultError>> {
        let kept = |meta: object_store::ObjectMeta| {
            let digest = meta.location.filename()?.parse().ok()?;
            (key(digest) == meta.location).then_some(Kept { digest, size: meta.size })
        };
        let all = self.store.list(Some(&Key::from("sha256")));
        all.map_err(VaultError::from)
            .try_filter_map(move |meta| async move { Ok(kept(meta)) })
            .boxed()
    }

    /// Reads all bytes kept under `digest` and returns what they hash to now, and how many there are.
    pub async fn rehash(&self, digest: Digest) -> Result<(Digest, u64), VaultError> {
        if let Some(path) = self.path_of(digest) {
            return blocking(move || Ok(read::hash_file(&path)?)).await;
        }
        read::hash_stream(self.open_range(digest, None).await?.stream).await
    }

    /// Removes half-written leftovers of a crash that are older than `age`; returns how many.
    pub async fn sweep(&self, age: Duration) -> Result<usize, VaultError> {
        let Some(root) = self.root.clone() else { return Ok(0) };
        blocking(move || Ok(local::sweep(&root, age)?)).await
    }

    /// Whether exactly the promised bytes are kept, proven by reading them.
    async fn is_whole(&self, promised: Kept) -> Result<bool, VaultError> {
        match self.rehash(promised.digest).await {
            Ok((digest, size)) => Ok(digest == promised.digest && size == promised.size),
            Err(VaultError::Missing) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Where a digest's bytes are kept.
fn key(digest: Digest) -> Key {
    let hex = digest.hex();
    Key::from(format!("sha256/{}/{hex}", &hex[..2]))
}

/// Runs disk work off the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| VaultError::Broken(error.into()))?
}

impl From<io::Error> for VaultError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => VaultError::Missing,
            _ if is_full(&error) => VaultError::Full,
            _ => VaultError::Broken(error.into()),
        }
    }
}

impl From<object_store::Error> for VaultError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return VaultError::Missing;
        }
        // The store wraps the disk's answer; only the innermost error knows that it is full.
        let mut inner: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(cause) = inner {
            if cause.downcast_ref::<io::Error>().is_some_and(is_full) {
                return VaultError::Full;
            }
            inner = cause.source();
        }
        VaultError::Broken(error.into())
    }
}
