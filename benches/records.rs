//! Durable signed records per second through `store.write` in process, 64 writers: grouped against one
//! commit a record, in the same run, with the machine's limits beside them.
//!
//! `cargo bench --bench records [-- RECORDS]`

mod support;

use std::sync::Arc;
use support::{
    Bureau, bureau, limits,
    load::{WRITERS, load},
};
use zhijian::store::{Store, StoreConfig};

fn main() {
    let count = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(20_000);
    actix_web::rt::System::new().block_on(async {
        println!("{count} records, {WRITERS} writers, cases of 50 records");
        let grouped = run("grouped (up to 512 a commit)", count, None).await;
        let single = run("one commit a record", count / 4, Some(1)).await;
        println!("grouped / ungrouped: {:.1}", grouped / single);
        limits::print();
    });
}

async fn run(name: &str, count: usize, batch: Option<usize>) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let mut bureau = bureau(dir.path()).await;
    if let Some(batch) = batch {
        bureau = reopened(bureau, dir.path(), batch);
    }
    let (rate, spread) = load(&bureau, 0, count).await;
    println!(
        "{name}: {rate:.0} records/s, p50 {:.1} ms, p99 {:.1} ms",
        spread.percentile(50.0).as_secs_f64() * 1e3,
        spread.percentile(99.0).as_secs_f64() * 1e3
    );
    bureau.house.store.close();
    rate
}

/// The same house with another limit of writes in one commit.
fn reopened(bureau: Bureau, data: &std::path::Path, batch: usize) -> Bureau {
    bureau.house.store.close();
    let Bureau { house, agency, officer, second, head } = bureau;
    let Ok(mut house) = Arc::try_unwrap(house) else { unreachable!("nobody else holds the house") };
    let mut config = StoreConfig::new(format!("sqlite://{}", data.join("zhijian.db").display()));
    config.batch = batch;
    // The old store lets go of its lock when it is dropped, so another file name stands in meanwhile.
    let aside = StoreConfig::new(format!("sqlite://{}", data.join("aside.db").display()));
    house.store = Store::open(&aside).unwrap();
    house.store = Store::open(&config).unwrap();
    Bureau { house: Arc::new(house), agency, officer, second, head }
}
