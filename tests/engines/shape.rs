//! Both engines have the same migrations, and every column the program names.

use crate::bench::{Bench, each_engine, run};
use std::collections::BTreeSet;

each_engine! {
    every_column_is_there
    opening_again_changes_nothing
}

const SCHEMA: &str = include_str!("../../src/store/schema.rs");

/// `SELECT a, b FROM t` for every table of the program's schema.
fn selects() -> Vec<String> {
    let mut found = Vec::new();
    for table in SCHEMA.split("diesel::table!").skip(1) {
        let lines = table.lines().map(str::trim).filter(|line| !line.starts_with("///"));
        let head = lines.clone().find(|line| line.contains('(')).unwrap();
        let name = head.split_once(' ').unwrap().0;
        let columns: Vec<_> =
            lines.filter_map(|line| line.split_once(" -> ")).map(|(column, _)| column).collect();
        assert!(!columns.is_empty(), "{name}");
        found.push(format!("SELECT {} FROM {name}", columns.join(", ")));
    }
    found
}

fn every_column_is_there(bench: &Bench) {
    let store = bench.open();
    let selects = selects();
    assert!(selects.len() >= 23, "{}", selects.len());
    for select in selects {
        run(&store, &select);
    }
    assert!(!bench.refusal(&store, "SELECT nothing FROM records").is_empty());
}

fn opening_again_changes_nothing(bench: &Bench) {
    drop(bench.open());
    drop(bench.open());
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").len() >= 3);
}

/// The first migration differs in the names of types only, so that the two cannot drift apart.
#[test]
fn the_tables_are_the_same_but_for_types() {
    let tables = |engine: &str| {
        let file = format!("{}/migrations/{engine}/0001_start/up.sql", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("--"));
        let same = lines.map(|line| line.replace(" BLOB", " BYTEA"));
        let same =
            same.map(|line| line.replace(" INTEGER NOT NULL PRIMARY", " BIGINT NOT NULL PRIMARY"));
        same.collect::<Vec<_>>()
    };
    assert_eq!(tables("sqlite"), tables("postgres"));
}
