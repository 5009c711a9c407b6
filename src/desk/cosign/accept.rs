//! What witnesses give back: cosignatures, verified before they are kept; the size they know; why nothing came.

use super::{Witness, unknown};
use crate::{
    base::Moment,
    desk::{Desk, Error, House},
    ledger::{
        Checkpoint,
        note::{Note, NoteSignature},
    },
    store::{Db, checkpoints, cosignatures},
};

/// Keeps the cosignatures by witnesses of the settings among `lines`, over the checkpoint of `size`; gives how many
/// witnesses have signed. Lines of unknown keys are ignored.
///
/// # Errors
/// `Invalid` if a line of a known witness does not verify, `NotFound` without such a checkpoint.
pub async fn accept(
    house: &House,
    size: u64,
    lines: Vec<NoteSignature>,
    now: Moment,
) -> Result<usize, Error> {
    let size = i64::try_from(size).map_err(|_| Error::NotFound("检查点"))?;
    let row = house.store.read(move |db| at(db, size)).await?;
    let text = Note::parse(&row.note).map_err(Error::broken)?.text;
    let mut kept = Vec::new();
    for witness in &house.witnesses.all {
        for line in lines.iter().filter(|line| witness.verifier.made(line)) {
            let time = witness.verifier.time_of(&text, line).ok();
            let time = time.and_then(|time| i64::try_from(time).ok());
            let time =
                time.ok_or_else(|| Error::invalid("cosignature", "见证方的联署无法核验。"))?;
            let (witness, line) = (witness.key(), line.to_string());
            kept.push(cosignatures::Cosignature { size, witness, time, line });
        }
    }
    let count = kept.len();
    if count > 0 {
        house.store.write(move |db| keep(db, &kept, now)).await?;
    }
    Ok(count)
}

fn at(db: &mut Db, size: i64) -> Result<checkpoints::CheckpointRow, Error> {
    let row = checkpoints::at_or_below(db, size)?.filter(|row| row.size == size);
    row.ok_or(Error::NotFound("检查点"))
}

fn keep(db: &mut Db, kept: &[cosignatures::Cosignature], now: Moment) -> Result<(), Error> {
    for new in kept {
        cosignatures::insert(db, new)?;
        let known = cosignatures::witness(db, &new.witness)?;
        let mut row = known.unwrap_or_else(|| unknown(new.witness.clone()));
        // An older one that comes late says nothing about where the witness stands.
        if new.size >= row.size {
            row.size = new.size;
            row.cosigned_at = Some(now.millis());
            row.fault.clear();
            cosignatures::put_witness(db, &row)?;
        }
    }
    Ok(())
}

/// Keeps the cosignatures of a whole note that a witness brought by itself.
///
/// # Errors
/// `Invalid` for anything but one of this log's checkpoints, cosigned by a witness of the settings.
pub async fn receive(desk: &Desk, note: &str) -> Result<(), Error> {
    let invalid = |text| Error::invalid("note", text);
    let note = Note::parse(note).map_err(|_| invalid("内容不是签名文本。"))?;
    let head = Checkpoint::parse(&note.text).map_err(|_| invalid("内容不是检查点。"))?;
    let unknown = || invalid("这不是本日志签发的检查点。");
    let size = i64::try_from(head.size).map_err(|_| unknown())?;
    let row = desk.house.store.read(move |db| Ok::<_, Error>(at(db, size).ok())).await?;
    let own =
        row.and_then(|row| Note::parse(&row.note).ok()).is_some_and(|own| own.text == note.text);
    if !own {
        return Err(unknown());
    }
    match accept(&desk.house, head.size, note.signatures, desk.now).await? {
        0 => Err(invalid("没有已登记的见证方的联署。")),
        _ => Ok(()),
    }
}

/// Remembers that the witness itself says which size it knows.
pub async fn told(house: &House, witness: &Witness, size: u64) -> Result<(), Error> {
    let size = i64::try_from(size).map_err(|_| Error::broken("a size beyond any log"))?;
    change(house, witness, move |row| row.size = size).await
}

/// Remembers why nothing came, in English, for whoever runs the service.
pub async fn failed(house: &House, witness: &Witness, fault: String) -> Result<(), Error> {
    change(house, witness, move |row| row.fault = fault).await
}

async fn change(
    house: &House,
    witness: &Witness,
    how: impl FnOnce(&mut cosignatures::WitnessRow) + Send + 'static,
) -> Result<(), Error> {
    let key = witness.key();
    house
        .store
        .write(move |db| {
            let mut row = cosignatures::witness(db, &key)?.unwrap_or_else(|| unknown(key));
            how(&mut row);
            Ok::<_, Error>(cosignatures::put_witness(db, &row)?)
        })
        .await
}
