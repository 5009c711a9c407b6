//! Signing in and out.

use super::typed::{self, Typed};
use crate::{
    desk::{Desk, Error, sign_in},
    web::{
        caller::{self, Caller, Posted, Whole, session_cookie},
        look::Frame,
        problem::{Answer, Problem, said},
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use askama::Template;

#[derive(Template)]
#[template(path = "office/sign_in.html")]
struct SignIn {
    frame: Frame,
    login: String,
    next: String,
    fault: String,
    /// What was typed before, as hidden inputs.
    kept: Vec<(String, String)>,
}

/// `GET /office/sign-in`
pub async fn show(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let query = caller::parse(request.query_string().as_bytes())?;
    let next = query.get("next").and_then(|all| all.first()).map_or("", String::as_str);
    if caller.desk.who.is_some() {
        return Ok(render::see_other(&inside(next)));
    }
    Ok(render::page(&blank(&caller, inside(next))))
}

fn blank(caller: &Caller, next: String) -> SignIn {
    let frame = caller.office("");
    SignIn { frame, login: String::new(), next, fault: String::new(), kept: Vec::new() }
}

/// Instead of the refusal of a form that was sent to `path` without a session.
pub fn ask(caller: &Caller, path: &str, typed: &Typed) -> HttpResponse {
    let page = SignIn { kept: typed.hidden(), ..blank(caller, inside(path)) };
    render::page_with(StatusCode::UNAUTHORIZED, &page)
}

/// `POST /office/sign-in`
pub async fn post(
    request: HttpRequest,
    caller: Caller,
    Whole(body): Whole,
) -> Answer<HttpResponse> {
    let values = caller::parse(&body)?;
    let first =
        |name: &str| values.get(name).and_then(|all| all.first()).cloned().unwrap_or_default();
    let (login, next) = (first("login"), inside(&first("next")));
    let typed = Typed::returned(&values);
    let address = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    match sign_in::sign_in(&caller.desk, &login, &first("password"), &address).await {
        Ok(signed_in) => {
            let desk = Desk::new(caller.shared.house.clone(), Some(signed_in.who));
            let caller = Caller { desk, ..caller };
            let mut response = after(&caller, &next, typed.as_ref()).await;
            response
                .add_cookie(&session_cookie(&caller.shared, signed_in.token))
                .map_err(Error::broken)?;
            Ok(response)
        }
        Err(fault @ (Error::Refused(_) | Error::TooMany { .. })) => {
            let said = said(&fault);
            let reason = said.reasons.first().map_or(said.title.clone(), |r| r.text.clone());
            let kept = typed.map(|typed| typed.hidden()).unwrap_or_default();
            let status = match fault {
                Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNAUTHORIZED,
            };
            Ok(render::page_with(
                status,
                &SignIn { login, fault: reason, kept, ..blank(&caller, next) },
            ))
        }
        Err(fault) => Err(Problem(fault)),
    }
}

/// Where signing in leads: to the form as it was typed, else to the page asked for.
async fn after(caller: &Caller, next: &str, typed: Option<&Typed>) -> HttpResponse {
    let form = match typed {
        Some(typed) => typed::restored(caller, next, typed).await,
        None => Ok(None),
    };
    // Who signs in may be somebody who has no such form; the page then says so itself.
    form.ok().flatten().unwrap_or_else(|| render::see_other(typed::page_above(next)))
}

/// `POST /office/sign-out`
pub async fn sign_out(request: HttpRequest, posted: Posted) -> Answer<HttpResponse> {
    let caller = posted.caller;
    if let Some(cookie) = request.cookie(caller::session_cookie_name(caller.shared.https)) {
        sign_in::sign_out(&caller.desk, cookie.value()).await?;
    }
    let mut response = render::see_other("/office/sign-in");
    response.add_cookie(&session_cookie(&caller.shared, String::new())).map_err(Error::broken)?;
    Ok(response)
}

/// Only addresses of the office are returned to, never another site's.
fn inside(next: &str) -> String {
    let office = next == "/office" || next.starts_with("/office/");
    if office && !next.contains(['\\', '\r', '\n']) { next.to_owned() } else { "/office".into() }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(inside("/office/cases"), "/office/cases");
        for hostile in
            ["//evil.example", "https://evil.example", "/office\\evil", "/officeevil", ""]
        {
            assert_eq!(inside(hostile), "/office", "{hostile}");
        }
    }
}
