//! The public face: what may be shown, how long, and on what grounds it is withheld or taken down.

use super::Case;
use crate::base::{Day, Digest};
use crate::law::act::Act;
use crate::law::rule;
use crate::law::words::{day, kinds};

pub(super) fn check(case: &mut Case<'_>) {
    match case.act {
        Act::Disclosure { number, decision, masking, show_until, on } => {
            if number.trim().is_empty() {
                case.object_here(rule::DISCLOSE, "公示没有编号");
            }
            names_decision(case, *decision);
            masked(case, masking);
            shown(case, *on, *show_until);
        }
        Act::Withholding { decision, ground, .. } => {
            names_decision(case, *decision);
            if !case.rules.withholding_grounds().iter().any(|known| known.id == *ground) {
                case.object_here(rule::MASK, format!("不予公示的理由“{ground}”不在规定的理由之内"));
            }
        }
        Act::Correction { number, disclosure, masking, listed, .. } => {
            names_disclosure(case, number, *disclosure);
            masked(case, masking);
            // In a case its decision tells what lists go by; where there is none, the correction does.
            if case.state.filing.is_some() == listed.is_some() {
                let word = if listed.is_some() { "不得另载" } else { "应当载明" };
                case.object_here(rule::DISCLOSE, format!("更正{word}列表所用的种类、金额和日期"));
            }
        }
        Act::Withdrawal { number, disclosure, ground, .. } => {
            names_disclosure(case, number, *disclosure);
            if !case.rules.withdrawal_grounds().iter().any(|known| known.id == *ground) {
                case.object_here(rule::WITHDRAW, format!("撤下的理由“{ground}”不在规定的理由之内"));
            }
        }
        _ => {}
    }
}

fn names_decision(case: &mut Case<'_>, named: Digest) {
    let Some(made) = &case.state.decision else { return };
    if made.record != named {
        let text = format!("引用的决定（指纹{}）不是本案的决定（{}）", named.short(), made.number);
        case.object_here(rule::DISCLOSE, text);
    }
}

fn names_disclosure(case: &mut Case<'_>, number: &str, named: Digest) {
    let Some(shown) = &case.state.disclosure else { return };
    if shown.number == number && shown.record != named {
        let text = format!(
            "引用的公示（{number}，指纹{}）不是现在公示的内容，其后已经更正，请按现在公示的内容重新制作",
            named.short()
        );
        case.object_here(rule::DISCLOSE, text);
    } else if shown.number != number {
        let text = format!(
            "引用的公示（{number}，指纹{}）不是本案的公示（{}）",
            named.short(),
            shown.number
        );
        case.object_here(rule::DISCLOSE, text);
    }
}

fn masked(case: &mut Case<'_>, masking: &[String]) {
    for id in masking {
        if !case.rules.masking_rules().iter().any(|known| known.id == *id) {
            case.object_here(rule::MASK, format!("隐去规则“{id}”不存在"));
        }
    }
}

fn shown(case: &mut Case<'_>, on: Day, until: Option<Day>) {
    let Some(made) = &case.state.decision else { return };
    let penalty = &made.penalty;
    let never = &case.pack.publication.never_alone;
    if !penalty.kinds.is_empty() && penalty.kinds.iter().all(|kind| never.contains(kind)) {
        let text =
            format!("仅给予{}的处罚决定依{}不予公示", kinds(&penalty.kinds), case.pack.title);
        case.object(rule::DISCLOSE, "withholding", text);
    }
    let Some(until) = until else { return };
    if until < on {
        let text = format!("公示截止日期{}早于公示日期{}", day(until), day(on));
        case.object_here(rule::DISCLOSE, text);
    }
    // A figure read only at second hand advises the form; only a certain one refuses.
    let row = case.pack.show_row(penalty, made.on).filter(|row| row.sure);
    let last = row.and_then(|row| row.last_day(made.on)).filter(|last| until > *last);
    if let Some(last) = last {
        let text = format!("公示截止日期{}超过规定的最长公示期（至{}）", day(until), day(last));
        case.object_here(rule::DISCLOSE, text);
    }
}
