//! Declaring that the newest part of the log is lost: it ends under its name, with what is known of it on record, and
//! goes on under another name and key over the leaves that are left. Never under the old name: that cannot be rewound.

use super::{
    Error, House, durable,
    log_gaps::{self, Gap},
    log_keys::{self, LogKey, SYSTEM},
    seal_checkpoint,
    set_up::on_register,
};
use crate::{
    base::Digest,
    ledger::{
        checkpoint::Checkpoint,
        note::{self, NoteVerifier},
    },
    store::{Db, checkpoints, settings},
};
use std::{io, path::PathBuf, sync::Arc};

/// Most characters of a reason.
const REASON_MAX: usize = 500;
/// Most bytes of a note: with all its cosignatures it goes into the record.
const NOTE_MAX: usize = 64 * 1024;

/// What is to be declared.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The largest note that is known to be signed under the present name.
    pub note: String,
    /// The key, with the new name.
    pub key: NoteVerifier,
    /// Why; everybody will read it.
    pub reason: String,
}

/// What a declaration would say.
///
/// # Errors
/// `Refused` when nothing is lost, or the note is not this log's; `Invalid` for a name or reason that cannot be.
pub async fn look(house: &Arc<House>, wanted: Wanted) -> Result<Gap, Error> {
    let first = house.log.verifier();
    house.store.read(move |db| draw_up(db, &first, &wanted)).await
}

/// Puts it on record, if `lost` is the number of leaves that it would say. The guard file is copied aside first; it
/// is replaced by the first checkpoint under the new name. Gives what was declared and where the copy lies.
///
/// # Errors
/// As [`look`]; `Refused` for another number; `Broken` when the guard file cannot be copied.
pub async fn declare(
    house: &Arc<House>,
    wanted: Wanted,
    lost: u64,
) -> Result<(Gap, Option<PathBuf>), Error> {
    let seen = look(house, wanted.clone()).await?;
    refuse_unless(&seen, lost)?;
    let aside = put_aside(house, &seen).map_err(Error::broken)?;
    let (inner, now) = (house.clone(), house.clock.now());
    let put = move |db: &mut Db| {
        let gap = draw_up(db, &inner.log.verifier(), &wanted)?;
        if gap != seen {
            return Err(Error::Conflict("日志在此期间有变化，没有改动，请重新办理。".into()));
        }
        on_register(db, &inner, SYSTEM, log_gaps::DECLARED, &gap.facts(), None, now)?;
        settings::set(db, "log.origin", gap.key.name())?;
        Ok(gap)
    };
    Ok((house.store.write(put).await?, aside))
}

/// Refuses unless `lost` is the number of leaves that `gap` says.
///
/// # Errors
/// `Refused`.
pub fn refuse_unless(gap: &Gap, lost: u64) -> Result<(), Error> {
    match gap.lost() {
        said if said == lost => Ok(()),
        said => Err(Error::refused(format!("丢失的叶数是{said}，与所填的{lost}不符，没有改动。"))),
    }
}

fn draw_up(db: &mut Db, first: &NoteVerifier, wanted: &Wanted) -> Result<Gap, Error> {
    let keys = log_keys::read(db, first)?;
    refuse_words(&keys, wanted)?;
    let in_use: Vec<NoteVerifier> =
        keys.iter().filter(|key| key.retired.is_none()).map(|key| key.verifier.clone()).collect();
    let beside = in_use.first().cloned().ok_or_else(|| Error::broken("a log without a key"))?;
    let foreign = || Error::refused("所给的检查点不是由这份日志的密钥签发的，没有改动。");
    if wanted.note.len() > NOTE_MAX {
        return Err(foreign());
    }
    let opened = note::open(&wanted.note, &in_use).map_err(|_| foreign())?;
    let known = Checkpoint::parse(&opened.text).map_err(|_| foreign())?;
    if known.origin != beside.name() {
        return Err(foreign());
    }
    let newest = checkpoints::latest(db)?;
    let newest = newest.ok_or_else(|| Error::refused("日志还没有签发过检查点。"))?;
    let size = newest.size.unsigned_abs();
    if known.size <= size || seal_checkpoint::holds(db, &known)? {
        return Err(Error::refused(
            "所给的检查点没有超出现有的日志，没有缺口可以声明。请核对是否另有更大的检查点。",
        ));
    }
    Ok(Gap {
        origin: known.origin.clone(),
        beside,
        key: wanted.key.clone(),
        size,
        root: Digest::from_slice(&newest.root).ok_or_else(|| Error::broken("stored root"))?,
        known,
        note: wanted.note.clone(),
        reason: wanted.reason.trim().to_owned(),
    })
}

fn refuse_words(keys: &[LogKey], wanted: &Wanted) -> Result<(), Error> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, text: String| {
        faults.push(super::FieldFault { field: field.into(), text });
    };
    if keys.iter().any(|key| key.verifier.name() == wanted.key.name()) {
        fault("name", "新日志必须用没有用过的名称。".into());
    }
    if keys.iter().any(|key| key.verifier.key() == wanted.key.key()) {
        fault("key", "新日志必须用新的密钥。".into());
    }
    let reason = wanted.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_MAX || reason.contains('\0') {
        fault("reason", format!("请写明丢失的原因，不超过{REASON_MAX}个字，原因将公开。"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Copies the guard file beside itself; none if there is none.
fn put_aside(house: &House, gap: &Gap) -> io::Result<Option<PathBuf>> {
    let bytes = match std::fs::read(&house.guard) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let mut name = house.guard.file_name().unwrap_or_default().to_owned();
    name.push(format!(".ended-{}", gap.known.size));
    let aside = house.guard.with_file_name(name);
    durable::replace(&aside, &bytes)?;
    Ok(Some(aside))
}
