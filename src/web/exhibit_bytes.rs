//! The bytes of an exhibit, whole or in part (RFC 9110 §14), for the office's pages and for programs alike.
//! Every viewing is put on record by the desk.

use super::{
    caller::Caller,
    problem::{Answer, Said},
    range::{self, Asked},
};
use crate::{base::ExhibitId, desk::view_exhibit};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    http::{
        Method, StatusCode,
        header::{
            self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
        },
    },
};

/// Kept by the browser, but asked for again each time, so that a lost permission counts at once.
const KEPT: &str = "private, no-cache";
/// Whatever the bytes are, they never run as a page of this site.
const POLICY: &str = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'";

/// An exhibit's bytes, or the part that the request asks for.
pub async fn content(
    request: &HttpRequest,
    caller: &Caller,
    id: &ExhibitId,
) -> Answer<HttpResponse> {
    let exhibit = view_exhibit::visible(&caller.desk, id).await?;
    let (size, etag) = (exhibit.size.unsigned_abs(), format!("\"{}\"", exhibit.sha256));
    let said = |name: header::HeaderName| request.headers().get(name)?.to_str().ok();
    if said(header::IF_NONE_MATCH).is_some_and(|known| known.contains(&etag)) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish());
    }
    // A part of something else than what the client has begun would be worse than the whole.
    let same = said(header::IF_RANGE).is_none_or(|known| known == etag);
    let asked = said(header::RANGE).filter(|_| same);
    let part = match range::read(asked, size, longest(request)) {
        Asked::Unsatisfiable => return Ok(behind_the_end(size)),
        Asked::Part(part) => Some(part),
        Asked::Whole => None,
    };
    let given = part.clone().unwrap_or(0..size);
    let status = if part.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut answer = HttpResponseBuilder::new(status);
    answer
        .content_type(exhibit.media_type.as_str())
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, KEPT))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    if part.is_some() {
        let range = format!("bytes {}-{}/{size}", given.start, given.end.saturating_sub(1));
        answer.insert_header((header::CONTENT_RANGE, range));
    }
    let inline = view_exhibit::inline(&exhibit.media_type);
    answer.insert_header(disposition(inline, exhibit.name));
    let length = given.end - given.start;
    if request.method() == Method::HEAD {
        // Nothing is seen, so nothing is put on record.
        let nothing = futures_util::stream::empty::<Result<_, std::io::Error>>();
        return Ok(answer.body(SizedStream::new(length, nothing)));
    }
    let opened = view_exhibit::view_exhibit(&caller.desk, id, part).await?;
    Ok(answer.body(SizedStream::new(length, opened.reading.stream)))
}

/// Players take as much as they are given and ask again; a download that goes on must get all of the rest.
fn longest(request: &HttpRequest) -> u64 {
    let used_as = request.headers().get("sec-fetch-dest").and_then(|value| value.to_str().ok());
    if matches!(used_as, Some("video" | "audio")) { 8 << 20 } else { u64::MAX }
}

fn behind_the_end(size: u64) -> HttpResponse {
    let text = "所要的范围超出了附件的末尾。";
    let status = StatusCode::RANGE_NOT_SATISFIABLE;
    let mut response = Said::plain(status, "range", text, "附件没有受到影响。").response();
    if let Ok(value) = header::HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// The thumbnail of an exhibit.
pub async fn poster(caller: &Caller, id: &ExhibitId) -> Answer<HttpResponse> {
    let bytes = view_exhibit::poster(&caller.desk, id).await?;
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes))
}

/// `Content-Disposition` with the name as text (RFC 6266, RFC 8187); the name never reaches the header raw.
pub fn disposition(inline: bool, name: String) -> ContentDisposition {
    let kind = if inline { DispositionType::Inline } else { DispositionType::Attachment };
    let value = ExtendedValue {
        charset: Charset::Ext("UTF-8".into()),
        language_tag: None,
        value: name.into_bytes(),
    };
    ContentDisposition { disposition: kind, parameters: vec![DispositionParam::FilenameExt(value)] }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_never_break_out_of_the_header() {
        let said = disposition(true, "现场\r\n\"a\".mp4".into()).to_string();
        assert_eq!(said, "inline; filename*=UTF-8''%E7%8E%B0%E5%9C%BA%0D%0A%22a%22.mp4");
        let said = disposition(false, "a b'.exe".into()).to_string();
        assert_eq!(said, "attachment; filename*=UTF-8''a%20b%27.exe");
    }
}
