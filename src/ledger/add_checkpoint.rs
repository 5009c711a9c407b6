//! What a log tells a witness (c2sp.org/tlog-witness `add-checkpoint`): the size the witness knows, a consistency
//! proof from there, the new checkpoint. Also the body with which a witness names the size it knows.

use super::{encoding, note::Note};
use crate::base::Digest;

/// Longer bodies are refused, in bytes: room for 63 digests and a checkpoint with many signatures.
pub const MAX_BYTES: usize = 256 * 1024;
/// Most digests of a consistency proof, by the specification.
pub const MAX_PROOF: usize = 63;
/// Media type of the body that names a size, by the specification.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// A submission; nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the tree that the witness cosigned last; 0 if none.
    pub old: u64,
    /// RFC 6962 §2.1.2 proof from there to the checkpoint, at most [`MAX_PROOF`] digests.
    pub proof: Vec<Digest>,
    /// The checkpoint, a signed note.
    pub checkpoint: Note,
}

/// The text is not a submission that prints back to the same bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("malformed add-checkpoint request")]
pub struct MalformedRequest;

impl AddCheckpoint {
    /// The request's body.
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for digest in &self.proof {
            text.push_str(&encoding::to_base64(digest.as_bytes()));
            text.push('\n');
        }
        format!("{text}\n{}", self.checkpoint)
    }

    /// Reads exactly what [`to_text`](Self::to_text) writes.
    ///
    /// # Errors
    /// [`MalformedRequest`] for any other text, over [`MAX_BYTES`] or [`MAX_PROOF`] digests.
    pub fn parse(text: &str) -> Result<Self, MalformedRequest> {
        if text.len() > MAX_BYTES {
            return Err(MalformedRequest);
        }
        let (head, note) = text.split_once("\n\n").ok_or(MalformedRequest)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| decimal(line.strip_prefix("old ")?));
        let proof = digests(lines, MAX_PROOF).ok_or(MalformedRequest)?;
        let checkpoint = Note::parse(note).map_err(|_| MalformedRequest)?;
        Ok(AddCheckpoint { old: old.ok_or(MalformedRequest)?, proof, checkpoint })
    }
}

/// The body with which a witness names the size it cosigned last.
pub fn size_text(size: u64) -> String {
    format!("{size}\n")
}

/// Reads what [`size_text`] writes.
pub fn parse_size(text: &str) -> Option<u64> {
    decimal(text.strip_suffix('\n')?)
}

/// A number in its one decimal spelling.
pub(super) fn decimal(text: &str) -> Option<u64> {
    // `+7` and `007` are numbers to Rust but not to the specification.
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// Lines of one SHA-256 digest in base64 each; `None` for anything else or more than `most`.
pub(super) fn digests<'t>(
    lines: impl Iterator<Item = &'t str>,
    most: usize,
) -> Option<Vec<Digest>> {
    let read = |line: &str| Digest::from_slice(&encoding::from_base64(line)?);
    let digests: Vec<Digest> = lines.take(most + 1).map(read).collect::<Option<_>>()?;
    (digests.len() <= most).then_some(digests)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of c2sp.org/tlog-witness.
    const EXAMPLE: &str = "old 20852014\n\
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
        \n\
        example.com/behind-the-sofa\n\
        20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
        \n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

    #[test]
    fn the_specification_s_example_prints_back() {
        let request = AddCheckpoint::parse(EXAMPLE).unwrap();
        assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
        assert_eq!(request.checkpoint.signatures.len(), 2);
        assert_eq!(request.to_text(), EXAMPLE);
        let first = AddCheckpoint { old: 0, proof: Vec::new(), checkpoint: request.checkpoint };
        assert_eq!(AddCheckpoint::parse(&first.to_text()), Ok(first));
    }

    #[test]
    fn every_other_spelling_is_malformed() {
        let changes = [
            ("old 20852014", "old 020852014"),
            ("old 20852014", "old +1"),
            ("old 20852014", "old  1"),
            ("old 20852014", "old"),
            ("old 20852014", "old 18446744073709551616"),
            ("old 20852014", "20852014"),
            ("old 20852014\n", "old 20852014\r\n"),
            ("kaw=", "kaw"),
            ("kaw=", "kax="),
            ("/0=\n\n", "/0=\n"),
            ("9Q=\n", "9Q="),
        ];
        for (from, to) in changes {
            let text = EXAMPLE.replacen(from, to, 1);
            assert_ne!(text, EXAMPLE);
            assert_eq!(AddCheckpoint::parse(&text), Err(MalformedRequest), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn too_much_is_refused() {
        let line = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
        let with = |n: usize| EXAMPLE.replacen(line, &line.repeat(n), 1);
        assert_eq!(AddCheckpoint::parse(&with(60)).map(|request| request.proof.len()), Ok(63));
        assert_eq!(AddCheckpoint::parse(&with(61)), Err(MalformedRequest));
        assert_eq!(AddCheckpoint::parse(&with(MAX_BYTES / 45)), Err(MalformedRequest));
    }

    #[test]
    fn sizes_have_one_spelling() {
        assert_eq!(parse_size(&size_text(u64::MAX)), Some(u64::MAX));
        assert_eq!(parse_size("0\n"), Some(0));
        for text in ["", "\n", "0", "00\n", "+1\n", "1\n\n", " 1\n", "18446744073709551616\n"] {
            assert_eq!(parse_size(text), None, "{text:?}");
        }
    }
}
