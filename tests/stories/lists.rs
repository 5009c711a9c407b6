//! Lists that go on: each page says where the next begins, and together they hold everything once.

use crate::{
    browser::{held, page},
    case::Team,
    forms,
    people::{Person, Visitor},
    site::Site,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zhijian::{
    desk::look_up,
    store::{Db, clocks, people, records, reviews},
};

/// Everything a list holds, page by page; the sizes of the pages.
async fn all(who: &Visitor, path: &str, name: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut entries, mut sizes, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("cursor", &cursor)
            .finish();
        let answer = who.get(&format!("{path}?{query}")).await.good();
        let part = answer[name].as_array().unwrap();
        sizes.push(part.len());
        entries.extend(part.iter().cloned());
        match answer["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return (entries, sizes),
        }
    }
}

fn distinct(entries: &[Value], of: impl Fn(&Value) -> &Value) -> usize {
    entries.iter().map(|entry| of(entry).to_string()).collect::<BTreeSet<_>>().len()
}

#[actix_web::test]
async fn people_and_items_go_on() {
    let site = Site::open().await;
    let copy = move |db: &mut Db| {
        let admin = people::by_login(db, "admin")?;
        (0..60).try_for_each(|n| {
            let (id, login) = (format!("copy-{n}"), format!("copy-{n:02}"));
            let mut copy = people::Person { id, login, ..admin.clone() };
            if n == 0 {
                copy.certificate = "440000001".into();
                copy.certificate_from = "2019-03-01".into();
                copy.certificate_until = "2024-02-29".into();
            }
            people::insert(db, &copy)
        })
    };
    site.house.store.write_blocking(copy).unwrap();
    let (list, sizes) = all(&site.admin, "/api/v1/people", "people").await;
    assert_eq!((distinct(&list, |one| &one["login"]), sizes), (61, vec![50, 11]));
    let first = page(&site.admin, "/office/people").await;
    assert!(first.contains("共 61 人") && first.contains("rel=\"next\""));
    assert!(first.contains("2019年3月1日至2024年2月29日") && first.contains("已过期"));
    let next = held(&first, "class=\"button\" href=\"").replace("&#38;", "&");
    let second = page(&site.admin, &next).await;
    assert!(second.contains("copy-59") && second.contains("已经是最后一页"));

    for n in 0..24 {
        site.admin.post("/api/v1/items", &forms::item(&format!("CP-{n:02}"))).await.good();
    }
    let (list, sizes) = all(&site.admin, "/api/v1/items", "items").await;
    assert_eq!((distinct(&list, |one| &one["code"]), sizes), (25, vec![20, 5]));
    let first = page(&site.admin, "/office/items?q=CP-").await;
    assert!(first.contains("共 24 项"));
    let next = held(&first, "class=\"button\" href=\"").replace("&#38;", "&");
    assert!(next.contains("q=CP-") && page(&site.admin, &next).await.contains("CP-23"));
}

#[actix_web::test]
async fn what_waits_and_what_is_late_goes_on() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.submitted(&site, 120_000).await;
    let id = case.clone();
    let more = move |db: &mut Db| {
        // The same day for many, so that the id decides what comes next.
        let round = reviews::by_case(db, &id)?.remove(0);
        let record = records::find(db, &round.submission_id)?;
        let mut rows = clocks::by_case(db, &id)?;
        for n in 0..60_i32 {
            let other = format!("more-{n}");
            records::insert(
                db,
                &records::Record {
                    id: other.clone(),
                    seq: i64::from(n) + 100,
                    payload_digest: other.clone(),
                    ..record.clone()
                },
            )?;
            let review = reviews::Review { submission_id: other, round: n + 2, ..round.clone() };
            reviews::insert(db, &review)?;
            let due = format!("2026-01-{:02}", n % 28 + 1);
            let clock = clocks::ClockRow {
                id: format!("{id}.x.{n}"),
                due,
                met_on: None,
                ..rows[0].clone()
            };
            rows.push(clock);
        }
        clocks::replace(db, &id, &rows)
    };
    site.house.store.write_blocking(more).unwrap();
    let (list, sizes) = all(&team.zhao, "/api/v1/reviews", "reviews").await;
    assert_eq!((distinct(&list, |one| &one["round"]), sizes), (61, vec![50, 11]));
    let (list, sizes) = all(&team.chief, "/api/v1/overdue", "clocks").await;
    assert_eq!((list.len(), sizes), (60, vec![50, 10]));
    let dues: Vec<&str> = list.iter().map(|one| one["due"].as_str().unwrap()).collect();
    assert_eq!((dues[0], dues[59]), ("2026年1月1日", "2026年1月28日"), "the longest overdue first");
    for (who, path) in [(&*team.zhao, "/office/reviews"), (&*team.chief, "/office/overdue")] {
        let first = page(who, path).await;
        let next = held(&first, "class=\"button\" href=\"").replace("&#38;", "&");
        assert!(page(who, &next).await.contains("回到第一页"), "{path}");
    }
    assert!(page(&team.zhao, "/office").await.contains("<strong>61</strong>"));
    assert_eq!(look_up::work::PAGE, 50);
    for list in ["reviews", "overdue", "undisclosed"] {
        for cursor in ["x", "2026-02-30.a", ".", "2026-01-01"] {
            let path = format!("/api/v1/{list}?cursor={cursor}");
            team.chief.get(&path).await.refused(422, "翻页位置不正确");
        }
    }
    let more = json!({ "roles": ["supervisor"] });
    let supervisor = Person::enter(&site.admin, "supervisor", "督察员", more, false).await;
    assert_eq!(all(&supervisor, "/api/v1/overdue", "clocks").await.0.len(), 60);
}

#[actix_web::test]
async fn the_document_names_what_the_lists_hold() {
    let site = Site::open().await;
    let document = site.visitor().get("/api/openapi.json").await.good();
    for (path, schema) in [
        ("/api/v1/cases", "CasePage"),
        ("/api/v1/cases/{id}", "CaseFile"),
        ("/api/v1/disclosures", "DisclosurePage"),
        ("/api/v1/disclosures/{number}", "Disclosure"),
        ("/api/v1/reviews", "ReviewPage"),
        ("/api/v1/overdue", "OverduePage"),
        ("/api/v1/undisclosed", "DuePage"),
        ("/api/v1/people", "PeoplePage"),
        ("/api/v1/items", "ItemPage"),
        ("/api/v1/items/{code}", "ItemRow"),
    ] {
        let body = &document["paths"][path]["get"]["responses"]["200"]["content"];
        let named = format!("#/components/schemas/{schema}");
        assert_eq!(body["application/json"]["schema"]["$ref"], named, "{path}: {body}");
    }
    // Every name that is used is there.
    let text = document.to_string();
    for (_, rest) in text
        .match_indices("\"$ref\":\"#/components/schemas/")
        .map(|(at, found)| (at, &text[at + found.len()..]))
    {
        let name = rest.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}
