//! Finds disclosures by text and filters; keeps the text index in the same transaction as the rows.
//!
//! The index only narrows: every hit is checked with LIKE. With `engine.rs` and `migrate.rs` the only file that
//! knows which database runs. No value ever becomes part of a statement, numbers of our own making apart.

use super::disclosures::{Disclosure, Filter};
use super::engine::Db;
use super::error::Error;
use super::schema::disclosure_texts;
use super::{like_pattern, words};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::collections::BTreeSet;
use std::fmt::Write as _;

mod listed;

pub use listed::{Indexed, Postings};
pub(super) use listed::{indexed, postings};

/// Newest texts that are read when a query has nothing to look up in the index (a single character).
const READ_AT_MOST: i64 = 20_000;

/// Puts a disclosure's text into the index, in place of what was there of it.
pub(super) fn put(db: &mut Db, row: &Disclosure) -> Result<(), Error> {
    let body = body_of(row);
    let there: Option<(i64, String)> = disclosure_texts::table
        .filter(disclosure_texts::disclosure_id.eq(&row.id))
        .select((disclosure_texts::doc, disclosure_texts::body))
        .get_result(db)
        .optional()?;
    if let Some((doc, old_body)) = there {
        let first = first_doc(row.published_at);
        if old_body == body && (first..first + 256).contains(&doc) {
            return Ok(());
        }
        remove_doc(db, doc)?;
    }
    let doc = free_doc(db, row.published_at)?;
    let values = (
        disclosure_texts::doc.eq(doc),
        disclosure_texts::disclosure_id.eq(&row.id),
        disclosure_texts::body.eq(&body),
    );
    diesel::insert_into(disclosure_texts::table).values(values).execute(db)?;
    let tokens = words::tokens_of_text(&body);
    let index = match db {
        Db::Sqlite(_) => format!(
            "INSERT INTO disclosure_words (rowid, body) VALUES ({doc}, '{}')",
            spelled(&tokens, " ")
        ),
        #[cfg(feature = "postgres")]
        Db::Postgres(_) => {
            format!("UPDATE disclosure_texts SET words = {} WHERE doc = {doc}", array_of(&tokens))
        }
    };
    db.run_script(&index)
}

fn remove_doc(db: &mut Db, doc: i64) -> Result<(), Error> {
    diesel::delete(disclosure_texts::table.find(doc)).execute(db)?;
    match db {
        Db::Sqlite(_) => {
            db.run_script(&format!("DELETE FROM disclosure_words WHERE rowid = {doc}"))
        }
        #[cfg(feature = "postgres")]
        Db::Postgres(_) => Ok(()),
    }
}

/// What can be searched, each field on a line of its own so that no term matches across two.
fn body_of(row: &Disclosure) -> String {
    let fields = [&row.title, &row.party, &row.document_number, &row.party_code, &row.number];
    fields.map(|field| words::fold(field)).join("\n")
}

/// The first number for what was published in this second: 256 to a second keeps the index's steps short.
fn first_doc(published_at: i64) -> i64 {
    published_at.div_euclid(1000).clamp(0, 1 << 40) << 8
}

/// A free number that sorts by the time of publication; a crowd in one second runs over into the next ones.
fn free_doc(db: &mut Db, published_at: i64) -> Result<i64, Error> {
    let first = first_doc(published_at);
    let mut width = 256;
    loop {
        let last: Option<i64> = disclosure_texts::table
            .filter(disclosure_texts::doc.ge(first))
            .filter(disclosure_texts::doc.lt(first + width))
            .select(diesel::dsl::max(disclosure_texts::doc))
            .get_result(db)?;
        let next = last.map_or(first, |last| last + 1);
        if next < first + width {
            return Ok(next);
        }
        width *= 2;
    }
}

/// Ids of what the filter finds, newest first, after the first `skip`.
pub(super) fn ids(
    db: &mut Db,
    filter: &Filter,
    skip: i64,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let query = Query::of(filter, is_sqlite(db));
    let sql = format!(
        "SELECT d.id AS id {} ORDER BY {} LIMIT {} OFFSET {}",
        query.from_where,
        query.newest_first,
        limit.max(0),
        skip.max(0)
    );
    let rows: Vec<IdRow> = load(db, sql, query.values)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Ids of what the filter finds, newest first, that stand behind the disclosure `after`; empty for the first ones.
/// What is published meanwhile comes before them all, so nothing is told twice and nothing left out.
pub(super) fn ids_after(
    db: &mut Db,
    filter: &Filter,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let mut query = Query::of(filter, is_sqlite(db));
    if !after.is_empty() {
        query.behind(after);
    }
    let sql = format!(
        "SELECT d.id AS id {} ORDER BY {} LIMIT {}",
        query.from_where,
        query.newest_first,
        limit.max(0)
    );
    let rows: Vec<IdRow> = load(db, sql, query.values)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many the filter finds, but at most `cap`.
pub(super) fn count(db: &mut Db, filter: &Filter, cap: i64) -> Result<i64, Error> {
    let query = Query::of(filter, is_sqlite(db));
    let sql = format!(
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one {} LIMIT {}) AS found",
        query.from_where,
        cap.max(0)
    );
    let rows: Vec<CountRow> = load(db, sql, query.values)?;
    Ok(rows.first().map_or(0, |row| row.n))
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Order of a list that looks for no words.
const BY_DAY: &str = "d.published_at DESC, d.id DESC";

/// A statement in the making. `?1` on SQLite and `$1` on PostgreSQL are numbered alike; each value appears once.
struct Query {
    sqlite: bool,
    from_where: String,
    newest_first: &'static str,
    values: Vec<String>,
}

impl Query {
    fn of(filter: &Filter, sqlite: bool) -> Self {
        let terms = words::terms(&filter.text);
        let tokens: BTreeSet<i32> =
            terms.iter().flat_map(|term| words::tokens_of_term(term)).collect();
        let mut query =
            Query { sqlite, from_where: String::new(), newest_first: "", values: vec![] };
        if terms.is_empty() {
            query.from_where.push_str("FROM disclosures d WHERE TRUE");
            query.newest_first = BY_DAY;
        } else {
            query.texts(&tokens);
        }
        for term in &terms {
            let mark = query.mark(like_pattern(term));
            query.add(&format!("t.body LIKE {mark} ESCAPE '\\'"));
        }
        query.filters(filter);
        query
    }

    /// The texts that have all of `tokens`, or the newest texts if there are none to look up.
    fn texts(&mut self, tokens: &BTreeSet<i32>) {
        self.newest_first = "t.doc DESC";
        if tokens.is_empty() {
            let _ = write!(
                self.from_where,
                "FROM (SELECT * FROM disclosure_texts ORDER BY doc DESC LIMIT {READ_AT_MOST}) AS t \
                 JOIN disclosures d ON d.id = t.disclosure_id WHERE TRUE"
            );
        } else if self.sqlite {
            // The cross joins fix the order: the index yields the newest first, and the rest looks up.
            self.newest_first = "disclosure_words.rowid DESC";
            let mark = self.mark(format!("\"{}\"", spelled(tokens, "\" AND \"")));
            let _ = write!(
                self.from_where,
                "FROM disclosure_words CROSS JOIN disclosure_texts t CROSS JOIN disclosures d \
                 WHERE disclosure_words MATCH {mark} AND t.doc = disclosure_words.rowid \
                 AND d.id = t.disclosure_id"
            );
        } else {
            let _ = write!(
                self.from_where,
                "FROM disclosure_texts t JOIN disclosures d ON d.id = t.disclosure_id \
                 WHERE t.words @> {}",
                array_of(tokens)
            );
        }
    }

    /// Narrows to what the order puts behind the disclosure `after`.
    fn behind(&mut self, after: &str) {
        let mark = self.mark(after.to_owned());
        let test = match self.newest_first {
            BY_DAY => format!(
                "(d.published_at, d.id) < (SELECT a.published_at, a.id FROM disclosures a WHERE a.id = {mark})"
            ),
            _ => format!(
                "t.doc < (SELECT a.doc FROM disclosure_texts a WHERE a.disclosure_id = {mark})"
            ),
        };
        self.add(&test);
    }

    fn filters(&mut self, filter: &Filter) {
        let equal = [
            ("d.agency_id =", &filter.agency_id),
            ("d.act_kind =", &filter.act_kind),
            ("d.decided_on >=", &filter.decided_from),
            ("d.decided_on <=", &filter.decided_to),
        ];
        for (test, value) in equal.into_iter().filter(|(_, value)| !value.is_empty()) {
            let mark = self.mark(value.clone());
            self.add(&format!("{test} {mark}"));
        }
        if !filter.shown_on.is_empty() {
            let mark = self.mark(filter.shown_on.clone());
            self.add(&format!("(d.show_until IS NULL OR d.show_until >= {mark})"));
        }
        if !filter.states.is_empty() {
            let marks: Vec<_> =
                filter.states.iter().map(|state| self.mark(state.clone())).collect();
            self.add(&format!("d.state IN ({})", marks.join(", ")));
        }
    }

    fn mark(&mut self, value: String) -> String {
        self.values.push(value);
        format!("{}{}", if self.sqlite { '?' } else { '$' }, self.values.len())
    }

    fn add(&mut self, test: &str) {
        let _ = write!(self.from_where, " AND {test}");
    }
}

/// Tokens as hex words.
fn spelled(tokens: &BTreeSet<i32>, glue: &str) -> String {
    let words: Vec<_> =
        tokens.iter().map(|token| format!("{:08x}", token.cast_unsigned())).collect();
    words.join(glue)
}

/// Tokens as a PostgreSQL array.
fn array_of(tokens: &BTreeSet<i32>) -> String {
    let numbers: Vec<_> = tokens.iter().map(ToString::to_string).collect();
    format!("'{{{}}}'::int4[]", numbers.join(","))
}

fn is_sqlite(db: &Db) -> bool {
    match db {
        Db::Sqlite(_) => true,
        #[cfg(feature = "postgres")]
        Db::Postgres(_) => false,
    }
}

/// Runs a statement on the connection inside, whose own dialect numbers the values.
#[cfg(feature = "postgres")]
fn load<R>(db: &mut Db, sql: String, values: Vec<String>) -> Result<Vec<R>, Error>
where
    R: QueryableByName<diesel::sqlite::Sqlite> + QueryableByName<diesel::pg::Pg> + 'static,
{
    match db {
        Db::Sqlite(inner) => load_sqlite(inner, sql, values),
        Db::Postgres(inner) => {
            let mut query = diesel::sql_query(sql).into_boxed::<diesel::pg::Pg>();
            for value in values {
                query = query.bind::<Text, _>(value);
            }
            Ok(query.load(inner)?)
        }
    }
}

#[cfg(not(feature = "postgres"))]
fn load<R>(db: &mut Db, sql: String, values: Vec<String>) -> Result<Vec<R>, Error>
where
    R: QueryableByName<diesel::sqlite::Sqlite> + 'static,
{
    let Db::Sqlite(inner) = db;
    load_sqlite(inner, sql, values)
}

fn load_sqlite<R>(
    inner: &mut SqliteConnection,
    sql: String,
    values: Vec<String>,
) -> Result<Vec<R>, Error>
where
    R: QueryableByName<diesel::sqlite::Sqlite> + 'static,
{
    let mut query = diesel::sql_query(sql).into_boxed::<diesel::sqlite::Sqlite>();
    for value in values {
        query = query.bind::<Text, _>(value);
    }
    Ok(query.load(inner)?)
}
