//! The bytes of an exhibit, whole or in part (RFC 9110 §14). Every viewing is put on record by the desk.

use crate::{
    base::ExhibitId,
    desk::{Error, view_exhibit},
    web::{
        caller::Caller,
        problem::{Answer, Said},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::{
        StatusCode,
        header::{
            self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
        },
    },
    web::Path,
};
use std::ops::Range;

/// What a request for part of the bytes comes to.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Range(Range<u64>),
    Unsatisfiable,
}

/// An exhibit's bytes.
#[utoipa::path(get, path = "/api/v1/exhibits/{id}/content", tag = "cases",
    params(("id" = String, Path, description = "Exhibit id"),
        ("Range" = Option<String>, Header, description = "One range of bytes")),
    responses((status = 200, description = "All bytes", content_type = "application/octet-stream"),
        (status = 206, description = "The range asked for", content_type = "application/octet-stream"),
        (status = 416, description = "The range begins behind the end")))]
pub async fn content(
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
) -> Answer<HttpResponse> {
    let id = exhibit_id(&id)?;
    let size = view_exhibit::size(&caller.desk, &id).await?;
    let asked = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = match part(asked, size) {
        Part::Whole => None,
        Part::Range(range) => Some(range),
        Part::Unsatisfiable => {
            let text = "所要的范围超出了附件的末尾。";
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            let mut response = Said::plain(status, "range", text, "附件没有受到影响。").response();
            if let Ok(value) = header::HeaderValue::from_str(&format!("bytes */{size}")) {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            return Ok(response);
        }
    };
    let opened = view_exhibit::view_exhibit(&caller.desk, &id, range.clone()).await?;
    let (total, given) = (opened.reading.total, opened.reading.range.clone());
    let mut builder = match range {
        Some(_) => HttpResponse::PartialContent(),
        None => HttpResponse::Ok(),
    };
    if range.is_some() {
        let value = format!("bytes {}-{}/{total}", given.start, given.end.saturating_sub(1));
        builder.insert_header((header::CONTENT_RANGE, value));
    }
    Ok(builder
        .content_type(opened.exhibit.media_type.as_str())
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::ETAG, format!("\"{}\"", opened.exhibit.sha256)))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        // Whatever the bytes are, they never run as a page of this site.
        .insert_header(("content-security-policy", "sandbox; default-src 'none'"))
        .insert_header(disposition(opened.kind.inline, opened.exhibit.name))
        .body(SizedStream::new(given.end - given.start, opened.reading.stream)))
}

/// An exhibit's thumbnail.
#[utoipa::path(get, path = "/api/v1/exhibits/{id}/poster", tag = "cases",
    params(("id" = String, Path, description = "Exhibit id")),
    responses((status = 200, description = "A JPEG", content_type = "image/jpeg")))]
pub async fn poster(caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    let bytes = view_exhibit::poster(&caller.desk, &exhibit_id(&id)?).await?;
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .body(bytes))
}

fn exhibit_id(text: &str) -> Result<ExhibitId, Error> {
    text.parse().map_err(|_| Error::NotFound("证据附件"))
}

fn disposition(inline: bool, name: String) -> ContentDisposition {
    let kind = if inline { DispositionType::Inline } else { DispositionType::Attachment };
    let value = ExtendedValue {
        charset: Charset::Ext("UTF-8".into()),
        language_tag: None,
        value: name.into_bytes(),
    };
    ContentDisposition { disposition: kind, parameters: vec![DispositionParam::FilenameExt(value)] }
}

/// One range is served; several, other units and what cannot be read are answered whole, as the RFC allows.
fn part(header: Option<&str>, size: u64) -> Part {
    let spec = header.and_then(|text| text.trim().strip_prefix("bytes="));
    let Some((from, to)) = spec.filter(|spec| !spec.contains(',')).and_then(|s| s.split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (number(from), number(to)) {
        (Some(from), _) if from >= size => Part::Unsatisfiable,
        (Some(from), Some(to)) if to >= from => Part::Range(from..to.saturating_add(1).min(size)),
        (Some(from), None) if to.trim().is_empty() => Part::Range(from..size),
        (None, Some(0)) if from.trim().is_empty() => Part::Unsatisfiable,
        (None, Some(last)) if from.trim().is_empty() => {
            Part::Range(size.saturating_sub(last)..size)
        }
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_the_rfc_reads_them() {
        let cases = [
            ("bytes=0-0", Part::Range(0..1)),
            ("bytes=2-", Part::Range(2..10)),
            ("bytes=-3", Part::Range(7..10)),
            ("bytes=-30", Part::Range(0..10)),
            ("bytes=5-99", Part::Range(5..10)),
            ("bytes=10-", Part::Unsatisfiable),
            ("bytes=-0", Part::Unsatisfiable),
            ("bytes=5-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("lines=0-1", Part::Whole),
        ];
        for (header, expected) in cases {
            assert_eq!(part(Some(header), 10), expected, "{header}");
        }
        assert_eq!(part(None, 10), Part::Whole);
    }
}
