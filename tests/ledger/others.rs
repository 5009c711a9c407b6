//! Who else speaks in the world: its witness, its time-stamp authority, the service that registers keys.

use crate::world::{log_signer, payload, signing_key};
use serde_json::json;
use zhijian::ledger::{CosignatureSigner, Payload, bundle::PublicKey, record::Custody};

/// The world's only witness.
pub fn witness() -> CosignatureSigner {
    CosignatureSigner::new("witness.example/w", signing_key("witness")).unwrap()
}

/// Trusts the log when the witness has cosigned.
pub fn policy() -> String {
    let (log, witness) = (log_signer().verifier(), witness().verifier());
    format!("log {log}\nwitness w1 {witness}\nquorum w1\n")
}

/// A time-stamp token over the bare checkpoint, made by `openssl ts` once (tests/vectors/timestamp.tst); its vector
/// in tests/ledger/stamps.rs says how.
pub fn token() -> Vec<u8> {
    include_bytes!("../vectors/timestamp.tst").to_vec()
}

/// What the service says when a key comes or goes.
pub fn key_record(key: &PublicKey, revoked: bool) -> Payload {
    let kind = if revoked { "key-revoked" } else { "key-registered" };
    let mut payload = payload(kind, &[("service", Custody::Service)], &[], &[]);
    payload.chain = format!("register:{} {kind}", key.id);
    let mut facts = json!({"key": key.id, "person": format!("person of {}", key.id)});
    if revoked {
        facts["reason"] = json!("遗失");
    } else {
        facts["public_key"] = json!(hex::encode(key.public_key));
        facts["custody"] = json!(key.custody);
    }
    payload.facts = facts.as_object().unwrap().clone();
    payload
}
