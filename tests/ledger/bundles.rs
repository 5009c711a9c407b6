//! A single record's proof: what holds, and that whatever is changed is found at the right step.

use crate::world::{World, field, log_signer, payload, signed, signing_key};
use zhijian::{
    base::Digest,
    ledger::{
        Checkpoint, NoteSigner, NoteVerifier, Proof, bundle::check, field::fields_root, note,
        record::Custody, verdict::Step,
    },
};

fn trusted() -> NoteVerifier {
    log_signer().verifier()
}

fn failed(proof: &Proof) -> Vec<Step> {
    let verdicts = check(proof, &[trusted()]);
    verdicts.iter().filter(|verdict| !verdict.ok).map(|verdict| verdict.step).collect()
}

/// The steps that fail after `change`.
fn after(change: impl FnOnce(&mut Proof)) -> Vec<Step> {
    let mut proof = World::new().proof(0);
    change(&mut proof);
    failed(&proof)
}

#[test]
fn every_record_of_the_world_holds_at_every_step() {
    let world = World::new();
    for seq in 0..world.made.len() {
        let verdicts = check(&world.proof(seq), &[trusted()]);
        let steps: Vec<Step> = verdicts.iter().map(|verdict| verdict.step).collect();
        use Step::*;
        assert_eq!(steps, [Fields, Signatures, Entry, Leaf, Inclusion, Checkpoint]);
        assert!(verdicts.iter().all(|verdict| verdict.ok), "{verdicts:#?}");
        assert!(check(&world.proof(seq), &[]).iter().all(|verdict| verdict.ok));
    }
}

#[test]
fn fields_can_be_shown_or_hidden_but_not_changed() {
    let world = World::new();
    assert_eq!(
        after(|p| {
            p.record.opened.clear();
            p.record.hidden = world.made[0].fields.iter().map(|field| field.digest()).collect();
        }),
        []
    );
    assert_eq!(
        after(|p| {
            p.record.opened = world.made[0].fields.clone();
            p.record.opened.reverse();
            p.record.hidden.clear();
        }),
        []
    );
    let only = [Step::Fields];
    assert_eq!(after(|p| p.record.opened[0].value.push('。')), only);
    assert_eq!(after(|p| p.record.opened[0].path = "party.names".into()), only);
    assert_eq!(after(|p| p.record.opened[0].mask = None), only);
    assert_eq!(after(|p| p.record.opened[1].mask = Some("name/person".into())), only);
    assert_eq!(after(|p| p.record.opened[0].salt[0] ^= 1), only);
    assert_eq!(after(|p| drop(p.record.opened.pop())), only);
    assert_eq!(after(|p| p.record.hidden.clear()), only);
    assert_eq!(after(|p| p.record.hidden.push(Digest::ZERO)), only);
    assert_eq!(after(|p| p.record.opened.push(field("party.name", "李四", None))), only);
    assert_eq!(after(|p| p.record.opened.push(p.record.opened[0].clone())), only);
}

#[test]
fn two_contents_for_one_field_are_refused_even_when_signed() {
    let fields = [field("a", "1", None), {
        let mut f = field("a", "2", None);
        f.salt[0] ^= 1;
        f
    }];
    let payload = payload("filing", &[("officer-1", Custody::Browser)], &fields, &[]);
    assert_eq!(payload.fields_root, fields_root(&[fields[0].digest(), fields[1].digest()]));
    assert!(
        after(|p| {
            p.record.envelope = signed(&payload).to_bytes();
            p.record.opened = fields.to_vec();
            p.record.hidden.clear();
        })
        .contains(&Step::Fields)
    );
}

#[test]
fn signatures_are_those_of_the_named_people_with_their_keys() {
    let only = [Step::Signatures];
    assert_eq!(
        after(|p| p.keys[1].public_key = signing_key("other").verifying_key().to_bytes()),
        only
    );
    assert_eq!(after(|p| p.keys[1].public_key = [0; 32]), only);
    assert_eq!(after(|p| drop(p.keys.remove(0))), only);
    assert_eq!(after(|p| p.keys.push(p.keys[0].clone())), only);
    assert_eq!(after(|p| p.keys.push(World::new().keys[2].clone())), only);
    assert_eq!(after(|p| p.keys[0].custody = Custody::Server), only);
    assert_eq!(after(|p| p.keys[0].registered_leaf = 5), only);
    assert_eq!(after(|p| p.keys[0].registered_leaf = 4), []);
    assert_eq!(after(|p| p.keys[0].revoked_leaf = Some(3)), only);
    assert_eq!(after(|p| p.keys[0].revoked_leaf = Some(4)), []);
}

#[test]
fn another_record_in_the_same_place_is_no_longer_the_entry_s() {
    let other = signed(&payload("filing", &[("officer-1", Custody::Browser)], &[], &[]));
    let failed = after(|p| {
        p.keys.truncate(1);
        p.record.envelope = other.to_bytes();
        p.record.opened.clear();
        p.record.hidden.clear();
    });
    assert_eq!(failed, [Step::Entry]);
    let failed = after(|p| {
        p.keys.truncate(1);
        p.record.envelope = other.to_bytes();
        p.record.opened.clear();
        p.record.hidden.clear();
        p.record.entry.record = other.digest();
    });
    assert_eq!(failed, [Step::Inclusion]);
}

#[test]
fn entry_leaf_and_path_lead_to_the_root_or_nowhere() {
    assert_eq!(after(|p| p.record.entry.chain.push('x')), [Step::Entry, Step::Inclusion]);
    assert_eq!(after(|p| p.record.entry.seq = 1), [Step::Entry, Step::Inclusion]);
    assert_eq!(after(|p| p.record.entry.prev = Digest::of(b"")), [Step::Entry, Step::Inclusion]);
    assert_eq!(
        after(|p| p.record.entry.received_at = p.record.entry.received_at.plus_millis(1)),
        [Step::Inclusion]
    );
    assert_eq!(after(|p| p.record.leaf.nonce[31] ^= 1), [Step::Inclusion]);
    assert_eq!(after(|p| p.record.leaf.index = 5), [Step::Inclusion]);
    assert_eq!(after(|p| p.record.leaf.index = 21), [Step::Leaf, Step::Inclusion]);
    assert_eq!(after(|p| p.record.leaf.index = u64::MAX), [Step::Leaf, Step::Inclusion]);
    assert_eq!(after(|p| p.record.inclusion.truncate(1)), [Step::Inclusion]);
    assert_eq!(after(|p| p.record.inclusion.push(Digest::ZERO)), [Step::Inclusion]);
}

#[test]
fn the_checkpoint_is_the_trusted_log_s() {
    let failed = [Step::Inclusion, Step::Checkpoint];
    let world = World::new();
    assert_eq!(after(|p| p.checkpoint = p.checkpoint.replacen("\n21\n", "\n22\n", 1)), failed);
    assert_eq!(after(|p| p.checkpoint.clear()), failed);
    assert_eq!(after(|p| p.log_key.clear()), failed);
    // Another log's key, throughout: fits together, but is not the one trusted.
    let forger = NoteSigner::new(trusted().name(), signing_key("forger")).unwrap();
    let mut forged = world.proof(0);
    let text = note::Note::parse(&forged.checkpoint).unwrap().text;
    forged.checkpoint = note::sign(&text, &[&forger]).unwrap();
    forged.log_key = forger.verifier().to_string();
    assert!(check(&forged, &[]).iter().all(|verdict| verdict.ok));
    assert_eq!(self::failed(&forged), failed);
    // The log's key under another origin's checkpoint.
    let mut other = Checkpoint::parse(&text).unwrap();
    other.origin = "other.example/log".into();
    let other = note::sign(&other.to_text(), &[&log_signer()]).unwrap();
    assert_eq!(after(|p| p.checkpoint = other), failed);
}

/// The steps at which a proof that differs from `good` may fail, by the first member that differs;
/// `None` when only a key's pointers to its registration differ, which prove nothing.
fn expected(good: &Proof, bad: &Proof) -> Option<Vec<Step>> {
    let keys_alike = good.keys.len() == bad.keys.len()
        && good.keys.iter().zip(&bad.keys).all(|(good, bad)| {
            (&good.id, good.public_key, good.custody) == (&bad.id, bad.public_key, bad.custody)
        });
    let (g, b) = (&good.record, &bad.record);
    if g.envelope != b.envelope {
        Some(vec![Step::Fields, Step::Signatures, Step::Entry])
    } else if g.opened != b.opened || g.hidden != b.hidden {
        Some(vec![Step::Fields])
    } else if g.entry != b.entry {
        Some(vec![Step::Entry, Step::Leaf, Step::Inclusion])
    } else if g.leaf != b.leaf || g.inclusion != b.inclusion {
        Some(vec![Step::Signatures, Step::Leaf, Step::Inclusion])
    } else if !keys_alike {
        Some(vec![Step::Signatures])
    } else if good.checkpoint != bad.checkpoint || good.log_key != bad.log_key {
        Some(vec![Step::Inclusion, Step::Checkpoint])
    } else {
        None
    }
}

#[test]
fn any_flipped_bit_is_found_at_the_right_step() {
    let good = World::new().proof(0);
    let bytes = good.to_bytes().unwrap();
    let (mut parsed, mut pointers) = (0, 0);
    for at in 0..bytes.len() {
        for bit in [at % 8, 0] {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << bit;
            let Ok(bad) = Proof::parse(&bytes) else { continue };
            parsed += 1;
            let Some(allowed) = expected(&good, &bad) else {
                pointers += 1;
                continue;
            };
            let failed = failed(&bad);
            assert!(!failed.is_empty(), "byte {at} bit {bit} is not found");
            assert!(
                failed.iter().all(|step| allowed.contains(step)),
                "byte {at} bit {bit}: {failed:?}"
            );
        }
    }
    // Most flips within hex and base64 leave a readable proof, else this test would say nothing.
    assert!(parsed > 1_000, "{parsed}");
    assert!(pointers < 10, "{pointers}");
}

#[test]
fn a_proof_reads_back_only_from_its_own_bytes() {
    let proof = World::new().proof(1);
    let bytes = proof.to_bytes().unwrap();
    assert_eq!(Proof::parse(&bytes), Ok(proof));
    let text = String::from_utf8(bytes).unwrap();
    for other in
        [text.replacen("proof/v1", "proof/v2", 1), format!("{text}\n"), text.replacen("{", "{ ", 1)]
    {
        assert!(Proof::parse(other.as_bytes()).is_err());
    }
}
