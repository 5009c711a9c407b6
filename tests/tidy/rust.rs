//! Rules for a single Rust file: what it says of itself, its length, no panics, no engine's name.

use super::{
    Fault,
    source::{Source, Token},
};

/// No file is longer.
pub const LINES: usize = 400;

/// A `//!` on the first line, and at most [`LINES`] lines.
pub fn shape(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !text.starts_with("//!") {
        faults.push(Fault::new(
            path,
            1,
            "a file begins with `//!`: what it owns and what it never does",
        ));
    }
    faults.extend(length(path, text));
    faults
}

/// At most [`LINES`] lines.
pub fn length(path: &str, text: &str) -> Option<Fault> {
    let lines = text.lines().count();
    let rule = format!("{lines} lines; a file has at most {LINES}, so this is two files");
    (lines > LINES).then(|| Fault::new(path, LINES + 1, rule))
}

/// `unwrap`, `expect` and the panicking macros outside tests, unless the item says why it may (`#[allow(clippy::…)]`).
pub fn panics(path: &str, source: &Source) -> Vec<Fault> {
    let tokens = source.tokens();
    let mut faults = Vec::new();
    for (index, (at, token)) in tokens.iter().enumerate() {
        let Token::Word(word) = *token else { continue };
        let before = index.checked_sub(1).map(|before| tokens[before].1);
        let after = tokens.get(index + 1).map(|after| after.1);
        let called = matches!(before, Some(Token::Mark(b'.') | Token::Colons));
        let lint = match word {
            "unwrap" if called => "unwrap_used",
            "expect" if called && after == Some(Token::Mark(b'(')) => "expect_used",
            "panic" | "todo" | "unimplemented" if after == Some(Token::Mark(b'!')) => word,
            "dbg" if after == Some(Token::Mark(b'!')) => "dbg_macro",
            _ => continue,
        };
        if !source.is_test(*at) && !source.allows(&format!("clippy::{lint}"), *at) {
            let rule = format!(
                "`{word}` outside tests: answer with an error, or restate the type so it cannot happen"
            );
            faults.push(Fault::new(path, source.line(*at), rule));
        }
    }
    faults
}

/// Files that know which database runs, with the folders they may grow into.
const ENGINE_FILES: [&str; 3] = ["src/store/engine", "src/store/migrate", "src/store/search"];
/// Rooms whose strings may name an engine, because people type its address there.
const TYPED_BY_PEOPLE: [&str; 4] = ["src/cli/", "src/app", "src/config", "src/main"];

/// An engine's name in code, or in a string that is no address for people to type.
pub fn engines(path: &str, source: &Source) -> Vec<Fault> {
    let stem = path.trim_end_matches(".rs");
    let knows =
        ENGINE_FILES.iter().any(|file| stem == *file || stem.starts_with(&format!("{file}/")));
    if knows {
        return Vec::new();
    }
    let mut named: Vec<(usize, &str)> = source
        .tokens()
        .into_iter()
        .filter_map(|(at, token)| match token {
            Token::Word(word) if names_engine(word) => Some((at, word)),
            _ => None,
        })
        .collect();
    if !TYPED_BY_PEOPLE.iter().any(|room| path.starts_with(room)) {
        named.extend(
            source
                .strings()
                .filter(|(_, inside)| inside.split(|c: char| !is_word(c)).any(names_engine)),
        );
    }
    let told = named.into_iter().filter(|(at, _)| !source.is_test(*at));
    told.map(|(at, what)| {
        let rule =
            format!("only store/engine.rs, migrate.rs and search.rs know the engine: `{what}`");
        Fault::new(path, source.line(at), rule)
    })
    .collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn names_engine(word: &str) -> bool {
    let lower = word.to_lowercase();
    let camel = word.strip_prefix("Pg").is_some_and(|rest| rest.starts_with(char::is_uppercase));
    camel
        || ["sqlite", "postgres"].iter().any(|engine| lower.contains(engine))
        || matches!(lower.as_str(), "pg" | "pragma" | "rowid" | "plpgsql")
        || lower.starts_with("pg_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rule: fn(&str, &Source) -> Vec<Fault>, path: &str, text: &str) -> Vec<usize> {
        rule(path, &Source::read(text)).into_iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn a_file_without_its_sentence_or_too_long_is_found() {
        assert_eq!(shape("src/a.rs", "//! Owns a.\n"), []);
        assert_eq!(shape("src/a.rs", "// Owns a.\n").len(), 1);
        assert_eq!(shape("src/a.rs", &"//!\n".repeat(LINES)), []);
        assert_eq!(shape("src/a.rs", &"//!\n".repeat(LINES + 1))[0].line, LINES + 1);
    }

    #[test]
    fn panics_are_found_and_tests_and_allowances_are_left_alone() {
        let text = "fn a() { x.unwrap(); }\nfn b() { y\n.expect(\"z\"); }\nfn c() { panic!() }\nfn d() { todo!() }\n\
                    fn e() { dbg!(1); }\nfn f() { unimplemented!() }\nfn g() { r.map(Option::unwrap); }";
        assert_eq!(lines(panics, "src/a.rs", text), [1, 3, 4, 5, 6, 7, 8]);
        assert_eq!(panics("src/a/tests.rs", &Source::read(text).all_for_tests()), []);
        let text = "fn a() { x.unwrap_or(1); // y.unwrap()\n}\n#[cfg(test)]\nmod tests { fn b() { x.unwrap(); } }\n\
                    #[allow(clippy::expect_used)]\nfn c() { x.expect(\"\"); }\nfn d() { std::panic::catch_unwind(f); }";
        assert_eq!(lines(panics, "src/a.rs", text), []);
        let text =
            "#[allow(clippy::expect_used)]\nfn c() { x.unwrap(); }\nfn d() { x.expect(\"\"); }";
        assert_eq!(lines(panics, "src/a.rs", text), [2, 3]);
    }

    #[test]
    fn an_engine_named_elsewhere_is_found() {
        let text = "// SQLite is fine in prose\nuse diesel::sqlite::SqliteConnection;\nfn f(c: &PgConnection) {}\n\
                    const Q: &str = \"SELECT pg_sleep(1)\";\n#[cfg(feature = \"postgres\")]\nfn g() {}\nstruct Page;";
        assert_eq!(lines(engines, "src/store/cases.rs", text), [2, 2, 3, 4, 5]);
        assert_eq!(lines(engines, "src/store/engine.rs", text), []);
        assert_eq!(lines(engines, "src/store/search.rs", text), []);
        assert_eq!(
            lines(engines, "src/cli/serve.rs", "let url = \"sqlite://house.db\";\nfn sqlite() {}"),
            [2]
        );
        assert_eq!(lines(engines, "src/store/engine_room.rs", "fn sqlite() {}"), [1]);
    }
}
