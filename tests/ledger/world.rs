//! A small deterministic log with one case in it: fixed seeds, fixed times, so that every byte repeats.

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use std::{collections::BTreeMap, convert::Infallible, io::Read};
use zhijian::{
    base::{Digest, Moment},
    ledger::{
        Checkpoint, Entry, Envelope, Field, Leaf, NoteSigner, Payload, Proof, RecordProof,
        bundle::{self, LeafOpening, PublicKey},
        chunk::{ChunkHasher, chunk_root},
        dossier::{
            ExhibitFile, FileRef, Folder, Manifest, Variant,
            manifest::{self, CHECKPOINT, MANIFEST, POLICY, README, Rules, SEAL, TimestampFile},
        },
        dsse::pae,
        field::fields_root,
        note,
        proof::{self, Nodes},
        record::{self, Custody, ExhibitRef, Signer},
        tree::node_hash,
    },
};

pub use crate::others::{key_record, policy, token, witness};

pub const CASE: &str = "019a0000-0000-7000-8000-000000000001";
pub const LOG: &str = "log.zhijian.example/2026";

/// 32 bytes that look random and are not.
pub fn seed(text: &str) -> [u8; 32] {
    Digest::of(text.as_bytes()).0
}

pub fn signing_key(id: &str) -> SigningKey {
    SigningKey::from_bytes(&seed(id))
}

pub fn log_signer() -> NoteSigner {
    NoteSigner::new(LOG, signing_key("log")).unwrap()
}

/// Every complete subtree of a tree, kept in memory.
pub struct Forest(Vec<Vec<Digest>>);

impl Forest {
    pub fn over(leaf_hashes: &[Digest]) -> Self {
        let mut levels = vec![leaf_hashes.to_vec()];
        while levels.last().unwrap().len() > 1 {
            let (pairs, _) = levels.last().unwrap().as_chunks::<2>();
            levels.push(pairs.iter().map(|[left, right]| node_hash(*left, *right)).collect());
        }
        Forest(levels)
    }

    /// The same, refusing what lies beyond the first `size` leaves.
    pub fn at(&self, size: u64) -> At<'_> {
        At { forest: self, size }
    }
}

pub struct At<'a> {
    forest: &'a Forest,
    size: u64,
}

impl Nodes for At<'_> {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Digest, Infallible> {
        assert!(
            (index + 1) << level <= self.size,
            "node {level}/{index} is not in a tree of {}",
            self.size
        );
        Ok(self.forest.0[usize::from(level)][index as usize])
    }
}

/// A record of the case, before its place in the log is proven.
#[derive(Clone)]
pub struct Made {
    pub envelope: Envelope,
    pub fields: Vec<Field>,
    pub entry: Entry,
    pub leaf: LeafOpening,
}

/// The log with the case's records in it.
pub struct World {
    pub made: Vec<Made>,
    /// Records of the keys, at leaves 0, 1 and 2.
    pub events: Vec<Made>,
    pub keys: Vec<PublicKey>,
    pub exhibits: Vec<(ExhibitFile, Vec<u8>)>,
    pub leaf_hashes: Vec<Digest>,
}

fn key(id: &str, custody: Custody, registered_leaf: u64) -> PublicKey {
    let public_key = signing_key(id).verifying_key().to_bytes();
    PublicKey { id: id.into(), public_key, custody, registered_leaf, revoked_leaf: None }
}

pub fn exhibit(name: &str, media_type: &str, bytes: &[u8]) -> (ExhibitFile, Vec<u8>) {
    let mut hasher = ChunkHasher::new();
    hasher.update(bytes);
    let sha256 = Digest::of(bytes);
    let file = ExhibitFile {
        sha256,
        chunk_root: chunk_root(&hasher.finish()),
        size: bytes.len() as u64,
        media_type: media_type.into(),
        name: name.into(),
        file: manifest::exhibit_file(&sha256),
    };
    (file, bytes.to_vec())
}

pub fn field(path: &str, value: &str, mask: Option<&str>) -> Field {
    let salt = seed(&format!("salt of {path} {}", mask.unwrap_or("-")));
    Field::new(path, value, mask.map(str::to_owned), salt)
}

pub fn payload(
    kind: &str,
    signers: &[(&str, Custody)],
    fields: &[Field],
    exhibits: &[ExhibitFile],
) -> Payload {
    let signer = |(id, custody): &(&str, Custody)| Signer {
        person: format!("person of {id}"),
        key: (*id).into(),
        custody: *custody,
    };
    let exhibit = |file: &ExhibitFile| ExhibitRef {
        media_type: file.media_type.clone(),
        sha256: file.sha256,
        chunk_root: file.chunk_root,
        size: file.size,
    };
    Payload {
        schema: record::SCHEMA.into(),
        chain: CASE.into(),
        kind: kind.into(),
        at: Moment::from_millis(1_763_700_000_000),
        signers: signers.iter().map(signer).collect(),
        on_behalf_of: signers
            .iter()
            .any(|(_, c)| *c == Custody::Service)
            .then(|| "person of officer-1".into()),
        fields_root: fields_root(&fields.iter().map(Field::digest).collect::<Vec<_>>()),
        exhibits: exhibits.iter().map(exhibit).collect(),
        facts: facts(kind).as_object().unwrap().clone(),
    }
}

/// Facts to which the rules have no objection; of other kinds any.
fn facts(kind: &str) -> Value {
    let officer = |n: u32| {
        json!({"person": format!("person of officer-{n}"), "certificate": format!("4401-{n}"),
            "valid_from": "2024-01-01", "valid_until": "2028-12-31"})
    };
    match kind {
        "filing" => json!({"on": "2025-11-21", "item": "44-0001", "party_kind": "person",
            "discovered_on": "2025-11-20", "officers": [officer(1), officer(3)],
            "approved_by": "person of officer-2"}),
        "inspection" => json!({"on": "2025-11-21", "officers": [officer(1), officer(2)],
            "certificate_shown": true, "rights_told": true}),
        "custody" => json!({"on": "2025-11-21"}),
        _ => json!({"amount": "2000.00", "officers": 2, "title": "涉嫌无照经营"}),
    }
}

pub fn signed(payload: &Payload) -> Envelope {
    let mut envelope = Envelope::new(payload.to_bytes().unwrap());
    for signer in &payload.signers {
        let signature = signing_key(&signer.key).sign(&pae(&envelope.payload));
        envelope.add(&signer.key, signature.to_bytes());
    }
    envelope
}

impl World {
    /// Three records at leaves 4, 9 and 14 of a log of 21 leaves.
    pub fn new() -> Self {
        let officers = [("officer-1", Custody::Browser), ("officer-2", Custody::Server)];
        let service = [("service", Custody::Service)];
        let exhibits = vec![
            exhibit("现场照片.jpg", "image/jpeg", b"not really a picture"),
            exhibit("询问录音.m4a", "audio/mp4", b"nor a recording"),
        ];
        let files: Vec<ExhibitFile> = exhibits.iter().map(|(file, _)| file.clone()).collect();
        let party = vec![
            field("party.name", "王小明", None),
            field("party.name", "王某某", Some("name/person")),
            field("party.address", "城关镇人民路1号", None),
        ];
        let summary = vec![field("text.summary", "现场检查\n情况", None)];
        let contents = [
            (payload("filing", &officers, &party, &[]), party),
            (payload("inspection", &officers, &summary, &files), summary),
            (payload("custody", &service, &[], &[]), Vec::new()),
        ];
        let mut world = World {
            made: Vec::new(),
            events: Vec::new(),
            keys: vec![
                key("officer-1", Custody::Browser, 1),
                key("officer-2", Custody::Server, 2),
                key("service", Custody::Service, 0),
            ],
            exhibits,
            leaf_hashes: (0..21)
                .map(|n| Leaf::new(&seed("filler"), Digest::of(&[n])).hash())
                .collect(),
        };
        for key in world.keys.clone() {
            world.event(key_record(&key, false), key.registered_leaf);
        }
        for (seq, (payload, fields)) in contents.into_iter().enumerate() {
            world.append(signed(&payload), fields, 4 + 5 * seq as u64);
        }
        world
    }

    /// Puts what happened to a key on record, each in a register of its own, as leaf `index`.
    pub fn event(&mut self, payload: Payload, index: u64) {
        let envelope = signed(&payload);
        let entry = Entry {
            chain: payload.chain,
            seq: 0,
            prev: Digest::ZERO,
            record: envelope.digest(),
            received_at: Moment::from_millis(1_763_600_000_000 + index as i64 * 1_000),
        };
        let leaf = LeafOpening { nonce: seed(&format!("nonce of key {index}")), index };
        self.leaf_hashes[index as usize] = Leaf::new(&leaf.nonce, entry.hash()).hash();
        self.events.push(Made { envelope, fields: Vec::new(), entry, leaf });
    }

    /// Links one more record into the case, as leaf `index`.
    pub fn append(&mut self, envelope: Envelope, fields: Vec<Field>, index: u64) {
        let seq = self.made.len() as u64;
        let entry = Entry {
            chain: CASE.into(),
            seq,
            prev: self.made.last().map_or(Digest::ZERO, |made| made.entry.hash()),
            record: envelope.digest(),
            received_at: Moment::from_millis(1_763_700_060_000 + seq as i64 * 1_000),
        };
        let leaf = LeafOpening { nonce: seed(&format!("nonce {seq}")), index };
        self.leaf_hashes[index as usize] = Leaf::new(&leaf.nonce, entry.hash()).hash();
        self.made.push(Made { envelope, fields, entry, leaf });
    }

    /// The note of a checkpoint over all leaves, cosigned.
    pub fn checkpoint(&self) -> String {
        let note = note::Note::parse(&self.bare_checkpoint()).unwrap();
        let line = witness().cosign(&note.text, 1_763_700_100).unwrap();
        note.with(line).unwrap().to_string()
    }

    /// The note as the log alone signed it.
    pub fn bare_checkpoint(&self) -> String {
        let root = zhijian::ledger::tree::root_of(&self.leaf_hashes);
        let checkpoint =
            Checkpoint { origin: LOG.into(), size: self.leaf_hashes.len() as u64, root };
        note::sign(&checkpoint.to_text(), &[&log_signer()]).unwrap()
    }

    /// The record with its first field hidden and the others shown.
    pub fn record_proof(&self, seq: usize) -> RecordProof {
        self.proof_of(&self.made[seq])
    }

    pub fn proof_of(&self, made: &Made) -> RecordProof {
        let size = self.leaf_hashes.len() as u64;
        let forest = Forest::over(&self.leaf_hashes);
        let (hidden, opened) = made.fields.split_at(made.fields.len().min(1));
        RecordProof {
            envelope: made.envelope.to_bytes(),
            opened: opened.to_vec(),
            hidden: hidden.iter().map(Field::digest).collect(),
            entry: made.entry.clone(),
            leaf: made.leaf.clone(),
            inclusion: proof::inclusion(&forest.at(size), made.leaf.index, size).unwrap(),
        }
    }

    pub fn proof(&self, seq: usize) -> Proof {
        let record = self.record_proof(seq);
        let signers = record.payload().unwrap().signers;
        let signs = |key: &&PublicKey| signers.iter().any(|signer| signer.key == key.id);
        Proof {
            format: bundle::FORMAT.into(),
            keys: self.keys.iter().filter(signs).cloned().collect(),
            record,
            checkpoint: self.bare_checkpoint(),
            log_key: log_signer().verifier().to_string(),
        }
    }

    pub fn dossier(&self) -> Dossier {
        let mut dossier = Dossier { files: BTreeMap::new() };
        let mut records = Vec::new();
        for seq in 0..self.made.len() {
            let (name, bytes) =
                (manifest::record_file(seq as u64), self.record_proof(seq).to_bytes().unwrap());
            records.push(FileRef::to(&name, &bytes));
            dossier.files.insert(name, bytes);
        }
        for (file, bytes) in &self.exhibits {
            dossier.files.insert(file.file.clone(), bytes.clone());
        }
        let mut add = |name: String, bytes: Vec<u8>| {
            let listed = FileRef::to(&name, &bytes);
            dossier.files.insert(name, bytes);
            listed
        };
        let events = self.events.iter().enumerate();
        let key_records = events
            .map(|(n, made)| add(manifest::key_file(n), self.proof_of(made).to_bytes().unwrap()));
        let key_records = key_records.collect();
        let stamp = token();
        let stamp = zhijian::ledger::timestamp::verify(&stamp, self.bare_checkpoint().as_bytes())
            .is_ok()
            .then_some(stamp);
        let timestamps = stamp.into_iter().map(|token| {
            let FileRef { file, sha256 } = add(manifest::timestamp_file(0), token);
            TimestampFile { authority: "示例时间戳机构".into(), file, sha256 }
        });
        let timestamps = timestamps.collect();
        let policy = add(POLICY.into(), policy().into_bytes());
        let (checkpoint, readme) =
            (self.checkpoint().into_bytes(), "用 zhijian-verify 核验。\n".as_bytes().to_vec());
        let manifest = Manifest {
            format: manifest::FORMAT.into(),
            variant: Variant::Whole,
            case: CASE.into(),
            number: "某市监罚〔2025〕7号".into(),
            made_at: Moment::from_millis(1_763_800_000_000),
            log_key: log_signer().verifier().to_string(),
            keys: self.keys.clone(),
            key_records,
            records,
            exhibits: self.exhibits.iter().map(|(file, _)| file.clone()).collect(),
            withheld: Vec::new(),
            checkpoint: FileRef::to(CHECKPOINT, &checkpoint),
            policy,
            timestamps,
            rules: Rules { pack: "samr".into(), sha256: Digest::of(b"rules"), files: Vec::new() },
            readme: FileRef::to(README, &readme),
        };
        dossier.files.insert(CHECKPOINT.into(), checkpoint);
        dossier.files.insert(README.into(), readme);
        dossier.seal(&manifest);
        dossier
    }
}

/// A dossier in memory.
#[derive(Clone)]
pub struct Dossier {
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Dossier {
    pub fn manifest(&self) -> Manifest {
        Manifest::parse(&self.files[MANIFEST]).unwrap()
    }

    /// Writes the manifest and a seal that fits it, as only the log's key can.
    pub fn seal(&mut self, manifest: &Manifest) {
        let bytes = manifest.to_bytes().unwrap();
        let seal = manifest::seal(&bytes, &[&log_signer()]).unwrap();
        self.files.insert(MANIFEST.into(), bytes);
        self.files.insert(SEAL.into(), seal.into_bytes());
    }
}

impl Folder for Dossier {
    fn read(&self, name: &str, take: &mut dyn FnMut(&mut dyn Read)) -> bool {
        self.files.get(name).map(|bytes| take(&mut bytes.as_slice())).is_some()
    }

    fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }
}
