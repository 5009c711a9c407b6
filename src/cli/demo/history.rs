//! Disclosures of the years before: combined from parts by a fixed count, or written out. No chance.

use super::{
    county::{County, Party, Past, Pattern, Written},
    days::{at, plus, working},
};
use crate::{
    base::{Day, Moment, Money},
    desk::penalty_list::Entry,
    law::{act::Penalty, calendar::Calendar},
};
use anyhow::{Context, Result};
use std::collections::HashMap;

/// A disclosure and when its agency's clerk made it.
pub struct Disclosed {
    /// Key of the agency.
    pub agency: String,
    /// When.
    pub at: Moment,
    /// What is shown.
    pub entry: Entry,
}

/// All disclosures up to `today`, agency after agency.
///
/// # Errors
/// Names what the parts refer to and is not there.
pub fn disclosures(county: &County, calendar: &Calendar, today: Day) -> Result<Vec<Disclosed>> {
    let mut all = Vec::new();
    for agency in county.past.plan.entries.keys() {
        combine(county, calendar, agency, &mut all)?;
    }
    for (n, written) in county.past.written.iter().enumerate() {
        all.push(written_out(county, written, n)?);
    }
    all.retain(|one| one.at.day() < today);
    Ok(all)
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
            at: at(disclosed, "15:30")?.plus_millis(i64::try_from(i % 50)? * 60_000),
            entry: combined(county, pattern, party, i, text, decided)?,
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
) -> Result<Entry> {
    let item = county.item(&pattern.item)?;
    let amount = |range: Option<[u32; 3]>| range.map(|range| yuan(stepped(range, i)));
    let [least, most] = pattern.n;
    let n = stepped([least, most, 1], i);
    let penalty = Penalty {
        kinds: pattern.kinds.clone(),
        fine: amount(pattern.fine).unwrap_or_default(),
        confiscated: amount(pattern.confiscated).unwrap_or_default(),
    };
    let mut entry = blank(party.name.clone());
    entry.document_number = Some(number);
    entry.party_code = Some(party.code.clone()).filter(|code| !code.is_empty());
    entry.party_kind = Some(party.kind);
    entry.violation = Some(violation(&item.name).to_owned());
    entry.facts = Some(pattern.violation.replace("{n}", &n.to_string()));
    entry.basis = Some(item.basis.clone());
    entry.penalty_text = Some(format!("{}。", penalty.in_words()));
    entry.fine = pattern.fine.map(|_| penalty.fine);
    entry.confiscated = pattern.confiscated.map(|_| penalty.confiscated);
    entry.kinds = penalty.kinds;
    entry.authority = Some(county.agency(&pattern.agency)?.name.clone());
    entry.decided_on = Some(decided);
    entry.show_until = Some(plus(decided, pattern.show_days));
    Ok(entry)
}

fn written_out(county: &County, written: &Written, n: usize) -> Result<Disclosed> {
    let money = |text: &str| {
        let amount = Money::parse_decimal(text, 100).with_context(|| format!("amount {text}"))?;
        Ok::<_, anyhow::Error>(Some(amount).filter(|amount| *amount != Money::ZERO))
    };
    county.item(&written.item)?;
    let mut entry = blank(written.party.clone());
    entry.document_number = Some(written.number.clone());
    entry.party_code = Some(written.party_code.clone()).filter(|code| !code.is_empty());
    entry.party_kind = Some(written.party_kind);
    entry.violation = Some(written.violation.clone());
    entry.facts = Some(written.facts.clone());
    entry.basis = Some(written.basis.clone());
    entry.kinds = written.kinds.clone();
    entry.penalty_text = Some(written.content.clone());
    entry.fine = money(&written.fine)?;
    entry.confiscated = money(&written.confiscated)?;
    entry.authority = Some(county.agency(&written.agency)?.name.clone());
    entry.decided_on = Some(written.decided_on);
    entry.show_until = Some(written.show_until);
    let at = at(written.disclosed_on, "16:30")?.plus_millis(i64::try_from(n)? * 60_000);
    Ok(Disclosed { agency: written.agency.clone(), at, entry })
}

/// An entry that says nothing but whom it is about.
fn blank(party: String) -> Entry {
    Entry {
        document_number: None,
        party,
        party_code: None,
        party_kind: None,
        violation: None,
        facts: None,
        basis: None,
        kinds: Vec::new(),
        measures: Vec::new(),
        penalty_text: None,
        fine: None,
        daily_fine: None,
        confiscated: None,
        authority: None,
        decided_on: None,
        period: None,
        show_until: None,
        region: None,
        rectification: None,
        extra: Vec::new(),
        private: Vec::new(),
    }
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
