//! What waits for somebody.

use super::json;
use crate::{
    desk::look_up::work,
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode};
use serde_json::json as value;

/// Reviews that wait, the most urgent first.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "work",
    responses((status = 200, description = "waiting reviews", body = Object)))]
pub async fn reviews(caller: Caller) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &value!({ "reviews": work::reviews(&caller.desk).await? })))
}

/// Decisions that wait to be disclosed, the oldest first.
#[utoipa::path(get, path = "/api/v1/undisclosed", tag = "work",
    responses((status = 200, description = "decisions to disclose or to withhold", body = Object)))]
pub async fn undisclosed(caller: Caller) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &value!({ "decisions": work::disclosures(&caller.desk).await? })))
}

/// Clocks that have run out.
#[utoipa::path(get, path = "/api/v1/overdue", tag = "work",
    responses((status = 200, description = "clocks that have run out", body = Object)))]
pub async fn overdue(caller: Caller) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &value!({ "clocks": work::overdue(&caller.desk).await? })))
}
