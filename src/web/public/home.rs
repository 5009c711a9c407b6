//! The portal.

use crate::{
    desk::look_up::public::{self, Portal},
    web::{caller::Caller, look::Frame, problem::Answer, render},
};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "public/home.html")]
struct Home {
    frame: Frame,
    portal: Portal,
}

/// `GET /`
pub async fn show(caller: Caller) -> Answer<HttpResponse> {
    let portal = public::portal(&caller.desk).await?;
    Ok(render::page(&Home { frame: caller.public("/"), portal }))
}
