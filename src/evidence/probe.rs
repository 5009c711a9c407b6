//! How long and how large a recording is, read by pure Rust from hostile bytes. Never alters them.

use super::sniff::MediaKind;
use std::path::Path;

/// What could be read; everything that could not is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// Duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// Width in pixels as stored (rotation not applied).
    pub width: Option<u32>,
    /// Height in pixels as stored.
    pub height: Option<u32>,
}

/// Reads what can be read; `None` when nothing can or a parser failed. Blocking; never panics.
pub fn probe(path: &Path, kind: &MediaKind) -> Option<Probe> {
    None
}
