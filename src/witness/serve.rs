//! The witness over HTTP: `POST /add-checkpoint` (c2sp.org/tlog-witness), and a page of what it has seen.

use super::{Verdict, Witness};
use crate::{
    base::Moment,
    ledger::{
        NoteVerifier,
        add_checkpoint::{MAX_BYTES, SIZE_TYPE, size_text},
    },
    store,
};
use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Server,
    http::{StatusCode, header},
    web,
};
use std::{collections::BTreeSet, fmt::Write as _, net::TcpListener};

/// Serves on `listener` until stopped.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(witness: Witness, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(witness.clone()))
            .app_data(web::PayloadConfig::new(MAX_BYTES))
            .route("/add-checkpoint", web::post().to(add_checkpoint))
            .route("/", web::get().to(about))
    });
    // Every submission waits for the one writer, so one thread is enough.
    Ok(server.workers(1).shutdown_timeout(10).listen(listener)?.run())
}

async fn add_checkpoint(witness: web::Data<Witness>, body: web::Bytes) -> HttpResponse {
    match witness.judge(&body).await {
        Ok(Verdict::Cosigned(lines)) => text(StatusCode::OK, lines),
        Ok(Verdict::Malformed) => text(StatusCode::BAD_REQUEST, "malformed request\n"),
        Ok(Verdict::UnknownLog) => text(StatusCode::NOT_FOUND, "unknown log\n"),
        Ok(Verdict::Unsigned) => text(StatusCode::FORBIDDEN, "not signed by the log\n"),
        Ok(Verdict::OtherSize(size) | Verdict::Fork(size)) => {
            HttpResponse::Conflict().content_type(SIZE_TYPE).body(size_text(size))
        }
        Ok(Verdict::Inconsistent) => {
            text(StatusCode::UNPROCESSABLE_ENTITY, "the proof does not hold\n")
        }
        Err(fault) => {
            let cause = std::error::Error::source(&fault).map(ToString::to_string);
            tracing::error!(%fault, cause, "a submission was not judged");
            match fault {
                store::Error::Busy => text(StatusCode::SERVICE_UNAVAILABLE, "busy\n"),
                _ => text(StatusCode::INTERNAL_SERVER_ERROR, "out of order\n"),
            }
        }
    }
}

/// `GET /`: the key, the logs with the size cosigned last, and every log that showed two histories.
async fn about(witness: web::Data<Witness>) -> HttpResponse {
    let Ok((seen, forks)) = witness.memory().await else {
        return text(StatusCode::SERVICE_UNAVAILABLE, "busy\n");
    };
    let mut said = format!("执鉴见证方\n{}\n\n", witness.verifier());
    let names: BTreeSet<&str> = witness.logs().iter().map(NoteVerifier::name).collect();
    for log in names {
        let row = seen.iter().find(|row| row.origin == log);
        let size = row.map_or(0, |row| row.size);
        // Writing to a string cannot fail.
        let _ = writeln!(said, "日志 {log}：已见证至第{size}条");
    }
    for fork in &forks {
        let at = Moment::from_millis(fork.seen_at);
        let _ = writeln!(
            said,
            "\n警告：日志 {} 对第{}条签发过两个不同的根，发现于{at}。两份签名：\n\n{}\n{}",
            fork.origin, fork.size, fork.known_note, fork.note
        );
    }
    text(StatusCode::OK, said)
}

fn text(status: StatusCode, body: impl Into<String>) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body.into())
}
