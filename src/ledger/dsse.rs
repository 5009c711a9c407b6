//! The signed envelope around a record (DSSE v1, github.com/secure-systems-lab/dsse) and its verification.
//!
//! Owns the envelope's bytes. Never signs: signatures come from browsers or from whoever holds a key.

use super::{
    canonical::{self, CanonicalFault, push_string},
    encoding,
    record::{MAX_SIGNERS, Payload, RecordFault},
};
use crate::base::Digest;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The DSSE payload type of every record.
pub const PAYLOAD_TYPE: &str = "application/vnd.zhijian.record.v1+json";

/// An envelope's bytes are at most this many.
pub const MAX_BYTES: usize = 512 * 1024;

/// The bytes an Ed25519 key signs: `"DSSEv1" SP len(type) SP type SP len(payload) SP payload`, lengths in decimal.
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// A payload with the signatures over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Canonical bytes of a [`Payload`].
    pub payload: Vec<u8>,
    /// One for each signer the payload names, in the order they signed.
    pub signatures: Vec<Signature>,
}

/// One Ed25519 signature (RFC 8032) over [`pae`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Key id, as in the payload's signer.
    pub keyid: String,
    /// 64 bytes, base64 in JSON.
    #[serde(with = "encoding::base64_signature")]
    pub sig: [u8; 64],
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(with = "encoding::base64_bytes")]
    payload: Vec<u8>,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

/// Why bytes are not an envelope.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EnvelopeFault {
    /// Not canonical JSON of the expected shape.
    #[error("envelope: {0}")]
    Json(#[from] CanonicalFault),
    /// Another payload type.
    #[error("the envelope is not one of a record")]
    PayloadType,
}

/// Why an envelope's signatures do not hold. Each names the key id concerned.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignatureFault {
    /// What was signed is no record.
    #[error(transparent)]
    Payload(#[from] RecordFault),
    /// No signature, or more than a record can have.
    #[error("the envelope carries no signature or too many")]
    Count,
    /// Two signatures under one key id.
    #[error("key {0} signed twice")]
    Duplicate(String),
    /// A signature of somebody the payload does not name.
    #[error("key {0} is not one of the record's signers")]
    Foreign(String),
    /// A signer's signature is not there.
    #[error("the signature of key {0} is missing")]
    Missing(String),
    /// The public key is not known.
    #[error("key {0} is unknown")]
    UnknownKey(String),
    /// The signature does not verify.
    #[error("the signature of key {0} does not verify")]
    Bad(String),
}

impl Envelope {
    /// An envelope nobody has signed yet.
    pub fn new(payload: Vec<u8>) -> Self {
        Envelope { payload, signatures: Vec::new() }
    }

    /// Adds a signature over [`pae`] of the payload; it is judged by [`verify_each`](Self::verify_each).
    pub fn add(&mut self, keyid: impl Into<String>, sig: [u8; 64]) {
        self.signatures.push(Signature { keyid: keyid.into(), sig });
    }

    /// `{"payload":…,"payloadType":…,"signatures":[{"keyid":…,"sig":…}]}` in canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::from("{\"payload\":");
        push_string(&mut out, &encoding::to_base64(&self.payload));
        out.push_str(",\"payloadType\":");
        push_string(&mut out, PAYLOAD_TYPE);
        out.push_str(",\"signatures\":[");
        for (index, signature) in self.signatures.iter().enumerate() {
            out.push_str(if index > 0 { ",{\"keyid\":" } else { "{\"keyid\":" });
            push_string(&mut out, &signature.keyid);
            out.push_str(",\"sig\":");
            push_string(&mut out, &encoding::to_base64(&signature.sig));
            out.push('}');
        }
        out.push_str("]}");
        out.into_bytes()
    }

    /// Reads exactly what [`to_bytes`](Self::to_bytes) writes. Signatures are not judged here.
    ///
    /// # Errors
    /// Any other spelling, another payload type, or more than [`MAX_BYTES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeFault> {
        // As in `canonical::read`, with a printer that knows the shape.
        if bytes.len() <= MAX_BYTES
            && let Ok(written) = serde_json::from_slice::<Written>(bytes)
        {
            let same_type = written.payload_type == PAYLOAD_TYPE;
            let read = Envelope { payload: written.payload, signatures: written.signatures };
            if same_type && read.to_bytes() == bytes {
                return Ok(read);
            }
        }
        let written: Written = canonical::read(bytes, MAX_BYTES)?;
        if written.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeFault::PayloadType);
        }
        Ok(Envelope { payload: written.payload, signatures: written.signatures })
    }

    /// SHA-256 of the envelope's bytes: the record's digest, which its entry carries.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }

    /// The payload, read strictly. Says nothing about the signatures.
    ///
    /// # Errors
    /// As [`Payload::parse`].
    pub fn record(&self) -> Result<Payload, RecordFault> {
        Payload::parse(&self.payload)
    }

    /// Verifies every signature with the strict rules of ed25519-dalek and gives the payload back.
    /// There must be exactly one for each signer the payload names, and no other.
    ///
    /// # Errors
    /// The first signature or signer that does not hold.
    pub fn verify_each(
        &self,
        key_of: impl FnMut(&str) -> Option<VerifyingKey>,
    ) -> Result<Payload, SignatureFault> {
        let payload = self.record()?;
        self.verify_as(&payload, key_of)?;
        Ok(payload)
    }

    /// [`verify_each`](Self::verify_each) for who has read the payload already: `payload` is what
    /// [`record`](Self::record) gave of this very envelope.
    ///
    /// # Errors
    /// As [`verify_each`](Self::verify_each).
    pub(crate) fn verify_as(
        &self,
        payload: &Payload,
        mut key_of: impl FnMut(&str) -> Option<VerifyingKey>,
    ) -> Result<(), SignatureFault> {
        if self.signatures.is_empty() || self.signatures.len() > MAX_SIGNERS {
            return Err(SignatureFault::Count);
        }
        let message = pae(&self.payload);
        let mut seen = HashSet::new();
        for signature in &self.signatures {
            let keyid = || signature.keyid.clone();
            if !payload.signers.iter().any(|signer| signer.key == signature.keyid) {
                return Err(SignatureFault::Foreign(keyid()));
            }
            if !seen.insert(signature.keyid.as_str()) {
                return Err(SignatureFault::Duplicate(keyid()));
            }
            let key =
                key_of(&signature.keyid).ok_or_else(|| SignatureFault::UnknownKey(keyid()))?;
            key.verify_strict(&message, &ed25519_dalek::Signature::from_bytes(&signature.sig))
                .map_err(|_| SignatureFault::Bad(keyid()))?;
        }
        match payload.signers.iter().find(|signer| !seen.contains(signer.key.as_str())) {
            Some(signer) => Err(SignatureFault::Missing(signer.key.clone())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::sample;
    use super::*;
    use ed25519_dalek::{Signer as _, SigningKey};

    fn key(keyid: &str) -> SigningKey {
        SigningKey::from_bytes(&Digest::of(keyid.as_bytes()).0)
    }

    fn signed(named: &[&str], signing: &[&str]) -> Envelope {
        let mut envelope = Envelope::new(sample(named).to_bytes().unwrap());
        for keyid in signing {
            envelope.add(*keyid, key(keyid).sign(&pae(&envelope.payload)).to_bytes());
        }
        envelope
    }

    fn verdict(envelope: &Envelope) -> Result<(), SignatureFault> {
        let known = |keyid: &str| (keyid != "stranger").then(|| key(keyid).verifying_key());
        envelope.verify_each(known).map(|_| ())
    }

    #[test]
    fn pae_is_as_the_specification_writes_it() {
        assert_eq!(pae(b"hi"), b"DSSEv1 38 application/vnd.zhijian.record.v1+json 2 hi");
    }

    #[test]
    fn each_named_signer_signs_once_and_nobody_else() {
        let text = str::to_owned;
        assert_eq!(verdict(&signed(&["a", "b"], &["b", "a"])), Ok(()));
        assert_eq!(verdict(&signed(&["a"], &[])), Err(SignatureFault::Count));
        assert_eq!(verdict(&signed(&["a", "b"], &["a"])), Err(SignatureFault::Missing(text("b"))));
        assert_eq!(verdict(&signed(&["a"], &["a", "b"])), Err(SignatureFault::Foreign(text("b"))));
        assert_eq!(
            verdict(&signed(&["a"], &["a", "a"])),
            Err(SignatureFault::Duplicate(text("a")))
        );
        assert_eq!(
            verdict(&signed(&["stranger"], &["stranger"])),
            Err(SignatureFault::UnknownKey(text("stranger")))
        );
        let mut forged = signed(&["a"], &["a"]);
        forged.signatures[0].sig[3] ^= 1;
        assert_eq!(verdict(&forged), Err(SignatureFault::Bad(text("a"))));
    }

    #[test]
    fn a_signature_by_another_key_under_this_name_is_bad() {
        let mut envelope = signed(&["a"], &[]);
        envelope.add("a", key("b").sign(&pae(&envelope.payload)).to_bytes());
        assert_eq!(verdict(&envelope), Err(SignatureFault::Bad("a".into())));
    }

    #[test]
    fn the_bytes_are_canonical_and_read_back() {
        let envelope = signed(&["a", "b"], &["a", "b"]);
        let bytes = envelope.to_bytes();
        assert_eq!(Envelope::parse(&bytes), Ok(envelope.clone()));
        assert_eq!(envelope.digest(), Digest::of(&bytes));
        let other = String::from_utf8(bytes).unwrap().replace("record.v1", "record.v2");
        assert_eq!(Envelope::parse(other.as_bytes()), Err(EnvelopeFault::PayloadType));
        assert_eq!(Envelope::parse(b"{}"), Err(CanonicalFault::Shape.into()));
    }
}
