//! The JSON API: everything the pages do, for programs. Reads requests and writes answers; decides nothing.

mod body;
pub mod cases;
pub mod disclosures;
pub mod document;
pub mod drafts;
pub mod exhibits;
pub mod forms;
pub mod items;
pub mod keys;
pub mod log;
pub mod people;
pub mod records;
pub mod session;
pub mod set_up;
mod tags;
pub mod work;

use body::{Asked, Json, Made, Meant, created, json};
pub use tags::tagged;
