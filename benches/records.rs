//! Durable signed records per second through `store.write` in process, 64 writers: grouped against one
//! commit a record, in the same run, with the machine's limits beside them.
//!
//! `cargo bench --bench records [-- RECORDS]`

mod support;

use std::{sync::Arc, time::Instant};
use support::{Bureau, Spread, bureau, evidence, file_case, seconds};
use zhijian::{
    desk::{
        append::{self, Begin, Vouched},
        vouch,
    },
    ledger::dsse,
    store::{Store, StoreConfig},
};

const WRITERS: usize = 64;

fn main() {
    let count = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(20_000);
    actix_web::rt::System::new().block_on(async {
        println!("{count} records, {WRITERS} writers, cases of 50 records");
        let grouped = run("grouped (up to 512 a commit)", count, None).await;
        let single = run("one commit a record", count / 4, Some(1)).await;
        println!("grouped / ungrouped: {:.1}", grouped / single);
        limits();
    });
}

async fn run(name: &str, count: usize, batch: Option<usize>) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let mut bureau = bureau(dir.path()).await;
    if let Some(batch) = batch {
        bureau = reopened(bureau, dir.path(), batch);
    }
    let records = prepared(&bureau, count).await;
    let shares: Vec<Vec<Vouched>> = share(records);
    let start = Instant::now();
    let tasks: Vec<_> =
        shares.into_iter().map(|own| actix_web::rt::spawn(write(bureau.clone(), own))).collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    let rate = count as f64 / seconds(start);
    let spread = Spread::of(all);
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

/// Signs and vouches everything beforehand: this measures the write path, not the signatures.
async fn prepared(bureau: &Bureau, count: usize) -> Vec<Vouched> {
    let mut records = Vec::with_capacity(count);
    let mut known = None;
    for n in 0..count.div_ceil(50) {
        let case = file_case(bureau, n as u64).await;
        for m in 0..50.min(count - n * 50) {
            let at = bureau.house.clock.now();
            let (bytes, envelope, fields) =
                evidence(&bureau.officer, &case, (n * 50 + m) as u64, at);
            if known.is_none() {
                let probe = envelope.clone();
                let keys = bureau.house.store.read(move |db| vouch::known_keys(db, &probe)).await;
                known = Some(keys.unwrap());
            }
            let keys = known.as_ref().unwrap();
            records.push(vouch::vouch(bytes, &envelope, fields, keys).unwrap());
        }
    }
    records
}

/// Deals whole cases out to the writers, so that a case's records stay in order.
fn share(records: Vec<Vouched>) -> Vec<Vec<Vouched>> {
    let mut shares: Vec<Vec<Vouched>> = (0..WRITERS).map(|_| Vec::new()).collect();
    for (n, record) in records.into_iter().enumerate() {
        shares[n / 50 % WRITERS].push(record);
    }
    shares
}

async fn write(bureau: Bureau, records: Vec<Vouched>) -> Vec<std::time::Duration> {
    let mut took = Vec::with_capacity(records.len());
    for record in records {
        let start = Instant::now();
        let (house, now) = (bureau.house.clone(), bureau.house.clock.now());
        bureau
            .house
            .store
            .write(move |db| append::append(db, &house, &record, Begin::Nothing, now))
            .await
            .unwrap();
        took.push(start.elapsed());
    }
    took
}

/// What the machine can do at most, one thread each.
fn limits() {
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let message = dsse::pae(&[b'x'; 700]);
    let signature = ed25519_dalek::Signer::sign(&key, &message);
    let public = key.verifying_key();
    let start = Instant::now();
    for _ in 0..5_000 {
        public.verify_strict(&message, &signature).unwrap();
    }
    println!("limit: verify_strict alone {:.0}/s a core", 5_000.0 / seconds(start));
    let dir = tempfile::tempdir().unwrap();
    let mut file = std::fs::File::create(dir.path().join("sync")).unwrap();
    let start = Instant::now();
    for _ in 0..500 {
        std::io::Write::write_all(&mut file, &[0; 4096]).unwrap();
        file.sync_data().unwrap();
    }
    println!("limit: 4 KiB write + fdatasync {:.0}/s", 500.0 / seconds(start));
}
