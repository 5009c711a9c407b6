//! A form ready to be filled in: its specification with this case's and this agency's choices.

use super::case_file::ExhibitView;
use crate::{
    base::CaseId,
    desk::{Desk, Error, House, Optional, Role, Who, disclose, permit},
    law::forms::{Choice, Exhibits, FieldSpec, FormSpec, Input, Source},
    store::{Db, agencies, cases, chains, items, people},
};
use serde::Serialize;

/// Items offered in a choice; longer lists are searched by typing a code.
const ITEMS_OFFERED: i64 = 500;

/// A form with everything its page needs.
#[derive(Clone, Debug, Serialize)]
pub struct FormView {
    /// The specification, its choices filled in.
    pub spec: FormSpec,
    /// The case's number and title, empty for a filing.
    pub case_title: String,
    /// Head of the case's chain, in hex: the form carries it to be noticed when stale.
    pub head: String,
    /// Colleagues who may sign beside the signed-in person.
    pub partners: Vec<Choice>,
    /// Heads who may approve.
    pub approvers: Vec<Choice>,
    /// Exhibits of the case that the record may name.
    pub exhibits: Vec<ExhibitView>,
    /// Whether a partner must be chosen.
    pub needs_partner: bool,
    /// Whether partners may be added (the record names officers).
    pub names_officers: bool,
    /// Whether an approver must be chosen.
    pub needs_approver: bool,
    /// For a disclosure: what is to be shown, with the proposed masking.
    pub proposals: Vec<disclose::Proposal>,
}

/// The form for a record of `kind` in `case` (none for a filing).
///
/// # Errors
/// `Forbidden` for the wrong role, `NotFound` for a case that is not theirs.
pub async fn form(desk: &Desk, kind: &str, case: Option<&CaseId>) -> Result<FormView, Error> {
    let exhibits = match case {
        Some(case) => super::case_file::case_file(desk, case).await?.exhibits,
        None => Vec::new(),
    };
    let who = desk.who()?.clone();
    let (house, kind) = (desk.house.clone(), kind.to_owned());
    let case = case.map(ToString::to_string);
    desk.house.store.read(move |db| build(db, &house, &who, &kind, case.as_deref(), exhibits)).await
}

fn build(
    db: &mut Db,
    house: &House,
    who: &Who,
    kind: &str,
    case: Option<&str>,
    exhibits: Vec<ExhibitView>,
) -> Result<FormView, Error> {
    let mut spec = house.rulebook.form(kind).ok_or(Error::NotFound("记录种类"))?.clone();
    if !spec.roles.iter().any(|role| who.is(*role)) {
        return Err(Error::Forbidden("制作这类记录"));
    }
    let case = match case {
        Some(id) => Some(cases::find(db, id).optional()?.ok_or(Error::NotFound("案件"))?),
        None => None,
    };
    if case.as_ref().is_some_and(|case| case.agency_id != who.agency) {
        return Err(Error::NotFound("案件"));
    }
    let colleagues = people::by_agency(db, std::slice::from_ref(&who.agency))?;
    let with_role = |role: Role| -> Vec<Choice> {
        colleagues
            .iter()
            .filter(|p| p.active && permit::parse_roles(&p.roles).contains(&role))
            .map(|p| Choice::new(p.id.clone(), label(p, role)))
            .collect()
    };
    let everybody: Vec<Choice> = colleagues
        .iter()
        .filter(|person| person.active)
        .map(|person| Choice::new(person.id.clone(), person.name.clone()))
        .collect();
    for field in &mut spec.fields {
        offer(db, who, field, &everybody)?;
    }
    let proposals = match &case {
        Some(case) if disclose::composes(kind) => {
            let agency = agencies::find(db, &who.agency)?;
            disclose::propose(db, house, case, &agency)?
        }
        _ => Vec::new(),
    };
    let has = |path: &str| spec.fields.iter().any(|field| field.path == path);
    let mut partners = with_role(Role::Officer);
    partners.retain(|choice| choice.value != who.person.as_str());
    Ok(FormView {
        needs_partner: spec.signers == 2,
        names_officers: has("officers"),
        needs_approver: has("approved_by"),
        approvers: with_role(Role::Head),
        partners,
        exhibits: if spec.exhibits == Exhibits::None { Vec::new() } else { exhibits },
        case_title: case.as_ref().map(|c| format!("{} {}", c.number, c.title)).unwrap_or_default(),
        head: match &case {
            Some(case) => hex::encode(chains::find(db, &case.id)?.head),
            None => String::new(),
        },
        proposals,
        spec,
    })
}

fn label(person: &people::Person, role: Role) -> String {
    if role == Role::Officer && !person.certificate.is_empty() {
        format!(
            "{}（执法证{}，有效期至{}）",
            person.name, person.certificate, person.certificate_until
        )
    } else {
        person.name.clone()
    }
}

/// Fills in the choices that only the rows know.
fn offer(db: &mut Db, who: &Who, field: &mut FieldSpec, people: &[Choice]) -> Result<(), Error> {
    if matches!(field.input, Input::Person | Input::People) {
        field.options = people.to_vec();
    }
    if field.options_from == Some(Source::Items) {
        field.options = items::by_agency(db, &who.agency, "", ITEMS_OFFERED)?
            .into_iter()
            .filter(|item| item.active)
            .map(|item| Choice::new(item.code.clone(), format!("{} {}", item.code, item.name)))
            .collect();
    }
    Ok(())
}
