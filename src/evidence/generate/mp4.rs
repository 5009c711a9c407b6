//! The least MP4 that players take (ISO 14496-12, -15): one H.264 track, every frame a key frame, index first.

/// What is to be wrapped.
pub(super) struct Track {
    pub width: u16,
    pub height: u16,
    pub frames_a_second: u32,
    /// Sequence parameters, a NAL unit without start code.
    pub sps: Vec<u8>,
    /// Picture parameters, likewise.
    pub pps: Vec<u8>,
    /// One NAL unit a frame, likewise.
    pub frames: Vec<Vec<u8>>,
}

/// Units a second of all times in the file.
const TIMESCALE: u32 = 1_000;
/// The unit matrix (§6.2.2): the picture as it is.
const UPRIGHT: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// The file's bytes; `None` when it would not fit into 32-bit offsets.
pub(super) fn write(track: &Track) -> Option<Vec<u8>> {
    let ftyp = boxed(b"ftyp", &[b"isom", &be(0x200), b"isomavc1mp41"]);
    let mut media = Vec::new();
    for frame in &track.frames {
        media.extend(u32::try_from(frame.len()).ok()?.to_be_bytes());
        media.extend(frame);
    }
    // Its length does not depend on the offset written in it.
    let index = moov(track, 0)?.len();
    let offset = u32::try_from(ftyp.len() + index + 8).ok()?;
    u32::try_from(media.len() + 8).ok()?;
    Some([ftyp, moov(track, offset)?, boxed(b"mdat", &[&media])].concat())
}

fn moov(track: &Track, offset: u32) -> Option<Vec<u8>> {
    let step = TIMESCALE / track.frames_a_second;
    let duration = step.checked_mul(u32::try_from(track.frames.len()).ok()?)?;
    let matrix = UPRIGHT.map(u32::to_be_bytes).concat();
    let mvhd = full(
        b"mvhd",
        0,
        &[
            &be(0),
            &be(0),
            &be(TIMESCALE),
            &be(duration),
            // Rate and volume one, reserved.
            &be(0x1_0000),
            &[1, 0],
            &[0; 10],
            &matrix,
            &[0; 24],
            &be(2),
        ],
    );
    // Flags: enabled, in the movie, in the preview.
    let tkhd = full(
        b"tkhd",
        7,
        &[
            &be(0),
            &be(0),
            &be(1),
            &be(0),
            &be(duration),
            &[0; 16],
            &matrix,
            &be(u32::from(track.width) << 16),
            &be(u32::from(track.height) << 16),
        ],
    );
    // Language `und`.
    let mdhd =
        full(b"mdhd", 0, &[&be(0), &be(0), &be(TIMESCALE), &be(duration), &[0x55, 0xc4, 0, 0]]);
    let hdlr = full(b"hdlr", 0, &[&be(0), b"vide", &[0; 12], b"DEMO\0"]);
    let vmhd = full(b"vmhd", 1, &[&[0; 8]]);
    let dref = full(b"dref", 0, &[&be(1), &full(b"url ", 1, &[])]);
    let dinf = boxed(b"dinf", &[&dref]);
    let minf = boxed(b"minf", &[&vmhd, &dinf, &stbl(track, step, offset)?]);
    let mdia = boxed(b"mdia", &[&mdhd, &hdlr, &minf]);
    let trak = boxed(b"trak", &[&tkhd, &mdia]);
    Some(boxed(b"moov", &[&mvhd, &trak]))
}

/// The sample table: all samples in one chunk, no sync table, so every one is a key frame.
fn stbl(track: &Track, step: u32, offset: u32) -> Option<Vec<u8>> {
    let count = u32::try_from(track.frames.len()).ok()?;
    let mut sizes = Vec::new();
    for frame in &track.frames {
        sizes.extend(be(u32::try_from(frame.len() + 4).ok()?));
    }
    let stsd = full(b"stsd", 0, &[&be(1), &avc1(track)?]);
    let stts = full(b"stts", 0, &[&be(1), &be(count), &be(step)]);
    let stsc = full(b"stsc", 0, &[&be(1), &be(1), &be(count), &be(1)]);
    let stsz = full(b"stsz", 0, &[&be(0), &be(count), &sizes]);
    let stco = full(b"stco", 0, &[&be(1), &be(offset)]);
    Some(boxed(b"stbl", &[&stsd, &stts, &stsc, &stsz, &stco]))
}

/// The sample entry with its decoder configuration (ISO 14496-15 §5.3.3).
fn avc1(track: &Track) -> Option<Vec<u8>> {
    let profile = track.sps.get(1..4)?;
    let len = |unit: &[u8]| u16::try_from(unit.len()).ok().map(u16::to_be_bytes);
    // Four-byte lengths, one set of each parameters.
    let avcc = boxed(
        b"avcC",
        &[
            &[1],
            profile,
            &[0xff, 0xe1],
            &len(&track.sps)?,
            &track.sps,
            &[1],
            &len(&track.pps)?,
            &track.pps,
        ],
    );
    Some(boxed(
        b"avc1",
        &[
            &[0; 6],
            &[0, 1],
            &[0; 16],
            &track.width.to_be_bytes(),
            &track.height.to_be_bytes(),
            // 72 dots an inch, one frame a sample, no name, 24 bits of depth.
            &be(0x48_0000),
            &be(0x48_0000),
            &be(0),
            &[0, 1],
            &[0; 32],
            &[0, 24, 0xff, 0xff],
            &avcc,
        ],
    ))
}

fn be(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}

/// A box; its parts here are far below 4 GiB, which `write` has made sure of for the one that might not be.
fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let len = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut out = Vec::with_capacity(len);
    out.extend((len as u32).to_be_bytes());
    out.extend(kind);
    parts.iter().for_each(|part| out.extend(*part));
    out
}

/// A box with version 0 and flags.
fn full(kind: &[u8; 4], flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&be(flags), &parts.concat()])
}
