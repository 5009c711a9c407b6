//! The public half from outside: tiles give back every published root and nothing more, hostile paths do nothing,
//! pages answer citizens.

#[cfg(feature = "s3")]
#[path = "public/bucket.rs"]
mod bucket;
#[path = "public/case_item.rs"]
mod case_item;
#[path = "public/hostile.rs"]
mod hostile;
#[path = "public/house.rs"]
mod house;
#[path = "public/mirror.rs"]
mod mirror;
#[path = "public/outside.rs"]
mod outside;
#[path = "public/pages.rs"]
mod pages;
#[cfg(feature = "s3")]
#[path = "public/store.rs"]
mod store;
#[path = "public/tiles.rs"]
mod tiles;
