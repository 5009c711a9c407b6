//! Inclusion and consistency proofs (RFC 6962 §2.1): made from stored subtree roots, checked as RFC 9162 §2.1 writes it down.
//!
//! Owns no storage: whoever has the nodes implements [`Nodes`]. Every `u64` is a valid argument.

use super::tree::{empty_root, node_hash};
use crate::base::Digest;

/// Where a prover finds the roots of complete subtrees.
pub trait Nodes {
    /// Why a node cannot be had.
    type Error;

    /// The root over leaves `index * 2^level` up to and without `(index + 1) * 2^level`; level 0 is leaf hashes.
    /// Only complete subtrees of the tree at hand are asked for.
    ///
    /// # Errors
    /// Whatever the storage says.
    fn node(&self, level: u8, index: u64) -> Result<Digest, Self::Error>;
}

/// Why a proof cannot be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProveFault<E> {
    /// The leaf or the older size is not within the tree.
    #[error("not within the tree")]
    OutOfRange,
    /// A node could not be had.
    #[error(transparent)]
    Nodes(#[from] E),
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProofFault {
    /// The leaf or the older size is not within the tree.
    #[error("not within the tree")]
    OutOfRange,
    /// Too many or too few digests for these sizes.
    #[error("a proof of the wrong length")]
    Length,
    /// It leads to another root than the older one.
    #[error("does not lead to the older root")]
    OldRoot,
    /// It leads to another root.
    #[error("does not lead to the root")]
    Root,
}

/// The audit path of leaf `index` in the tree of `size` leaves (`PATH`, RFC 6962 §2.1.1), lowest first.
///
/// # Errors
/// `OutOfRange` unless `index < size`; else what `nodes` says.
pub fn inclusion<N: Nodes>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Vec<Digest>, ProveFault<N::Error>> {
    if index >= size {
        return Err(ProveFault::OutOfRange);
    }
    let mut siblings = Vec::new();
    let mut range = Range { start: 0, size };
    while range.size > 1 {
        let (left, right) = range.split();
        let (inside, beside) = if index < right.start { (left, right) } else { (right, left) };
        siblings.push(beside);
        range = inside;
    }
    roots_upwards(nodes, siblings)
}

/// The proof that the tree of `old` leaves is a prefix of the tree of `new` (`PROOF`, RFC 6962 §2.1.2).
/// Empty when the sizes are equal or `old` is 0.
///
/// # Errors
/// `OutOfRange` unless `old <= new`; else what `nodes` says.
pub fn consistency<N: Nodes>(
    nodes: &N,
    old: u64,
    new: u64,
) -> Result<Vec<Digest>, ProveFault<N::Error>> {
    if old > new {
        return Err(ProveFault::OutOfRange);
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut siblings = Vec::new();
    let mut range = Range { start: 0, size: new };
    // Down to the subtree that ends where the old tree ended.
    while range.end() != old {
        let (left, right) = range.split();
        let (inside, beside) = if old <= right.start { (left, right) } else { (right, left) };
        siblings.push(beside);
        range = inside;
    }
    // The verifier has that subtree's root already when it is the whole old tree.
    if range.start != 0 {
        siblings.push(range);
    }
    roots_upwards(nodes, siblings)
}

/// Leaves `start .. start + size`; `start` is a multiple of the least power of two not below `size`.
#[derive(Clone, Copy)]
struct Range {
    start: u64,
    size: u64,
}

impl Range {
    /// Within the tree, so it cannot exceed its size.
    fn end(self) -> u64 {
        self.start.saturating_add(self.size)
    }

    /// RFC 6962 §2.1: the left part is the largest power of two smaller than the size. Only for sizes above 1.
    fn split(self) -> (Range, Range) {
        let left = 1 << self.size.saturating_sub(1).checked_ilog2().unwrap_or(0);
        (
            Range { start: self.start, size: left },
            Range { start: self.start.saturating_add(left), size: self.size.saturating_sub(left) },
        )
    }

    /// The root over these leaves. Goes down the incomplete right edge, at most 64 steps.
    fn root<N: Nodes>(self, nodes: &N) -> Result<Digest, N::Error> {
        let mut rest = self;
        let mut lefts = Vec::new();
        while !rest.size.is_power_of_two() {
            let (left, right) = rest.split();
            lefts.push(left.complete(nodes)?);
            rest = right;
        }
        let last = rest.complete(nodes)?;
        Ok(lefts.into_iter().rev().fold(last, |right, left| node_hash(left, right)))
    }

    fn complete<N: Nodes>(self, nodes: &N) -> Result<Digest, N::Error> {
        let level = self.size.trailing_zeros();
        // At most 63, since the size is a power of two.
        nodes.node(u8::try_from(level).unwrap_or(63), self.start.checked_shr(level).unwrap_or(0))
    }
}

/// Proofs list siblings from the leaves up, the way down found them in the other order.
fn roots_upwards<N: Nodes>(
    nodes: &N,
    ranges: Vec<Range>,
) -> Result<Vec<Digest>, ProveFault<N::Error>> {
    ranges.into_iter().rev().map(|range| range.root(nodes).map_err(ProveFault::Nodes)).collect()
}

/// Checks an audit path (RFC 9162 §2.1.3.2).
///
/// # Errors
/// Why the path does not show `leaf_hash` at `index` under `root`.
pub fn verify_inclusion(
    leaf_hash: Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: Digest,
) -> Result<(), ProofFault> {
    if index >= size {
        return Err(ProofFault::OutOfRange);
    }
    let mut place = index;
    let mut last = size - 1;
    let mut node = leaf_hash;
    for sibling in proof {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if place & 1 == 1 || place == last {
            node = node_hash(*sibling, node);
            (place, last) = skip_lone_levels(place, last);
        } else {
            node = node_hash(node, *sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    match (last, node == root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofFault::Root),
        _ => Err(ProofFault::Length),
    }
}

/// Checks a consistency proof (RFC 9162 §2.1.4.2). From 0 leaves, only the empty root and an empty proof hold.
///
/// # Errors
/// Why the proof does not show the old tree to be a prefix of the new one.
pub fn verify_consistency(
    old: u64,
    old_root: Digest,
    new: u64,
    new_root: Digest,
    proof: &[Digest],
) -> Result<(), ProofFault> {
    if old > new {
        return Err(ProofFault::OutOfRange);
    }
    if old == 0 || old == new {
        return trivially_consistent(old, old_root, new, new_root, proof);
    }
    // The whole old tree as a complete subtree is left out of the proof.
    let (first, rest) = match (old.is_power_of_two(), proof) {
        (true, _) => (old_root, proof),
        (false, [first, rest @ ..]) => (*first, rest),
        (false, []) => return Err(ProofFault::Length),
    };
    let (mut old_node, mut new_node) = (first, first);
    let trailing = (old - 1).trailing_ones();
    let mut place = (old - 1).checked_shr(trailing).unwrap_or(0);
    let mut last = (new - 1).checked_shr(trailing).unwrap_or(0);
    for sibling in rest {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if place & 1 == 1 || place == last {
            old_node = node_hash(*sibling, old_node);
            new_node = node_hash(*sibling, new_node);
            (place, last) = skip_lone_levels(place, last);
        } else {
            new_node = node_hash(new_node, *sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    match (last, old_node == old_root, new_node == new_root) {
        (0, true, true) => Ok(()),
        (0, false, _) => Err(ProofFault::OldRoot),
        (0, true, false) => Err(ProofFault::Root),
        _ => Err(ProofFault::Length),
    }
}

fn trivially_consistent(
    old: u64,
    old_root: Digest,
    new: u64,
    new_root: Digest,
    proof: &[Digest],
) -> Result<(), ProofFault> {
    if !proof.is_empty() {
        return Err(ProofFault::Length);
    }
    if old == 0 && old_root != empty_root() {
        return Err(ProofFault::OldRoot);
    }
    if old == new && old_root != new_root { Err(ProofFault::Root) } else { Ok(()) }
}

/// After a node that was a right child, or the last of its level: the levels on which it has no sibling.
fn skip_lone_levels(place: u64, last: u64) -> (u64, u64) {
    let lone = if place == 0 { 0 } else { place.trailing_zeros() };
    (place >> lone, last >> lone)
}
