//! Leaves of the log: 33 public bytes that tell nothing of case, kind or time until the nonce is shown.

use super::{hash, tree};
use crate::base::Digest;

/// Domain tag of a leaf's hash.
pub const TAG: &str = "zhijian/leaf/v1";

/// First byte of a leaf of this version; `0x02` is kept for one that adds an SM3 commitment.
pub const VERSION: u8 = 0x01;

/// `0x01 || tagged("zhijian/leaf/v1", nonce, entry hash)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf(pub [u8; 33]);

impl Leaf {
    /// Commits to an entry under `nonce`, which must be 32 fresh random bytes.
    pub fn new(nonce: &[u8; 32], entry_hash: Digest) -> Self {
        let commitment = hash::tagged(TAG, &[nonce, entry_hash.as_bytes()]);
        let mut bytes = [VERSION; 33];
        bytes[1..].copy_from_slice(commitment.as_bytes());
        Leaf(bytes)
    }

    /// Reads a published leaf; `None` for another length or version.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let leaf: [u8; 33] = bytes.try_into().ok()?;
        (leaf[0] == VERSION).then_some(Leaf(leaf))
    }

    /// The leaf's hash in the tree (RFC 6962 §2.1).
    pub fn hash(&self) -> Digest {
        tree::leaf_hash(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_its_version_and_commitment() {
        let leaf = Leaf::new(&[1; 32], Digest::of(b"entry"));
        assert_eq!(Leaf::parse(&leaf.0), Some(leaf));
        assert_ne!(leaf, Leaf::new(&[2; 32], Digest::of(b"entry")));
        assert_ne!(leaf, Leaf::new(&[1; 32], Digest::of(b"other")));
        let mut later = leaf.0;
        later[0] = 2;
        assert_eq!(Leaf::parse(&later), None);
        assert_eq!(Leaf::parse(&leaf.0[..32]), None);
    }
}
