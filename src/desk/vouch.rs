//! Checking a signed record before it may be linked, and signing what the machine itself does.

use super::{Error, House, append::Vouched, sealing};
use crate::{
    base::{Digest, Moment, RecordId},
    law::act::Act,
    ledger::{
        dsse::{self, Envelope, Signature},
        field::{self, Field},
        record::{Custody, ExhibitRef, Payload, SCHEMA, Signer},
    },
    store::{Db, OrNone, keys},
};
use ed25519_dalek::{Signer as _, VerifyingKey};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

/// The signer's name in records that the machine makes.
pub const SERVICE: &str = "service";

/// A public key with whose it is.
#[derive(Clone)]
pub struct KnownKey {
    /// The key.
    pub key: VerifyingKey,
    /// Person id, or [`SERVICE`].
    pub person: String,
    /// Where its secret is.
    pub custody: Custody,
}

/// Keys that were asked for before. What is remembered of a key never changes; whether it was revoked since is asked
/// where the record is linked.
#[derive(Default)]
pub struct KeyRing(RwLock<HashMap<String, KnownKey>>);

impl KeyRing {
    /// The keys named by the signatures of `envelope`, as registered.
    ///
    /// # Errors
    /// When those that nobody asked for before cannot be read.
    pub async fn of(
        house: &House,
        envelope: &Envelope,
    ) -> Result<HashMap<String, KnownKey>, Error> {
        if let Some(known) = house.keys.remembered(envelope) {
            return Ok(known);
        }
        let asked = envelope.clone();
        let known = house.store.read(move |db| known_keys(db, &asked)).await?;
        let mut kept = house.keys.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.extend(known.iter().map(|(id, key)| (id.clone(), key.clone())));
        Ok(known)
    }

    fn remembered(&self, envelope: &Envelope) -> Option<HashMap<String, KnownKey>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = |signature: &Signature| {
            Some((signature.keyid.clone(), kept.get(&signature.keyid)?.clone()))
        };
        envelope.signatures.iter().map(known).collect()
    }
}

/// The keys named by the signatures of `envelope`, as registered and not revoked.
pub fn known_keys(db: &mut Db, envelope: &Envelope) -> Result<HashMap<String, KnownKey>, Error> {
    let mut known = HashMap::new();
    for signature in &envelope.signatures {
        let Some(row) = keys::find(db, &signature.keyid).or_none()? else { continue };
        if row.revoked_at.is_some() {
            continue;
        }
        let bytes: [u8; 32] =
            row.public_key.as_slice().try_into().map_err(|_| Error::broken("stored public key"))?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(Error::broken)?;
        let person = row.person_id.unwrap_or_else(|| SERVICE.to_owned());
        let custody = custody(&row.custody)?;
        known.insert(signature.keyid.clone(), KnownKey { key, person, custody });
    }
    Ok(known)
}

/// The custody word of the `keys` table.
pub fn custody(word: &str) -> Result<Custody, Error> {
    match word {
        "browser" => Ok(Custody::Browser),
        "server" => Ok(Custody::Server),
        "service" => Ok(Custody::Service),
        other => Err(Error::broken(format!("unknown custody {other}"))),
    }
}

/// Checks a record made and signed elsewhere: canonical payload, every named signer and nobody else by
/// `verify_strict`, and the openings against the signed field root.
///
/// # Errors
/// `Invalid` when the bytes are not a record, `Refused` when a signature or a field does not fit.
pub fn vouch(
    envelope_bytes: Vec<u8>,
    envelope: &Envelope,
    fields: Vec<Field>,
    known: &HashMap<String, KnownKey>,
) -> Result<Vouched, Error> {
    let payload = Payload::parse(&envelope.payload)
        .map_err(|fault| Error::invalid("payload", format!("记录内容不合规范：{fault}")))?;
    for signer in &payload.signers {
        let owner = known.get(&signer.key);
        let fits = owner.is_some_and(|k| k.person == signer.person && k.custody == signer.custody);
        if !fits || signer.custody == Custody::Service {
            return Err(Error::refused("签名所用的密钥不是签名人登记在用的密钥。"));
        }
    }
    envelope
        .verify_as(&payload, |keyid| known.get(keyid).map(|known| known.key))
        .map_err(|fault| Error::refused(format!("签名核验未通过：{fault}")))?;
    let digests: Vec<Digest> = fields.iter().map(Field::digest).collect();
    if field::fields_root(&digests) != payload.fields_root {
        return Err(Error::refused("记录的私密字段与签名中的字段摘要不一致。"));
    }
    Ok(Vouched {
        id: RecordId::new(payload.at),
        payload_digest: Digest::of(&envelope.payload),
        envelope: envelope_bytes,
        keys: envelope.signatures.iter().map(|s| s.keyid.clone()).collect(),
        payload,
        fields,
    })
}

/// The typed facts of a record.
///
/// # Errors
/// `Invalid` when they are not of its kind.
pub fn act_of(payload: &Payload) -> Result<Act, Error> {
    let facts = serde_json::Value::Object(payload.facts.clone());
    Act::parse(&payload.kind, &facts)
        .map_err(|fault| Error::invalid("facts", format!("记录事项不合规范：{fault}")))
}

/// Refuses what was signed by a clock that is ahead of this one.
///
/// # Errors
/// `Refused`.
pub fn refuse_ahead(payload: &Payload, now: Moment) -> Result<(), Error> {
    let latest = now.plus_millis(5 * 60_000);
    if payload.at <= latest {
        return Ok(());
    }
    Err(Error::refused("签名时间晚于服务器时间，请校准设备时钟后重新签名。"))
}

/// What the machine itself puts on record.
pub struct OwnRecord<'a> {
    /// Chain id.
    pub chain: &'a str,
    /// Kind of record.
    pub kind: &'a str,
    /// Public facts.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// Openings of the private fields.
    pub fields: Vec<Field>,
    /// Exhibits received.
    pub exhibits: Vec<ExhibitRef>,
    /// The person at whose instance it happened.
    pub on_behalf_of: Option<String>,
}

/// Signs `own` with the service's key.
pub fn sign_own(house: &House, own: OwnRecord<'_>, at: Moment) -> Result<Vouched, Error> {
    let digests: Vec<Digest> = own.fields.iter().map(Field::digest).collect();
    let payload = Payload {
        schema: SCHEMA.to_owned(),
        chain: own.chain.to_owned(),
        kind: own.kind.to_owned(),
        at,
        signers: vec![Signer {
            person: SERVICE.to_owned(),
            key: house.service.id.to_string(),
            custody: Custody::Service,
        }],
        on_behalf_of: own.on_behalf_of,
        fields_root: field::fields_root(&digests),
        exhibits: own.exhibits,
        facts: own.facts,
    };
    let bytes = payload.to_bytes().map_err(Error::broken)?;
    let sig = house.service.key.sign(&dsse::pae(&bytes)).to_bytes();
    let keyid = house.service.id.to_string();
    let signatures = vec![Signature { keyid: keyid.clone(), sig }];
    let envelope = Envelope { payload: bytes, signatures };
    Ok(Vouched {
        id: RecordId::new(at),
        payload_digest: Digest::of(&envelope.payload),
        envelope: envelope.to_bytes(),
        keys: vec![keyid],
        payload,
        fields: own.fields,
    })
}

/// Gives every (path, value) a random salt.
pub fn fresh_fields(values: Vec<(String, String)>) -> Result<Vec<Field>, Error> {
    values
        .into_iter()
        .map(|(path, value)| Ok(Field { path, value, salt: sealing::random()?, mask: None }))
        .collect()
}
