//! A dossier on its way to somebody who may have it: one zip file, written while it is sent.

use super::{caller::Caller, exhibit_bytes::disposition, problem::Answer};
use crate::{
    base::CaseId,
    desk::export_dossier::{self, sink::Zip},
};
use actix_web::{HttpResponse, http::header, rt};
use bytes::Bytes;
use std::io::{self, BufWriter, Write};
use tokio::sync::mpsc;

/// Bytes of a piece; at most [`PIECES`] wait for the network.
const PIECE: usize = 256 * 1024;
const PIECES: usize = 4;

/// The dossier of a case in a variant, taken for a purpose, as a download.
pub async fn download(
    caller: &Caller,
    case: &CaseId,
    variant: &str,
    purpose: &str,
) -> Answer<HttpResponse> {
    let plan = export_dossier::ask(&caller.desk, case, variant, purpose).await?;
    let name = plan.file_name();
    let (send, mut receive) = mpsc::channel(PIECES);
    let house = caller.desk.house.clone();
    rt::spawn(async move {
        let out = BufWriter::with_capacity(PIECE, Outlet(send.clone()));
        if let Err(fault) = export_dossier::write(&house, plan, Box::new(Zip::new(out))).await {
            // Whoever hung up knows; everybody else gets a download that breaks off, and no seal.
            tracing::warn!(%fault, "a dossier was not sent whole");
            let _ = send.send(Err(io::Error::other("not whole"))).await;
        }
    });
    let pieces = async_stream::stream! {
        while let Some(piece) = receive.recv().await {
            yield piece;
        }
    };
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(disposition(false, name))
        .streaming(Box::pin(pieces)))
}

/// Hands bytes from the writing thread to the request; waits while the network is slower.
struct Outlet(mpsc::Sender<io::Result<Bytes>>);

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Ok(Bytes::copy_from_slice(bytes));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(piece).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
