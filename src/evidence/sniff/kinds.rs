//! The kinds of files this product knows, and which of them a page may show in place.

use super::{Family, MediaKind};

const fn kind(mime: &'static str, label: &'static str, family: Family, inline: bool) -> MediaKind {
    MediaKind { mime, label, family, inline, note: None }
}

/// What nobody knows.
pub(super) const UNKNOWN: MediaKind =
    kind("application/octet-stream", "未知类型文件", Family::Other, false);

/// All kinds. Inline are only those that browsers show without running anything in them.
pub(super) const KINDS: [MediaKind; 50] = {
    use Family::{Audio, Document, Image, Other, Video};
    [
        kind("video/mp4", "MP4 视频", Video, true),
        kind("video/quicktime", "QuickTime 视频", Video, true),
        kind("video/webm", "WebM 视频", Video, true),
        kind("video/ogg", "Ogg 视频", Video, true),
        kind("video/3gpp", "3GP 手机视频", Video, false),
        kind("video/3gpp2", "3G2 手机视频", Video, false),
        kind("video/x-matroska", "MKV 视频", Video, false),
        kind("video/x-msvideo", "AVI 视频", Video, false),
        kind("video/mp2t", "MPEG-TS 视频", Video, false),
        kind("video/mpeg", "MPEG 视频", Video, false),
        kind("video/x-ms-asf", "WMV 视频", Video, false),
        kind("video/x-flv", "FLV 视频", Video, false),
        kind("audio/wav", "WAV 录音", Audio, true),
        kind("audio/mpeg", "MP3 录音", Audio, true),
        kind("audio/mp4", "M4A 录音", Audio, true),
        kind("audio/ogg", "Ogg 录音", Audio, true),
        kind("audio/flac", "FLAC 录音", Audio, true),
        kind("audio/webm", "WebM 录音", Audio, true),
        kind("audio/aac", "AAC 录音", Audio, false),
        kind("audio/amr", "AMR 录音", Audio, false),
        kind("audio/3gpp", "3GP 录音", Audio, false),
        kind("audio/3gpp2", "3G2 录音", Audio, false),
        kind("audio/aiff", "AIFF 录音", Audio, false),
        kind("image/jpeg", "JPEG 图片", Image, true),
        kind("image/png", "PNG 图片", Image, true),
        kind("image/gif", "GIF 图片", Image, true),
        kind("image/webp", "WebP 图片", Image, true),
        kind("image/heic", "HEIC 图片", Image, false),
        kind("image/heif", "HEIF 图片", Image, false),
        kind("image/avif", "AVIF 图片", Image, false),
        kind("image/tiff", "TIFF 图片", Image, false),
        kind("image/bmp", "BMP 图片", Image, false),
        kind("image/jp2", "JPEG 2000 图片", Image, false),
        kind("image/svg+xml", "SVG 图形", Document, false),
        kind("application/pdf", "PDF 文件", Document, false),
        kind("application/ofd", "OFD 版式文件", Document, false),
        kind(DOCX, "Word 文档", Document, false),
        kind(XLSX, "Excel 表格", Document, false),
        kind(PPTX, "PowerPoint 演示文稿", Document, false),
        kind("application/x-ole-storage", "旧版 Office 或 WPS 文档", Document, false),
        kind("application/vnd.oasis.opendocument.text", "ODF 文档", Document, false),
        kind("application/rtf", "RTF 文档", Document, false),
        kind("text/plain", "文本文件", Document, false),
        kind("text/html", "网页文件", Document, false),
        kind("text/xml", "XML 文件", Document, false),
        kind("application/zip", "ZIP 压缩包", Other, false),
        kind("application/vnd.rar", "RAR 压缩包", Other, false),
        kind("application/x-7z-compressed", "7z 压缩包", Other, false),
        kind("application/x-executable", "可执行程序", Other, false),
        UNKNOWN,
    ]
};

pub(super) const DOCX: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(super) const PPTX: &str =
    "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// The kind of a media type; parameters are passed over.
pub(super) fn of(mime: &str) -> MediaKind {
    let bare = mime.split(';').next().unwrap_or_default().trim();
    KINDS.into_iter().find(|kind| kind.mime == bare).unwrap_or(UNKNOWN)
}
