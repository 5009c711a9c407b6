//! The list of cases, by stage and words, a page at a time.

use super::{Onward, asked, choice, trail};
use crate::{
    desk::{
        Role,
        look_up::cases::{self, CaseFilter, CasePage},
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

#[derive(Template)]
#[template(path = "office/cases.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    page: CasePage,
    stages: Vec<Choice>,
    words: String,
    filtered: bool,
    onward: Onward,
    may_file: bool,
}

/// `GET /office/cases`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let who = caller.who()?;
    let (stage, words, cursor) =
        (asked(&request, "stage")?, asked(&request, "q")?, asked(&request, "after")?);
    let filter = CaseFilter {
        stage: Some(stage.clone()).filter(|stage| !stage.is_empty()),
        words: words.clone(),
        cursor: Some(cursor.clone()),
    };
    let page = cases::cases(&caller.desk, filter).await?;
    let counted = |count: &cases::StageCount| {
        choice(&count.stage, &format!("{}（{}）", count.label, count.count), &stage)
    };
    let query = [("stage", stage.as_str()), ("q", words.as_str())];
    let template = Page {
        frame: caller.office("/office/cases"),
        trail: trail(&[]),
        stages: page.counts.iter().map(counted).collect(),
        filtered: !stage.is_empty() || !words.is_empty(),
        onward: Onward::new("/office/cases", &query, &cursor, page.next.as_deref()),
        may_file: who.is_any(&[Role::Officer, Role::Head]),
        words,
        page,
    };
    Ok(render::page(&template))
}
