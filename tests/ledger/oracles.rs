//! Proofs and roots equal to those of two published implementations, for every size and index up to 700,
//! and for chosen ones of trees far too large to exist.

use crate::world::Forest;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use tlog_tiles::{Hash, HashReader, tlog};
use zhijian::{
    base::Digest,
    ledger::{
        checkpoint::Checkpoint,
        proof::{consistency, inclusion, verify_consistency, verify_inclusion},
        tile::TilePath,
        tree::{leaf_hash, root_of},
    },
};

const MOST: u64 = 700;

fn leaf(n: u64) -> Vec<u8> {
    format!("leaf {n}").into_bytes()
}

fn bytes(proof: &[Digest]) -> Vec<u8> {
    proof.iter().flat_map(|digest| digest.0).collect()
}

/// The node store of `tlog_tiles`.
#[derive(Default)]
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

#[test]
fn every_proof_equals_that_of_ct_merkle() {
    let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let leaves: Vec<Digest> = (0..MOST).map(|n| leaf_hash(&leaf(n))).collect();
    let forest = Forest::over(&leaves);
    let roots: Vec<Digest> = (0..=leaves.len()).map(|size| root_of(&leaves[..size])).collect();
    for size in 1..=MOST {
        oracle.push(leaf(size - 1));
        let root = roots[size as usize];
        assert_eq!(oracle.root().as_bytes().as_slice(), root.as_bytes(), "root of {size}");
        for index in 0..size {
            let ours = inclusion(&forest.at(size), index, size).unwrap();
            assert_eq!(
                bytes(&ours),
                oracle.prove_inclusion(index as usize).as_bytes(),
                "{index} in {size}"
            );
            assert_eq!(verify_inclusion(leaves[index as usize], index, size, &ours, root), Ok(()));
        }
        for old in 1..=size {
            let ours = consistency(&forest.at(size), old, size).unwrap();
            let theirs = oracle.prove_consistency((size - old) as usize);
            assert_eq!(bytes(&ours), theirs.as_bytes(), "{old} to {size}");
            assert_eq!(verify_consistency(old, roots[old as usize], size, root, &ours), Ok(()));
        }
    }
}

#[test]
fn every_proof_equals_that_of_tlog_tiles() {
    let mut oracle = Stored::default();
    let leaves: Vec<Digest> = (0..MOST).map(|n| leaf_hash(&leaf(n))).collect();
    let forest = Forest::over(&leaves);
    for size in 1..=MOST {
        let new = tlog::stored_hashes(size - 1, &leaf(size - 1), &oracle).unwrap();
        oracle.0.extend(new);
        let root = tlog::tree_hash(size, &oracle).unwrap();
        assert_eq!(root.0, root_of(&leaves[..size as usize]).0, "root of {size}");
        for index in 0..size {
            let ours = inclusion(&forest.at(size), index, size).unwrap();
            let theirs = tlog::prove_record(size, index, &oracle).unwrap();
            assert_eq!(
                bytes(&ours),
                theirs.iter().flat_map(|hash| hash.0).collect::<Vec<_>>(),
                "{index} in {size}"
            );
        }
        for old in 1..=size {
            let ours = consistency(&forest.at(size), old, size).unwrap();
            let theirs = tlog::prove_tree(size, old, &oracle).unwrap();
            assert_eq!(
                bytes(&ours),
                theirs.iter().flat_map(|hash| hash.0).collect::<Vec<_>>(),
                "{old} to {size}"
            );
        }
    }
}

#[test]
fn tile_paths_equal_those_of_tlog_tiles() {
    let indexes =
        [0, 1, 9, 10, 999, 1_000, 1_001, 999_999, 1_000_000, 1_234_067, 999_999_999, 1 << 40];
    for index in indexes {
        for (level, width) in [(0, 256), (0, 1), (1, 255), (5, 17), (63, 256)] {
            let ours = TilePath::Hash { level, index, width }.to_string();
            // Theirs is the older path of the Go checksum database, which names the tile's height too.
            let theirs = tlog_tiles::Tile::new(8, level, index, width.into(), false).path();
            assert_eq!(ours, theirs.replacen("tile/8/", "tile/", 1));
        }
    }
}

#[test]
fn checkpoints_equal_those_of_tlog_tiles() {
    for size in [0, 1, 20_852_163, u64::MAX] {
        let root = Digest::of(&size.to_be_bytes());
        let ours = Checkpoint { origin: "log.example/x".into(), size, root };
        let theirs = tlog_tiles::Checkpoint::new("log.example/x", size, Hash(root.0), "").unwrap();
        assert_eq!(ours.to_text().as_bytes(), theirs.to_bytes());
    }
}
