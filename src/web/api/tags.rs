//! Entity tags: what a program reads as JSON carries the digest of what it says, and is not sent again while that holds.

use crate::base::Digest;
use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    middleware::Next,
};

/// Kept by the asker only, and asked for again each time.
const KEEP: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Adds the tag to what was read, or answers 304 when the asker has that very state (RFC 9110 §13.1.2).
pub async fn tagged<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    if !is_read_by_a_program(&response) {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        // Streams are files, which have tags of their own.
        Err(body) => return Ok(ServiceResponse::new(request, head.set_body(body))),
    };
    let tag = format!("\"{}\"", Digest::of(&bytes).hex());
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let is_known = known.is_some_and(|known| {
        known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
    });
    let mut response = match is_known {
        true => HttpResponse::NotModified().finish(),
        false => head.set_body(BoxBody::new(bytes)),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    Ok(ServiceResponse::new(request, response))
}

fn is_read_by_a_program(response: &ServiceResponse<BoxBody>) -> bool {
    let request = response.request();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    request.path().starts_with("/api/v1/")
        && matches!(*request.method(), Method::GET | Method::HEAD)
        && response.status() == StatusCode::OK
        && !response.headers().contains_key(header::ETAG)
        && kind.is_some_and(|kind| kind.starts_with("application/json"))
}
