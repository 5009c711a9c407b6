//! Whether the index of words lists what the texts say; for checking the whole.

use super::super::disclosures::Disclosure;
use super::super::engine::Db;
use super::super::error::Error;
use super::super::schema::disclosure_texts;
use super::super::words;
use super::{CountRow, body_of, load, spelled};
use diesel::connection::{DefaultLoadingMode, SimpleConnection as _};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::collections::{BTreeSet, HashMap};

/// A disclosure's text as it is kept, beside what it should be.
pub struct Indexed {
    /// What should be kept.
    pub told: String,
    /// What is kept, if anything is.
    pub kept: Option<String>,
    /// Whether the index knows every token of it. More than that does no harm, since hits are checked.
    pub listed: bool,
}

/// What the index lists under each text's number: how many tokens, and a sum over them. To ask for one text's tokens FTS5
/// walks their lists from the first text of all, which for all texts is time that grows with their square; from end to
/// end the lists are read once.
pub struct Postings(HashMap<i64, (u32, u64)>);

impl Postings {
    fn take(&mut self, doc: i64, token: u32) {
        let (count, sum) = self.0.entry(doc).or_default();
        *count += 1;
        *sum = sum.wrapping_add(mixed(token));
    }

    /// Whether exactly these tokens are listed; two lists of one length have the same sum by chance once in 2^64.
    fn are(&self, doc: i64, tokens: &BTreeSet<i32>) -> bool {
        let mut told = Postings(HashMap::new());
        tokens.iter().for_each(|token| told.take(doc, token.cast_unsigned()));
        self.0.get(&doc) == told.0.get(&doc)
    }
}

/// Spreads a token over 64 bits, so that sums tell sets apart (the finaliser of SplitMix64).
fn mixed(token: u32) -> u64 {
    let mut z = u64::from(token).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[derive(QueryableByName)]
struct Posting {
    #[diesel(sql_type = BigInt)]
    doc: i64,
    #[diesel(sql_type = Text)]
    term: String,
}

/// Reads the whole index once; `None` where one text's tokens are found without walking lists.
pub(in super::super) fn postings(db: &mut Db) -> Result<Option<Postings>, Error> {
    match db {
        Db::Sqlite(inner) => {
            let mut all = Postings(HashMap::new());
            // A view of the index that holds nothing; a connection that only looks has to be told that it may.
            let made = inner.batch_execute(
                "PRAGMA query_only = OFF; CREATE VIRTUAL TABLE IF NOT EXISTS \
                 temp.disclosure_postings USING fts5vocab (main, disclosure_words, instance)",
            );
            inner.batch_execute("PRAGMA query_only = ON")?;
            made?;
            let query = diesel::sql_query("SELECT doc, term FROM temp.disclosure_postings");
            for row in query.load_iter::<Posting, DefaultLoadingMode>(inner)? {
                let Posting { doc, term } = row?;
                // A word that none of ours is adds to the count, so that the text is looked at by itself.
                all.take(doc, u32::from_str_radix(&term, 16).unwrap_or_default());
            }
            Ok(Some(all))
        }
        #[cfg(feature = "postgres")]
        Db::Postgres(_) => Ok(None),
    }
}

/// How the text of `row` stands in the index; `all` spares a look into it where all is well.
pub(in super::super) fn indexed(
    db: &mut Db,
    row: &Disclosure,
    all: Option<&Postings>,
) -> Result<Indexed, Error> {
    let told = body_of(row);
    let there: Option<(i64, String)> = disclosure_texts::table
        .filter(disclosure_texts::disclosure_id.eq(&row.id))
        .select((disclosure_texts::doc, disclosure_texts::body))
        .first(db)
        .optional()?;
    let Some((doc, kept)) = there else { return Ok(Indexed { told, kept: None, listed: false }) };
    let tokens = words::tokens_of_text(&told);
    let known = tokens.is_empty() || all.is_some_and(|all| all.are(doc, &tokens));
    let listed = known || lists_each(db, doc, &tokens)?;
    Ok(Indexed { told, kept: Some(kept), listed })
}

fn lists_each(db: &mut Db, doc: i64, tokens: &BTreeSet<i32>) -> Result<bool, Error> {
    let sql = match db {
        // Token by token: for all in one query FTS5 would walk their lists from the first text of all to this one.
        Db::Sqlite(_) => format!(
            "SELECT COUNT(*) = {} AS n FROM (VALUES ('\"{}\"')) AS token WHERE EXISTS (SELECT 1 \
             FROM disclosure_words WHERE disclosure_words MATCH token.column1 AND rowid = {doc})",
            tokens.len(),
            spelled(tokens, "\"'), ('\"")
        ),
        #[cfg(feature = "postgres")]
        Db::Postgres(_) => format!(
            "SELECT COUNT(*) AS n FROM disclosure_texts WHERE words @> {} AND doc = {doc}",
            super::array_of(tokens)
        ),
    };
    let rows: Vec<CountRow> = load(db, sql, Vec::new())?;
    Ok(rows.first().is_some_and(|row| row.n == 1))
}
