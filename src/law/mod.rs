//! The law as data and pure functions of it. No clock, no I/O.

pub mod act;
