//! Filling in any kind of record: the form, and preparing what was typed for signing.

use super::{id, objections, published, record_form::RecordForm, reviews, trail};
use crate::{
    base::CaseId,
    desk::{
        Error,
        look_up::forms,
        prepare::{self, Subject},
    },
    web::{
        caller::{Caller, Posted, Values},
        look::{Entry, Frame},
        problem::{Answer, Problem},
        receipt, render,
    },
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};

#[derive(Template)]
#[template(path = "office/record.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    back: String,
    /// Address of the public page, where no case stands behind it.
    public: String,
    form: RecordForm,
}

/// `GET /office/records/{id}/receipt`: that and by when the log had the record (C2SP tlog-proof).
pub async fn receipt(caller: Caller, path: Path<String>) -> Answer<HttpResponse> {
    receipt::of_record(&caller, &path).await
}

/// `GET /office/cases/new`
pub async fn new(caller: Caller) -> Answer<HttpResponse> {
    blank(&caller, "filing", &Subject::NewCase).await
}

/// `POST /office/cases/new`
pub async fn file(posted: Posted) -> Answer<HttpResponse> {
    take(posted, "filing", Subject::NewCase).await
}

/// `GET /office/cases/{id}/records/{kind}`
pub async fn show(caller: Caller, path: Path<(String, String)>) -> Answer<HttpResponse> {
    let case: CaseId = id(&path.0, "案件")?;
    match path.1.as_str() {
        "review" => Ok(render::see_other(&format!("/office/reviews/{case}"))),
        kind => blank(&caller, kind, &Subject::Case(case)).await,
    }
}

/// `POST /office/cases/{id}/records/{kind}`
pub async fn post(posted: Posted, path: Path<(String, String)>) -> Answer<HttpResponse> {
    let case: CaseId = id(&path.0, "案件")?;
    take(posted, &path.1, Subject::Case(case)).await
}

/// `GET /office/disclosures/{number}/records/{kind}`: where no case stands behind it.
pub async fn amend(caller: Caller, path: Path<(String, String)>) -> Answer<HttpResponse> {
    let (number, kind) = path.into_inner();
    blank(&caller, &kind, &Subject::Disclosure(number)).await
}

/// `POST /office/disclosures/{number}/records/{kind}`
pub async fn post_amended(posted: Posted, path: Path<(String, String)>) -> Answer<HttpResponse> {
    let (number, kind) = path.into_inner();
    take(posted, &kind, Subject::Disclosure(number)).await
}

async fn blank(caller: &Caller, kind: &str, subject: &Subject) -> Answer<HttpResponse> {
    let form = build(caller, kind, subject, None).await?;
    page(caller, subject, form, StatusCode::OK)
}

/// The form with what was typed before a session ended, not sent; `why`, and what to say where the case moved on.
pub async fn again(
    caller: &Caller,
    kind: &str,
    subject: &Subject,
    typed: &Values,
    (why, moved): (&str, &str),
    status: StatusCode,
) -> Answer<HttpResponse> {
    let mut form = build(caller, kind, subject, Some(typed)).await?;
    let head = typed.get("head").and_then(|all| all.first());
    let stands = head.is_none_or(|head| *head == form.head);
    form.conflict = if stands { why } else { moved }.to_owned();
    show_again(caller, kind, subject, form, status).await
}

/// The form of a record of `kind`, answered with `typed` if something was typed.
pub async fn build(
    caller: &Caller,
    kind: &str,
    subject: &Subject,
    typed: Option<&Values>,
) -> Result<RecordForm, Error> {
    let view = forms::form(&caller.desk, kind, subject).await?;
    let action = match subject {
        Subject::NewCase => "/office/cases/new".to_owned(),
        Subject::Case(case) => format!("/office/cases/{case}/records/{kind}"),
        Subject::Disclosure(number) => format!("/office/disclosures/{number}/records/{kind}"),
    };
    Ok(RecordForm::new(caller, view, action, typed))
}

fn page(
    caller: &Caller,
    subject: &Subject,
    form: RecordForm,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let list = match subject {
        Subject::Disclosure(_) => (published::HERE, "已公示"),
        Subject::NewCase | Subject::Case(_) => ("/office/cases", "案件"),
    };
    let back = match subject {
        Subject::Case(case) => format!("/office/cases/{case}"),
        Subject::NewCase | Subject::Disclosure(_) => list.0.to_owned(),
    };
    let mut steps = vec![list];
    if matches!(subject, Subject::Case(_)) {
        steps.push((&back, &form.case_title));
    }
    let trail = trail(&steps);
    let section =
        if matches!(subject, Subject::Disclosure(_)) { "/office/disclosures" } else { list.0 };
    let public = match subject {
        Subject::Disclosure(number) => format!("/disclosures/{number}"),
        Subject::NewCase | Subject::Case(_) => String::new(),
    };
    let frame = caller.office(section);
    Ok(render::page_with(status, &Page { frame, trail, back, public, form }))
}

async fn show_again(
    caller: &Caller,
    kind: &str,
    subject: &Subject,
    form: RecordForm,
    status: StatusCode,
) -> Answer<HttpResponse> {
    match (kind, subject) {
        ("review", Subject::Case(case)) => reviews::again(caller, case, form, status).await,
        _ => page(caller, subject, form, status),
    }
}

/// Prepares the record, or shows the form again with everything that was typed.
async fn take(posted: Posted, kind: &str, subject: Subject) -> Answer<HttpResponse> {
    let Posted { caller, mut values } = posted;
    let mut take = |name: &str| values.remove(name).and_then(|mut all| all.pop());
    let head = take("head").filter(|head| !head.is_empty());
    let key = take("signing_key").and_then(|key| STANDARD.decode(key).ok());
    let (case, disclosure) = match subject.clone() {
        Subject::NewCase => (None, None),
        Subject::Case(case) => (Some(case), None),
        Subject::Disclosure(number) => (None, Some(number)),
    };
    let id = case.as_ref().map(ToString::to_string).unwrap_or_default();
    let form = prepare::Form {
        kind: kind.to_owned(),
        case,
        disclosure,
        head,
        public_key: key.filter(|key| !key.is_empty()),
        values: values.clone(),
    };
    let fault = match prepare::prepare(&caller.desk, form).await {
        Ok(draft) => return Ok(render::see_other(&format!("/office/drafts/{draft}"))),
        Err(fault @ (Error::Invalid(_) | Error::Refused(_) | Error::Conflict(_))) => fault,
        Err(fault) => return Err(Problem(fault)),
    };
    let mut form = build(&caller, kind, &subject, Some(&values)).await?;
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match fault {
        Error::Invalid(faults) => form.mark(faults),
        Error::Refused(reasons) => form.objections = objections(&caller, &id, kind, &reasons),
        Error::Conflict(text) => {
            form.conflict = text;
            status = StatusCode::CONFLICT;
        }
        other => return Err(Problem(other)),
    }
    show_again(&caller, kind, &subject, form, status).await
}
