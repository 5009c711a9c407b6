//! 存证核验: by number to the item, by file in the page, which is given the rules for it.

use crate::{
    base::Digest,
    desk::{log, look_up::public},
    law,
    web::{
        caller::{self, Caller},
        log::{KeyLine, trusted_keys},
        look::Frame,
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::header};
use askama::Template;
use std::{collections::BTreeMap, sync::LazyLock};

#[derive(Template)]
#[template(path = "public/verify.html")]
struct Page {
    frame: Frame,
    number: String,
    origin: String,
    keys: Vec<KeyLine>,
    trusted: String,
    rules: String,
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
        rules: format!("/verify/rules.json?of={}", RULES.1),
        size: newest.as_ref().map_or(0, |published| published.size),
        sealed_at: newest.map(|published| public::moment(published.sealed_at)).unwrap_or_default(),
    }))
}

/// The rules' texts by their names, as JSON, and its digest in hex.
static RULES: LazyLock<(String, String)> = LazyLock::new(|| {
    let texts: BTreeMap<_, _> = law::builtin_files().iter().copied().collect();
    let json = serde_json::json!(texts).to_string();
    let digest = Digest::of(json.as_bytes()).hex();
    (json, digest)
});

/// `GET /verify/rules.json`: the rules that the page replays the procedure by. With `of=<their digest>`, as the page asks,
/// they may be kept for ever.
pub async fn rules(request: HttpRequest) -> HttpResponse {
    let (json, digest) = &*RULES;
    let known = request.query_string().strip_prefix("of=") == Some(digest);
    let keep = if known { "public, max-age=31536000, immutable" } else { "no-cache" };
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, keep))
        .body(json.as_str())
}
