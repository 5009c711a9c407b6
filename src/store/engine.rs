//! The only file, with `migrate.rs` and `search.rs`, that knows which database runs: connections and transactions.
//! Everything above writes plain Diesel queries against [`Db`].

use super::error::{Error, Fault};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
#[cfg(feature = "postgres")]
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::result::QueryResult;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError};
use std::path::{Path, PathBuf};

/// One connection, whichever engine it speaks to.
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// PostgreSQL 15 or later.
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
    /// The bundled SQLite.
    Sqlite(SqliteConnection),
}

/// Runs a query on the engine's own connection, named `$own` in `$query`. [`Db`] itself spells each statement's text
/// anew to find it among the prepared ones; here Diesel knows it by its type. For what every record asks, where the
/// spelling cost more than the asking.
macro_rules! direct {
    ($db:expr, $own:ident => $query:expr) => {
        match $db {
            $crate::store::engine::Db::Sqlite($own) => $query,
            #[cfg(feature = "postgres")]
            $crate::store::engine::Db::Postgres($own) => $query,
        }
    };
}
pub(super) use direct;

/// Durable at commit (`FULL` syncs the log before the answer); savepoints' journals stay in memory. The file is not
/// mapped: each connection's mapping counts as this process's memory, nine times the file's hot part. Four times
/// SQLite's usual pages are logged before they are copied back, so that the indexes' pages, which every commit
/// touches, are copied once for many.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
    PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864";

/// A server that is set to forget commits is put right; a stronger setting is left alone. A writer that
/// stops in the middle (a frozen machine) must not hold every other node's writes for ever.
#[cfg(feature = "postgres")]
const POSTGRES_SETTINGS: &str = "SET client_min_messages = warning; \
    SELECT set_config('synchronous_commit', 'on', false) \
        WHERE current_setting('synchronous_commit') = 'off'; \
    SET idle_in_transaction_session_timeout = '30s'";

/// Where the rows are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One file.
    Sqlite(PathBuf),
    /// A server's address, password included; never logged.
    #[cfg(feature = "postgres")]
    Postgres(String),
}

impl Place {
    /// Reads `sqlite://PATH` (relative or absolute) or `postgres://…`.
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            // In memory every connection would have a database of its own.
            if path.is_empty() || path.ends_with('/') || path.contains([':', '\0']) {
                return Err(OpenError::Address);
            }
            return Ok(Place::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            #[cfg(feature = "postgres")]
            return Ok(Place::Postgres(url.to_owned()));
            #[cfg(not(feature = "postgres"))]
            return Err(OpenError::NoPostgres);
        }
        Err(OpenError::Address)
    }

    /// The database file, if this engine has one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Place::Sqlite(path) => Some(path),
            #[cfg(feature = "postgres")]
            Place::Postgres(_) => None,
        }
    }

    /// A connection that may write.
    pub(super) fn connect(&self) -> Result<Db, ConnectionError> {
        match self {
            Place::Sqlite(path) => {
                let mut inner = SqliteConnection::establish(&file_uri(path))?;
                inner
                    .batch_execute(SQLITE_PRAGMAS)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Db::Sqlite(inner))
            }
            #[cfg(feature = "postgres")]
            Place::Postgres(url) => {
                let mut inner = PgConnection::establish(url)?;
                inner
                    .batch_execute(POSTGRES_SETTINGS)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Db::Postgres(inner))
            }
        }
    }

    /// [`Place::connect`] that makes sure: a file that does not open for writing is opened for reading without a word,
    /// and not even an immediate transaction tells.
    pub(super) fn connect_writer(&self) -> Result<Db, ConnectionError> {
        let mut db = self.connect()?;
        match &mut db {
            Db::Sqlite(inner) => inner
                .batch_execute("BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK")
                .map_err(ConnectionError::CouldntSetupConfiguration)?,
            #[cfg(feature = "postgres")]
            Db::Postgres(_) => {}
        }
        Ok(db)
    }

    /// Copies one moment's rows into the new file `to`, durably.
    pub(super) fn copy_to(&self, to: &Path) -> Result<(), OpenError> {
        let broken = |fault: Fault| OpenError::Database(fault);
        let mut db = self.connect().map_err(|fault| broken(fault.into()))?;
        match &mut db {
            Db::Sqlite(inner) => {
                let name = to.to_string_lossy().replace('\'', "''");
                inner
                    .batch_execute(&format!("VACUUM INTO '{name}'"))
                    .map_err(|fault| broken(fault.into()))?;
            }
            #[cfg(feature = "postgres")]
            Db::Postgres(_) => return Err(OpenError::NoFile),
        }
        // SQLite syncs nothing of such a copy.
        sync(to)?;
        sync(folder_of(to))
    }

    /// Makes the names of a database's files durable. SQLite tries so too, but goes on if it fails.
    pub(super) fn sync_folder(&self) -> Result<(), OpenError> {
        self.file().map_or(Ok(()), |file| sync(folder_of(file)))
    }

    /// A connection that can only look.
    fn connect_reader(&self) -> Result<Db, ConnectionError> {
        let mut db = self.connect()?;
        let only_look = match &db {
            Db::Sqlite(_) => "PRAGMA query_only = ON; PRAGMA cache_size = -8192",
            #[cfg(feature = "postgres")]
            Db::Postgres(_) => {
                "SET default_transaction_read_only = on; SET statement_timeout = '30s'"
            }
        };
        db.batch_execute(only_look).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(db)
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync(path: &Path) -> Result<(), OpenError> {
    let synced = std::fs::File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| OpenError::File { path: path.to_owned(), source })
}

/// The address of a database file.
pub(super) fn url_of_file(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// The file as SQLite's URI, so that no character of the path means anything else.
fn file_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for c in path.to_string_lossy().chars() {
        match c {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            other => uri.push(other),
        }
    }
    uri
}

/// Keeps the readers' connections for the pool.
#[derive(Debug)]
pub(super) struct Readers(pub(super) Place);

impl ManageConnection for Readers {
    type Connection = Db;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Db, Self::Error> {
        self.0.connect_reader().map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), Self::Error> {
        match db {
            // A file does not hang up.
            Db::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Db::Postgres(inner) => inner.ping().map_err(diesel::r2d2::Error::QueryError),
        }
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        std::thread::panicking() || db.is_broken()
    }
}

/// Opens a transaction that sees one moment's rows and changes nothing.
pub(super) fn begin_read(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN"),
        #[cfg(feature = "postgres")]
        Db::Postgres(inner) => AnsiTransactionManager::begin_transaction_sql(
            inner,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ),
    }
}

/// Opens the one write transaction of the moment, waiting until no other writer, in this process or on
/// another node, has one.
pub(super) fn begin_write(db: &mut Db) -> QueryResult<()> {
    match db {
        // A plain BEGIN would fail at the first write after a read, whatever the timeout.
        Db::Sqlite(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE")
        }
        // READ COMMITTED, so that what is read after the lock is what the last holder committed.
        // Keyed by schema: two installations may share a database.
        #[cfg(feature = "postgres")]
        Db::Postgres(inner) => AnsiTransactionManager::begin_transaction_sql(
            inner,
            "BEGIN ISOLATION LEVEL READ COMMITTED; \
             SELECT pg_advisory_xact_lock(1514751050, hashtext(current_schema()))",
        ),
    }
}

/// How many transactions and savepoints are open, or `None` when that is not known any more.
pub(super) fn depth(db: &mut Db) -> Option<u32> {
    let status = <Db as Connection>::TransactionManager::transaction_manager_status_mut(db);
    status.transaction_depth().ok().map(|depth| depth.map_or(0, |some| some.get()))
}

/// Undoes savepoints until `keep` levels are open; `false` when the transaction itself is gone.
pub(super) fn undo_to(db: &mut Db, keep: u32) -> bool {
    while let Some(open) = depth(db) {
        if open == keep {
            return true;
        }
        if open < keep || <Db as Connection>::TransactionManager::rollback_transaction(db).is_err()
        {
            return false;
        }
    }
    false
}

impl Db {
    /// Runs SQL without values, several statements if need be; for maintenance commands and tests.
    ///
    /// # Errors
    /// What the database answered.
    pub fn run_script(&mut self, sql: &str) -> Result<(), Error> {
        Ok(self.batch_execute(sql)?)
    }
}

/// Why the store did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is neither `sqlite://PATH` nor `postgres://…`. Passwords are not repeated.
    #[error("数据库地址应为 sqlite://PATH 或者 postgres://…")]
    Address,
    /// PostgreSQL was asked of a program built without it.
    #[error("本程序没有编入 PostgreSQL 支持，编译时请加 --features postgres")]
    NoPostgres,
    /// Another server has this file.
    #[error("另一个执鉴服务正在使用 {}，请先停止它", path.display())]
    InUse {
        /// The lock file that is held.
        path: PathBuf,
    },
    /// There is no database here yet.
    #[error("没有数据库 {}", path.display())]
    Absent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A later release has already changed this database.
    #[error("数据库含有本版本不认识的变更 {version}，请使用更新的版本")]
    Newer {
        /// The first unknown migration.
        version: String,
    },
    /// The server has to be started once with this release before others may look.
    #[error("数据库缺少变更 {version}，请先用本版本启动一次服务")]
    Older {
        /// The first migration that is lacking.
        version: String,
    },
    /// There is no file to copy.
    #[error("数据由数据库服务器保管，请用它自己的工具备份")]
    NoFile,
    /// The file system said no.
    #[error("无法使用 {}", path.display())]
    File {
        /// The file in question.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No connection, or the database could not be brought up to date.
    #[error("无法打开数据库")]
    Database(#[source] Fault),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_an_engine_and_a_place() {
        assert_eq!(
            Place::parse("sqlite://data/a b.db").ok(),
            Some(Place::Sqlite(PathBuf::from("data/a b.db")))
        );
        assert_eq!(
            Place::parse("sqlite:///var/x.db").ok(),
            Some(Place::Sqlite(PathBuf::from("/var/x.db")))
        );
        for bad in ["", "sqlite://", "sqlite://:memory:", "sqlite://dir/", "mysql://x", "x.db"] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_character_of_a_path_is_special() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a?mode=memory#%41.db");
        Place::Sqlite(path.clone()).connect().unwrap().run_script("CREATE TABLE t (x)").unwrap();
        assert!(path.is_file());
    }
}
