//! Parsers against bytes of strangers: they never panic, and what they read prints back the same.

use crate::world::World;
use proptest::prelude::*;
use zhijian::{
    base::{Digest, Moment},
    ledger::{
        Checkpoint, Entry, Envelope, Field, Leaf, NoteSigner, NoteVerifier, Payload, Proof,
        RecordProof, canonical,
        dossier::{Manifest, manifest::MANIFEST},
        entry::check_chain,
        note::{self, Note},
        tile::{TilePath, parse_entry_bundle, parse_hash_tile},
    },
};

/// Gives the bytes to everything that reads bytes; whatever is accepted must print back.
fn read_all(bytes: &[u8]) {
    let back = |printed: Option<Vec<u8>>| {
        if let Some(printed) = printed {
            assert_eq!(printed, bytes);
        }
    };
    back(Payload::parse(bytes).ok().map(|payload| payload.to_bytes().unwrap()));
    back(Envelope::parse(bytes).ok().map(|envelope| envelope.to_bytes()));
    back(RecordProof::parse(bytes).ok().map(|record| record.to_bytes().unwrap()));
    back(Proof::parse(bytes).ok().map(|proof| proof.to_bytes().unwrap()));
    back(Manifest::parse(bytes).ok().map(|manifest| manifest.to_bytes().unwrap()));
    back(
        canonical::read::<serde_json::Value>(bytes, 1 << 20)
            .ok()
            .map(|v| canonical::write(&v).unwrap()),
    );
    back(Leaf::parse(bytes).map(|leaf| leaf.0.to_vec()));
    for width in [0, 1, 2, 256, 257, u16::MAX] {
        let _ = (parse_hash_tile(bytes, width), parse_entry_bundle(bytes, width));
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    back(Checkpoint::parse(text).ok().map(|checkpoint| checkpoint.to_text().into_bytes()));
    back(text.parse::<NoteVerifier>().ok().map(|verifier| verifier.to_string().into_bytes()));
    back(text.parse::<TilePath>().ok().map(|path| path.to_string().into_bytes()));
    let _ = Note::parse(text);
}

/// One valid specimen of each format.
fn specimens() -> Vec<Vec<u8>> {
    let world = World::new();
    let made = &world.made[0];
    let proof = world.proof(0);
    vec![
        made.envelope.payload.clone(),
        made.envelope.to_bytes(),
        proof.record.to_bytes().unwrap(),
        proof.checkpoint.clone().into_bytes(),
        Note::parse(&proof.checkpoint).unwrap().text.into_bytes(),
        proof.log_key.clone().into_bytes(),
        proof.to_bytes().unwrap(),
        world.dossier().files[MANIFEST].clone(),
        b"tile/3/x001/x234/067.p/9".to_vec(),
        Leaf::new(&[3; 32], Digest::ZERO).0.to_vec(),
    ]
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn random_text_never_panics(text in r#"[\[\]{}":,0-9a-z+/=\n — tile.px-]{0,120}"#) {
        read_all(text.as_bytes());
    }

    #[test]
    fn damaged_specimens_never_panic(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let specimens = specimens();
        let mut bytes = which.get(&specimens).clone();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        read_all(&bytes);
    }

    #[test]
    fn payloads_read_back(kind in "\\PC{1,20}", value in any::<String>(), number in -9_007_199_254_740_991i64..=9_007_199_254_740_991) {
        let mut payload = World::new().made[1].envelope.record().unwrap();
        payload.kind = kind;
        payload.facts.insert(value.clone(), serde_json::json!({"v": value, "n": number, "list": [null, true]}));
        let bytes = payload.to_bytes().unwrap();
        prop_assert_eq!(Payload::parse(&bytes), Ok(payload));
    }

    #[test]
    fn envelopes_read_back(payload in prop::collection::vec(any::<u8>(), 0..99), ids in prop::collection::vec(any::<String>(), 0..4)) {
        let mut envelope = Envelope::new(payload);
        for id in ids {
            envelope.add(id, [7; 64]);
        }
        let bytes = envelope.to_bytes();
        prop_assert_eq!(&bytes, &serde_json_canonicalizer::to_vec(&serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()).unwrap());
        prop_assert_eq!(Envelope::parse(&bytes), Ok(envelope));
    }

    #[test]
    fn fields_read_back(path in any::<String>(), value in any::<String>(), mask in any::<Option<String>>(), salt in any::<[u8; 32]>()) {
        let field = Field::new(path, value, mask, salt);
        let bytes = canonical::write(&field).unwrap();
        prop_assert_eq!(canonical::read::<Field>(&bytes, 1 << 20), Ok(field));
    }

    #[test]
    fn tile_paths_read_back(level in 0u8..64, index in any::<u64>(), shift in 0u32..64, width in 1u16..=256, entries in any::<bool>()) {
        let index = index >> shift;
        let path = if entries { TilePath::Entries { index, width } } else { TilePath::Hash { level, index, width } };
        prop_assert_eq!(path.to_string().parse(), Ok(path));
        let _ = path.positions(index);
    }

    #[test]
    fn checkpoints_read_back(origin in "[^\\x00-\\x1f]{1,40}", size in any::<u64>(), root in any::<[u8; 32]>()) {
        let checkpoint = Checkpoint { origin, size, root: Digest(root) };
        prop_assert_eq!(Checkpoint::parse(&checkpoint.to_text()), Ok(checkpoint));
    }

    #[test]
    fn notes_open_to_what_was_signed(text in "[^\\x00-\\x09\\x0b-\\x1f]{0,60}\n", name in "[a-z./]{1,20}", seed in any::<[u8; 32]>()) {
        let signer = NoteSigner::new(name, ed25519_dalek::SigningKey::from_bytes(&seed)).unwrap();
        let note = note::sign(&text, &[&signer]).unwrap();
        let verifier: NoteVerifier = signer.verifier().to_string().parse().unwrap();
        prop_assert_eq!(note::open(&note, &[verifier]).unwrap().text, text);
    }

    #[test]
    fn chains_never_panic(links in prop::collection::vec((any::<u64>(), any::<[u8; 32]>(), any::<i64>()), 0..6)) {
        let entries: Vec<Entry> = links.into_iter().map(|(seq, prev, millis)| Entry {
            chain: "c".into(),
            seq,
            prev: Digest(prev),
            record: Digest::ZERO,
            received_at: Moment::from_millis(millis),
        }).collect();
        prop_assert_eq!(check_chain(&entries).is_ok(), entries.is_empty());
    }
}
