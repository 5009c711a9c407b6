//! Private fields of a record: salted commitments that can be shown, hidden or erased one by one.
//!
//! Owns the field digest and the root over them. Never draws salts: randomness comes in as an argument.

use super::{canonical, encoding, hash, tree};
use crate::base::Digest;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Domain tag of a field's digest.
pub const TAG: &str = "zhijian/field/v1";

/// One private field with what opens its commitment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Dotted name, e.g. `party.name`.
    pub path: String,
    /// The text itself, or the masked text when `mask` is there.
    pub value: String,
    /// 32 random bytes, hex in JSON; whoever has not got them cannot guess the value from its digest.
    #[serde(with = "encoding::hex32")]
    pub salt: [u8; 32],
    /// Id of the masking rule that made `value`; absent for the full value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
}

impl Field {
    /// A field under `salt`, which must be 32 fresh random bytes.
    pub fn new(
        path: impl Into<String>,
        value: impl Into<String>,
        mask: Option<String>,
        salt: [u8; 32],
    ) -> Self {
        Field { path: path.into(), value: value.into(), salt, mask }
    }

    /// `tagged("zhijian/field/v1", salt, prefixed(JCS([path, value])))`, with the mask's id as third item if masked.
    pub fn digest(&self) -> Digest {
        let opened = match &self.mask {
            None => canonical::strings(&[&self.path, &self.value]),
            Some(mask) => canonical::strings(&[&self.path, &self.value, mask]),
        };
        hash::tagged(TAG, &[&self.salt, &hash::prefixed(&opened)])
    }
}

impl fmt::Debug for Field {
    /// Path only: a value or a salt must not reach an application log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("path", &self.path).finish_non_exhaustive()
    }
}

/// RFC 6962 §2.1 root whose leaves are the 32-byte digests in ascending order; SHA-256("") for none.
///
/// Sorting hides how the hidden fields were ordered and lets a verifier mix shown and hidden ones.
pub fn fields_root(digests: &[Digest]) -> Digest {
    let mut sorted = digests.to_vec();
    sorted.sort_unstable();
    let leaves: Vec<Digest> =
        sorted.iter().map(|digest| tree::leaf_hash(digest.as_bytes())).collect();
    tree::root_of(&leaves)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(value: &str, mask: Option<&str>) -> Field {
        Field::new("party.name", value, mask.map(str::to_owned), [7; 32])
    }

    #[test]
    fn every_part_of_a_field_changes_its_digest() {
        let digest = field("张三", None).digest();
        assert_ne!(digest, field("张四", None).digest());
        assert_ne!(digest, field("张三", Some("name/1")).digest());
        assert_ne!(digest, Field { salt: [8; 32], ..field("张三", None) }.digest());
        assert_ne!(
            digest,
            Field { path: "party.nam".into(), value: "e张三".into(), ..field("", None) }.digest()
        );
    }

    #[test]
    fn the_root_does_not_depend_on_the_order_given() {
        let digests: Vec<Digest> = (0..5).map(|n| Digest::of(&[n])).collect();
        let mut turned = digests.clone();
        turned.rotate_left(2);
        assert_eq!(fields_root(&digests), fields_root(&turned));
        assert_ne!(fields_root(&digests), fields_root(&digests[1..]));
        assert_eq!(fields_root(&[]), Digest::of(b""));
    }

    #[test]
    fn debug_output_keeps_the_value_private() {
        assert_eq!(format!("{:?}", field("张三", None)), "Field { path: \"party.name\", .. }");
    }
}
