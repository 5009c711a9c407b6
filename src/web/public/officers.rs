//! 执法人员核验: whether the certificate shown at the door is good today.

use crate::{
    desk::look_up::public::{self, Holder},
    web::{
        caller::{self, Caller},
        look::{Entry, Frame},
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "public/officer.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    certificate: String,
    holder: Option<Holder>,
}

/// `GET /officers/verify?certificate=…`
pub async fn verify(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let values = caller::parse(request.query_string().as_bytes())?;
    let typed = values.get("certificate").and_then(|all| all.first()).map_or("", |v| v.trim());
    let certificate: String = typed.chars().take(100).collect();
    let holder = public::certificate(&caller.desk, &certificate).await?;
    let frame = caller.public("/agencies");
    let trail = vec![Entry::new("/agencies", "事前公示")];
    Ok(render::page(&Page { frame, trail, certificate, holder }))
}
