//! Where the log went on under another name: what the record says against the checkpoint that was left and the keys.

use super::Report;
use crate::{
    desk::{
        Error, log_gaps,
        log_keys::{self, LogKey},
    },
    ledger::note::{self, NoteVerifier},
    store::{Db, checkpoints},
};

pub(super) fn check(db: &mut Db, keys: &[LogKey], report: &mut Report) -> Result<(), Error> {
    for (gap, place) in log_gaps::read(db)? {
        let name = format!("日志{}的缺口声明", gap.origin);
        let size = gap.size.cast_signed();
        let row = checkpoints::at_or_below(db, size)?.filter(|row| row.size == size);
        if row.is_none_or(|row| row.root != gap.root.as_bytes()) {
            report.fault(&name, format!("没有所载的检查点{size}，或者根不符"));
        }
        let of_then: Vec<NoteVerifier> = log_keys::signing(keys, gap.size);
        let signed = note::open(&gap.note, &of_then).is_ok();
        if !signed || gap.known.origin != gap.origin || gap.lost() == 0 {
            report.fault(&name, "所载的最大检查点不是当时的密钥签发的，或者没有缺口");
        }
        if place.leaf < gap.size {
            report.fault(&name, "写在所载的检查点以前");
        }
    }
    Ok(())
}
