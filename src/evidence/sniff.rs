//! What bytes are, from the bytes alone. Never looks at names or at what a client claims.

mod foreign;
mod kinds;
mod zip;

use super::{
    careful,
    probe::boxes::{self, Movie},
};
use file_format::FileFormat;
use std::{
    fs::File,
    io::{self, Cursor, Read, Seek, SeekFrom},
    path::Path,
};

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
    /// A warning for the page, in Chinese: what the browser may not play, or why it is not shown.
    pub note: Option<&'static str>,
}

/// Bytes looked at from the start; the end gets as many.
const WINDOW: u64 = 64 << 10;

const NO_PICTURE: &str = "浏览器可能无法播放画面";
const NO_SOUND: &str = "浏览器可能无法播放声音";
const FOREIGN: &str = "文件内混有其他格式的内容，只供下载，不在页面内显示";

/// The kind from the first bytes (64 KiB are plenty); what is unknown is `Other`. What lies at the end of a
/// file, such as the index of most MP4 files, is not seen: prefer [`sniff_file`] where there is a file.
pub fn sniff(head: &[u8]) -> MediaKind {
    careful(|| Some(judge(head, &[], Cursor::new(head)))).unwrap_or(kinds::UNKNOWN)
}

/// The kind from a file, which also sees what lies at the end (index of an MP4 or ZIP). Blocking; never panics.
pub fn sniff_file(path: &Path) -> io::Result<MediaKind> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    let mut head = Vec::new();
    file.by_ref().take(WINDOW).read_to_end(&mut head)?;
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(len.saturating_sub(WINDOW)))?;
    file.by_ref().take(WINDOW).read_to_end(&mut tail)?;
    Ok(careful(|| Some(judge(&head, &tail, file))).unwrap_or(kinds::UNKNOWN))
}

/// The kind a stored media type stands for; unknown ones are `Other` and never inline. What only the bytes
/// tell (a note, a hidden second format) is not known here.
pub fn of_mime(mime: &str) -> MediaKind {
    kinds::of(mime)
}

fn judge(head: &[u8], tail: &[u8], reader: impl Read + Seek) -> MediaKind {
    let mut kind = kinds::of(mime(head, tail));
    let index = boxes::looks_like(head).then(|| boxes::read(reader)).flatten();
    if let (Family::Video | Family::Audio, Some(movie)) = (kind.family, index) {
        kind = judge_tracks(kind, &movie);
    }
    if kind.inline && foreign::hides_in(kind.family, head, tail) {
        kind.inline = false;
        kind.note = Some(FOREIGN);
    }
    kind
}

/// MP4 and its kin: sound without pictures is audio; codecs that browsers lack are said.
fn judge_tracks(kind: MediaKind, movie: &Movie) -> MediaKind {
    let has = |handler: &[u8; 4]| movie.tracks.iter().any(|track| &track.handler == handler);
    let mut kind = match kind.mime {
        _ if has(b"vide") || !has(b"soun") => kind,
        "video/mp4" | "video/quicktime" => kinds::of("audio/mp4"),
        "video/3gpp" => kinds::of("audio/3gpp"),
        "video/3gpp2" => kinds::of("audio/3gpp2"),
        _ => kind,
    };
    for track in &movie.tracks {
        let played: &[&[u8; 4]] = match &track.handler {
            b"vide" => &[b"avc1", b"avc3", b"vp08", b"vp09", b"av01"],
            b"soun" => &[b"mp4a", b"Opus", b"fLaC", b".mp3"],
            _ => continue,
        };
        if !played.contains(&&track.codec) {
            // A black picture is the more surprising of the two.
            let note = if &track.handler == b"vide" { NO_PICTURE } else { NO_SOUND };
            kind.note = kind.note.filter(|note| *note == NO_PICTURE).or(Some(note));
        }
    }
    kind
}

fn mime(head: &[u8], tail: &[u8]) -> &'static str {
    use FileFormat as F;
    match FileFormat::from_bytes(head) {
        F::Mpeg4Part14 | F::Mpeg4Part14Video | F::AppleItunesVideo | F::FlashMp4Video => {
            "video/mp4"
        }
        F::Mpeg4Part14Audio | F::AppleItunesAudio | F::AppleItunesAudiobook => "audio/mp4",
        F::AppleQuicktime => "video/quicktime",
        F::ThirdGenerationPartnershipProject => "video/3gpp",
        F::ThirdGenerationPartnershipProject2 => "video/3gpp2",
        F::Webm | F::MatroskaVideo | F::MatroskaAudio | F::ExtensibleBinaryMetaLanguage => {
            ebml(head)
        }
        F::AudioVideoInterleave => "video/x-msvideo",
        F::Mpeg2TransportStream | F::BdavMpeg2TransportStream => "video/mp2t",
        F::Mpeg12Video => "video/mpeg",
        F::AdvancedSystemsFormat | F::WindowsMediaVideo | F::WindowsMediaAudio => "video/x-ms-asf",
        F::FlashVideo => "video/x-flv",
        F::WaveformAudio => "audio/wav",
        F::Mpeg12AudioLayer3 | F::Id3v2 => "audio/mpeg",
        F::OggOpus | F::OggVorbis | F::OggFlac | F::OggSpeex => "audio/ogg",
        F::OggTheora | F::OggMedia | F::OggMultiplexedMedia => "video/ogg",
        F::FreeLosslessAudioCodec => "audio/flac",
        F::AdvancedAudioCoding => "audio/aac",
        F::AdaptiveMultiRate => "audio/amr",
        F::AudioInterchangeFileFormat => "audio/aiff",
        F::JointPhotographicExpertsGroup => "image/jpeg",
        F::PortableNetworkGraphics | F::AnimatedPortableNetworkGraphics => "image/png",
        F::GraphicsInterchangeFormat => "image/gif",
        F::Webp => "image/webp",
        F::HighEfficiencyImageCoding | F::HighEfficiencyImageCodingSequence => "image/heic",
        F::HighEfficiencyImageFileFormat | F::HighEfficiencyImageFileFormatSequence => "image/heif",
        F::Av1ImageFileFormat | F::Av1ImageFileFormatSequence => "image/avif",
        F::TagImageFileFormat => "image/tiff",
        F::WindowsBitmap => "image/bmp",
        F::Jpeg2000Part1 => "image/jp2",
        F::PortableDocumentFormat => "application/pdf",
        F::CompoundFileBinary => "application/x-ole-storage",
        F::RichTextFormat => "application/rtf",
        F::Zip => zip::mime(head, tail),
        F::RoshalArchive => "application/vnd.rar",
        F::SevenZip => "application/x-7z-compressed",
        F::MsDosExecutable | F::PortableExecutable | F::DynamicLinkLibrary => EXECUTABLE,
        F::ExecutableAndLinkableFormat | F::MachO | F::ShellScript | F::MsDosBatch => EXECUTABLE,
        _ if boxes::looks_like(head) => boxes::mime_of_brands(head),
        _ => foreign::text_mime(head),
    }
}

const EXECUTABLE: &str = "application/x-executable";

/// Matroska and WebM differ by the document type in the header (RFC 8794 §11.2.6), sound and pictures by the
/// codecs that the tracks right behind it name (RFC 9559 §18).
fn ebml(head: &[u8]) -> &'static str {
    let start = &head[..head.len().min(4096)];
    let names = |word: &[u8]| start.windows(word.len()).any(|window| window == word);
    let pictures = || names(b"V_VP") || names(b"V_AV1") || names(b"V_MPEG");
    match () {
        () if names(b"webm") && names(b"A_OPUS") && !pictures() => "audio/webm",
        () if names(b"webm") => "video/webm",
        () if names(b"matroska") => "video/x-matroska",
        () => kinds::UNKNOWN.mime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_stands_for_one_kind() {
        for kind in kinds::KINDS {
            assert_eq!(of_mime(kind.mime), kind);
            assert!(
                !kind.inline
                    || matches!(kind.family, Family::Video | Family::Audio | Family::Image)
            );
        }
        assert_eq!(of_mime("video/mp4; codecs=hvc1").mime, "video/mp4");
        assert!(!of_mime("text/html").inline);
        assert_eq!(of_mime("image/nonsense"), kinds::UNKNOWN);
    }

    #[test]
    fn what_could_run_in_a_page_is_never_shown_in_it() {
        let cases: [&[u8]; 9] = [
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"  \n<HTML><body>",
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            b"<svg onload=alert(1)>",
            b"\xef\xbb\xbf<script>1</script>",
            b"%PDF-1.4 %",
            b"GIF89a/*<script>alert(1)</script>*/",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0<html><body onload=x()>",
            b"RIFF\x10\0\0\0WEBPVP8 %PDF-1.7",
        ];
        for bytes in cases {
            assert!(!sniff(bytes).inline, "{:?}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(sniff(b"<svg onload=alert(1)>").mime, "image/svg+xml");
        assert_eq!(sniff(b"  \n<HTML><body>").mime, "text/html");
    }

    #[test]
    fn text_is_told_from_noise() {
        assert_eq!(sniff("现场检查笔录".as_bytes()).mime, "text/plain");
        let (gb18030, _, _) = encoding_rs::GB18030.encode("现场检查笔录，二〇二六年");
        assert_eq!(sniff(&gb18030).mime, "text/plain");
        assert_eq!(sniff(&[0, 1, 2, 3]).mime, "application/octet-stream");
        assert_eq!(sniff(&[]).mime, "application/octet-stream");
    }
}
