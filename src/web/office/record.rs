//! Filling in any kind of record: the form, and preparing what was typed for signing.

use super::{id, objections, record_form::RecordForm, reviews, trail};
use crate::{
    base::CaseId,
    desk::{Error, look_up::forms, prepare},
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
    form: RecordForm,
}

/// `GET /office/records/{id}/receipt`: that and by when the log had the record (C2SP tlog-proof).
pub async fn receipt(caller: Caller, path: Path<String>) -> Answer<HttpResponse> {
    receipt::of_record(&caller, &path).await
}

/// `GET /office/cases/new`
pub async fn new(caller: Caller) -> Answer<HttpResponse> {
    blank(&caller, "filing", None).await
}

/// `POST /office/cases/new`
pub async fn file(posted: Posted) -> Answer<HttpResponse> {
    take(posted, "filing", None).await
}

/// `GET /office/cases/{id}/records/{kind}`
pub async fn show(caller: Caller, path: Path<(String, String)>) -> Answer<HttpResponse> {
    let case: CaseId = id(&path.0, "案件")?;
    match path.1.as_str() {
        "review" => Ok(render::see_other(&format!("/office/reviews/{case}"))),
        kind => blank(&caller, kind, Some(&case)).await,
    }
}

/// `POST /office/cases/{id}/records/{kind}`
pub async fn post(posted: Posted, path: Path<(String, String)>) -> Answer<HttpResponse> {
    let case: CaseId = id(&path.0, "案件")?;
    take(posted, &path.1, Some(case)).await
}

async fn blank(caller: &Caller, kind: &str, case: Option<&CaseId>) -> Answer<HttpResponse> {
    let form = build(caller, kind, case, None).await?;
    page(caller, case, form, StatusCode::OK)
}

/// The form with what was typed before a session ended, not sent; `why`, and what to say where the case moved on.
pub async fn again(
    caller: &Caller,
    kind: &str,
    case: Option<&CaseId>,
    typed: &Values,
    (why, moved): (&str, &str),
    status: StatusCode,
) -> Answer<HttpResponse> {
    let mut form = build(caller, kind, case, Some(typed)).await?;
    let head = typed.get("head").and_then(|all| all.first());
    let stands = head.is_none_or(|head| *head == form.head);
    form.conflict = if stands { why } else { moved }.to_owned();
    match (kind, case) {
        ("review", Some(case)) => reviews::again(caller, case, form, status).await,
        _ => page(caller, case, form, status),
    }
}

/// The form of a record of `kind`, answered with `typed` if something was typed.
pub async fn build(
    caller: &Caller,
    kind: &str,
    case: Option<&CaseId>,
    typed: Option<&Values>,
) -> Result<RecordForm, Error> {
    let view = forms::form(&caller.desk, kind, case).await?;
    let action = match case {
        Some(case) => format!("/office/cases/{case}/records/{kind}"),
        None => "/office/cases/new".to_owned(),
    };
    Ok(RecordForm::new(caller, view, action, typed))
}

fn page(
    caller: &Caller,
    case: Option<&CaseId>,
    form: RecordForm,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let back = case.map_or_else(|| "/office/cases".to_owned(), |id| format!("/office/cases/{id}"));
    let mut steps = vec![("/office/cases", "案件")];
    if case.is_some() {
        steps.push((&back, &form.case_title));
    }
    let trail = trail(&steps);
    let frame = caller.office("/office/cases");
    Ok(render::page_with(status, &Page { frame, trail, back, form }))
}

/// Prepares the record, or shows the form again with everything that was typed.
async fn take(posted: Posted, kind: &str, case: Option<CaseId>) -> Answer<HttpResponse> {
    let Posted { caller, mut values } = posted;
    let mut take = |name: &str| values.remove(name).and_then(|mut all| all.pop());
    let head = take("head").filter(|head| !head.is_empty());
    let key = take("signing_key").and_then(|key| STANDARD.decode(key).ok());
    let form = prepare::Form {
        kind: kind.to_owned(),
        case: case.clone(),
        head,
        public_key: key.filter(|key| !key.is_empty()),
        values: values.clone(),
    };
    let fault = match prepare::prepare(&caller.desk, form).await {
        Ok(draft) => return Ok(render::see_other(&format!("/office/drafts/{draft}"))),
        Err(fault @ (Error::Invalid(_) | Error::Refused(_) | Error::Conflict(_))) => fault,
        Err(fault) => return Err(Problem(fault)),
    };
    let mut form = build(&caller, kind, case.as_ref(), Some(&values)).await?;
    let id = case.as_ref().map(ToString::to_string).unwrap_or_default();
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
    match (kind, &case) {
        ("review", Some(case)) => reviews::again(&caller, case, form, status).await,
        _ => page(&caller, case.as_ref(), form, status),
    }
}
