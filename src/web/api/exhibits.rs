//! The bytes of an exhibit for programs: the same answers as the player's page gets.

use crate::web::{caller::Caller, office, problem::Answer};
use actix_web::{HttpRequest, HttpResponse, web::Path};

/// An exhibit's bytes, whole or in one range; the viewing is put on record.
#[utoipa::path(get, path = "/api/v1/exhibits/{id}/content", tag = "cases",
    params(("id" = String, Path, description = "Exhibit id"),
        ("Range" = Option<String>, Header, description = "One range of bytes (RFC 9110 §14)")),
    responses((status = 200, description = "All bytes", content_type = "application/octet-stream"),
        (status = 206, description = "The range asked for", content_type = "application/octet-stream"),
        (status = 416, description = "The range begins behind the end")))]
pub async fn content(
    request: HttpRequest,
    caller: Caller,
    id: Path<String>,
) -> Answer<HttpResponse> {
    office::exhibits::content(request, caller, id).await
}

/// An exhibit's thumbnail.
#[utoipa::path(get, path = "/api/v1/exhibits/{id}/poster", tag = "cases",
    params(("id" = String, Path, description = "Exhibit id")),
    responses((status = 200, description = "A JPEG", content_type = "image/jpeg")))]
pub async fn poster(caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    office::exhibits::poster(caller, id).await
}
