//! A log's static files in memory, and forgeries of them: nothing but the true files passes the check of a mirror.

use crate::world::{Dossier, Forest, LOG, log_signer, seed, signing_key};
use std::collections::BTreeMap;
use zhijian::{
    base::Digest,
    ledger::{
        Checkpoint, Leaf, NoteSigner,
        dossier::{Outcome, Report, State, manifest::CHECKPOINT},
        mirror::verify_log,
        note,
        proof::Nodes,
        tile::{self, TilePath},
        tree::{node_hash, root_of},
    },
};

/// The files of a log of `size` leaves; another `salt` is another log under the same key.
pub fn log_of(size: u64, salt: &str) -> Dossier {
    let leaf = |n: u64| Leaf::new(&seed(salt), Digest::of(&n.to_be_bytes()));
    let leaves: Vec<Leaf> = (0..size).map(leaf).collect();
    let hashes: Vec<Digest> = leaves.iter().map(Leaf::hash).collect();
    let forest = Forest::over(&hashes);
    let nodes = forest.at(size);
    let mut files = BTreeMap::new();
    for path in tile::tiles(0, size) {
        let range = path.positions(size).unwrap();
        let bytes = match path {
            TilePath::Entries { .. } => {
                tile::entry_bundle(&leaves[range.start as usize..range.end as usize])
            }
            TilePath::Hash { level, .. } => {
                let digests: Vec<_> = range.map(|n| nodes.node(8 * level, n).unwrap()).collect();
                tile::hash_tile(&digests)
            }
        };
        files.insert(path.to_string(), bytes);
    }
    let checkpoint = Checkpoint { origin: LOG.into(), size, root: root_of(&hashes) };
    let note = note::sign(&checkpoint.to_text(), &[&log_signer()]).unwrap();
    files.insert(CHECKPOINT.into(), note.into_bytes());
    Dossier { files }
}

pub fn report(log: &Dossier) -> Report {
    verify_log(log, &[log_signer().verifier()])
}

/// Outcome and the parts that are not good, after `change` to a log of 300 leaves.
fn after(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> (Outcome, Vec<String>) {
    let mut log = log_of(300, "leaves");
    change(&mut log.files);
    let report = report(&log);
    let bad = report.verdicts.into_iter().filter(|finding| finding.state != State::Good);
    (report.outcome, bad.map(|finding| finding.part).collect())
}

fn tampered(parts: &[&str]) -> (Outcome, Vec<String>) {
    (Outcome::Tampered, parts.iter().map(|part| (*part).to_owned()).collect())
}

/// Writes another leaf, and its hash, so that bundle and tile agree.
fn forge_leaf(files: &mut BTreeMap<String, Vec<u8>>, index: usize) {
    let leaf = Leaf::new(&seed("forger"), Digest::of(b"another entry"));
    let (block, place) = (index / 256, index % 256);
    let part = if block == 1 { ".p/44" } else { "" };
    let bundle = files.get_mut(&format!("tile/entries/00{block}{part}")).unwrap();
    bundle[35 * place + 2..35 * (place + 1)].copy_from_slice(&leaf.0);
    let tile = files.get_mut(&format!("tile/0/00{block}{part}")).unwrap();
    tile[32 * place..32 * (place + 1)].copy_from_slice(leaf.hash().as_bytes());
}

#[test]
fn true_logs_of_every_shape_pass() {
    for size in [0, 1, 2, 3, 21, 255, 256, 257, 300, 511, 512, 513] {
        let report = report(&log_of(size, "leaves"));
        assert_eq!(report.outcome, Outcome::Good, "{size}: {:?}", report.first_fault());
    }
}

#[test]
fn the_third_level_of_tiles_is_held_against_the_root_as_well() {
    let log = log_of(65_537, "leaves");
    assert_eq!(report(&log).outcome, Outcome::Good);
    for (name, byte) in [("tile/2/000.p/1", 31), ("tile/1/000", 4095), ("tile/1/001.p/1", 0)] {
        let mut log = log.clone();
        if let Some(bytes) = log.files.get_mut(name) {
            bytes[byte] ^= 1;
        } else {
            log.files.insert(name.into(), vec![7; 32]);
        }
        let report = report(&log);
        assert_ne!(report.outcome, Outcome::Good);
        assert_eq!(report.first_fault().unwrap().part, name);
    }
}

#[test]
fn earlier_parts_of_a_tile_may_stay_if_they_are_true() {
    let part = |name: &str, bytes: usize| {
        let whole = log_of(300, "leaves").files[name][..bytes].to_vec();
        let name = format!("{}.p/5", name.split_once(".p").unwrap().0);
        after(|files| drop(files.insert(name, whole)))
    };
    assert_eq!(part("tile/0/001.p/44", 5 * 32).0, Outcome::Good);
    assert_eq!(part("tile/entries/001.p/44", 5 * 35).0, Outcome::Good);
    assert_eq!(after(|files| drop(files.insert(".DS_Store".into(), vec![1]))).0, Outcome::Good);
}

/// A tile changed so that it agrees with whatever lies beside it, and only the root can tell.
#[test]
fn forged_tiles_are_held_against_the_root() {
    // A partial tile of the right width that no other tile hangs on.
    assert_eq!(
        after(|files| files.get_mut("tile/1/000.p/1").unwrap()[0] ^= 1),
        tampered(&["tile/1/000.p/1"])
    );
    // An earlier partial tile, which nobody needs any more.
    let stale = "tile/0/001.p/5";
    assert_eq!(after(|files| drop(files.insert(stale.into(), vec![7; 160]))), tampered(&[stale]));
    // The right edge: leaf and hash forged together. Nothing lies above them but the root itself.
    assert_eq!(after(|files| forge_leaf(files, 299)), tampered(&[CHECKPOINT]));
    // A full block: the tile above does not follow.
    assert_eq!(after(|files| forge_leaf(files, 7)), tampered(&["tile/0/000", CHECKPOINT]));
    // The tile above forged along.
    let all = after(|files| {
        forge_leaf(files, 7);
        let hashes = tile::parse_hash_tile(&files["tile/0/000"], 256).unwrap();
        files.insert("tile/1/000.p/1".into(), root_of(&hashes).0.to_vec());
    });
    assert_eq!(all, tampered(&[CHECKPOINT]));
    // Every file of another log but the checkpoint.
    let other = after(|files| {
        let checkpoint = files[CHECKPOINT].clone();
        *files = log_of(300, "others").files;
        files.insert(CHECKPOINT.into(), checkpoint);
    });
    assert_eq!(other, tampered(&[CHECKPOINT]));
    // A tile of the level below in place of its own root.
    let short = after(|files| {
        let pair: Vec<Digest> = tile::parse_hash_tile(&files["tile/0/001.p/44"], 44).unwrap();
        let root = node_hash(pair[0], pair[1]);
        files.get_mut("tile/0/001.p/44").unwrap()[..32].copy_from_slice(root.as_bytes());
    });
    assert_eq!(short, tampered(&["tile/0/001.p/44"]));
}

#[test]
fn what_the_checkpoint_does_not_cover_is_not_called_good() {
    let beyond = after(|files| {
        files.insert("tile/0/001.p/45".into(), vec![7; 45 * 32]);
    });
    assert_eq!(beyond, (Outcome::Incomplete, vec!["tile/0/001.p/45".into()]));
    let rolled_back = after(|files| {
        files.insert(CHECKPOINT.into(), log_of(256, "leaves").files[CHECKPOINT].clone());
    });
    assert_eq!(rolled_back.0, Outcome::Incomplete);
    let interrupted = after(|files| drop(files.insert("tile/0/002.new".into(), vec![0])));
    assert_eq!(interrupted.0, Outcome::Incomplete);
    let stranger = after(|files| drop(files.insert("tile/0/2".into(), vec![0])));
    assert_eq!(stranger, tampered(&["tile/0/2"]));
}

#[test]
fn a_checkpoint_of_somebody_else_is_refused() {
    let forger = NoteSigner::new(LOG, signing_key("forger")).unwrap();
    let text = |size: u64| {
        let note = String::from_utf8(log_of(size, "leaves").files[CHECKPOINT].clone()).unwrap();
        note.split_once("\n\n").unwrap().0.to_owned() + "\n"
    };
    let by = |signer: &NoteSigner, text: String| {
        let note = note::sign(&text, &[signer]).unwrap().into_bytes();
        after(|files| drop(files.insert(CHECKPOINT.into(), note)))
    };
    assert_eq!(by(&forger, text(300)), tampered(&[CHECKPOINT]));
    let renamed = text(300).replacen(LOG, "other.example", 1);
    assert_eq!(by(&log_signer(), renamed), tampered(&[CHECKPOINT]));
    // The true key under a size that the root does not have: other than an inclusion proof, the tiles show it.
    let longer = text(300).replacen("\n300\n", "\n299\n", 1);
    assert_ne!(by(&log_signer(), longer).0, Outcome::Good);
}
