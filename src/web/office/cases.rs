//! The list of cases, by stage and words, a page at a time.

use super::{choice, trail};
use crate::{
    desk::{
        Role,
        look_up::cases::{self, CaseFilter, CasePage},
    },
    web::{
        caller::{self, Caller},
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
    first: bool,
    next: String,
    may_file: bool,
}

/// `GET /office/cases`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let who = caller.who()?;
    let query = caller::parse(request.query_string().as_bytes())?;
    let first = |name: &str| query.get(name).and_then(|all| all.first()).cloned();
    let stage = first("stage").filter(|stage| !stage.is_empty());
    let (words, cursor) = (first("q").unwrap_or_default(), first("after"));
    let filter = CaseFilter { stage: stage.clone(), words: words.clone(), cursor: cursor.clone() };
    let page = cases::cases(&caller.desk, filter).await?;
    let chosen = stage.clone().unwrap_or_default();
    let counted = |count: &cases::StageCount| {
        choice(&count.stage, &format!("{}（{}）", count.label, count.count), &chosen)
    };
    let next = page.next.as_ref().map(|cursor| {
        let mut link = url::form_urlencoded::Serializer::new("/office/cases?".to_owned());
        link.append_pair("stage", &chosen).append_pair("q", &words).append_pair("after", cursor);
        link.finish()
    });
    let template = Page {
        frame: caller.office("/office/cases"),
        trail: trail(&[]),
        stages: page.counts.iter().map(counted).collect(),
        filtered: stage.is_some() || !words.is_empty(),
        first: cursor.is_none(),
        next: next.unwrap_or_default(),
        may_file: who.is_any(&[Role::Officer, Role::Head]),
        words,
        page,
    };
    Ok(render::page(&template))
}
