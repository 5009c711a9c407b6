//! The store's behaviour, every test on SQLite always and on PostgreSQL when there is one.
//!
//! `tests/with-postgres cargo test --features postgres --test engines` runs both.

mod bench;
mod guards;
mod ledger;
mod rows;
mod searching;
mod shape;
mod tables;
mod vouched;
mod work;
mod writing;
