//! Disclosures that no case here stands behind (imported lists): who may correct or withdraw one, and whether a
//! signed correction or withdrawal of one may be linked into its agency's register.

use super::{
    Error, House, Role, Who,
    append::Vouched,
    behind::Behind,
    disclose::Content,
    project::{self, REGISTER},
    register, release, shown, vouch,
};
use crate::{
    base::{Digest, Moment, Money},
    law::{
        act::{Act, PenaltyKind},
        gate,
        listed::{DECIDED_ON, FINE, KINDS, Listed},
        procedure::{CaseState, Disclosed},
    },
    store::{Db, OrNone, agencies, disclosures, records, releases},
};

/// Whether records of `kind` change what is public already.
pub fn amends(kind: &str) -> bool {
    matches!(kind, "correction" | "withdrawal")
}

/// The disclosure `number`, for `who` to correct or withdraw.
///
/// # Errors
/// `Forbidden` for anybody but a clerk of its agency, `NotFound`, `Refused` when its case has it or it is withdrawn.
pub fn find(
    db: &mut Db,
    who: &Who,
    kind: &str,
    number: &str,
) -> Result<disclosures::Disclosure, Error> {
    if !amends(kind) {
        return Err(Error::NotFound("记录种类"));
    }
    who.require(&[Role::Clerk], "更正、撤下公示信息")?;
    let row = disclosures::by_number(db, number).or_none()?.ok_or(Error::NotFound("公示信息"))?;
    if row.agency_id != who.agency {
        return Err(Error::Forbidden("更正、撤下其他机关的公示信息"));
    }
    if row.case_id.is_some() {
        return Err(Error::refused("这条公示信息的案件在本系统办理，请在案件中更正、撤下。"));
    }
    if row.state == "withdrawn" {
        return Err(Error::refused("这条公示信息已经撤下，不能再更正、撤下。"));
    }
    Ok(row)
}

/// The disclosure as the law sees it.
pub fn state(db: &mut Db, row: &disclosures::Disclosure) -> Result<CaseState, Error> {
    let newest = releases::find(db, &row.id, row.releases)?;
    let gone = Moment::from_millis(newest.released_at).day();
    let disclosed = Disclosed {
        on: Moment::from_millis(row.published_at).day(),
        number: row.number.clone(),
        record: standing(db, row)?,
        show_until: row.show_until.as_deref().and_then(|day| day.parse().ok()),
        corrected_on: Vec::new(),
        withdrawn_on: (row.state == "withdrawn").then_some(gone),
    };
    Ok(CaseState { disclosure: Some(disclosed), ..CaseState::default() })
}

/// The record that is public now: what a correction or withdrawal names, and a form carries to be noticed when stale.
pub fn standing(db: &mut Db, row: &disclosures::Disclosure) -> Result<Digest, Error> {
    let record = records::find(db, &row.record_id)?;
    Ok(Digest::of(&record.envelope))
}

/// What lists are to go by: what they go by now where a text stays as it is, else what the new text says.
///
/// # Errors
/// `Invalid` with every text that does not say it plainly.
pub fn listed(
    row: &disclosures::Disclosure,
    behind: &Behind,
    shown: &Content,
) -> Result<Listed, Error> {
    let public = behind.public.as_ref();
    let mut listed = listed_now(row);
    let mut faults = Vec::new();
    for item in [KINDS, FINE, DECIDED_ON] {
        let text = shown.text(item);
        if public.is_none_or(|public| public.text(item) != text)
            && let Err(text) = listed.read(item, &text)
        {
            faults.push(super::FieldFault { field: format!("show.{item}"), text });
        }
    }
    if faults.is_empty() { Ok(listed) } else { Err(Error::Invalid(faults)) }
}

fn listed_now(row: &disclosures::Disclosure) -> Listed {
    let kind = |word: &str| {
        PenaltyKind::ALL.into_iter().find(|kind| project::word(kind).is_ok_and(|w| w == word))
    };
    Listed {
        kinds: row.kinds.split(',').filter_map(kind).collect(),
        fine: row.fine.and_then(Money::from_fen),
        decided_on: row.decided_on.parse().ok(),
    }
}

/// Lets a register's record pass: a correction or withdrawal if nothing stands in its way, what the machine itself
/// wrote as it is. Gives what it does, and of which agency.
///
/// # Errors
/// `Refused` with every objection, `Invalid` when the facts are not of the record's kind, `NotFound`.
pub fn judge(
    db: &mut Db,
    house: &House,
    record: &Vouched,
    now: Moment,
) -> Result<Option<(Act, agencies::Agency)>, Error> {
    let payload = &record.payload;
    if !amends(&payload.kind) {
        return Ok(None);
    }
    let act = vouch::act_of(payload)?;
    let (Act::Correction { number, .. } | Act::Withdrawal { number, .. }) = &act else {
        return Err(Error::broken("not an amendment"));
    };
    let row = disclosures::by_number(db, number).or_none()?;
    let row = row.filter(|row| row.case_id.is_none() && release::chain_of(row) == payload.chain);
    let row = row.ok_or(Error::NotFound("公示信息"))?;
    let agency = payload.chain.strip_prefix(REGISTER).unwrap_or_default();
    let agency = agencies::find(db, agency).or_none()?.ok_or(Error::NotFound("执法主体"))?;
    vouch::refuse_ahead(payload, now)?;
    let state = state(db, &row)?;
    let objections = object(house, &agency, &state, &act, now)?;
    let rows = register::clerks(db, &agency.id, &payload.signers)?;
    project::refuse(objections, rows)?;
    let behind = Behind::row(db, house, &row, &agency)?;
    if let Act::Correction { listed: told, .. } = &act
        && *told != Some(listed(&row, &behind, &Content::of(&record.fields))?)
    {
        return Err(Error::refused("列表所用的种类、金额、日期与公示的文字不符，没有记录。"));
    }
    shown::check(house, &agency, &behind, &payload.kind, &record.fields)?;
    Ok(Some((act, agency)))
}

/// What the law has against `act`.
pub fn object(
    house: &House,
    agency: &agencies::Agency,
    state: &CaseState,
    act: &Act,
    now: Moment,
) -> Result<Vec<gate::Objection>, Error> {
    let pack = project::pack_of(house, agency)?;
    Ok(gate::amending(&house.rulebook, &house.calendar, pack, state, act, now))
}
