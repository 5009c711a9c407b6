//! 法制审核: the queue by due day, and one file open before its reviewer.

use super::{Onward, asked, id, objections, record, record_form::RecordForm, trail};
use crate::{
    base::CaseId,
    desk::{
        look_up::{
            review_file::{self, ReviewFile},
            work::{self, ReviewPage},
        },
        prepare::Subject,
    },
    web::{
        caller::Caller,
        look::{Entry, Frame, Objection, Weight},
        problem::Answer,
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Path};
use askama::Template;

#[derive(Template)]
#[template(path = "office/reviews.html")]
struct Queue {
    frame: Frame,
    trail: Vec<Entry>,
    page: ReviewPage,
    onward: Onward,
}

#[derive(Template)]
#[template(path = "office/review.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    review: ReviewFile,
    /// What must be mended and what needs judgement.
    findings: Vec<Objection>,
    passed: Vec<Objection>,
    form: Option<RecordForm>,
    back: String,
}

impl Page {
    fn must(&self) -> usize {
        self.review.must.len()
    }

    fn kind(&self) -> &'static str {
        if !self.review.must.is_empty() {
            "danger"
        } else if !self.review.judge.is_empty() {
            "warn"
        } else {
            "ok"
        }
    }

    fn sentence(&self) -> String {
        match (self.must(), self.review.judge.len()) {
            (0, 0) => "形式审查已经通过，请审核实体内容".into(),
            (0, judge) => format!("形式审查已经通过，有{judge}处请您判断"),
            (must, 0) => format!("有{must}处必须改正，目前不能作出同意的结论"),
            (must, judge) => format!("有{must}处必须改正，{judge}处请您判断"),
        }
    }
}

/// `GET /office/reviews`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let cursor = asked(&request, "after")?;
    let page = work::reviews(&caller.desk, &cursor).await?;
    let onward = Onward::new("/office/reviews", &[], &cursor, page.next.as_deref());
    let frame = caller.office("/office/reviews");
    Ok(render::page(&Queue { frame, trail: trail(&[]), page, onward }))
}

/// `GET /office/reviews/{case}`
pub async fn show(caller: Caller, path: Path<String>) -> Answer<HttpResponse> {
    let case: CaseId = id(&path, "案件")?;
    let review = review_file::review_file(&caller.desk, &case).await?;
    let form = match review.may_review {
        true => Some(record::build(&caller, "review", &Subject::Case(case.clone()), None).await?),
        false => None,
    };
    page(&caller, review, form, StatusCode::OK)
}

/// The same file again, with a form that was not taken.
pub async fn again(
    caller: &Caller,
    case: &CaseId,
    form: RecordForm,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let review = review_file::review_file(&caller.desk, case).await?;
    page(caller, review, Some(form), status)
}

fn page(
    caller: &Caller,
    review: ReviewFile,
    form: Option<RecordForm>,
    status: StatusCode,
) -> Answer<HttpResponse> {
    let weigh = |reasons: &[_], weight: Weight| {
        let list = objections(caller, &review.file.id, "review", reasons).into_iter();
        list.map(|one| Objection { weight, ..one }).collect::<Vec<_>>()
    };
    let mut findings = weigh(&review.must, Weight::Must);
    findings.extend(weigh(&review.judge, Weight::Judge));
    let page = Page {
        frame: caller.office("/office/reviews"),
        trail: trail(&[("/office/reviews", "法制审核")]),
        passed: weigh(&review.passed, Weight::Passed),
        back: format!("/office/cases/{}", review.file.id),
        findings,
        // The file that this page shows, not one that was read a moment later.
        form: form.map(|form| RecordForm { head: review.file.head.clone(), ..form }),
        review,
    };
    Ok(render::page_with(status, &page))
}
