//! A dossier's files in a folder on disk.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};
use zhijian::ledger::dossier::Folder;

/// A dossier on disk. The list of files is taken once, links are never followed.
pub struct Disk {
    root: PathBuf,
    names: Vec<String>,
}

impl Disk {
    /// Lists what is there.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn list(root: &Path) -> io::Result<Self> {
        let mut names = Vec::new();
        let mut folders = vec![(root.to_owned(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for item in fs::read_dir(folder)? {
                let item = item?;
                let name = format!("{prefix}{}", item.file_name().to_string_lossy());
                if item.file_type()?.is_dir() {
                    folders.push((item.path(), format!("{name}/")));
                } else {
                    names.push(name);
                }
            }
        }
        Ok(Disk { root: root.to_owned(), names })
    }
}

impl Folder for Disk {
    fn read(&self, name: &str, take: &mut dyn FnMut(&mut dyn Read)) -> bool {
        let path = self.root.join(name);
        // Only plain files: a link or a device could lead out of the folder or never end.
        if !fs::symlink_metadata(&path).is_ok_and(|about| about.is_file()) {
            return false;
        }
        match File::open(path) {
            Ok(mut file) => take(&mut file),
            Err(fault) => take(&mut Unreadable(fault.kind())),
        }
        true
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }
}

/// A file that is there but cannot be opened: reported as unreadable, not as absent.
struct Unreadable(io::ErrorKind);

impl Read for Unreadable {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
}
