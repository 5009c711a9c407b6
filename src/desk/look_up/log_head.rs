//! Where the log stands: its newest signed checkpoint and the keys that check it.

use crate::{
    base::Moment,
    desk::{
        Desk, Error, cosign,
        log_gaps::{self, Gap},
        log_keys::{self, LogKey, Place},
    },
    store::{checkpoints, entries},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The log's head as programs read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LogHead {
    /// Origin (C2SP tlog-checkpoint).
    pub origin: String,
    /// The log's verifier key (C2SP signed-note vkey); while two keys sign, the outgoing one.
    pub key: String,
    /// All keys the log ever had, in the order of their coming.
    pub keys: Vec<KeyHead>,
    /// Ends under one name, each followed by another.
    pub gaps: Vec<GapHead>,
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

/// One of the log's keys as programs read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyHead {
    /// The verifier key.
    pub key: String,
    /// Leaf of the record by which it came; absent for the key the log began with.
    pub since_leaf: Option<u64>,
    /// Leaf of the record by which it went. It signed no checkpoint of more leaves than this.
    pub retired_leaf: Option<u64>,
}

impl KeyHead {
    fn of(key: &LogKey) -> Self {
        KeyHead {
            key: key.verifier.to_string(),
            since_leaf: key.since.map(|since| since.leaf),
            retired_leaf: key.retired.map(|retired| retired.leaf),
        }
    }
}

/// An end under one name, because the newest part was lost.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GapHead {
    /// The name that ended.
    pub origin: String,
    /// Leaves of it that the log still has.
    pub size: u64,
    /// The root over these, in hex.
    pub root: String,
    /// Leaves that were signed under it and are lost.
    pub lost: u64,
    /// The largest checkpoint that is known of it, a signed note.
    pub known: String,
    /// Leaf of the record that says so.
    pub leaf: u64,
    /// Why.
    pub reason: String,
}

impl GapHead {
    fn of((gap, place): (Gap, Place)) -> Self {
        GapHead {
            size: gap.size,
            root: gap.root.hex(),
            lost: gap.lost(),
            leaf: place.leaf,
            origin: gap.origin,
            known: gap.note,
            reason: gap.reason,
        }
    }
}

/// The log's head.
pub async fn log_head(desk: &Desk) -> Result<LogHead, Error> {
    let house = desk.house.clone();
    let origin = desk.house.log.name().to_owned();
    desk.house
        .store
        .read(move |db| {
            let leaves = entries::size(db)?.unsigned_abs();
            let newest = checkpoints::latest(db)?;
            let note = newest.as_ref().map(|row| cosign::cosigned(db, &house, row)).transpose()?;
            let keys = log_keys::read(db, &house.log.verifier())?;
            Ok(LogHead {
                origin,
                key: log_keys::in_force(db, &house)?.named(),
                keys: keys.iter().map(KeyHead::of).collect(),
                gaps: log_gaps::read(db)?.into_iter().map(GapHead::of).collect(),
                leaves,
                size: newest.as_ref().map_or(0, |row| row.size.unsigned_abs()),
                root: newest.as_ref().map(|row| hex::encode(&row.root)),
                sealed_at: newest.as_ref().map(|row| Moment::from_millis(row.sealed_at)),
                note,
            })
        })
        .await
}
