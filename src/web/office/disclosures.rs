//! Decisions that have to be disclosed or withheld, with the days that are left.

use super::{Onward, asked, published, trail};
use crate::{
    desk::{
        Role,
        look_up::{
            published::READERS,
            work::{self, DuePage},
        },
    },
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
#[template(path = "office/disclosures.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    page: DuePage,
    onward: Onward,
    may_disclose: bool,
    may_withhold: bool,
    /// Empty for who sees this list alone.
    tabs: Vec<Entry>,
}

/// `GET /office/disclosures`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let cursor = asked(&request, "after")?;
    let page = work::disclosures(&caller.desk, &cursor).await?;
    let onward = Onward::new("/office/disclosures", &[], &cursor, page.next.as_deref());
    let who = caller.who()?;
    let page = Page {
        frame: caller.office("/office/disclosures"),
        trail: trail(&[]),
        may_disclose: who.is(Role::Clerk),
        may_withhold: who.is_any(&[Role::Clerk, Role::Head]),
        tabs: if who.is_any(&READERS) { published::tabs() } else { Vec::new() },
        page,
        onward,
    };
    Ok(render::page(&page))
}
