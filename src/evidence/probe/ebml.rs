//! WebM and Matroska (RFC 8794, RFC 9559) read element by element, down to the last block where a recorder
//! wrote no duration. Reads hostile bytes: allocates nothing by their sizes, always ends, never panics.

use super::Probe;
use std::io::{BufReader, Read, Seek};

/// Most elements read of one file: ten hours at some fifty blocks a second.
const MOST_ELEMENTS: u32 = 2_000_000;

// Element identifiers, RFC 9559 §5.
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK_ENTRY: u32 = 0xae;
const VIDEO: u32 = 0xe0;
const PIXEL_WIDTH: u32 = 0xb0;
const PIXEL_HEIGHT: u32 = 0xba;
const CLUSTER: u32 = 0x1f43_b675;
const TIMESTAMP: u32 = 0xe7;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
const SIMPLE_BLOCK: u32 = 0xa3;

/// Reads sizes and duration; the duration of the last block's own picture or sound is not counted.
pub(super) fn read(reader: impl Read + Seek) -> Option<Probe> {
    let mut reader = BufReader::new(reader);
    let mut probe = Probe::default();
    let (mut scale, mut stated, mut cluster, mut last) = (1_000_000, None, 0_u64, 0_u64);
    for _ in 0..MOST_ELEMENTS {
        let Some((id, size)) = element(&mut reader) else { break };
        let size = match (id, size) {
            // With a stated duration there is nothing more to learn from the recording itself.
            (CLUSTER, _) if stated.is_some() => break,
            // Stepping into these instead of over them visits every element in file order.
            (SEGMENT | INFO | TRACKS | TRACK_ENTRY | VIDEO | CLUSTER | BLOCK_GROUP, _) => continue,
            (_, None) => break,
            (_, Some(size)) => size,
        };
        match id {
            TIMESTAMP_SCALE => scale = number(&mut reader, size)?,
            DURATION => stated = Some(float(&mut reader, size)?),
            PIXEL_WIDTH => probe.width = u32::try_from(number(&mut reader, size)?).ok(),
            PIXEL_HEIGHT => probe.height = u32::try_from(number(&mut reader, size)?).ok(),
            TIMESTAMP => cluster = number(&mut reader, size)?,
            BLOCK | SIMPLE_BLOCK => {
                let Some(relative) = block_time(&mut reader, size) else { break };
                last = last.max(cluster.saturating_add_signed(relative));
            }
            _ => reader.seek_relative(i64::try_from(size).ok()?).ok()?,
        }
    }
    let units = stated.unwrap_or(last as f64);
    let ms = units * scale as f64 / 1e6;
    probe.duration_ms = (1.0..1e12).contains(&ms).then_some(ms.round() as u64);
    Some(probe)
}

/// An element's identifier and size; no size when the writer did not know it.
fn element(reader: &mut (impl Read + Seek)) -> Option<(u32, Option<u64>)> {
    let id = vint(reader, 4, false)?;
    let (size, len) = vint_and_len(reader, 8, true)?;
    let unknown = size == (1 << (7 * len)) - 1;
    Some((u32::try_from(id).ok()?, (!unknown).then_some(size)))
}

fn vint(reader: &mut impl Read, most: u32, strip: bool) -> Option<u64> {
    vint_and_len(reader, most, strip).map(|(value, _)| value)
}

/// A variable-size integer (RFC 8794 §4) of at most `most` bytes, its length mark stripped or kept.
fn vint_and_len(reader: &mut impl Read, most: u32, strip: bool) -> Option<(u64, u32)> {
    let [first] = bytes(reader)?;
    let len = first.leading_zeros() + 1;
    if len > most {
        return None;
    }
    let mark = if strip { 0xff_u64 >> len } else { 0xff };
    let mut value = u64::from(first) & mark;
    for _ in 1..len {
        let [next] = bytes(reader)?;
        value = value << 8 | u64::from(next);
    }
    Some((value, len))
}

fn bytes<const N: usize>(reader: &mut impl Read) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn number(reader: &mut impl Read, size: u64) -> Option<u64> {
    if size > 8 {
        return None;
    }
    let mut value = 0;
    for _ in 0..size {
        let [next] = bytes(reader)?;
        value = value << 8 | u64::from(next);
    }
    Some(value)
}

fn float(reader: &mut impl Read, size: u64) -> Option<f64> {
    match size {
        4 => bytes(reader).map(|b| f64::from(f32::from_be_bytes(b))),
        8 => bytes(reader).map(f64::from_be_bytes),
        _ => None,
    }
}

/// A block's time relative to its cluster, and on to the next element (RFC 9559 §10.1).
fn block_time(reader: &mut BufReader<impl Read + Seek>, size: u64) -> Option<i64> {
    let (_, track_len) = vint_and_len(reader, 8, true)?;
    let time = i16::from_be_bytes(bytes(reader)?);
    let rest = i64::try_from(size).ok()? - i64::from(track_len) - 2;
    if rest < 0 {
        return None;
    }
    reader.seek_relative(rest).ok()?;
    Some(i64::from(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn a_live_recording_without_duration_is_measured_by_its_last_block() {
        let mut file = vec![0x1a, 0x45, 0xdf, 0xa3, 0x80];
        file.extend([0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        file.extend([0x16, 0x54, 0xae, 0x6b, 0x8b, 0xae, 0x89, 0xe0, 0x87]);
        file.extend([0xb0, 0x82, 0x02, 0x80, 0xba, 0x81, 0xf0]);
        for seconds in 0..3_u16 {
            file.extend([0x1f, 0x43, 0xb6, 0x75, 0xff, 0xe7, 0x82]);
            file.extend((seconds * 1000).to_be_bytes());
            file.extend([0xa3, 0x86, 0x81, 0x01, 0xf4, 0x80, 0xaa, 0xbb]);
        }
        let probe = read(Cursor::new(&file)).unwrap();
        assert_eq!(probe, Probe { duration_ms: Some(2500), width: Some(640), height: Some(240) });
        for cut in 0..file.len() {
            read(Cursor::new(&file[..cut]));
        }
    }
}
