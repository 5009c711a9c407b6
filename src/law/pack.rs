//! What a province or ministry sets for itself: thresholds, periods, scope. Every figure names its source.

use super::act::{PartyKind, Penalty, PenaltyKind};
use super::clock::Unit;
use super::filmed::Filmed;
use super::rulebook::{RulebookFault, yes};
use crate::base::{Day, Money};
use serde::Deserialize;

/// One region's or ministry's figures.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Stable id; an agency names the pack it uses.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// How objections name the standard, e.g. `广东省标准`.
    pub standard: String,
    /// Region code (GB/T 2260) it is meant for; empty for a ministry.
    pub region: String,
    /// 较大数额 and the like.
    pub threshold: Vec<Threshold>,
    /// Penalty kinds that are major whatever the amount.
    pub major_kinds: KindList,
    /// Penalty kinds of which the party must be told the right to a hearing.
    pub hearing_kinds: KindList,
    /// Item codes of the agency's 重大执法决定法制审核目录清单.
    #[serde(default)]
    pub catalogue: Vec<CatalogueItem>,
    /// Which causes call for 集体讨论.
    pub discussion: Discussion,
    /// Time limits.
    pub periods: Periods,
    /// How names are shown.
    pub names: Names,
    /// What is published.
    pub publication: Publication,
    /// How long a disclosure is shown; the first row that fits counts.
    pub show: Vec<ShowPeriod>,
    /// Service that must leave pictures on file.
    #[serde(default)]
    pub filmed: Vec<Filmed>,
}

/// A line from which a penalty counts as large.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Parties it holds for.
    pub party: Vec<PartyKind>,
    /// What is measured.
    pub measure: Measure,
    /// 以上 (includes the figure) or 超过 (does not).
    pub op: Op,
    /// The figure.
    pub amount: Money,
    /// Whether fine and confiscation are looked at apart or added up.
    pub sum: Sum,
    /// First day in force.
    pub valid_from: Day,
    /// Last day in force.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// Where the text was read.
    pub source: String,
    /// Whether the source is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

/// What a threshold measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// 罚款
    Fine,
    /// 没收违法所得、非法财物
    Confiscated,
}

/// 以上 or 超过.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// 以上, the figure included.
    AtLeast,
    /// 超过, the figure excluded.
    Above,
}

/// Apart or together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sum {
    /// The measure alone.
    Separate,
    /// Fine and confiscation added up.
    Total,
}

/// Penalty kinds with their source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindList {
    /// The kinds.
    pub kinds: Vec<PenaltyKind>,
    /// Article to cite.
    pub article: String,
    /// Where the text was read.
    pub source: String,
    /// Whether the source is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

/// One line of the agency's own catalogue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueItem {
    /// Item code.
    pub item: String,
    /// 事项名称
    pub title: String,
    /// Where the catalogue was read.
    pub source: String,
}

/// Why a decision is major.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// 较大数额
    Amount,
    /// Heavy penalty kind.
    Kind,
    /// A hearing was held.
    Hearing,
    /// 案情疑难复杂
    Complex,
    /// 涉及重大公共利益
    PublicInterest,
    /// Named in the agency's catalogue.
    Catalogue,
}

/// When leaders must decide together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discussion {
    /// Any of these.
    pub causes: Vec<Cause>,
    /// Fewest leaders present.
    pub least: u32,
    /// Where the text was read.
    pub source: String,
    /// Whether the source is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

/// A time limit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// How many.
    pub n: u32,
    /// Of what.
    pub unit: Unit,
    /// Id of the rule that sets it, where that is not the country's.
    #[serde(default)]
    pub rule: Option<String>,
    /// Where the text was read.
    pub source: String,
    /// Whether the source is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

/// All time limits a pack sets. Names follow the act that must be done in time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Periods {
    /// 核查 to 立案.
    pub filing: Period,
    /// 法制审核.
    pub review: Period,
    /// 陈述申辩, from the notice's service.
    pub statement: Period,
    /// 申请听证, from the notice's service.
    pub hearing_request: Period,
    /// Between notifying of the hearing and holding it.
    pub hearing_notice: Period,
    /// 决定, from filing.
    pub decision: Period,
    /// 送达, from the decision.
    pub service: Period,
    /// 公告送达 takes effect after this.
    pub public_notice: Period,
    /// 公示 of penalties.
    pub disclosure_penalty: Period,
    /// 公示 of licences.
    pub disclosure_licence: Period,
    /// 公示 of every other act.
    pub disclosure_other: Period,
    /// 撤下, from the decision's change.
    pub withdrawal: Period,
    /// 缴纳罚款, from service.
    pub payment: Period,
    /// 结案审批, from the end of execution.
    pub closing: Period,
    /// 重大行政处罚决定备案, from the decision.
    pub record_filing: Period,
    /// Audio and video into the system, from the recording.
    pub upload: Period,
}

/// How a natural person's name is shown in public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameMode {
    /// In full.
    Full,
    /// 张某
    SurnameMou,
    /// 张*
    SurnameStar,
}

/// How names are shown.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// The punished natural person.
    pub person: NameMode,
    /// 个体工商户's trade name.
    pub household: NameMode,
    /// Where the text was read.
    pub source: String,
    /// Whether the source is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

/// Which decisions are published at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublishScope {
    /// All results.
    All,
    /// Those of certain social impact.
    SocialImpact,
    /// Ordinary procedure only.
    OrdinaryOnly,
}

/// What is published.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Scope.
    pub scope: PublishScope,
    /// A decision with these kinds alone is not published.
    pub never_alone: Vec<PenaltyKind>,
    /// Where the text was read.
    pub source: String,
    /// Whether the source is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

/// How long a disclosure is shown.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowPeriod {
    /// Fits when every kind of the decision is listed; empty fits all.
    #[serde(default)]
    pub only_kinds: Vec<PenaltyKind>,
    /// Fits when the fine is below this.
    #[serde(default)]
    pub fine_below: Option<Money>,
    /// Fits when any kind of the decision is listed; empty fits all.
    #[serde(default)]
    pub any_kind: Vec<PenaltyKind>,
    /// Months from the decision.
    pub months: u32,
    /// Decisions from this day on.
    pub valid_from: Day,
    /// Decisions up to this day.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// Where the text was read.
    pub source: String,
    /// Whether the source is certain.
    #[serde(default = "yes")]
    pub sure: bool,
}

impl Threshold {
    /// Whether it holds for this party on this day.
    pub fn applies(&self, party: PartyKind, on: Day) -> bool {
        self.party.contains(&party)
            && self.valid_from <= on
            && self.valid_to.is_none_or(|last| on <= last)
    }

    /// The amount it looks at.
    pub fn measured(&self, penalty: &Penalty) -> Money {
        match (self.sum, self.measure) {
            (Sum::Total, _) => penalty.total(),
            (Sum::Separate, Measure::Fine) => penalty.fine,
            (Sum::Separate, Measure::Confiscated) => penalty.confiscated,
        }
    }

    /// Whether the penalty reaches it.
    pub fn reached(&self, penalty: &Penalty) -> bool {
        let measured = self.measured(penalty);
        match self.op {
            Op::AtLeast => measured >= self.amount && measured > Money::ZERO,
            Op::Above => measured > self.amount,
        }
    }
}

impl Pack {
    /// The disclosure period of an act kind (`penalty`, `licence`, or any other).
    pub fn disclosure_period(&self, act_kind: &str) -> &Period {
        match act_kind {
            "penalty" => &self.periods.disclosure_penalty,
            "licence" => &self.periods.disclosure_licence,
            _ => &self.periods.disclosure_other,
        }
    }

    /// Last day a decision made on `decided` may be shown; `None` when no row fits.
    pub fn show_until(&self, penalty: &Penalty, decided: Day) -> Option<Day> {
        self.show_row(penalty, decided)?.last_day(decided)
    }

    /// The row of [`Pack::show`] that fits.
    pub fn show_row(&self, penalty: &Penalty, decided: Day) -> Option<&ShowPeriod> {
        self.show.iter().find(|row| row.fits(penalty, decided))
    }

    pub(super) fn check(&self, file: &str) -> Result<(), RulebookFault> {
        let wrong = |key: &str, reason: &str| {
            let (file, key, reason) = (file.to_owned(), key.to_owned(), reason.to_owned());
            Err(RulebookFault::Wrong { file, key, reason })
        };
        for threshold in &self.threshold {
            if threshold.valid_to.is_some_and(|last| last < threshold.valid_from) {
                return wrong("threshold.valid_to", "before valid_from");
            }
        }
        if self.threshold.is_empty() {
            return wrong("threshold", "at least one is needed");
        }
        Ok(())
    }
}

impl ShowPeriod {
    /// Last day shown of a decision made on `decided`.
    pub fn last_day(&self, decided: Day) -> Option<Day> {
        let span = jiff::Span::new().try_months(self.months).ok()?;
        decided.checked_add(span).ok()
    }

    fn fits(&self, penalty: &Penalty, decided: Day) -> bool {
        self.valid_from <= decided
            && self.valid_to.is_none_or(|last| decided <= last)
            && (self.only_kinds.is_empty()
                || (!penalty.kinds.is_empty()
                    && penalty.kinds.iter().all(|kind| self.only_kinds.contains(kind))))
            && (self.any_kind.is_empty()
                || penalty.kinds.iter().any(|kind| self.any_kind.contains(kind)))
            && self.fine_below.is_none_or(|limit| penalty.fine < limit)
    }
}
