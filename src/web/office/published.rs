//! What the agency has made public, each item with the way to its correction or withdrawal.

use super::{Onward, asked, choice, trail};
use crate::{
    desk::{
        Role,
        look_up::{
            public::STATES,
            published::{self, PublishedFilter, PublishedPage},
        },
    },
    web::{
        caller::Caller,
        look::{Choice, Entry, Frame},
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// Address of the list.
pub const HERE: &str = "/office/disclosures/published";

#[derive(Template)]
#[template(path = "office/published.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    tabs: Vec<Entry>,
    page: PublishedPage,
    states: Vec<Choice>,
    words: String,
    filtered: bool,
    onward: Onward,
    /// Whether the item looked for was just changed.
    linked: bool,
    may_amend: bool,
}

/// The two lists of disclosures, for whoever sees both.
pub fn tabs() -> Vec<Entry> {
    vec![Entry::new("/office/disclosures", "待公示"), Entry::new(HERE, "已公示")]
}

/// `GET /office/disclosures/published`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let (words, state, cursor) =
        (asked(&request, "q")?, asked(&request, "state")?, asked(&request, "after")?);
    let filter =
        PublishedFilter { words: words.clone(), state: state.clone(), cursor: cursor.clone() };
    let page = published::published(&caller.desk, filter).await?;
    let query = [("q", words.as_str()), ("state", state.as_str())];
    let template = Page {
        frame: caller.office("/office/disclosures"),
        trail: trail(&[]),
        tabs: tabs(),
        states: STATES.iter().map(|(word, label)| choice(word, label, &state)).collect(),
        filtered: !words.is_empty() || !state.is_empty(),
        onward: Onward::new(HERE, &query, &cursor, page.next.as_deref()),
        linked: !asked(&request, "linked")?.is_empty(),
        may_amend: caller.who()?.is(Role::Clerk),
        words,
        page,
    };
    Ok(render::page(&template))
}

/// Address of the form that changes an item: its case's, or its own.
pub fn form(number: &str, case: &Option<String>, kind: &str) -> String {
    match case {
        Some(case) => format!("/office/cases/{case}/records/{kind}"),
        None => format!("/office/disclosures/{number}/records/{kind}"),
    }
}
