//! What the store answers when it cannot: the faults of every query.

use diesel::result::{DatabaseErrorKind, Error as QueryError};

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
    /// A text holds a NUL, which PostgreSQL keeps nowhere. Nothing has happened.
    #[error("the database cannot keep a NUL in a text")]
    Nul,
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
            // However the server words it in its language, it names the byte.
            _ if message.ends_with("0x00") => Error::Nul,
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
