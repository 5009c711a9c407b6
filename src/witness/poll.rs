//! For networks where a log cannot reach its witness: fetches checkpoint and tiles, judges them as if they had been
//! submitted, and hands the cosigned note back. Trusts nothing it fetched; the proof made of it must hold.

use super::{Verdict, Witness};
use crate::{
    base::Digest,
    courier::{Courier, Undelivered},
    ledger::{
        AddCheckpoint, Checkpoint,
        note::{Note, NoteSignature},
        proof::{self, Nodes, ProveFault},
        tile::{FULL, TilePath, parse_hash_tile},
        tree,
    },
    store,
};
use std::{collections::HashMap, io::Write as _, path::PathBuf};

/// Most bytes of a checkpoint.
const MOST_NOTE: usize = 64 * 1024;
/// Most bytes of a tile: 256 digests.
const MOST_TILE: usize = 256 * 32;
/// A consistency proof touches at most two tiles a level and there are eight levels of tiles.
const MOST_TILES: usize = 64;

/// Where a cosigned checkpoint goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// By POST, the note as the body.
    Post(String),
    /// Into a file, replaced as a whole.
    File(PathBuf),
}

/// Why a round brought no cosignature.
#[derive(Debug, thiserror::Error)]
pub enum Missed {
    /// Log or receiver did not answer.
    #[error("{0}: {1}")]
    Undelivered(String, #[source] Undelivered),
    /// An answer that is not one.
    #[error("{0} answered {1}")]
    Answer(String, u16),
    /// What was fetched is not a checkpoint, or not a tile.
    #[error("{0} is not what it should be")]
    Garbage(String),
    /// The log shows a smaller tree than was cosigned.
    #[error("the log shows {shown} leaves, but {known} were cosigned")]
    WentBack {
        /// Leaves shown.
        shown: u64,
        /// Leaves cosigned.
        known: u64,
    },
    /// The checkpoint was judged and refused.
    #[error("refused: {0:?}")]
    Refused(Verdict),
    /// The witness's own database.
    #[error("database: {0}")]
    Store(#[from] store::Error),
    /// The file could not be written.
    #[error("cannot write: {0}")]
    File(#[from] std::io::Error),
}

/// One round: fetches from the log at `url` (what comes before `/checkpoint`), judges, delivers. Gives the size cosigned.
///
/// # Errors
/// Why nothing was cosigned, or not delivered.
pub async fn round(
    witness: &Witness,
    courier: &Courier,
    url: &str,
    to: &Delivery,
) -> Result<u64, Missed> {
    let url = url.trim_end_matches('/');
    let garbage = || Missed::Garbage(format!("{url}/checkpoint"));
    let bytes = fetch(courier, format!("{url}/checkpoint"), MOST_NOTE).await?;
    let text = String::from_utf8(bytes).map_err(|_| garbage())?;
    let note = Note::parse(&text).map_err(|_| garbage())?;
    let (head, _extensions) = Checkpoint::parse_extended(&note.text).map_err(|_| garbage())?;
    let (known, _root) = witness.last(&head.origin).await?;
    if known > head.size {
        tracing::error!(origin = head.origin, known, shown = head.size, "the log went back");
        return Err(Missed::WentBack { shown: head.size, known });
    }
    let proof = prove(courier, url, known, head.size).await?;
    let request = AddCheckpoint { old: known, proof, checkpoint: note };
    let lines = match witness.judge(request.to_text().as_bytes()).await? {
        Verdict::Cosigned(lines) => lines,
        refused => return Err(Missed::Refused(refused)),
    };
    let mut cosigned = request.checkpoint;
    // The log may show what this witness said earlier of the same tree.
    cosigned.signatures.retain(|line| !witness.verifier().made(line));
    for line in NoteSignature::parse_lines(&lines).map_err(|_| garbage())? {
        cosigned = cosigned.with(line).map_err(|_| garbage())?;
    }
    deliver(courier, to, cosigned.to_string()).await?;
    Ok(head.size)
}

async fn fetch(courier: &Courier, url: String, most: usize) -> Result<Vec<u8>, Missed> {
    match courier.get(&url, most).await {
        Ok(reply) if reply.status == 200 => Ok(reply.body),
        Ok(reply) => Err(Missed::Answer(url, reply.status)),
        Err(fault) => Err(Missed::Undelivered(url, fault)),
    }
}

async fn deliver(courier: &Courier, to: &Delivery, note: String) -> Result<(), Missed> {
    match to {
        Delivery::Post(url) => match courier.post(url, note, MOST_NOTE).await {
            Ok(reply) if (200..300).contains(&reply.status) => Ok(()),
            Ok(reply) => Err(Missed::Answer(url.clone(), reply.status)),
            Err(fault) => Err(Missed::Undelivered(url.clone(), fault)),
        },
        Delivery::File(path) => {
            let new = path.with_extension("new");
            let mut file = std::fs::File::create(&new)?;
            file.write_all(note.as_bytes())?;
            file.sync_all()?;
            Ok(std::fs::rename(&new, path)?)
        }
    }
}

/// The consistency proof from the log's tiles, fetched as the prover asks for them.
async fn prove(courier: &Courier, url: &str, old: u64, new: u64) -> Result<Vec<Digest>, Missed> {
    let mut tiles = Fetched { size: new, tiles: HashMap::new() };
    loop {
        let path = match proof::consistency(&tiles, old, new) {
            Ok(proof) => return Ok(proof),
            Err(ProveFault::Nodes(Some(path))) if tiles.tiles.len() < MOST_TILES => path,
            Err(_) => return Err(Missed::Garbage(format!("{url}/tile"))),
        };
        let address = format!("{url}/{path}");
        let bytes = fetch(courier, address.clone(), MOST_TILE).await?;
        let digests =
            parse_hash_tile(&bytes, path.width()).map_err(|_| Missed::Garbage(address))?;
        tiles.tiles.insert(path, digests);
    }
}

/// Tiles of a tree of `size` leaves, as far as they have been fetched.
struct Fetched {
    size: u64,
    tiles: HashMap<TilePath, Vec<Digest>>,
}

impl Nodes for Fetched {
    /// The tile that must be fetched first; none for a node that no tile can hold.
    type Error = Option<TilePath>;

    fn node(&self, level: u8, index: u64) -> Result<Digest, Option<TilePath>> {
        let (tile_level, within) = (level / 8, level % 8);
        let first = index.checked_mul(1 << within).ok_or(None)?;
        let there = self.size.checked_shr(u32::from(tile_level) * 8).unwrap_or(0);
        let full = u64::from(FULL);
        let (tile, offset) = (first / full, first % full);
        // The tile as wide as this tree has it.
        let width = there.saturating_sub(tile.saturating_mul(full)).min(full);
        let width = u16::try_from(width).map_err(|_| None)?;
        let path = TilePath::Hash { level: tile_level, index: tile, width };
        let digests = self.tiles.get(&path).ok_or(Some(path))?;
        let from = usize::try_from(offset).map_err(|_| None)?;
        let nodes = digests.get(from..from + (1 << within)).ok_or(None)?;
        Ok(tree::root_of(nodes))
    }
}
