//! Trees far too large to exist, up to 2^40 leaves: nearly all leaves are alike, so every node can be known. Proofs are
//! equal to those of `tlog_tiles` and are accepted by both published implementations.

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;
use std::{cell::RefCell, collections::BTreeMap, convert::Infallible};
use tlog_tiles::{Hash, HashReader, tlog};
use zhijian::{
    base::Digest,
    ledger::{
        proof::{Nodes, consistency, inclusion, verify_consistency, verify_inclusion},
        tree::{leaf_hash, node_hash},
    },
};

/// Most leaves of a tree here.
const MOST: u64 = 1 << 40;

const COMMON: &[u8] = b"any leaf";

/// The tree: the leaf most leaves are, and those that are others.
struct Giant {
    size: u64,
    /// The root of a full subtree of common leaves, by level.
    common: Vec<Digest>,
    others: BTreeMap<u64, Vec<u8>>,
    known: RefCell<BTreeMap<(u8, u64), Digest>>,
}

impl Giant {
    fn new(size: u64, others: BTreeMap<u64, Vec<u8>>) -> Self {
        let first = leaf_hash(COMMON);
        let common = std::iter::successors(Some(first), |below| Some(node_hash(*below, *below)));
        let known = RefCell::new(BTreeMap::new());
        Giant { size, common: common.take(41).collect(), others, known }
    }

    fn leaf(&self, index: u64) -> &[u8] {
        self.others.get(&index).map_or(COMMON, Vec::as_slice)
    }

    fn subtree(&self, level: u8, index: u64) -> Digest {
        let (from, to) = (index << level, (index + 1) << level);
        assert!(to <= self.size, "node {level}/{index} is not in a tree of {}", self.size);
        if self.others.range(from..to).next().is_none() {
            return self.common[usize::from(level)];
        }
        if level == 0 {
            return leaf_hash(self.leaf(index));
        }
        if let Some(known) = self.known.borrow().get(&(level, index)) {
            return *known;
        }
        let node =
            node_hash(self.subtree(level - 1, index * 2), self.subtree(level - 1, index * 2 + 1));
        self.known.borrow_mut().insert((level, index), node);
        node
    }
}

impl Nodes for Giant {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Digest, Infallible> {
        Ok(self.subtree(level, index))
    }
}

impl HashReader for Giant {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let place = |index: &u64| tlog::split_stored_hash_index(*index);
        Ok(indexes.iter().map(place).map(|(level, n)| Hash(self.subtree(level, n).0)).collect())
    }
}

fn bytes(proof: &[Digest]) -> Vec<u8> {
    proof.iter().flat_map(|digest| digest.0).collect()
}

fn theirs(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

fn rooted(root: Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new(root.0.into(), size)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn proofs_of_giants_are_those_of_others(
        size in 1..=MOST, small in 0u32..40, at in any::<u64>(), before in any::<u64>(),
        others in prop::collection::vec((any::<u64>(), any::<[u8; 4]>()), 0..6),
    ) {
        let size = (size >> small).max(1);
        let (index, old) = (at % size, before % size + 1);
        let mut others: BTreeMap<u64, Vec<u8>> =
            others.into_iter().map(|(at, leaf)| (at % size, leaf.to_vec())).collect();
        others.insert(index, at.to_be_bytes().to_vec());
        // The edges, where proofs have their odd shapes.
        others.insert(size - 1, b"the last".to_vec());
        let tree = Giant::new(size, others);
        let root = tlog::tree_hash(size, &tree).unwrap();

        let ours = inclusion(&tree, index, size).unwrap();
        let leaf = tree.leaf(index).to_vec();
        let hashed = leaf_hash(&leaf);
        prop_assert_eq!(bytes(&ours), theirs(&tlog::prove_record(size, index, &tree).unwrap()));
        prop_assert_eq!(verify_inclusion(hashed, index, size, &ours, Digest(root.0)), Ok(()));
        let proof = InclusionProof::<Sha256>::try_from_bytes(bytes(&ours)).unwrap();
        prop_assert!(rooted(root, size).verify_inclusion(&leaf, index, &proof).is_ok());
        for other in [index ^ 1, index ^ (1 << 39), size - 1 - index].into_iter().filter(|n| *n != index) {
            prop_assert!(verify_inclusion(hashed, other, size, &ours, Digest(root.0)).is_err());
        }

        let old_root = tlog::tree_hash(old, &tree).unwrap();
        let ours = consistency(&tree, old, size).unwrap();
        prop_assert_eq!(bytes(&ours), theirs(&tlog::prove_tree(size, old, &tree).unwrap()));
        let (was, is) = (Digest(old_root.0), Digest(root.0));
        prop_assert_eq!(verify_consistency(old, was, size, is, &ours), Ok(()));
        let proof = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&ours)).unwrap();
        prop_assert!(rooted(root, size).verify_consistency(&rooted(old_root, old), &proof).is_ok());
        if old < size {
            let tampered = Digest(leaf_hash(&was.0).0);
            prop_assert!(verify_consistency(old, tampered, size, is, &ours).is_err());
        }
    }
}

/// The example of golang.org/x/mod/sumdb/note, from where the format comes.
#[test]
fn the_first_note_of_all_opens() {
    use zhijian::ledger::note;
    let note = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
    assert!(note::open(note, std::slice::from_ref(&key)).is_ok());
    assert!(note::open(&note.replace("know", "see"), &[key]).is_err());
}
