//! The tables that work passes through: what two people or two workers reach for, one of them gets.

use crate::bench::{Bench, each_engine};
use crate::rows::{self, more_records, seed};
use crate::tables::with;
use zhijian::store::*;

each_engine! {
    uploads_have_one_holder
    exhibits_and_probes
    reviews_wait_by_urgency
    clocks_are_replaced
    disclosures_and_releases
    jobs_are_done_once
    drafts_are_signed_and_used_once
}

fn uploads_have_one_holder(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        let upload = uploads::Upload {
            id: "u".into(),
            case_id: "c".into(),
            person_id: "p".into(),
            name: "录像.mp4".into(),
            metadata: "filename 5b2V5YOP".into(),
            declared_root: None,
            length: 10,
            received: 0,
            hash_state: vec![],
            chunks: vec![],
            generation: 1,
            state: "open".into(),
            created_at: 1,
            updated_at: 1,
            expires_at: 50,
            exhibit_id: None,
        };
        uploads::insert(db, &upload)?;
        let step = |generation, from, received| uploads::Advance {
            id: "u",
            generation,
            from,
            received,
            hash_state: &[1],
            chunks: &[2],
            updated_at: 2,
            expires_at: 60,
        };
        uploads::advance(db, &step(1, 0, 4))?;
        assert!(matches!(uploads::advance(db, &step(1, 0, 4)), Err(Error::Taken)), "twice");
        assert_eq!(uploads::claim(db, "u", 1, 3)?, 2);
        assert!(matches!(uploads::claim(db, "u", 1, 3), Err(Error::Taken)));
        assert!(matches!(uploads::advance(db, &step(1, 4, 8)), Err(Error::Taken)), "old holder");
        uploads::advance(db, &step(2, 4, 8))?;
        let found = uploads::find(db, "u")?;
        assert_eq!((found.received, found.generation, found.expires_at), (8, 2, 60));
        assert!(uploads::expired(db, "open", 59, 9)?.is_empty());
        assert_eq!(uploads::expired(db, "open", 60, 9)?.len(), 1);
        uploads::set_state(db, "u", "open", "settling", 4)?;
        assert!(matches!(uploads::set_state(db, "u", "open", "x", 4), Err(Error::Taken)));
        uploads::settle(db, "u", "e", "done", 5)?;
        assert!(matches!(uploads::settle(db, "u", "e2", "done", 5), Err(Error::Taken)));
        uploads::remove(db, "u")?;
        assert_eq!(uploads::by_case(db, "c")?.len(), 1, "what became an exhibit stays");
        Ok(())
    });
}

fn exhibits_and_probes(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        let exhibit = |id: &str| exhibits::Exhibit {
            id: id.into(),
            case_id: "c".into(),
            record_id: "r0".into(),
            name: "照片.jpg".into(),
            sha256: "same".into(),
            chunk_root: "root".into(),
            size: 5_000_000_000,
            media_type: "image/jpeg".into(),
            duration_ms: None,
            width: None,
            height: None,
            poster_sha256: None,
            received_by: "p".into(),
            received_at: 1,
        };
        exhibits::insert(db, &exhibit("e1"))?;
        exhibits::insert(db, &exhibit("e2"))?;
        let probe = exhibits::Probe { width: Some(640), height: Some(480), ..Default::default() };
        exhibits::set_probe(db, "e1", &probe)?;
        exhibits::set_probe(db, "e1", &exhibits::Probe::default())?;
        let later = exhibits::Probe { poster_sha256: Some("x".into()), ..Default::default() };
        exhibits::set_probe(db, "e1", &later)?;
        let found = exhibits::find(db, "e1")?;
        assert_eq!((found.width, found.poster_sha256), (Some(640), Some("x".into())));
        assert!(matches!(exhibits::set_probe(db, "e9", &later), Err(Error::Missing)));
        assert_eq!(exhibits::by_case(db, "c")?.len(), 2);
        assert_eq!(exhibits::by_digest(db, "same")?[0].id, "e1");
        assert_eq!(exhibits::page(db, "e1", 9)?, [exhibit("e2")]);
        Ok(())
    });
}

fn reviews_wait_by_urgency(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    more_records(&store, &["s1", "s2", "s3"], "submission");
    with(&store, |db| {
        (1..=3).try_for_each(|n| reviews::insert(db, &rows::review(&format!("s{n}"), n)))?;
        reviews::void(db, "s2")?;
        let waiting = reviews::waiting(db, &["a".into()], None, 9)?;
        let ids: Vec<_> = waiting.iter().map(|one| one.submission_id.as_str()).collect();
        assert_eq!(ids, ["s3", "s1"], "the third is due first");
        assert!(reviews::waiting(db, &["z".into()], None, 9)?.is_empty());
        let after = (waiting[0].due.clone(), "s3".to_owned());
        assert_eq!(reviews::waiting(db, &["a".into()], Some(&after), 9)?, waiting[1..]);
        let day = waiting[1].due.as_str();
        assert_eq!(reviews::count_waiting(db, &["a".into()], None)?, 2);
        assert_eq!(reviews::count_waiting(db, &["a".into()], Some(day))?, 1);
        let outcome =
            reviews::Outcome { record_id: "r0", result: "agree", reviewer_id: "p", reviewed_at: 8 };
        reviews::set_result(db, "s3", &outcome)?;
        assert!(matches!(reviews::set_result(db, "s2", &outcome), Err(Error::Taken)), "voided");
        let found = reviews::find(db, "s3")?;
        assert_eq!((found.result.as_deref(), found.reviewed_at), (Some("agree"), Some(8)));
        assert_eq!(reviews::by_case(db, "c")?.len(), 3);
        Ok(())
    });
}

fn clocks_are_replaced(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        let clock = |n: i32, met: Option<&str>| clocks::ClockRow {
            id: format!("k{n}"),
            case_id: "c".into(),
            agency_id: "a".into(),
            rule: "r".into(),
            start_on: "2026-01-01".into(),
            due: format!("2026-01-{n:02}"),
            provisional: n == 9,
            met_on: met.map(Into::into),
        };
        let rows = [clock(1, None), clock(5, None), clock(6, Some("2026-01-02")), clock(9, None)];
        clocks::replace(db, "c", &rows)?;
        clocks::replace(db, "c", &rows)?;
        assert_eq!(clocks::by_case(db, "c")?, rows);
        let agencies = ["a".to_owned()];
        assert_eq!(clocks::overdue(db, &agencies, "2026-01-05", None, 9)?, rows[..1]);
        let all = clocks::overdue(db, &agencies, "2026-02-01", None, 9)?;
        let after = (all[0].due.clone(), all[0].id.clone());
        assert_eq!(clocks::overdue(db, &agencies, "2026-02-01", Some(&after), 9)?, all[1..]);
        assert_eq!(clocks::count_overdue(db, &agencies, "2026-02-01")?, 3);
        let soon = clocks::due_between(db, &agencies, "2026-01-05", "2026-01-09", 9)?;
        assert_eq!(soon, [rows[1].clone(), rows[3].clone()]);
        clocks::replace(db, "c", &[])?;
        assert!(clocks::by_case(db, "c")?.is_empty());
        Ok(())
    });
}

fn disclosures_and_releases(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        let row = disclosures::Disclosure {
            show_until: Some("2026-05-01".into()),
            source_key: Some("credit/1".into()),
            ..rows::disclosure(1)
        };
        disclosures::insert(db, &row)?;
        disclosures::insert(db, &rows::disclosure(2))?;
        assert_eq!(disclosures::by_number(db, "GS1")?, row);
        assert_eq!(disclosures::by_source_key(db, "credit/1")?, row);
        assert_eq!(disclosures::by_case(db, "c")?.len(), 2);
        assert_eq!(disclosures::page_by_id(db, "id000001", 9)?, [rows::disclosure(2)]);
        assert!(
            disclosures::lapsed(db, "shown", "2026-05-01", 9)?.is_empty(),
            "still its last day"
        );
        assert_eq!(disclosures::lapsed(db, "shown", "2026-05-02", 9)?, [row]);
        let release = |version| releases::Release {
            disclosure_id: "id000001".into(),
            version,
            record_id: "r0".into(),
            kind: "first".into(),
            reason: String::new(),
            content: "{}".into(),
            released_at: 1,
        };
        releases::insert(db, &release(2))?;
        releases::insert(db, &release(1))?;
        assert_eq!(releases::by_disclosure(db, "id000001")?, [release(1), release(2)]);
        assert_eq!(releases::find(db, "id000001", 2)?, release(2));
        Ok(())
    });
    let twice = store.write_blocking(|db: &mut Db| disclosures::insert(db, &rows::disclosure(1)));
    assert!(matches!(twice, Err(Error::Taken)));
}

fn jobs_are_done_once(bench: &Bench) {
    let store = bench.open();
    with(&store, |db| {
        jobs::enqueue(db, "j2", "seal", "x", 20)?;
        jobs::enqueue(db, "j1", "seal", "x", 10)?;
        assert!(jobs::claim(db, 9, 100)?.is_none());
        let first = jobs::claim(db, 30, 100)?.unwrap();
        assert_eq!((first.id.as_str(), first.attempts), ("j1", 1));
        let second = jobs::claim(db, 30, 100)?.unwrap();
        assert!(jobs::claim(db, 99, 200)?.is_none(), "both are claimed");
        // The first worker died; its claim lapses, and when it comes back it is too late.
        let again = jobs::claim(db, 100, 200)?.unwrap();
        assert_eq!((again.id.as_str(), again.attempts), ("j1", 2));
        assert!(matches!(jobs::done(db, &first), Err(Error::Taken)));
        jobs::retry(db, &again, 300, "later")?;
        jobs::fail(db, &second, "never")?;
        assert_eq!(jobs::failed(db, 9)?.len(), 1);
        let last = jobs::claim(db, 300, 400)?.unwrap();
        assert_eq!((last.attempts, last.detail.as_str()), (3, "later"));
        jobs::done(db, &last)?;
        assert!(jobs::claim(db, 9999, 9999)?.is_none());
        Ok(())
    });
}

fn drafts_are_signed_and_used_once(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        let draft = |id: &str, expires_at| drafts::Draft {
            id: id.into(),
            chain: "c".into(),
            kind: "filing".into(),
            payload: vec![1],
            fields: vec![],
            signatures: "[]".into(),
            waiting_for: "p,q".into(),
            head: vec![0; 32],
            prepared_by: "p".into(),
            prepared_at: expires_at,
            expires_at,
        };
        drafts::insert(db, &draft("d1", 10))?;
        drafts::insert(db, &draft("d2", 20))?;
        assert_eq!(drafts::waiting_for(db, "q")?.len(), 2);
        drafts::sign(db, "d1", "[]", "[1]", "p")?;
        assert_eq!(drafts::waiting_for(db, "q")?.len(), 1);
        assert!(matches!(drafts::sign(db, "d1", "[]", "[2]", ""), Err(Error::Taken)));
        assert_eq!(drafts::find(db, "d1")?.signatures, "[1]");
        assert_eq!(drafts::by_chain(db, "c")?.len(), 2);
        drafts::remove(db, "d1")?;
        assert!(matches!(drafts::remove(db, "d1"), Err(Error::Taken)));
        assert_eq!(drafts::remove_expired(db, 19)?, 0);
        assert_eq!(drafts::remove_expired(db, 20)?, 1);
        Ok(())
    });
}
