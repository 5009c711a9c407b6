//! The whole check of a dossier: what the ledger can tell, and the procedure replayed by the law. Pure; reads through
//! [`Folder`] only.

pub mod packed;
mod procedure;

use crate::ledger::dossier::{self, Checked, Folder, Report, Trust};

/// Checks everything in a dossier, and names all that is wrong, in the order found.
pub fn dossier(folder: &impl Folder, trust: Trust<'_>) -> Report {
    let mut checked: Checked = dossier::verify(folder, trust);
    procedure::check(&mut checked);
    checked.report
}
