//! Many writers at once: nothing lost, nothing twice, every chain unbroken, every index dense.

use crate::bench::{Bench, block_on, each_engine};
use crate::rows::{agency, chain, record};
use std::collections::HashMap;
use zhijian::base::Digest;
use zhijian::store::{Db, Error, Store, agencies, chains, entries, records};

each_engine! {
    eight_writers_lose_nothing
    a_stale_head_is_refused
}

const WRITERS: usize = 8;
const EACH: usize = 400;

/// What the desk does with every record: read the head, link, move the head.
fn append(db: &mut Db, chain: &str, id: &str) -> Result<i64, Error> {
    let head = chains::find(db, chain)?;
    let row = record(id, chain, head.length, "x");
    records::insert(db, &records::Record { person_id: None, ..row })?;
    let hash = Digest::of(&[&head.head, id.as_bytes()].concat());
    let new = entries::NewEntry {
        chain,
        seq: head.length,
        prev: &head.head,
        hash: hash.as_bytes(),
        record_id: id,
        received_at: 1,
        leaf: hash.as_bytes(),
        nonce: &[2; 32],
    };
    let leaf = entries::append(db, &new)?;
    chains::advance(db, chain, head.length, hash.as_bytes())?;
    Ok(leaf)
}

async fn write_many(store: Store, writer: usize) -> Vec<i64> {
    let mut leaves = Vec::new();
    for n in 0..EACH {
        let (chain, id) = (format!("chain{}", n % 3), format!("{writer}-{n}"));
        // Some fail on purpose after writing: their rows and indexes must not remain.
        let fails = n % 10 == 9;
        let answer = store.write(move |db: &mut Db| {
            let leaf = append(db, &chain, &id)?;
            if fails { Err(Error::Missing) } else { Ok(leaf) }
        });
        match answer.await {
            Ok(leaf) => leaves.push(leaf),
            Err(Error::Missing) if fails => {}
            Err(other) => panic!("writer {writer}, record {n}: {other:?}"),
        }
    }
    leaves
}

fn eight_writers_lose_nothing(bench: &Bench) {
    let store = bench.open();
    store
        .write_blocking(|db: &mut Db| {
            agencies::insert(db, &agency("a", None))?;
            (0..3).try_for_each(|n| chains::insert(db, &chain(&format!("chain{n}"))))
        })
        .unwrap();
    let began = std::time::Instant::now();
    let writers = (0..WRITERS).map(|writer| write_many(store.clone(), writer));
    let answers = block_on(futures_util::future::join_all(writers));
    println!("{} writes in {:?}", WRITERS * EACH, began.elapsed());

    let expected = i64::try_from(WRITERS * EACH * 9 / 10).unwrap();
    let mut leaves: Vec<i64> = answers.into_iter().flatten().collect();
    leaves.sort_unstable();
    assert_eq!(leaves, (0..expected).collect::<Vec<_>>(), "every acknowledged index, once");

    let (size, stored, chains) = store
        .read_blocking(|db: &mut Db| {
            Ok::<_, Error>((
                entries::size(db)?,
                entries::range(db, 0..i64::MAX)?,
                chains::page(db, "", 99)?,
            ))
        })
        .unwrap();
    assert_eq!(size, expected);
    let mut heads: HashMap<String, (i64, Vec<u8>)> = HashMap::new();
    for (index, entry) in stored.iter().enumerate() {
        assert_eq!(entry.leaf, index as i64);
        let head = heads.entry(entry.chain.clone()).or_insert((0, vec![0; 32]));
        assert_eq!((entry.seq, &entry.prev), (head.0, &head.1), "chain {}", entry.chain);
        *head = (head.0 + 1, entry.hash.clone());
    }
    for chain in chains {
        assert_eq!(heads[&chain.id], (chain.length, chain.head));
    }
}

fn a_stale_head_is_refused(bench: &Bench) {
    let store = bench.open();
    store.write_blocking(|db: &mut Db| chains::insert(db, &chain("c"))).unwrap();
    let advance =
        |length| store.write_blocking(move |db: &mut Db| chains::advance(db, "c", length, &[1]));
    advance(0).unwrap();
    assert!(matches!(advance(0), Err(Error::Taken)));
    assert!(matches!(advance(2), Err(Error::Taken)));
    advance(1).unwrap();
}
