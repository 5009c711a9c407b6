//! The list of what was made public: search, filters, pages.

use super::asked::Asked;
use crate::{
    desk::look_up::public::{self, Holder, ListPage},
    web::{
        caller::Caller,
        look::{Choice, Frame, Pages},
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "public/disclosures.html")]
struct List {
    frame: Frame,
    asked: Asked,
    list: ListPage,
    pages: Pages,
    agencies: Vec<Choice>,
    kinds: Vec<Choice>,
    states: Vec<Choice>,
    holder: Option<Holder>,
    nothing: Nothing,
}

/// The sentence over an empty list, with what to do.
struct Nothing {
    sentence: String,
    advice: &'static str,
    /// The whole list; empty when this was it.
    href: &'static str,
}

/// `GET /disclosures`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let asked = Asked::read(request.query_string())?;
    let list = public::list(&caller.desk, asked.query.clone()).await?;
    // The one search box takes certificate numbers too.
    let holder = match asked.is_words_alone() {
        true => public::certificate(&caller.desk, &asked.query.words).await?,
        false => None,
    };
    let agencies = public::agencies(&caller.desk).await?.into_iter().map(|agency| Choice {
        chosen: agency.code == asked.query.agency,
        value: agency.code,
        label: agency.name,
    });
    let agencies = agencies.collect();
    let pages = Pages {
        page: list.page.unsigned_abs(),
        count: list.pages.max(1).unsigned_abs(),
        items: list.total.unsigned_abs(),
        path: "/disclosures".into(),
        query: asked.pairs(),
    };
    let mut frame = caller.public("/disclosures");
    frame.query.clone_from(&asked.query.words);
    let (kinds, states, nothing) = (asked.kinds(), asked.states(), nothing(&asked));
    Ok(render::page(&List { frame, asked, list, pages, agencies, kinds, states, holder, nothing }))
}

fn nothing(asked: &Asked) -> Nothing {
    let href = if asked.is_narrowed() { "/disclosures" } else { "" };
    let (sentence, advice) = match (asked.month(), asked.query.words.as_str(), href) {
        (Some(month), ..) => {
            (format!("{month}没有作出并公示的行政执法决定。"), "可以放宽日期再查。")
        }
        (None, "", "") => (
            "本站还没有公示执法决定。".into(),
            "行政处罚决定自作出之日起七个工作日内公示，其他执法决定自作出之日起二十个工作日内公示。",
        ),
        (None, "", _) => {
            ("没有符合筛选条件的公示信息。".into(), "可以放宽日期，或者改选执法主体、类别和状态。")
        }
        (None, words, _) => (
            format!("未查到与“{words}”有关的公示信息。"),
            "请核对文号、名称或代码，少输几个字再查。刚作出的决定可能还在法定公示期限内；公示期满的不再\
             展示；自然人姓名隐去后不能按姓名查询。仍有疑问的，请联系作出决定的机关。",
        ),
    };
    Nothing { sentence, advice, href }
}
