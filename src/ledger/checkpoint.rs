//! Checkpoints (c2sp.org/tlog-checkpoint): a log's name, size and root as the text of a signed note.

use super::encoding;
use crate::base::Digest;
use std::str::FromStr;

/// What a log states about itself at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name; one non-empty line.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Digest,
}

/// The text is not a checkpoint that prints back to the same bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("malformed checkpoint")]
pub struct MalformedCheckpoint;

impl Checkpoint {
    /// Origin, size in decimal and root in base64, each with a newline: the text to sign as a note.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, encoding::to_base64(self.root.as_bytes()))
    }

    /// Reads exactly what [`to_text`](Self::to_text) writes. Extension lines, which the
    /// specification discourages, are refused.
    ///
    /// # Errors
    /// [`MalformedCheckpoint`] for any other text.
    pub fn parse(text: &str) -> Result<Self, MalformedCheckpoint> {
        let (checkpoint, extensions) = Checkpoint::parse_extended(text)?;
        if extensions.is_empty() { Ok(checkpoint) } else { Err(MalformedCheckpoint) }
    }

    /// Reads a checkpoint of any log: what [`to_text`](Self::to_text) writes, then non-empty extension lines,
    /// which say nothing that a witness or a proof rests on.
    ///
    /// # Errors
    /// [`MalformedCheckpoint`] for any other text.
    pub fn parse_extended(text: &str) -> Result<(Self, Vec<&str>), MalformedCheckpoint> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root, extensions @ .., ""] = lines.as_slice() else {
            return Err(MalformedCheckpoint);
        };
        let bytes = encoding::from_base64(root).ok_or(MalformedCheckpoint)?;
        let checkpoint = Checkpoint {
            origin: (*origin).to_owned(),
            size: size.parse().map_err(|_| MalformedCheckpoint)?,
            root: Digest::from_slice(&bytes).ok_or(MalformedCheckpoint)?,
        };
        // Strict to the byte: `+7` and `007` are numbers to Rust but not to the specification.
        let named = !origin.is_empty() && !origin.chars().any(|c| c < ' ');
        let sound = named && extensions.iter().all(|line| !line.is_empty());
        if !sound || !text.starts_with(&checkpoint.to_text()) {
            return Err(MalformedCheckpoint);
        }
        Ok((checkpoint, extensions.to_vec()))
    }
}

impl FromStr for Checkpoint {
    type Err = MalformedCheckpoint;

    fn from_str(text: &str) -> Result<Self, MalformedCheckpoint> {
        Checkpoint::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body of the example in c2sp.org/tlog-checkpoint.
    const EXAMPLE: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_specification_s_example_prints_back() {
        let checkpoint = Checkpoint::parse(EXAMPLE).unwrap();
        assert_eq!(
            (checkpoint.origin.as_str(), checkpoint.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(checkpoint.to_text(), EXAMPLE);
    }

    #[test]
    fn every_other_spelling_is_malformed() {
        let changes = [
            ("20852163", "020852163"),
            ("20852163", "+20852163"),
            ("20852163", "-1"),
            ("20852163", ""),
            ("20852163", "18446744073709551616"),
            ("q2I=", "q2I"),
            ("q2I=", "q2J="),
            ("q2I=\n", "q2I="),
            ("q2I=\n", "q2I=\n\n"),
            ("q2I=\n", "q2I=\nextension\n"),
            ("example.com/behind-the-sofa", ""),
            ("\n2", "\r\n2"),
        ];
        for (from, to) in changes {
            let text = EXAMPLE.replacen(from, to, 1);
            assert_ne!(text, EXAMPLE);
            assert_eq!(Checkpoint::parse(&text), Err(MalformedCheckpoint), "{text:?}");
        }
    }

    #[test]
    fn extension_lines_of_other_logs_are_read_and_never_lost_sight_of() {
        let text = format!("{EXAMPLE}one\ntwo\n");
        let (checkpoint, extensions) = Checkpoint::parse_extended(&text).unwrap();
        assert_eq!((checkpoint.size, extensions), (20_852_163, vec!["one", "two"]));
        for broken in [format!("{EXAMPLE}\ntwo\n"), format!("{EXAMPLE}one"), "a\n1\n".into()] {
            assert_eq!(Checkpoint::parse_extended(&broken), Err(MalformedCheckpoint));
        }
    }
}
