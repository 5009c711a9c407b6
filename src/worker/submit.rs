//! Shows every new checkpoint to every witness, each on its own, and brings back what they sign. Nobody waits for it.

use crate::{
    courier::Courier,
    desk::{
        Error, House,
        cosign::{
            self, REFUSED, Witness, accept,
            offer::{self, Offer},
        },
    },
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Most bytes of a witness's answer.
const MOST_ANSWER: usize = 64 * 1024;
/// How long to wait after a failure, doubled after each one more, up to the longest.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Often enough for a witness that several nodes ask at once.
const TRIES: usize = 4;

/// Asks all witnesses until `stop` turns true; `sealed` changes with every checkpoint.
pub async fn submit(house: &Arc<House>, sealed: watch::Receiver<u64>, stop: watch::Receiver<bool>) {
    let asked = house.witnesses.all.iter().filter(|witness| !witness.url.is_empty());
    let asked: Vec<&Witness> = asked.collect();
    if asked.is_empty() {
        return;
    }
    let courier = match Courier::new() {
        Ok(courier) => courier,
        Err(fault) => return tracing::error!(%fault, "no witness can be asked"),
    };
    let each = asked.into_iter().map(|witness| {
        let (courier, sealed, mut stop) = (courier.clone(), sealed.clone(), stop.clone());
        async move {
            // What is cut short the witness tells by its size the next time.
            tokio::select! {
                () = keep_asking(house, witness, &courier, sealed) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    });
    futures_util::future::join_all(each).await;
}

async fn keep_asking(
    house: &House,
    witness: &Witness,
    courier: &Courier,
    mut sealed: watch::Receiver<u64>,
) {
    let mut pause = SHORTEST_PAUSE;
    let mut said = String::new();
    loop {
        sealed.borrow_and_update();
        let Err(fault) = ask(house, witness, courier).await else {
            (pause, said) = (SHORTEST_PAUSE, String::new());
            tokio::select! {
                changed = sealed.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(house.witnesses.every) => {}
            }
            continue;
        };
        // Once each time the reason changes, not once each try.
        if fault != said {
            tracing::warn!(witness = witness.name, fault, "not cosigned");
            let noted = accept::failed(house, witness, fault.clone()).await;
            said = if noted.is_ok() { fault } else { String::new() };
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Shows the newest checkpoint; starts again from the size that the witness says it knows.
async fn ask(house: &House, witness: &Witness, courier: &Courier) -> Result<(), String> {
    let url = format!("{}/add-checkpoint", witness.url);
    for _ in 0..TRIES {
        let Some(offer) = offer::offer(house, witness).await.map_err(|fault| cause(&fault))? else {
            return Ok(());
        };
        let reply = courier.post(&url, offer.body.clone(), MOST_ANSWER).await;
        let reply = reply.map_err(|fault| fault.to_string())?;
        match (reply.status, reply.text()) {
            (200, Some(lines)) => return take(house, offer.size, lines).await,
            (409, Some(size)) => start_from(house, witness, &offer, size).await?,
            (422, _) => {
                tracing::error!(
                    witness = witness.name,
                    "the witness does not see that the log only grew"
                );
                return Err(format!("{REFUSED}the witness has seen another history"));
            }
            (status, _) => return Err(format!("the witness answered {status}")),
        }
    }
    Err("the witness moves on faster than it is asked".into())
}

async fn take(house: &House, size: u64, lines: &str) -> Result<(), String> {
    let lines = cosign::read_lines(lines).ok_or("no signature lines in the answer")?;
    match accept::accept(house, size, lines, house.clock.now()).await {
        Ok(0) => Err("the cosignature is by another key than was configured".into()),
        Ok(_) => Ok(()),
        Err(Error::Invalid(_)) => Err("the cosignature does not verify".into()),
        Err(fault) => Err(cause(&fault)),
    }
}

async fn start_from(
    house: &House,
    witness: &Witness,
    offer: &Offer,
    said: &str,
) -> Result<(), String> {
    let size = cosign::read_size(said).ok_or("409 without a size")?;
    if size == offer.old {
        tracing::error!(
            witness = witness.name,
            size,
            "TWO HISTORIES: the witness has cosigned another root for this size"
        );
        return Err(format!("{REFUSED}the witness has cosigned another root for this size"));
    }
    if size > offer.size {
        let has = offer.size;
        tracing::error!(
            witness = witness.name,
            size,
            has,
            "the witness has cosigned more leaves than this log has: rows are lost, or there are TWO HISTORIES"
        );
        return Err(format!("{REFUSED}the witness has cosigned more leaves than this log has"));
    }
    accept::told(house, witness, size).await.map_err(|fault| cause(&fault))
}

fn cause(fault: &Error) -> String {
    std::error::Error::source(fault).map_or_else(|| fault.to_string(), ToString::to_string)
}
