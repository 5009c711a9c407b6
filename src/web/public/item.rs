//! One disclosure: the answer first, then the facts, the last days, the check; and its proof for download.

use super::{qr::Qr, site_address, state_class};
use crate::{
    desk::{
        Error, log,
        look_up::public::{self, Item},
    },
    web::{
        caller::Caller,
        log::trusted_keys,
        look::{Entry, Frame},
        problem::Answer,
        receipt, render,
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;

#[derive(Template)]
#[template(path = "public/item.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    item: Item,
    /// Who shows it, how long, and the party's last days, in a sentence or two.
    summary: String,
    /// Class of the answer.
    kind: &'static str,
    /// Address of this page, for paper.
    address: String,
    qr: Option<Qr>,
    log_keys: String,
}

/// `GET /disclosures/{number}`: 410 once withdrawn.
pub async fn show(
    request: HttpRequest,
    caller: Caller,
    number: web::Path<String>,
) -> Answer<HttpResponse> {
    let item = public::item(&caller.desk, &number).await?;
    let status = if item.state == "withdrawn" { StatusCode::GONE } else { StatusCode::OK };
    let address = format!("{}/disclosures/{}", site_address(&request, &caller.shared), item.number);
    let page = Page {
        frame: caller.public("/disclosures"),
        trail: vec![Entry::new("/disclosures", "事后公示")],
        kind: state_class(&item.state),
        summary: summary(&item),
        qr: Qr::of(&address),
        address,
        log_keys: trusted_keys(&log::keys(&caller.desk).await?),
        item,
    };
    Ok(render::page_with(status, &page))
}

fn summary(item: &Item) -> String {
    let until = match item.show_until.as_str() {
        "" => String::new(),
        until => format!("，公示至{until}"),
    };
    let mut text = format!("由{}公示{until}。", item.agency.name);
    for day in item.remedies.iter().filter(|day| !day.passed) {
        text.push_str(&format!("{}的最后一日：{}。", day.label, day.until));
    }
    text
}

/// `GET /disclosures/{number}/proof.json`: canonical JSON, `zhijian/proof/v1`.
pub async fn proof(caller: Caller, number: web::Path<String>) -> Answer<HttpResponse> {
    let proof = public::proof(&caller.desk, &number).await?;
    let bytes = proof.to_bytes().map_err(Error::broken)?;
    // The number was found, so it is one of ours: digits and a dash.
    let name = format!("attachment; filename=\"zhijian-proof-{number}.json\"");
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes))
}

/// `GET /disclosures/{number}/receipt.tlog-proof`: that and by when the log had the record (C2SP tlog-proof).
pub async fn receipt(caller: Caller, number: web::Path<String>) -> Answer<HttpResponse> {
    receipt::of_disclosure(&caller, &number).await
}
