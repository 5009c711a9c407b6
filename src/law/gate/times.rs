//! Days on record: none in the future, none before what it follows, and the limitation period.

use super::Case;
use crate::base::Day;
use crate::law::act::Act;
use crate::law::clock::years_after;
use crate::law::rule;
use crate::law::words::day;

pub(super) fn check(case: &mut Case<'_>) {
    for (label, on) in days(case.act) {
        if on > case.today {
            let text =
                format!("{label}{}晚于今日{}，尚未发生的事不得记录", day(on), day(case.today));
            case.object_here(rule::ORDER, text);
        }
    }
    follows(case);
    if let Act::Filing { discovered_on, act_ended_on, grave_harm, .. } = case.act {
        limitation(case, *discovered_on, *act_ended_on, *grave_harm);
    }
}

/// Every day the act states as past, with its label.
fn days(act: &Act) -> Vec<(&'static str, Day)> {
    match act {
        Act::Filing { on, discovered_on, act_ended_on, .. } => {
            let mut list = vec![("批准立案日期", *on), ("发现违法行为日期", *discovered_on)];
            list.extend(act_ended_on.map(|ended| ("违法行为终了日期", ended)));
            list
        }
        Act::Notice { on, served_on, .. } => vec![("告知书日期", *on), ("送达日期", *served_on)],
        Act::Hearing { requested_on, notified_on, held_on, .. } => {
            vec![
                ("申请听证日期", *requested_on),
                ("通知听证日期", *notified_on),
                ("听证日期", *held_on),
            ]
        }
        other => vec![("记录载明的日期", other.on())],
    }
}

/// The act's day must not lie before the day of what it rests on.
fn follows(case: &mut Case<'_>) {
    let state = case.state;
    let on = case.act.on();
    let filed = state.filing.as_ref().map(|filing| ("立案", filing.on));
    let concluded = state.conclusion.as_ref().map(|made| ("调查终结", made.on));
    let submitted = state.rounds.last().map(|round| ("送审", round.submitted_on));
    let agreed = state.passing_round().and_then(|round| round.opinion.as_ref());
    let told = state.notice().map(|notice| ("告知书送达", notice.served_on));
    let decided = state.decision.as_ref().map(|made| ("决定", made.on));
    let served = state.service.as_ref().map(|service| ("决定书送达", service.on));
    let shown = state.disclosure.as_ref().map(|shown| ("公示", shown.on));
    let earlier: Vec<(&str, Day)> = match case.act {
        Act::Filing { discovered_on, .. } => vec![("发现违法行为", *discovered_on)],
        // Checks before filing (核查) are lawful and stay on record with their own day.
        Act::Inspection { .. }
        | Act::Interview { .. }
        | Act::Evidence { .. }
        | Act::Custody { .. } => Vec::new(),
        Act::Conclusion { .. } => filed.into_iter().collect(),
        Act::Submission { .. } => concluded.into_iter().collect(),
        Act::Review { .. } => submitted.into_iter().collect(),
        Act::Notice { on: made, served_on, .. } => {
            if served_on < made {
                let text = format!("送达日期{}早于告知书日期{}", day(*served_on), day(*made));
                case.object_here(rule::ORDER, text);
            }
            concluded.into_iter().chain(agreed.map(|opinion| ("法制审核", opinion.on))).collect()
        }
        Act::Statement { .. } | Act::Hearing { .. } => told.into_iter().collect(),
        Act::Discussion { .. } => concluded.into_iter().collect(),
        Act::Decision { .. } => {
            let discussed = state.discussion.as_ref().map(|held| ("集体讨论", held.on));
            let reviewed = agreed.map(|opinion| ("法制审核", opinion.on));
            concluded.into_iter().chain(discussed).chain(reviewed).collect()
        }
        Act::Service { .. } | Act::Withholding { .. } => decided.into_iter().collect(),
        Act::Disclosure { .. } | Act::Execution { .. } => served.into_iter().collect(),
        Act::Correction { .. } | Act::Withdrawal { .. } => shown.into_iter().collect(),
        Act::Closing { .. } => {
            let executed = state.executed_on.map(|done| ("执行完毕", done));
            served.into_iter().chain(executed).collect()
        }
    };
    for (what, before) in earlier {
        if on < before {
            let text = format!("记录载明的日期{}早于{what}日期{}", day(on), day(before));
            case.object_here(rule::ORDER, text);
        }
    }
}

fn limitation(case: &mut Case<'_>, discovered: Day, ended: Option<Day>, grave: bool) {
    let Some(ended) = ended else { return };
    let years = if grave { 5 } else { 2 };
    let last = years_after(ended, years);
    if discovered > last {
        let text = format!(
            "违法行为于{}终了，{}年追责期限至{}届满；{}才发现，不再给予行政处罚",
            day(ended),
            if grave { "五" } else { "二" },
            day(last),
            day(discovered),
        );
        case.object_here(rule::LIMITATION, text);
    }
}
