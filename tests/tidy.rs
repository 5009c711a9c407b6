//! The house rules a compiler cannot see, enforced on this repository.
//!
//! Each rule is a function from a path and a text to faults, kept in `tests/tidy/` beside planted faults it must find.
//! This file only reads the repository and asks every rule. It never mends anything.

#[path = "tidy/house.rs"]
mod house;
#[path = "tidy/literals.rs"]
mod literals;
#[path = "tidy/pages.rs"]
mod pages;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/routes.rs"]
mod routes;
#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/source.rs"]
mod source;

use std::{fmt, fs, path::Path, sync::OnceLock};

/// One broken rule and the place to mend it.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path from the repository's root, with `/`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Which rule, and what to do instead.
    pub rule: String,
}

impl Fault {
    fn new(file: &str, line: usize, rule: impl Into<String>) -> Self {
        Fault { file: file.into(), line, rule: rule.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.rule)
    }
}

/// A text file of the repository.
pub struct File {
    /// Path from the repository's root, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl File {
    fn under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

/// What was built, fetched or run, never what was written. `.git` is a file in a linked work tree.
const NOT_OURS: [&str; 6] = [".git", "target", "node_modules", "data", "demo-data", "__pycache__"];

fn repository() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut files = Vec::new();
        collect(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the repository was not read");
        files
    })
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository opens") {
        let entry = entry.expect("a folder of the repository lists");
        let name = entry.file_name().into_string().expect("file names are UTF-8");
        // `data` is only the root's: a room may have a folder of that name.
        if NOT_OURS.contains(&name.as_str()) && (name != "data" || prefix.is_empty()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().expect("an entry has a type");
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_file() {
            // What is not text (pictures, golden bytes) has no rule here.
            if let Ok(text) = fs::read_to_string(entry.path()) {
                files.push(File { path, text });
            }
        }
    }
}

fn rust_files() -> impl Iterator<Item = &'static File> {
    repository().iter().filter(|file| file.is("rs"))
}

/// Fails with every fault at once, one a line.
#[track_caller]
fn none(faults: impl IntoIterator<Item = Fault>) {
    let mut lines: Vec<String> = faults.into_iter().map(|fault| fault.to_string()).collect();
    lines.dedup();
    assert!(lines.is_empty(), "{} broken house rule(s):\n{}", lines.len(), lines.join("\n"));
}

/// The product's own sources, read; a file declared as a module for tests only counts as test code.
fn sources() -> impl Iterator<Item = (&'static str, source::Source)> {
    let files = || rust_files().filter(|file| file.under("src/"));
    let for_tests: Vec<String> = files()
        .flat_map(|file| test_modules(&file.path, &source::Source::read(&file.text)))
        .collect();
    files().map(move |file| {
        let source = source::Source::read(&file.text);
        let is_test = for_tests.iter().any(|module| {
            let rest = file.path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        });
        (file.path.as_str(), if is_test { source.all_for_tests() } else { source })
    })
}

/// Where the modules lie that a file declares for tests only, without an extension: `src/web/look/gallery`.
fn test_modules(path: &str, source: &source::Source) -> Vec<String> {
    let stem = path.trim_end_matches(".rs");
    let (folder, last) = stem.rsplit_once('/').unwrap_or(("", stem));
    let home = if matches!(last, "mod" | "lib" | "main") { folder } else { stem };
    source.test_modules().into_iter().map(|module| format!("{home}/{module}")).collect()
}

#[test]
fn modules_for_tests_are_found_where_they_lie() {
    let source = source::Source::read("#[cfg(test)]\nmod gallery;");
    assert_eq!(test_modules("src/web/look/mod.rs", &source), ["src/web/look/gallery"]);
    assert_eq!(test_modules("src/web/look.rs", &source), ["src/web/look/gallery"]);
    assert_eq!(test_modules("src/lib.rs", &source), ["src/gallery"]);
}

#[test]
fn every_rust_file_says_what_it_owns_and_stays_short() {
    none(rust_files().flat_map(|file| rust::shape(&file.path, &file.text)));
}

#[test]
fn rooms_import_only_the_rooms_below_them() {
    none(sources().flat_map(|(path, source)| rooms::imports(path, &source)));
}

#[test]
fn crates_and_the_clock_stay_in_their_rooms() {
    none(sources().flat_map(|(path, source)| rooms::confined(path, &source)));
}

#[test]
fn nothing_panics_on_purpose() {
    none(sources().flat_map(|(path, source)| rust::panics(path, &source)));
}

#[test]
fn only_three_files_know_the_engine() {
    none(sources().flat_map(|(path, source)| rust::engines(path, &source)));
}

#[test]
fn both_engines_have_the_same_migrations() {
    let paths: Vec<&str> = repository().iter().map(|file| file.path.as_str()).collect();
    none(house::migrations(&paths));
}

#[test]
fn every_configuration_file_parses() {
    let files = repository().iter().filter(|file| file.under("config/") && file.is("toml"));
    none(files.flat_map(|file| house::configuration(&file.path, &file.text)));
}

#[test]
fn no_file_knows_the_place_it_was_written_at() {
    none(repository().iter().flat_map(|file| house::places(&file.path, &file.text)));
}

#[test]
fn locked_packages_come_from_the_public_registries() {
    none(repository().iter().flat_map(|file| house::registries(&file.path, &file.text)));
}

#[test]
fn every_route_is_tried_by_a_test() {
    let list = |file: &&File| file.path == "src/web/routes.rs" || file.under("src/web/routes/");
    let tests: Vec<&str> = repository()
        .iter()
        .filter(|file| file.under("tests/") && !file.under("tests/tidy"))
        .map(|file| file.text.as_str())
        .collect();
    let lists: Vec<&File> = repository().iter().filter(list).collect();
    if lists.is_empty() {
        println!("skipped: there is no src/web/routes.rs yet");
    }
    // A test that walks the list itself asks for every route on it.
    if tests.iter().any(|text| text.contains("routes::LIST")) {
        return;
    }
    none(lists.iter().flat_map(|file| routes::untried(&file.path, &file.text, &tests)));
}

#[test]
fn scripts_stay_short_and_write_no_markup() {
    let scripts = repository().iter().filter(|file| file.is("js") || file.is("mjs"));
    none(scripts.flat_map(|file| pages::script(&file.path, &file.text)));
}

#[test]
fn templates_hold_to_the_content_security_policy() {
    let templates = repository().iter().filter(|file| file.under("src/") && file.is("html"));
    none(templates.flat_map(|file| pages::template(&file.path, &file.text)));
}

#[test]
fn style_sheets_fetch_nothing() {
    let sheets = repository().iter().filter(|file| file.under("src/") && file.is("css"));
    none(sheets.flat_map(|file| pages::sheet(&file.path, &file.text)));
}
