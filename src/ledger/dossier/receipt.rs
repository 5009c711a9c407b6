//! The same report for a receipt (C2SP tlog-proof), under the policy of whoever checks.

use super::super::{
    policy::{Policy, Trusted},
    proof,
    tlog_proof::TlogProof,
    verdict::Step,
    wording,
};
use super::{
    report::{Report, State},
    trust,
};

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
        Err(fault) => report.add(name, Step::Checkpoint, Err(trust::distrusted(&fault))),
    }
    report
}

/// Who vouches for the checkpoint, and by when.
fn vouched(trusted: &Trusted) -> String {
    let checkpoint = &trusted.checkpoint;
    let said = format!("日志 {} 签发，共{}片叶", checkpoint.origin, checkpoint.size);
    match trusted.witnesses.is_empty() {
        true => format!("{said}；没有见证方联署"),
        false => format!("{said}；{}", trust::names(trusted)),
    }
}
