//! Copying a house while it works, and putting a copy in place: one moment's rows, then all bytes they can name.
//! The keys and the guard file are no part of a copy: who holds all three can rewrite history unseen.

use super::{Error, durable, sign_in::blocking};
use crate::{
    evidence::vault::Vault,
    store::{OpenError, Store, StoreConfig, checkpoints, sessions, uploads},
};
use futures_util::TryStreamExt as _;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Name of the rows' file, in a copy as in a data folder.
pub const ROWS: &str = "zhijian.db";
/// Name of the vault's folder, in a copy as in a data folder.
const VAULT: &str = "vault";
/// Name of the newest checkpoint's note in a copy: what its guard file would say.
pub const CHECKPOINT: &str = "checkpoint";

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Leaves under the newest checkpoint of the copy.
    pub sealed: u64,
    /// Files copied into the vault this time.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were there from before.
    pub kept: u64,
}

/// Copies the rows and the vault into `out`, beside a running server. Into a folder that holds an older copy only new
/// files are copied. What cannot go on elsewhere is left out: sessions, and uploads that are not whole.
///
/// # Errors
/// `Refused` where a server keeps the rows; `Broken` when the folder cannot be written.
pub async fn back_up(store: &Store, vault: &Vault, out: &Path) -> Result<Copied, Error> {
    let (from, rows) = (store.clone(), out.to_owned());
    let note = blocking(move || copy_rows(&from, &rows)).await??;
    // Bytes are in the vault before a row names them, so a later listing has all that the copied rows name.
    let mut copied = copy_vault(vault, &out.join(VAULT)).await?;
    if let Some(newest) = note {
        copied.sealed = newest.size.unsigned_abs();
        durable::replace(&out.join(CHECKPOINT), newest.note.as_bytes()).map_err(Error::broken)?;
    }
    Ok(copied)
}

/// Puts the copy in `from` into the data folder `data`, which must hold no rows yet. A guard file that is there stays
/// and has the last word on what may be signed; where there is none, the copy's newest checkpoint becomes it.
///
/// # Errors
/// `Refused` when `from` is no copy or `data` is in use; `Broken` when a folder cannot be read or written.
pub async fn restore(from: &Path, data: &Path, guard: &Path) -> Result<Copied, Error> {
    let rows = from.join(ROWS);
    if !rows.is_file() {
        return Err(Error::refused(format!("{} 不是备份目录：缺少 {ROWS}。", from.display())));
    }
    let place = data.join(ROWS);
    if place.exists() {
        return Err(Error::refused(format!(
            "{} 已经有数据库，没有覆盖。请先移走，或者恢复到另一个目录。",
            data.display()
        )));
    }
    let vault = Vault::open(&from.join(VAULT)).map_err(Error::broken)?;
    let mut copied = copy_vault(&vault, &data.join(VAULT)).await?;
    // The rows come last: a restore that was cut short leaves a folder without rows, and can be run again.
    let new = place.with_extension("new");
    let copy = move || fs::copy(&rows, &new).and_then(|_| put_in_place(&new, &place));
    blocking(copy).await?.map_err(Error::broken)?;
    let store = Store::open(&StoreConfig::of_file(&data.join(ROWS))).map_err(Error::broken)?;
    let newest = store.read(checkpoints::latest).await?;
    store.close();
    if let Some(newest) = newest {
        copied.sealed = newest.size.unsigned_abs();
        if !guard.exists() {
            durable::replace(guard, newest.note.as_bytes()).map_err(Error::broken)?;
        }
    }
    Ok(copied)
}

/// Copies the rows and answers the newest checkpoint among them.
fn copy_rows(from: &Store, out: &Path) -> Result<Option<checkpoints::CheckpointRow>, Error> {
    let new = out.join("zhijian.new");
    remove(&new).map_err(Error::broken)?;
    from.copy_to(&new).map_err(|fault| match fault {
        OpenError::NoFile => Error::refused(
            "数据由数据库服务器保管，请用它自己的工具备份，附件目录在那之后另行复制。",
        ),
        fault => Error::broken(fault),
    })?;
    put_in_place(&new, &out.join(ROWS)).map_err(Error::broken)?;
    let copy = Store::open(&StoreConfig::of_file(&out.join(ROWS))).map_err(Error::broken)?;
    let newest = copy.write_blocking(|db| {
        sessions::remove_expired(db, i64::MAX)?;
        for upload in uploads::unfinished(db)? {
            uploads::remove(db, &upload.id)?;
        }
        checkpoints::latest(db)
    });
    copy.close();
    Ok(newest?)
}

/// Gives a finished database file its name. The log of a database that was there before must go first:
/// SQLite would take it for this one's.
fn put_in_place(new: &Path, place: &Path) -> io::Result<()> {
    for ending in ["-wal", "-shm"] {
        let mut name = place.as_os_str().to_owned();
        name.push(ending);
        remove(&PathBuf::from(name))?;
    }
    durable::put_in_place(new, place)
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

/// Copies what `to` lacks; each file is hashed on the way and kept only if it is what its name says.
async fn copy_vault(from: &Vault, to: &Path) -> Result<Copied, Error> {
    let to = Vault::open(to).map_err(Error::broken)?;
    let mut copied = Copied::default();
    let mut all = from.list();
    while let Some(kept) = all.try_next().await.map_err(Error::broken)? {
        if to.contains(kept.digest).await.map_err(Error::broken)? == Some(kept.size) {
            copied.kept += 1;
            continue;
        }
        let file = from.path_of(kept.digest);
        let file =
            file.ok_or_else(|| Error::refused("附件不在本机磁盘上，请用存储自己的工具备份。"))?;
        let settled = to.settle(&file, kept.digest, kept.size).await;
        settled.map_err(|fault| Error::broken(format!("{}: {fault}", kept.digest)))?;
        copied.files += 1;
        copied.bytes += kept.size;
    }
    Ok(copied)
}
