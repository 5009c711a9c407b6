//! Where the log's static files go: a folder, or a part of a bucket. A file is there whole or not at all, and what was
//! written survives a power cut; which files, and when, is not decided here.

use super::super::{Error, durable};
#[cfg(feature = "s3")]
use super::bucket;
#[cfg(feature = "s3")]
use crate::evidence::bucket::Bucket;
use crate::ledger::tile::{FULL, TilePath};
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Name of the file that is replaced last.
pub(super) const CHECKPOINT: &str = "checkpoint";

/// A place for the log's files.
pub enum Sink {
    /// A folder, made when it is not there.
    Folder(PathBuf),
    /// A part of a bucket.
    #[cfg(feature = "s3")]
    Bucket(Bucket),
}

/// What is there of some tiles.
#[derive(Default)]
pub(super) struct There {
    /// Tiles that need not be written.
    pub whole: HashSet<TilePath>,
    /// Full tiles with narrower ones of earlier sizes beside them.
    pub outgrown: Vec<TilePath>,
}

impl Sink {
    /// The checkpoint of the export before, if there was one.
    pub(super) async fn checkpoint(&self) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Sink::Folder(folder) => match fs::read(folder.join(CHECKPOINT)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(fault) => Err(Error::broken(fault)),
            },
            #[cfg(feature = "s3")]
            Sink::Bucket(bucket) => bucket::checkpoint(bucket).await,
        }
    }

    /// Looks for these tiles. Files appear under their names only when they are whole.
    pub(super) async fn there(&self, tiles: &[TilePath]) -> Result<There, Error> {
        match self {
            Sink::Folder(folder) => {
                let whole = |tile: &TilePath| folder.join(tile.to_string()).is_file();
                let outgrown =
                    |tile: &TilePath| tile.width() == FULL && folder.join(parts_of(*tile)).is_dir();
                Ok(There {
                    whole: tiles.iter().copied().filter(whole).collect(),
                    outgrown: tiles.iter().copied().filter(outgrown).collect(),
                })
            }
            #[cfg(feature = "s3")]
            Sink::Bucket(bucket) => bucket::there(bucket, tiles).await,
        }
    }

    /// Writes tiles; all of them are durable once this returns.
    pub(super) async fn write(&self, tiles: Vec<(TilePath, Vec<u8>)>) -> Result<(), Error> {
        match self {
            Sink::Folder(folder) => tiles
                .iter()
                .try_for_each(|(tile, bytes)| write_file(folder, *tile, bytes))
                .map_err(Error::broken),
            #[cfg(feature = "s3")]
            Sink::Bucket(bucket) => bucket::write(bucket, tiles).await,
        }
    }

    /// Removes what is narrower than a full tile: with that there nobody needs it any more.
    pub(super) async fn remove_parts(&self, full: TilePath) -> Result<(), Error> {
        match self {
            Sink::Folder(folder) => {
                fs::remove_dir_all(folder.join(parts_of(full))).map_err(Error::broken)
            }
            #[cfg(feature = "s3")]
            Sink::Bucket(bucket) => bucket::remove_parts(bucket, full).await,
        }
    }

    /// Replaces the checkpoint.
    pub(super) async fn replace_checkpoint(&self, note: String) -> Result<(), Error> {
        match self {
            Sink::Folder(folder) => fs::create_dir_all(folder)
                .and_then(|()| durable::replace(&folder.join(CHECKPOINT), note.as_bytes()))
                .map_err(Error::broken),
            #[cfg(feature = "s3")]
            Sink::Bucket(bucket) => bucket::replace_checkpoint(bucket, note).await,
        }
    }
}

/// The folder of what is narrower than a full tile.
pub(super) fn parts_of(full: TilePath) -> String {
    format!("{full}.p")
}

fn write_file(out: &Path, tile: TilePath, bytes: &[u8]) -> io::Result<()> {
    let file = out.join(tile.to_string());
    if let Some(folder) = file.parent() {
        make_folder(out, folder)?;
    }
    durable::replace(&file, bytes)
}

/// Makes `folder` under `out`, and its name and those above it durable.
fn make_folder(out: &Path, folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let mut above = folder.ancestors().skip(1).take_while(|above| above.starts_with(out));
    above.try_for_each(|above| fs::File::open(above)?.sync_all())
}
