//! The procedure, replayed: each record is put before the same gate as when it was linked, by the rules in force on
//! its day. The rules are those compiled in; a dossier only names its pack and the digest of its rules.

use crate::{
    base::Digest,
    law::{
        self,
        calendar::Calendar,
        replay::{self, Told},
        rulebook::Rulebook,
    },
    ledger::{
        RecordProof,
        dossier::{Checked, Filed, State, manifest, manifest::MANIFEST},
        record::Payload,
        verdict::Step,
    },
};
use std::sync::LazyLock;

/// The rules compiled in; none if they could not be read, which a test of the law rules out.
static OWN: LazyLock<Option<(Rulebook, Calendar)>> = LazyLock::new(|| {
    let files = law::builtin_files();
    Rulebook::from_toml(files).ok().zip(Calendar::from_toml(files).ok())
});

static OWN_DIGEST: LazyLock<Digest> = LazyLock::new(|| {
    let files = law::builtin_files().iter();
    manifest::rules_digest(files.map(|(name, text)| (*name, Digest::of(text.as_bytes()))))
});

/// Adds what the rules say to the findings.
pub(super) fn check(checked: &mut Checked) {
    let Some(manifest) = checked.manifest.clone() else { return };
    let (pack, records) = (&manifest.rules.pack, std::mem::take(&mut checked.records));
    let result = match readable(&records) {
        Ok(readable) => replay(pack, &readable, checked),
        Err(fault) => Err(fault),
    };
    // Objections too rest on the rules: whoever reads them must know which.
    let replayed = matches!(result, Ok(_) | Err((State::Irregular, _)));
    checked.report.add(MANIFEST, Step::Procedure, result);
    if replayed && manifest.rules.sha256 != *OWN_DIGEST {
        let detail = "制卷时的规则文本与本程序所带的不是同一版本，核对依照本程序所带的规则";
        checked.report.add(MANIFEST, Step::Procedure, Err((State::Noted, detail.into())));
    }
    checked.records = records;
}

type Fault = (State, String);

/// All records, if all are there.
fn readable(records: &[Result<Filed, State>]) -> Result<Vec<(&RecordProof, Payload)>, Fault> {
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        match record {
            Err(_) => {
                let detail = "有记录缺失或者不能读取，没有按办案程序规则核对";
                return Err((State::Missing, detail.into()));
            }
            Ok(Filed::Withheld(_)) => {
                let detail = "有记录的内容没有随卷，没有按办案程序规则核对；需要核对的，请核验全卷或者司法卷";
                return Err((State::Noted, detail.into()));
            }
            Ok(Filed::Shown(record)) => {
                let payload = record.payload();
                let missing = || "有记录不能读取，没有按办案程序规则核对".to_owned();
                let payload = payload.ok_or_else(|| (State::Missing, missing()))?;
                all.push((record.as_ref(), payload));
            }
        }
    }
    Ok(all)
}

fn replay(
    pack: &str,
    records: &[(&RecordProof, Payload)],
    checked: &mut Checked,
) -> Result<String, Fault> {
    let unusable = |why: &str| (State::Missing, format!("{why}，没有按办案程序规则核对"));
    let (rules, calendar) =
        OWN.as_ref().ok_or_else(|| unusable("本程序所带的规则或者工作日历不能使用"))?;
    let known = rules.pack(pack);
    let pack = known.ok_or_else(|| unusable(&format!("本程序所带的规则中没有规则包 {pack}")))?;
    let told = records.iter().map(|(record, payload)| told(record, payload));
    let replayed = replay::replay(rules, calendar, pack, told);
    let lawful = replayed.is_lawful();
    for ((record, _), found) in records.iter().zip(replayed.objections) {
        let part = manifest::record_file(record.entry.seq);
        for said in found {
            checked.report.add(&part, Step::Procedure, Err((State::Irregular, said)));
        }
    }
    match lawful {
        true => Ok(replayed.conclusion),
        false => Err((State::Irregular, replayed.conclusion)),
    }
}

fn told(record: &RecordProof, payload: &Payload) -> Told {
    Told {
        kind: payload.kind.clone(),
        facts: payload.facts.clone(),
        at: payload.at,
        received_at: record.entry.received_at,
        people: payload.signers.iter().map(|signer| signer.person.clone()).collect(),
        record: record.entry.record,
        head: record.entry.hash(),
        seq: record.entry.seq,
        exhibits: payload.exhibits.len(),
    }
}
