//! Writing a case's dossier: every record with its proof, every exhibit, one checkpoint, a seal.

use super::{Error, House, file, prove, receive_exhibit, set_up::on_register};
use crate::{
    base::{Digest, Moment},
    ledger::{
        bundle::{PublicKey, RecordProof},
        dossier::{
            ExhibitFile, FileRef, Manifest,
            manifest::{self, CHECKPOINT, MANIFEST, README, SEAL},
        },
        record::ExhibitRef,
    },
    store::{Db, OrNone, agencies, cases, exhibits},
};
use futures_util::StreamExt;
use serde_json::json;
use std::{collections::HashMap, path::Path, sync::Arc};
use tokio::io::AsyncWriteExt;

/// What a dossier says to people who open the folder.
const EXPLANATION: &str = "本文件夹是执鉴系统导出的案卷。\n\n\
manifest.json 列明全部记录、附件和密钥；seal 是存证日志对该清单的签名；\n\
records 中每个文件是一条记录，含签名原文、私密字段、链条目、日志叶和包含证明；\n\
exhibits 中是证据附件原件，以其SHA-256命名；checkpoint 是存证日志的签名检查点。\n\n\
核验方法：运行 zhijian-verify 本文件夹。应当用另行取得的日志公钥（--vkey）核验，\n\
否则只能证明案卷内部一致。核验程序的每一步都可以依照公开的格式说明自行实现。\n";

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Records written.
    pub records: usize,
    /// Exhibits written, each once.
    pub exhibits: usize,
    /// Bytes of exhibits.
    pub exhibit_bytes: u64,
}

/// A case gathered in one moment's rows.
struct Gathered {
    case: cases::Case,
    records: Vec<RecordProof>,
    refs: Vec<ExhibitRef>,
    names: HashMap<String, String>,
    keys: Vec<PublicKey>,
    checkpoint: String,
}

/// Writes the dossier of the case with `number` into `out`, which must not exist or be empty.
///
/// # Errors
/// `NotFound` case, `Refused` when the folder is in use, `Busy` while the newest record is not yet sealed.
pub async fn export_dossier(
    house: &Arc<House>,
    number: &str,
    out: &Path,
    now: Moment,
) -> Result<Exported, Error> {
    refuse_full_folder(out)?;
    let (inner, wanted) = (house.clone(), number.to_owned());
    let gathered = house.store.read(move |db| gather(db, &inner, &wanted)).await?;
    for folder in [out.to_path_buf(), out.join("records"), out.join("exhibits")] {
        tokio::fs::create_dir_all(folder).await.map_err(Error::broken)?;
    }
    let mut records = Vec::new();
    for record in &gathered.records {
        let name = manifest::record_file(record.entry.seq);
        let bytes = record.to_bytes().map_err(Error::broken)?;
        records.push(write(out, &name, &bytes).await?);
    }
    let (exhibits, exhibit_bytes) = write_exhibits(house, out, &gathered).await?;
    let written = Manifest {
        format: manifest::FORMAT.to_owned(),
        case: gathered.case.id.clone(),
        number: gathered.case.number.clone(),
        made_at: now,
        log_key: house.log.verifier().to_string(),
        keys: gathered.keys,
        records,
        exhibits,
        checkpoint: write(out, CHECKPOINT, gathered.checkpoint.as_bytes()).await?,
        readme: write(out, README, EXPLANATION.as_bytes()).await?,
    };
    let bytes = written.to_bytes().map_err(Error::broken)?;
    let seal = manifest::seal(&bytes, &house.log).map_err(Error::broken)?;
    write(out, SEAL, seal.as_bytes()).await?;
    write(out, MANIFEST, &bytes).await?;
    Ok(Exported { records: written.records.len(), exhibits: written.exhibits.len(), exhibit_bytes })
}

/// Puts an export on record in the register of the case's agency, naming who took it and what.
pub async fn record_export(
    house: &Arc<House>,
    number: &str,
    purpose: &str,
    now: Moment,
) -> Result<(), Error> {
    let (inner, number, purpose) = (house.clone(), number.to_owned(), purpose.to_owned());
    house
        .store
        .write(move |db| {
            let case = by_number(db, &number)?;
            let facts = json!({ "case": case.id, "purpose": purpose });
            on_register(db, &inner, &case.agency_id, "export", &facts, None, now).map(drop)
        })
        .await
}

/// The case with this number; numbers are unique within an agency only.
fn by_number(db: &mut Db, number: &str) -> Result<cases::Case, Error> {
    let mut found = Vec::new();
    for agency in agencies::all(db)? {
        found.extend(cases::by_number(db, &agency.id, number).or_none()?);
    }
    if found.len() > 1 {
        return Err(Error::refused("有不止一个机关使用这个案件编号，没有导出。"));
    }
    found.pop().ok_or(Error::NotFound("案件"))
}

fn gather(db: &mut Db, house: &House, number: &str) -> Result<Gathered, Error> {
    let case = by_number(db, number)?;
    let (size, checkpoint) = prove::newest_checkpoint(db)?;
    let mut records = Vec::new();
    let mut refs: Vec<ExhibitRef> = Vec::new();
    for filed in file::read(db, house, &case.id)? {
        for named in &filed.payload.exhibits {
            if !refs.iter().any(|known| known.sha256 == named.sha256) {
                refs.push(named.clone());
            }
        }
        records.push(prove::record_proof(db, &filed.row, filed.fields, |_| true, size)?);
    }
    let keys = prove::signing_keys(db, records.iter().map(|record| record.envelope.as_slice()))?;
    let names = exhibits::by_case(db, &case.id)?.into_iter().map(|e| (e.sha256, e.name)).collect();
    Ok(Gathered { case, records, refs, names, keys, checkpoint })
}

async fn write_exhibits(
    house: &Arc<House>,
    out: &Path,
    gathered: &Gathered,
) -> Result<(Vec<ExhibitFile>, u64), Error> {
    let mut files = Vec::new();
    let mut total = 0;
    for named in &gathered.refs {
        let file = manifest::exhibit_file(&named.sha256);
        let mut reading = house
            .vault
            .open_range(named.sha256, None)
            .await
            .map_err(receive_exhibit::vault_refusal)?;
        let path = out.join(&file);
        let mut target = tokio::fs::File::create(&path).await.map_err(Error::broken)?;
        while let Some(piece) = reading.stream.next().await {
            target.write_all(&piece.map_err(Error::broken)?).await.map_err(Error::broken)?;
        }
        target.sync_all().await.map_err(Error::broken)?;
        total += named.size;
        files.push(ExhibitFile {
            sha256: named.sha256,
            chunk_root: named.chunk_root,
            size: named.size,
            media_type: named.media_type.clone(),
            name: gathered.names.get(&named.sha256.hex()).cloned().unwrap_or_default(),
            file,
        });
    }
    Ok((files, total))
}

async fn write(out: &Path, name: &str, bytes: &[u8]) -> Result<FileRef, Error> {
    let mut file = tokio::fs::File::create(out.join(name)).await.map_err(Error::broken)?;
    file.write_all(bytes).await.map_err(Error::broken)?;
    file.sync_all().await.map_err(Error::broken)?;
    Ok(FileRef { file: name.to_owned(), sha256: Digest::of(bytes) })
}

fn refuse_full_folder(out: &Path) -> Result<(), Error> {
    let first = match std::fs::read_dir(out) {
        Ok(mut entries) => entries.next(),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => None,
        Err(fault) => return Err(Error::broken(fault)),
    };
    match first {
        None => Ok(()),
        Some(_) => Err(Error::refused("导出目录不是空的，没有写入任何内容，请另选一个目录。")),
    }
}
