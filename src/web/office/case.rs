//! The file of one case: what is next, clocks, records, exhibits, rounds of review, drafts.

use super::{id, trail};
use crate::{
    base::CaseId,
    desk::look_up::case_file::{self, CaseFile},
    web::{
        caller::{Caller, Posted},
        dossier,
        look::{Entry, Frame},
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse, web::Path};
use askama::Template;

#[derive(Template)]
#[template(path = "office/case.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    file: CaseFile,
    next: Vec<Next>,
    linked: bool,
    csrf: String,
}

/// A record that may be written next.
struct Next {
    href: String,
    title: String,
    by: String,
    mine: bool,
}

/// `GET /office/cases/{id}`
pub async fn show(
    request: HttpRequest,
    caller: Caller,
    path: Path<String>,
) -> Answer<HttpResponse> {
    let id: CaseId = id(&path, "案件")?;
    let file = case_file::case_file(&caller.desk, &id).await?;
    let next = file.next.iter().map(|step| Next {
        href: match step.kind.as_str() {
            "review" => format!("/office/reviews/{id}"),
            kind => format!("/office/cases/{id}/records/{kind}"),
        },
        title: step.title.clone(),
        by: step.by.clone(),
        mine: step.mine,
    });
    let page = Page {
        frame: caller.office("/office/cases"),
        trail: trail(&[("/office/cases", "案件")]),
        next: next.collect(),
        csrf: caller.csrf(),
        linked: request.query_string().contains("linked"),
        file,
    };
    Ok(render::page(&page))
}

/// `POST /office/cases/{id}/dossier`: the dossier as a download, put on record.
pub async fn dossier(posted: Posted, path: Path<String>) -> Answer<HttpResponse> {
    let id: CaseId = id(&path, "案件")?;
    dossier::download(&posted.caller, &id, posted.first("variant"), posted.first("purpose")).await
}
