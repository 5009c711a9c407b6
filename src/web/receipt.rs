//! Receipts as files: the answers that pages and API share.

use super::{caller::Caller, exhibit_bytes::disposition, problem::Answer};
use crate::desk::receipt::{self, Receipt};
use actix_web::{HttpResponse, http::header};

/// The receipt of a record, for a person who may see its case.
pub async fn of_record(caller: &Caller, id: &str) -> Answer<HttpResponse> {
    Ok(file(receipt::of_record(&caller.desk, id).await?, "private, no-store"))
}

/// The receipt of a disclosure, for everybody.
pub async fn of_disclosure(caller: &Caller, number: &str) -> Answer<HttpResponse> {
    Ok(file(receipt::of_disclosure(&caller.desk, number).await?, "no-cache"))
}

fn file(receipt: Receipt, keep: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(disposition(false, format!("存证凭证-{}.tlog-proof", receipt.about)))
        .insert_header((header::CACHE_CONTROL, keep))
        .body(receipt.text)
}
