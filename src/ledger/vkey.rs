//! Keys of signed notes by name and type (c2sp.org/signed-note): key names, key ids, the `name+id+key` text form.
//!
//! Owns what all signature types share; what a type signs is in `note` and `cosignature`.

use super::{encoding, note::NoteFault};
use crate::base::Digest;
use ed25519_dalek::VerifyingKey;

/// A named Ed25519 key of signature type `KIND`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedKey<const KIND: u8> {
    name: String,
    key: VerifyingKey,
}

impl<const KIND: u8> NamedKey<KIND> {
    /// # Errors
    /// [`NoteFault::Name`].
    pub(super) fn new(name: impl Into<String>, key: VerifyingKey) -> Result<Self, NoteFault> {
        let name = name.into();
        if valid_name(&name) { Ok(NamedKey { name, key }) } else { Err(NoteFault::Name) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// `SHA-256(name || 0x0A || KIND || key)[..4]`, big-endian.
    pub(super) fn id(&self) -> u32 {
        let bytes = [self.name.as_bytes(), &[b'\n', KIND], self.key.as_bytes()].concat();
        let [a, b, c, d, ..] = Digest::of(&bytes).0;
        u32::from_be_bytes([a, b, c, d])
    }

    /// `name+hex(id)+base64(KIND || 32-byte key)`.
    pub(super) fn to_text(&self) -> String {
        let key = [&[KIND], self.key.as_bytes().as_slice()].concat();
        format!("{}+{:08x}+{}", self.name, self.id(), encoding::to_base64(&key))
    }

    /// Reads exactly what [`to_text`](Self::to_text) writes.
    pub(super) fn parse(text: &str) -> Result<Self, NoteFault> {
        // Base64 may hold plus signs; name and id may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::VerifierKey);
        };
        let bytes = encoding::from_base64(key).ok_or(NoteFault::VerifierKey)?;
        let key = match bytes.split_first() {
            Some((kind, key)) if *kind == KIND => key,
            _ => return Err(NoteFault::VerifierKey),
        };
        let key = key.try_into().ok().and_then(encoding::public_key);
        let key = key.ok_or(NoteFault::VerifierKey)?;
        let named = NamedKey::new(name, key)?;
        // Covers the key id and every other way of spelling it.
        if named.to_text() == text { Ok(named) } else { Err(NoteFault::VerifierKey) }
    }
}

/// Non-empty, without Unicode spaces, plus signs and (as they cannot stand in a note) control characters.
pub(super) fn valid_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ')
}
