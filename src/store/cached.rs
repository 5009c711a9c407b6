//! UPDATEs that stay prepared. Diesel prepares each UPDATE anew, since a changeset may leave columns out and so
//! vary in text; where ours never does, preparing it costs SQLite several times what running it costs.

use super::engine::Db;
use diesel::Connection;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

type Backend = <Db as Connection>::Backend;

/// A statement of constant text, prepared once a connection.
pub(super) struct Cached<Q>(pub(super) Q);

impl<Q: QueryFragment<Backend>> QueryFragment<Backend> for Cached<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &Backend) -> QueryResult<bool> {
        Ok(true)
    }
}

/// Without an identity of its own a statement is found by its text, so a varying one could only fill the cache.
impl<Q> QueryId for Cached<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> diesel::RunQueryDsl<Db> for Cached<Q> {}
