//! Disclosures of the years before, as the weekly lists that the agencies published then: combined from parts by
//! a fixed count, or written out. No chance. What becomes of a list is the import's to say.

use super::{
    county::{County, Party, Past, Pattern, Written},
    days::{at, plus, working},
};
use crate::{
    base::{Day, Moment, Money},
    law::{
        act::{PartyKind, Penalty},
        calendar::Calendar,
        words,
    },
};
use anyhow::{Context, Result};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// A list and when it is imported.
pub struct List {
    /// Key of the agency.
    pub agency: String,
    /// When.
    pub at: Moment,
    /// The file: CSV in UTF-8 with the columns of [`Row`].
    pub file: Vec<u8>,
}

/// A line of a list, with the headers of 双公示行政处罚信息 (`config/import/shuanggongshi_penalty.toml`).
#[derive(Serialize)]
struct Row {
    #[serde(rename = "行政处罚决定书文号")]
    number: String,
    #[serde(rename = "行政相对人名称")]
    party: String,
    #[serde(rename = "行政相对人类别")]
    party_kind: &'static str,
    #[serde(rename = "统一社会信用代码")]
    party_code: String,
    #[serde(rename = "违法行为类型")]
    violation: String,
    #[serde(rename = "违法事实")]
    facts: String,
    #[serde(rename = "处罚依据")]
    basis: String,
    #[serde(rename = "处罚类别")]
    kinds: String,
    #[serde(rename = "处罚内容")]
    content: String,
    #[serde(rename = "罚款金额(万元)")]
    fine: String,
    #[serde(rename = "没收违法所得、没收非法财物的金额(万元)")]
    confiscated: String,
    #[serde(rename = "处罚决定日期")]
    decided_on: String,
    #[serde(rename = "公示截止期")]
    show_until: String,
    #[serde(rename = "处罚机关")]
    authority: String,
}

/// A line and when it was public.
struct Disclosed {
    agency: String,
    at: Moment,
    row: Row,
}

/// The lists up to `today`: one an agency and week in which it published something.
///
/// # Errors
/// Names what the parts refer to and is not there.
pub fn lists(county: &County, calendar: &Calendar, today: Day) -> Result<Vec<List>> {
    let mut all = Vec::new();
    for agency in county.past.plan.entries.keys() {
        combine(county, calendar, agency, &mut all)?;
    }
    for written in &county.past.written {
        all.push(written_out(county, written)?);
    }
    all.retain(|one| one.at.day() < today);
    let mut weeks: BTreeMap<_, Vec<Disclosed>> = BTreeMap::new();
    for one in all {
        let week = one.at.day().iso_week_date();
        weeks.entry((one.agency.clone(), week.year(), week.week())).or_default().push(one);
    }
    weeks.into_values().map(list).collect()
}

/// The file of one week, published with its last line.
fn list(mut lines: Vec<Disclosed>) -> Result<List> {
    lines.sort_by_key(|one| one.at);
    let last = lines.last().context("an empty week")?;
    let (agency, at) = (last.agency.clone(), last.at);
    let mut file = csv::Writer::from_writer(Vec::new());
    lines.iter().try_for_each(|one| file.serialize(&one.row))?;
    Ok(List { agency, at, file: file.into_inner().map_err(|fault| fault.into_error())? })
}

fn combine(
    county: &County,
    calendar: &Calendar,
    agency: &str,
    all: &mut Vec<Disclosed>,
) -> Result<()> {
    let Past { plan, parties, patterns, .. } = &county.past;
    let count = *plan.entries.get(agency).context("[plan] entries")?;
    let form = plan.numbers.get(agency).context("[plan] numbers")?;
    let first = *plan.first_number.get(agency).context("[plan] first_number")?;
    let patterns: Vec<&Pattern> = patterns.iter().filter(|p| p.agency == agency).collect();
    let mut numbers: HashMap<i16, u32> = HashMap::new();
    let mut parties = Parties { all: parties, next: HashMap::new() };
    let length = plan.from.until(plan.until)?.get_days();
    for i in 0..count {
        let apart = i32::try_from(i * usize::try_from(length)? / count.max(2).saturating_sub(1))?;
        let decided = working(calendar, plus(plan.from, apart), 1);
        let Some(pattern) = in_force(&patterns, i, decided) else { continue };
        let number = numbers.entry(decided.year()).or_insert(first);
        let text =
            form.replace("{year}", &decided.year().to_string()).replace("{n}", &number.to_string());
        *number += 1;
        let later = i32::try_from(2 + i % 5)?;
        let disclosed = (0..later).fold(decided, |day, _| working(calendar, plus(day, 1), 1));
        let party = parties.next(pattern, i)?;
        all.push(Disclosed {
            agency: agency.to_owned(),
            at: at(disclosed, "15:30")?,
            row: combined(county, pattern, party, i, text, decided)?,
        });
    }
    Ok(())
}

/// Pattern i, or the next one whose law is still in force on the day.
fn in_force<'p>(patterns: &[&'p Pattern], i: usize, decided: Day) -> Option<&'p Pattern> {
    let turned = (0..patterns.len()).filter_map(|k| patterns.get((i + k) % patterns.len()));
    turned.copied().find(|p| p.decided_until.is_none_or(|last| decided <= last))
}

/// Takes parties of each sort in turn.
struct Parties<'p> {
    all: &'p [Party],
    next: HashMap<String, usize>,
}

impl<'p> Parties<'p> {
    fn next(&mut self, pattern: &Pattern, i: usize) -> Result<&'p Party> {
        let kind = pattern.parties.get(i / 12 % pattern.parties.len().max(1));
        let kind = *kind.context("a pattern without parties")?;
        let fitting: Vec<&Party> = self.all.iter().filter(|party| party.kind == kind).collect();
        let turn = self.next.entry(kind.label().to_owned()).or_insert(0);
        *turn += 1;
        fitting.get((*turn - 1) % fitting.len().max(1)).copied().context("no party of the kind")
    }
}

fn combined(
    county: &County,
    pattern: &Pattern,
    party: &Party,
    i: usize,
    number: String,
    decided: Day,
) -> Result<Row> {
    let item = county.item(&pattern.item)?;
    let amount = |range: Option<[u32; 3]>| range.map(|range| yuan(stepped(range, i)));
    let [least, most] = pattern.n;
    let n = stepped([least, most, 1], i);
    let (fine, confiscated) = (amount(pattern.fine), amount(pattern.confiscated));
    let penalty = Penalty {
        kinds: pattern.kinds.clone(),
        fine: fine.unwrap_or_default(),
        confiscated: confiscated.unwrap_or_default(),
    };
    Ok(Row {
        number,
        party: party.name.clone(),
        party_kind: sort(party.kind),
        party_code: party.code.clone(),
        violation: violation(&item.name).to_owned(),
        facts: pattern.violation.replace("{n}", &n.to_string()),
        basis: item.basis.clone(),
        kinds: words::kinds(&penalty.kinds),
        content: format!("{}。", penalty.in_words()),
        fine: fine.map(wan).unwrap_or_default(),
        confiscated: confiscated.map(wan).unwrap_or_default(),
        decided_on: decided.to_string(),
        show_until: plus(decided, pattern.show_days).to_string(),
        authority: county.agency(&pattern.agency)?.name.clone(),
    })
}

fn written_out(county: &County, written: &Written) -> Result<Disclosed> {
    let money = |text: &str| {
        let amount = Money::parse_decimal(text, 100).with_context(|| format!("amount {text}"))?;
        Ok::<_, anyhow::Error>(if amount == Money::ZERO { String::new() } else { wan(amount) })
    };
    county.item(&written.item)?;
    let row = Row {
        number: written.number.clone(),
        party: written.party.clone(),
        party_kind: sort(written.party_kind),
        party_code: written.party_code.clone(),
        violation: written.violation.clone(),
        facts: written.facts.clone(),
        basis: written.basis.clone(),
        kinds: words::kinds(&written.kinds),
        content: written.content.clone(),
        fine: money(&written.fine)?,
        confiscated: money(&written.confiscated)?,
        decided_on: written.decided_on.to_string(),
        show_until: written.show_until.to_string(),
        authority: county.agency(&written.agency)?.name.clone(),
    };
    Ok(Disclosed { agency: written.agency.clone(), at: at(written.disclosed_on, "16:30")?, row })
}

/// 行政相对人类别, as the published standard words it.
fn sort(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Person => "自然人",
        PartyKind::Household => "个体工商户",
        PartyKind::Organisation => "法人及非法人组织",
    }
}

/// An amount in 万元, exact.
fn wan(amount: Money) -> String {
    let (whole, rest) = (amount.fen() / 1_000_000, amount.fen() % 1_000_000);
    format!("{whole}.{rest:06}")
}

/// The act of which an item of the power list speaks: `对…的处罚` without its frame.
fn violation(item: &str) -> &str {
    let inside = item.strip_prefix('对').unwrap_or(item);
    inside.strip_suffix("的处罚").unwrap_or(inside)
}

/// Amount number i of `[least, most, step]`.
fn stepped([least, most, step]: [u32; 3], i: usize) -> u32 {
    let steps = most.saturating_sub(least) / step.max(1) + 1;
    let turn = u32::try_from(7 * i).unwrap_or(0) % steps;
    least + turn * step
}

fn yuan(amount: u32) -> Money {
    Money::from_fen(i64::from(amount) * 100).unwrap_or(Money::ZERO)
}
