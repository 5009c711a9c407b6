//! A witness of logs (c2sp.org/tlog-witness): cosigns a checkpoint only if it extends the one it cosigned last.
//!
//! Decides and remembers; `serve` and `poll` only carry to and fro. Knows logs, never what is in them.

pub mod poll;
pub mod serve;

use crate::{
    base::{Digest, Moment},
    ledger::{
        AddCheckpoint, Checkpoint, CosignatureSigner, CosignatureVerifier, NoteVerifier,
        note::{self, Note},
        proof, tree,
    },
    store::{self, Db, Store, witnessed},
};
use std::sync::Arc;

/// Where the time comes from.
pub type Time = Arc<dyn Fn() -> Moment + Send + Sync>;

/// A witness at work; clones share it.
#[derive(Clone)]
pub struct Witness {
    store: Store,
    signer: Arc<CosignatureSigner>,
    logs: Arc<Vec<NoteVerifier>>,
    time: Time,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Cosigned and remembered: the cosignature's line, with its newline.
    Cosigned(String),
    /// Not a submission, or not of a checkpoint, or one that goes backwards.
    Malformed,
    /// A log this witness does not know.
    UnknownLog,
    /// Not signed by the log.
    Unsigned,
    /// The log believes another size was cosigned last than this one.
    OtherSize(u64),
    /// The log signed another root for the size cosigned last: two histories.
    Fork(u64),
    /// The proof does not lead from the tree cosigned last to this one.
    Inconsistent,
}

/// What a submission is about, once the log's signature has been verified.
struct Claim {
    old: u64,
    proof: Vec<Digest>,
    head: Checkpoint,
    /// The signed text.
    text: String,
    /// The note, of whose lines only the log's were verified.
    note: String,
}

impl Witness {
    /// A witness of `logs`, which are told apart by their keys' names, with its own database. Of several keys of one
    /// name either is enough: a log changes keys that way.
    pub fn new(
        store: Store,
        signer: CosignatureSigner,
        logs: Vec<NoteVerifier>,
        time: Time,
    ) -> Self {
        Witness { store, signer: Arc::new(signer), logs: Arc::new(logs), time }
    }

    /// The key to be told to logs and to readers.
    pub fn verifier(&self) -> CosignatureVerifier {
        self.signer.verifier()
    }

    /// The keys of the logs it knows.
    pub fn logs(&self) -> &[NoteVerifier] {
        &self.logs
    }

    /// Judges the body of an `add-checkpoint` request. Cosigned means: on disk before this answers.
    ///
    /// # Errors
    /// When the database cannot; nothing is signed then.
    pub async fn judge(&self, body: &[u8]) -> Result<Verdict, store::Error> {
        let claim = match self.read(body) {
            Ok(claim) => claim,
            Err(verdict) => return Ok(verdict),
        };
        let witness = self.clone();
        // Inside the one write at a time: what is compared cannot change before it is replaced, and of two
        // cosignatures the later never bears the earlier time.
        self.store.write(move |db| witness.decide(db, &claim)).await
    }

    /// What it cosigned last of each log, and every proof of two histories.
    ///
    /// # Errors
    /// The database's own.
    pub async fn memory(
        &self,
    ) -> Result<(Vec<witnessed::Witnessed>, Vec<witnessed::Fork>), store::Error> {
        self.store.read(|db| Ok((witnessed::all(db)?, witnessed::forks(db)?))).await
    }

    /// The size and root it cosigned last of the log `origin`; those of the empty tree if none.
    ///
    /// # Errors
    /// The database's own.
    pub async fn last(&self, origin: &str) -> Result<(u64, Digest), store::Error> {
        let origin = origin.to_owned();
        self.store.read(move |db| last(db, &origin)).await
    }

    /// Lets queued writes commit and takes no more.
    pub fn close(&self) {
        self.store.close();
    }

    /// The checks that need no memory, in the specification's order.
    fn read(&self, body: &[u8]) -> Result<Claim, Verdict> {
        let text = str::from_utf8(body).map_err(|_| Verdict::Malformed)?;
        let request = AddCheckpoint::parse(text).map_err(|_| Verdict::Malformed)?;
        let Note { text, .. } = &request.checkpoint;
        let (head, _extensions) =
            Checkpoint::parse_extended(text).map_err(|_| Verdict::Malformed)?;
        let known: Vec<NoteVerifier> =
            self.logs.iter().filter(|log| log.name() == head.origin).cloned().collect();
        if known.is_empty() {
            return Err(Verdict::UnknownLog);
        }
        let note = request.checkpoint.to_string();
        note::open(&note, &known).map_err(|_| Verdict::Unsigned)?;
        // Sizes are kept as i64; no tree grows so large.
        if request.old > head.size || i64::try_from(head.size).is_err() {
            return Err(Verdict::Malformed);
        }
        let text = request.checkpoint.text;
        Ok(Claim { old: request.old, proof: request.proof, head, text, note })
    }

    /// Compares with what was cosigned last, remembers, signs. Runs within one write.
    fn decide(&self, db: &mut Db, claim: &Claim) -> Result<Verdict, store::Error> {
        let (size, root) = last(db, &claim.head.origin)?;
        let now = (self.time)();
        if claim.head.size == size && claim.head.root != root {
            self.keep_fork(db, claim, now)?;
        }
        if claim.old != size {
            return Ok(Verdict::OtherSize(size));
        }
        if claim.head.size == size && claim.head.root != root {
            return Ok(Verdict::Fork(size));
        }
        let new = &claim.head;
        if let Err(fault) = proof::verify_consistency(size, root, new.size, new.root, &claim.proof)
        {
            let (origin, claimed) = (&new.origin, new.size);
            tracing::error!(origin, size, claimed, %fault, "refused: the log did not show that it only grew");
            return Ok(Verdict::Inconsistent);
        }
        let seconds = u64::try_from(now.millis() / 1000).unwrap_or(0);
        let Ok(line) = self.signer.cosign(&claim.text, seconds) else {
            return Ok(Verdict::Malformed);
        };
        if new.size > size || witnessed::find(db, &new.origin)?.is_none() {
            witnessed::advance(db, size.cast_signed(), &claim.row(now))?;
        }
        Ok(Verdict::Cosigned(format!("{line}\n")))
    }

    /// Two notes of one size with two roots are proof against the log, whoever brought the second.
    fn keep_fork(&self, db: &mut Db, claim: &Claim, now: Moment) -> Result<(), store::Error> {
        let (origin, size) = (&claim.head.origin, claim.head.size);
        tracing::error!(
            origin,
            size,
            root = claim.head.root.hex(),
            "TWO HISTORIES: the log has signed another root for a size that was cosigned; both notes are kept"
        );
        let known = witnessed::find(db, origin)?.map(|row| row.note).unwrap_or_default();
        let fork = witnessed::Fork {
            origin: origin.clone(),
            size: size.cast_signed(),
            root: claim.head.root.as_bytes().to_vec(),
            note: claim.note.clone(),
            known_note: known,
            seen_at: now.millis(),
        };
        witnessed::keep_fork(db, &fork).map(drop)
    }
}

impl Claim {
    fn row(&self, now: Moment) -> witnessed::Witnessed {
        witnessed::Witnessed {
            origin: self.head.origin.clone(),
            size: self.head.size.cast_signed(),
            root: self.head.root.as_bytes().to_vec(),
            note: self.note.clone(),
            seen_at: now.millis(),
        }
    }
}

fn last(db: &mut Db, origin: &str) -> Result<(u64, Digest), store::Error> {
    let Some(row) = witnessed::find(db, origin)? else { return Ok((0, tree::empty_root())) };
    let root = Digest::from_slice(&row.root).ok_or(store::Error::Missing)?;
    Ok((row.size.unsigned_abs(), root))
}
