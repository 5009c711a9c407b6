//! What the public is told: nothing private in clear, nothing required left out, and why an item was corrected
//! or withdrawn.

use super::{
    Error, House, Reason,
    append::Vouched,
    disclose::{self, Content, ITEMS, SHOWN},
    file, project,
};
use crate::{
    law::{masking, rule},
    ledger::field::Field,
    store::{Db, agencies, cases, disclosures},
};
use std::collections::BTreeMap;

/// Items that a published decision may not lack when the decision has them.
const REQUIRED: &[&str] = &["document.number", "penalty.content", "agency.name", "decided.on"];

/// The field of a record's reason, hidden unless [`tell`] has shown it.
const REASON: &str = "text.reason";

/// Shows the reason of a withdrawal, which 《行政处罚法》 art. 48 wants explained to the public.
pub fn tell(kind: &str, values: &mut [(String, String)]) {
    for (path, _) in values.iter_mut().filter(|(path, _)| kind == "withdrawal" && path == REASON) {
        *path = format!("{SHOWN}{REASON}");
    }
}

/// The reason of a correction or withdrawal that the public may read.
pub fn reason(record: &Vouched) -> String {
    let path = format!("{SHOWN}{REASON}");
    record.fields.iter().find(|f| f.path == path).map(|f| f.value.clone()).unwrap_or_default()
}

/// The listed ground of a withdrawal and the clerk's own words as one text; [`parted`] takes it apart.
pub fn joined(ground: &str, reason: &str) -> String {
    match reason {
        "" => ground.to_owned(),
        reason => format!("{ground}。{reason}"),
    }
}

/// Ground and own words of a withdrawal. A listed ground has no full stop.
pub fn parted(joined: &str) -> (&str, &str) {
    joined.split_once('。').unwrap_or((joined, ""))
}

/// Refuses texts that may not be shown so, with every fault; asked when a record is prepared and again when it
/// is linked. Records that show nothing pass.
///
/// # Errors
/// `Refused` with every text in the way.
pub fn check(
    db: &mut Db,
    house: &House,
    case: &cases::Case,
    agency: &agencies::Agency,
    kind: &str,
    fields: &[Field],
) -> Result<(), Error> {
    if !disclose::composes(kind) && kind != "withdrawal" {
        return Ok(());
    }
    let texts = texts(fields);
    let refuse = |rule: &str, text: String| Reason {
        text,
        article: house.rulebook.rule(rule).article.clone(),
        fix: kind.to_owned(),
    };
    let mut reasons = Vec::new();
    for text in in_clear(db, house, case, agency, &texts)? {
        reasons.push(refuse(rule::MASK, text));
    }
    if disclose::composes(kind) {
        for label in lacking(db, house, case, agency, &texts)? {
            let text = format!("公示的“{label}”是空白，行政处罚决定的公示必须写明");
            reasons.push(refuse(rule::DISCLOSE, text));
        }
    }
    if kind == "withdrawal" && !texts.iter().any(|(item, said)| *item == REASON && !said.is_empty())
    {
        let text = "撤下公示而没有向社会说明的理由，请填写后重新制作".to_owned();
        reasons.push(refuse(rule::WITHDRAW, text));
    }
    if kind == "correction" && same_as_public(db, case, &texts)? {
        let text = "更正后的文字与正在公示的完全相同，请改正要更正的公示文字".to_owned();
        reasons.push(refuse(rule::MASK, text));
    }
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

/// The shown texts by item.
fn texts(fields: &[Field]) -> Vec<(&str, &str)> {
    fields.iter().filter_map(|f| Some((f.path.strip_prefix(SHOWN)?, f.value.as_str()))).collect()
}

/// What the records of a case say of people, as (path, value): hidden wherever the shown texts repeat it.
pub fn people(records: &[file::Filed]) -> impl Iterator<Item = (&str, &str)> {
    let named = |path: &str| {
        let person = path.starts_with("party.") || path.starts_with("person.");
        person && ITEMS.iter().all(|(item, _)| *item != path)
    };
    let fields = records.iter().flat_map(|record| &record.fields);
    let fields = fields.map(|field| (field.path.as_str(), field.value.as_str()));
    fields.filter(move |(path, _)| named(path))
}

/// What stands in clear: where, of which kind, and which part of the file says so; never the thing itself.
fn in_clear(
    db: &mut Db,
    house: &House,
    case: &cases::Case,
    agency: &agencies::Agency,
    texts: &[(&str, &str)],
) -> Result<Vec<String>, Error> {
    let records = file::read(db, house, &case.id)?;
    let party = file::newest(&records, &["party.name"]).unwrap_or_default();
    let pack = project::pack_of(house, agency)?;
    let told: Vec<_> = std::iter::once(("party.name", party)).chain(people(&records)).collect();
    let found = masking::in_clear(pack, disclose::party_kind(case)?, &told, texts);
    let say = |bare: masking::Bare| {
        let (label, at, word) = (label(&bare.path), bare.at, bare.word);
        let origin = match asked_as(house, &bare.told_by) {
            Some(field) => format!("（案卷“{field}”一栏所载）"),
            None => String::new(),
        };
        format!("公示的“{label}”第{at}个字起有没有隐去的{word}{origin}，请隐去后再公示")
    };
    Ok(found.into_iter().map(say).collect())
}

/// The label under which the forms ask for a private field.
fn asked_as<'h>(house: &'h House, path: &str) -> Option<&'h str> {
    let fields = house.rulebook.forms().iter().flat_map(|form| &form.fields);
    fields.into_iter().find(|field| field.path == path).map(|field| field.label.as_str())
}

/// Labels of the required items that the decision has and the texts do not show.
fn lacking(
    db: &mut Db,
    house: &House,
    case: &cases::Case,
    agency: &agencies::Agency,
    texts: &[(&str, &str)],
) -> Result<Vec<String>, Error> {
    let shown = |item: &str| texts.iter().any(|(i, text)| *i == item && !text.trim().is_empty());
    let items = disclose::propose(db, house, case, agency)?.into_iter();
    Ok(items
        .filter(|one| REQUIRED.contains(&one.item.as_str()))
        .filter(|one| !one.full.is_empty() && !shown(&one.item))
        .map(|one| one.label)
        .collect())
}

/// Whether the texts, but for the reason, are what the public reads already.
fn same_as_public(db: &mut Db, case: &cases::Case, texts: &[(&str, &str)]) -> Result<bool, Error> {
    let Some(row) = disclosures::by_case(db, &case.id)?.into_iter().next() else {
        return Ok(false);
    };
    let public: Content = serde_json::from_str(&row.content).map_err(Error::broken)?;
    Ok(items(texts) == items(&self::texts(&public.opened)))
}

/// The texts by item but for the reason.
fn items<'t>(texts: &[(&'t str, &'t str)]) -> BTreeMap<&'t str, &'t str> {
    texts.iter().copied().filter(|(item, _)| *item != REASON).collect()
}

fn label(item: &str) -> String {
    let known = ITEMS.iter().find(|(path, _)| *path == item);
    known.map_or("理由", |(_, label)| label).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ground_and_reason_part_again() {
        for (ground, reason) in [("执法决定被依法撤销", "经复议撤销。另行处理。"), ("甲", "")]
        {
            assert_eq!(parted(&joined(ground, reason)), (ground, reason));
        }
        for line in include_str!("../../config/law/lists.toml").lines() {
            assert!(!line.starts_with("label") || !line.contains('。'), "{line}");
        }
    }
}
