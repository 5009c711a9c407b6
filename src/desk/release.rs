//! The rows behind the public pages: what a disclosure, a correction or a withdrawal makes of them, in a case or not.

use super::{
    Error, House,
    append::Vouched,
    behind,
    disclose::Content,
    project::{self, REGISTER},
    shown,
};
use crate::{
    base::{Day, DisclosureId, Moment, Money},
    law::{
        act::{Act, Penalty},
        clock::deadline,
        listed::Listed,
    },
    store::{Db, OrNone, agencies, cases, disclosures, releases, settings},
};

/// Writes the public rows that a disclosure, correction or withdrawal implies.
pub fn project(
    db: &mut Db,
    house: &House,
    record: &Vouched,
    act: &Act,
    agency: &agencies::Agency,
    now: Moment,
) -> Result<(), Error> {
    let chain = record.payload.chain.as_str();
    let content = Content::of(&record.fields);
    match act {
        Act::Disclosure { number, show_until, .. } => {
            let case = cases::find(db, chain).or_none()?.ok_or(Error::NotFound("案件"))?;
            let decided = behind::decision(&case)?;
            let row = disclosures::Disclosure {
                id: DisclosureId::new(now).to_string(),
                number: number.clone(),
                agency_id: agency.id.clone(),
                case_id: Some(case.id),
                act_kind: case.act_kind,
                document_number: content.text("document.number"),
                title: content.text("case.title"),
                party: content.text("party.name"),
                party_code: content.text("party.code"),
                kinds: project::penalty_words(&decided.penalty)?,
                fine: Some(decided.penalty.fine.fen()),
                decided_on: decided.on.to_string(),
                published_at: now.millis(),
                due: due(house, agency, decided.on)?.to_string(),
                show_until: show_until.map(|day| day.to_string()),
                state: "published".into(),
                reason: String::new(),
                releases: 1,
                record_id: record.id.to_string(),
                content: json_text(&content)?,
                source_key: None,
            };
            publish(db, &row, "disclosure", now)
        }
        Act::Correction { number, listed, .. } => {
            let mut row = by_number(db, number, chain)?;
            if let Some(listed) = listed {
                list_by(&mut row, listed)?;
            }
            row.document_number = content.text("document.number");
            row.title = content.text("case.title");
            row.party = content.text("party.name");
            row.party_code = content.text("party.code");
            row.content = json_text(&content)?;
            row.reason = shown::reason(record);
            row.state = "corrected".into();
            release(db, row, record, "correction", now)
        }
        Act::Withdrawal { number, ground, .. } => {
            let mut row = by_number(db, number, chain)?;
            let label = house
                .rulebook
                .withdrawal_grounds()
                .iter()
                .find(|listed| listed.id == *ground)
                .map(|listed| listed.label.clone());
            let label = label.unwrap_or_else(|| ground.clone());
            row.reason = shown::joined(&label, &shown::reason(record));
            row.state = "withdrawn".into();
            // What is withdrawn is not found by its contents any more, only by its numbers.
            row.title.clear();
            row.party.clear();
            row.party_code.clear();
            release(db, row, record, "withdrawal", now)
        }
        _ => Ok(()),
    }
}

/// The next public number: year and a count that never goes back.
pub fn next_number(db: &mut Db, now: Moment) -> Result<String, Error> {
    let last = settings::find(db, "disclosures.last")?.and_then(|text| text.parse::<u64>().ok());
    let next = last.unwrap_or(0) + 1;
    settings::set(db, "disclosures.last", &next.to_string())?;
    Ok(format!("{}-{next:07}", now.day().year()))
}

/// Inserts a disclosure with its first release.
pub fn publish(
    db: &mut Db,
    row: &disclosures::Disclosure,
    kind: &str,
    now: Moment,
) -> Result<(), Error> {
    disclosures::insert(db, row)?;
    Ok(releases::insert(db, &release_row(row, kind, now))?)
}

fn release(
    db: &mut Db,
    mut row: disclosures::Disclosure,
    record: &Vouched,
    kind: &str,
    now: Moment,
) -> Result<(), Error> {
    row.releases += 1;
    row.record_id = record.id.to_string();
    disclosures::update(db, &row)?;
    Ok(releases::insert(db, &release_row(&row, kind, now))?)
}

fn release_row(row: &disclosures::Disclosure, kind: &str, now: Moment) -> releases::Release {
    releases::Release {
        disclosure_id: row.id.clone(),
        version: row.releases,
        record_id: row.record_id.clone(),
        kind: kind.to_owned(),
        reason: row.reason.clone(),
        content: row.content.clone(),
        released_at: now.millis(),
    }
}

/// The disclosure with this number, if records of `chain` speak of it.
fn by_number(db: &mut Db, number: &str, chain: &str) -> Result<disclosures::Disclosure, Error> {
    let row = disclosures::by_number(db, number).or_none()?;
    row.filter(|row| chain_of(row) == chain).ok_or(Error::NotFound("公示信息"))
}

/// The chain that a disclosure's records are linked into: its case's, else its agency's register.
pub fn chain_of(row: &disclosures::Disclosure) -> String {
    row.case_id.clone().unwrap_or_else(|| format!("{REGISTER}{}", row.agency_id))
}

/// Writes what lists go by.
fn list_by(row: &mut disclosures::Disclosure, listed: &Listed) -> Result<(), Error> {
    let penalty = Penalty { kinds: listed.kinds.clone(), ..Penalty::default() };
    row.kinds = project::penalty_words(&penalty)?;
    row.fine = listed.fine.map(Money::fen);
    row.decided_on = listed.decided_on.map(|day| day.to_string()).unwrap_or_default();
    Ok(())
}

fn due(house: &House, agency: &agencies::Agency, decided_on: Day) -> Result<Day, Error> {
    let period = project::pack_of(house, agency)?.disclosure_period("penalty");
    Ok(deadline(&house.calendar, decided_on, period.n, period.unit, &[]).due)
}

fn json_text(content: &Content) -> Result<String, Error> {
    serde_json::to_string(content).map_err(Error::broken)
}
