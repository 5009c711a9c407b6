//! Who acts: two certified officers, the right signatures, and nobody in two roles that exclude each other.

use super::Case;
use crate::base::Day;
use crate::law::act::{Act, Officer};
use crate::law::rule;
use crate::law::words::day;
use std::collections::BTreeSet;

pub(super) fn check(case: &mut Case<'_>) {
    officers(case);
    signatures(case);
    certificate_shown(case);
    separation(case);
}

fn officers(case: &mut Case<'_>) {
    let named_kinds = matches!(
        case.act,
        Act::Filing { .. }
            | Act::Inspection { .. }
            | Act::Interview { .. }
            | Act::Conclusion { .. }
            | Act::Notice { .. }
            | Act::Service { .. }
    );
    if !named_kinds {
        return;
    }
    let officers = case.act.officers();
    let distinct: BTreeSet<&str> = officers.iter().map(|one| one.person.as_str()).collect();
    if distinct.len() < 2 {
        let text = format!(
            "{}载明的执法人员为{}人，不得少于两人",
            case.title(case.act.kind()),
            distinct.len()
        );
        case.object_here(rule::TWO_OFFICERS, text);
    }
    let on = match case.act {
        Act::Notice { served_on, .. } => *served_on,
        other => other.on(),
    };
    for officer in officers {
        certified(case, officer, on);
    }
}

fn certified(case: &mut Case<'_>, officer: &Officer, on: Day) {
    if officer.certificate.trim().is_empty() {
        return case.object_here(rule::TWO_OFFICERS, "有执法人员未登记执法证号，不得执法");
    }
    if !officer.certified_on(on) {
        let text = format!(
            "执法证{}的有效期为{}至{}，{}不在有效期内",
            officer.certificate,
            day(officer.valid_from),
            day(officer.valid_until),
            day(on),
        );
        case.object_here(rule::TWO_OFFICERS, text);
    }
}

/// Where the form asks for two signers, both must be among the officers named.
fn signatures(case: &mut Case<'_>) {
    let least = case.rules.form(case.act.kind()).map_or(1, |form| usize::from(form.signers));
    let signers: BTreeSet<&String> = case.signers.iter().collect();
    if least < 2 {
        // Custody is put on record by the service itself.
        if signers.is_empty() && !matches!(case.act, Act::Custody { .. }) {
            case.object_here(rule::WHOLE_PROCESS, "记录尚无签名人");
        }
        return;
    }
    let officers = case.act.officers();
    let named = |person: &str| officers.iter().any(|one| one.person == person);
    let entitled = signers.iter().filter(|person| named(person)).count();
    if entitled < least {
        let text =
            format!("{}须由两名执法人员共同签名，现有{entitled}人", case.title(case.act.kind()));
        case.object_here(rule::TWO_OFFICERS, text);
    }
    if entitled < signers.len() {
        case.object_here(rule::TWO_OFFICERS, "签名人中有人不是本记录载明的执法人员");
    }
}

fn certificate_shown(case: &mut Case<'_>) {
    let (Act::Inspection { certificate_shown, rights_told, .. }
    | Act::Interview { certificate_shown, rights_told, .. }) = case.act
    else {
        return;
    };
    if !certificate_shown {
        case.object_here(
            rule::SHOW_CERTIFICATE,
            "未记明已主动出示执法证件；未出示的，当事人有权拒绝",
        );
    }
    if !rights_told {
        case.object_here(rule::TELL, "未记明已告知当事人权利和义务");
    }
}

fn separation(case: &mut Case<'_>) {
    let state = case.state;
    reviewers_stay_out(case);
    match case.act {
        Act::Review { reviewer, .. } => {
            if state.officers.contains(&reviewer.person) {
                case.object_here(
                    rule::SEPARATE,
                    "审核人员参与了本案调查，不得审核本案，应当另行指定审核人员",
                );
            }
            if reviewer.qualification.trim().is_empty() {
                case.object_here(
                    rule::REVIEWER,
                    "审核人员未登记法律职业资格证书号，不得从事法制审核",
                );
            }
            if case.signers.iter().any(|person| *person != reviewer.person) {
                case.object_here(rule::REVIEW, "审核意见须由审核人员本人签名");
            }
        }
        Act::Hearing { host, .. } if state.officers.contains(host) => {
            case.object_here(rule::HEARING, "听证主持人参与了本案调查，应当由非本案调查人员主持");
        }
        Act::Filing { approved_by, officers, .. } => {
            if officers.iter().any(|one| one.person == *approved_by) {
                case.object_here(rule::FILE, "批准立案的负责人不得同时是本案的办案人员");
            }
            if !case.signers.contains(approved_by) {
                case.object_here(rule::FILE, "批准立案的负责人尚未在立案审批表上签名");
            }
        }
        Act::Closing { approved_by, .. } => {
            if state.officers.contains(approved_by) {
                case.object_here(rule::CLOSE, "批准结案的负责人不得是本案的办案人员");
            }
            if !case.signers.contains(approved_by) {
                case.object_here(rule::CLOSE, "批准结案的负责人尚未在结案审批表上签名");
            }
        }
        Act::Decision { decided_by, .. } => {
            if state.officers.contains(decided_by) {
                case.object_here(
                    rule::DISCUSS,
                    "作出决定的负责人参与了本案调查，调查与决定应当分离",
                );
            }
            if state.reviewers.contains(decided_by) {
                case.object_here(rule::SEPARATE, "作出决定的负责人审核过本案，审核与决定应当分离");
            }
            if case.signers.iter().any(|person| person != decided_by) {
                case.object_here(rule::DISCUSS, "决定须由作出决定的负责人本人签名");
            }
        }
        _ => {}
    }
}

/// Whoever has reviewed the case does not investigate it afterwards.
fn reviewers_stay_out(case: &mut Case<'_>) {
    let investigates = matches!(
        case.act,
        Act::Filing { .. }
            | Act::Inspection { .. }
            | Act::Interview { .. }
            | Act::Evidence { .. }
            | Act::Conclusion { .. }
            | Act::Submission { .. }
    );
    let officers = case.act.officers().iter().map(|one| &one.person);
    let mut people = officers.chain(case.signers);
    if investigates && people.any(|person| case.state.reviewers.contains(person)) {
        case.object_here(rule::SEPARATE, "本案的审核人员不得再作为办案人员");
    }
}
