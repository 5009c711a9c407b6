//! Exhibits in the office: their bytes, their thumbnails, and whole files sent by a form without a script.

use super::id;
use crate::{
    base::CaseId,
    desk::{
        Desk, Error,
        begin_upload::{self, Opening},
        continue_upload,
    },
    web::{
        caller::Caller,
        exhibit_bytes,
        problem::{Answer, Problem},
        render,
    },
};
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{HttpRequest, HttpResponse, rt, web::Path};
use bytes::{Bytes, BytesMut};
use futures_util::{TryStreamExt as _, stream};
use std::convert::Infallible;

/// Most bytes of a form without a script: it does not say how long a file is, so it is held until it has come.
/// Longer recordings go by the resumable upload.
const MOST: u64 = 32 << 20;

/// `GET /office/exhibits/{id}/content`
pub async fn content(
    request: HttpRequest,
    caller: Caller,
    path: Path<String>,
) -> Answer<HttpResponse> {
    exhibit_bytes::content(&request, &caller, &id(&path, "证据附件")?).await
}

/// `GET /office/exhibits/{id}/poster`
pub async fn poster(caller: Caller, path: Path<String>) -> Answer<HttpResponse> {
    exhibit_bytes::poster(&caller, &id(&path, "证据附件")?).await
}

/// `POST /office/cases/{id}/exhibits`
pub async fn take(caller: Caller, path: Path<String>, parts: Multipart) -> Answer<HttpResponse> {
    let case: CaseId = id(&path, "案件")?;
    let csrf = caller.who()?.csrf.clone();
    let files = read(parts, &csrf).await?;
    if files.is_empty() {
        return Err(Problem(Error::invalid("files", "没有选择文件。请返回选择后再上传。")));
    }
    for (name, bytes) in files {
        let desk = caller.desk.clone();
        let case = case.clone();
        // Runs to its end even when the sender goes away.
        let kept = rt::spawn(async move { keep(&desk, case, name, bytes).await });
        kept.await.map_err(Error::broken)??;
    }
    Ok(render::see_other(&format!("/office/cases/{case}#exhibits")))
}

/// The files of a form whose token stands before them and is right.
async fn read(mut parts: Multipart, csrf: &str) -> Result<Vec<(String, Bytes)>, Error> {
    let (mut meant, mut left, mut files) = (false, MOST, Vec::new());
    while let Some(part) = parts.try_next().await.map_err(|fault| broken(&fault))? {
        let said = part.content_disposition();
        let name = said.and_then(|said| said.get_filename()).map(str::to_owned);
        let is_token = said.and_then(|said| said.get_name()) == Some("csrf");
        let bytes = collect(part, &mut left).await?;
        if is_token {
            meant = bytes == csrf.as_bytes();
        } else if !meant {
            return Err(Error::Conflict(
                "页面已经失效，可能是重新登录过。没有保存任何内容，请刷新页面后重新上传。".into(),
            ));
        } else if let Some(name) = name.filter(|name| !name.is_empty()) {
            files.push((name, bytes));
        }
    }
    Ok(files)
}

async fn collect(mut part: Field, left: &mut u64) -> Result<Bytes, Error> {
    let mut bytes = BytesMut::new();
    while let Some(piece) = part.try_next().await.map_err(|fault| broken(&fault))? {
        let too_large = Error::TooLarge { limit_bytes: MOST };
        *left = left.checked_sub(piece.len() as u64).ok_or(too_large)?;
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}

fn broken(fault: &MultipartError) -> Error {
    tracing::info!(%fault, "an upload form could not be read");
    Error::invalid("files", "上传的内容不完整，没有保存任何内容，请重新上传。")
}

/// Puts one whole file on record.
async fn keep(desk: &Desk, case: CaseId, name: String, bytes: Bytes) -> Result<(), Error> {
    let length = bytes.len() as u64;
    let opening = Opening { case, name, metadata: String::new(), length, declared_root: None };
    let id = begin_upload::begin_upload(desk, opening).await?.id;
    let body = stream::iter([Ok::<_, Infallible>(bytes)]);
    continue_upload::continue_upload(desk, &id, 0, None, body).await?;
    continue_upload::finish(desk, &id).await?;
    Ok(())
}
