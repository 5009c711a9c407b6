//! How long and how large a recording is, read by pure Rust from hostile bytes. Never alters them.

pub(super) mod boxes;
mod ebml;

use super::{
    careful,
    sniff::{Family, MediaKind},
};
use image::{ImageReader, Limits};
use lofty::{
    config::{ParseOptions, ParsingMode},
    file::{AudioFile as _, FileType},
    probe::Probe as AudioProbe,
};
use std::{
    fs::File,
    io::{BufReader, Read as _},
    path::Path,
};

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
///
/// Not read: MPEG transport and program streams, ASF, FLV, bare AAC, HEIC, TIFF. An MP3 of varying rate that
/// has no Xing header is timed by its first frame, which is a guess.
pub fn probe(path: &Path, kind: &MediaKind) -> Option<Probe> {
    let found = careful(|| match (kind.family, kind.mime) {
        (_, "video/webm" | "audio/webm" | "video/x-matroska") => ebml::read(File::open(path).ok()?),
        (_, "video/x-msvideo") => avi(path),
        (_, "audio/amr") => amr(path),
        (Family::Video | Family::Audio, mime) => movie(path).or_else(|| audio(path, mime)),
        (Family::Image, "image/gif") => gif(path),
        (Family::Image, _) => image(path),
        _ => None,
    })?;
    let seen = |side: Option<u32>| side.filter(|side| *side > 0);
    let found = Probe { width: seen(found.width), height: seen(found.height), ..found };
    (found != Probe::default()).then_some(found)
}

/// MP4, QuickTime, 3GP and their sound-only kin.
fn movie(path: &Path) -> Option<Probe> {
    if !boxes::looks_like(&start::<16>(path)?) {
        return None;
    }
    let movie = boxes::read(BufReader::new(File::open(path).ok()?))?;
    let picture = movie.tracks.iter().find(|track| &track.handler == b"vide");
    Some(Probe {
        duration_ms: movie.duration_ms,
        width: picture.map(|track| track.width),
        height: picture.map(|track| track.height),
    })
}

/// Sound files. Only those: the durations the crate gives for other containers are nonsense.
fn audio(path: &Path, mime: &str) -> Option<Probe> {
    let kind = match mime {
        "audio/wav" => FileType::Wav,
        "audio/mpeg" => FileType::Mpeg,
        "audio/flac" => FileType::Flac,
        "audio/aiff" => FileType::Aiff,
        "audio/ogg" => ogg(path)?,
        _ => return None,
    };
    let options = ParseOptions::new()
        .read_tags(false)
        .read_cover_art(false)
        .parsing_mode(ParsingMode::BestAttempt);
    let reader = BufReader::new(File::open(path).ok()?);
    let file = AudioProbe::with_file_type(reader, kind).options(options).read().ok()?;
    let ms = u64::try_from(file.properties().duration().as_millis()).ok()?;
    Some(Probe { duration_ms: Some(ms).filter(|ms| *ms > 0), ..Probe::default() })
}

/// Which codec an Ogg file starts with.
fn ogg(path: &Path) -> Option<FileType> {
    let head = start::<64>(path)?;
    let names = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    match () {
        () if names(b"OpusHead") => Some(FileType::Opus),
        () if names(b"\x01vorbis") => Some(FileType::Vorbis),
        () if names(b"Speex   ") => Some(FileType::Speex),
        () => None,
    }
}

/// AMR (RFC 4867 §5): every frame is 20 ms and tells its own length.
fn amr(path: &Path) -> Option<Probe> {
    const NARROW: [u64; 16] = [12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, 0, 0, 0, 0];
    const WIDE: [u64; 16] = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0];
    let head = start::<9>(path)?;
    let (mut at, sizes) = match &head {
        b"#!AMR-WB\n" => (9, WIDE),
        _ if head.starts_with(b"#!AMR\n") => (6, NARROW),
        _ => return None,
    };
    let file = File::open(path).ok()?;
    let len = file.metadata().ok()?.len();
    let mut bytes = BufReader::new(file);
    bytes.seek_relative(at).ok()?;
    let mut frames = 0_u64;
    let mut mode = [0];
    while bytes.read_exact(&mut mode).is_ok() {
        let size = sizes[usize::from(mode[0] >> 3 & 15)];
        bytes.seek_relative(i64::try_from(size).ok()?).ok()?;
        at += 1 + i64::try_from(size).ok()?;
        frames += u64::from(u64::try_from(at).ok()? <= len);
    }
    Some(Probe { duration_ms: Some(frames * 20).filter(|ms| *ms > 0), ..Probe::default() })
}

/// AVI: microseconds a frame, frames, width and height stand in the main header right at the start.
fn avi(path: &Path) -> Option<Probe> {
    let head = start::<72>(path)?;
    if &head[24..28] != b"avih" {
        return None;
    }
    let at = |n: usize| u32::from_le_bytes([head[n], head[n + 1], head[n + 2], head[n + 3]]);
    let ms = u64::from(at(32)) * u64::from(at(48)) / 1000;
    Some(Probe {
        duration_ms: Some(ms).filter(|ms| *ms > 0),
        width: Some(at(64)),
        height: Some(at(68)),
    })
}

fn gif(path: &Path) -> Option<Probe> {
    let head = start::<10>(path)?;
    let at = |n: usize| Some(u32::from(u16::from_le_bytes([head[n], head[n + 1]])));
    Some(Probe { width: at(6), height: at(8), ..Probe::default() })
}

fn image(path: &Path) -> Option<Probe> {
    let (width, height) = picture(path)?.into_dimensions().ok()?;
    Some(Probe { width: Some(width), height: Some(height), ..Probe::default() })
}

/// Most bytes a decoded picture may take: 64 megapixels of three bytes.
pub(super) const MOST_BYTES: u64 = 192 << 20;

/// A picture ready to be decoded within limits.
pub(super) fn picture(path: &Path) -> Option<ImageReader<BufReader<File>>> {
    let mut reader = ImageReader::open(path).ok()?.with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(20_000);
    limits.max_image_height = Some(20_000);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    Some(reader)
}

/// The first bytes of a file, zeros where it is shorter.
fn start<const N: usize>(path: &Path) -> Option<[u8; N]> {
    let mut head = Vec::new();
    File::open(path).and_then(|file: File| file.take(N as u64).read_to_end(&mut head)).ok()?;
    head.resize(N, 0);
    head.try_into().ok()
}
