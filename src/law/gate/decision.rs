//! The decision itself, and what follows it: service, execution, closing.

use super::hearing::{service, sums};
use super::{Case, because, beyond, heard};
use crate::base::{Day, Digest, Money};
use crate::law::act::{Act, Outcome, Penalty, PenaltyKind};
use crate::law::rule;
use crate::law::words::day;

pub(super) fn check(case: &mut Case<'_>) {
    match case.act {
        Act::Decision { on, number, outcome, penalty, review, educated, .. } => {
            if number.trim().is_empty() {
                case.object_here(rule::DECISION_TEXT, "决定书没有文号");
            }
            sums(case, penalty);
            relied_on(case, *review);
            heard::dated(case, "决定", *on);
            if *outcome == Outcome::Penalty {
                punish(case, *on, penalty);
            } else {
                no_penalty(case, *outcome, penalty, *educated);
            }
        }
        Act::Service { method, consent, .. } => service(case, *method, *consent),
        Act::Execution { paid, complete, .. } => execution(case, *paid, *complete),
        Act::Closing { .. } => closing(case),
        _ => {}
    }
}

fn no_penalty(case: &mut Case<'_>, outcome: Outcome, penalty: &Penalty, educated: bool) {
    if *penalty != Penalty::default() {
        let text = format!("处理结果为“{}”，不应载明处罚：{}", outcome.label(), penalty.in_words());
        case.object_here(rule::DECISION_TEXT, text);
    }
    if outcome == Outcome::NoPenalty && !educated {
        case.object_here(rule::EDUCATE, "不予行政处罚的，应当对当事人进行教育，记录未载明");
    }
}

fn punish(case: &mut Case<'_>, on: Day, penalty: &Penalty) {
    if penalty.kinds.is_empty() {
        case.object_here(rule::DECISION_TEXT, "决定给予行政处罚，但未载明处罚种类");
    }
    heard::before_punishing(case, on, penalty);
    reviewed(case, on, penalty);
    discussed(case, on, penalty);
}

/// art. 58: the agreeing round on the present file, not exceeded.
fn reviewed(case: &mut Case<'_>, on: Day, penalty: &Penalty) {
    if let Some(round) = case.state.passing_round() {
        for more in beyond(&round.proposed, penalty) {
            let text = format!("决定的处罚超出第{}轮审核同意的处理：{more}", round.round);
            case.object(rule::REVIEW, "submission", text);
        }
        return;
    }
    let causes = case.major(penalty, on);
    let why = match case.state.rounds.last() {
        None if causes.is_empty() => return,
        None => format!("{}，未经法制审核不得作出决定", because(&causes)),
        Some(round) => format!("{}，不得作出决定", unfinished(case, round)),
    };
    let awaiting =
        case.state.rounds.last().is_some_and(|round| round.opinion.is_none() && !round.voided);
    case.object(rule::REVIEW, if awaiting { "review" } else { "submission" }, why);
}

fn unfinished(case: &Case<'_>, round: &crate::law::procedure::Round) -> String {
    let number = round.round;
    if round.voided {
        let by = round.voided_by.as_deref().map_or("记录", |kind| case.title(kind));
        return format!("第{number}轮送审后案卷新增{by}，原审核不再有效，应当再次送审");
    }
    match &round.opinion {
        None => format!("第{number}轮送审尚未作出审核意见"),
        Some(opinion) => format!("第{number}轮审核结论为“{}”，审核未通过", opinion.result.label()),
    }
}

/// The decision names the very review it relies on, and none when there is none.
fn relied_on(case: &mut Case<'_>, review: Option<Digest>) {
    let passing = case.state.passing_round().and_then(|round| round.opinion.as_ref());
    match (passing, review) {
        (Some(opinion), Some(named)) if opinion.record == named => {}
        (Some(opinion), _) => {
            let text = format!(
                "决定未引用{}作出的审核意见（指纹{}）",
                day(opinion.on),
                opinion.record.short()
            );
            case.object_here(rule::REVIEW, text);
        }
        (None, Some(named)) => {
            let text = format!("决定引用的审核意见（指纹{}）不是现行有效的审核意见", named.short());
            case.object_here(rule::REVIEW, text);
        }
        (None, None) => {}
    }
}

/// art. 57 ¶2.
fn discussed(case: &mut Case<'_>, on: Day, penalty: &Penalty) {
    let mut causes = case.major(penalty, on);
    causes.retain(|reason| case.pack.discussion.causes.contains(&reason.cause));
    let held = case.state.discussion.as_ref();
    if !causes.is_empty() && held.is_none() {
        let text = format!("{}，应当由负责人集体讨论决定", because(&causes));
        return case.object(rule::DISCUSS, "discussion", text);
    }
    let Some(held) = held else { return };
    let told = case.state.notice().map(|notice| notice.served_on);
    if held.stale {
        let text = format!("{}集体讨论后案卷又有变动，应当重新讨论", day(held.on));
        case.object(rule::DISCUSS, "discussion", text);
    } else if let Some(told) = told.filter(|told| held.on < *told && !causes.is_empty()) {
        let text = format!(
            "集体讨论日期{}早于告知书送达日期{}，应当在告知之后讨论",
            day(held.on),
            day(told)
        );
        case.object(rule::TELL, "discussion", text);
    } else if !same(&held.agreed, penalty) {
        let text = format!(
            "集体讨论决定的处理为“{}”，与本决定“{}”不一致",
            held.agreed.in_words(),
            penalty.in_words()
        );
        case.object(rule::DISCUSS, "discussion", text);
    }
}

fn same(one: &Penalty, other: &Penalty) -> bool {
    beyond(one, other).is_empty() && beyond(other, one).is_empty()
}

fn execution(case: &mut Case<'_>, paid: Money, complete: bool) {
    let Some(made) = &case.state.decision else { return };
    let penalty = &made.penalty;
    // Without a penalty an order to correct may still be carried out, but nothing is paid.
    if made.outcome != Outcome::Penalty {
        if paid > Money::ZERO {
            let text = format!("本案未给予行政处罚，不得收缴{}", paid.in_words());
            case.object_here(rule::ORDER, text);
        }
        return;
    }
    let sum = case.state.paid.checked_add(paid);
    // The surcharge never exceeds the fine (art. 72), so twice the fine is the most there can be.
    let most = penalty.total().checked_add(penalty.fine);
    match (sum, most) {
        (Some(sum), Some(most)) if sum > most => {
            let text = format!(
                "累计缴纳{}，超过罚没款与加处罚款的上限{}",
                sum.in_words(),
                most.in_words()
            );
            case.object_here(rule::SURCHARGE, text);
        }
        (None, _) => case.object_here(rule::SURCHARGE, "累计缴纳金额过大，请核对"),
        _ => {}
    }
    // Confiscated goods are handed over, not paid, so only a pure confiscation of income is owed in money.
    let goods = penalty.kinds.contains(&PenaltyKind::ConfiscateGoods);
    let owed = if goods { penalty.fine } else { penalty.total() };
    if let Some(sum) = sum.filter(|sum| complete && *sum < owed) {
        let text = format!(
            "应缴{}，累计缴纳{}，尚未缴清，不能记为执行完毕",
            owed.in_words(),
            sum.in_words()
        );
        case.object_here(rule::PAY, text);
    }
}

/// art. 47: all six stages on record, and the decision shown or its withholding explained.
fn closing(case: &mut Case<'_>) {
    let state = case.state;
    let mut lacking = Vec::new();
    if state.evidence + state.inspections + state.interviews == 0 {
        lacking.push(("evidence", "调查取证"));
    }
    if state.conclusion.is_none() {
        lacking.push(("conclusion", "审核"));
    }
    let punished = state.decision.as_ref().is_some_and(|made| made.outcome == Outcome::Penalty);
    if punished && state.executed_on.is_none() {
        lacking.push(("execution", "执行"));
    }
    for (kind, stage) in lacking {
        let text = format!("“{stage}”环节尚无记录或者尚未完成（{}）", case.title(kind));
        case.object(rule::WHOLE_PROCESS, kind, text);
    }
    if state.decision.is_some() && state.disclosure.is_none() && state.withholding.is_none() {
        let text = "决定尚未公示，也未记明不予公示的理由";
        case.object(rule::DISCLOSE, "disclosure", text);
    }
}
