//! The law in the page is the law here: the module of WebAssembly was made of these sources, and answers as they do,
//! lawful cases, breaches and nonsense alike, word by word.

use super::breaches::*;
use super::late_breaches::*;
use super::story::*;
use serde_json::{Value, json};
use std::{fmt::Write as _, fs, path::Path, process::Command};
use zhijian::base::Digest;
use zhijian::law::replay::{self, Told};

const MODULE: &str = "src/web/look/procedure.wasm";

fn here(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file below a folder, from the repository's root.
fn below(folder: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(here(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => below(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn the_module_was_made_of_these_sources() {
    let mut files = Vec::new();
    for folder in ["src/base", "src/law", "src/verify/page"] {
        below(folder, &mut files);
    }
    files.sort();
    let line = |path: &str, name: &str| {
        format!("{}  {name}\n", Digest::of(&fs::read(here(path)).unwrap()).hex())
    };
    let list: String = files.iter().map(|path| line(path, path)).collect();
    let sources = Digest::of(list.as_bytes()).hex();
    let now = format!("{}{sources}  its sources\n", line(MODULE, MODULE));
    let made_of = fs::read_to_string(here(&format!("{MODULE}.made-of"))).unwrap();
    assert_eq!(
        made_of, now,
        "base or law changed: run src/verify/page/build, which makes the page's module anew, and commit both files"
    );
}

/// A package of another version could read a rule or a day in another way.
#[test]
fn the_module_s_packages_are_the_product_s() {
    let packages = |path: &str| -> Vec<(String, String)> {
        let lock: toml::Table = fs::read_to_string(here(path)).unwrap().parse().unwrap();
        let text = |of: &toml::Value, key: &str| of[key].as_str().unwrap().to_owned();
        let all = lock["package"].as_array().unwrap().iter();
        all.map(|one| (text(one, "name"), text(one, "version"))).collect()
    };
    let own = packages("Cargo.lock");
    let others = packages("src/verify/page/Cargo.lock");
    let foreign = others.iter().filter(|one| one.0 != "zhijian-page" && !own.contains(one));
    assert_eq!(
        foreign.collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "copy Cargo.lock there, and build it"
    );
    assert!(others.len() > 20);
}

/// Every case the gate is tested by, told to its end, in both packs.
fn cases() -> Vec<(&'static str, Vec<Told>)> {
    let groups = [
        people_breaches(),
        review_breaches(),
        notice_breaches(),
        decision_breaches(),
        later_breaches(),
    ];
    let all = groups.into_iter().flatten();
    all.map(|(_, mut story, act, _)| (story.pack, story.force(act).told.clone())).collect()
}

/// A small generator, so that every run asks the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// What nobody would sign: a value of another kind, a day of another year, a fact that is gone, records exchanged.
fn spoil(records: &mut Value, dice: &mut Dice) {
    let records = records.as_array_mut().unwrap();
    let (one, other) = (dice.roll(records.len()), dice.roll(records.len()));
    let strange = [
        json!(null),
        json!(-1),
        json!(u64::MAX),
        json!("9999-12-31"),
        json!("2024-02-29"),
        json!("\u{0}\u{10ffff}"),
        json!([[[]]]),
        json!({ "fine": "9223372036854775807" }),
        json!("x".repeat(100_000)),
    ];
    let strange = strange[dice.roll(strange.len())].clone();
    let place = ["at", "received_at", "people", "record", "seq", "exhibits", "kind"][dice.roll(7)];
    match dice.roll(5) {
        0 => records.swap(one, other),
        1 => records[one][place] = strange,
        2 => records[one][place] = records[other][place].clone(),
        what => {
            let facts = records[one]["facts"].as_object_mut().unwrap();
            let name = facts.keys().nth(dice.roll(facts.len())).unwrap().clone();
            if what == 3 {
                facts.remove(&name)
            } else {
                facts.insert(name, strange)
            };
        }
    }
}

/// What the code here answers to the records of a question.
fn answer(pack: &str, records: &Value) -> Value {
    let Ok(told) = serde_json::from_value::<Vec<Told>>(records.clone()) else {
        return json!({ "unusable": "records" });
    };
    let Some(pack) = RULES.pack(pack) else { return json!({ "unusable": "pack" }) };
    json!({ "replayed": replay::replay(&RULES, &CALENDAR, pack, told) })
}

#[test]
fn the_module_answers_word_by_word_as_the_code_here() {
    let mut dice = Dice(20_261_121);
    let mut questions: Vec<(&str, Value)> = Vec::new();
    for (pack, told) in cases() {
        let told = serde_json::to_value(told).unwrap();
        let mut spoilt = told.clone();
        for _ in 0..=dice.roll(3) {
            spoil(&mut spoilt, &mut dice);
        }
        let other = if dice.roll(8) == 0 { "atlantis" } else { "samr" };
        questions.extend([(pack, told.clone()), (other, told), (pack, spoilt)]);
    }
    questions.push(("samr", json!([])));
    let answers = asked(&questions);
    let mut objections = 0;
    for (at, (pack, records)) in questions.iter().enumerate() {
        let expected = answer(pack, records);
        assert_eq!(answers[at], expected, "question {at} of {}: {records}", questions.len());
        let found = expected["replayed"]["objections"].as_array();
        objections +=
            found.map_or(0, |all| all.iter().flat_map(|one| one.as_array().unwrap()).count());
    }
    println!("{} questions, {objections} objections", questions.len());
    assert_eq!(answers.len(), questions.len());
    assert!(questions.len() > 300 && objections > 300, "{} {objections}", questions.len());
}

/// Asks the module in node, which tests/setup installs, as the page does.
fn asked(questions: &[(&str, Value)]) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for (pack, records) in questions {
        writeln!(lines, "{}", json!({ "pack": pack, "records": records })).unwrap();
    }
    let file = dir.path().join("questions");
    fs::write(&file, lines).unwrap();
    let run = Command::new("node").arg(here("tests/law/page.mjs")).arg(file).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let said = String::from_utf8(run.stdout).unwrap();
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
