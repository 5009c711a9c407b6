//! What waits for somebody.

use super::{Asked, cases::case_id, json};
use crate::{
    desk::look_up::{
        fixity,
        published::{self, PublishedFilter, PublishedPage},
        review_file::{self, ReviewFile},
        work::{self, DuePage, OverduePage, ReviewPage},
    },
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
}

/// A page of the reviews that wait, the most urgent first.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "work", params(PageQuery),
    responses((status = 200, description = "waiting reviews, next cursor", body = ReviewPage)))]
pub async fn reviews(caller: Caller, Asked(query): Asked<PageQuery>) -> Answer<HttpResponse> {
    let cursor = query.cursor.unwrap_or_default();
    Ok(json(StatusCode::OK, &work::reviews(&caller.desk, &cursor).await?))
}

/// The file under review: what the machine found, what is new since the last return, what the opinion will cover.
#[utoipa::path(get, path = "/api/v1/reviews/{case}", tag = "work",
    params(("case" = String, Path, description = "Case id")),
    responses((status = 200, description = "findings, file, checklist, fingerprint", body = ReviewFile),
        (status = 304, description = "Unchanged since the tag in If-None-Match"),
        (status = 410, description = "Nothing of this case waits for review")))]
pub async fn review(caller: Caller, case: Path<String>) -> Answer<HttpResponse> {
    let file = review_file::review_file(&caller.desk, &case_id(&case)?).await?;
    Ok(json(StatusCode::OK, &file))
}

/// A page of the decisions that wait to be disclosed or withheld, the oldest first.
#[utoipa::path(get, path = "/api/v1/undisclosed", tag = "work", params(PageQuery),
    responses((status = 200, description = "decisions, next cursor", body = DuePage)))]
pub async fn undisclosed(caller: Caller, Asked(query): Asked<PageQuery>) -> Answer<HttpResponse> {
    let cursor = query.cursor.unwrap_or_default();
    Ok(json(StatusCode::OK, &work::disclosures(&caller.desk, &cursor).await?))
}

/// Which of what is public.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PublishedQuery {
    /// Terms in title, party, code or numbers.
    q: Option<String>,
    /// `published`, `corrected` or `withdrawn`.
    state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of what one's agency has made public, the newest first. What has a case is corrected and withdrawn there,
/// the rest by drafts that name its number.
#[utoipa::path(get, path = "/api/v1/published", tag = "work", params(PublishedQuery),
    responses((status = 200, description = "items, next cursor", body = PublishedPage),
        (status = 304, description = "Unchanged since the tag in If-None-Match")))]
pub async fn published(
    caller: Caller,
    Asked(query): Asked<PublishedQuery>,
) -> Answer<HttpResponse> {
    let filter = PublishedFilter {
        words: query.q.unwrap_or_default(),
        state: query.state.unwrap_or_default(),
        cursor: query.cursor.unwrap_or_default(),
    };
    Ok(json(StatusCode::OK, &published::published(&caller.desk, filter).await?))
}

/// A page of the clocks that have run out, the longest overdue first.
#[utoipa::path(get, path = "/api/v1/overdue", tag = "work", params(PageQuery),
    responses((status = 200, description = "clocks that have run out, next cursor", body = OverduePage)))]
pub async fn overdue(caller: Caller, Asked(query): Asked<PageQuery>) -> Answer<HttpResponse> {
    let cursor = query.cursor.unwrap_or_default();
    Ok(json(StatusCode::OK, &work::overdue(&caller.desk, &cursor).await?))
}

/// What the last reading of the exhibits found.
#[utoipa::path(get, path = "/api/v1/fixity", tag = "work",
    responses((status = 200, description = "the last round, null before the first", body = Option<fixity::Checked>)))]
pub async fn exhibits_checked(caller: Caller) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &fixity::checked(&caller.desk).await?))
}
