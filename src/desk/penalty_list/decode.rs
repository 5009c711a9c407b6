//! Bytes to text, strictly: UTF-8, GB18030, or UTF-16 with a byte order mark. A cut or mixed file is
//! refused where it breaks; nothing is ever replaced. Never looks at what the text means.

use super::{MAX_BYTES, Unreadable};
use encoding_rs::GB18030;

/// The encodings a list may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB 18030, and so GBK and GB 2312.
    Gb18030,
    /// UTF-16, little endian, with a byte order mark.
    Utf16Le,
    /// UTF-16, big endian, with a byte order mark.
    Utf16Be,
}

impl Encoding {
    /// Its usual name.
    pub fn label(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Gb18030 => "GB18030",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
        }
    }
}

/// A file's text and how to find a place of it in the file again.
pub(super) struct Decoded {
    pub text: String,
    pub encoding: Encoding,
    bom: usize,
}

impl Decoded {
    /// A fault at `offset` of the text, told as line and byte of the file.
    pub fn fault(&self, offset: usize, what: impl std::fmt::Display, fix: &str) -> Unreadable {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let bytes = match self.encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Gb18030 => GB18030.encode(before).0.len(),
            Encoding::Utf16Le | Encoding::Utf16Be => before.encode_utf16().count() * 2,
        };
        let line = 1 + before.matches('\n').count();
        Unreadable::at(line, self.bom + bytes, what, fix)
    }
}

const RESAVE: &str = "请由来源系统重新导出，或另存为 UTF-8 编码的 CSV 后再导入";
const CUT: &str = "文件末尾在一个汉字中间被截断";
const REDOWNLOAD: &str = "请重新取得完整的文件后再导入";

/// Decodes a file.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Unreadable> {
    if bytes.len() > MAX_BYTES {
        let what = format!("文件有 {} 字节，超过 {MAX_BYTES} 字节的上限", bytes.len());
        return Err(Unreadable::whole(what, "请拆成几个文件分别导入"));
    }
    if let Some(form) = foreign(bytes) {
        return Err(Unreadable::whole(format!("这是{form}，不是 CSV 或 JSON 清单"), RESAVE));
    }
    let decoded = match bytes {
        [0xFF, 0xFE, ..] => utf16(bytes, Encoding::Utf16Le)?,
        [0xFE, 0xFF, ..] => utf16(bytes, Encoding::Utf16Be)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] => match std::str::from_utf8(rest) {
            Ok(text) => Decoded { text: text.into(), encoding: Encoding::Utf8, bom: 3 },
            Err(fault) => return Err(broken_utf8(bytes, 3 + fault.valid_up_to(), &fault)),
        },
        _ => unmarked(bytes)?,
    };
    match decoded.text.trim().is_empty() {
        true => Err(Unreadable::whole("文件是空的", REDOWNLOAD)),
        false => Ok(decoded),
    }
}

/// Names files that are not text at all, by their first bytes.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    const FORMS: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "压缩包或 Excel（xlsx）文件"),
        (b"\xD0\xCF\x11\xE0", "旧版 Excel（xls）文件"),
        (b"%PDF", "PDF 文件"),
        (b"\x1F\x8B", "gzip 压缩文件"),
        (b"Rar!", "RAR 压缩文件"),
        (b"7z\xBC\xAF", "7z 压缩文件"),
        (b"\xFF\xFE\0\0", "UTF-32 编码的文件"),
        (b"\0\0\xFE\xFF", "UTF-32 编码的文件"),
        (b"\xFF\xD8\xFF", "图片"),
    ];
    let form = FORMS.iter().find(|(magic, _)| bytes.starts_with(magic));
    form.map(|(_, name)| *name)
        .or_else(|| unmarked_utf16(bytes).then_some("没有字节序标记的 UTF-16 文件"))
}

/// ASCII in UTF-16 leaves a NUL in every other byte, always on the same side.
fn unmarked_utf16(bytes: &[u8]) -> bool {
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    even + odd >= 4 && (even == 0 || odd == 0)
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Result<Decoded, Unreadable> {
    let unit = |pair: &[u8]| match (encoding, pair) {
        (Encoding::Utf16Be, [high, low]) => u16::from_be_bytes([*high, *low]),
        (_, [low, high]) => u16::from_le_bytes([*low, *high]),
        _ => 0xFFFD,
    };
    let body = &bytes[2..];
    let mut text = String::with_capacity(body.len());
    for decoded in char::decode_utf16(body.chunks_exact(2).map(unit)) {
        let Ok(c) = decoded else {
            let at = 2 + text.encode_utf16().count() * 2;
            let line = 1 + text.matches('\n').count();
            return Err(Unreadable::at(line, at, "有不成对的 UTF-16 代理码元", RESAVE));
        };
        text.push(c);
    }
    if body.len() % 2 == 1 {
        let line = 1 + text.matches('\n').count();
        return Err(Unreadable::at(line, bytes.len() - 1, CUT, REDOWNLOAD));
    }
    Ok(Decoded { text, encoding, bom: 2 })
}

/// No mark: UTF-8 if all of it is, else GB18030 if nothing in it is plainly UTF-8.
fn unmarked(bytes: &[u8]) -> Result<Decoded, Unreadable> {
    let fault = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Decoded { text: text.into(), encoding: Encoding::Utf8, bom: 0 }),
        Err(fault) => fault,
    };
    match first_plain_utf8(bytes) {
        None => gb18030(bytes),
        // Sound GB18030 first, then UTF-8: the file was pasted together.
        Some(at) if at > fault.valid_up_to() && gb_fault(&bytes[..at]).is_none() => {
            let what = "混用了两种编码：此前是 GB18030，自此处起是 UTF-8";
            Err(Unreadable::at(line_of(bytes, at), at, what, RESAVE))
        }
        Some(_) => Err(broken_utf8(bytes, fault.valid_up_to(), &fault)),
    }
}

fn broken_utf8(bytes: &[u8], at: usize, fault: &std::str::Utf8Error) -> Unreadable {
    let line = line_of(bytes, at);
    if fault.error_len().is_none() {
        return Unreadable::at(line, at, CUT, REDOWNLOAD);
    }
    // GB18030 may pass for UTF-8 for a character or two, so the whole cell is looked at.
    let start = bytes[..at].iter().rposition(|b| is_boundary(*b)).map_or(0, |before| before + 1);
    let rest = &bytes[start..];
    let cell = &rest[..rest.iter().position(|b| is_boundary(*b)).unwrap_or(rest.len())];
    if cell.len() >= 4 && gb_fault(cell).is_none() {
        let what = "混用了两种编码：此前是 UTF-8，自此处起像是 GB18030";
        return Unreadable::at(line, start, what, RESAVE);
    }
    Unreadable::at(line, at, "有不合 UTF-8 规则的字节", RESAVE)
}

fn gb18030(bytes: &[u8]) -> Result<Decoded, Unreadable> {
    if let Some((at, cut)) = gb_fault(bytes) {
        let (what, fix) = match cut {
            true => (CUT, REDOWNLOAD),
            false => ("有既不合 UTF-8 也不合 GB18030 规则的字节", RESAVE),
        };
        return Err(Unreadable::at(line_of(bytes, at), at, what, fix));
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(Decoded { text: text.into(), encoding: Encoding::Gb18030, bom: 0 }),
        None => {
            let at = first_unassigned(bytes);
            let what = "有 GB18030 中没有对应字符的编码";
            Err(Unreadable::at(line_of(bytes, at), at, what, RESAVE))
        }
    }
}

/// Length of the GB18030 sequence `bytes` begins with: `Ok(None)` when it is cut, `Err` when it is none.
fn gb_len(bytes: &[u8]) -> Result<Option<usize>, ()> {
    match bytes {
        [..=0x7F, ..] => Ok(Some(1)),
        // The WHATWG decoder also takes a lone 0x80; the standard does not.
        [0x81..=0xFE] => Ok(None),
        [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..] => Ok(Some(2)),
        [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, ..] => Ok(Some(4)),
        [0x81..=0xFE, 0x30..=0x39] | [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE] => Ok(None),
        _ => Err(()),
    }
}

/// The first place that is no GB18030 sequence, and whether the file merely ends within one.
fn gb_fault(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0;
    while at < bytes.len() {
        match gb_len(&bytes[at..]) {
            Ok(Some(len)) => at += len,
            Ok(None) => return Some((at, true)),
            Err(()) => return Some((at, false)),
        }
    }
    None
}

/// The first well-formed sequence without a character; the end when there is none.
fn first_unassigned(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Ok(Some(len)) = gb_len(&bytes[at..]) {
        let one = &bytes[at..at + len];
        if GB18030.decode_without_bom_handling_and_without_replacement(one).is_none() {
            break;
        }
        at += len;
    }
    at
}

/// Bytes that end a cell and are never part of a longer character in either encoding.
fn is_boundary(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b',' | b'\t' | b'"')
}

/// Where the first cell begins that is plainly UTF-8: its sound beginning holds four characters of Chinese
/// text and nothing else beyond ASCII. GB18030 text does that by accident about once in 10^10 cells.
fn first_plain_utf8(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    for cell in bytes.split(|b| is_boundary(*b)) {
        let sound = match std::str::from_utf8(cell) {
            Ok(text) => text,
            Err(fault) => std::str::from_utf8(&cell[..fault.valid_up_to()]).unwrap_or_default(),
        };
        let mut wide = sound.chars().filter(|c| !c.is_ascii()).peekable();
        let chinese = |c: char| matches!(c, '\u{3000}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{2010}'..='\u{203B}');
        if wide.peek().is_some() && wide.clone().count() >= 4 && wide.all(chinese) {
            return Some(start);
        }
        start += cell.len() + 1;
    }
    None
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|b| **b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> Unreadable {
        decode(bytes).err().expect("refused")
    }

    #[test]
    fn a_cut_character_is_named_by_line_and_byte() {
        let whole = "甲乙丙丁,戊\n己庚辛壬,癸".as_bytes();
        let fault = refused(&whole[..whole.len() - 1]);
        assert_eq!((fault.line, fault.byte), (Some(2), Some(whole.len() - 3)));
        let gb = GB18030.encode("名称,结果\n甲,罚款").0;
        let fault = refused(&gb[..gb.len() - 1]);
        assert_eq!((fault.line, fault.byte), (Some(2), Some(gb.len() - 2)));
        assert!(fault.text.contains("截断"), "{fault}");
    }

    #[test]
    fn two_encodings_in_one_file_are_refused_at_the_seam() {
        let (utf8, gb) = ("企业名称,处罚结果\n", GB18030.encode("某某公司,罚款五万\n").0);
        let fault = refused(&[utf8.as_bytes(), &gb].concat());
        assert_eq!((fault.line, fault.byte), (Some(2), Some(utf8.len())));
        assert!(fault.text.contains("混用"), "{fault}");
        let fault = refused(&[&gb, utf8.as_bytes()].concat());
        assert_eq!((fault.line, fault.byte), (Some(2), Some(gb.len())));
        assert!(fault.text.contains("混用"), "{fault}");
    }

    #[test]
    fn other_files_are_called_by_their_name() {
        assert!(refused(b"PK\x03\x04....").text.contains("xlsx"));
        assert!(refused(b"a\0,\0b\0\n\0c\0").text.contains("UTF-16"));
        assert!(refused(b"\xFF\xFEa\0b").text.contains("截断"));
        assert!(refused(b"\xFF\xFE\x00\xD8a\0").text.contains("代理"));
        assert!(refused(b"").text.contains("空的"));
        assert_eq!(refused(b"a,\x80\n").byte, Some(2));
    }
}
