//! Reading kept bytes: whole or in part, in pieces large enough to keep a disk and a browser busy.

use super::{Reading, VaultError};
use crate::base::Digest;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, path::Path as Key};
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io::{self, Read as _, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

/// Bytes of a piece read from disk. object_store itself would hand out 8 KiB at a time.
const PIECE: usize = 256 << 10;
/// Least bytes of a piece from another store.
const LEAST: usize = 64 << 10;

/// Clips a wish to what is there.
fn clip(range: Option<Range<u64>>, total: u64) -> Result<Range<u64>, VaultError> {
    match range {
        None => Ok(0..total),
        Some(range) if range.start >= total => Err(VaultError::Range { total }),
        Some(range) => Ok(range.start..range.end.clamp(range.start, total)),
    }
}

/// Opens a local file for reading in part.
pub(super) async fn from_file(
    path: PathBuf,
    range: Option<Range<u64>>,
) -> Result<Reading, VaultError> {
    let mut file = tokio::fs::File::open(path).await?;
    let total = file.metadata().await?.len();
    let range = clip(range, total)?;
    file.set_max_buf_size(PIECE);
    file.seek(SeekFrom::Start(range.start)).await?;
    let mut left = range.end - range.start;
    let stream = async_stream::try_stream! {
        while left > 0 {
            let want = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let mut piece = BytesMut::zeroed(want);
            file.read_exact(&mut piece).await?;
            left -= want as u64;
            yield piece.freeze();
        }
    };
    Ok(Reading { total, range, stream: stream.boxed() })
}

/// Opens an object for reading in part.
pub(super) async fn from_store(
    store: &Arc<dyn ObjectStore>,
    key: &Key,
    range: Option<Range<u64>>,
) -> Result<Reading, VaultError> {
    let total = store.head(key).await?.size;
    let range = clip(range, total)?;
    if range.is_empty() {
        return Ok(Reading { total, range, stream: futures_util::stream::empty().boxed() });
    }
    let wanted = GetRange::Bounded(range.clone());
    let options = GetOptions { range: Some(wanted), ..GetOptions::default() };
    let mut source = store.get_opts(key, options).await?.into_stream();
    let stream = async_stream::try_stream! {
        let mut piece = BytesMut::new();
        while let Some(bytes) = source.try_next().await? {
            piece.extend_from_slice(&bytes);
            if piece.len() >= LEAST {
                yield piece.split().freeze();
            }
        }
        if !piece.is_empty() {
            yield piece.freeze();
        }
    };
    Ok(Reading { total, range, stream: stream.boxed() })
}

/// SHA-256 and length of a file. Blocking.
pub(super) fn hash_file(path: &Path) -> io::Result<(Digest, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut size = 0;
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((Digest(hasher.finalize().into()), size));
        }
        hasher.update(&piece[..read]);
        size += read as u64;
    }
}

/// SHA-256 and length of a stream.
pub(super) async fn hash_stream(
    mut stream: BoxStream<'static, Result<Bytes, VaultError>>,
) -> Result<(Digest, u64), VaultError> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    while let Some(bytes) = stream.try_next().await? {
        hasher.update(&bytes);
        size += bytes.len() as u64;
    }
    Ok((Digest(hasher.finalize().into()), size))
}
