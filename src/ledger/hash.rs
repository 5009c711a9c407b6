//! Domain-separated SHA-256: one tag per use, so that no hash of one thing is ever a hash of another.

use crate::base::Digest;
use sha2::{Digest as _, Sha256};

/// `SHA-256(tag || 0x00 || parts…)`. Each part has a fixed length or comes from [`prefixed`], which
/// is what keeps two different lists of parts from giving the same bytes.
pub fn tagged(tag: &str, parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(tag.as_bytes());
    hasher.update([0]);
    for part in parts {
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}

/// `u32 big-endian length || bytes`.
///
/// Callers bound their inputs far below 4 GiB; a longer one would get the largest length, never a wrapped one.
pub fn prefixed(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tagged_hash_is_plain_sha256_of_the_written_out_bytes() {
        assert_eq!(tagged("t", &[b"ab", b"c"]), Digest::of(b"t\0abc"));
        assert_eq!(prefixed(b"abc"), b"\0\0\0\x03abc");
        assert_ne!(
            tagged("t", &[&prefixed(b"a"), &prefixed(b"bc")]),
            tagged("t", &[&prefixed(b"ab"), &prefixed(b"c")])
        );
    }
}
