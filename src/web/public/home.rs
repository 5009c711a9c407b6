//! The portal.

use crate::web::{caller::Caller, look::Frame, problem::Answer, render};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "public/home.html")]
struct Home {
    frame: Frame,
}

/// `GET /`
pub async fn show(caller: Caller) -> Answer<HttpResponse> {
    Ok(render::page(&Home { frame: caller.public("/") }))
}
