//! Receipts (c2sp.org/tlog-proof, `.tlog-proof`): a leaf's index, its inclusion, and the cosigned checkpoint, checked
//! offline against a policy. What the leaf stands for is the reader's to know; ours is in the extra line.

use super::{
    add_checkpoint::{decimal, digests},
    canonical, encoding,
    entry::Entry,
    leaf::Leaf,
    policy::{Distrust, Policy, Trusted},
    proof::{self, ProofFault},
};
use crate::base::Digest;
use serde::{Deserialize, Serialize};

/// First line of every such proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1\n";
/// Longer proofs are refused, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// A path in a tree of at most 2^64 leaves has at most this many digests.
const MAX_PATH: usize = 64;
/// What [`Opening::format`] says.
pub const OPENING: &str = "zhijian/receipt/v1";

/// A proof as written down; nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Whatever the application adds; nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// The leaf's index.
    pub index: u64,
    /// RFC 6962 §2.1.1 path, from the leaf's sibling up.
    pub path: Vec<Digest>,
    /// The checkpoint with its signatures: a note, byte for byte.
    pub checkpoint: String,
}

/// The text is not a proof that prints back to the same bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("malformed tlog-proof")]
pub struct MalformedProof;

/// Why a proof does not show a leaf to be in a trusted log.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unproven {
    /// The checkpoint is not to be trusted.
    #[error(transparent)]
    Checkpoint(#[from] Distrust),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error(transparent)]
    Path(#[from] ProofFault),
}

/// What the extra line of this house's receipts holds: all that makes a leaf of a record's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The record's place in its chain; names the record by the digest of its envelope.
    pub entry: Entry,
    /// [`OPENING`].
    pub format: String,
    /// 32 bytes.
    #[serde(with = "encoding::hex32")]
    pub nonce: [u8; 32],
}

impl Opening {
    /// The leaf that entry and nonce make.
    pub fn leaf(&self) -> Leaf {
        Leaf::new(&self.nonce, self.entry.hash())
    }
}

impl TlogProof {
    /// A receipt of this house: the opening goes into the extra line, as canonical JSON.
    ///
    /// # Errors
    /// When the opening has no canonical form, such as a number beyond 2^53 − 1.
    pub fn receipt(
        opening: &Opening,
        index: u64,
        path: Vec<Digest>,
        checkpoint: String,
    ) -> Result<Self, canonical::CanonicalFault> {
        let extra = Some(canonical::write(opening)?);
        Ok(TlogProof { extra, index, path, checkpoint })
    }

    /// The opening in the extra line of a receipt of this house.
    pub fn opening(&self) -> Option<Opening> {
        let opening: Opening = canonical::read(self.extra.as_deref()?, MAX_BYTES).ok()?;
        (opening.format == OPENING).then_some(opening)
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut text = String::from(HEADER);
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", encoding::to_base64(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for digest in &self.path {
            text.push_str(&encoding::to_base64(digest.as_bytes()));
            text.push('\n');
        }
        format!("{text}\n{}", self.checkpoint)
    }

    /// Reads exactly what [`to_text`](Self::to_text) writes.
    ///
    /// # Errors
    /// [`MalformedProof`] for any other text, over 2 MiB or 64 digests. The checkpoint is not looked at.
    pub fn parse(text: &str) -> Result<Self, MalformedProof> {
        if text.len() > MAX_BYTES {
            return Err(MalformedProof);
        }
        let (head, checkpoint) = text
            .strip_prefix(HEADER)
            .and_then(|rest| rest.split_once("\n\n"))
            .ok_or(MalformedProof)?;
        let mut lines = head.split('\n').peekable();
        let extra = lines.peek().and_then(|line| line.strip_prefix("extra "));
        if extra.is_some() {
            lines.next();
        }
        let index = lines.next().and_then(|line| decimal(line.strip_prefix("index ")?));
        let proof = TlogProof {
            extra: match extra {
                Some(text) => Some(encoding::from_base64(text).ok_or(MalformedProof)?),
                None => None,
            },
            index: index.ok_or(MalformedProof)?,
            path: digests(lines, MAX_PATH).ok_or(MalformedProof)?,
            checkpoint: checkpoint.to_owned(),
        };
        if proof.to_text() == text { Ok(proof) } else { Err(MalformedProof) }
    }

    /// Shows the leaf with this [`leaf_hash`](super::tree::leaf_hash) to be in a log that the policy trusts.
    ///
    /// # Errors
    /// Why not: the checkpoint first, then the path.
    pub fn verify(&self, leaf_hash: Digest, policy: &Policy) -> Result<Trusted, Unproven> {
        let trusted = policy.check(&self.checkpoint)?;
        let at = &trusted.checkpoint;
        proof::verify_inclusion(leaf_hash, self.index, at.size, &self.path, at.root)?;
        Ok(trusted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of c2sp.org/tlog-proof with whole signatures in place of the shortened ones.
    const EXAMPLE: &str = "c2sp.org/tlog-proof@v1\n\
        extra YWdl\n\
        index 73894\n\
        gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n\
        B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n\
        EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n\
        \n\
        example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— example.com/fancylog AAAAAAAA\n";

    #[test]
    fn the_specification_s_example_prints_back() {
        let proof = TlogProof::parse(EXAMPLE).unwrap();
        assert_eq!(
            (proof.index, proof.path.len(), proof.extra.as_deref()),
            (73_894, 3, Some(&b"age"[..]))
        );
        assert!(proof.checkpoint.starts_with("example.com/fancylog\n"));
        assert_eq!(proof.opening(), None);
        let bare = TlogProof { extra: None, index: 0, path: Vec::new(), ..proof };
        assert_eq!(TlogProof::parse(&bare.to_text()), Ok(bare));
    }

    #[test]
    fn every_other_spelling_is_malformed() {
        for (from, to) in [
            ("@v1", "@v2"),
            ("c2sp", "\nc2sp"),
            ("extra YWdl", "extra YWd"),
            ("extra YWdl", "extra  YWdl"),
            ("extra YWdl", "extra extra YWdl"),
            ("extra YWdl", "extra YWdl\nextra YWdl"),
            ("index 73894", "index 073894"),
            ("index 73894", "index"),
            ("index 73894\n", ""),
            ("index 73894\n", "index 73894\nindex 73894\n"),
            ("PlQ=", "PlQ"),
            ("PlQ=", "PlR="),
            ("zs=\n\n", "zs=\n"),
        ] {
            let text = EXAMPLE.replacen(from, to, 1);
            assert_ne!(text, EXAMPLE);
            assert_eq!(TlogProof::parse(&text), Err(MalformedProof), "{from:?} to {to:?}");
        }
        let line = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n";
        let with = |n: usize| EXAMPLE.replacen(line, &line.repeat(n), 1);
        assert!(TlogProof::parse(&with(62)).is_ok() && TlogProof::parse(&with(63)).is_err());
        assert!(TlogProof::parse(&format!("{EXAMPLE}{}", "x".repeat(MAX_BYTES))).is_err());
    }
}
