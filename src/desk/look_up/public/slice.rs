//! The public list for programs: by key, so that nothing is told twice or left out while more is published.

use super::{Agencies, Card, PAGE, Query, card, filter};
use crate::{
    desk::{Desk, Error, House, look_up::cut},
    store::{Db, OrNone, agencies, disclosures},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A stretch of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DisclosurePage)]
pub struct Slice {
    /// The items, newest first.
    pub items: Vec<Card>,
    /// How many there are, as far as counted.
    pub total: i64,
    /// Whether there are more than counted.
    pub more_than_total: bool,
    /// Cursor of the next stretch, if there is one.
    pub next: Option<String>,
}

/// What the query finds behind `cursor`, empty for the first stretch; the page that the query names does not count.
///
/// # Errors
/// `Invalid` when the cursor is none that this list gave.
pub async fn slice(desk: &Desk, query: Query, cursor: String) -> Result<Slice, Error> {
    let (today, house) = (desk.now.day().to_string(), desk.house.clone());
    desk.house.store.read(move |db| read(db, &house, &query, &cursor, &today)).await
}

fn read(
    db: &mut Db,
    house: &House,
    query: &Query,
    cursor: &str,
    today: &str,
) -> Result<Slice, Error> {
    // A disclosure is never removed, so a cursor that was given once stays good.
    let known = cursor.is_empty()
        || !cursor.contains('\0') && disclosures::find(db, cursor).or_none()?.is_some();
    if !known {
        return Err(Error::invalid("cursor", "翻页位置不正确，请从第一页开始。"));
    }
    let filter = filter(db, query, today)?;
    let counted = house.counts.of(db, &filter)?;
    let mut rows = disclosures::behind(db, &filter, cursor, PAGE + 1)?;
    let next = cut(&mut rows, PAGE, |row| row.id.clone());
    let names = Agencies(agencies::all(db)?);
    let items = rows.into_iter().map(|row| card(names.name(&row.agency_id), row)).collect();
    Ok(Slice { items, total: counted.total, more_than_total: counted.more, next })
}
