//! Signing in and out, and who one is.

use super::{Json, Meant, json};
use crate::{
    desk::{Error, Who, change_password::change_password, sign_in},
    web::{
        caller::{Caller, session_cookie, session_cookie_name},
        problem::{Answer, Problem, Said, said},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name and password.
#[derive(Deserialize, ToSchema)]
pub struct SignIn {
    login: String,
    password: String,
}

/// The signed-in person.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Person id.
    person: String,
    name: String,
    /// Agency id.
    agency: String,
    /// Words of the roles held.
    roles: Vec<&'static str>,
    /// Goes into `X-CSRF-Token` of every changing request.
    csrf: String,
}

impl Me {
    fn of(who: &Who) -> Me {
        Me {
            person: who.person.to_string(),
            name: who.name.clone(),
            agency: who.agency.clone(),
            roles: who.roles.iter().map(|role| role.name()).collect(),
            csrf: who.csrf.clone(),
        }
    }
}

/// Signs in; the cookie of the answer is the session.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = 201, description = "Signed in; sets the session's cookie", body = Me)))]
pub async fn sign_in(
    caller: Caller,
    request: HttpRequest,
    Json(asked): Json<SignIn>,
) -> Answer<HttpResponse> {
    let address = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    match sign_in::sign_in(&caller.desk, &asked.login, &asked.password, &address).await {
        Ok(signed_in) => {
            let mut response = json(StatusCode::CREATED, &Me::of(&signed_in.who));
            let cookie = session_cookie(&caller.shared, signed_in.token);
            response.add_cookie(&cookie).map_err(Error::broken)?;
            Ok(response)
        }
        Err(fault @ Error::Refused(_)) => {
            Ok(Said { status: StatusCode::UNAUTHORIZED, ..said(&fault) }.response())
        }
        Err(fault) => Err(Problem(fault)),
    }
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "The session is over")))]
pub async fn sign_out(meant: Meant, request: HttpRequest) -> Answer<HttpResponse> {
    let caller = meant.0;
    if let Some(cookie) = request.cookie(session_cookie_name(caller.shared.https)) {
        sign_in::sign_out(&caller.desk, cookie.value()).await?;
    }
    let mut response = HttpResponse::NoContent().finish();
    response.add_cookie(&session_cookie(&caller.shared, String::new())).map_err(Error::broken)?;
    Ok(response)
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/me", tag = "session",
    responses((status = 200, description = "The signed-in person", body = Me)))]
pub async fn me(caller: Caller) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &Me::of(caller.who()?)))
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    old: String,
    new: String,
}

/// Changes the signed-in person's password.
#[utoipa::path(post, path = "/api/v1/session/password", tag = "session", request_body = ChangePassword,
    responses((status = 204, description = "Changed")))]
pub async fn password(meant: Meant, Json(asked): Json<ChangePassword>) -> Answer<HttpResponse> {
    change_password(&meant.0.desk, &asked.old, &asked.new).await?;
    Ok(HttpResponse::NoContent().finish())
}
