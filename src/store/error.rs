//! What the store answers when it cannot: four faults for every query, and the reasons it may not open.

use diesel::result::{DatabaseErrorKind, Error as QueryError};
use std::path::PathBuf;

/// Any fault, with its source kept for the log.
pub(super) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Why a read or a write brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such row.
    #[error("no such row")]
    Missing,
    /// Something else came first: a unique value is in use, or a compare-and-set found another value.
    #[error("already taken")]
    Taken,
    /// Too much to do, or another program holds the database, or this one is closing.
    /// Nothing has happened; trying again is safe.
    #[error("the database is busy")]
    Busy,
    /// The disk is full. Nothing has happened.
    #[error("the disk is full")]
    Full,
    /// A fault of ours or of the database; what the closure did was undone.
    #[error("the database refused or failed")]
    Broken(#[source] Fault),
}

impl Error {
    /// Wraps a fault that came from elsewhere than a query.
    pub(super) fn broken(source: impl Into<Fault>) -> Self {
        Error::Broken(source.into())
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        let QueryError::DatabaseError(kind, info) = &error else {
            return match error {
                QueryError::NotFound => Error::Missing,
                other => Error::Broken(Box::new(other)),
            };
        };
        let message = info.message();
        match kind {
            DatabaseErrorKind::UniqueViolation => Error::Taken,
            // Our own triggers say it in the engine's words where they must speak before the index does.
            _ if message.starts_with("UNIQUE constraint failed") => Error::Taken,
            DatabaseErrorKind::SerializationFailure => Error::Busy,
            _ if message.contains("database is locked") => Error::Busy,
            _ if message.contains("database table is locked") => Error::Busy,
            _ if message.contains("disk is full") => Error::Full,
            _ if message.contains("No space left on device") => Error::Full,
            _ => Error::Broken(Box::new(error)),
        }
    }
}

/// For callers to whom a missing row is an ordinary answer.
pub trait OrNone<T> {
    /// [`Error::Missing`] as `None`; every other fault stays one.
    ///
    /// # Errors
    /// Any fault but a missing row.
    fn or_none(self) -> Result<Option<T>, Error>;
}

impl<T> OrNone<T> for Result<T, Error> {
    fn or_none(self) -> Result<Option<T>, Error> {
        match self {
            Ok(row) => Ok(Some(row)),
            Err(Error::Missing) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// Why the store did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is neither `sqlite://PATH` nor `postgres://…`. Passwords are not repeated.
    #[error("the database address must be sqlite://PATH or postgres://…")]
    Address,
    /// PostgreSQL was asked of a program built without it.
    #[error("this program was built without PostgreSQL; build it with --features postgres")]
    NoPostgres,
    /// Another server has this file.
    #[error("another zhijian server is using {}; stop it first", path.display())]
    InUse {
        /// The lock file that is held.
        path: PathBuf,
    },
    /// There is no database here yet.
    #[error("there is no database at {}", path.display())]
    Absent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A later release has already changed this database.
    #[error(
        "the database has change {version}, which this release does not know; use a newer release"
    )]
    Newer {
        /// The first unknown migration.
        version: String,
    },
    /// The server has to be started once with this release before others may look.
    #[error("the database still lacks change {version}; start the server of this release once")]
    Older {
        /// The first migration that is lacking.
        version: String,
    },
    /// The file system said no.
    #[error("cannot use {}", path.display())]
    File {
        /// The file in question.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No connection, or the database could not be brought up to date.
    #[error("cannot open the database")]
    Database(#[source] Fault),
}
