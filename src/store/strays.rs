//! Rows that hang on nothing: what foreign keys rule out and somebody with the file can still make. For checking
//! the whole.

use super::engine::Db;
use super::error::Error;
use super::schema::{
    agencies, cases as case_rows, chains, clocks as clock_rows, decisions as decision_rows,
    disclosure_texts as texts, disclosures, entries as entry_rows, exhibits as exhibit_rows,
    items as item_rows, people as people_rows, records as record_rows, releases as release_rows,
    reviews as review_rows, uploads as upload_rows,
};
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
diesel::allow_tables_to_appear_in_same_query!(release_rows, disclosures);
diesel::allow_tables_to_appear_in_same_query!(texts, disclosures);
diesel::allow_tables_to_appear_in_same_query!(people_rows, agencies);
diesel::allow_tables_to_appear_in_same_query!(item_rows, agencies);

/// Most that are named of one table.
const MOST: i64 = 100;

/// Ids of the chains that are cases'.
macro_rules! case_chains {
    () => {
        chains::table.filter(chains::kind.eq("case")).select(chains::id)
    };
}

/// One function a table: ids of the rows whose `column` is not among the `key`s of the other table.
macro_rules! strays {
    ($($(#[$doc:meta])* $name:ident: $table:ident $id:ident, $column:ident not in $keys:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(db: &mut Db) -> Result<Vec<String>, Error> {
            let query = $table::table.filter($table::$column.ne_all($keys));
            Ok(query.order($table::$id).limit(MOST).select($table::$id).load(db)?)
        }
    )*};
}

strays! {
    /// Records of a chain that is not there.
    records: record_rows id, chain not in chains::table.select(chains::id);
    /// Records that an entry links and that are not there.
    entries: entry_rows record_id, record_id not in record_rows::table.select(record_rows::id);
    /// Cases without a case's chain.
    cases: case_rows id, id not in case_chains!();
    /// Clocks without a case's chain.
    clocks: clock_rows id, case_id not in case_chains!();
    /// Reviews without a case's chain.
    reviews: review_rows submission_id, case_id not in case_chains!();
    /// Decisions without a case's chain.
    decisions: decision_rows record_id, case_id not in case_chains!();
    /// Exhibits without a case's chain.
    exhibits: exhibit_rows id, case_id not in case_chains!();
    /// Uploads without a case's chain.
    uploads: upload_rows id, case_id not in case_chains!();
    /// Releases of a disclosure that is not there.
    releases: release_rows disclosure_id, disclosure_id not in disclosures::table.select(disclosures::id);
    /// Texts of a disclosure that is not there.
    disclosure_texts: texts disclosure_id, disclosure_id not in disclosures::table.select(disclosures::id);
    /// People of an agency that is not there.
    people: people_rows id, agency_id not in agencies::table.select(agencies::id);
    /// Items of an agency that is not there.
    items: item_rows code, agency_id not in agencies::table.select(agencies::id);
}
