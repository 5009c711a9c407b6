//! Order of the stages: what must be on file before a kind of record, and what may come only once.

use super::Case;
use crate::law::procedure::{CaseState, Stage};
use crate::law::rule;
use crate::law::words::day;

pub(super) fn check(case: &mut Case<'_>) {
    for (rule, fix, text) in faults(case.state, case.act.kind()) {
        case.object(rule, fix, text);
    }
}

/// Whether what the act would correct or withdraw is public now.
pub(super) fn check_shown(case: &mut Case<'_>) {
    let mut list: Vec<Fault> = Vec::new();
    shown_now(case.state, &mut |rule, fix, text: &str| list.push((rule, fix, text.to_owned())));
    for (rule, fix, text) in list {
        case.object(rule, fix, text);
    }
}

/// Whether the order of stages lets a record of `kind` come now.
pub(super) fn open(state: &CaseState, kind: &str) -> bool {
    faults(state, kind).is_empty()
}

/// Kinds that may come in the stage although nothing asks for them.
pub(super) fn possible(state: &CaseState) -> &'static [&'static str] {
    match state.stage() {
        Stage::Start => &["filing"],
        Stage::Investigation => &["inspection", "interview", "evidence", "conclusion"],
        Stage::Review => {
            &["evidence", "interview", "inspection", "conclusion", "submission", "decision"]
        }
        Stage::Decision => {
            &["statement", "hearing", "discussion", "evidence", "submission", "notice", "decision"]
        }
        Stage::Service => &["service"],
        Stage::Execution => {
            &["execution", "disclosure", "withholding", "correction", "withdrawal", "closing"]
        }
        Stage::Closed => &["correction", "withdrawal"],
    }
}

type Fault = (&'static str, &'static str, String);

fn faults(state: &CaseState, kind: &str) -> Vec<Fault> {
    let mut list = Vec::new();
    let mut add = |rule, fix, text: &str| list.push((rule, fix, text.to_owned()));
    // The public face outlives the file: what is shown must stay correctable after closing.
    let public = matches!(kind, "correction" | "withdrawal");
    if let Some(closed) = state.closed_on.filter(|_| !public) {
        add(rule::ORDER, "", &format!("本案已于{}结案，案卷不得增加、修改", day(closed)));
    }
    if kind == "filing" {
        if let Some(filing) = &state.filing {
            add(rule::FILE, "", &format!("本案已于{}立案", day(filing.on)));
        }
        return list;
    }
    if state.filing.is_none() {
        add(rule::FILE, "filing", "本案尚未立案");
    }
    if before_decision(kind)
        && let Some(made) = &state.decision
    {
        let text =
            format!("已于{}作出决定（{}），决定前的程序记录不得补作", day(made.on), made.number);
        add(rule::ORDER, "", &text);
    }
    match kind {
        "conclusion" if state.evidence + state.inspections + state.interviews == 0 => {
            add(rule::EVIDENCE, "evidence", "尚无任何证据、检查或者询问记录，不能终结调查");
        }
        "submission" | "notice" | "discussion" | "decision" if state.conclusion.is_none() => {
            add(rule::DISCUSS, "conclusion", "尚无案件调查终结报告");
        }
        "submission" => {
            let open = state.rounds.last().filter(|last| last.opinion.is_none() && !last.voided);
            if let Some(open) = open {
                let text = format!("第{}轮送审尚未作出审核意见", open.round);
                add(rule::REVIEW, "review", &text);
            }
        }
        "review" => review(state, &mut add),
        "statement" | "hearing" if state.notices.is_empty() => {
            add(rule::TELL, "notice", "尚未送达行政处罚事先告知书");
        }
        _ => {}
    }
    after_decision(state, kind, &mut add);
    list
}

fn before_decision(kind: &str) -> bool {
    matches!(
        kind,
        "inspection"
            | "interview"
            | "evidence"
            | "conclusion"
            | "submission"
            | "review"
            | "notice"
            | "statement"
            | "hearing"
            | "discussion"
            | "decision"
    )
}

fn review(state: &CaseState, add: &mut impl FnMut(&'static str, &'static str, &str)) {
    match state.rounds.last() {
        None => add(rule::REVIEW, "submission", "本案尚未送法制审核"),
        Some(round) if round.opinion.is_some() => {
            let text = format!("第{}轮审核意见已经作出，应当再次送审后方可审核", round.round);
            add(rule::RESUBMIT, "submission", &text);
        }
        Some(_) => {}
    }
}

fn after_decision(
    state: &CaseState,
    kind: &str,
    add: &mut impl FnMut(&'static str, &'static str, &str),
) {
    let needs_decision =
        matches!(kind, "service" | "disclosure" | "withholding" | "execution" | "closing");
    if needs_decision && state.decision.is_none() {
        add(rule::ORDER, "decision", "尚未作出决定");
    }
    let needs_service = matches!(kind, "disclosure" | "execution" | "closing");
    if needs_service && state.service.is_none() {
        add(rule::SERVE, "service", "决定书尚未送达当事人");
    }
    match kind {
        "service" => {
            if let Some(service) = &state.service {
                add(rule::SERVE, "", &format!("决定书已于{}送达", day(service.on)));
            }
        }
        "disclosure" | "withholding" => shown_once(state, kind, add),
        "correction" | "withdrawal" => shown_now(state, add),
        "execution" => execution(state, add),
        _ => {}
    }
}

fn shown_once(
    state: &CaseState,
    kind: &str,
    add: &mut impl FnMut(&'static str, &'static str, &str),
) {
    if let Some(shown) = &state.disclosure {
        let (fix, advice) = match kind {
            "disclosure" => ("correction", "内容有误的，应当更正；需要停止公示的，应当撤下"),
            _ => ("withdrawal", "需要停止公示的，应当撤下并公开说明理由"),
        };
        let text = format!("本决定已于{}公示（{}），{advice}", day(shown.on), shown.number);
        add(rule::DISCLOSE, fix, &text);
    }
    if let Some(withheld) = &state.withholding {
        add(rule::DISCLOSE, "", &format!("本决定已于{}记明不予公示", day(withheld.on)));
    }
}

fn shown_now(state: &CaseState, add: &mut impl FnMut(&'static str, &'static str, &str)) {
    match &state.disclosure {
        None => add(rule::DISCLOSE, "disclosure", "本决定尚未公示"),
        Some(shown) => {
            if let Some(gone) = shown.withdrawn_on {
                let text = format!("该公示（{}）已于{}撤下", shown.number, day(gone));
                add(rule::WITHDRAW, "", &text);
            }
        }
    }
}

fn execution(state: &CaseState, add: &mut impl FnMut(&'static str, &'static str, &str)) {
    if let Some(done) = state.executed_on {
        add(rule::PAY, "closing", &format!("处罚决定已于{}执行完毕", day(done)));
    }
}
