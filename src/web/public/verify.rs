//! 存证核验: by number to the item, by proof file in the page.

use crate::{
    desk::{log, look_up::public},
    web::{
        caller::{self, Caller},
        log::{KeyLine, trusted_keys},
        look::Frame,
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "public/verify.html")]
struct Page {
    frame: Frame,
    number: String,
    origin: String,
    keys: Vec<KeyLine>,
    trusted: String,
    size: u64,
    sealed_at: String,
}

/// `GET /verify?number=…`: a known number leads to its item.
pub async fn show(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let values = caller::parse(request.query_string().as_bytes())?;
    let typed = values.get("number").and_then(|all| all.first()).map_or("", |v| v.trim());
    let number: String = typed.chars().take(100).collect();
    if let Some(found) = public::numbered(&caller.desk, &number).await? {
        return Ok(render::see_other(&format!("/disclosures/{found}#verify")));
    }
    let newest = log::newest(&caller.desk).await?;
    let keys = log::keys(&caller.desk).await?;
    Ok(render::page(&Page {
        frame: caller.public("/verify"),
        number,
        origin: log::origin(&caller.desk.house).to_owned(),
        keys: KeyLine::all(&keys),
        trusted: trusted_keys(&keys),
        size: newest.as_ref().map_or(0, |published| published.size),
        sealed_at: newest.map(|published| public::moment(published.sealed_at)).unwrap_or_default(),
    }))
}
