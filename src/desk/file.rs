//! A chain's records as they lie in the file: what was signed, with the private values opened.

use super::{Error, House, sealing, sealing::SealingKey};
use crate::{
    ledger::{dsse::Envelope, field::Field, record::Payload},
    store::{Db, OrNone, chains, records},
};

/// One record of a chain, read.
pub struct Filed {
    /// The stored row with the exact bytes.
    pub row: records::Record,
    /// Who signed what.
    pub envelope: Envelope,
    /// What was signed.
    pub payload: Payload,
    /// Openings of the private fields; empty when the chain's content was destroyed.
    pub fields: Vec<Field>,
}

impl Filed {
    /// The private value under `path`.
    pub fn value(&self, path: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.path == path).map(|field| field.value.as_str())
    }
}

/// All records of `chain` in order.
pub fn read(db: &mut Db, house: &House, chain: &str) -> Result<Vec<Filed>, Error> {
    let key = key(db, house, chain)?;
    records::by_chain(db, chain)?.into_iter().map(|row| open(row, key.as_ref())).collect()
}

/// At most `count` records of `chain` from number `from` on, in order.
pub fn some(
    db: &mut Db,
    house: &House,
    chain: &str,
    from: i64,
    count: i64,
) -> Result<Vec<Filed>, Error> {
    let key = key(db, house, chain)?;
    let rows = records::from_seq(db, chain, from, count)?;
    rows.into_iter().map(|row| open(row, key.as_ref())).collect()
}

/// One record by its id.
pub fn one(db: &mut Db, house: &House, id: &str) -> Result<Filed, Error> {
    let row = records::find(db, id).or_none()?.ok_or(Error::NotFound("记录"))?;
    let key = key(db, house, &row.chain)?;
    open(row, key.as_ref())
}

/// The key of a chain's private values; `None` once it was destroyed.
pub fn key(db: &mut Db, house: &House, chain: &str) -> Result<Option<SealingKey>, Error> {
    let row = chains::find(db, chain).or_none()?.ok_or(Error::NotFound("链"))?;
    let Some(wrapped) = row.sealing_key else { return Ok(None) };
    SealingKey::from_wrapped(&house.master, chain, &wrapped)
        .map(Some)
        .ok_or_else(|| Error::broken("chain key does not unwrap"))
}

fn open(row: records::Record, key: Option<&SealingKey>) -> Result<Filed, Error> {
    let envelope = Envelope::parse(&row.envelope).map_err(Error::broken)?;
    let payload = Payload::parse(&envelope.payload).map_err(Error::broken)?;
    let fields = match (&row.fields, key) {
        (Some(sealed), Some(key)) => sealing::open_fields(key, &row.id, sealed)?,
        _ => Vec::new(),
    };
    Ok(Filed { row, envelope, payload, fields })
}

/// The newest value of each `path` among `records`, first path that has one.
pub fn newest<'f>(records: &'f [Filed], paths: &[&str]) -> Option<&'f str> {
    paths.iter().find_map(|path| records.iter().rev().find_map(|record| record.value(path)))
}
