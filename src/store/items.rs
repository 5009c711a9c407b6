//! 执法事项: what may be enforced, on which basis, how hard.

use super::engine::{Db, direct};
use super::error::Error;
use super::schema::items;
use diesel::prelude::*;
use diesel::sql_types::Bool;

type Backend = <Db as Connection>::Backend;

/// An enforcement item.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = items)]
pub struct Item {
    /// 事项编码
    pub code: String,
    /// The agency that enforces it.
    pub agency_id: String,
    /// 执法类别
    pub act_kind: String,
    /// 事项名称
    pub name: String,
    /// 实施依据
    pub basis: String,
    /// 处罚内容及裁量
    pub penalty: String,
    /// 领域
    pub field: String,
    /// Whether new cases may name it.
    pub active: bool,
}

/// Adds an item; [`Error::Taken`] if the code is in use.
pub fn insert(db: &mut Db, item: &Item) -> Result<(), Error> {
    diesel::insert_into(items::table).values(item).execute(db)?;
    Ok(())
}

/// The item with this code, or [`Error::Missing`].
pub fn find(db: &mut Db, code: &str) -> Result<Item, Error> {
    Ok(direct!(db, own => items::table.find(code).select(Item::as_select()).get_result(own))?)
}

/// Which of an agency's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// In use or not.
    All,
    /// Those that new cases may name.
    InUse,
}

/// An agency's items by code whose code, name or field contains `text` as written: those after the code `after`
/// (empty for the first page), and how many there are in all.
pub fn by_agency(
    db: &mut Db,
    agency_id: &str,
    which: Which,
    text: &str,
    after: &str,
    limit: i64,
) -> Result<(Vec<Item>, i64), Error> {
    // False is below true on both engines.
    let wanted = || items::active.ge(which == Which::InUse);
    let matches = || items::agency_id.eq(agency_id).and(wanted()).and(contains(text));
    let total = items::table.filter(matches()).count().get_result(db)?;
    let query = items::table.filter(matches()).filter(items::code.gt(after));
    let rows = query.order(items::code).limit(limit).select(Item::as_select()).load(db)?;
    Ok((rows, total))
}

/// Lets new cases name the item, or not any more; [`Error::Missing`] if there is none.
pub fn set_active(db: &mut Db, code: &str, active: bool) -> Result<(), Error> {
    let change = items::active.eq(active);
    let changed = diesel::update(items::table.find(code)).set(change).execute(db)?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}

/// An agency's items in use whose code, name or field contains `text` as written, by code, after the first `skip`;
/// empty `text` finds all.
pub fn in_use(
    db: &mut Db,
    agency_id: &str,
    text: &str,
    skip: i64,
    limit: i64,
) -> Result<Vec<Item>, Error> {
    let active = items::agency_id.eq(agency_id).and(items::active.eq(true));
    let query = items::table.filter(active.and(contains(text))).order(items::code);
    Ok(query.limit(limit).offset(skip).select(Item::as_select()).load(db)?)
}

/// How many [`in_use`] finds in all.
pub fn count_in_use(db: &mut Db, agency_id: &str, text: &str) -> Result<i64, Error> {
    let active = items::agency_id.eq(agency_id).and(items::active.eq(true));
    Ok(items::table.filter(active.and(contains(text))).count().get_result(db)?)
}

/// Whether code, name or field contains `text` as written.
fn contains(text: &str) -> Box<dyn BoxableExpression<items::table, Backend, SqlType = Bool>> {
    let pattern = super::like_pattern(text);
    let name = items::name.like(pattern.clone()).escape('\\');
    let code = items::code.like(pattern.clone()).escape('\\');
    Box::new(name.or(code).or(items::field.like(pattern).escape('\\')))
}
