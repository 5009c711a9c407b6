//! Resumable intake: a detached writer owns the staged file and the hashers, so that a request torn off
//! in mid-air can neither lose nor corrupt a byte. Knows neither rows nor HTTP: the caller commits.

use crate::base::{Digest, ids::UploadId};
use bytes::Bytes;
use futures_util::{Stream, future::BoxFuture};
use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Bytes of one chunk of the chunk root: 4 MiB.
pub const CHUNK: u64 = 4 << 20;

/// How far an upload is committed: exactly what the caller keeps in its row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Bytes durably staged.
    pub offset: u64,
    /// SHA-256 state after `offset` bytes (sha2 0.11 `SerializableState`, 104 bytes). Empty at 0; empty or
    /// unreadable at another offset makes the intake hash the staged bytes again.
    pub hash_state: Vec<u8>,
    /// SHA-256 of each full 4 MiB chunk so far: `offset / CHUNK` of them.
    pub chunks: Vec<Digest>,
}

impl Position {
    /// From a row; `chunk_bytes` as [`Position::chunk_bytes`] wrote them. `None` when they do not fit the offset.
    pub fn from_parts(offset: u64, hash_state: Vec<u8>, chunk_bytes: &[u8]) -> Option<Self> {
        None
    }

    /// The chunk digests, 32 bytes each, for one binary column.
    pub fn chunk_bytes(&self) -> Vec<u8> {
        Vec::new()
    }
}

/// The caller's row would not take the position: another node took the upload over, or the store failed.
#[derive(Debug, thiserror::Error)]
#[error("the position was not committed")]
pub struct CommitRefused(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Stores a position durably before it resolves.
pub type Commit =
    Arc<dyn Fn(Position) -> BoxFuture<'static, Result<(), CommitRefused>> + Send + Sync>;

/// What one append is to do.
pub struct Append {
    /// The committed position, read after the hold was taken.
    pub start: Position,
    /// Bytes that may still follow: declared length less `start.offset`.
    pub limit: u64,
    /// SHA-256 the client announced for exactly this body (tus checksum extension).
    pub checksum: Option<Digest>,
    /// Where progress is kept.
    pub commit: Commit,
}

/// How a body came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It ended as the client meant it to.
    Whole,
    /// The connection was lost.
    Cut,
    /// Somebody newer asked for the upload.
    Stopped,
}

/// An append that was taken as far as it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The committed position now.
    pub position: Position,
    /// Why no more was taken.
    pub end: End,
}

/// Why an append was not taken. Whatever was committed before stands.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The disk or the staging quota is full; the staged file was cut back to the committed offset.
    #[error("storage is full")]
    Full,
    /// The staged file is shorter than what was committed: the upload cannot be continued.
    #[error("{committed} bytes were committed, {found} are there")]
    Lost {
        /// Bytes the row says.
        committed: u64,
        /// Bytes on disk.
        found: u64,
    },
    /// The body is longer than declared; nothing behind the committed offset was kept.
    #[error("more bytes than declared")]
    TooLong,
    /// The body does not hash to the announced checksum; nothing of it was kept.
    #[error("the checksum does not match")]
    ChecksumMismatch,
    /// The caller's row refused the position.
    #[error(transparent)]
    Refused(#[from] CommitRefused),
    /// The disk failed or the writer was lost. For the log, never for a page.
    #[error("staging failed")]
    Broken(#[from] io::Error),
}

/// A complete upload, ready for `Vault::settle`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// SHA-256 of all bytes, from the running hash; settling proves it again from the disk.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of every 4 MiB chunk, the shorter last one included; none for no bytes.
    pub chunks: Vec<Digest>,
    /// The staged file.
    pub path: PathBuf,
}

/// The staging folder and who is writing in it. Cloning shares it.
#[derive(Clone)]
pub struct Intake {
    dir: Arc<PathBuf>,
}

impl Intake {
    /// Opens (and makes, if need be) the staging folder. Blocking.
    ///
    /// `sync_every` bytes are written between two commits. `quota` limits the bytes of all staged files
    /// together. Writers run on `runtime`, which must outlive the request's own.
    pub fn open(
        dir: &Path,
        sync_every: u64,
        quota: Option<u64>,
        runtime: tokio::runtime::Handle,
    ) -> io::Result<Self> {
        Ok(Intake { dir: Arc::new(dir.to_owned()) })
    }

    /// Asks whoever writes this upload to finish, waits for it, and keeps others out until the hold is dropped.
    ///
    /// A HEAD takes the hold, reads its row and drops it; a PATCH takes it, reads its row, checks the offset
    /// and appends. The newest comer wins: an append stops as soon as anybody waits for its hold.
    pub async fn hold(&self, upload: &UploadId) -> Hold {
        Hold { upload: upload.clone(), intake: self.clone() }
    }

    /// Removes staged files of uploads not in `known`, and returns how many. For start-up, before any append.
    pub async fn sweep(&self, known: &HashSet<UploadId>) -> io::Result<usize> {
        Ok(0)
    }

    /// Bytes of all staged files together.
    pub fn staged_bytes(&self) -> u64 {
        0
    }
}

/// The sole right to one upload's staged file.
pub struct Hold {
    upload: UploadId,
    intake: Intake,
}

impl Hold {
    /// Feeds `body` to a writer task and waits for it. The task goes on to write, sync and commit what arrived
    /// when this future is dropped (a connection reset), and only then gives up the hold.
    pub async fn append<S, E>(self, append: Append, body: S) -> Result<Appended, IntakeError>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        Err(IntakeError::TooLong)
    }

    /// Ends the hashing of a complete upload. Leaves the staged file where it is: settle it, commit the
    /// custody record, then `discard`.
    pub async fn finish(&self, position: &Position) -> Result<Finished, IntakeError> {
        Err(IntakeError::TooLong)
    }

    /// Removes the staged file if it is still there and frees its share of the quota.
    pub async fn discard(self) -> io::Result<()> {
        Ok(())
    }
}
