//! Work without a request: sealing the log every second, asking its witnesses and time-stamp authorities, dropping
//! what has expired, reading exhibits again.

mod stamp;
mod submit;

use crate::desk::{
    Desk, Error, House, expire, fixity,
    seal_checkpoint::{self, Sealer},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Whether the log may still be signed; pages and `/readyz` show why not.
pub type Health = watch::Receiver<Option<String>>;

/// Starts the jobs on the current runtime. They end when `stop` turns true, after a last seal.
pub fn start(
    house: Arc<House>,
    every: Duration,
    stop: watch::Receiver<bool>,
) -> (Health, tokio::task::JoinHandle<()>) {
    let (tell, health) = watch::channel(None);
    let (grew, sealed) = watch::channel(0);
    let task = tokio::spawn(async move {
        tokio::join!(
            seal(&house, every, stop.clone(), &tell, &grew),
            submit::submit(&house, sealed, stop.clone()),
            stamp::stamp(&house, stop.clone()),
            expire(&house, stop.clone()),
            check_exhibits(&house, stop)
        );
    });
    (health, task)
}

async fn seal(
    house: &Arc<House>,
    every: Duration,
    mut stop: watch::Receiver<bool>,
    tell: &watch::Sender<Option<String>>,
    grew: &watch::Sender<u64>,
) {
    let mut sealer = None;
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let last = tokio::select! {
            _ = tick.tick() => false,
            _ = stop.wait_for(|stop| *stop) => true,
        };
        match seal_once(house, &mut sealer).await {
            Ok(size) => {
                grew.send_if_modified(|known| std::mem::replace(known, size) != size);
                if tell.send_if_modified(|cause| cause.take().is_some()) {
                    tracing::info!("signing goes on");
                }
            }
            Err(fault) => {
                cannot_sign(tell, &fault);
                // A log that contradicts what was signed is never signed again without hands; reading goes on.
                if !seal_checkpoint::may_pass(&fault) {
                    return;
                }
            }
        }
        if last {
            return;
        }
    }
}

/// One turn. After a fault the next turn opens the sealer anew, which compares the log with the guard file again.
async fn seal_once(house: &Arc<House>, kept: &mut Option<Sealer>) -> Result<u64, Error> {
    let mut sealer = match kept.take() {
        Some(sealer) => sealer,
        None => Sealer::open(house).await?,
    };
    let size = sealer.seal(house, house.clock.now()).await?;
    *kept = Some(sealer);
    Ok(size)
}

/// Says why nothing is signed, once each time the reason changes.
fn cannot_sign(tell: &watch::Sender<Option<String>>, fault: &Error) {
    let cause =
        std::error::Error::source(fault).map_or_else(|| fault.to_string(), ToString::to_string);
    let cause = Some(cause);
    if tell.send_if_modified(|known| std::mem::replace(known, cause.clone()) != cause) {
        tracing::error!(cause, "signing has stopped");
    }
}

async fn expire(house: &Arc<House>, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(Duration::from_secs(600));
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let desk = Desk::new(house.clone(), None);
        if let Err(fault) = expire::expire(&desk).await {
            tracing::warn!(%fault, "clearing away what has expired failed");
        }
    }
}

/// Asks every minute whether today's exhibits have been read again; the row of the job knows.
async fn check_exhibits(house: &Arc<House>, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(Duration::from_secs(60));
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let checking = tokio::select! {
            done = fixity::check_some(house) => done,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        if let Err(fault) = checking {
            tracing::warn!(%fault, "reading exhibits again failed");
        }
    }
}
