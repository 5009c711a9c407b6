//! An item that comes of a case: its last days with their arithmetic, what is hidden, and a proof that says no more.

use super::house::{self, Served};
use serde_json::json;
use std::sync::Arc;
use zhijian::{
    base::{Digest, DisclosureId, Money},
    desk::{
        Error, House,
        append::{self, Begin},
        disclose::Content,
        release,
        vouch::{self, OwnRecord},
    },
    law::{
        act::{Outcome, Penalty, PenaltyKind, ServiceMethod},
        procedure::{CaseState, Decided, Served as Delivered},
    },
    ledger::{bundle, field::Field},
    store::{cases, disclosures},
};

/// A decision of 2026-11-10 served on 2026-11-12, made public with the party's name masked; gives its number.
pub fn publish(house: &Arc<House>, agency: &str) -> String {
    let (at, agency) = (house.clone(), agency.to_owned());
    house
        .store
        .write_blocking(move |db| {
            let now = at.clock.now();
            let fine = Money::from_yuan(5000);
            let penalty = Penalty { kinds: vec![PenaltyKind::Fine], fine, ..Penalty::default() };
            let number = release::next_number(db, now)?;
            let field = |n: u8, path: &str, value: &str, mask: Option<&str>| Field {
                path: path.into(),
                value: value.into(),
                salt: [n; 32],
                mask: mask.map(str::to_owned),
            };
            let fields = vec![
                field(1, "shown.document.number", "演市监处罚〔2026〕77号", None),
                field(2, "shown.case.title", "王某某未亮照经营案", Some("name")),
                field(3, "case.title", "王小明未亮照经营案", None),
                field(4, "shown.party.name", "王某某", Some("name")),
                field(5, "party.name", "王小明", None),
                field(6, "shown.violation.facts", "未在经营场所醒目位置亮照。", None),
            ];
            let own = |kind, facts: serde_json::Value, fields| OwnRecord {
                chain: "case-77",
                kind,
                facts: facts.as_object().cloned().unwrap(),
                fields,
                exhibits: Vec::new(),
                on_behalf_of: None,
            };
            let record = vouch::sign_own(&at, own("imported-disclosure", json!({}), fields), now)?;
            append::link(db, &at.master, &record, Begin::Case(agency.clone()), now)?;
            let on = "2026-11-10".parse().unwrap();
            let state = CaseState {
                decision: Some(Decided {
                    on,
                    number: "演市监处罚〔2026〕77号".into(),
                    outcome: Outcome::Penalty,
                    penalty,
                    review: None,
                    decided_by: "head".into(),
                    record: Digest::ZERO,
                }),
                service: Some(Delivered {
                    on: "2026-11-12".parse().unwrap(),
                    method: ServiceMethod::Direct,
                }),
                ..CaseState::default()
            };
            cases::insert(db, &case(&agency, &state, now.millis()))?;
            let content = Content::of(&record.fields);
            let row = disclosures::Disclosure {
                id: DisclosureId::new(now).to_string(),
                number: number.clone(),
                agency_id: agency,
                case_id: Some("case-77".into()),
                act_kind: "penalty".into(),
                document_number: content.text("document.number"),
                title: content.text("case.title"),
                party: content.text("party.name"),
                party_code: String::new(),
                kinds: "fine".into(),
                fine: Some(fine.fen()),
                decided_on: "2026-11-10".into(),
                published_at: now.millis(),
                due: "2026-11-19".into(),
                show_until: Some("2027-11-10".into()),
                state: "published".into(),
                reason: String::new(),
                releases: 1,
                record_id: record.id.to_string(),
                content: serde_json::to_string(&content).unwrap(),
                source_key: None,
            };
            release::publish(db, &row, "disclosure", now)?;
            Ok::<_, Error>(number)
        })
        .unwrap()
}

fn case(agency: &str, state: &CaseState, at: i64) -> cases::Case {
    cases::Case {
        id: "case-77".into(),
        agency_id: agency.into(),
        number: "77".into(),
        title: "王小明未亮照经营案".into(),
        party: "王小明".into(),
        act_kind: "penalty".into(),
        item_code: String::new(),
        stage: "closed".into(),
        state: serde_json::to_string(state).unwrap(),
        opened_by: "officer".into(),
        opened_at: at,
        updated_at: at,
        closed_at: None,
    }
}

#[test]
fn a_case_item_counts_the_last_days_and_hides_what_is_masked() {
    let site = Served::start();
    let agency = house::enter_agency(&site.house);
    let number = publish(&site.house, &agency);
    site.sealed();
    let page = site.page(&format!("/disclosures/{number}"), 200);
    // Sixty days from 12 November end on 11 January 2027; six months on 12 May 2027, a Wednesday.
    for text in [
        "申请行政复议的最后一日：2027年1月11日。",
        "提起行政诉讼的最后一日：2027年5月12日。",
        "自送达生效之日（2026年11月12日）的次日起算60日",
        "《行政复议法》第二十条",
        "共 2 项",
        "依法隐去：自然人姓名",
        "0980-0000101",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let answer = site.get(&format!("/disclosures/{number}/proof.json")).text().unwrap();
    for text in
        [&page, &answer, &site.page("/disclosures", 200), &site.page("/disclosures.atom", 200)]
    {
        assert!(!text.contains("王小明"), "the name stays hidden");
    }
    let proof = bundle::Proof::parse(answer.as_bytes()).unwrap();
    assert_eq!((proof.record.opened.len(), proof.record.hidden.len()), (4, 2));
    let verdicts = bundle::check(&proof, &[site.house.log.verifier()]);
    assert!(verdicts.iter().all(|verdict| verdict.ok), "{verdicts:?}");
    assert!(site.page("/disclosures?q=%E5%B0%8F%E6%98%8E", 200).contains("未查到"));
}
