//! Resumable upload by tus 1.0 (<https://tus.io/protocols/resumable-upload>): creation, creation-with-upload,
//! checksum, termination, expiration. Streams to the desk; keeps nothing and decides nothing itself.

pub mod asked;

use super::{
    caller::Caller,
    problem::{self, Problem, Said, said},
};
use crate::{
    base::{CaseId, Moment, UploadId},
    desk::{
        Desk, Error,
        begin_upload::{Opening, begin_upload},
        continue_upload::{self as upload, Standing},
    },
};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError as _,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    rt,
    web::{Path, Payload},
};
use std::time::Duration;

const EXTENSIONS: &str = "creation,creation-with-upload,checksum,termination,expiration";
const ALGORITHMS: &str = "sha256,sha1";

/// How long an answer waits for the record that names the bytes; after that the client asks again by HEAD.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a request was not served.
enum Fault {
    Desk(Error),
    Said(Box<Said>),
}

impl<E: Into<Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Fault::Desk(error.into())
    }
}

impl From<Box<Said>> for Fault {
    fn from(said: Box<Said>) -> Self {
        Fault::Said(said)
    }
}

type Served = Result<HttpResponse, Fault>;

/// `OPTIONS /files` and `OPTIONS /files/{id}`: what this server can do.
pub async fn options(caller: Caller) -> HttpResponse {
    let limit = caller.desk.house.limits.upload_bytes;
    HttpResponse::Ok()
        .insert_header(("Tus-Resumable", asked::VERSION))
        .insert_header(("Tus-Version", asked::VERSION))
        .insert_header(("Tus-Extension", EXTENSIONS))
        .insert_header(("Tus-Max-Size", limit.to_string()))
        .insert_header(("Tus-Checksum-Algorithm", ALGORITHMS))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// `POST /files`: opens an upload, with its first bytes if the client sends some.
pub async fn create(caller: Caller, request: HttpRequest, body: Payload) -> HttpResponse {
    let served = open(&caller, &request, body).await;
    dressed(&caller.desk, served)
}

/// `POST /files/{id}`: another method for clients behind gateways that know only POST.
pub async fn instead(
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
    body: Payload,
) -> HttpResponse {
    match asked::text(&request, "x-http-method-override").map(str::to_ascii_uppercase).as_deref() {
        Some("PATCH") => patch(caller, request, id, body).await,
        Some("DELETE") => delete(caller, request, id).await,
        Some("HEAD") => head(caller, request, id).await,
        _ => dressed(&caller.desk, Err(Box::new(problem::wrong_method()).into())),
    }
}

/// `HEAD /files/{id}`: how many bytes are safe here.
pub async fn head(caller: Caller, request: HttpRequest, id: Path<String>) -> HttpResponse {
    let served = look(&caller, &request, &id).await;
    dressed(&caller.desk, served)
}

/// `PATCH /files/{id}`: more bytes.
pub async fn patch(
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
    body: Payload,
) -> HttpResponse {
    let served = append(&caller, &request, &id, body).await;
    dressed(&caller.desk, served)
}

/// `DELETE /files/{id}`: the client gives up.
pub async fn delete(caller: Caller, request: HttpRequest, id: Path<String>) -> HttpResponse {
    let served = drop_it(&caller, &request, &id).await;
    dressed(&caller.desk, served)
}

async fn open(caller: &Caller, request: &HttpRequest, body: Payload) -> Served {
    caller.meant(request)?;
    asked::version(request)?;
    let length = asked::length(request)?;
    let (pairs, metadata) = asked::metadata(request)?;
    let checksum = asked::checksum(request)?;
    let pair = |name: &str| pairs.get(name).map_or("", String::as_str);
    let case: CaseId =
        pair("case").parse().map_err(|_| Error::invalid("case", "请写明上传到哪个案件。"))?;
    let declared_root = match pair("chunk_root") {
        "" => None,
        root => Some(root.parse().map_err(|_| {
            Error::invalid("chunk_root", "上传前的校验值应为64位小写十六进制数字。")
        })?),
    };
    let name = pair("filename").to_owned();
    let opening = Opening { case, name, metadata, length, declared_root };
    let opened = begin_upload(&caller.desk, opening).await?;
    let location = format!("/files/{}", opened.id);
    let mut builder = HttpResponse::Created();
    builder.insert_header((header::LOCATION, location.as_str()));
    if !asked::sends_bytes(request) {
        expires(&mut builder, opened.expires_at);
        return Ok(builder.finish());
    }
    match upload::continue_upload(&caller.desk, &opened.id, 0, checksum, body).await {
        Ok(standing) => {
            let standing = settle(&caller.desk, &opened.id, standing).await?;
            Ok(describe(builder, &standing).finish())
        }
        Err(fault) => {
            // The upload is there all the same; what is safe of it can be asked for and continued.
            let mut response = refusal(&caller.desk, fault.into());
            if let Ok(value) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, value);
            }
            Ok(response)
        }
    }
}

async fn look(caller: &Caller, request: &HttpRequest, id: &str) -> Served {
    caller.who()?;
    asked::version(request)?;
    let id = upload_id(id)?;
    let standing = upload::standing(&caller.desk, &id).await?;
    if standing.is_whole() && standing.exhibit.is_none() {
        // The sender may have gone before the record was linked. Nobody waits for it here.
        rt::spawn(finish(caller.desk.clone(), id));
    }
    let mut builder = HttpResponse::Ok();
    builder.insert_header(("Upload-Length", standing.length.to_string()));
    if !standing.metadata.is_empty() {
        builder.insert_header(("Upload-Metadata", standing.metadata.as_str()));
    }
    Ok(describe(builder, &standing).finish())
}

async fn append(caller: &Caller, request: &HttpRequest, id: &str, body: Payload) -> Served {
    caller.meant(request)?;
    asked::version(request)?;
    let id = upload_id(id)?;
    asked::bytes_only(request)?;
    let offset = asked::offset(request)?;
    let checksum = asked::checksum(request)?;
    let standing = upload::continue_upload(&caller.desk, &id, offset, checksum, body).await?;
    let standing = settle(&caller.desk, &id, standing).await?;
    Ok(describe(HttpResponse::NoContent(), &standing).finish())
}

async fn drop_it(caller: &Caller, request: &HttpRequest, id: &str) -> Served {
    caller.meant(request)?;
    asked::version(request)?;
    upload::abandon(&caller.desk, &upload_id(id)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn upload_id(text: &str) -> Result<UploadId, Error> {
    text.parse().map_err(|_| Error::NotFound("上传"))
}

/// Puts a whole upload on record in a task of its own, since a torn connection drops this one, and waits a while.
async fn settle(desk: &Desk, id: &UploadId, standing: Standing) -> Result<Standing, Error> {
    if !standing.is_whole() || standing.exhibit.is_some() {
        return Ok(standing);
    }
    let task = rt::spawn(finish(desk.clone(), id.clone()));
    match rt::time::timeout(PATIENCE, task).await {
        Ok(done) => done.map_err(Error::broken)?,
        Err(_) => Ok(standing),
    }
}

async fn finish(desk: Desk, id: UploadId) -> Result<Standing, Error> {
    upload::finish(&desk, &id).await
}

fn describe(mut builder: HttpResponseBuilder, standing: &Standing) -> HttpResponseBuilder {
    builder.insert_header(("Upload-Offset", standing.received.to_string()));
    if !standing.is_whole() {
        expires(&mut builder, standing.expires_at);
    } else if let Some(exhibit) = &standing.exhibit {
        builder.insert_header(("Zhijian-State", "linked"));
        builder.insert_header(("Zhijian-Chunk-Root", exhibit.chunk_root.as_str()));
        builder.insert_header(("Zhijian-Exhibit", exhibit.id.as_str()));
    } else {
        builder.insert_header(("Zhijian-State", "received"));
    }
    builder
}

fn expires(builder: &mut HttpResponseBuilder, at: Moment) {
    builder.insert_header(("Upload-Expires", at.imf_fixdate()));
}

fn refusal(desk: &Desk, fault: Fault) -> HttpResponse {
    let mut response = match fault {
        Fault::Said(said) => said.response(),
        Fault::Desk(error) if is_checksum(&error) => {
            let status = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
            Said { status, kind: "checksum", ..said(&error) }.response()
        }
        Fault::Desk(error) => Problem(error).error_response(),
    };
    let status = response.status();
    if status == StatusCode::PRECONDITION_FAILED {
        put(response.headers_mut(), "tus-version", asked::VERSION);
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let limit = desk.house.limits.upload_bytes.to_string();
        put(response.headers_mut(), "tus-max-size", &limit);
    }
    response
}

fn is_checksum(error: &Error) -> bool {
    matches!(error, Error::Invalid(faults) if faults.iter().any(|fault| fault.field == "checksum"))
}

/// What every answer carries (tus 1.0 §Tus-Resumable), and nothing of it is for a cache.
fn dressed(desk: &Desk, served: Served) -> HttpResponse {
    let mut response = served.unwrap_or_else(|fault| refusal(desk, fault));
    let headers = response.headers_mut();
    put(headers, "tus-resumable", asked::VERSION);
    put(headers, "cache-control", "no-store");
    response
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
