//! Nothing is decided over the party's head: told first, heard first, and a waiver counts from its day on.

use super::{Case, because, beyond};
use crate::base::Day;
use crate::law::act::{Penalty, ServiceMethod};
use crate::law::clock::working_days_left;
use crate::law::procedure::{Noticed, Stated, notice_effective, run};
use crate::law::rule;
use crate::law::words::day;

/// art. 44, 45, 62–64: what must lie before a decision to punish.
pub(super) fn before_punishing(case: &mut Case<'_>, on: Day, penalty: &Penalty) {
    let Some(notice) = case.state.notice() else {
        let text = "尚未告知当事人拟作出的处罚内容及事实、理由、依据，不得作出决定";
        return case.object(rule::NO_DECISION_UNHEARD, "notice", text);
    };
    let spoke = notice.statements.iter().any(|said| !said.waived);
    for more in beyond(&notice.proposed, penalty) {
        let (id, why) = match spoke {
            true => (rule::HEAR, "不得因陈述、申辩给予更重的处罚；确有新的事实的，应当重新告知"),
            false => (rule::TELL, "应当重新告知"),
        };
        case.object(id, "notice", format!("决定的处罚超出已经告知的处罚：{more}，{why}"));
    }
    let due = case.hearing_due(penalty, on);
    if !due.is_empty() && !notice.hearing_told {
        let text = format!("{}，但告知书未告知当事人有要求听证的权利", because(&due));
        case.object(rule::HEARING_RIGHT, "notice", text);
    }
    waited(case, notice, on);
    answered(case, notice, on);
}

/// What is dated `on` rests on the notice that counts and on what the party answered, so it comes after them.
pub(super) fn dated(case: &mut Case<'_>, what: &str, on: Day) {
    let state = case.state;
    let mut before: Vec<(&str, &str, Day)> = Vec::new();
    if let Some(notice) = state.notice() {
        before.push((rule::TELL, "告知书送达", notice.served_on));
        for said in &notice.statements {
            let heard = match (said.waived, said.rechecked) {
                (true, _) => "当事人放弃陈述、申辩",
                (false, true) => "陈述、申辩及复核",
                (false, false) => "当事人陈述、申辩",
            };
            before.push((rule::HEAR, heard, said.on));
            if said.hearing_waived {
                before.push((rule::HEARING_RIGHT, "当事人放弃听证", said.on));
            }
        }
    }
    before.extend(state.hearing().map(|hearing| (rule::HEARING, "听证", hearing.held_on)));
    for (id, event, earlier) in before.into_iter().filter(|(_, _, earlier)| on < *earlier) {
        let text = format!("{what}日期{}早于{event}日期{}", day(on), day(earlier));
        case.object_here(id, text);
    }
}

/// art. 62: the party's periods have run out, or were given up, by `on`.
fn waited(case: &mut Case<'_>, notice: &Noticed, on: Day) {
    let Some(waiting) = answer_until(case, notice, on).filter(|waiting| on <= waiting.until) else {
        return;
    };
    let left = working_days_left(case.calendar, on, waiting.until);
    let rest = if left == 0 {
        "次日起方可作出决定".to_owned()
    } else {
        format!("尚有{left}个工作日")
    };
    let unsure = match waiting.provisional {
        true => "（涉及的年份尚无正式放假安排，此日期为暂计）",
        false => "",
    };
    let served = match notice.method {
        ServiceMethod::PublicNotice => {
            let period = &case.pack.periods.public_notice;
            format!("公告送达（满{}{}视为送达）", period.n, period.unit.label())
        }
        _ => "送达".to_owned(),
    };
    let text = format!(
        "告知书于{}{served}，{}至{}届满{unsure}，{rest}",
        day(notice.served_on),
        waiting.what,
        day(waiting.until),
    );
    case.object(rule::NO_DECISION_UNHEARD, "statement", text);
}

/// art. 45, 64: a defence is rechecked, and a hearing asked for is held unless given up.
fn answered(case: &mut Case<'_>, notice: &Noticed, on: Day) {
    let rechecked = notice.statements.iter().rposition(|said| said.rechecked);
    let open = notice.statements.iter().rposition(|said| !said.waived && !said.rechecked);
    if let Some(at) = open.filter(|at| rechecked.is_none_or(|later| later < *at)) {
        let text = format!("当事人于{}陈述、申辩，尚无复核意见", day(notice.statements[at].on));
        case.object(rule::HEAR, "statement", text);
    }
    let asked = notice.statements.iter().find(|said| said.hearing_requested);
    let settled = notice.hearing.is_some() || gave_up(notice, on, |said| said.hearing_waived);
    if let Some(asked) = asked.filter(|_| !settled) {
        let text = format!("当事人于{}要求听证，尚未举行听证", day(asked.on));
        case.object(rule::HEARING, "hearing", text);
    }
}

/// Whether the party had given up, by `on`, the right that `which` reads.
fn gave_up(notice: &Noticed, on: Day, which: fn(&Stated) -> bool) -> bool {
    notice.statements.iter().any(|said| said.on <= on && which(said))
}

/// Of the party's periods to answer `notice` that nothing ended by `on`, the one that ends last. The period of
/// statement and the period to ask for a hearing are given up each on its own.
fn answer_until(case: &Case<'_>, notice: &Noticed, on: Day) -> Option<Waiting> {
    if notice.hearing.as_ref().is_some_and(|hearing| hearing.held_on <= on) {
        return None;
    }
    let start = notice_effective(case.calendar, case.pack, notice.served_on, notice.method);
    let periods = &case.pack.periods;
    let end = |period| run(case.calendar, start.due, period, &[]);
    let statement = (!gave_up(notice, on, |said| said.waived)).then(|| end(&periods.statement));
    let may_ask = notice.hearing_told && !gave_up(notice, on, |said| said.hearing_waived);
    let hearing = may_ask.then(|| end(&periods.hearing_request));
    let (until, what) = match (statement, hearing) {
        (None, None) => return None,
        (Some(statement), None) => (statement, "陈述申辩期"),
        (None, Some(hearing)) => (hearing, "申请听证期"),
        (Some(statement), Some(hearing)) if hearing.due > statement.due => (hearing, "申请听证期"),
        (Some(statement), Some(_)) => (statement, "陈述申辩和申请听证期"),
    };
    Some(Waiting { until: until.due, provisional: until.provisional || start.provisional, what })
}

/// A period of the party that must run out.
struct Waiting {
    until: Day,
    provisional: bool,
    what: &'static str,
}
