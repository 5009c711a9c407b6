//! What a party's copy of a dossier leaves out, by kind of record and field. Decides; copies nothing.

use super::rulebook::{RulebookFault, read};
use serde::Deserialize;

/// One ground for leaving things out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Kinds of records of which only the place is shown.
    #[serde(default)]
    pub records: Vec<String>,
    /// `kind/path`, or `kind/*`.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Kinds left out unless they are about the party itself.
    #[serde(default)]
    pub only_party: Vec<String>,
    /// Kinds that alone are no reason to hand out an exhibit.
    #[serde(default)]
    pub exhibits_of: Vec<String>,
    /// Why, for whoever gets the copy.
    pub reason: String,
    /// Article it rests on.
    pub article: String,
    /// Where the text was read.
    pub source: String,
}

impl LeftOut {
    /// Reason and article in one line.
    pub fn words(&self) -> String {
        format!("{}（{}）", self.reason, self.article)
    }
}

/// The grounds, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    party: Vec<LeftOut>,
}

impl Copies {
    pub(super) fn from_toml(file: &str, text: &str) -> Result<Copies, RulebookFault> {
        read(file, text)
    }

    /// Why a record of `kind` is not in the party's copy; `own` when it is about the party itself.
    pub fn record(&self, kind: &str, own: bool) -> Option<&LeftOut> {
        self.party
            .iter()
            .find(|ground| has(&ground.records, kind) || (!own && has(&ground.only_party, kind)))
    }

    /// Why the private value under `path` of a record of `kind` is not in the party's copy.
    pub fn field(&self, kind: &str, path: &str) -> Option<&LeftOut> {
        let named = |entry: &String| {
            entry.split_once('/').is_some_and(|(of, field)| of == kind && matches(field, path))
        };
        self.party.iter().find(|ground| ground.fields.iter().any(named))
    }

    /// Why an exhibit that only a record of `kind` names is not in the party's copy.
    pub fn exhibit(&self, kind: &str) -> Option<&LeftOut> {
        self.party.iter().find(|ground| has(&ground.exhibits_of, kind))
    }

    /// Every kind and path that is named, for the rulebook's own check.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.party.iter().flat_map(|ground| {
            let kinds = ground.records.iter().chain(&ground.only_party).chain(&ground.exhibits_of);
            let kinds = kinds.map(|kind| (kind.as_str(), None));
            let fields = ground.fields.iter().filter_map(|entry| entry.split_once('/'));
            kinds.chain(fields.map(|(kind, path)| (kind, Some(path))))
        })
    }
}

fn has(list: &[String], kind: &str) -> bool {
    list.iter().any(|one| one == kind)
}

fn matches(pattern: &str, path: &str) -> bool {
    pattern == "*" || pattern == path
}
