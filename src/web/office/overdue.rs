//! 期限监督: the clocks that have run out, the longest overdue first.

use super::{Onward, asked, trail};
use crate::{
    desk::look_up::work::{self, OverduePage},
    web::{
        caller::Caller,
        look::{Entry, Frame},
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "office/overdue.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    page: OverduePage,
    onward: Onward,
}

/// `GET /office/overdue`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let cursor = asked(&request, "after")?;
    let page = work::overdue(&caller.desk, &cursor).await?;
    let onward = Onward::new("/office/overdue", &[], &cursor, page.next.as_deref());
    let frame = caller.office("/office/overdue");
    Ok(render::page(&Page { frame, trail: trail(&[]), page, onward }))
}
