//! Golden vectors: what tests/vectors/*.json says is what the code computes, so a change of format is a visible diff.
//!
//! Run with `ZHIJIAN_WRITE_VECTORS=1` to write the files anew, which is right only with a new format version.

use crate::world::{Forest, LOG, World, field, log_signer, seed, signing_key};
use ed25519_dalek::Signer as _;
use serde_json::{Value, json};
use std::{env, fs, path::PathBuf};
use zhijian::{
    base::Digest,
    ledger::{
        Checkpoint, Field, Leaf,
        chunk::{CHUNK, ChunkHasher, chunk_root},
        dsse::pae,
        entry, field as fields, leaf, note,
        proof::{consistency, inclusion},
        tile::{TilePath, entry_bundle, hash_tile},
        tree::{leaf_hash, root_of},
    },
};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Compares with, or writes, `tests/vectors/<name>.json`.
pub fn golden(name: &str, about: &str, vectors: Value) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"))
        .join(format!("{name}.json"));
    let computed = json!({"about": about, "vectors": vectors});
    if env::var_os("ZHIJIAN_WRITE_VECTORS").is_some() {
        fs::write(&path, format!("{computed:#}\n")).unwrap();
    }
    let stored: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(stored, computed, "{name}.json differs from what the code computes");
}

#[test]
fn field_vectors() {
    let samples = [
        field("party.name", "王小明", None),
        field("party.name", "王某某", Some("name/person")),
        field("text.summary", "引号\" 反斜线\\ 换行\n 控制\u{1} 表情😀", None),
        field("", "", None),
    ];
    let one = |field: &Field| {
        let opened = match &field.mask {
            None => json!([field.path, field.value]),
            Some(mask) => json!([field.path, field.value, mask]),
        };
        let jcs = serde_json_canonicalizer::to_string(&opened).unwrap();
        json!({"field": field, "jcs": jcs, "digest": field.digest()})
    };
    let digests: Vec<Digest> = samples.iter().map(Field::digest).collect();
    let roots: Vec<Value> = (0..=digests.len())
        .map(|count| json!({"digests": digests[..count], "fields_root": fields::fields_root(&digests[..count])}))
        .collect();
    let about =
        "Field digests, each with the canonical JSON it hashes, and roots over the first of them.";
    golden(
        "field",
        about,
        json!({"tag": fields::TAG, "fields": samples.iter().map(one).collect::<Vec<_>>(), "roots": roots}),
    );
}

#[test]
fn record_vectors() {
    let payloads: Vec<Value> = World::new()
        .made
        .iter()
        .map(|made| json!({"payload": text(&made.envelope.payload), "sha256": Digest::of(&made.envelope.payload)}))
        .collect();
    golden("record", "Payload bytes as text; they are exactly their UTF-8.", json!(payloads));
}

#[test]
fn envelope_vectors() {
    let one = |made: &crate::world::Made| {
        let envelope = &made.envelope;
        let message = pae(&envelope.payload);
        let keys: Vec<Value> = envelope
            .signatures
            .iter()
            .map(|signature| {
                let key = signing_key(&signature.keyid);
                assert_eq!(key.sign(&message).to_bytes(), signature.sig);
                json!({
                    "keyid": signature.keyid,
                    "secret_key": hex::encode(key.to_bytes()),
                    "public_key": hex::encode(key.verifying_key().to_bytes()),
                    "sig": hex::encode(signature.sig),
                })
            })
            .collect();
        json!({"pae": text(&message), "signatures": keys, "envelope": text(&envelope.to_bytes()), "digest": envelope.digest()})
    };
    let about =
        "Envelopes over the payloads of record.json. A secret key is SHA-256 of its key id.";
    golden("envelope", about, json!(World::new().made.iter().map(one).collect::<Vec<_>>()));
}

#[test]
fn entry_vectors() {
    let entries: Vec<Value> = World::new()
        .made
        .iter()
        .map(|made| {
            let millis = made.entry.received_at.millis();
            json!({"entry": made.entry, "received_at_ms": millis, "hash": made.entry.hash()})
        })
        .collect();
    golden(
        "entry",
        "A chain of entries over the envelopes of envelope.json.",
        json!({"tag": entry::TAG, "entries": entries}),
    );
}

#[test]
fn leaf_vectors() {
    let leaves: Vec<Value> = World::new()
        .made
        .iter()
        .map(|made| {
            let leaf = Leaf::new(&made.leaf.nonce, made.entry.hash());
            json!({
                "nonce": hex::encode(made.leaf.nonce),
                "entry_hash": made.entry.hash(),
                "leaf": hex::encode(leaf.0),
                "leaf_hash": leaf.hash(),
            })
        })
        .collect();
    golden(
        "leaf",
        "Leaves of the entries of entry.json.",
        json!({"tag": leaf::TAG, "leaves": leaves}),
    );
}

#[test]
fn tree_vectors() {
    let inputs: Vec<Vec<u8>> = (0..7u8).map(|n| vec![n; usize::from(n)]).collect();
    let hashes: Vec<Digest> = inputs.iter().map(|input| leaf_hash(input)).collect();
    let forest = Forest::over(&hashes);
    let mut inclusions = Vec::new();
    let mut consistencies = Vec::new();
    for size in 1..=7u64 {
        for index in 0..size {
            let proof = inclusion(&forest.at(size), index, size).unwrap();
            inclusions.push(json!({"index": index, "size": size, "proof": proof}));
            let proof = consistency(&forest.at(size), index + 1, size).unwrap();
            consistencies.push(json!({"old": index + 1, "new": size, "proof": proof}));
        }
    }
    let roots: Vec<Digest> = (0..=7).map(|size| root_of(&hashes[..size])).collect();
    let vectors = json!({
        "leaves": inputs.iter().map(hex::encode).collect::<Vec<_>>(),
        "leaf_hashes": hashes,
        "roots": roots,
        "inclusion": inclusions,
        "consistency": consistencies,
    });
    golden(
        "tree",
        "RFC 6962 trees over leaves of n bytes of value n; roots by size from 0.",
        vectors,
    );
}

#[test]
fn tile_vectors() {
    let paths: Vec<Value> = [
        TilePath::Hash { level: 0, index: 0, width: 256 },
        TilePath::Hash { level: 0, index: 1_234, width: 5 },
        TilePath::Hash { level: 2, index: 1_234_067, width: 256 },
        TilePath::Entries { index: 999, width: 255 },
    ]
    .iter()
    .map(|path| {
        let level = if let TilePath::Hash { level, .. } = path { json!(level) } else { json!("entries") };
        json!({"path": path.to_string(), "level": level, "index": path.index(), "width": path.width()})
    })
    .collect();
    let leaves: Vec<Leaf> = World::new()
        .made
        .iter()
        .map(|made| Leaf::new(&made.leaf.nonce, made.entry.hash()))
        .collect();
    let hashes: Vec<Digest> = leaves.iter().map(Leaf::hash).collect();
    let vectors = json!({
        "paths": paths,
        "entry_bundle": hex::encode(entry_bundle(&leaves)),
        "hash_tile": hex::encode(hash_tile(&hashes)),
    });
    golden(
        "tile",
        "Tile paths; an entry bundle and a level 0 tile of the leaves of leaf.json.",
        vectors,
    );
}

#[test]
fn checkpoint_vectors() {
    let signer = log_signer();
    let checkpoint = Checkpoint { origin: LOG.into(), size: 21, root: Digest::of(b"root") };
    let vectors = json!({
        "secret_key": hex::encode(seed("log")),
        "public_key": hex::encode(signer.verifier().key().to_bytes()),
        "key_id": format!("{:08x}", signer.verifier().key_id()),
        "vkey": signer.verifier().to_string(),
        "origin": LOG,
        "size": 21,
        "root": checkpoint.root,
        "text": checkpoint.to_text(),
        "note": note::sign(&checkpoint.to_text(), &[&signer]).unwrap(),
    });
    golden("checkpoint", "A checkpoint signed as a note.", vectors);
}

#[test]
fn chunk_vectors() {
    let of_length = |length: usize| {
        let bytes: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
        let mut hasher = ChunkHasher::new();
        hasher.update(&bytes);
        let chunks = hasher.finish();
        json!({"length": length, "sha256": Digest::of(&bytes), "chunk_root": chunk_root(&chunks), "chunks": chunks})
    };
    let lengths = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3];
    golden("chunk", "Files whose byte n is n mod 251.", json!(lengths.map(of_length)));
}

#[test]
fn proof_vectors() {
    let proof = text(&World::new().proof(0).to_bytes().unwrap());
    golden("proof", "A proof that holds, as text; it is exactly its UTF-8.", json!(proof));
}

#[test]
fn dossier_vectors() {
    let files: serde_json::Map<String, Value> = World::new()
        .dossier()
        .files
        .into_iter()
        .map(|(name, bytes)| match String::from_utf8(bytes) {
            Ok(text) => (name, json!(text)),
            Err(bytes) => (name, json!({"hex": hex::encode(bytes.as_bytes())})),
        })
        .collect();
    let about = "A dossier that holds: every file by its name, as text or else in hex.";
    golden("dossier", about, json!(files));
}
