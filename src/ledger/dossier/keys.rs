//! The records by which signers' keys came and went: what makes a key's leaves more than a claim.

use super::super::{
    bundle::{self, PublicKey, RecordProof},
    checkpoint::Checkpoint,
    record::{Custody, Payload},
    verdict::Step,
    wording,
};
use super::{
    Fault, FileRef, Folder, Manifest, Report, manifest::MANIFEST, missing, read_listed, tampered,
};
use serde_json::Value;

/// Kind of the record that registers a key.
pub const REGISTERED: &str = "key-registered";
/// Kind of the record that revokes one.
pub const REVOKED: &str = "key-revoked";

/// What a record says of a key.
struct Event {
    key: usize,
    revokes: bool,
}

/// Checks every record of a key, and that each key has those it needs.
pub(super) fn check(
    folder: &impl Folder,
    manifest: &Manifest,
    checkpoint: Option<&Checkpoint>,
    report: &mut Report,
) {
    let mut events = Vec::new();
    for listed in &manifest.key_records {
        let found = read_listed(folder, listed, bundle::MAX_BYTES)
            .and_then(|bytes| event(&bytes, listed, manifest, checkpoint, report));
        match found {
            Ok((event, said)) => {
                events.push(event);
                report.add(&listed.file, Step::Key, Ok(said));
            }
            Err(fault) => report.add(&listed.file, Step::Key, Err(fault)),
        }
    }
    for (at, key) in manifest.keys.iter().enumerate() {
        let count = |revokes| events.iter().filter(|e| e.key == at && e.revokes == revokes).count();
        let wanted = (1, usize::from(key.revoked_leaf.is_some()));
        if (count(false), count(true)) != wanted {
            let detail = format!("密钥 {} 的登记或者注销记录没有随卷，或者重复", key.id);
            report.add(MANIFEST, Step::Key, Err(missing(detail)));
        }
    }
}

fn event(
    bytes: &[u8],
    listed: &FileRef,
    manifest: &Manifest,
    checkpoint: Option<&Checkpoint>,
    report: &mut Report,
) -> Result<(Event, String), Fault> {
    let record = RecordProof::parse(bytes).map_err(|fault| tampered(wording::canonical(&fault)))?;
    for verdict in bundle::check_record(&record, &manifest.keys, checkpoint) {
        let unknown = checkpoint.is_none() && verdict.step == Step::Inclusion;
        if unknown {
            report.add(&listed.file, verdict.step, Err(missing(verdict.detail)));
        } else if !verdict.ok {
            report.add(&listed.file, verdict.step, Err(tampered(verdict.detail)));
        }
    }
    let payload = record.payload().ok_or_else(|| tampered("记录无法读取"))?;
    told(&payload, record.leaf.index, &manifest.keys).map_err(tampered)
}

/// Compares what a record says with what the manifest does.
fn told(payload: &Payload, leaf: u64, keys: &[PublicKey]) -> Result<(Event, String), String> {
    let fact = |name: &str| payload.facts.get(name).and_then(Value::as_str).unwrap_or_default();
    let revokes = match payload.kind.as_str() {
        REGISTERED => false,
        REVOKED => true,
        _ => return Err("不是密钥的登记或者注销记录".into()),
    };
    // Only the service puts keys on record: otherwise anybody's key could vouch for its own.
    if payload.signers.iter().any(|signer| signer.custody != Custody::Service) {
        return Err("密钥的登记或者注销记录不是由存证系统签署".into());
    }
    let at = keys.iter().position(|key| key.id == fact("key"));
    let Some((at, key)) = at.and_then(|at| Some((at, keys.get(at)?))) else {
        return Err("所记的密钥不在目录中".into());
    };
    let id = &key.id;
    if revokes {
        if key.revoked_leaf != Some(leaf) {
            return Err(format!("密钥 {id} 的注销位置与目录所载不同"));
        }
        return Ok((Event { key: at, revokes }, format!("密钥 {id} 于日志第 {leaf} 叶注销")));
    }
    let custody = serde_json::to_value(key.custody).unwrap_or_default();
    if fact("public_key") != hex::encode(key.public_key) || fact("custody") != custody {
        return Err(format!("密钥 {id} 的公钥或者保管方式与登记的不同"));
    }
    if key.registered_leaf != leaf {
        return Err(format!("密钥 {id} 的登记位置与目录所载不同"));
    }
    Ok((Event { key: at, revokes }, format!("密钥 {id} 于日志第 {leaf} 叶登记")))
}
