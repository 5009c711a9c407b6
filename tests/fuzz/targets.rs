//! What is fuzzed: every parser that reads bytes of strangers. None may panic, and whatever one accepts must print back
//! as it was and mean the same when it is read again.

use crate::{
    story::{CALENDAR, RULES, Story},
    world::World,
};
use std::{fmt::Display, io::Cursor, str::FromStr, sync::LazyLock};
use zhijian::{
    base::Digest,
    desk::penalty_list,
    law::{
        act::Act,
        procedure::{clocks, needs},
    },
    ledger::{
        AddCheckpoint, Checkpoint, CosignatureVerifier, Envelope, Leaf, NoteVerifier, Payload,
        Policy, Proof, RecordProof, TlogProof,
        add_checkpoint::parse_size,
        canonical,
        dossier::{Manifest, Trust, verify_proof, verify_receipt},
        field::Field,
        mirror,
        note::{self, Note, NoteSignature},
        proof,
        tile::{TilePath, parse_entry_bundle, parse_hash_tile},
        timestamp,
    },
    verify::{self, packed::Packed},
};

/// A parser by its name.
pub type Target = (&'static str, fn(&[u8]));

/// All but the one that reads headers, which needs the HTTP server.
pub const TARGETS: [Target; 20] = [
    ("record", |bytes| back(bytes, Payload::parse(bytes).ok().map(|p| p.to_bytes().ok()))),
    ("dsse", dsse),
    ("field", |bytes| {
        let field = canonical::read::<Field>(bytes, 1 << 20);
        back(bytes, field.ok().map(|field| canonical::write(&field).ok()));
    }),
    ("canonical", |bytes| {
        let value = canonical::read::<serde_json::Value>(bytes, 1 << 20);
        back(bytes, value.ok().map(|value| canonical::write(&value).ok()));
    }),
    ("note", |bytes| text(bytes, read_note)),
    ("checkpoint", |bytes| text(bytes, checkpoint)),
    ("tile_path", |bytes| text(bytes, printed::<TilePath>)),
    ("tiles", tiles),
    ("proof", proof_file),
    ("record_proof", |bytes| {
        back(bytes, RecordProof::parse(bytes).ok().map(|proof| proof.to_bytes().ok()));
    }),
    ("tlog_proof", |bytes| text(bytes, tlog_proof)),
    ("policy", |bytes| drop(Policy::parse(bytes))),
    ("add_checkpoint", |bytes| text(bytes, add_checkpoint)),
    ("log_key", |bytes| text(bytes, printed::<NoteVerifier>)),
    ("witness_key", |bytes| text(bytes, printed::<CosignatureVerifier>)),
    ("manifest", |bytes| back(bytes, Manifest::parse(bytes).ok().map(|m| m.to_bytes().ok()))),
    ("penalty_list", |bytes| drop(penalty_list::read(bytes))),
    ("procedure", |bytes| text(bytes, procedure)),
    ("timestamp", stamp),
    ("zip", zip),
];

/// What was accepted prints back the same.
fn back(bytes: &[u8], printed: Option<Option<Vec<u8>>>) {
    if let Some(printed) = printed {
        assert_eq!(printed.as_deref(), Some(bytes), "does not print back");
    }
}

fn text(bytes: &[u8], read: fn(&str)) {
    if let Ok(text) = str::from_utf8(bytes) {
        read(text);
    }
}

fn printed<T: FromStr + Display>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string(), text, "does not print back");
    }
}

fn dsse(bytes: &[u8]) {
    let Ok(envelope) = Envelope::parse(bytes) else { return };
    back(bytes, Some(Some(envelope.to_bytes())));
    let _ = envelope.record();
}

fn read_note(text: &str) {
    if let Ok(note) = Note::parse(text) {
        assert_eq!(Note::parse(&note.to_string()), Ok(note), "means another thing when printed");
    }
    let _ = (NoteSignature::parse_lines(text), note::open(text, &[]));
}

fn checkpoint(text: &str) {
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_text(), text, "does not print back");
        // With nothing behind it the extended form is the plain one.
        let extended = Checkpoint::parse_extended(text).map(|(head, more)| (head, more.len()));
        assert_eq!(extended, Ok((checkpoint, 0)));
    }
    let _ = Checkpoint::parse_extended(text);
}

fn tiles(bytes: &[u8]) {
    for width in [0, 1, 2, 255, 256, 257, u16::MAX] {
        if let Ok(digests) = parse_hash_tile(bytes, width) {
            assert_eq!(digests.len(), usize::from(width));
        }
        if let Ok(leaves) = parse_entry_bundle(bytes, width) {
            assert_eq!(leaves.len(), usize::from(width));
        }
    }
    let _ = Leaf::parse(bytes);
    // Numbers and digests of a proof out of the same bytes.
    let Some((numbers, digests)) = bytes.split_at_checked(16) else { return };
    let number = |at: usize| numbers[at..at + 8].iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let path: Vec<Digest> = digests.chunks_exact(32).filter_map(Digest::from_slice).collect();
    let (a, b, root) = (number(0), number(8), Digest::ZERO);
    let _ = proof::verify_inclusion(root, a, b, &path, root);
    let _ = proof::verify_consistency(a, root, b, root, &path);
}

fn proof_file(bytes: &[u8]) {
    back(bytes, Proof::parse(bytes).ok().map(|proof| proof.to_bytes().ok()));
    let _ = verify_proof("proof.json", bytes, Trust::default());
}

fn tlog_proof(text: &str) {
    if let Ok(proof) = TlogProof::parse(text) {
        assert_eq!(proof.to_text(), text, "does not print back");
        let policy = Policy::parse(b"quorum none\n");
        if let (Some(opening), Ok(policy)) = (proof.opening(), policy) {
            let _ = proof.verify(opening.leaf().hash(), &policy);
            let _ = verify_receipt("r", text.as_bytes(), &policy);
        }
    }
}

/// What was stamped: the specimen is a token over it.
static STAMPED: LazyLock<String> = LazyLock::new(|| World::new().bare_checkpoint());

/// A token as it is kept, and as an authority answers with it.
fn stamp(bytes: &[u8]) {
    let _ = timestamp::verify(bytes, STAMPED.as_bytes());
    let _ = timestamp::token(bytes, STAMPED.as_bytes(), &[0; 16]);
}

/// A case of whatever records, a line each, put before the law one by one.
fn procedure(text: &str) {
    let mut story = Story::new("guangdong");
    for line in text.lines().take(64) {
        let Ok(act) = serde_json::from_str::<Act>(line) else { continue };
        let _ = story.ask(&act);
        story.force(act);
        if let Some(pack) = RULES.pack(story.pack) {
            let _ = clocks(&RULES, &CALENDAR, pack, &story.state);
            let _ = needs(&RULES, pack, &story.state);
        }
    }
}

/// A dossier, and a log's files, in a zip.
fn zip(bytes: &[u8]) {
    let Ok(packed) = Packed::open(Cursor::new(bytes)) else { return };
    let _ = verify::dossier(&packed, Trust::default());
    let _ = mirror::verify_log(&packed, &[]);
}

fn add_checkpoint(text: &str) {
    if let Ok(request) = AddCheckpoint::parse(text) {
        assert_eq!(AddCheckpoint::parse(&request.to_text()), Ok(request));
    }
    let _ = parse_size(text);
}
