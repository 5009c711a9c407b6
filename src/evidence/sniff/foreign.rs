//! Second formats hidden inside a first one, and text. A file that is two things at once is shown as neither.

use super::Family;
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

/// Words that make a browser run what follows, lower case.
const ACTIVE: [&[u8]; 6] = [b"<html", b"<script", b"<!doctype", b"<svg", b"<iframe", b"<body"];

/// Whether something else than the picture or recording itself lies in these bytes.
pub(super) fn hides_in(family: Family, head: &[u8], tail: &[u8]) -> bool {
    // PDF readers accept their mark anywhere in the first KiB; ZIP readers look from the end.
    let first = &head[..head.len().min(1024 + 5)];
    holds(first, b"%PDF-")
        || zip_at_end(tail)
        || active(head)
        || (family == Family::Image && holds_sound(head))
}

/// A ZIP's end record (APPNOTE 4.3.16), whose comment reaches exactly to the end.
fn zip_at_end(tail: &[u8]) -> bool {
    tail.windows(22).enumerate().any(|(at, record)| {
        record.starts_with(b"PK\x05\x06")
            && at + 22 + usize::from(u16::from_le_bytes([record[20], record[21]])) == tail.len()
    })
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn active(bytes: &[u8]) -> bool {
    let opens =
        bytes.iter().enumerate().filter(|(_, byte)| **byte == b'<').map(|(at, _)| &bytes[at..]);
    opens.into_iter().any(|rest| ACTIVE.iter().any(|word| starts_with_any_case(rest, word)))
}

fn starts_with_any_case(bytes: &[u8], word: &[u8]) -> bool {
    bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Three MPEG audio frames in a row, starting in the first 4 KiB: a picture does not have those by chance.
fn holds_sound(head: &[u8]) -> bool {
    (0..head.len().min(4096)).any(|start| {
        let mut at = start;
        (0..3).all(|_| match head.get(at..).and_then(layer3_frame) {
            Some(len) => {
                at += len;
                true
            }
            None => false,
        })
    })
}

/// Length of the MPEG-1 layer III frame that starts here (ISO 11172-3 §2.4.1.3).
fn layer3_frame(bytes: &[u8]) -> Option<usize> {
    const KBITS: [usize; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const HERTZ: [usize; 3] = [44_100, 48_000, 32_000];
    let [0xff, 0xfa | 0xfb, rates, ..] = *bytes else { return None };
    let kbits = *KBITS.get(usize::from(rates >> 4)).filter(|kbits| **kbits > 0)?;
    let hertz = *HERTZ.get(usize::from(rates >> 2 & 3))?;
    Some(144_000 * kbits / hertz + usize::from(rates >> 1 & 1))
}

/// What kind of text this is, if it is text at all.
pub(super) fn text_mime(head: &[u8]) -> &'static str {
    let bare = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let early = &bare[..bare.len().min(1024)];
    let opens = |word: &[u8]| starts_with_any_case(bare, word);
    if opens(b"<svg") || (opens(b"<?xml") && holds(&early.to_ascii_lowercase(), b"<svg")) {
        return "image/svg+xml";
    }
    if bare.starts_with(b"<") && active(early) {
        return "text/html";
    }
    if opens(b"<?xml") {
        return "text/xml";
    }
    if is_text(head) { "text/plain" } else { "application/octet-stream" }
}

/// UTF-8, UTF-16 with a mark or GB18030 without control characters; the last character may be cut.
fn is_text(head: &[u8]) -> bool {
    let plain = |text: &str| !text.chars().any(|c| c.is_control() && !"\t\r\n\u{c}".contains(c));
    if head.is_empty() {
        return false;
    }
    for (mark, encoding) in [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if let Some(rest) = head.strip_prefix(mark) {
            return plain(&encoding.decode_without_bom_handling(&rest[..rest.len() & !1]).0);
        }
    }
    match std::str::from_utf8(head) {
        Ok(text) => plain(text),
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&head[..error.valid_up_to()])
                .chars()
                .all(|c| plain(c.encode_utf8(&mut [0; 4])))
        }
        // GB18030 characters have up to four bytes; try with up to three of a cut one taken off.
        Err(_) => (0..4).any(|cut| {
            let whole = &head[..head.len().saturating_sub(cut)];
            let (text, failed) = GB18030.decode_without_bom_handling(whole);
            !whole.is_empty() && !failed && plain(&text)
        }),
    }
}
