//! What the public is told: nothing private in clear, nothing required left out, and why an item was corrected
//! or withdrawn.

use super::{
    Error, House, Reason,
    append::Vouched,
    behind::Behind,
    disclose::{self, SHOWN},
    penalty_list, project, uncased,
};
use crate::{
    law::{act::PartyKind, masking, rule},
    ledger::field::Field,
    store::agencies,
};
use std::collections::BTreeMap;

/// Items that a published decision may not lack when the decision has them.
const REQUIRED: &[&str] = &["document.number", "penalty.content", "agency.name", "decided.on"];

/// The field of a record's reason, hidden unless [`tell`] has shown it.
pub const REASON: &str = "text.reason";

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

/// Whether records of `kind` show the public anything.
pub fn tells(kind: &str) -> bool {
    disclose::composes(kind) || kind == "withdrawal"
}

/// Refuses texts that may not be shown so, with every fault; asked when a record is prepared and again when it
/// is linked.
///
/// # Errors
/// `Refused` with every text in the way.
pub fn check(
    house: &House,
    agency: &agencies::Agency,
    behind: &Behind,
    kind: &str,
    fields: &[Field],
) -> Result<(), Error> {
    let texts = texts(fields);
    let refuse = |rule: &str, text: String| Reason {
        text,
        article: house.rulebook.rule(rule).article.clone(),
        fix: kind.to_owned(),
    };
    let mut reasons = Vec::new();
    for text in in_clear(house, agency, behind, &texts)? {
        reasons.push(refuse(rule::MASK, text));
    }
    if disclose::composes(kind) {
        for label in lacking(behind, &texts) {
            let text = format!("公示的“{label}”是空白，行政处罚决定的公示必须写明");
            reasons.push(refuse(rule::DISCLOSE, text));
        }
    }
    let said = texts.iter().any(|(item, said)| *item == REASON && !said.trim().is_empty());
    if uncased::amends(kind) && !said {
        let (what, rule) = match kind {
            "withdrawal" => ("撤下", rule::WITHDRAW),
            _ => ("更正", rule::MASK),
        };
        let text = format!("{what}公示而没有向社会说明的理由，请填写后重新制作");
        reasons.push(refuse(rule, text));
    }
    if kind == "correction" && same_as_public(behind, &texts) {
        let text = "更正后的文字与正在公示的完全相同，请改正要更正的公示文字".to_owned();
        reasons.push(refuse(rule::MASK, text));
    }
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

/// The shown texts by item.
fn texts(fields: &[Field]) -> Vec<(&str, &str)> {
    fields.iter().filter_map(|f| Some((f.path.strip_prefix(SHOWN)?, f.value.as_str()))).collect()
}

/// What stands in clear: where, of which kind, and which part of the file says so; never the thing itself.
fn in_clear(
    house: &House,
    agency: &agencies::Agency,
    behind: &Behind,
    texts: &[(&str, &str)],
) -> Result<Vec<String>, Error> {
    let pack = project::pack_of(house, agency)?;
    let say = |bare: masking::Bare| {
        let (label, at, word) = (label(&bare.path), bare.at, bare.word);
        let origin = match asked_as(house, &bare.told_by).filter(|_| behind.filed) {
            Some(field) => format!("（案卷“{field}”一栏所载）"),
            None => String::new(),
        };
        format!("公示的“{label}”第{at}个字起是{word}{origin}，尚未隐去，请隐去后再公示")
    };
    let mut found = Vec::new();
    for (name, kind) in [behind.party.clone()].into_iter().chain(named_anew(behind, texts)) {
        let people = behind.people.iter().map(|(path, value)| (path.as_str(), value.as_str()));
        let told: Vec<_> = std::iter::once(("party.name", name.as_str())).chain(people).collect();
        for text in masking::in_clear(pack, kind, &told, texts).into_iter().map(say) {
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    Ok(found)
}

/// The label under which the forms ask for a private field.
fn asked_as<'h>(house: &'h House, path: &str) -> Option<&'h str> {
    let fields = house.rulebook.forms().iter().flat_map(|form| &form.fields);
    fields.into_iter().find(|field| field.path == path).map(|field| field.label.as_str())
}

/// The party that a correction names instead, where no file says who it is.
fn named_anew(behind: &Behind, texts: &[(&str, &str)]) -> Option<(String, PartyKind)> {
    let text = |item: &str| texts.iter().find(|(path, _)| *path == item).map(|(_, text)| *text);
    let party = behind.items.iter().find(|one| one.item == "party.name")?;
    let name = text("party.name").filter(|_| !behind.filed && party.public_rule.is_empty())?;
    let kind = penalty_list::likely_kind(name, text("party.code").is_some());
    (party.public.as_deref() != Some(name)).then(|| (name.to_owned(), kind))
}

/// Labels of the required items that are on file and the texts do not show.
fn lacking(behind: &Behind, texts: &[(&str, &str)]) -> Vec<String> {
    let shown = |item: &str| texts.iter().any(|(i, text)| *i == item && !text.trim().is_empty());
    let required = behind.items.iter().filter(|one| REQUIRED.contains(&one.item.as_str()));
    let lacking = required.filter(|one| !one.full.is_empty() && !shown(&one.item));
    lacking.map(|one| one.label.clone()).collect()
}

/// Whether the texts, but for the reason, are what the public reads already.
fn same_as_public(behind: &Behind, texts: &[(&str, &str)]) -> bool {
    let public = behind.public.as_ref();
    public.is_some_and(|public| items(texts) == items(&self::texts(&public.opened)))
}

/// The texts by item but for the reason.
fn items<'t>(texts: &[(&'t str, &'t str)]) -> BTreeMap<&'t str, &'t str> {
    texts.iter().copied().filter(|(item, _)| *item != REASON).collect()
}

fn label(item: &str) -> String {
    if item == REASON { "理由" } else { disclose::label(item) }.to_owned()
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
