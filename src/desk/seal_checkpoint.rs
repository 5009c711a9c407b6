//! Sealing the log: a signed checkpoint over every leaf, only ever extending the last one.

use super::{
    Error, House, durable, log_gaps,
    log_keys::{self, LogKey},
};
use crate::{
    base::{Digest, Moment},
    ledger::{
        checkpoint::Checkpoint,
        leaf::Leaf,
        note,
        tree::{self, Frontier},
    },
    store::{self, Db, checkpoints, entries, nodes},
};
use std::{fs, io, path::Path};

/// Leaves taken up in one write.
const BATCH: u64 = 65_536;

/// Leaves, or subtree roots, under one full tile.
const WIDTH: u64 = 256;

/// Whether sealing may be tried again by itself: the disk or the database failed, and both may recover. Anything else
/// says that the log is not what was signed.
pub fn may_pass(fault: &Error) -> bool {
    match fault {
        Error::Busy | Error::Full => true,
        Error::Broken(source) => source.is::<io::Error>() || source.is::<store::Error>(),
        _ => false,
    }
}

/// The sealer's memory between checkpoints: the right edge of the sealed tree, one open tile a level.
pub struct Sealer {
    size: u64,
    /// `open[k]` holds the nodes of level 8k that do not fill a tile yet.
    open: Vec<Frontier>,
}

/// The root of a full tile: (level, index, root), level a multiple of 8.
type FullTile = (u8, u64, Digest);

impl Sealer {
    /// Rebuilds the right edge of the newest checkpoint and compares the log with the guard file.
    ///
    /// # Errors
    /// `Broken` when the database does not extend what was once signed, or not by the keys of this log: signing must
    /// stop.
    pub async fn open(house: &House) -> Result<Sealer, Error> {
        let guard = read_guard(&house.guard)?;
        let first = house.log.verifier();
        house
            .store
            .read(move |db| {
                if let Some(guard) = guard {
                    check_guard(db, &guard)?;
                }
                let Some(newest) = checkpoints::latest(db)? else { return Sealer::at(db, 0) };
                let size = newest.size.unsigned_abs();
                log_keys::check(&log_keys::read(db, &first)?, size, &newest.note).map_err(
                    |_| Error::broken("the newest checkpoint is by other keys of the log"),
                )?;
                Sealer::at(db, size)
            })
            .await
    }

    /// The right edge of no leaves.
    pub fn empty() -> Sealer {
        Sealer { size: 0, open: vec![Frontier::default(); 8] }
    }

    /// Leaves taken up.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The right edge of the first `size` leaves.
    pub fn at(db: &mut Db, size: u64) -> Result<Sealer, Error> {
        let mut open = Vec::new();
        let mut below = size;
        for level in (0..64).step_by(8) {
            let count = below % WIDTH;
            let hashes = subtrees(db, level, below - count, below)?;
            let mut tile = Frontier::default();
            hashes.into_iter().for_each(|hash| tile.push(hash));
            open.push(tile);
            below /= WIDTH;
        }
        Ok(Sealer { size, open })
    }

    /// The right edge of a checkpoint that another node signed.
    fn after(db: &mut Db, newest: &checkpoints::CheckpointRow) -> Result<Sealer, Error> {
        let edge = Sealer::at(db, newest.size.unsigned_abs())?;
        if edge.root().as_bytes()[..] == newest.root[..] {
            Ok(edge)
        } else {
            Err(Error::broken("the log contradicts a checkpoint of another node"))
        }
    }

    /// Signs a checkpoint over all leaves committed so far, if there are new ones; gives its size. Several nodes may
    /// seal one log by turns: each goes on from what the others signed.
    ///
    /// # Errors
    /// `Broken` when what was signed elsewhere is not what the leaves say: signing must stop.
    pub async fn seal(&mut self, house: &House, now: Moment) -> Result<u64, Error> {
        let (known, first) = (self.size, house.log.verifier());
        let (size, further, keys) = house
            .store
            .read(move |db| {
                let newest = checkpoints::latest(db)?;
                let further = newest.filter(|newest| newest.size.unsigned_abs() > known);
                let further = further.map(|newest| Sealer::after(db, &newest)).transpose()?;
                let keys = log_keys::read(db, &first)?;
                Ok::<_, Error>((entries::size(db)?.unsigned_abs(), further, keys))
            })
            .await?;
        if let Some(further) = further {
            *self = further;
        }
        while self.size < size {
            let until = log_keys::next_signed(&keys, size.min(self.size + BATCH));
            self.seal_to(house, until, &keys, now).await?;
        }
        Ok(self.size)
    }

    /// The root over everything taken up (RFC 6962 §2.1).
    pub fn root(&self) -> Digest {
        let parts: Vec<Digest> =
            self.open.iter().rev().flat_map(|tile| tile.parts().1.to_vec()).collect();
        Frontier::from_parts(self.size, parts).unwrap_or_default().root()
    }

    async fn seal_to(
        &mut self,
        house: &House,
        until: u64,
        keys: &[LogKey],
        now: Moment,
    ) -> Result<(), Error> {
        let from = self.size;
        let new = house.store.read(move |db| leaves(db, from, until)).await?;
        let mut next = Sealer { size: self.size, open: self.open.clone() };
        let full = next.take_up(&new)?;
        let signers = house.log.of(&log_keys::signing(keys, next.size))?;
        let origin = signers.first().map_or(house.log.name(), |signer| signer.name()).to_owned();
        let checkpoint = Checkpoint { origin, size: next.size, root: next.root() };
        let note = note::sign(&checkpoint.to_text(), &signers).map_err(Error::broken)?;
        // The guard goes first: after a crash between the two the guard is ahead of the checkpoints, and the
        // next start accepts that only if the leaves still give the very same root.
        durable::replace(&house.guard, note.as_bytes()).map_err(Error::broken)?;
        let row = checkpoints::CheckpointRow {
            size: next.size.cast_signed(),
            root: checkpoint.root.as_bytes().to_vec(),
            sealed_at: now.millis(),
            note,
        };
        house
            .store
            .write(move |db| {
                // Another node may have signed as much or more since; its nodes of the tree are there already.
                if checkpoints::latest(db)?.is_some_and(|newest| newest.size >= row.size) {
                    return Ok(());
                }
                for (level, index, root) in &full {
                    nodes::put(db, i32::from(*level), index.cast_signed(), root.as_bytes())?;
                }
                Ok::<_, Error>(checkpoints::insert(db, &row)?)
            })
            .await?;
        *self = next;
        Ok(())
    }

    /// Pushes leaves; gives the roots of the tiles that became full.
    pub fn take_up(&mut self, new: &[Vec<u8>]) -> Result<Vec<FullTile>, Error> {
        let mut full = Vec::new();
        for bytes in new {
            let leaf = Leaf::parse(bytes).ok_or_else(|| Error::broken("stored leaf"))?;
            self.size += 1;
            let mut carry = tree::leaf_hash(&leaf.0);
            let mut index = self.size;
            for (tile, level) in self.open.iter_mut().zip((8u8..).step_by(8)) {
                tile.push(carry);
                if tile.size() < WIDTH {
                    break;
                }
                carry = tile.root();
                *tile = Frontier::default();
                index /= WIDTH;
                full.push((level, index - 1, carry));
            }
        }
        Ok(full)
    }
}

/// Roots of the complete subtrees of 2^`level` leaves with index in `from..to`; `level` a multiple of 8.
pub fn subtrees(db: &mut Db, level: u8, from: u64, to: u64) -> Result<Vec<Digest>, Error> {
    let digests: Option<Vec<Digest>> = if level == 0 {
        let leaves = leaves(db, from, to)?;
        leaves.iter().map(|leaf| Leaf::parse(leaf).map(|leaf| tree::leaf_hash(&leaf.0))).collect()
    } else {
        let range = from.cast_signed()..to.cast_signed();
        let rows = nodes::range(db, i32::from(level), range)?;
        rows.iter().map(|(_, hash)| Digest::from_slice(hash)).collect()
    };
    let digests = digests.ok_or_else(|| Error::broken("stored tree node"))?;
    let wanted = usize::try_from(to - from).map_err(Error::broken)?;
    if digests.len() == wanted { Ok(digests) } else { Err(Error::broken("tree nodes are missing")) }
}

/// The bytes of leaves `from..to`; a gap is a fault.
pub fn leaves(db: &mut Db, from: u64, to: u64) -> Result<Vec<Vec<u8>>, Error> {
    let leaves = entries::leaf_bytes(db, from.cast_signed()..to.cast_signed())?;
    let wanted = usize::try_from(to - from).map_err(Error::broken)?;
    if leaves.len() == wanted { Ok(leaves) } else { Err(Error::broken("the log has a gap")) }
}

/// Refuses a database whose log is not the one that was last signed.
fn check_guard(db: &mut Db, guard: &Checkpoint) -> Result<(), Error> {
    let gaps = log_gaps::read(db)?;
    if gaps.iter().any(|(gap, _)| gap.ended(guard)) {
        return Ok(());
    }
    if entries::size(db)?.unsigned_abs() < guard.size {
        return Err(Error::broken("the log is shorter than the last signed checkpoint"));
    }
    match holds(db, guard)? {
        true => Ok(()),
        false => Err(Error::broken("the log contradicts the last signed checkpoint")),
    }
}

/// Whether the log has all the leaves that a checkpoint covers, whatever its name.
pub fn holds(db: &mut Db, said: &Checkpoint) -> Result<bool, Error> {
    if entries::size(db)?.unsigned_abs() < said.size {
        return Ok(false);
    }
    let known = checkpoints::latest(db)?.map_or(0, |row| row.size.unsigned_abs());
    let mut edge = Sealer::at(db, known.min(said.size))?;
    let rest = leaves(db, edge.size, said.size)?;
    edge.take_up(&rest)?;
    Ok(edge.root() == said.root)
}

fn read_guard(path: &Path) -> Result<Option<Checkpoint>, Error> {
    let note = match fs::read_to_string(path) {
        Ok(note) => note,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(Error::broken(fault)),
    };
    let text = note::Note::parse(&note).map_err(Error::broken)?.text;
    Checkpoint::parse(&text).map(Some).map_err(Error::broken)
}
