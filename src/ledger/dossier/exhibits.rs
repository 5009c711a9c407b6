//! A dossier's exhibits: what records name against what is listed, and the bytes themselves, streamed.

use super::super::{
    bundle::RecordProof,
    chunk::{ChunkHasher, chunk_root},
    record::ExhibitRef,
    verdict::Step,
};
use super::{
    ExhibitFile, Fault, Filed, Folder, Manifest, Records, Report, State, missing, tampered,
    unreadable,
};
use crate::base::Digest;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{HashMap, HashSet},
    io::{self, Read},
};

/// Checks the list and then every file on it.
pub(super) fn check(
    folder: &impl Folder,
    manifest: &Manifest,
    records: &Records,
    report: &mut Report,
) {
    check_references(manifest, records, report);
    for exhibit in &manifest.exhibits {
        let result = check_exhibit(folder, manifest, exhibit);
        report.add(&exhibit.file, Step::Exhibit, result);
    }
}

/// Why an exhibit that a record names is not there.
fn left_out(manifest: &Manifest, sha256: &Digest) -> Fault {
    match manifest.withheld.iter().find(|exhibit| exhibit.sha256 == *sha256) {
        Some(withheld) if manifest.variant.may_withhold() => {
            (State::Noted, format!("记录所附证据 {sha256} 没有随卷：{}", withheld.reason))
        }
        _ => missing(format!("记录所附证据 {sha256} 未随卷")),
    }
}

/// Exhibits the records name against exhibits the manifest lists.
fn check_references(manifest: &Manifest, records: &Records, report: &mut Report) {
    let mut named: HashMap<Digest, Vec<ExhibitRef>> = HashMap::new();
    let listed_files: HashSet<Digest> = manifest.exhibits.iter().map(|file| file.sha256).collect();
    for (listed, record) in manifest.records.iter().zip(records) {
        let payload = record.as_ref().ok().and_then(Filed::shown).and_then(RecordProof::payload);
        for exhibit in payload.into_iter().flat_map(|payload| payload.exhibits) {
            if !listed_files.contains(&exhibit.sha256) {
                let fault = left_out(manifest, &exhibit.sha256);
                report.add(&listed.file, Step::Exhibit, Err(fault));
            }
            named.entry(exhibit.sha256).or_default().push(exhibit);
        }
    }
    let all_read = records.iter().all(|record| matches!(record, Ok(Filed::Shown(_))));
    for file in &manifest.exhibits {
        let fault = match named.get(&file.sha256) {
            None if all_read => tampered("没有任何记录附有此件"),
            None => missing("部分记录没有随卷或者无法读取，不能确定此件由谁附入"),
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
    let mut read = Err(missing("卷内没有这个文件"));
    folder.read(&exhibit.file, &mut |file| {
        // What is longer than anything listed is wrong, however much longer.
        let most = manifest.exhibits.iter().map(|one| one.size).max().unwrap_or(exhibit.size);
        let file = file.take(most.saturating_add(1));
        read = digest_stream(file).map_err(|fault| unreadable(&fault));
    });
    let (sha256, chunks, size) = read?;
    if sha256 != exhibit.sha256 {
        let other = manifest.exhibits.iter().find(|other| other.sha256 == sha256);
        return Err(tampered(match other {
            Some(other) => format!("内容被调换，实为附件 {}", other.sha256),
            None if size > exhibit.size => format!("内容多于 {} 字节，摘要不符", exhibit.size),
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
