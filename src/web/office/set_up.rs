//! The one-time link of a new house: the first agency and its administrator.

use super::people::{self, PersonForm};
use crate::{
    desk::{
        Error,
        set_up::{self, NewAgency},
    },
    web::{
        caller::{self, Caller, Values, Whole},
        look::Frame,
        problem::{Answer, Problem},
        render,
    },
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;

#[derive(Template)]
#[template(path = "office/set_up.html")]
struct Page {
    frame: Frame,
    token: String,
    agency: NewAgency,
    form: PersonForm,
}

/// `GET /set-up/{token}`
pub async fn show(caller: Caller, path: Path<String>) -> Answer<HttpResponse> {
    if !set_up::is_offered(&caller.desk, &path).await? {
        return Err(Problem(Error::NotFound("初始化链接")));
    }
    let ticked = Values::from([("roles".to_owned(), vec!["administrator".to_owned()])]);
    let form = PersonForm::new(&ticked, Vec::new());
    page(&caller, path.into_inner(), NewAgency::default(), form, StatusCode::OK)
}

fn page(
    caller: &Caller,
    token: String,
    agency: NewAgency,
    form: PersonForm,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let frame = Frame { nav: Vec::new(), ..caller.office("") };
    Ok(render::page_with(status, &Page { frame, token, agency, form }))
}

/// `POST /set-up/{token}`
pub async fn post(caller: Caller, path: Path<String>, Whole(body): Whole) -> Answer<HttpResponse> {
    let values = caller::parse(&body)?;
    let text = |name: &str| {
        let first = values.get(name).and_then(|all| all.first());
        first.map(|text| text.trim().to_owned()).unwrap_or_default()
    };
    let agency = NewAgency {
        code: text("code"),
        name: text("agency_name"),
        short_name: text("short_name"),
        region: text("region"),
        pack: String::new(),
        address: text("address"),
        phone: text("phone"),
    };
    let entered = set_up::set_up(&caller.desk, &path, agency.clone(), people::read(&values)).await;
    match entered {
        Ok(_) => Ok(render::see_other("/office/sign-in?next=/office/people")),
        Err(Error::Invalid(faults)) => {
            let form = PersonForm::new(&values, faults);
            page(&caller, path.into_inner(), agency, form, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(fault) => Err(Problem(fault)),
    }
}
