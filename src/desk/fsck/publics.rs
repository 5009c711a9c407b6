//! What the public sees: each disclosure, its releases and its text in the index, against the signed records.

use super::{
    Report,
    compare::{differences, pair},
    faces::{Public, shown},
    told::Told,
    walk::{Basis, Walk},
};
use crate::{
    base::Digest,
    desk::{Error, import_list::IMPORTED, project::REGISTER, sealing::SealingKey, uncased},
    store::{
        Db, OrNone, chains::Chain, disclosures, disclosures::Disclosure, records, releases,
        releases::Release, settings,
    },
};
use std::collections::BTreeMap;

/// Rows read at a time.
const BATCH: i64 = 500;

/// Compares one disclosure with what its records imply.
pub(super) fn check(
    db: &mut Db,
    basis: &Basis<'_>,
    mut told: Public,
    report: &mut Report,
) -> Result<(), Error> {
    report.disclosures += 1;
    report.numbers.insert(told.row.number.clone());
    let place = format!("公示信息{}", told.row.number);
    let Some(kept) = disclosures::by_number(db, &told.row.number).or_none()? else {
        report.missing(place);
        return Ok(());
    };
    if told.readable {
        differences!(report, &place, kept, told.row, Disclosure {
            number agency_id case_id act_kind document_number title party party_code kinds fine
            decided_on published_at due show_until state reason releases record_id content source_key
        } not { id });
        for release in &mut told.releases {
            release.disclosure_id.clone_from(&kept.id);
        }
        let rows = releases::by_disclosure(db, &kept.id)?;
        let version = |row: &Release| row.version.to_string();
        let what = format!("{place}的版本");
        for (place, kept, told) in pair(report, &what, rows, told.releases, version, version) {
            differences!(report, &place, kept, told, Release {
                disclosure_id version record_id kind reason content released_at
            });
        }
    }
    check_text(db, basis, &place, &kept, report)
}

/// The text is compared with the row: where the row was wrong, that was named.
fn check_text(
    db: &mut Db,
    basis: &Basis<'_>,
    place: &str,
    row: &Disclosure,
    report: &mut Report,
) -> Result<(), Error> {
    let text = disclosures::indexed(db, row, basis.postings.as_ref())?;
    let place = format!("{place}的检索文本");
    match text.kept {
        None => report.missing(place),
        Some(kept) if kept != text.told => report.differs(&place, "body", &text.told, &kept),
        Some(_) if !text.listed => report.fault(place, "检索索引缺少其中的词，按词查不到该信息"),
        Some(_) => {}
    }
    Ok(())
}

/// The disclosures of one register, which were imported. Only those that a later record changes are kept; there may be
/// very many.
pub(super) struct Uncased<'c> {
    agency: &'c str,
    basis: &'c Basis<'c>,
    walk: Walk<'c>,
    /// The leaf from which on the register is read, if not all of it is.
    since: Option<i64>,
    changed: BTreeMap<String, Public>,
}

impl<'c> Uncased<'c> {
    /// Those of the register `chain`.
    pub(super) fn of(
        chain: &'c Chain,
        basis: &'c Basis<'c>,
        key: Option<SealingKey>,
        since: Option<i64>,
    ) -> Uncased<'c> {
        let agency = chain.id.strip_prefix(REGISTER).unwrap_or_default();
        let walk = Walk::behind(basis, &chain.id, key, None);
        Uncased { agency, basis, walk, since, changed: BTreeMap::new() }
    }

    /// Takes one record of the register.
    pub(super) fn take(
        &mut self,
        db: &mut Db,
        record: &Told,
        report: &mut Report,
    ) -> Result<(), Error> {
        let kind = record.payload.kind.as_str();
        let first = kind == IMPORTED;
        if !first && !uncased::amends(kind) {
            return Ok(());
        }
        let place = || format!("记录{}", record.row.id);
        let Some(number) = record.fact("number") else {
            report.fault(place(), "没有公示编号");
            return Ok(());
        };
        if first {
            let public = Public::first(uncased_row(self.agency, record, &number)?, record);
            match self.basis.registers.amended.contains(&number) {
                true => drop(self.changed.insert(number, public)),
                false => check(db, self.basis, public, report)?,
            }
            return Ok(());
        }
        if let Some(since) = self.since.filter(|_| !self.changed.contains_key(&number)) {
            let earlier = self.recall(db, &number, since, report)?;
            self.changed.extend(earlier.map(|public| (number.clone(), public)));
        }
        match (self.changed.get_mut(&number), &record.act) {
            (Some(public), Some(act)) => public.amend(self.basis.house, record, act)?,
            (None, Some(_)) => report.fault(place(), format!("所变动的公示信息{number}不在本链")),
            (_, None) => report.fault(place(), "记录事项不合规范"),
        }
        Ok(())
    }

    /// A disclosure as it stood before leaf `since`, from the records that its releases name.
    fn recall(
        &self,
        db: &mut Db,
        number: &str,
        since: i64,
        report: &mut Report,
    ) -> Result<Option<Public>, Error> {
        let Some(kept) = disclosures::by_number(db, number).or_none()? else { return Ok(None) };
        let releases = releases::by_disclosure(db, &kept.id)?;
        let ids: Vec<String> = releases.into_iter().map(|release| release.record_id).collect();
        let mut public: Option<Public> = None;
        for (row, entry) in records::linked_by_ids(db, &ids)? {
            let Some(entry) = entry.filter(|entry| entry.leaf < since) else { continue };
            let digest = Digest::of(&row.envelope);
            report.records += 1;
            let Some(told) = self.walk.read(row, entry, digest, report) else { continue };
            if told.fact("number").as_deref() != Some(number) {
                continue;
            }
            match (&mut public, &told.act) {
                (None, _) if told.payload.kind == IMPORTED => {
                    let row = uncased_row(self.agency, &told, number)?;
                    public = Some(Public::first(row, &told));
                }
                (Some(public), Some(act)) => public.amend(self.basis.house, &told, act)?,
                _ => {}
            }
        }
        Ok(public)
    }

    /// After the register's last record.
    pub(super) fn finish(self, db: &mut Db, report: &mut Report) -> Result<(), Error> {
        let basis = self.basis;
        self.changed.into_values().try_for_each(|public| check(db, basis, public, report))
    }
}

fn uncased_row(agency: &str, record: &Told, number: &str) -> Result<Disclosure, Error> {
    let mut row = shown(record)?;
    row.agency_id = agency.to_owned();
    // Records from before the kind of act was written down were all taken for penalties.
    row.act_kind = record.fact("act_kind").unwrap_or_else(|| "penalty".into());
    row.kinds = record.fact("kinds").unwrap_or_default();
    row.fine = record.fact("fine").and_then(|fen| fen.parse().ok());
    row.decided_on = record.fact("decided_on").unwrap_or_default();
    row.show_until = record.fact("show_until");
    row.source_key = record.fact("source_key");
    row.number = number.to_owned();
    Ok(row)
}

/// After every record was seen: rows that none of them tells.
pub(super) fn check_rest(db: &mut Db, report: &mut Report) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let page = disclosures::page_by_id(db, &after, BATCH)?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        let strange: Vec<String> = page
            .into_iter()
            .map(|row| row.number)
            .filter(|n| !report.numbers.contains(n))
            .collect();
        strange.iter().for_each(|number| report.unfounded(format!("公示信息{number}")));
    }
}

/// The count of public numbers given out, against those that were seen.
pub(super) fn check_count(db: &mut Db, report: &mut Report) -> Result<(), Error> {
    let count = |number: &String| number.rsplit('-').next()?.parse::<u64>().ok();
    let highest = report.numbers.iter().filter_map(count).max().unwrap_or(0);
    let kept = settings::find(db, "disclosures.last")?.and_then(|text| text.parse().ok());
    if kept.unwrap_or(0) < highest {
        report.fault("设置disclosures.last", format!("不得小于已用的公示编号{highest}"));
    }
    Ok(())
}
