//! The chains: every record's bytes, signatures and fields, every link, and each case replayed.

use super::{Progress, Report};
use crate::{
    base::{Digest, Moment},
    desk::{Error, House, project, sealing, sealing::SealingKey, vouch},
    law::{
        act::Act,
        procedure::{CaseState, Step},
    },
    ledger::{
        dsse::Envelope,
        entry::{self, Entry},
        field::{self, Field},
        record::{Custody, Payload},
    },
    store::{Db, cases, chains, entries, records},
};
use ed25519_dalek::VerifyingKey;
use std::collections::HashMap;

/// Chains read at a time.
const BATCH: i64 = 200;

/// A key as the records tell of it.
pub(super) struct RecordedKey {
    pub(super) public_key: [u8; 32],
    pub(super) person: String,
    pub(super) custody: String,
    pub(super) registered_leaf: i64,
    pub(super) revoked_leaf: Option<i64>,
}

/// All keys by id.
pub(super) type Keys = HashMap<String, RecordedKey>;

pub(super) fn check(
    db: &mut Db,
    house: &House,
    report: &mut Report,
    progress: &Progress,
) -> Result<Keys, Error> {
    let keys = recorded_keys(db, report)?;
    let total = entries::size(db)?.unsigned_abs();
    let mut after = String::new();
    loop {
        let page = chains::page(db, &after, BATCH)?;
        let Some(last) = page.last() else { return Ok(keys) };
        after.clone_from(&last.id);
        for chain in &page {
            progress("链与记录", report.records, total);
            report.chains += 1;
            check_chain(db, house, chain, &keys, report)?;
        }
    }
}

/// Keys are believed as their registration records tell, not as the `keys` table does.
fn recorded_keys(db: &mut Db, report: &mut Report) -> Result<Keys, Error> {
    let mut keys = Keys::new();
    let mut after = String::new();
    loop {
        let page = chains::page(db, &after, BATCH)?;
        let Some(last) = page.last() else { return Ok(keys) };
        after.clone_from(&last.id);
        for chain in page.iter().filter(|chain| chain.kind == "register") {
            for row in records::by_chain(db, &chain.id)? {
                if !row.kind.starts_with("key-") {
                    continue;
                }
                let leaf = entries::by_record(db, &row.id)?.leaf;
                if note_key(&mut keys, &row, leaf).is_none() {
                    report.fault(format!("记录{}", row.id), "密钥登记的内容不合规范");
                }
            }
        }
    }
}

fn note_key(keys: &mut Keys, row: &records::Record, leaf: i64) -> Option<()> {
    let payload = Payload::parse(&Envelope::parse(&row.envelope).ok()?.payload).ok()?;
    let fact = |name: &str| payload.facts.get(name)?.as_str().map(str::to_owned);
    let id = fact("key")?;
    if row.kind == "key-revoked" {
        keys.get_mut(&id)?.revoked_leaf = Some(leaf);
        return Some(());
    }
    let mut public_key = [0; 32];
    hex::decode_to_slice(fact("public_key")?, &mut public_key).ok()?;
    let (person, custody) = (fact("person")?, fact("custody")?);
    let key =
        RecordedKey { public_key, person, custody, registered_leaf: leaf, revoked_leaf: None };
    keys.insert(id, key);
    Some(())
}

struct Links {
    last: Option<Entry>,
    state: CaseState,
}

fn check_chain(
    db: &mut Db,
    house: &House,
    chain: &chains::Chain,
    keys: &Keys,
    report: &mut Report,
) -> Result<(), Error> {
    let sealing_key = match &chain.sealing_key {
        Some(wrapped) => SealingKey::from_wrapped(&house.master, &chain.id, wrapped),
        None => None,
    };
    if chain.sealing_key.is_some() && sealing_key.is_none() {
        report.fault(format!("链{}", chain.id), "内容密钥无法打开");
    }
    let rows = records::by_chain(db, &chain.id)?;
    let mut stored: HashMap<String, entries::EntryRow> =
        entries::by_chain(db, &chain.id)?.into_iter().map(|e| (e.record_id.clone(), e)).collect();
    let mut links = Links { last: None, state: CaseState::default() };
    for row in &rows {
        report.records += 1;
        let place = format!("链{}第{}条记录{}", chain.id, row.seq + 1, row.id);
        let Some(entry) = stored.remove(&row.id) else {
            report.fault(place, "没有对应的链条目");
            continue;
        };
        check_link(row, &entry, &mut links, &place, report);
        if let Some(payload) = check_record(row, &entry, keys, sealing_key.as_ref(), &place, report)
        {
            replay(&payload, row, &entry, &mut links.state);
        }
    }
    for entry in stored.into_values() {
        report.fault(format!("链{}第{}条", chain.id, entry.seq + 1), "链条目没有对应的记录");
    }
    let head = links.last.as_ref().map_or(Digest::ZERO, Entry::hash);
    let length = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if chain.head != head.as_bytes() || chain.length != length {
        report.fault(format!("链{}", chain.id), "链首或者长度与链条目不符");
    }
    if chain.kind == "case" {
        compare_case(db, &chain.id, &links.state, report)?;
    }
    Ok(())
}

fn check_link(
    row: &records::Record,
    stored: &entries::EntryRow,
    links: &mut Links,
    place: &str,
    report: &mut Report,
) {
    let Some(prev) = Digest::from_slice(&stored.prev) else {
        return report.fault(place, "链条目格式不合规范");
    };
    let entry = Entry {
        chain: stored.chain.clone(),
        seq: stored.seq.unsigned_abs(),
        prev,
        record: Digest::of(&row.envelope),
        received_at: Moment::from_millis(stored.received_at),
    };
    if row.chain != stored.chain || row.seq != stored.seq {
        report.fault(place, "记录与链条目的位置不符");
    }
    if entry.hash().as_bytes() != stored.hash {
        report.fault(place, "记录内容与链条目的哈希不符，记录或者条目被改动");
    }
    if let Err(fault) = entry::check_link(links.last.as_ref(), &entry) {
        report.fault(place, format!("链不连续：{fault}"));
    }
    links.last = Some(entry);
}

fn check_record(
    row: &records::Record,
    entry: &entries::EntryRow,
    keys: &Keys,
    sealing_key: Option<&SealingKey>,
    place: &str,
    report: &mut Report,
) -> Option<Payload> {
    let parsed = Envelope::parse(&row.envelope)
        .ok()
        .and_then(|envelope| Some((Payload::parse(&envelope.payload).ok()?, envelope)));
    let Some((payload, envelope)) = parsed else {
        report.fault(place, "签名封装不合规范");
        return None;
    };
    if row.envelope_digest != Digest::of(&row.envelope).hex()
        || row.payload_digest != Digest::of(&envelope.payload).hex()
        || row.kind != payload.kind
        || row.chain != payload.chain
        || row.at != payload.at.millis()
    {
        report.fault(place, "记录的索引列与签名内容不符");
    }
    if let Err(text) = check_signatures(&payload, &envelope, entry.leaf, keys) {
        report.fault(place, text);
    }
    if let (Some(sealed), Some(key)) = (&row.fields, sealing_key) {
        match sealing::open_fields(key, &row.id, sealed) {
            Ok(fields) => {
                let digests: Vec<Digest> = fields.iter().map(Field::digest).collect();
                if field::fields_root(&digests) != payload.fields_root {
                    report.fault(place, "私密字段与签名中的字段摘要不符");
                }
            }
            Err(_) => report.fault(place, "私密字段无法打开"),
        }
    } else if row.fields.is_none()
        && sealing_key.is_some()
        && payload.fields_root != field::fields_root(&[])
    {
        report.fault(place, "私密字段缺失");
    }
    Some(payload)
}

fn check_signatures(
    payload: &Payload,
    envelope: &Envelope,
    leaf: i64,
    keys: &Keys,
) -> Result<(), String> {
    for signer in &payload.signers {
        let Some(key) = keys.get(&signer.key) else {
            return Err(format!("签名密钥{}没有登记", signer.key));
        };
        let custody = vouch::custody(&key.custody).unwrap_or(Custody::Service);
        if key.person != signer.person || custody != signer.custody {
            return Err(format!("签名密钥{}不属于签名人", signer.key));
        }
        // Judged by places in the log, not by clocks.
        if leaf < key.registered_leaf || key.revoked_leaf.is_some_and(|revoked| leaf > revoked) {
            return Err(format!("签名密钥{}当时无效", signer.key));
        }
    }
    let public =
        |id: &str| keys.get(id).and_then(|key| VerifyingKey::from_bytes(&key.public_key).ok());
    envelope.verify_each(public).map(|_| ()).map_err(|fault| format!("签名核验未通过：{fault}"))
}

fn replay(
    payload: &Payload,
    row: &records::Record,
    entry: &entries::EntryRow,
    state: &mut CaseState,
) {
    let facts = serde_json::Value::Object(payload.facts.clone());
    let Ok(act) = Act::parse(&payload.kind, &facts) else { return };
    state.apply(&Step {
        kind: payload.kind.clone(),
        act,
        at: payload.at,
        received_at: Moment::from_millis(entry.received_at),
        people: payload.signers.iter().map(|signer| signer.person.clone()).collect(),
        record: Digest::of(&row.envelope),
        head: Digest::from_slice(&entry.hash).unwrap_or(Digest::ZERO),
        seq: entry.seq.unsigned_abs(),
        exhibits: payload.exhibits.len(),
    });
}

fn compare_case(
    db: &mut Db,
    id: &str,
    replayed: &CaseState,
    report: &mut Report,
) -> Result<(), Error> {
    let place = format!("案件{id}");
    let case = match cases::find(db, id) {
        Ok(case) => case,
        Err(crate::store::Error::Missing) => {
            report.fault(place, "案件登记缺失");
            return Ok(());
        }
        Err(fault) => return Err(fault.into()),
    };
    let kept: Option<CaseState> = serde_json::from_str(&case.state).ok();
    if kept.as_ref() != Some(replayed) {
        report.fault(&place, "案件状态与由记录重放的结果不符");
    }
    if case.stage != project::word(&replayed.stage())? {
        report.fault(place, "案件阶段与由记录重放的结果不符");
    }
    Ok(())
}
