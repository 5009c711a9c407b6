//! Records on their way: prepared, read, signed, dropped.

use super::{Json, Meant, cases::case_id, created, json};
use crate::{
    base::{DraftId, KeyId},
    desk::{
        Error,
        append::Linked,
        look_up::{
            self,
            drafts::{DraftCard, DraftView},
        },
        prepare::{self, Form},
        sign::{self, Signed, Signing},
    },
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One answer of a form, or several under one name.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

/// A filled form.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prepare {
    /// Kind of record.
    kind: String,
    /// Case id; none for a filing.
    case: Option<String>,
    /// Number of the disclosure that it corrects or withdraws, where no case stands behind it.
    disclosure: Option<String>,
    /// `head` of the form when it was read; another by now refuses the form as stale.
    head: Option<String>,
    /// Base64 of the raw public key this client signs with; none lets the newest key sign.
    public_key: Option<String>,
    /// Answers by form name.
    #[serde(default)]
    values: BTreeMap<String, OneOrMore>,
}

/// A signature made by the client's key, or the password that unlocks the key held by the service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignDraft {
    /// Key id; with `signature`.
    key: Option<String>,
    /// Base64 of 64 bytes, Ed25519 over the DSSE encoding of the payload.
    signature: Option<String>,
    /// The owner's password, instead of both.
    password: Option<String>,
}

/// Where a record came to stand.
#[derive(Serialize, ToSchema)]
pub struct Place {
    /// Record id.
    record: String,
    /// SHA-256 of the envelope.
    digest: String,
    /// Place in the chain, from 0.
    seq: u64,
    /// New head of the chain.
    head: String,
    /// Place in the log, from 0.
    leaf: u64,
}

impl From<Linked> for Place {
    fn from(linked: Linked) -> Self {
        Place {
            record: linked.record.to_string(),
            digest: linked.digest.hex(),
            seq: linked.seq,
            head: linked.head.hex(),
            leaf: linked.leaf,
        }
    }
}

/// Drafts to sign.
#[derive(Serialize, ToSchema)]
pub struct Drafts {
    drafts: Vec<DraftCard>,
}

/// Who has yet to sign.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingFor)]
pub struct Waiting {
    /// Person ids.
    waiting_for: Vec<String>,
}

/// Drafts that wait for the signed-in person.
#[utoipa::path(get, path = "/api/v1/drafts", tag = "drafts",
    responses((status = 200, description = "drafts to sign", body = Drafts)))]
pub async fn list(caller: Caller) -> Answer<HttpResponse> {
    let drafts = look_up::drafts::to_sign(&caller.desk).await?;
    Ok(json(StatusCode::OK, &Drafts { drafts }))
}

/// Prepares a record: the exact bytes to sign.
#[utoipa::path(post, path = "/api/v1/drafts", tag = "drafts", request_body = Prepare,
    responses((status = 201, description = "The draft", body = DraftView)))]
pub async fn prepare(meant: Meant, Json(asked): Json<Prepare>) -> Answer<HttpResponse> {
    let desk = meant.0.desk;
    let public_key = match asked.public_key.as_deref() {
        None | Some("") => None,
        Some(text) => Some(
            STANDARD.decode(text).map_err(|_| Error::invalid("public_key", "公钥应为Base64。"))?,
        ),
    };
    let several = |answer| match answer {
        OneOrMore::One(one) => vec![one],
        OneOrMore::More(more) => more,
    };
    // Line ends as pages send them after `caller::parse`: `\n` alone.
    let plain = |text: String| text.replace("\r\n", "\n");
    let form = Form {
        kind: asked.kind,
        case: asked.case.as_deref().map(case_id).transpose()?,
        disclosure: asked.disclosure,
        head: asked.head,
        public_key,
        values: asked
            .values
            .into_iter()
            .map(|(name, answer)| (name, several(answer).into_iter().map(plain).collect()))
            .collect(),
    };
    let id = prepare::prepare(&desk, form).await?;
    let draft = look_up::drafts::draft(&desk, &id).await?;
    Ok(created(&format!("/api/v1/drafts/{id}"), &draft))
}

/// A draft as it will be signed.
#[utoipa::path(get, path = "/api/v1/drafts/{id}", tag = "drafts",
    params(("id" = String, Path, description = "Draft id")),
    responses((status = 200, description = "payload, fields, signers", body = DraftView)))]
pub async fn one(caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &look_up::drafts::draft(&caller.desk, &draft_id(&id)?).await?))
}

/// Signs a draft; the last signature links the record.
#[utoipa::path(post, path = "/api/v1/drafts/{id}/signatures", tag = "drafts", request_body = SignDraft,
    params(("id" = String, Path, description = "Draft id")),
    responses((status = 201, description = "Linked", body = Place),
        (status = 202, description = "Signed; others still have to", body = Waiting)))]
pub async fn sign(
    meant: Meant,
    id: Path<String>,
    Json(asked): Json<SignDraft>,
) -> Answer<HttpResponse> {
    let signing = signing(asked)?;
    Ok(match sign::sign(&meant.0.desk, &draft_id(&id)?, signing).await? {
        Signed::Linked(linked) => json(StatusCode::CREATED, &Place::from(linked)),
        Signed::Waiting(people) => json(StatusCode::ACCEPTED, &Waiting { waiting_for: people }),
    })
}

fn signing(asked: SignDraft) -> Result<Signing, Error> {
    match (asked.key, asked.signature, asked.password) {
        (None, None, Some(password)) => Ok(Signing::Password(password)),
        (Some(key), Some(signature), None) => {
            let key: KeyId = key.parse().map_err(|_| Error::NotFound("密钥"))?;
            let bytes = STANDARD.decode(signature).unwrap_or_default();
            let signature = bytes
                .try_into()
                .map_err(|_| Error::invalid("signature", "签名应为64字节的Base64。"))?;
            Ok(Signing::Browser { key, signature })
        }
        _ => Err(Error::invalid("signature", "请给出密钥与签名，或者只给出密码。")),
    }
}

/// Another of one's own keys.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rekey {
    /// Key id.
    key: String,
}

/// Writes another of one's keys into a draft; signatures made before fall away.
#[utoipa::path(post, path = "/api/v1/drafts/{id}/key", tag = "drafts", request_body = Rekey,
    params(("id" = String, Path, description = "Draft id")),
    responses((status = 200, description = "The draft", body = DraftView)))]
pub async fn rekey(
    meant: Meant,
    id: Path<String>,
    Json(asked): Json<Rekey>,
) -> Answer<HttpResponse> {
    let (desk, id) = (meant.0.desk, draft_id(&id)?);
    let key: KeyId = asked.key.parse().map_err(|_| Error::NotFound("密钥"))?;
    sign::rekey(&desk, &id, &key).await?;
    Ok(json(StatusCode::OK, &look_up::drafts::draft(&desk, &id).await?))
}

/// Drops a draft; nothing of it is on record.
#[utoipa::path(delete, path = "/api/v1/drafts/{id}", tag = "drafts",
    params(("id" = String, Path, description = "Draft id")),
    responses((status = 204, description = "Dropped")))]
pub async fn discard(meant: Meant, id: Path<String>) -> Answer<HttpResponse> {
    sign::discard(&meant.0.desk, &draft_id(&id)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn draft_id(text: &str) -> Result<DraftId, Error> {
    text.parse().map_err(|_| Error::NotFound("待签记录"))
}
