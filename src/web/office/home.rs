//! 工作台: what waits for the signed-in person.

use crate::web::{caller::Caller, look::Frame, problem::Answer, render};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "office/home.html")]
struct Home {
    frame: Frame,
}

/// `GET /office`
pub async fn show(caller: Caller) -> Answer<HttpResponse> {
    caller.who()?;
    Ok(render::page(&Home { frame: caller.office("/office") }))
}
