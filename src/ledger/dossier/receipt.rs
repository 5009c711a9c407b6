//! The same report for a receipt (C2SP tlog-proof), under the policy of whoever checks.

use super::super::{
    note::NoteFault,
    policy::{Distrust, Policy, Trusted},
    proof,
    tlog_proof::TlogProof,
    verdict::Step,
    wording,
};
use super::report::{Report, State};
use crate::base::Moment;

/// How every receipt begins, by which it is told from a proof.
pub const BEGINS: &[u8] = b"c2sp.org/tlog-proof@";

/// Checks the receipt in `bytes`, which people know as `name`. Too few cosignatures, or a log that the policy does not
/// name, count as missing: nothing is wrong, but nothing is shown either.
pub fn verify_receipt(name: &str, bytes: &[u8], policy: &Policy) -> Report {
    let mut report = Report::new(true);
    let parsed = str::from_utf8(bytes).ok().and_then(|text| TlogProof::parse(text).ok());
    let opened = parsed.and_then(|receipt| Some((receipt.opening()?, receipt)));
    let Some((opening, receipt)) = opened else {
        let detail = "不是本系统的存证凭证，或者已被改动".to_owned();
        report.add(name, Step::File, Err((State::Tampered, detail)));
        return report;
    };
    let entry = &opening.entry;
    report.case = Some(entry.chain.clone());
    let detail = format!(
        "本凭证所证明的记录，指纹为{}，请与所持记录的指纹核对；服务器称于{}收到",
        entry.record, entry.received_at
    );
    report.add(name, Step::Entry, Ok(detail));
    match policy.check(&receipt.checkpoint) {
        Ok(trusted) => {
            report.log_key = Some(trusted.log.to_string());
            let at = &trusted.checkpoint;
            let leaf = opening.leaf().hash();
            let path =
                proof::verify_inclusion(leaf, receipt.index, at.size, &receipt.path, at.root);
            let path = path.map(|()| format!("是存证日志的第{}片叶（自0起）", receipt.index));
            report.add(name, Step::Checkpoint, Ok(vouched(&trusted)));
            let wrong = |fault| (State::Tampered, wording::proof(fault).to_owned());
            report.add(name, Step::Inclusion, path.map_err(wrong));
        }
        Err(fault) => report.add(name, Step::Checkpoint, Err(distrusted(&fault))),
    }
    report
}

/// Who vouches for the checkpoint, and by when.
fn vouched(trusted: &Trusted) -> String {
    let mut said =
        format!("日志 {} 签发，共{}片叶", trusted.checkpoint.origin, trusted.checkpoint.size);
    for (witness, seconds) in &trusted.witnesses {
        let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
        let at = Moment::from_millis(millis);
        said.push_str(&format!("；见证方 {} 于{at}联署", witness.name()));
    }
    if trusted.witnesses.is_empty() {
        said.push_str("；没有见证方联署");
    }
    said
}

fn distrusted(fault: &Distrust) -> (State, String) {
    match fault {
        Distrust::Quorum => (State::Missing, "见证方的联署没有达到信任策略的要求".into()),
        Distrust::UnknownLog | Distrust::Note(NoteFault::Unsigned) => {
            (State::Missing, "信任策略中没有签发它的日志".into())
        }
        Distrust::NotACheckpoint => (State::Tampered, "所附的不是检查点".into()),
        Distrust::Note(fault) => (State::Tampered, wording::note(fault)),
    }
}
