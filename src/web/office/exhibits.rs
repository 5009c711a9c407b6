//! The bytes of an exhibit, whole or in part, and its thumbnail. Every viewing is put on record by the desk.

use super::{
    id,
    range::{self, Asked},
};
use crate::{
    desk::view_exhibit,
    web::{
        caller::Caller,
        problem::{Answer, Said},
    },
};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    http::{StatusCode, header},
    web::Path,
};

/// Kept by the browser, but asked again each time, so that a lost permission counts at once.
const PRIVATE: &str = "private, no-cache";

/// `GET /office/exhibits/{id}/content`
pub async fn content(
    request: HttpRequest,
    caller: Caller,
    path: Path<String>,
) -> Answer<HttpResponse> {
    let id = id(&path, "证据附件")?;
    let exhibit = view_exhibit::visible(&caller.desk, &id).await?;
    let etag = format!("\"{}\"", exhibit.sha256);
    let said = |name: header::HeaderName| request.headers().get(name)?.to_str().ok();
    if said(header::IF_NONE_MATCH).is_some_and(|known| known.contains(&etag)) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish());
    }
    // A part of something else than what the client has begun would be worse than the whole.
    let same = said(header::IF_RANGE).is_none_or(|known| known == etag);
    let asked = range::read(said(header::RANGE).filter(|_| same), exhibit.size.unsigned_abs());
    let part = match asked {
        Asked::Unsatisfiable => return Ok(behind_the_end(exhibit.size)),
        Asked::Part(part) => Some(part),
        Asked::Whole => None,
    };
    let partial = part.is_some();
    let opened = view_exhibit::view_exhibit(&caller.desk, &id, part).await?;
    let (reading, kind) = (opened.reading, opened.kind);
    let status = if partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut answer = HttpResponseBuilder::new(status);
    answer
        .content_type(kind.mime)
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, PRIVATE))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, disposition(kind.inline, &exhibit.name)));
    if partial {
        let (start, last) = (reading.range.start, reading.range.end.saturating_sub(1));
        let range = format!("bytes {start}-{last}/{}", reading.total);
        answer.insert_header((header::CONTENT_RANGE, range));
    }
    let length = reading.range.end - reading.range.start;
    Ok(answer.body(SizedStream::new(length, reading.stream)))
}

fn behind_the_end(size: i64) -> HttpResponse {
    let text = "所要的范围超出了附件的末尾。";
    let status = StatusCode::RANGE_NOT_SATISFIABLE;
    let mut response = Said::plain(status, "range", text, "附件没有受到影响。").response();
    if let Ok(value) = header::HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// `GET /office/exhibits/{id}/poster`
pub async fn poster(caller: Caller, path: Path<String>) -> Answer<HttpResponse> {
    let bytes = view_exhibit::poster(&caller.desk, &id(&path, "证据附件")?).await?;
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes))
}

/// `Content-Disposition` with the name as text (RFC 6266, RFC 8187); the name never reaches the header raw.
fn disposition(inline: bool, name: &str) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{kind}; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_never_break_out_of_the_header() {
        assert_eq!(
            disposition(true, "现场\r\n\"a\".mp4"),
            "inline; filename*=UTF-8''%E7%8E%B0%E5%9C%BA%0D%0A%22a%22.mp4"
        );
        assert_eq!(disposition(false, "a b'.exe"), "attachment; filename*=UTF-8''a%20b%27.exe");
    }
}
