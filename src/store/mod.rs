//! Rows. One database behind `read` and `write`; one file a table family; nothing above names Diesel.
//!
//! `read` sees one moment and can change nothing. `write` is the only way to change a row: queued to one
//! writer, grouped, durable before it is acknowledged. Inside either, every function of the table modules
//! takes the `&mut Db` it was given.

pub mod agencies;
mod cached;
pub mod cases;
pub mod chains;
pub mod checkpoints;
pub mod clocks;
pub mod cosignatures;
pub mod decisions;
pub mod disclosures;
pub mod drafts;
pub mod engine;
pub mod entries;
pub mod error;
pub mod exhibits;
pub mod items;
pub mod jobs;
pub mod keys;
mod migrate;
pub mod nodes;
pub mod people;
pub mod records;
pub mod releases;
pub mod reviews;
mod schema;
mod search;
pub mod sessions;
pub mod settings;
pub mod strays;
pub mod timestamps;
pub mod uploads;
pub mod witnessed;
pub mod words;
mod writer;

pub use engine::Db;
pub use engine::OpenError;
pub use error::{Error, OrNone};
pub use migrate::Tables;
pub use writer::{BATCH, OnCommitFailure};

use diesel::Connection;
use diesel::connection::TransactionManager;
use diesel::r2d2::{HandleError, Pool, PooledConnection};
use engine::{Place, Readers};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use writer::Writer;

/// How long a reader waits for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a store needs to know to open.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// Most reads at a time, each with a connection of its own.
    pub readers: u32,
    /// Most writes in one commit; 1 switches grouping off.
    pub batch: usize,
    /// Which tables it holds.
    pub tables: Tables,
    /// What to do when a commit fails; `None` logs it and ends the process with code 70.
    pub on_commit_failure: Option<OnCommitFailure>,
}

impl StoreConfig {
    /// The usual settings for a database at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        let tables = Tables::default();
        StoreConfig { url: url.into(), readers: 8, batch: BATCH, tables, on_commit_failure: None }
    }

    /// The usual settings for a database file.
    pub fn of_file(file: &Path) -> Self {
        StoreConfig::new(engine::url_of_file(file))
    }
}

/// The open database. Clones share it; the last one to go lets queued writes commit.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    place: Place,
    readers: Pool<Readers>,
    permits: Arc<Semaphore>,
    writer: Option<Writer>,
    /// Held as long as this store may write; the system lets go of it however the process ends.
    _lock: Option<File>,
}

impl Store {
    /// Opens the database for this one server, creating or updating it.
    ///
    /// # Errors
    /// [`OpenError::InUse`] if another server has the file, [`OpenError::Newer`] if a later release changed it.
    pub fn open(config: &StoreConfig) -> Result<Self, OpenError> {
        let place = Place::parse(&config.url)?;
        let lock = place.file().map(lock_beside).transpose()?;
        let mut db = place.connect_writer().map_err(|error| OpenError::Database(error.into()))?;
        migrate::run(&mut db, config.tables)?;
        place.sync_folder()?;
        let readers = pool(place.clone(), config.readers)?;
        let on_failure = config.on_commit_failure.clone().unwrap_or_else(|| Arc::new(end_process));
        let writer = Writer::start(place.clone(), db, config.batch, on_failure)
            .map_err(|error| OpenError::Database(error.into()))?;
        Ok(Store::of(place, readers, config.readers, Some(writer), lock))
    }

    /// Opens the database beside a running server, to look only: every write is refused as
    /// [`Error::Busy`].
    ///
    /// # Errors
    /// [`OpenError::Absent`], [`OpenError::Older`] or [`OpenError::Newer`] if it is not ready to be read.
    pub fn open_beside(config: &StoreConfig) -> Result<Self, OpenError> {
        let place = Place::parse(&config.url)?;
        if let Some(path) = place.file().filter(|path| !path.is_file()) {
            return Err(OpenError::Absent { path: path.to_owned() });
        }
        let mut db = place.connect().map_err(|error| OpenError::Database(error.into()))?;
        migrate::check(&mut db)?;
        let readers = pool(place.clone(), config.readers)?;
        Ok(Store::of(place, readers, config.readers, None, None))
    }

    fn of(
        place: Place,
        readers: Pool<Readers>,
        most: u32,
        writer: Option<Writer>,
        lock: Option<File>,
    ) -> Self {
        let permits = Arc::new(Semaphore::new(most.max(1) as usize));
        Store(Arc::new(Inner { place, readers, permits, writer, _lock: lock }))
    }

    /// Runs `work` on one moment's rows, off the async threads.
    ///
    /// # Errors
    /// What `work` answered; [`Error::Busy`] if no connection came free in ten seconds.
    pub async fn read<F, T, E>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        // Queue here rather than on the blocking pool, whose threads others need too.
        let permit = tokio::time::timeout(PATIENCE, self.0.permits.clone().acquire_owned()).await;
        let Ok(Ok(permit)) = permit else { return Err(Error::Busy.into()) };
        let store = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let result = store.read_blocking(work);
            drop(permit);
            result
        });
        reading.await.unwrap_or_else(|_| Err(Error::broken("a read panicked").into()))
    }

    /// [`Store::read`] for a few look-ups by key. Where the rows lie in a file and a connection is free they are done on
    /// this very thread: waking another costs more than looking. It may wait for the disk, as long as a page takes.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn glance<F, T, E>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if self.0.place.file().is_some()
            && let Ok(_permit) = self.0.permits.try_acquire()
            && let Some(db) = self.0.readers.try_get()
        {
            return look(db, work);
        }
        self.read(work).await
    }

    /// [`Store::read`] for commands and the worker's own threads; never on an async thread.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<F, T, E>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E>,
        E: From<Error>,
    {
        look(self.0.readers.get().map_err(|_| Error::Busy)?, work)
    }

    /// Queues `work` for the writer and waits until its rows are durable, or undone because it answered
    /// an error or panicked. It may share a commit with others, but never their fate.
    ///
    /// # Errors
    /// What `work` answered; [`Error::Busy`] if it was not run, [`Error::Broken`] if it panicked.
    pub async fn write<F, T, E>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (tell, told) = tokio::sync::oneshot::channel();
        self.submit(work, move |result| {
            // Nobody waits any more when the client hung up; the rows stand all the same.
            let _ = tell.send(result);
        });
        told.await.unwrap_or_else(|_| Err(Error::Busy.into()))
    }

    /// [`Store::write`] for commands and the worker's own threads; never on an async thread.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<F, T, E>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        self.submit(work, move |result| {
            let _ = tell.send(result);
        });
        told.recv().unwrap_or_else(|_| Err(Error::Busy.into()))
    }

    fn submit<F, T, E>(&self, work: F, tell: impl FnOnce(Result<T, E>) + Send + 'static)
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.0.writer {
            Some(writer) => writer.submit(writer::request(work, tell)),
            None => tell(Err(Error::Busy.into())),
        }
    }

    /// Writes one moment's rows into a new database file and makes it durable, while others read and write. Blocking.
    ///
    /// # Errors
    /// [`OpenError::NoFile`] where a server keeps the rows; it has means of its own.
    pub fn copy_to(&self, file: &Path) -> Result<(), OpenError> {
        self.0.place.copy_to(file)
    }

    /// Takes no more writes, lets the queued ones commit, and returns when they have. Reads go on.
    pub fn close(&self) {
        if let Some(writer) = &self.0.writer {
            writer.close();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(writer) = &self.writer {
            writer.close();
        }
    }
}

/// Runs `work` in a transaction that is given up afterwards.
fn look<F, T, E>(mut db: PooledConnection<Readers>, work: F) -> Result<T, E>
where
    F: FnOnce(&mut Db) -> Result<T, E>,
    E: From<Error>,
{
    engine::begin_read(&mut db).map_err(Error::from)?;
    let result = work(&mut db);
    // Nothing can have changed; a connection that cannot even end its transaction leaves the pool.
    let _ = <Db as Connection>::TransactionManager::rollback_transaction(&mut db);
    result
}

fn pool(place: Place, most: u32) -> Result<Pool<Readers>, OpenError> {
    Pool::builder()
        .max_size(most.max(1))
        .min_idle(Some(1))
        .connection_timeout(PATIENCE)
        .error_handler(Box::new(Told))
        .build(Readers(place))
        .map_err(|error| OpenError::Database(error.into()))
}

/// Tells of connections that could not be made; the pool tries again by itself.
#[derive(Debug)]
struct Told;

impl HandleError<diesel::r2d2::Error> for Told {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::warn!(%error, "a connection for reading could not be made");
    }
}

/// Takes `<file>.lock` for this process. SQLite alone would let two servers write by turns, each with a
/// stale view of the ledger's signer.
fn lock_beside(file: &Path) -> Result<File, OpenError> {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let lock = File::options().create(true).truncate(false).write(true).open(&path);
    let lock = lock.map_err(|source| OpenError::File { path: path.clone(), source })?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path }),
        Err(TryLockError::Error(source)) => Err(OpenError::File { path, source }),
    }
}

fn end_process(error: &Error) {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::error!(cause, "a commit failed; ending the process so that a restart reads the truth");
    std::process::exit(70);
}

/// `%text%` for LIKE with a backslash as the escape, so that the text means only itself.
fn like_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
