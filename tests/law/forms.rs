//! Forms: what a page sends becomes exactly the facts act.rs reads.

use super::story::{RULES, day, passed, two};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use zhijian::base::Digest;
use zhijian::law::act::Act;
use zhijian::law::forms::{FieldSpec, FormFault, FormSpec, Input};

type Values = BTreeMap<String, Vec<String>>;

/// A plausible answer to every control of the form.
fn answers(form: &FormSpec) -> Values {
    let mut values = Values::new();
    let mut put = |path: String, value: &str| {
        values.entry(path).or_default().push(value.to_owned());
    };
    for field in &form.fields {
        let path = field.path.clone();
        match field.input {
            Input::Date => put(path, "2026-08-20"),
            Input::Money => put(path, "12,000.5"),
            Input::Number => put(path, "2"),
            Input::Check => put(path, "on"),
            Input::Select | Input::Multiselect => {
                let first = field.options.first().map_or("x", |option| option.value.as_str());
                put(path, first);
            }
            Input::Penalty => {
                put(format!("{path}.kinds"), "fine");
                put(format!("{path}.kinds"), "warning");
                put(format!("{path}.fine"), "1.2万元");
            }
            Input::Findings => {
                for option in &field.options {
                    put(format!("{path}.{}", option.value), "pass");
                }
            }
            Input::Text | Input::Long | Input::Person | Input::People => put(path, "某甲"),
            Input::Server => {}
        }
    }
    values
}

/// What the server would add.
fn fill(form: &FormSpec, facts: &mut Map<String, Value>) {
    for path in form.filled() {
        let value = match path {
            "officers" => json!(two()),
            "reviewer" => json!({ "person": "zhao", "qualification": "A1" }),
            "round" | "issues" => json!(1),
            "masking" => json!(["name"]),
            "listed" => json!({ "kinds": ["fine"], "fine": "1.00" }),
            "reviewed_head" | "review" | "decision" | "disclosure" => json!(Digest::ZERO),
            _ => json!("chief"),
        };
        facts.entry(path).or_insert(value);
    }
}

#[test]
fn every_form_yields_the_facts_of_its_kind_and_no_other() {
    for form in RULES.forms() {
        let (mut facts, private) = form.facts(&answers(form)).unwrap();
        fill(form, &mut facts);
        let act = Act::parse(&form.kind, &Value::Object(facts.clone()));
        let act = act.unwrap_or_else(|fault| panic!("{}: {fault}", form.kind));
        assert_eq!(act.kind(), form.kind);
        assert_eq!(act.officers().is_empty(), !facts.contains_key("officers"));
        let written = serde_json::to_value(&act).unwrap();
        let written: BTreeSet<_> = written["facts"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(written, facts.keys().cloned().collect(), "{}", form.kind);
        let wanted = form.fields.iter().filter(|field| field.private).count();
        assert_eq!(private.len(), wanted, "{}", form.kind);
        let two_sign = ["inspection", "interview", "service", "conclusion"];
        assert_eq!(form.signers == 2, two_sign.contains(&form.kind.as_str()), "{}", form.kind);
    }
}

#[test]
fn values_are_read_as_people_write_them() {
    let form = RULES.form("execution").unwrap();
    let read = |field: &str, value: &str| -> Result<Value, String> {
        let mut values = answers(form);
        values.insert(field.to_owned(), vec![value.to_owned()]);
        let facts = form.facts(&values).map_err(|faults| faults[0].text.clone())?.0;
        Ok(facts[field].clone())
    };
    for (typed, fen) in [
        ("12000", "12000.00"),
        (" 12,000.50 元", "12000.50"),
        ("１２００", "1200.00"),
        ("1.2万元", "12000.00"),
        ("0", "0.00"),
        ("¥3", "3.00"),
        ("0.000001万", "0.01"),
        ("1，000", "1000.00"),
    ] {
        assert_eq!(read("paid", typed), Ok(json!(fen)), "{typed}");
    }
    for typed in ["1,2", "-1", "1e3", "0.001", "一万", "1,0000", "99999999999999999999", "元"] {
        assert!(read("paid", typed).unwrap_err().contains("金额应为"), "{typed}");
    }
    for typed in ["2026-08-20", "2026/8/20", "2026年8月20日", "20260820", " ２０２６－０８－２０ "]
    {
        assert_eq!(read("on", typed), Ok(json!(day(820))), "{typed}");
    }
    for typed in
        ["2026-02-30", "20-08-2026", "Oct-17", "2026", "0001-01-01", "2026-08-20T00:00", "今天"]
    {
        assert!(read("on", typed).unwrap_err().contains("日期应写作"), "{typed}");
    }
    assert_eq!(read("complete", "否"), Ok(json!(false)));
    assert_eq!(read("complete", ""), Ok(json!(false)));
}

fn faults(form: &FormSpec, values: &Values) -> Vec<FormFault> {
    form.facts(values).unwrap_err()
}

#[test]
fn all_faults_come_at_once_in_chinese() {
    let form = RULES.form("filing").unwrap();
    let found = faults(form, &Values::new());
    let required = form.fields.iter().filter(|field| field.required && !field.filled).count();
    assert_eq!(found.len(), required);
    assert_eq!(
        found[0],
        FormFault {
            path: "on".to_owned(), text: "批准立案日期：请填写此项".to_owned()
        }
    );
    let mut values = answers(form);
    values.insert("party_kind".to_owned(), vec!["robot".to_owned()]);
    values.insert("party.name".to_owned(), vec!["甲".repeat(201)]);
    values.insert("text.summary".to_owned(), vec!["a\0b".to_owned()]);
    let texts: Vec<_> = faults(form, &values).into_iter().map(|fault| fault.text).collect();
    assert_eq!(
        texts,
        [
            "相对人类别：所选项不在可选范围内",
            "当事人姓名或者名称：内容共201字，最多200字",
            "案情摘要：内容含有无法保存的空字符（NUL），请删去后重填",
        ]
    );
}

#[test]
fn review_points_must_all_be_answered() {
    let form = RULES.form("review").unwrap();
    let mut values = answers(form);
    values.insert("checklist.facts".to_owned(), vec!["fail".to_owned()]);
    let facts = form.facts(&values).unwrap().0;
    assert_eq!(facts["checklist"].as_array().unwrap().len(), passed().len());
    assert_eq!(facts["checklist"][3], json!({ "point": "facts", "passed": false }));
    values.remove("checklist.crime");
    assert_eq!(faults(form, &values)[0].path, "checklist.crime");
}

#[test]
fn private_text_survives_to_the_last_byte() {
    let form = RULES.form("filing").unwrap();
    let mut list = vec![
        " 前后有空格 \r\n\t".to_owned(),
        "\u{202e}反\u{feff}".to_owned(),
        "e\u{301}".to_owned(),
    ];
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/adversarial/blns.json");
    match std::fs::read_to_string(path) {
        Ok(text) => list.extend(serde_json::from_str::<Vec<String>>(&text).unwrap()),
        Err(_) => println!("skipped: blns.json is not here"),
    }
    let naughty = list.iter().filter(|text| !text.trim().is_empty() && !text.contains('\0'));
    for text in naughty {
        let mut values = answers(form);
        values.insert("text.summary".to_owned(), vec![text.clone()]);
        let private = form.facts(&values).unwrap().1;
        assert!(private.contains(&("text.summary".to_owned(), text.clone())), "{text:?}");
    }
}

#[test]
fn unknown_names_are_ignored_and_filled_facts_are_not_taken_from_the_page() {
    let form = RULES.form("decision").unwrap();
    let mut values = answers(form);
    for path in ["review", "decided_by", "csrf"] {
        values.insert(path.to_owned(), vec!["forged".to_owned()]);
    }
    let facts = form.facts(&values).unwrap().0;
    assert!(!facts.contains_key("review") && !facts.contains_key("decided_by"));
    assert!(!facts.contains_key("csrf"));
    assert_eq!(facts["number"], json!("某甲"));
    values.insert("number".to_owned(), vec![" ".to_owned()]);
    assert!(!form.facts(&values).unwrap().0.contains_key("number"));
    let hidden: Vec<&FieldSpec> = form.fields.iter().filter(|f| f.input == Input::Server).collect();
    assert!(hidden.iter().all(|field| field.filled));
}
