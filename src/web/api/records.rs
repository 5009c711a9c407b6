//! Records that were made and signed elsewhere, and the receipts of records.

use super::{Json, Meant, drafts::Place, json};
use crate::{
    desk::{Error, submit},
    ledger::field::Field,
    web::{caller::Caller, problem::Answer, receipt},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
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

/// A record's receipt: the log has it, and the witnesses have cosigned that.
#[utoipa::path(get, path = "/api/v1/records/{id}/receipt", tag = "records",
    params(("id" = String, Path, description = "Record id")),
    responses((status = 200, description = "C2SP tlog-proof", content_type = "text/plain")))]
pub async fn receipt(caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    receipt::of_record(&caller, &id).await
}
