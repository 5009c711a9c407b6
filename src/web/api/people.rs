//! People of an agency, for its administrator.

use super::{Asked, Json, Made, Meant, json, work::PageQuery};
use crate::{
    base::PersonId,
    desk::{
        Error,
        look_up::people::{self, PeoplePage},
        permit,
        set_up::{self, NewPerson},
    },
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

/// A person to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    /// Sign-in name.
    login: String,
    name: String,
    /// Words of roles: officer, head, reviewer, clerk, supervisor, administrator.
    roles: Vec<String>,
    /// First password.
    password: String,
    /// 执法证号
    #[serde(default)]
    certificate: String,
    /// First day of its validity, `YYYY-MM-DD`.
    #[serde(default)]
    certificate_from: String,
    /// Last day of its validity.
    #[serde(default)]
    certificate_until: String,
    /// 法律职业资格证书号
    #[serde(default)]
    qualification: String,
}

/// A change to a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Whether the person may sign in.
    active: bool,
}

/// A page of the people of one's agency, of all agencies for a supervisor, by sign-in name.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(PageQuery),
    responses((status = 200, description = "people, total, next cursor", body = PeoplePage)))]
pub async fn list(caller: Caller, Asked(query): Asked<PageQuery>) -> Answer<HttpResponse> {
    let cursor = query.cursor.unwrap_or_default();
    Ok(json(StatusCode::OK, &people::people(&caller.desk, &cursor).await?))
}

/// Enters a person.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = Enter,
    responses((status = 201, description = "Entered", body = Made)))]
pub async fn enter(meant: Meant, Json(asked): Json<Enter>) -> Answer<HttpResponse> {
    let roles = permit::parse_roles(&asked.roles.join(","));
    if roles.len() != asked.roles.len() {
        Err(Error::invalid("roles", "角色中有不认识的词。"))?;
    }
    let person = NewPerson {
        login: asked.login,
        name: asked.name,
        roles,
        password: asked.password,
        certificate: asked.certificate,
        certificate_from: asked.certificate_from,
        certificate_until: asked.certificate_until,
        qualification: asked.qualification,
    };
    let id = set_up::add_person(&meant.0.desk, person).await?;
    Ok(json(StatusCode::CREATED, &Made { id: id.to_string() }))
}

/// Switches a person off or on.
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "people", request_body = Change,
    params(("id" = String, Path, description = "Person id")),
    responses((status = 204, description = "Changed")))]
pub async fn change(
    meant: Meant,
    id: Path<String>,
    Json(asked): Json<Change>,
) -> Answer<HttpResponse> {
    let id: PersonId = id.parse().map_err(|_| Error::NotFound("人员"))?;
    set_up::set_active(&meant.0.desk, &id, asked.active).await?;
    Ok(HttpResponse::NoContent().finish())
}
