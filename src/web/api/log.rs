//! The log's newest checkpoint.

use super::json;
use crate::{
    desk::look_up::log_head,
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode};

/// The log's newest signed checkpoint and the key that checks it.
#[utoipa::path(get, path = "/api/v1/log", tag = "public",
    responses((status = 200, description = "origin, key, size, root, note", body = log_head::LogHead)))]
pub async fn head(caller: Caller) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &log_head::log_head(&caller.desk).await?))
}
