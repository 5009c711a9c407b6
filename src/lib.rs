//! 执鉴 Zhijian: enforcement records that anybody can check.
//!
//! Rooms, ground floor first; a room imports only rooms named before it (`tests/tidy.rs` enforces this):
//! `base` → `ledger`, `law` → `store`, `evidence` → `desk` → `web`, `worker` → `app`, `cli`; `courier` beside all,
//! `witness` beside `desk`, `verify` on `ledger` and `law` alone.

// A fault is answered, never thrown; `tests/tidy.rs` holds the binaries to the same.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::todo,
        clippy::unimplemented,
        clippy::dbg_macro
    )
)]

pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod courier;
pub mod desk;
pub mod evidence;
pub mod law;
pub mod ledger;
pub mod store;
pub mod verify;
pub mod web;
pub mod witness;
pub mod worker;
