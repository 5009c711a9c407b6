//! What the machine can do at most of what a record is made of, each alone.

use super::{processor_seconds, seconds};
use ed25519_dalek::{Signer as _, SigningKey};
use std::{fs::File, io::Write as _, time::Instant};
use zhijian::{
    base::Digest,
    ledger::dsse,
    store::{Store, StoreConfig, settings},
};

/// A record's usual length in bytes.
const RECORD: usize = 700;

/// Prints them all.
pub fn print() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (rate, each) = strict(cores);
    println!("limit: verify_strict alone, {cores} threads: {rate:.0}/s, {:.1} µs each", each * 1e6);
    println!("limit: SHA-256 of a record's bytes alone, one thread: {:.0}/s", hashing());
    println!("limit: commits of one row alone, one after the other: {:.0}/s", commits());
    println!("limit: 4 KiB write + fdatasync: {:.0}/s", syncs());
}

/// Strict verifications a second of a record of usual length, on so many threads, and the processor time of one in
/// seconds.
pub fn strict(threads: usize) -> (f64, f64) {
    const EACH: usize = 20_000;
    let key = SigningKey::from_bytes(&[7; 32]);
    let message = dsse::pae(&[b'x'; RECORD]);
    let (signature, public) = (key.sign(&message), key.verifying_key());
    let own = std::process::id();
    let (start, before) = (Instant::now(), processor_seconds(own));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                (0..EACH).for_each(|_| public.verify_strict(&message, &signature).unwrap());
            });
        }
    });
    let all = (EACH * threads) as f64;
    (all / seconds(start), (processor_seconds(own) - before) / all)
}

fn hashing() -> f64 {
    const TIMES: usize = 100_000;
    let record = [b'x'; RECORD];
    let start = Instant::now();
    for _ in 0..TIMES {
        std::hint::black_box(Digest::of(std::hint::black_box(&record)));
    }
    TIMES as f64 / seconds(start)
}

fn commits() -> f64 {
    const TIMES: usize = 1_000;
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreConfig::of_file(&dir.path().join("rows.db"))).unwrap();
    let start = Instant::now();
    for n in 0..TIMES {
        store.write_blocking(move |db| settings::set(db, "limit", &n.to_string())).unwrap();
    }
    TIMES as f64 / seconds(start)
}

fn syncs() -> f64 {
    const TIMES: usize = 1_000;
    let dir = tempfile::tempdir().unwrap();
    let mut file = File::create(dir.path().join("sync")).unwrap();
    let start = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[0; 4096]).unwrap();
        file.sync_data().unwrap();
    }
    TIMES as f64 / seconds(start)
}
