//! Chinese words of the typed acts and of days and penalties in a sentence. Decides nothing.

use super::act::{Act, Outcome, PartyKind, Penalty, PenaltyKind, ReviewResult, ServiceMethod};
use crate::base::{Day, Money};
use serde::Serialize;

/// A day as documents write it: `2026年11月20日`.
pub fn day(day: Day) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// The kebab-case name serde writes for a unit variant; empty for anything else.
pub fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// `罚款、没收违法所得`
pub fn kinds(kinds: &[PenaltyKind]) -> String {
    kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join("、")
}

impl PartyKind {
    /// In the order of the exchange fields.
    pub const ALL: [PartyKind; 3] =
        [PartyKind::Person, PartyKind::Organisation, PartyKind::Household];

    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            PartyKind::Person => "自然人",
            PartyKind::Organisation => "法人及非法人组织",
            PartyKind::Household => "个体工商户",
        }
    }
}

impl PenaltyKind {
    /// In the order of 行政处罚法 art. 9.
    pub const ALL: [PenaltyKind; 14] = [
        PenaltyKind::Warning,
        PenaltyKind::Criticism,
        PenaltyKind::Fine,
        PenaltyKind::ConfiscateIncome,
        PenaltyKind::ConfiscateGoods,
        PenaltyKind::SuspendLicence,
        PenaltyKind::Downgrade,
        PenaltyKind::RevokeLicence,
        PenaltyKind::RestrictBusiness,
        PenaltyKind::StopBusiness,
        PenaltyKind::Close,
        PenaltyKind::RestrictProfession,
        PenaltyKind::Detention,
        PenaltyKind::Other,
    ];

    /// Chinese word of 行政处罚法 art. 9.
    pub fn label(self) -> &'static str {
        match self {
            PenaltyKind::Warning => "警告",
            PenaltyKind::Criticism => "通报批评",
            PenaltyKind::Fine => "罚款",
            PenaltyKind::ConfiscateIncome => "没收违法所得",
            PenaltyKind::ConfiscateGoods => "没收非法财物",
            PenaltyKind::SuspendLicence => "暂扣许可证件",
            PenaltyKind::Downgrade => "降低资质等级",
            PenaltyKind::RevokeLicence => "吊销许可证件",
            PenaltyKind::RestrictBusiness => "限制开展生产经营活动",
            PenaltyKind::StopBusiness => "责令停产停业",
            PenaltyKind::Close => "责令关闭",
            PenaltyKind::RestrictProfession => "限制从业",
            PenaltyKind::Detention => "行政拘留",
            PenaltyKind::Other => "法律、行政法规规定的其他行政处罚",
        }
    }
}

impl Penalty {
    /// Fine and confiscation together; the largest amount there is when the sum overflows.
    pub fn total(&self) -> Money {
        let largest = Money::from_fen(i64::MAX).unwrap_or_default();
        self.fine.checked_add(self.confiscated).unwrap_or(largest)
    }

    /// `罚款5万元，没收违法所得1000元`; two confiscations share one sum: `没收违法所得、没收非法财物共计1000元`.
    pub fn in_words(&self) -> String {
        let mut confiscations = self.confiscations();
        let mut parts = Vec::new();
        for kind in &self.kinds {
            match kind {
                PenaltyKind::Fine => parts.push(format!("罚款{}", self.fine.in_words())),
                // Said once, where the first of them stands.
                PenaltyKind::ConfiscateIncome | PenaltyKind::ConfiscateGoods => {
                    parts.extend(confiscations.take());
                }
                other => parts.push(other.label().to_owned()),
            }
        }
        parts.extend(confiscations);
        match parts.is_empty() {
            true => "无".to_owned(),
            false => parts.join("，"),
        }
    }

    /// The confiscations with their one sum; none when nothing is confiscated.
    fn confiscations(&self) -> Option<String> {
        let kinds: Vec<&str> = [PenaltyKind::ConfiscateIncome, PenaltyKind::ConfiscateGoods]
            .into_iter()
            .filter(|kind| self.kinds.contains(kind))
            .map(PenaltyKind::label)
            .collect();
        let sum = (self.confiscated > Money::ZERO).then(|| self.confiscated.in_words());
        match (kinds.as_slice(), sum) {
            ([], None) => None,
            ([], Some(sum)) => Some(format!("没收金额{sum}")),
            ([one], sum) => Some(format!("{one}{}", sum.unwrap_or_default())),
            (_, None) => Some(kinds.join("、")),
            (_, Some(sum)) => Some(format!("{}共计{sum}", kinds.join("、"))),
        }
    }
}

impl ReviewResult {
    /// All of them, `Agree` first.
    pub const ALL: [ReviewResult; 7] = [
        ReviewResult::Agree,
        ReviewResult::Correct,
        ReviewResult::Supplement,
        ReviewResult::NoPenalty,
        ReviewResult::WithdrawCase,
        ReviewResult::TransferJurisdiction,
        ReviewResult::TransferCrime,
    ];

    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            ReviewResult::Agree => "同意",
            ReviewResult::Correct => "建议纠正",
            ReviewResult::Supplement => "建议补充调查",
            ReviewResult::NoPenalty => "建议不予处罚",
            ReviewResult::WithdrawCase => "建议撤销案件",
            ReviewResult::TransferJurisdiction => "建议移送有管辖权的机关",
            ReviewResult::TransferCrime => "建议移送司法机关",
        }
    }
}

impl ServiceMethod {
    /// All of them.
    pub const ALL: [ServiceMethod; 6] = [
        ServiceMethod::Direct,
        ServiceMethod::Left,
        ServiceMethod::Post,
        ServiceMethod::Entrusted,
        ServiceMethod::Electronic,
        ServiceMethod::PublicNotice,
    ];

    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            ServiceMethod::Direct => "直接送达",
            ServiceMethod::Left => "留置送达",
            ServiceMethod::Post => "邮寄送达",
            ServiceMethod::Entrusted => "委托送达",
            ServiceMethod::Electronic => "电子送达",
            ServiceMethod::PublicNotice => "公告送达",
        }
    }
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 4] =
        [Outcome::Penalty, Outcome::NoPenalty, Outcome::NotEstablished, Outcome::Transfer];

    /// Chinese word.
    pub fn label(self) -> &'static str {
        match self {
            Outcome::Penalty => "给予行政处罚",
            Outcome::NoPenalty => "不予行政处罚",
            Outcome::NotEstablished => "违法事实不能成立",
            Outcome::Transfer => "移送司法机关",
        }
    }
}

impl Act {
    /// Every kind, in the order of a case.
    pub const KINDS: [&'static str; 19] = [
        "filing",
        "inspection",
        "interview",
        "evidence",
        "conclusion",
        "submission",
        "review",
        "notice",
        "statement",
        "hearing",
        "discussion",
        "decision",
        "service",
        "disclosure",
        "withholding",
        "correction",
        "withdrawal",
        "execution",
        "closing",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_penalty_in_words_says_each_sum_once() {
        use PenaltyKind::{ConfiscateGoods, ConfiscateIncome, Fine, Warning};
        let words = |kinds: &[PenaltyKind], fine: i64, confiscated: i64| {
            let money = |yuan: i64| Money::from_fen(yuan * 100).unwrap();
            let (fine, confiscated) = (money(fine), money(confiscated));
            Penalty { kinds: kinds.to_vec(), fine, confiscated }.in_words()
        };
        assert_eq!(words(&[], 0, 0), "无");
        assert_eq!(words(&[Warning, Fine], 50_000, 0), "警告，罚款5万元");
        assert_eq!(
            words(&[Fine, ConfiscateIncome], 50_000, 1_000),
            "罚款5万元，没收违法所得1000元"
        );
        assert_eq!(
            words(&[ConfiscateIncome, ConfiscateGoods, Fine], 200, 1_000),
            "没收违法所得、没收非法财物共计1000元，罚款200元"
        );
        assert_eq!(words(&[ConfiscateGoods], 0, 0), "没收非法财物");
    }
}
