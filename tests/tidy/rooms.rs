//! Who may import whom, which crates belong to which room, and where the clock may be read.
//! Holds the one table of rooms; `src/lib.rs` tells the same in words.

use super::{
    Fault,
    source::{Source, Token},
};

/// A room and the rooms it may import: a room's name, or a path for a part of one.
struct Room {
    name: &'static str,
    may_import: &'static [&'static str],
}

const EVERYTHING: &[&str] = &[
    "base",
    "ledger",
    "law",
    "verify",
    "store",
    "evidence",
    "desk",
    "web",
    "worker",
    "app",
    "cli",
    "config",
    "courier",
    "witness",
    "telemetry",
    "clock",
];

const ROOMS: &[Room] = &[
    Room { name: "base", may_import: &[] },
    Room { name: "ledger", may_import: &["base"] },
    Room { name: "law", may_import: &["base"] },
    // The whole check of a dossier; runs where nothing of ours is installed.
    Room { name: "verify", may_import: &["base", "ledger", "law"] },
    Room { name: "store", may_import: &["base", "ledger", "law"] },
    Room { name: "evidence", may_import: &["base", "ledger::chunk"] },
    Room { name: "desk", may_import: &["base", "ledger", "law", "store", "evidence"] },
    // Of the law and the ledger only what a page displays.
    Room { name: "web", may_import: &["base", "desk", "law", "ledger"] },
    Room { name: "worker", may_import: &["desk", "base", "courier"] },
    Room { name: "courier", may_import: &[] },
    // Another house altogether: it knows logs, not what is in them.
    Room { name: "witness", may_import: &["base", "ledger", "store", "courier"] },
    Room { name: "clock", may_import: &["base"] },
    Room { name: "config", may_import: &["base"] },
    Room { name: "telemetry", may_import: &[] },
    Room { name: "app", may_import: EVERYTHING },
    Room { name: "cli", may_import: EVERYTHING },
    Room { name: "main", may_import: EVERYTHING },
    // Runs where nothing of ours is installed, so only pure rooms.
    Room { name: "zhijian-verify", may_import: &["base", "ledger", "law", "verify"] },
];

/// A crate and the rooms that alone may name it.
const CONFINED: &[(&str, &[&str])] = &[
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("libsqlite3_sys", &["store"]),
    ("actix_web", &["web", "witness", "app", "cli", "main"]),
    ("actix_http", &["web", "witness", "app", "cli", "main"]),
    ("actix_rt", &["web", "witness", "app", "cli", "main"]),
    // The courier carries what the bucket asks of its store.
    ("object_store", &["evidence", "courier"]),
    ("askama", &["web"]),
    ("reqwest", &["courier"]),
    ("rustls", &["courier"]),
    // `evidence` has a module of this name, which looks into zips without the crate.
    ("zip", &["verify", "desk", "evidence"]),
    ("ring", &["ledger"]),
];

/// Ways to the world that the pure rooms do without.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time",
    "tokio",
    "tracing",
];
/// The offline verifier reads the folder it is given; what it decides with is pure.
const PURE: &[&str] = &["base", "ledger", "law", "verify"];

/// Ways to learn the time; everything else is given it.
const CLOCKS: &[&str] = &[
    "tokio::time::Instant",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "Utc::now",
    "Local::now",
    "now_utc",
];
const CLOCK_ROOMS: &[&str] = &["app", "clock"];

/// The room a file stands in; `None` for the map `src/lib.rs`.
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let inside = inside.strip_prefix("bin/").unwrap_or(inside);
    let first = inside.split('/').next().unwrap_or(inside);
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (inside != "lib.rs").then_some(name)
}

/// The module path of a file: `src/web/public/home.rs` is web, public, home; a binary has none.
fn module_of(path: &str) -> Vec<&str> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    if inside.starts_with("bin/") || matches!(inside, "main" | "lib") {
        return Vec::new();
    }
    let mut parts: Vec<&str> = inside.split('/').collect();
    if parts.last() == Some(&"mod") {
        parts.pop();
    }
    parts
}

/// A path from the root of our library; `None` when it leads elsewhere.
fn from_root<'a>(module: &[&'a str], parts: &[&'a str]) -> Option<Vec<&'a str>> {
    let ups = parts.iter().take_while(|part| **part == "super").count();
    match parts[0] {
        "crate" | "zhijian" => Some(parts[1..].to_vec()),
        "super" => {
            let kept = module.len().checked_sub(ups)?;
            Some([&module[..kept], &parts[ups..]].concat())
        }
        _ => None,
    }
}

fn within(path: &[&str], allowed: &str) -> bool {
    let allowed: Vec<&str> = allowed.split("::").collect();
    path.starts_with(&allowed)
}

/// Imports of a room this one may not know. Test code is held to the same rule: what needs the whole house is a
/// test in `tests/`.
pub fn imports(path: &str, source: &Source) -> Vec<Fault> {
    let Some(name) = room_of(path) else { return Vec::new() };
    let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
        let rule =
            format!("`{name}` is no room; give it a line in tests/tidy/rooms.rs and in src/lib.rs");
        return vec![Fault::new(path, 1, rule)];
    };
    let module = module_of(path);
    let mut faults = Vec::new();
    for (at, parts) in source.paths() {
        let Some(target) = from_root(&module, &parts) else { continue };
        let Some(first) = target.first().filter(|first| **first != name) else { continue };
        let known = ROOMS.iter().any(|room| room.name == *first);
        if known && !room.may_import.iter().any(|allowed| within(&target, allowed)) {
            let may = match room.may_import {
                [] => "nothing of ours".to_owned(),
                rooms => rooms.join(", "),
            };
            let rule = format!("`{name}` may import {may}; it names `{}`", target.join("::"));
            faults.push(Fault::new(path, source.line(at), rule));
        }
    }
    faults
}

/// Crates outside their rooms, the outside world in a pure room, and clocks read elsewhere than at the root.
pub fn confined(path: &str, source: &Source) -> Vec<Fault> {
    let name = room_of(path).unwrap_or("lib");
    let mut faults = Vec::new();
    for (at, parts) in source.paths() {
        if source.is_test(at) {
            continue;
        }
        let mut fault = |rule: String| faults.push(Fault::new(path, source.line(at), rule));
        for (crate_name, rooms) in CONFINED {
            if parts[0] == *crate_name && !rooms.contains(&name) {
                fault(format!("`{crate_name}` belongs to {}, not to `{name}`", rooms.join(", ")));
            }
        }
        if PURE.contains(&name) && OUTSIDE.iter().any(|outside| within(&parts, outside)) {
            fault(format!(
                "`{name}` is pure: it is given what it needs, never `{}`",
                parts.join("::")
            ));
        }
        if !CLOCK_ROOMS.contains(&name) && CLOCKS.iter().any(|clock| tells_time(&parts, clock)) {
            fault(format!(
                "only src/app.rs and src/clock.rs know the time, `{name}` is given it: `{}`",
                parts.join("::")
            ));
        }
    }
    faults.extend(bare_attributes(path, name, source));
    faults
}

/// Whether the clock's words stand side by side anywhere in the path.
fn tells_time(parts: &[&str], clock: &str) -> bool {
    let clock: Vec<&str> = clock.split("::").collect();
    parts.windows(clock.len()).any(|window| window == clock)
}

/// `#[diesel(…)]` and `#[askama(…)]`, which name a crate without a path.
fn bare_attributes(path: &str, name: &str, source: &Source) -> Vec<Fault> {
    let tokens = source.tokens();
    let mut faults = Vec::new();
    for window in tokens.windows(3) {
        let [(_, Token::Mark(b'#')), (_, Token::Mark(b'[')), (at, Token::Word(word))] = window
        else {
            continue;
        };
        let home = CONFINED.iter().find(|(crate_name, _)| crate_name == word);
        if let Some((_, rooms)) = home.filter(|(_, rooms)| !rooms.contains(&name)) {
            let rule = format!("`#[{word}]` belongs to {}, not to `{name}`", rooms.join(", "));
            faults.push(Fault::new(path, source.line(*at), rule));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rule: fn(&str, &Source) -> Vec<Fault>, path: &str, text: &str) -> Vec<usize> {
        let mut lines: Vec<usize> =
            rule(path, &Source::read(text)).into_iter().map(|fault| fault.line).collect();
        // One line can break a rule twice.
        lines.dedup();
        lines
    }

    #[test]
    fn a_room_above_is_refused_however_it_is_written() {
        let text = "use crate::base::Moment;\nuse crate::{base, store::cases};\nfn f() { crate::desk::sign(); }\n\
                    use super::super::web::home;\n// use crate::web;\nconst S: &str = \"crate::web::x\";\n\
                    use super::tree;";
        assert_eq!(lines(imports, "src/ledger/proof/make.rs", text), [2, 3]);
        assert_eq!(lines(imports, "src/ledger/proof.rs", text), [2, 3, 4]);
        assert_eq!(lines(imports, "src/ledger/mod.rs", "use super::law::Act;"), [1]);
        assert_eq!(
            lines(imports, "src/base/mod.rs", "#[cfg(test)]\nmod tests { use crate::law::Act; }"),
            [2]
        );
    }

    #[test]
    fn a_part_of_a_room_can_be_all_that_is_allowed() {
        let text = "use crate::ledger::chunk::ChunkHasher;\nuse crate::ledger::{chunk, tree};\nuse crate::ledger;";
        assert_eq!(lines(imports, "src/evidence/intake.rs", text), [2, 3]);
    }

    #[test]
    fn every_room_knows_its_place() {
        assert_eq!(
            lines(imports, "src/worker.rs", "use crate::desk::seal;\nuse crate::store::jobs;"),
            [2]
        );
        assert_eq!(
            lines(imports, "src/web/routes.rs", "use crate::store::Store;\nuse crate::law::Stage;"),
            [1]
        );
        assert_eq!(
            lines(imports, "src/bin/zhijian-verify.rs", "use zhijian::{ledger, store};"),
            [1]
        );
        assert_eq!(lines(imports, "src/main.rs", "use zhijian::{cli, app};"), []);
        assert_eq!(lines(imports, "src/cli/serve.rs", "use crate::{app, web, store};"), []);
        assert_eq!(lines(imports, "src/attic/mod.rs", "use crate::base;"), [1]);
        assert_eq!(lines(imports, "src/lib.rs", "pub mod base;"), []);
    }

    #[test]
    fn crates_stay_in_their_rooms() {
        let text = "use diesel::prelude::*;\nuse actix_web::{HttpResponse, web};\nfn f() -> object_store::Result<()> {}\n\
                    #[diesel(table_name = x)]\nstruct S;\nuse askama::Template;\nuse diesel_migrations as m;";
        assert_eq!(lines(confined, "src/desk/append.rs", text), [1, 2, 3, 6, 7, 4]);
        assert_eq!(lines(confined, "src/store/cases.rs", text), [2, 3, 6]);
        assert_eq!(lines(confined, "src/web/home.rs", text), [1, 3, 7, 4]);
        assert_eq!(lines(confined, "src/evidence/vault.rs", text), [1, 2, 6, 7, 4]);
    }

    #[test]
    fn the_clock_is_read_at_the_root_only() {
        let text = "use std::{fs, time::SystemTime};\nfn f() { jiff::Timestamp::now(); }\nuse tokio::{sync, time::Instant};\n\
                    #[cfg(test)]\nmod tests { fn g() { jiff::Timestamp::now(); } }\nuse std::time::Duration;";
        assert_eq!(lines(confined, "src/desk/append.rs", text), [1, 2, 3]);
        assert_eq!(lines(confined, "src/app.rs", text), []);
        assert_eq!(lines(confined, "src/clock.rs", text), []);
    }

    #[test]
    fn pure_rooms_do_without_the_world() {
        let text = "use std::io::Read;\nuse std::fs::File;\nuse tokio::sync::mpsc;\n#[cfg(test)]\nuse std::fs;";
        assert_eq!(lines(confined, "src/ledger/dossier.rs", text), [2, 3]);
        assert_eq!(lines(confined, "src/law/rulebook.rs", text), [2, 3]);
        assert_eq!(lines(confined, "src/evidence/vault.rs", text), []);
    }
}
