//! Which faults are tried, and the table of what came of them.

use crate::{
    first_start::FirstStart,
    house::Template,
    judge::{Outcome, Scene, Shown},
    strace::{self, CALLS, Fault, Harm},
    witness::Witness,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

/// The program as built for the tests.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_zhijian");

/// Faults that may pass in silence: the work, the files and the calls. Of an exhibit's picture only a preview is made, and
/// its bytes are read once more before they are put on record, which is refused like any other. SQLite syncs the
/// folder of a new database and asks for no answer; the store itself does it again, and does ask. The first page of a
/// database that is still empty SQLite reads again by itself. A database or its log that cannot be opened for writing
/// SQLite opens for reading, which is all that most connections do; the one that writes is then refused.
const HARMLESS: [(&str, &str, &str); 11] = [
    ("at work", "staged", "read"),
    ("at work", "staged", "openat"),
    ("at work", "rows", "openat"),
    ("at work", "rows' log", "openat"),
    ("first start", "rows", "pread64"),
    ("first start", "rows", "openat"),
    ("first start", "rows' log", "openat"),
    ("witness", "memory", "openat"),
    ("witness", "memory's log", "openat"),
    ("first start", "folder", "openat"),
    ("first start", "folder", "fsync"),
];

/// How often a thread makes each call on files of each class while the work is done undisturbed.
type Census = BTreeMap<(&'static str, &'static str), u32>;

fn census(scene: &dyn Scene) -> Census {
    let recorded = scene.record(PROGRAM);
    let mut counts: BTreeMap<(&str, &str, u32), u32> = BTreeMap::new();
    let begun = strace::record(&recorded.trace).into_iter().filter(|call| call.answer.is_none());
    for call in begun {
        let Some(name) = CALLS.into_iter().find(|name| *name == call.name) else { continue };
        let mut paths = call.file().into_iter().chain(call.names());
        if let Some(class) = paths.find_map(|path| (recorded.class)(path)) {
            *counts.entry((class, name, call.thread)).or_default() += 1;
        }
    }
    drop(recorded.folder);
    let mut most = Census::new();
    for ((class, name, _), count) in counts {
        let known = most.entry((class, name)).or_default();
        *known = count.max(*known);
    }
    most
}

/// Every fault of a census: each of the first `each` times that a call is made, then ever sparser.
fn faults(census: &Census, each: u32) -> Vec<Fault> {
    let mut all = Vec::new();
    for ((class, call), most) in census {
        for harm in Harm::of(call) {
            let mut nth = 1;
            while nth <= *most {
                all.push(Fault { class: (*class).into(), call, harm: *harm, nth });
                nth += 1 + nth / each;
            }
        }
    }
    all
}

/// Tries them, three at a time.
fn try_all(program: &str, scene: &dyn Scene, faults: &[Fault]) -> Vec<Outcome> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(fault) = faults.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let outcome = scene.try_one(program, fault);
                    done.lock().unwrap().push(outcome);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// The table of docs/reliability.md.
fn print(outcomes: &[Outcome]) {
    let kinds =
        [Shown::Killed, Shown::Ended, Shown::Refused, Shown::Unready, Shown::Logged, Shown::Silent];
    println!(
        "| work | files | calls | tried | killed | ended itself | refused | not ready | logged | silent | wrong |"
    );
    println!("|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut rows: BTreeMap<(&str, &str), Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.shown != Shown::NotReached) {
        rows.entry((outcome.scene, &outcome.fault.class)).or_default().push(outcome);
    }
    let line = |name: String, of: &[&Outcome]| {
        let count = |shown| of.iter().filter(|outcome| outcome.shown == shown).count();
        let counts = kinds.map(|shown| count(shown).to_string()).join(" | ");
        let wrong = of.iter().filter(|outcome| !outcome.wrong.is_empty()).count();
        println!("| {name} | {} | {counts} | {wrong} |", of.len());
    };
    for ((scene, class), of) in &rows {
        let calls: BTreeSet<&str> = of.iter().map(|outcome| outcome.fault.call).collect();
        let calls = calls.into_iter().collect::<Vec<_>>().join(", ");
        line(format!("{scene} | {class} | {calls}"), of);
    }
    line("**all** | | ".into(), &rows.into_values().flatten().collect::<Vec<_>>());
}

/// Tries the faults of every scene; `each` as in [`faults`], of which every `of`-th is taken.
fn run(each: u32, of: usize) -> Vec<Outcome> {
    let (template, witness) = (Template::prepare(), Witness::prepare(PROGRAM));
    let scenes: [&dyn Scene; 3] = [&template, &FirstStart, &witness];
    scenes.into_iter().flat_map(|scene| try_scene(scene, each, of)).collect()
}

/// The faults of one scene.
fn try_scene(scene: &dyn Scene, each: u32, of: usize) -> Vec<Outcome> {
    let all = faults(&census(scene), each);
    let some: Vec<Fault> = all.into_iter().step_by(of).collect();
    try_all(PROGRAM, scene, &some)
}

/// The faults of one call on files of one class, put into a program that may do its work badly: where they are is
/// taken from the one that does it well.
pub fn try_call(program: &str, scene: &dyn Scene, class: &str, call: &str) -> Vec<Outcome> {
    let mut census = census(scene);
    census.retain(|(of, name), _| *of == class && *name == call);
    try_all(program, scene, &faults(&census, 4))
}

/// What is wrong; a fault may pass in silence only where it is said why.
pub fn bad(outcomes: &[Outcome]) -> Vec<String> {
    let mut bad = Vec::new();
    for Outcome { scene, fault, shown, wrong } in outcomes {
        if *shown == Shown::Silent
            && !HARMLESS.contains(&(*scene, fault.class.as_str(), fault.call))
        {
            bad.push(format!("swallowed: {scene}: {fault:?}"));
        }
        bad.extend(wrong.iter().map(|wrong| format!("{scene}: {fault:?}, {shown:?}: {wrong}")));
    }
    bad
}

#[test]
fn a_sample_of_faults() {
    if strace::can_trace() {
        let outcomes = run(1, 3);
        print(&outcomes);
        assert_eq!(bad(&outcomes), Vec::<String>::new());
        let tried = outcomes.iter().filter(|outcome| outcome.shown != Shown::NotReached).count();
        assert!(tried * 10 >= outcomes.len() * 9, "the faults are not where they were expected");
    }
}

#[test]
#[ignore = "the whole campaign takes minutes"]
fn every_fault() {
    if strace::can_trace() {
        let since = Instant::now();
        let outcomes = run(8, 1);
        print(&outcomes);
        let missed = outcomes.iter().filter(|outcome| outcome.shown == Shown::NotReached).count();
        println!("{missed} faults found no call; {:.0} s", since.elapsed().as_secs_f64());
        assert_eq!(bad(&outcomes), Vec::<String>::new());
    }
}
