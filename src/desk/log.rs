//! The log as everybody may fetch it: the newest checkpoint, the verifier keys, tiles computed from the rows.
//! Reads only; gives nothing that lies beyond the newest published checkpoint.

use super::{
    Desk, Error, House, cosign,
    log_gaps::{self, Gap},
    log_keys::{self, LogKey, Place},
    seal_checkpoint::{leaves, subtrees},
};
use crate::{
    base::{Digest, Moment},
    ledger::{
        leaf::Leaf,
        tile::{self, FULL, TilePath},
    },
    store::{Db, checkpoints},
};

/// How a file of the log is handed out, by the service and by every mirror alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// `Content-Type`.
    pub media_type: &'static str,
    /// `Cache-Control`.
    pub keep: &'static str,
}

/// The checkpoint, which the next one replaces.
pub const CHECKPOINT_SERVED: Served =
    Served { media_type: "text/plain; charset=utf-8", keep: "no-cache" };

/// A tile. A full one never changes; a partial one is of use only until its full one is there.
pub fn served(tile: TilePath) -> Served {
    let keep = match tile.width() {
        FULL => "public, max-age=31536000, immutable",
        _ => "public, max-age=3600",
    };
    Served { media_type: "application/octet-stream", keep }
}

/// A checkpoint as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Leaves it covers.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Digest,
    /// When it was signed.
    pub sealed_at: Moment,
    /// The signed note (C2SP tlog-checkpoint) with the cosignatures collected so far.
    pub note: String,
}

/// The log's name, first line of its checkpoints.
pub fn origin(house: &House) -> &str {
    house.log.name()
}

/// Where the log ended under one name and went on under another.
pub async fn gaps(desk: &Desk) -> Result<Vec<(Gap, Place)>, Error> {
    desk.house.store.read(log_gaps::read).await
}

/// All keys the log ever had, in the order of their coming.
pub async fn keys(desk: &Desk) -> Result<Vec<LogKey>, Error> {
    let first = desk.house.log.verifier();
    desk.house.store.read(move |db| log_keys::read(db, &first)).await
}

/// The newest published checkpoint; none in the first second of a new log.
pub async fn newest(desk: &Desk) -> Result<Option<Published>, Error> {
    let house = desk.house.clone();
    desk.house
        .store
        .read(move |db| match checkpoints::latest(db)? {
            Some(row) => published(db, &house, row).map(Some),
            None => Ok(None),
        })
        .await
}

fn published(
    db: &mut Db,
    house: &House,
    row: checkpoints::CheckpointRow,
) -> Result<Published, Error> {
    Ok(Published {
        note: cosign::cosigned(db, house, &row)?,
        size: row.size.unsigned_abs(),
        root: Digest::from_slice(&row.root).ok_or_else(|| Error::broken("stored root"))?,
        sealed_at: Moment::from_millis(row.sealed_at),
    })
}

/// The bytes of a tile (C2SP tlog-tiles): hashes of 32 bytes each, or leaves behind their u16 lengths.
///
/// # Errors
/// `NotFound` when the newest checkpoint's tree has no such tile.
pub async fn tile(desk: &Desk, path: TilePath) -> Result<Vec<u8>, Error> {
    desk.house
        .store
        .read(move |db| {
            let size = checkpoints::latest(db)?.map_or(0, |row| row.size.unsigned_abs());
            tile_of(db, path, size)
        })
        .await
}

/// The bytes of a tile of the tree of the first `size` leaves, which must be sealed.
///
/// # Errors
/// `NotFound` when that tree has no such tile.
pub fn tile_of(db: &mut Db, path: TilePath, size: u64) -> Result<Vec<u8>, Error> {
    let at = path.positions(size).ok_or(Error::NotFound("日志分块"))?;
    match path {
        TilePath::Hash { level, .. } => {
            // A tree of 2^63 leaves has nodes up to level 63, so a tile that is there has a level below 8.
            let level = level.checked_mul(8).ok_or(Error::NotFound("日志分块"))?;
            Ok(tile::hash_tile(&subtrees(db, level, at.start, at.end)?))
        }
        TilePath::Entries { .. } => {
            let bytes = leaves(db, at.start, at.end)?;
            let parsed: Option<Vec<Leaf>> = bytes.iter().map(|leaf| Leaf::parse(leaf)).collect();
            let parsed = parsed.ok_or_else(|| Error::broken("stored leaf"))?;
            Ok(tile::entry_bundle(&parsed))
        }
    }
}
