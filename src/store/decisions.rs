//! 执法决定: a projection that the database itself guards, so that no major one exists without its review.

use super::engine::Db;
use super::error::Error;
use super::reviews::DueCursor;
use super::schema::decisions;
use diesel::prelude::*;

/// A decision; money in fen, `decided_on` is `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions, treat_none_as_default_value = false)]
pub struct Decision {
    /// The decision record.
    pub record_id: String,
    /// The case.
    pub case_id: String,
    /// The agency.
    pub agency_id: String,
    /// 文书号, unique in the agency.
    pub number: String,
    /// The day of the decision.
    pub decided_on: String,
    /// The outcome as in the record.
    pub outcome: String,
    /// Penalty kinds, as the desk writes them.
    pub kinds: String,
    /// 罚款金额
    pub fine: i64,
    /// 没收金额
    pub confiscated: i64,
    /// Whether it is a 重大执法决定.
    pub major: bool,
    /// The review record it rests on; a major one must name one.
    pub review_record_id: Option<String>,
    /// The record that disclosed or withheld it; `None` while that is still due.
    pub disclosed_by: Option<String>,
}

/// Adds a decision; [`Error::Taken`] if the agency has used the number. The database refuses a major one
/// without a passing, standing review of its case.
pub fn insert(db: &mut Db, decision: &Decision) -> Result<(), Error> {
    diesel::insert_into(decisions::table).values(decision).execute(db)?;
    Ok(())
}

/// The decision of this record, or [`Error::Missing`].
pub fn find(db: &mut Db, record_id: &str) -> Result<Decision, Error> {
    Ok(decisions::table.find(record_id).select(Decision::as_select()).get_result(db)?)
}

/// The agency's decision with this 文书号, or [`Error::Missing`].
pub fn by_number(db: &mut Db, agency_id: &str, number: &str) -> Result<Decision, Error> {
    let query = decisions::table
        .filter(decisions::agency_id.eq(agency_id))
        .filter(decisions::number.eq(number));
    Ok(query.select(Decision::as_select()).get_result(db)?)
}

/// A case's decisions, the first first.
pub fn by_case(db: &mut Db, case_id: &str) -> Result<Vec<Decision>, Error> {
    let query = decisions::table.filter(decisions::case_id.eq(case_id));
    let in_order = query.order((decisions::decided_on, decisions::record_id));
    Ok(in_order.select(Decision::as_select()).load(db)?)
}

/// The decisions of these cases, a case's own in the order of [`by_case`]; for checking the whole.
pub fn by_cases(db: &mut Db, cases: &[String]) -> Result<Vec<Decision>, Error> {
    let query = decisions::table.filter(decisions::case_id.eq_any(cases));
    Ok(query
        .order((decisions::decided_on, decisions::record_id))
        .select(Decision::as_select())
        .load(db)?)
}

/// How many decisions the agency has made.
pub fn count_of_agency(db: &mut Db, agency_id: &str) -> Result<i64, Error> {
    Ok(decisions::table.filter(decisions::agency_id.eq(agency_id)).count().get_result(db)?)
}

/// Decisions of these agencies that are neither disclosed nor withheld, the oldest first, after the decision of
/// `after` (its day and record).
pub fn undisclosed(
    db: &mut Db,
    agencies: &[String],
    after: Option<&DueCursor>,
    limit: i64,
) -> Result<Vec<Decision>, Error> {
    let mut query = decisions::table
        .filter(decisions::agency_id.eq_any(agencies))
        .filter(decisions::disclosed_by.is_null())
        .select(Decision::as_select())
        .into_boxed();
    if let Some((day, id)) = after {
        let later = decisions::decided_on.eq(day).and(decisions::record_id.gt(id));
        query = query.filter(decisions::decided_on.gt(day).or(later));
    }
    Ok(query.order((decisions::decided_on, decisions::record_id)).limit(limit).load(db)?)
}

/// How many decisions of these agencies are neither disclosed nor withheld.
pub fn count_undisclosed(db: &mut Db, agencies: &[String]) -> Result<i64, Error> {
    let query = decisions::table
        .filter(decisions::agency_id.eq_any(agencies))
        .filter(decisions::disclosed_by.is_null());
    Ok(query.count().get_result(db)?)
}

/// Decisions of these agencies made from day `from` to day `to`, both included; for the annual report.
pub fn between(
    db: &mut Db,
    agencies: &[String],
    from: &str,
    to: &str,
) -> Result<Vec<Decision>, Error> {
    let query = decisions::table
        .filter(decisions::agency_id.eq_any(agencies))
        .filter(decisions::decided_on.between(from, to));
    let in_order = query.order((decisions::decided_on, decisions::record_id));
    Ok(in_order.select(Decision::as_select()).load(db)?)
}

/// Notes the record that disclosed or withheld a decision; a later one replaces it.
pub fn set_disclosed(db: &mut Db, record_id: &str, disclosed_by: &str) -> Result<(), Error> {
    let change = decisions::disclosed_by.eq(disclosed_by);
    let changed = diesel::update(decisions::table.find(record_id)).set(change).execute(db)?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}
