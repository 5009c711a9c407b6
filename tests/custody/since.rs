//! `fsck --since`: from any leaf a good house is good; what was altered behind the point is found, and before it what
//! the check says that it looks at; what it does not look at it says.

use crate::{county, house, house::Bureau, long_list};
use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query};
use std::{fs, path::Path, process::Command, sync::Arc};
use zhijian::{
    base::Day,
    desk::{
        House,
        fsck::{self, Report, Since},
    },
    store::{Db, entries, exhibits},
};

async fn since(house: &Arc<House>, point: Since) -> Report {
    fsck::fsck_since(house, point, Arc::new(|_, _, _| {})).await.unwrap()
}

/// A house beside a connection that no guard watches.
struct Bench {
    house: Arc<House>,
    db: SqliteConnection,
}

impl Bench {
    async fn open(folder: &Path) -> Bench {
        let house = county::look(folder).await;
        let file = folder.join("zhijian.db");
        let mut db = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        house::take_guards_off(&mut db);
        db.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
        Bench { house, db }
    }

    /// What is found from `leaf` on after `sql`, which changes one row of `table`; the table is put back afterwards.
    async fn after(&mut self, leaf: i64, table: &str, sql: &str) -> Report {
        let keep = format!("CREATE TEMP TABLE kept AS SELECT * FROM {table}");
        self.db.batch_execute(&keep).unwrap();
        let sql = sql.replace("POINT", &leaf.to_string());
        assert_eq!(sql_query(&sql).execute(&mut self.db), Ok(1), "{sql}");
        let report = since(&self.house, Since::Leaf(leaf.unsigned_abs())).await;
        let back =
            format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept");
        self.db.batch_execute(&back).unwrap();
        report
    }

    fn size(&self) -> i64 {
        self.house.store.read_blocking(entries::size).unwrap()
    }
}

#[actix_web::test]
async fn from_any_leaf_a_good_house_is_good() {
    let folder = county::full().await;
    let bench = Bench::open(folder.path()).await;
    let whole = fsck::fsck(&bench.house, Arc::new(|_, _, _| {})).await.unwrap();
    let size = bench.size().unsigned_abs();
    for leaf in 0..=size {
        let report = since(&bench.house, Since::Leaf(leaf)).await;
        assert_eq!(report.faults, [], "from leaf {leaf}");
        let unread = report.since.unwrap();
        assert!(report.records >= size - leaf, "from leaf {leaf}");
        assert_eq!((unread.leaf, report.leaves), (leaf, whole.leaves));
        assert_eq!(report.exhibits + unread.exhibits, whole.exhibits, "from leaf {leaf}");
        assert_eq!(report.checkpoints + unread.checkpoints, whole.checkpoints);
    }
    let all = since(&bench.house, Since::Leaf(0)).await;
    assert_eq!(
        (all.records, all.cases),
        (whole.records, whole.cases),
        "from the first leaf it is all"
    );
    assert_eq!((all.exhibit_bytes, all.disclosures), (whole.exhibit_bytes, whole.disclosures));
    let unknown = Since::Leaf(size + 1);
    assert!(fsck::fsck_since(&bench.house, unknown, Arc::new(|_, _, _| {})).await.is_err());
}

const RECORD: &str = "(SELECT record_id FROM entries WHERE leaf = POINT)";

#[actix_web::test]
async fn what_was_altered_behind_the_point_is_found() {
    let folder = county::full().await;
    let mut bench = Bench::open(folder.path()).await;
    let cases: &[(&str, String)] = &[
        ("records", format!("UPDATE records SET envelope = x'00' WHERE id = {RECORD}")),
        ("records", format!("UPDATE records SET kind = kind || 'x' WHERE id = {RECORD}")),
        ("records", format!("UPDATE records SET chain = chain || 'x' WHERE id = {RECORD}")),
        ("records", format!("DELETE FROM records WHERE id = {RECORD}")),
        (
            "records",
            format!(
                "INSERT INTO records SELECT id || 'x', chain, seq + 99, kind, at, person_id, envelope, \
                 envelope_digest, payload_digest || 'x', fields, received_at FROM records WHERE id = {RECORD}"
            ),
        ),
        ("entries", "UPDATE entries SET hash = randomblob(32) WHERE leaf = POINT".into()),
        ("entries", "UPDATE entries SET prev = randomblob(32) WHERE leaf = POINT".into()),
        ("entries", "UPDATE entries SET received_at = 0 WHERE leaf = POINT".into()),
        ("entries", "UPDATE entries SET chain = 'another' WHERE leaf = POINT".into()),
        (
            "entries",
            "UPDATE entries SET chain = (SELECT chain FROM entries WHERE leaf = 0), seq = 9999 WHERE leaf = POINT"
                .into(),
        ),
        ("entries", "UPDATE entries SET record_id = 'another' WHERE leaf = POINT".into()),
        ("entries", "DELETE FROM entries WHERE leaf = POINT".into()),
        ("leaves", "UPDATE leaves SET leaf = randomblob(33) WHERE idx = POINT".into()),
        ("leaves", "UPDATE leaves SET nonce = randomblob(32) WHERE idx = POINT".into()),
        (
            "checkpoints",
            "UPDATE checkpoints SET root = randomblob(32) \
             WHERE size = (SELECT min(size) FROM checkpoints WHERE size > POINT)"
                .into(),
        ),
        (
            "chains",
            "UPDATE chains SET length = length + 1 \
             WHERE id = (SELECT chain FROM entries WHERE leaf = POINT)"
                .into(),
        ),
    ];
    assert!(bench.size() > 60, "there is something before the point and behind it");
    for leaf in [bench.size() / 2, bench.size() - 1] {
        for (table, sql) in cases {
            let report = bench.after(leaf, table, sql).await;
            assert!(!report.is_clean(), "{sql} at leaf {leaf} was not found");
        }
        assert_eq!(since(&bench.house, Since::Leaf(leaf.unsigned_abs())).await.faults, []);
    }
}

/// The rows derived from what came behind the point, and the bytes.
#[actix_web::test]
async fn what_follows_from_new_records_is_found() {
    let folder = county::full().await;
    let mut bench = Bench::open(folder.path()).await;
    let of = |bench: &mut Bench, sql: &str| {
        #[derive(diesel::QueryableByName)]
        struct Leaf {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            leaf: i64,
        }
        sql_query(sql).get_result::<Leaf>(&mut bench.db).unwrap().leaf
    };
    let linked =
        "SELECT max(leaf) AS leaf FROM entries JOIN records ON id = record_id WHERE kind =";
    let decided = of(&mut bench, &format!("{linked} 'decision'"));
    let corrected =
        of(&mut bench, &format!("{linked} 'correction' AND records.chain LIKE 'register:%'"));
    let handed_in = of(
        &mut bench,
        "SELECT leaf FROM entries JOIN exhibits ON exhibits.record_id = entries.record_id LIMIT 1",
    );
    for (leaf, table, sql) in [
        (
            decided,
            "decisions",
            "UPDATE decisions SET fine = fine + 1 \
             WHERE record_id = (SELECT record_id FROM entries WHERE leaf = POINT)",
        ),
        (
            decided,
            "cases",
            "UPDATE cases SET stage = 'closed2' WHERE id = (SELECT chain FROM entries WHERE leaf = POINT)",
        ),
        // An earlier record of the same case.
        (
            decided,
            "records",
            "UPDATE records SET fields = randomblob(99) WHERE seq = 0 AND chain = \
             (SELECT chain FROM entries WHERE leaf = POINT)",
        ),
        (
            corrected,
            "disclosures",
            "UPDATE disclosures SET party = party || 'x' \
             WHERE record_id = (SELECT record_id FROM entries WHERE leaf = POINT)",
        ),
        // What it showed before it was corrected.
        (
            corrected,
            "releases",
            "UPDATE releases SET content = content || ' ' WHERE version = 1 AND disclosure_id = \
             (SELECT disclosure_id FROM releases JOIN entries USING (record_id) WHERE leaf = POINT)",
        ),
        (handed_in, "exhibits", "UPDATE exhibits SET name = name || 'x'"),
    ] {
        let report = bench.after(leaf, table, sql).await;
        assert!(!report.is_clean(), "{sql} at leaf {leaf} was not found");
    }
    let first = bench.house.store.read_blocking(|db: &mut Db| exhibits::page(db, "", 1)).unwrap();
    let bytes = house::files(&folder.path().join("vault/sha256"));
    let path = bytes.iter().find(|path| path.to_string_lossy().contains(&first[0].sha256[2..]));
    let good = fs::read(path.unwrap()).unwrap();
    house::overwrite(path.unwrap(), b"another picture");
    let report = since(&bench.house, Since::Leaf(handed_in.unsigned_abs())).await;
    assert!(report.faults.iter().any(|fault| fault.text.contains("内容已改变")), "{report:?}");
    let later = since(&bench.house, Since::Leaf(handed_in.unsigned_abs() + 1)).await;
    assert_eq!(
        (later.faults, later.since.unwrap().exhibits),
        (vec![], 1),
        "it says that it did not look"
    );
    house::overwrite(path.unwrap(), &good);
}

/// Before the point: what the check says that it looks at.
#[actix_web::test]
async fn the_log_before_the_point_is_what_it_was() {
    let bureau = Bureau::with_case().await;
    bureau.import(&long_list(300)).await;
    bureau.seal().await;
    let point = bureau.log_size().await;
    bureau.import(&long_list(303)).await;
    bureau.seal().await;
    let mut bench = Bench::open(bureau.dir.path()).await;
    let known = since(&bench.house, Since::Leaf(point.unsigned_abs())).await;
    assert_eq!(known.faults, []);
    assert!(known.since.unwrap().records >= 300 && known.records < 20, "{}", known.records);
    for (table, sql, place) in [
        ("leaves", "UPDATE leaves SET leaf = randomblob(33) WHERE idx = 7", "检查点"),
        ("leaves", "DELETE FROM leaves WHERE idx = 7", "日志叶7"),
        ("nodes", "UPDATE nodes SET hash = randomblob(32) WHERE level = 8 AND idx = 0", "树节点"),
        (
            "checkpoints",
            "UPDATE checkpoints SET root = randomblob(32) WHERE size = POINT",
            "检查点",
        ),
        ("checkpoints", "UPDATE checkpoints SET note = note || 'x' WHERE size = POINT", "检查点"),
        // A chain that nothing came to.
        ("chains", "UPDATE chains SET head = randomblob(32) WHERE kind = 'case'", "链"),
        (
            "keys",
            "UPDATE keys SET custody = 'server' WHERE registered_leaf = (SELECT max(registered_leaf) FROM keys)",
            "密钥",
        ),
        ("people", "UPDATE people SET roles = 'admin' WHERE login = 'officer'", "人员"),
    ] {
        let report = bench.after(point, table, sql).await;
        assert!(
            report.faults.iter().any(|f| f.place.starts_with(place)),
            "{sql}: {:?}",
            report.faults
        );
    }
    // What it does not look at it does not find, and says so; the whole check does.
    let old = "UPDATE records SET envelope = x'00' WHERE kind = 'filing'";
    let report = bench.after(point, "records", old).await;
    assert_eq!(report.faults, []);
    assert!(report.since.unwrap().cases == 1 && report.cases == 0);
    sql_query(old).execute(&mut bench.db).unwrap();
    let whole = fsck::fsck(&bench.house, Arc::new(|_, _, _| {})).await.unwrap();
    assert!(whole.faults.iter().any(|fault| fault.text.contains("哈希不符")), "{whole:?}");
}

/// Who moves times back so that what is new looks old is found by the time of the last one before the day.
#[actix_web::test]
async fn a_day_begins_where_its_first_record_lies() {
    let folder = county::full().await;
    let mut bench = Bench::open(folder.path()).await;
    let day: Day = "2026-08-27".parse().unwrap();
    let report = since(&bench.house, Since::Day(day)).await;
    let leaf = report.since.unwrap().leaf;
    assert_eq!(report.faults, []);
    assert!(leaf > 10 && leaf + 10 < bench.size().unsigned_abs(), "{leaf}");
    let hide =
        format!("UPDATE entries SET received_at = 1 WHERE leaf BETWEEN {leaf} + 1 AND {leaf} + 5");
    sql_query(hide).execute(&mut bench.db).unwrap();
    let report = since(&bench.house, Since::Day(day)).await;
    assert!(report.since.unwrap().leaf > leaf);
    assert!(
        report.faults.iter().any(|fault| fault.text.contains("哈希不符")),
        "{:?}",
        report.faults
    );
}

/// The command: its exit codes, what it says, and where the next one begins.
#[actix_web::test]
async fn the_command_goes_on_from_the_last_good_check() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let fsck = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhijian"));
        let done =
            command.args(["fsck", "--data"]).arg(bureau.dir.path()).args(words).output().unwrap();
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        (done.status.code().unwrap(), said)
    };
    let (code, said) = fsck(&["--since", "last"]);
    assert!(code == 2 && said.contains("请先做一次完整核对"), "{said}");
    assert_eq!(fsck(&["--since", "yesterday"]).0, 2);
    assert_eq!(fsck(&["--since", "9999"]).0, 2);
    let (code, said) = fsck(&["--since", "1"]);
    assert!(code == 0 && said.contains("没有重读"), "{said}");
    assert_eq!(
        fsck(&["--since", "last"]).0,
        2,
        "a leaf of somebody's choice is no good check of everything"
    );
    assert_eq!(fsck(&[]).0, 0);
    let kept = bureau.dir.path().join("fsck.last");
    let first = fs::read_to_string(&kept).unwrap();

    bureau.import(&long_list(2)).await;
    bureau.seal().await;
    let (code, said) = fsck(&["--since", "last"]);
    assert!(code == 0 && said.contains("所核对的内容全部一致"), "{said}");
    assert!(said.contains("没有重读：此前的记录") && said.contains("其他案件1件"), "{said}");
    assert_ne!(fs::read_to_string(&kept).unwrap(), first, "the next one begins here");

    fs::write(&kept, &first).unwrap();
    bureau.tamper("UPDATE leaves SET leaf = randomblob(33) WHERE idx = 0");
    let (code, said) = fsck(&["--since", "last"]);
    assert!(code == 1 && said.contains("上次核对所至的检查点"), "{said}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), first, "no good check, no new beginning");
    fs::write(&kept, first.replacen('\n', "\n1", 1)).unwrap();
    assert_eq!(fsck(&["--since", "last"]).0, 2, "what the log's key did not sign is no beginning");
}
