//! One staged file with its running hashes. Blocking; knows nothing of who sends or who commits.

use super::{CHUNK, Finished, IntakeError, Position, SUFFIX};
use crate::{
    base::{Digest, ids::UploadId},
    evidence::sync_folder,
};
use bytes::Bytes;
use sha2::{
    Digest as _, Sha256,
    digest::common::hazmat::{SerializableState as _, SerializedState},
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// Bytes read at a time when staged bytes are hashed again, and gathered before small ones are written.
const PIECE: usize = 64 << 10;

pub(super) struct Staged {
    file: File,
    path: PathBuf,
    offset: u64,
    /// SHA-256 of everything so far.
    whole: Sha256,
    /// SHA-256 of the chunk that is not full yet.
    chunk: Sha256,
    chunks: Vec<Digest>,
}

impl Staged {
    /// Opens the file at a committed position. What lies behind it was never acknowledged and is cut off.
    pub(super) fn open(path: PathBuf, at: &Position) -> Result<Self, IntakeError> {
        let file = match open_or_make(&path, at.offset == 0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(IntakeError::Lost { committed: at.offset, found: 0 });
            }
            other => other?,
        };
        let found = file.metadata()?.len();
        if found < at.offset {
            return Err(IntakeError::Lost { committed: at.offset, found });
        }
        if found > at.offset {
            file.set_len(at.offset)?;
        }
        let (whole, chunk, chunks) = (Sha256::new(), Sha256::new(), Vec::new());
        let mut staged = Staged { file, path, offset: 0, whole, chunk, chunks };
        staged.restore(at)?;
        Ok(staged)
    }

    /// Brings the hashes to `at`: from the saved state, reading only the last unfinished chunk again;
    /// without a readable state by reading everything.
    fn restore(&mut self, at: &Position) -> io::Result<()> {
        let full = at.offset / CHUNK;
        let saved = SerializedState::<Sha256>::try_from(at.hash_state.as_slice())
            .ok()
            .and_then(|state| Sha256::deserialize(&state).ok())
            .filter(|_| at.chunks.len() as u64 == full);
        if let Some(whole) = &saved {
            self.chunks.clone_from(&at.chunks);
            self.offset = full * CHUNK;
            self.whole = whole.clone();
        }
        self.file.seek(SeekFrom::Start(self.offset))?;
        let mut piece = vec![0; PIECE];
        while self.offset < at.offset {
            let want = usize::try_from(at.offset - self.offset).unwrap_or(PIECE).min(PIECE);
            self.file.read_exact(&mut piece[..want])?;
            self.hash(&piece[..want]);
        }
        // The bytes just read again are in the saved state already.
        if let Some(whole) = saved {
            self.whole = whole;
        }
        Ok(())
    }

    /// Bytes written so far, synced or not.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Writes and hashes. After an error the file must be cut back.
    pub(super) fn write(&mut self, pieces: &[Bytes]) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(PIECE, &self.file);
        for bytes in pieces {
            out.write_all(bytes)?;
        }
        out.flush()?;
        drop(out);
        for bytes in pieces {
            self.hash(bytes);
        }
        Ok(())
    }

    fn hash(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        while !bytes.is_empty() {
            let room = usize::try_from(CHUNK - self.offset % CHUNK).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.chunk.update(now);
            self.offset += now.len() as u64;
            if self.offset.is_multiple_of(CHUNK) {
                self.chunks.push(Digest(self.chunk.finalize_reset().into()));
            }
            bytes = later;
        }
    }

    /// Makes everything written durable and says where that is.
    pub(super) fn sync(&self) -> io::Result<Position> {
        self.file.sync_data()?;
        let hash_state = self.whole.serialize().to_vec();
        Ok(Position { offset: self.offset, hash_state, chunks: self.chunks.clone() })
    }

    /// Gives back the room of bytes that will not be committed, also of those a failed write left behind.
    pub(super) fn cut_back(self, to: u64) -> io::Result<()> {
        if self.file.metadata()?.len() == to { Ok(()) } else { self.file.set_len(to) }
    }

    /// Ends the hashing.
    pub(super) fn finish(mut self) -> Result<Finished, IntakeError> {
        if !self.offset.is_multiple_of(CHUNK) {
            self.chunks.push(Digest(self.chunk.finalize().into()));
        }
        let digest = Digest(self.whole.finalize().into());
        Ok(Finished { digest, size: self.offset, chunks: self.chunks, path: self.path })
    }
}

/// Opens for appending. A settled file is read-only, since it shares its bytes with the vault: that one is
/// opened for reading, and any attempt to change it fails.
fn open_or_make(path: &Path, may_make: bool) -> io::Result<File> {
    match fs::metadata(path) {
        Ok(meta) if meta.permissions().readonly() => return File::open(path),
        Ok(_) => return OpenOptions::new().read(true).write(true).open(path),
        Err(error) if error.kind() != io::ErrorKind::NotFound || !may_make => return Err(error),
        Err(_) => {}
    }
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    path.parent().map_or(Ok(()), sync_folder)?;
    Ok(file)
}

/// The staged files in a folder and their bytes. Foreign files are passed over.
pub(super) fn list(dir: &Path) -> io::Result<Vec<(UploadId, u64)>> {
    let mut found = Vec::new();
    for file in fs::read_dir(dir)? {
        let file = file?;
        let name = file.file_name();
        let upload = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
        if let Some(upload) = upload.and_then(|text| text.parse().ok()) {
            found.push((upload, file.metadata()?.len()));
        }
    }
    Ok(found)
}

/// Removes a staged file; one that is gone already is fine.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
