//! 执鉴 Zhijian: enforcement records that anybody can check.
//!
//! Rooms, ground floor first; a room imports only rooms named before it (`tests/tidy.rs` enforces this):
//! `base` → `ledger`, `law` → `store`, `evidence` → `desk` → `web`, `worker` → `app`, `cli`.

pub mod base;
pub mod desk;
pub mod evidence;
pub mod law;
pub mod ledger;
pub mod store;
pub mod app;
pub mod config;
pub mod worker;
pub mod web;
