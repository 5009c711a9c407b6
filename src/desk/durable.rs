//! Files that must be whole and there after a power cut: written beside their place, synced, renamed, folder synced.

use std::{fs, io, io::Write as _, path::Path};

/// Replaces a file's bytes.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = fs::File::create(&new)?;
    file.write_all(bytes)?;
    drop(file);
    put_in_place(&new, path)
}

/// Gives a finished file its name, in place of what bore it.
pub fn put_in_place(new: &Path, place: &Path) -> io::Result<()> {
    fs::File::open(new)?.sync_all()?;
    fs::rename(new, place)?;
    place.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}
