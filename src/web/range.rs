//! One byte range of a request (RFC 9110 §14), for players and for downloads that go on. Reads no bytes.

use std::ops::Range;

/// What a `Range` header asks of a thing of known size.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// Everything: there is no header, it asks several ranges, or it is not about bytes.
    Whole,
    /// One range, start inclusive, end exclusive, not empty.
    Part(Range<u64>),
    /// A range that lies behind the end.
    Unsatisfiable,
}

/// Reads `header` for `size` bytes; a range without an end gets at most `longest` bytes. What is malformed is
/// ignored, as the RFC allows.
pub fn read(header: Option<&str>, size: u64, longest: u64) -> Asked {
    let Some(spec) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Asked::Whole;
    };
    let Some((first, last)) = spec.split_once('-') else { return Asked::Whole };
    let (first, last) = (first.trim(), last.trim());
    match (number(first), number(last)) {
        (Some(first), _) if first >= size => Asked::Unsatisfiable,
        (Some(first), Some(last)) if first <= last => {
            Asked::Part(first..last.saturating_add(1).min(size))
        }
        (Some(first), None) if last.is_empty() => {
            Asked::Part(first..first.saturating_add(longest).min(size))
        }
        (None, Some(0)) if first.is_empty() => Asked::Unsatisfiable,
        (None, Some(_)) if first.is_empty() && size == 0 => Asked::Unsatisfiable,
        (None, Some(tail)) if first.is_empty() => Asked::Part(size.saturating_sub(tail)..size),
        _ => Asked::Whole,
    }
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Asked, read as whole};

    const LONGEST: u64 = 8 << 20;

    fn read(header: Option<&str>, size: u64) -> Asked {
        whole(header, size, LONGEST)
    }

    #[test]
    fn one_range_is_taken_and_clipped() {
        assert_eq!(read(Some("bytes=0-0"), 10), Asked::Part(0..1));
        assert_eq!(read(Some("bytes=2-5"), 10), Asked::Part(2..6));
        assert_eq!(read(Some("bytes=2-99"), 10), Asked::Part(2..10));
        assert_eq!(read(Some("bytes=4-"), 10), Asked::Part(4..10));
        assert_eq!(read(Some("bytes=-3"), 10), Asked::Part(7..10));
        assert_eq!(read(Some("bytes=-99"), 10), Asked::Part(0..10));
        let large = 100 << 20;
        assert_eq!(read(Some("bytes=1-"), large), Asked::Part(1..1 + LONGEST));
        assert_eq!(read(Some("bytes=0-18446744073709551615"), 10), Asked::Part(0..10));
    }

    #[test]
    fn what_lies_behind_the_end_is_told() {
        for asked in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"] {
            assert_eq!(read(Some(asked), 10), Asked::Unsatisfiable, "{asked}");
        }
        assert_eq!(read(Some("bytes=-1"), 0), Asked::Unsatisfiable);
        assert_eq!(read(Some("bytes=0-"), 0), Asked::Unsatisfiable);
    }

    #[test]
    fn what_is_malformed_or_several_is_ignored() {
        let odd = [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=+1-2",
        ];
        for asked in odd {
            assert_eq!(read(Some(asked), 10), Asked::Whole, "{asked}");
        }
        assert_eq!(read(None, 10), Asked::Whole);
    }
}
