//! `zhijian serve`: the server on one's own data.

use super::Place;
use crate::{
    app::{self, Access, SystemClock},
    config::Config,
    desk::{Desk, House, expire, set_up},
    web::{self, Shared, look::Site},
    worker,
};
use anyhow::{Context, Result};
use std::{net::TcpListener, path::Path, process::ExitCode, sync::Arc, time::Duration};
use tokio::sync::watch;

#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// 监听地址，例如 127.0.0.1:8080；端口写0则自动选取
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
}

/// Runs the server until it is asked to stop.
pub fn run(task: &Serve) -> Result<ExitCode> {
    let mut config = task.place.settings()?;
    if let Some(listen) = &task.listen {
        config.server.listen.clone_from(listen);
    }
    super::block_on(async {
        let house = open(&config, &task.place.data).await?;
        let listener = listen(&config)?;
        if let Some(token) = set_up::offer(&house).await? {
            let address = listener.local_addr()?;
            println!("数据目录中还没有人员。请打开下面的一次性链接，登记第一个机关和系统管理员：");
            println!("http://{address}/set-up/{token}");
        }
        serve(&config, house, listener).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Opens the house for serving and clears away what a crash may have left.
pub async fn open(config: &Config, data: &Path) -> Result<Arc<House>> {
    let house = app::open(config, data, Arc::new(SystemClock), Access::Serve).await?;
    let swept = expire::sweep(&Desk::new(house.clone(), None)).await?;
    if swept > 0 {
        tracing::info!(swept, "removed staged files that no upload names");
    }
    Ok(house)
}

/// Binds the address that the settings name.
pub fn listen(config: &Config) -> Result<TcpListener> {
    let address = &config.server.listen;
    TcpListener::bind(address).with_context(|| format!("无法监听 {address}"))
}

/// Serves until stopped, then seals the log a last time and lets queued writes commit.
pub async fn serve(config: &Config, house: Arc<House>, listener: TcpListener) -> Result<()> {
    serve_until(config, house, listener, std::future::pending()).await
}

/// [`serve`] that also stops when `until` is done, and then answers what that answered.
pub async fn serve_until(
    config: &Config,
    house: Arc<House>,
    listener: TcpListener,
    until: impl Future<Output = Result<()>>,
) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let every = Duration::from_millis(config.log.seal_every_ms.max(10));
    let (signing, jobs) = worker::start(house.clone(), every, stopped);
    let address = listener.local_addr()?;
    let shared = Shared {
        house: house.clone(),
        site: Arc::new(site(config)),
        https: config.server.https,
        signing,
    };
    let server = web::serve(shared, listener, config.server.workers)?;
    println!("listening on http://{address}");
    let handle = server.handle();
    let mut serving = actix_web::rt::spawn(server);
    let outcome = tokio::select! {
        ended = &mut serving => ended?.map_err(Into::into),
        outcome = until => {
            handle.stop(true).await;
            serving.await??;
            outcome
        }
    };
    stop.send_replace(true);
    jobs.await?;
    house.store.close();
    outcome
}

fn site(config: &Config) -> Site {
    let site = config.site.clone();
    Site {
        name: site.name,
        subtitle: String::new(),
        host: site.host,
        operator: site.operator,
        phone: site.phone,
        address: site.address,
        postcode: site.postcode,
        site_code: site.site_code,
        icp: site.icp,
        police: site.police_record,
    }
}
