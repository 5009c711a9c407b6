//! A case as its records tell it: stage, facts so far, clocks, what is lacking. Judges no new act.

mod apply;
mod clocks;
mod facts;
mod needs;

pub(super) use clocks::run;
pub use clocks::{Clock, clocks, notice_effective, remedies, supervised};
pub use facts::{
    Concluded, Decided, Disclosed, Discussed, Filed, Heard, Noticed, Opinion, Round, Served,
    Stated, Withheld,
};
pub use needs::{Need, needs};

use super::act::{Act, ReviewResult};
use crate::base::{Day, Digest, Moment, Money};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One record of a case as the procedure sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The record's kind.
    pub kind: String,
    /// Its facts.
    pub act: Act,
    /// When the signers say it was made.
    pub at: Moment,
    /// When the server linked it.
    pub received_at: Moment,
    /// Person ids of the signers.
    pub people: Vec<String>,
    /// Digest of the record's envelope.
    pub record: Digest,
    /// The case chain's head with this record: its entry hash.
    pub head: Digest,
    /// Its place in the case chain, from 0.
    pub seq: u64,
    /// How many exhibits it carries.
    pub exhibits: usize,
}

/// Stage of the whole process (行政处罚法 art. 47), and `Closed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// 启动
    Start,
    /// 调查取证
    Investigation,
    /// 审核
    Review,
    /// 决定
    Decision,
    /// 送达
    Service,
    /// 执行
    Execution,
    /// 已结案
    Closed,
}

impl Stage {
    /// The six stages of art. 47 in order, and the end.
    pub const ALL: [Stage; 7] = [
        Stage::Start,
        Stage::Investigation,
        Stage::Review,
        Stage::Decision,
        Stage::Service,
        Stage::Execution,
        Stage::Closed,
    ];

    /// The kebab-case name serde writes, for columns.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Start => "start",
            Stage::Investigation => "investigation",
            Stage::Review => "review",
            Stage::Decision => "decision",
            Stage::Service => "service",
            Stage::Execution => "execution",
            Stage::Closed => "closed",
        }
    }

    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            Stage::Start => "启动",
            Stage::Investigation => "调查取证",
            Stage::Review => "审核",
            Stage::Decision => "决定",
            Stage::Service => "送达",
            Stage::Execution => "执行",
            Stage::Closed => "已结案",
        }
    }
}

/// A case as its records tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseState {
    /// Records applied.
    pub records: u64,
    /// The chain's head.
    pub head: Option<Digest>,
    /// When the last record was made.
    pub last_at: Option<Moment>,
    /// Everybody who worked on the case as an investigator: named officers, and signers of their records.
    pub officers: BTreeSet<String>,
    /// Everybody who gave a review opinion.
    pub reviewers: BTreeSet<String>,
    /// 立案
    pub filing: Option<Filed>,
    /// Number of inspections.
    pub inspections: u32,
    /// Number of interviews.
    pub interviews: u32,
    /// Number of evidence records.
    pub evidence: u32,
    /// Exhibits in all records.
    pub exhibits: u64,
    /// 调查终结
    pub conclusion: Option<Concluded>,
    /// Rounds of review, in order.
    pub rounds: Vec<Round>,
    /// Notices, in order; the last one counts.
    pub notices: Vec<Noticed>,
    /// 集体讨论
    pub discussion: Option<Discussed>,
    /// 决定
    pub decision: Option<Decided>,
    /// 送达
    pub service: Option<Served>,
    /// 公示
    pub disclosure: Option<Disclosed>,
    /// 不予公示
    pub withholding: Option<Withheld>,
    /// Sum paid so far.
    pub paid: Money,
    /// Day execution was complete.
    pub executed_on: Option<Day>,
    /// Day closed.
    pub closed_on: Option<Day>,
}

impl CaseState {
    /// The stage the case stands in.
    pub fn stage(&self) -> Stage {
        if self.closed_on.is_some() {
            Stage::Closed
        } else if self.service.is_some() {
            Stage::Execution
        } else if self.decision.is_some() {
            Stage::Service
        } else if self.passing_round().is_some() || !self.notices.is_empty() {
            Stage::Decision
        } else if self.conclusion.is_some() {
            Stage::Review
        } else if self.filing.is_some() {
            Stage::Investigation
        } else {
            Stage::Start
        }
    }

    /// The latest round when its opinion agrees, on the file as it was submitted, and nothing changed since.
    pub fn passing_round(&self) -> Option<&Round> {
        self.rounds.last().filter(|round| {
            !round.voided
                && round.opinion.as_ref().is_some_and(|opinion| {
                    opinion.result == ReviewResult::Agree
                        && opinion.reviewed_head == round.submitted_head
                })
        })
    }

    /// The notice that counts.
    pub fn notice(&self) -> Option<&Noticed> {
        self.notices.last()
    }

    /// The hearing held after any notice, the latest first.
    pub fn hearing(&self) -> Option<&Heard> {
        self.notices.iter().rev().find_map(|notice| notice.hearing.as_ref())
    }

    /// The China day of the last record; `None` for an empty case.
    pub fn last_day(&self) -> Option<Day> {
        self.last_at.map(Moment::day)
    }
}
