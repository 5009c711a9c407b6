//! One chain record by record: the bytes, the signatures, the private fields, the links, and the chain's own row.
//! Reads no rows, so that any thread can do it.

use super::{Report, registers::Registers, told::Told};
use crate::{
    base::{Digest, Moment},
    desk::{
        House,
        project::REGISTER,
        sealing::{self, SealingKey},
        uncased,
    },
    law::act::Act,
    ledger::{
        dsse::Envelope,
        entry::{self, Entry},
        field::{self, Field},
        record::Payload,
    },
    store::{
        agencies::Agency,
        chains::Chain,
        disclosures::Postings,
        entries::EntryRow,
        records::{Linked, Record},
    },
};
use std::collections::BTreeMap;

/// What every chain is judged by.
pub(super) struct Basis<'h> {
    pub(super) house: &'h House,
    pub(super) registers: &'h Registers,
    /// The agencies' rows.
    pub(super) agencies: BTreeMap<String, Agency>,
    /// Leaves of the log.
    pub(super) size: i64,
    /// What the index of words lists, where everything is checked.
    pub(super) postings: Option<Postings>,
}

/// The key of a chain's private fields.
pub(super) fn sealing_key(house: &House, chain: &Chain, report: &mut Report) -> Option<SealingKey> {
    let place = format!("链{}", chain.id);
    // Nothing in this version destroys a key, so one that is gone was taken away.
    let Some(wrapped) = &chain.sealing_key else {
        report.fault(place, "内容密钥缺失，私密字段不能再打开");
        return None;
    };
    let key = SealingKey::from_wrapped(&house.master, &chain.id, wrapped);
    if key.is_none() {
        report.fault(place, "内容密钥无法打开");
    }
    key
}

/// The link that a record and its entry's row make; `None` where the row cannot be one.
fn entry_of(record: Digest, stored: &EntryRow) -> Option<Entry> {
    Some(Entry {
        chain: stored.chain.clone(),
        seq: stored.seq.unsigned_abs(),
        prev: Digest::from_slice(&stored.prev)?,
        record,
        received_at: Moment::from_millis(stored.received_at),
    })
}

/// The same of a row that was read.
pub(super) fn link_of((row, stored): &Linked) -> Option<Entry> {
    entry_of(Digest::of(&row.envelope), stored.as_ref()?)
}

/// One chain on the way from its first record, or from a later one, to its last.
pub(super) struct Walk<'c> {
    basis: &'c Basis<'c>,
    chain: &'c str,
    key: Option<SealingKey>,
    last: Option<Entry>,
}

impl<'c> Walk<'c> {
    /// Begins behind `last`, at the chain's first record where that is `None`.
    pub(super) fn behind(
        basis: &'c Basis<'c>,
        chain: &'c str,
        key: Option<SealingKey>,
        last: Option<Entry>,
    ) -> Walk<'c> {
        Walk { basis, chain, key, last }
    }

    /// Takes all these rows and gives what could be read of them.
    pub(super) fn take_all(&mut self, rows: Vec<Linked>, report: &mut Report) -> Vec<Told> {
        rows.into_iter().filter_map(|row| self.take(row, report)).collect()
    }

    fn take(&mut self, (row, entry): Linked, report: &mut Report) -> Option<Told> {
        report.records += 1;
        let place = self.place(&row);
        let Some(entry) = entry else {
            report.fault(place, "没有对应的链条目");
            return None;
        };
        let digest = Digest::of(&row.envelope);
        self.link(&row, &entry, digest, &place, report);
        self.read(row, entry, digest, report)
    }

    fn place(&self, row: &Record) -> String {
        format!("链{}第{}条记录{}", self.chain, row.seq + 1, row.id)
    }

    /// The record by itself: its envelope, columns, signatures and fields.
    pub(super) fn read(
        &self,
        row: Record,
        entry: EntryRow,
        digest: Digest,
        report: &mut Report,
    ) -> Option<Told> {
        let place = self.place(&row);
        let parsed = Envelope::parse(&row.envelope)
            .ok()
            .and_then(|envelope| Some((Payload::parse(&envelope.payload).ok()?, envelope)));
        let Some((payload, envelope)) = parsed else {
            report.fault(place, "签名封装不合规范");
            return None;
        };
        check_columns(&row, &entry, (&payload, &envelope, digest), &place, report);
        let Basis { registers, .. } = self.basis;
        if let Err(text) = registers.check_signatures(&payload, &envelope, entry.leaf) {
            report.fault(&place, text);
        }
        let fields = self.fields(&row, &payload, &place, report);
        let of_case = !self.chain.starts_with(REGISTER);
        let act = (of_case || uncased::amends(&payload.kind)).then(|| act(&payload)).flatten();
        if of_case && act.is_none() {
            report.fault(place, "记录事项不合规范");
        }
        Some(Told { row, entry, digest, payload, act, fields })
    }

    fn link(
        &mut self,
        row: &Record,
        stored: &EntryRow,
        digest: Digest,
        place: &str,
        report: &mut Report,
    ) {
        let Some(entry) = entry_of(digest, stored) else {
            return report.fault(place, "链条目格式不合规范");
        };
        if row.chain != stored.chain || row.seq != stored.seq {
            report.fault(place, "记录与链条目的位置不符");
        }
        if !(0..self.basis.size).contains(&stored.leaf) {
            report.fault(place, format!("链条目的叶{}不在日志内", stored.leaf));
        }
        if entry.hash().as_bytes() != stored.hash {
            report.fault(place, "记录内容与链条目的哈希不符，记录或者条目被改动");
        }
        if let Err(fault) = entry::check_link(self.last.as_ref(), &entry) {
            report.fault(place, format!("链不连续：{fault}"));
        }
        self.last = Some(entry);
    }

    /// The openings of the private fields, when they are all there and the signed ones.
    fn fields(
        &self,
        row: &Record,
        payload: &Payload,
        place: &str,
        report: &mut Report,
    ) -> Option<Vec<Field>> {
        let fields = match (&row.fields, &self.key) {
            (None, _) => Vec::new(),
            (Some(_), None) => return None,
            (Some(sealed), Some(key)) => match sealing::open_fields(key, &row.id, sealed) {
                Ok(fields) => fields,
                Err(_) => {
                    report.fault(place, "私密字段无法打开");
                    return None;
                }
            },
        };
        let digests: Vec<Digest> = fields.iter().map(Field::digest).collect();
        if field::fields_root(&digests) == payload.fields_root {
            return Some(fields);
        }
        let text = match row.fields {
            None => "私密字段缺失",
            Some(_) => "私密字段与签名中的字段摘要不符",
        };
        report.fault(place, text);
        None
    }

    /// The chain's own row, after its last record: `length` are all its records, `case` those of a case.
    pub(super) fn check_row(self, chain: &Chain, length: i64, case: &[Told], report: &mut Report) {
        let place = format!("链{}", chain.id);
        let head = self.last.as_ref().map_or(Digest::ZERO, Entry::hash);
        if chain.head != head.as_bytes() {
            report.differs(&place, "head", &head.as_bytes().to_vec(), &chain.head);
        }
        if chain.length != length {
            report.differs(&place, "length", &length, &chain.length);
        }
        let (kind, agency) = match chain.id.strip_prefix(REGISTER) {
            Some("system") => ("register", None),
            Some(agency) => ("register", Some(agency.to_owned())),
            None => {
                let people = &self.basis.registers.people;
                let filer = case.first().and_then(|first| people.get(&first.signer()));
                ("case", filer.map(|filer| filer.agency_id.clone()))
            }
        };
        if chain.kind != kind {
            report.differs(&place, "kind", &kind.to_owned(), &chain.kind);
        }
        if chain.agency_id != agency {
            report.differs(&place, "agency_id", &agency, &chain.agency_id);
        }
    }
}

fn act(payload: &Payload) -> Option<Act> {
    let facts = serde_json::Value::Object(payload.facts.clone());
    Act::parse(&payload.kind, &facts).ok()
}

/// The columns by which a record is found, against what was signed and linked.
fn check_columns(
    row: &Record,
    entry: &EntryRow,
    (payload, envelope, digest): (&Payload, &Envelope, Digest),
    place: &str,
    report: &mut Report,
) {
    let by = payload.on_behalf_of.as_ref().or(payload.signers.first().map(|s| &s.person));
    let told = Record {
        id: row.id.clone(),
        chain: payload.chain.clone(),
        seq: entry.seq,
        kind: payload.kind.clone(),
        at: payload.at.millis(),
        person_id: by.cloned(),
        envelope: Vec::new(),
        envelope_digest: digest.hex(),
        payload_digest: Digest::of(&envelope.payload).hex(),
        fields: None,
        received_at: entry.received_at,
    };
    super::compare::differences!(report, place, row, told, Record {
        id chain seq kind at person_id envelope_digest payload_digest received_at
    } not { envelope fields });
}
