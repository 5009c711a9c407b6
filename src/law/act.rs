//! The typed facts of each kind of record: what the procedure reads, never what is private.

use super::listed::Listed;
use crate::base::{Day, Digest, Money};
use serde::{Deserialize, Serialize};
use std::ops::Not;

/// An officer as named in a record: the certificate is copied in, so that a replay years later
/// judges by what was on file that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    /// Person id.
    pub person: String,
    /// 执法证号
    pub certificate: String,
    /// First day of the certificate's validity.
    pub valid_from: Day,
    /// Last day of the certificate's validity.
    pub valid_until: Day,
}

impl Officer {
    /// Whether the certificate was valid on `day`, both ends included (行政处罚法 art. 42).
    pub fn certified_on(&self, day: Day) -> bool {
        self.valid_from <= day && day <= self.valid_until
    }
}

/// The legal reviewer as named in a review (行政处罚法 art. 58).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewer {
    /// Person id.
    pub person: String,
    /// 法律职业资格证书号; empty when none is on file.
    pub qualification: String,
}

/// 相对人类别, as in the 双公示 exchange fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyKind {
    /// 自然人
    Person,
    /// 法人及非法人组织
    Organisation,
    /// 个体工商户
    Household,
}

/// Penalty kinds of 行政处罚法 art. 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PenaltyKind {
    /// 警告
    Warning,
    /// 通报批评
    Criticism,
    /// 罚款
    Fine,
    /// 没收违法所得
    ConfiscateIncome,
    /// 没收非法财物
    ConfiscateGoods,
    /// 暂扣许可证件
    SuspendLicence,
    /// 降低资质等级
    Downgrade,
    /// 吊销许可证件
    RevokeLicence,
    /// 限制开展生产经营活动
    RestrictBusiness,
    /// 责令停产停业
    StopBusiness,
    /// 责令关闭
    Close,
    /// 限制从业
    RestrictProfession,
    /// 行政拘留
    Detention,
    /// 法律、行政法规规定的其他行政处罚
    Other,
}

/// What is, or is meant to be, imposed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Penalty {
    /// Kinds imposed together.
    pub kinds: Vec<PenaltyKind>,
    /// 罚款金额
    #[serde(default)]
    pub fine: Money,
    /// 没收违法所得、非法财物金额
    #[serde(default)]
    pub confiscated: Money,
}

/// 审核结论; only `Agree` opens the decision (行政处罚法 art. 58; 市场监管程序规定 art. 54).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewResult {
    /// 同意
    Agree,
    /// 建议纠正
    Correct,
    /// 建议补充调查
    Supplement,
    /// 建议不予处罚
    NoPenalty,
    /// 建议撤销案件
    WithdrawCase,
    /// 建议移送有管辖权的机关
    TransferJurisdiction,
    /// 建议移送司法机关
    TransferCrime,
}

/// How a document reached the party (行政处罚法 art. 61).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceMethod {
    /// 直接送达
    Direct,
    /// 留置送达
    Left,
    /// 邮寄送达
    Post,
    /// 委托送达
    Entrusted,
    /// 电子送达 (needs the party's signed consent)
    Electronic,
    /// 公告送达
    PublicNotice,
}

/// The four outcomes of 行政处罚法 art. 57.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// 给予行政处罚
    Penalty,
    /// 不予行政处罚 (违法行为轻微)
    NoPenalty,
    /// 违法事实不能成立
    NotEstablished,
    /// 移送司法机关
    Transfer,
}

/// One point of the review's checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Id of the checklist point, from `config/law/checklist.toml`.
    pub point: String,
    /// Whether it passed.
    pub passed: bool,
}

/// The facts of one record, by kind. `kind` is the record's kind in kebab case, `facts` the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "facts", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 立案
    Filing {
        /// Day of the head's approval.
        on: Day,
        /// Item code.
        item: String,
        /// 相对人类别
        party_kind: PartyKind,
        /// Day the act was discovered.
        discovered_on: Day,
        /// Day the unlawful act ended; absent while it goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act_ended_on: Option<Day>,
        /// 涉及公民生命健康安全、金融安全且有危害后果: five years instead of two (art. 36).
        #[serde(default, skip_serializing_if = "Not::not")]
        grave_harm: bool,
        /// 办案人员
        officers: Vec<Officer>,
        /// Person id of the agency head who approved.
        approved_by: String,
    },
    /// 现场检查（勘验）
    Inspection { on: Day, officers: Vec<Officer>, certificate_shown: bool, rights_told: bool },
    /// 询问
    Interview { on: Day, officers: Vec<Officer>, certificate_shown: bool, rights_told: bool },
    /// 证据 (custody of exhibits listed in the record)
    Evidence {
        on: Day,
        /// One of the eight kinds of 行政处罚法 art. 46, by id.
        evidence_kind: String,
    },
    /// 附件入库: the service received bytes and put their digest on record
    Custody { on: Day },
    /// 调查终结
    Conclusion {
        on: Day,
        officers: Vec<Officer>,
        proposed: Penalty,
        /// 案情疑难复杂
        complex: bool,
        /// 涉及重大公共利益
        public_interest: bool,
        /// 涉嫌犯罪
        crime_suspected: bool,
    },
    /// 送审
    Submission { on: Day, round: u32, proposed: Penalty },
    /// 法制审核
    Review {
        on: Day,
        round: u32,
        /// Head of the case's chain that was reviewed: the submission's entry hash.
        reviewed_head: Digest,
        reviewer: Reviewer,
        result: ReviewResult,
        checklist: Vec<Finding>,
        /// Number of numbered issues returned.
        issues: u32,
    },
    /// 事先告知 (行政处罚法 art. 44, 63)
    Notice {
        on: Day,
        served_on: Day,
        method: ServiceMethod,
        proposed: Penalty,
        hearing_told: bool,
        officers: Vec<Officer>,
        /// The party signed a 送达地址确认书 for electronic service (art. 61).
        #[serde(default, skip_serializing_if = "Not::not")]
        consent: bool,
    },
    /// 陈述申辩 (art. 45)
    Statement {
        on: Day,
        /// The party expressly gave up statement and defence.
        waived: bool,
        /// 复核 was done and its opinion recorded.
        rechecked: bool,
        /// The defence was accepted in whole or part.
        adopted: bool,
        /// The party asked for a hearing (art. 64); none may decide before it is held.
        #[serde(default, skip_serializing_if = "Not::not")]
        hearing_requested: bool,
        /// The party expressly gave up the hearing it was told of (art. 63); records older than this fact gave up none.
        #[serde(default, skip_serializing_if = "Not::not")]
        hearing_waived: bool,
    },
    /// 听证 (art. 64), short form
    Hearing {
        requested_on: Day,
        notified_on: Day,
        held_on: Day,
        /// Person id of the host.
        host: String,
    },
    /// 集体讨论 (art. 57)
    Discussion {
        on: Day,
        /// Person ids.
        attendees: Vec<String>,
        agreed: Penalty,
    },
    /// 决定
    Decision {
        on: Day,
        /// 决定书文号
        number: String,
        outcome: Outcome,
        penalty: Penalty,
        /// Digest of the review record it relies on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review: Option<Digest>,
        decided_by: String,
        /// The party was educated, as art. 33 asks when no penalty is given.
        #[serde(default, skip_serializing_if = "Not::not")]
        educated: bool,
    },
    /// 送达
    Service {
        on: Day,
        method: ServiceMethod,
        officers: Vec<Officer>,
        /// The party signed a 送达地址确认书 for electronic service (art. 61).
        #[serde(default, skip_serializing_if = "Not::not")]
        consent: bool,
    },
    /// 公示
    Disclosure {
        on: Day,
        /// 公示编号
        number: String,
        /// Digest of the decision record.
        decision: Digest,
        /// Ids of the masking rules applied.
        masking: Vec<String>,
        /// Last day shown; absent when unlimited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        show_until: Option<Day>,
    },
    /// 不予公示
    Withholding { on: Day, decision: Digest, ground: String },
    /// 更正; `disclosure` is the digest of the record that it replaces
    Correction {
        on: Day,
        number: String,
        disclosure: Digest,
        masking: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listed: Option<Listed>,
    },
    /// 撤下
    Withdrawal { on: Day, number: String, disclosure: Digest, ground: String },
    /// 执行
    Execution { on: Day, paid: Money, complete: bool },
    /// 结案
    Closing { on: Day, approved_by: String },
}

impl Act {
    /// Reads the facts of a record of `kind`.
    ///
    /// # Errors
    /// The reason in serde's words when the kind is unknown or a fact is missing, ill-typed or extra.
    pub fn parse(kind: &str, facts: &serde_json::Value) -> Result<Act, serde_json::Error> {
        serde_json::from_value(serde_json::json!({ "kind": kind, "facts": facts }))
    }
    /// The record's kind as `Act::parse` takes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Act::Filing { .. } => "filing",
            Act::Inspection { .. } => "inspection",
            Act::Interview { .. } => "interview",
            Act::Evidence { .. } => "evidence",
            Act::Custody { .. } => "custody",
            Act::Conclusion { .. } => "conclusion",
            Act::Submission { .. } => "submission",
            Act::Review { .. } => "review",
            Act::Notice { .. } => "notice",
            Act::Statement { .. } => "statement",
            Act::Hearing { .. } => "hearing",
            Act::Discussion { .. } => "discussion",
            Act::Decision { .. } => "decision",
            Act::Service { .. } => "service",
            Act::Disclosure { .. } => "disclosure",
            Act::Withholding { .. } => "withholding",
            Act::Correction { .. } => "correction",
            Act::Withdrawal { .. } => "withdrawal",
            Act::Execution { .. } => "execution",
            Act::Closing { .. } => "closing",
        }
    }

    /// The day the act was done; for a hearing, the day it was held.
    pub fn on(&self) -> Day {
        match self {
            Act::Filing { on, .. }
            | Act::Inspection { on, .. }
            | Act::Interview { on, .. }
            | Act::Evidence { on, .. }
            | Act::Custody { on }
            | Act::Conclusion { on, .. }
            | Act::Submission { on, .. }
            | Act::Review { on, .. }
            | Act::Notice { on, .. }
            | Act::Statement { on, .. }
            | Act::Discussion { on, .. }
            | Act::Decision { on, .. }
            | Act::Service { on, .. }
            | Act::Disclosure { on, .. }
            | Act::Withholding { on, .. }
            | Act::Correction { on, .. }
            | Act::Withdrawal { on, .. }
            | Act::Execution { on, .. }
            | Act::Closing { on, .. } => *on,
            Act::Hearing { held_on, .. } => *held_on,
        }
    }

    /// The officers the record names; empty for kinds that name none.
    pub fn officers(&self) -> &[Officer] {
        match self {
            Act::Filing { officers, .. }
            | Act::Inspection { officers, .. }
            | Act::Interview { officers, .. }
            | Act::Conclusion { officers, .. }
            | Act::Notice { officers, .. }
            | Act::Service { officers, .. } => officers,
            _ => &[],
        }
    }
}
