//! The evidence room: bytes on their way in, at rest and on their way out. Knows no rows, no people and no HTTP.
//!
//! [`intake`] takes an upload apart from the request that feeds it, [`vault`] keeps what arrived under its digest,
//! [`sniff`], [`probe`] and [`poster`] say what it is from the bytes alone, [`generate`] makes the demonstration's media.
//! With the feature `s3`, `bucket` is a part of an S3 store that others read.

#[cfg(feature = "s3")]
pub mod bucket;
pub mod generate;
pub mod intake;
pub mod poster;
pub mod probe;
pub mod sniff;
pub mod vault;

use std::{fs::File, io, path::Path};

/// Whether an I/O error says that there is no more room (ENOSPC, EDQUOT).
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Makes the names in a folder durable; only Unix can and needs to. Blocking.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Runs a parser over hostile bytes; one that panics has found nothing.
fn careful<T>(parse: impl FnOnce() -> Option<T>) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(parse)).unwrap_or_else(|_| {
        tracing::warn!("a media parser gave up on hostile bytes");
        None
    })
}
