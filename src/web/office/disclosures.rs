//! Decisions that have to be disclosed or withheld, with the days that are left.

use super::trail;
use crate::{
    desk::{
        Role,
        look_up::work::{self, Due},
    },
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
#[template(path = "office/disclosures.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    list: Vec<Due>,
    may_disclose: bool,
    may_withhold: bool,
}

/// `GET /office/disclosures`
pub async fn list(caller: Caller) -> Answer<HttpResponse> {
    let list = work::disclosures(&caller.desk).await?;
    let who = caller.who()?;
    let page = Page {
        frame: caller.office("/office/disclosures"),
        trail: trail(&[]),
        may_disclose: who.is(Role::Clerk),
        may_withhold: who.is_any(&[Role::Clerk, Role::Head]),
        list,
    };
    Ok(render::page(&page))
}
