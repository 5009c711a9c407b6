//! The record's payload: what officers sign. Public facts in the open, private fields by their root only.
//!
//! Owns the canonical bytes. It names no position in a chain, so it can be made offline and signed later.

use super::canonical::{self, CanonicalFault, MAX_INTEGER};
use crate::base::{Digest, Moment};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Value of [`Payload::schema`].
pub const SCHEMA: &str = "zhijian/record/v1";

/// A payload's bytes are at most this many.
pub const MAX_BYTES: usize = 256 * 1024;

/// A record carries at most this many signers.
pub const MAX_SIGNERS: usize = 16;

/// What the signatures of a record cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The chain (case or register) the record is meant for.
    pub chain: String,
    /// Kind of record, e.g. `filing`.
    pub kind: String,
    /// When the signers say it happened.
    pub at: Moment,
    /// Everyone whose signature the envelope must carry.
    pub signers: Vec<Signer>,
    /// The person for whom the service acted; absent when people signed themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// [`fields_root`](super::field::fields_root) over the private fields.
    pub fields_root: Digest,
    /// Bytes the record attaches. Their names are private fields.
    pub exhibits: Vec<ExhibitRef>,
    /// Public facts of this kind: canonical JSON, digests and money as text.
    pub facts: serde_json::Map<String, serde_json::Value>,
}

/// Somebody who signs, with the key they use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Person id.
    pub person: String,
    /// Key id, equal to the signature's `keyid`.
    pub key: String,
    /// Where the private key lives.
    pub custody: Custody,
}

/// Where a private key lives, which decides how much its signature says about its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Custody {
    /// In the officer's browser; it never left it.
    Browser,
    /// On the server, opened by the officer's password.
    Server,
    /// The service's own key.
    Service,
}

/// Attached bytes, named by what they hash to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExhibitRef {
    /// IANA media type.
    pub media_type: String,
    /// SHA-256 of the whole file.
    pub sha256: Digest,
    /// [`chunk_root`](super::chunk::chunk_root) of the file.
    pub chunk_root: Digest,
    /// Bytes, below 2^53.
    pub size: u64,
}

/// Why a payload cannot be written or read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RecordFault {
    /// Not within the limits of canonical JSON, or of another shape.
    #[error("payload: {0}")]
    Json(#[from] CanonicalFault),
    /// A schema this program does not know.
    #[error("unknown record schema")]
    Schema,
    /// Chain or kind is empty.
    #[error("a record needs a chain and a kind")]
    Nameless,
    /// None, more than [`MAX_SIGNERS`], or one key twice.
    #[error("a record needs one to {MAX_SIGNERS} signers with a key each")]
    Signers,
}

impl Payload {
    /// The canonical bytes to sign (through [`pae`](super::dsse::pae)).
    ///
    /// # Errors
    /// When [`parse`](Self::parse) would refuse them: facts with fractions or large integers, too long, no signer.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecordFault> {
        self.check()?;
        let bytes = canonical::write(self)?;
        if bytes.len() > MAX_BYTES {
            return Err(CanonicalFault::TooLong { limit: MAX_BYTES }.into());
        }
        Ok(bytes)
    }

    /// Reads exactly what [`to_bytes`](Self::to_bytes) writes and nothing else.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordFault> {
        let payload: Payload = canonical::read(bytes, MAX_BYTES)?;
        payload.check()?;
        Ok(payload)
    }

    fn check(&self) -> Result<(), RecordFault> {
        if self.schema != SCHEMA {
            return Err(RecordFault::Schema);
        }
        if self.chain.is_empty() || self.kind.is_empty() {
            return Err(RecordFault::Nameless);
        }
        if self.exhibits.iter().any(|exhibit| exhibit.size > MAX_INTEGER) {
            return Err(CanonicalFault::Number.into());
        }
        let keys: HashSet<&str> = self.signers.iter().map(|signer| signer.key.as_str()).collect();
        let named =
            self.signers.iter().all(|signer| !signer.key.is_empty() && !signer.person.is_empty());
        let counted = (1..=MAX_SIGNERS).contains(&self.signers.len());
        if !named || !counted || keys.len() != self.signers.len() {
            return Err(RecordFault::Signers);
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    pub fn sample(keys: &[&str]) -> Payload {
        let signer = |key: &&str| Signer {
            person: format!("person-of-{key}"),
            key: (*key).to_owned(),
            custody: Custody::Browser,
        };
        Payload {
            schema: SCHEMA.into(),
            chain: "case-1".into(),
            kind: "filing".into(),
            at: Moment::from_millis(1_790_000_000_000),
            signers: keys.iter().map(signer).collect(),
            on_behalf_of: None,
            fields_root: Digest::of(b""),
            exhibits: vec![ExhibitRef {
                media_type: "image/jpeg".into(),
                sha256: Digest::of(b"a"),
                chunk_root: Digest::of(b"b"),
                size: 5,
            }],
            facts: json!({"amount": "200.00", "count": 2}).as_object().unwrap().clone(),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let payload = sample(&["k1", "k2"]);
        let bytes = payload.to_bytes().unwrap();
        assert_eq!(Payload::parse(&bytes), Ok(payload));
        assert!(bytes.starts_with(br#"{"at":"2026-09-21T"#), "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn every_rule_refuses() {
        let broken = |change: &dyn Fn(&mut Payload)| {
            let mut payload = sample(&["k1"]);
            change(&mut payload);
            payload.to_bytes().unwrap_err()
        };
        assert_eq!(broken(&|p| p.schema.push('x')), RecordFault::Schema);
        assert_eq!(broken(&|p| p.kind.clear()), RecordFault::Nameless);
        assert_eq!(broken(&|p| p.signers.clear()), RecordFault::Signers);
        assert_eq!(broken(&|p| p.signers.push(p.signers[0].clone())), RecordFault::Signers);
        assert_eq!(broken(&|p| p.exhibits[0].size = 1 << 53), CanonicalFault::Number.into());
        assert_eq!(
            broken(&|p| {
                p.facts.insert("x".into(), json!(0.5));
            }),
            CanonicalFault::Number.into()
        );
        let long = |p: &mut Payload| {
            p.facts.insert("x".into(), json!("长".repeat(100_000)));
        };
        assert_eq!(broken(&long), CanonicalFault::TooLong { limit: MAX_BYTES }.into());
    }

    #[test]
    fn other_spellings_are_refused() {
        let text = String::from_utf8(sample(&["k1"]).to_bytes().unwrap()).unwrap();
        let refused = |from: &str, to: &str| {
            assert!(text.contains(from), "{from} is not in {text}");
            Payload::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err()
        };
        assert_eq!(refused("{\"at\"", "{\"aa\":1,\"at\""), CanonicalFault::Shape.into());
        assert_eq!(
            refused(",\"schema\"", ",\"on_behalf_of\":null,\"schema\""),
            CanonicalFault::Shape.into()
        );
        assert_eq!(refused("\"kind\":", "\"kind\": "), CanonicalFault::NotCanonical.into());
        assert_eq!(
            refused("\"count\":2", "\"count\":2,\"count\":2"),
            CanonicalFault::NotCanonical.into()
        );
        assert_eq!(refused("record/v1", "record/v2"), RecordFault::Schema);
    }
}
