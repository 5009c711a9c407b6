//! What others said of checkpoints: every cosignature verifies by its witness's key, every time stamp is over its
//! checkpoint.

use super::Report;
use crate::{
    base::Moment,
    ledger::{
        CosignatureVerifier,
        dossier::stamped_bytes,
        note::{Note, NoteSignature},
        timestamp,
    },
    store::{checkpoints::CheckpointRow, cosignatures, timestamps},
};

/// What others said of one checkpoint.
pub(super) struct Vouched {
    pub(super) lines: Vec<cosignatures::Cosignature>,
    pub(super) tokens: Vec<timestamps::Timestamp>,
}

pub(super) fn check(row: &CheckpointRow, vouched: &Vouched, report: &mut Report) {
    // A note that cannot be read was named already.
    let Ok(note) = Note::parse(&row.note) else { return };
    for kept in &vouched.lines {
        if !holds(&note.text, kept) {
            let place = format!("检查点{}上{}的联署", row.size, kept.witness);
            report.fault(place, "联署核验未通过");
        }
    }
    for kept in &vouched.tokens {
        let place = format!("检查点{}上{}的时间戳", row.size, kept.authority);
        let log = note.text.split('\n').next().unwrap_or_default();
        let over = stamped_bytes(&row.note, log).unwrap_or_default();
        match timestamp::verify(&kept.token, over.as_bytes()) {
            Ok(stamp) if stamp.time == Moment::from_millis(kept.time) => {}
            Ok(_) => report.fault(place, "所记时间与时间戳所载的不同"),
            Err(_) => report.fault(place, "时间戳核验未通过"),
        }
    }
}

fn holds(text: &str, kept: &cosignatures::Cosignature) -> bool {
    let Ok(key) = kept.witness.parse::<CosignatureVerifier>() else { return false };
    let lines = NoteSignature::parse_lines(&format!("{}\n", kept.line)).unwrap_or_default();
    let [line] = lines.as_slice() else { return false };
    let time = key.time_of(text, line).ok().and_then(|time| i64::try_from(time).ok());
    time == Some(kept.time)
}
