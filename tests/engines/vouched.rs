//! What witnesses and time-stamp authorities said of checkpoints is append-only, attacked by raw SQL.

use crate::bench::{Bench, each_engine};
use crate::guards::refused;
use zhijian::store::{Db, Error, checkpoints, cosignatures, timestamps};

each_engine! {
    cosignatures_cannot_change
    timestamps_cannot_change
}

fn cosignatures_cannot_change(bench: &Bench) {
    let store = bench.open();
    let row = |time, line: &str| cosignatures::Cosignature {
        size: 5,
        witness: "w".into(),
        time,
        line: line.into(),
    };
    let insert = |time, line: &'static str| {
        let new = row(time, line);
        store.write_blocking(move |db: &mut Db| cosignatures::insert(db, &new))
    };
    assert!(insert(7, "a").is_err(), "a cosignature needs its checkpoint");
    let (root, note) = (vec![3; 32], "n".into());
    let sealed = checkpoints::CheckpointRow { size: 5, root, sealed_at: 1, note };
    store.write_blocking(move |db: &mut Db| checkpoints::insert(db, &sealed)).unwrap();
    assert!(insert(7, "a").unwrap() && insert(9, "b").unwrap());
    assert!(!insert(7, "other").unwrap(), "what is there stays");
    refused(
        bench,
        &store,
        "append-only",
        &[
            "UPDATE cosignatures SET line = ''",
            "UPDATE cosignatures SET time = 8 WHERE time = 7",
            "DELETE FROM cosignatures",
        ],
    );
    if bench.is_sqlite {
        let replace =
            "REPLACE INTO cosignatures (size, witness, time, line) VALUES (5, 'w', 7, '')";
        refused(bench, &store, "already taken", &[replace]);
        let steal = "REPLACE INTO cosignatures (rowid, size, witness, time, line) VALUES (1, 5, 'x', 1, '')";
        refused(bench, &store, "already taken", &[steal]);
    } else {
        refused(bench, &store, "append-only", &["TRUNCATE cosignatures"]);
    }
    let found = store.read_blocking(|db: &mut Db| {
        let newest = cosignatures::newest_of(db, 5)?;
        let covering = cosignatures::covering(db, 4, 9)?;
        Ok::<_, Error>((newest, covering, cosignatures::covering(db, 5, 9)?))
    });
    assert_eq!(found.unwrap(), (vec![row(9, "b")], vec![row(7, "a"), row(9, "b")], vec![]));
}

fn timestamps_cannot_change(bench: &Bench) {
    let store = bench.open();
    let insert = |authority: &'static str, token: &'static [u8]| {
        let (authority, token) = (authority.to_owned(), token.to_vec());
        let new = timestamps::Timestamp { size: 5, authority, time: 7, token };
        store.write_blocking(move |db: &mut Db| timestamps::insert(db, &new))
    };
    assert!(insert("a", b"1").is_err(), "a time stamp needs its checkpoint");
    let sealed =
        checkpoints::CheckpointRow { size: 5, root: vec![3; 32], sealed_at: 1, note: "n".into() };
    store.write_blocking(move |db: &mut Db| checkpoints::insert(db, &sealed)).unwrap();
    assert!(insert("a", b"1").unwrap() && insert("b", b"2").unwrap());
    assert!(!insert("a", b"other").unwrap(), "what is there stays");
    let changes = ["UPDATE timestamps SET time = 8", "DELETE FROM timestamps"];
    refused(bench, &store, "append-only", &changes);
    if bench.is_sqlite {
        let replace =
            "REPLACE INTO timestamps (size, authority, time, token) VALUES (5, 'a', 7, x'00')";
        refused(bench, &store, "already taken", &[replace]);
        let steal = "REPLACE INTO timestamps (rowid, size, authority, time, token) VALUES (1, 5, 'x', 1, x'00')";
        refused(bench, &store, "already taken", &[steal]);
    } else {
        refused(bench, &store, "append-only", &["TRUNCATE timestamps"]);
    }
    let row = |asked_at, fault: &str| timestamps::AuthorityRow {
        name: "a".into(),
        asked_at,
        stamped_at: Some(3),
        size: 5,
        fault: fault.into(),
    };
    let found = store.write_blocking(move |db: &mut Db| {
        timestamps::put_authority(db, &row(1, ""))?;
        timestamps::put_authority(db, &row(2, "away"))?;
        let tokens: Vec<Vec<u8>> = timestamps::of(db, 5)?.into_iter().map(|t| t.token).collect();
        let covering = (timestamps::covering(db, 4)?, timestamps::covering(db, 5)?);
        Ok::<_, Error>((timestamps::authority(db, "a")?, tokens, covering))
    });
    let tokens = vec![b"1".to_vec(), b"2".to_vec()];
    assert_eq!(found.unwrap(), (Some(row(2, "away")), tokens, (Some(5), None)));
}
