//! Checks a dossier: a folder with all records and exhibits of a case, provable without the server.
//!
//! Owns the order of the check and what counts as tampered or missing. Reads through [`Folder`] only;
//! exhibits are streamed, whatever their size.

mod exhibits;
pub mod keys;
pub mod manifest;
pub mod receipt;
pub mod report;
mod single;
mod trust;
pub mod withheld;

pub use manifest::{ExhibitFile, FileRef, Manifest, Variant};
pub use receipt::verify_receipt;
pub use report::{Finding, Outcome, Report, State};
pub use single::verify_proof;
pub use trust::stamped_bytes;
pub use withheld::{Filed, WithheldRecord};

use super::{
    bundle,
    checkpoint::Checkpoint,
    entry::{Entry, check_link},
    log_keys::LogKeys,
    note::{NoteFault, NoteVerifier},
    policy::Policy,
    verdict::Step,
    wording,
};
use crate::base::Digest;
use manifest::{CHECKPOINT, MANIFEST, ManifestFault, README, SEAL, SMALL};
use std::io::{self, Read};

/// What operating systems leave in folders people look at.
const SYSTEM_FILES: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// Where a dossier's files come from.
pub trait Folder {
    /// Hands the file with this path (`/` between parts) to `take`, once; `false` when there is no such file.
    fn read(&self, name: &str, take: &mut dyn FnMut(&mut dyn Read)) -> bool;

    /// Paths of all files there are, in any order.
    fn names(&self) -> Vec<String>;
}

/// What whoever checks knows from elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trust<'t> {
    /// Keys of the log, of which one must have signed; none when none is known.
    pub logs: &'t [NoteVerifier],
    /// Which witnesses count, and how many; else the dossier's own policy does.
    pub policy: Option<&'t Policy>,
}

/// A dossier after its check: the findings, and what could be read.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The findings.
    pub report: Report,
    /// The table of contents.
    pub manifest: Option<Manifest>,
    /// The records in the manifest's order.
    pub records: Records,
}

/// What could be read of each record, in the manifest's order.
pub type Records = Vec<Result<Filed, State>>;

/// Checks everything in a dossier but the procedure, and names all that is wrong, in the order found.
///
/// Without a trusted log key it is taken from the dossier itself, which shows that the dossier fits
/// together but not whose log it was; [`Report::log_key_given`] says which it was.
pub fn verify(folder: &impl Folder, trust: Trust<'_>) -> Checked {
    let mut report = Report::new(!trust.logs.is_empty());
    let Some((bytes, manifest)) = read_manifest(folder, &mut report) else {
        return Checked { report, manifest: None, records: Vec::new() };
    };
    report.describe(&manifest);
    let keys = LogKeys::claimed(&manifest.log_key, trust.logs);
    check_seal(folder, &bytes, &keys, &mut report);
    let checkpoint = check_checkpoint(folder, &manifest, &keys, &mut report);
    if let (Ok(note), Ok(_)) = (trust::note_of(folder, &manifest), &keys) {
        trust::check_witnesses(folder, &manifest, &note, trust.policy, &mut report);
        trust::check_timestamps(folder, &manifest, &note, &mut report);
    }
    keys::check(folder, &manifest, checkpoint.as_ref(), &mut report);
    let records = check_records(folder, &manifest, checkpoint.as_ref(), &mut report);
    check_chain(&manifest, &records, &mut report);
    exhibits::check(folder, &manifest, &records, &mut report);
    check_others(folder, &manifest, &mut report);
    Checked { report, manifest: Some(manifest), records }
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
    let mut result = Err(missing("卷内没有这个文件"));
    folder.read(name, &mut |file| {
        let mut bytes = Vec::new();
        let allowed = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let read = file.take(allowed).read_to_end(&mut bytes).map_err(|fault| unreadable(&fault));
        result = match read {
            Ok(_) if bytes.len() > limit => Err(tampered(format!("文件超过 {limit} 字节"))),
            read => read.map(|_| bytes),
        };
    });
    result
}

/// What a failing disk cannot give is missing; what a zip's own check sum speaks against was changed.
fn unreadable(fault: &io::Error) -> Fault {
    match fault.kind() {
        io::ErrorKind::InvalidData => tampered("文件内容与压缩包所载校验值不符，或者无法解压"),
        _ => missing("文件无法读取"),
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
        let (label, records, exhibits) = (m.variant.label(), m.records.len(), m.exhibits.len());
        format!("{label}，编号 {}，记录 {records} 条，附件 {exhibits} 个", m.number)
    };
    report.add(MANIFEST, Step::Manifest, result.as_ref().map(detail).map_err(Clone::clone));
    result.ok()
}

fn check_seal(
    folder: &impl Folder,
    manifest: &[u8],
    keys: &Result<LogKeys, String>,
    report: &mut Report,
) {
    let changed = |fault: String| tampered(format!("{fault}，目录可能被改动"));
    let result = read(folder, SEAL, SMALL).and_then(text).and_then(|seal| {
        let opened = keys.as_ref().map_err(tampered)?.open(&seal).map_err(changed)?;
        let name = opened.by.first().map_or("", NoteVerifier::name);
        if opened.text != manifest::seal_text(manifest) {
            return Err(changed(wording::note(&NoteFault::BadSignature(name.to_owned()))));
        }
        Ok(format!("目录由存证日志 {name} 封签"))
    });
    report.add(SEAL, Step::Seal, result);
}

fn check_checkpoint(
    folder: &impl Folder,
    manifest: &Manifest,
    keys: &Result<LogKeys, String>,
    report: &mut Report,
) -> Option<Checkpoint> {
    let result = read_listed(folder, &manifest.checkpoint, SMALL)
        .and_then(text)
        .and_then(|note| keys.as_ref().map_err(tampered)?.checkpoint(&note).map_err(tampered));
    let detail = result.as_ref().map_err(Clone::clone).map(|checkpoint| {
        format!("由存证日志 {} 签署，共 {} 叶", checkpoint.origin, checkpoint.size)
    });
    report.add(CHECKPOINT, Step::Checkpoint, detail);
    result.ok()
}

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
        let record = Filed::parse(&bytes).map_err(|fault| {
            report.add(&listed.file, Step::File, Err(tampered(wording::canonical(&fault))));
            State::Tampered
        })?;
        if let Filed::Withheld(record) = &record {
            report.add(&listed.file, Step::Fields, withheld(manifest, record));
        }
        for verdict in record.check(&manifest.keys, checkpoint) {
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

/// That a record is left out, and whether this variant may do so.
fn withheld(manifest: &Manifest, record: &WithheldRecord) -> Result<String, Fault> {
    let detail = format!("内容没有随卷，只证明其位置：{}", record.withheld);
    match manifest.variant.may_withhold() {
        true => Err((State::Noted, detail)),
        false => Err(missing(format!("{}应当完整，{detail}", manifest.variant.label()))),
    }
}

fn check_chain(manifest: &Manifest, records: &Records, report: &mut Report) {
    let mut before: Result<Option<&Entry>, State> = Ok(None);
    let mut whole = true;
    for (seq, (listed, record)) in (0u64..).zip(manifest.records.iter().zip(records)) {
        if let Ok(record) = record {
            let entry = record.entry();
            let linked = match before {
                Ok(before) => check_link(before, entry).map_err(|fault| wording::chain(&fault)),
                // After a record that cannot be read only the number can be told.
                Err(_) if entry.seq == seq => Ok(()),
                Err(_) => {
                    let [due, found] = [seq, entry.seq].map(wording::nth);
                    Err(format!("应为第 {due} 号，实为第 {found} 号"))
                }
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
        before = record.as_ref().map(|record| Some(record.entry())).map_err(|state| *state);
        whole &= record.is_ok();
    }
    let detail = match (whole, manifest.records.len()) {
        (true, 0) => Err(missing("卷内没有任何记录")),
        (true, count) => Ok(format!(
            "第 1 至第 {count} 号首尾相连，没有缺号；制卷以后是否另有记录，须向存证方查询"
        )),
        (false, _) if records.iter().any(|record| matches!(record, Err(State::Missing))) => {
            Err(missing("有记录缺失，无法核对全链"))
        }
        (false, _) => Err(tampered("链不完整或次序不符")),
    };
    report.add(MANIFEST, Step::Chain, detail);
}

/// The explanation, and files that nobody listed.
fn check_others(folder: &impl Folder, manifest: &Manifest, report: &mut Report) {
    let readme = read_listed(folder, &manifest.readme, SMALL);
    report.add(README, Step::File, readme.map(|_| "与目录所载摘要一致".into()));
    for rules in &manifest.rules.files {
        let read = read_listed(folder, rules, SMALL);
        report.add(&rules.file, Step::File, read.map(|_| "与目录所载摘要一致".into()));
    }
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
