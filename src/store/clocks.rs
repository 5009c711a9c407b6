//! 期限: the statutory time limits that the agency has to keep in each case; the party's own are not among them.
//! Derived; replaced whenever the case moves.

use super::engine::Db;
use super::error::Error;
use super::reviews::DueCursor;
use super::schema::clocks;
use diesel::prelude::*;

/// A time limit; days are `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = clocks, treat_none_as_default_value = false)]
pub struct ClockRow {
    /// Unique, as the desk makes it.
    pub id: String,
    /// The case.
    pub case_id: String,
    /// The agency.
    pub agency_id: String,
    /// Id of the rule.
    pub rule: String,
    /// The day it began.
    pub start_on: String,
    /// The last day.
    pub due: String,
    /// Whether the year's working days were not announced yet.
    pub provisional: bool,
    /// The day it was met; `None` while it runs.
    pub met_on: Option<String>,
}

/// Puts `rows` in place of all of the case's clocks.
pub fn replace(db: &mut Db, case_id: &str, rows: &[ClockRow]) -> Result<(), Error> {
    diesel::delete(clocks::table.filter(clocks::case_id.eq(case_id))).execute(db)?;
    for row in rows {
        diesel::insert_into(clocks::table).values(row).execute(db)?;
    }
    Ok(())
}

/// A case's clocks, the first due first.
pub fn by_case(db: &mut Db, case_id: &str) -> Result<Vec<ClockRow>, Error> {
    let query = clocks::table.filter(clocks::case_id.eq(case_id));
    Ok(query.order((clocks::due, clocks::id)).select(ClockRow::as_select()).load(db)?)
}

/// The clocks of these cases, a case's own in the order of [`by_case`]; for checking the whole.
pub fn by_cases(db: &mut Db, cases: &[String]) -> Result<Vec<ClockRow>, Error> {
    let query = clocks::table.filter(clocks::case_id.eq_any(cases));
    Ok(query.order((clocks::due, clocks::id)).select(ClockRow::as_select()).load(db)?)
}

/// Running clocks of these agencies whose last day was before `today`, the longest overdue first, after the clock
/// of `after`.
pub fn overdue(
    db: &mut Db,
    agencies: &[String],
    today: &str,
    after: Option<&DueCursor>,
    limit: i64,
) -> Result<Vec<ClockRow>, Error> {
    let mut query = clocks::table
        .filter(clocks::agency_id.eq_any(agencies))
        .filter(clocks::met_on.is_null())
        .filter(clocks::due.lt(today))
        .select(ClockRow::as_select())
        .into_boxed();
    if let Some((due, id)) = after {
        query = query.filter(clocks::due.gt(due).or(clocks::due.eq(due).and(clocks::id.gt(id))));
    }
    Ok(query.order((clocks::due, clocks::id)).limit(limit).load(db)?)
}

/// How many running clocks of these agencies had their last day before `today`.
pub fn count_overdue(db: &mut Db, agencies: &[String], today: &str) -> Result<i64, Error> {
    let query = clocks::table
        .filter(clocks::agency_id.eq_any(agencies))
        .filter(clocks::met_on.is_null())
        .filter(clocks::due.lt(today));
    Ok(query.count().get_result(db)?)
}

/// Running clocks of these agencies whose last day lies from `from` to `to`, both included, the first due first.
pub fn due_between(
    db: &mut Db,
    agencies: &[String],
    from: &str,
    to: &str,
    limit: i64,
) -> Result<Vec<ClockRow>, Error> {
    let query = clocks::table
        .filter(clocks::agency_id.eq_any(agencies))
        .filter(clocks::met_on.is_null())
        .filter(clocks::due.between(from, to));
    Ok(query
        .order((clocks::due, clocks::id))
        .limit(limit)
        .select(ClockRow::as_select())
        .load(db)?)
}
