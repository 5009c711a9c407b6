//! Where comments and literals begin and end in Rust text. Knows nothing of what stands between them.

use super::source::is_word;

/// Blanks comments and the insides of literals, keeping every line and position, and collects the strings.
pub fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut strings = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (inside, end) = if rest.starts_with(b"//") {
            let end = find(bytes, at, b"\n");
            (at..end, end)
        } else if rest.starts_with(b"/*") {
            let end = comment_end(bytes, at);
            (at..end, end)
        } else if let Some((from, until, end)) = string(bytes, at) {
            strings.push((from, text[from..until].to_owned()));
            (from..until, end)
        } else if rest[0] == b'\'' {
            let end = character_end(text, at);
            (at..end, end.max(at + 1))
        } else if is_word(rest[0]) {
            at += rest.iter().take_while(|byte| is_word(**byte)).count();
            continue;
        } else {
            at += 1;
            continue;
        };
        code[inside].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at = end;
    }
    (String::from_utf8(code).expect("only whole characters are blanked"), strings)
}

/// The first position of `what` from `at`, or the end.
fn find(bytes: &[u8], at: usize, what: &[u8]) -> usize {
    let found = bytes[at..].windows(what.len()).position(|window| window == what);
    found.map_or(bytes.len(), |found| at + found)
}

fn comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if bytes[at..].starts_with(b"*/") {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at.min(bytes.len())
}

/// A string literal, prefixed or not, at this position: where its inside begins and ends, and where it ends.
fn string(bytes: &[u8], at: usize) -> Option<(usize, usize, usize)> {
    let word = bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
    let prefix = &bytes[at..at + word];
    let raw = matches!(prefix, b"r" | b"br" | b"cr");
    if !raw && !matches!(prefix, b"" | b"b" | b"c") {
        return None;
    }
    let hashes = bytes[at + word..].iter().take_while(|byte| raw && **byte == b'#').count();
    let from = at + word + hashes + 1;
    if bytes.get(from - 1) != Some(&b'"') {
        return None;
    }
    if raw {
        let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
        let until = find(bytes, from, &close);
        return Some((from, until, (until + close.len()).min(bytes.len())));
    }
    let mut until = from;
    while until < bytes.len() && bytes[until] != b'"' {
        until += if bytes[until] == b'\\' { 2 } else { 1 };
    }
    let until = until.min(bytes.len());
    Some((from, until, (until + 1).min(bytes.len())))
}

/// Where a character literal ends; the position itself when the quote begins a lifetime.
fn character_end(text: &str, at: usize) -> usize {
    let mut inside = text[at + 1..].char_indices();
    match inside.next() {
        Some((_, '\\')) => {
            inside.next();
            inside.find(|(_, c)| *c == '\'').map_or(text.len(), |(end, _)| at + 1 + end + 1)
        }
        Some(_) => match inside.next() {
            Some((end, '\'')) => at + 1 + end + 1,
            _ => at,
        },
        None => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_set_aside() {
        let text = "a // unwrap()\nlet s = r#\"b \" dbg!\"#; /* c /* d */ e */ let q = '\"'; f::<'a>(b\"x\\\"y\", '中')";
        let (code, strings) = blank(text);
        assert_eq!(code.len(), text.len());
        for hidden in ["unwrap", "dbg", "d */", "x\\", "中"] {
            assert!(!code.contains(hidden), "{hidden} is still in {}", code);
        }
        for kept in ["let s", "let q", "f::<'a>(b"] {
            assert!(code.contains(kept), "{kept} is gone from {}", code);
        }
        let insides: Vec<&str> = strings.iter().map(|(_, inside)| inside.as_str()).collect();
        assert_eq!(insides, ["b \" dbg!", "x\\\"y"]);
        assert_eq!(code.find("let s"), text.find("let s"));
    }
}
