//! What a case remembers of each record. Plain facts, no rules.

use crate::base::{Day, Digest};
use crate::law::act::{Outcome, PartyKind, Penalty, ReviewResult, Reviewer, ServiceMethod};
use serde::{Deserialize, Serialize};
use std::ops::Not;

/// 立案 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// Day of approval.
    pub on: Day,
    /// Item code.
    pub item: String,
    /// 相对人类别
    pub party_kind: PartyKind,
    /// Who approved.
    pub approved_by: String,
}

/// 调查终结 as recorded; the latest one counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concluded {
    /// Day of the report.
    pub on: Day,
    /// What it proposes.
    pub proposed: Penalty,
    /// 案情疑难复杂
    pub complex: bool,
    /// 涉及重大公共利益
    pub public_interest: bool,
    /// 涉嫌犯罪
    pub crime_suspected: bool,
}

/// One round of legal review: a submission and, once given, its opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// From 1.
    pub round: u32,
    /// Day of submission.
    pub submitted_on: Day,
    /// Head of the chain at submission: what must be reviewed.
    pub submitted_head: Digest,
    /// What is put to review.
    pub proposed: Penalty,
    /// A later record changed the file, so this round's agreement no longer holds.
    pub voided: bool,
    /// Kind of the record that voided it.
    pub voided_by: Option<String>,
    /// The opinion.
    pub opinion: Option<Opinion>,
}

/// A legal review's opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Day of the opinion.
    pub on: Day,
    /// Head that was reviewed.
    pub reviewed_head: Digest,
    /// Who reviewed.
    pub reviewer: Reviewer,
    /// Result.
    pub result: ReviewResult,
    /// Numbered issues returned.
    pub issues: u32,
    /// Digest of the review record; the decision names it.
    pub record: Digest,
}

/// 事先告知 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noticed {
    /// Day the notice was made.
    pub on: Day,
    /// Day it was served; for 公告送达 the day of posting.
    pub served_on: Day,
    /// How.
    pub method: ServiceMethod,
    /// What was told.
    pub proposed: Penalty,
    /// The right to a hearing was told.
    pub hearing_told: bool,
    /// Digest of the record.
    pub record: Digest,
    /// What the party answered after this notice.
    pub statements: Vec<Stated>,
    /// The hearing held after this notice.
    pub hearing: Option<Heard>,
}

/// 陈述申辩 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// Day.
    pub on: Day,
    /// Statement and defence were given up expressly.
    pub waived: bool,
    /// 复核 done.
    pub rechecked: bool,
    /// Accepted in whole or part.
    pub adopted: bool,
    /// A hearing was asked for.
    pub hearing_requested: bool,
    /// The hearing was given up expressly.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub hearing_waived: bool,
}

/// 听证 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Day the party asked.
    pub requested_on: Day,
    /// Day of the hearing.
    pub held_on: Day,
    /// Who presided.
    pub host: String,
}

/// 集体讨论 as recorded; the latest counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discussed {
    /// Day.
    pub on: Day,
    /// Who took part.
    pub attendees: Vec<String>,
    /// What was agreed.
    pub agreed: Penalty,
    /// A later record changed the file or the party was heard since.
    pub stale: bool,
}

/// 决定 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Day.
    pub on: Day,
    /// 决定书文号
    pub number: String,
    /// Outcome.
    pub outcome: Outcome,
    /// What is imposed.
    pub penalty: Penalty,
    /// The review it relies on.
    pub review: Option<Digest>,
    /// Who decided.
    pub decided_by: String,
    /// Digest of the record.
    pub record: Digest,
}

/// 送达 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// Day; for 公告送达 the day of posting.
    pub on: Day,
    /// How.
    pub method: ServiceMethod,
}

/// 公示 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosed {
    /// Day.
    pub on: Day,
    /// 公示编号
    pub number: String,
    /// Digest of the record that is public now: the disclosure, or its newest correction.
    pub record: Digest,
    /// Last day shown.
    pub show_until: Option<Day>,
    /// Days of correction.
    pub corrected_on: Vec<Day>,
    /// Day taken down.
    pub withdrawn_on: Option<Day>,
}

/// 不予公示 as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Day.
    pub on: Day,
    /// Ground id.
    pub ground: String,
}
