//! The one-time set-up of a new house: the first agency and its administrator. The token travels in the body, so
//! that no address holds it.

use super::{Json, json};
use crate::{
    desk::set_up::{self, NewAgency, NewPerson},
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The first agency and its administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The last part of the one-time link that the service printed at its first start.
    token: String,
    /// 统一社会信用代码
    code: String,
    /// 机关名称
    agency_name: String,
    /// 机关代字
    short_name: String,
    /// 行政区划代码
    #[serde(default)]
    region: String,
    /// Rule pack; empty for the default.
    #[serde(default)]
    pack: String,
    /// Address.
    #[serde(default)]
    address: String,
    /// Phone.
    #[serde(default)]
    phone: String,
    /// The administrator's sign-in name.
    login: String,
    /// The administrator's name.
    name: String,
    /// The administrator's first password.
    password: String,
}

/// Who was entered.
#[derive(Serialize, ToSchema)]
pub struct Entered {
    /// Agency id.
    agency: String,
    /// Person id of the administrator.
    person: String,
}

/// Enters the first agency and its administrator, once.
#[utoipa::path(post, path = "/api/v1/set-up", tag = "set-up", request_body = SetUp,
    responses((status = 201, description = "Entered; the link is used up", body = Entered),
        (status = 404, description = "The token is not, or no longer, good"),
        (status = 422, description = "Every faulty field")))]
pub async fn set_up(caller: Caller, Json(asked): Json<SetUp>) -> Answer<HttpResponse> {
    let agency = NewAgency {
        code: asked.code,
        name: asked.agency_name,
        short_name: asked.short_name,
        region: asked.region,
        pack: asked.pack,
        address: asked.address,
        phone: asked.phone,
    };
    let person = NewPerson {
        login: asked.login,
        name: asked.name,
        password: asked.password,
        ..NewPerson::default()
    };
    let (agency, person) = set_up::set_up(&caller.desk, &asked.token, agency, person).await?;
    let entered = Entered { agency, person: person.to_string() };
    Ok(json(StatusCode::CREATED, &entered))
}
