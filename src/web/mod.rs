//! HTTP: pages, API, uploads and the log over the desk. Decides nothing that the law or the desk decides.

pub mod api;
pub mod caller;
mod dossier;
pub mod exhibit_bytes;
pub mod files;
pub mod health;
pub mod log;
pub mod look;
pub mod office;
pub mod problem;
pub mod public;
mod range;
mod receipt;
pub mod render;
pub mod routes;
pub mod security;

use crate::desk::House;
use actix_web::{App, HttpServer, dev::Server, middleware, web};
use look::Site;
use std::{net::TcpListener, sync::Arc};
use tokio::sync::watch;

/// What every handler may ask for.
#[derive(Clone)]
pub struct Shared {
    /// The desk's rooms.
    pub house: Arc<House>,
    /// The site's details for band and footer.
    pub site: Arc<Site>,
    /// Whether cookies may carry the Secure mark.
    pub https: bool,
    /// Why the log is not signed any more; none while all is well.
    pub signing: watch::Receiver<Option<String>>,
}

/// Serves on `listener` until stopped; `workers` threads, 0 for one a core.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(shared: Shared, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(shared.clone()))
            .app_data(web::PayloadConfig::new(caller::BODY_MOST as usize))
            // Outermost last: headers go on every answer, then errors are dressed, then requests from
            // other sites are turned away, then the routes.
            .wrap(middleware::from_fn(security::refuse_foreign))
            .wrap(middleware::from_fn(render::dress))
            .wrap(middleware::from_fn(security::headers))
            .configure(routes::configure)
            .default_service(web::to(render::no_such_page))
    })
    .shutdown_timeout(10);
    let server = if workers > 0 { server.workers(workers) } else { server };
    Ok(server.listen(listener)?.run())
}
