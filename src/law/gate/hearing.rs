//! Telling and hearing the party: notice, statement, hearing, and the leaders' discussion.

use super::{Case, because, beyond, heard};
use crate::base::{Day, Money};
use crate::law::act::{Act, Penalty, PenaltyKind, ServiceMethod};
use crate::law::procedure::Concluded;
use crate::law::rule;
use crate::law::words::{day, kinds};
use std::collections::BTreeSet;

pub(super) fn check(case: &mut Case<'_>) {
    match case.act {
        Act::Conclusion { proposed, .. } | Act::Submission { proposed, .. } => sums(case, proposed),
        Act::Notice { served_on, method, proposed, hearing_told, consent, .. } => {
            sums(case, proposed);
            let spares = |made: &Concluded| made.proposed == Penalty::default();
            let spared = case.state.conclusion.as_ref().is_some_and(spares);
            if proposed.kinds.is_empty() && !spared {
                case.object_here(rule::TELL, "告知书未载明拟作出的行政处罚");
            }
            service(case, *method, *consent);
            reviewed(case, proposed, *served_on);
            let due = case.hearing_due(proposed, *served_on);
            if !due.is_empty() && !hearing_told {
                let text = format!("{}，应当告知当事人有要求听证的权利", because(&due));
                case.object_here(rule::HEARING_RIGHT, text);
            }
        }
        Act::Statement {
            waived, rechecked, adopted, hearing_requested, hearing_waived, ..
        } => {
            statement(case, *waived, *rechecked, *adopted);
            hearing_right(case, *hearing_requested, *hearing_waived);
        }
        Act::Hearing { requested_on, notified_on, held_on, .. } => {
            hearing(case, *requested_on, *notified_on, *held_on);
        }
        Act::Discussion { on, attendees, agreed } => discussion(case, *on, attendees, agreed),
        _ => {}
    }
}

/// Kinds and amounts of a penalty must agree with each other.
pub(super) fn sums(case: &mut Case<'_>, penalty: &Penalty) {
    let distinct: BTreeSet<_> = penalty.kinds.iter().collect();
    if distinct.len() != penalty.kinds.len() {
        let text = format!("处罚种类重复：{}", kinds(&penalty.kinds));
        case.object_here(rule::DECISION_TEXT, text);
    }
    let fined = penalty.kinds.contains(&PenaltyKind::Fine);
    if fined && penalty.fine == Money::ZERO {
        case.object_here(rule::DECISION_TEXT, "处罚种类有罚款，但罚款金额为0元");
    }
    if !fined && penalty.fine > Money::ZERO {
        let text = format!("罚款金额为{}，但处罚种类未列罚款", penalty.fine.in_words());
        case.object_here(rule::DECISION_TEXT, text);
    }
    let confiscates = |kind: &PenaltyKind| {
        matches!(kind, PenaltyKind::ConfiscateIncome | PenaltyKind::ConfiscateGoods)
    };
    if penalty.confiscated > Money::ZERO && !penalty.kinds.iter().any(confiscates) {
        let text = format!("没收金额为{}，但处罚种类未列没收", penalty.confiscated.in_words());
        case.object_here(rule::DECISION_TEXT, text);
    }
}

/// Electronic service needs the party's signed consent.
pub(super) fn service(case: &mut Case<'_>, method: ServiceMethod, consent: bool) {
    if method == ServiceMethod::Electronic && !consent {
        case.object_here(rule::SERVE, "电子送达须当事人同意并签订确认书，记录未载明");
    }
}

/// A major proposal is told only after review, and never beyond what was reviewed.
fn reviewed(case: &mut Case<'_>, proposed: &Penalty, on: Day) {
    match case.state.passing_round() {
        Some(round) => {
            for more in beyond(&round.proposed, proposed) {
                let text = format!("告知的处罚超出第{}轮审核同意的处理：{more}", round.round);
                case.object(rule::REVIEW, "submission", text);
            }
        }
        None => {
            let causes = case.major(proposed, on);
            if !causes.is_empty() {
                let text = format!("{}，应当经法制审核同意后再行告知", because(&causes));
                case.object(rule::REVIEW_SCOPE, "submission", text);
            } else if !case.state.rounds.is_empty() {
                case.object(rule::REVIEW, "submission", "本案已经送审，审核尚未通过，不得告知");
            }
        }
    }
}

fn statement(case: &mut Case<'_>, waived: bool, rechecked: bool, adopted: bool) {
    if waived && (adopted || rechecked) {
        case.object_here(rule::HEAR, "当事人已放弃陈述、申辩，不应再有复核或者采纳的记录");
    }
    if !waived && adopted && !rechecked {
        case.object_here(rule::HEAR, "采纳陈述、申辩之前应当进行复核");
    }
}

/// The hearing is asked for or given up, not both, and given up only by who was told of it.
fn hearing_right(case: &mut Case<'_>, requested: bool, waived: bool) {
    if requested && waived {
        case.object_here(rule::HEARING, "不应同时记明当事人要求听证和放弃听证");
    }
    if waived && case.state.notice().is_some_and(|notice| !notice.hearing_told) {
        case.object_here(rule::HEARING_RIGHT, "告知书未告知要求听证的权利，不应记明当事人放弃听证");
    }
}

fn hearing(case: &mut Case<'_>, requested: Day, notified: Day, held: Day) {
    if let Some(notice) = case.state.notice() {
        if notice.hearing.is_some() {
            case.object(rule::HEARING, "", "本次告知后已经举行过听证");
        }
        if requested < notice.served_on {
            let told = notice.served_on;
            let text = format!("申请听证日期{}早于告知书送达日期{}", day(requested), day(told));
            case.object_here(rule::HEARING, text);
        }
    }
    if notified < requested {
        let text = format!("通知听证日期{}早于申请日期{}", day(notified), day(requested));
        case.object_here(rule::HEARING, text);
    }
    let period = &case.pack.periods.hearing_notice;
    let end = crate::law::clock::deadline(case.calendar, notified, period.n, period.unit, &[]);
    if held <= end.due {
        let text = format!(
            "听证通知于{}送达，须满{}{}；{}届满，听证最早于次日举行，记录的听证日期为{}",
            day(notified),
            period.n,
            period.unit.label(),
            day(end.due),
            day(held),
        );
        case.object_here(rule::HEARING, text);
    }
}

fn discussion(case: &mut Case<'_>, on: Day, attendees: &[String], agreed: &Penalty) {
    sums(case, agreed);
    heard::dated(case, "集体讨论", on);
    let distinct: BTreeSet<_> = attendees.iter().collect();
    let least = case.pack.discussion.least as usize;
    if distinct.len() < least {
        let text = format!("集体讨论的参加人为{}人，不得少于{least}人", distinct.len());
        case.object_here(rule::DISCUSS, text);
    }
    let causes = case.major(agreed, on);
    if !causes.is_empty() && case.state.passing_round().is_none() {
        let text = format!("{}，应当先经法制审核同意", because(&causes));
        case.object(rule::REVIEW, "submission", text);
    }
    if let Some(notice) = case.state.notice() {
        for more in beyond(&notice.proposed, agreed) {
            let text = format!("讨论决定的处理超出已经告知的处罚：{more}");
            case.object(rule::TELL, "notice", text);
        }
    }
}
