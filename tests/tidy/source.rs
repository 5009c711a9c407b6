//! A Rust file as the rules look at it: comments and literals set aside, test code marked, paths spelled out.
//! It is a reader for our own code, not a Rust parser: it knows tokens, braces and `use` trees, no grammar.

use super::literals::blank;
use std::ops::Range;

/// A read file.
pub struct Source {
    /// The text with comments and the insides of literals blanked; as long as the text, byte for byte.
    code: String,
    /// Where each string literal begins, and its inside.
    strings: Vec<(usize, String)>,
    /// Parts only compiled for tests.
    tests: Vec<Range<usize>>,
    /// Items that carry `#[allow(…)]` or `#[expect(…)]`, with the attribute's text; never a whole file.
    allowed: Vec<(Range<usize>, String)>,
}

/// A token of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// An identifier or keyword.
    Word(&'a str),
    /// `::`
    Colons,
    /// Any other single byte that is not white space.
    Mark(u8),
}

impl Source {
    /// Reads a file's text.
    pub fn read(text: &str) -> Self {
        let (code, strings) = blank(text);
        let mut source = Source { code, strings, tests: Vec::new(), allowed: Vec::new() };
        source.mark();
        source
    }

    /// Counts the whole file as test code: some file declares it as a module for tests only.
    pub fn all_for_tests(mut self) -> Self {
        self.tests.push(0..self.code.len());
        self
    }

    /// Modules in files of their own (`mod gallery;`) that are compiled for tests only.
    pub fn test_modules(&self) -> Vec<&str> {
        let tokens = self.tokens();
        let declared = tokens.windows(3).filter_map(|window| match window {
            [(at, Token::Word("mod")), (_, Token::Word(name)), (_, Token::Mark(b';'))] => {
                self.is_test(*at).then_some(*name)
            }
            _ => None,
        });
        declared.collect()
    }

    /// The line, from 1, of a byte position.
    pub fn line(&self, at: usize) -> usize {
        self.code.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Whether the position is compiled for tests only.
    pub fn is_test(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }

    /// Whether the item around the position carries an `allow` or `expect` of this lint.
    pub fn allows(&self, lint: &str, at: usize) -> bool {
        self.allowed
            .iter()
            .any(|(range, attribute)| range.contains(&at) && attribute.contains(lint))
    }

    /// String literals: position and inside.
    pub fn strings(&self) -> impl Iterator<Item = (usize, &str)> {
        self.strings.iter().map(|(at, inside)| (*at, inside.as_str()))
    }

    /// Tokens with their positions.
    pub fn tokens(&self) -> Vec<(usize, Token<'_>)> {
        let bytes = self.code.as_bytes();
        let mut tokens = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            if is_word(bytes[at]) {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
                tokens.push((start, Token::Word(&self.code[start..at])));
            } else if bytes[at..].starts_with(b"::") {
                at += 2;
                tokens.push((start, Token::Colons));
            } else {
                at += 1;
                if !bytes[start].is_ascii_whitespace() {
                    tokens.push((start, Token::Mark(bytes[start])));
                }
            }
        }
        tokens
    }

    /// Every path (`a::b::c`), `use` trees multiplied out, with the position of its first word.
    /// Single words count only after `use`.
    pub fn paths(&self) -> Vec<(usize, Vec<&str>)> {
        let tokens = self.tokens();
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let before = at.checked_sub(1).map(|before| tokens[before].1);
            if matches!(tokens[at].1, Token::Word(_)) && before != Some(Token::Mark(b'.')) {
                let imported = before == Some(Token::Word("use"));
                let mut paths = Vec::new();
                at = path(&tokens, at, &[], &mut paths);
                found.extend(paths.into_iter().filter(|(_, parts)| imported || parts.len() > 1));
            } else {
                at += 1;
            }
        }
        found
    }

    /// Finds the test code and the allowances.
    fn mark(&mut self) {
        let mut from = 0;
        while let Some(found) = self.code[from..].find('#') {
            let start = from + found;
            let inner = self.code[start..].starts_with("#![");
            if !inner && !self.code[start..].starts_with("#[") {
                from = start + 1;
                continue;
            }
            let open = start + if inner { 2 } else { 1 };
            let end = closing(self.code.as_bytes(), open);
            let attribute = self.code[open + 1..end].trim().to_owned();
            let range = start..if inner {
                self.code.len()
            } else {
                item_end(self.code.as_bytes(), end + 1)
            };
            if is_for_tests(&attribute) {
                self.tests.push(range);
            } else if !inner && (attribute.starts_with("allow") || attribute.starts_with("expect"))
            {
                self.allowed.push((range, attribute));
            }
            from = end;
        }
    }
}

/// Whether the byte belongs to a word; whatever is not ASCII does.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_for_tests(attribute: &str) -> bool {
    let squeezed: String = attribute.chars().filter(|c| !c.is_whitespace()).collect();
    if squeezed == "test" || squeezed.ends_with("::test") {
        return true;
    }
    squeezed.starts_with("cfg(")
        && !squeezed.contains("not(test")
        && squeezed.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "test")
}

/// Reads one path or `use` tree from a word on; returns the token after it.
fn path<'a>(
    tokens: &[(usize, Token<'a>)],
    start: usize,
    prefix: &[&'a str],
    found: &mut Vec<(usize, Vec<&'a str>)>,
) -> usize {
    let position = tokens[start].0;
    let mut parts = prefix.to_vec();
    let mut at = start;
    loop {
        match tokens.get(at).map(|token| token.1) {
            Some(Token::Word("self")) if !parts.is_empty() => {}
            Some(Token::Word(word)) => parts.push(word),
            Some(Token::Mark(b'*')) => parts.push("*"),
            Some(Token::Mark(b'{')) => return group(tokens, at + 1, &parts, found),
            _ => break,
        }
        at += 1;
        if tokens.get(at).map(|token| token.1) != Some(Token::Colons) {
            break;
        }
        at += 1;
    }
    found.push((position, parts));
    at.max(start + 1)
}

/// Reads the branches of a `use` tree up to its closing brace.
fn group<'a>(
    tokens: &[(usize, Token<'a>)],
    mut at: usize,
    prefix: &[&'a str],
    found: &mut Vec<(usize, Vec<&'a str>)>,
) -> usize {
    while let Some((_, token)) = tokens.get(at) {
        at = match token {
            Token::Mark(b'}') => return at + 1,
            Token::Word("as") => at + 2,
            Token::Word(_) | Token::Mark(b'*' | b'{') => path(tokens, at, prefix, found),
            _ => at + 1,
        };
    }
    at
}

/// The position of the bracket that closes the one at `open`, or the last byte.
fn closing(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len().saturating_sub(1)
}

/// Where the item after an attribute ends: its closing brace, or its semicolon.
fn item_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b';' => return at + 1,
            b'{' => return closing(bytes, at) + 1,
            b'(' | b'[' => at = closing(bytes, at) + 1,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_trees_are_multiplied_out() {
        let source = Source::read(
            "use crate::{base::{self, Moment as M}, law::*};\nx.unwrap(); super::super::store::f();",
        );
        let paths: Vec<String> =
            source.paths().into_iter().map(|(_, parts)| parts.join("::")).collect();
        assert_eq!(
            paths,
            ["crate::base", "crate::base::Moment", "crate::law::*", "super::super::store::f"]
        );
    }

    #[test]
    fn modules_for_tests_are_named() {
        let text = "mod a;\n#[cfg(test)]\nmod b;\n#[cfg(test)]\nmod c { mod d; }\nmod e;";
        let source = Source::read(text);
        assert_eq!(source.test_modules(), ["b", "d"]);
        assert!(!source.is_test(0) && source.all_for_tests().is_test(0));
    }

    #[test]
    fn test_code_and_allowances_end_with_their_item() {
        let text = "#[cfg(test)]\nmod tests { fn a() { one() } }\nfn two() {}\n#[allow(clippy::expect_used)]\n\
                    fn three(x: [u8; 2]) {}\n#[cfg(not(test))]\nfn four() {}\n#[test]\nfn five() {}";
        let source = Source::read(text);
        let at = |word: &str| text.find(word).unwrap();
        assert!(source.is_test(at("one")) && source.is_test(at("five")));
        assert!(!source.is_test(at("two")) && !source.is_test(at("four")));
        assert!(source.allows("expect_used", at("three")));
        assert!(
            !source.allows("expect_used", at("four")) && !source.allows("unwrap_used", at("three"))
        );
    }
}
