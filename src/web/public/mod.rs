//! The disclosure site: what everybody reads, searches and checks. Keeps nothing about who asks.

pub mod home;
