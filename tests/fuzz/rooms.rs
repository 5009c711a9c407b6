//! The rooms that read bytes of strangers, under the library's name and without the rest of it. Holds nothing of its own.

#[path = "../../src/base/mod.rs"]
pub mod base;
#[path = "../../src/law/mod.rs"]
pub mod law;
#[path = "../../src/ledger/mod.rs"]
pub mod ledger;
#[path = "../../src/verify/mod.rs"]
pub mod verify;

/// Of the desk only what reads lists.
#[path = "."]
pub mod desk {
    #[path = "../../src/desk/penalty_list/mod.rs"]
    pub mod penalty_list;
}
