//! Registering and revoking a person's signing key; each event is a record in the agency's register.

use super::{
    Desk, Error, House, sealing,
    set_up::on_register,
    sign_in::{blocking, password_fits},
};
use crate::{
    base::{KeyId, Moment, PersonId},
    store::{Db, OrNone, keys, people},
};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use serde_json::json;

/// A key in the browser (WebCrypto, not extractable) or held here under its owner's password.
pub enum Enrolment {
    /// The browser made it and signed the challenge with it.
    Browser {
        /// Raw Ed25519 public key.
        public_key: [u8; 32],
        /// Signature over [`challenge`].
        proof: [u8; 64],
    },
    /// The service makes it and seals it under this password.
    Server {
        /// The owner's password.
        password: String,
    },
}

/// What a browser signs to prove that it holds the key it enrols: bound to the person and the session.
pub fn challenge(person: &str, csrf: &str) -> String {
    format!("zhijian/enrol/v1\n{person}\n{csrf}\n")
}

/// Enrols a key for the signed-in person.
///
/// # Errors
/// `Refused` when the proof or the password does not fit, `Conflict` when the key is known already.
pub async fn enrol(desk: &Desk, enrolment: Enrolment) -> Result<KeyId, Error> {
    let who = desk.who()?;
    let person = who.person.to_string();
    let id = KeyId::new(desk.now);
    let new = match enrolment {
        Enrolment::Browser { public_key, proof } => {
            let text = challenge(&person, &who.csrf);
            VerifyingKey::from_bytes(&public_key)
                .and_then(|key| key.verify_strict(text.as_bytes(), &Signature::from_bytes(&proof)))
                .map_err(|_| Error::refused("未能证明浏览器持有该密钥，请刷新页面后重试。"))?;
            NewKey { public_key, custody: "browser", sealed: None }
        }
        Enrolment::Server { password } => {
            let row = person.clone();
            let row = desk.house.store.read(move |db| people::find(db, &row).or_none()).await?;
            let hash = row.ok_or(Error::NotFound("人员"))?.password_hash;
            desk.house.tries.count(&person)?;
            let key_id = id.to_string();
            blocking(move || server_key(&password, &hash, &key_id)).await??
        }
    };
    let (house, now, key_id) = (desk.house.clone(), desk.now, id.clone());
    desk.house.store.write(move |db| register(db, &house, &person, &key_id, new, now)).await?;
    Ok(id)
}

/// A key about to be registered.
pub struct NewKey {
    /// Raw Ed25519 public key.
    pub public_key: [u8; 32],
    /// `browser` or `server`.
    pub custody: &'static str,
    /// The secret under the owner's password, for `server`.
    pub sealed: Option<Vec<u8>>,
}

fn server_key(password: &str, hash: &str, key_id: &str) -> Result<NewKey, Error> {
    if !password_fits(password, hash) {
        return Err(Error::refused("密码不正确。"));
    }
    let secret = SigningKey::from_bytes(&sealing::random()?);
    seal_new(&secret, password, key_id)
}

/// The registration of `secret`, to be held here under `password`.
pub fn seal_new(secret: &SigningKey, password: &str, key_id: &str) -> Result<NewKey, Error> {
    let sealed = sealing::seal_secret(password, key_id, &secret.to_bytes())?;
    let public_key = secret.verifying_key().to_bytes();
    Ok(NewKey { public_key, custody: "server", sealed: Some(sealed) })
}

/// Puts a key on record and into use; inside a write.
pub fn register(
    db: &mut Db,
    house: &House,
    person: &str,
    id: &KeyId,
    new: NewKey,
    now: Moment,
) -> Result<(), Error> {
    let owner = people::find(db, person).or_none()?.ok_or(Error::NotFound("人员"))?;
    if keys::by_public_key(db, &new.public_key).or_none()?.is_some() {
        return Err(Error::Conflict("该密钥已经登记。".into()));
    }
    let event = json!({
        "key": id,
        "person": person,
        "public_key": hex::encode(new.public_key),
        "custody": new.custody,
    });
    let by: PersonId = owner.id.parse().map_err(Error::broken)?;
    let leaf = on_register(db, house, &owner.agency_id, "key-registered", &event, Some(&by), now)?;
    keys::insert(
        db,
        &keys::Key {
            id: id.to_string(),
            person_id: Some(person.to_owned()),
            public_key: new.public_key.to_vec(),
            custody: new.custody.to_owned(),
            sealed_secret: new.sealed,
            registered_at: now.millis(),
            registered_leaf: leaf,
            revoked_at: None,
            revoked_leaf: None,
        },
    )?;
    Ok(())
}

/// Most characters of the reason of a revocation.
const REASON_MAX: usize = 500;

/// Revokes one of the signed-in person's keys, or, for an administrator, anybody's in the agency.
///
/// # Errors
/// `NotFound` for a key that is not theirs to revoke, `Conflict` when it is revoked already.
pub async fn revoke(desk: &Desk, id: &KeyId, reason: &str) -> Result<(), Error> {
    let who = desk.who()?.clone();
    let long = reason.chars().count() > REASON_MAX || reason.contains('\0');
    if reason.trim().is_empty() || long {
        let text = format!("请写明注销原因，不超过{REASON_MAX}个字，不得含有空字符。");
        return Err(Error::invalid("reason", text));
    }
    let (house, now) = (desk.house.clone(), desk.now);
    let (id, reason) = (id.clone(), reason.to_owned());
    desk.house
        .store
        .write(move |db| {
            let key = keys::find(db, id.as_str()).or_none()?.ok_or(Error::NotFound("密钥"))?;
            let owner = key.person_id.clone().ok_or(Error::NotFound("密钥"))?;
            let owner = people::find(db, &owner).or_none()?.ok_or(Error::NotFound("密钥"))?;
            let own = owner.id == who.person.as_str();
            let administers = who.is(super::Role::Administrator) && owner.agency_id == who.agency;
            if !own && !administers {
                return Err(Error::NotFound("密钥"));
            }
            if key.revoked_at.is_some() {
                return Err(Error::Conflict("该密钥已经注销。".into()));
            }
            let event = json!({ "key": id, "person": owner.id, "reason": reason });
            let by: PersonId = owner.id.parse().map_err(Error::broken)?;
            let agency = &owner.agency_id;
            let leaf = on_register(db, &house, agency, "key-revoked", &event, Some(&by), now)?;
            keys::revoke(db, id.as_str(), now.millis(), leaf)?;
            Ok(())
        })
        .await
}
