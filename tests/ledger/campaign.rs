//! The tamper campaign: bits flipped one by one, files dropped, swapped, doubled and cut, everywhere. All must be
//! detected under the name of what was damaged. Prints its counts; docs/reliability.md tells how to run it.

use crate::{
    dossiers::{report, with_manifest},
    forgeries, log_files,
    world::{Dossier, World, log_signer, policy},
};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use zhijian::ledger::{
    Policy, Proof,
    dossier::{
        FileRef, Outcome, Report, Trust,
        manifest::{MANIFEST, SEAL},
        verify_proof,
    },
};

/// Files up to this size have every bit flipped; up to the next one bit of every byte; longer ones of every third.
const EVERY_BIT: usize = 1024;
const EVERY_BYTE: usize = 4096;
const PROOF: &str = "proof.json";

/// What became of some changes.
#[derive(Default)]
struct Tally {
    tried: usize,
    detected: usize,
    harmless: usize,
    missed: Vec<String>,
}

/// How one change ended.
enum End {
    Detected,
    Harmless,
    Missed(String),
}

impl Tally {
    fn add(&mut self, end: End) {
        self.tried += 1;
        match end {
            End::Detected => self.detected += 1,
            End::Harmless => self.harmless += 1,
            End::Missed(what) => self.missed.push(what),
        }
    }

    fn print(&self, subject: &str) {
        println!(
            "{subject:<58} tried {:>6}  detected {:>6}  harmless {:>3}  missed {}",
            self.tried,
            self.detected,
            self.harmless,
            self.missed.len()
        );
        for missed in self.missed.iter().take(20) {
            println!("  MISSED {missed}");
        }
        assert!(self.missed.is_empty(), "{subject}");
    }
}

/// Judges every task on all processors.
fn judge<T: Sync>(tasks: &[T], end: impl Fn(&T) -> End + Sync) -> Tally {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut ends = Vec::new();
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            ends.push(end(task));
        }
        ends
    };
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let hands: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).for_each(|end| tally.add(end));
    });
    tally
}

/// A file and the bit to flip in it.
type Flip<'a> = (&'a str, usize);

/// The bits to flip: in files beyond the smallest, a different one from byte to byte.
fn flips(folder: &Dossier) -> Vec<Flip<'_>> {
    let bits = |length: usize| -> Vec<usize> {
        if length <= EVERY_BIT {
            return (0..8 * length).collect();
        }
        let step = if length <= EVERY_BYTE { 1 } else { 3 };
        (0..length).step_by(step).map(|byte| 8 * byte + byte % 8).collect()
    };
    folder
        .files
        .iter()
        .flat_map(|(name, bytes)| {
            bits(bytes.len()).into_iter().map(move |bit| (name.as_str(), bit))
        })
        .collect()
}

fn flipped(folder: &Dossier, (name, bit): Flip) -> Dossier {
    let mut folder = folder.clone();
    folder.files.get_mut(name).unwrap()[bit / 8] ^= 1 << (bit % 8);
    folder
}

/// Detected means: not good, and the first fault is in a damaged file. The seal speaks for the manifest.
fn end(report: &Report, damaged: &[&str], what: &str) -> End {
    let named =
        |part: &str| damaged.contains(&part) || (damaged.contains(&MANIFEST) && part == SEAL);
    match report.first_fault() {
        Some(fault) if report.outcome != Outcome::Good && named(&fault.part) => End::Detected,
        fault => End::Missed(format!("{what} in {damaged:?}: {:?}, {fault:?}", report.outcome)),
    }
}

/// Flips every bit that [`flips`] gives, and prints what `check` finds.
fn flip_all(subject: &str, folder: &Dossier, check: impl Fn(&Dossier) -> Report + Sync) {
    assert_eq!(check(folder).outcome, Outcome::Good);
    let flip =
        |flip: &Flip| end(&check(&flipped(folder, *flip)), &[flip.0], &format!("bit {}", flip.1));
    judge(&flips(folder), flip).print(&format!("{subject}, flips"));
    let upheaval = |(what, names, changed): &Upheaval| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        end(&check(changed), &names, what)
    };
    let tally = judge(&upheavals(folder), upheaval);
    tally.print(&format!("{subject}, files dropped, cut, swapped, reordered"));
}

fn check(dossier: &Dossier) -> Report {
    report(dossier)
}

/// What was done, the files it damaged, and what came of it.
type Upheaval = (String, Vec<String>, Dossier);

/// Files dropped, emptied, cut, made longer, reordered, put in another's place, under another name.
fn upheavals(folder: &Dossier) -> Vec<Upheaval> {
    let mut found = Vec::new();
    let mut add = |what: String, names: &[&String], change: &dyn Fn(&mut Dossier)| {
        let mut changed = folder.clone();
        change(&mut changed);
        if changed.files != folder.files {
            found.push((what, names.iter().map(|name| (*name).clone()).collect(), changed));
        }
    };
    for (name, bytes) in &folder.files {
        add(format!("{name} dropped"), &[name], &|d| drop(d.files.remove(name)));
        for cut in (0..bytes.len()).step_by(1 + bytes.len() / 64) {
            let cut_off = |d: &mut Dossier| d.files.get_mut(name).unwrap().truncate(cut);
            add(format!("{name} cut to {cut}"), &[name], &cut_off);
            let twice = |d: &mut Dossier| d.files.get_mut(name).unwrap().insert(cut, bytes[cut]);
            add(format!("{name} byte {cut} twice"), &[name], &twice);
        }
        for unit in [32, 35] {
            for at in (0..(bytes.len() / unit).saturating_sub(1)).map(|n| n * unit) {
                let turn = |d: &mut Dossier| {
                    d.files.get_mut(name).unwrap()[at..at + 2 * unit].rotate_left(unit)
                };
                add(format!("{name} reordered at {at} by {unit}"), &[name], &turn);
            }
        }
        for byte in [0, b'\n', b' '] {
            add(format!("{name} with {byte} after"), &[name], &|d| {
                d.files.get_mut(name).unwrap().push(byte);
            });
        }
        for (other, theirs) in folder.files.iter().filter(|(other, _)| *other != name) {
            let replaced = |d: &mut Dossier| drop(d.files.insert(name.clone(), theirs.clone()));
            add(format!("{name} is a copy of {other}"), &[name], &replaced);
            let swapped = |d: &mut Dossier| {
                d.files.insert(name.clone(), theirs.clone());
                d.files.insert(other.clone(), bytes.clone());
            };
            add(format!("{name} swapped with {other}"), &[name, other], &swapped);
        }
        let renamed = format!("{name}x");
        add(format!("{name} renamed"), &[name, &renamed], &|d| {
            let bytes = d.files.remove(name).unwrap();
            d.files.insert(renamed.clone(), bytes);
        });
    }
    found
}

#[test]
fn campaign_flips_in_a_log() {
    for size in [21, 300] {
        let log = log_files::log_of(size, "leaves");
        flip_all(&format!("log of {size} leaves"), &log, log_files::report);
    }
}

#[test]
fn campaign_flips_in_a_dossier() {
    flip_all("dossier", &World::new().dossier(), check);
}

/// The digest of the flipped record is put into the manifest and sealed: what is signed must hold by itself.
#[test]
fn campaign_flips_in_records_under_a_true_seal() {
    let dossier = World::new().dossier();
    let records: Vec<Flip> =
        flips(&dossier).into_iter().filter(|(name, _)| name.starts_with("records/")).collect();
    let tally = judge(&records, |flip| {
        let mut forged = flipped(&dossier, *flip);
        let bytes = forged.files[flip.0].clone();
        with_manifest(&mut forged, |manifest| {
            let listed = manifest.records.iter_mut().find(|file| file.file == flip.0).unwrap();
            *listed = FileRef::to(flip.0, &bytes);
        });
        end(&check(&forged), &[flip.0], &format!("bit {}", flip.1))
    });
    tally.print("dossier, flips in records under a true seal");
}

/// A proof has no seal: what of it is not signed or proven is what docs/formats.md §13 calls a pointer.
#[test]
fn campaign_flips_in_a_proof() {
    let mut good = World::new().proof(0);
    good.checkpoint = World::new().checkpoint();
    let (log, policy) = (log_signer().verifier(), Policy::parse(policy().as_bytes()).unwrap());
    let trust = Trust { logs: std::slice::from_ref(&log), policy: Some(&policy) };
    let bytes = good.to_bytes().unwrap();
    let folder = Dossier { files: [(PROOF.to_owned(), bytes.clone())].into() };
    let check = |bytes: &[u8]| verify_proof(PROOF, bytes, trust);
    assert_eq!(check(&bytes).outcome, Outcome::Good);
    let bits: Vec<Flip> = (0..8 * bytes.len()).map(|bit| (PROOF, bit)).collect();
    let tally = judge(&bits, |flip| {
        let changed = flipped(&folder, *flip).files[PROOF].clone();
        match check(&changed) {
            report if report.outcome == Outcome::Good && only_pointers_differ(&changed, &good) => {
                End::Harmless
            }
            report => end(&report, &[PROOF], &format!("bit {}", flip.1)),
        }
    });
    tally.print("proof.json, flips (harmless: registered_leaf, a pointer)");
    assert!(tally.harmless <= 8, "more is unprotected than one digit of two pointers");
    let cuts: Vec<Upheaval> =
        upheavals(&folder).into_iter().filter(|(.., d)| d.files.contains_key(PROOF)).collect();
    judge(&cuts, |(what, _, changed)| end(&check(&changed.files[PROOF]), &[PROOF], what))
        .print("proof.json, cut, doubled, reordered");
}

fn only_pointers_differ(changed: &[u8], good: &Proof) -> bool {
    let mut changed = Proof::parse(changed).unwrap();
    for (key, was) in changed.keys.iter_mut().zip(&good.keys) {
        key.registered_leaf = was.registered_leaf;
    }
    changed == *good
}

#[test]
fn campaign_forgeries_and_good_ones() {
    let mut tally = Tally::default();
    for (name, change) in forgeries::all() {
        let mut dossier = World::new().dossier();
        change(&mut dossier);
        let rejected = check(&dossier).outcome != Outcome::Good;
        tally.add(if rejected { End::Detected } else { End::Missed(name.into()) });
    }
    tally.print("dossier, forgeries by name, most under a true seal");
    let mut alarms = Tally::default();
    for (name, change) in forgeries::harmless() {
        let mut dossier = World::new().dossier();
        change(&mut dossier);
        let good = check(&dossier).outcome == Outcome::Good;
        alarms.add(if good { End::Harmless } else { End::Missed(format!("false alarm: {name}")) });
    }
    for size in (0..40).chain([255, 256, 257, 300, 512, 513]) {
        let good = log_files::report(&log_files::log_of(size, "leaves")).outcome == Outcome::Good;
        alarms.add(if good { End::Harmless } else { End::Missed(format!("false alarm: {size}")) });
    }
    alarms.print("good dossiers and logs (missed: false alarms)");
}
