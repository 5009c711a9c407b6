//! Variants of a dossier as zip files: each holds, shows what it may and nothing else, and a changed zip is found out.

use crate::{
    county,
    house::{self, Bureau},
    python,
};
use std::{
    io::{self, Cursor, Write},
    sync::{Arc, Mutex},
};
use zhijian::{
    desk::{
        Error, House,
        export_dossier::{self, sink},
        file,
    },
    ledger::dossier::{Folder as _, Manifest, Outcome, Report, State, Trust, Variant},
    store::{agencies, cases},
    verify::{self, packed::Packed},
};

/// A stream that cannot be sought in.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn zip(bureau: &Bureau, variant: Variant) -> Result<Vec<u8>, Error> {
    let case = export_dossier::case_numbered(&bureau.house, house::NUMBER).await?;
    zip_of(&bureau.house, &case, variant).await
}

async fn zip_of(house: &Arc<House>, case: &str, variant: Variant) -> Result<Vec<u8>, Error> {
    let now = zhijian::base::Moment::from_millis(1_800_000_000_000);
    let plan = export_dossier::plan(house, case, variant, now).await?;
    let pipe = Pipe::default();
    export_dossier::write(house, plan, Box::new(sink::Zip::new(pipe.clone()))).await?;
    let bytes = pipe.0.lock().unwrap().clone();
    Ok(bytes)
}

fn report(house: &House, zip: &[u8]) -> Report {
    let log = house.log.verifier();
    let packed = Packed::open(Cursor::new(zip)).unwrap();
    verify::dossier(&packed, Trust { logs: std::slice::from_ref(&log), policy: None })
}

/// Everything that a zip holds, unpacked, and its table of contents.
fn contents(zip: &[u8]) -> (Manifest, String) {
    let packed = Packed::open(Cursor::new(zip)).unwrap();
    let mut all = Vec::new();
    let mut manifest = None;
    for name in packed.names() {
        let from = all.len();
        assert!(packed.read(&name, &mut |file| {
            file.read_to_end(&mut all).unwrap();
        }));
        if name == "manifest.json" {
            manifest = Manifest::parse(&all[from..]).ok();
        }
    }
    (manifest.unwrap(), String::from_utf8_lossy(&all).into_owned())
}

#[actix_web::test]
async fn each_variant_holds_and_shows_what_it_may() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let whole = zip(&bureau, Variant::Whole).await.unwrap();
    assert_eq!(
        whole,
        zip(&bureau, Variant::Whole).await.unwrap(),
        "the same dossier has the same bytes"
    );
    let party = zip(&bureau, Variant::Party).await.unwrap();
    let court = zip(&bureau, Variant::Court).await.unwrap();
    for zip in [&whole, &party, &court] {
        let report = report(&bureau.house, zip);
        assert_eq!(report.outcome, Outcome::Good, "{:?}", report.first_fault());
    }
    let ((whole, all), (party, some), (court, _)) =
        (contents(&whole), contents(&party), contents(&court));
    assert_eq!(
        (whole.variant, party.variant, court.variant),
        (Variant::Whole, Variant::Party, Variant::Court)
    );
    // The name that somebody gave a file is in the custody record: the party's copy shows neither.
    assert!(all.contains("exhibit.name") && !some.contains("exhibit.name"));
    // Nor does the party get what was uploaded and is evidence of nothing.
    assert_eq!((whole.exhibits.len(), party.exhibits.len(), party.withheld.len()), (1, 0, 1));
    assert!(court.rules.files.len() > 8 && whole.rules.files.is_empty());
    assert_eq!(whole.rules.sha256, party.rules.sha256);
    assert!(whole.key_records.len() >= whole.keys.len());
    // Nothing of this case is disclosed.
    assert!(matches!(zip_refused(&bureau).await, Error::Refused(_)));
}

async fn zip_refused(bureau: &Bureau) -> Error {
    zip(bureau, Variant::Public).await.unwrap_err()
}

/// Of the county's cases one is public, as corrected; the others were withdrawn, withheld or not decided.
#[actix_web::test]
async fn every_copy_of_every_case_holds_and_the_public_one_tells_nothing_private() {
    let folder = county::full().await;
    let house = county::look(folder.path()).await;
    let look = |db: &mut zhijian::store::Db| {
        let agencies = agencies::all(db)?.into_iter().map(|agency| agency.id).collect();
        let all = cases::CaseFilter { agencies, ..cases::CaseFilter::default() };
        let found = cases::page(db, &all, None, 100)?.into_iter().map(|case| case.id);
        Ok::<Vec<String>, Error>(found.collect())
    };
    let all = house.store.read(look).await.unwrap();
    let mut public = 0;
    for id in &all {
        for variant in [Variant::Whole, Variant::Party, Variant::Court] {
            let report = report(&house, &zip_of(&house, id, variant).await.unwrap());
            assert_eq!(report.outcome, Outcome::Good, "{variant:?} {:?}", report.first_fault());
        }
        let Ok(zip) = zip_of(&house, id, Variant::Public).await else { continue };
        public += 1;
        let report = report(&house, &zip);
        assert_eq!(report.outcome, Outcome::Good, "{:?}", report.first_fault());
        let (manifest, text) = contents(&zip);
        assert_eq!(manifest.variant, Variant::Public);
        assert!(text.contains("经营超过保质期的糕点"), "what is public now is in it");
        let (at, id) = (house.clone(), id.clone());
        let records = house.store.read(move |db| file::read(db, &at, &id)).await.unwrap();
        let fields = records.iter().flat_map(|record| &record.fields);
        let secret = |path: &str| path.ends_with("phone") || path.ends_with("id_number");
        let secrets: Vec<_> = fields.filter(|field| secret(&field.path)).collect();
        assert!(!secrets.is_empty());
        assert_eq!(secrets.iter().find(|field| text.contains(&field.value)), None);
    }
    assert_eq!((public, all.len() > 3), (1, true));
}

/// A flip either is found, or changes no byte of any file that is read.
#[actix_web::test]
async fn flips_anywhere_in_a_zip_are_found_or_change_nothing() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let good = zip(&bureau, Variant::Party).await.unwrap();
    let (_, all) = contents(&good);
    let (mut found, mut harmless) = (0, 0);
    for byte in (0..good.len()).step_by(7) {
        let mut changed = good.clone();
        changed[byte] ^= 1 << (byte % 8);
        let log = bureau.house.log.verifier();
        let Ok(packed) = Packed::open(Cursor::new(&changed)) else {
            found += 1;
            continue;
        };
        let report =
            verify::dossier(&packed, Trust { logs: std::slice::from_ref(&log), policy: None });
        if report.outcome == Outcome::Good {
            assert_eq!(contents(&changed).1, all, "byte {byte}");
            harmless += 1;
        } else {
            found += 1;
        }
    }
    println!(
        "zip of {} bytes: {found} flips found, {harmless} change no byte of a file",
        good.len()
    );
    assert!(found > 9 * harmless);
    assert!(Packed::open(Cursor::new(&good[..good.len() / 2])).is_err());
}

#[actix_web::test]
async fn the_independent_verifier_takes_every_variant() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let vkey = bureau.house.log.verifier().to_string();
    for variant in [Variant::Whole, Variant::Party, Variant::Court] {
        let file = bureau.dir.path().join(format!("{}.zip", variant.word()));
        std::fs::write(&file, zip(&bureau, variant).await.unwrap()).unwrap();
        let (code, said) = python::python("verify.py", &["--vkey", &vkey, file.to_str().unwrap()]);
        assert_eq!(code, 0, "{said}");
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 3;
        bytes[middle] ^= 4;
        std::fs::write(&file, bytes).unwrap();
        let (code, said) = python::python("verify.py", &["--vkey", &vkey, file.to_str().unwrap()]);
        assert!(code == 1 || code == 2, "{said}");
    }
}

#[actix_web::test]
async fn what_is_withheld_is_told_and_not_called_missing() {
    let bureau = Bureau::with_case().await;
    bureau.seal().await;
    let zip = zip(&bureau, Variant::Party).await.unwrap();
    let report = report(&bureau.house, &zip);
    let noted = report.verdicts.iter().filter(|v| v.state == State::Noted).count();
    assert!(noted > 0 && report.verdicts.iter().all(|v| v.state != State::Missing), "{report:#?}");
}
