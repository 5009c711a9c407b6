//! Publishing on a local disk: a hard link to the staged file, so that no byte is copied. Blocking; never overwrites.

use super::{Kept, VaultError, read};
use crate::{base::Digest, evidence::sync_folder};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where a digest's bytes lie under `root`.
pub(super) fn path(root: &Path, digest: Digest) -> PathBuf {
    let hex = digest.hex();
    root.join("sha256").join(&hex[..2]).join(hex)
}

/// Proves the staged bytes and gives them a second name in the vault, durable on return.
/// `false` when the staged file lies on another file system or links are not to be had: copy instead.
pub(super) fn link(root: &Path, staged: &Path, promised: Kept) -> Result<bool, VaultError> {
    let (found, found_size) = read::hash_file(staged)?;
    if (found, found_size) != (promised.digest, promised.size) {
        return Err(VaultError::Mismatch { found, found_size });
    }
    let file = File::open(staged)?;
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)?;
    file.sync_all()?;

    let place = path(root, promised.digest);
    let folder = make_folder(root, &place)?;
    if let Err(error) = fs::hard_link(staged, &place) {
        match error.kind() {
            io::ErrorKind::AlreadyExists => match read::hash_file(&place)? {
                (digest, _) if digest == promised.digest => File::open(&place)?.sync_all()?,
                _ => replace_damaged(root, staged, &place, promised.digest)?,
            },
            io::ErrorKind::CrossesDevices
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::Unsupported
            | io::ErrorKind::TooManyLinks => return Ok(false),
            _ => return Err(error.into()),
        }
    }
    sync_folder(&folder)?;
    Ok(true)
}

/// Bytes that rotted are put aside for whoever looks into it, and the proven ones take their place.
fn replace_damaged(root: &Path, staged: &Path, place: &Path, digest: Digest) -> io::Result<()> {
    tracing::error!(%digest, "damaged bytes in the vault were put aside and replaced");
    let aside = root.join("damaged");
    fs::create_dir_all(&aside)?;
    let free = (0..u32::MAX).map(|n| aside.join(format!("{digest}.{n}"))).find(|p| !p.exists());
    fs::rename(place, free.ok_or(io::ErrorKind::AlreadyExists)?)?;
    sync_folder(&aside)?;
    fs::hard_link(staged, place)
}

/// Makes the key's folder; each new name is durable before bytes go below it.
fn make_folder(root: &Path, place: &Path) -> io::Result<PathBuf> {
    let folder = place.parent().unwrap_or(root).to_owned();
    if !folder.is_dir() {
        fs::create_dir_all(&folder)?;
        sync_folder(root)?;
        sync_folder(&root.join("sha256"))?;
    }
    Ok(folder)
}

/// Removes the store's own half-written files (`<name>#<number>`) older than `age`.
pub(super) fn sweep(root: &Path, age: Duration) -> io::Result<usize> {
    let mut swept = 0;
    let top = root.join("sha256");
    if !top.is_dir() {
        return Ok(0);
    }
    for folder in fs::read_dir(top)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let old = file.metadata()?.modified()?.elapsed().is_ok_and(|passed| passed >= age);
            if old && file.file_name().to_string_lossy().contains('#') {
                fs::remove_file(file.path())?;
                swept += 1;
            }
        }
    }
    Ok(swept)
}
