//! How raw bytes stand in JSON: 32-byte secrets as lower-case hex, longer bytes as padded base64; and which bytes are a
//! public key.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;

/// Standard base64 with padding (RFC 4648 §4).
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads standard base64; `None` unless it is the one spelling of its bytes.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// An Ed25519 public key; `None` unless RFC 8032 §5.1.3 reads it, which asks for `y` below 2^255 − 19.
pub(super) fn public_key(bytes: &[u8; 32]) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    // The crate reduces a larger `y` without a word; then one key would have two spellings.
    (key.to_edwards().compress().as_bytes() == bytes).then_some(key)
}

/// `#[serde(with = …)]` for 32 bytes as 64 lower-case hex digits.
pub(super) mod hex32 {
    use crate::base::Digest;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        Digest(*bytes).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        Digest::deserialize(deserializer).map(|digest| digest.0)
    }
}

/// `#[serde(with = …)]` for bytes as standard base64.
pub(super) mod base64_bytes {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::to_base64(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::from_base64(&text).ok_or_else(|| de::Error::custom("not standard base64"))
    }
}

/// `#[serde(with = …)]` for a 64-byte signature as standard base64.
pub(super) mod base64_signature {
    use serde::{Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8; 64], serializer: S) -> Result<S::Ok, S::Error> {
        super::base64_bytes::serialize(bytes, serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 64], D::Error> {
        let bytes = super::base64_bytes::deserialize(deserializer)?;
        bytes.try_into().map_err(|_| de::Error::custom("not 64 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_has_one_spelling() {
        // y = 3 is a point of the curve; 2^255 − 19 + 3 is its other spelling, which RFC 8032 refuses.
        let mut key = [0; 32];
        key[0] = 3;
        assert!(public_key(&key).is_some());
        let mut other = [0xff; 32];
        (other[0], other[31]) = (0xf0, 0x7f);
        assert!(VerifyingKey::from_bytes(&other).is_ok() && public_key(&other).is_none());
    }
}
