//! First answers of a form, taken from what the case's file already says. Never invents what happened:
//! how a thing went, who received it and what was said stay blank for the people who were there.

use super::wording::title;
use crate::{
    base::{Day, Money},
    desk::{Error, House, file::Filed},
    law::{
        act::Penalty,
        forms::{FormSpec, Input},
        major,
        pack::Pack,
        procedure::CaseState,
        words,
    },
    store::{Db, cases, items},
};
use std::collections::BTreeMap;

/// Answers by form name.
pub type Answers = BTreeMap<String, Vec<String>>;

/// A kind of record and the path of a private text in it.
type Place = (&'static str, &'static str);

/// Private texts that a form takes over: kind, path, and where it stands in the file, newest first.
const TAKEN_OVER: &[(&str, &str, &[Place])] = &[
    ("submission", "text.draft", &[("conclusion", "text.opinion")]),
    ("notice", "text.facts", &[("conclusion", "text.facts")]),
    ("notice", "text.reasons", &[("conclusion", "text.character")]),
    ("notice", "text.basis", &[("conclusion", "text.basis")]),
    ("decision", "party.name", &[("filing", "party.name")]),
    ("decision", "party.id_number", &[("filing", "party.id_number")]),
    ("decision", "party.code", &[("filing", "party.code")]),
    ("decision", "party.representative", &[("filing", "party.representative")]),
    ("decision", "party.address", &[("filing", "party.address")]),
    ("decision", "party.phone", &[("filing", "party.phone")]),
    ("decision", "text.facts", &[("notice", "text.facts"), ("conclusion", "text.facts")]),
    // Not the notice's: it tells what is intended, and the rights before the decision.
    ("decision", "text.basis", &[("conclusion", "text.basis")]),
    ("decision", "text.discretion", &[("conclusion", "text.discretion")]),
    ("decision", "text.defence", &[("statement", "text.recheck")]),
];

/// What the answers are taken from.
pub struct Ground<'g> {
    /// The house.
    pub house: &'g House,
    /// The form.
    pub spec: &'g FormSpec,
    /// The case; none while filing.
    pub case: Option<&'g cases::Case>,
    /// Its records.
    pub records: &'g [Filed],
    /// The pack its agency works by.
    pub pack: &'g Pack,
    /// Today.
    pub today: Day,
}

/// The first answers of a form.
pub fn prefill(db: &mut Db, ground: &Ground<'_>) -> Result<Answers, Error> {
    let mut answers = Answers::new();
    let state: CaseState = match ground.case {
        Some(case) => serde_json::from_str(&case.state).map_err(Error::broken)?,
        None => CaseState::default(),
    };
    for field in &ground.spec.fields {
        let path = field.path.as_str();
        if field.input == Input::Penalty {
            answer_penalty(&mut answers, path, proposed(&ground.spec.kind, &state));
        } else if let Some(text) = fact(ground, &state, path) {
            put(&mut answers, path, text);
        } else if let Some(text) = text(db, ground, &state, path)? {
            put(&mut answers, path, text);
        }
    }
    Ok(answers)
}

fn put(answers: &mut Answers, path: &str, text: String) {
    if !text.is_empty() {
        answers.insert(path.to_owned(), vec![text]);
    }
}

fn answer_penalty(answers: &mut Answers, path: &str, penalty: Option<Penalty>) {
    let Some(penalty) = penalty else { return };
    let kinds = penalty.kinds.iter().map(words::name_of).collect();
    answers.insert(format!("{path}.kinds"), kinds);
    for (part, amount) in [("fine", penalty.fine), ("confiscated", penalty.confiscated)] {
        if amount > Money::ZERO {
            put(answers, &format!("{path}.{part}"), amount.to_string());
        }
    }
}

/// The penalty that stands before a record of `kind`: what was agreed, told, reviewed or proposed last.
fn proposed(kind: &str, state: &CaseState) -> Option<Penalty> {
    let concluded = state.conclusion.as_ref().map(|made| made.proposed.clone());
    let reviewed = state.passing_round().map(|round| round.proposed.clone()).or(concluded.clone());
    let told = state.notice().map(|notice| notice.proposed.clone()).or(reviewed.clone());
    let agreed = state.discussion.as_ref().filter(|held| !held.stale);
    match kind {
        "conclusion" => None,
        "submission" => concluded,
        "notice" => reviewed,
        "decision" => agreed.map(|held| held.agreed.clone()).or(told),
        _ => told,
    }
}

fn fact(ground: &Ground<'_>, state: &CaseState, path: &str) -> Option<String> {
    let kind = ground.spec.kind.as_str();
    match (kind, path) {
        (_, "on") | ("notice", "served_on") => Some(ground.today.to_string()),
        ("notice", "hearing_told") => {
            let penalty = proposed(kind, state)?;
            let party = state.filing.as_ref()?.party_kind;
            let due = major::hearing_reasons(ground.pack, &penalty, party, ground.today);
            (!due.is_empty()).then(|| "1".to_owned())
        }
        ("decision", "outcome") => state.notice().map(|_| "penalty".to_owned()),
        ("disclosure", "show_until") => {
            let made = state.decision.as_ref()?;
            ground.pack.show_until(&made.penalty, made.on).map(|day| day.to_string())
        }
        _ => None,
    }
}

fn text(
    db: &mut Db,
    ground: &Ground<'_>,
    state: &CaseState,
    path: &str,
) -> Result<Option<String>, Error> {
    let kind = ground.spec.kind.as_str();
    if let Some((_, _, places)) = TAKEN_OVER.iter().find(|(k, p, _)| *k == kind && *p == path) {
        let found = places.iter().find_map(|(kind, path)| newest(ground.records, kind, path));
        if found.is_some() {
            return Ok(found.map(str::to_owned));
        }
    }
    Ok(match (kind, path) {
        ("conclusion", "text.party") => Some(party(ground.records)),
        ("submission", "text.materials") => Some(materials(ground)),
        ("decision", "text.violation") => match ground.case {
            Some(case) => items::find(db, &case.item_code).ok().map(|item| item.name),
            None => None,
        },
        ("decision", "text.defence") => {
            let said = state.notice().and_then(|notice| notice.statements.last());
            said.filter(|said| said.waived).map(|said| match said.hearing_waived {
                true => "当事人明确放弃陈述、申辩和听证。".to_owned(),
                false => "当事人明确放弃陈述、申辩。".to_owned(),
            })
        }
        ("decision", "text.performance") => proposed(kind, state)
            .filter(|penalty| penalty.fine > Money::ZERO)
            .map(|_| "自收到本决定书之日起十五日内缴纳罚款。".to_owned()),
        ("decision", "text.remedies") => Some(
            "如不服本决定，可以自收到本决定书之日起六十日内依法申请行政复议，\
             或者自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。"
                .to_owned(),
        ),
        _ => None,
    })
}

fn newest<'f>(records: &'f [Filed], kind: &str, path: &str) -> Option<&'f str> {
    let of_kind = records.iter().rev().filter(|record| record.payload.kind == kind);
    of_kind.filter_map(|record| record.value(path)).find(|value| !value.is_empty())
}

/// 当事人的基本情况 in one line, from the filing.
fn party(records: &[Filed]) -> String {
    let parts = [
        ("party.name", ""),
        ("party.code", "统一社会信用代码"),
        ("party.id_number", "身份证件号码"),
        ("party.representative", "法定代表人（负责人、经营者）"),
        ("party.address", "住所（住址）"),
        ("party.phone", "联系电话"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter_map(|(path, label)| Some(format!("{label}{}", newest(records, "filing", path)?)))
        .collect();
    if said.is_empty() { String::new() } else { format!("{}。", said.join("，")) }
}

/// The file's records as a numbered list.
fn materials(ground: &Ground<'_>) -> String {
    let made = ground.records.iter().filter(|record| record.payload.kind != "custody");
    let mut counts: Vec<(String, u32)> = Vec::new();
    for record in made {
        let title = title(ground.house, &record.payload.kind);
        match counts.iter_mut().find(|(known, _)| *known == title) {
            Some((_, count)) => *count += 1,
            None => counts.push((title, 1)),
        }
    }
    let line = |(n, (title, count)): (usize, &(String, u32))| match count {
        1 => format!("{}．{title}", n + 1),
        more => format!("{}．{title}{more}份", n + 1),
    };
    counts.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}
