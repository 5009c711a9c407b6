//! Where the log stands: its newest signed checkpoint and the key that checks it.

use crate::{
    base::Moment,
    desk::{Desk, Error, cosign},
    store::{checkpoints, entries},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The log's head as programs read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LogHead {
    /// Origin (C2SP tlog-checkpoint).
    pub origin: String,
    /// The log's verifier key (C2SP signed-note vkey).
    pub key: String,
    /// Leaves under the newest checkpoint.
    pub size: u64,
    /// Leaves committed, sealed or not.
    pub leaves: u64,
    /// Root under the newest checkpoint, in hex; absent before the first.
    pub root: Option<String>,
    /// When it was signed.
    #[schema(value_type = Option<String>)]
    pub sealed_at: Option<Moment>,
    /// The signed note with the cosignatures collected so far.
    pub note: Option<String>,
}

/// The log's head.
pub async fn log_head(desk: &Desk) -> Result<LogHead, Error> {
    let house = desk.house.clone();
    let (origin, key) = (desk.house.log.name().to_owned(), desk.house.log.verifier().to_string());
    desk.house
        .store
        .read(move |db| {
            let leaves = entries::size(db)?.unsigned_abs();
            let newest = checkpoints::latest(db)?;
            let note = newest.as_ref().map(|row| cosign::cosigned(db, &house, row)).transpose()?;
            Ok(LogHead {
                origin,
                key,
                leaves,
                size: newest.as_ref().map_or(0, |row| row.size.unsigned_abs()),
                root: newest.as_ref().map(|row| hex::encode(&row.root)),
                sealed_at: newest.as_ref().map(|row| Moment::from_millis(row.sealed_at)),
                note,
            })
        })
        .await
}
