//! One record with everything needed to check it: fields, signatures, entry, leaf, inclusion, checkpoint.
//!
//! Owns the proof's JSON and the order of the check. Reads no file and fetches nothing.

use super::{
    canonical::{self, CanonicalFault, MAX_INTEGER},
    checkpoint::Checkpoint,
    dsse::Envelope,
    encoding,
    entry::Entry,
    field::{Field, fields_root},
    leaf::Leaf,
    log_keys::LogKeys,
    note::NoteVerifier,
    proof::verify_inclusion,
    record::{Custody, Payload},
    verdict::{Step, Verdict},
    wording,
};
use crate::base::Digest;
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, fmt};

/// Value of [`Proof::format`].
pub const FORMAT: &str = "zhijian/proof/v1";

/// A proof's, and a dossier's record file's, bytes are at most this many.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A record and its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordProof {
    /// The envelope's bytes as stored; base64 in JSON.
    #[serde(with = "encoding::base64_bytes")]
    pub envelope: Vec<u8>,
    /// Private fields that are shown.
    pub opened: Vec<Field>,
    /// Digests of those that are not.
    pub hidden: Vec<Digest>,
    /// The record's link in its chain.
    pub entry: Entry,
    /// What opens the leaf.
    pub leaf: LeafOpening,
    /// Audit path of the leaf (RFC 6962 §2.1.1) in the checkpoint's tree, lowest first.
    pub inclusion: Vec<Digest>,
}

/// What shows a public leaf to be that of an entry.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafOpening {
    /// The leaf's secret 32 bytes; hex in JSON.
    #[serde(with = "encoding::hex32")]
    pub nonce: [u8; 32],
    /// The leaf's position in the log, from 0.
    pub index: u64,
}

impl fmt::Debug for LeafOpening {
    /// Index only: the nonce must not reach an application log, it would tell whose leaf this is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeafOpening").field("index", &self.index).finish_non_exhaustive()
    }
}

/// A signer's public key, with when it came and went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKey {
    /// Key id.
    pub id: String,
    /// Ed25519 public key, 32 bytes; hex in JSON.
    #[serde(with = "encoding::hex32")]
    pub public_key: [u8; 32],
    /// Where its private half lives.
    pub custody: Custody,
    /// Leaf of the record that registered it: tells where to look, proves nothing by itself.
    pub registered_leaf: u64,
    /// Leaf of the record that revoked it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_leaf: Option<u64>,
}

/// A record that can be checked by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Always [`FORMAT`].
    pub format: String,
    /// The record.
    pub record: RecordProof,
    /// The keys of its signers and no others.
    pub keys: Vec<PublicKey>,
    /// The signed note of a checkpoint whose tree has the leaf.
    pub checkpoint: String,
    /// The log's verifier key. A claim: whoever checks should have it from elsewhere.
    pub log_key: String,
}

impl RecordProof {
    /// Canonical JSON.
    ///
    /// # Errors
    /// A number beyond 2^53.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalFault> {
        canonical::write(self)
    }

    /// Reads exactly what [`to_bytes`](Self::to_bytes) writes; judges nothing.
    ///
    /// # Errors
    /// Any other spelling, or more than [`MAX_BYTES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CanonicalFault> {
        canonical::read(bytes, MAX_BYTES)
    }

    /// The payload, if it can be read; says nothing about the signatures.
    pub fn payload(&self) -> Option<Payload> {
        Envelope::parse(&self.envelope).ok()?.record().ok()
    }
}

impl Proof {
    /// Canonical JSON.
    ///
    /// # Errors
    /// A number beyond 2^53.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalFault> {
        canonical::write(self)
    }

    /// Reads exactly what [`to_bytes`](Self::to_bytes) writes; judges nothing but the format's name.
    ///
    /// # Errors
    /// Any other spelling, another format, or more than [`MAX_BYTES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CanonicalFault> {
        let proof: Proof = canonical::read(bytes, MAX_BYTES)?;
        if proof.format == FORMAT { Ok(proof) } else { Err(CanonicalFault::Shape) }
    }
}

/// Checks a proof step by step: fields, signatures, entry, leaf, inclusion, checkpoint.
///
/// One of the `trusted` keys must have signed the checkpoint. Without any the log key is the one the proof brings
/// along, which shows that the parts fit together but not whose log it is.
pub fn check(proof: &Proof, trusted: &[NoteVerifier]) -> Vec<Verdict> {
    let checkpoint = LogKeys::claimed(&proof.log_key, trusted)
        .and_then(|keys| keys.checkpoint(&proof.checkpoint));
    let mut verdicts = check_record(&proof.record, &proof.keys, checkpoint.as_ref().ok());
    let signatures =
        verdicts.iter_mut().find(|verdict| verdict.step == Step::Signatures && verdict.ok);
    if let (Some(verdict), Some(id)) = (signatures, stray_key(proof)) {
        // Nothing vouches for a key that signed nothing here.
        *verdict = Verdict::of(Step::Signatures, Err(format!("附有与本记录无关的密钥 {id}")));
    }
    let detail = checkpoint.map(|checkpoint| {
        format!("由存证日志 {} 签署，共 {} 叶", checkpoint.origin, checkpoint.size)
    });
    verdicts.push(Verdict::of(Step::Checkpoint, detail));
    verdicts
}

/// A key that is not one of the record's signers.
fn stray_key(proof: &Proof) -> Option<&str> {
    let payload = proof.record.payload()?;
    let signs = |key: &&PublicKey| payload.signers.iter().any(|signer| signer.key == key.id);
    proof.keys.iter().find(|key| !signs(key)).map(|key| key.id.as_str())
}

/// The steps that concern one record: all but the checkpoint, which is `None` when it cannot be trusted.
pub(super) fn check_record(
    record: &RecordProof,
    keys: &[PublicKey],
    checkpoint: Option<&Checkpoint>,
) -> Vec<Verdict> {
    let envelope = Envelope::parse(&record.envelope).map_err(|fault| wording::envelope(&fault));
    let payload = envelope
        .clone()
        .and_then(|envelope| envelope.record().map_err(|fault| wording::record(&fault)));
    let [place, leaf, inclusion] =
        check_place(&record.entry, &record.leaf, &record.inclusion, checkpoint);
    let entry = payload.clone().and_then(|payload| entry_of(record, &payload));
    vec![
        Verdict::of(Step::Fields, payload.and_then(|payload| fields(record, &payload))),
        Verdict::of(
            Step::Signatures,
            envelope.and_then(|e| signatures(&e, keys, record.leaf.index)),
        ),
        // First whether it is this record's entry at all.
        if entry.is_ok() { place } else { Verdict::of(Step::Entry, entry) },
        leaf,
        inclusion,
    ]
}

/// The steps that concern a place in chain and log, whatever record stands there.
pub(super) fn check_place(
    entry: &Entry,
    opening: &LeafOpening,
    path: &[Digest],
    checkpoint: Option<&Checkpoint>,
) -> [Verdict; 3] {
    [
        Verdict::of(Step::Entry, in_chain(entry)),
        Verdict::of(Step::Leaf, leaf(entry, opening.index, checkpoint)),
        Verdict::of(Step::Inclusion, inclusion(entry, opening, path, checkpoint)),
    ]
}

fn fields(record: &RecordProof, payload: &Payload) -> Result<String, String> {
    let (opened, hidden) = (&record.opened, &record.hidden);
    let names: HashSet<_> = opened.iter().map(|field| (&field.path, &field.mask)).collect();
    if names.len() != opened.len() {
        return Err("同一字段给出了两个内容".into());
    }
    let digests: Vec<Digest> =
        opened.iter().map(Field::digest).chain(hidden.iter().copied()).collect();
    if fields_root(&digests) != payload.fields_root {
        return Err("所示字段与签署时的字段根不一致：字段内容被改动、增加或删减".into());
    }
    Ok(format!("公开 {} 项、隐去 {} 项，与签署时一致", opened.len(), hidden.len()))
}

fn signatures(envelope: &Envelope, keys: &[PublicKey], index: u64) -> Result<String, String> {
    let find = |id: &str| keys.iter().find(|key| key.id == id);
    let payload = envelope
        .verify_each(|id| encoding::public_key(&find(id)?.public_key))
        .map_err(|fault| wording::signature(&fault))?;
    let ids: HashSet<&str> = keys.iter().map(|key| key.id.as_str()).collect();
    if ids.len() != keys.len() {
        return Err("同一密钥附上了两个公钥".into());
    }
    for signer in &payload.signers {
        let Some(key) = find(&signer.key) else { continue };
        // A record may register or revoke the very key that signs it, hence both ends included.
        let until = key.revoked_leaf.unwrap_or(u64::MAX);
        if !(key.registered_leaf..=until).contains(&index) {
            return Err(format!("密钥 {} 在收到记录时尚未登记或已经注销", key.id));
        }
        if key.custody != signer.custody {
            return Err(format!("密钥 {} 的保管方式与记录所载不同", key.id));
        }
    }
    Ok(format!("{} 个签名全部有效", envelope.signatures.len()))
}

fn entry_of(record: &RecordProof, payload: &Payload) -> Result<String, String> {
    let entry = &record.entry;
    if entry.record != Digest::of(&record.envelope) {
        return Err("条目所载摘要与记录不符：不是同一份记录".into());
    }
    if entry.chain != payload.chain {
        return Err("条目所在的链与记录所载不同".into());
    }
    Ok(String::new())
}

fn in_chain(entry: &Entry) -> Result<String, String> {
    if (entry.seq == 0) != (entry.prev == Digest::ZERO) {
        return Err("只有首号条目可以没有前一条目".into());
    }
    let at = entry.received_at;
    let nth = wording::nth(entry.seq);
    Ok(format!("链上第 {nth} 号，北京时间 {} {} 收到", at.day(), at.clock_time()))
}

fn leaf(entry: &Entry, index: u64, checkpoint: Option<&Checkpoint>) -> Result<String, String> {
    // Every earlier entry of the chain took a leaf of its own.
    if index < entry.seq || index > MAX_INTEGER {
        return Err("叶序号不可能属于该条目".into());
    }
    if checkpoint.is_some_and(|checkpoint| index >= checkpoint.size) {
        return Err("叶序号超出检查点所载的日志大小".into());
    }
    Ok(format!("日志第 {index} 叶"))
}

fn inclusion(
    entry: &Entry,
    opening: &LeafOpening,
    path: &[Digest],
    checkpoint: Option<&Checkpoint>,
) -> Result<String, String> {
    let Some(Checkpoint { size, root, .. }) = checkpoint else {
        return Err("检查点未通过核验，无法判断".into());
    };
    let leaf = Leaf::new(&opening.nonce, entry.hash());
    verify_inclusion(leaf.hash(), opening.index, *size, path, *root)
        .map_err(|fault| wording::proof(fault).to_owned())?;
    Ok("已收入存证日志".into())
}
