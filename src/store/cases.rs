//! Cases as lists and pages show them: a projection of their records, never the truth itself.

use super::cached;
use super::engine::{Db, direct};
use super::error::Error;
use super::schema::cases;
use diesel::prelude::*;

/// A case; times in ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = cases, treat_none_as_default_value = false)]
pub struct Case {
    /// UUIDv7; also the id of its chain.
    pub id: String,
    /// 办案机构
    pub agency_id: String,
    /// 案号, unique in the agency.
    pub number: String,
    /// 案件名称
    pub title: String,
    /// 当事人
    pub party: String,
    /// 执法类别
    pub act_kind: String,
    /// 事项编码
    pub item_code: String,
    /// Stage of the procedure.
    pub stage: String,
    /// `law::procedure::CaseState` as JSON.
    pub state: String,
    /// Who opened it.
    pub opened_by: String,
    /// When it was opened.
    pub opened_at: i64,
    /// When its last record arrived.
    pub updated_at: i64,
    /// When it was closed.
    pub closed_at: Option<i64>,
}

/// Which cases a list shows; what is empty does not narrow it, except `agencies`, which must name some.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// Ids of the agencies whose cases may be seen.
    pub agencies: Vec<String>,
    /// Only in this stage.
    pub stage: String,
    /// Only opened by this person.
    pub opened_by: String,
    /// Only with this in number, title or party, as written.
    pub text: String,
}

/// Where the next page begins: `updated_at` and id of the last case of the page before.
pub type CaseCursor = (i64, String);

/// Adds a case; [`Error::Taken`] if the agency has used the number. Its chain must exist.
pub fn insert(db: &mut Db, case: &Case) -> Result<(), Error> {
    diesel::insert_into(cases::table).values(case).execute(db)?;
    Ok(())
}

/// What a record changes of its case.
#[derive(Clone, Debug, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = cases, treat_none_as_null = true)]
pub struct Progress {
    /// Stage of the procedure.
    pub stage: String,
    /// `law::procedure::CaseState` as JSON.
    pub state: String,
    /// When its last record arrived.
    pub updated_at: i64,
    /// When it was closed.
    pub closed_at: Option<i64>,
}

/// Moves a case on; [`Error::Missing`] if there is none.
pub fn advance(db: &mut Db, id: &str, progress: &Progress) -> Result<(), Error> {
    let changed = cached::update(db, cases::table, progress, cases::id.eq(id))?;
    if changed == 0 { Err(Error::Missing) } else { Ok(()) }
}

/// The id of the case's agency, or [`Error::Missing`].
pub fn agency_of(db: &mut Db, id: &str) -> Result<String, Error> {
    Ok(direct!(db, own => cases::table.find(id).select(cases::agency_id).get_result(own))?)
}

/// The case with this id, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Case, Error> {
    Ok(direct!(db, own => cases::table.find(id).select(Case::as_select()).get_result(own))?)
}

/// How many there are.
pub fn count_all(db: &mut Db) -> Result<i64, Error> {
    Ok(cases::table.count().get_result(db)?)
}

/// Those of the cases with these ids that are there; for checking the whole.
pub fn by_ids(db: &mut Db, ids: &[String]) -> Result<Vec<Case>, Error> {
    Ok(cases::table.filter(cases::id.eq_any(ids)).select(Case::as_select()).load(db)?)
}

/// The agency's case with this 案号, or [`Error::Missing`].
pub fn by_number(db: &mut Db, agency_id: &str, number: &str) -> Result<Case, Error> {
    let query =
        cases::table.filter(cases::agency_id.eq(agency_id)).filter(cases::number.eq(number));
    Ok(query.select(Case::as_select()).get_result(db)?)
}

/// Cases, last changed first, after `cursor`.
pub fn page(
    db: &mut Db,
    filter: &CaseFilter,
    cursor: Option<&CaseCursor>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let mut query = cases::table
        .filter(cases::agency_id.eq_any(&filter.agencies))
        .select(Case::as_select())
        .into_boxed();
    if !filter.stage.is_empty() {
        query = query.filter(cases::stage.eq(&filter.stage));
    }
    if !filter.opened_by.is_empty() {
        query = query.filter(cases::opened_by.eq(&filter.opened_by));
    }
    if !filter.text.is_empty() {
        let pattern = super::like_pattern(&filter.text);
        let in_number = cases::number.like(pattern.clone()).escape('\\');
        let in_title = cases::title.like(pattern.clone()).escape('\\');
        query = query.filter(in_number.or(in_title).or(cases::party.like(pattern).escape('\\')));
    }
    if let Some((at, id)) = cursor {
        let earlier = cases::updated_at.lt(at).or(cases::updated_at.eq(at).and(cases::id.lt(id)));
        query = query.filter(earlier);
    }
    Ok(query.order((cases::updated_at.desc(), cases::id.desc())).limit(limit).load(db)?)
}

/// How many cases the agency has.
pub fn count_of_agency(db: &mut Db, agency_id: &str) -> Result<i64, Error> {
    Ok(cases::table.filter(cases::agency_id.eq(agency_id)).count().get_result(db)?)
}

/// How many cases of these agencies are in each stage that has any.
pub fn counts_by_stage(db: &mut Db, agencies: &[String]) -> Result<Vec<(String, i64)>, Error> {
    let query = cases::table.filter(cases::agency_id.eq_any(agencies)).group_by(cases::stage);
    Ok(query.select((cases::stage, diesel::dsl::count_star())).load(db)?)
}
