//! Facts that the service fills into a form: who, with which certificate, which round, which file.

use super::{
    Error,
    prepare::{Form, Ground},
    receive_exhibit::exhibit_ref,
    register,
};
use crate::{
    law::{
        act::{Act, Officer, Reviewer},
        forms::Role,
    },
    ledger::record::ExhibitRef,
    store::{Db, OrNone, cases, decisions, exhibits, items::Item, people},
};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// Adds the facts that the form's specification leaves to the service.
pub fn fill(
    db: &mut Db,
    ground: &Ground<'_>,
    form: &Form,
    facts: &mut Map<String, Value>,
) -> Result<(), Error> {
    let wanted: Vec<&str> = ground.spec.filled().collect();
    for path in wanted {
        if facts.contains_key(path) {
            continue;
        }
        if let Some(value) = fact(db, ground, form, path)? {
            facts.insert(path.to_owned(), value);
        }
    }
    Ok(())
}

fn fact(db: &mut Db, ground: &Ground<'_>, form: &Form, path: &str) -> Result<Option<Value>, Error> {
    let state = &ground.state;
    Ok(Some(match path {
        "officers" => json!(officers(db, ground, form)?),
        "approved_by" => json!(head_of_agency(db, ground, form)?),
        "decided_by" => json!(ground.who.person),
        "reviewer" => json!(reviewer(db, ground)?),
        "round" => json!(round(ground)),
        "reviewed_head" => match state.rounds.last() {
            Some(round) => json!(round.submitted_head),
            None => return Ok(None),
        },
        "issues" => json!(count_issues(form.first("text.issues"))),
        "review" => match state.passing_round().and_then(|round| round.opinion.as_ref()) {
            Some(opinion) => json!(opinion.record),
            None => return Ok(None),
        },
        "number" => json!(number(db, ground)?),
        "decision" => match &state.decision {
            Some(decision) => json!(decision.record),
            None => return Ok(None),
        },
        "disclosure" => match &state.disclosure {
            Some(disclosure) => json!(disclosure.record),
            None => return Ok(None),
        },
        "on" => json!(ground.now.day()),
        _ => return Ok(None),
    }))
}

/// A decision's 文号 where the head left it blank; else the number of what is public already.
fn number(db: &mut Db, ground: &Ground<'_>) -> Result<String, Error> {
    if let Some(disclosure) = &ground.state.disclosure {
        return Ok(disclosure.number.clone());
    }
    let year = ground.now.day().year();
    let count = decisions::count_of_agency(db, &ground.agency.id)? + 1;
    Ok(format!("{}罚〔{year}〕{count}号", ground.agency.short_name))
}

/// Submissions count up; a review answers the newest submission.
fn round(ground: &Ground<'_>) -> u32 {
    let last = ground.state.rounds.last().map_or(0, |round| round.round);
    if ground.spec.kind == "submission" { last + 1 } else { last }
}

/// Numbered issues are lines that are not blank.
fn count_issues(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty()).count()
}

/// The signed-in officer and the partners chosen in the form, with their certificates as on file.
fn officers(db: &mut Db, ground: &Ground<'_>, form: &Form) -> Result<Vec<Officer>, Error> {
    let mut ids = Vec::new();
    if ground.who.is(Role::Officer) {
        ids.push(ground.who.person.to_string());
    }
    for name in ["with", "officers"] {
        for id in form.values.get(name).into_iter().flatten().filter(|id| !id.is_empty()) {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
    }
    ids.iter().map(|id| officer(db, ground, id)).collect()
}

fn officer(db: &mut Db, ground: &Ground<'_>, id: &str) -> Result<Officer, Error> {
    let person = colleague(db, ground, id, "with")?;
    let day = |text: &str| text.parse::<Date>().ok();
    let (Some(valid_from), Some(valid_until)) =
        (day(&person.certificate_from), day(&person.certificate_until))
    else {
        return Err(Error::invalid("with", format!("{}没有登记执法证件。", person.name)));
    };
    Ok(Officer { person: person.id, certificate: person.certificate, valid_from, valid_until })
}

fn colleague(
    db: &mut Db,
    ground: &Ground<'_>,
    id: &str,
    field: &str,
) -> Result<people::Person, Error> {
    people::find(db, id)
        .or_none()?
        .filter(|person| person.agency_id == ground.agency.id && person.active)
        .ok_or_else(|| Error::invalid(field, "请选择本机关的在岗人员。"))
}

/// The head chosen in the form, or the only one there is.
fn head_of_agency(db: &mut Db, ground: &Ground<'_>, form: &Form) -> Result<String, Error> {
    let is_head = |p: &people::Person| super::permit::parse_roles(&p.roles).contains(&Role::Head);
    let chosen = form.first("approved_by");
    if !chosen.is_empty() {
        let person = colleague(db, ground, chosen, "approved_by")?;
        return match is_head(&person) {
            true => Ok(person.id),
            false => Err(Error::invalid("approved_by", "审批人应当是本机关负责人。")),
        };
    }
    let heads: Vec<_> = people::by_agency(db, std::slice::from_ref(&ground.agency.id))?
        .into_iter()
        .filter(|person| person.active && is_head(person))
        .collect();
    match heads.as_slice() {
        [only] => Ok(only.id.clone()),
        _ => Err(Error::invalid("approved_by", "请选择审批的机关负责人。")),
    }
}

fn reviewer(db: &mut Db, ground: &Ground<'_>) -> Result<Reviewer, Error> {
    let person = people::find(db, ground.who.person.as_str())
        .or_none()?
        .ok_or(Error::NotFound("审核人员"))?;
    Ok(Reviewer { person: person.id, qualification: person.qualification })
}

/// The exhibits ticked in the form; each must belong to the case.
pub fn exhibits(db: &mut Db, ground: &Ground<'_>, form: &Form) -> Result<Vec<ExhibitRef>, Error> {
    let mut refs = Vec::new();
    let Some(case) = &ground.case else { return Ok(refs) };
    for id in form.values.get("exhibits").into_iter().flatten().filter(|id| !id.is_empty()) {
        let exhibit = exhibits::find(db, id)
            .or_none()?
            .filter(|exhibit| exhibit.case_id == case.id)
            .ok_or_else(|| Error::invalid("exhibits", "所选附件不属于本案。"))?;
        refs.push(exhibit_ref(&exhibit)?);
    }
    Ok(refs)
}

/// Makes the item that a filing names its code: typed so, or with the name behind it as lists offer it.
///
/// # Errors
/// `Invalid` when it is none of the agency's items in use.
pub fn name_item(
    db: &mut Db,
    ground: &Ground<'_>,
    facts: &mut Map<String, Value>,
) -> Result<(), Error> {
    let Some(typed) = facts.get("item").and_then(Value::as_str) else { return Ok(()) };
    let (code, name) = typed.trim().split_once(' ').unwrap_or((typed.trim(), ""));
    let item = register::item_in_use(db, &ground.agency.id, code)?;
    let same = |item: &Item| name.is_empty() || item.name.trim() == name.trim();
    let item = item
        .filter(same)
        .ok_or_else(|| Error::invalid("item", "执法事项：没有这个在用的事项，请从列表中选择。"))?;
    facts.insert("item".into(), item.code.into());
    Ok(())
}

/// Gives a case being filed its number if the officer left it blank.
pub fn name_case(
    db: &mut Db,
    ground: &Ground<'_>,
    private: &mut Vec<(String, String)>,
) -> Result<(), Error> {
    let filing = ground.case.is_none() && ground.uncased.is_none();
    if !filing || private.iter().any(|(path, _)| path == "case.number") {
        return Ok(());
    }
    let year = ground.now.day().year();
    let count = cases::count_of_agency(db, &ground.agency.id)? + 1;
    let short = &ground.agency.short_name;
    private.push(("case.number".into(), format!("{short}立〔{year}〕{count}号")));
    Ok(())
}

/// Who must sign: the head beside the officer where the law asks for approval, both officers where it asks
/// for two, else the person who fills in the form.
pub fn signers(ground: &Ground<'_>, form: &Form, act: &Act) -> Result<Vec<String>, Error> {
    let me = ground.who.person.to_string();
    let mut people = vec![me.clone()];
    match act {
        Act::Filing { approved_by, .. } | Act::Closing { approved_by, .. } => {
            people.push(approved_by.clone());
        }
        _ if ground.spec.signers == 2 => {
            let partner = form.first("with");
            if partner.is_empty() {
                return Err(Error::invalid("with", "请选择共同签名的执法人员。"));
            }
            people.push(partner.to_owned());
        }
        _ => {}
    }
    people.dedup();
    Ok(people)
}
