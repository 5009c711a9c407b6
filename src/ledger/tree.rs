//! RFC 6962 §2.1 Merkle tree hashing, and the frontier from which a growing tree's root is known.
//!
//! Owns no storage: a frontier is at most 64 digests.

use crate::base::Digest;
use sha2::{Digest as _, Sha256};

/// `SHA-256(0x00 || leaf)`.
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(leaf);
    Digest(hasher.finalize().into())
}

/// `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: Digest, right: Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0x01]);
    hasher.update(left.0);
    hasher.update(right.0);
    Digest(hasher.finalize().into())
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// The root over leaf hashes, in order.
pub fn root_of(leaf_hashes: &[Digest]) -> Digest {
    let mut frontier = Frontier::default();
    for leaf in leaf_hashes {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// The right edge of a tree: the roots of its complete subtrees, largest first. Enough to append
/// leaves and to know the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Digest>,
}

impl Frontier {
    /// Takes up where [`parts`](Self::parts) left off; `None` unless there is one node per set bit of `size`.
    pub fn from_parts(size: u64, nodes: Vec<Digest>) -> Option<Self> {
        let wanted = usize::try_from(size.count_ones()).ok()?;
        (nodes.len() == wanted).then_some(Frontier { size, nodes })
    }

    /// The number of leaves, and the roots of the complete subtrees from left (largest) to right.
    pub fn parts(&self) -> (u64, &[Digest]) {
        (self.size, &self.nodes)
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf by its [`leaf_hash`].
    pub fn push(&mut self, leaf_hash: Digest) {
        let mut node = leaf_hash;
        // Each trailing one bit of the size is a complete subtree that this leaf makes twice as large.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.nodes.pop() {
                node = node_hash(left, node);
            }
        }
        self.nodes.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// The tree's root (RFC 6962 §2.1 `MTH`).
    pub fn root(&self) -> Digest {
        let mut smallest_first = self.nodes.iter().rev();
        let Some(last) = smallest_first.next() else { return empty_root() };
        smallest_first.fold(*last, |right, left| node_hash(*left, right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MTH written down straight from RFC 6962 §2.1.
    fn by_definition(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            many => {
                let split = many.len().next_power_of_two() / 2;
                node_hash(by_definition(&many[..split]), by_definition(&many[split..]))
            }
        }
    }

    #[test]
    fn roots_of_every_small_tree_follow_the_definition() {
        let leaves: Vec<Digest> = (0..130u8).map(|n| leaf_hash(&[n])).collect();
        for size in 0..=leaves.len() {
            assert_eq!(root_of(&leaves[..size]), by_definition(&leaves[..size]), "size {size}");
        }
    }

    #[test]
    fn published_roots() {
        // The test inputs of the Certificate Transparency reference implementation, RFC 6962 trees of size 0, 1 and 8.
        let inputs = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let leaves: Vec<Digest> =
            inputs.iter().map(|hex| leaf_hash(&hex::decode(hex).unwrap())).collect();
        assert_eq!(
            empty_root().hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            root_of(&leaves[..1]).hex(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            root_of(&leaves).hex(),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    #[test]
    fn a_frontier_resumes_only_from_fitting_parts() {
        let mut frontier = Frontier::default();
        for n in 0..11u8 {
            frontier.push(leaf_hash(&[n]));
        }
        let (size, nodes) = frontier.parts();
        assert_eq!(Frontier::from_parts(size, nodes.to_vec()), Some(frontier.clone()));
        assert_eq!(Frontier::from_parts(size + 1, nodes.to_vec()), None);
        let mut full = Frontier::from_parts(u64::MAX, vec![Digest::ZERO; 64]).unwrap();
        full.push(Digest::ZERO);
        assert_eq!(full.size(), u64::MAX);
    }
}
