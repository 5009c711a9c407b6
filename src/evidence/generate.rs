//! Media made by the program for the demonstration: plainly test pictures and tones, never anything real.

mod mp4;
mod picture;

use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};
use less_avc::{
    BitDepth, LessEncoder,
    ycbcr_image::{DataPlane, Planes, YCbCrImage},
};
use picture::Canvas;

/// The encoder would not take the picture. For the log: with the sizes used here it does.
#[derive(Debug, thiserror::Error)]
#[error("the demonstration's media could not be made: {0}")]
pub struct NotMade(String);

/// Width and height of the video: small, since every frame is stored as it is. Multiples of 16.
const VIDEO: (usize, usize) = (160, 96);
/// Frames a second.
const FRAMES: u32 = 2;
/// Samples a second of the sound.
const HERTZ: u32 = 8_000;

/// A playable MP4 of 160 × 96 at two frames a second (H.264 baseline, every frame lossless, about 46 KB a
/// second): moving bars, the word DEMO and a running counter.
pub fn video(seconds: u32, seed: u64) -> Result<Vec<u8>, NotMade> {
    let mut encoder = None;
    let (mut sps, mut pps, mut frames) = (Vec::new(), Vec::new(), Vec::new());
    for frame in 0..seconds.saturating_mul(FRAMES).max(1) {
        let (width, height) = VIDEO;
        let mut canvas = Canvas::bars(width, height, seed, frame as usize * 8);
        canvas.write(12, 8, 4, "DEMO");
        canvas.write(12, 48, 2, &format!("{:02}:{:02}", frame / FRAMES / 60, frame / FRAMES % 60));
        canvas.write(12, 72, 2, &format!("F{frame:04}"));
        let planes = canvas.into_ycbcr();
        let [y, cb, cr] = [(&planes.0, width), (&planes.1, width / 2), (&planes.2, width / 2)]
            .map(|(data, stride)| DataPlane { data, stride, bit_depth: BitDepth::Depth8 });
        let picture = YCbCrImage {
            planes: Planes::YCbCr((y, cb, cr)),
            width: width as u32,
            height: height as u32,
        };
        let failed = |error: less_avc::Error| NotMade(error.to_string());
        let unit = match &mut encoder {
            Some(encoder) => LessEncoder::encode(encoder, &picture).map_err(failed)?,
            None => {
                let (first, started) = LessEncoder::new(&picture).map_err(failed)?;
                encoder = Some(started);
                (sps, pps) = (first.sps.to_nal_unit(), first.pps.to_nal_unit());
                first.frame
            }
        };
        frames.push(unit.to_nal_unit());
    }
    let (width, height) = (VIDEO.0 as u16, VIDEO.1 as u16);
    let track = mp4::Track { width, height, frames_a_second: FRAMES, sps, pps, frames };
    mp4::write(&track).ok_or_else(|| NotMade("too long for one file".into()))
}

/// A WAV (PCM, 16 bit, 8 kHz, mono; 16 KB a second) of plain tones, another one each half second.
pub fn audio(seconds: u32, seed: u64) -> Vec<u8> {
    const SCALE: [f64; 5] = [261.6, 293.7, 329.6, 392.0, 440.0];
    let samples = seconds.saturating_mul(HERTZ).min(u32::MAX / 4);
    let mut wav = Vec::with_capacity(44 + samples as usize * 2);
    wav.extend(b"RIFF");
    wav.extend((36 + samples * 2).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    wav.extend([1, 0, 1, 0]);
    wav.extend(HERTZ.to_le_bytes());
    wav.extend((HERTZ * 2).to_le_bytes());
    // Bytes a sample of all channels, bits a sample.
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend((samples * 2).to_le_bytes());
    for n in 0..samples {
        let tone = SCALE[((u64::from(n / (HERTZ / 2)) + seed % 5) * 3 % 5) as usize];
        let at = f64::from(n % (HERTZ / 2)) / f64::from(HERTZ);
        // Swelling and fading keeps the change of tones from clicking.
        let swell = (at * 2.0 * std::f64::consts::PI).sin();
        let wave = (at * tone * std::f64::consts::TAU).sin();
        wav.extend(((wave * swell * 9_000.0) as i16).to_le_bytes());
    }
    wav
}

/// A JPEG test picture of 640 × 480 with bars, the word DEMO and the seed's number.
pub fn image(seed: u64) -> Result<Vec<u8>, NotMade> {
    let (width, height) = (640, 480);
    let mut canvas = Canvas::bars(width, height, seed, 0);
    canvas.write(80, 120, 20, "DEMO");
    canvas.write(80, 330, 8, &format!("F{:04}", seed % 10_000));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85)
        .encode(canvas.rgb(), width as u32, height as u32, ExtendedColorType::Rgb8)
        .map_err(|error| NotMade(error.to_string()))?;
    Ok(jpeg)
}
