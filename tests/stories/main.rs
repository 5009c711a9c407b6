//! Stories: a real server on a free port, a real database in a temporary folder, people who talk to it by HTTP.
//!
//! `site.rs` opens the house and moves its clock, `people.rs` are those who use it, `forms.rs` what they fill in,
//! `browser.rs` how they use the pages, `tus.rs` how they upload. With TEST_DATABASE_URL the main story runs on PostgreSQL too.

mod browser;
mod case;
mod clients;
mod dossiers;
mod forms;
mod people;
mod site;
mod tus;

mod gates;
mod items;
mod kill;
mod lists;
mod media;
mod naughty;
mod naughty_agency;
mod naughty_elsewhere;
mod naughty_linked;
mod naughty_strings;
mod office;
mod outward;
mod pages;
mod permissions;
mod programs;
mod published;
mod published_pages;
mod receipts;
mod refusals;
mod register;
mod shown;
mod signed_out;
mod strings;
mod uploads;
mod whole_process;
