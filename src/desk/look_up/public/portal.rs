//! The portal's figures: what this year's decisions made public, by kind, and the newest items.

use super::{Agencies, AgencyView, Card, Counts, KINDS, Query, card, filter};
use crate::{
    desk::{Desk, Error},
    store::{
        Db, agencies,
        disclosures::{self, Count, Filter},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

/// Newest items shown.
const NEWEST: i64 = 8;

/// Agencies named.
const AGENCIES: usize = 5;

/// Decisions of one kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
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
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Portal {
    /// The year counted.
    pub year: i16,
    /// Kinds of which there are any.
    pub counts: Vec<KindCount>,
    /// The newest items.
    pub newest: Vec<Card>,
    /// The first few agencies.
    pub agencies: Vec<AgencyView>,
}

/// The portal as of the request's day.
pub async fn portal(desk: &Desk) -> Result<Portal, Error> {
    let (today, house) = (desk.now.day(), desk.house.clone());
    let read = move |db: &mut Db| read(db, &house.counts, today.year(), &today.to_string());
    desk.house.store.read(read).await
}

fn read(db: &mut Db, known: &Counts, year: i16, today: &str) -> Result<Portal, Error> {
    let mut counts = Vec::new();
    for (kind, label) in KINDS.iter().copied() {
        let query = Query { act_kind: kind.into(), ..Query::default() };
        let shown = shown(db, query, today)?.in_year(year);
        let Count { total, more } = known.of(db, &shown)?;
        if total > 0 {
            counts.push(KindCount { kind, label, count: total, more });
        }
    }
    let names = Agencies(agencies::all(db)?);
    let shown = shown(db, Query::default(), today)?;
    let newest = disclosures::page(db, &shown, 1, NEWEST)?;
    let newest = newest.into_iter().map(|row| card(names.name(&row.agency_id), row)).collect();
    let agencies = names.0.into_iter().take(AGENCIES).map(AgencyView::from).collect();
    Ok(Portal { year, counts, newest, agencies })
}

/// What has not been withdrawn.
fn shown(db: &mut Db, query: Query, today: &str) -> Result<Filter, Error> {
    let mut shown = filter(db, &query, today)?;
    shown.states.retain(|state| state != "withdrawn");
    Ok(shown)
}
