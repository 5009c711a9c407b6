//! What a witness is to be shown: the newest checkpoint and the proof from the size it knows.

use super::{Witness, unknown};
use crate::{
    desk::{Error, House, prove::StoredNodes},
    ledger::{AddCheckpoint, note::Note, proof},
    store::{Db, checkpoints, cosignatures},
};

/// A submission to one witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Size from which the proof leads.
    pub old: u64,
    /// Size of the checkpoint.
    pub size: u64,
    /// Body of the request (C2SP tlog-witness).
    pub body: String,
}

/// What to show `witness`; none before the first checkpoint. One that was said to know more than there is gets to
/// say so again, so that a mistake does not last.
pub async fn offer(house: &House, witness: &Witness) -> Result<Option<Offer>, Error> {
    let key = witness.key();
    house.store.read(move |db| build(db, key)).await
}

fn build(db: &mut Db, key: String) -> Result<Option<Offer>, Error> {
    let Some(newest) = checkpoints::latest(db)? else { return Ok(None) };
    let known = cosignatures::witness(db, &key)?.unwrap_or_else(|| unknown(key));
    let size = newest.size.unsigned_abs();
    let old = known.size.unsigned_abs().min(size);
    let proof = proof::consistency(&StoredNodes::new(db), old, size).map_err(Error::broken)?;
    let checkpoint = Note::parse(&newest.note).map_err(Error::broken)?;
    let body = AddCheckpoint { old, proof, checkpoint }.to_text();
    Ok(Some(Offer { old, size, body }))
}
