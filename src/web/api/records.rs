//! Records that were made and signed elsewhere.

use super::{Json, Meant, drafts::Place, json};
use crate::{
    desk::{Error, submit},
    ledger::field::Field,
    web::problem::Answer,
};
use actix_web::{HttpResponse, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use utoipa::ToSchema;

/// A signed record with the openings of its private fields.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submitted {
    /// Base64 of the DSSE envelope's bytes.
    envelope: String,
    /// Path, value, salt (hex) and mask of each private field.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    fields: Vec<Field>,
}

/// Links a record that was signed elsewhere, for example offline.
#[utoipa::path(post, path = "/api/v1/records", tag = "records", request_body = Submitted,
    responses((status = 201, description = "Linked", body = Place)))]
pub async fn submit(meant: Meant, Json(asked): Json<Submitted>) -> Answer<HttpResponse> {
    let envelope = STANDARD
        .decode(&asked.envelope)
        .map_err(|_| Error::invalid("envelope", "签名封装应为Base64。"))?;
    let linked = submit::submit(&meant.0.desk, envelope, asked.fields).await?;
    Ok(json(StatusCode::CREATED, &Place::from(linked)))
}
