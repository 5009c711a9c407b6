//! The verifier in Python, written from docs/formats.md alone (tests/independent), against `zhijian-verify`: they must
//! say the same of every dossier, good or tampered with.

use crate::{
    forgeries::{self, Change},
    program,
    python::{here, python},
    world::{World, log_signer},
};
use std::collections::BTreeMap;

/// What both verifiers say of each changed dossier, as exit codes: ours and the independent one.
fn verdicts(changes: &[(&'static str, Change)]) -> BTreeMap<&'static str, (i32, i32)> {
    let place = tempfile::tempdir().unwrap();
    let vkey = log_signer().verifier().to_string();
    let mut folders = Vec::new();
    let mut ours = Vec::new();
    for (number, (name, change)) in changes.iter().enumerate() {
        let mut dossier = World::new().dossier();
        change(&mut dossier);
        let folder = place.path().join(number.to_string());
        program::write(&dossier, &folder);
        let folder = folder.to_str().unwrap().to_owned();
        ours.push((*name, program::run(&[&folder, "--vkey", &vkey]).0));
        folders.push(folder);
    }
    let mut arguments = vec!["--vkey", &vkey];
    arguments.extend(folders.iter().map(String::as_str));
    let (_, said) = python("verify.py", &arguments);
    let theirs = said.lines().filter_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        ["outcome", "good", _] => Some(0),
        ["outcome", "tampered", _] => Some(1),
        ["outcome", "incomplete", _] => Some(2),
        _ => None,
    });
    let theirs: Vec<i32> = theirs.collect();
    assert_eq!(theirs.len(), changes.len(), "{said}");
    ours.into_iter().zip(theirs).map(|((name, ours), theirs)| (name, (ours, theirs))).collect()
}

#[test]
fn its_parts_hold_against_the_vectors() {
    let (code, said) = python("vectors.py", &[here("tests/vectors").to_str().unwrap()]);
    assert_eq!((code, said.as_str()), (0, "the vectors hold\n"));
}

#[test]
fn no_good_dossier_is_rejected() {
    for (name, codes) in verdicts(&forgeries::harmless()) {
        assert_eq!(codes, (0, 0), "{name}");
    }
}

#[test]
fn every_tampering_is_rejected_by_both_in_the_same_way() {
    let changes = forgeries::all();
    let verdicts = verdicts(&changes);
    assert_eq!(verdicts.len(), changes.len(), "two forgeries of one name");
    for (name, (ours, theirs)) in verdicts {
        assert!(ours == 1 || ours == 2, "{name}: zhijian-verify exits with {ours}");
        assert_eq!(ours, theirs, "{name}: zhijian-verify and the independent verifier disagree");
    }
}

#[test]
fn every_flip_in_a_file_is_rejected_by_both() {
    let mut changes: Vec<(&'static str, Change)> = Vec::new();
    for (name, bytes) in World::new().dossier().files {
        let name: &'static str = name.leak();
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 12) {
            let change = move |dossier: &mut crate::world::Dossier| {
                dossier.files.get_mut(name).unwrap()[at] ^= 1 << (at % 8);
            };
            changes.push((format!("{name} byte {at}").leak(), Box::new(change)));
        }
    }
    for (name, codes) in verdicts(&changes) {
        assert_eq!(codes, (1, 1), "{name}");
    }
}

#[test]
fn a_single_proof_and_its_forgeries() {
    let place = tempfile::tempdir().unwrap();
    let vkey = log_signer().verifier().to_string();
    let good = String::from_utf8(World::new().proof(0).to_bytes().unwrap()).unwrap();
    let check = |text: &str, expected: i32| {
        let path = place.path().join("proof.json");
        std::fs::write(&path, text).unwrap();
        let arguments = [path.to_str().unwrap(), "--vkey", &vkey];
        let (ours, said) = program::run(&arguments);
        let (theirs, also) = python("verify.py", &arguments);
        assert_eq!((ours, theirs), (expected, expected), "{text}\n{said}\n{also}");
    };
    check(&good, 0);
    check(&format!("{good}\n"), 1);
    for (from, to) in [
        ("某某", "某某某"),
        ("\"registered_leaf\":1}", "\"registered_leaf\":5}"),
        ("\"registered_leaf\":1}", "\"registered_leaf\":1,\"revoked_leaf\":3}"),
        ("\"index\":4", "\"index\":5"),
        ("\"custody\":\"browser\"", "\"custody\":\"service\""),
        ("zhijian/proof/v1", "zhijian/proof/v2"),
        ("\"seq\":0", "\"seq\":1"),
        ("\\n21\\n", "\\n22\\n"),
        ("\"format\":", "\"format\": "),
    ] {
        assert!(good.contains(from), "{from}");
        check(&good.replacen(from, to, 1), 1);
    }
}
