//! What stands behind a public text: how it reads in full, what is to be hidden of it, and how it reads now. A
//! case's decision says so; where there is no case here, the record that is public now does.

use super::{
    Error, House,
    disclose::{self, Content, ITEMS, SHOWN},
    file, project, shown,
};
use crate::{
    base::Money,
    law::{
        act::{Outcome, PartyKind},
        masking,
        pack::Pack,
        procedure::{self, CaseState},
        words,
    },
    store::{Db, OrNone, agencies, cases, disclosures, items},
};
use serde::Serialize;

/// One item as proposed for the public page.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// Item of [`ITEMS`], or one that only the imported list has.
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
    /// As public now, empty when left out; `None` while nothing is public.
    pub public: Option<String>,
    /// Masking rule of what is public now; empty when it is shown in full.
    pub public_rule: String,
    /// Whether a form offers it: what a case's file does not have cannot be shown of it.
    pub offered: bool,
}

impl Proposal {
    /// What a form begins with: what is public now, else what is proposed.
    pub fn start(&self) -> &str {
        self.public.as_ref().unwrap_or(&self.shown)
    }
}

/// What stands behind a disclosure.
pub struct Behind {
    /// The items in the order of the page.
    pub items: Vec<Proposal>,
    /// The party's name in full, with what it is.
    pub party: (String, PartyKind),
    /// What else the file says of people, as (path, value).
    pub people: Vec<(String, String)>,
    /// What is public now.
    pub public: Option<Content>,
    /// Whether a case's file says what is true; else the clerk's own text does.
    pub filed: bool,
}

impl Behind {
    /// What is behind the disclosure of a case's decision.
    ///
    /// # Errors
    /// `Refused` before there is a decision.
    pub fn case(
        db: &mut Db,
        house: &House,
        case: &cases::Case,
        agency: &agencies::Agency,
    ) -> Result<Behind, Error> {
        let decision = decision(case)?;
        let party_kind = party_kind(case)?;
        let records = file::read(db, house, &case.id)?;
        let full = full_items(db, case, agency, &decision, &records)?;
        // Hidden wherever the shown texts name them.
        let people: Vec<(String, String)> =
            people(&records).map(|(path, value)| (path.to_owned(), value.to_owned())).collect();
        let row = disclosures::by_case(db, &case.id)?.into_iter().next();
        let public = row.as_ref().map(content).transpose()?;
        let pack = project::pack_of(house, agency)?;
        let party = file::newest(&records, &["party.name"]).unwrap_or_default().to_owned();
        Ok(Behind {
            items: proposals(true, full, &people, public.as_ref(), (pack, party_kind)),
            party: (party, party_kind),
            people,
            public,
            filed: true,
        })
    }

    /// What is behind a disclosure without a case: the texts of its newest record, with those that it hides.
    pub fn row(
        db: &mut Db,
        house: &House,
        row: &disclosures::Disclosure,
        agency: &agencies::Agency,
    ) -> Result<Behind, Error> {
        let public = content(row)?;
        let hidden = file::one(db, house, &row.record_id)?.fields;
        let full = |item: &str| {
            let kept = hidden.iter().find(|field| field.path == item);
            kept.map_or_else(|| public.text(item), |field| field.value.clone())
        };
        let shown = public.opened.iter().filter_map(|field| field.path.strip_prefix(SHOWN));
        let own = shown.filter(|item| *item != shown::REASON && !is_listed(item));
        let all = ITEMS.iter().map(|(item, _)| *item).chain(own);
        let full: Vec<(String, String, String)> = all
            .map(|item| (item.to_owned(), disclose::label(item).to_owned(), full(item)))
            .collect();
        let party = full.iter().find(|(item, ..)| item == "party.name");
        let name = party.map(|(_, _, full)| full.clone()).unwrap_or_default();
        // Who is shown by name has none to hide; whose name an import has hidden is a person.
        let masked = public.shown("party.name").is_some_and(|field| field.mask.is_some());
        let kind = if masked { PartyKind::Person } else { PartyKind::Organisation };
        let pack = project::pack_of(house, agency)?;
        let people = Vec::new();
        let items = proposals(false, full, &people, Some(&public), (pack, kind));
        let party = (name, kind);
        Ok(Behind { items, party, people, public: Some(public), filed: false })
    }
}

fn is_listed(item: &str) -> bool {
    ITEMS.iter().any(|(known, _)| *known == item)
}

fn content(row: &disclosures::Disclosure) -> Result<Content, Error> {
    serde_json::from_str(&row.content).map_err(Error::broken)
}

/// The items (path, label, full text) with the masking that the pack proposes for a party of the kind, `people`
/// looked for in all of them.
fn proposals(
    filed: bool,
    full: Vec<(String, String, String)>,
    people: &[(String, String)],
    public: Option<&Content>,
    (pack, party): (&Pack, PartyKind),
) -> Vec<Proposal> {
    let own = full.iter().map(|(item, label, text)| (item.as_str(), label.as_str(), text.as_str()));
    let fields: Vec<_> =
        own.chain(people.iter().map(|(path, text)| (path.as_str(), "", text.as_str()))).collect();
    let masks = masking::propose(pack, party, &fields);
    full.into_iter()
        .map(|(item, label, full)| {
            let mask = masks.iter().find(|mask| mask.path == item);
            let field = public.and_then(|content| content.shown(&item));
            Proposal {
                shown: mask.map_or_else(|| full.clone(), |mask| mask.masked.clone()),
                rule: mask.map(|mask| mask.rule.clone()).unwrap_or_default(),
                reason: mask.map(|mask| mask.reason.clone()).unwrap_or_default(),
                public: public.map(|_| field.map(|f| f.value.clone()).unwrap_or_default()),
                public_rule: field.and_then(|field| field.mask.clone()).unwrap_or_default(),
                offered: !filed || !full.is_empty(),
                item,
                label,
                full,
            }
        })
        .collect()
}

/// What the records of a case say of people, as (path, value).
fn people(records: &[file::Filed]) -> impl Iterator<Item = (&str, &str)> {
    let named = |path: &str| {
        let person = path.starts_with("party.") || path.starts_with("person.");
        person && ITEMS.iter().all(|(item, _)| *item != path)
    };
    let fields = records.iter().flat_map(|record| &record.fields);
    let fields = fields.map(|field| (field.path.as_str(), field.value.as_str()));
    fields.filter(move |(path, _)| named(path))
}

fn state(case: &cases::Case) -> Result<CaseState, Error> {
    serde_json::from_str(&case.state).map_err(Error::broken)
}

/// The decision that a case ended in.
///
/// # Errors
/// `Refused` before there is one.
pub fn decision(case: &cases::Case) -> Result<procedure::Decided, Error> {
    state(case)?.decision.ok_or_else(|| Error::refused("案件还没有作出决定，没有可以公示的内容。"))
}

/// What the party of a case is.
fn party_kind(case: &cases::Case) -> Result<PartyKind, Error> {
    let filing = state(case)?.filing.ok_or_else(|| Error::broken("case without filing"))?;
    Ok(filing.party_kind)
}

/// Every item's full value from the case's records: (item, label, value); empty when there is none.
fn full_items(
    db: &mut Db,
    case: &cases::Case,
    agency: &agencies::Agency,
    decision: &procedure::Decided,
    records: &[file::Filed],
) -> Result<Vec<(String, String, String)>, Error> {
    let item = items::find(db, &case.item_code).or_none()?.map(|item| item.name);
    let text = |paths: &[&str]| file::newest(records, paths).unwrap_or_default().to_owned();
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
    let own = |name: &str, label: &str| (name.to_owned(), label.to_owned(), value(name));
    Ok(ITEMS.iter().map(|(name, label)| own(name, label)).collect())
}
