//! The headers of uploads: the one parser of strangers' bytes that reads them through the HTTP server's types.

use actix_web::{
    http::header::{HeaderName, HeaderValue},
    test::TestRequest,
};
use zhijian::web::files::asked;

/// The headers of an upload, a line each.
pub fn tus_headers(bytes: &[u8]) {
    const NAMES: [&str; 6] = [
        "upload-length",
        "upload-offset",
        "upload-checksum",
        "upload-metadata",
        "content-type",
        "tus-resumable",
    ];
    let mut request = TestRequest::default();
    for (name, value) in NAMES.into_iter().zip(bytes.split(|byte| *byte == b'\n')) {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            request = request.insert_header((HeaderName::from_static(name), value));
        }
    }
    let request = request.to_http_request();
    let _ = (asked::length(&request), asked::offset(&request), asked::checksum(&request));
    let _ = (asked::version(&request), asked::bytes_only(&request));
    if let Ok((pairs, whole)) = asked::metadata(&request) {
        assert!(pairs.len() <= whole.split(',').count());
    }
}
