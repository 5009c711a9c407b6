//! The table modules: what goes in comes out, and what must not happen twice does not.

use crate::bench::{Bench, each_engine, run};
use crate::rows::{self, agency, case, person, seed};
use zhijian::store::*;

each_engine! {
    agencies_and_people
    sessions_end
    keys_are_revoked_once
    items_are_found
    cases_page_and_count
    nodes_never_change
    records_are_found
    bytes_and_characters_survive
    witnesses_stand_as_last_said
}

/// Runs a read and a write alike as one write, for brevity.
pub fn with<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut Db) -> Result<T, Error> + Send + 'static,
) -> T {
    store.write_blocking(work).unwrap()
}

fn agencies_and_people(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        agencies::insert(db, &agency("b", Some("a")))?;
        agencies::insert(db, &agency("bb", Some("b")))?;
        agencies::insert(db, &agency("z", None))?;
        assert_eq!(agencies::subtree(db, "a")?, ["a", "b", "bb"]);
        assert_eq!(agencies::all(db)?.len(), 4);
        assert_eq!(agencies::by_code(db, "code-b")?.id, "b");
        let moved = agencies::Agency { parent_id: None, ..agency("b", None) };
        agencies::update(db, &moved)?;
        assert_eq!(agencies::find(db, "b")?.parent_id, None);
        assert!(matches!(agencies::update(db, &agency("none", None)), Err(Error::Missing)));

        people::insert(db, &person("q"))?;
        assert_eq!(people::by_login(db, "login-q")?, person("q"));
        people::set_password(db, "q", "new")?;
        people::deactivate(db, "q")?;
        let found = people::find(db, "q")?;
        assert!(!found.active && found.password_hash == "new");
        people::reactivate(db, "q")?;
        people::update(db, &person("q"))?;
        assert_eq!(people::by_agency(db, &["a".into()])?.len(), 2);
        assert_eq!(people::count(db)?, 2);
        assert!(matches!(people::find(db, "nobody"), Err(Error::Missing)));
        assert!(people::by_login(db, "nobody").or_none()?.is_none());
        assert!(matches!(people::deactivate(db, "nobody"), Err(Error::Missing)));
        Ok(())
    });
    let same_login = people::Person { id: "other".into(), ..person("q") };
    let taken = store.write_blocking(move |db: &mut Db| people::insert(db, &same_login));
    assert!(matches!(taken, Err(Error::Taken)));
    let homeless = people::Person { agency_id: "none".into(), ..person("x") };
    let refused = store.write_blocking(move |db: &mut Db| people::insert(db, &homeless));
    assert!(matches!(refused, Err(Error::Broken(_))), "foreign keys hold");
}

fn sessions_end(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        let session = |n: i64| sessions::Session {
            token_digest: format!("t{n}"),
            person_id: "p".into(),
            csrf: "x".into(),
            created_at: n,
            seen_at: n,
            expires_at: n * 10,
        };
        (1..=4).try_for_each(|n| sessions::insert(db, &session(n)))?;
        sessions::touch(db, "t1", 7, 99)?;
        assert_eq!(sessions::find(db, "t1")?.expires_at, 99);
        assert_eq!(sessions::remove_expired(db, 20)?, 1);
        sessions::remove(db, "t3")?;
        sessions::remove(db, "t3")?;
        assert_eq!(sessions::remove_of_person(db, "p")?, 2);
        assert!(matches!(sessions::find(db, "t1"), Err(Error::Missing)));
        Ok(())
    });
}

fn keys_are_revoked_once(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        let key = |id: &str, person: Option<&str>, leaf| keys::Key {
            id: id.into(),
            person_id: person.map(Into::into),
            public_key: id.as_bytes().to_vec(),
            custody: "server".into(),
            sealed_secret: Some(vec![1]),
            registered_at: 1,
            registered_leaf: leaf,
            revoked_at: None,
            revoked_leaf: None,
        };
        keys::insert(db, &key("k2", Some("p"), 2))?;
        keys::insert(db, &key("k1", Some("p"), 1))?;
        keys::insert(db, &key("k0", None, 0))?;
        assert_eq!(keys::by_public_key(db, b"k1")?, key("k1", Some("p"), 1));
        keys::reseal(db, "k1", &[7, 7])?;
        assert_eq!(keys::find(db, "k1")?.sealed_secret, Some(vec![7, 7]));
        keys::revoke(db, "k1", 5, 9)?;
        assert!(matches!(keys::revoke(db, "k1", 6, 10), Err(Error::Taken)));
        assert!(matches!(keys::reseal(db, "k1", &[1]), Err(Error::Missing)));
        let revoked = keys::find(db, "k1")?;
        assert_eq!((revoked.revoked_at, revoked.revoked_leaf), (Some(5), Some(9)));
        assert_eq!(keys::by_person(db, "p")?.len(), 2);
        assert_eq!(keys::active_of(db, "p")?, [key("k2", Some("p"), 2)]);
        assert_eq!(keys::active_of_service(db)?, [key("k0", None, 0)]);
        assert_eq!(keys::all(db)?.len(), 3);
        Ok(())
    });
}

fn items_are_found(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        let item = |code: &str, name: &str, active| items::Item {
            code: code.into(),
            agency_id: "a".into(),
            act_kind: "penalty".into(),
            name: name.into(),
            basis: String::new(),
            penalty: String::new(),
            field: "市容".into(),
            active,
        };
        items::insert(db, &item("1", "占道经营", true))?;
        items::insert(db, &item("2", "100%违建", true))?;
        items::insert(db, &item("3", "旧事项", false))?;
        let codes =
            |rows: Vec<items::Item>| rows.into_iter().map(|one| one.code).collect::<Vec<_>>();
        assert_eq!(codes(items::in_use(db, "a", "占道", 0, 9)?), ["1"]);
        assert_eq!(codes(items::in_use(db, "a", "0%", 0, 9)?), ["2"]);
        assert_eq!(codes(items::in_use(db, "a", "%", 0, 9)?), ["2"]);
        assert_eq!(codes(items::in_use(db, "a", "市容", 0, 1)?), ["1"]);
        assert_eq!(codes(items::in_use(db, "a", "", 0, 9)?), ["1", "2"]);
        assert_eq!(codes(items::in_use(db, "a", "", 1, 9)?), ["2"]);
        assert_eq!(items::count_in_use(db, "a", "")?, 2);
        let (found, total) = items::by_agency(db, "a", items::Which::InUse, "", "1", 9)?;
        assert_eq!((codes(found), total), (vec!["2".to_owned()], 2));
        assert_eq!(codes(items::by_agency(db, "a", items::Which::All, "", "1", 9)?.0), ["2", "3"]);
        assert_eq!(
            items::by_agency(db, "a", items::Which::All, "0%", "", 9)?,
            (vec![item("2", "100%违建", true)], 1)
        );
        assert_eq!(
            items::by_agency(db, "a", items::Which::All, "", "2", 1)?.1,
            3,
            "counted over all pages"
        );
        items::set_active(db, "3", true)?;
        assert!(items::find(db, "3")?.active);
        assert!(matches!(items::set_active(db, "4", true), Err(Error::Missing)));
        Ok(())
    });
}

fn cases_page_and_count(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        for n in 2..=9 {
            let id = format!("case{n}");
            chains::insert(db, &rows::chain(&id))?;
            // Pairs of cases changed in the same millisecond: the id decides.
            let stage = if n > 6 { "closed" } else { "filed" };
            cases::insert(
                db,
                &cases::Case { updated_at: n / 2, stage: stage.into(), ..case(&id, n) },
            )?;
        }
        let filter = cases::CaseFilter { agencies: vec!["a".into()], ..Default::default() };
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = cases::page(db, &filter, cursor.as_ref(), 2)?;
            let Some(last) = page.last() else { break };
            cursor = Some((last.updated_at, last.id.clone()));
            seen.extend(page.into_iter().map(|one| one.id));
        }
        let order = ["case9", "case8", "case7", "case6", "case5", "case4", "case3", "case2", "c"];
        assert_eq!(seen, order);
        let narrow =
            cases::CaseFilter { stage: "closed".into(), text: "占道".into(), ..filter.clone() };
        assert_eq!(cases::page(db, &narrow, None, 9)?.len(), 3);
        let number = cases::CaseFilter { text: "[2026]7".into(), opened_by: "p".into(), ..filter };
        assert_eq!(cases::page(db, &number, None, 9)?.len(), 1);
        let mut counts = cases::counts_by_stage(db, &["a".into()])?;
        counts.sort();
        assert_eq!(counts, [("closed".into(), 3), ("filed".into(), 6)]);
        assert!(cases::page(db, &cases::CaseFilter::default(), None, 9)?.is_empty());

        let progress = |closed_at| cases::Progress {
            stage: "closed".into(),
            state: "{}".into(),
            updated_at: 9,
            closed_at,
        };
        cases::advance(db, "c", &progress(Some(4)))?;
        let now = cases::by_number(db, "a", "[2026]1")?;
        assert_eq!((now.stage.as_str(), now.updated_at, now.closed_at), ("closed", 9, Some(4)));
        assert_eq!(now.title, case("c", 1).title, "what the filing said stays");
        cases::advance(db, "c", &progress(None))?;
        assert_eq!(cases::find(db, "c")?.closed_at, None, "reopened");
        assert!(matches!(cases::advance(db, "none", &progress(None)), Err(Error::Missing)));
        assert_eq!(cases::agency_of(db, "c")?, "a");
        assert!(matches!(cases::agency_of(db, "none"), Err(Error::Missing)));
        Ok(())
    });
}

fn nodes_never_change(bench: &Bench) {
    let store = bench.open();
    with(&store, |db| {
        nodes::put(db, 8, 0, &[1; 32])?;
        nodes::put(db, 8, 1, &[2; 32])?;
        nodes::put(db, 8, 0, &[1; 32])?;
        assert!(matches!(nodes::put(db, 8, 0, &[9; 32]), Err(Error::Taken)));
        assert_eq!(nodes::find(db, 8, 1)?, Some(vec![2; 32]));
        assert_eq!(nodes::find(db, 16, 0)?, None);
        assert_eq!(nodes::range(db, 8, 0..9)?, [(0, vec![1; 32]), (1, vec![2; 32])]);
        Ok(())
    });
}

fn records_are_found(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    with(&store, |db| {
        records::insert(db, &rows::record("r1", "c", 1, "inspection"))?;
        assert_eq!(records::by_chain(db, "c")?.len(), 2);
        assert_eq!(records::from_seq(db, "c", 1, 9)?, [rows::record("r1", "c", 1, "inspection")]);
        assert_eq!(records::by_payload_digest(db, "c", "pr1")?, Some("r1".into()));
        assert_eq!(records::by_payload_digest(db, "c", "none")?, None);
        chains::erase_key(db, "c")?;
        assert_eq!(chains::find(db, "c")?.sealing_key, None);
        settings::set(db, "a", "1")?;
        settings::set(db, "a", "2")?;
        assert_eq!(settings::find(db, "a")?.as_deref(), Some("2"));
        settings::remove(db, "a")?;
        assert_eq!(settings::find(db, "a")?, None);
        Ok(())
    });
    for (id, seq, digest) in [("r1", 5, "new"), ("r5", 1, "new"), ("r5", 5, "pr1")] {
        let row = rows::record(id, "c", seq, "x");
        let row = records::Record { payload_digest: digest.into(), ..row };
        let twice = store.write_blocking(move |db: &mut Db| records::insert(db, &row));
        assert!(matches!(twice, Err(Error::Taken)), "{id} {seq} {digest}: {twice:?}");
    }
}

fn bytes_and_characters_survive(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    let envelope: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let row = records::Record { envelope, at: i64::MIN, ..rows::record("big", "c", 7, "x") };
    let expected = row.clone();
    with(&store, move |db| records::insert(db, &row));
    assert_eq!(with(&store, |db| records::find(db, "big")), expected);
    with(&store, |db| settings::set(db, "文", "𠀀'\"\\%_；\u{feff}"));
    assert_eq!(with(&store, |db| settings::find(db, "文")).as_deref(), Some("𠀀'\"\\%_；\u{feff}"));
    let nul = store.write_blocking(|db| settings::set(db, "nul", "a\0b"));
    if bench.is_sqlite {
        nul.unwrap();
        assert_eq!(with(&store, |db| settings::find(db, "nul")).as_deref(), Some("a\0b"));
    } else {
        assert!(matches!(nul, Err(Error::Nul)), "{nul:?}");
        let sought = store.read_blocking(|db| settings::find(db, "a\0b"));
        assert!(matches!(sought, Err(Error::Nul)), "{sought:?}");
    }
    run(&store, "SELECT 1");
}

fn witnesses_stand_as_last_said(bench: &Bench) {
    let store = bench.open();
    let row = |size, cosigned_at, fault: &str| cosignatures::WitnessRow {
        key: "w".into(),
        size,
        cosigned_at,
        fault: fault.into(),
    };
    let rows = [row(9, None, "down"), row(4, Some(77), ""), row(4, Some(77), "again")];
    with(&store, move |db| {
        assert_eq!(cosignatures::witness(db, "w")?, None);
        for row in &rows {
            cosignatures::put_witness(db, row)?;
            assert_eq!(cosignatures::witness(db, "w")?.as_ref(), Some(row));
        }
        Ok(())
    });
}
