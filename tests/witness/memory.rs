//! The witness's own database, attacked by raw SQL: sizes never go back, what convicts a log stays.

use zhijian::store::{
    Db, Error, Store, StoreConfig, Tables,
    witnessed::{self, Fork, Witnessed},
};

fn row(size: i64, root: u8) -> Witnessed {
    let (origin, root, note) = ("log".into(), vec![root; 32], "n".into());
    Witnessed { origin, size, root, note, seen_at: 1 }
}

/// Why the statement is refused, with its causes.
fn refusal(store: &Store, sql: &'static str) -> String {
    let done = store.write_blocking(move |db: &mut Db| db.run_script(sql));
    let fault = done.expect_err(sql);
    let cause = std::error::Error::source(&fault).map(ToString::to_string);
    format!("{fault}: {}", cause.unwrap_or_default())
}

#[test]
fn what_was_witnessed_only_grows() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("w.db").display());
    let settings = StoreConfig { tables: Tables::Witness, ..StoreConfig::new(url) };
    let store = Store::open(&settings).unwrap();
    let advance = |old: i64, new: Witnessed| {
        store.write_blocking(move |db: &mut Db| witnessed::advance(db, old, &new))
    };
    advance(0, row(5, 1)).unwrap();
    advance(5, row(9, 2)).unwrap();
    assert!(matches!(advance(5, row(12, 3)), Err(Error::Taken)), "another size stands there");
    assert!(matches!(advance(0, row(12, 3)), Err(Error::Taken)));
    assert!(advance(9, row(9, 4)).is_err() && advance(9, row(8, 4)).is_err());
    let fork = Fork {
        origin: "log".into(),
        size: 9,
        root: vec![7; 32],
        note: "other".into(),
        known_note: "n".into(),
        seen_at: 2,
    };
    for kept in [true, false] {
        let fork = fork.clone();
        let done = store.write_blocking(move |db: &mut Db| witnessed::keep_fork(db, &fork));
        assert_eq!(done.unwrap(), kept);
    }
    for sql in [
        "UPDATE witnessed SET size = 8",
        "UPDATE witnessed SET root = ''",
        "UPDATE witnessed SET origin = 'other', size = 99",
        "DELETE FROM witnessed",
    ] {
        assert!(refusal(&store, sql).contains("only grows"), "{sql}");
    }
    let replace =
        "REPLACE INTO witnessed (origin, size, root, note, seen_at) VALUES ('log', 1, '', '', 1)";
    assert!(refusal(&store, replace).contains("taken"));
    for sql in ["UPDATE forks SET note = ''", "DELETE FROM forks"] {
        assert!(refusal(&store, sql).contains("append-only"), "{sql}");
    }
    let found = store.read_blocking(|db: &mut Db| {
        Ok::<_, Error>((witnessed::find(db, "log")?, witnessed::all(db)?, witnessed::forks(db)?))
    });
    assert_eq!(found.unwrap(), (Some(row(9, 2)), vec![row(9, 2)], vec![fork]));
    // The product's tables are not there, and a house does not open a witness's file.
    assert!(refusal(&store, "DELETE FROM records").contains("no such table"));
    drop(store);
    let house = StoreConfig { tables: Tables::House, ..settings };
    assert!(Store::open(&house).is_err());
}
