//! Proposes what to hide before something is published. Hides nothing by itself: a person confirms.

mod names;
mod scan;

use super::act::PartyKind;
use super::credit_code::credit_code;
use super::pack::Pack;
use names::Name;
use scan::{Folded, Hit, What};

/// A field's value with what should be hidden taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskProposal {
    /// The field.
    pub path: String,
    /// Ids of the masking rules applied, joined by `+`.
    pub rule: String,
    /// The value to publish.
    pub masked: String,
    /// Why, in Chinese.
    pub reason: String,
}

impl MaskProposal {
    /// The ids in [`MaskProposal::rule`].
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rule.split('+')
    }
}

/// Proposals for the fields (path, label, value) that hold something to hide; others are not named.
///
/// A firm's name and credit code stay; a natural person's name is shown by the pack's mode;
/// other people's names are always shortened. Digits are found in full width, with separators
/// and with invisible characters between them.
pub fn propose<S: AsRef<str>>(
    pack: &Pack,
    party: PartyKind,
    fields: &[(S, S, S)],
) -> Vec<MaskProposal> {
    let pairs = || fields.iter().map(|(path, _, value)| (path.as_ref(), value.as_ref()));
    let known = names::known(&pack.names, party, pairs());
    let homes: Vec<&str> = pairs()
        .filter(|(path, value)| is_home(party, path) && value.chars().count() >= 4)
        .map(|(_, value)| value)
        .collect();
    let mut proposals = Vec::new();
    for (path, label, value) in fields {
        let (path, value) = (path.as_ref(), value.as_ref());
        let hits = hits(party, path, value, &known, &homes);
        if hits.is_empty() {
            continue;
        }
        let mut rules: Vec<&str> = Vec::new();
        let mut words: Vec<&str> = Vec::new();
        for hit in &hits {
            if !rules.contains(&hit.what.rule()) {
                rules.push(hit.what.rule());
                words.push(hit.what.label());
            }
        }
        proposals.push(MaskProposal {
            path: path.to_owned(),
            rule: rules.join("+"),
            masked: scan::replaced(value, &hits),
            reason: format!("“{}”含{}", label.as_ref(), words.join("、")),
        });
    }
    proposals
}

/// What stands in clear in a text though it must not be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    /// The field.
    pub path: String,
    /// What it is, in Chinese.
    pub word: &'static str,
}

/// Identity numbers, telephone numbers and bank accounts in texts (path, value) that are to be shown, and the
/// party's `name` where the pack does not show it in full.
pub fn in_clear(pack: &Pack, party: PartyKind, name: &str, texts: &[(&str, &str)]) -> Vec<Bare> {
    let known = names::known(&pack.names, party, std::iter::once(("party.name", name)));
    let mut found: Vec<Bare> = Vec::new();
    for (path, value) in texts {
        let text = Folded::of(value);
        let public = *path == "party.code" && credit_code(value).is_ok();
        let mut hits = if public { Vec::new() } else { text.numbers() };
        for name in &known {
            hits.extend(text.literal(&name.full, What::Name, &name.shown));
        }
        for hit in hits {
            let bare = Bare { path: (*path).to_owned(), word: hit.what.label() };
            if !found.contains(&bare) {
                found.push(bare);
            }
        }
    }
    found
}

fn is_home(party: PartyKind, path: &str) -> bool {
    path == "party.address" && party != PartyKind::Organisation
}

/// What to hide in one field, in order and without overlaps.
fn hits(party: PartyKind, path: &str, value: &str, known: &[Name], homes: &[&str]) -> Vec<Hit> {
    let whole = |what| vec![Hit { from: 0, to: value.len(), what, put: what.instead().to_owned() }];
    if value.trim().is_empty() {
        return Vec::new();
    }
    if path.ends_with(".id_number") {
        return whole(What::Identity);
    }
    if path.ends_with(".phone") {
        return whole(What::Phone);
    }
    if is_home(party, path) {
        return whole(What::Address);
    }
    if path == "party.code" && credit_code(value).is_ok() {
        return Vec::new();
    }
    let text = Folded::of(value);
    let mut found = text.numbers();
    found.extend(text.patterns());
    for home in homes {
        found.extend(text.literal(home, What::Address, What::Address.instead()));
    }
    for name in known {
        found.extend(text.literal(&name.full, What::Name, &name.shown));
    }
    scan::settled(found)
}
