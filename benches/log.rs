//! A large log: how fast records are written, proofs are made and checkpoints are signed with millions of leaves, beside
//! the same with ten thousand, in one run.
//!
//! `cargo bench --bench log [-- LEAVES]`. Most leaves, and the entries that they commit to, are random bytes put straight into
//! the rows (some 330 bytes a leaf on the disk); the records that are measured are real. SQLite only.

mod support;

use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_query};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use support::{Bureau, Spread, bureau, load::load, peak_memory_mib, seconds};
use zhijian::{
    desk::{Error, prove::StoredNodes, seal_checkpoint::Sealer},
    ledger::proof,
};

/// Real records before each measurement and in it.
const RECORDS: usize = 10_000;

/// Proofs of each kind.
const PROOFS: u64 = 2_000;

/// Leaves added by one statement.
const STEP: u64 = 500_000;

fn main() {
    let leaves = std::env::args().skip(1).find_map(|a| a.parse::<u64>().ok()).unwrap_or(10_000_000);
    let dir = tempfile::tempdir().unwrap();
    actix_web::rt::System::new().block_on(async {
        let bureau = bureau(dir.path()).await;
        load(&bureau, 0, RECORDS).await;
        let small = measure(&bureau, RECORDS).await;
        let size = size(&bureau).await;
        let start = Instant::now();
        fill(&dir.path().join("zhijian.db"), size, leaves.max(size));
        println!("{} leaves put into the rows in {:.0} s", leaves.max(size) - size, seconds(start));
        let large = measure(&bureau, 2 * RECORDS).await;
        println!("records/s with {leaves} leaves against {size}: {:.0} %", 100.0 * large / small);
        bureau.house.store.close();
    });
}

async fn size(bureau: &Bureau) -> u64 {
    let size = bureau.house.store.read(zhijian::store::entries::size).await;
    size.unwrap().unsigned_abs()
}

/// Seals what is there, makes proofs, writes records; gives records a second.
async fn measure(bureau: &Bureau, first_record: usize) -> f64 {
    let house = &bureau.house;
    let start = Instant::now();
    let mut sealer = Sealer::open(house).await.unwrap();
    let before = sealer.size();
    let size = sealer.seal(house, house.clock.now()).await.unwrap();
    println!("{} leaves sealed in {:.1} s", size - before, seconds(start));
    let start = Instant::now();
    drop(Sealer::open(house).await.unwrap());
    println!("with {size} leaves: the sealer starts in {:.1} ms", seconds(start) * 1e3);
    prove(bureau, size).await;
    let (rate, spread) = load(bureau, first_record / 50, RECORDS).await;
    println!(
        "with {size} leaves: {rate:.0} records/s, p99 {:.1} ms, peak memory of everything {} MiB",
        spread.percentile(99.0).as_secs_f64() * 1e3,
        peak_memory_mib(std::process::id()),
    );
    let start = Instant::now();
    sealer.seal(house, house.clock.now()).await.unwrap();
    println!(
        "with {size} leaves: a checkpoint over {RECORDS} more in {:.0} ms",
        seconds(start) * 1e3
    );
    rate
}

/// Inclusion and consistency proofs from places that are spread over the whole log.
async fn prove(bureau: &Bureau, size: u64) {
    let made = bureau.house.store.read(move |db| {
        let nodes = StoredNodes::new(db);
        let mut took: [Vec<Duration>; 2] = Default::default();
        for n in 1..=PROOFS {
            // A golden step visits everything without a pattern of powers of two.
            let at = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size;
            let start = Instant::now();
            proof::inclusion(&nodes, at, size).map_err(Error::broken)?;
            took[0].push(start.elapsed());
            let start = Instant::now();
            proof::consistency(&nodes, at + 1, size).map_err(Error::broken)?;
            took[1].push(start.elapsed());
        }
        Ok::<_, Error>(took)
    });
    for (kind, took) in ["inclusion", "consistency"].into_iter().zip(made.await.unwrap()) {
        let spread = Spread::of(took);
        println!(
            "with {size} leaves: proof of {kind} p50 {:.2} ms, p99 {:.2} ms",
            spread.percentile(50.0).as_secs_f64() * 1e3,
            spread.percentile(99.0).as_secs_f64() * 1e3
        );
    }
}

/// Puts leaves `from..to` and their entries into the rows, past every check.
fn fill(file: &Path, from: u64, to: u64) {
    let mut db = SqliteConnection::establish(&file.display().to_string()).unwrap();
    // The entries name no records that are there.
    sql_query("PRAGMA foreign_keys = OFF").execute(&mut db).unwrap();
    sql_query("PRAGMA synchronous = OFF").execute(&mut db).unwrap();
    sql_query("PRAGMA busy_timeout = 60000").execute(&mut db).unwrap();
    for from in (from..to).step_by(usize::try_from(STEP).unwrap()) {
        let until = to.min(from + STEP);
        let some = format!(
            "WITH RECURSIVE n (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM n WHERE n + 1 < {until})"
        );
        let leaves = "INSERT INTO leaves SELECT n, CAST(x'01' || randomblob(32) AS BLOB), randomblob(32) FROM n";
        let entries = "INSERT INTO entries SELECT n, 'filling', n, randomblob(32), randomblob(32), 'filling-' || n, 0 FROM n";
        for statement in [leaves, entries] {
            sql_query(format!("{some} {statement}")).execute(&mut db).unwrap();
        }
    }
}
