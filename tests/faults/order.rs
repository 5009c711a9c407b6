//! What is acknowledged or shown is on the disk before: read off the order in which the program made its calls, since
//! no kill can show a sync that is lacking.

use crate::{
    campaign::PROGRAM,
    house::Template,
    judge::{self, Scene as _},
    script::{Client, Told},
    strace::{self, Moment},
    witness::Witness,
};
use std::{collections::BTreeMap, path::Path};

/// Calls that change what a file holds.
const CHANGES: [&str; 5] = ["write", "writev", "pwrite64", "ftruncate", "fallocate"];
/// Calls that change what a folder holds, with the place of the path in question among those named.
const NAMES: [(&str, usize); 4] = [("rename", 1), ("linkat", 1), ("link", 1), ("mkdir", 0)];
/// Files whose loss loses nothing: SQLite's index, locks, the probe of `/readyz`.
const PASSING: [&str; 3] = ["-shm", ".lock", "ready.probe"];

/// Files and folders with changes that no sync has covered yet.
#[derive(Default)]
struct Unsynced {
    changes: u64,
    changed: BTreeMap<String, u64>,
    /// Syncs under way: what they are of, and the last change before they began.
    syncing: BTreeMap<u32, (String, u64)>,
}

impl Unsynced {
    fn change(&mut self, path: &str) {
        self.changes += 1;
        self.changed.insert(path.to_owned(), self.changes);
    }

    /// Takes a moment of the record; only what lies in `data` counts. Gives the file or folder whose sync has ended
    /// well, and the last change that it covers.
    fn take(&mut self, moment: &Moment, data: &str) -> Option<(String, u64)> {
        let counts = |path: &&str| {
            path.starts_with(data) && !PASSING.iter().any(|ending| path.ends_with(ending))
        };
        let begins = moment.answer.is_none();
        let name = moment.name.as_str();
        if matches!(name, "fsync" | "fdatasync") {
            if begins {
                let of = moment.file().unwrap_or_default().to_owned();
                self.syncing.insert(moment.thread, (of, self.changes));
            } else if let Some((of, until)) = self.syncing.remove(&moment.thread)
                && moment.succeeded()
            {
                self.changed.retain(|path, change| *path != of || *change > until);
                return Some((of, until));
            }
        } else if begins && CHANGES.contains(&name) {
            if let Some(path) = moment.file().filter(counts) {
                self.change(path);
            }
        } else if !begins && moment.succeeded() {
            let named = NAMES.iter().find(|(call, _)| *call == name).map(|(_, at)| *at);
            let made = name == "openat" && moment.arguments.contains("O_EXCL");
            let path = named.or(made.then_some(0)).and_then(|at| moment.names().get(at).copied());
            if let Some(folder) = path.filter(counts).and_then(|path| Path::new(path).parent()) {
                let moved = moment.names().first().and_then(|from| self.changed.remove(*from));
                if let (Some(change), "rename") = (moved, name) {
                    self.changed.insert(path.unwrap_or_default().to_owned(), change);
                }
                self.change(folder.to_str().unwrap());
            }
        }
        None
    }
}

/// Whether bytes are given to somebody else.
fn is_sent(moment: &Moment) -> bool {
    let socket = moment.file().is_some_and(|file| file.starts_with("socket:"));
    let sends = ["write", "writev", "sendto", "sendmsg"].contains(&moment.name.as_str());
    moment.answer.is_none() && socket && sends
}

/// Every answer that starts with one of `heads`, and what was not on the disk when it was given. The first `skip` are
/// not judged: what the start of the program writes may still be under way.
fn acknowledged(
    record: &[Moment],
    data: &Path,
    heads: &[&str],
    skip: usize,
) -> (usize, Vec<String>) {
    let (mut unsynced, mut judged, mut wrong) = (Unsynced::default(), 0, Vec::new());
    for moment in record {
        unsynced.take(moment, data.to_str().unwrap());
        if is_sent(moment) && heads.iter().any(|head| moment.arguments.contains(head)) {
            judged += 1;
            if judged > skip {
                let files = unsynced
                    .changed
                    .keys()
                    .map(|path| format!("answer {judged} was given before {path} was synced"));
                wrong.extend(files);
            }
        }
    }
    (judged.saturating_sub(skip), wrong)
}

/// Every checkpoint that was sent, and what was wrong: it must stand in the guard file, durably; `before` stood there
/// from the beginning.
fn shown(record: &[Moment], data: &Path, before: &str) -> (usize, Vec<String>) {
    let (guard, new) = (data.join("log.guard"), data.join("log.new"));
    let (guard, new) = (guard.to_str().unwrap(), new.to_str().unwrap());
    let (mut unsynced, mut written) = (Unsynced::default(), String::new());
    // What was given the guard file's name, with the change that this was, and what has been synced since.
    let (mut named, mut durable) = (Vec::new(), vec![root(before).unwrap()]);
    let (mut judged, mut wrong) = (0, Vec::new());
    for moment in record {
        let synced = unsynced.take(moment, data.to_str().unwrap());
        if moment.name == "write" && moment.file() == Some(new) {
            written = root(&moment.arguments).unwrap_or_default();
        }
        if moment.name == "rename" && moment.succeeded() && moment.names().get(1) == Some(&guard) {
            named.push((written.clone(), unsynced.changes));
        }
        if let (Some((of, until)), Some((root, change))) = (synced, named.last())
            && Path::new(&of) == data
            && until >= *change
            && !unsynced.changed.contains_key(guard)
        {
            durable.push(root.clone());
        }
        let Some(root) = root(&moment.arguments).filter(|_| is_sent(moment)) else { continue };
        judged += 1;
        if !durable.contains(&root) {
            let stood = named.iter().any(|(named, _)| *named == root);
            let missing = if stood { "was synced there" } else { "stood in the guard file" };
            wrong.push(format!("{root} was shown before it {missing}"));
        }
    }
    (judged, wrong)
}

/// Size and root of the checkpoint in what was written, if there is one: three lines, then the signatures.
fn root(arguments: &str) -> Option<String> {
    let before = arguments
        .split("\\n\\n\\342\\200\\224 ")
        .next()
        .filter(|before| before.len() < arguments.len())?;
    let mut lines = before.rsplit("\\n");
    let (root, size) = (lines.next()?, lines.next()?);
    size.parse::<u64>().ok().map(|size| format!("{size} {root}"))
}

/// What is wrong with the order of calls of a server at work, and how many answers were judged.
pub fn of_answers(program: &str, template: &Template) -> (usize, Vec<String>) {
    let (_folder, place, data) = template.quiet_site();
    let server = place.recorded(program).unwrap();
    let mut told = Told::default();
    let work = async {
        let mut client = Client::new(template, &server.address, 0);
        for _ in 0..3 {
            client.record(&mut told).await?;
        }
        client.work_unsealed(&mut told).await
    };
    assert!(judge::runtime().block_on(work).is_ok(), "{}", place.said());
    assert_eq!((told.wrong, told.refusals), (vec![], vec![]), "{}", place.said());
    drop(server);
    acknowledged(&strace::record(&place.trace()), &data, &["HTTP/1.1 201", "HTTP/1.1 204"], 3)
}

/// The same of the checkpoints that a server shows to anybody and to its witness.
pub fn of_checkpoints(program: &str, template: &Template) -> (usize, Vec<String>) {
    let recorded = template.record(program);
    let data = recorded.folder.path().join("data");
    // As strace writes it.
    let before = template.guard().replace('\n', "\\n").replace('—', "\\342\\200\\224");
    shown(&strace::record(&recorded.trace), &data, &before)
}

/// The same of a witness's cosignatures.
pub fn of_cosignatures(program: &str, witness: &Witness) -> (usize, Vec<String>) {
    let recorded = witness.record(program);
    let data = recorded.folder.path().join("witness");
    acknowledged(&strace::record(&recorded.trace), &data, &["HTTP/1.1 200"], 1)
}

#[test]
fn what_is_acknowledged_or_shown_is_on_the_disk_before() {
    if !strace::can_trace() {
        return;
    }
    let (template, witness) = (Template::prepare(), Witness::prepare(PROGRAM));
    let all = [
        ("answers of the server", of_answers(PROGRAM, &template), 7),
        ("checkpoints shown", of_checkpoints(PROGRAM, &template), 5),
        ("cosignatures", of_cosignatures(PROGRAM, &witness), 7),
    ];
    for (what, (judged, wrong), least) in all {
        println!("{what}: {judged} judged, each after the sync that it needs");
        assert!(wrong.is_empty(), "{what}: {wrong:#?}");
        assert!(judged >= least, "{what}: only {judged} were found in the record");
    }
}
