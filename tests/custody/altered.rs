//! Every column of every table that fsck answers for is altered once, every table loses a row and gains one, with
//! the guards taken off, as somebody with the database file could. Each is found and named, and nothing else is.

use crate::{county, house, long_list};
use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query};
use std::{path::Path, sync::Arc};
use zhijian::desk::{House, fsck};

const SCHEMA: &str = include_str!("../../src/store/schema.rs");

/// Tables that hold work under way and machinery; nothing rests on them. The county has neither witnesses nor time
/// stamps: tests/custody/vouched.rs alters those.
const LEFT_OUT: &[&str] = &[
    "settings",
    "sessions",
    "drafts",
    "jobs",
    "witnesses",
    "cosignatures",
    "authorities",
    "timestamps",
];

/// Columns that no record tells, or that only an unfinished upload goes by: altering them changes no finding.
const NOT_COMPARED: &[(&str, &[&str])] = &[
    ("agencies", &["short_name", "parent_id", "region", "address", "phone"]),
    ("people", &["login", "name", "password_hash"]),
    ("keys", &["sealed_secret"]),
    ("checkpoints", &["sealed_at"]),
    ("exhibits", &["duration_ms", "width", "height"]),
    (
        "uploads",
        &[
            "id",
            "metadata",
            "hash_state",
            "chunks",
            "generation",
            "created_at",
            "updated_at",
            "expires_at",
        ],
    ),
];

/// Columns whose alteration is named otherwise than `column应为…`.
const NAMED_OTHERWISE: &[(&str, &str, &str)] = &[
    ("keys", "id", "没有记录说明此行"),
    ("agencies", "id", "没有记录说明此行"),
    ("people", "id", "没有记录说明此行"),
    ("people", "agency_id", "没有执法主体"),
    ("items", "code", "没有记录说明此行"),
    ("items", "agency_id", "没有执法主体"),
    ("chains", "id", "所属的链没有登记"),
    ("chains", "sealing_key", "内容密钥无法打开"),
    ("cases", "id", "没有案件链"),
    ("cases", "state", "state.records应为"),
    ("records", "id", "没有对应的链条目"),
    ("records", "chain", "所属的链没有登记"),
    ("records", "seq", "位置不符"),
    ("records", "envelope", "哈希不符"),
    ("records", "fields", "私密字段无法打开"),
    ("entries", "leaf", "没有对应的链条目"),
    ("entries", "chain", "位置不符"),
    ("entries", "seq", "位置不符"),
    ("entries", "prev", "链不连续"),
    ("entries", "hash", "哈希不符"),
    ("entries", "record_id", "没有对应的记录"),
    ("entries", "received_at", "哈希不符"),
    ("leaves", "idx", "缺失，日志不连续"),
    ("leaves", "leaf", "与链条目不符"),
    ("leaves", "nonce", "与链条目不符"),
    ("nodes", "level", "没有记录说明此行"),
    ("nodes", "idx", "没有记录说明此行"),
    ("checkpoints", "size", "日志被截短"),
    ("checkpoints", "note", "签名核验未通过"),
    ("exhibits", "id", "不是本案的证据附件"),
    ("exhibits", "case_id", "没有案件链"),
    ("exhibits", "record_id", "没有记录说明此行"),
    ("exhibits", "poster_sha256", "摘要不合规范"),
    ("reviews", "submission_id", "没有记录说明此行"),
    ("reviews", "case_id", "没有案件链"),
    ("decisions", "record_id", "没有记录说明此行"),
    ("decisions", "case_id", "没有案件链"),
    ("clocks", "id", "没有记录说明此行"),
    ("clocks", "case_id", "没有案件链"),
    ("disclosures", "id", "没有公示信息"),
    ("disclosures", "number", "没有记录说明此行"),
    ("releases", "disclosure_id", "没有公示信息"),
    ("releases", "version", "没有记录说明此行"),
    ("uploads", "case_id", "没有案件链"),
    ("uploads", "person_id", "与其成为的证据附件"),
    ("uploads", "name", "与其成为的证据附件"),
    ("uploads", "declared_root", "与其成为的证据附件"),
    ("uploads", "length", "与其成为的证据附件"),
    ("uploads", "received", "received为"),
    ("uploads", "state", "state为"),
    ("uploads", "exhibit_id", "不是本案的证据附件"),
    ("disclosure_texts", "doc", "检索索引缺少"),
    ("disclosure_texts", "disclosure_id", "没有公示信息"),
];

/// Columns that must be made different for a copied row to be let in beside the first.
const KEYS: &[&str] = &[
    "id",
    "code",
    "login",
    "number",
    "public_key",
    "payload_digest",
    "record_id",
    "submission_id",
    "source_key",
    "disclosure_id",
    "seq",
    "leaf",
    "idx",
    "size",
    "doc",
    "version",
    "round",
];

struct Column {
    name: &'static str,
    kind: &'static str,
}

impl Column {
    /// SQL for a value that differs from the present one.
    fn other(&self) -> String {
        let name = self.name;
        match self.kind {
            "Text" => format!("{name} || 'x'"),
            "Nullable<Text>" => format!("COALESCE({name}, '') || 'x'"),
            "Bool" => format!("1 - {name}"),
            kind if kind.contains("Binary") => format!("randomblob(MAX(32, LENGTH({name})))"),
            _ => format!("COALESCE({name}, 6) + 1"),
        }
    }
}

/// Every table of the program's schema with its columns.
fn tables() -> Vec<(&'static str, Vec<Column>)> {
    let table = |text: &'static str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("///"));
        let head = lines.clone().find(|line| line.contains('(')).unwrap();
        let columns = lines
            .filter_map(|line| line.split_once(" -> "))
            .map(|(name, kind)| Column { name, kind: kind.trim_end_matches(',') });
        (head.split_once(' ').unwrap().0, columns.collect())
    };
    let all = SCHEMA.split("diesel::table!").skip(1).map(table);
    all.filter(|(name, _)| !LEFT_OUT.contains(name)).collect()
}

/// An opened house beside a connection that no guard watches.
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

    async fn faults(&self) -> Vec<fsck::Fault> {
        fsck::fsck(&self.house, Arc::new(|_, _, _| {})).await.unwrap().faults
    }

    /// What fsck finds after `sql`, which changes `table`; the table is put back afterwards.
    async fn after(&mut self, table: &str, sql: &str) -> Vec<fsck::Fault> {
        let keep = format!("CREATE TEMP TABLE kept AS SELECT * FROM {table}");
        self.db.batch_execute(&keep).unwrap();
        let changed = sql_query(sql).execute(&mut self.db);
        assert_eq!(changed, Ok(1), "{sql}");
        let found = self.faults().await;
        let back =
            format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept");
        self.db.batch_execute(&back).unwrap();
        found
    }

    /// Alters a column of one row; gives what fsck should have said and did not.
    async fn alter(&mut self, table: &str, column: &Column) -> Option<String> {
        let Column { name, .. } = column;
        // A row that has a value, and of uploads one that became an exhibit.
        let wish = if table == "uploads" { "state = 'done'" } else { "TRUE" };
        let sql = format!(
            "UPDATE {table} SET {name} = {} WHERE rowid = (SELECT rowid FROM {table} WHERE {wish} \
             ORDER BY {name} IS NULL, rowid DESC LIMIT 1)",
            column.other()
        );
        let found = self.after(table, &sql).await;
        let left = NOT_COMPARED.iter().any(|(t, columns)| *t == table && columns.contains(name));
        let otherwise = NAMED_OTHERWISE.iter().find(|(t, c, _)| *t == table && c == name);
        let text =
            otherwise.map_or_else(|| format!("{name}应为"), |(_, _, text)| (*text).to_owned());
        let good = match left {
            true => found.is_empty(),
            false => found.iter().any(|fault| fault.text.contains(&text)),
        };
        (!good).then(|| format!("{sql}: {text} (compared: {}), but {found:#?}", !left))
    }

    async fn remove_and_add(&mut self, table: &str, columns: &[Column]) {
        // A forgotten upload is nobody's loss, and a checkpoint that is gone is signed again: the guard has the
        // newest, and no other is asked for.
        if !matches!(table, "uploads" | "checkpoints") {
            let gone = format!(
                "DELETE FROM {table} WHERE rowid = (SELECT rowid FROM {table} ORDER BY rowid LIMIT 1)"
            );
            let found = self.after(table, &gone).await;
            assert!(!found.is_empty(), "{gone} was not found");
        }
        let value = |column: &Column| match KEYS.contains(&column.name) {
            true => column.other(),
            false => column.name.to_owned(),
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let added = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} ORDER BY rowid DESC LIMIT 1",
            names.join(", "),
            values.join(", ")
        );
        let found = self.after(table, &added).await;
        assert!(!found.is_empty() || table == "uploads", "{added} was not found");
    }
}

#[actix_web::test]
async fn every_column_of_every_table() {
    let folder = county::full().await;
    let mut bench = Bench::open(folder.path()).await;
    assert_eq!(bench.faults().await, []);
    let mut missed = Vec::new();
    for (table, columns) in tables() {
        // Too few leaves here for a full tile; see below.
        if table == "nodes" {
            continue;
        }
        for column in &columns {
            missed.extend(bench.alter(table, column).await);
        }
        bench.remove_and_add(table, &columns).await;
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert_eq!(bench.faults().await, [], "everything was put back");
}

/// A log of more than 256 leaves keeps nodes.
#[actix_web::test]
async fn kept_nodes_and_the_guard_file() {
    let bureau = house::Bureau::open().await;
    bureau.import(&long_list(300)).await;
    bureau.seal().await;
    let mut bench = Bench::open(bureau.dir.path()).await;
    assert_eq!(bench.faults().await, []);
    let (table, columns) = tables().into_iter().find(|(table, _)| *table == "nodes").unwrap();
    for column in &columns {
        assert_eq!(bench.alter(table, column).await, None);
    }
    bench.remove_and_add(table, &columns).await;

    let guard = bureau.dir.path().join("log.guard");
    let signed = std::fs::read_to_string(&guard).unwrap();
    for (text, says) in [
        (Some(signed.replacen('2', "3", 1)), "不是日志密钥签名的检查点"),
        (Some(String::new()), "不是日志密钥签名的检查点"),
        (None, "缺失"),
    ] {
        match text {
            Some(text) => std::fs::write(&guard, text).unwrap(),
            None => std::fs::remove_file(&guard).unwrap(),
        }
        let found = bench.faults().await;
        assert!(
            found.iter().any(|f| f.place.contains("log.guard") && f.text.contains(says)),
            "{found:?}"
        );
    }
}

/// An old copy of the database is whole in itself; only the guard beside it knows better.
#[actix_web::test]
async fn a_database_rolled_back() {
    let bureau = house::Bureau::open().await;
    let old = tempfile::tempdir().unwrap();
    let copy = old.path().join("zhijian.db");
    let mut bench = Bench::open(bureau.dir.path()).await;
    bench.db.batch_execute(&format!("VACUUM INTO '{}'", copy.display())).unwrap();
    bureau.import(&long_list(2)).await;
    bureau.seal().await;
    std::fs::create_dir(old.path().join("keys")).unwrap();
    let secrets = ["keys/service.key", "keys/log.key", "keys/master.key", "log.guard"];
    for file in secrets {
        std::fs::copy(bureau.dir.path().join(file), old.path().join(file)).unwrap();
    }
    let found = Bench::open(old.path()).await.faults().await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].place.contains("log.guard") && found[0].text.contains("日志被截短"));
}

/// What two tables tell together, or what lies beside the tables.
#[actix_web::test]
async fn what_no_single_column_shows() {
    let folder = county::full().await;
    let mut bench = Bench::open(folder.path()).await;
    let cases: &[(&str, &str, &str)] = &[
        // Another record's fields, of the same chain and so under the same key.
        (
            "records",
            "UPDATE records SET fields = (SELECT fields FROM records WHERE kind = 'filing' LIMIT 1) \
             WHERE id = (SELECT id FROM records WHERE kind = 'evidence')",
            "私密字段无法打开",
        ),
        (
            "records",
            "UPDATE records SET fields = NULL WHERE id = (SELECT id FROM records WHERE kind = 'evidence')",
            "私密字段缺失",
        ),
        (
            "chains",
            "UPDATE chains SET sealing_key = NULL WHERE id = (SELECT id FROM chains WHERE kind = 'case' LIMIT 1)",
            "内容密钥缺失",
        ),
        (
            "chains",
            "DELETE FROM chains WHERE id = (SELECT id FROM chains WHERE kind = 'case' LIMIT 1)",
            "所属的链没有登记",
        ),
        // A review that was returned passes now.
        (
            "reviews",
            "UPDATE reviews SET result = 'agree' WHERE result = 'correct'",
            "result应为“correct”，现为“agree”",
        ),
        // A withdrawn item is shown again.
        (
            "disclosures",
            "UPDATE disclosures SET state = 'published' \
             WHERE state = 'withdrawn' AND case_id IS NULL",
            "state应为“withdrawn”，现为“published”",
        ),
        (
            "keys",
            "UPDATE keys SET revoked_at = NULL, revoked_leaf = NULL WHERE revoked_at IS NOT NULL",
            "revoked_at应为",
        ),
        ("people", "UPDATE people SET active = 1 WHERE active = 0", "active应为否，现为是"),
        (
            "settings",
            "UPDATE settings SET value = '1' WHERE name = 'disclosures.last'",
            "不得小于已用的公示编号",
        ),
        (
            "uploads",
            "UPDATE uploads SET received = 90 WHERE state = 'receiving'",
            "已确认收到90字节，暂存文件只有10字节",
        ),
        (
            "disclosure_words",
            "DELETE FROM disclosure_words WHERE rowid = (SELECT doc FROM disclosure_texts LIMIT 1)",
            "检索索引缺少",
        ),
    ];
    for (table, sql, text) in cases {
        let found = match *table {
            // An index without contents cannot be copied and put back; it comes last.
            "disclosure_words" => {
                sql_query(*sql).execute(&mut bench.db).unwrap();
                bench.faults().await
            }
            _ => bench.after(table, sql).await,
        };
        assert!(found.iter().any(|f| f.text.contains(text)), "{sql} gave {found:#?}");
    }
}
