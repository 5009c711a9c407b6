//! Dossiers: a good one holds, and every kind of tampering or loss is told apart and named.

use crate::world::{Dossier, World, exhibit, log_signer, payload, signed, signing_key};
use zhijian::{
    base::Digest,
    ledger::{
        self, NoteSigner, RecordProof,
        dossier::{
            FileRef, Finding, Manifest, Outcome, Report, State, Trust,
            manifest::{self, CHECKPOINT, MANIFEST, README, SEAL},
        },
        record::{Custody, ExhibitRef},
        verdict::Step,
    },
    verify,
};

pub fn report(dossier: &Dossier) -> Report {
    let log = log_signer().verifier();
    verify::dossier(dossier, Trust { logs: std::slice::from_ref(&log), policy: None })
}

fn at_fault(finding: &Finding) -> bool {
    !matches!(finding.state, State::Good | State::Noted)
}

/// The faults found after `change`, as part, step and state.
fn faults(change: impl FnOnce(&mut Dossier)) -> Vec<(String, Step, State)> {
    let mut dossier = World::new().dossier();
    change(&mut dossier);
    let bad = report(&dossier).verdicts.into_iter().filter(at_fault);
    bad.map(|finding| (finding.part, finding.step, finding.state)).collect()
}

/// What somebody who holds the log's key could do: change a record file and seal again.
pub fn with_record(dossier: &mut Dossier, seq: usize, change: impl FnOnce(&mut RecordProof)) {
    let mut manifest = dossier.manifest();
    let name = manifest.records[seq].file.clone();
    let mut record = RecordProof::parse(&dossier.files[&name]).unwrap();
    change(&mut record);
    let bytes = record.to_bytes().unwrap();
    manifest.records[seq] = FileRef::to(&name, &bytes);
    dossier.files.insert(name, bytes);
    dossier.seal(&manifest);
}

/// The same with the table of contents.
pub fn with_manifest(dossier: &mut Dossier, change: impl FnOnce(&mut Manifest)) {
    let mut manifest = dossier.manifest();
    change(&mut manifest);
    dossier.seal(&manifest);
}

fn one(part: &str, step: Step, state: State) -> Vec<(String, Step, State)> {
    vec![(part.to_owned(), step, state)]
}

pub const FIRST: &str = "records/0000.json";
pub const SECOND: &str = "records/0001.json";
pub const THIRD: &str = "records/0002.json";

#[test]
fn a_whole_dossier_holds() {
    let dossier = World::new().dossier();
    let report = report(&dossier);
    assert_eq!(report.outcome, Outcome::Good, "{report:#?}");
    assert!(report.log_key_given && report.first_fault().is_none());
    assert_eq!(report.number.as_deref(), Some("某市监罚〔2025〕7号"));
    let unaided = verify::dossier(&dossier, Trust::default());
    assert_eq!((unaided.outcome, unaided.log_key_given), (Outcome::Good, false));
}

#[test]
fn what_is_missing_is_not_called_tampered() {
    let photo = World::new().exhibits[0].0.file.clone();
    for (name, step) in [
        (MANIFEST, Step::Manifest),
        (SEAL, Step::Seal),
        (README, Step::File),
        (photo.as_str(), Step::Exhibit),
    ] {
        let found = faults(|d| drop(d.files.remove(name)));
        assert_eq!(found, one(name, step, State::Missing));
    }
    let found = faults(|d| drop(d.files.remove(SECOND)));
    let missing: Vec<_> = found.iter().map(|(part, step, _)| (part.as_str(), *step)).collect();
    assert!(found.iter().all(|(_, _, state)| *state == State::Missing));
    assert_eq!(missing[..2], [(SECOND, Step::File), (MANIFEST, Step::Chain)]);
    let follows = [Step::Exhibit, Step::Procedure];
    assert!(missing[2..].iter().all(|(_, step)| follows.contains(step)));
}

#[test]
fn after_a_missing_record_the_next_still_needs_its_number() {
    let found = faults(|d| {
        let first = d.files[FIRST].clone();
        with_manifest(d, |m| m.records[2] = FileRef::to(THIRD, &first));
        d.files.insert(THIRD.into(), first);
        d.files.remove(SECOND);
    });
    assert!(found.contains(&(THIRD.into(), Step::Chain, State::Tampered)), "{found:?}");
    assert!(found.contains(&(SECOND.into(), Step::File, State::Missing)), "{found:?}");
}

#[test]
fn a_missing_checkpoint_leaves_nothing_provable() {
    let mut dossier = World::new().dossier();
    dossier.files.remove(CHECKPOINT);
    let report = report(&dossier);
    let first = report.first_fault().unwrap();
    assert_eq!(
        (first.part.as_str(), first.step, first.state),
        (CHECKPOINT, Step::Checkpoint, State::Missing)
    );
    assert_eq!(report.outcome, Outcome::Incomplete, "{report:#?}");
}

#[test]
fn both_missing_and_tampered_are_named() {
    let mut dossier = World::new().dossier();
    let photo = World::new().exhibits[0].0.file.clone();
    dossier.files.remove(&photo);
    dossier.files.get_mut(README).unwrap().push(b'!');
    let report = report(&dossier);
    assert_eq!(report.outcome, Outcome::Tampered);
    let state = |part: &str| {
        report.verdicts.iter().find(|f| f.part == part && at_fault(f)).map(|f| f.state)
    };
    assert_eq!((state(&photo), state(README)), (Some(State::Missing), Some(State::Tampered)));
}

#[test]
fn any_flipped_bit_is_found_in_its_file() {
    let good = World::new().dossier();
    for (name, bytes) in &good.files {
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 120) {
            let mut dossier = good.clone();
            dossier.files.get_mut(name).unwrap()[at] ^= 1 << (at % 8);
            let report = report(&dossier);
            assert_eq!(report.outcome, Outcome::Tampered, "{name} byte {at}: {report:#?}");
            let parts: Vec<&str> = match name.as_str() {
                MANIFEST => vec![MANIFEST, SEAL],
                other => vec![other],
            };
            let first = report.first_fault().unwrap();
            assert!(parts.contains(&first.part.as_str()), "{name} byte {at}: {first:?}");
        }
    }
}

#[test]
fn files_nobody_listed_are_named() {
    let stranger = "exhibits/extra.jpg";
    let found = faults(|d| drop(d.files.insert(stranger.into(), vec![1])));
    assert_eq!(found, one(stranger, Step::File, State::Tampered));
    let harmless = faults(|d| drop(d.files.insert("exhibits/.DS_Store".into(), vec![1])));
    assert_eq!(harmless, []);
}

#[test]
fn swapped_exhibits_are_named_as_such() {
    let world = World::new();
    let (a, b) = (&world.exhibits[0], &world.exhibits[1]);
    let mut dossier = world.dossier();
    dossier.files.insert(a.0.file.clone(), b.1.clone());
    dossier.files.insert(b.0.file.clone(), a.1.clone());
    let bad: Vec<_> = report(&dossier).verdicts.into_iter().filter(at_fault).collect();
    assert_eq!(bad.len(), 2);
    assert!(bad.iter().all(|finding| finding.detail.contains("被调换")), "{bad:#?}");
}

#[test]
fn the_list_of_exhibits_agrees_with_the_signed_records() {
    let photo = World::new().exhibits[0].0.file.clone();
    let tampered = |found: Vec<(String, Step, State)>| {
        assert!(!found.is_empty());
        assert!(
            found.iter().all(|fault| *fault == (photo.clone(), Step::Exhibit, State::Tampered)),
            "{found:?}"
        );
    };
    tampered(faults(|d| with_manifest(d, |m| m.exhibits[0].size += 1)));
    tampered(faults(|d| with_manifest(d, |m| m.exhibits[0].media_type = "text/html".into())));
    tampered(faults(|d| with_manifest(d, |m| m.exhibits[0].chunk_root = Digest::ZERO)));
    // Dropped from the list and the folder: a record still names it.
    let found = faults(|d| {
        d.files.remove(&photo);
        with_manifest(d, |m| drop(m.exhibits.remove(0)));
    });
    assert_eq!(found, one(SECOND, Step::Exhibit, State::Missing));
    // Added to both: no record names it.
    let (file, bytes) = exhibit("伪证.jpg", "image/jpeg", b"planted");
    let name = file.file.clone();
    let found = faults(|d| {
        d.files.insert(name.clone(), bytes);
        with_manifest(d, |m| m.exhibits.push(file));
    });
    assert_eq!(found, one(&name, Step::Exhibit, State::Tampered));
}

#[test]
fn every_record_that_names_an_exhibit_must_agree_about_it() {
    let named_twice = |lie: &dyn Fn(&mut ExhibitRef)| {
        let mut world = World::new();
        let photo = vec![world.exhibits[0].0.clone()];
        let mut second = payload("measure", &[("officer-1", Custody::Browser)], &[], &photo);
        lie(&mut second.exhibits[0]);
        let before_last = world.made.pop().unwrap();
        world.append(signed(&second), Vec::new(), before_last.leaf.index);
        // The last to name the photo tells the truth, so that only the earlier one can be found out.
        let third = payload("decision", &[("officer-1", Custody::Browser)], &[], &photo);
        world.append(signed(&third), Vec::new(), 18);
        // Only what the ledger can tell: the rules would have none of these records.
        ledger::dossier::verify(&world.dossier(), Trust::default()).report
    };
    assert_eq!(named_twice(&|_| ()).outcome, Outcome::Good);
    assert_eq!(named_twice(&|e| e.media_type = "image/pjpeg".into()).outcome, Outcome::Good);
    let photo = World::new().exhibits[0].0.file.clone();
    for report in [named_twice(&|e| e.size += 1), named_twice(&|e| e.chunk_root = Digest::ZERO)] {
        assert_eq!(report.outcome, Outcome::Tampered);
        assert_eq!(report.first_fault().unwrap().part, photo);
    }
}

#[test]
fn the_manifest_is_the_log_s_and_nobody_else_s() {
    let forger = NoteSigner::new(log_signer().verifier().name(), signing_key("forger")).unwrap();
    let found = faults(|d| {
        let mut manifest = d.manifest();
        manifest.number = "另案".into();
        let bytes = manifest.to_bytes().unwrap();
        d.files.insert(SEAL.into(), manifest::seal(&bytes, &[&forger]).unwrap().into_bytes());
        d.files.insert(MANIFEST.into(), bytes);
    });
    assert_eq!(found, one(SEAL, Step::Seal, State::Tampered));
    // A true seal of another manifest.
    let found = faults(|d| {
        let mut manifest = d.manifest();
        let seal = d.files[SEAL].clone();
        manifest.number = "另案".into();
        d.seal(&manifest);
        d.files.insert(SEAL.into(), seal);
    });
    assert_eq!(found, one(SEAL, Step::Seal, State::Tampered));
}

#[test]
fn the_last_record_cannot_be_dropped_quietly() {
    let found = faults(|d| {
        d.files.remove(THIRD);
        let mut manifest = d.manifest();
        manifest.records.pop();
        d.files.insert(MANIFEST.into(), manifest.to_bytes().unwrap());
    });
    assert_eq!(found, one(SEAL, Step::Seal, State::Tampered));
}

#[test]
fn gaps_and_another_order_are_named_even_under_a_true_seal() {
    let found = faults(|d| {
        let third = d.files.remove(THIRD).unwrap();
        with_manifest(d, |m| {
            m.records.pop();
            m.records[1] = FileRef::to(SECOND, &third);
            m.exhibits.clear();
        });
        d.files.insert(SECOND.into(), third);
        d.files.retain(|name, _| !name.starts_with("exhibits/"));
    });
    assert!(found.contains(&(SECOND.into(), Step::Chain, State::Tampered)), "{found:?}");
    let found = faults(|d| {
        let (second, third) = (d.files[SECOND].clone(), d.files[THIRD].clone());
        with_manifest(d, |m| {
            m.records[1] = FileRef::to(SECOND, &third);
            m.records[2] = FileRef::to(THIRD, &second);
        });
        d.files.insert(SECOND.into(), third);
        d.files.insert(THIRD.into(), second);
    });
    assert_eq!(found[0], (SECOND.into(), Step::Chain, State::Tampered));
}

/// The page says the same words: tests/browser/unit/dossier.test.mjs.
#[test]
fn people_read_of_records_from_one_on() {
    let said = |dossier: &Dossier| -> Vec<String> {
        let verdicts = report(dossier).verdicts.into_iter();
        verdicts.filter(|one| one.step == Step::Chain).map(|one| one.detail).collect()
    };
    let mut dossier = World::new().dossier();
    let whole = "第 1 至第 3 号首尾相连，没有缺号；制卷以后是否另有记录，须向存证方查询";
    assert_eq!(said(&dossier), [whole]);
    with_record(&mut dossier, 1, |record| record.entry.prev = Digest::of(b"other"));
    assert_eq!(said(&dossier)[0], "第 2 号条目没有接在前一条目之后，二者之一被改动");
    let mut dossier = World::new().dossier();
    with_record(&mut dossier, 1, |record| record.entry.seq = 2);
    assert_eq!(said(&dossier)[0], "缺第 2 号条目，其位置上是第 3 号");
    dossier.files.remove(FIRST);
    assert_eq!(said(&dossier)[0], "应为第 2 号，实为第 3 号");
}

#[test]
fn a_record_of_another_case_is_named() {
    let found = faults(|d| with_manifest(d, |m| m.case.push('x')));
    assert_eq!(found.iter().filter(|(_, step, _)| *step == Step::Chain).count(), 4, "{found:?}");
}

#[test]
fn tampering_within_a_record_is_named_by_its_step_even_under_a_true_seal() {
    let forged = |step: Step, change: &dyn Fn(&mut RecordProof)| {
        let found = faults(|d| with_record(d, 0, change));
        assert!(found.contains(&(FIRST.into(), step, State::Tampered)), "{step:?}: {found:?}");
    };
    forged(Step::Fields, &|r| r.opened[0].value = "李四".into());
    forged(Step::Fields, &|r| r.hidden.clear());
    forged(Step::Inclusion, &|r| r.leaf.nonce[0] ^= 1);
    forged(Step::Entry, &|r| {
        let fields = World::new().made[0].fields.clone();
        r.envelope = signed(&payload("decision", &[("officer-1", Custody::Browser)], &fields, &[]))
            .to_bytes();
    });
    forged(Step::Signatures, &|r| {
        let mut envelope = World::new().made[0].envelope.clone();
        envelope.signatures[0].sig[5] ^= 1;
        r.envelope = envelope.to_bytes();
    });
    forged(Step::Signatures, &|r| {
        let mut envelope = World::new().made[0].envelope.clone();
        envelope.signatures.pop();
        r.envelope = envelope.to_bytes();
    });
}

#[test]
fn names_that_lead_elsewhere_are_never_opened() {
    for name in ["../../etc/passwd", "/etc/passwd", "records/../0000.json", "records/0.json"] {
        let mut manifest = World::new().dossier().manifest();
        manifest.records[0].file = name.into();
        assert_eq!(manifest.to_bytes(), Err(manifest::ManifestFault::FileName));
        let bytes = World::new().dossier().files[MANIFEST].clone();
        let text = String::from_utf8(bytes).unwrap().replace(FIRST, name);
        let found = faults(|d| drop(d.files.insert(MANIFEST.into(), text.into_bytes())));
        assert_eq!(found, one(MANIFEST, Step::Manifest, State::Tampered));
    }
}

#[test]
fn another_key_than_the_trusted_one_is_refused() {
    let stranger = NoteSigner::new("other.example", signing_key("x")).unwrap().verifier();
    let report = verify::dossier(
        &World::new().dossier(),
        Trust { logs: std::slice::from_ref(&stranger), policy: None },
    );
    assert_eq!(report.outcome, Outcome::Tampered);
    assert!(report.first_fault().unwrap().detail.contains("与您指定的日志公钥不同"));
}

#[test]
fn what_the_rules_forbade_is_named_and_is_no_tampering() {
    let forbidden = |kind: &str| {
        let mut world = World::new();
        let made = payload(kind, &[("officer-1", Custody::Browser)], &[], &[]);
        world.append(signed(&made), Vec::new(), 18);
        report(&world.dossier())
    };
    // A second filing, one officer for two, a kind that nobody knows.
    for kind in ["filing", "inspection", "siesta"] {
        let report = forbidden(kind);
        let fault = report.first_fault().unwrap();
        assert_eq!((report.outcome, fault.state), (Outcome::Irregular, State::Irregular), "{kind}");
        assert_eq!((fault.part.as_str(), fault.step), ("records/0003.json", Step::Procedure));
        // The world's dossiers are of rules that nobody has: objections say so, as good ones do.
        let noted = |one: &&Finding| one.step == Step::Procedure && one.state == State::Noted;
        let noted: Vec<&Finding> = report.verdicts.iter().filter(noted).collect();
        assert_eq!(noted.len(), 1, "{kind}");
        assert!(noted[0].detail.contains("不是同一版本，核对依照本程序所带的规则"), "{kind}");
    }
    assert!(
        forbidden("filing").first_fault().unwrap().detail.contains("已于2025年11月21日立案（《")
    );
}

/// Prints how long a long case takes; docs/benchmarks.md has the figures of a release build.
#[test]
fn a_thousand_records_are_checked_in_a_moment() {
    let mut world = World::new();
    world.leaf_hashes.resize(1_100, Digest::ZERO);
    for n in 3..1_000 {
        let officers = [("officer-1", Custody::Browser), ("officer-2", Custody::Server)];
        world.append(signed(&payload("inspection", &officers, &[], &[])), Vec::new(), 21 + n);
    }
    let dossier = world.dossier();
    let since = std::time::Instant::now();
    let report = report(&dossier);
    println!("a dossier of 1,000 records: {} ms", since.elapsed().as_millis());
    assert_eq!(report.outcome, Outcome::Good, "{:?}", report.first_fault());
}
