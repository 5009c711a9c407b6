//! The keys behind a dossier's records, and the records by which they came and went.

use crate::{
    desk::{Error, House, file, prove},
    ledger::{
        bundle::{PublicKey, RecordProof},
        dossier::FileRef,
    },
    store::{Db, entries},
};

/// Keys and the files of their records.
pub struct Held {
    /// The keys.
    pub keys: Vec<PublicKey>,
    /// Files of the records, in their order.
    pub files: Vec<FileRef>,
}

/// The keys in `used` and those that signed their records, with these records' proofs, all fields hidden. A
/// revocation later than the checkpoint of `size` leaves is not known under it.
pub fn gather(
    db: &mut Db,
    house: &House,
    used: &[String],
    size: u64,
) -> Result<(Vec<PublicKey>, Vec<RecordProof>), Error> {
    let (mut keys, mut records): (Vec<PublicKey>, Vec<RecordProof>) = (Vec::new(), Vec::new());
    let mut wanted: Vec<String> = used.to_vec();
    wanted.reverse();
    while let Some(id) = wanted.pop() {
        if keys.iter().any(|key| key.id == id) {
            continue;
        }
        let mut key = prove::key(db, &id)?;
        key.revoked_leaf = key.revoked_leaf.filter(|leaf| *leaf < size);
        for leaf in [Some(key.registered_leaf), key.revoked_leaf].into_iter().flatten() {
            let at = leaf.cast_signed();
            let entry = entries::range(db, at..at + 1)?.pop();
            let entry = entry.ok_or_else(|| Error::broken("a key without its record"))?;
            let filed = file::one(db, house, &entry.record_id)?;
            wanted.extend(filed.payload.signers.iter().map(|signer| signer.key.clone()));
            records.push(prove::record_proof(db, &filed.row, filed.fields, |_| false, size)?);
        }
        keys.push(key);
    }
    Ok((keys, records))
}
