//! Checks a dossier: a folder with all records and exhibits of a case, provable without the server.
//!
//! Owns the order of the check and what counts as tampered or missing. Reads through [`Folder`] only;
//! exhibits are streamed, whatever their size.

pub mod manifest;
pub mod receipt;
pub mod report;
mod single;

pub use manifest::{ExhibitFile, FileRef, Manifest};
pub use receipt::verify_receipt;
pub use report::{Finding, Outcome, Report, State};
pub use single::verify_proof;

use super::{
    bundle::{self, RecordProof},
    checkpoint::Checkpoint,
    chunk::{ChunkHasher, chunk_root},
    entry::{Entry, check_link},
    note::NoteVerifier,
    record::ExhibitRef,
    verdict::Step,
    wording,
};
use crate::base::Digest;
use manifest::{CHECKPOINT, MANIFEST, ManifestFault, README, SEAL, SMALL};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    io::{self, Read},
};

/// What operating systems leave in folders people look at.
const SYSTEM_FILES: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// Where a dossier's files come from.
pub trait Folder {
    /// A file's bytes by its path (`/` between parts); `None` when there is no such file.
    fn open(&self, name: &str) -> Option<Box<dyn Read + '_>>;

    /// Paths of all files there are, in any order.
    fn names(&self) -> Vec<String>;
}

/// Checks everything in a dossier and names all that is wrong, in the order found.
///
/// Without `trusted` the log key is taken from the dossier itself, which shows that the dossier fits
/// together but not whose log it was; [`Report::log_key_given`] says which it was.
pub fn verify(folder: &impl Folder, trusted: Option<&NoteVerifier>) -> Report {
    let mut report = Report::new(trusted.is_some());
    let Some((bytes, manifest)) = read_manifest(folder, &mut report) else { return report };
    report.describe(&manifest);
    let verifier = bundle::log_key(&manifest.log_key, trusted);
    check_seal(folder, &bytes, &verifier, &mut report);
    let checkpoint = check_checkpoint(folder, &manifest, &verifier, &mut report);
    let records = check_records(folder, &manifest, checkpoint.as_ref(), &mut report);
    check_chain(&manifest, &records, &mut report);
    check_references(&manifest, &records, &mut report);
    for exhibit in &manifest.exhibits {
        let result = check_exhibit(folder, &manifest, exhibit);
        report.add(&exhibit.file, Step::Exhibit, result);
    }
    check_others(folder, &manifest, &mut report);
    report
}

/// Why a part is not good: tampered with, or not there.
pub(super) type Fault = (State, String);

pub(super) fn tampered(detail: impl Into<String>) -> Fault {
    (State::Tampered, detail.into())
}

pub(super) fn missing(detail: impl Into<String>) -> Fault {
    (State::Missing, detail.into())
}

/// Reads a file of at most `limit` bytes.
pub(super) fn read(folder: &impl Folder, name: &str, limit: usize) -> Result<Vec<u8>, Fault> {
    let file = folder.open(name).ok_or_else(|| missing("卷内没有这个文件"))?;
    let mut bytes = Vec::new();
    let allowed = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(allowed).read_to_end(&mut bytes).map_err(|_| missing("文件无法读取"))?;
    if bytes.len() > limit {
        Err(tampered(format!("文件超过 {limit} 字节")))
    } else {
        Ok(bytes)
    }
}

/// Reads a file whose digest the manifest lists.
fn read_listed(folder: &impl Folder, listed: &FileRef, limit: usize) -> Result<Vec<u8>, Fault> {
    let bytes = read(folder, &listed.file, limit)?;
    if Digest::of(&bytes) != listed.sha256 {
        return Err(tampered("内容与目录所载摘要不符"));
    }
    Ok(bytes)
}

pub(super) fn text(bytes: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|_| tampered("不是有效的文本"))
}

fn read_manifest(folder: &impl Folder, report: &mut Report) -> Option<(Vec<u8>, Manifest)> {
    let result = read(folder, MANIFEST, manifest::MAX_BYTES).and_then(|bytes| {
        let manifest = Manifest::parse(&bytes).map_err(|fault| {
            tampered(match fault {
                ManifestFault::Json(fault) => wording::canonical(&fault),
                ManifestFault::Format => "案卷的格式版本不明".into(),
                ManifestFault::FileName => "目录所载文件名不符合规定".into(),
                ManifestFault::Repeated => "目录重复列出同一附件或密钥".into(),
            })
        })?;
        Ok((bytes, manifest))
    });
    let detail = |(_, m): &(Vec<u8>, Manifest)| {
        format!("案号 {}，记录 {} 条，附件 {} 个", m.number, m.records.len(), m.exhibits.len())
    };
    report.add(MANIFEST, Step::Manifest, result.as_ref().map(detail).map_err(Clone::clone));
    result.ok()
}

fn check_seal(
    folder: &impl Folder,
    manifest: &[u8],
    verifier: &Result<NoteVerifier, String>,
    report: &mut Report,
) {
    let result = read(folder, SEAL, SMALL).and_then(text).and_then(|seal| {
        let verifier = verifier.as_ref().map_err(tampered)?;
        manifest::check_seal(manifest, &seal, verifier)
            .map_err(|fault| tampered(format!("{}，目录可能被改动", wording::note(&fault))))?;
        Ok(format!("目录由存证日志 {} 封签", verifier.name()))
    });
    report.add(SEAL, Step::Seal, result);
}

fn check_checkpoint(
    folder: &impl Folder,
    manifest: &Manifest,
    verifier: &Result<NoteVerifier, String>,
    report: &mut Report,
) -> Option<Checkpoint> {
    let result = read_listed(folder, &manifest.checkpoint, SMALL).and_then(text).and_then(|note| {
        let verifier = verifier.as_ref().map_err(tampered)?;
        bundle::open_checkpoint(&note, verifier).map_err(tampered)
    });
    let detail = result.as_ref().map_err(Clone::clone).map(|checkpoint| {
        format!("由存证日志 {} 签署，共 {} 叶", checkpoint.origin, checkpoint.size)
    });
    report.add(CHECKPOINT, Step::Checkpoint, detail);
    result.ok()
}

/// What could be read of each record, in the manifest's order.
type Records = Vec<Result<RecordProof, State>>;

fn check_records(
    folder: &impl Folder,
    manifest: &Manifest,
    checkpoint: Option<&Checkpoint>,
    report: &mut Report,
) -> Records {
    let check = |listed: &FileRef| {
        let bytes = read(folder, &listed.file, bundle::MAX_BYTES);
        let sound = bytes.clone().and_then(|bytes| match Digest::of(&bytes) == listed.sha256 {
            true => Ok("与目录所载摘要一致".to_owned()),
            false => Err(tampered("内容与目录所载摘要不符")),
        });
        report.add(&listed.file, Step::File, sound);
        let bytes = bytes.map_err(|(state, _)| state)?;
        // Goes on after a wrong digest, so that the part that was changed is named too.
        let record = RecordProof::parse(&bytes).map_err(|fault| {
            report.add(&listed.file, Step::File, Err(tampered(wording::canonical(&fault))));
            State::Tampered
        })?;
        for verdict in bundle::check_record(&record, &manifest.keys, checkpoint) {
            // Without a checkpoint nothing can be said of the record's place, which is no proof of tampering.
            let unknown = checkpoint.is_none() && verdict.step == Step::Inclusion;
            let state = if unknown { State::Missing } else { State::Tampered };
            let result = if verdict.ok { Ok(verdict.detail) } else { Err((state, verdict.detail)) };
            report.add(&listed.file, verdict.step, result);
        }
        Ok(record)
    };
    manifest.records.iter().map(check).collect()
}

fn check_chain(manifest: &Manifest, records: &Records, report: &mut Report) {
    let mut before: Result<Option<&Entry>, State> = Ok(None);
    let mut whole = true;
    for (seq, (listed, record)) in (0u64..).zip(manifest.records.iter().zip(records)) {
        if let Ok(record) = record {
            let entry = &record.entry;
            let linked = match before {
                Ok(before) => check_link(before, entry).map_err(|fault| wording::chain(&fault)),
                // After a record that cannot be read only the number can be told.
                Err(_) if entry.seq == seq => Ok(()),
                Err(_) => Err(format!("应为第 {seq} 号，实为第 {} 号", entry.seq)),
            };
            let owned = match entry.chain == manifest.case {
                true => linked,
                false => Err("记录不属于本案的链".into()),
            };
            if let Err(detail) = owned {
                whole = false;
                report.add(&listed.file, Step::Chain, Err(tampered(detail)));
            }
        }
        before = record.as_ref().map(|record| Some(&record.entry)).map_err(|state| *state);
        whole &= record.is_ok();
    }
    let detail = match (whole, manifest.records.len()) {
        (true, 0) => Err(missing("卷内没有任何记录")),
        (true, count) => Ok(format!(
            "第 0 至第 {} 号首尾相连，没有缺号；制卷以后是否另有记录，须向存证方查询",
            count.saturating_sub(1)
        )),
        (false, _) if records.contains(&Err(State::Missing)) => {
            Err(missing("有记录缺失，无法核对全链"))
        }
        (false, _) => Err(tampered("链不完整或次序不符")),
    };
    report.add(MANIFEST, Step::Chain, detail);
}

/// Exhibits the records name against exhibits the manifest lists.
fn check_references(manifest: &Manifest, records: &Records, report: &mut Report) {
    let mut named: HashMap<Digest, Vec<ExhibitRef>> = HashMap::new();
    for (listed, record) in manifest.records.iter().zip(records) {
        let payload = record.as_ref().ok().and_then(RecordProof::payload);
        for exhibit in payload.into_iter().flat_map(|payload| payload.exhibits) {
            if !manifest.exhibits.iter().any(|file| file.sha256 == exhibit.sha256) {
                let detail = format!("记录所附证据 {} 未随卷", exhibit.sha256);
                report.add(&listed.file, Step::Exhibit, Err(missing(detail)));
            }
            named.entry(exhibit.sha256).or_default().push(exhibit);
        }
    }
    let all_read = records.iter().all(Result::is_ok);
    for file in &manifest.exhibits {
        let fault = match named.get(&file.sha256) {
            None if all_read => tampered("没有任何记录附有此件"),
            None => missing("部分记录无法读取，不能确定此件由谁附入"),
            Some(signed) => match differs(file, signed) {
                Some(detail) => tampered(detail),
                None => continue,
            },
        };
        report.add(&file.file, Step::Exhibit, Err(fault));
    }
}

/// How the list and the records that name an exhibit disagree about it.
fn differs(file: &ExhibitFile, signed: &[ExhibitRef]) -> Option<&'static str> {
    if signed.iter().any(|one| one.size != file.size) {
        Some("目录所载大小与签署的记录不同")
    } else if signed.iter().any(|one| one.chunk_root != file.chunk_root) {
        Some("目录所载分块根与签署的记录不同")
    } else if signed.iter().all(|one| one.media_type != file.media_type) {
        // A type is what somebody made of the bytes; two records may differ about it.
        Some("目录所载类型与签署的记录不同")
    } else {
        None
    }
}

fn check_exhibit(
    folder: &impl Folder,
    manifest: &Manifest,
    exhibit: &ExhibitFile,
) -> Result<String, Fault> {
    let file = folder.open(&exhibit.file).ok_or_else(|| missing("卷内没有这个文件"))?;
    let (sha256, chunks, size) = digest_stream(file).map_err(|_| missing("文件无法读取"))?;
    if sha256 != exhibit.sha256 {
        let other = manifest.exhibits.iter().find(|other| other.sha256 == sha256);
        return Err(tampered(match other {
            Some(other) => format!("内容被调换，实为附件 {}", other.sha256),
            None => format!("内容被改动：应为 {} 字节，实为 {size} 字节，摘要不符", exhibit.size),
        }));
    }
    if size != exhibit.size || chunk_root(&chunks) != exhibit.chunk_root {
        return Err(tampered("大小或分块根与目录所载不符"));
    }
    Ok(format!("{}，{size} 字节，与签署的摘要一致", exhibit.name))
}

fn digest_stream(mut file: impl Read) -> io::Result<(Digest, Vec<Digest>, u64)> {
    let (mut whole, mut chunks, mut size) = (Sha256::new(), ChunkHasher::new(), 0u64);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => continue,
            Err(fault) => return Err(fault),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        whole.update(bytes);
        chunks.update(bytes);
        size = size.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
    Ok((Digest(whole.finalize().into()), chunks.finish(), size))
}

/// The explanation, and files that nobody listed.
fn check_others(folder: &impl Folder, manifest: &Manifest, report: &mut Report) {
    let readme = read_listed(folder, &manifest.readme, SMALL);
    report.add(README, Step::File, readme.map(|_| "与目录所载摘要一致".into()));
    let listed = manifest.files();
    let mut names = folder.names();
    names.sort_unstable();
    for name in names.iter().filter(|name| !listed.contains(name.as_str())) {
        let result = match is_left_by_systems(name) {
            true => Ok("操作系统留下的文件，不属于案卷".into()),
            false => Err(tampered("目录没有列出这个文件，不属于案卷")),
        };
        report.add(name, Step::File, result);
    }
}

pub(super) fn is_left_by_systems(name: &str) -> bool {
    SYSTEM_FILES.contains(&name.rsplit('/').next().unwrap_or(name))
}
