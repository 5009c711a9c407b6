//! What everybody may read: the public list, its items, and the proofs behind them.

use super::{Asked, json};
use crate::{
    desk::{
        Error,
        look_up::public::{self, AgencySlice, AgencyView, Holder, Item, Portal, Slice},
    },
    web::{caller::Caller, problem::Answer, receipt},
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::Path,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which items.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PublicQuery {
    /// Words in title, party, numbers or code.
    q: Option<String>,
    /// Agency's 统一社会信用代码.
    agency: Option<String>,
    /// Kind of act.
    act_kind: Option<String>,
    /// `published`, `corrected` or `withdrawn`.
    state: Option<String>,
    /// First day of the decision, `YYYY-MM-DD`.
    from: Option<String>,
    /// Last day of the decision.
    to: Option<String>,
    /// `next` of the stretch before.
    cursor: Option<String>,
}

/// A stretch of the public list, newest first; by key, so that what is published meanwhile moves nothing.
#[utoipa::path(get, path = "/api/v1/disclosures", tag = "public", params(PublicQuery),
    responses((status = 200, description = "items, total, next cursor", body = Slice)))]
pub async fn list(caller: Caller, Asked(query): Asked<PublicQuery>) -> Answer<HttpResponse> {
    let wanted = public::Query {
        words: query.q.unwrap_or_default(),
        agency: query.agency.unwrap_or_default(),
        act_kind: query.act_kind.unwrap_or_default(),
        state: query.state.unwrap_or_default(),
        from: query.from.unwrap_or_default(),
        to: query.to.unwrap_or_default(),
        page: 1,
    };
    let cursor = query.cursor.unwrap_or_default();
    Ok(json(StatusCode::OK, &public::slice(&caller.desk, wanted, cursor).await?))
}

/// A public item.
#[utoipa::path(get, path = "/api/v1/disclosures/{number}", tag = "public",
    params(("number" = String, Path, description = "公示编号")),
    responses((status = 200, description = "What the public page says", body = Item),
        (status = 304, description = "Unchanged since the tag in If-None-Match")))]
pub async fn one(caller: Caller, number: Path<String>) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &public::item(&caller.desk, &number).await?))
}

/// The proof behind an item's newest release.
#[utoipa::path(get, path = "/api/v1/disclosures/{number}/proof", tag = "public",
    params(("number" = String, Path, description = "公示编号")),
    responses((status = 200, description = "zhijian/proof/v1", body = Object)))]
pub async fn proof(caller: Caller, number: Path<String>) -> Answer<HttpResponse> {
    let proof = public::proof(&caller.desk, &number).await?;
    // Exactly the bytes that the checkers read, canonical (RFC 8785).
    let bytes = proof.to_bytes().map_err(Error::broken)?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(bytes))
}

/// The receipt of an item's newest release: the log has its record, and the witnesses have cosigned that.
#[utoipa::path(get, path = "/api/v1/disclosures/{number}/receipt", tag = "public",
    params(("number" = String, Path, description = "公示编号")),
    responses((status = 200, description = "C2SP tlog-proof", content_type = "text/plain")))]
pub async fn receipt(caller: Caller, number: Path<String>) -> Answer<HttpResponse> {
    receipt::of_disclosure(&caller, &number).await
}

/// All agencies of this site.
#[derive(Serialize, ToSchema)]
pub struct Agencies {
    agencies: Vec<AgencyView>,
}

/// The agencies of this site.
#[utoipa::path(get, path = "/api/v1/agencies", tag = "public",
    responses((status = 200, description = "agencies", body = Agencies)))]
pub async fn agencies(caller: Caller) -> Answer<HttpResponse> {
    let agencies = public::agencies(&caller.desk).await?;
    Ok(json(StatusCode::OK, &Agencies { agencies }))
}

/// Which of an agency's items.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AgencyQuery {
    /// Words in an item's code, name or field.
    q: Option<String>,
    /// `next` of the stretch of items before.
    cursor: Option<String>,
}

/// An agency as published beforehand: its officers, and a stretch of what it may enforce.
#[utoipa::path(get, path = "/api/v1/agencies/{code}", tag = "public",
    params(("code" = String, Path, description = "统一社会信用代码"), AgencyQuery),
    responses((status = 200, description = "The agency", body = AgencySlice)))]
pub async fn agency(
    caller: Caller,
    code: Path<String>,
    Asked(query): Asked<AgencyQuery>,
) -> Answer<HttpResponse> {
    let (words, cursor) = (query.q.unwrap_or_default(), query.cursor.unwrap_or_default());
    Ok(json(StatusCode::OK, &public::agency_slice(&caller.desk, &code, &words, &cursor).await?))
}

/// Whose certificate.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CertificateQuery {
    /// 执法证号; nobody holds an empty one.
    #[serde(default)]
    certificate: String,
}

/// Who holds a certificate and whether it is good today; null when nobody does.
#[utoipa::path(get, path = "/api/v1/officers", tag = "public", params(CertificateQuery),
    responses((status = 200, description = "The holder", body = Option<Holder>)))]
pub async fn officer(
    caller: Caller,
    Asked(query): Asked<CertificateQuery>,
) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &public::certificate(&caller.desk, &query.certificate).await?))
}

/// The portal: this year's decisions by kind, and the newest.
#[utoipa::path(get, path = "/api/v1/portal", tag = "public",
    responses((status = 200, description = "Counts and newest items", body = Portal)))]
pub async fn portal(caller: Caller) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &public::portal(&caller.desk).await?))
}
