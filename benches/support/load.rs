//! Signed records of many cases, made beforehand and then written by many at once.

use super::{Bureau, Spread, evidence, file_case, seconds};
use std::time::{Duration, Instant};
use zhijian::desk::{
    append::{self, Begin, Vouched},
    vouch,
};

/// How many write at once.
pub const WRITERS: usize = 64;

/// Signs and vouches everything beforehand: this measures the write path, not the signatures.
async fn prepared(bureau: &Bureau, first_case: usize, count: usize) -> Vec<Vouched> {
    let mut records = Vec::with_capacity(count);
    let mut known = None;
    for n in 0..count.div_ceil(50) {
        let case = file_case(bureau, (first_case + n) as u64).await;
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

async fn write(bureau: Bureau, records: Vec<Vouched>) -> Vec<Duration> {
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

/// Has `count` new records written by all writers at once; gives records a second and how long each took.
pub async fn load(bureau: &Bureau, first_case: usize, count: usize) -> (f64, Spread) {
    let shares = share(prepared(bureau, first_case, count).await);
    let start = Instant::now();
    let tasks: Vec<_> =
        shares.into_iter().map(|own| actix_web::rt::spawn(write(bureau.clone(), own))).collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    (count as f64 / seconds(start), Spread::of(all))
}
