//! What a case still lacks before its next stage. Advises; the gate decides.

use super::{CaseState, Stage};
use crate::law::act::Outcome;
use crate::law::major;
use crate::law::pack::Pack;
use crate::law::rule;
use crate::law::rulebook::Rulebook;
use serde::Serialize;

/// Something still lacking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Kind of record that supplies it.
    pub kind: String,
    /// What is lacking, in Chinese.
    pub text: String,
    /// Article that asks for it.
    pub article: String,
    /// Must be there, or merely usual.
    pub must: bool,
}

/// What the present stage still lacks, most pressing first.
pub fn needs(rules: &Rulebook, pack: &Pack, state: &CaseState) -> Vec<Need> {
    let mut list = Vec::new();
    let mut add = |kind: &str, id: &str, text: &str, must: bool| {
        list.push(Need {
            kind: kind.to_owned(),
            text: text.to_owned(),
            article: rules.rule(id).article.clone(),
            must,
        });
    };
    match state.stage() {
        Stage::Start => add("filing", rule::FILE, "经负责人批准立案", true),
        Stage::Investigation => {
            if state.inspections == 0 {
                add("inspection", rule::SHOW_CERTIFICATE, "现场检查（勘验）笔录", false);
            }
            if state.interviews == 0 {
                add("interview", rule::SHOW_CERTIFICATE, "询问笔录", false);
            }
            if state.evidence == 0 {
                add("evidence", rule::EVIDENCE, "证据材料及其来源说明", false);
            }
            add("conclusion", rule::DISCUSS, "案件调查终结报告", true);
        }
        Stage::Review => before_notice(pack, state, &mut add),
        Stage::Decision => before_decision(pack, state, &mut add),
        Stage::Service => add("service", rule::SERVE, "送达决定书", true),
        Stage::Execution => {
            if state.disclosure.is_none() && state.withholding.is_none() {
                add("disclosure", rule::DISCLOSE, "公示决定，或者记明不予公示的理由", true);
            }
            let punished =
                state.decision.as_ref().is_some_and(|made| made.outcome == Outcome::Penalty);
            if punished && state.executed_on.is_none() {
                add("execution", rule::PAY, "处罚决定执行完毕的记录", true);
            }
            add("closing", rule::CLOSE, "结案审批", true);
        }
        Stage::Closed => {}
    }
    list
}

fn before_notice(pack: &Pack, state: &CaseState, add: &mut impl FnMut(&str, &str, &str, bool)) {
    let awaiting =
        state.rounds.last().is_some_and(|round| round.opinion.is_none() && !round.voided);
    if awaiting {
        return add("review", rule::REVIEW, "法制审核意见", true);
    }
    let due = state.conclusion.as_ref().is_some_and(|concluded| {
        !major::reasons_of_case(pack, &concluded.proposed, state).is_empty()
    });
    if due || !state.rounds.is_empty() {
        return add("submission", rule::REVIEW, "送法制审核", true);
    }
    add("notice", rule::TELL, "行政处罚事先告知书", true);
}

fn before_decision(pack: &Pack, state: &CaseState, add: &mut impl FnMut(&str, &str, &str, bool)) {
    let Some(notice) = state.notice() else {
        return add("notice", rule::TELL, "行政处罚事先告知书", true);
    };
    if notice.statements.is_empty() {
        add("statement", rule::HEAR, "当事人的陈述申辩，或者放弃的记录", false);
    }
    if notice.statements.last().is_some_and(|said| !said.waived && !said.rechecked) {
        add("statement", rule::HEAR, "对陈述申辩的复核意见", true);
    }
    let chosen = notice.statements.iter().any(|said| said.hearing_requested || said.hearing_waived);
    if notice.hearing_told && !notice.statements.is_empty() && !chosen && notice.hearing.is_none() {
        add("statement", rule::HEARING, "当事人要求听证，或者明确放弃听证的记录", false);
    }
    let causes = major::reasons_of_case(pack, &notice.proposed, state);
    let started = state.rounds.last();
    if (!causes.is_empty() || started.is_some()) && state.passing_round().is_none() {
        match started.is_some_and(|round| round.opinion.is_none() && !round.voided) {
            true => add("review", rule::REVIEW, "法制审核意见", true),
            false => add("submission", rule::REVIEW, "再次送法制审核", true),
        }
    }
    let discuss = causes.iter().any(|reason| pack.discussion.causes.contains(&reason.cause));
    if discuss && state.discussion.as_ref().is_none_or(|held| held.stale) {
        add("discussion", rule::DISCUSS, "负责人集体讨论笔录", true);
    }
    add("decision", rule::DECISION_TEXT, "行政处罚决定", true);
}
