//! What the site says about itself: its map, what it keeps of visitors, how it is accessible.

use crate::web::{caller::Caller, look::Frame, problem::Answer, render};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "public/site_map.html")]
struct SiteMap {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "public/privacy.html")]
struct Privacy {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "public/accessibility.html")]
struct Accessibility {
    frame: Frame,
}

/// `GET /site-map`
pub async fn site_map(caller: Caller) -> Answer<HttpResponse> {
    Ok(render::page(&SiteMap { frame: caller.public("") }))
}

/// `GET /privacy`
pub async fn privacy(caller: Caller) -> Answer<HttpResponse> {
    Ok(render::page(&Privacy { frame: caller.public("") }))
}

/// `GET /accessibility`
pub async fn accessibility(caller: Caller) -> Answer<HttpResponse> {
    Ok(render::page(&Accessibility { frame: caller.public("") }))
}
