//! Proposes what to hide before something is published. Hides nothing by itself: a person confirms.

use super::act::PartyKind;
use super::pack::Pack;

/// A field's value with what should be hidden taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskProposal {
    /// The field.
    pub path: String,
    /// Ids of the masking rules applied, joined by `+` in the order of `config/law/lists.toml`.
    pub rule: String,
    /// The value to publish.
    pub masked: String,
    /// Why, in Chinese.
    pub reason: String,
}

/// Proposals for the fields (path, label, value) that hold something to hide; others are not named.
pub fn propose<S: AsRef<str>>(
    _pack: &Pack,
    _party: PartyKind,
    _fields: &[(S, S, S)],
) -> Vec<MaskProposal> {
    Vec::new()
}
