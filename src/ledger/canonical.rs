//! Canonical JSON (RFC 8785) within narrow limits, so that one value has exactly one byte string.
//!
//! Owns the limits: no fractions, integers within ±(2^53 − 1), no repeated member, bounded size and
//! depth. Faults never quote what they read, since it may be private.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// The largest magnitude of a JSON integer that every reader agrees on: 2^53 − 1 (RFC 7493 §2.2).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Arrays and objects nested deeper than this are refused.
pub const MAX_DEPTH: usize = 32;

/// Why bytes are not the canonical form of a value of the wanted shape.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CanonicalFault {
    /// More bytes than the format allows.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Not JSON at all.
    #[error("not JSON (byte {column})")]
    NotJson {
        /// Where reading stopped, counted in bytes from 1 within the line.
        column: usize,
    },
    /// A fraction, an exponent, or an integer beyond ±(2^53 − 1).
    #[error("a number that is not an integer within 2^53")]
    Number,
    /// JSON, but not the one canonical spelling: order, space, escapes, a repeated member.
    #[error("not in canonical form")]
    NotCanonical,
    /// Canonical, but a member is missing, unknown or of another type.
    #[error("not of the expected shape")]
    Shape,
}

/// The canonical bytes of `value`.
///
/// # Errors
/// `Number` or `TooDeep` when a reader would refuse the result; `Shape` for keys that are not text.
pub fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalFault> {
    // By way of a tree, because the canonicaliser would round a large integer without a word.
    let tree = serde_json::to_value(value).map_err(|_| CanonicalFault::Shape)?;
    check_tree(&tree, 0)?;
    serde_json_canonicalizer::to_vec(&tree).map_err(|_| CanonicalFault::Shape)
}

/// Reads a `T` from at most `limit` bytes that are exactly its canonical form.
///
/// # Errors
/// The first limit that is broken; nothing that [`write`](fn@write) would print differently is accepted.
pub fn read<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    limit: usize,
) -> Result<T, CanonicalFault> {
    if bytes.len() > limit {
        return Err(CanonicalFault::TooLong { limit });
    }
    // What prints back to the very same bytes is canonical and of the wanted shape. The tree is only needed to say
    // what is wrong with the rest.
    if let Ok(value) = serde_json::from_slice::<T>(bytes)
        && write(&value).is_ok_and(|printed| printed == bytes)
    {
        return Ok(value);
    }
    let tree: Value = serde_json::from_slice(bytes)
        .map_err(|fault| CanonicalFault::NotJson { column: fault.column() })?;
    check_tree(&tree, 0)?;
    let printed = serde_json_canonicalizer::to_vec(&tree).map_err(|_| CanonicalFault::Shape)?;
    if printed != bytes {
        return Err(CanonicalFault::NotCanonical);
    }
    let value: T = serde_json::from_value(tree).map_err(|_| CanonicalFault::Shape)?;
    // An optional member written as null, or one the type ignores, shows up here.
    if write(&value)? != bytes {
        return Err(CanonicalFault::Shape);
    }
    Ok(value)
}

fn check_tree(tree: &Value, depth: usize) -> Result<(), CanonicalFault> {
    if depth > MAX_DEPTH {
        return Err(CanonicalFault::TooDeep);
    }
    match tree {
        Value::Number(number) => {
            let magnitude = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            match magnitude {
                Some(magnitude) if magnitude <= MAX_INTEGER => Ok(()),
                _ => Err(CanonicalFault::Number),
            }
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_tree(item, depth + 1)),
        Value::Object(members) => members.values().try_for_each(|item| check_tree(item, depth + 1)),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

/// The canonical bytes of an array of strings. Cannot fail, unlike [`write`](fn@write).
pub fn strings(items: &[&str]) -> Vec<u8> {
    let mut out = String::from("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_string(&mut out, item);
    }
    out.push(']');
    out.into_bytes()
}

/// Appends `text` as a canonical JSON string (RFC 8785 §3.2.2.2).
pub(super) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    // What needs no escape is copied in one go; a byte that needs one is a letter by itself in UTF-8.
    let mut rest = text;
    while let Some(plain) = rest.bytes().position(|b| b < b' ' || matches!(b, b'"' | b'\\')) {
        out.push_str(&rest[..plain]);
        match rest.as_bytes()[plain] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x8 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            0xc => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            control => out.push_str(&format!("\\u{control:04x}")),
        }
        rest = &rest[plain + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_value(text: &str) -> Result<Value, CanonicalFault> {
        read(text.as_bytes(), 4096)
    }

    #[test]
    fn only_the_canonical_spelling_is_read() {
        assert!(read_value(r#"{"a":[1,-2,"é"],"b":null}"#).is_ok());
        assert_eq!(read_value(r#"{"b":1,"a":2}"#), Err(CanonicalFault::NotCanonical));
        assert_eq!(read_value(r#"{"a":1,"a":1}"#), Err(CanonicalFault::NotCanonical));
        assert_eq!(read_value("[1, 2]"), Err(CanonicalFault::NotCanonical));
        assert_eq!(read_value(r#"["\u00e9"]"#), Err(CanonicalFault::NotCanonical));
        assert!(matches!(read_value("[1] "), Err(CanonicalFault::NotCanonical)));
        assert!(matches!(read_value("[1]x"), Err(CanonicalFault::NotJson { .. })));
    }

    #[test]
    fn numbers_are_integers_within_two_to_the_53() {
        assert!(read_value("[9007199254740991,-9007199254740991,0]").is_ok());
        for text in [
            "[9007199254740992]",
            "[-9007199254740992]",
            "[1.5]",
            "[-0]",
            "[1e2]",
            "[18446744073709551615]",
        ] {
            assert_eq!(read_value(text), Err(CanonicalFault::Number), "{text}");
        }
        assert_eq!(write(&json!([1.0])), Err(CanonicalFault::Number));
        assert_eq!(write(&u64::MAX), Err(CanonicalFault::Number));
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read_value(&nested(MAX_DEPTH + 1)).is_ok());
        assert_eq!(read_value(&nested(MAX_DEPTH + 2)), Err(CanonicalFault::TooDeep));
        assert!(matches!(read_value(&nested(2000)), Err(CanonicalFault::NotJson { .. })));
        assert_eq!(read::<Value>(b"[1,2]", 4), Err(CanonicalFault::TooLong { limit: 4 }));
    }

    #[test]
    fn hand_written_strings_equal_the_canonicaliser() {
        let all: String =
            (0..0x3000).filter_map(char::from_u32).chain(['\u{1f600}', '\u{2028}']).collect();
        assert_eq!(
            strings(&[&all, "", "x"]),
            serde_json_canonicalizer::to_vec(&[&all, "", "x"]).unwrap()
        );
    }
}
