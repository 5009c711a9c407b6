//! The law as data: rules, checklist, evidence kinds, grounds, forms and regional packs. Reads texts, never files.

use super::act::Act;
use super::copies::Copies;
use super::forms::{Choice, FormSpec, Source};
use super::pack::Pack;
use super::{act, rule, words};
use crate::base::Day;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A rule: where it stands and since when, in our own words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id, see [`crate::law::rule`].
    pub id: String,
    /// Title and article as officials cite them, e.g. `《行政处罚法》第六十二条`.
    pub article: String,
    /// What it asks, in our words.
    pub text: String,
    /// Where the text was read.
    pub source: String,
    /// Whether the source was read in full and is certain.
    #[serde(default = "yes")]
    pub sure: bool,
    /// First day in force.
    pub valid_from: Day,
    /// Last day in force; absent while it lasts.
    #[serde(default)]
    pub valid_to: Option<Day>,
}

/// One point a legal review must answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Stable id, as in [`act::Finding::point`].
    pub id: String,
    /// Short Chinese title.
    pub title: String,
    /// The question to answer.
    pub question: String,
    /// Article it comes from.
    pub article: String,
    /// Where the text was read.
    pub source: String,
}

/// An entry of a closed list: an evidence kind, a ground, a masking rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Stable id, as written in signed facts.
    pub id: String,
    /// Chinese label.
    pub label: String,
    /// Explanation for the desk or, for grounds, the public.
    #[serde(default)]
    pub hint: String,
    /// Article it comes from.
    pub article: String,
    /// Where the text was read.
    pub source: String,
    /// Whether the source was read in full and is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

pub(super) fn yes() -> bool {
    true
}

/// A configuration text cannot be used; names the file and the key.
#[derive(Debug, thiserror::Error)]
pub enum RulebookFault {
    /// Not TOML, or a key missing, misspelt or ill-typed.
    #[error("{file}: {reason}")]
    Unreadable {
        /// Name as given.
        file: String,
        /// The parser's words, with line and key.
        reason: String,
    },
    /// The same id twice.
    #[error("{file}: {id} is defined twice")]
    Twice {
        /// Name as given.
        file: String,
        /// The id.
        id: String,
    },
    /// A value that reads well but makes no sense.
    #[error("{file}: {key}: {reason}")]
    Wrong {
        /// Name as given.
        file: String,
        /// The key or id.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// Something the code relies on is nowhere defined.
    #[error("{file}: {id} is missing")]
    Missing {
        /// Where it belongs.
        file: String,
        /// The id.
        id: String,
    },
}

/// Reads one file's text into `T`.
pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, RulebookFault> {
    toml::from_str(text).map_err(|fault| RulebookFault::Unreadable {
        file: file.to_owned(),
        reason: fault.to_string().trim_end().to_owned(),
    })
}

/// Everything of `config/law` and `config/region`.
#[derive(Clone, Debug)]
pub struct Rulebook {
    rules: Vec<Rule>,
    points: Vec<Point>,
    evidence_kinds: Vec<Listed>,
    withholding_grounds: Vec<Listed>,
    withdrawal_grounds: Vec<Listed>,
    masking_rules: Vec<Listed>,
    forms: Vec<FormSpec>,
    packs: Vec<Pack>,
    copies: Copies,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChecklistFile {
    point: Vec<Point>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListsFile {
    evidence_kind: Vec<Listed>,
    withholding_ground: Vec<Listed>,
    withdrawal_ground: Vec<Listed>,
    masking_rule: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormsFile {
    record: Vec<FormSpec>,
}

static UNLISTED: LazyLock<Rule> = LazyLock::new(|| Rule {
    id: "unlisted".to_owned(),
    article: "未收录的规则".to_owned(),
    text: String::new(),
    source: String::new(),
    sure: false,
    valid_from: Day::MIN,
    valid_to: None,
});

impl Rulebook {
    /// Reads `law/*.toml` and `region/*.toml`; names beginning with `calendar/` are left alone.
    ///
    /// # Errors
    /// The first file and key that cannot be used, or an id the code relies on that is missing.
    pub fn from_toml(files: &[(&str, &str)]) -> Result<Rulebook, RulebookFault> {
        let text = |name: &str| {
            files.iter().find(|(file, _)| *file == name).map(|(_, text)| *text).ok_or_else(|| {
                RulebookFault::Missing { file: name.to_owned(), id: "file".to_owned() }
            })
        };
        let lists: ListsFile = read("law/lists.toml", text("law/lists.toml")?)?;
        let mut packs = Vec::new();
        for (file, text) in files.iter().filter(|(file, _)| file.starts_with("region/")) {
            let pack: Pack = read(file, text)?;
            pack.check(file)?;
            packs.push(pack);
        }
        let mut book = Rulebook {
            rules: read::<RulesFile>("law/rules.toml", text("law/rules.toml")?)?.rule,
            points: read::<ChecklistFile>("law/checklist.toml", text("law/checklist.toml")?)?.point,
            evidence_kinds: lists.evidence_kind,
            withholding_grounds: lists.withholding_ground,
            withdrawal_grounds: lists.withdrawal_ground,
            masking_rules: lists.masking_rule,
            forms: read::<FormsFile>("law/records.toml", text("law/records.toml")?)?.record,
            packs,
            copies: Copies::from_toml("law/copies.toml", text("law/copies.toml")?)?,
        };
        book.check()?;
        book.fill_options();
        Ok(book)
    }

    /// The rule's latest version; a placeholder that says so when there is none
    /// (loading already refuses a book that lacks a rule the code cites).
    pub fn rule(&self, id: &str) -> &Rule {
        let versions = self.rules.iter().filter(|rule| rule.id == id);
        versions.max_by_key(|rule| rule.valid_from).unwrap_or(&UNLISTED)
    }

    /// The version of the rule in force on `day`.
    pub fn rule_on(&self, id: &str, day: Day) -> Option<&Rule> {
        self.rules.iter().find(|rule| {
            rule.id == id && rule.valid_from <= day && rule.valid_to.is_none_or(|last| day <= last)
        })
    }

    /// All rules, for the page that lists them.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The regional pack of this id.
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == id)
    }

    /// All packs.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// What copies of a dossier leave out.
    pub fn copies(&self) -> &Copies {
        &self.copies
    }

    /// The form of a record kind.
    pub fn form(&self, kind: &str) -> Option<&FormSpec> {
        self.forms.iter().find(|form| form.kind == kind)
    }

    /// All forms in the order of a case.
    pub fn forms(&self) -> &[FormSpec] {
        &self.forms
    }

    /// The points of a legal review, in order.
    pub fn checklist(&self) -> &[Point] {
        &self.points
    }

    /// The eight kinds of evidence (行政处罚法 art. 46).
    pub fn evidence_kinds(&self) -> &[Listed] {
        &self.evidence_kinds
    }

    /// Grounds for not publishing.
    pub fn withholding_grounds(&self) -> &[Listed] {
        &self.withholding_grounds
    }

    /// Grounds for taking down.
    pub fn withdrawal_grounds(&self) -> &[Listed] {
        &self.withdrawal_grounds
    }

    /// What masking may hide.
    pub fn masking_rules(&self) -> &[Listed] {
        &self.masking_rules
    }

    /// The Chinese title of a record kind; the kind itself when unknown.
    pub fn title<'a>(&'a self, kind: &'a str) -> &'a str {
        self.form(kind).map_or(kind, |form| &form.title)
    }

    fn check(&self) -> Result<(), RulebookFault> {
        unique("law/checklist.toml", self.points.iter().map(|point| &point.id))?;
        unique("law/records.toml", self.forms.iter().map(|form| &form.kind))?;
        unique("region", self.packs.iter().map(|pack| &pack.id))?;
        let lists = [
            &self.evidence_kinds,
            &self.withholding_grounds,
            &self.withdrawal_grounds,
            &self.masking_rules,
        ];
        for list in lists {
            unique("law/lists.toml", list.iter().map(|listed| &listed.id))?;
        }
        let missing = |file: &str, id: &str| RulebookFault::Missing {
            file: file.to_owned(),
            id: id.to_owned(),
        };
        let there = |id: &str| self.rules.iter().any(|rule| rule.id == id);
        if let Some(id) = rule::ALL.iter().find(|id| !there(id)) {
            return Err(missing("law/rules.toml", id));
        }
        for pack in &self.packs {
            if let Some(id) = pack.periods.disclosure_penalty.rule.as_ref().filter(|id| !there(id))
            {
                return Err(missing(&format!("region/{}.toml", pack.id), id));
            }
        }
        for kind in Act::KINDS {
            let form = self.form(kind).ok_or_else(|| missing("law/records.toml", kind))?;
            form.check("law/records.toml")?;
        }
        self.check_copies()?;
        match self.forms.iter().find(|form| !Act::KINDS.contains(&form.kind.as_str())) {
            Some(form) => Err(RulebookFault::Wrong {
                file: "law/records.toml".to_owned(),
                key: form.kind.clone(),
                reason: "no such kind of record".to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// A kind or path that does not exist would leave in what was meant to be left out.
    fn check_copies(&self) -> Result<(), RulebookFault> {
        // Custody records are the server's own: no form makes them.
        let known = |kind: &str, path: Option<&str>| match (self.form(kind), path) {
            (None, _) => kind == "custody",
            (Some(_), None | Some("*")) => true,
            (Some(form), Some(path)) => form.fields.iter().any(|field| field.path == path),
        };
        match self.copies.named().find(|(kind, path)| !known(kind, *path)) {
            Some((kind, path)) => Err(RulebookFault::Wrong {
                file: "law/copies.toml".to_owned(),
                key: format!("{kind}/{}", path.unwrap_or_default()),
                reason: "no such kind or field".to_owned(),
            }),
            None => Ok(()),
        }
    }

    fn fill_options(&mut self) {
        let listed = |list: &[Listed]| -> Vec<Choice> {
            list.iter().map(|one| Choice::new(&one.id, &one.label)).collect()
        };
        let sources = [
            (Source::EvidenceKinds, listed(&self.evidence_kinds)),
            (Source::WithholdingGrounds, listed(&self.withholding_grounds)),
            (Source::WithdrawalGrounds, listed(&self.withdrawal_grounds)),
            (Source::MaskingRules, listed(&self.masking_rules)),
            (
                Source::Checklist,
                self.points.iter().map(|point| Choice::new(&point.id, &point.question)).collect(),
            ),
            (
                Source::PenaltyKinds,
                act::PenaltyKind::ALL
                    .iter()
                    .map(|kind| Choice::new(words::name_of(kind), kind.label()))
                    .collect(),
            ),
        ];
        for field in self.forms.iter_mut().flat_map(|form| &mut form.fields) {
            if let Some((_, options)) =
                sources.iter().find(|(source, _)| Some(*source) == field.options_from)
            {
                field.options.clone_from(options);
            }
        }
    }
}

fn unique<'a>(file: &str, ids: impl Iterator<Item = &'a String>) -> Result<(), RulebookFault> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(RulebookFault::Twice { file: file.to_owned(), id: id.clone() });
        }
    }
    Ok(())
}
