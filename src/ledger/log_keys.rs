//! By which keys of a log a note is opened: the one that the material names, and those that whoever checks knows.
//!
//! While one key gives way to another, a log signs with both under one name, so to know either is enough.

use super::{
    checkpoint::Checkpoint,
    note::{self, NoteFault, NoteVerifier, Opened},
    wording,
};

/// Keys of one log.
#[derive(Clone, Debug)]
pub(super) struct LogKeys {
    /// The key the material names: a claim, which must hold all the same.
    claimed: Option<NoteVerifier>,
    /// The keys that whoever checks has from elsewhere; none if only the claim is there.
    known: Vec<NoteVerifier>,
}

impl LogKeys {
    /// For material that names `claimed`.
    ///
    /// # Errors
    /// In Chinese, when that is no verifier key.
    pub(super) fn claimed(claimed: &str, known: &[NoteVerifier]) -> Result<Self, String> {
        let claimed = claimed.parse().map_err(|fault| wording::note(&fault))?;
        Ok(LogKeys { claimed: Some(claimed), known: known.to_vec() })
    }

    /// For material that names none.
    pub(super) fn known(known: &[NoteVerifier]) -> Self {
        LogKeys { claimed: None, known: known.to_vec() }
    }

    /// A note that the claimed key signed, and one of the known.
    ///
    /// # Errors
    /// Why it is not to be trusted, in Chinese.
    pub(super) fn open(&self, note: &str) -> Result<Opened, String> {
        let all: Vec<NoteVerifier> = self.claimed.iter().chain(&self.known).cloned().collect();
        let opened = note::open(note, &all).map_err(|fault| wording::note(&fault))?;
        let signed = |key: &NoteVerifier| opened.by.contains(key);
        if self.claimed.as_ref().is_some_and(|claimed| !signed(claimed)) {
            return Err(wording::note(&NoteFault::Unsigned));
        }
        if !self.known.is_empty() && !self.known.iter().any(signed) {
            return Err("所附日志公钥与您指定的日志公钥不同".into());
        }
        Ok(opened)
    }

    /// The checkpoint in such a note, signed under the origin's name alone.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when it is no checkpoint.
    pub(super) fn checkpoint(&self, note: &str) -> Result<Checkpoint, String> {
        let opened = self.open(note)?;
        let checkpoint =
            Checkpoint::parse(&opened.text).map_err(|_| "检查点格式不符".to_owned())?;
        if opened.by.iter().any(|key| key.name() != checkpoint.origin) {
            return Err("检查点署名的日志与日志公钥的名称不同".into());
        }
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Digest, ledger::NoteSigner};
    use ed25519_dalek::SigningKey;

    fn signer(name: &str, seed: u8) -> NoteSigner {
        NoteSigner::new(name, SigningKey::from_bytes(&[seed; 32])).unwrap()
    }

    fn note(by: &[&NoteSigner]) -> String {
        let head = Checkpoint { origin: "log.example".into(), size: 3, root: Digest::of(b"r") };
        note::sign(&head.to_text(), by).unwrap()
    }

    #[test]
    fn the_claimed_key_must_have_signed_and_one_of_the_known() {
        let (old, new, other) =
            (signer("log.example", 1), signer("log.example", 2), signer("log.example", 3));
        let holds = |by: &[&NoteSigner], claimed: &NoteSigner, known: &[&NoteSigner]| {
            let known: Vec<_> = known.iter().map(|signer| signer.verifier()).collect();
            let keys = LogKeys::claimed(&claimed.verifier().to_string(), &known).unwrap();
            keys.checkpoint(&note(by)).is_ok()
        };
        for known in [&[][..], &[&old], &[&new], &[&old, &new], &[&other, &new]] {
            assert!(holds(&[&old, &new], &old, known));
        }
        assert!(holds(&[&old], &old, &[&old, &new]), "one of those that are known is enough");
        assert!(!holds(&[&old, &new], &old, &[&other]), "none of the known");
        assert!(!holds(&[&new], &old, &[&new]), "a claim that does not hold");
        assert!(!holds(&[&new], &old, &[]));
        assert!(!holds(&[&old], &old, &[&new]), "the new key did not sign it");
        // A signature that is known and wrong refuses the note, whoever else signed.
        let forged = note(&[&old]) + note(&[&new]).replacen("\n3\n", "\n4\n", 1).as_str();
        assert!(LogKeys::known(&[old.verifier(), new.verifier()]).checkpoint(&forged).is_err());
    }

    #[test]
    fn no_other_log_s_key_signs_a_checkpoint() {
        let (log, other) = (signer("log.example", 1), signer("else.example", 2));
        let both = note(&[&log, &other]);
        assert!(LogKeys::known(&[log.verifier()]).checkpoint(&both).is_ok());
        assert!(LogKeys::known(&[other.verifier()]).checkpoint(&both).is_err());
    }
}
