//! Proposes what to hide before something is published. Hides nothing by itself: a person confirms.

mod names;
mod scan;

use super::act::PartyKind;
use super::credit_code::credit_code;
use super::pack::{NameMode, Pack};
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
/// A firm's name and credit code stay, also where they contain its owner's name; a natural person's name is shown
/// by the pack's mode; other people's names are always shortened. Digits are found in full width, with separators
/// and with invisible characters between them.
pub fn propose<S: AsRef<str>>(
    pack: &Pack,
    party: PartyKind,
    fields: &[(S, S, S)],
) -> Vec<MaskProposal> {
    let pairs = || fields.iter().map(|(path, _, value)| (path.as_ref(), value.as_ref()));
    let known = Known::of(pack, party, pairs());
    let mut proposals = Vec::new();
    for (path, label, value) in fields {
        let (path, value) = (path.as_ref(), value.as_ref());
        let hits = hits(party, path, value, &known);
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
    /// Where in its text, counted in characters from 1.
    pub at: usize,
    /// What it is, in Chinese.
    pub word: &'static str,
    /// Path of the field of the file that gives it away; empty when it gives itself away.
    pub told_by: String,
}

/// Identity numbers, telephone numbers and bank accounts in texts (path, value) that are to be shown, and what the
/// fields of the `file` (path, value) say of people: names that the pack does not show in full, their numbers, and
/// their homes. The first place of each kind and origin in each text.
pub fn in_clear(
    pack: &Pack,
    party: PartyKind,
    file: &[(&str, &str)],
    texts: &[(&str, &str)],
) -> Vec<Bare> {
    let known = Known::of(pack, party, file.iter().copied());
    let mut found: Vec<Bare> = Vec::new();
    for (path, value) in texts {
        let text = Folded::of(value);
        let public = *path == "party.code" && credit_code(value).is_ok();
        let numbers = if public { Vec::new() } else { text.numbers() };
        let numbers = numbers.into_iter().map(|hit| (hit, ""));
        for (hit, told_by) in numbers.chain(known.hits(&text)) {
            let at = value.get(..hit.from).map_or(0, |before| before.chars().count()) + 1;
            let (word, told_by) = (hit.what.label(), told_by.to_owned());
            let bare = Bare { path: (*path).to_owned(), at, word, told_by };
            let same = |one: &Bare| (&one.path, one.word) == (&bare.path, bare.word);
            if !found.iter().any(|one| same(one) && (one.at == at || one.told_by == bare.told_by)) {
                found.push(bare);
            }
        }
    }
    found
}

/// What a file's fields give away of people, wherever it stands again.
struct Known<'f> {
    names: Vec<Name<'f>>,
    /// Homes and numbers, each with the path of its field.
    literals: Vec<(&'f str, &'f str, What)>,
    /// The party's name where it is shown in full; names inside it are part of it.
    shown: &'f str,
}

impl<'f> Known<'f> {
    fn of(
        pack: &Pack,
        party: PartyKind,
        fields: impl Iterator<Item = (&'f str, &'f str)> + Clone,
    ) -> Known<'f> {
        let literal = |(path, value): (&'f str, &'f str)| {
            let (what, least) = match path {
                path if is_home(party, path) => (What::Address, 4),
                path if path.ends_with(".id_number") => (What::Identity, 6),
                path if path.ends_with(".phone") => (What::Phone, 7),
                _ => return None,
            };
            let value = value.trim();
            (value.chars().count() >= least).then_some((path, value, what))
        };
        let full = names::party_mode(&pack.names, party) == NameMode::Full;
        let own = fields.clone().find(|(path, _)| *path == "party.name" && full);
        Known {
            names: names::known(&pack.names, party, fields.clone()),
            literals: fields.filter_map(literal).collect(),
            shown: own.map_or("", |(_, value)| value.trim()),
        }
    }

    /// Every place where any of it stands, with the path of the field that says so.
    fn hits(&self, text: &Folded) -> Vec<(Hit, &'f str)> {
        let mut found = Vec::new();
        for (path, value, what) in &self.literals {
            let hits = text.literal(value, *what, what.instead()).into_iter();
            found.extend(hits.map(|hit| (hit, *path)));
        }
        let own = text.literal(self.shown, What::Name, "");
        let inside = |hit: &Hit| own.iter().any(|own| own.from <= hit.from && hit.to <= own.to);
        for name in &self.names {
            let hits = text.literal(name.full, What::Name, &name.shown).into_iter();
            found.extend(hits.filter(|hit| !inside(hit)).map(|hit| (hit, name.path)));
        }
        found
    }
}

fn is_home(party: PartyKind, path: &str) -> bool {
    path == "party.address" && party != PartyKind::Organisation
}

/// What to hide in one field, in order and without overlaps.
fn hits(party: PartyKind, path: &str, value: &str, known: &Known<'_>) -> Vec<Hit> {
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
    found.extend(known.hits(&text).into_iter().map(|(hit, _)| hit));
    scan::settled(found)
}
