//! What a tus request asks, read out of its headers. Answers nothing and touches no upload.

use crate::{base::Digest, desk::continue_upload::Checksum, web::problem::Said};
use actix_web::{
    HttpRequest,
    http::{StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::collections::BTreeMap;

/// The version spoken here.
pub const VERSION: &str = "1.0.0";
/// Longest `Upload-Metadata` taken, in bytes: a file name of 255 characters fits several times.
const METADATA_MAX: usize = 8 << 10;
/// The body type of PATCH and of a creation with bytes.
pub const OFFSET_STREAM: &str = "application/offset+octet-stream";

/// A header as text; none when it is absent or not ASCII.
pub fn text<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

fn bad(title: &str) -> Box<Said> {
    Box::new(Said::plain(StatusCode::BAD_REQUEST, "bad-request", title, "没有改动任何内容。"))
}

/// Makes sure the client speaks this version (tus 1.0 §Tus-Resumable).
pub fn version(request: &HttpRequest) -> Result<(), Box<Said>> {
    if text(request, "tus-resumable") == Some(VERSION) {
        return Ok(());
    }
    Err(Box::new(Said::plain(
        StatusCode::PRECONDITION_FAILED,
        "tus-version",
        "上传协议的版本不符，本站使用 tus 1.0.0。",
        "没有接收任何内容。",
    )))
}

/// A whole number of bytes.
fn number(request: &HttpRequest, name: &str) -> Result<u64, Box<Said>> {
    let digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text(request, name)
        .filter(digits)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| bad(&format!("请求头 {name} 缺失或者不是不小于零的整数。")))
}

/// The declared length.
pub fn length(request: &HttpRequest) -> Result<u64, Box<Said>> {
    number(request, "Upload-Length")
}

/// Where the body is to be appended.
pub fn offset(request: &HttpRequest) -> Result<u64, Box<Said>> {
    number(request, "Upload-Offset")
}

/// Whether the body is bytes to append.
pub fn sends_bytes(request: &HttpRequest) -> bool {
    let kind = text(request, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(OFFSET_STREAM)
}

/// Makes sure the body is bytes to append.
pub fn bytes_only(request: &HttpRequest) -> Result<(), Box<Said>> {
    if sends_bytes(request) {
        return Ok(());
    }
    Err(Box::new(Said::plain(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "media-type",
        "上传内容的类型应为 application/offset+octet-stream。",
        "没有接收任何内容。",
    )))
}

/// The announced digest of the body: `sha256 BASE64` or `sha1 BASE64`.
pub fn checksum(request: &HttpRequest) -> Result<Option<Checksum>, Box<Said>> {
    if !request.headers().contains_key("upload-checksum") {
        return Ok(None);
    }
    let parts = text(request, "upload-checksum").and_then(|text| text.split_once(' '));
    let (kind, digest) = parts.ok_or_else(|| bad("请求头 Upload-Checksum 不合规范。"))?;
    let bytes = STANDARD.decode(digest.trim()).unwrap_or_default();
    let read = match kind {
        "sha256" => Digest::from_slice(&bytes).map(Checksum::Sha256),
        "sha1" => bytes.try_into().ok().map(Checksum::Sha1),
        _ => return Err(bad("不支持的校验算法，可用 sha256、sha1。")),
    };
    read.map(Some).ok_or_else(|| bad("请求头 Upload-Checksum 的校验值不合规范。"))
}

/// The pairs of `Upload-Metadata` (comma-separated `name BASE64`), and the header itself.
pub fn metadata(request: &HttpRequest) -> Result<(BTreeMap<String, String>, String), Box<Said>> {
    let Some(whole) = text(request, "upload-metadata") else {
        return match request.headers().contains_key("upload-metadata") {
            true => Err(bad("请求头 Upload-Metadata 不合规范。")),
            false => Ok(Default::default()),
        };
    };
    if whole.len() > METADATA_MAX {
        return Err(bad("请求头 Upload-Metadata 过长。"));
    }
    let mut pairs = BTreeMap::new();
    for pair in whole.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).ok().and_then(|b| String::from_utf8(b).ok());
        let value =
            value.ok_or_else(|| bad("请求头 Upload-Metadata 的值应为UTF-8文字的Base64。"))?;
        if pairs.insert(name.to_owned(), value).is_some() {
            return Err(bad("请求头 Upload-Metadata 有重复的名称。"));
        }
    }
    Ok((pairs, whole.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn with(name: &str, value: &str) -> HttpRequest {
        TestRequest::default().insert_header((name, value)).to_http_request()
    }

    #[test]
    fn numbers_are_plain_digits() {
        assert_eq!(offset(&with("Upload-Offset", "12")), Ok(12));
        for wrong in ["", "-1", "+1", "1.0", "0x1", "99999999999999999999999", "１"] {
            let Ok(value) = header::HeaderValue::from_str(wrong) else { continue };
            let request = TestRequest::default()
                .insert_header((header::HeaderName::from_static("upload-offset"), value));
            assert!(offset(&request.to_http_request()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn checksums_of_two_kinds_are_read() {
        let sha1 = STANDARD.encode([1; 20]);
        let read = |text: &str| checksum(&with("Upload-Checksum", text));
        assert_eq!(read(&format!("sha1 {sha1}")), Ok(Some(Checksum::Sha1([1; 20]))));
        for wrong in [format!("sha256 {sha1}"), format!("md5 {sha1}"), "sha1".into(), "".into()] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn metadata_is_base64_of_text() {
        let read = |text: &str| metadata(&with("Upload-Metadata", text));
        let (pairs, whole) = read("filename 5b2V5YOPLm1wNA==,flag").unwrap();
        assert_eq!((pairs["filename"].as_str(), pairs["flag"].as_str()), ("录像.mp4", ""));
        assert_eq!(whole, "filename 5b2V5YOPLm1wNA==,flag");
        for wrong in ["a !!", "a /w==", "a YQ==,a YQ=="] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
