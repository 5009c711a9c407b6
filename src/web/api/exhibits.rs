//! The bytes of an exhibit for programs, whole or in part. Every viewing is put on record by the desk.

use crate::{
    base::ExhibitId,
    desk::Error,
    web::{caller::Caller, exhibit_bytes, problem::Answer},
};
use actix_web::{HttpRequest, HttpResponse, web::Path};

/// An exhibit's bytes.
#[utoipa::path(get, path = "/api/v1/exhibits/{id}/content", tag = "cases",
    params(("id" = String, Path, description = "Exhibit id"),
        ("Range" = Option<String>, Header, description = "One range of bytes")),
    responses((status = 200, description = "All bytes", content_type = "application/octet-stream"),
        (status = 206, description = "The range asked for", content_type = "application/octet-stream"),
        (status = 416, description = "The range begins behind the end")))]
pub async fn content(
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
) -> Answer<HttpResponse> {
    exhibit_bytes::content(&request, &caller, &exhibit_id(&id)?).await
}

/// An exhibit's thumbnail.
#[utoipa::path(get, path = "/api/v1/exhibits/{id}/poster", tag = "cases",
    params(("id" = String, Path, description = "Exhibit id")),
    responses((status = 200, description = "A JPEG", content_type = "image/jpeg")))]
pub async fn poster(caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    exhibit_bytes::poster(&caller, &exhibit_id(&id)?).await
}

fn exhibit_id(text: &str) -> Result<ExhibitId, Error> {
    text.parse().map_err(|_| Error::NotFound("证据附件"))
}
