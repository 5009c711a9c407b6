//! The ledger room from outside: golden vectors, oracles, properties, tampering, and the offline verifier.

#[path = "ledger/bundles.rs"]
mod bundles;
#[path = "ledger/campaign.rs"]
mod campaign;
#[path = "ledger/dossiers.rs"]
mod dossiers;
#[path = "ledger/forgeries.rs"]
mod forgeries;
#[path = "ledger/giants.rs"]
mod giants;
#[path = "ledger/independent.rs"]
mod independent;
#[path = "ledger/log_files.rs"]
mod log_files;
#[path = "ledger/oracles.rs"]
mod oracles;
#[path = "ledger/others.rs"]
mod others;
#[path = "ledger/outsiders.rs"]
mod outsiders;
#[path = "ledger/parsers.rs"]
mod parsers;
#[path = "ledger/program.rs"]
mod program;
#[path = "ledger/proofs.rs"]
mod proofs;
#[path = "independent/run.rs"]
mod python;
#[path = "ledger/stamps.rs"]
mod stamps;
#[path = "support/tsa.rs"]
mod tsa;
#[path = "ledger/vectors.rs"]
mod vectors;
#[path = "ledger/witnessing.rs"]
mod witnessing;
#[path = "ledger/world.rs"]
mod world;
