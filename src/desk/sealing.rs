//! Secrets at rest: private field values under a chain's key, chain keys under the master key,
//! server-held signing keys under their owner's password. AES-256-GCM, 96-bit random nonces.

use super::Error;
use crate::ledger::field::Field;
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use argon2::Argon2;
use zeroize::{Zeroize, ZeroizeOnDrop};

const NONCE: usize = 12;
const SALT: usize = 16;

/// A 256-bit key that is wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// Takes 32 raw bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        SealingKey(bytes)
    }

    /// A fresh random key.
    pub fn fresh() -> Result<Self, Error> {
        Ok(SealingKey(random()?))
    }

    /// Encrypts `plain`, bound to `context` (which must be given again to open it).
    /// Gives nonce || ciphertext || tag.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE] = random()?;
        let body = self
            .cipher()?
            .encrypt(&nonce.into(), Payload { msg: plain, aad: context.as_bytes() })
            .map_err(|_| Error::broken("sealing failed"))?;
        Ok([&nonce[..], &body].concat())
    }

    /// Opens what [`SealingKey::seal`] gave. `None` when the key, the context or the bytes differ.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: body, aad: context.as_bytes() };
        self.cipher().ok()?.decrypt(&nonce.into(), payload).ok()
    }

    /// This key under `master`, for the `chains` table.
    pub fn wrap(&self, master: &SealingKey, chain: &str) -> Result<Vec<u8>, Error> {
        master.seal(chain, &self.0)
    }

    /// The key of `chain` from its wrapped form.
    pub fn from_wrapped(master: &SealingKey, chain: &str, wrapped: &[u8]) -> Option<Self> {
        Some(SealingKey(master.open(chain, wrapped)?.try_into().ok()?))
    }

    fn cipher(&self) -> Result<Aes256Gcm, Error> {
        Aes256Gcm::new_from_slice(&self.0).map_err(|_| Error::broken("sealing key length"))
    }
}

/// `N` bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::broken("no random bytes"))?;
    Ok(bytes)
}

/// Encrypts the openings (path, value, salt) of one record's fields for storage.
pub fn seal_fields(key: &SealingKey, record: &str, fields: &[Field]) -> Result<Vec<u8>, Error> {
    key.seal(record, &serde_json::to_vec(fields).map_err(Error::broken)?)
}

/// The openings of one record's fields.
///
/// # Errors
/// `Broken` when the stored bytes do not open under the chain's key.
pub fn open_fields(key: &SealingKey, record: &str, sealed: &[u8]) -> Result<Vec<Field>, Error> {
    let plain = key.open(record, sealed).ok_or_else(|| Error::broken("fields do not open"))?;
    serde_json::from_slice(&plain).map_err(Error::broken)
}

/// Seals a server-held signing key's 32 secret bytes under its owner's password
/// (argon2id with the crate's defaults, RFC 9106). Gives salt || nonce || ciphertext || tag.
pub fn seal_secret(password: &str, key_id: &str, secret: &[u8; 32]) -> Result<Vec<u8>, Error> {
    let salt: [u8; SALT] = random()?;
    let sealed = from_password(password, &salt)?.seal(key_id, secret)?;
    Ok([&salt[..], &sealed].concat())
}

/// Opens what [`seal_secret`] gave; `None` when the password is wrong.
pub fn open_secret(password: &str, key_id: &str, sealed: &[u8]) -> Option<[u8; 32]> {
    let (salt, sealed) = sealed.split_at_checked(SALT)?;
    from_password(password, salt).ok()?.open(key_id, sealed)?.try_into().ok()
}

fn from_password(password: &str, salt: &[u8]) -> Result<SealingKey, Error> {
    let mut key = [0; 32];
    Argon2::default()
        .hash_password_into(password.as_bytes(), salt, &mut key)
        .map_err(|fault| Error::broken(fault.to_string()))?;
    Ok(SealingKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_bytes_open_only_with_key_and_context() {
        let key = SealingKey::fresh().unwrap();
        let mut sealed = key.seal("a", "当事人".as_bytes()).unwrap();
        assert_eq!(key.open("a", &sealed).as_deref(), Some("当事人".as_bytes()));
        assert_eq!(key.open("b", &sealed), None);
        assert_eq!(SealingKey::fresh().unwrap().open("a", &sealed), None);
        sealed[15] ^= 1;
        assert_eq!(key.open("a", &sealed), None);
        assert_eq!(key.open("a", &sealed[..5]), None);
    }

    #[test]
    fn a_password_opens_its_own_key_only() {
        let sealed = seal_secret("correct horse", "k", &[7; 32]).unwrap();
        assert_eq!(open_secret("correct horse", "k", &sealed), Some([7; 32]));
        assert_eq!(open_secret("wrong horse", "k", &sealed), None);
        assert_eq!(open_secret("correct horse", "other", &sealed), None);
    }
}
