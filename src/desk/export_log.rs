//! The public log as static files (C2SP tlog-tiles), for a mirror or a network of caches: what `/log/` serves, at the
//! same paths. May be stopped and run again at any time; the checkpoint is replaced last, so what is there is whole.

#[cfg(feature = "s3")]
mod bucket;
pub mod sink;

use super::{Error, House, log, seal_checkpoint::Sealer};
use crate::{
    ledger::{
        checkpoint::Checkpoint,
        note::Note,
        tile::{self, TilePath},
    },
    store::{Db, checkpoints},
};
use sink::Sink;

/// Tiles read in one look at the database.
const BATCH: usize = 256;

/// What an export did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Leaves in the exported log.
    pub size: u64,
    /// Files written this time.
    pub written: u64,
    /// Files that were there from before.
    pub kept: u64,
}

/// Writes the log up to its newest checkpoint to `out`, calling `progress` with tiles done and tiles in all.
///
/// # Errors
/// `Refused` when `out` holds another log, or a history of this one that it does not extend, or is a bucket that does
/// not take files; `Busy` while nothing is sealed; `Broken` when a folder cannot be written.
pub async fn export_log(
    house: &House,
    out: &Sink,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Exported, Error> {
    let there = out.checkpoint().await?.map(|note| read_checkpoint(&note)).transpose()?;
    let origin = house.log.name().to_owned();
    let before = there.as_ref().map_or(0, |there| there.size);
    let newest = house.store.read(move |db| extends(db, &origin, there.as_ref())).await?;
    let size = newest.size.unsigned_abs();
    let mut done = Exported { size, ..Exported::default() };
    let tiles = tile::tiles(before, size);
    for (batch, paths) in tiles.chunks(BATCH).enumerate() {
        progress(batch * BATCH, tiles.len());
        let there = out.there(paths).await?;
        let wanted: Vec<TilePath> =
            paths.iter().copied().filter(|path| !there.whole.contains(path)).collect();
        done.kept += (paths.len() - wanted.len()) as u64;
        done.written += wanted.len() as u64;
        let read = house.store.read(move |db| {
            let tile = |path| Ok::<_, Error>((path, log::tile_of(db, path, size)?));
            wanted.into_iter().map(tile).collect::<Result<Vec<_>, _>>()
        });
        out.write(read.await?).await?;
        for full in there.outgrown {
            out.remove_parts(full).await?;
        }
    }
    out.replace_checkpoint(newest.note).await?;
    progress(tiles.len(), tiles.len());
    Ok(done)
}

fn read_checkpoint(note: &[u8]) -> Result<Checkpoint, Error> {
    let note = str::from_utf8(note).ok().and_then(|note| Note::parse(note).ok());
    let read = note.and_then(|note| Checkpoint::parse(&note.text).ok());
    read.ok_or_else(|| Error::refused("目标位置里的 checkpoint 不是日志的检查点。"))
}

/// The newest checkpoint, if it extends what was exported before.
fn extends(
    db: &mut Db,
    origin: &str,
    there: Option<&Checkpoint>,
) -> Result<checkpoints::CheckpointRow, Error> {
    let newest = checkpoints::latest(db)?.ok_or(Error::Busy)?;
    let Some(there) = there else { return Ok(newest) };
    if there.origin != origin {
        return Err(Error::refused("目标位置里是另一份日志。"));
    }
    if there.size > newest.size.unsigned_abs() {
        return Err(Error::refused("目标位置里的日志比这里的长，这里的数据可能是旧备份。"));
    }
    if Sealer::at(db, there.size)?.root() != there.root {
        return Err(Error::refused("目标位置里的日志与这里的历史不一致，没有改动。"));
    }
    Ok(newest)
}
