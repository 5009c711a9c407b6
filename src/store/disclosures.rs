//! 公示信息: the public face of what agencies did, with its lists and its search.

use super::engine::Db;
use super::error::Error;
use super::schema::disclosures;
use super::{search, settings};
use diesel::prelude::*;
pub use search::Postings;
use std::collections::HashMap;

/// Most rows a list without text is counted to.
const COUNT_LIST: i64 = 100_000;
/// Most rows a search is counted to: beyond, people narrow the search rather than turn pages.
const COUNT_SEARCH: i64 = 1_000;

/// A disclosure; days are `YYYY-MM-DD`, `published_at` in ms UTC, money in fen.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = disclosures, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Disclosure {
    /// UUIDv7.
    pub id: String,
    /// Its public number.
    pub number: String,
    /// The agency.
    pub agency_id: String,
    /// The case, if it is in this system.
    pub case_id: Option<String>,
    /// 执法类别
    pub act_kind: String,
    /// 决定书文号
    pub document_number: String,
    /// Title, as shown.
    pub title: String,
    /// 相对人, as shown.
    pub party: String,
    /// 统一社会信用代码, as shown; empty for natural persons.
    pub party_code: String,
    /// Penalty kinds, as the desk writes them.
    pub kinds: String,
    /// 罚款金额
    pub fine: Option<i64>,
    /// The day of the decision.
    pub decided_on: String,
    /// When it was first published.
    pub published_at: i64,
    /// The last day for publishing it.
    pub due: String,
    /// The last day it is shown; `None` for ever.
    pub show_until: Option<String>,
    /// State, as the desk names it.
    pub state: String,
    /// Why it was corrected or withdrawn; empty otherwise.
    pub reason: String,
    /// How many versions there are.
    pub releases: i32,
    /// The record of the newest version.
    pub record_id: String,
    /// What the newest version shows, as JSON.
    pub content: String,
    /// Names an imported row in its source, so that it is imported once.
    pub source_key: Option<String>,
}

/// Which disclosures a list shows; what is empty does not narrow it. All conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Terms, separated by spaces, that title, party, numbers or code must contain; case, width and
    /// order do not matter. Two characters are enough; single ones are looked for in the newest 20,000.
    pub text: String,
    /// Only of this agency.
    pub agency_id: String,
    /// Only of this kind.
    pub act_kind: String,
    /// Only in one of these states.
    pub states: Vec<String>,
    /// Only decided on this day or later, `YYYY-MM-DD`.
    pub decided_from: String,
    /// Only decided on this day or earlier, `YYYY-MM-DD`.
    pub decided_to: String,
    /// Only what may still be shown on this day, `YYYY-MM-DD`.
    pub shown_on: String,
}

impl Filter {
    /// Narrows the filter to the decisions of one year.
    #[must_use]
    pub fn in_year(mut self, year: i16) -> Self {
        self.decided_from = format!("{year:04}-01-01");
        self.decided_to = format!("{year:04}-12-31");
        self
    }
}

/// How many a filter finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// As many as were counted.
    pub total: i64,
    /// Whether there are more than `total`.
    pub more: bool,
}

/// Setting that holds how often any disclosure was added or changed.
const CHANGES: &str = "disclosures.changes";

/// Adds a disclosure and its text to the index; [`Error::Taken`] if number or source key is in use.
pub fn insert(db: &mut Db, row: &Disclosure) -> Result<(), Error> {
    diesel::insert_into(disclosures::table).values(row).execute(db)?;
    search::put(db, row)?;
    note_change(db)
}

/// Replaces a disclosure's row and its text in the index; [`Error::Missing`] if there is none.
pub fn update(db: &mut Db, row: &Disclosure) -> Result<(), Error> {
    let changed = diesel::update(disclosures::table.find(&row.id)).set(row).execute(db)?;
    if changed == 0 {
        return Err(Error::Missing);
    }
    search::put(db, row)?;
    note_change(db)
}

fn note_change(db: &mut Db) -> Result<(), Error> {
    let next = changes(db)?.wrapping_add(1);
    settings::set(db, CHANGES, &next.to_string())
}

/// How often any disclosure was added or changed: what was counted at the same number still holds.
pub fn changes(db: &mut Db) -> Result<u64, Error> {
    let noted = settings::find(db, CHANGES)?;
    Ok(noted.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// The disclosure with this id, whatever its state, or [`Error::Missing`].
pub fn find(db: &mut Db, id: &str) -> Result<Disclosure, Error> {
    Ok(disclosures::table.find(id).select(Disclosure::as_select()).get_result(db)?)
}

/// The disclosure with this public number, whatever its state, or [`Error::Missing`].
pub fn by_number(db: &mut Db, number: &str) -> Result<Disclosure, Error> {
    let query = disclosures::table.filter(disclosures::number.eq(number));
    Ok(query.select(Disclosure::as_select()).get_result(db)?)
}

/// The disclosure imported from this row of a source, or [`Error::Missing`].
pub fn by_source_key(db: &mut Db, source_key: &str) -> Result<Disclosure, Error> {
    let query = disclosures::table.filter(disclosures::source_key.eq(source_key));
    Ok(query.select(Disclosure::as_select()).get_result(db)?)
}

/// A case's disclosures, the first published first.
pub fn by_case(db: &mut Db, case_id: &str) -> Result<Vec<Disclosure>, Error> {
    let query = disclosures::table.filter(disclosures::case_id.eq(case_id));
    let in_order = query.order((disclosures::published_at, disclosures::id));
    Ok(in_order.select(Disclosure::as_select()).load(db)?)
}

/// What an agency has made public, newest first, after `cursor` (`published_at`, id): whose title, party, code or
/// numbers contain every term of `text` as written, in `state` unless that is empty.
pub fn of_agency(
    db: &mut Db,
    agency_id: &str,
    text: &str,
    state: &str,
    cursor: Option<&(i64, String)>,
    limit: i64,
) -> Result<Vec<Disclosure>, Error> {
    let mut query = disclosures::table
        .filter(disclosures::agency_id.eq(agency_id))
        .select(Disclosure::as_select())
        .into_boxed();
    if !state.is_empty() {
        query = query.filter(disclosures::state.eq(state));
    }
    for term in text.split_whitespace() {
        let pattern = super::like_pattern(term);
        let numbers = disclosures::number
            .like(pattern.clone())
            .escape('\\')
            .or(disclosures::document_number.like(pattern.clone()).escape('\\'))
            .or(disclosures::party_code.like(pattern.clone()).escape('\\'));
        let names = disclosures::title
            .like(pattern.clone())
            .escape('\\')
            .or(disclosures::party.like(pattern).escape('\\'));
        query = query.filter(numbers.or(names));
    }
    if let Some((at, id)) = cursor {
        let same = disclosures::published_at.eq(*at).and(disclosures::id.lt(id.clone()));
        query = query.filter(disclosures::published_at.lt(*at).or(same));
    }
    let newest = query.order((disclosures::published_at.desc(), disclosures::id.desc()));
    Ok(newest.limit(limit).load(db)?)
}

/// How many the filter finds, counted to a limit.
pub fn count(db: &mut Db, filter: &Filter) -> Result<Count, Error> {
    let cap = if filter.text.trim().is_empty() { COUNT_LIST } else { COUNT_SEARCH };
    let counted = search::count(db, filter, cap + 1)?;
    Ok(Count { total: counted.min(cap), more: counted > cap })
}

/// Page `number` (from 1) of what the filter finds, newest first. What lies before it is walked over, so ask for no
/// page beyond what [`count`] said.
pub fn page(
    db: &mut Db,
    filter: &Filter,
    number: i64,
    per_page: i64,
) -> Result<Vec<Disclosure>, Error> {
    let per_page = per_page.clamp(1, 1_000);
    let skip = number.max(1).saturating_sub(1).saturating_mul(per_page);
    let ids = search::ids(db, filter, skip, per_page)?;
    in_order_of(db, &ids)
}

/// What the filter finds behind the disclosure with the id `after` (empty for the first ones), newest first. A key,
/// not a number: what is published meanwhile moves nothing.
pub fn behind(
    db: &mut Db,
    filter: &Filter,
    after: &str,
    limit: i64,
) -> Result<Vec<Disclosure>, Error> {
    let ids = search::ids_after(db, filter, after, limit)?;
    in_order_of(db, &ids)
}

fn in_order_of(db: &mut Db, ids: &[String]) -> Result<Vec<Disclosure>, Error> {
    let query = disclosures::table.filter(disclosures::id.eq_any(ids));
    let rows = query.select(Disclosure::as_select()).load(db)?;
    let mut by_id: HashMap<String, Disclosure> =
        rows.into_iter().map(|row: Disclosure| (row.id.clone(), row)).collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// Disclosures in `state` that were to be shown until a day before `today`, the longest lapsed first.
pub fn lapsed(db: &mut Db, state: &str, today: &str, limit: i64) -> Result<Vec<Disclosure>, Error> {
    let query = disclosures::table
        .filter(disclosures::state.eq(state))
        .filter(disclosures::show_until.lt(today));
    let oldest = query.order((disclosures::show_until, disclosures::id)).limit(limit);
    Ok(oldest.select(Disclosure::as_select()).load(db)?)
}

/// How many there are, whatever their state.
pub fn count_all(db: &mut Db) -> Result<i64, Error> {
    Ok(disclosures::table.count().get_result(db)?)
}

/// Disclosures by id, after the id `after` (empty for the first page); for checking them against their records.
pub fn page_by_id(db: &mut Db, after: &str, limit: i64) -> Result<Vec<Disclosure>, Error> {
    let query = disclosures::table.filter(disclosures::id.gt(after)).order(disclosures::id);
    Ok(query.limit(limit).select(Disclosure::as_select()).load(db)?)
}

/// How a disclosure's text stands in the index; for checking the whole.
pub fn indexed(
    db: &mut Db,
    row: &Disclosure,
    all: Option<&Postings>,
) -> Result<search::Indexed, Error> {
    search::indexed(db, row, all)
}

/// What the index of words lists of every text, where reading it once spares many looks into it.
pub fn postings(db: &mut Db) -> Result<Option<Postings>, Error> {
    search::postings(db)
}
