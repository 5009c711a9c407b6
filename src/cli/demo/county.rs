//! The demonstration county as written in `config/demo/*.toml`: only reads, decides nothing.
//! What only readers of the files need (what a case shows, whether an article was checked) is left there.

use crate::{
    base::Day,
    law::{
        act::{PartyKind, PenaltyKind},
        forms::Role,
    },
};
use anyhow::{Context, Result};
use jiff::ToSpan;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The year for which `county.toml` gives the certificates' days; loaded in another year they move along.
const WRITTEN_IN: i16 = 2026;

/// Everything the county is made of.
pub struct County {
    /// Its name and offices.
    pub place: Place,
    /// Agencies.
    pub agencies: Vec<Agency>,
    /// People.
    pub people: Vec<Person>,
    /// Enforcement items.
    pub items: Vec<Item>,
    /// Scripts of cases.
    pub cases: Vec<Case>,
    /// Disclosures of the years before.
    pub past: Past,
}

/// `[county]`
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Place {
    pub government: String,
}

/// `[[agency]]`
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Agency {
    pub id: String,
    pub name: String,
    pub short_name: String,
    pub code: String,
    pub region: String,
    pub pack: String,
    pub address: String,
    pub phone: String,
    /// Login of the person who approves filings and closings.
    #[serde(default)]
    pub head: String,
}

/// `[[person]]`
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Person {
    pub login: String,
    pub name: String,
    pub agency: String,
    pub roles: Vec<Role>,
    pub certificate: String,
    pub certificate_from: String,
    pub certificate_until: String,
    pub qualification: String,
}

/// `[[item]]`
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Item {
    pub code: String,
    pub agency: String,
    pub act_kind: String,
    pub name: String,
    pub basis: String,
    pub penalty: String,
    pub field: String,
}

/// `[[case]]`
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Case {
    pub id: String,
    pub agency: String,
    pub officers: Vec<String>,
    pub filed_days_ago: i32,
    pub stop_at: String,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// `[[case.step]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Step {
    pub kind: String,
    pub day: i32,
    pub time: String,
    pub by: String,
    #[serde(default)]
    pub with: Option<String>,
    #[serde(default)]
    pub media: Vec<String>,
    #[serde(default)]
    pub failed: Vec<String>,
    pub fields: BTreeMap<String, toml::Value>,
}

/// `disclosures.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Past {
    pub plan: Plan,
    #[serde(rename = "party")]
    pub parties: Vec<Party>,
    #[serde(rename = "pattern")]
    pub patterns: Vec<Pattern>,
    pub written: Vec<Written>,
}

/// `[plan]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Plan {
    #[serde(deserialize_with = "day")]
    pub from: Day,
    #[serde(deserialize_with = "day")]
    pub until: Day,
    pub entries: BTreeMap<String, usize>,
    pub numbers: BTreeMap<String, String>,
    pub first_number: BTreeMap<String, u32>,
}

/// `[[party]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Party {
    pub name: String,
    pub kind: PartyKind,
    pub code: String,
}

/// `[[pattern]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Pattern {
    pub agency: String,
    pub item: String,
    pub parties: Vec<PartyKind>,
    pub violation: String,
    pub n: [u32; 2],
    pub kinds: Vec<PenaltyKind>,
    /// Least, most and step in yuan.
    #[serde(default)]
    pub fine: Option<[u32; 3]>,
    #[serde(default)]
    pub confiscated: Option<[u32; 3]>,
    pub show_days: i32,
    #[serde(default, deserialize_with = "some_day")]
    pub decided_until: Option<Day>,
}

/// `[[written]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Written {
    pub agency: String,
    pub number: String,
    pub item: String,
    pub party: String,
    pub party_kind: PartyKind,
    pub party_code: String,
    pub violation: String,
    pub facts: String,
    pub basis: String,
    pub kinds: Vec<PenaltyKind>,
    pub fine: String,
    pub confiscated: String,
    pub content: String,
    #[serde(deserialize_with = "day")]
    pub decided_on: Day,
    #[serde(deserialize_with = "day")]
    pub disclosed_on: Day,
    #[serde(deserialize_with = "day")]
    pub show_until: Day,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountyFile {
    county: Place,
    agency: Vec<Agency>,
    person: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFile {
    item: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    case: Vec<Case>,
}

impl County {
    /// The county that is compiled in, as it is when loaded on `today`.
    ///
    /// # Errors
    /// Names the file whose text does not fit.
    pub fn as_of(today: Day) -> Result<County> {
        let county: CountyFile = toml::from_str(include_str!("../../../config/demo/county.toml"))
            .context("config/demo/county.toml")?;
        let items: ItemFile = toml::from_str(include_str!("../../../config/demo/items.toml"))
            .context("config/demo/items.toml")?;
        let cases: CaseFile = toml::from_str(include_str!("../../../config/demo/cases.toml"))
            .context("config/demo/cases.toml")?;
        let past: Past = toml::from_str(include_str!("../../../config/demo/disclosures.toml"))
            .context("config/demo/disclosures.toml")?;
        let mut people = county.person;
        for person in &mut people {
            for day in [&mut person.certificate_from, &mut person.certificate_until] {
                *day = moved_along(day, today.year() - WRITTEN_IN);
            }
        }
        Ok(County {
            place: county.county,
            agencies: county.agency,
            people,
            items: items.item,
            cases: cases.case,
            past,
        })
    }

    /// The agency with this key.
    ///
    /// # Errors
    /// When there is none.
    pub fn agency(&self, id: &str) -> Result<&Agency> {
        self.agencies.iter().find(|a| a.id == id).with_context(|| format!("no agency {id}"))
    }

    /// The item with this code.
    ///
    /// # Errors
    /// When there is none.
    pub fn item(&self, code: &str) -> Result<&Item> {
        self.items.iter().find(|i| i.code == code).with_context(|| format!("no item {code}"))
    }
}

/// A day `years` later; no day stays none.
fn moved_along(day: &str, years: i16) -> String {
    let moved = day.parse::<Day>().map(|day| day.saturating_add(i64::from(years).years()));
    moved.map_or_else(|_| day.to_owned(), |day| day.to_string())
}

/// TOML has dates of its own; their text is the same.
fn day<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Day, D::Error> {
    let date = toml::value::Datetime::deserialize(from)?;
    date.to_string().parse().map_err(serde::de::Error::custom)
}

fn some_day<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Day>, D::Error> {
    day(from).map(Some)
}
