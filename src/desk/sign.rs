//! Signing a prepared record; with the last signature it is linked.

use super::{
    Desk, Error, House,
    append::{self, Begin, Linked},
    prepare::{MOVED_UNDER_REVIEW, REVIEW, waiting_for},
    project, sealing,
    sign_in::{blocking, password_fits},
    vouch::{self, KeyRing},
};
use crate::{
    base::{DraftId, KeyId},
    ledger::{
        dsse::{self, Envelope, Signature},
        field::Field,
        record::Payload,
    },
    store::{self, Db, OrNone, chains, drafts, keys, people},
};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

/// How a person signs.
pub enum Signing {
    /// The browser signed `pae(payload)` with the key it holds.
    Browser {
        /// The key.
        key: KeyId,
        /// Ed25519 over the DSSE pre-authentication encoding.
        signature: [u8; 64],
    },
    /// The password unlocks the key held here, for this one signature.
    Password(String),
}

/// What became of a signature.
#[derive(Debug)]
pub enum Signed {
    /// Others still have to sign: their person ids.
    Waiting(Vec<String>),
    /// The record is linked.
    Linked(Linked),
}

/// Adds the signed-in person's signature to a draft.
///
/// # Errors
/// `NotFound` for drafts that are not theirs to sign, `Conflict` when they signed before or somebody signed
/// in the same instant, `Refused` when the signature does not verify or the law objects by now.
pub async fn sign(desk: &Desk, id: &DraftId, signing: Signing) -> Result<Signed, Error> {
    let who = desk.who()?.clone();
    let row = find(desk, id).await?;
    let payload = Payload::parse(&row.payload).map_err(Error::broken)?;
    let mine = payload
        .signers
        .iter()
        .find(|signer| signer.person == who.person.as_str())
        .ok_or(Error::NotFound("待签记录"))?;
    let mut signatures: Vec<Signature> =
        serde_json::from_str(&row.signatures).map_err(Error::broken)?;
    if signatures.iter().any(|signature| signature.keyid == mine.key) {
        return Err(Error::Conflict("您已经签过这份记录，正在等待其他签名人。".into()));
    }
    let sig = match signing {
        Signing::Browser { key, signature } if key.as_str() == mine.key => signature,
        Signing::Browser { .. } => {
            return Err(Error::refused("签名密钥与待签内容中写明的密钥不同，请改用写明的密钥。"));
        }
        Signing::Password(password) => {
            unlock_and_sign(desk, mine.key.clone(), password, dsse::pae(&row.payload)).await?
        }
    };
    verify_own(desk, &mine.key, &row.payload, sig).await?;
    signatures.push(Signature { keyid: mine.key.clone(), sig });
    let waiting: Vec<String> = payload
        .signers
        .iter()
        .filter(|signer| signatures.iter().all(|s| s.keyid != signer.key))
        .map(|signer| signer.person.clone())
        .collect();
    if waiting.is_empty() {
        link(desk, row, signatures).await.map(Signed::Linked)
    } else {
        store_signature(desk, row, &signatures).await?;
        Ok(Signed::Waiting(waiting))
    }
}

async fn find(desk: &Desk, id: &DraftId) -> Result<drafts::Draft, Error> {
    let id = id.to_string();
    let row = desk.house.store.read(move |db| drafts::find(db, &id).or_none()).await?;
    let row = row.ok_or(Error::NotFound("待签记录"))?;
    if row.expires_at < desk.now.millis() {
        return Err(Error::Gone("待签记录已经过期，没有入链，请重新制作。".into()));
    }
    Ok(row)
}

async fn unlock_and_sign(
    desk: &Desk,
    key_id: String,
    password: String,
    message: Vec<u8>,
) -> Result<[u8; 64], Error> {
    let who = desk.who()?;
    desk.house.tries.count(who.person.as_str())?;
    let (id, person) = (key_id.clone(), who.person.to_string());
    let (key, owner) = desk
        .house
        .store
        .read(move |db| {
            Ok::<_, Error>((keys::find(db, &id).or_none()?, people::find(db, &person).or_none()?))
        })
        .await?;
    let sealed = key.and_then(|key| key.sealed_secret).ok_or_else(|| {
        Error::refused("这把密钥保存在您的浏览器中，请在登记它的浏览器里签名，或者改用口令密钥。")
    })?;
    let hash = owner.ok_or(Error::NotFound("人员"))?.password_hash;
    let signed = blocking(move || {
        if !password_fits(&password, &hash) {
            return None;
        }
        let secret = sealing::open_secret(&password, &key_id, &sealed)?;
        Some(SigningKey::from_bytes(&secret).sign(&message).to_bytes())
    })
    .await?;
    signed.ok_or_else(|| Error::refused("密码不正确，没有签名。"))
}

async fn verify_own(desk: &Desk, key_id: &str, payload: &[u8], sig: [u8; 64]) -> Result<(), Error> {
    let id = key_id.to_owned();
    let key = desk.house.store.read(move |db| keys::find(db, &id).or_none()).await?;
    let key = key
        .filter(|key| key.revoked_at.is_none())
        .ok_or_else(|| Error::refused("签名所用的密钥不存在或者已经注销。"))?;
    let bytes: [u8; 32] =
        key.public_key.try_into().map_err(|_| Error::broken("stored public key"))?;
    VerifyingKey::from_bytes(&bytes)
        .and_then(|key| {
            let sig = ed25519_dalek::Signature::from_bytes(&sig);
            key.verify_strict(&dsse::pae(payload), &sig)
        })
        .map_err(|_| Error::refused("签名核验未通过，没有记录。"))
}

async fn store_signature(
    desk: &Desk,
    row: drafts::Draft,
    signatures: &[Signature],
) -> Result<(), Error> {
    let text = serde_json::to_string(signatures).map_err(Error::broken)?;
    let payload = Payload::parse(&row.payload).map_err(Error::broken)?;
    let waiting = waiting_for(&payload.signers, signatures);
    desk.house
        .store
        .write(move |db| match drafts::sign(db, &row.id, &row.signatures, &text, &waiting) {
            Err(store::Error::Taken) => {
                Err(Error::Conflict("另一位签名人刚刚签名，请刷新后再签。".into()))
            }
            signed => Ok(signed?),
        })
        .await
}

async fn link(
    desk: &Desk,
    row: drafts::Draft,
    signatures: Vec<Signature>,
) -> Result<Linked, Error> {
    let fields = fields_of(&desk.house, &row)?;
    let envelope = Envelope { payload: row.payload.clone(), signatures };
    let known = KeyRing::of(&desk.house, &envelope).await?;
    let record = vouch::vouch(envelope.to_bytes(), &envelope, fields, &known)?;
    let begin = begin(desk, &record.payload)?;
    let (house, now) = (desk.house.clone(), desk.now);
    desk.house
        .store
        .write(move |db| {
            refuse_unseen(db, &row)?;
            if let Err(store::Error::Taken) = drafts::remove(db, &row.id) {
                return Err(Error::Conflict("这份记录刚刚由另一次签名入链。".into()));
            }
            append::append(db, &house, &record, begin, now)
        })
        .await
}

/// Refuses an opinion when anything was linked to the case since it was prepared: the reviewer saw none of that.
fn refuse_unseen(db: &mut Db, row: &drafts::Draft) -> Result<(), Error> {
    if row.kind != REVIEW {
        return Ok(());
    }
    let chain = chains::find(db, &row.chain).or_none()?.ok_or(Error::NotFound("案件"))?;
    match chain.head == row.head {
        true => Ok(()),
        false => Err(Error::Conflict(MOVED_UNDER_REVIEW.into())),
    }
}

/// Only a filing begins a chain, and the chain is a case of the signer's agency.
fn begin(desk: &Desk, payload: &Payload) -> Result<Begin, Error> {
    Ok(match payload.kind.as_str() {
        "filing" if !payload.chain.starts_with(project::REGISTER) => {
            Begin::Case(desk.who()?.agency.clone())
        }
        _ => Begin::Nothing,
    })
}

/// The private fields of a draft.
pub fn fields_of(house: &House, row: &drafts::Draft) -> Result<Vec<Field>, Error> {
    sealing::open_fields(&house.master, &row.id, &row.fields)
}

/// Writes another of the signed-in person's keys into a draft; signatures over the old bytes fall away.
pub async fn rekey(desk: &Desk, id: &DraftId, key: &KeyId) -> Result<(), Error> {
    let who = desk.who()?.person.to_string();
    let row = find(desk, id).await?;
    let key = key.to_string();
    desk.house
        .store
        .write(move |db| {
            let key = keys::find(db, &key)
                .or_none()?
                .filter(|key| key.person_id.as_deref() == Some(&who) && key.revoked_at.is_none())
                .ok_or(Error::NotFound("密钥"))?;
            let mut payload = Payload::parse(&row.payload).map_err(Error::broken)?;
            let mine = payload.signers.iter_mut().find(|signer| signer.person == who);
            let mine = mine.ok_or(Error::NotFound("待签记录"))?;
            mine.custody = vouch::custody(&key.custody)?;
            mine.key = key.id;
            let bytes = payload.to_bytes().map_err(Error::broken)?;
            let waiting = waiting_for(&payload.signers, &[]);
            Ok(drafts::replace_payload(db, &row.id, &bytes, &waiting)?)
        })
        .await
}

/// Drops a draft that one of its signers does not want.
pub async fn discard(desk: &Desk, id: &DraftId) -> Result<(), Error> {
    let who = desk.who()?.person.to_string();
    let row = find(desk, id).await?;
    let payload = Payload::parse(&row.payload).map_err(Error::broken)?;
    if !payload.signers.iter().any(|signer| signer.person == who) && row.prepared_by != who {
        return Err(Error::NotFound("待签记录"));
    }
    desk.house.store.write(move |db| Ok::<_, Error>(drafts::remove(db, &row.id)?)).await
}
