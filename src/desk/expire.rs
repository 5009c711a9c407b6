//! Clearing away what has run out: unfinished uploads, unsigned drafts, ended sessions.

use super::{Desk, Error, continue_upload};
use crate::{
    base::UploadId,
    store::{drafts, sessions, uploads},
};
use std::collections::HashSet;

/// Drops everything whose time has run out.
pub async fn expire(desk: &Desk) -> Result<(), Error> {
    let now = desk.now.millis();
    continue_upload::finish_forgotten(desk).await?;
    let expired =
        desk.house.store.read(move |db| uploads::expired(db, "receiving", now, 100)).await?;
    for upload in expired {
        let id: UploadId = upload.id.parse().map_err(Error::broken)?;
        let hold = desk.house.intake.hold(&id).await;
        desk.house
            .store
            .write(move |db| {
                Ok::<_, Error>(uploads::set_state(db, &upload.id, "receiving", "gone", now)?)
            })
            .await?;
        hold.discard().await.map_err(Error::broken)?;
    }
    desk.house
        .store
        .write(move |db| {
            drafts::remove_expired(db, now)?;
            sessions::remove_expired(db, now)?;
            Ok::<_, Error>(())
        })
        .await
}

/// At start, before any upload goes on: removes staged files that no upload names.
pub async fn sweep(desk: &Desk) -> Result<usize, Error> {
    let open = desk.house.store.read(uploads::unfinished).await?;
    let known: Result<HashSet<UploadId>, _> = open.iter().map(|row| row.id.parse()).collect();
    desk.house.intake.sweep(&known.map_err(Error::broken)?).await.map_err(Error::broken)
}
