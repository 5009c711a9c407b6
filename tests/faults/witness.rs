//! A witness into which faults are put while a log shows it tree after tree: it never cosigns two roots of one size,
//! however it ended, and remembers at least what it has cosigned.

use crate::{
    house::Place,
    judge::{self, Outcome, Recorded, Scene, Shown},
    log::{HONEST, LYING, Log},
    strace::Fault,
};
use std::{fs, path::PathBuf, process::ExitStatus, time::Duration};

/// A witness that has cosigned the honest log up to [`BEFORE`].
pub struct Witness {
    folder: tempfile::TempDir,
}

/// Leaves cosigned before the fault; past the leaf from which the other history differs.
const BEFORE: u64 = 6;
/// Leaves of the last tree shown under the fault.
const SHOWN: u64 = 14;
const FILES: [&str; 2] = ["witness.db", "witness.db-wal"];
const FILE_CLASSES: [&str; 2] = ["memory", "memory's log"];

fn place(folder: &tempfile::TempDir) -> (Place, PathBuf) {
    let data = folder.path().join("witness");
    let text = data.to_str().unwrap().to_owned();
    (Place::of(folder.path(), &["witness", "--data", &text, "--log", &HONEST.vkey()]), data)
}

/// One who shows trees, and what was answered.
struct Shower {
    http: reqwest::blocking::Client,
    address: String,
    /// Leaves of the last tree of which a cosignature was received.
    cosigned: u64,
    refused: bool,
}

impl Shower {
    fn new(address: &str, cosigned: u64) -> Self {
        let http = reqwest::blocking::Client::builder().timeout(Duration::from_secs(20));
        let (http, address) = (http.build().unwrap(), address.to_owned());
        Shower { http, address, cosigned, refused: false }
    }

    /// Status and body; none when nobody answers any more.
    fn show(&self, log: Log, old: u64, new: u64) -> Option<(u16, String)> {
        let url = format!("http://{}/add-checkpoint", self.address);
        let answer = self.http.post(url).body(log.body(old, new)).send().ok()?;
        Some((answer.status().as_u16(), answer.text().ok()?))
    }

    /// Shows every tree after the last one; `false` when the witness is gone.
    fn show_all(&mut self, wrong: &mut Vec<String>) -> bool {
        let mut old = self.cosigned;
        for new in BEFORE + 1..=SHOWN {
            let answer = match self.show(HONEST, old, new) {
                // It may have kept a tree without having been able to say so.
                Some((409, said)) => {
                    old = said.trim().parse().unwrap();
                    self.show(HONEST, old, new.max(old))
                }
                other => other,
            };
            match answer {
                None => return false,
                Some((200, _)) => {
                    old = new;
                    self.cosigned = new;
                }
                Some((500 | 503, _)) => self.refused = true,
                Some(other) => wrong.push(format!("{old} to {new}: {other:?}")),
            }
        }
        true
    }

    /// It remembers what it cosigned, takes no other history, and goes on with the honest one.
    fn check(&self, wrong: &mut Vec<String>) {
        let known =
            self.show(HONEST, 0, SHOWN).map(|(status, said)| (status, said.trim().parse::<u64>()));
        let Some((409, Ok(known))) = known else {
            return wrong.push(format!("what it remembers: {known:?}"));
        };
        if known < self.cosigned {
            wrong.push(format!("cosigned {} leaves, remembers {known}", self.cosigned));
        }
        for size in [known, self.cosigned, known + 1, SHOWN + 1] {
            match self.show(LYING, known, size.max(known)) {
                Some((409 | 422, _)) => {}
                other => wrong.push(format!("TWO ROOTS: the other history of {size}: {other:?}")),
            }
        }
        match self.show(HONEST, known, SHOWN + 6) {
            Some((200, _)) => {}
            other => wrong.push(format!("does not go on: {other:?}")),
        }
    }
}

impl Witness {
    pub fn prepare(program: &str) -> Witness {
        let folder = tempfile::tempdir().unwrap();
        let server = place(&folder).0.plain(program).unwrap();
        let shower = Shower::new(&server.address, 0);
        assert_eq!(shower.show(HONEST, 0, BEFORE).unwrap().0, 200);
        drop(server);
        Witness { folder }
    }

    fn copy(&self) -> (tempfile::TempDir, Place, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (place, data) = place(&folder);
        fs::create_dir(&data).unwrap();
        for entry in fs::read_dir(self.folder.path().join("witness")).unwrap().map(Result::unwrap) {
            fs::copy(entry.path(), data.join(entry.file_name())).unwrap();
        }
        (folder, place, data)
    }
}

impl Scene for Witness {
    fn name(&self) -> &'static str {
        "witness"
    }

    fn record(&self, program: &str) -> Recorded {
        let (folder, place, data) = self.copy();
        let server = place.recorded(program).unwrap();
        let mut wrong = Vec::new();
        assert!(Shower::new(&server.address, BEFORE).show_all(&mut wrong), "{}", place.said());
        assert!(wrong.is_empty(), "{wrong:?}");
        drop(server);
        let class = move |path: &str| {
            let at = FILES.iter().position(|file| data.join(file).to_str() == Some(path))?;
            FILE_CLASSES.get(at).copied()
        };
        Recorded { trace: place.trace(), class: Box::new(class), folder }
    }

    fn try_one(&self, program: &str, fault: &Fault) -> Outcome {
        let (_folder, place, data) = self.copy();
        let at = FILE_CLASSES.iter().position(|class| *class == fault.class).unwrap();
        let (mut wrong, mut cosigned, mut refused) = (Vec::new(), BEFORE, false);
        let ended: Option<ExitStatus> = match place.faulty(program, fault, &[data.join(FILES[at])])
        {
            Err(status) => Some(status),
            Ok(mut server) => {
                let mut shower = Shower::new(&server.address, BEFORE);
                let there = shower.show_all(&mut wrong);
                (cosigned, refused) = (shower.cosigned, shower.refused);
                let ended = if there { None } else { server.ended() };
                server.kill();
                ended
            }
        };
        let shown = judge::shown(fault, ended, &place, false, refused);
        if shown != Shown::NotReached {
            match place.plain(program) {
                Err(status) => wrong.push(format!("does not start: {status}: {}", place.said())),
                Ok(server) => Shower::new(&server.address, cosigned).check(&mut wrong),
            }
        }
        Outcome { scene: self.name(), fault: fault.clone(), shown, wrong }
    }
}
