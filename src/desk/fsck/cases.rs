//! One case with all its rows, against what its records tell: the chain, the case, clocks, reviews, decisions,
//! exhibits, uploads. Reads no rows, so that any thread can do it.

use super::{
    Report,
    compare::{differences, pair},
    derive::Rows,
    faces::Public,
    told::Told,
    walk::{self, Basis, Walk},
};
use crate::{
    desk::{Error, project},
    law::procedure::CaseState,
    store::{
        Db,
        cases::{self, Case},
        chains::Chain,
        clocks::{self, ClockRow},
        decisions::{self, Decision},
        exhibits::{self, Exhibit},
        records::{self, Linked},
        reviews::{self, Review},
        uploads::{self, Upload},
    },
};
use std::collections::HashMap;

/// All rows of one case but for what it made public.
pub(super) struct CaseRows {
    chain: Chain,
    records: Vec<Linked>,
    case: Option<Case>,
    clocks: Vec<ClockRow>,
    reviews: Vec<Review>,
    decisions: Vec<Decision>,
    exhibits: Vec<Exhibit>,
    uploads: Vec<Upload>,
}

impl CaseRows {
    /// Reads the rows of the cases of these chains, each table once.
    pub(super) fn read(db: &mut Db, chains: Vec<Chain>) -> Result<Vec<CaseRows>, Error> {
        let ids: Vec<String> = chains.iter().map(|chain| chain.id.clone()).collect();
        let mut records = by(records::linked_of(db, &ids)?, |(row, _)| &row.chain);
        let mut cases = by(cases::by_ids(db, &ids)?, |row| &row.id);
        let mut clocks = by(clocks::by_cases(db, &ids)?, |row| &row.case_id);
        let mut reviews = by(reviews::by_cases(db, &ids)?, |row| &row.case_id);
        let mut decisions = by(decisions::by_cases(db, &ids)?, |row| &row.case_id);
        let mut exhibits = by(exhibits::by_cases(db, &ids)?, |row| &row.case_id);
        let mut uploads = by(uploads::by_cases(db, &ids)?, |row| &row.case_id);
        let rows = chains.into_iter().map(|chain| CaseRows {
            records: records.remove(&chain.id).unwrap_or_default(),
            case: cases.remove(&chain.id).and_then(|mut rows| rows.pop()),
            clocks: clocks.remove(&chain.id).unwrap_or_default(),
            reviews: reviews.remove(&chain.id).unwrap_or_default(),
            decisions: decisions.remove(&chain.id).unwrap_or_default(),
            exhibits: exhibits.remove(&chain.id).unwrap_or_default(),
            uploads: uploads.remove(&chain.id).unwrap_or_default(),
            chain,
        });
        Ok(rows.collect())
    }
}

/// Rows by the case they name, in the order they came.
fn by<T>(rows: Vec<T>, case: impl Fn(&T) -> &String) -> HashMap<String, Vec<T>> {
    let mut sorted: HashMap<String, Vec<T>> = HashMap::new();
    for row in rows {
        match sorted.get_mut(case(&row)) {
            Some(there) => there.push(row),
            None => drop(sorted.insert(case(&row).clone(), vec![row])),
        }
    }
    sorted
}

/// What was found of one case, and what it should have made public.
pub(super) type Checked = (Report, Vec<Public>);

/// Checks each of these cases.
pub(super) fn check_all(basis: &Basis<'_>, cases: Vec<CaseRows>) -> Result<Vec<Checked>, Error> {
    cases.into_iter().map(|case| check(basis, case)).collect()
}

fn check(basis: &Basis<'_>, mut kept: CaseRows) -> Result<Checked, Error> {
    let mut report = Report { chains: 1, cases: 1, ..Report::default() };
    let key = walk::sealing_key(basis.house, &kept.chain, &mut report);
    let mut walk = Walk::behind(basis, &kept.chain.id, key, None);
    let rows = std::mem::take(&mut kept.records);
    let length = rows.len();
    let records = walk.take_all(rows, &mut report);
    walk.check_row(&kept.chain, length.cast_signed() as i64, &records, &mut report);
    let publics = check_rows(basis, kept, &records, &mut report)?;
    Ok((report, publics))
}

/// Gives what the case should have made public.
fn check_rows(
    basis: &Basis<'_>,
    kept: CaseRows,
    records: &[Told],
    report: &mut Report,
) -> Result<Vec<Public>, Error> {
    let id = kept.chain.id;
    let place = format!("案件{id}");
    // A case is its filer's agency's, whatever the row says.
    let filer = records.first().map(Told::signer).unwrap_or_default();
    let Some(person) = basis.registers.people.get(&filer) else {
        report.fault(place, format!("立案的签名人{filer}没有登记，无从核对"));
        return Ok(Vec::new());
    };
    let Some(agency) = basis.agencies.get(&person.agency_id) else {
        report.fault(place, format!("执法主体{}没有登记，无从核对", person.agency_id));
        return Ok(Vec::new());
    };
    let pack = project::pack_of(basis.house, agency)?;
    let rows = Rows::of(basis.house, pack, &id, &agency.id, records)?;
    // What cannot be read cannot be compared; that it cannot be read was named already.
    let readable = records.iter().all(|record| record.fields.is_some());
    check_case(&place, kept.case, &rows, readable, report)?;
    check_clocks(&place, kept.clocks, rows.clocks(), report);
    check_reviews(&place, kept.reviews, rows.reviews, report);
    check_decisions(&place, kept.decisions, rows.decisions, report);
    check_exhibits(&place, &kept.exhibits, rows.exhibits, readable, report);
    check_uploads(kept.uploads, &kept.exhibits, report);
    Ok(rows.publics.into_iter().map(|public| Public { readable, ..public }).collect())
}

fn check_case(
    place: &str,
    kept: Option<Case>,
    rows: &Rows<'_>,
    readable: bool,
    report: &mut Report,
) -> Result<(), Error> {
    let Some(told) = &rows.case else { return Ok(()) };
    let Some(kept) = kept else {
        report.missing(place);
        return Ok(());
    };
    differences!(report, place, kept, told, Case {
        id agency_id act_kind item_code stage opened_by opened_at updated_at closed_at
    } not { number title party state });
    if readable {
        differences!(report, place, kept, told, Case { number title party } not {
            id agency_id act_kind item_code stage state opened_by opened_at updated_at closed_at
        });
    }
    check_state(place, &kept.state, &rows.state, report)
}

/// Names the members of the state that differ: as a whole it is too long to be read.
fn check_state(
    place: &str,
    kept: &str,
    told: &CaseState,
    report: &mut Report,
) -> Result<(), Error> {
    let parsed: Option<CaseState> = serde_json::from_str(kept).ok();
    if parsed.as_ref() == Some(told) {
        return Ok(());
    }
    let told = serde_json::to_value(told).map_err(Error::broken)?;
    let kept: serde_json::Value = serde_json::from_str(kept).unwrap_or_default();
    for (member, value) in told.as_object().into_iter().flatten() {
        let there = kept.get(member).cloned().unwrap_or_default();
        if there != *value {
            let column = format!("state.{member}");
            report.differs(place, &column, &value.to_string(), &there.to_string());
        }
    }
    Ok(())
}

fn check_clocks(place: &str, kept: Vec<ClockRow>, told: Vec<ClockRow>, report: &mut Report) {
    let key = |row: &ClockRow| row.id.clone();
    for (_, kept, told) in pair(report, "期限", kept, told, key, key) {
        let place = format!("{place}的期限{}", told.rule);
        differences!(report, &place, kept, told, ClockRow {
            id case_id agency_id rule start_on due provisional met_on
        });
    }
}

fn check_reviews(place: &str, kept: Vec<Review>, told: Vec<Review>, report: &mut Report) {
    let key = |row: &Review| row.submission_id.clone();
    let what = format!("{place}的送审");
    for (_, kept, told) in pair(report, &what, kept, told, key, key) {
        let place = format!("{place}第{}轮审核", told.round);
        differences!(report, &place, kept, told, Review {
            submission_id case_id agency_id round submitted_by submitted_at head due record_id
            result reviewer_id reviewed_at voided
        });
    }
}

fn check_decisions(place: &str, kept: Vec<Decision>, told: Vec<Decision>, report: &mut Report) {
    let key = |row: &Decision| row.record_id.clone();
    let what = format!("{place}的决定");
    for (place, kept, told) in pair(report, &what, kept, told, key, key) {
        differences!(report, &place, kept, told, Decision {
            record_id case_id agency_id number decided_on outcome kinds fine confiscated major
            review_record_id disclosed_by
        });
    }
}

fn check_exhibits(
    place: &str,
    kept: &[Exhibit],
    told: Vec<Exhibit>,
    readable: bool,
    report: &mut Report,
) {
    let key = |row: &Exhibit| row.record_id.clone();
    let what = format!("{place}的证据附件，入库记录");
    for (_, kept, told) in pair(report, &what, kept.to_vec(), told, key, key) {
        let place = format!("证据附件{}", kept.id);
        differences!(report, &place, kept, told, Exhibit {
            case_id record_id sha256 chunk_root size media_type received_by received_at
        } not { id name duration_ms width height poster_sha256 });
        if readable && kept.name != told.name {
            report.differs(&place, "name", &told.name, &kept.name);
        }
    }
}

/// An upload that came to its end is the exhibit it became; one under way is within what was announced.
fn check_uploads(uploads: Vec<Upload>, kept: &[Exhibit], report: &mut Report) {
    for row in uploads {
        let place = format!("上传{}", row.id);
        if !(0..=row.length).contains(&row.received) {
            report.fault(&place, format!("received为{}，超出声明的{}", row.received, row.length));
        }
        let known = matches!(row.state.as_str(), "receiving" | "done" | "refused" | "gone");
        if !known || (row.state == "done") != row.exhibit_id.is_some() {
            report.fault(&place, format!("state为“{}”，与exhibit_id不相称", row.state));
        }
        let Some(became) = &row.exhibit_id else { continue };
        let Some(exhibit) = kept.iter().find(|exhibit| exhibit.id == *became) else {
            report.fault(&place, format!("exhibit_id {became}不是本案的证据附件"));
            continue;
        };
        let same = exhibit.name == row.name
            && exhibit.size == row.length
            && exhibit.received_by == row.person_id
            && row.declared_root.as_ref().is_none_or(|root| *root == exhibit.chunk_root);
        if !same || row.received != row.length {
            report.fault(&place, format!("与其成为的证据附件{became}不符"));
        }
    }
}
