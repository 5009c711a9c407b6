//! Taking an upload's bytes: the offset that is safe, more bytes, giving up. The row is the truth.

use super::{Desk, Error, receive_exhibit};
pub use crate::evidence::intake::Checksum;
use crate::{
    base::{Moment, UploadId},
    evidence::intake::{Append, Commit, CommitRefused, End, Hold, IntakeError, Position},
    store::{Db, OrNone, exhibits, uploads},
};
use bytes::Bytes;
use futures_util::{FutureExt, Stream};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// How an upload stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Bytes that are durable here.
    pub received: u64,
    /// Bytes declared.
    pub length: u64,
    /// What the client said when it opened the upload, unchanged.
    pub metadata: String,
    /// When it is dropped if nothing more comes.
    pub expires_at: Moment,
    /// The exhibit it became, once on record.
    pub exhibit: Option<Became>,
}

impl Standing {
    /// Whether all bytes are here.
    pub fn is_whole(&self) -> bool {
        self.received == self.length
    }
}

/// What an upload became.
#[derive(Clone, Debug)]
pub struct Became {
    /// The exhibit's id.
    pub id: String,
    /// Its chunk root, in hex.
    pub chunk_root: String,
}

/// The committed offset; asks a present writer to stop first, so that the answer is final.
pub async fn standing(desk: &Desk, id: &UploadId) -> Result<Standing, Error> {
    let row = own(desk, id).await?;
    if row.received == row.length {
        // Nobody writes any more; whoever puts it on record is not to be waited for.
        return as_standing(desk, row).await;
    }
    let _hold = desk.house.intake.hold(id).await;
    as_standing(desk, own(desk, id).await?).await
}

/// Appends `body` at `offset`. A whole upload is then to be put on record by [`finish`].
///
/// # Errors
/// `Conflict` on a wrong offset, `Full`, `TooLarge` past the declared length, `Gone` when expired,
/// `Invalid` with field `checksum` when the announced digest differs.
pub async fn continue_upload<S, E>(
    desk: &Desk,
    id: &UploadId,
    offset: u64,
    checksum: Option<Checksum>,
    body: S,
) -> Result<Standing, Error>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    let hold = desk.house.intake.hold(id).await;
    let row = own(desk, id).await?;
    let (received, length) = (row.received.unsigned_abs(), row.length.unsigned_abs());
    if offset != received {
        return Err(Error::Conflict(format!("上传位置不符：服务器已收到{received}字节。")));
    }
    if row.state == "done" {
        return as_standing(desk, row).await;
    }
    let append = Append {
        start: position(&row)?,
        limit: length - received,
        checksum,
        commit: commit(desk, &row, claim(desk, &row).await?),
    };
    let appended = hold.append(append, body).await.map_err(|fault| refusal(fault, length))?;
    if appended.end != End::Whole && appended.position.offset < length {
        return Err(Error::Conflict("连接中断，已收到的部分已经保存，可以续传。".into()));
    }
    as_standing(desk, own(desk, id).await?).await
}

/// Puts a complete upload on record; gives how it stands. Repeating it is harmless, and it must not be torn off
/// with a connection: callers let it run on its own.
///
/// # Errors
/// `Invalid` with field `chunk_root` when the bytes are not those the client announced, `Refused` when the case
/// was closed meanwhile, `Full`.
pub async fn finish(desk: &Desk, id: &UploadId) -> Result<Standing, Error> {
    let hold = desk.house.intake.hold(id).await;
    let row = own(desk, id).await?;
    if row.received == row.length && row.state != "done" {
        receive_exhibit::receive(desk, &row, hold, &position(&row)?).await?;
        return as_standing(desk, own(desk, id).await?).await;
    }
    as_standing(desk, row).await
}

/// Puts on record what arrived whole but whose sender never came back; gives how many.
pub async fn finish_forgotten(desk: &Desk) -> Result<usize, Error> {
    let open = desk.house.store.read(uploads::unfinished).await?;
    let mut finished = 0;
    for row in open.into_iter().filter(|row| row.received == row.length) {
        let id: UploadId = row.id.parse().map_err(Error::broken)?;
        let hold = desk.house.intake.hold(&id).await;
        let again = row.id.clone();
        let row = desk.house.store.read(move |db| uploads::find(db, &again)).await?;
        if row.state != "receiving" {
            continue;
        }
        match receive_exhibit::receive(desk, &row, hold, &position(&row)?).await {
            Ok(()) => finished += 1,
            Err(fault) => tracing::warn!(upload = row.id, %fault, "a whole upload was not linked"),
        }
    }
    Ok(finished)
}

/// Drops an unfinished upload and its bytes.
///
/// # Errors
/// `Refused` once the exhibit is on record: evidence is never taken back.
pub async fn abandon(desk: &Desk, id: &UploadId) -> Result<(), Error> {
    let hold = desk.house.intake.hold(id).await;
    let row = own(desk, id).await?;
    if row.state == "done" {
        return Err(Error::refused("该附件已经入链，不能撤销上传。"));
    }
    drop_upload(desk, hold, row.id).await
}

async fn drop_upload(desk: &Desk, hold: Hold, id: String) -> Result<(), Error> {
    let now = desk.now.millis();
    desk.house
        .store
        .write(move |db| Ok::<_, Error>(uploads::set_state(db, &id, "receiving", "gone", now)?))
        .await?;
    hold.discard().await.map_err(Error::broken)
}

/// The signed-in person's own upload, if it is still there.
async fn own(desk: &Desk, id: &UploadId) -> Result<uploads::Upload, Error> {
    let person = desk.who()?.person.to_string();
    let id = id.to_string();
    let row = desk.house.store.read(move |db| uploads::find(db, &id).or_none()).await?;
    let row = row.filter(|row| row.person_id == person).ok_or(Error::NotFound("上传"))?;
    if row.state == "refused" {
        return Err(Error::Gone("收到的内容与上传前的校验值不同，已经丢弃，请重新上传。".into()));
    }
    let late = row.state == "receiving" && row.expires_at < desk.now.millis();
    if row.state == "gone" || late {
        return Err(Error::Gone("该上传已经取消或者过期，请重新上传。".into()));
    }
    Ok(row)
}

async fn as_standing(desk: &Desk, row: uploads::Upload) -> Result<Standing, Error> {
    let exhibit = match row.exhibit_id {
        Some(id) => {
            let exhibit = desk.house.store.read(move |db| exhibits::find(db, &id)).await?;
            Some(Became { id: exhibit.id, chunk_root: exhibit.chunk_root })
        }
        None => None,
    };
    Ok(Standing {
        received: row.received.unsigned_abs(),
        length: row.length.unsigned_abs(),
        metadata: row.metadata,
        expires_at: Moment::from_millis(row.expires_at),
        exhibit,
    })
}

fn position(row: &uploads::Upload) -> Result<Position, Error> {
    Position::from_parts(row.received.unsigned_abs(), row.hash_state.clone(), &row.chunks)
        .ok_or_else(|| Error::broken("stored upload position"))
}

/// Takes the upload over; gives the fencing number that this holder's commits carry.
async fn claim(desk: &Desk, row: &uploads::Upload) -> Result<i64, Error> {
    let (id, generation, now) = (row.id.clone(), row.generation, desk.now.millis());
    desk.house
        .store
        .write(move |db| Ok::<_, Error>(uploads::claim(db, &id, generation, now)?))
        .await
}

/// Commits each position under the holder's fencing number: a node that lost the upload to another one
/// cannot move it any more.
fn commit(desk: &Desk, row: &uploads::Upload, generation: i64) -> Commit {
    let rest = i64::from(desk.house.limits.upload_days) * 86_400_000;
    let (house, id) = (desk.house.clone(), row.id.clone());
    let last = Arc::new(AtomicI64::new(row.received));
    Arc::new(move |position: Position| {
        let (house, id, last) = (house.clone(), id.clone(), last.clone());
        async move {
            let now = house.clock.now().millis();
            let from = last.load(Ordering::SeqCst);
            let received = position.offset.cast_signed();
            let step = move |db: &mut Db| {
                let step = uploads::Advance {
                    id: &id,
                    generation,
                    from,
                    received,
                    hash_state: &position.hash_state,
                    chunks: &position.chunk_bytes(),
                    updated_at: now,
                    expires_at: now + rest,
                };
                uploads::advance(db, &step)
            };
            house.store.write(step).await.map_err(|fault| CommitRefused(Box::new(fault)))?;
            last.store(received, Ordering::SeqCst);
            Ok(())
        }
        .boxed()
    })
}

fn refusal(fault: IntakeError, limit_bytes: u64) -> Error {
    match fault {
        IntakeError::Full => Error::Full,
        IntakeError::TooLong => Error::TooLarge { limit_bytes },
        IntakeError::ChecksumMismatch => {
            Error::invalid("checksum", "校验值不符，这一段没有保存，请重新发送。")
        }
        IntakeError::Refused(_) => {
            Error::Conflict("该上传已由另一个连接接手，请查询位置后续传。".into())
        }
        IntakeError::Lost { .. } => Error::Gone("暂存文件已丢失，请重新上传。".into()),
        IntakeError::Broken(fault) => Error::broken(fault),
    }
}
