//! Resumable intake: a detached writer owns the staged file and the hashers, so that a request torn off
//! in mid-air can neither lose nor corrupt a byte. Knows neither rows nor HTTP: the caller commits.

mod quota;
mod staged;
mod turns;
mod writer;

use crate::{
    base::{Digest, ids::UploadId},
    evidence::is_full,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, future::BoxFuture};
use quota::Quota;
use staged::Staged;
use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot};
use turns::{Turn, Turns};
use writer::Piece;

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
        let full = usize::try_from(offset / CHUNK).ok()?;
        if chunk_bytes.len() != full.checked_mul(32)? || (offset == 0 && !hash_state.is_empty()) {
            return None;
        }
        let chunks = chunk_bytes.chunks_exact(32).filter_map(Digest::from_slice).collect();
        Some(Position { offset, hash_state, chunks })
    }

    /// The chunk digests, 32 bytes each, for one binary column.
    pub fn chunk_bytes(&self) -> Vec<u8> {
        self.chunks.iter().flat_map(|chunk| chunk.0).collect()
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
    /// What the client announced for exactly this body (tus checksum extension).
    pub checksum: Option<Checksum>,
    /// Where progress is kept.
    pub commit: Commit,
}

/// A digest announced for one body. SHA-1 only guards against accidents on the line; it is here because the
/// tus checksum extension asks every server for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256(Digest),
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
    Broken(#[source] io::Error),
}

impl From<io::Error> for IntakeError {
    fn from(error: io::Error) -> Self {
        if is_full(&error) { IntakeError::Full } else { IntakeError::Broken(error) }
    }
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
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    sync_every: u64,
    quota: Quota,
    turns: Turns,
    runtime: tokio::runtime::Handle,
}

impl Shared {
    fn path(&self, upload: &UploadId) -> PathBuf {
        self.dir.join(format!("{upload}{SUFFIX}"))
    }
}

/// Pieces waiting between the request and the writer; with 64 KiB a piece, half a mebibyte.
const QUEUE: usize = 8;
/// How staged files' names end.
const SUFFIX: &str = ".part";

impl Intake {
    /// Opens (and makes, if need be) the staging folder. Blocking.
    ///
    /// `sync_every` bytes are written between two commits. `quota` limits the bytes of all staged files
    /// together. Writers run on `runtime`, which must outlive that of any request.
    pub fn open(
        dir: &Path,
        sync_every: u64,
        quota: Option<u64>,
        runtime: tokio::runtime::Handle,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let dir = dir.canonicalize()?;
        let quota = Quota::new(quota, staged::list(&dir)?);
        let turns = Turns::default();
        Ok(Intake { shared: Arc::new(Shared { dir, sync_every, quota, turns, runtime }) })
    }

    /// Asks whoever writes this upload to finish, waits for it, and keeps others out until the hold is dropped.
    ///
    /// A HEAD takes the hold, reads its row and drops it; a PATCH takes it, reads its row, checks the offset
    /// and appends. The newest comer wins: an append stops as soon as anybody waits for its hold.
    pub async fn hold(&self, upload: &UploadId) -> Hold {
        let turn = self.shared.turns.take(upload).await;
        Hold { upload: upload.clone(), shared: self.shared.clone(), turn }
    }

    /// Removes staged files of uploads not in `known`, and returns how many. For start-up, before any append.
    pub async fn sweep(&self, known: &HashSet<UploadId>) -> io::Result<usize> {
        let mut swept = 0;
        for (upload, _) in self.staged().await? {
            if !known.contains(&upload) {
                self.hold(&upload).await.discard().await?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Every staged file with its bytes, as they lie on the disk now.
    pub async fn staged(&self) -> io::Result<Vec<(UploadId, u64)>> {
        let dir = self.shared.dir.clone();
        blocking(move || staged::list(&dir)).await
    }

    /// Bytes of all staged files together.
    pub fn staged_bytes(&self) -> u64 {
        self.shared.quota.total()
    }
}

/// The sole right to one upload's staged file.
pub struct Hold {
    upload: UploadId,
    shared: Arc<Shared>,
    turn: Turn,
}

impl Hold {
    /// Feeds `body` to a writer task and waits for it. The task goes on to write, sync and commit what arrived
    /// when this future is dropped (a connection reset), and only then gives up the hold.
    pub async fn append<S, E>(self, append: Append, body: S) -> Result<Appended, IntakeError>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let (feed, pieces) = mpsc::channel(QUEUE);
        let (answer, mut answered) = oneshot::channel();
        self.shared.runtime.clone().spawn(async move {
            let outcome = writer::run(self, append, pieces).await;
            // Nobody listens any more after a reset; what counts is committed.
            let _ = answer.send(outcome);
        });
        let gone = |_| Err(IntakeError::Broken(io::Error::other("the writer was lost")));
        let mut body = pin!(body);
        loop {
            let piece = tokio::select! {
                biased;
                outcome = &mut answered => return outcome.unwrap_or_else(gone),
                piece = body.next() => piece,
            };
            let (piece, last) = match piece {
                Some(Ok(bytes)) => (Piece::Bytes(bytes), false),
                Some(Err(_)) => break,
                None => (Piece::End, true),
            };
            if feed.send(piece).await.is_err() || last {
                break;
            }
        }
        // A feed that closes without `Piece::End` is a cut connection.
        drop(feed);
        answered.await.unwrap_or_else(gone)
    }

    /// Ends the hashing of a complete upload. Leaves the staged file where it is: settle it, commit the
    /// custody record, then `discard`. Can be asked again after a crash, until the discard.
    ///
    /// Should settling find other bytes than this digest, the stored hash state was damaged: ask again with
    /// an empty one, which hashes the staged bytes anew.
    pub async fn finish(&self, position: &Position) -> Result<Finished, IntakeError> {
        let (path, position) = (self.shared.path(&self.upload), position.clone());
        blocking(move || Staged::open(path, &position)?.finish()).await
    }

    /// Removes the staged file if it is still there and frees its share of the quota.
    pub async fn discard(self) -> io::Result<()> {
        let path = self.shared.path(&self.upload);
        blocking(move || staged::remove(&path)).await?;
        self.shared.quota.set(&self.upload, 0);
        drop(self.turn);
        Ok(())
    }
}

/// Runs disk work off the async threads.
async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<io::Error> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(|error| E::from(io::Error::other(error)))?
}
