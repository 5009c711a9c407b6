//! What the tests of this room share: made-up bytes, a row that keeps positions, the shared samples.

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
use std::{
    convert::Infallible,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::sync::oneshot;
use zhijian::{
    base::{Moment, ids::UploadId},
    evidence::intake::{Append, Commit, Intake, Position},
};

/// Bytes that differ from place to place and from seed to seed.
pub fn bytes(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

pub fn upload() -> UploadId {
    UploadId::new(Moment::from_millis(1_800_000_000_000))
}

/// A body that arrives in pieces and ends well.
pub fn body(data: &[u8], piece: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
    let pieces: Vec<_> = data.chunks(piece).map(|p| Ok(Bytes::copy_from_slice(p))).collect();
    stream::iter(pieces)
}

/// A body that breaks off after `data`.
pub fn torn(data: &[u8], piece: usize) -> impl Stream<Item = Result<Bytes, &'static str>> + use<> {
    let mut pieces: Vec<_> = data.chunks(piece).map(|p| Ok(Bytes::copy_from_slice(p))).collect();
    pieces.push(Err("connection reset"));
    stream::iter(pieces)
}

/// A body that stalls for ever after `data`, and tells when it does.
pub fn stalling(
    data: &[u8],
    piece: usize,
) -> (impl Stream<Item = Result<Bytes, Infallible>> + Send + use<>, oneshot::Receiver<()>) {
    let (tell, told) = oneshot::channel();
    let stall = stream::once(async move {
        let _ = tell.send(());
        std::future::pending().await
    });
    (body(data, piece).chain(stall), told)
}

/// Stands for the caller's row: the last committed position and how often it was committed.
#[derive(Clone, Default)]
pub struct Row(Arc<Mutex<(Position, usize)>>);

impl Row {
    pub fn position(&self) -> Position {
        self.0.lock().unwrap().0.clone()
    }

    pub fn commits(&self) -> usize {
        self.0.lock().unwrap().1
    }

    pub fn commit(&self) -> Commit {
        let row = self.clone();
        Arc::new(move |position: Position| {
            let row = row.clone();
            async move {
                let mut kept = row.0.lock().unwrap();
                assert!(position.offset > kept.0.offset, "positions only go forward");
                *kept = (position, kept.1 + 1);
                Ok(())
            }
            .boxed()
        })
    }

    /// An append that goes on where the row stands, towards `total` bytes.
    pub fn append(&self, total: usize) -> Append {
        let start = self.position();
        let limit = total as u64 - start.offset;
        Append { start, limit, checksum: None, commit: self.commit() }
    }
}

pub fn open(dir: &Path) -> Intake {
    open_with(dir, 1 << 20, None)
}

pub fn open_with(dir: &Path, sync_every: u64, quota: Option<u64>) -> Intake {
    Intake::open(dir, sync_every, quota, tokio::runtime::Handle::current()).unwrap()
}

/// The shared samples, or `None` (and a line saying so) where they are absent.
pub fn samples() -> Option<PathBuf> {
    let dir = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: no sample data at {}", dir.display());
    None
}

/// Every file below a folder.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
