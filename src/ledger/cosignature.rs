//! Cosignatures of witnesses (c2sp.org/tlog-cosignature, Ed25519 `cosignature/v1`, signature type 0x04).
//!
//! A cosignature says: at this time, the largest consistent tree I have seen of this log has this root. ML-DSA
//! cosignatures (type 0x06) are kept like any unknown line and never counted.

use super::{
    note::{Note, NoteFault, NoteSignature},
    vkey::NamedKey,
};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::{fmt, str::FromStr};

/// Signature type byte of timestamped Ed25519 cosignatures.
const KIND: u8 = 0x04;
/// Latest time that the specification allows, in seconds since 1970.
const LAST: u64 = i64::MAX.unsigned_abs();

/// A witness's key with its name.
pub struct CosignatureSigner {
    named: NamedKey<KIND>,
    key: SigningKey,
}

impl CosignatureSigner {
    /// `name` should be a schema-less URL that says who the witness is. The key must not sign anything else.
    ///
    /// # Errors
    /// [`NoteFault::Name`].
    pub fn new(name: impl Into<String>, key: SigningKey) -> Result<Self, NoteFault> {
        Ok(CosignatureSigner { named: NamedKey::new(name, key.verifying_key())?, key })
    }

    /// What others need to verify this witness's cosignatures.
    pub fn verifier(&self) -> CosignatureVerifier {
        CosignatureVerifier(self.named.clone())
    }

    /// Cosigns a checkpoint's text, its extension lines included; `time` in seconds since 1970.
    ///
    /// # Errors
    /// [`NoteFault::Unsignable`] for a text that is no note's or a time beyond 2^63 − 1.
    pub fn cosign(&self, text: &str, time: u64) -> Result<NoteSignature, NoteFault> {
        let control = text.chars().any(|c| c < ' ' && c != '\n');
        if time > LAST || control || !text.ends_with('\n') {
            return Err(NoteFault::Unsignable);
        }
        let signature = self.key.sign(message(text, time).as_bytes()).to_bytes();
        Ok(NoteSignature {
            name: self.named.name().to_owned(),
            key_id: self.named.id(),
            bytes: [time.to_be_bytes().as_slice(), &signature].concat(),
        })
    }
}

impl fmt::Debug for CosignatureSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosignatureSigner")
            .field("name", &self.named.name())
            .finish_non_exhaustive()
    }
}

/// A witness's public key with its name. Text form: `name+hex(key id)+base64(0x04 || 32-byte key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignatureVerifier(NamedKey<KIND>);

impl CosignatureVerifier {
    /// A verifier for `key` under `name`.
    ///
    /// # Errors
    /// [`NoteFault::Name`].
    pub fn new(name: impl Into<String>, key: VerifyingKey) -> Result<Self, NoteFault> {
        NamedKey::new(name, key).map(CosignatureVerifier)
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The public key.
    pub fn key(&self) -> &VerifyingKey {
        self.0.key()
    }

    /// `SHA-256(name || 0x0A || 0x04 || key)[..4]`, big-endian.
    pub fn key_id(&self) -> u32 {
        self.0.id()
    }

    /// Whether the line bears this key's name and id, whatever its signature is worth.
    pub fn made(&self, line: &NoteSignature) -> bool {
        line.name == self.name() && line.key_id == self.key_id()
    }

    /// When this witness made `line` over a checkpoint's text, in seconds since 1970.
    ///
    /// # Errors
    /// [`NoteFault::Unsigned`] for another key's line, [`NoteFault::BadSignature`] if it does not verify.
    pub fn time_of(&self, text: &str, line: &NoteSignature) -> Result<u64, NoteFault> {
        if !self.made(line) {
            return Err(NoteFault::Unsigned);
        }
        self.verify(text, &line.bytes).ok_or_else(|| NoteFault::BadSignature(line.name.clone()))
    }

    /// The times at which this witness cosigned `note`, in the order of the lines; empty when it did not.
    ///
    /// # Errors
    /// [`NoteFault::BadSignature`] if one of its lines does not verify.
    pub fn times(&self, note: &Note) -> Result<Vec<u64>, NoteFault> {
        let own = note.signatures.iter().filter(|line| self.made(line));
        own.map(|line| self.time_of(&note.text, line)).collect()
    }

    fn verify(&self, text: &str, bytes: &[u8]) -> Option<u64> {
        let (time, signature) = bytes.split_first_chunk::<8>()?;
        let time = u64::from_be_bytes(*time);
        let signature = Signature::from_slice(signature).ok()?;
        let holds = self.key().verify_strict(message(text, time).as_bytes(), &signature).is_ok();
        (holds && time <= LAST).then_some(time)
    }
}

impl fmt::Display for CosignatureVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_text())
    }
}

impl FromStr for CosignatureVerifier {
    type Err = NoteFault;

    fn from_str(text: &str) -> Result<Self, NoteFault> {
        NamedKey::parse(text).map(CosignatureVerifier)
    }
}

/// What is signed: a header line, the time, and the whole text of the checkpoint.
fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of c2sp.org/tlog-cosignature; its witness's key is not published.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    fn witness(seed: u8) -> CosignatureSigner {
        CosignatureSigner::new("witness.example/w", SigningKey::from_bytes(&[seed; 32])).unwrap()
    }

    #[test]
    fn the_specification_s_example_is_framed_as_it_says() {
        let note = Note::parse(EXAMPLE).unwrap();
        let line = &note.signatures[1];
        assert_eq!(
            (line.name.as_str(), line.key_id, line.bytes.len()),
            ("witness.example.com/w1", 0x8d66_cf3f, 8 + 64)
        );
        assert_eq!(line.bytes[..8], 1_679_315_147_u64.to_be_bytes());
        assert!(message(&note.text, 1_679_315_147).starts_with(
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUY"
        ));
        assert_eq!(note.to_string(), EXAMPLE);
    }

    #[test]
    fn a_cosignature_holds_for_its_text_time_and_key_only() {
        let note = Note::parse(EXAMPLE).unwrap();
        let line = witness(1).cosign(&note.text, 1_763_700_000).unwrap();
        let verifier = witness(1).verifier();
        assert_eq!(verifier.time_of(&note.text, &line), Ok(1_763_700_000));
        let bad = NoteFault::BadSignature("witness.example/w".into());
        assert_eq!(verifier.time_of("x\n", &line), Err(bad.clone()));
        for at in 0..line.bytes.len() {
            let mut other = line.clone();
            other.bytes[at] ^= 1;
            assert_eq!(verifier.time_of(&note.text, &other), Err(bad.clone()), "byte {at}");
        }
        let mut short = line.clone();
        short.bytes.pop();
        assert_eq!(verifier.time_of(&note.text, &short), Err(bad.clone()));
        assert_eq!(witness(2).verifier().time_of(&note.text, &line), Err(NoteFault::Unsigned));
        let cosigned = note.clone().with(line.clone()).unwrap().with(line).unwrap();
        assert_eq!(cosigned.signatures.len(), 3);
        assert_eq!(verifier.times(&cosigned), Ok(vec![1_763_700_000]));
        assert_eq!(verifier.times(&note), Ok(vec![]));
        assert_eq!(Note::parse(&cosigned.to_string()), Ok(cosigned));
    }

    #[test]
    fn times_and_texts_that_cannot_be_signed_are_refused() {
        for (text, time) in [("x\n", LAST + 1), ("x\n", u64::MAX), ("x", 1), ("\t\n", 1), ("", 1)] {
            assert_eq!(witness(1).cosign(text, time), Err(NoteFault::Unsignable));
        }
        assert!(witness(1).cosign("x\n", LAST).is_ok());
    }

    #[test]
    fn a_log_s_key_is_no_witness_s_key() {
        let verifier = witness(1).verifier();
        let log = super::super::NoteVerifier::new("witness.example/w", *verifier.key()).unwrap();
        assert_ne!(log.key_id(), verifier.key_id());
        assert_eq!(verifier.to_string().parse(), Ok(verifier));
        assert_eq!(log.to_string().parse::<CosignatureVerifier>(), Err(NoteFault::VerifierKey));
    }
}
