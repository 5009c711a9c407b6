//! Opens a witness: its key, its name, its database. A house of its own, apart from the product's.

use super::{Access, SystemClock, make_private_folder, secret_file};
use crate::{
    base::KeyId,
    desk::{Clock as _, durable},
    ledger::{CosignatureSigner, CosignatureVerifier, NoteVerifier},
    store::{Store, StoreConfig, Tables},
    witness::Witness,
};
use anyhow::{Context, Result, bail};
use ed25519_dalek::SigningKey;
use std::{fs, path::Path, sync::Arc};

/// Opens the witness in `data`, making key, name and database on the first start.
///
/// # Errors
/// Says what could not be opened: a second witness on one folder, a name that is not the one the key was made
/// with.
pub fn open(data: &Path, name: Option<&str>, logs: Vec<NoteVerifier>) -> Result<Witness> {
    make_private_folder(data)?;
    let file = StoreConfig::of_file(&data.join("witness.db"));
    let settings = StoreConfig { readers: 2, tables: Tables::Witness, ..file };
    let store = Store::open(&settings).context("数据库")?;
    let key = SigningKey::from_bytes(&secret_file(&data.join("witness.key"), Access::Serve)?);
    let signer = named(&data.join("witness.vkey"), name, key)?;
    Ok(Witness::new(store, signer, logs, Arc::new(|| SystemClock.now())))
}

/// The signer under its name, which stands in the public file beside the key and never changes.
fn named(file: &Path, wanted: Option<&str>, key: SigningKey) -> Result<CosignatureSigner> {
    let what = || format!("{}", file.display());
    if !file.exists() {
        let fresh = format!("zhijian.local/witness/{}", KeyId::new(SystemClock.now()));
        let signer = CosignatureSigner::new(wanted.unwrap_or(&fresh), key).context("--name")?;
        let text = format!("{}\n", signer.verifier());
        durable::replace(file, text.as_bytes()).with_context(what)?;
        return Ok(signer);
    }
    let known: CosignatureVerifier =
        fs::read_to_string(file).with_context(what)?.trim().parse().with_context(what)?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != known.name()) {
        bail!("--name 设为 {wanted:?}，但这个见证方是 {:?}", known.name());
    }
    let signer = CosignatureSigner::new(known.name(), key).with_context(what)?;
    if signer.verifier() != known {
        bail!("{} 与 witness.key 不是同一把密钥", what());
    }
    Ok(signer)
}
