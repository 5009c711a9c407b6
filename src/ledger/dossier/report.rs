//! What a dossier's check found, for people and for machines.

use super::super::verdict::Step;
use super::manifest::{Manifest, Variant};
use serde::Serialize;

/// How one step ended for one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It held.
    Good,
    /// Something is there that should not be, or is not as signed.
    Tampered,
    /// Something is not there, so nothing can be said.
    Missing,
    /// Nothing is changed, but the rules in force forbade it.
    Irregular,
    /// Nothing to judge: says what was not looked at, and why.
    Noted,
}

impl State {
    /// The state's name for people.
    pub fn label(self) -> &'static str {
        match self {
            State::Good => "通过",
            State::Tampered => "不符",
            State::Missing => "缺失",
            State::Irregular => "违规",
            State::Noted => "说明",
        }
    }
}

/// How the whole check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything held.
    Good,
    /// Something was tampered with, whatever else is missing.
    Tampered,
    /// Nothing was found tampered with, but the rules forbade something that was done.
    Irregular,
    /// Nothing was found tampered with, but something is missing.
    Incomplete,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file concerned, by its path in the dossier.
    pub part: String,
    /// The step.
    pub step: Step,
    /// How it ended.
    pub state: State,
    /// What was found, in Chinese.
    pub detail: String,
}

/// All findings in order, and what they amount to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What it amounts to.
    pub outcome: Outcome,
    /// Whether the log key came from the person who checks; else it is the dossier's own claim.
    pub log_key_given: bool,
    /// The log key the dossier claims.
    pub log_key: Option<String>,
    /// The case's chain.
    pub case: Option<String>,
    /// 案号
    pub number: Option<String>,
    /// Whom the dossier was made for.
    pub variant: Option<Variant>,
    /// Every step of every part.
    pub verdicts: Vec<Finding>,
}

impl Report {
    pub(in crate::ledger) fn new(log_key_given: bool) -> Self {
        Report {
            outcome: Outcome::Good,
            log_key_given,
            log_key: None,
            case: None,
            number: None,
            variant: None,
            verdicts: Vec::new(),
        }
    }

    pub(super) fn describe(&mut self, manifest: &Manifest) {
        self.log_key = Some(manifest.log_key.clone());
        self.case = Some(manifest.case.clone());
        self.number = Some(manifest.number.clone());
        self.variant = Some(manifest.variant);
    }

    /// Adds a finding: what was found good, or how it is not good and why.
    pub fn add(&mut self, part: &str, step: Step, result: Result<String, (State, String)>) {
        let (state, detail) = match result {
            Ok(detail) => (State::Good, detail),
            Err(fault) => fault,
        };
        self.outcome = match (self.outcome, state) {
            (Outcome::Tampered, _) | (_, State::Tampered) => Outcome::Tampered,
            (Outcome::Irregular, _) | (_, State::Irregular) => Outcome::Irregular,
            (Outcome::Incomplete, _) | (_, State::Missing) => Outcome::Incomplete,
            (Outcome::Good, State::Good | State::Noted) => Outcome::Good,
        };
        self.verdicts.push(Finding { part: part.to_owned(), step, state, detail });
    }

    /// The first finding that speaks against the dossier.
    pub fn first_fault(&self) -> Option<&Finding> {
        let at_fault = |finding: &&Finding| !matches!(finding.state, State::Good | State::Noted);
        self.verdicts.iter().find(at_fault)
    }
}
