//! What makes a decision major, and when the party must be told of a hearing. Figures come from the pack.

use super::act::{PartyKind, Penalty};
use super::pack::{Cause, Measure, Op, Pack, Sum, Threshold};
use super::procedure::CaseState;
use super::words;
use crate::base::Day;

/// Why a decision counts as major.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MajorReason {
    /// The cause, for rules that name causes.
    pub cause: Cause,
    /// The reason in Chinese, with the figure.
    pub text: String,
    /// Article or source.
    pub article: String,
}

/// Why this penalty on this case is major by the standard in force on the day of the case's last
/// record; empty means ordinary.
pub fn reasons(
    pack: &Pack,
    penalty: &Penalty,
    party: PartyKind,
    state: &CaseState,
) -> Vec<MajorReason> {
    let on = state.last_day().or(state.filing.as_ref().map(|filing| filing.on));
    reasons_on(pack, penalty, party, state, on.unwrap_or(Day::MAX))
}

/// [`reasons`] for the party kind on file; empty before filing.
pub fn reasons_of_case(pack: &Pack, penalty: &Penalty, state: &CaseState) -> Vec<MajorReason> {
    match &state.filing {
        Some(filing) => reasons(pack, penalty, filing.party_kind, state),
        None => Vec::new(),
    }
}

/// [`reasons`] by the standard in force on `on`.
pub fn reasons_on(
    pack: &Pack,
    penalty: &Penalty,
    party: PartyKind,
    state: &CaseState,
    on: Day,
) -> Vec<MajorReason> {
    let mut found = by_amount(pack, penalty, party, on, REVIEW_ARTICLE);
    found.extend(by_kind(&pack.major_kinds, penalty));
    let mut add = |cause, text: &str, article: &str| {
        found.push(MajorReason { cause, text: text.to_owned(), article: article.to_owned() });
    };
    if state.hearing().is_some() {
        add(Cause::Hearing, "本案已经听证", REVIEW_ARTICLE);
    }
    if let Some(conclusion) = &state.conclusion {
        if conclusion.complex {
            add(
                Cause::Complex,
                "调查终结报告记明案情疑难复杂",
                "《行政处罚法》第五十八条第一款第三项",
            );
        }
        if conclusion.public_interest {
            add(
                Cause::PublicInterest,
                "调查终结报告记明涉及重大公共利益",
                "《行政处罚法》第五十八条第一款第一项",
            );
        }
    }
    let item = state.filing.as_ref().map(|filing| filing.item.as_str());
    if let Some(listed) = pack.catalogue.iter().find(|listed| Some(listed.item.as_str()) == item) {
        let text = format!("事项“{}”列入重大执法决定法制审核目录清单", listed.title);
        add(Cause::Catalogue, &text, "国办发〔2018〕118号第十二项");
    }
    found
}

/// Why the party must be told the right to a hearing (行政处罚法 art. 63); empty when it need not be.
pub fn hearing_reasons(
    pack: &Pack,
    penalty: &Penalty,
    party: PartyKind,
    on: Day,
) -> Vec<MajorReason> {
    let mut found = by_amount(pack, penalty, party, on, "《行政处罚法》第六十三条");
    found.extend(by_kind(&pack.hearing_kinds, penalty));
    found
}

const REVIEW_ARTICLE: &str = "《行政处罚法》第五十八条第一款第二项";

fn by_amount(
    pack: &Pack,
    penalty: &Penalty,
    party: PartyKind,
    on: Day,
    article: &str,
) -> Vec<MajorReason> {
    let reached =
        pack.threshold.iter().filter(|line| line.applies(party, on) && line.reached(penalty));
    reached
        .map(|line| MajorReason {
            cause: Cause::Amount,
            text: amount_text(pack, line, penalty, party),
            article: article.to_owned(),
        })
        .collect()
}

fn amount_text(pack: &Pack, line: &Threshold, penalty: &Penalty, party: PartyKind) -> String {
    let what = match (line.sum, line.measure) {
        (Sum::Total, _) => "罚款和没收合计",
        (Sum::Separate, Measure::Fine) => "罚款",
        (Sum::Separate, Measure::Confiscated) => "没收违法所得、非法财物",
    };
    let limit = match line.op {
        Op::AtLeast => format!("{}以上", line.amount.in_words()),
        Op::Above => format!("超过{}", line.amount.in_words()),
    };
    let measured = line.measured(penalty).in_words();
    format!("{what}{measured}，达到{}对{}“较大数额”的界线（{limit}）", pack.standard, party.label())
}

fn by_kind(list: &super::pack::KindList, penalty: &Penalty) -> Vec<MajorReason> {
    let heavy: Vec<_> =
        penalty.kinds.iter().copied().filter(|kind| list.kinds.contains(kind)).collect();
    match heavy.is_empty() {
        true => Vec::new(),
        false => vec![MajorReason {
            cause: Cause::Kind,
            text: format!("包含{}", words::kinds(&heavy)),
            article: list.article.clone(),
        }],
    }
}
