//! Rules for what is not Rust: migrations in pairs, settings that parse, no trace of where a file was written.

use super::Fault;
use std::collections::BTreeMap;

/// Migrations of one engine that the other lacks, file by file.
pub fn migrations(paths: &[&str]) -> Vec<Fault> {
    let mut engines: BTreeMap<&str, [bool; 2]> = BTreeMap::new();
    for path in paths {
        for (index, engine) in ENGINES.iter().enumerate() {
            let inside =
                path.strip_prefix("migrations/").and_then(|path| path.strip_prefix(engine));
            if let Some(name) = inside.and_then(|name| name.strip_prefix('/')) {
                engines.entry(name).or_default()[index] = true;
            }
        }
    }
    let alone = engines.iter().filter(|(_, has)| **has != [true, true]);
    alone
        .map(|(name, has)| {
            let (here, there) =
                if has[0] { (ENGINES[0], ENGINES[1]) } else { (ENGINES[1], ENGINES[0]) };
            let rule = format!("a migration has a twin; migrations/{there}/{name} is missing");
            Fault::new(&format!("migrations/{here}/{name}"), 1, rule)
        })
        .collect()
}

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// A settings file that is no TOML.
pub fn configuration(path: &str, text: &str) -> Option<Fault> {
    let fault = text.parse::<toml::Table>().err()?;
    let at = fault.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    Some(Fault::new(path, line, format!("not TOML: {}", fault.message())))
}

/// Folders of the machine a file was written on, put together here so that this file passes its own rule.
const PLACES: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];

/// Absolute paths of somebody's machine.
pub fn places(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for place in PLACES {
            // A piece in the middle of a longer path or of a web address is another thing.
            let stands_first = |at: usize| {
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-~/}*)".contains(c))
            };
            if line.match_indices(place).any(|(at, _)| stands_first(at)) {
                let rule = format!(
                    "`{place}` is a place on one machine; name it from the repository's root"
                );
                faults.push(Fault::new(path, index + 1, rule));
            }
        }
    }
    faults
}

/// Lock files that fetch from elsewhere than the public registries, and files that set a registry for everybody.
pub fn registries(path: &str, text: &str) -> Vec<Fault> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lines = text.lines().map(str::trim).enumerate();
    let foreign = |line: &str| match name {
        "Cargo.lock" => line.starts_with("source = ") && !line.contains("/crates.io-index\""),
        "package-lock.json" => {
            line.starts_with("\"resolved\"") && !line.contains("https://registry.npmjs.org/")
        }
        ".npmrc" | "pip.conf" => line.contains("://"),
        "config.toml" if path.starts_with(".cargo/") => line.contains("://"),
        _ => false,
    };
    let rule = "packages come from the public registries, and each machine says itself how it reaches them";
    lines
        .filter(|(_, line)| foreign(line))
        .map(|(index, _)| Fault::new(path, index + 1, rule))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_without_its_twin_is_found() {
        let pair =
            ["migrations/sqlite/0001_a/up.sql", "migrations/postgres/0001_a/up.sql", "src/lib.rs"];
        assert_eq!(migrations(&pair), []);
        let faults = migrations(
            &[
                &pair[..],
                &["migrations/postgres/0002_b/up.sql", "migrations/sqlite/0001_a/down.sql"],
            ]
            .concat(),
        );
        let files: Vec<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
        assert_eq!(
            files,
            ["migrations/sqlite/0001_a/down.sql", "migrations/postgres/0002_b/up.sql"]
        );
    }

    #[test]
    fn broken_settings_are_found() {
        assert_eq!(configuration("config/a.toml", "a = 1\n"), None);
        assert_eq!(
            configuration("config/a.toml", "a = 1\nb = = 2\n").map(|fault| fault.line),
            Some(2)
        );
    }

    #[test]
    fn a_place_on_one_machine_is_found() {
        let planted = format!("a\nsee {}x and \"{}y\"", PLACES[0], PLACES[1]);
        let lines: Vec<usize> =
            places("docs/a.md", &planted).into_iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [2, 2]);
        assert_eq!(places("docs/a.md", "https://example.org/work/x ../work/y net/work/z"), []);
    }

    #[test]
    fn a_foreign_registry_is_found() {
        let cargo = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nsource = \"git+https://example.org/x\"";
        assert_eq!(registries("Cargo.lock", cargo).len(), 1);
        let npm = "\"resolved\": \"https://registry.npmjs.org/a\"\n\"resolved\": \"https://mirror.example.org/a\"";
        assert_eq!(registries("tests/browser/package-lock.json", npm).len(), 1);
        assert_eq!(
            registries("tests/browser/.npmrc", "registry=https://mirror.example.org/\n").len(),
            1
        );
        assert_eq!(registries("config/law/a.toml", "source = \"https://example.org\""), []);
    }
}
