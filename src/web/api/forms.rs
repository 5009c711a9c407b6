//! Forms with the choices of one case and agency.

use super::{Asked, cases::case_id, json};
use crate::{
    desk::{Error, look_up, prepare::Subject},
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
    /// Number of the disclosure to be corrected or withdrawn, where no case stands behind it.
    disclosure: Option<String>,
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
    let said = |value: Option<String>| value.filter(|value| !value.is_empty());
    let subject = match (said(query.case), said(query.disclosure)) {
        (None, None) => Subject::NewCase,
        (Some(case), None) => Subject::Case(case_id(&case)?),
        (None, Some(number)) => Subject::Disclosure(number),
        (Some(_), Some(_)) => {
            return Err(Error::invalid("disclosure", "案件和公示编号只能给出一项。").into());
        }
    };
    let form = look_up::forms::form(&caller.desk, &kind, &subject).await?;
    Ok(json(StatusCode::OK, &form))
}
