//! Projections beside the case state: keys, reviews, decisions, exhibits' rows, what the public sees.

use super::{Report, chains::Keys};
use crate::{
    base::Digest,
    desk::{
        Error, House,
        disclose::Content,
        file::{self, Filed},
    },
    law::act::Act,
    ledger::dsse::Envelope,
    store::{Db, decisions, disclosures, exhibits, keys, records, reviews},
};

/// Rows read at a time.
const BATCH: i64 = 500;

pub(super) fn check(
    db: &mut Db,
    house: &House,
    recorded: &Keys,
    report: &mut Report,
) -> Result<(), Error> {
    check_keys(db, recorded, report)?;
    check_exhibits(db, report)?;
    check_disclosures(db, house, report)
}

fn check_keys(db: &mut Db, recorded: &Keys, report: &mut Report) -> Result<(), Error> {
    let rows = keys::all(db)?;
    for row in &rows {
        let agrees = recorded.get(&row.id).is_some_and(|key| {
            key.public_key[..] == row.public_key[..]
                && key.custody == row.custody
                && key.registered_leaf == row.registered_leaf
                && key.revoked_leaf == row.revoked_leaf
                && row.person_id.as_deref().unwrap_or(crate::desk::vouch::SERVICE) == key.person
        });
        if !agrees {
            report.fault(format!("密钥{}", row.id), "与登记、吊销记录不符");
        }
    }
    if rows.len() != recorded.len() {
        report.fault("密钥", "密钥表与登记记录的数目不符");
    }
    Ok(())
}

fn check_exhibits(db: &mut Db, report: &mut Report) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let page = exhibits::page(db, &after, BATCH)?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in page {
            let place = format!("证据附件{}（{}）", row.id, row.sha256);
            let record = records::find(db, &row.record_id)?;
            let named = Envelope::parse(&record.envelope)
                .ok()
                .and_then(|envelope| envelope.record().ok())
                .is_some_and(|payload| {
                    payload.chain == row.case_id
                        && payload.exhibits.iter().any(|named| {
                            named.sha256.hex() == row.sha256
                                && named.chunk_root.hex() == row.chunk_root
                                && named.size == row.size.unsigned_abs()
                                && named.media_type == row.media_type
                        })
                });
            if !named {
                report.fault(place, "与入库记录不符");
            }
        }
    }
}

fn check_disclosures(db: &mut Db, house: &House, report: &mut Report) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let page = disclosures::page_by_id(db, &after, BATCH)?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in page {
            report.disclosures += 1;
            let filed = file::one(db, house, &row.record_id)?;
            check_disclosure(&row, &filed, report);
            if let Some(case_id) = &row.case_id {
                check_case_rows(db, house, case_id, report)?;
            }
        }
    }
}

fn check_disclosure(row: &disclosures::Disclosure, filed: &Filed, report: &mut Report) {
    let place = format!("公示信息{}", row.number);
    if filed.payload.facts.get("number").and_then(|n| n.as_str()) != Some(row.number.as_str()) {
        report.fault(&place, "公示编号与记录不符");
    }
    // A withdrawal opens nothing new: the row keeps what the release before it showed.
    if filed.payload.kind == "withdrawal" {
        if row.state != "withdrawn" {
            report.fault(place, "已经撤下的信息又在公示");
        }
        return;
    }
    let shown = serde_json::to_string(&Content::of(&filed.fields)).unwrap_or_default();
    if row.content != shown {
        report.fault(&place, "公开页面的内容与签名记录不符");
    }
    let content = Content::of(&filed.fields);
    let columns = [
        ("document.number", &row.document_number),
        ("case.title", &row.title),
        ("party.name", &row.party),
        ("party.code", &row.party_code),
    ];
    if columns.iter().any(|(item, value)| content.text(item) != **value) {
        report.fault(place, "检索列与签名记录不符");
    }
}

/// Reviews and decisions of one case against its records.
fn check_case_rows(
    db: &mut Db,
    house: &House,
    case_id: &str,
    report: &mut Report,
) -> Result<(), Error> {
    let records = file::read(db, house, case_id)?;
    let act = |record: &Filed| {
        let facts = serde_json::Value::Object(record.payload.facts.clone());
        Act::parse(&record.payload.kind, &facts).ok()
    };
    for row in decisions::by_case(db, case_id)? {
        let record = records.iter().find(|record| record.row.id == row.record_id);
        let agrees = record.and_then(act).is_some_and(|act| match act {
            Act::Decision { on, number, penalty, review, .. } => {
                let digest = |id: &String| {
                    records.iter().find(|r| r.row.id == *id).map(|r| Digest::of(&r.row.envelope))
                };
                row.number == number
                    && row.decided_on == on.to_string()
                    && row.fine == penalty.fine.fen()
                    && row.confiscated == penalty.confiscated.fen()
                    && row.review_record_id.as_ref().and_then(digest) == review
            }
            _ => false,
        });
        if !agrees {
            report.fault(format!("决定{}", row.number), "与决定记录不符");
        }
    }
    for row in reviews::by_case(db, case_id)? {
        let Some(id) = &row.record_id else { continue };
        let record = records.iter().find(|record| record.row.id == *id);
        let agrees = record.and_then(act).is_some_and(|act| match act {
            Act::Review { result, reviewer, .. } => {
                let word = crate::desk::project::word(&result).ok();
                row.result == word && row.reviewer_id.as_deref() == Some(reviewer.person.as_str())
            }
            _ => false,
        });
        if !agrees {
            report.fault(format!("案件{case_id}第{}轮审核", row.round), "与审核记录不符");
        }
    }
    Ok(())
}
