//! A dossier in one zip file, as it was handed out or as people packed it anew. Trusts nothing the zip says but where
//! bytes are: names that repeat refuse it, since each reader might take another file.

use crate::ledger::dossier::Folder;
use std::{
    cell::RefCell,
    collections::HashSet,
    io::{self, Read, Seek},
};
use zip::{ZipArchive, result::ZipError};

/// A dossier has no more files than this.
const MOST_FILES: usize = 1_000_000;

/// Why a file is no dossier's zip.
#[derive(Debug, thiserror::Error)]
pub enum PackedFault {
    /// Not a zip file, or one whose directory is broken.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// Too many files.
    #[error("too many files")]
    TooMany,
    /// Two files of one name, or in one place.
    #[error("two files of one name")]
    Repeated,
}

/// The files in a zip, below the one folder that all are in if there is such a one.
pub struct Packed<R> {
    archive: RefCell<ZipArchive<R>>,
    /// What every name begins with and no caller writes.
    root: String,
    names: Vec<String>,
}

impl<R: Read + Seek> Packed<R> {
    /// Reads the zip's directory.
    ///
    /// # Errors
    /// See [`PackedFault`].
    pub fn open(reader: R) -> Result<Self, PackedFault> {
        let mut archive = ZipArchive::new(reader)?;
        if archive.len() > MOST_FILES {
            return Err(PackedFault::TooMany);
        }
        let mut all = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index)?;
            if !file.is_dir() {
                all.push(file.name()?.into_owned());
            }
        }
        if archive.has_duplicate_names() || archive.has_overlapping_files()? || repeats(&all) {
            return Err(PackedFault::Repeated);
        }
        let root = common_folder(&all);
        let names = all.iter().filter_map(|name| name.get(root.len()..).map(str::to_owned));
        let names = names.collect();
        Ok(Packed { archive: RefCell::new(archive), root, names })
    }
}

fn repeats(names: &[String]) -> bool {
    let mut seen = HashSet::new();
    !names.iter().all(|name| seen.insert(name))
}

/// `NAME/` if every file is in that folder, as systems pack one.
fn common_folder(names: &[String]) -> String {
    let Some((folder, _)) = names.first().and_then(|name| name.split_once('/')) else {
        return String::new();
    };
    let folder = format!("{folder}/");
    match names.iter().all(|name| name.starts_with(&folder)) {
        true => folder,
        false => String::new(),
    }
}

impl<R: Read + Seek> Folder for Packed<R> {
    fn read(&self, name: &str, take: &mut dyn FnMut(&mut dyn Read)) -> bool {
        let mut archive = self.archive.borrow_mut();
        match archive.by_name(&format!("{}{name}", self.root)) {
            Ok(mut file) => take(&mut file),
            Err(ZipError::FileNotFound) => return false,
            Err(_) => take(&mut Unreadable),
        }
        true
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }
}

/// A file that is there and cannot be unpacked: its bytes were changed, or packed in a way that is not known here.
struct Unreadable;

impl Read for Unreadable {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::InvalidData.into())
    }
}
