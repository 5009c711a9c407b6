//! Use-cases: one act a file, one public verb a file. No HTTP, no SQL, no templates.

pub mod error;
pub mod penalty_list;

pub use error::{Error, FieldFault, Reason};
