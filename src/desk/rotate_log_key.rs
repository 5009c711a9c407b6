//! Letting one key of the log give way to another, on record: both sign for a time, then the new one alone. Makes and
//! deletes no key file; that is `app`'s.

use super::{
    Error, House,
    log_keys::{self, ADDED, LogKey, RETIRED, SYSTEM},
    set_up::on_register,
};
use crate::{
    ledger::note::NoteVerifier,
    store::{Db, checkpoints},
};
use serde_json::json;
use std::sync::Arc;

/// Puts a further key on record: every checkpoint from that record on bears its signature beside the outgoing one's.
/// Gives the outgoing key.
///
/// # Errors
/// `Refused` before the first checkpoint, while two keys sign already, and for a key the log had before.
pub async fn begin(house: &Arc<House>, new: NoteVerifier) -> Result<NoteVerifier, Error> {
    let (inner, now) = (house.clone(), house.clock.now());
    let put = move |db: &mut Db| {
        let keys = log_keys::read(db, &inner.log.verifier())?;
        if checkpoints::latest(db)?.is_none() {
            return Err(Error::refused("日志还没有签发过检查点，不需要更换密钥。"));
        }
        if keys.iter().any(|key| key.verifier == new) {
            return Err(Error::refused("这把密钥已经登记过，没有重复登记。"));
        }
        let [outgoing] = in_use(&keys)[..] else { return Err(under_way()) };
        let facts = json!({ "beside": outgoing.verifier.to_string(), "key": new.to_string() });
        on_register(db, &inner, SYSTEM, ADDED, &facts, None, now)?;
        Ok(outgoing.verifier.clone())
    };
    house.store.write(put).await
}

/// Puts on record that the outgoing key signs no more. Gives that key.
///
/// # Errors
/// `Refused` unless two keys are in use and a published checkpoint bears both signatures.
pub async fn finish(house: &Arc<House>) -> Result<NoteVerifier, Error> {
    let (inner, now) = (house.clone(), house.clock.now());
    let put = move |db: &mut Db| {
        let keys = log_keys::read(db, &inner.log.verifier())?;
        let [outgoing, new] = in_use(&keys)[..] else {
            return Err(Error::refused("没有正在进行的密钥更换。"));
        };
        if !published_by(db, &keys, &[outgoing, new])? {
            return Err(Error::refused(
                "还没有同时带有新旧两个签名的检查点，不能停用旧密钥。请先启动服务，待签发以后再办。",
            ));
        }
        let facts = json!({ "key": outgoing.verifier.to_string() });
        on_register(db, &inner, SYSTEM, RETIRED, &facts, None, now)?;
        Ok(outgoing.verifier.clone())
    };
    house.store.write(put).await
}

/// The retired keys whose secrets are needed no more: a checkpoint has been published without them.
///
/// # Errors
/// `Refused` when there is none, or while the newest checkpoint still bears a retired key's signature.
pub async fn disposable(house: &Arc<House>) -> Result<Vec<NoteVerifier>, Error> {
    let first = house.log.verifier();
    let look = move |db: &mut Db| {
        let keys = log_keys::read(db, &first)?;
        if !published_by(db, &keys, &in_use(&keys))? {
            return Err(Error::refused(
                "停用旧密钥以后还没有签发过检查点。请先启动服务，待签发以后再删除。",
            ));
        }
        let retired = keys.into_iter().filter(|key| key.retired.is_some());
        Ok(retired.map(|key| key.verifier).collect())
    };
    house.store.read(look).await
}

fn in_use(keys: &[LogKey]) -> Vec<&LogKey> {
    keys.iter().filter(|key| key.retired.is_none()).collect()
}

/// Whether the newest checkpoint is one that exactly these keys sign.
fn published_by(db: &mut Db, keys: &[LogKey], these: &[&LogKey]) -> Result<bool, Error> {
    let Some(newest) = checkpoints::latest(db)? else { return Ok(false) };
    let size = newest.size.unsigned_abs();
    let exact = keys.iter().all(|key| key.signs(size) == these.contains(&key));
    Ok(exact && log_keys::check(keys, size, &newest.note).is_ok())
}

fn under_way() -> Error {
    Error::refused("密钥更换正在进行，新旧两把密钥都在签名。请先用 --finish 停用旧密钥。")
}
