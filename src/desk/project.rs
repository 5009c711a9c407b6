//! Projections: judging a record by the law before it is linked, and the rows it implies after.

use super::{
    Error, House, Reason, append::Linked, append::Vouched, behind::Behind, register, release,
    shown, uncased, vouch,
};
use crate::{
    base::{Day, Digest, Moment},
    law::{
        act::{Act, Outcome, Penalty},
        clock::deadline,
        gate, major,
        pack::Pack,
        procedure::{self, CaseState, Step},
    },
    ledger::record::Payload,
    store::{Db, OrNone, agencies, cases, clocks, decisions, records, reviews},
};

/// A record that the law let pass: of a case, or one that changes a disclosure without a case.
pub struct Judged {
    /// The state before.
    state: CaseState,
    /// The record's typed facts.
    act: Act,
    /// The case's row, absent while it is being filed.
    case: Option<cases::Case>,
    /// The agency of the case.
    agency: agencies::Agency,
}

/// Prefix of the ids of chains that are registers, not cases.
pub const REGISTER: &str = "register:";

/// Lets a record pass if the law has no objection; what the machine itself puts on a register passes as it is.
///
/// # Errors
/// `Refused` with every objection; `Invalid` when the facts are not of the record's kind.
pub fn judge(
    db: &mut Db,
    house: &House,
    record: &Vouched,
    now: Moment,
) -> Result<Option<Judged>, Error> {
    let payload = &record.payload;
    if payload.chain.starts_with(REGISTER) {
        let judged = uncased::judge(db, house, record, now)?;
        let state = CaseState::default();
        return Ok(judged.map(|(act, agency)| Judged { state, act, case: None, agency }));
    }
    let act = vouch::act_of(payload)?;
    let case = cases::find(db, &payload.chain).or_none()?;
    let agency_id = match (&case, &act) {
        (Some(case), _) => case.agency_id.clone(),
        (None, Act::Filing { .. }) => filing_agency(db, payload)?,
        (None, _) => return Err(Error::NotFound("案件")),
    };
    let agency = agencies::find(db, &agency_id).or_none()?.ok_or(Error::NotFound("执法主体"))?;
    let state = match &case {
        Some(case) => serde_json::from_str(&case.state).map_err(Error::broken)?,
        None => CaseState::default(),
    };
    let pack = pack_of(house, &agency)?;
    let people = people(payload);
    let objections =
        gate::objections(&house.rulebook, &house.calendar, pack, &state, &act, now, &people);
    vouch::refuse_ahead(payload, now)?;
    let brought = register::Brought { exhibits: &payload.exhibits, fields: &record.fields };
    let rows = register::objections(db, house, &agency, &act, &people, &brought)?;
    refuse(objections, rows)?;
    if let Some(case) = case.as_ref().filter(|_| shown::tells(&payload.kind)) {
        let behind = Behind::case(db, house, case, &agency)?;
        shown::check(house, &agency, &behind, &payload.kind, &record.fields)?;
    }
    register::check(db, &agency.id, &act)?;
    register::check_exhibits(db, payload)?;
    Ok(Some(Judged { state, act, case, agency }))
}

/// Refuses for all objections of the law and all that the rows tell against the record.
///
/// # Errors
/// `Refused` unless there is neither.
pub fn refuse(objections: Vec<gate::Objection>, rows: Vec<Reason>) -> Result<(), Error> {
    match refusal(objections) {
        Error::Refused(mut reasons) => {
            reasons.extend(rows);
            if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
        }
        other => Err(other),
    }
}

/// All objections of the law as one refusal.
pub fn refusal(objections: Vec<gate::Objection>) -> Error {
    let reason = |o: gate::Objection| Reason { text: o.text, article: o.article, fix: o.fix };
    Error::Refused(objections.into_iter().map(reason).collect())
}

fn first_signer(payload: &Payload) -> String {
    payload.signers.first().map(|signer| signer.person.clone()).unwrap_or_default()
}

/// Ids of everyone who signed.
fn people(payload: &Payload) -> Vec<String> {
    payload.signers.iter().map(|signer| signer.person.clone()).collect()
}

fn filing_agency(db: &mut Db, payload: &Payload) -> Result<String, Error> {
    let person = crate::store::people::find(db, &first_signer(payload))
        .or_none()?
        .ok_or(Error::NotFound("签名人"))?;
    Ok(person.agency_id)
}

/// The rule pack that `agency` works by.
pub fn pack_of<'h>(house: &'h House, agency: &agencies::Agency) -> Result<&'h Pack, Error> {
    house
        .rulebook
        .pack(&agency.pack)
        .or_else(|| house.rulebook.pack(&house.default_pack))
        .ok_or_else(|| Error::broken("no rule pack"))
}

/// Writes the rows that a linked record implies.
pub fn project(
    db: &mut Db,
    house: &House,
    record: &Vouched,
    linked: &Linked,
    judged: Option<Judged>,
    now: Moment,
) -> Result<(), Error> {
    let Some(judged) = judged else { return Ok(()) };
    if record.payload.chain.starts_with(REGISTER) {
        return release::project(db, house, record, &judged.act, &judged.agency, now);
    }
    let mut state = judged.state.clone();
    state.apply(&step(record, linked, judged.act.clone(), now));
    let case_id = record.payload.chain.as_str();
    write_case(db, record, &judged, &state, now)?;
    write_clocks(db, house, case_id, &judged, &state)?;
    void_reviews(db, case_id, &judged.state, &state)?;
    let Judged { state: before, act, agency, .. } = judged;
    match &act {
        Act::Submission { on, round, .. } => {
            let due = review_due(house, pack_of(house, &agency)?, *on);
            reviews::insert(
                db,
                &reviews::Review {
                    submission_id: record.id.to_string(),
                    case_id: case_id.to_owned(),
                    agency_id: agency.id.clone(),
                    round: i32::try_from(*round).unwrap_or(i32::MAX),
                    submitted_by: first_signer(&record.payload),
                    submitted_at: now.millis(),
                    head: linked.head.as_bytes().to_vec(),
                    due: due.to_string(),
                    record_id: None,
                    result: None,
                    reviewer_id: None,
                    reviewed_at: None,
                    voided: false,
                },
            )?;
        }
        Act::Review { round, result, reviewer, .. } => {
            let round = i32::try_from(*round).unwrap_or(i32::MAX);
            let result = word(result)?;
            let outcome = reviews::Outcome {
                record_id: record.id.as_str(),
                result: &result,
                reviewer_id: &reviewer.person,
                reviewed_at: now.millis(),
            };
            let submission = submission(db, case_id, round)?;
            reviews::set_result(db, &submission, &outcome)?;
        }
        Act::Decision { .. } => {
            let row = decision_row(db, house, record, &before, &act, &agency)?;
            decisions::insert(db, &row)?;
        }
        Act::Disclosure { .. } => {
            settle_decision(db, record)?;
            release::project(db, house, record, &act, &agency, now)?;
        }
        Act::Correction { .. } | Act::Withdrawal { .. } => {
            release::project(db, house, record, &act, &agency, now)?;
        }
        Act::Withholding { .. } => settle_decision(db, record)?,
        _ => {}
    }
    Ok(())
}

/// The record as the procedure sees it.
fn step(record: &Vouched, linked: &Linked, act: Act, received_at: Moment) -> Step {
    Step {
        kind: record.payload.kind.clone(),
        act,
        at: record.payload.at,
        received_at,
        people: people(&record.payload),
        record: linked.digest,
        head: linked.head,
        seq: linked.seq,
        exhibits: record.payload.exhibits.len(),
    }
}

/// Files the case, or moves its row on.
fn write_case(
    db: &mut Db,
    record: &Vouched,
    judged: &Judged,
    state: &CaseState,
    now: Moment,
) -> Result<(), Error> {
    let id = record.payload.chain.as_str();
    let closed_at = matches!(judged.act, Act::Closing { .. }).then(|| now.millis());
    let progress = cases::Progress {
        stage: word(&state.stage())?,
        state: serde_json::to_string(state).map_err(Error::broken)?,
        updated_at: now.millis(),
        closed_at: judged.case.as_ref().and_then(|case| case.closed_at).or(closed_at),
    };
    match (&judged.case, &judged.act) {
        (Some(_), _) => Ok(cases::advance(db, id, &progress)?),
        (None, Act::Filing { item, .. }) => {
            let row = filed(record, &judged.agency.id, item, progress);
            Ok(cases::insert(db, &row)?)
        }
        (None, _) => Err(Error::broken("a case without a filing")),
    }
}

/// The row of a case that begins with `record`.
fn filed(record: &Vouched, agency: &str, item: &str, progress: cases::Progress) -> cases::Case {
    let value = |path: &str| {
        let field = record.fields.iter().find(|field| field.path == path);
        field.map(|field| field.value.clone()).unwrap_or_default()
    };
    cases::Case {
        id: record.payload.chain.clone(),
        agency_id: agency.to_owned(),
        number: value("case.number"),
        title: value("text.title"),
        party: value("party.name"),
        act_kind: "penalty".into(),
        item_code: item.to_owned(),
        stage: progress.stage,
        state: progress.state,
        opened_by: first_signer(&record.payload),
        opened_at: progress.updated_at,
        updated_at: progress.updated_at,
        closed_at: progress.closed_at,
    }
}

/// Replaces the case's clocks if the record moved any; most records move none.
fn write_clocks(
    db: &mut Db,
    house: &House,
    case_id: &str,
    judged: &Judged,
    state: &CaseState,
) -> Result<(), Error> {
    let pack = pack_of(house, &judged.agency)?;
    let clocks = |state| procedure::clocks(&house.rulebook, &house.calendar, pack, state);
    let now = clocks(state);
    if now == clocks(&judged.state) {
        return Ok(());
    }
    let row = |(n, clock): (usize, procedure::Clock)| clocks::ClockRow {
        id: format!("{case_id}:{n}"),
        case_id: case_id.to_owned(),
        agency_id: judged.agency.id.clone(),
        rule: clock.rule,
        start_on: clock.start.to_string(),
        due: clock.due.to_string(),
        provisional: clock.provisional,
        met_on: clock.met_on.map(|day| day.to_string()),
    };
    let watched = procedure::supervised(now, state.closed_on.is_some());
    let rows: Vec<clocks::ClockRow> = watched.map(row).collect();
    Ok(clocks::replace(db, case_id, &rows)?)
}

/// A record that changes the file voids the review that passed it, visibly.
fn void_reviews(
    db: &mut Db,
    case_id: &str,
    before: &CaseState,
    after: &CaseState,
) -> Result<(), Error> {
    for (old, new) in before.rounds.iter().zip(&after.rounds) {
        if new.voided && !old.voided {
            let submission = submission(db, case_id, i32::try_from(new.round).unwrap_or(i32::MAX))?;
            reviews::void(db, &submission)?;
        }
    }
    Ok(())
}

/// The submission record of a case's round.
fn submission(db: &mut Db, case_id: &str, round: i32) -> Result<String, Error> {
    let rounds = reviews::by_case(db, case_id)?;
    let found = rounds.into_iter().find(|review| review.round == round);
    Ok(found.ok_or_else(|| Error::broken("round without submission"))?.submission_id)
}

/// The case's decision is disclosed, or withheld with a ground: it is due no more.
fn settle_decision(db: &mut Db, record: &Vouched) -> Result<(), Error> {
    for decision in decisions::by_case(db, &record.payload.chain)? {
        decisions::set_disclosed(db, &decision.record_id, record.id.as_str())?;
    }
    Ok(())
}

/// Last day for the reviewer, counted from the submission.
fn review_due(house: &House, pack: &Pack, submitted_on: Day) -> Day {
    deadline(&house.calendar, submitted_on, pack.periods.review.n, pack.periods.review.unit, &[])
        .due
}

fn decision_row(
    db: &mut Db,
    house: &House,
    record: &Vouched,
    before: &CaseState,
    act: &Act,
    agency: &agencies::Agency,
) -> Result<decisions::Decision, Error> {
    let Act::Decision { on, number, outcome, penalty, review, .. } = act else {
        return Err(Error::broken("not a decision"));
    };
    let pack = pack_of(house, agency)?;
    let major =
        *outcome == Outcome::Penalty && !major::reasons_of_case(pack, penalty, before).is_empty();
    let review_record_id = match review {
        Some(digest) => record_with(db, record, digest)?,
        None => None,
    };
    Ok(decisions::Decision {
        record_id: record.id.to_string(),
        case_id: record.payload.chain.clone(),
        agency_id: agency.id.clone(),
        number: number.clone(),
        decided_on: on.to_string(),
        outcome: word(outcome)?,
        kinds: penalty_words(penalty)?,
        fine: penalty.fine.fen(),
        confiscated: penalty.confiscated.fen(),
        major,
        review_record_id,
        disclosed_by: None,
    })
}

/// The id of the case's record with this envelope digest.
fn record_with(db: &mut Db, record: &Vouched, digest: &Digest) -> Result<Option<String>, Error> {
    let file = records::by_chain(db, &record.payload.chain)?;
    let wanted = digest.hex();
    Ok(file.into_iter().find(|row| row.envelope_digest == wanted).map(|row| row.id))
}

/// The kinds of a penalty as the `kinds` columns keep them: words joined by commas.
pub fn penalty_words(penalty: &Penalty) -> Result<String, Error> {
    Ok(penalty.kinds.iter().map(word).collect::<Result<Vec<_>, _>>()?.join(","))
}

/// The kebab-case word by which serde writes an enum of the law.
pub fn word<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        other => Err(Error::broken(format!("not a word: {other:?}"))),
    }
}
