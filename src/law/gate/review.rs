//! Legal review: what is put to it, and an opinion on exactly that file.

use super::{Case, beyond};
use crate::base::Digest;
use crate::law::act::{Act, Finding, ReviewResult};
use crate::law::rule;
use std::collections::BTreeSet;

pub(super) fn check(case: &mut Case<'_>) {
    match case.act {
        Act::Submission { round, proposed, .. } => {
            let next = case.state.rounds.len() as u32 + 1;
            if *round != next {
                let text = format!("送审轮次应为第{next}轮，记录写作第{round}轮");
                case.object_here(rule::RESUBMIT, text);
            }
            if let Some(conclusion) = &case.state.conclusion {
                for more in beyond(&conclusion.proposed, proposed) {
                    let text = format!("送审的处理超出调查终结报告的建议：{more}");
                    case.object(rule::RESUBMIT, "conclusion", text);
                }
            }
        }
        Act::Review { round, reviewed_head, result, checklist, issues, .. } => {
            same_file(case, *round, *reviewed_head);
            answered(case, *result, checklist, *issues);
        }
        _ => {}
    }
}

fn same_file(case: &mut Case<'_>, round: u32, head: Digest) {
    let Some(last) = case.state.rounds.last() else { return };
    if last.round != round {
        let text = format!("应当审核第{}轮送审，记录写作第{round}轮", last.round);
        case.object_here(rule::REVIEW, text);
    }
    if last.submitted_head != head {
        let text = format!(
            "所审案卷（指纹{}）不是第{}轮送审的案卷（指纹{}）",
            head.short(),
            last.round,
            last.submitted_head.short(),
        );
        case.object_here(rule::REVIEW, text);
    }
    if last.voided {
        let by = last.voided_by.as_deref().map_or("记录", |kind| case.title(kind));
        let text = format!("第{}轮送审后案卷新增{by}，应当再次送审", last.round);
        case.object(rule::RESUBMIT, "submission", text);
    }
}

/// Every point answered once; agreement only when all passed and no issue is left.
fn answered(case: &mut Case<'_>, result: ReviewResult, findings: &[Finding], issues: u32) {
    let mut seen = BTreeSet::new();
    for finding in findings {
        let known = case.rules.checklist().iter().any(|point| point.id == finding.point);
        if !known || !seen.insert(finding.point.as_str()) {
            let text = format!("审核事项“{}”不在审核清单内或者重复", finding.point);
            case.object_here(rule::RESUBMIT, text);
        }
    }
    let missing: Vec<_> = case
        .rules
        .checklist()
        .iter()
        .filter(|point| !seen.contains(point.id.as_str()))
        .map(|point| point.title.as_str())
        .collect();
    if !missing.is_empty() {
        let text = format!("审核清单尚有事项未答：{}", missing.join("、"));
        case.object_here(rule::RESUBMIT, text);
    }
    let failed = findings.iter().filter(|finding| !finding.passed).count();
    match result {
        ReviewResult::Agree if failed > 0 || issues > 0 => {
            let text =
                format!("审核清单有{failed}项未通过、列出问题{issues}条，不能作出“同意”的结论");
            case.object_here(rule::RESUBMIT, text);
        }
        ReviewResult::Correct | ReviewResult::Supplement if issues == 0 => {
            case.object_here(rule::RESUBMIT, "退回的审核意见应当逐条列出存在的问题");
        }
        _ => {}
    }
}
