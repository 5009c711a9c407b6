//! The public log as static files (C2SP tlog-tiles), for a mirror or a network of caches: what `/log/` serves, at the
//! same paths. May be stopped and run again at any time; the checkpoint is replaced last, so what is there is whole.

use super::{Error, House, durable, log, seal_checkpoint::Sealer};
use crate::{
    ledger::{
        checkpoint::Checkpoint,
        note::Note,
        tile::{self, FULL, TilePath},
    },
    store::{Db, checkpoints},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

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

/// Writes the log up to its newest checkpoint into `out`, calling `progress` with tiles done and tiles in all.
///
/// # Errors
/// `Refused` when `out` holds another log, or a history of this one that it does not extend; `Busy` while nothing is
/// sealed; `Broken` when the folder cannot be written.
pub async fn export_log(
    house: &House,
    out: &Path,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Exported, Error> {
    fs::create_dir_all(out).map_err(Error::broken)?;
    let there = read_checkpoint(out)?;
    let origin = house.log.name().to_owned();
    let before = there.as_ref().map_or(0, |there| there.size);
    let newest = house.store.read(move |db| extends(db, &origin, there.as_ref())).await?;
    let size = newest.size.unsigned_abs();
    let mut done = Exported { size, ..Exported::default() };
    let tiles = tile::tiles(before, size);
    for (batch, paths) in tiles.chunks(BATCH).enumerate() {
        progress(batch * BATCH, tiles.len());
        let wanted: Vec<TilePath> =
            paths.iter().copied().filter(|path| !is_whole(out, *path)).collect();
        done.kept += (paths.len() - wanted.len()) as u64;
        done.written += wanted.len() as u64;
        let read = house.store.read(move |db| {
            let tile = |path| Ok::<_, Error>((path, log::tile_of(db, path, size)?));
            wanted.into_iter().map(tile).collect::<Result<Vec<_>, _>>()
        });
        for (path, bytes) in read.await? {
            write(out, path, &bytes).map_err(Error::broken)?;
        }
    }
    durable::replace(&out.join("checkpoint"), newest.note.as_bytes()).map_err(Error::broken)?;
    progress(tiles.len(), tiles.len());
    Ok(done)
}

fn read_checkpoint(out: &Path) -> Result<Option<Checkpoint>, Error> {
    let text = match fs::read_to_string(out.join("checkpoint")) {
        Ok(text) => text,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(Error::broken(fault)),
    };
    let read = Note::parse(&text).ok().and_then(|note| Checkpoint::parse(&note.text).ok());
    read.map(Some).ok_or_else(|| Error::refused("目标目录里的 checkpoint 不是日志的检查点。"))
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
        return Err(Error::refused("目标目录里是另一份日志。"));
    }
    if there.size > newest.size.unsigned_abs() {
        return Err(Error::refused("目标目录里的日志比这里的长，这里的数据可能是旧备份。"));
    }
    if Sealer::at(db, there.size)?.root() != there.root {
        return Err(Error::refused("目标目录里的日志与这里的历史不一致，没有改动。"));
    }
    Ok(newest)
}

/// Whether the file is there. Files appear under their names only when they are whole.
fn is_whole(out: &Path, path: TilePath) -> bool {
    file(out, path).is_file()
}

fn file(out: &Path, path: TilePath) -> PathBuf {
    out.join(path.to_string())
}

fn write(out: &Path, path: TilePath, bytes: &[u8]) -> io::Result<()> {
    let file = file(out, path);
    if let Some(folder) = file.parent() {
        make_folder(out, folder)?;
    }
    durable::replace(&file, bytes)?;
    if path.width() == FULL {
        // With the full tile there nobody needs its earlier parts any more.
        let mut parts = file.into_os_string();
        parts.push(".p");
        match fs::remove_dir_all(parts) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
    }
    Ok(())
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
