//! Where a dossier's files go: a folder, or one zip file written straight to a stream. Holds no file in memory.

use crate::evidence::vault::Reading;
use futures_util::StreamExt as _;
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::PathBuf,
};
use tokio::runtime::Handle;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

/// Takes one file after another.
pub trait Sink: Send {
    /// Writes a file under `name`. `packed` says that its bytes are compressed already, as media are.
    fn add(&mut self, name: &str, packed: bool, bytes: &mut dyn Read) -> io::Result<()>;

    /// Nothing more comes.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A folder, made when the first file comes.
pub struct Folder(pub PathBuf);

impl Sink for Folder {
    fn add(&mut self, name: &str, _packed: bool, bytes: &mut dyn Read) -> io::Result<()> {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.0))?;
        let mut file = File::create_new(path)?;
        io::copy(bytes, &mut file)?;
        file.sync_all()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        // The names are as durable as the bytes only once their folder is.
        File::open(&self.0)?.sync_all()
    }
}

/// A zip file. The same files give the same bytes: no times, no owners, one order, one compressor.
pub struct Zip<W: Write + Send>(ZipWriter<StreamWriter<W>>);

impl<W: Write + Send> Zip<W> {
    /// Writes to `out`, which is never sought in.
    pub fn new(out: W) -> Self {
        Zip(ZipWriter::new_stream(out))
    }
}

impl<W: Write + Send> Sink for Zip<W> {
    fn add(&mut self, name: &str, packed: bool, bytes: &mut dyn Read) -> io::Result<()> {
        let method = match packed {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            // Room for sizes beyond 4 GiB, which a stream cannot add afterwards.
            .large_file(packed);
        self.0.start_file(name, options)?;
        io::copy(bytes, &mut self.0).map(drop)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()?.into_inner().flush()
    }
}

/// An exhibit's bytes for a thread that may wait.
pub struct Pulled {
    reading: Reading,
    runtime: Handle,
    piece: bytes::Bytes,
}

impl Pulled {
    /// Reads `reading` on `runtime`.
    pub fn new(reading: Reading, runtime: Handle) -> Self {
        Pulled { reading, runtime, piece: bytes::Bytes::new() }
    }
}

impl Read for Pulled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.runtime.block_on(self.reading.stream.next()) {
                Some(piece) => self.piece = piece.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.piece.len());
        let taken = self.piece.split_to(count);
        for (to, from) in buffer.iter_mut().zip(&taken) {
            *to = *from;
        }
        Ok(count)
    }
}
