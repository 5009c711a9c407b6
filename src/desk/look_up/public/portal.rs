//! The portal's figures: what this year's decisions made public, by kind, and the newest items.

use super::{Agencies, Card, KINDS, Query, card, filter};
use crate::{
    desk::{Desk, Error},
    store::{Db, agencies, disclosures},
};
use serde::Serialize;

/// Newest items shown.
const NEWEST: i64 = 8;

/// Decisions of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct KindCount {
    /// The kind's word.
    pub kind: &'static str,
    /// In Chinese.
    pub label: &'static str,
    /// How many are shown, as far as counted.
    pub count: i64,
    /// Whether there are more than counted.
    pub more: bool,
}

/// What the portal shows.
#[derive(Clone, Debug, Serialize)]
pub struct Portal {
    /// The year counted.
    pub year: i16,
    /// Kinds of which there are any.
    pub counts: Vec<KindCount>,
    /// The newest items.
    pub newest: Vec<Card>,
    /// Whether any agency is entered.
    pub has_agencies: bool,
}

/// The portal as of the request's day.
pub async fn portal(desk: &Desk) -> Result<Portal, Error> {
    let today = desk.now.day();
    desk.house.store.read(move |db| read(db, today.year(), &today.to_string())).await
}

fn read(db: &mut Db, year: i16, today: &str) -> Result<Portal, Error> {
    let mut counts = Vec::new();
    for (kind, label) in KINDS.iter().copied() {
        let query = Query { act_kind: kind.into(), ..Query::default() };
        let shown = filter(db, &query, today)?.in_year(year);
        let page = disclosures::page(db, &shown, 1, 1)?;
        if page.total > 0 {
            counts.push(KindCount { kind, label, count: page.total, more: page.more_than_total });
        }
    }
    let shown = filter(db, &Query::default(), today)?;
    let names = Agencies(agencies::all(db)?);
    let newest = disclosures::page(db, &shown, 1, NEWEST)?.rows;
    let newest = newest.into_iter().map(|row| card(names.name(&row.agency_id), row)).collect();
    Ok(Portal { year, counts, newest, has_agencies: !names.0.is_empty() })
}
