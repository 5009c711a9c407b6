//! Asks every time-stamp authority for its stamp when one is due. Nobody waits for it.

use crate::{
    courier::Courier,
    desk::{
        House,
        stamp::{self, Authority},
    },
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Most bytes of an authority's answer.
const MOST_ANSWER: usize = 64 * 1024;
/// How often it is looked whether one is due.
const LOOK: Duration = Duration::from_secs(5);
/// How long to wait after a failure, doubled after each one more, up to the longest.
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Asks all authorities until `stop` turns true.
pub async fn stamp(house: &Arc<House>, stop: watch::Receiver<bool>) {
    if house.authorities.is_empty() {
        return;
    }
    let courier = match Courier::new() {
        Ok(courier) => courier,
        Err(fault) => return tracing::error!(%fault, "no time-stamp authority can be asked"),
    };
    let each = house.authorities.iter().map(|authority| {
        let (courier, mut stop) = (courier.clone(), stop.clone());
        async move {
            tokio::select! {
                () = keep_asking(house, authority, &courier) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    });
    futures_util::future::join_all(each).await;
}

async fn keep_asking(house: &House, authority: &Authority, courier: &Courier) {
    let mut pause = SHORTEST_PAUSE;
    let mut said = String::new();
    loop {
        let Err(fault) = ask(house, authority, courier).await else {
            (pause, said) = (SHORTEST_PAUSE, String::new());
            tokio::time::sleep(LOOK).await;
            continue;
        };
        // Once each time the reason changes, not once each try.
        if fault != said {
            tracing::warn!(authority = authority.name, fault, "not time-stamped");
            let noted = stamp::failed(house, authority, fault.clone(), house.clock.now()).await;
            said = if noted.is_ok() { fault } else { String::new() };
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn ask(house: &House, authority: &Authority, courier: &Courier) -> Result<(), String> {
    let due = stamp::due(house, authority, house.clock.now()).await;
    let Some(wanted) = due.map_err(|fault| fault.to_string())? else { return Ok(()) };
    let kind = "application/timestamp-query";
    let reply = courier.post_bytes(&authority.url, kind, wanted.body.clone(), MOST_ANSWER).await;
    let reply = reply.map_err(|fault| fault.to_string())?;
    if reply.status != 200 {
        return Err(format!("the authority answered {}", reply.status));
    }
    stamp::accept(house, authority, wanted, &reply.body, house.clock.now()).await
}
