//! What waits for somebody.

use super::{Asked, json};
use crate::{
    desk::look_up::work::{self, OverduePage, ReviewPage},
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode};
use serde::Deserialize;
use serde_json::json as value;
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

/// Decisions that wait to be disclosed, the oldest first.
#[utoipa::path(get, path = "/api/v1/undisclosed", tag = "work",
    responses((status = 200, description = "decisions to disclose or to withhold", body = Object)))]
pub async fn undisclosed(caller: Caller) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &value!({ "decisions": work::disclosures(&caller.desk).await? })))
}

/// A page of the clocks that have run out, the longest overdue first.
#[utoipa::path(get, path = "/api/v1/overdue", tag = "work", params(PageQuery),
    responses((status = 200, description = "clocks that have run out, next cursor", body = OverduePage)))]
pub async fn overdue(caller: Caller, Asked(query): Asked<PageQuery>) -> Answer<HttpResponse> {
    let cursor = query.cursor.unwrap_or_default();
    Ok(json(StatusCode::OK, &work::overdue(&caller.desk, &cursor).await?))
}
