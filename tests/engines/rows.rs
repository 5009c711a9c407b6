//! Sample rows, each complete and each different by its number.

use crate::bench::run;
use zhijian::store::*;

/// Agency `a`, person `p`, chain and case `c`, record `r0` (a filing) in it.
pub fn seed(store: &Store) {
    store
        .write_blocking(|db: &mut Db| {
            agencies::insert(db, &agency("a", None))?;
            people::insert(db, &person("p"))?;
            chains::insert(db, &chain("c"))?;
            cases::insert(db, &case("c", 1))?;
            records::insert(db, &record("r0", "c", 0, "filing"))
        })
        .unwrap();
}

/// A second case `d` with chain and nothing in it.
pub fn second_case(store: &Store) {
    store
        .write_blocking(|db: &mut Db| {
            chains::insert(db, &chain("d"))?;
            cases::insert(db, &case("d", 2))
        })
        .unwrap();
}

/// A submission `s<round>` in case `c`, and its review record `v<round>` with `result`.
pub fn reviewed(store: &Store, round: i32, result: &str) {
    let (submission, answer) = (format!("s{round}"), format!("v{round}"));
    let result = result.to_owned();
    store
        .write_blocking(move |db: &mut Db| {
            let seq = i64::from(round) * 10;
            records::insert(db, &record(&submission, "c", seq, "submission"))?;
            records::insert(db, &record(&answer, "c", seq + 1, "review"))?;
            reviews::insert(db, &review(&submission, round))?;
            let outcome = reviews::Outcome {
                record_id: &answer,
                result: &result,
                reviewer_id: "p",
                reviewed_at: 5,
            };
            reviews::set_result(db, &submission, &outcome)
        })
        .unwrap();
}

/// Records, raw, so that foreign keys of other rows hold.
pub fn more_records(store: &Store, ids: &[&str], kind: &str) {
    more_records_from(store, 1000, ids, kind);
}

/// The same, from place `seq` of the chain on.
pub fn more_records_from(store: &Store, seq: i64, ids: &[&str], kind: &str) {
    for (at, id) in ids.iter().enumerate() {
        run(store, &record_sql(id, seq + at as i64, kind));
    }
}

pub fn record_sql(id: &str, seq: i64, kind: &str) -> String {
    format!(
        "INSERT INTO records (id, chain, seq, kind, at, envelope, envelope_digest, payload_digest, received_at) \
         VALUES ('{id}', 'c', {seq}, '{kind}', 1, '', 'e{id}', 'p{id}', 1)"
    )
}

pub fn agency(id: &str, parent: Option<&str>) -> agencies::Agency {
    agencies::Agency {
        id: id.into(),
        code: format!("code-{id}"),
        name: "某某执法局".into(),
        short_name: "某".into(),
        parent_id: parent.map(Into::into),
        region: "110000".into(),
        pack: "plain".into(),
        address: String::new(),
        phone: String::new(),
        created_at: 1,
    }
}

pub fn person(id: &str) -> people::Person {
    people::Person {
        id: id.into(),
        agency_id: "a".into(),
        login: format!("login-{id}"),
        name: "张三".into(),
        roles: "officer".into(),
        password_hash: "h".into(),
        certificate: String::new(),
        certificate_from: String::new(),
        certificate_until: String::new(),
        qualification: String::new(),
        active: true,
        created_at: 1,
    }
}

pub fn chain(id: &str) -> chains::Chain {
    chains::Chain {
        id: id.into(),
        kind: "case".into(),
        agency_id: Some("a".into()),
        length: 0,
        head: vec![0; 32],
        sealing_key: Some(vec![9]),
    }
}

pub fn case(id: &str, number: i64) -> cases::Case {
    cases::Case {
        id: id.into(),
        agency_id: "a".into(),
        number: format!("[2026]{number}"),
        title: "占道经营案".into(),
        party: "李四".into(),
        act_kind: "penalty".into(),
        item_code: "x".into(),
        stage: "filed".into(),
        state: "{}".into(),
        opened_by: "p".into(),
        opened_at: number,
        updated_at: number,
        closed_at: None,
    }
}

pub fn record(id: &str, chain: &str, seq: i64, kind: &str) -> records::Record {
    records::Record {
        id: id.into(),
        chain: chain.into(),
        seq,
        kind: kind.into(),
        at: 1,
        person_id: Some("p".into()),
        envelope: id.as_bytes().to_vec(),
        envelope_digest: format!("e{id}"),
        payload_digest: format!("p{id}"),
        fields: Some(vec![1, 2]),
        received_at: 2,
    }
}

pub fn review(submission: &str, round: i32) -> reviews::Review {
    reviews::Review {
        submission_id: submission.into(),
        case_id: "c".into(),
        agency_id: "a".into(),
        round,
        submitted_by: "p".into(),
        submitted_at: 3,
        head: vec![7; 32],
        due: format!("2026-01-{:02}", 30 - round),
        record_id: None,
        result: None,
        reviewer_id: None,
        reviewed_at: None,
        voided: false,
    }
}

pub fn decision(record: &str, case: &str, review: Option<&str>) -> decisions::Decision {
    decisions::Decision {
        record_id: record.into(),
        case_id: case.into(),
        agency_id: "a".into(),
        number: format!("n-{record}"),
        decided_on: "2026-02-03".into(),
        outcome: "penalty".into(),
        kinds: "fine".into(),
        fine: 100,
        confiscated: 0,
        major: review.is_some(),
        review_record_id: review.map(Into::into),
        disclosed_by: None,
    }
}

pub fn disclosure(number: i64) -> disclosures::Disclosure {
    disclosures::Disclosure {
        id: format!("id{number:06}"),
        number: format!("GS{number}"),
        agency_id: "a".into(),
        case_id: Some("c".into()),
        act_kind: "penalty".into(),
        document_number: format!("某罚〔2026〕{number}号"),
        title: "占道经营".into(),
        party: "李某".into(),
        party_code: String::new(),
        kinds: "fine".into(),
        fine: Some(number),
        decided_on: "2026-02-03".into(),
        published_at: 1_000_000 * number,
        due: "2026-03-01".into(),
        show_until: None,
        state: "shown".into(),
        reason: String::new(),
        releases: 1,
        record_id: "r0".into(),
        content: "{}".into(),
        source_key: None,
    }
}
