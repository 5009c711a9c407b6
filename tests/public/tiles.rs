//! What a monitor does: fetches tiles, rebuilds the root of every published size, looks for what is not published.

use super::house;
use std::sync::Arc;
use zhijian::{
    base::Digest,
    desk::{Desk, Error, House, file, log, prove, seal_checkpoint::Sealer},
    ledger::{
        bundle,
        checkpoint::Checkpoint,
        note,
        proof::{self, Nodes},
        tile::{self, FULL, TilePath},
        tree,
    },
    store::{Error as StoreError, entries},
};

/// Sizes at which the log is sealed: around every edge of a tile, and after a gulp of several tiles.
const SIZES: [u64; 12] = [1, 2, 3, 7, 255, 256, 257, 300, 511, 512, 513, 1100];

/// A tile fetched as a stranger would: by its printed path.
async fn fetch(desk: &Desk, path: TilePath) -> Result<Vec<u8>, Error> {
    let path: TilePath = path.to_string().parse().unwrap();
    log::tile(desk, path).await
}

/// Leaf hashes of the first `size` leaves, from hash tiles, which must agree with the entry bundles.
async fn leaf_hashes(desk: &Desk, size: u64) -> Vec<Digest> {
    let mut hashes = Vec::new();
    let full = u64::from(FULL);
    for index in 0..size.div_ceil(full) {
        let width = u16::try_from((size - index * full).min(full)).unwrap();
        let bytes = fetch(desk, TilePath::Hash { level: 0, index, width }).await.unwrap();
        let tile = tile::parse_hash_tile(&bytes, width).unwrap();
        let bytes = fetch(desk, TilePath::Entries { index, width }).await.unwrap();
        let leaves = tile::parse_entry_bundle(&bytes, width).unwrap();
        let hashed: Vec<Digest> = leaves.iter().map(|leaf| tree::leaf_hash(&leaf.0)).collect();
        assert_eq!(tile, hashed, "tile {index} of size {size}");
        hashes.extend(tile);
    }
    hashes
}

/// Rebuilds the root of `size` from what is served and compares every higher tile with it.
async fn rebuild(desk: &Desk, size: u64, root: Digest) {
    let hashes = leaf_hashes(desk, size).await;
    assert_eq!(tree::root_of(&hashes), root, "size {size}");
    let above = u16::try_from(size / u64::from(FULL)).unwrap();
    if above > 0 {
        let path = TilePath::Hash { level: 1, index: 0, width: above };
        let tile = tile::parse_hash_tile(&fetch(desk, path).await.unwrap(), above).unwrap();
        for (nth, node) in tile.iter().enumerate() {
            assert_eq!(tree::root_of(&hashes[nth * 256..(nth + 1) * 256]), *node);
        }
    }
}

async fn is_absent(desk: &Desk, path: TilePath) {
    let answer = log::tile(desk, path).await;
    assert!(matches!(answer, Err(Error::NotFound(_))), "{path} is served");
}

/// No path reaches a leaf or node that the tree of `size` leaves does not have.
async fn nothing_beyond(desk: &Desk, size: u64) {
    for beyond in 1..=300 {
        let last = size + beyond - 1;
        let index = last / 256;
        let width = u16::try_from(last % 256 + 1).unwrap();
        is_absent(desk, TilePath::Hash { level: 0, index, width }).await;
        is_absent(desk, TilePath::Entries { index, width }).await;
    }
    let above = u16::try_from(size / 256 + 1).unwrap();
    is_absent(desk, TilePath::Hash { level: 1, index: 0, width: above }).await;
    for level in 2..64 {
        is_absent(desk, TilePath::Hash { level, index: 0, width: 1 }).await;
    }
}

/// Leaf hashes standing in for the log, to ask proofs of.
struct Given<'h>(&'h [Digest]);

impl Nodes for Given<'_> {
    type Error = Error;

    fn node(&self, level: u8, index: u64) -> Result<Digest, Error> {
        let (width, index) = (1usize << level, usize::try_from(index).unwrap());
        Ok(tree::root_of(&self.0[index * width..(index + 1) * width]))
    }
}

#[tokio::test]
async fn every_published_root_is_rebuilt_from_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let house = house::open(folder.path()).await;
    let desk = Desk::new(house.clone(), None);
    let now = house.clock.now();
    assert!(log::newest(&desk).await.unwrap().is_none());
    is_absent(&desk, TilePath::Entries { index: 0, width: 1 }).await;

    let mut sealer = Sealer::open(&house).await.unwrap();
    // The first record of all is the service's own key.
    assert_eq!(sealer.seal(&house, now).await.unwrap(), 1);
    let agency = house::enter_agency(&house);
    assert_eq!(sealer.seal(&house, now).await.unwrap(), 2);
    let mut published = Vec::new();
    for size in SIZES {
        if size > 2 {
            let have = house.store.read_blocking(entries::size).unwrap().unsigned_abs();
            house::enter_officers(&house, &agency, have as usize, size as usize);
            // What is written is not public before it is signed.
            is_absent(&desk, last_leaf(size)).await;
            if size == 300 {
                sealer = Sealer::open(&house).await.unwrap();
            }
            assert_eq!(sealer.seal(&house, now).await.unwrap(), size);
            nothing_beyond(&desk, size).await;
        }
        let newest = log::newest(&desk).await.unwrap().unwrap();
        let opened = note::open(&newest.note, &[house.log.verifier()]).unwrap();
        let checkpoint = Checkpoint::parse(&opened.text).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (newest.size, newest.root));
        if size > 1 {
            rebuild(&desk, newest.size, newest.root).await;
            published.push((newest.size, newest.root));
        }
    }
    // Whoever comes later with an older checkpoint still finds its partial tiles, and they agree.
    for (size, root) in &published {
        rebuild(&desk, *size, *root).await;
    }
    proofs_hold(&house, &published).await;
}

#[tokio::test]
async fn several_nodes_seal_one_log_by_turns() {
    let folder = tempfile::tempdir().unwrap();
    let house = house::open(folder.path()).await;
    let now = house.clock.now();
    let agency = house::enter_agency(&house);
    let mut nodes = [Sealer::open(&house).await.unwrap(), Sealer::open(&house).await.unwrap()];
    for (turn, size) in [(0, 2u64), (1, 2), (1, 255), (0, 257), (0, 300), (1, 520), (0, 520)] {
        let have = house.store.read_blocking(entries::size).unwrap().unsigned_abs();
        if size > have {
            house::enter_officers(&house, &agency, have as usize, size as usize);
        }
        assert_eq!(nodes[turn].seal(&house, now).await.unwrap(), size);
        let desk = Desk::new(house.clone(), None);
        let newest = log::newest(&desk).await.unwrap().unwrap();
        assert_eq!((newest.size, newest.root), (size, nodes[turn].root()));
        rebuild(&desk, size, newest.root).await;
    }
    assert!(Sealer::open(&house).await.is_ok(), "the guard file agrees");
}

fn last_leaf(size: u64) -> TilePath {
    let width = u16::try_from((size - 1) % 256 + 1).unwrap();
    TilePath::Hash { level: 0, index: (size - 1) / 256, width }
}

/// Proofs out of the rows: every leaf in every size, every older root in the newest, every record whole.
async fn proofs_hold(house: &Arc<House>, published: &[(u64, Digest)]) {
    let desk = Desk::new(house.clone(), None);
    let (newest, newest_root) = *published.last().unwrap();
    let hashes = leaf_hashes(&desk, newest).await;
    let (published, at) = (published.to_vec(), house.clone());
    house
        .store
        .read_blocking(move |db| {
            for (size, root) in published {
                for index in 0..size {
                    let path = proof::inclusion(&prove::StoredNodes::new(db), index, size).unwrap();
                    let leaf = hashes[index as usize];
                    proof::verify_inclusion(leaf, index, size, &path, root).unwrap();
                    assert_eq!(path, proof::inclusion(&Given(&hashes), index, size).unwrap());
                }
                let path = proof::consistency(&prove::StoredNodes::new(db), size, newest).unwrap();
                proof::verify_consistency(size, root, newest, newest_root, &path).unwrap();
            }
            for entry in entries::range(db, 0..newest.cast_signed())? {
                let filed = file::one(db, &at, &entry.record_id).unwrap();
                let proof = prove::proof(db, &at, &filed.row, filed.fields, |_| true).unwrap();
                let verdicts = bundle::check(&proof, &[at.log.verifier()]);
                assert!(verdicts.iter().all(|verdict| verdict.ok), "{verdicts:?}");
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}
