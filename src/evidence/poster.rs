//! Small previews of pictures. A preview is a derivative: never evidence itself, never stored in place of it.

use super::{
    careful,
    probe::{MOST_BYTES, picture},
    sniff::{Family, MediaKind},
};
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, codecs::jpeg::JpegEncoder};
use lofty::{
    config::ParseOptions,
    file::{FileType, TaggedFileExt as _},
    probe::Probe as AudioProbe,
};
use std::{
    fs::File,
    io::{BufReader, Cursor},
    path::Path,
    sync::{Mutex, PoisonError},
};

/// Longest side in pixels.
const SIDE: u32 = 480;
/// JPEG quality, 1 to 100.
const QUALITY: u8 = 78;

/// One picture is decoded at a time, so that a hundred uploads at once cannot take a hundred times the memory.
static TURN: Mutex<()> = Mutex::new(());

/// A JPEG of at most 480 pixels a side, turned upright, without any metadata; or `None` where pure Rust has
/// no picture to show (recordings without an embedded cover, HEIC, broken or oversized files).
/// Blocking; never panics.
pub fn poster(path: &Path, kind: &MediaKind) -> Option<Vec<u8>> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    careful(|| {
        let picture = match (kind.family, kind.mime) {
            (Family::Image, "image/jpeg" | "image/png" | "image/webp") => upright(path)?,
            (Family::Audio, "audio/mpeg") => cover(path, FileType::Mpeg)?,
            (Family::Audio, "audio/flac") => cover(path, FileType::Flac)?,
            (Family::Audio | Family::Video, "audio/mp4" | "video/mp4") => {
                cover(path, FileType::Mp4)?
            }
            _ => return None,
        };
        // `thumbnail` would also enlarge.
        let large = picture.width().max(picture.height()) > SIDE;
        let small = if large { picture.thumbnail(SIDE, SIDE) } else { picture }.into_rgb8();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&small).ok()?;
        Some(jpeg)
    })
}

/// The picture as a person would hold it.
fn upright(path: &Path) -> Option<DynamicImage> {
    let mut decoder = picture(path)?.into_decoder().ok()?;
    if decoder.total_bytes() > MOST_BYTES {
        return None;
    }
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    Some(picture)
}

/// A cover picture embedded in a recording.
fn cover(path: &Path, kind: FileType) -> Option<DynamicImage> {
    let reader = BufReader::new(File::open(path).ok()?);
    let options = ParseOptions::new().read_properties(false);
    let file = AudioProbe::with_file_type(reader, kind).options(options).read().ok()?;
    let data = file.tags().iter().flat_map(|tag| tag.pictures()).next()?.data().to_vec();
    let mut reader = ImageReader::new(Cursor::new(data)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    reader.decode().ok()
}
