//! Cosignatures, submissions, policies and receipts: golden vectors, properties, tampering, hostile bytes.

use crate::{
    vectors::golden,
    world::{Forest, LOG, log_signer, seed, signing_key},
};
use proptest::prelude::*;
use serde_json::json;
use zhijian::{
    base::{Digest, Moment},
    ledger::{
        AddCheckpoint, Checkpoint, CosignatureSigner, CosignatureVerifier, Entry, Policy,
        TlogProof,
        note::{self, Note, NoteSignature},
        policy::Distrust,
        proof::{consistency, inclusion},
        tlog_proof::{OPENING, Opening, Unproven},
        tree::{leaf_hash, root_of},
    },
};

const SIZE: u64 = 21;
const TIME: u64 = 1_763_700_061;

fn witness(name: &str) -> CosignatureSigner {
    CosignatureSigner::new(format!("{name}.zhijian.example"), signing_key(name)).unwrap()
}

fn opening() -> Opening {
    let entry = Entry {
        chain: crate::world::CASE.into(),
        seq: 0,
        prev: Digest::ZERO,
        record: Digest::of(b"envelope"),
        received_at: Moment::from_millis(1_763_700_060_000),
    };
    Opening { entry, format: OPENING.into(), nonce: seed("nonce of the receipt") }
}

/// Leaf 4 is the record's.
fn leaves() -> Vec<Digest> {
    let mut leaves: Vec<Digest> = (0..SIZE).map(|n| leaf_hash(&n.to_be_bytes())).collect();
    leaves[4] = opening().leaf().hash();
    leaves
}

fn checkpoint() -> Note {
    let checkpoint = Checkpoint { origin: LOG.into(), size: SIZE, root: root_of(&leaves()) };
    Note::parse(&note::sign(&checkpoint.to_text(), &[&log_signer()]).unwrap()).unwrap()
}

pub fn cosigned(by: &[&str]) -> Note {
    by.iter().fold(checkpoint(), |note, name| {
        let line = witness(name).cosign(&note.text, TIME).unwrap();
        note.with(line).unwrap()
    })
}

pub fn policy_text() -> String {
    let line = |name: &str| format!("witness {name} {}\n", witness(name).verifier());
    format!(
        "log {}\n{}{}{}group local any court procuratorate\ngroup both all justice local\nquorum both\n",
        log_signer().verifier(),
        line("court"),
        line("procuratorate"),
        line("justice")
    )
}

pub fn receipt() -> TlogProof {
    let leaves = leaves();
    let path = inclusion(&Forest::over(&leaves).at(SIZE), 4, SIZE).unwrap();
    let note = cosigned(&["court", "justice"]).to_string();
    TlogProof::receipt(&opening(), 4, path, note).unwrap()
}

#[test]
fn cosignature_vectors() {
    let signer = witness("court");
    let note = checkpoint();
    let line = signer.cosign(&note.text, TIME).unwrap();
    let message = format!("cosignature/v1\ntime {TIME}\n{}", note.text);
    let vectors = json!({
        "secret_key": hex::encode(seed("court")),
        "public_key": hex::encode(signer.verifier().key().to_bytes()),
        "key_id": format!("{:08x}", signer.verifier().key_id()),
        "vkey": signer.verifier().to_string(),
        "time": TIME,
        "message": message,
        "line": line.to_string(),
        "note": note.with(line).unwrap().to_string(),
    });
    golden("cosignature", "A checkpoint, cosigned by a witness at a time in seconds.", vectors);
}

#[test]
fn add_checkpoint_vectors() {
    let leaves = leaves();
    let proof = consistency(&Forest::over(&leaves).at(SIZE), 13, SIZE).unwrap();
    let request = AddCheckpoint { old: 13, proof, checkpoint: checkpoint() };
    let vectors = json!({"old_root": root_of(&leaves[..13]), "body": request.to_text()});
    golden("add_checkpoint", "What a log posts to a witness that knows 13 leaves.", vectors);
}

#[test]
fn receipt_vectors() {
    let vectors = json!({
        "opening": opening(),
        "leaf": hex::encode(opening().leaf().0),
        "policy": policy_text(),
        "receipt": receipt().to_text(),
    });
    golden("receipt", "A receipt that holds under the policy, both as text.", vectors);
}

#[test]
fn a_receipt_holds_and_no_bit_of_it_can_change() {
    let policy = Policy::parse(policy_text().as_bytes()).unwrap();
    let leaf = opening().leaf().hash();
    let text = receipt().to_text();
    let proof = TlogProof::parse(&text).unwrap();
    let trusted = proof.verify(leaf, &policy).unwrap();
    let names: Vec<&str> = trusted.witnesses.iter().map(|(verifier, _)| verifier.name()).collect();
    assert_eq!(names, ["court.zhijian.example", "justice.zhijian.example"]);
    assert_eq!(proof.opening(), Some(opening()));
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let Some(changed) = String::from_utf8(bytes).ok().and_then(|t| TlogProof::parse(&t).ok())
        else {
            continue;
        };
        // Nothing vouches for the extra line itself; what it opens to must make the very leaf.
        let made = changed.opening().map(|opening| opening.leaf().hash());
        let holds = made.is_some_and(|leaf| changed.verify(leaf, &policy).is_ok());
        assert!(!holds, "byte {at} can be changed");
    }
}

#[test]
fn a_receipt_without_its_quorum_or_of_another_leaf_proves_nothing() {
    let policy = Policy::parse(policy_text().as_bytes()).unwrap();
    let leaf = opening().leaf().hash();
    for by in [&["court"][..], &["justice"], &["court", "procuratorate"], &[]] {
        let proof = TlogProof { checkpoint: cosigned(by).to_string(), ..receipt() };
        let fault = Unproven::Checkpoint(Distrust::Quorum);
        assert_eq!(proof.verify(leaf, &policy), Err(fault), "{by:?}");
    }
    assert!(matches!(receipt().verify(Digest::ZERO, &policy), Err(Unproven::Path(_))));
    let elsewhere = TlogProof { index: 5, ..receipt() };
    assert!(matches!(elsewhere.verify(leaf, &policy), Err(Unproven::Path(_))));
}

/// Gives the text to everything that reads one; whatever is accepted must print back.
fn read_all(bytes: &[u8]) {
    let policy = Policy::parse(bytes);
    let Ok(text) = str::from_utf8(bytes) else { return };
    let back = |printed: Option<String>| {
        if let Some(printed) = printed {
            assert_eq!(printed, text);
        }
    };
    back(Note::parse(text).ok().map(|note| note.to_string()));
    back(AddCheckpoint::parse(text).ok().map(|request| request.to_text()));
    back(TlogProof::parse(text).ok().map(|proof| proof.to_text()));
    back(text.parse::<CosignatureVerifier>().ok().map(|verifier| verifier.to_string()));
    let lines = NoteSignature::parse_lines(text).ok();
    back(lines.map(|lines| lines.iter().map(|line| format!("{line}\n")).collect()));
    if let (Ok(proof), Ok(policy)) = (TlogProof::parse(text), policy) {
        let _ = proof.verify(Digest::ZERO, &policy);
    }
    let known = Policy::parse(policy_text().as_bytes()).unwrap();
    let _ = known.check(text);
    if let Ok(proof) = TlogProof::parse(text) {
        let _ = (proof.opening(), proof.verify(Digest::ZERO, &known));
    }
}

fn specimens() -> Vec<Vec<u8>> {
    let request = AddCheckpoint { old: 7, proof: vec![Digest::ZERO; 3], checkpoint: checkpoint() };
    vec![
        cosigned(&["court", "justice"]).to_string().into_bytes(),
        request.to_text().into_bytes(),
        receipt().to_text().into_bytes(),
        policy_text().into_bytes(),
        witness("court").verifier().to_string().into_bytes(),
    ]
}

proptest! {
    #[test]
    fn strangers_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn damaged_specimens_never_panic(
        which in 0usize..5, at in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let whole = &specimens()[which];
        let mut changed = whole.clone();
        changed[at.index(whole.len())] = byte;
        read_all(&changed);
        read_all(&whole[..cut.index(whole.len())]);
        read_all(&whole[cut.index(whole.len())..]);
        let mut twice = whole.clone();
        twice.splice(at.index(whole.len())..at.index(whole.len()), whole.iter().copied().take(80));
        read_all(&twice);
    }

    #[test]
    fn policy_lines_never_panic(lines in prop::collection::vec("(log|witness|group|quorum|#|) ?([a-c]|none|any|all|[0-9]{1,20}| |\t){0,6}", 0..8)) {
        read_all(lines.join("\n").as_bytes());
    }

    #[test]
    fn cosignatures_hold(text in "[^\\x00-\\x09\\x0b-\\x1f]{0,60}\n", time in 0..=i64::MAX.unsigned_abs()) {
        let line = witness("court").cosign(&text, time).unwrap();
        prop_assert_eq!(witness("court").verifier().time_of(&text, &line), Ok(time));
    }

    #[test]
    fn submissions_read_back(old in any::<u64>(), proof in prop::collection::vec(any::<[u8; 32]>(), 0..64)) {
        let proof = proof.into_iter().map(Digest).collect();
        let request = AddCheckpoint { old, proof, checkpoint: checkpoint() };
        prop_assert_eq!(AddCheckpoint::parse(&request.to_text()), Ok(request));
    }
}
