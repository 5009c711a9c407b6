//! Bugs planted on purpose: patches applied to a copy of the source, built apart, and caught by the very checks that
//! the program passes. The copy and its build stay in `target/planted`.

use crate::{campaign, house::Template, order, strace, witness::Witness};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// Which check is to catch a bug: faults in a call on files of a class, of a house at work or of a witness, or the
/// order of calls.
enum By {
    House(&'static str, &'static str),
    Witness(&'static str, &'static str),
    Order,
}

/// The patches, what catches each, and what it says then.
const PLANTED: [(&str, By, &str); 7] = [
    (
        "answered_before_commit",
        By::House("rows' log", "pwrite64"),
        "an acknowledged record is lost",
    ),
    ("signed_before_stored", By::House("rows' log", "fsync"), "is not sealed after a restart"),
    ("cosigned_before_stored", By::Witness("memory's log", "pwrite64"), "remembers"),
    ("fault_swallowed", By::House("vault", "fsync"), "swallowed"),
    ("rows_unsynced", By::Order, "zhijian.db-wal was synced"),
    ("bytes_unsynced", By::Order, ".part was synced"),
    ("shown_before_guarded", By::Order, "was shown before it stood in the guard file"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A fresh copy of the source with the patch applied; without one, as it is.
fn copy(name: &str) -> PathBuf {
    let tree = root().join("target/planted/tree");
    fs::create_dir_all(&tree).unwrap();
    // Times are kept, so that only what a patch touches is built again.
    for part in
        ["Cargo.toml", "Cargo.lock", "askama.toml", "src", "config", "migrations", "benches"]
    {
        let _ = fs::remove_dir_all(tree.join(part));
        run(Command::new("cp").arg("-a").arg(root().join(part)).arg(&tree));
    }
    let patch = root().join(format!("tests/faults/planted/{name}.patch"));
    run(Command::new("patch").args(["-p1", "-s", "-i"]).arg(patch).current_dir(&tree));
    tree
}

/// Builds the copy as these tests were built, from what is compiled already of other crates, and gives the program.
fn build(tree: &Path) -> String {
    let (target, here) =
        (root().join("target/planted/build"), Path::new(campaign::PROGRAM).parent().unwrap());
    let there = target.join(here.file_name().unwrap());
    if !there.exists() {
        fs::create_dir_all(there.join("deps")).unwrap();
        run(Command::new("cp")
            .arg("-a")
            .args([here.join(".fingerprint"), here.join("build")])
            .arg(&there));
        let compiled = fs::read_dir(here.join("deps")).unwrap().map(|file| file.unwrap().path());
        let library = |file: &PathBuf| {
            let ending = file.extension().is_some_and(|end| end != "o" && end != "d");
            ending && !file.to_str().unwrap().contains("zhijian")
        };
        let libraries: Vec<PathBuf> = compiled.filter(library).collect();
        run(Command::new("cp").arg("-a").args(libraries).arg(there.join("deps")));
    }
    // A test of nothing, so that features are chosen as for these tests.
    fs::create_dir_all(tree.join("tests")).unwrap();
    fs::write(tree.join("tests/nothing.rs"), "//! Nothing.\n").unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--locked", "--no-run", "--test", "nothing", "--target-dir"]).arg(&target);
    for (name, chosen) in [("postgres", cfg!(feature = "postgres")), ("s3", cfg!(feature = "s3"))] {
        if chosen {
            cargo.args(["--features", name]);
        }
    }
    run(cargo.current_dir(tree));
    there.join("zhijian").to_str().unwrap().to_owned()
}

/// What the check says of the program.
fn said(program: &str, by: &By, template: &Template, witness: &Witness) -> Vec<String> {
    match by {
        By::House(class, call) => {
            campaign::bad(&campaign::try_call(program, template, class, call))
        }
        By::Witness(class, call) => {
            campaign::bad(&campaign::try_call(program, witness, class, call))
        }
        By::Order => {
            let (_, mut wrong) = order::of_answers(program, template);
            wrong.extend(order::of_checkpoints(program, template).1);
            wrong
        }
    }
}

#[test]
#[ignore = "builds the program once for each planted bug"]
fn every_planted_bug_is_caught() {
    if !strace::can_trace() {
        return;
    }
    let (template, witness) = (Template::prepare(), Witness::prepare(campaign::PROGRAM));
    let mut missed = Vec::new();
    // Only those that are named, if any are.
    let only = std::env::var("PLANTED").ok();
    for (name, by, words) in PLANTED
        .iter()
        .filter(|one| only.as_ref().is_none_or(|only| only.split(',').any(|name| name == one.0)))
    {
        let since = Instant::now();
        let program = build(&copy(name));
        let built = since.elapsed();
        let said = said(&program, by, &template, &witness);
        let caught: Vec<&String> = said.iter().filter(|said| said.contains(words)).collect();
        println!(
            "{name}: {} complaints, {} of them {words:?}; built in {:.0} s, checked in {:.0} s",
            said.len(),
            caught.len(),
            built.as_secs_f64(),
            (since.elapsed() - built).as_secs_f64()
        );
        if let Some(first) = caught.first() {
            println!("    {first}");
        } else {
            missed.push(*name);
        }
    }
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn the_patches_still_apply() {
    if Command::new("patch").arg("--version").output().is_err() {
        println!("skipped: no patch here (tests/setup installs it)");
        return;
    }
    for (name, _, _) in &PLANTED {
        let patch = root().join(format!("tests/faults/planted/{name}.patch"));
        run(Command::new("patch")
            .args(["-p1", "-s", "--dry-run", "-i"])
            .arg(patch)
            .current_dir(root()));
    }
}
