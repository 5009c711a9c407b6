//! 工作台: what waits for the signed-in person, by role; each figure opens its list.

use crate::{
    desk::{
        Error, Role,
        look_up::{
            cases::{self, CaseFilter, StageCount},
            drafts::{self, DraftCard},
            fixity::{self, Checked},
            people,
            work::{self, DuePage, OverduePage, ReviewPage},
        },
    },
    web::{caller::Caller, look::Frame, problem::Answer, render},
};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "office/home.html")]
struct Home {
    frame: Frame,
    drafts: Vec<DraftCard>,
    /// None where the role has no such list.
    reviews: Option<ReviewPage>,
    disclosures: Option<DuePage>,
    overdue: Option<OverduePage>,
    fixity: Option<Checked>,
    stages: Option<Vec<StageCount>>,
    may_file: bool,
    has_key: bool,
    administers: bool,
}

/// `GET /office`
pub async fn show(caller: Caller) -> Answer<HttpResponse> {
    let who = caller.who()?;
    let desk = &caller.desk;
    let keys = people::my_keys(desk).await?;
    let page = Home {
        drafts: drafts::to_sign(desk).await?,
        reviews: allowed(work::reviews(desk, "").await)?,
        disclosures: allowed(work::disclosures(desk, "").await)?,
        overdue: allowed(work::overdue(desk, "").await)?,
        fixity: allowed(fixity::checked(desk).await)?.flatten(),
        stages: allowed(cases::cases(desk, CaseFilter::default()).await)?.map(|page| page.counts),
        may_file: who.is_any(&[Role::Officer, Role::Head]),
        has_key: keys.iter().any(|key| key.revoked_at.is_empty()),
        administers: who.is(Role::Administrator),
        frame: caller.office("/office"),
    };
    Ok(render::page(&page))
}

/// What the role may not see is left out of the workbench rather than refused.
fn allowed<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(list) => Ok(Some(list)),
        Err(Error::Forbidden(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}
