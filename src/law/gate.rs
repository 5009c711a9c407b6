//! May this act be done now? Answers with every objection at once, each with article, text and remedy.

mod decision;
mod heard;
mod hearing;
mod order;
mod people;
mod publicity;
mod review;
mod times;

use super::act::{Act, PartyKind, Penalty};
use super::calendar::Calendar;
use super::major::{self, MajorReason};
use super::pack::Pack;
use super::procedure::{CaseState, needs};
use super::rulebook::Rulebook;
use crate::base::{Day, Moment};
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
    /// Kind of the record that would remedy it; the act's own kind when its facts must change;
    /// empty when nothing can.
    pub fix: String,
}

/// All objections to `act`, made at `at` and signed by `signers` (person ids of everybody who
/// signs or will sign); empty means it may be done.
pub fn objections(
    rules: &Rulebook,
    calendar: &Calendar,
    pack: &Pack,
    state: &CaseState,
    act: &Act,
    at: Moment,
    signers: &[String],
) -> Vec<Objection> {
    let today = at.day();
    let mut case = Case { rules, calendar, pack, state, act, today, signers, found: Vec::new() };
    order::check(&mut case);
    times::check(&mut case);
    people::check(&mut case);
    review::check(&mut case);
    hearing::check(&mut case);
    decision::check(&mut case);
    publicity::check(&mut case);
    case.found
}

/// All objections to correcting or withdrawing a disclosure that no case here stands behind; of `state` only the
/// disclosure is told.
pub fn amending(
    rules: &Rulebook,
    calendar: &Calendar,
    pack: &Pack,
    state: &CaseState,
    act: &Act,
    at: Moment,
) -> Vec<Objection> {
    let today = at.day();
    let mut case =
        Case { rules, calendar, pack, state, act, today, signers: &[], found: Vec::new() };
    order::check_shown(&mut case);
    times::check(&mut case);
    publicity::check(&mut case);
    case.found
}

/// Kinds of record that make sense next: first what the stage still must have, then what is usual,
/// then what is merely possible.
pub fn allowed(rules: &Rulebook, pack: &Pack, state: &CaseState) -> Vec<String> {
    let lacking = needs(rules, pack, state);
    let pressing = lacking.iter().find(|need| need.must);
    let mut kinds: Vec<String> = Vec::new();
    let usual = lacking.iter().filter(|need| !need.must);
    let possible = order::possible(state).iter().map(|kind| (*kind).to_owned());
    let first = pressing.into_iter().chain(usual).map(|need| need.kind.clone());
    let last_step =
        |kind: &str| kind != "closing" || pressing.is_some_and(|need| need.kind == kind);
    for kind in first.chain(possible) {
        if order::open(state, &kind) && last_step(&kind) && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// What all checks look at, and where they leave what they find.
struct Case<'a> {
    rules: &'a Rulebook,
    calendar: &'a Calendar,
    pack: &'a Pack,
    state: &'a CaseState,
    act: &'a Act,
    today: Day,
    signers: &'a [String],
    found: Vec<Objection>,
}

impl<'a> Case<'a> {
    fn object(&mut self, rule: &str, fix: &str, text: impl Into<String>) {
        self.found.push(Objection {
            rule: rule.to_owned(),
            article: self.rules.rule(rule).article.clone(),
            text: text.into(),
            fix: fix.to_owned(),
        });
    }

    /// [`Case::object`] with the act itself as the place to fix.
    fn object_here(&mut self, rule: &str, text: impl Into<String>) {
        self.object(rule, self.act.kind(), text);
    }

    fn party(&self) -> Option<PartyKind> {
        self.state.filing.as_ref().map(|filing| filing.party_kind)
    }

    /// Why `penalty` is major on `on`; empty before filing.
    fn major(&self, penalty: &Penalty, on: Day) -> Vec<MajorReason> {
        self.party().map_or_else(Vec::new, |party| {
            major::reasons_on(self.pack, penalty, party, self.state, on)
        })
    }

    /// Why the party must be told of the right to a hearing.
    fn hearing_due(&self, penalty: &Penalty, on: Day) -> Vec<MajorReason> {
        self.party()
            .map_or_else(Vec::new, |party| major::hearing_reasons(self.pack, penalty, party, on))
    }

    fn title(&self, kind: &str) -> &'a str {
        self.rules.form(kind).map_or("", |form| form.title.as_str())
    }
}

/// In what `now` goes beyond `told`, in Chinese; empty when it does not.
fn beyond(told: &Penalty, now: &Penalty) -> Vec<String> {
    let mut more = Vec::new();
    let mut amount = |what: &str, told: crate::base::Money, now: crate::base::Money| {
        if now > told {
            more.push(format!("{what}{}高于{}", now.in_words(), told.in_words()));
        }
    };
    amount("罚款", told.fine, now.fine);
    amount("没收金额", told.confiscated, now.confiscated);
    let added: Vec<_> =
        now.kinds.iter().copied().filter(|kind| !told.kinds.contains(kind)).collect();
    if !added.is_empty() {
        more.push(format!("增加了{}", super::words::kinds(&added)));
    }
    more
}

/// The reasons' texts in one sentence part.
fn because(reasons: &[MajorReason]) -> String {
    reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join("；")
}
