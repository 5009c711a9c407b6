//! The files of the log's secret keys: `log.key`, and `log-<key id>.key` for each that came later. Reads, makes and
//! deletes them; which of them sign is told by the log itself.

use super::{Access, key_folder, secret_file};
use crate::{
    config::Config,
    desk::{
        House, durable,
        log_keys::{self, LogSigners},
        sealing,
    },
    ledger::note::{NoteSigner, NoteVerifier},
    store::{Db, checkpoints},
};
use anyhow::{Context, Result, bail};
use ed25519_dalek::SigningKey;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The key that a log begins with.
const FIRST: &str = "log.key";

/// All of the log's keys in `folder`. The first is made when there is none and nothing was signed yet.
pub(super) async fn open(
    folder: &Path,
    origin: &str,
    store: &crate::store::Store,
    access: Access,
) -> Result<LogSigners> {
    let mut files = later_files(folder)?;
    let first = folder.join(FIRST);
    let begun = store.read(|db: &mut Db| checkpoints::latest(db)).await?.is_some();
    if first.exists() || (files.is_empty() && !begun) {
        files.insert(0, first.clone());
    }
    if files.is_empty() {
        bail!("缺少日志密钥文件 {}：日志已经签发过检查点，不能换一把密钥接着签", first.display());
    }
    let known = store.read(|db: &mut Db| log_keys::on_record(db)).await?;
    let mut signers = Vec::new();
    for file in &files {
        let key = SigningKey::from_bytes(&secret_file(file, access)?);
        // A key of a name that has ended goes on under that name alone.
        let own = known.iter().find(|own| *own.verifier.key() == key.verifying_key());
        let name = own.map_or(origin, |own| own.verifier.name());
        signers.push(NoteSigner::new(name, key).context("[log] origin")?);
    }
    let first = signers.remove(0);
    Ok(LogSigners::new(origin.to_owned(), first, signers))
}

/// Files of keys that came later, by name.
fn later_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let what = || format!("目录 {}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(what)? {
        let path = entry.with_context(what)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let id = name.strip_prefix("log-").and_then(|rest| rest.strip_suffix(".key"));
        if id.is_some_and(|id| id.len() == 8 && id.bytes().all(|b| b.is_ascii_hexdigit())) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A key that is to come.
pub struct Coming {
    /// Its public half.
    pub verifier: NoteVerifier,
    /// The secret, unless its file lies there already.
    secret: Option<[u8; 32]>,
}

/// The key that is to come under `name`: the one that lies there and is not among `known`, so that what was cut short
/// goes on with the same key, or else a fresh one.
///
/// # Errors
/// When several lie there, or for a name that no key can have.
pub fn coming(house: &House, known: &[NoteVerifier], name: &str) -> Result<Coming> {
    let mut waiting = house.log.verifiers();
    waiting.retain(|key| !known.contains(key));
    let (key, secret) = match waiting.as_slice() {
        [] => {
            let secret: [u8; 32] = sealing::random()?;
            (SigningKey::from_bytes(&secret).verifying_key(), Some(secret))
        }
        [one] => (*one.key(), None),
        _ => bail!("密钥目录里有不止一把没有登记的日志密钥，请只留下要用的一把"),
    };
    Ok(Coming { verifier: NoteVerifier::new(name, key).context("日志名称")?, secret })
}

impl Coming {
    /// Puts the secret into its file, durable before this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, config: &Config, data: &Path) -> Result<()> {
        let Some(secret) = &self.secret else { return Ok(()) };
        let file = file_of(config, data, &self.verifier);
        let what = || format!("密钥文件 {}", file.display());
        durable::replace_secret(&file, hex::encode(secret).as_bytes()).with_context(what)
    }
}

/// Where the secret of a key that came later lies.
pub fn file_of(config: &Config, data: &Path, key: &NoteVerifier) -> PathBuf {
    key_folder(config, data).join(format!("log-{:08x}.key", key.key_id()))
}

/// Deletes the secrets of `keys` for good; gives the files that were there.
///
/// # Errors
/// When a file cannot be read or deleted.
pub fn delete(config: &Config, data: &Path, keys: &[NoteVerifier]) -> Result<Vec<PathBuf>> {
    let folder = key_folder(config, data);
    let mut files = later_files(&folder)?;
    files.extend(Some(folder.join(FIRST)).filter(|first| first.exists()));
    let mut gone = Vec::new();
    for file in files {
        let key = SigningKey::from_bytes(&secret_file(&file, Access::Look)?).verifying_key();
        if keys.iter().any(|retired| *retired.key() == key) {
            let what = || format!("密钥文件 {}", file.display());
            fs::remove_file(&file).with_context(what)?;
            gone.push(file);
        }
    }
    fs::File::open(&folder).and_then(|folder| folder.sync_all())?;
    Ok(gone)
}
