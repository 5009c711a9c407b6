//! Cases of the signed-in person's agency.

use super::{Asked, Json, Meant, json};
use crate::{
    base::CaseId,
    desk::{
        Error,
        look_up::{
            self,
            case_file::{CaseFile, ExhibitView},
            cases::CasePage,
        },
    },
    web::{caller::Caller, dossier, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// Stage's word.
    stage: Option<String>,
    /// Part of number, title or party.
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of cases, newest change first.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(CaseQuery),
    responses((status = 200, description = "cases, counts by stage, next cursor", body = CasePage)))]
pub async fn list(caller: Caller, Asked(query): Asked<CaseQuery>) -> Answer<HttpResponse> {
    let filter = look_up::cases::CaseFilter {
        stage: query.stage.filter(|stage| !stage.is_empty()),
        words: query.q.unwrap_or_default(),
        cursor: query.cursor.filter(|cursor| !cursor.is_empty()),
    };
    Ok(json(StatusCode::OK, &look_up::cases::cases(&caller.desk, filter).await?))
}

/// The whole file of a case.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases",
    params(("id" = String, Path, description = "Case id")),
    responses((status = 200, description = "records, exhibits, clocks, rounds, next steps", body = CaseFile),
        (status = 304, description = "Unchanged since the tag in If-None-Match")))]
pub async fn one(caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    let file = look_up::case_file::case_file(&caller.desk, &case_id(&id)?).await?;
    Ok(json(StatusCode::OK, &file))
}

/// An exhibit with the address of its bytes.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedExhibit)]
pub struct Listed {
    #[serde(flatten)]
    exhibit: ExhibitView,
    /// Address of the bytes.
    content: String,
}

/// The exhibits of a case.
#[derive(Serialize, ToSchema)]
#[schema(as = ExhibitList)]
pub struct Exhibits {
    exhibits: Vec<Listed>,
}

/// The exhibits of a case, each with the address of its bytes.
#[utoipa::path(get, path = "/api/v1/cases/{id}/exhibits", tag = "cases",
    params(("id" = String, Path, description = "Case id")),
    responses((status = 200, description = "exhibits in order of arrival", body = Exhibits)))]
pub async fn exhibits(caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    let file = look_up::case_file::case_file(&caller.desk, &case_id(&id)?).await?;
    let listed = |exhibit: ExhibitView| {
        let content = format!("/api/v1/exhibits/{}/content", exhibit.id);
        Listed { exhibit, content }
    };
    let exhibits = file.exhibits.into_iter().map(listed).collect();
    Ok(json(StatusCode::OK, &Exhibits { exhibits }))
}

/// Which copy, and what for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DossierAsked {
    /// `whole`, `party`, `court` or `public`.
    variant: String,
    /// What for; put on record with the name of whoever takes it. At most 200 characters.
    purpose: String,
}

/// The case's dossier as one zip file, for zhijian-verify. Taking it is put on record.
#[utoipa::path(post, path = "/api/v1/cases/{id}/dossier", tag = "cases",
    params(("id" = String, Path, description = "Case id")), request_body = DossierAsked,
    responses((status = 200, description = "zip, docs/formats.md §14", content_type = "application/zip")))]
pub async fn dossier(
    meant: Meant,
    id: Path<String>,
    Json(asked): Json<DossierAsked>,
) -> Answer<HttpResponse> {
    dossier::download(&meant.0, &case_id(&id)?, &asked.variant, &asked.purpose).await
}

/// A case's id out of an address.
pub fn case_id(text: &str) -> Result<CaseId, Error> {
    text.parse().map_err(|_| Error::NotFound("案件"))
}
