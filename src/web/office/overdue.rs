//! 期限监督: the clocks that have run out, the longest overdue first.

use super::trail;
use crate::{
    desk::look_up::work::{self, Overdue},
    web::{
        caller::Caller,
        look::{Entry, Frame},
        problem::Answer,
        render,
    },
};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "office/overdue.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    list: Vec<Overdue>,
}

/// `GET /office/overdue`
pub async fn list(caller: Caller) -> Answer<HttpResponse> {
    let list = work::overdue(&caller.desk).await?;
    let frame = caller.office("/office/overdue");
    Ok(render::page(&Page { frame, trail: trail(&[]), list }))
}
