//! The clocks a case sets running, with their arithmetic. Knows no today: pages compare.

use super::{CaseState, Noticed, Round};
use crate::base::Day;
use crate::law::act::{Outcome, ServiceMethod};
use crate::law::calendar::Calendar;
use crate::law::clock::{Deadline, Unit, deadline, months_after};
use crate::law::pack::{Pack, Period};
use crate::law::rule;
use crate::law::rulebook::Rulebook;
use serde::{Deserialize, Serialize};

/// What stops the party's own clocks: no record of the agency.
const PARTY: &str = "";

/// A statutory time limit of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Rule id.
    pub rule: String,
    /// Article as cited.
    pub article: String,
    /// What must be done, in Chinese.
    pub label: String,
    /// Day the period starts from (not counted itself).
    pub start: Day,
    /// Length in words, e.g. `5个工作日`.
    pub length: String,
    /// Last day in time.
    pub due: Day,
    /// A year without an official calendar was touched.
    pub provisional: bool,
    /// Day the act was done; absent while the clock runs.
    pub met_on: Option<Day>,
    /// Kind of record that stops the clock; empty for the party's own time limits.
    pub stops: String,
}

impl Clock {
    /// Whether it is the agency that must act in time, not the party.
    pub fn of_agency(&self) -> bool {
        self.stops != PARTY
    }

    /// Whether the act came, or on `today` still has not come, after the last day.
    pub fn late(&self, today: Day) -> bool {
        self.met_on.unwrap_or(today) > self.due
    }
}

/// The day a service takes effect: at once, except 公告送达 after the pack's period.
pub fn notice_effective(
    calendar: &Calendar,
    pack: &Pack,
    on: Day,
    method: ServiceMethod,
) -> Deadline {
    match method {
        ServiceMethod::PublicNotice => run(calendar, on, &pack.periods.public_notice, &[]),
        _ => Deadline { due: on, provisional: false },
    }
}

/// All clocks the records so far have set running, in the order they started.
pub fn clocks(rules: &Rulebook, calendar: &Calendar, pack: &Pack, state: &CaseState) -> Vec<Clock> {
    let mut found = Found { rules, calendar, list: Vec::new() };
    let periods = &pack.periods;
    if let Some(filing) = &state.filing {
        let done = state.decision.as_ref().map(|decision| decision.on);
        let paused = pauses(calendar, pack, state);
        let label = "作出处理决定";
        found.add(
            rule::DECIDE_IN_TIME,
            label,
            filing.on,
            &periods.decision,
            &paused,
            done,
            "decision",
        );
    }
    // A round that was voided before its opinion awaits none any more.
    let awaited = |round: &&Round| !round.voided || round.opinion.is_some();
    for round in state.rounds.iter().filter(awaited) {
        let done = round.opinion.as_ref().map(|opinion| opinion.on);
        let label = format!("第{}轮法制审核", round.round);
        found.add(
            rule::REVIEW_TIME,
            &label,
            round.submitted_on,
            &periods.review,
            &[],
            done,
            "review",
        );
    }
    if let Some(notice) = state.notice() {
        notice_clocks(&mut found, pack, notice);
    }
    decision_clocks(&mut found, pack, state);
    found.list.sort_by_key(|clock| clock.start);
    found.list
}

fn notice_clocks(found: &mut Found<'_>, pack: &Pack, notice: &Noticed) {
    let start = notice_effective(found.calendar, pack, notice.served_on, notice.method).due;
    let answered = notice.statements.first().map(|statement| statement.on);
    let period = &pack.periods.statement;
    found.add(rule::HEAR, "当事人陈述申辩", start, period, &[], answered, PARTY);
    if notice.hearing_told {
        let held = notice.hearing.as_ref().map(|hearing| hearing.requested_on);
        let mut said = notice.statements.iter();
        let chosen = said.find(|said| said.hearing_requested || said.hearing_waived);
        let done = held.or(chosen.map(|said| said.on));
        let period = &pack.periods.hearing_request;
        found.add(rule::HEARING, "当事人申请听证", start, period, &[], done, PARTY);
    }
}

fn decision_clocks(found: &mut Found<'_>, pack: &Pack, state: &CaseState) {
    let Some(decision) = &state.decision else { return };
    let periods = &pack.periods;
    let served = state.service.as_ref().map(|service| service.on);
    found.add(rule::SERVE, "送达决定书", decision.on, &periods.service, &[], served, "service");
    let published = state.disclosure.as_ref().map(|disclosure| disclosure.on);
    let withheld = state.withholding.as_ref().map(|withholding| withholding.on);
    let (shown, penalty) = (published.or(withheld), pack.disclosure_period("penalty"));
    found.add(rule::DISCLOSE, "公示决定", decision.on, penalty, &[], shown, "disclosure");
    let Some(service) = &state.service else { return };
    let effective = notice_effective(found.calendar, pack, service.on, service.method).due;
    let punished = decision.outcome == Outcome::Penalty;
    if punished && decision.penalty.fine > crate::base::Money::ZERO {
        let (period, done) = (&periods.payment, state.executed_on);
        found.add(rule::PAY, "当事人缴纳罚款", effective, period, &[], done, PARTY);
    }
    let ended = if punished { state.executed_on } else { Some(effective) };
    if let Some(ended) = ended {
        let (period, done) = (&periods.closing, state.closed_on);
        found.add(rule::CLOSE, "填写结案审批表", ended, period, &[], done, "closing");
    }
}

/// Those of `clocks` that supervision watches, each with its place among all: the agency's own, and in a closed case
/// only those that were met, for nothing is left to be done in it.
pub fn supervised(clocks: Vec<Clock>, closed: bool) -> impl Iterator<Item = (usize, Clock)> {
    let watched = move |clock: &Clock| clock.of_agency() && (!closed || clock.met_on.is_some());
    clocks.into_iter().enumerate().filter(move |(_, clock)| watched(clock))
}

/// The party's own last days to ask for reconsideration and to sue, from the service's effect.
pub fn remedies(
    rules: &Rulebook,
    calendar: &Calendar,
    pack: &Pack,
    state: &CaseState,
) -> Vec<Clock> {
    let (Some(_), Some(service)) = (&state.decision, &state.service) else { return Vec::new() };
    let start = notice_effective(calendar, pack, service.on, service.method).due;
    let sixty = deadline(calendar, start, 60, Unit::Calendar, &[]);
    let half_year = months_after(calendar, start, 6);
    let clock = |id: &str, label: &str, length: &str, end: Deadline| Clock {
        rule: id.to_owned(),
        article: rules.rule(id).article.clone(),
        label: label.to_owned(),
        start,
        length: length.to_owned(),
        due: end.due,
        provisional: end.provisional,
        met_on: None,
        stops: PARTY.to_owned(),
    };
    vec![
        clock(rule::RECONSIDER, "申请行政复议", "60日", sixty),
        clock(rule::SUE, "提起行政诉讼", "6个月", half_year),
    ]
}

/// Time that does not run against the ninety days: a hearing from request to end, and 公告 of the notice.
fn pauses(calendar: &Calendar, pack: &Pack, state: &CaseState) -> Vec<(Day, Day)> {
    let mut spans = Vec::new();
    for notice in &state.notices {
        if notice.method == ServiceMethod::PublicNotice {
            let end = notice_effective(calendar, pack, notice.served_on, notice.method).due;
            spans.push((notice.served_on, end));
        }
        if let Some(hearing) = &notice.hearing {
            spans.push((hearing.requested_on, hearing.held_on));
        }
    }
    spans
}

pub(in crate::law) fn run(
    calendar: &Calendar,
    start: Day,
    period: &Period,
    paused: &[(Day, Day)],
) -> Deadline {
    deadline(calendar, start, period.n, period.unit, paused)
}

struct Found<'a> {
    rules: &'a Rulebook,
    calendar: &'a Calendar,
    list: Vec<Clock>,
}

impl Found<'_> {
    #[allow(clippy::too_many_arguments)]
    fn add(
        &mut self,
        rule: &str,
        label: &str,
        start: Day,
        period: &Period,
        paused: &[(Day, Day)],
        met_on: Option<Day>,
        stops: &str,
    ) {
        let end = run(self.calendar, start, period, paused);
        let rule = period.rule.as_deref().unwrap_or(rule);
        self.list.push(Clock {
            rule: rule.to_owned(),
            article: self.rules.rule(rule).article.clone(),
            label: label.to_owned(),
            start,
            length: format!("{}{}", period.n, period.unit.label()),
            due: end.due,
            provisional: end.provisional,
            met_on,
            stops: stops.to_owned(),
        });
    }
}
