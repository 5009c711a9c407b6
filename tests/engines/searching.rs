//! Search: the index finds exactly what reading every text would, in the same order, filters included.

use crate::bench::{Bench, each_engine, run};
use crate::rows::{agency, disclosure, seed};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use zhijian::desk::look_up::public::Counts;
use zhijian::store::disclosures::{Count, Disclosure, Filter};
use zhijian::store::{Db, Error, Store, agencies, disclosures, words};

each_engine! {
    two_characters_are_enough_and_one_is_handled
    the_index_finds_what_reading_finds
    a_changed_text_is_found_anew
    filters_combine_and_pages_follow
    a_remembered_count_never_lags_behind
    what_is_past_its_last_day_is_not_listed
    crowds_in_one_second_keep_their_place
    an_index_that_lost_a_word_is_told
}

fn texts(text: &str) -> Filter {
    Filter { text: text.into(), ..Filter::default() }
}

/// How many there are, and the first thousand.
fn first_page(store: &Store, filter: &Filter) -> (Count, Vec<Disclosure>) {
    let filter = filter.clone();
    let read = move |db: &mut Db| {
        Ok::<_, Error>((disclosures::count(db, &filter)?, disclosures::page(db, &filter, 1, 1000)?))
    };
    store.read_blocking(read).unwrap()
}

fn found(store: &Store, filter: &Filter) -> Vec<String> {
    let (count, rows) = first_page(store, filter);
    assert_eq!((count.total, count.more), (rows.len() as i64, false));
    rows.into_iter().map(|row| row.id).collect()
}

fn insert(store: &Store, rows: Vec<Disclosure>) {
    store
        .write_blocking(move |db: &mut Db| {
            rows.iter().try_for_each(|row| disclosures::insert(db, row))
        })
        .unwrap();
}

fn two_characters_are_enough_and_one_is_handled(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    let one = Disclosure {
        title: "渣土车夜间遗撒污染路面".into(),
        party: "北京ＡＢＣ运输有限公司".into(),
        party_code: "91110000MA01ABCD2X".into(),
        ..disclosure(1)
    };
    let two = Disclosure { title: "100%_纯\\度".into(), ..disclosure(2) };
    insert(&store, vec![one, two]);
    let one = ["id000001"];
    for text in
        ["渣土", "土车", "夜间遗撒", "abc运", "路", "MA01", "1X", "d2x", "渣土 运输", "〔2026〕1号"]
    {
        let expected: &[&str] = if text == "1X" { &[] } else { &one };
        assert_eq!(found(&store, &texts(text)), expected, "{text}");
    }
    for text in
        ["土渣", "渣车", "渣土 度", "有限公司渣土", "'", "\"", "渣土\" OR \"x", "%", "a%b", "路_"]
    {
        let expected: &[&str] = if text == "%" { &["id000002"] } else { &[] };
        assert_eq!(found(&store, &texts(text)), expected, "{text}");
    }
    assert_eq!(found(&store, &texts("\\")), ["id000002"]);
    assert_eq!(found(&store, &texts("0%_纯")), ["id000002"]);
    assert_eq!(found(&store, &texts(" \t")), ["id000002", "id000001"]);
    assert_eq!(found(&store, &texts("nul\0nul")), Vec::<String>::new());
}

/// A small alphabet, so that random queries do hit.
const TEXT: &str = "[渣土车路〔〕 123ab%_é𠀀]{0,12}";
const QUERY: &str = "[渣土车路〔〕 123ab%_é𠀀]{1,6}";

fn the_index_finds_what_reading_finds(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    let mut runner = TestRunner::new(ProptestConfig { cases: 1, ..ProptestConfig::default() });
    let mut rows = Vec::new();
    let strategy = (TEXT, TEXT, TEXT, 0i64..40);
    for number in 1..=300 {
        let (title, party, party_code, second) = strategy.new_tree(&mut runner).unwrap().current();
        let published_at = second * 1000 + number % 7;
        rows.push(Disclosure { title, party, party_code, published_at, ..disclosure(number) });
    }
    insert(&store, rows.clone());
    let bodies: Vec<(String, Vec<String>)> = rows
        .iter()
        .map(|row| {
            let fields =
                [&row.title, &row.party, &row.document_number, &row.party_code, &row.number];
            (row.id.clone(), fields.map(|field| words::fold(field)).to_vec())
        })
        .collect();
    let mut hits = 0;
    let mut runner = TestRunner::new(ProptestConfig { cases: 300, ..ProptestConfig::default() });
    let counted = std::cell::Cell::new(0);
    runner
        .run(&QUERY, |query| {
            let terms = words::terms(&query);
            let mut expected: Vec<&str> = bodies
                .iter()
                .filter(|(_, fields)| {
                    terms.iter().all(|term| fields.iter().any(|field| field.contains(term)))
                })
                .map(|(id, _)| id.as_str())
                .collect();
            let mut got = found(&store, &texts(&query));
            if !terms.is_empty() {
                let seconds: Vec<_> = got
                    .iter()
                    .map(|id| rows.iter().find(|row| row.id == *id).unwrap().published_at / 1000)
                    .collect();
                prop_assert!(seconds.is_sorted_by(|a, b| a >= b), "newest first: {:?}", seconds);
            }
            counted.set(counted.get() + got.len());
            got.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(got, expected, "query {:?}", query);
            Ok(())
        })
        .unwrap();
    hits += counted.get();
    assert!(hits > 100, "the queries hardly hit: {hits}");
}

fn a_changed_text_is_found_anew(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    insert(&store, vec![disclosure(1), disclosure(2)]);
    let corrected = Disclosure { title: "更正后的标题".into(), ..disclosure(1) };
    store.write_blocking(move |db: &mut Db| disclosures::update(db, &corrected)).unwrap();
    assert_eq!(found(&store, &texts("更正")), ["id000001"]);
    assert_eq!(found(&store, &texts("占道")), ["id000002"]);
    // Undone with the row, since it is the same transaction.
    let undone = Disclosure { title: "不应留下".into(), ..disclosure(2) };
    let failed = store.write_blocking(move |db: &mut Db| {
        disclosures::update(db, &undone)?;
        Err::<(), _>(Error::Busy)
    });
    assert!(failed.is_err());
    assert_eq!(found(&store, &texts("不应")), Vec::<String>::new());
    assert_eq!(found(&store, &texts("占道")), ["id000002"]);
    let absent = store.write_blocking(|db: &mut Db| disclosures::update(db, &disclosure(3)));
    assert!(matches!(absent, Err(Error::Missing)));
    // Moved to another time, it is sorted by it.
    let later = Disclosure { published_at: 9_000_000, ..disclosure(2) };
    store.write_blocking(move |db: &mut Db| disclosures::update(db, &later)).unwrap();
    let earlier = Disclosure { published_at: 5_000, ..disclosure(2) };
    store.write_blocking(move |db: &mut Db| disclosures::update(db, &earlier)).unwrap();
    assert_eq!(found(&store, &texts("李某")), ["id000001", "id000002"]);
}

fn filters_combine_and_pages_follow(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    store.write_blocking(|db: &mut Db| agencies::insert(db, &agency("b", Some("a")))).unwrap();
    let rows = (1..=60).map(|n| Disclosure {
        agency_id: if n % 2 == 0 { "a" } else { "b" }.into(),
        act_kind: if n % 3 == 0 { "licence" } else { "penalty" }.into(),
        state: ["shown", "corrected", "withdrawn"][n as usize % 3].into(),
        decided_on: format!("{}-06-15", 2020 + n % 5),
        ..disclosure(n)
    });
    let rows: Vec<Disclosure> = rows.collect();
    insert(&store, rows.clone());
    let filter = Filter {
        agency_id: "b".into(),
        states: vec!["corrected".into(), "withdrawn".into()],
        ..Filter::default()
    };
    for text in ["", "占道经营", "道"] {
        let filter = Filter { text: text.into(), ..filter.clone().in_year(2022) };
        let mut expected: Vec<_> = rows
            .iter()
            .filter(|row| row.agency_id == "b" && row.state != "shown")
            .filter(|row| row.decided_on.starts_with("2022"))
            .map(|row| row.id.clone())
            .collect();
        expected.reverse();
        assert!(expected.len() > 2);
        assert_eq!(found(&store, &filter), expected, "{text}");
    }
    for text in ["", "占道"] {
        let mut all = Vec::new();
        for number in 1..=4 {
            let filter = texts(text);
            let page =
                store.read_blocking(move |db: &mut Db| disclosures::page(db, &filter, number, 25));
            all.extend(page.unwrap());
        }
        let (count, _) = first_page(&store, &texts(text));
        assert_eq!((count.total, count.more), (60, false));
        let mut newest_first = rows.clone();
        newest_first.reverse();
        assert_eq!(all, newest_first, "three pages and an empty one");
    }
    let licences = Filter { act_kind: "licence".into(), ..Filter::default() };
    assert_eq!(found(&store, &licences).len(), 20);
    let unknown = Filter { agency_id: "z' OR '1'='1".into(), ..Filter::default() };
    assert!(found(&store, &unknown).is_empty());
    let odd =
        store.read_blocking(|db: &mut Db| disclosures::page(db, &texts("占道"), i64::MAX, -5));
    assert!(odd.unwrap().is_empty());
}

fn a_remembered_count_never_lags_behind(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    let counts = Counts::default();
    let published = Filter { states: vec!["published".into()], ..Filter::default() };
    let count = || store.read_blocking(|db: &mut Db| counts.of(db, &published)).unwrap().total;
    assert_eq!((count(), count()), (0, 0));
    let row = Disclosure { state: "published".into(), ..disclosure(1) };
    let added = row.clone();
    store.write_blocking(move |db| disclosures::insert(db, &added)).unwrap();
    assert_eq!((count(), count()), (1, 1));
    let taken_down = Disclosure { state: "withdrawn".into(), ..row };
    store.write_blocking(move |db| disclosures::update(db, &taken_down)).unwrap();
    assert_eq!(count(), 0);
}

fn what_is_past_its_last_day_is_not_listed(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    let days = [None, Some("2026-11-20"), Some("2026-11-21"), Some("2027-01-01")];
    let rows = (1..=4).zip(days).map(|(n, day): (i64, Option<&str>)| Disclosure {
        show_until: day.map(str::to_owned),
        ..disclosure(n)
    });
    let rows: Vec<Disclosure> = rows.collect();
    let shown: Vec<String> = [3, 2, 0].map(|at: usize| rows[at].id.clone()).into();
    insert(&store, rows);
    for text in ["", "占道"] {
        let filter = Filter { shown_on: "2026-11-21".into(), ..texts(text) };
        assert_eq!(found(&store, &filter), shown, "{text:?}");
    }
}

fn crowds_in_one_second_keep_their_place(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    let crowd = |from: i64, at: i64| {
        let rows = (from..from + 700).map(|n| Disclosure { published_at: at, ..disclosure(n) });
        insert(&store, rows.collect());
    };
    crowd(1000, 50_000);
    crowd(2000, 90_000);
    let last = Disclosure { published_at: 70_000, ..disclosure(3000) };
    insert(&store, vec![last]);
    run(&store, "DELETE FROM disclosure_texts WHERE disclosure_id = 'id001003'");
    let ids = found_all(&store);
    assert_eq!(ids.len(), 1000);
    assert!(ids[..700].iter().all(|id| id.starts_with("id002")), "newest first");
    assert_eq!(ids[700], "id003000");
}

fn found_all(store: &Store) -> Vec<String> {
    let (count, rows) = first_page(store, &texts("占道"));
    assert_eq!((count.total, count.more), (1000, true));
    rows.into_iter().map(|row| row.id).collect()
}

fn an_index_that_lost_a_word_is_told(bench: &Bench) {
    let store = bench.open();
    seed(&store);
    insert(&store, vec![disclosure(1), disclosure(2)]);
    let standing = || {
        let read = |db: &mut Db| {
            // The whole index at once says the same as a look into it, also on a connection that was asked before.
            let all = disclosures::postings(db)?;
            let alone = disclosures::indexed(db, &disclosure(1), None)?;
            let among = disclosures::indexed(db, &disclosure(1), all.as_ref())?;
            assert_eq!(alone.listed, among.listed);
            Ok::<_, Error>(among)
        };
        let text = store.read_blocking(read).unwrap();
        (text.kept.as_ref() == Some(&text.told), text.listed)
    };
    assert_eq!(standing(), (true, true));
    run(&store, "UPDATE disclosure_texts SET body = body || 'x'");
    assert_eq!(standing(), (false, true));
    run(
        &store,
        match bench.is_sqlite {
            true => {
                "DELETE FROM disclosure_words WHERE rowid IN (SELECT doc FROM disclosure_texts)"
            }
            false => "UPDATE disclosure_texts SET words = words[2:]",
        },
    );
    assert_eq!(standing(), (false, false));
}
