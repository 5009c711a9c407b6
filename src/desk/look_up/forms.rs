//! A form ready to be filled in: its specification with this case's and this agency's choices.

use super::{
    case_file::{CaseFile, ExhibitView},
    prefill::{self, Answers},
};
use crate::{
    base::Day,
    desk::{
        Desk, Error, House, Role, Who,
        behind::{Behind, Proposal},
        disclose, file, permit,
        prepare::Subject,
        project, register, uncased,
    },
    law::{
        forms::{Choice, Exhibits, FieldSpec, FormSpec, Input, Source},
        procedure::CaseState,
    },
    store::{Db, OrNone, agencies, cases, chains, disclosures, items, people},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Items offered for choice; those beyond are named by typing their code.
const ITEMS_OFFERED: i64 = 1_000;

/// A form with everything its page needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormView {
    /// The specification, its choices filled in.
    #[schema(value_type = Object)]
    pub spec: FormSpec,
    /// Number and title of the case, or of the disclosure without one; empty for a filing.
    pub case_title: String,
    /// Head of the case's chain, or digest of what is public, in hex: the form carries it to be noticed when stale.
    pub head: String,
    /// Colleagues who may sign beside the signed-in person.
    #[schema(value_type = Vec<Object>)]
    pub partners: Vec<Choice>,
    /// Heads who may approve.
    #[schema(value_type = Vec<Object>)]
    pub approvers: Vec<Choice>,
    /// Exhibits of the case that the record may name.
    pub exhibits: Vec<ExhibitView>,
    /// Whether a partner must be chosen.
    pub needs_partner: bool,
    /// Whether partners may be added (the record names officers).
    pub names_officers: bool,
    /// Whether an approver must be chosen.
    pub needs_approver: bool,
    /// For a disclosure or correction: what is to be shown, with the proposed masking and what is public now.
    #[schema(value_type = Vec<Object>)]
    pub proposals: Vec<Proposal>,
    /// First answers, from what the file already says.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    pub prefill: Answers,
}

/// The form for a record of `kind` about `subject`.
///
/// # Errors
/// `Forbidden` for the wrong role, `NotFound` for a case that is not theirs, `Refused` for a disclosure that cannot
/// be changed, or not without its case.
pub async fn form(desk: &Desk, kind: &str, subject: &Subject) -> Result<FormView, Error> {
    let file = match subject {
        Subject::Case(case) => Some(super::case_file::case_file(desk, case).await?),
        Subject::NewCase | Subject::Disclosure(_) => None,
    };
    let who = desk.who()?.clone();
    let (house, kind, today) = (desk.house.clone(), kind.to_owned(), desk.now.day());
    let number = match subject {
        Subject::Disclosure(number) => Some(number.clone()),
        Subject::NewCase | Subject::Case(_) => None,
    };
    let read = move |db: &mut Db| {
        let about = match (file, number) {
            (Some(file), _) => About::Case(Box::new(file)),
            (None, Some(number)) => {
                About::Public(Box::new(uncased::find(db, &who, &kind, &number)?))
            }
            (None, None) => About::Nothing,
        };
        build(db, &house, &who, &kind, about, today)
    };
    desk.house.store.read(read).await
}

/// What a form is about, read.
enum About {
    Nothing,
    Case(Box<CaseFile>),
    Public(Box<disclosures::Disclosure>),
}

/// The title of a kind of record, for links to its form.
pub fn title(desk: &Desk, kind: &str) -> String {
    super::wording::title(&desk.house, kind)
}

fn build(
    db: &mut Db,
    house: &House,
    who: &Who,
    kind: &str,
    about: About,
    today: Day,
) -> Result<FormView, Error> {
    let mut spec = house.rulebook.form(kind).ok_or(Error::NotFound("记录种类"))?.clone();
    if !spec.roles.iter().any(|role| who.is(*role)) {
        return Err(Error::Forbidden("制作这类记录"));
    }
    let (file, public) = match about {
        About::Nothing => (None, None),
        About::Case(file) => (Some(*file), None),
        About::Public(row) => (None, Some(*row)),
    };
    let case = match &file {
        Some(file) => Some(cases::find(db, &file.id).or_none()?.ok_or(Error::NotFound("案件"))?),
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
        .map(|person| Choice::new(person.id.clone(), named(person)))
        .collect();
    for field in &mut spec.fields {
        offer(db, who, field, &everybody)?;
    }
    if !hearing_told(case.as_ref())? {
        spec.fields.retain(|field| field.path != "hearing_waived");
    }
    let agency = agencies::find(db, &who.agency)?;
    let proposals = match (&case, &public) {
        _ if !disclose::composes(kind) => Vec::new(),
        (Some(case), _) => Behind::case(db, house, case, &agency)?.items,
        (None, Some(row)) => Behind::row(db, house, row, &agency)?.items,
        (None, None) => Vec::new(),
    };
    let prefill = first_answers(db, house, who, &spec, case.as_ref(), file.as_ref(), today)?;
    let exhibits = file.map(|file| file.exhibits).unwrap_or_default();
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
        case_title: match (&case, &public) {
            (Some(case), _) => format!("{} {}", case.number, case.title),
            (None, Some(row)) => format!("{} {}", row.number, row.title),
            (None, None) => String::new(),
        },
        head: match (&case, &public) {
            (Some(case), _) => hex::encode(chains::find(db, &case.id)?.head),
            (None, Some(row)) => uncased::standing(db, row)?.hex(),
            (None, None) => String::new(),
        },
        proposals,
        prefill,
        spec,
    })
}

fn first_answers(
    db: &mut Db,
    house: &House,
    who: &Who,
    spec: &FormSpec,
    case: Option<&cases::Case>,
    file: Option<&CaseFile>,
    today: Day,
) -> Result<Answers, Error> {
    let agency = agencies::find(db, &who.agency)?;
    let records = match case {
        Some(case) => file::read(db, house, &case.id)?,
        None => Vec::new(),
    };
    let pack = project::pack_of(house, &agency)?;
    let ground = prefill::Ground { house, spec, case, records: &records, pack, today };
    let mut answers = prefill::prefill(db, &ground)?;
    if let Some(file) = file.filter(|_| spec.kind == "evidence") {
        answers.insert("exhibits".into(), unnamed(file));
    }
    Ok(answers)
}

/// Whether the party was told of a hearing, so that it can give one up.
fn hearing_told(case: Option<&cases::Case>) -> Result<bool, Error> {
    let Some(case) = case else { return Ok(false) };
    let state: CaseState = serde_json::from_str(&case.state).map_err(Error::broken)?;
    Ok(state.notice().is_some_and(|notice| notice.hearing_told))
}

/// Exhibits that no signed record of the case names yet; their custody records do not count.
fn unnamed(file: &CaseFile) -> Vec<String> {
    let named = |exhibit: &ExhibitView| {
        let signed = file.records.iter().filter(|record| record.kind != "custody");
        signed.into_iter().any(|record| record.exhibits.contains(&exhibit.sha256))
    };
    file.exhibits.iter().filter(|exhibit| !named(exhibit)).map(|e| e.id.clone()).collect()
}

/// A colleague with their roles.
fn named(person: &people::Person) -> String {
    let roles: Vec<&str> = permit::parse_roles(&person.roles).iter().map(|r| r.label()).collect();
    format!("{}（{}）", person.name, roles.join("、"))
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
        field.options = items::in_use(db, &who.agency, "", 0, ITEMS_OFFERED)?
            .into_iter()
            .filter(|item| item.act_kind == register::PENALTY)
            .map(|item| {
                let label = format!("{} {}", item.code, item.name);
                Choice::new(item.code, label)
            })
            .collect();
    }
    Ok(())
}
