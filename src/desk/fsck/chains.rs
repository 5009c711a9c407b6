//! The chains: every record's bytes, signatures and fields, every link, and what follows from each chain.

use super::{Progress, Report, cases, publics, registers::Registers, told::Told};
use crate::{
    base::{Digest, Moment},
    desk::{
        Error, House,
        project::REGISTER,
        sealing::{self, SealingKey},
    },
    ledger::{
        dsse::Envelope,
        entry::{self, Entry},
        field::{self, Field},
        record::Payload,
    },
    store::{
        Db, OrNone,
        chains::{self, Chain},
        entries::{self, EntryRow},
        records::{self, Record},
    },
};

/// Chains, or records of one, read at a time.
const BATCH: i64 = 200;

pub(super) fn check(
    db: &mut Db,
    house: &House,
    registers: &Registers,
    report: &mut Report,
    progress: &Progress,
) -> Result<(), Error> {
    let size = entries::size(db)?;
    let mut after = String::new();
    loop {
        let page = chains::page(db, &after, BATCH)?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for chain in &page {
            report.chains += 1;
            let key = sealing_key(house, chain, report);
            let mut walk = Walk { house, registers, chain, key, size, last: None, length: 0 };
            walk.run(db, report, progress)?;
        }
    }
}

fn sealing_key(house: &House, chain: &Chain, report: &mut Report) -> Option<SealingKey> {
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

/// One chain on the way from its first record to its last.
struct Walk<'c> {
    house: &'c House,
    registers: &'c Registers,
    chain: &'c Chain,
    key: Option<SealingKey>,
    /// Leaves of the log.
    size: i64,
    last: Option<Entry>,
    length: i64,
}

impl Walk<'_> {
    fn run(&mut self, db: &mut Db, report: &mut Report, progress: &Progress) -> Result<(), Error> {
        let register = self.chain.id.strip_prefix(REGISTER);
        let mut case = Vec::new();
        let mut uncased = publics::Uncased::default();
        let mut from = i64::MIN;
        loop {
            let page = records::from_seq(db, &self.chain.id, from, BATCH)?;
            let Some(last) = page.last() else { break };
            from = last.seq + 1;
            for row in page {
                report.records += 1;
                progress("链与记录", report.records, self.size.unsigned_abs());
                let Some(told) = self.record(db, row, report)? else { continue };
                match register {
                    None => case.push(told),
                    Some(agency) => {
                        let told = (&told, &self.registers.amended);
                        uncased.take(db, self.house, agency, told, report)?;
                    }
                }
            }
        }
        uncased.finish(db, report)?;
        self.check_row(&case, report);
        if register.is_none() {
            cases::check(db, self.house, self.registers, self.chain, &case, report)?;
        }
        Ok(())
    }

    /// The chain's own row.
    fn check_row(&self, case: &[Told], report: &mut Report) {
        let place = format!("链{}", self.chain.id);
        let head = self.last.as_ref().map_or(Digest::ZERO, Entry::hash);
        if self.chain.head != head.as_bytes() {
            report.differs(&place, "head", &head.as_bytes().to_vec(), &self.chain.head);
        }
        if self.chain.length != self.length {
            report.differs(&place, "length", &self.length, &self.chain.length);
        }
        let (kind, agency) = match self.chain.id.strip_prefix(REGISTER) {
            Some("system") => ("register", None),
            Some(agency) => ("register", Some(agency.to_owned())),
            None => {
                let filer =
                    case.first().and_then(|first| self.registers.people.get(&first.signer()));
                ("case", filer.map(|filer| filer.agency_id.clone()))
            }
        };
        if self.chain.kind != kind {
            report.differs(&place, "kind", &kind.to_owned(), &self.chain.kind);
        }
        if self.chain.agency_id != agency {
            report.differs(&place, "agency_id", &agency, &self.chain.agency_id);
        }
    }

    fn record(
        &mut self,
        db: &mut Db,
        row: Record,
        report: &mut Report,
    ) -> Result<Option<Told>, Error> {
        self.length += 1;
        let place = format!("链{}第{}条记录{}", self.chain.id, row.seq + 1, row.id);
        let Some(entry) = entries::by_record(db, &row.id).or_none()? else {
            report.fault(place, "没有对应的链条目");
            return Ok(None);
        };
        self.link(&row, &entry, &place, report);
        let parsed = Envelope::parse(&row.envelope)
            .ok()
            .and_then(|envelope| Some((Payload::parse(&envelope.payload).ok()?, envelope)));
        let Some((payload, envelope)) = parsed else {
            report.fault(place, "签名封装不合规范");
            return Ok(None);
        };
        check_columns(&row, &entry, &payload, &envelope, &place, report);
        if let Err(text) = self.registers.check_signatures(&payload, &envelope, entry.leaf) {
            report.fault(&place, text);
        }
        let fields = self.fields(&row, &payload, &place, report);
        let told = Told { row, entry, payload, fields };
        if !self.chain.id.starts_with(REGISTER) && told.act().is_none() {
            report.fault(place, "记录事项不合规范");
        }
        Ok(Some(told))
    }

    fn link(&mut self, row: &Record, stored: &EntryRow, place: &str, report: &mut Report) {
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
        if !(0..self.size).contains(&stored.leaf) {
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
}

/// The columns by which a record is found, against what was signed and linked.
fn check_columns(
    row: &Record,
    entry: &EntryRow,
    payload: &Payload,
    envelope: &Envelope,
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
        envelope_digest: Digest::of(&row.envelope).hex(),
        payload_digest: Digest::of(&envelope.payload).hex(),
        fields: None,
        received_at: entry.received_at,
    };
    super::compare::differences!(report, place, row, told, Record {
        id chain seq kind at person_id envelope_digest payload_digest received_at
    } not { envelope fields });
}
