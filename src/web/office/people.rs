//! People of the agency: who they are, entering somebody, switching somebody off or on.

use super::{Onward, asked, choice, id, objections, trail};
use crate::{
    base::PersonId,
    desk::{
        Error, FieldFault, Role,
        look_up::people::{self, PeoplePage},
        set_up::{self, NewPerson},
    },
    web::{
        caller::{Caller, Posted, Values},
        look::{Choice, Entry, Frame, Objection},
        problem::{Answer, Problem},
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Path};
use askama::Template;

/// The form for a person, as typed.
#[derive(Default)]
pub struct PersonForm {
    /// What was typed; the password never comes back.
    pub person: NewPerson,
    /// Roles to tick.
    pub roles: Vec<Choice>,
    /// Faulty fields.
    pub faults: Vec<FieldFault>,
}

impl PersonForm {
    /// The form answered with `values`; empty values make an empty form.
    pub fn new(values: &Values, faults: Vec<FieldFault>) -> Self {
        let person = NewPerson { password: String::new(), ..read(values) };
        let tick = |role: Role| Choice {
            chosen: person.roles.contains(&role),
            ..choice(role.name(), role.label(), "")
        };
        PersonForm { roles: Role::ALL.into_iter().map(tick).collect(), person, faults }
    }

    /// What is wrong with a field, empty when nothing is.
    pub fn fault(&self, name: &str) -> &str {
        self.faults.iter().find(|fault| fault.field == name).map_or("", |fault| &fault.text)
    }
}

/// A person from a form.
pub fn read(values: &Values) -> NewPerson {
    let text = |name: &str| {
        let first = values.get(name).and_then(|all| all.first());
        first.map(|text| text.trim().to_owned()).unwrap_or_default()
    };
    let chosen = values.get("roles").map_or(&[][..], Vec::as_slice);
    NewPerson {
        login: text("login"),
        name: text("name"),
        roles: Role::ALL.into_iter().filter(|r| chosen.iter().any(|c| c == r.name())).collect(),
        // A password is taken exactly as typed.
        password: values.get("password").and_then(|all| all.first()).cloned().unwrap_or_default(),
        certificate: text("certificate"),
        certificate_from: text("certificate_from"),
        certificate_until: text("certificate_until"),
        qualification: text("qualification"),
    }
}

#[derive(Template)]
#[template(path = "office/people.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    csrf: String,
    me: String,
    people: PeoplePage,
    onward: Onward,
    administers: bool,
    form: PersonForm,
    reasons: Vec<Objection>,
    conflict: String,
}

/// `GET /office/people`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let form = PersonForm::new(&Values::new(), Vec::new());
    Ok(render::page(&page(&caller, form, &asked(&request, "after")?).await?))
}

async fn page(caller: &Caller, form: PersonForm, cursor: &str) -> Result<Page, Error> {
    let who = caller.who()?;
    let people = people::people(&caller.desk, cursor).await?;
    Ok(Page {
        frame: caller.office("/office/people"),
        trail: trail(&[]),
        csrf: caller.csrf(),
        me: who.person.to_string(),
        onward: Onward::new("/office/people", &[], cursor, people.next.as_deref()),
        people,
        administers: who.is(Role::Administrator),
        form,
        reasons: Vec::new(),
        conflict: String::new(),
    })
}

/// The form with what was typed, what is wrong with it, and what came in between.
pub async fn again(
    caller: &Caller,
    typed: &Values,
    faults: Vec<FieldFault>,
    conflict: &str,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let mut page = page(caller, PersonForm::new(typed, faults), "").await?;
    page.conflict = conflict.to_owned();
    Ok(render::page_with(status, &page))
}

/// `POST /office/people`
pub async fn add(posted: Posted) -> Answer<HttpResponse> {
    match set_up::add_person(&posted.caller.desk, read(&posted.values)).await {
        Ok(_) => Ok(render::see_other("/office/people")),
        Err(Error::Invalid(faults)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            again(&posted.caller, &posted.values, faults, "", status).await
        }
        Err(fault) => Err(Problem(fault)),
    }
}

/// `POST /office/people/{id}/active`
pub async fn set_active(posted: Posted, path: Path<String>) -> Answer<HttpResponse> {
    let id: PersonId = id(&path, "人员")?;
    let active = posted.first("active") == "1";
    match set_up::set_active(&posted.caller.desk, &id, active).await {
        Ok(()) => Ok(render::see_other("/office/people")),
        Err(Error::Refused(reasons)) => {
            let form = PersonForm::new(&Values::new(), Vec::new());
            let mut page = page(&posted.caller, form, "").await?;
            page.reasons = objections(&posted.caller, "", "", &reasons);
            Ok(render::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(Problem(fault)),
    }
}
