//! Every trigger, attacked by raw SQL as somebody with the database's password would.

use crate::bench::{Bench, each_engine, run};
use crate::rows::{
    self, decision, more_records, more_records_from, record_sql, reviewed, second_case, seed,
};
use zhijian::store::{Db, Error, checkpoints, decisions, entries, records, reviews};

each_engine! {
    records_cannot_change_but_for_erasure
    the_log_cannot_change_and_is_dense
    checkpoints_cannot_change_and_only_grow
    a_review_s_outcome_is_given_once
    a_major_decision_needs_its_review
    a_major_decision_stays_major
}

/// Each statement must be refused with these words.
pub fn refused(bench: &Bench, store: &zhijian::store::Store, words: &str, statements: &[&str]) {
    for sql in statements {
        let answer = bench.refusal(store, sql);
        assert!(answer.contains(words), "{sql}: {answer}");
    }
}

fn records_cannot_change_but_for_erasure(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    for column in ["seq = 9", "kind = 'x'", "at = 9", "person_id = NULL", "envelope = ''"] {
        refused(bench, &store, "append-only", &[&format!("UPDATE records SET {column}")]);
        // Erasing at the same time is no way round.
        let both = format!("UPDATE records SET fields = NULL, {column}");
        refused(bench, &store, "append-only", &[&both]);
    }
    refused(
        bench,
        &store,
        "append-only",
        &[
            "UPDATE records SET id = 'other'",
            "UPDATE records SET envelope_digest = 'x'",
            "UPDATE records SET payload_digest = 'x'",
            "UPDATE records SET received_at = 9",
            "UPDATE records SET fields = ''",
            "DELETE FROM records",
        ],
    );
    if bench.is_sqlite {
        let taken = "already taken";
        let replace = record_sql("r0", 7, "x").replace("INSERT", "INSERT OR REPLACE");
        refused(bench, &store, taken, &[&replace]);
        let place = record_sql("new", 0, "x").replace("INSERT", "INSERT OR REPLACE");
        refused(bench, &store, taken, &[&place]);
        let hidden = record_sql("new", 8, "x")
            .replace("INSERT INTO records (", "INSERT OR REPLACE INTO records (rowid, ")
            .replace("VALUES (", "VALUES (1, ");
        refused(bench, &store, taken, &[&hidden]);
        run(&store, &record_sql("r1", 1, "x"));
        let steal = "UPDATE OR REPLACE records SET rowid = 1, fields = NULL WHERE id = 'r1'";
        refused(bench, &store, "append-only", &[steal]);
    } else {
        refused(bench, &store, "append-only", &["TRUNCATE records CASCADE"]);
    }
    let erased = store.write_blocking(|db: &mut Db| records::erase_fields(db, "c")).unwrap();
    assert_eq!(erased, 1);
    let left = store.read_blocking(|db: &mut Db| records::find(db, "r0")).unwrap();
    assert_eq!(left, records::Record { fields: None, ..rows::record("r0", "c", 0, "filing") });
    refused(bench, &store, "append-only", &["UPDATE records SET fields = 'back'"]);
}

fn link(store: &zhijian::store::Store, record_id: &'static str, seq: i64) -> Result<i64, Error> {
    store.write_blocking(move |db: &mut Db| {
        let new = entries::NewEntry {
            chain: "c",
            seq,
            prev: &[0; 32],
            hash: &[1; 32],
            record_id,
            received_at: 1,
            leaf: &[1; 33],
            nonce: &[2; 32],
        };
        entries::append(db, &new)
    })
}

fn the_log_cannot_change_and_is_dense(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    more_records(&store, &["r1", "r2"], "x");
    assert_eq!(link(&store, "r0", 0).unwrap(), 0);
    assert_eq!(link(&store, "r1", 1).unwrap(), 1);
    assert!(matches!(link(&store, "r1", 2), Err(Error::Taken)), "a record twice");
    assert!(matches!(link(&store, "r2", 1), Err(Error::Taken)), "a place twice");
    refused(
        bench,
        &store,
        "append-only",
        &[
            "UPDATE entries SET hash = ''",
            "UPDATE entries SET leaf = 7 WHERE leaf = 1",
            "DELETE FROM entries",
            "UPDATE leaves SET leaf = ''",
            "UPDATE leaves SET idx = 7 WHERE idx = 1",
            "DELETE FROM leaves WHERE idx = 1",
        ],
    );
    for idx in ["0", "1", "3", "-1", "2147483648"] {
        let sql = format!("INSERT INTO leaves (idx, leaf, nonce) VALUES ({idx}, '', '')");
        refused(bench, &store, "dense", &[&sql]);
    }
    let entry = "INTO entries (leaf, chain, seq, prev, hash, record_id, received_at) VALUES";
    if bench.is_sqlite {
        refused(
            bench,
            &store,
            "already taken",
            &[
                &format!("REPLACE {entry} (0, 'c', 9, '', '', 'r2', 1)"),
                &format!("REPLACE {entry} (9, 'c', 0, '', '', 'r2', 1)"),
                &format!("REPLACE {entry} (9, 'c', 9, '', '', 'r0', 1)"),
            ],
        );
        refused(bench, &store, "dense", &["REPLACE INTO leaves VALUES (1, '', '')"]);
    } else {
        let both = ["TRUNCATE entries", "TRUNCATE leaves"];
        refused(bench, &store, "append-only", &both);
    }
    assert_eq!(store.read_blocking(|db: &mut Db| entries::size(db)).unwrap(), 2);
}

fn checkpoints_cannot_change_and_only_grow(bench: &Bench) {
    let store = bench.open();
    let seal = |size| {
        let root = vec![3; 32];
        let row = checkpoints::CheckpointRow { size, root, sealed_at: 1, note: "n".into() };
        store.write_blocking(move |db: &mut Db| checkpoints::insert(db, &row))
    };
    seal(5).unwrap();
    seal(9).unwrap();
    let values = "INTO checkpoints (size, root, sealed_at, note) VALUES";
    for size in [0, 4, 5, 8, 9] {
        refused(bench, &store, "only grow", &[&format!("INSERT {values} ({size}, '', 1, '')")]);
        assert!(seal(size).is_err());
    }
    refused(
        bench,
        &store,
        "append-only",
        &[
            "UPDATE checkpoints SET root = ''",
            "UPDATE checkpoints SET size = 10",
            "DELETE FROM checkpoints",
        ],
    );
    if bench.is_sqlite {
        refused(bench, &store, "only grow", &[&format!("REPLACE {values} (9, '', 1, '')")]);
    } else {
        refused(bench, &store, "append-only", &["TRUNCATE checkpoints CASCADE"]);
    }
    let read = store.read_blocking(|db: &mut Db| {
        let latest = checkpoints::latest(db)?.map(|one| one.size);
        let below = checkpoints::at_or_below(db, 8)?.map(|one| one.size);
        let none = checkpoints::at_or_below(db, 4)?.map(|one| one.size);
        let first = checkpoints::covering(db, 5)?.map(|one| one.size);
        Ok::<_, Error>((latest, below, none, first))
    });
    assert_eq!(read.unwrap(), (Some(9), Some(5), None, Some(9)));
}

fn a_review_s_outcome_is_given_once(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    second_case(&store);
    reviewed(&store, 1, "correct");
    let once = "an outcome is given once";
    refused(
        bench,
        &store,
        once,
        &[
            "UPDATE reviews SET result = 'agree'",
            "UPDATE reviews SET result = NULL",
            "UPDATE reviews SET record_id = 'r0'",
            "UPDATE reviews SET record_id = NULL",
        ],
    );
    let subject = "what was submitted cannot change";
    for change in ["case_id = 'd'", "round = 9", "head = ''", "submission_id = 'r0'"] {
        refused(bench, &store, subject, &[&format!("UPDATE reviews SET {change}")]);
    }
    refused(bench, &store, "cannot be deleted", &["DELETE FROM reviews"]);
    store.write_blocking(|db: &mut Db| reviews::void(db, "s1")).unwrap();
    refused(bench, &store, "stays void", &["UPDATE reviews SET voided = FALSE"]);
    // A second result, through the front door.
    let outcome =
        reviews::Outcome { record_id: "r0", result: "agree", reviewer_id: "p", reviewed_at: 1 };
    let again = store.write_blocking(move |db: &mut Db| reviews::set_result(db, "s1", &outcome));
    assert!(matches!(again, Err(Error::Taken)));
    if bench.is_sqlite {
        let row = "(submission_id, case_id, agency_id, round, submitted_by, submitted_at, head, due, \
                   result, voided) VALUES";
        for values in ["('s1', 'c', 'a', 5", "('r0', 'c', 'a', 1"] {
            let sql =
                format!("REPLACE INTO reviews {row} {values}, 'p', 1, '', '', 'agree', FALSE)");
            refused(bench, &store, "already taken", &[&sql]);
        }
        more_records(&store, &["s2"], "submission");
        let second = rows::review("s2", 2);
        store.write_blocking(move |db: &mut Db| reviews::insert(db, &second)).unwrap();
        let steal = "UPDATE OR REPLACE reviews SET record_id = 'v1' WHERE submission_id = 's2'";
        refused(bench, &store, "already taken", &[steal]);
    } else {
        refused(bench, &store, "cannot be deleted", &["TRUNCATE reviews CASCADE"]);
    }
}

fn a_major_decision_needs_its_review(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    second_case(&store);
    reviewed(&store, 1, "correct");
    reviewed(&store, 2, "agree");
    reviewed(&store, 3, "agree");
    more_records(&store, &["q1", "q2", "q3"], "decision");
    store.write_blocking(|db: &mut Db| reviews::void(db, "s2")).unwrap();
    let needs = "needs a passing review of its case";
    let insert = |record: &str, case: &str, review: &str| {
        format!(
            "INSERT INTO decisions (record_id, case_id, agency_id, number, decided_on, outcome, kinds, fine, \
             confiscated, major, review_record_id) VALUES \
             ('{record}', '{case}', 'a', 'n-{record}', '2026-01-01', 'x', 'x', 1, 0, TRUE, {review})"
        )
    };
    for (case, review) in [
        ("c", "NULL"),
        ("c", "'nowhere'"),
        ("c", "'v1'"), // did not agree
        ("c", "'v2'"), // voided
        ("c", "'s3'"), // the submission, not the review
        ("c", "'r0'"), // some other record
        ("d", "'v3'"), // another case's
    ] {
        refused(bench, &store, needs, &[&insert("q1", case, review)]);
    }
    // A row of reviews that points at a record which is no review proves nothing.
    let forged = "INSERT INTO reviews (submission_id, case_id, agency_id, round, submitted_by, submitted_at, \
                  head, due, record_id, result, voided) \
                  VALUES ('q3', 'c', 'a', 9, 'p', 1, '', '', 'q2', 'agree', FALSE)";
    run(&store, forged);
    refused(bench, &store, needs, &[&insert("q1", "c", "'q2'")]);
    // Nor does one that points at another case's review.
    more_records_from(&store, 2000, &["w1"], "review");
    run(&store, &forged.replace("'q3', 'c'", "'q1', 'd'").replace("'q2'", "'w1'"));
    refused(bench, &store, needs, &[&insert("q1", "d", "'w1'")]);
    // The right one passes, an ordinary one needs none.
    run(&store, &insert("q1", "c", "'v3'"));
    let ordinary = decision("q2", "c", None);
    store.write_blocking(move |db: &mut Db| decisions::insert(db, &ordinary)).unwrap();
    refused(
        bench,
        &store,
        needs,
        &[
            "UPDATE decisions SET major = TRUE WHERE record_id = 'q2'",
            "UPDATE decisions SET major = TRUE, review_record_id = 'v2' WHERE record_id = 'q2'",
            "UPDATE decisions SET review_record_id = NULL WHERE record_id = 'q1'",
            "UPDATE decisions SET case_id = 'd' WHERE record_id = 'q1'",
        ],
    );
    run(
        &store,
        "UPDATE decisions SET major = TRUE, review_record_id = 'v3' WHERE record_id = 'q2'",
    );
}

fn a_major_decision_stays_major(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    reviewed(&store, 1, "agree");
    more_records(&store, &["q1", "q2"], "decision");
    store
        .write_blocking(|db: &mut Db| {
            decisions::insert(db, &decision("q1", "c", Some("v1")))?;
            decisions::insert(db, &decision("q2", "c", None))
        })
        .unwrap();
    refused(bench, &store, "stays major", &["UPDATE decisions SET major = FALSE"]);
    refused(bench, &store, "cannot be deleted", &["DELETE FROM decisions"]);
    if bench.is_sqlite {
        let taken = "already taken";
        refused(
            bench,
            &store,
            taken,
            &[
                "REPLACE INTO decisions SELECT record_id, case_id, agency_id, number, decided_on, outcome, \
             kinds, fine, confiscated, FALSE, NULL, NULL FROM decisions WHERE record_id = 'q1'",
                "UPDATE OR REPLACE decisions SET record_id = 'q1' WHERE record_id = 'q2'",
                "UPDATE OR REPLACE decisions SET number = 'n-q1' WHERE record_id = 'q2'",
                "UPDATE OR REPLACE decisions SET rowid = 1 WHERE record_id = 'q2'",
            ],
        );
    }
    // What happens to the review later does not stop the disclosure from being noted.
    store
        .write_blocking(|db: &mut Db| {
            reviews::void(db, "s1")?;
            decisions::set_disclosed(db, "q1", "r0")
        })
        .unwrap();
    let due = |after: Option<(String, String)>| {
        let read = move |db: &mut Db| {
            let count = decisions::count_undisclosed(db, &["a".into()])?;
            Ok::<_, Error>((decisions::undisclosed(db, &["a".into()], after.as_ref(), 9)?, count))
        };
        store.read_blocking(read).unwrap()
    };
    let (rows, count) = due(None);
    assert_eq!(rows.iter().map(|one| one.record_id.as_str()).collect::<Vec<_>>(), ["q2"]);
    assert_eq!(count, 1);
    assert!(due(Some((rows[0].decided_on.clone(), "q2".into()))).0.is_empty());
    assert_eq!(due(Some((rows[0].decided_on.clone(), "q1".into()))).0.len(), 1);
}
