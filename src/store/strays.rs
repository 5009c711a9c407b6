//! Rows that hang on nothing: what foreign keys rule out and somebody with the file can still make. For checking
//! the whole. By `NOT EXISTS`, which every engine answers by an index; `NOT IN` it may answer row by row.

use super::engine::Db;
use super::error::Error;
use super::schema::{
    agencies, cases as case_rows, chains, clocks as clock_rows, decisions as decision_rows,
    disclosure_texts as texts, disclosures, entries as entry_rows, exhibits as exhibit_rows,
    items as item_rows, people as people_rows, records as record_rows, releases as release_rows,
    reviews as review_rows, uploads as upload_rows,
};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

diesel::allow_tables_to_appear_in_same_query!(
    chains,
    record_rows,
    case_rows,
    clock_rows,
    review_rows,
    decision_rows,
    exhibit_rows,
    upload_rows,
);
diesel::allow_tables_to_appear_in_same_query!(entry_rows, record_rows);
diesel::allow_tables_to_appear_in_same_query!(entry_rows, chains);
diesel::allow_tables_to_appear_in_same_query!(release_rows, disclosures);
diesel::allow_tables_to_appear_in_same_query!(texts, disclosures);
diesel::allow_tables_to_appear_in_same_query!(people_rows, agencies);
diesel::allow_tables_to_appear_in_same_query!(item_rows, agencies);

/// Most that are named of one table.
const MOST: i64 = 100;

/// The case's chain with this id.
macro_rules! case_chain {
    ($id:expr) => {
        chains::table.filter(chains::kind.eq("case")).filter(chains::id.eq($id))
    };
}

/// One function a table: ids of the rows for which the other table has no row.
macro_rules! strays {
    ($($(#[$doc:meta])* $name:ident: $table:ident $id:ident, without $other:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(db: &mut Db) -> Result<Vec<String>, Error> {
            let query = $table::table.filter(not(exists($other)));
            Ok(query.order($table::$id).limit(MOST).select($table::$id).load(db)?)
        }
    )*};
}

strays! {
    /// Records of a chain that is not there.
    records: record_rows id, without chains::table.filter(chains::id.eq(record_rows::chain));
    /// Records that no entry links.
    unlinked: record_rows id, without entry_rows::table.filter(entry_rows::record_id.eq(record_rows::id));
    /// Chains whose head is not the hash of the entry at their end.
    heads: chains id, without entry_rows::table
        .filter(entry_rows::chain.eq(chains::id))
        .filter(entry_rows::seq.eq(chains::length - 1))
        .filter(entry_rows::hash.eq(chains::head));
    /// Records that an entry links and that are not there.
    entries: entry_rows record_id, without record_rows::table.filter(record_rows::id.eq(entry_rows::record_id));
    /// Cases without a case's chain.
    cases: case_rows id, without case_chain!(case_rows::id);
    /// Clocks without a case's chain.
    clocks: clock_rows id, without case_chain!(clock_rows::case_id);
    /// Reviews without a case's chain.
    reviews: review_rows submission_id, without case_chain!(review_rows::case_id);
    /// Decisions without a case's chain.
    decisions: decision_rows record_id, without case_chain!(decision_rows::case_id);
    /// Exhibits without a case's chain.
    exhibits: exhibit_rows id, without case_chain!(exhibit_rows::case_id);
    /// Uploads without a case's chain.
    uploads: upload_rows id, without case_chain!(upload_rows::case_id);
    /// Releases of a disclosure that is not there.
    releases: release_rows disclosure_id, without disclosures::table.filter(disclosures::id.eq(release_rows::disclosure_id));
    /// Texts of a disclosure that is not there.
    disclosure_texts: texts disclosure_id, without disclosures::table.filter(disclosures::id.eq(texts::disclosure_id));
    /// People of an agency that is not there.
    people: people_rows id, without agencies::table.filter(agencies::id.eq(people_rows::agency_id));
    /// Items of an agency that is not there.
    items: item_rows code, without agencies::table.filter(agencies::id.eq(item_rows::agency_id));
}
