//! The detached writer of one append: write, sync, commit, and only then answer. Outlives the request that feeds it.

use super::{
    Append, Appended, Checksum, End, Hold, IntakeError, Position, blocking, staged::Staged,
};
use crate::base::Digest;
use bytes::Bytes;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use std::io;
use tokio::sync::mpsc::Receiver;

/// What the request passes on.
pub(super) enum Piece {
    /// More of the body.
    Bytes(Bytes),
    /// The body ended as it should.
    End,
}

/// Bytes and pieces taken to the disk at a time; together with the queue they bound an upload's memory.
const BATCH_BYTES: usize = 1 << 20;
const BATCH_PIECES: usize = 64;

/// Takes everything the feed gives, until it ends, somebody else wants the upload, or it cannot be kept.
pub(super) async fn run(
    hold: Hold,
    append: Append,
    mut pieces: Receiver<Piece>,
) -> Result<Appended, IntakeError> {
    let (path, start) = (hold.shared.path(&hold.upload), append.start.clone());
    let staged = blocking(move || Staged::open(path, &start)).await?;
    hold.shared.quota.set(&hold.upload, append.start.offset);
    let check = append.checksum.map(|expected| (expected, Seen::of(expected)));
    let committed = append.start.clone();
    let mut writer = Writer { hold, append, staged: Some(staged), committed, check };
    let outcome = writer.take(&mut pieces).await;
    match outcome {
        // Whoever refused the position may own the file now, so it is left alone.
        Err(IntakeError::Refused(refused)) => return Err(IntakeError::Refused(refused)),
        _ => writer.cut_back().await?,
    }
    Ok(Appended { position: writer.committed, end: outcome? })
}

struct Writer {
    hold: Hold,
    append: Append,
    /// Away only while the disk works on it; lost when that work panicked.
    staged: Option<Staged>,
    committed: Position,
    /// The announced checksum and the running one over this body.
    check: Option<(Checksum, Seen)>,
}

/// The running digest of one body, of the kind that was announced.
enum Seen {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Seen {
    fn of(announced: Checksum) -> Self {
        match announced {
            Checksum::Sha1(_) => Seen::Sha1(Sha1::new()),
            Checksum::Sha256(_) => Seen::Sha256(Sha256::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Seen::Sha1(state) => state.update(bytes),
            Seen::Sha256(state) => state.update(bytes),
        }
    }

    fn end(self) -> Checksum {
        match self {
            Seen::Sha1(state) => Checksum::Sha1(state.finalize().into()),
            Seen::Sha256(state) => Checksum::Sha256(Digest(state.finalize().into())),
        }
    }
}

impl Writer {
    async fn take(&mut self, pieces: &mut Receiver<Piece>) -> Result<End, IntakeError> {
        let end = loop {
            let (batch, end) = self.next_batch(pieces).await;
            self.write(batch).await?;
            if let Some(end) = end {
                break end;
            }
            let unsynced = self.offset()? - self.committed.offset;
            if self.check.is_none() && unsynced >= self.hold.shared.sync_every {
                self.commit().await?;
            }
        };
        match self.check.take() {
            None => self.commit().await?,
            Some(_) if end != End::Whole => {}
            Some((expected, seen)) => {
                if seen.end() != expected {
                    return Err(IntakeError::ChecksumMismatch);
                }
                self.commit().await?;
            }
        }
        Ok(end)
    }

    /// Waits for one piece and takes what else is there already.
    async fn next_batch(&self, pieces: &mut Receiver<Piece>) -> (Vec<Bytes>, Option<End>) {
        let mut batch = Vec::new();
        let mut size = 0;
        let mut next = tokio::select! {
            biased;
            () = self.hold.turn.wanted() => return last_batch(pieces),
            piece = pieces.recv() => piece,
        };
        loop {
            match next {
                None => return (batch, Some(End::Cut)),
                Some(Piece::End) => return (batch, Some(End::Whole)),
                Some(Piece::Bytes(bytes)) => {
                    size += bytes.len();
                    batch.push(bytes);
                }
            }
            if size >= BATCH_BYTES || batch.len() >= BATCH_PIECES {
                return (batch, None);
            }
            // A closed feed shows itself at the next wait, after what it still held.
            match pieces.try_recv() {
                Ok(piece) => next = Some(piece),
                Err(_) => return (batch, None),
            }
        }
    }

    async fn write(&mut self, batch: Vec<Bytes>) -> Result<(), IntakeError> {
        let more: u64 = batch.iter().map(|bytes| bytes.len() as u64).sum();
        if more == 0 {
            return Ok(());
        }
        let taken = self.offset()? - self.append.start.offset;
        if taken.saturating_add(more) > self.append.limit {
            return Err(IntakeError::TooLong);
        }
        if !self.hold.shared.quota.grow(&self.hold.upload, more) {
            return Err(IntakeError::Full);
        }
        let check = self.check.take();
        let (written, check) = self
            .on_disk(move |staged| {
                let written = staged.write(&batch);
                let check = check.map(|(expected, mut seen)| {
                    batch.iter().for_each(|bytes| seen.update(bytes));
                    (expected, seen)
                });
                Ok((written, check))
            })
            .await?;
        self.check = check;
        Ok(written?)
    }

    /// Syncs what was written and has the caller keep the position.
    async fn commit(&mut self) -> Result<(), IntakeError> {
        if self.offset()? == self.committed.offset {
            return Ok(());
        }
        let position = self.on_disk(|staged| staged.sync()).await?;
        (self.append.commit)(position.clone()).await?;
        self.committed = position;
        Ok(())
    }

    /// Drops whatever was written and not committed, and its share of the quota.
    async fn cut_back(&mut self) -> io::Result<()> {
        let to = self.committed.offset;
        if let Some(staged) = self.staged.take() {
            blocking(move || staged.cut_back(to)).await?;
        }
        self.hold.shared.quota.set(&self.hold.upload, to);
        Ok(())
    }

    fn offset(&self) -> io::Result<u64> {
        self.staged.as_ref().map(Staged::offset).ok_or_else(lost)
    }

    /// Lends the staged file to a disk thread.
    async fn on_disk<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Staged) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let mut staged = self.staged.take().ok_or_else(lost)?;
        let (staged, done) = blocking(move || {
            let done = work(&mut staged);
            Ok::<_, io::Error>((staged, done))
        })
        .await?;
        self.staged = Some(staged);
        done
    }
}

/// Takes what had arrived before somebody else wanted the upload; the feed is told that nothing more is taken.
fn last_batch(pieces: &mut Receiver<Piece>) -> (Vec<Bytes>, Option<End>) {
    pieces.close();
    let mut batch = Vec::new();
    while let Ok(piece) = pieces.try_recv() {
        match piece {
            Piece::Bytes(bytes) => batch.push(bytes),
            Piece::End => return (batch, Some(End::Whole)),
        }
    }
    (batch, Some(End::Stopped))
}

fn lost() -> io::Error {
    io::Error::other("the staged file was lost")
}
