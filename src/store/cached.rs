//! UPDATEs that stay prepared. Diesel prepares each of its own anew, since a changeset may leave columns out and so
//! vary in text; where ours never does, preparing it costs SQLite several times what running it costs.

use super::engine::Db;
use super::error::Error;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::{Connection, QuerySource, RunQueryDsl};

type Backend = <Db as Connection>::Backend;

/// `UPDATE table SET changes WHERE only`, a text that its types fix.
struct Update<T, C, P> {
    table: T,
    changes: C,
    only: P,
}

/// Runs `UPDATE table SET changes WHERE only` and says how many rows it met. `changes` names the same columns each
/// time: no field of it is an `Option` that is left out when `None`.
pub(super) fn update<T, C, P>(db: &mut Db, table: T, changes: C, only: P) -> Result<usize, Error>
where
    T: QuerySource,
    T::FromClause: QueryFragment<Backend>,
    C: AsChangeset<Target = T>,
    C::Changeset: QueryFragment<Backend>,
    P: QueryFragment<Backend>,
{
    let changes = changes.as_changeset();
    Ok(Update { table: table.from_clause(), changes, only }.execute(db)?)
}

impl<T, C, P> QueryFragment<Backend> for Update<T, C, P>
where
    T: QueryFragment<Backend>,
    C: QueryFragment<Backend>,
    P: QueryFragment<Backend>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        self.table.walk_ast(out.reborrow())?;
        out.push_sql(" SET ");
        self.changes.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        self.only.walk_ast(out.reborrow())
    }
}

/// Without an identity of its own the statement is looked up by its text.
impl<T, C, P> QueryId for Update<T, C, P> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, C, P> RunQueryDsl<Db> for Update<T, C, P> {}
