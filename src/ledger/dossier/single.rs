//! The same report for a single record's proof.

use super::super::{
    bundle::{self, Proof},
    verdict::Step,
    wording,
};
use super::{
    Trust,
    report::{Report, State},
    trust,
};

/// Checks the proof in `bytes`, which people know as `name`.
///
/// Bytes that are no proof are reported as tampered with at [`Step::File`]. Cosignatures are judged by a given policy
/// only: a proof brings none.
pub fn verify_proof(name: &str, bytes: &[u8], trust: Trust<'_>) -> Report {
    let mut report = Report::new(!trust.logs.is_empty());
    let proof = match Proof::parse(bytes) {
        Ok(proof) => proof,
        Err(fault) => {
            let detail =
                format!("不是本系统的证明文件，或者已被改动：{}", wording::canonical(&fault));
            report.add(name, Step::File, Err((State::Tampered, detail)));
            return report;
        }
    };
    report.log_key = Some(proof.log_key.clone());
    report.case = Some(proof.record.entry.chain.clone());
    for verdict in bundle::check(&proof, trust.logs) {
        let state = (State::Tampered, verdict.detail.clone());
        report.add(name, verdict.step, if verdict.ok { Ok(verdict.detail) } else { Err(state) });
    }
    if let Some(policy) = trust.policy {
        let judged = trust::judged(policy, &proof.checkpoint, "您指定的信任策略");
        report.add(name, Step::Witness, judged);
    }
    report
}
