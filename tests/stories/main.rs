//! Stories: a real server on a free port, a real database in a temporary folder, people who talk to it by HTTP.
//!
//! `site.rs` opens the house and moves its clock, `people.rs` are those who use it, `forms.rs` what they fill in,
//! `tus.rs` how they upload. With TEST_DATABASE_URL the main story runs on PostgreSQL too.

mod case;
mod clients;
mod forms;
mod people;
mod site;
mod tus;

mod gates;
mod kill;
mod media;
mod office;
mod pages;
mod permissions;
mod receipts;
mod refusals;
mod strings;
mod uploads;
mod whole_process;
