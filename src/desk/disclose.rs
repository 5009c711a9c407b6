//! Making a decision public: what is shown, what is masked, and the rows behind the public pages.

use super::{
    Error, House,
    append::Vouched,
    file,
    prepare::{Form, Ground},
    project, sealing, shown,
};
use crate::{
    base::{Day, Digest, DisclosureId, Moment, Money},
    law::{
        act::{Act, Outcome, PartyKind},
        clock::deadline,
        masking,
        procedure::{self, CaseState},
        words,
    },
    ledger::field::Field,
    store::{Db, OrNone, agencies, cases, disclosures, items, records, releases, settings},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Fields of a disclosure whose path begins so are shown to everybody; all others stay hidden.
pub const SHOWN: &str = "shown.";

/// What a disclosure shows, in the order of the page: path behind [`SHOWN`], label.
pub const ITEMS: &[(&str, &str)] = &[
    ("document.number", "决定书文号"),
    ("case.title", "案件名称"),
    ("party.name", "当事人"),
    ("party.code", "统一社会信用代码"),
    ("violation.kind", "违法行为类型"),
    ("violation.facts", "违法事实"),
    ("basis", "处罚依据"),
    ("penalty.kinds", "处罚种类"),
    ("penalty.content", "处罚内容"),
    ("penalty.fine", "罚款金额"),
    ("penalty.confiscated", "没收金额"),
    ("agency.name", "处罚机关"),
    ("decided.on", "决定日期"),
    ("remedies", "救济途径"),
];

/// What a release shows and what it keeps hidden; the `content` of the disclosure's row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Content {
    /// Shown fields with their salts.
    pub opened: Vec<Field>,
    /// Digests of the rest.
    pub hidden: Vec<Digest>,
}

impl Content {
    /// Splits a record's fields.
    pub fn of(fields: &[Field]) -> Content {
        let (opened, hidden): (Vec<_>, Vec<_>) =
            fields.iter().cloned().partition(|field| field.path.starts_with(SHOWN));
        Content { opened, hidden: hidden.iter().map(Field::digest).collect() }
    }

    /// The shown value of an item of [`ITEMS`].
    pub fn shown(&self, item: &str) -> Option<&Field> {
        self.opened.iter().find(|field| field.path.strip_prefix(SHOWN) == Some(item))
    }

    /// The shown text of an item, empty when it is not shown.
    pub fn text(&self, item: &str) -> String {
        self.shown(item).map(|field| field.value.clone()).unwrap_or_default()
    }
}

/// Whether records of `kind` are composed here rather than from their form alone.
pub fn composes(kind: &str) -> bool {
    matches!(kind, "disclosure" | "correction")
}

/// One item as proposed for the public page.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// Item of [`ITEMS`].
    pub item: String,
    /// Its label.
    pub label: String,
    /// As on file.
    pub full: String,
    /// As proposed to be shown.
    pub shown: String,
    /// Masking rule that made the difference; empty when shown in full.
    pub rule: String,
    /// Why, in words.
    pub reason: String,
}

/// The items of the case's decision with the masking that the agency's pack proposes.
pub fn propose(
    db: &mut Db,
    house: &House,
    case: &cases::Case,
    agency: &agencies::Agency,
) -> Result<Vec<Proposal>, Error> {
    let decision = decision(case)?;
    let full = full_items(db, house, case, agency, &decision)?;
    let party_kind = party_kind(case)?;
    let pack = project::pack_of(house, agency)?;
    let records = file::read(db, house, &case.id)?;
    let mut fields: Vec<(&str, &str, &str)> =
        full.iter().map(|(item, label, value)| (*item, *label, value.as_str())).collect();
    // People named anywhere in the file are hidden wherever the shown texts name them.
    fields.extend(shown::people(&records).map(|(path, value)| (path, "", value)));
    let masks = masking::propose(pack, party_kind, &fields);
    Ok(full
        .iter()
        .map(|(item, label, value)| {
            let mask = masks.iter().find(|mask| mask.path == *item);
            Proposal {
                item: (*item).to_owned(),
                label: (*label).to_owned(),
                full: value.clone(),
                shown: mask.map_or_else(|| value.clone(), |mask| mask.masked.clone()),
                rule: mask.map(|mask| mask.rule.clone()).unwrap_or_default(),
                reason: mask.map(|mask| mask.reason.clone()).unwrap_or_default(),
            }
        })
        .collect())
}

/// The fields of a disclosure or correction from the clerk's form: for each item a masked text
/// (`show.<item>`), both committed; an item emptied by the clerk is not shown at all.
pub fn compose(
    db: &mut Db,
    ground: &Ground<'_>,
    form: &Form,
    facts: &mut Map<String, Value>,
) -> Result<Vec<Field>, Error> {
    let case = ground.case.as_ref().ok_or(Error::NotFound("案件"))?;
    let decision = decision(case)?;
    let proposals = propose(db, ground.house, case, &ground.agency)?;
    let mut rules = BTreeSet::new();
    let mut fields = Vec::new();
    for proposal in &proposals {
        if proposal.full.is_empty() {
            continue;
        }
        let typed = form.values.get(&format!("show.{}", proposal.item)).and_then(|v| v.first());
        let shown = typed.unwrap_or(&proposal.shown);
        let mask = mask_of(proposal, shown);
        if let Some(mask) = &mask {
            fields.push(field(proposal.item.clone(), proposal.full.clone(), None)?);
            rules.extend(mask.split('+').map(str::to_owned));
        }
        if !shown.is_empty() {
            fields.push(field(format!("{SHOWN}{}", proposal.item), shown.clone(), mask)?);
        }
    }
    let reason = form.first("text.reason");
    if !reason.is_empty() {
        fields.push(field(format!("{SHOWN}text.reason"), reason.to_owned(), None)?);
    }
    facts.insert("masking".into(), json!(rules));
    let public = disclosures::by_case(db, &case.id)?.into_iter().next();
    if form.kind == "correction" {
        let public = public.ok_or(Error::NotFound("公示信息"))?;
        let record =
            records::find(db, &public.record_id).or_none()?.ok_or(Error::NotFound("公示信息"))?;
        facts.insert("number".into(), json!(public.number));
        facts.insert("disclosure".into(), json!(record.envelope_digest));
    } else {
        facts.insert("number".into(), json!(next_number(db, ground.now)?));
        facts.insert("decision".into(), json!(decision.record));
        if !facts.contains_key("show_until")
            && let Some(until) = show_until(ground, &decision)
        {
            facts.insert("show_until".into(), json!(until));
        }
    }
    Ok(fields)
}

/// The rule by which a shown text differs from the full one; `other` when the clerk wrote their own.
fn mask_of(proposal: &Proposal, shown: &str) -> Option<String> {
    if shown == proposal.full {
        None
    } else if shown == proposal.shown && !proposal.rule.is_empty() {
        Some(proposal.rule.clone())
    } else {
        Some("other".into())
    }
}

/// A field with a fresh salt.
pub fn field(path: String, value: String, mask: Option<String>) -> Result<Field, Error> {
    Ok(Field { path, value, salt: sealing::random()?, mask })
}

fn show_until(ground: &Ground<'_>, decision: &procedure::Decided) -> Option<Day> {
    let pack = project::pack_of(ground.house, &ground.agency).ok()?;
    pack.show_until(&decision.penalty, decision.on)
}

fn state(case: &cases::Case) -> Result<CaseState, Error> {
    serde_json::from_str(&case.state).map_err(Error::broken)
}

fn decision(case: &cases::Case) -> Result<procedure::Decided, Error> {
    state(case)?.decision.ok_or_else(|| Error::refused("案件还没有作出决定，没有可以公示的内容。"))
}

/// Every item's full value from the case's records: (item, label, value); empty when there is none.
fn full_items(
    db: &mut Db,
    house: &House,
    case: &cases::Case,
    agency: &agencies::Agency,
    decision: &procedure::Decided,
) -> Result<Vec<(&'static str, &'static str, String)>, Error> {
    let records = file::read(db, house, &case.id)?;
    let item = items::find(db, &case.item_code).or_none()?.map(|item| item.name);
    let text = |paths: &[&str]| file::newest(&records, paths).unwrap_or_default().to_owned();
    let money =
        |amount: Money| if amount == Money::ZERO { String::new() } else { amount.in_words() };
    let value = |name: &str| match name {
        "document.number" => decision.number.clone(),
        "case.title" => case.title.clone(),
        "party.name" => text(&["party.name"]),
        "party.code" => text(&["party.code"]),
        "violation.kind" => match text(&["text.violation"]) {
            typed if typed.is_empty() => item.clone().unwrap_or_default(),
            typed => typed,
        },
        "violation.facts" => text(&["text.facts"]),
        "basis" => text(&["text.basis"]),
        "penalty.kinds" => match decision.outcome {
            Outcome::Penalty => words::kinds(&decision.penalty.kinds),
            outcome => outcome.label().to_owned(),
        },
        "penalty.content" => decision.penalty.in_words(),
        "penalty.fine" => money(decision.penalty.fine),
        "penalty.confiscated" => money(decision.penalty.confiscated),
        "agency.name" => agency.name.clone(),
        "decided.on" => words::day(decision.on),
        "remedies" => text(&["text.remedies"]),
        _ => String::new(),
    };
    Ok(ITEMS.iter().map(|(name, label)| (*name, *label, value(name))).collect())
}

/// Writes the public rows that a disclosure, correction or withdrawal implies.
pub fn project(
    db: &mut Db,
    house: &House,
    record: &Vouched,
    act: &Act,
    agency: &agencies::Agency,
    now: Moment,
) -> Result<(), Error> {
    let case_id = record.payload.chain.as_str();
    let content = Content::of(&record.fields);
    match act {
        Act::Disclosure { number, show_until, .. } => {
            let case = cases::find(db, case_id).or_none()?.ok_or(Error::NotFound("案件"))?;
            let decided = decision(&case)?;
            let row = disclosures::Disclosure {
                id: DisclosureId::new(now).to_string(),
                number: number.clone(),
                agency_id: agency.id.clone(),
                case_id: Some(case.id),
                act_kind: case.act_kind,
                document_number: content.text("document.number"),
                title: content.text("case.title"),
                party: content.text("party.name"),
                party_code: content.text("party.code"),
                kinds: project::penalty_words(&decided.penalty)?,
                fine: Some(decided.penalty.fine.fen()),
                decided_on: decided.on.to_string(),
                published_at: now.millis(),
                due: due(house, agency, decided.on)?.to_string(),
                show_until: show_until.map(|day| day.to_string()),
                state: "published".into(),
                reason: String::new(),
                releases: 1,
                record_id: record.id.to_string(),
                content: json_text(&content)?,
                source_key: None,
            };
            publish(db, &row, "disclosure", now)
        }
        Act::Correction { number, .. } => {
            let mut row = by_number(db, number, case_id)?;
            row.document_number = content.text("document.number");
            row.title = content.text("case.title");
            row.party = content.text("party.name");
            row.party_code = content.text("party.code");
            row.content = json_text(&content)?;
            row.reason = shown::reason(record);
            row.state = "corrected".into();
            release(db, row, record, "correction", now)
        }
        Act::Withdrawal { number, ground, .. } => {
            let mut row = by_number(db, number, case_id)?;
            let label = house
                .rulebook
                .withdrawal_grounds()
                .iter()
                .find(|listed| listed.id == *ground)
                .map(|listed| listed.label.clone());
            let label = label.unwrap_or_else(|| ground.clone());
            row.reason = shown::joined(&label, &shown::reason(record));
            row.state = "withdrawn".into();
            // What is withdrawn is not found by its contents any more, only by its numbers.
            row.title.clear();
            row.party.clear();
            row.party_code.clear();
            release(db, row, record, "withdrawal", now)
        }
        _ => Ok(()),
    }
}

/// The next public number: year and a count that never goes back.
pub fn next_number(db: &mut Db, now: Moment) -> Result<String, Error> {
    let last = settings::find(db, "disclosures.last")?.and_then(|text| text.parse::<u64>().ok());
    let next = last.unwrap_or(0) + 1;
    settings::set(db, "disclosures.last", &next.to_string())?;
    Ok(format!("{}-{next:07}", now.day().year()))
}

/// Inserts a disclosure with its first release.
pub fn publish(
    db: &mut Db,
    row: &disclosures::Disclosure,
    kind: &str,
    now: Moment,
) -> Result<(), Error> {
    disclosures::insert(db, row)?;
    Ok(releases::insert(db, &release_row(row, kind, now))?)
}

fn release(
    db: &mut Db,
    mut row: disclosures::Disclosure,
    record: &Vouched,
    kind: &str,
    now: Moment,
) -> Result<(), Error> {
    row.releases += 1;
    row.record_id = record.id.to_string();
    disclosures::update(db, &row)?;
    Ok(releases::insert(db, &release_row(&row, kind, now))?)
}

fn release_row(row: &disclosures::Disclosure, kind: &str, now: Moment) -> releases::Release {
    releases::Release {
        disclosure_id: row.id.clone(),
        version: row.releases,
        record_id: row.record_id.clone(),
        kind: kind.to_owned(),
        reason: row.reason.clone(),
        content: row.content.clone(),
        released_at: now.millis(),
    }
}

fn by_number(db: &mut Db, number: &str, case_id: &str) -> Result<disclosures::Disclosure, Error> {
    disclosures::by_number(db, number)
        .or_none()?
        .filter(|row| row.case_id.as_deref() == Some(case_id))
        .ok_or(Error::NotFound("公示信息"))
}

fn due(house: &House, agency: &agencies::Agency, decided_on: Day) -> Result<Day, Error> {
    let period = project::pack_of(house, agency)?.disclosure_period("penalty");
    Ok(deadline(&house.calendar, decided_on, period.n, period.unit, &[]).due)
}

fn json_text(content: &Content) -> Result<String, Error> {
    serde_json::to_string(content).map_err(Error::broken)
}

/// What the party of a case is.
pub fn party_kind(case: &cases::Case) -> Result<PartyKind, Error> {
    let filing = state(case)?.filing.ok_or_else(|| Error::broken("case without filing"))?;
    Ok(filing.party_kind)
}
