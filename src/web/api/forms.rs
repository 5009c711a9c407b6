//! Forms with the choices of one case and agency.

use super::{Asked, cases::case_id, json};
use crate::{
    desk::look_up,
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;

/// For which case.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormQuery {
    /// Case id; none for a filing.
    case: Option<String>,
}

/// The form of a kind of record.
#[utoipa::path(get, path = "/api/v1/forms/{kind}", tag = "forms",
    params(("kind" = String, Path, description = "Kind of record"), FormQuery),
    responses((status = 200, description = "fields, choices, head of the chain", body = look_up::forms::FormView)))]
pub async fn one(
    caller: Caller,
    kind: Path<String>,
    Asked(query): Asked<FormQuery>,
) -> Answer<HttpResponse> {
    let case = query.case.as_deref().filter(|case| !case.is_empty()).map(case_id).transpose()?;
    let form = look_up::forms::form(&caller.desk, &kind, case.as_ref()).await?;
    Ok(json(StatusCode::OK, &form))
}
