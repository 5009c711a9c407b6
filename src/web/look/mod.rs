//! The look: style sheets, browser modules, the page frame and the macros pages share.
//! It knows no use-case; a page hands it display-ready text.

pub mod assets;
mod frame;

pub use frame::{Choice, Entry, Frame, Objection, Pages, SignForm, SignedIn, Site, Size, Weight};

#[cfg(test)]
mod gallery;
