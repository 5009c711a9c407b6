//! 执法主体: the bodies with power to enforce, and who stands above whom.

use super::engine::{Db, direct};
use super::error::Error;
use super::schema::agencies;
use diesel::prelude::*;

/// An agency; `created_at` in ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agencies, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Agency {
    /// UUIDv7.
    pub id: String,
    /// 统一社会信用代码
    pub code: String,
    /// 名称
    pub name: String,
    /// 机关代字, for 文号 such as 清市监罚〔2026〕3号.
    pub short_name: String,
    /// The agency above this one.
    pub parent_id: Option<String>,
    /// 行政区划代码
    pub region: String,
    /// Id of its rule pack.
    pub pack: String,
    /// 办公地址
    pub address: String,
    /// 联系电话
    pub phone: String,
    /// When it was entered.
    pub created_at: i64,
}

/// Adds an agency; [`Error::Taken`] if its code is in use.
pub fn insert(db: &mut Db, agency: &Agency) -> Result<(), Error> {
    diesel::insert_into(agencies::table).values(agency).execute(db)?;
    Ok(())
}

/// Replaces an agency's row; [`Error::Missing`] if there is none.
pub fn update(db: &mut Db, agency: &Agency) -> Result<(), Error> {
    let changed = diesel::update(agencies::table.find(&agency.id)).set(agency).execute(db)?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}

/// The agency with this id, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Agency, Error> {
    Ok(direct!(db, own => agencies::table.find(id).select(Agency::as_select()).get_result(own))?)
}

/// The agency with this 统一社会信用代码, or [`Error::Missing`].
pub fn by_code(db: &mut Db, code: &str) -> Result<Agency, Error> {
    let query = agencies::table.filter(agencies::code.eq(code));
    Ok(query.select(Agency::as_select()).get_result(db)?)
}

/// Every agency, by code.
pub fn all(db: &mut Db) -> Result<Vec<Agency>, Error> {
    Ok(agencies::table.order(agencies::code).select(Agency::as_select()).load(db)?)
}

/// Ids of the agency and of all below it, the agency itself first.
pub fn subtree(db: &mut Db, id: &str) -> Result<Vec<String>, Error> {
    let rows: Vec<(String, Option<String>)> =
        agencies::table.select((agencies::id, agencies::parent_id)).load(db)?;
    let mut found = vec![id.to_owned()];
    let mut next = 0;
    while let Some(above) = found.get(next).cloned() {
        for (below, parent) in &rows {
            // The second test ends the walk even if somebody makes an agency its own grandparent.
            if parent.as_deref() == Some(above.as_str()) && !found.contains(below) {
                found.push(below.clone());
            }
        }
        next += 1;
    }
    Ok(found)
}
