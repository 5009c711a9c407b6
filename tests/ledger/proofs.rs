//! Properties of proofs: what is true can be shown for every prefix, what is false cannot.

use crate::world::Forest;
use proptest::prelude::*;
use std::convert::Infallible;
use zhijian::{
    base::Digest,
    ledger::{
        Frontier,
        proof::{
            Nodes, ProofFault, ProveFault, consistency, inclusion, verify_consistency,
            verify_inclusion,
        },
        tile::{FULL, TilePath, hash_tile, parse_hash_tile},
        tree::{empty_root, leaf_hash, root_of},
    },
};

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

#[test]
fn nothing_else_is_included_in_small_trees() {
    let leaves = leaves(17);
    let forest = Forest::over(&leaves);
    for size in 1..=17u64 {
        let root = root_of(&leaves[..size as usize]);
        for index in 0..size {
            let proof = inclusion(&forest.at(size), index, size).unwrap();
            for (claimed, leaf) in (0u64..).zip(&leaves) {
                let holds = verify_inclusion(*leaf, index, size, &proof, root).is_ok();
                assert_eq!(holds, claimed == index, "leaf {claimed} as {index} of {size}");
            }
            let leaf = leaves[index as usize];
            for other in (0..20).filter(|other| *other != index) {
                assert!(
                    verify_inclusion(leaf, other, size, &proof, root).is_err(),
                    "{index} as {other} of {size}"
                );
            }
            let longer = [proof.as_slice(), &[Digest::ZERO]].concat();
            assert_eq!(verify_inclusion(leaf, index, size, &longer, root), Err(ProofFault::Length));
            if let Some((_, shorter)) = proof.split_last() {
                assert_eq!(
                    verify_inclusion(leaf, index, size, shorter, root),
                    Err(ProofFault::Length)
                );
            }
        }
    }
}

#[test]
fn no_other_tree_is_a_prefix_of_small_trees() {
    let leaves = leaves(17);
    let forest = Forest::over(&leaves);
    let roots: Vec<Digest> = (0..=17).map(|size| root_of(&leaves[..size])).collect();
    for new in 1..=17usize {
        for old in 1..=new {
            let proof = consistency(&forest.at(new as u64), old as u64, new as u64).unwrap();
            for (other, root) in roots.iter().enumerate() {
                let holds =
                    verify_consistency(old as u64, *root, new as u64, roots[new], &proof).is_ok();
                assert_eq!(holds, other == old, "root of {other} as {old} of {new}");
            }
            let longer = [proof.as_slice(), &[Digest::ZERO]].concat();
            assert!(
                verify_consistency(old as u64, roots[old], new as u64, roots[new], &longer)
                    .is_err()
            );
            if let Some((_, shorter)) = proof.split_last() {
                assert!(
                    verify_consistency(old as u64, roots[old], new as u64, roots[new], shorter)
                        .is_err()
                );
            }
        }
    }
}

#[test]
fn the_empty_tree_is_a_prefix_of_all() {
    let root = root_of(&leaves(5));
    assert_eq!(consistency(&Forest::over(&leaves(5)).at(5), 0, 5), Ok(vec![]));
    assert_eq!(verify_consistency(0, empty_root(), 5, root, &[]), Ok(()));
    assert_eq!(verify_consistency(0, root, 5, root, &[]), Err(ProofFault::OldRoot));
    assert_eq!(verify_consistency(0, empty_root(), 0, root, &[]), Err(ProofFault::Root));
    assert_eq!(verify_consistency(0, empty_root(), 5, root, &[root]), Err(ProofFault::Length));
    assert_eq!(verify_consistency(6, root, 5, root, &[]), Err(ProofFault::OutOfRange));
}

/// A tree too large to exist: every node is made up from its place.
struct Boundless;

impl Nodes for Boundless {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Digest, Infallible> {
        assert!(level < 64);
        Ok(Digest::of(&[&[level], index.to_be_bytes().as_slice()].concat()))
    }
}

/// A store that lost its nodes.
struct Lost;

impl Nodes for Lost {
    type Error = &'static str;

    fn node(&self, _: u8, _: u64) -> Result<Digest, &'static str> {
        Err("lost")
    }
}

#[test]
fn faults_of_the_store_and_of_the_caller_are_told_apart() {
    assert_eq!(inclusion(&Lost, 0, 2), Err(ProveFault::Nodes("lost")));
    assert_eq!(inclusion(&Lost, 2, 2), Err(ProveFault::OutOfRange));
    assert_eq!(consistency(&Lost, 1, 2), Err(ProveFault::Nodes("lost")));
    assert_eq!(consistency(&Lost, 3, 2), Err(ProveFault::OutOfRange));
}

#[test]
fn tiles_hold_what_proofs_are_made_of() {
    let leaves = leaves(600);
    let forest = Forest::over(&leaves);
    for path in [
        TilePath::Hash { level: 0, index: 1, width: FULL },
        TilePath::Hash { level: 0, index: 2, width: 88 },
        TilePath::Hash { level: 1, index: 0, width: 2 },
    ] {
        let positions = path.positions(600).unwrap();
        let digests: Vec<Digest> =
            positions.map(|at| forest.at(600).node(path.level() * 8, at).unwrap()).collect();
        assert_eq!(parse_hash_tile(&hash_tile(&digests), path.width()), Ok(digests.clone()));
        if path.level() == 1 {
            assert_eq!(digests[0], root_of(&leaves[..256]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_leaf_of_every_prefix_is_included(count in 1u64..2_000, at in any::<prop::sample::Index>()) {
        let leaves = leaves(count);
        let forest = Forest::over(&leaves);
        let size = at.index(count as usize) as u64 + 1;
        let root = root_of(&leaves[..size as usize]);
        for index in (0..size).step_by(1 + size as usize / 40).chain([size - 1]) {
            let proof = inclusion(&forest.at(size), index, size).unwrap();
            prop_assert_eq!(verify_inclusion(leaves[index as usize], index, size, &proof, root), Ok(()));
        }
    }

    #[test]
    fn every_prefix_is_consistent(count in 1u64..2_000, at in any::<prop::sample::Index>()) {
        let leaves = leaves(count);
        let forest = Forest::over(&leaves);
        let old = at.index(count as usize) as u64 + 1;
        let proof = consistency(&forest.at(count), old, count).unwrap();
        let (old_root, root) = (root_of(&leaves[..old as usize]), root_of(&leaves));
        prop_assert_eq!(verify_consistency(old, old_root, count, root, &proof), Ok(()));
    }

    #[test]
    fn any_flipped_bit_of_a_path_is_found(count in 2u64..500, at in any::<prop::sample::Index>(), bit in any::<prop::sample::Index>()) {
        let leaves = leaves(count);
        let forest = Forest::over(&leaves);
        let index = at.index(count as usize) as u64;
        let root = root_of(&leaves);
        let mut proof = inclusion(&forest.at(count), index, count).unwrap();
        let bit = bit.index(proof.len() * 256);
        proof[bit / 256].0[bit % 256 / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify_inclusion(leaves[index as usize], index, count, &proof, root), Err(ProofFault::Root));

        let old = index + 1;
        let mut proof = consistency(&forest.at(count), old, count).unwrap();
        if !proof.is_empty() {
            let bit = bit % (proof.len() * 256);
            proof[bit / 256].0[bit % 256 / 8] ^= 1 << (bit % 8);
            let old_root = root_of(&leaves[..old as usize]);
            prop_assert!(verify_consistency(old, old_root, count, root, &proof).is_err());
        }
    }

    #[test]
    fn a_resumed_frontier_grows_to_the_same_root(count in 0u64..600, cut in any::<prop::sample::Index>()) {
        let leaves = leaves(count);
        let cut = cut.index(count as usize + 1);
        let mut first = Frontier::default();
        leaves[..cut].iter().for_each(|leaf| first.push(*leaf));
        let (size, nodes) = first.parts();
        let mut second = Frontier::from_parts(size, nodes.to_vec()).unwrap();
        leaves[cut..].iter().for_each(|leaf| second.push(*leaf));
        prop_assert_eq!(second.root(), root_of(&leaves));
        prop_assert_eq!(second.size(), count);
    }

    #[test]
    fn no_number_makes_a_prover_or_a_verifier_panic(
        a in any::<u64>(), b in any::<u64>(), shift in 0u32..64, proof in prop::collection::vec(any::<[u8; 32]>(), 0..130),
    ) {
        let (a, b) = (a >> shift, b >> (shift / 2));
        let proof: Vec<Digest> = proof.into_iter().map(Digest).collect();
        let root = Digest::ZERO;
        let _ = verify_inclusion(root, a, b, &proof, root);
        let _ = verify_consistency(a, root, b, root, &proof);
        if let Ok(proof) = inclusion(&Boundless, a, b) {
            prop_assert!(proof.len() <= 64);
            prop_assert_eq!(verify_inclusion(root, a, b, &proof, root), Err(ProofFault::Root));
        }
        if let Ok(proof) = consistency(&Boundless, a, b) {
            prop_assert!(proof.len() <= 65);
            prop_assert_ne!(verify_consistency(a, root, b, root, &proof), Err(ProofFault::Length));
        }
    }
}

#[test]
fn the_largest_numbers_are_no_exception() {
    for size in [u64::MAX, u64::MAX - 1, (1 << 63) + 1, 1 << 63] {
        for index in [0, 1, (1 << 63) - 1, 1 << 62, size - 1] {
            let proof = inclusion(&Boundless, index, size).unwrap();
            assert_eq!(
                verify_inclusion(Digest::ZERO, index, size, &proof, Digest::ZERO),
                Err(ProofFault::Root)
            );
            let proof = consistency(&Boundless, index + 1, size).unwrap();
            let verdict = verify_consistency(index + 1, Digest::ZERO, size, Digest::ZERO, &proof);
            assert_ne!(verdict, Err(ProofFault::Length));
        }
    }
}
