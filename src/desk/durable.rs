//! Files that must be whole and there after a power cut: written beside their place, synced, renamed, folder synced.

use std::{fs, io, io::Write as _, path::Path};

/// Replaces a file's bytes.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_by(fs::OpenOptions::new(), path, bytes)
}

/// [`replace`] for what only its owner may read.
pub fn replace_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    replace_by(options, path, bytes)
}

fn replace_by(mut options: fs::OpenOptions, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    // One that was left behind may be anybody's to read.
    match fs::remove_file(&new) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
        _ => {}
    }
    let mut file = options.write(true).create_new(true).open(&new)?;
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
