//! The write path: grouping, savepoints, panics, snapshots, locks, failed commits.

use crate::bench::{Bench, block_on, each_engine, run};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use zhijian::store::{Db, Error, OpenError, Store, settings};

each_engine! {
    an_error_undoes_its_own_write_alone
    a_panic_undoes_its_own_write_alone
    a_reader_sees_only_what_is_committed
    a_reader_keeps_its_moment_and_changes_nothing
    a_failed_statement_leaves_the_batch_usable
    an_unknown_failure_of_the_commit_ends_the_writer
    closing_lets_queued_writes_commit
    one_write_a_commit_when_grouping_is_off
    a_later_release_s_database_is_refused
    beside_a_server_one_may_only_look
    a_taken_value_is_told_apart
    nested_transactions_and_unclosed_ones
    a_lost_transaction_acknowledges_nobody
}

fn put(db: &mut Db, name: &str) -> Result<(), Error> {
    settings::set(db, name, "1")
}

fn names(store: &Store) -> Vec<String> {
    store.read_blocking(|db: &mut Db| settings::all(db)).unwrap().into_keys().collect()
}

/// Holds the writer inside a write, so that whatever is sent next shares one commit.
fn hold(store: &Store) -> (Sender<()>, Receiver<()>, std::thread::JoinHandle<()>) {
    let (go, wait) = channel::<()>();
    let (entered, inside) = channel::<()>();
    let store = store.clone();
    let thread = std::thread::spawn(move || {
        let held = store.write_blocking(move |_: &mut Db| {
            entered.send(()).unwrap();
            wait.recv().unwrap();
            Ok::<_, Error>(())
        });
        held.unwrap();
    });
    (go, inside, thread)
}

type Work = Box<dyn FnOnce(&mut Db) -> Result<(), Error> + Send>;

/// Sends all of `works` while the writer is held, so that they run in one batch in this order.
fn in_one_batch(store: &Store, works: Vec<Work>) -> Vec<Result<(), Error>> {
    let (go, inside, holder) = hold(store);
    inside.recv().unwrap();
    let answers = block_on(async {
        let waiting: Vec<_> = works.into_iter().map(|work| store.write(work)).collect();
        let mut waiting = futures_util::future::join_all(waiting);
        // The first poll queues them all; then the writer may go on.
        futures_util::future::poll_fn(|context| {
            let _ = std::future::Future::poll(std::pin::Pin::new(&mut waiting), context);
            std::task::Poll::Ready(())
        })
        .await;
        go.send(()).unwrap();
        waiting.await
    });
    holder.join().unwrap();
    answers
}

fn an_error_undoes_its_own_write_alone(bench: &Bench) {
    let store = bench.open();
    let answers = in_one_batch(
        &store,
        vec![
            Box::new(|db| put(db, "a")),
            Box::new(|db| {
                put(db, "b")?;
                Err(Error::Missing)
            }),
            Box::new(|db| put(db, "c")),
        ],
    );
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(answers[1], Err(Error::Missing)));
    assert_eq!(names(&store), ["a", "c"]);
}

fn a_panic_undoes_its_own_write_alone(bench: &Bench) {
    let store = bench.open();
    let answers = in_one_batch(
        &store,
        vec![
            Box::new(|db| put(db, "a")),
            Box::new(|db| {
                put(db, "b")?;
                panic!("on purpose")
            }),
            Box::new(|db| put(db, "c")),
        ],
    );
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(answers[1], Err(Error::Broken(_))));
    assert_eq!(names(&store), ["a", "c"]);
}

fn a_failed_statement_leaves_the_batch_usable(bench: &Bench) {
    let store = bench.open();
    run(&store, "INSERT INTO settings (name, value) VALUES ('taken', '1')");
    let collide = "INSERT INTO settings (name, value) VALUES ('taken', '2')";
    let answers = in_one_batch(
        &store,
        vec![
            Box::new(|db| put(db, "a")),
            Box::new(move |db| db.run_script(collide)),
            // Swallows the fault: on PostgreSQL the savepoint is spoilt and cannot be kept.
            Box::new(move |db| {
                put(db, "b")?;
                let _ = db.run_script("INSERT INTO nowhere VALUES (1)");
                Ok(())
            }),
            Box::new(|db| db.run_script("INSERT INTO settings (name) VALUES ('null')")),
            Box::new(|db| put(db, "c")),
        ],
    );
    assert!(answers[0].is_ok() && answers[4].is_ok(), "{answers:?}");
    assert!(matches!(answers[1], Err(Error::Taken)), "{answers:?}");
    assert!(matches!(answers[3], Err(Error::Broken(_))), "{answers:?}");
    let kept = names(&store);
    // An answer and the rows agree, whatever the engine makes of a swallowed fault.
    assert_eq!(answers[2].is_ok(), kept.contains(&"b".to_owned()));
    assert!(kept.contains(&"a".to_owned()) && kept.contains(&"c".to_owned()));
}

fn a_reader_sees_only_what_is_committed(bench: &Bench) {
    let store = bench.open();
    let (go, wait) = channel::<()>();
    let (entered, inside) = channel::<()>();
    let writing = store.clone();
    let writer = std::thread::spawn(move || {
        writing.write_blocking(move |db: &mut Db| {
            put(db, "late")?;
            entered.send(()).unwrap();
            wait.recv().unwrap();
            Ok::<_, Error>(())
        })
    });
    inside.recv().unwrap();
    assert_eq!(names(&store), Vec::<String>::new());
    go.send(()).unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(names(&store), ["late"]);
}

fn a_reader_keeps_its_moment_and_changes_nothing(bench: &Bench) {
    let store = bench.open();
    let writing = store.clone();
    let seen = store.read_blocking(move |db: &mut Db| {
        let before = settings::all(db)?.len();
        writing.write_blocking(|db: &mut Db| put(db, "meanwhile"))?;
        Ok::<_, Error>((before, settings::all(db)?.len()))
    });
    assert_eq!(seen.unwrap(), (0, 0));
    let refused = store.read_blocking(|db: &mut Db| put(db, "by a reader"));
    assert!(matches!(refused, Err(Error::Broken(_))), "{refused:?}");
    assert_eq!(names(&store), ["meanwhile"]);
}

fn an_unknown_failure_of_the_commit_ends_the_writer(bench: &Bench) {
    let told = Arc::new(Mutex::new(Vec::<String>::new()));
    let mut config = bench.config.clone();
    let seen = told.clone();
    config.on_commit_failure = Some(Arc::new(move |error| {
        seen.lock().unwrap().push(format!("{error:?}"));
    }));
    let store = Store::open(&config).unwrap();
    run(&store, LATE);
    let answers = in_one_batch(
        &store,
        vec![
            Box::new(|db| put(db, "innocent")),
            Box::new(|db| db.run_script("INSERT INTO b VALUES (7)")),
        ],
    );
    assert!(answers.iter().all(Result::is_err), "{answers:?}");
    assert_eq!(told.lock().unwrap().len(), 1);
    let after = store.write_blocking(|db: &mut Db| put(db, "after"));
    assert!(matches!(after, Err(Error::Busy)), "{after:?}");
    assert_eq!(names(&store), Vec::<String>::new());
}

fn closing_lets_queued_writes_commit(bench: &Bench) {
    let store = bench.open();
    let (go, inside, holder) = hold(&store);
    inside.recv().unwrap();
    let writers: Vec<_> = (0..20)
        .map(|n| {
            let store = store.clone();
            std::thread::spawn(move || {
                store.write_blocking(move |db: &mut Db| put(db, &format!("{n}")))
            })
        })
        .collect();
    std::thread::sleep(std::time::Duration::from_millis(200));
    go.send(()).unwrap();
    store.close();
    holder.join().unwrap();
    let done = writers.into_iter().map(|one| one.join().unwrap());
    assert_eq!(done.filter(Result::is_ok).count(), 20);
    assert_eq!(names(&store).len(), 20);
    assert!(matches!(store.write_blocking(|db: &mut Db| put(db, "x")), Err(Error::Busy)));
}

/// A table whose constraint bites at the commit only.
const LATE: &str = "CREATE TABLE a (id INTEGER PRIMARY KEY);
    CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)";

fn one_write_a_commit_when_grouping_is_off(bench: &Bench) {
    let mut config = bench.config.clone();
    config.batch = 1;
    config.on_commit_failure = Some(Arc::new(|_| {}));
    let store = Store::open(&config).unwrap();
    run(&store, LATE);
    let answers = in_one_batch(
        &store,
        vec![
            Box::new(|db| put(db, "innocent")),
            Box::new(|db| db.run_script("INSERT INTO b VALUES (7)")),
        ],
    );
    assert!(answers[0].is_ok() && answers[1].is_err(), "{answers:?}");
    assert_eq!(names(&store), ["innocent"]);
}

fn a_later_release_s_database_is_refused(bench: &Bench) {
    let store = bench.open();
    run(&store, "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
    drop(store);
    let again = Store::open(&bench.config).err();
    assert!(matches!(again, Some(OpenError::Newer { ref version }) if version == "9999"));
    assert!(matches!(Store::open_beside(&bench.config).err(), Some(OpenError::Newer { .. })));
}

fn beside_a_server_one_may_only_look(bench: &Bench) {
    if bench.is_sqlite {
        assert!(matches!(Store::open_beside(&bench.config).err(), Some(OpenError::Absent { .. })));
    }
    let store = bench.open();
    store.write_blocking(|db: &mut Db| put(db, "a")).unwrap();
    let beside = Store::open_beside(&bench.config).unwrap();
    assert_eq!(names(&beside), ["a"]);
    assert!(matches!(beside.write_blocking(|db: &mut Db| put(db, "b")), Err(Error::Busy)));
    run(&store, "DELETE FROM __diesel_schema_migrations WHERE version = '0001'");
    assert!(matches!(Store::open_beside(&bench.config).err(), Some(OpenError::Older { .. })));
}

fn a_taken_value_is_told_apart(bench: &Bench) {
    let store = bench.open();
    let twice = "INSERT INTO settings (name, value) VALUES ('x', '1')";
    run(&store, twice);
    let second = store.write_blocking(move |db: &mut Db| db.run_script(twice));
    assert!(matches!(second, Err(Error::Taken)), "{second:?}");
}

fn nested_transactions_and_unclosed_ones(bench: &Bench) {
    use diesel::connection::{Connection, TransactionManager};
    let store = bench.open();
    let answers = in_one_batch(
        &store,
        vec![
            Box::new(|db| {
                put(db, "outer")?;
                let inner = db.transaction(|db| {
                    put(db, "inner")?;
                    Err::<(), _>(Error::Missing)
                });
                assert!(inner.is_err());
                Ok(())
            }),
            Box::new(|db| {
                put(db, "unclosed")?;
                Ok(<Db as Connection>::TransactionManager::begin_transaction(db)?)
            }),
            Box::new(|db| {
                db.transaction(|db| -> Result<(), Error> {
                    put(db, "panicked")?;
                    panic!("on purpose, two levels down")
                })
            }),
            Box::new(|db| put(db, "last")),
        ],
    );
    assert!(answers[0].is_ok() && answers[3].is_ok(), "{answers:?}");
    assert!(answers[1].is_err() && answers[2].is_err(), "{answers:?}");
    assert_eq!(names(&store), ["last", "outer"]);
}

fn a_lost_transaction_acknowledges_nobody(bench: &Bench) {
    let store = bench.open();
    // What ends the transaction under the writer's hands; on PostgreSQL the connection too.
    let ends: &[&str] = if bench.is_sqlite {
        &["ROLLBACK"]
    } else {
        &["ROLLBACK", "SELECT pg_terminate_backend(pg_backend_pid())"]
    };
    for end in ends.iter().copied() {
        let answers = in_one_batch(
            &store,
            vec![
                Box::new(|db| put(db, "before")),
                Box::new(move |db| db.run_script(end)),
                Box::new(|db| put(db, "after")),
            ],
        );
        assert!(matches!(answers[0], Err(Error::Busy)), "{answers:?}");
        assert!(answers[1].is_err(), "{answers:?}");
        assert!(matches!(answers[2], Err(Error::Busy)), "{answers:?}");
        assert_eq!(names(&store), Vec::<String>::new());
    }
    store.write_blocking(|db: &mut Db| put(db, "next")).unwrap();
    assert_eq!(names(&store), ["next"]);
}

#[test]
fn a_full_disk_is_told_apart_and_survived() {
    let bench = Bench::sqlite();
    let store = bench.open();
    run(&store, "PRAGMA max_page_count = 300");
    let large =
        store.write_blocking(|db: &mut Db| settings::set(db, "large", &"x".repeat(2_000_000)));
    assert!(matches!(large, Err(Error::Full)), "{large:?}");
    store.write_blocking(|db: &mut Db| put(db, "small")).unwrap();
    assert_eq!(names(&store), ["small"]);
}

#[test]
fn a_second_server_on_one_file_is_refused() {
    let bench = Bench::sqlite();
    let store = bench.open();
    assert!(matches!(Store::open(&bench.config).err(), Some(OpenError::InUse { .. })));
    drop(store);
    drop(bench.open());
}
