//! Every row of one case against its records: the case, clocks, reviews, decisions, exhibits, uploads.

use super::{
    Report,
    compare::{differences, pair},
    derive::Rows,
    faces::Public,
    publics,
    registers::Registers,
    told::Told,
};
use crate::{
    desk::{Error, House, project},
    law::procedure::CaseState,
    store::{
        Db, OrNone, agencies, cases, cases::Case, chains::Chain, clocks, clocks::ClockRow,
        decisions, decisions::Decision, exhibits, exhibits::Exhibit, reviews, reviews::Review,
        uploads,
    },
};

pub(super) fn check(
    db: &mut Db,
    house: &House,
    registers: &Registers,
    chain: &Chain,
    records: &[Told],
    report: &mut Report,
) -> Result<(), Error> {
    report.cases += 1;
    let place = format!("案件{}", chain.id);
    // A case is its filer's agency's, whatever the row says.
    let filer = records.first().map(Told::signer).unwrap_or_default();
    let Some(person) = registers.people.get(&filer) else {
        report.fault(place, format!("立案的签名人{filer}没有登记，无从核对"));
        return Ok(());
    };
    let Some(agency) = agencies::find(db, &person.agency_id).or_none()? else {
        report.fault(place, format!("执法主体{}没有登记，无从核对", person.agency_id));
        return Ok(());
    };
    let pack = project::pack_of(house, &agency)?;
    let rows = Rows::of(house, pack, &chain.id, &agency.id, records)?;
    // What cannot be read cannot be compared; that it cannot be read was named already.
    let readable = records.iter().all(|record| record.fields.is_some());
    check_case(db, &place, &rows, readable, report)?;
    check_clocks(db, &place, &chain.id, rows.clocks(), report)?;
    check_reviews(db, &place, &chain.id, rows.reviews, report)?;
    check_decisions(db, &place, &chain.id, rows.decisions, report)?;
    let kept = check_exhibits(db, &place, &chain.id, rows.exhibits, readable, report)?;
    check_uploads(db, &chain.id, &kept, report)?;
    for public in rows.publics {
        publics::check(db, Public { readable, ..public }, report)?;
    }
    Ok(())
}

fn check_case(
    db: &mut Db,
    place: &str,
    rows: &Rows<'_>,
    readable: bool,
    report: &mut Report,
) -> Result<(), Error> {
    let Some(told) = &rows.case else { return Ok(()) };
    let Some(kept) = cases::find(db, &told.id).or_none()? else {
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

fn check_clocks(
    db: &mut Db,
    place: &str,
    id: &str,
    told: Vec<ClockRow>,
    report: &mut Report,
) -> Result<(), Error> {
    let kept = clocks::by_case(db, id)?;
    let key = |row: &ClockRow| row.id.clone();
    for (_, kept, told) in pair(report, "期限", kept, told, key, key) {
        let place = format!("{place}的期限{}", told.rule);
        differences!(report, &place, kept, told, ClockRow {
            id case_id agency_id rule start_on due provisional met_on
        });
    }
    Ok(())
}

fn check_reviews(
    db: &mut Db,
    place: &str,
    id: &str,
    told: Vec<Review>,
    report: &mut Report,
) -> Result<(), Error> {
    let kept = reviews::by_case(db, id)?;
    let key = |row: &Review| row.submission_id.clone();
    let what = format!("{place}的送审");
    for (_, kept, told) in pair(report, &what, kept, told, key, key) {
        let place = format!("{place}第{}轮审核", told.round);
        differences!(report, &place, kept, told, Review {
            submission_id case_id agency_id round submitted_by submitted_at head due record_id
            result reviewer_id reviewed_at voided
        });
    }
    Ok(())
}

fn check_decisions(
    db: &mut Db,
    place: &str,
    id: &str,
    told: Vec<Decision>,
    report: &mut Report,
) -> Result<(), Error> {
    let kept = decisions::by_case(db, id)?;
    let key = |row: &Decision| row.record_id.clone();
    let what = format!("{place}的决定");
    for (place, kept, told) in pair(report, &what, kept, told, key, key) {
        differences!(report, &place, kept, told, Decision {
            record_id case_id agency_id number decided_on outcome kinds fine confiscated major
            review_record_id disclosed_by
        });
    }
    Ok(())
}

/// Gives the kept rows, which the bytes and the uploads are compared with.
fn check_exhibits(
    db: &mut Db,
    place: &str,
    id: &str,
    told: Vec<Exhibit>,
    readable: bool,
    report: &mut Report,
) -> Result<Vec<Exhibit>, Error> {
    let kept = exhibits::by_case(db, id)?;
    let key = |row: &Exhibit| row.record_id.clone();
    let what = format!("{place}的证据附件，入库记录");
    for (_, kept, told) in pair(report, &what, kept.clone(), told, key, key) {
        let place = format!("证据附件{}", kept.id);
        differences!(report, &place, kept, told, Exhibit {
            case_id record_id sha256 chunk_root size media_type received_by received_at
        } not { id name duration_ms width height poster_sha256 });
        if readable && kept.name != told.name {
            report.differs(&place, "name", &told.name, &kept.name);
        }
    }
    Ok(kept)
}

/// An upload that came to its end is the exhibit it became; one under way is within what was announced.
fn check_uploads(
    db: &mut Db,
    id: &str,
    kept: &[Exhibit],
    report: &mut Report,
) -> Result<(), Error> {
    for row in uploads::by_case(db, id)? {
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
    Ok(())
}
