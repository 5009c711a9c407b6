//! 事前公示: the agencies, and for each its officers and what it may enforce.

use crate::{
    desk::look_up::public::{self, AgencyPage, AgencyView},
    web::{
        caller::{self, Caller},
        look::{Entry, Frame, Pages},
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

#[derive(Template)]
#[template(path = "public/agencies.html")]
struct List {
    frame: Frame,
    agencies: Vec<AgencyView>,
}

/// `GET /agencies`
pub async fn list(caller: Caller) -> Answer<HttpResponse> {
    let agencies = public::agencies(&caller.desk).await?;
    Ok(render::page(&List { frame: caller.public("/agencies"), agencies }))
}

#[derive(Template)]
#[template(path = "public/agency.html")]
struct One {
    frame: Frame,
    trail: Vec<Entry>,
    page: AgencyPage,
    words: String,
    pages: Pages,
}

/// `GET /agencies/{code}`
pub async fn show(
    request: HttpRequest,
    caller: Caller,
    code: web::Path<String>,
) -> Answer<HttpResponse> {
    let values = caller::parse(request.query_string().as_bytes())?;
    let first = |name: &str| values.get(name).and_then(|all| all.first()).map_or("", |v| v.trim());
    let words: String = first("q").chars().take(100).collect();
    let number = first("page").parse().unwrap_or(1);
    let page = public::agency(&caller.desk, &code, &words, number).await?;
    let kept = (!words.is_empty()).then(|| ("q".to_owned(), words.clone()));
    let pages = Pages {
        page: page.page.unsigned_abs(),
        count: page.pages.max(1).unsigned_abs(),
        items: page.total.unsigned_abs(),
        path: format!("/agencies/{}", page.agency.code),
        query: kept.into_iter().collect(),
    };
    let frame = caller.public("/agencies");
    let trail = vec![Entry::new("/agencies", "事前公示")];
    Ok(render::page(&One { frame, trail, page, words, pages }))
}
