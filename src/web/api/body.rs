//! What all API handlers share: reading JSON and queries, proving intent, entity tags, answers.

use crate::{
    desk::Error,
    web::{
        caller::{self, Caller, Whole},
        problem::{Problem, Said},
    },
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, ContentType},
    },
};
use futures_util::future::LocalBoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use std::future::{Ready, ready};
use utoipa::ToSchema;

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_json = kind.is_some_and(|kind| {
            kind.split(';').next().unwrap_or_default().trim() == "application/json"
        });
        let bytes = Whole::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(raised(Said::plain(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "media-type",
                    "请求内容的类型应为 application/json。",
                    "没有改动任何内容。",
                )));
            }
            let Whole(bytes) = bytes.await?;
            // Where it went wrong, never what was sent.
            let read = serde_json::from_slice(&bytes).map_err(|fault| {
                let (line, column) = (fault.line(), fault.column());
                let text = format!("请求内容不是该接口所要的JSON（第{line}行第{column}列）。");
                Problem(Error::invalid("body", text))
            })?;
            Ok(Json(read))
        })
    }
}

/// A query string of known names.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Asked<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = actix_web::web::Query::<T>::from_query(request.query_string());
        ready(match read {
            Ok(query) => Ok(Asked(query.into_inner())),
            Err(_) => Err(Problem(Error::invalid("query", "网址中的查询条件不合规范。"))),
        })
    }
}

/// The caller of a changing request that carried the session's token in `X-CSRF-Token`.
pub struct Meant(pub Caller);

impl FromRequest for Meant {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = caller::caller(&request).await?;
            caller.meant(&request)?;
            Ok(Meant(caller))
        })
    }
}

/// A problem of HTTP's own as an extractor's error.
fn raised(said: Said) -> actix_web::Error {
    let fault = std::io::Error::other(said.kind);
    actix_web::error::InternalError::from_response(fault, said.response()).into()
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub struct Made {
    /// Its id.
    pub id: String,
}

/// A JSON answer that no cache keeps.
pub fn json(status: StatusCode, value: &impl Serialize) -> HttpResponse {
    match serde_json::to_string(value) {
        Ok(text) => HttpResponse::build(status)
            .content_type(ContentType::json())
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(text),
        Err(fault) => HttpResponse::from_error(Problem(Error::broken(fault))),
    }
}

/// 201 with the address of what was made.
pub fn created(location: &str, value: &impl Serialize) -> HttpResponse {
    let mut response = json(StatusCode::CREATED, value);
    if let Ok(location) = header::HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
