//! The evidence room: bytes on their way in, at rest and on their way out. Knows no rows, no people and no HTTP.
//!
//! [`intake`] takes an upload apart from the request that feeds it, [`vault`] keeps what arrived under its digest,
//! [`sniff`], [`probe`] and [`poster`] say what it is from the bytes alone, [`generate`] makes the demonstration's media.

pub mod generate;
pub mod intake;
pub mod poster;
pub mod probe;
pub mod sniff;
pub mod vault;
