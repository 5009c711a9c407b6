//! Who but the log vouches for a dossier's checkpoint: witnesses by a policy, authorities by time stamps.

use super::super::{
    note::{Note, NoteFault, NoteVerifier},
    policy::{Distrust, Policy, Trusted},
    timestamp::{self, Signed, TimestampFault},
    verdict::Step,
    wording,
};
use super::{
    Fault, FileRef, Folder, Manifest, Report,
    manifest::{CHECKPOINT, POLICY, SMALL},
    missing, read_listed, tampered, text,
};
use crate::{base::Moment, ledger::dossier::State};

/// Reads the dossier's own policy and judges the checkpoint by `given`, or else by that.
pub(super) fn check_witnesses(
    folder: &impl Folder,
    manifest: &Manifest,
    note: &str,
    given: Option<&Policy>,
    report: &mut Report,
) {
    let own = read_listed(folder, &manifest.policy, SMALL).and_then(|bytes| {
        let policy = Policy::parse(&bytes).map_err(|_| tampered("不是有效的信任策略"))?;
        let same = |log: &NoteVerifier| log.to_string() == manifest.log_key;
        match policy.logs() {
            [log] if same(log) => Ok(policy),
            _ => Err(tampered("信任策略所列的日志与目录不同")),
        }
    });
    let said = |_: &Policy| "存证方提出的信任策略，与目录所载摘要一致".to_owned();
    report.add(POLICY, Step::File, own.as_ref().map(said).map_err(Clone::clone));
    let Some(policy) = given.or(own.as_ref().ok()) else { return };
    let by = if given.is_some() { "您指定的信任策略" } else { "随卷的信任策略" };
    report.add(CHECKPOINT, Step::Witness, judged(policy, note, by));
}

/// Whether a quorum of `policy`, which is described as `by`, cosigned `note`.
pub(super) fn judged(policy: &Policy, note: &str, by: &str) -> Result<String, Fault> {
    let trusted = policy.check(note).map_err(|fault| distrusted(&fault))?;
    if trusted.witnesses.is_empty() {
        let detail = format!("{by}不要求联署，检查点上也没有策略所列见证方的联署");
        return Err((State::Noted, detail));
    }
    Ok(format!("{}；达到{by}的要求", names(&trusted)))
}

/// The witnesses that cosigned, each with its time.
pub(super) fn names(trusted: &Trusted) -> String {
    let line = |(witness, seconds): &(_, u64)| {
        let witness: &super::super::CosignatureVerifier = witness;
        let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
        format!("见证方 {} 于{}联署", witness.name(), Moment::from_millis(millis))
    };
    trusted.witnesses.iter().map(line).collect::<Vec<_>>().join("；")
}

pub(super) fn distrusted(fault: &Distrust) -> Fault {
    match fault {
        Distrust::Quorum => missing("见证方的联署没有达到信任策略的要求"),
        Distrust::UnknownLog | Distrust::Note(NoteFault::Unsigned) => {
            missing("信任策略中没有签发它的日志")
        }
        Distrust::NotACheckpoint => tampered("所附的不是检查点"),
        Distrust::Note(fault) => tampered(wording::note(fault)),
    }
}

/// What authorities stamp: the note with the first line of the log of this name alone, whatever others added since.
/// When two keys of a log sign, the outgoing one's line is the first, so that who knows only that one finds it.
///
/// # Errors
/// As [`Note::parse`].
pub fn stamped_bytes(note: &str, log: &str) -> Result<String, NoteFault> {
    let mut note = Note::parse(note)?;
    let own = note.signatures.iter().position(|line| line.name == log);
    note.signatures = own.map(|at| note.signatures.swap_remove(at)).into_iter().collect();
    Ok(note.to_string())
}

/// Checks every time stamp over the checkpoint.
pub(super) fn check_timestamps(
    folder: &impl Folder,
    manifest: &Manifest,
    note: &str,
    report: &mut Report,
) {
    // A key's name has no plus sign in it.
    let log = manifest.log_key.split('+').next().unwrap_or_default();
    if manifest.timestamps.is_empty() {
        let detail = "卷内没有时间戳；收到时间以服务器和见证方所记为准";
        report.add(CHECKPOINT, Step::Timestamp, Err((State::Noted, detail.into())));
    }
    for token in &manifest.timestamps {
        let listed = FileRef { file: token.file.clone(), sha256: token.sha256 };
        let result = read_listed(folder, &listed, timestamp::MAX_BYTES).and_then(|bytes| {
            let over = stamped_bytes(note, log).map_err(|fault| tampered(wording::note(&fault)))?;
            stamped(&bytes, over.as_bytes(), &token.authority)
        });
        report.add(&token.file, Step::Timestamp, result);
    }
}

fn stamped(token: &[u8], over: &[u8], authority: &str) -> Result<String, Fault> {
    let stamp = timestamp::verify(token, over).map_err(|fault| tampered(wrong(fault)))?;
    let at = stamp.time;
    let time =
        format!("{authority} 证明检查点在北京时间 {} {} 以前已经存在", at.day(), at.clock_time());
    Ok(match stamp.signature {
        Signed::By { certificate, subject } => format!(
            "{time}；签名有效，签名证书 {subject}，其 SHA-256 指纹 {certificate}，请与该机构公布的核对"
        ),
        Signed::Unknown => format!("{time}；所用签名算法本程序不能核对，请用该机构的工具核对签名"),
    })
}

fn wrong(fault: TimestampFault) -> &'static str {
    match fault {
        TimestampFault::Refused | TimestampFault::Malformed => "不是有效的时间戳",
        TimestampFault::Imprint => "时间戳所证明的不是这个检查点",
        TimestampFault::Nonce => "时间戳答复的是另一次请求",
        TimestampFault::Signature => "时间戳的签名无效",
    }
}

/// The note of the checkpoint's file, if it is there.
pub(super) fn note_of(folder: &impl Folder, manifest: &Manifest) -> Result<String, Fault> {
    read_listed(folder, &manifest.checkpoint, SMALL).and_then(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{NoteSigner, note};
    use ed25519_dalek::SigningKey;

    #[test]
    fn what_is_stamped_is_the_log_s_first_line_alone() {
        let signer =
            |name, seed| NoteSigner::new(name, SigningKey::from_bytes(&[seed; 32])).unwrap();
        let (old, new, other) = (signer("log", 1), signer("log", 2), signer("witness", 3));
        let bare = note::sign("x\n", &[&old]).unwrap();
        for by in [&[&old][..], &[&old, &new], &[&other, &old, &new], &[&old, &other]] {
            let note = note::sign("x\n", by).unwrap();
            assert_eq!(stamped_bytes(&note, "log").unwrap(), bare);
        }
    }
}
