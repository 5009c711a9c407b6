//! The evidence room from outside: torn uploads, full disks, hostile files, generated media.

#[path = "evidence/common.rs"]
mod common;
#[path = "evidence/generate.rs"]
mod generate;
#[path = "evidence/intake.rs"]
mod intake;
#[path = "evidence/intake_room.rs"]
mod intake_room;
#[path = "evidence/media.rs"]
mod media;
#[path = "evidence/vault.rs"]
mod vault;
