//! A database of its own for each test, and the macro that runs a test on every engine.

use std::future::Future;
use zhijian::store::{Db, Error, Store, StoreConfig};

/// Declares each function as a test on SQLite and, with feature `postgres`, on PostgreSQL.
macro_rules! each_engine {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::bench::Bench::sqlite()) })*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[test] fn $name() {
                if let Some(bench) = crate::bench::Bench::postgres() { super::$name(&bench) }
            })*
        }
    };
}
pub(crate) use each_engine;

/// A fresh, empty database.
pub struct Bench {
    pub config: StoreConfig,
    pub is_sqlite: bool,
    _folder: Option<tempfile::TempDir>,
    #[cfg(feature = "postgres")]
    schema: Option<postgres::Schema>,
}

impl Bench {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("t.db").display());
        Bench {
            config: StoreConfig::new(url),
            is_sqlite: true,
            _folder: Some(folder),
            #[cfg(feature = "postgres")]
            schema: None,
        }
    }

    #[cfg(feature = "postgres")]
    pub fn postgres() -> Option<Self> {
        let Ok(base) = std::env::var("TEST_DATABASE_URL") else {
            println!(
                "skipped on PostgreSQL: TEST_DATABASE_URL is not set (tests/with-postgres sets it)"
            );
            return None;
        };
        let (schema, url) = postgres::Schema::create(base);
        Some(Bench {
            config: StoreConfig::new(url),
            is_sqlite: false,
            _folder: None,
            schema: Some(schema),
        })
    }

    pub fn open(&self) -> Store {
        Store::open(&self.config).unwrap()
    }

    /// The text of the database's refusal of `sql`, run as one raw write.
    pub fn refusal(&self, store: &Store, sql: &str) -> String {
        let sql_owned = sql.to_owned();
        match store.write_blocking(move |db: &mut Db| db.run_script(&sql_owned)) {
            Ok(()) => panic!("the database took: {sql}"),
            Err(Error::Broken(source)) => source.to_string(),
            Err(other) => other.to_string(),
        }
    }
}

#[cfg(feature = "postgres")]
impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(schema) = self.schema.take() {
            schema.remove();
        }
    }
}

/// Runs a future on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Runs raw SQL as one write that must succeed.
pub fn run(store: &Store, sql: &str) {
    let sql_owned = sql.to_owned();
    if let Err(error) = store.write_blocking(move |db: &mut Db| db.run_script(&sql_owned)) {
        panic!("{sql}: {error:?}");
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};
    use std::sync::atomic::{AtomicU32, Ordering};

    static NEXT: AtomicU32 = AtomicU32::new(0);

    /// A schema of one test.
    pub struct Schema {
        base: String,
        name: String,
    }

    impl Schema {
        pub fn create(base: String) -> (Self, String) {
            let name = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let mut admin = PgConnection::establish(&base).unwrap();
            admin.batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
            let glue = if base.contains('?') { '&' } else { '?' };
            let url = format!("{base}{glue}options=-csearch_path%3D{name}");
            (Schema { base, name }, url)
        }

        pub fn remove(self) {
            if let Ok(mut admin) = PgConnection::establish(&self.base) {
                let _ = admin.batch_execute(&format!("DROP SCHEMA {} CASCADE", self.name));
            }
        }
    }
}
