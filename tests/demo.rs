//! The demonstration county is filled once and looked at from all sides: its scripts, its ledger, its public face.

use std::{path::Path, sync::Arc};
use zhijian::{
    app::SystemClock,
    base::Moment,
    cli::demo::{self, Summary},
    config::Config,
    desk::{Clock as _, Desk, Error, House, Role, file, fsck, permit, sealing, sign_in},
    law::rule::DISCLOSE,
    store::{
        Db, agencies, chains, checkpoints, clocks, disclosures, entries, keys, people, releases,
        reviews,
    },
};

fn settings() -> Config {
    Config::load(None, std::iter::empty()).unwrap()
}

async fn filled(folder: &Path) -> (Arc<House>, Summary) {
    demo::load(&settings(), &folder.join("data"), SystemClock.now()).await.unwrap()
}

#[tokio::test]
async fn the_county_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (house, summary) = filled(folder.path()).await;
    println!("{summary}");
    every_script_stands_where_it_should(&summary);
    the_county_is_small_and_every_role_is_held(&house).await;
    everybody_can_sign_in_and_sign(&house).await;
    let report = fsck::fsck(&house, Arc::new(|_, _, _| {})).await.unwrap();
    assert_eq!(report.faults, []);
    let looked = house.clone();
    house
        .store
        .read(move |db| {
            the_log_is_what_was_signed(db);
            the_cases_show_what_they_are_to_show(db, &summary, looked.clock.now());
            nothing_private_is_public(db, &looked);
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let again = demo::load(&settings(), &folder.path().join("data"), SystemClock.now()).await;
    assert!(again.is_err(), "a filled folder is not filled twice");
}

#[tokio::test]
async fn a_folder_with_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.txt"), "mine").unwrap();
    assert!(demo::load(&settings(), folder.path(), SystemClock.now()).await.is_err());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1);
    // So is a demonstration that was broken off: it is told, not mended in silence.
    let half = folder.path().join("half");
    std::fs::create_dir(&half).unwrap();
    std::fs::write(half.join("DEMO"), "filling\n").unwrap();
    assert!(demo::load(&settings(), &half, SystemClock.now()).await.is_err());
}

fn every_script_stands_where_it_should(summary: &Summary) {
    assert_eq!(summary.cases.len(), 40);
    for case in &summary.cases {
        assert_eq!(case.last, case.stop_at, "{}", case.script);
    }
    let every = [
        "filing",
        "inspection",
        "interview",
        "evidence",
        "conclusion",
        "submission",
        "review",
        "notice",
        "statement",
        "hearing",
        "discussion",
        "decision",
        "service",
        "disclosure",
        "execution",
        "closing",
        "withdrawal",
    ];
    let missing = every.iter().find(|&&kind| summary.cases.iter().all(|case| case.last != kind));
    assert_eq!(missing, None, "no case stands there");
    assert!(summary.disclosures >= 200, "{}", summary.disclosures);
    assert!(summary.exhibits >= 200, "{}", summary.exhibits);
}

async fn staff(house: &Arc<House>) -> Vec<people::Person> {
    let all = |db: &mut Db| {
        let agencies: Vec<String> = agencies::all(db)?.into_iter().map(|one| one.id).collect();
        Ok::<_, Error>(people::by_agency(db, &agencies)?)
    };
    house.store.read(all).await.unwrap()
}

/// Who tries it out meets few people; none of them investigates and also reviews, decides or watches.
async fn the_county_is_small_and_every_role_is_held(house: &Arc<House>) {
    let all = staff(house).await;
    assert!((12..=15).contains(&all.len()), "{} people", all.len());
    let roles: Vec<Vec<Role>> = all.iter().map(|one| permit::parse_roles(&one.roles)).collect();
    for role in Role::ALL {
        assert!(roles.iter().any(|held| held.contains(&role)), "nobody is {}", role.label());
    }
    for (person, held) in all.iter().zip(&roles) {
        let among = |roles: &[Role]| held.iter().filter(|role| roles.contains(role)).count();
        let apart = [Role::Officer, Role::Reviewer, Role::Head, Role::Supervisor];
        assert!(among(&apart) <= 1, "{} is {}", person.login, person.roles);
        let officer = held.contains(&Role::Officer);
        assert!(!officer || held.len() == 1, "{} is {}", person.login, person.roles);
        let qualified = !person.qualification.is_empty();
        assert_eq!(held.contains(&Role::Reviewer), qualified, "{}", person.login);
    }
}

/// With the one password that is printed: it opens the account and the key that is kept here.
async fn everybody_can_sign_in_and_sign(house: &Arc<House>) {
    let desk = Desk::new(house.clone(), None);
    for login in staff(house).await.into_iter().map(|person| person.login) {
        let signed_in = sign_in::sign_in(&desk, &login, demo::PASSWORD, &login).await.unwrap();
        let person = signed_in.who.person.to_string();
        let held = house.store.read(move |db| keys::active_of(db, &person)).await.unwrap();
        let [key] = held.as_slice() else { panic!("{login} has {} keys", held.len()) };
        let sealed = key.sealed_secret.as_ref().unwrap();
        let secret = sealing::open_secret(demo::PASSWORD, &key.id, sealed).unwrap();
        let public = ed25519_dalek::SigningKey::from_bytes(&secret).verifying_key().to_bytes();
        assert_eq!(public.as_slice(), key.public_key, "{login}");
    }
}

fn all_chains(db: &mut Db) -> Vec<chains::Chain> {
    let all = chains::page(db, "", 1_000).unwrap();
    assert!(all.len() > 40 && all.len() < 1_000, "{}", all.len());
    all
}

fn the_log_is_what_was_signed(db: &mut Db) {
    let size = entries::size(db).unwrap();
    let newest = checkpoints::latest(db).unwrap().unwrap();
    assert_eq!(newest.size, size, "everything is under a checkpoint");
    let rows = entries::range(db, 0..size).unwrap();
    let before = rows.windows(2).find(|pair| pair[0].received_at > pair[1].received_at);
    assert!(before.is_none(), "the log's order is that of its times: {before:?}");
}

fn the_cases_show_what_they_are_to_show(db: &mut Db, summary: &Summary, now: Moment) {
    let today = now.day().to_string();
    let agencies: Vec<String> =
        agencies::all(db).unwrap().into_iter().map(|agency| agency.id).collect();
    assert!(
        !reviews::waiting(db, &agencies, None, 100).unwrap().is_empty(),
        "a review is waited for"
    );
    let mut returned = 0;
    for case in &summary.cases {
        let last = reviews::by_case(db, case.case.as_str()).unwrap().into_iter().last();
        let result = last.and_then(|review| review.result);
        returned += u32::from(result.is_some_and(|result| result != "agree"));
    }
    assert!(returned >= 1, "a review was returned");
    let late = clocks::overdue(db, &agencies, &today, None, 100).unwrap();
    let late: Vec<(&str, &str)> = late
        .iter()
        .map(|clock| {
            let case = summary.cases.iter().find(|case| case.case.as_str() == clock.case_id);
            (case.unwrap().script.as_str(), clock.rule.as_str())
        })
        .collect();
    assert_eq!(late, [("sj15", DISCLOSE)], "what is overdue is what the scripts mean to be");
    let states = |state: &str| disclosures::Filter {
        states: vec![state.to_owned()],
        ..disclosures::Filter::default()
    };
    assert_eq!(disclosures::count(db, &states("withdrawn")).unwrap().total, 1);
    assert_eq!(disclosures::count(db, &states("corrected")).unwrap().total, 1);
}

fn nothing_private_is_public(db: &mut Db, house: &House) {
    let mut private: Vec<String> = Vec::new();
    for chain in all_chains(db) {
        for record in file::read(db, house, &chain.id).unwrap() {
            let named = |path: &str| path.ends_with("id_number") || path.ends_with("phone");
            private.extend(
                record.fields.into_iter().filter(|f| named(&f.path)).map(|field| field.value),
            );
        }
    }
    assert!(private.len() > 40, "{}", private.len());
    let mut shown = 0;
    for disclosure in disclosures::page_by_id(db, "", 1_000).unwrap() {
        for release in releases::by_disclosure(db, &disclosure.id).unwrap() {
            shown += 1;
            let leak = private.iter().find(|value| release.content.contains(value.as_str()));
            assert_eq!(leak, None, "{}", disclosure.number);
            assert_eq!(identity_number(&release.content), None, "{}", disclosure.number);
        }
    }
    assert!(shown > 200, "{shown}");
}

/// The first text in the shape of an identity number (GB 11643) of any region: 17 digits, a date among them.
fn identity_number(text: &str) -> Option<String> {
    let shaped = |word: &&str| {
        word.len() == 18
            && word.bytes().take(17).all(|byte| byte.is_ascii_digit())
            && format!("{}-{}-{}", &word[6..10], &word[10..12], &word[12..14])
                .parse::<zhijian::base::Day>()
                .is_ok()
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).find(shaped).map(str::to_owned)
}

#[test]
fn the_search_for_identity_numbers_finds_one() {
    assert!(identity_number("证号99010119870412021X，").is_some());
    assert!(identity_number("代码91990101MADM01169H、119901010000030333，").is_none());
}
