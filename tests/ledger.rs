//! The ledger room from outside: golden vectors, oracles, properties, tampering, and the offline verifier.

#[path = "ledger/bundles.rs"]
mod bundles;
#[path = "ledger/dossiers.rs"]
mod dossiers;
#[path = "ledger/forgeries.rs"]
mod forgeries;
#[path = "ledger/independent.rs"]
mod independent;
#[path = "ledger/oracles.rs"]
mod oracles;
#[path = "ledger/parsers.rs"]
mod parsers;
#[path = "ledger/program.rs"]
mod program;
#[path = "ledger/proofs.rs"]
mod proofs;
#[path = "ledger/vectors.rs"]
mod vectors;
#[path = "ledger/world.rs"]
mod world;
