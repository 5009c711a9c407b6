//! Documents that are ZIP files inside: told apart by the names in their directory. Unpacks nothing.

use super::kinds::{DOCX, PPTX, XLSX};

/// Each document's tell-tale entry.
const MARKS: [(&[u8], &str); 4] = [
    (b"OFD.xml", "application/ofd"),
    (b"word/document.xml", DOCX),
    (b"xl/workbook.xml", XLSX),
    (b"ppt/presentation.xml", PPTX),
];
/// The first entry of an OpenDocument text holds its media type, stored as it is (ODF 1.3 part 2 §3.3).
const ODT: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.text";

/// The media type by what entries the head and the tail name.
pub(super) fn mime(head: &[u8], tail: &[u8]) -> &'static str {
    if head.get(30..).is_some_and(|rest| rest.starts_with(ODT)) {
        return "application/vnd.oasis.opendocument.text";
    }
    // Local file headers have the name at 30, directory entries at 46 (APPNOTE 4.3.7, 4.3.12).
    let found = MARKS.into_iter().find(|(name, _)| {
        names(head, b"PK\x03\x04", 26, 30, name) || names(tail, b"PK\x01\x02", 28, 46, name)
    });
    found.map_or("application/zip", |(_, mime)| mime)
}

/// Whether an entry of exactly this name starts anywhere in the window.
fn names(window: &[u8], signature: &[u8], len_at: usize, name_at: usize, name: &[u8]) -> bool {
    window.windows(name_at + name.len()).any(|entry| {
        entry.starts_with(signature)
            && usize::from(u16::from_le_bytes([entry[len_at], entry[len_at + 1]])) == name.len()
            && &entry[name_at..] == name
    })
}
