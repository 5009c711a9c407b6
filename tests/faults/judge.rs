//! What must hold after a fault: nothing acknowledged is gone, there is one history, the program comes back by itself.

use crate::{
    house::{Place, Site, Template},
    script::{Client, Told},
    strace::{self, Fault, Harm},
};
use std::{fs, path::PathBuf, process::ExitStatus, sync::Arc};
use zhijian::{
    app::{self, Access, SystemClock},
    base::Digest,
    config::Config,
    desk::fsck,
    ledger::{Leaf, tree},
    store::{Db, Error, checkpoints, entries, exhibits, records, uploads},
};

/// A piece of work into which faults are put.
pub trait Scene: Sync {
    fn name(&self) -> &'static str;

    /// Does the work undisturbed, with every call recorded.
    fn record(&self, program: &str) -> Recorded;

    /// Does it with one fault in the way, starts the program again without it and checks.
    fn try_one(&self, program: &str, fault: &Fault) -> Outcome;
}

/// Tells which class of files a path belongs to.
pub type Classes = Box<dyn Fn(&str) -> Option<&'static str>>;

/// A record of calls.
pub struct Recorded {
    pub trace: PathBuf,
    /// Which class of files a path belongs to.
    pub class: Classes,
    /// Kept as long as the record.
    pub folder: tempfile::TempDir,
}

/// How a fault showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// The call was never made, so nothing was tried.
    NotReached,
    /// The process was killed, as intended.
    Killed,
    /// The process ended itself.
    Ended,
    /// A request was refused, and the process went on.
    Refused,
    /// `/readyz` says what is wrong.
    Unready,
    /// The log of the program tells of it; nobody was refused anything.
    Logged,
    /// Nothing showed.
    Silent,
}

/// What one fault brought.
pub struct Outcome {
    pub scene: &'static str,
    pub fault: Fault,
    pub shown: Shown,
    pub wrong: Vec<String>,
}

/// The prepared house beside a witness, with the whole work of a client.
impl Scene for Template {
    fn name(&self) -> &'static str {
        "at work"
    }

    fn record(&self, program: &str) -> Recorded {
        let site = self.site();
        let server = site.place().recorded(program).unwrap();
        let mut told = Told::default();
        let done = runtime().block_on(Client::new(self, &server.address, 0).work(&mut told));
        assert!(done.is_ok() && told.settled, "{:?}: {}", told.unready, site.place().said());
        assert_eq!((told.wrong, told.refusals), (vec![], vec![]), "{}", site.place().said());
        drop(server);
        let (places, data) = (self.places(), site.data());
        Recorded {
            trace: site.place().trace(),
            class: Box::new(move |p| places.class(p, &data)),
            folder: site.folder,
        }
    }

    fn try_one(&self, program: &str, fault: &Fault) -> Outcome {
        let (site, runtime) = (self.site(), runtime());
        let (place, mut told) = (site.place(), Told::default());
        let paths = self.places().paths(&fault.class, &site.data());
        let ended = match place.faulty(program, fault, &paths) {
            Err(status) => Some(status),
            Ok(mut server) => {
                let mut client = Client::new(self, &server.address, 0);
                let gone = runtime.block_on(client.work(&mut told)).is_err();
                // A fault that has passed is not to need hands.
                if !gone && !told.settled {
                    let wrong = format!("does not recover: {:?}: {}", told.unready, place.said());
                    told.wrong.push(wrong);
                }
                let ended = if gone { server.ended() } else { None };
                server.kill();
                ended
            }
        };
        let shown = shown(fault, ended, &place, told.unready.is_some(), !told.refusals.is_empty());
        if shown != Shown::NotReached {
            after(program, self, &site, &runtime, &mut told);
        }
        Outcome { scene: self.name(), fault: fault.clone(), shown, wrong: told.wrong }
    }
}

/// How it showed that the fault struck, the strongest sign first.
pub fn shown(
    fault: &Fault,
    ended: Option<ExitStatus>,
    place: &Place,
    unready: bool,
    refused: bool,
) -> Shown {
    let struck = strace::struck(&place.trace(), fault, ended);
    let said = place.said();
    match ended {
        _ if !struck => Shown::NotReached,
        Some(_) if fault.harm == Harm::Kill => Shown::Killed,
        Some(_) => Shown::Ended,
        None if refused => Shown::Refused,
        None if unready => Shown::Unready,
        None if said.contains("WARN") || said.contains("ERROR") => Shown::Logged,
        None => Shown::Silent,
    }
}

/// One thread is enough for one client.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// The server comes back by itself and has everything; then it goes on to the end.
fn after(
    program: &str,
    template: &Template,
    site: &Site,
    runtime: &tokio::runtime::Runtime,
    told: &mut Told,
) {
    // What was signed last counts as said, also if nobody has read it yet.
    if let Ok(note) = fs::read_to_string(site.data().join("log.guard")) {
        told.note(&note, "the guard file");
    }
    let server = match site.place().plain(program) {
        Ok(server) => server,
        Err(status) => {
            return told
                .wrong
                .push(format!("does not start again: {status}: {}", site.place().said()));
        }
    };
    (told.settled, told.unready) = (false, None);
    let refused = told.refusals.len();
    let mut client = Client::new(template, &server.address, 1_000);
    if runtime.block_on(client.work(told)).is_err() {
        told.wrong.push(format!("ends again: {}", site.place().said()));
    }
    if told.refusals.len() > refused {
        let refusals = &told.refusals[refused..];
        let wrong = format!("still refuses after a restart: {refusals:?}: {}", site.place().said());
        told.wrong.push(wrong);
    }
    if !told.settled {
        let wrong =
            format!("is not sealed after a restart: {:?}: {}", told.unready, site.place().said());
        told.wrong.push(wrong);
    }
    if told.offset != template.bytes.len() as u64 {
        told.wrong.push(format!("the upload ended at {}", told.offset));
    }
    runtime.block_on(look(template, site, told));
    let said = site.witness.said();
    if said.contains("TWO HISTORIES") || said.contains("refused") {
        told.wrong.push(format!("the witness objects: {said}"));
    }
}

/// The rows and bytes themselves, beside the running server.
async fn look(template: &Template, site: &Site, told: &mut Told) {
    let config = Config::load(None, std::iter::empty()).unwrap();
    let opened = app::open(&config, &site.data(), Arc::new(SystemClock), Access::Look).await;
    let house = opened.unwrap();
    let (case, upload, wanted) =
        (template.case.clone(), template.upload.clone(), told.records.clone());
    let found = house.store.read(move |db: &mut Db| {
        let mut lost = Vec::new();
        for payload in wanted {
            if records::by_payload_digest(db, &case, &payload)?.is_none() {
                lost.push(payload);
            }
        }
        let upload = uploads::find(db, &upload)?;
        let exhibit = upload.exhibit_id.map(|id| exhibits::find(db, &id)).transpose()?;
        let size = entries::size(db)?;
        let leaves = entries::leaf_bytes(db, 0..size)?;
        let sealed = checkpoints::latest(db)?.map(|row| row.note);
        Ok::<_, Error>((lost, exhibit, leaves, sealed))
    });
    let (lost, exhibit, leaves, sealed) = found.await.unwrap();
    for payload in lost {
        told.wrong.push(format!("an acknowledged record is lost: {payload}"));
    }
    match exhibit {
        None => told.wrong.push("the whole upload is no exhibit".into()),
        Some(exhibit) if exhibit.sha256 != Digest::of(&template.bytes).hex() => {
            told.wrong.push("the exhibit has other bytes".into());
        }
        Some(_) => {}
    }
    if let Some(note) = sealed {
        told.note(&note, "the database");
    }
    one_history(&leaves, told);
    let report = fsck::fsck(&house, Arc::new(|_, _, _| {})).await.unwrap();
    if !report.is_clean() {
        told.wrong.push(format!("fsck: {:?}", report.faults));
    }
    house.store.close();
}

/// Every root that was ever shown is that of the leaves as they are now.
fn one_history(leaves: &[Vec<u8>], told: &mut Told) {
    let hashes: Vec<Digest> =
        leaves.iter().map(|bytes| tree::leaf_hash(&Leaf::parse(bytes).unwrap().0)).collect();
    for (size, root) in &told.roots {
        let now = hashes.get(..usize::try_from(*size).unwrap()).map(tree::root_of);
        if now != Some(*root) {
            told.wrong.push(format!("the root shown for {size} leaves is not theirs any more"));
        }
    }
}
