//! The index of MP4, QuickTime and 3GP files (ISO 14496-12), walked box by box. Reads hostile bytes:
//! no allocation follows a size from the file, every walk has an end, nothing panics.

use std::io::{Read, Seek, SeekFrom};

/// What the index says.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Movie {
    pub duration_ms: Option<u64>,
    pub tracks: Vec<Track>,
}

/// One track of it.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Track {
    id: u32,
    timescale: u32,
    duration: u64,
    /// `vide`, `soun` or other.
    pub handler: [u8; 4],
    /// Type of the first sample entry: `avc1`, `hvc1`, `mp4a` …
    pub codec: [u8; 4],
    pub width: u32,
    pub height: u32,
    default_sample: u32,
    /// End of the last fragment, in units of the timescale.
    end: u64,
}

/// Most boxes read of one file. Ten hours in fragments of one second have about 300,000.
const MOST_BOXES: u32 = 1_000_000;
/// Most tracks kept of one file.
const MOST_TRACKS: usize = 64;

/// A box's type and where its contents lie.
struct Span {
    kind: [u8; 4],
    start: u64,
    end: u64,
}

struct Walk<R> {
    reader: R,
    budget: u32,
    movie: Movie,
    timescale: u32,
    duration: u64,
}

/// Whether the bytes start with a box such a file starts with.
pub(in crate::evidence) fn looks_like(head: &[u8]) -> bool {
    let kind = head.get(4..8).unwrap_or_default();
    [&b"ftyp"[..], b"moov", b"mdat", b"wide", b"free", b"skip"].contains(&kind)
}

/// The media type by the brands of a file whose first brand says nothing.
pub(in crate::evidence) fn mime_of_brands(head: &[u8]) -> &'static str {
    let len = head.get(..4).and_then(|len| len.try_into().ok()).map_or(0, u32::from_be_bytes);
    let end = usize::try_from(len).unwrap_or(0).min(head.len());
    let brands = head.get(8..end).unwrap_or_default();
    let has = |start: &[u8]| brands.chunks_exact(4).any(|brand| brand.starts_with(start));
    match () {
        () if head.get(4..8) != Some(b"ftyp") => "video/quicktime",
        () if has(b"3g2") => "video/3gpp2",
        () if has(b"3gp") => "video/3gpp",
        () if has(b"qt") => "video/quicktime",
        () if has(b"mp4") || has(b"iso") || has(b"avc1") || has(b"dash") => "video/mp4",
        () => "application/octet-stream",
    }
}

/// Reads the index; `None` when there is none.
pub(in crate::evidence) fn read(mut reader: impl Read + Seek) -> Option<Movie> {
    let len = reader.seek(SeekFrom::End(0)).ok()?;
    let movie = Movie::default();
    let mut walk = Walk { reader, budget: MOST_BOXES, movie, timescale: 0, duration: 0 };
    walk.top(len);
    walk.conclude()
}

impl<R: Read + Seek> Walk<R> {
    fn top(&mut self, len: u64) {
        let mut at = 0;
        while let Some(span) = self.next(at, len) {
            match &span.kind {
                b"moov" => self.moov(&span),
                b"moof" => self.each(&span, |walk, inner| {
                    if &inner.kind == b"traf" {
                        walk.traf(inner);
                    }
                }),
                _ => {}
            }
            at = span.end;
        }
    }

    /// The box at `at`; a size beyond the end of a torn file is clipped.
    fn next(&mut self, at: u64, end: u64) -> Option<Span> {
        self.budget = self.budget.checked_sub(1)?;
        if end.checked_sub(at)? < 8 {
            return None;
        }
        let head: [u8; 8] = self.bytes(at)?;
        let kind = [head[4], head[5], head[6], head[7]];
        let (start, size) = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
            0 => (at + 8, end - at),
            1 => (at.checked_add(16)?, u64::from_be_bytes(self.bytes(at + 8)?)),
            size => (at + 8, u64::from(size)),
        };
        let stop = at.saturating_add(size).min(end);
        (stop >= start).then_some(Span { kind, start, end: stop })
    }

    fn each(&mut self, outer: &Span, mut visit: impl FnMut(&mut Self, &Span)) {
        let mut at = outer.start;
        while let Some(span) = self.next(at, outer.end) {
            visit(self, &span);
            at = span.end;
        }
    }

    fn bytes<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.seek(SeekFrom::Start(at)).ok()?;
        self.reader.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn u32(&mut self, at: u64) -> Option<u32> {
        self.bytes(at).map(u32::from_be_bytes)
    }

    fn moov(&mut self, moov: &Span) {
        self.each(moov, |walk, inner| match &inner.kind {
            b"mvhd" => {
                if let Some((timescale, duration)) = walk.timed(inner) {
                    (walk.timescale, walk.duration) = (timescale, duration);
                }
            }
            b"trak" if walk.movie.tracks.len() < MOST_TRACKS => {
                let mut track = Track::default();
                walk.trak(inner, &mut track, 0);
                walk.movie.tracks.push(track);
            }
            b"mvex" => walk.each(inner, |walk, inner| {
                if &inner.kind == b"trex" {
                    walk.trex(inner);
                }
            }),
            _ => {}
        });
    }

    /// The length of a track's samples where a fragment states none (§8.8.3).
    fn trex(&mut self, trex: &Span) {
        let id = self.u32(trex.start + 4).unwrap_or_default();
        let sample = self.u32(trex.start + 12).unwrap_or_default();
        if let Some(track) = self.track(id) {
            track.default_sample = sample;
        }
    }

    /// Timescale and duration of an `mvhd` or `mdhd` (§8.2.2, §8.4.2).
    fn timed(&mut self, span: &Span) -> Option<(u32, u64)> {
        let [version] = self.bytes(span.start)?;
        let (timescale, duration) = if version == 1 {
            let timescale = self.u32(span.start + 20)?;
            (timescale, u64::from_be_bytes(self.bytes(span.start + 24)?))
        } else {
            (self.u32(span.start + 12)?, u64::from(self.u32(span.start + 16)?))
        };
        // All ones mean: unknown.
        let unknown = duration == u64::MAX || duration == u64::from(u32::MAX);
        Some((timescale, if unknown { 0 } else { duration }))
    }

    /// A track and the boxes in it down to the sample table, which lies three levels deep.
    fn trak(&mut self, trak: &Span, track: &mut Track, depth: u8) {
        self.each(trak, |walk, inner| match &inner.kind {
            b"tkhd" => {
                let version = walk.bytes::<1>(inner.start).unwrap_or_default();
                let (id, size) = if version == [1] { (20, 88) } else { (12, 76) };
                track.id = walk.u32(inner.start + id).unwrap_or_default();
                // 16.16 fixed point; the sample entry, if any, knows better.
                track.width = walk.u32(inner.start + size).unwrap_or_default() >> 16;
                track.height = walk.u32(inner.start + size + 4).unwrap_or_default() >> 16;
            }
            b"mdia" | b"minf" | b"stbl" if depth < 3 => walk.trak(inner, track, depth + 1),
            b"mdhd" => {
                if let Some((timescale, duration)) = walk.timed(inner) {
                    (track.timescale, track.duration) = (timescale, duration);
                }
            }
            // QuickTime has a second `hdlr`, inside `minf`, for the data's home.
            b"hdlr" if track.handler == [0; 4] => {
                track.handler = walk.bytes(inner.start + 8).unwrap_or_default();
            }
            b"stsd" => {
                if let Some(entry) = walk.next(inner.start + 8, inner.end) {
                    track.codec = entry.kind;
                    walk.picture_size(&entry, track);
                }
            }
            _ => {}
        });
    }

    /// Width and height of a visual sample entry (§12.1.3).
    fn picture_size(&mut self, entry: &Span, track: &mut Track) {
        if &track.handler == b"vide"
            && let Some([w1, w0, h1, h0]) = self.bytes(entry.start + 24)
        {
            track.width = u32::from(u16::from_be_bytes([w1, w0]));
            track.height = u32::from(u16::from_be_bytes([h1, h0]));
        }
    }

    fn track(&mut self, id: u32) -> Option<&mut Track> {
        self.movie.tracks.iter_mut().find(|track| track.id == id)
    }

    /// One fragment of one track (§8.8.6 to §8.8.12): where it ends.
    fn traf(&mut self, traf: &Span) {
        let (mut id, mut base, mut sample, mut length) = (0, None, None, 0_u64);
        self.each(traf, |walk, inner| match &inner.kind {
            b"tfhd" => {
                let flags = walk.u32(inner.start).unwrap_or_default();
                id = walk.u32(inner.start + 4).unwrap_or_default();
                let skip =
                    8 + if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
                sample = (flags & 8 != 0).then(|| walk.u32(inner.start + skip)).flatten();
            }
            b"tfdt" => {
                let version = walk.bytes::<1>(inner.start).unwrap_or_default();
                base = match version {
                    [1] => walk.bytes(inner.start + 4).map(u64::from_be_bytes),
                    _ => walk.u32(inner.start + 4).map(u64::from),
                };
            }
            b"trun" => {
                let default = sample.or(walk.track(id).map(|track| track.default_sample));
                let run = walk.trun(inner, default.unwrap_or_default());
                length = length.saturating_add(run.unwrap_or_default());
            }
            _ => {}
        });
        if let Some(track) = self.track(id) {
            // Without a time of its own a fragment follows what came before it.
            let before = track.end.max(track.duration);
            track.end = track.end.max(base.unwrap_or(before).saturating_add(length));
        }
    }

    /// Length of a run of samples (§8.8.8).
    fn trun(&mut self, trun: &Span, default: u32) -> Option<u64> {
        let flags = self.u32(trun.start)?;
        let count = self.u32(trun.start + 4)?;
        if flags & 0x100 == 0 {
            return Some(u64::from(count).saturating_mul(u64::from(default)));
        }
        let stride = 4 * u64::from((flags & 0xf00).count_ones());
        let first = trun.start + 8 + 4 * u64::from((flags & 5).count_ones());
        let mut length = 0;
        for n in 0..u64::from(count).min(trun.end.saturating_sub(first) / stride) {
            self.budget = self.budget.checked_sub(1)?;
            length += u64::from(self.u32(first + n * stride)?);
        }
        Some(length)
    }

    fn conclude(mut self) -> Option<Movie> {
        let ms = |units: u64, timescale: u32| {
            let ms = u128::from(units) * 1000 / u128::from(timescale.max(1));
            u64::try_from(ms).ok().filter(|ms| *ms > 0 && timescale > 0)
        };
        let tracks = &self.movie.tracks;
        let longest =
            |of: fn(&Track) -> u64| tracks.iter().filter_map(|t| ms(of(t), t.timescale)).max();
        // The header of a fragmented file covers only what came before the fragments.
        self.movie.duration_ms = ms(self.duration, self.timescale)
            .or_else(|| longest(|track| track.duration))
            .max(longest(|track| track.end));
        (self.timescale > 0 || !self.movie.tracks.is_empty()).then_some(self.movie)
    }
}
