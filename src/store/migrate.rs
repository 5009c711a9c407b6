//! Brings a database up to this release, and refuses one that a later release has changed.

use super::engine::Db;
use super::engine::OpenError;
#[cfg(feature = "postgres")]
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// A witness's few rows lie in a file of their own, always.
const WITNESS: EmbeddedMigrations = embed_migrations!("migrations/witness");

/// Which tables a database holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tables {
    /// The product's.
    #[default]
    House,
    /// Those of `zhijian witness`.
    Witness,
}

impl Tables {
    fn of_file(self) -> EmbeddedMigrations {
        match self {
            Tables::House => SQLITE,
            Tables::Witness => WITNESS,
        }
    }
}

/// Applies what is lacking, each change in a transaction of its own.
pub(super) fn run(db: &mut Db, tables: Tables) -> Result<(), OpenError> {
    match db {
        Db::Sqlite(inner) => apply(inner, tables.of_file()),
        // Nodes that start together take turns.
        #[cfg(feature = "postgres")]
        Db::Postgres(_) if tables == Tables::Witness => Err(OpenError::Address),
        #[cfg(feature = "postgres")]
        Db::Postgres(inner) => {
            let lock = "SELECT pg_advisory_lock(1514751051, hashtext(current_schema()))";
            inner.batch_execute(lock).map_err(|error| OpenError::Database(error.into()))?;
            let applied = apply(inner, POSTGRES);
            let unlock = "SELECT pg_advisory_unlock(1514751051, hashtext(current_schema()))";
            inner.batch_execute(unlock).map_err(|error| OpenError::Database(error.into()))?;
            applied
        }
    }
}

/// Changes nothing: answers whether the database is exactly of this release.
pub(super) fn check(db: &mut Db) -> Result<(), OpenError> {
    let lacking = match db {
        Db::Sqlite(inner) => lacking(inner, &SQLITE)?,
        #[cfg(feature = "postgres")]
        Db::Postgres(inner) => lacking(inner, &POSTGRES)?,
    };
    match lacking.into_iter().next() {
        Some(version) => Err(OpenError::Older { version }),
        None => Ok(()),
    }
}

/// Versions of this release that the database has not seen.
fn lacking<C, B>(inner: &mut C, source: &EmbeddedMigrations) -> Result<BTreeSet<String>, OpenError>
where
    B: diesel::backend::Backend,
    C: MigrationHarness<B>,
    EmbeddedMigrations: MigrationSource<B>,
{
    let known = MigrationSource::<B>::migrations(source).map_err(OpenError::Database)?;
    let mut known: BTreeSet<String> =
        known.iter().map(|one| one.name().version().to_string()).collect();
    let mut applied = inner.applied_migrations().map_err(OpenError::Database)?;
    applied.sort();
    for version in applied {
        if !known.remove(&version.to_string()) {
            return Err(OpenError::Newer { version: version.to_string() });
        }
    }
    Ok(known)
}

fn apply<C, B>(inner: &mut C, source: EmbeddedMigrations) -> Result<(), OpenError>
where
    B: diesel::backend::Backend,
    C: MigrationHarness<B>,
    EmbeddedMigrations: MigrationSource<B>,
{
    if lacking(inner, &source)?.is_empty() {
        return Ok(());
    }
    inner.run_pending_migrations(source).map(drop).map_err(OpenError::Database)
}
