//! Making a decision public, or correcting what is: what is shown and what is masked, as fields to be signed.

use super::{
    Error,
    behind::{Behind, Proposal},
    prepare::{Form, Ground},
    project, release, sealing, uncased,
};
use crate::{
    base::{Day, Digest},
    law::procedure,
    ledger::field::Field,
    store::Db,
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

/// The fields of a disclosure or correction from the clerk's form: for each item a masked text
/// (`show.<item>`), both committed; an item emptied by the clerk is not shown at all. What the form does not name
/// is as it is public now, else as proposed.
///
/// # Errors
/// `Invalid` for what lists could not go by.
pub fn compose(
    db: &mut Db,
    ground: &Ground<'_>,
    form: &Form,
    behind: &Behind,
    facts: &mut Map<String, Value>,
) -> Result<Vec<Field>, Error> {
    let mut rules = BTreeSet::new();
    let mut fields = Vec::new();
    for proposal in behind.items.iter().filter(|one| one.offered) {
        let typed = form.values.get(&format!("show.{}", proposal.item)).and_then(|v| v.first());
        let shown = typed.map_or(proposal.start(), String::as_str);
        let mask = mask_of(behind, proposal, shown);
        if let Some(mask) = &mask {
            fields.push(field(proposal.item.clone(), proposal.full.clone(), None)?);
            rules.extend(mask.split('+').map(str::to_owned));
        }
        if !shown.is_empty() {
            fields.push(field(format!("{SHOWN}{}", proposal.item), shown.to_owned(), mask)?);
        }
    }
    let reason = form.first("text.reason");
    if !reason.is_empty() {
        fields.push(field(format!("{SHOWN}text.reason"), reason.to_owned(), None)?);
    }
    facts.insert("masking".into(), json!(rules));
    if let Some(row) = &ground.uncased {
        let listed = uncased::listed(row, behind, &Content::of(&fields))?;
        facts.insert("listed".into(), json!(listed));
    }
    if form.kind == "disclosure" {
        facts.insert("number".into(), json!(release::next_number(db, ground.now)?));
        let decision = ground.state.decision.as_ref();
        if !facts.contains_key("show_until")
            && let Some(until) = decision.and_then(|decision| show_until(ground, decision))
        {
            facts.insert("show_until".into(), json!(until));
        }
    }
    Ok(fields)
}

/// The rule by which a shown text differs from the full one; `other` when the clerk wrote their own.
fn mask_of(behind: &Behind, proposal: &Proposal, shown: &str) -> Option<String> {
    let said = |rule: &String| (!rule.is_empty()).then(|| rule.clone());
    if shown == proposal.full {
        None
    } else if proposal.public.as_deref() == Some(shown) {
        said(&proposal.public_rule)
    } else if shown == proposal.shown && !proposal.rule.is_empty() {
        said(&proposal.rule)
    } else if !behind.filed && proposal.public_rule.is_empty() {
        // Nothing was hidden and no file says otherwise: what the clerk writes is the full text now.
        None
    } else {
        Some("other".into())
    }
}

/// The label of an item; what an imported list alone has is called as its column was.
pub fn label(item: &str) -> &str {
    let known = ITEMS.iter().find(|(path, _)| *path == item).map(|(_, label)| *label);
    let extra = match item {
        "penalty.daily-fine" => Some("按日连续处罚金额"),
        "region" => Some("所在地区"),
        "rectification" => Some("整改情况"),
        "text.reason" => Some("更正原因"),
        _ => item.strip_prefix("source."),
    };
    known.or(extra).unwrap_or(item)
}

/// A field with a fresh salt.
pub fn field(path: String, value: String, mask: Option<String>) -> Result<Field, Error> {
    Ok(Field { path, value, salt: sealing::random()?, mask })
}

fn show_until(ground: &Ground<'_>, decision: &procedure::Decided) -> Option<Day> {
    let pack = project::pack_of(ground.house, &ground.agency).ok()?;
    pack.show_until(&decision.penalty, decision.on)
}
