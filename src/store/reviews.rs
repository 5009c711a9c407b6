//! 法制审核: one row a round, from submission to result. A result is given once and never deleted.

use super::engine::Db;
use super::error::Error;
use super::schema::reviews;
use diesel::prelude::*;

/// A round of review; times in ms UTC, `due` is `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reviews, treat_none_as_default_value = false)]
pub struct Review {
    /// The submission record.
    pub submission_id: String,
    /// The case.
    pub case_id: String,
    /// The agency whose reviewers see it.
    pub agency_id: String,
    /// 1 for the first.
    pub round: i32,
    /// Who submitted it.
    pub submitted_by: String,
    /// When it was submitted.
    pub submitted_at: i64,
    /// The case's head that was submitted, 32 bytes.
    pub head: Vec<u8>,
    /// Last day for the result.
    pub due: String,
    /// The review record, once there is one.
    pub record_id: Option<String>,
    /// The result as in the record, once there is one.
    pub result: Option<String>,
    /// Who reviewed it.
    pub reviewer_id: Option<String>,
    /// When it was reviewed.
    pub reviewed_at: Option<i64>,
    /// Whether the file changed afterwards, so that the result counts no more.
    pub voided: bool,
}

/// Where the next page of what is due begins: last day and id of the last row of the page before.
pub type DueCursor = (String, String);

/// What a reviewer found.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// The review record.
    pub record_id: &'a str,
    /// The result as in the record.
    pub result: &'a str,
    /// Who reviewed.
    pub reviewer_id: &'a str,
    /// When, ms UTC.
    pub reviewed_at: i64,
}

/// Adds a round; [`Error::Taken`] if the case already has this round.
pub fn insert(db: &mut Db, review: &Review) -> Result<(), Error> {
    diesel::insert_into(reviews::table).values(review).execute(db)?;
    Ok(())
}

/// The round opened by this submission record, or [`Error::Missing`].
pub fn find(db: &mut Db, submission_id: &str) -> Result<Review, Error> {
    Ok(reviews::table.find(submission_id).select(Review::as_select()).get_result(db)?)
}

/// A case's rounds, the first first.
pub fn by_case(db: &mut Db, case_id: &str) -> Result<Vec<Review>, Error> {
    let query = reviews::table.filter(reviews::case_id.eq(case_id)).order(reviews::round);
    Ok(query.select(Review::as_select()).load(db)?)
}

/// The rounds of review of these cases, a case's own in the order of [`by_case`]; for checking the whole.
pub fn by_cases(db: &mut Db, cases: &[String]) -> Result<Vec<Review>, Error> {
    let query = reviews::table.filter(reviews::case_id.eq_any(cases));
    Ok(query.order(reviews::round).select(Review::as_select()).load(db)?)
}

/// Rounds of these agencies that wait for a result, the most urgent first, after the round of `after`.
pub fn waiting(
    db: &mut Db,
    agencies: &[String],
    after: Option<&DueCursor>,
    limit: i64,
) -> Result<Vec<Review>, Error> {
    let mut query = reviews::table
        .filter(reviews::agency_id.eq_any(agencies))
        .filter(reviews::result.is_null())
        .filter(reviews::voided.eq(false))
        .select(Review::as_select())
        .into_boxed();
    if let Some((due, id)) = after {
        let same_day = reviews::due.eq(due).and(reviews::submission_id.gt(id));
        query = query.filter(reviews::due.gt(due).or(same_day));
    }
    Ok(query.order((reviews::due, reviews::submission_id)).limit(limit).load(db)?)
}

/// How many rounds of these agencies wait for a result, those due before `day` only if one is given.
pub fn count_waiting(db: &mut Db, agencies: &[String], day: Option<&str>) -> Result<i64, Error> {
    let mut query = reviews::table
        .filter(reviews::agency_id.eq_any(agencies))
        .filter(reviews::result.is_null())
        .filter(reviews::voided.eq(false))
        .into_boxed();
    if let Some(day) = day {
        query = query.filter(reviews::due.lt(day));
    }
    Ok(query.count().get_result(db)?)
}

/// Enters the result; [`Error::Taken`] if there is one already, or the round was voided.
pub fn set_result(db: &mut Db, submission_id: &str, outcome: &Outcome<'_>) -> Result<(), Error> {
    let open = reviews::table
        .find(submission_id)
        .filter(reviews::result.is_null())
        .filter(reviews::voided.eq(false));
    let change = (
        reviews::record_id.eq(outcome.record_id),
        reviews::result.eq(outcome.result),
        reviews::reviewer_id.eq(outcome.reviewer_id),
        reviews::reviewed_at.eq(outcome.reviewed_at),
    );
    let changed = diesel::update(open).set(change).execute(db)?;
    if changed == 0 { Err(Error::Taken) } else { Ok(()) }
}

/// Voids a round for good: the file it looked at is not the file any more.
pub fn void(db: &mut Db, submission_id: &str) -> Result<(), Error> {
    let round = reviews::table.find(submission_id);
    let changed = diesel::update(round).set(reviews::voided.eq(true)).execute(db)?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}
