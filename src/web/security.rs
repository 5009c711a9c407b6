//! Headers on every answer, and the door against requests that other sites make in a person's name.

use super::problem::Problem;
use crate::desk;
use actix_web::{
    Error, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
};

/// Scripts, styles and pictures come from this site only; nothing inline runs, nothing frames the pages.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What the worker that checks dossiers may: fetch from this site, and run the WebAssembly that is there.
pub const CHECKING_POLICY: &str =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/// Adds the security headers to every answer.
pub async fn headers<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let pairs = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("permissions-policy", "camera=(self), microphone=(self), geolocation=(self)"),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    for (name, value) in pairs {
        let name = header::HeaderName::from_static(name);
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, header::HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

/// Leaves a signed-in person's pages uncompressed: they hold the form token beside words of the address, and the
/// length of the two compressed together would betray the token to whoever may choose the words (BREACH).
pub async fn plain_for_signed_in<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.headers().contains_key(header::COOKIE) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.call(request).await
}

/// Turns away an address with a NUL in it: it names nothing, and PostgreSQL takes none.
pub async fn refuse_nul<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let fault = if request.uri().path().contains("%00") {
        desk::Error::NotFound("页面")
    } else if request.query_string().contains("%00") {
        desk::Error::invalid("query", "网址中含有不能使用的空字符（NUL）。")
    } else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let response = HttpResponse::from_error(Problem(fault));
    Ok(request.into_response(response).map_into_right_body())
}

/// Turns away a changing request that a browser marks as coming from another site.
pub async fn refuse_foreign<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && is_foreign(&request) {
        let problem = Problem(desk::Error::Forbidden("从其他网站提交内容"));
        let response = HttpResponse::from_error(problem);
        return Ok(request.into_response(response).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn is_foreign(request: &ServiceRequest) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if matches!(text("sec-fetch-site"), Some("cross-site" | "same-site")) {
        return true;
    }
    let host = text("host").unwrap_or_default();
    text("origin").is_some_and(|origin| {
        origin.split_once("://").is_none_or(|(_, authority)| authority != host)
    })
}
