//! Signed notes with Ed25519 keys (c2sp.org/signed-note, signature type 0x01): sign, open, verifier keys.
//!
//! Owns the text form. Signatures of other types and of unknown keys are kept apart and never trusted.

use super::encoding;
use crate::base::Digest;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use std::{fmt, str::FromStr};

/// Signature type byte of plain Ed25519.
const ED25519: u8 = 0x01;
/// How a signature line begins: em dash and space.
const DASH: &str = "— ";
/// Longer notes are refused, in bytes.
const MAX_BYTES: usize = 1024 * 1024;
/// Notes with more signatures are refused; the specification asks for at least 16.
const MAX_SIGNATURES: usize = 100;

/// Why a text is not a signed note, or not one to trust.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoteFault {
    /// Not text, blank line and signature lines as the specification has them.
    #[error("malformed note")]
    Malformed,
    /// The text to sign does not end in a newline or has control characters.
    #[error("this text cannot be signed as a note")]
    Unsignable,
    /// Not a verifier key, or its key id is not its own.
    #[error("malformed verifier key")]
    VerifierKey,
    /// A key name is empty or has spaces, plus signs or control characters.
    #[error("malformed key name")]
    Name,
    /// No signature by any of the given keys.
    #[error("the note is not signed by a known key")]
    Unsigned,
    /// A signature under a known key's name and id does not verify.
    #[error("the signature of {0} does not verify")]
    BadSignature(String),
}

/// A key that signs notes under a name.
pub struct NoteSigner {
    name: String,
    key: SigningKey,
}

impl NoteSigner {
    /// `name` should be a schema-less URL; for a log it equals the checkpoints' origin.
    ///
    /// # Errors
    /// [`NoteFault::Name`].
    pub fn new(name: impl Into<String>, key: SigningKey) -> Result<Self, NoteFault> {
        let name = name.into();
        if valid_name(&name) { Ok(NoteSigner { name, key }) } else { Err(NoteFault::Name) }
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What others need to verify this signer's notes.
    pub fn verifier(&self) -> NoteVerifier {
        NoteVerifier { name: self.name.clone(), key: self.key.verifying_key() }
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteSigner").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A public key with its name. Text form: `name+hex(key id)+base64(0x01 || 32-byte key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    key: VerifyingKey,
}

impl NoteVerifier {
    /// A verifier for `key` under `name`.
    ///
    /// # Errors
    /// [`NoteFault::Name`].
    pub fn new(name: impl Into<String>, key: VerifyingKey) -> Result<Self, NoteFault> {
        let name = name.into();
        if valid_name(&name) { Ok(NoteVerifier { name, key }) } else { Err(NoteFault::Name) }
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// `SHA-256(name || 0x0A || 0x01 || key)[..4]`, big-endian.
    pub fn key_id(&self) -> u32 {
        let bytes = [self.name.as_bytes(), &[b'\n', ED25519], self.key.as_bytes()].concat();
        let [a, b, c, d, ..] = Digest::of(&bytes).0;
        u32::from_be_bytes([a, b, c, d])
    }
}

impl fmt::Display for NoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.key_id(), encoding::to_base64(&key))
    }
}

impl FromStr for NoteVerifier {
    type Err = NoteFault;

    fn from_str(text: &str) -> Result<Self, NoteFault> {
        // Base64 may hold plus signs; name and id may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::VerifierKey);
        };
        let key = encoding::from_base64(key).ok_or(NoteFault::VerifierKey)?;
        let [ED25519, key @ ..] = key.as_slice() else { return Err(NoteFault::VerifierKey) };
        let key = key.try_into().ok().and_then(encoding::public_key);
        let key = key.ok_or(NoteFault::VerifierKey)?;
        let verifier = NoteVerifier::new(name, key)?;
        // Covers the key id and every other way of spelling it.
        if verifier.to_string() != text {
            return Err(NoteFault::VerifierKey);
        }
        Ok(verifier)
    }
}

/// A note taken apart, nothing verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is signed, its last newline included.
    pub text: String,
    /// Signature lines in order.
    pub signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub key_id: u32,
    /// What follows the id; 64 bytes for Ed25519.
    pub bytes: Vec<u8>,
}

impl Note {
    /// Takes a note apart at its last blank line.
    ///
    /// # Errors
    /// [`NoteFault::Malformed`] for anything the specification does not allow, over 1 MiB or 100 signatures.
    pub fn parse(note: &str) -> Result<Self, NoteFault> {
        let malformed = NoteFault::Malformed;
        if note.len() > MAX_BYTES || note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(malformed);
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteFault::Malformed)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteFault::Malformed)?;
        let signatures: Option<Vec<_>> =
            lines.split('\n').take(MAX_SIGNATURES + 1).map(NoteSignature::parse).collect();
        match signatures {
            Some(signatures) if signatures.len() <= MAX_SIGNATURES => {
                Ok(Note { text: format!("{text}\n"), signatures })
            }
            _ => Err(malformed),
        }
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, bytes) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = encoding::from_base64(bytes)?;
        let (id, rest) = bytes.split_first_chunk::<4>()?;
        let whole = valid_name(name) && !rest.is_empty();
        whole.then(|| NoteSignature {
            name: name.to_owned(),
            key_id: u32::from_be_bytes(*id),
            bytes: rest.to_vec(),
        })
    }
}

/// A note whose signatures by known keys all hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What was signed.
    pub text: String,
    /// The known keys that signed it, each once; never empty.
    pub by: Vec<NoteVerifier>,
}

/// Signs `text`, which must end in a newline, with each of `signers`.
///
/// # Errors
/// [`NoteFault::Unsignable`] when the result would not be a note.
pub fn sign(text: &str, signers: &[&NoteSigner]) -> Result<String, NoteFault> {
    let control = text.chars().any(|c| c < ' ' && c != '\n');
    if !text.ends_with('\n') || control || signers.is_empty() || signers.len() > MAX_SIGNATURES {
        return Err(NoteFault::Unsignable);
    }
    let mut note = format!("{text}\n");
    for signer in signers {
        let id = signer.verifier().key_id().to_be_bytes();
        let signature = [&id, signer.key.sign(text.as_bytes()).to_bytes().as_slice()].concat();
        note.push_str(&format!("{DASH}{} {}\n", signer.name, encoding::to_base64(&signature)));
    }
    if note.len() > MAX_BYTES { Err(NoteFault::Unsignable) } else { Ok(note) }
}

/// Verifies a note. Lines of unknown keys are ignored; one bad line of a known key refuses the note.
///
/// # Errors
/// The first reason not to trust it.
pub fn open(note: &str, verifiers: &[NoteVerifier]) -> Result<Opened, NoteFault> {
    let note = Note::parse(note)?;
    let mut by: Vec<NoteVerifier> = Vec::new();
    for line in &note.signatures {
        let known = |v: &&NoteVerifier| v.name == line.name && v.key_id() == line.key_id;
        let Some(verifier) = verifiers.iter().find(known) else { continue };
        ed25519_dalek::Signature::from_slice(&line.bytes)
            .and_then(|signature| verifier.key.verify_strict(note.text.as_bytes(), &signature))
            .map_err(|_| NoteFault::BadSignature(line.name.clone()))?;
        if !by.contains(verifier) {
            by.push(verifier.clone());
        }
    }
    if by.is_empty() { Err(NoteFault::Unsigned) } else { Ok(Opened { text: note.text, by }) }
}

/// Non-empty, without Unicode spaces, plus signs and (as they cannot stand in a note) control characters.
fn valid_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key, text and signature of the Go reference implementation's documentation (golang.org/x/mod/sumdb/note).
    const SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                        then you don't know what your problem is.\n";
    const LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn signer(name: &str, seed: u8) -> NoteSigner {
        NoteSigner::new(name, SigningKey::from_bytes(&[seed; 32])).unwrap()
    }

    #[test]
    fn the_reference_implementation_s_note_is_reproduced() {
        let seed = encoding::from_base64(SEED).unwrap();
        let peter =
            NoteSigner::new("PeterNeumann", SigningKey::try_from(&seed[1..]).unwrap()).unwrap();
        assert_eq!(peter.verifier().to_string(), VKEY);
        let note = sign(TEXT, &[&peter]).unwrap();
        assert_eq!(note, format!("{TEXT}\n{LINE}"));
        let opened = open(&note, &[VKEY.parse().unwrap()]).unwrap();
        assert_eq!((opened.text.as_str(), opened.by), (TEXT, vec![peter.verifier()]));
    }

    #[test]
    fn unknown_signatures_are_ignored_and_bad_known_ones_refuse() {
        let (log, witness) = (signer("log.example", 1), signer("witness.example", 2));
        let note = sign("a\n\nb\n", &[&log, &witness]).unwrap();
        assert_eq!(open(&note, &[log.verifier()]).unwrap().text, "a\n\nb\n");
        assert_eq!(open(&note, &[witness.verifier(), log.verifier()]).unwrap().by.len(), 2);
        assert_eq!(open(&note, &[signer("log.example", 3).verifier()]), Err(NoteFault::Unsigned));
        assert_eq!(open(&note, &[]), Err(NoteFault::Unsigned));
        let forged = note.replacen("b\n", "c\n", 1);
        assert_eq!(
            open(&forged, &[log.verifier()]),
            Err(NoteFault::BadSignature("log.example".into()))
        );
    }

    #[test]
    fn other_spellings_of_a_verifier_key_are_refused() {
        for (from, to) in [
            ("c74f20a3", "C74F20A3"),
            ("c74f20a3", "c74f20a4"),
            ("+AR", "+AB"),
            ("TW", "TX"),
            ("Peter", "Peter "),
            ("PeterNeumann", ""),
        ] {
            assert!(VKEY.replacen(from, to, 1).parse::<NoteVerifier>().is_err(), "{from} to {to}");
        }
    }

    #[test]
    fn malformed_notes_are_refused() {
        let note = format!("{TEXT}\n{LINE}");
        for (from, to) in [
            ("\n\n", "\n"),
            ("— ", "- "),
            ("wJnAM=\n", "wJnAM="),
            ("wJnAM=", "wJnAM"),
            ("If", "I\tf"),
            ("x08g", "x0 8g"),
            ("nAM=\n", "nAM=\n\n"),
        ] {
            assert_eq!(
                Note::parse(&note.replacen(from, to, 1)),
                Err(NoteFault::Malformed),
                "{from:?} to {to:?}"
            );
        }
        assert_eq!(
            Note::parse(&format!("{TEXT}\n{}", LINE.repeat(101))),
            Err(NoteFault::Malformed)
        );
        assert_eq!(
            Note::parse(&format!("{TEXT}\n{}", LINE.repeat(100))).map(|n| n.signatures.len()),
            Ok(100)
        );
        for text in ["", "no newline", "tab\t\n"] {
            assert_eq!(sign(text, &[&signer("x", 1)]), Err(NoteFault::Unsignable));
        }
        assert_eq!(sign("text\n", &[]), Err(NoteFault::Unsignable));
        assert!(NoteSigner::new("a b", SigningKey::from_bytes(&[1; 32])).is_err());
    }
}
