//! One's own signing keys.

use super::{Json, Made, Meant, json};
use crate::{
    base::KeyId,
    desk::{
        Error,
        enrol_key::{self, Enrolment},
        look_up,
    },
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A key of the client's own with proof that it is held, or a password for a key held by the service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// Base64 of the raw Ed25519 public key; with `proof`.
    public_key: Option<String>,
    /// Base64 of the signature over the challenge of `GET /api/v1/keys`.
    proof: Option<String>,
    /// The owner's password, instead of both.
    password: Option<String>,
}

/// Why a key is revoked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    reason: String,
}

/// Keys and challenge.
#[derive(Serialize, ToSchema)]
pub struct Keys {
    keys: Vec<look_up::people::KeyView>,
    /// What a new key signs to prove that it is held.
    challenge: String,
}

/// One's keys, and the text that a new key must sign.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys",
    responses((status = 200, description = "keys, challenge", body = Keys)))]
pub async fn list(caller: Caller) -> Answer<HttpResponse> {
    let who = caller.who()?;
    let challenge = enrol_key::challenge(who.person.as_str(), &who.csrf);
    let keys = look_up::people::my_keys(&caller.desk).await?;
    Ok(json(StatusCode::OK, &Keys { keys, challenge }))
}

/// Enrols a key.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = Enrol,
    responses((status = 201, description = "Enrolled", body = Made)))]
pub async fn enrol(meant: Meant, Json(asked): Json<Enrol>) -> Answer<HttpResponse> {
    let id = enrol_key::enrol(&meant.0.desk, enrolment(asked)?).await?;
    Ok(json(StatusCode::CREATED, &Made { id: id.to_string() }))
}

fn enrolment(asked: Enrol) -> Result<Enrolment, Error> {
    match (asked.public_key, asked.proof, asked.password) {
        (None, None, Some(password)) => Ok(Enrolment::Server { password }),
        (Some(public_key), Some(proof), None) => Ok(Enrolment::Browser {
            public_key: sized("public_key", &public_key)?,
            proof: sized("proof", &proof)?,
        }),
        _ => Err(Error::invalid("public_key", "请给出公钥与证明，或者只给出密码。")),
    }
}

fn sized<const N: usize>(name: &str, text: &str) -> Result<[u8; N], Error> {
    let bytes = STANDARD.decode(text).unwrap_or_default();
    bytes.try_into().map_err(|_| Error::invalid(name, format!("应为{N}字节的Base64。")))
}

/// Revokes a key; what it signed before stays valid.
#[utoipa::path(post, path = "/api/v1/keys/{id}/revocation", tag = "keys", request_body = Revoke,
    params(("id" = String, Path, description = "Key id")),
    responses((status = 204, description = "Revoked")))]
pub async fn revoke(
    meant: Meant,
    id: Path<String>,
    Json(asked): Json<Revoke>,
) -> Answer<HttpResponse> {
    let id: KeyId = id.parse().map_err(|_| Error::NotFound("密钥"))?;
    enrol_key::revoke(&meant.0.desk, &id, &asked.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}
