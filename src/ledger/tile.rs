//! Tiles and entry bundles (c2sp.org/tlog-tiles): their paths, bytes, and which of them a tree of some size has.
//!
//! Owns no storage. Paths come from strangers, so only the one spelling of a tile is read.

use super::leaf::Leaf;
use crate::base::Digest;
use std::{fmt, ops::Range, str::FromStr};

/// Hashes in a full tile and leaves in a full entry bundle.
pub const FULL: u16 = 256;

/// A resource under the log's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TilePath {
    /// `tile/<level>/<index>[.p/<width>]`: subtree roots of height `8 * level`.
    Hash {
        /// 0 to 63.
        level: u8,
        /// Position within the level.
        index: u64,
        /// 1 to [`FULL`].
        width: u16,
    },
    /// `tile/entries/<index>[.p/<width>]`: the leaves themselves.
    Entries {
        /// Position among the bundles.
        index: u64,
        /// 1 to [`FULL`].
        width: u16,
    },
}

/// The text is not the path of a tile, the bytes are not a tile.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a tile")]
pub struct NotATile;

impl TilePath {
    /// Tile level; entry bundles lie beneath level 0's tiles and have the same extent.
    pub fn level(self) -> u8 {
        match self {
            TilePath::Hash { level, .. } => level,
            TilePath::Entries { .. } => 0,
        }
    }

    /// Position within the level.
    pub fn index(self) -> u64 {
        match self {
            TilePath::Hash { index, .. } | TilePath::Entries { index, .. } => index,
        }
    }

    /// Number of hashes or leaves.
    pub fn width(self) -> u16 {
        match self {
            TilePath::Hash { width, .. } | TilePath::Entries { width, .. } => width,
        }
    }

    /// The positions, among all complete subtrees of height `8 * level`, of what the tile holds, for a tree of
    /// `size` leaves; `None` when that tree has no such tile. A narrower tile of an earlier size counts as had.
    pub fn positions(self, size: u64) -> Option<Range<u64>> {
        let full = u64::from(FULL);
        let there = size.checked_shr(u32::from(self.level()) * 8).unwrap_or(0);
        let start = self.index().checked_mul(full)?;
        let end = start.checked_add(u64::from(self.width()))?;
        let sound = (1..=FULL).contains(&self.width()) && end <= there;
        sound.then_some(start..end)
    }
}

/// Every tile that a tree of `size` leaves has and one of `before` leaves lacked.
pub fn tiles(before: u64, size: u64) -> Vec<TilePath> {
    let full = u64::from(FULL);
    let mut paths = Vec::new();
    for level in 0..8u8 {
        let (old, new) = (before >> (8 * level), size >> (8 * level));
        let mut add = |index, width| {
            paths.push(TilePath::Hash { level, index, width });
            if level == 0 {
                paths.push(TilePath::Entries { index, width });
            }
        };
        (old / full..new / full).for_each(|index| add(index, FULL));
        // Below 256, so it fits.
        let rest = u16::try_from(new % full).unwrap_or(0);
        if rest > 0 && new > old {
            add(new / full, rest);
        }
    }
    paths
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TilePath::Hash { level, .. } => write!(f, "tile/{level}/")?,
            TilePath::Entries { .. } => f.write_str("tile/entries/")?,
        }
        let digits = format!("{:03}", self.index());
        // Groups of three from the right; only the first can be shorter and is padded.
        let digits = format!("{}{digits}", "0".repeat((3 - digits.len() % 3) % 3));
        let last_group = digits.len().saturating_sub(3);
        for start in (0..last_group).step_by(3) {
            write!(f, "x{}/", &digits[start..start + 3])?;
        }
        f.write_str(&digits[last_group..])?;
        if self.width() < FULL { write!(f, ".p/{}", self.width()) } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = NotATile;

    fn from_str(text: &str) -> Result<Self, NotATile> {
        let path = read_path(text).ok_or(NotATile)?;
        // One tile, one path: no leading zeros, no signs, no superfluous groups.
        if path.to_string() == text { Ok(path) } else { Err(NotATile) }
    }
}

fn read_path(text: &str) -> Option<TilePath> {
    let (kind, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let (digits, width) = match rest.split_once(".p/") {
        Some((digits, width)) => (digits, width.parse().ok().filter(|w| (1..FULL).contains(w))?),
        None => (rest, FULL),
    };
    let mut index: u64 = 0;
    for group in digits.split('/') {
        let group = group.strip_prefix('x').unwrap_or(group);
        if group.len() != 3 {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(group.parse().ok()?)?;
    }
    match kind {
        "entries" => Some(TilePath::Entries { index, width }),
        level => {
            let level = level.parse().ok().filter(|level| *level < 64)?;
            Some(TilePath::Hash { level, index, width })
        }
    }
}

/// The bytes of a hash tile: its digests, one after the other.
pub fn hash_tile(digests: &[Digest]) -> Vec<u8> {
    digests.iter().flat_map(|digest| digest.0).collect()
}

/// Reads a hash tile of `width` digests.
///
/// # Errors
/// [`NotATile`] for another length or a width beyond [`FULL`].
pub fn parse_hash_tile(bytes: &[u8], width: u16) -> Result<Vec<Digest>, NotATile> {
    let (digests, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() || digests.len() != usize::from(width) || width == 0 || width > FULL {
        return Err(NotATile);
    }
    Ok(digests.iter().map(|digest| Digest(*digest)).collect())
}

/// The bytes of an entry bundle: each leaf behind its length as big-endian u16.
pub fn entry_bundle(leaves: &[Leaf]) -> Vec<u8> {
    leaves.iter().flat_map(|leaf| [0, 33].into_iter().chain(leaf.0)).collect()
}

/// Reads an entry bundle of `width` leaves.
///
/// # Errors
/// [`NotATile`] for another number of leaves, a leaf of another length or version, or bytes left over.
pub fn parse_entry_bundle(bytes: &[u8], width: u16) -> Result<Vec<Leaf>, NotATile> {
    let (items, rest) = bytes.as_chunks::<35>();
    if !rest.is_empty() || items.len() != usize::from(width) || width == 0 || width > FULL {
        return Err(NotATile);
    }
    let leaves = items.iter().map(|item| match item {
        [0, 33, leaf @ ..] => Leaf::parse(leaf),
        _ => None,
    });
    leaves.collect::<Option<_>>().ok_or(NotATile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(level: u8, index: u64, width: u16) -> TilePath {
        TilePath::Hash { level, index, width }
    }

    #[test]
    fn paths_are_those_of_the_specification() {
        let pairs = [
            ("tile/0/x001/x234/067", hash(0, 1_234_067, FULL)),
            ("tile/0/x001/234.p/5", hash(0, 1_234, 5)),
            ("tile/entries/000", TilePath::Entries { index: 0, width: FULL }),
            ("tile/entries/999.p/255", TilePath::Entries { index: 999, width: 255 }),
            ("tile/63/x018/x446/x744/x073/x709/x551/615", hash(63, u64::MAX, FULL)),
        ];
        for (text, path) in pairs {
            assert_eq!(text.parse(), Ok(path));
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for text in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "/tile/0/000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001/x002",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/05",
            "tile/0/000.p/+5",
            "tile/0/000.p/5/",
            "tile/0/000.p",
            "tile/0/+12",
            "tile/0/ 12",
            "tile/0/xx12/000",
            "tile/0/../000",
            "tile/entries/x018/x446/x744/x073/x709/x551/616",
            "tile/Entries/000",
            "tile/0/000\n",
            "tile/0/x００1/000",
            "tile/0/000.p/5.p/5",
        ] {
            assert_eq!(text.parse::<TilePath>(), Err(NotATile), "{text:?}");
        }
    }

    #[test]
    fn a_tree_of_seventy_thousand_has_the_tiles_the_specification_counts() {
        let size = 70_000;
        assert_eq!(hash(0, 272, FULL).positions(size), Some(69_632..69_888));
        assert_eq!(hash(0, 273, 112).positions(size), Some(69_888..70_000));
        assert_eq!(hash(0, 273, 113).positions(size), None);
        assert_eq!(hash(0, 273, FULL).positions(size), None);
        assert_eq!(hash(1, 0, FULL).positions(size), Some(0..256));
        assert_eq!(hash(1, 1, 17).positions(size), Some(256..273));
        assert_eq!(hash(1, 1, 18).positions(size), None);
        assert_eq!(hash(2, 0, 1).positions(size), Some(0..1));
        assert_eq!(hash(3, 0, 1).positions(size), None);
        assert_eq!(hash(63, u64::MAX, FULL).positions(u64::MAX), None);
        assert_eq!(TilePath::Entries { index: 0, width: 1 }.positions(0), None);
    }

    #[test]
    fn tile_bytes_read_back_only_at_their_width() {
        let digests: Vec<Digest> = (0..5).map(|n| Digest::of(&[n])).collect();
        let leaves: Vec<Leaf> = digests.iter().map(|digest| Leaf::new(&[0; 32], *digest)).collect();
        let (tile, bundle) = (hash_tile(&digests), entry_bundle(&leaves));
        assert_eq!(parse_hash_tile(&tile, 5), Ok(digests));
        assert_eq!(parse_entry_bundle(&bundle, 5), Ok(leaves));
        assert!(parse_hash_tile(&tile, 4).is_err() && parse_entry_bundle(&bundle, 6).is_err());
        assert!(
            parse_hash_tile(&tile[1..], 5).is_err() && parse_entry_bundle(&bundle[1..], 5).is_err()
        );
        assert!(parse_hash_tile(&[], 0).is_err() && parse_entry_bundle(&[], 0).is_err());
        for (place, byte) in [(0, 1), (1, 32), (2, 2)] {
            let mut other = bundle.clone();
            other[place] = byte;
            assert_eq!(parse_entry_bundle(&other, 5), Err(NotATile));
        }
    }

    fn names(before: u64, size: u64) -> Vec<String> {
        tiles(before, size).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_what_is_new_is_written() {
        assert!(names(0, 0).is_empty());
        assert_eq!(names(0, 3), ["tile/0/000.p/3", "tile/entries/000.p/3"]);
        assert_eq!(
            names(3, 257),
            [
                "tile/0/000",
                "tile/entries/000",
                "tile/0/001.p/1",
                "tile/entries/001.p/1",
                "tile/1/000.p/1"
            ]
        );
        assert!(names(257, 257).is_empty());
        assert_eq!(names(257, 258), ["tile/0/001.p/2", "tile/entries/001.p/2"]);
    }
}
