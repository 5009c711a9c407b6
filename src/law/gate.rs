//! May this act be done now? Answers with every objection at once, each with article, text and remedy.

use super::act::Act;
use super::calendar::Calendar;
use super::pack::Pack;
use super::procedure::CaseState;
use super::rulebook::Rulebook;
use crate::base::Moment;
use serde::{Deserialize, Serialize};

/// Why an act may not be done now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Rule id, see [`super::rule`].
    pub rule: String,
    /// Article as cited.
    pub article: String,
    /// The reason in Chinese, with the day or amount at stake.
    pub text: String,
    /// Kind of the record that would remedy it; the kind itself when its own facts must change.
    pub fix: String,
}

/// All objections to `act`, made at `at` and signed by `signers` (person ids); empty means it may be done.
pub fn objections(
    _rules: &Rulebook,
    _calendar: &Calendar,
    _pack: &Pack,
    _state: &CaseState,
    _act: &Act,
    _at: Moment,
    _signers: &[String],
) -> Vec<Objection> {
    Vec::new()
}

/// Kinds of record that make sense next, the most advisable first.
pub fn allowed(_rules: &Rulebook, _pack: &Pack, _state: &CaseState) -> Vec<String> {
    Vec::new()
}
