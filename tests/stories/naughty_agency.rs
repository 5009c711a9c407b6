//! Strings that break programs, in what is said of an agency, its people, its items and its files: set up, entered by
//! pages and switched off and on again, the only acts there are on them. Kept and shown to the letter or refused.
//!
//! Every string that such a line may hold goes through a page's form; an agency's own lines, which are written once in
//! a house, meet as many as they have room for, by the page in one house and by the API in the next.

use crate::{
    browser,
    case::Team,
    naughty_strings::{is_text_in, lines, strings},
    people::{Person, Visitor},
    site::{CODE, PASSWORD, Site},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zhijian::store::{Error, agencies, chains, records};

/// Most characters of a line of an agency or a person.
const LINE: usize = 100;
/// Houses that are set up.
const HOUSES: usize = 4;
/// Lines that setting up a house asks for: the agency's, and the first person's.
const LINES: [&str; 6] = ["agency_name", "short_name", "region", "address", "phone", "name"];

fn form(lines: &[String]) -> Value {
    let mut form = json!({ "code": CODE, "login": "first", "password": PASSWORD });
    for (name, line) in LINES.iter().zip(lines) {
        form[name] = line.as_str().into();
    }
    form
}

#[actix_web::test]
async fn a_house_is_set_up_with_every_kind_of_line() {
    let Some(strings) = strings() else { return };
    let lines = lines(&strings, LINE);
    for (n, lines) in lines.chunks_exact(LINES.len()).take(HOUSES).enumerate() {
        let (blank, token) = Site::blank().await;
        let visitor = Visitor::new(&blank.url);
        let (page, asked) = (format!("/set-up/{token}"), form(lines));
        refused_whole(&visitor, &page, &token).await;
        match n % 2 {
            0 => assert_eq!(browser::leads(&browser::send(&visitor, &page, &asked).await), NEXT),
            _ => {
                let asked = crate::forms::with(asked, json!({ "token": token }));
                visitor.post("/api/v1/set-up", &asked).await.good();
            }
        }
        let [name, short_name, region, address, phone, person] = lines else { panic!() };
        let kept = blank.house.store.read_blocking(|db| agencies::by_code(db, CODE)).unwrap();
        assert_eq!(
            [&kept.name, &kept.short_name, &kept.region, &kept.address, &kept.phone],
            [name, short_name, region, address, phone]
        );
        let told = visitor.get(&format!("/api/v1/agencies/{CODE}")).await.good();
        for (field, text) in [("name", name), ("address", address), ("phone", phone)] {
            assert_eq!(told["agency"][field], text.as_str());
            is_text_in(&visitor.get(&format!("/agencies/{CODE}")).await.text(), text);
        }
        for path in ["/agencies", "/disclosures"] {
            is_text_in(&visitor.get(path).await.text(), name);
        }
        let me = Person::sign_in(&blank.url, "first").await;
        assert_eq!(me.name, *person);
        is_text_in(&browser::page(&me, "/office").await, person);
        is_text_in(&browser::page(&me, "/office/people").await, person);
    }
}

/// Where the page leads once a house is set up.
const NEXT: &str = "/office/sign-in?next=/office/people";

/// Lines that may not be are named one and all, on the page and to programs, and the link stays good.
async fn refused_whole(visitor: &Visitor, page: &str, token: &str) {
    for bad in ["a\u{1}<b>", "一\n二", &"长".repeat(LINE + 1), "\u{80}"] {
        let asked = form(&vec![bad.to_owned(); LINES.len()]);
        let answer = browser::send(visitor, page, &asked).await;
        assert_eq!(answer.status, 422, "{bad:?}: {}", answer.text());
        assert!(answer.text().contains("请填写机关名称，一行"), "{bad:?}");
        let asked = crate::forms::with(asked, json!({ "token": token }));
        let problem = visitor.post("/api/v1/set-up", &asked).await.refused(422, "一行");
        let faults: BTreeSet<&str> = problem["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| fault["field"].as_str().unwrap())
            .collect();
        assert_eq!(faults, BTreeSet::from(LINES), "{bad:?}: {problem}");
    }
}

#[actix_web::test]
async fn pages_take_or_refuse_every_string() {
    let Some(strings) = strings() else { return };
    by_pages(&Site::open().await, &strings).await;
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn and_on_postgresql() {
    let Some(schema) = crate::whole_process::Schema::create("agency") else { return };
    let Some(strings) = strings() else { return };
    by_pages(&Site::open_with(&[("STORE__URL", &schema.url)]).await, &strings).await;
}

async fn by_pages(site: &Site, strings: &[String]) {
    people(site, strings).await;
    items(site, strings).await;
    purposes(site, strings).await;
    site.holds().await;
}

/// Certified people, found by everybody by their certificate; switched off and on, they are called the same.
async fn people(site: &Site, strings: &[String]) {
    let (admin, visitor) = (&site.admin, site.visitor());
    for (n, pair) in lines(strings, LINE).chunks_exact(2).enumerate() {
        let [name, certificate] = pair else { panic!() };
        let person = json!({
            "login": format!("officer-{n}"), "name": name, "roles": ["officer"], "password": PASSWORD,
            "certificate": certificate, "certificate_from": "2026-01-01",
            "certificate_until": "2028-12-31", "qualification": name,
        });
        let answer = browser::send(admin, "/office/people", &person).await;
        assert_eq!(browser::leads(&answer), "/office/people");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("certificate", certificate).finish();
        let found = visitor.get(&format!("/api/v1/officers?{query}")).await.good();
        let officer = &found["officer"];
        assert_eq!(
            (&officer["name"], &officer["certificate"]),
            (&json!(name), &json!(certificate))
        );
        let page = visitor.get(&format!("/officers/verify?{query}")).await.text();
        is_text_in(&page, name);
        is_text_in(&page, certificate);
    }
    for bad in ["a\0b", "\u{1b}[31m", &"长".repeat(LINE + 1)] {
        let person = json!({
            "login": "officer-x", "name": bad, "roles": ["officer"], "password": PASSWORD,
            "certificate": bad, "qualification": bad,
        });
        let before = site.counts();
        let answer = browser::send(admin, "/office/people", &person).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert_eq!(site.counts(), before);
    }
    let listed = admin.get("/api/v1/people").await.good();
    for person in listed["people"].as_array().unwrap().iter().take(8) {
        let (id, name) = (person["id"].as_str().unwrap(), person["name"].as_str().unwrap());
        for active in ["0", "1"].iter().filter(|_| id != admin.id) {
            let path = format!("/office/people/{id}/active");
            browser::leads(&browser::send(admin, &path, &json!({ "active": active })).await);
            is_text_in(&browser::page(admin, "/office/people").await, name);
        }
    }
}

/// Items with all the strings in their long texts, read by the office and by everybody; retired and taken up again.
async fn items(site: &Site, strings: &[String]) {
    let texts = lines(strings, 2_000);
    for (n, (name, text)) in lines(strings, LINE).iter().zip(&texts).enumerate() {
        let code = format!("P-{n}");
        let item = json!({
            "code": code, "act_kind": "penalty", "name": name, "basis": text, "field": name,
            "penalty": text,
        });
        browser::leads(&browser::send(&site.admin, "/office/items/new", &item).await);
        for active in ["0", "1"] {
            let path = format!("/office/items/{code}/active");
            browser::leads(&browser::send(&site.admin, &path, &json!({ "active": active })).await);
            let kept = site.admin.get(&format!("/api/v1/items/{code}")).await.good();
            for field in ["name", "basis", "penalty", "field"] {
                assert_eq!(kept[field], item[field], "{field}");
            }
        }
        let office = browser::page(&site.admin, &format!("/office/items?q={code}")).await;
        let public = browser::page(&site.visitor(), &format!("/agencies/{CODE}?q={code}")).await;
        for page in [&office, &public] {
            is_text_in(page, name);
            is_text_in(page, text);
        }
    }
}

/// What a dossier was taken for stands in the register as it was given; no taking without a purpose that can be kept.
async fn purposes(site: &Site, strings: &[String]) {
    let team = Team::enter(site).await;
    let case = team.file(803).await;
    site.sealed().await;
    let given: Vec<String> = lines(strings, 200).into_iter().step_by(9).collect();
    for (n, purpose) in given.iter().enumerate() {
        let asked = json!({ "variant": "whole", "purpose": purpose });
        let answer = match n % 2 {
            0 => browser::send(&team.li, &format!("/office/cases/{case}/dossier"), &asked).await,
            _ => team.li.post(&format!("/api/v1/cases/{case}/dossier"), &asked).await,
        };
        assert_eq!(answer.status, 200, "{purpose:?}: {}", answer.text());
    }
    let before = site.counts();
    for bad in ["", " \u{3000}\n", &"长".repeat(201)] {
        let asked = json!({ "variant": "whole", "purpose": bad });
        let path = format!("/api/v1/cases/{case}/dossier");
        team.li.post(&path, &asked).await.refused(422, "用途");
    }
    assert_eq!(site.counts(), before);
    assert_eq!(taken_for(site), given);
}

/// The purposes on the registers, in order.
fn taken_for(site: &Site) -> Vec<String> {
    let read = |db: &mut zhijian::store::Db| {
        let mut all = Vec::new();
        for chain in chains::page(db, "", 10_000)? {
            all.extend(records::by_chain(db, &chain.id)?.into_iter().map(|row| row.envelope));
        }
        Ok::<_, Error>(all)
    };
    let envelopes = site.house.store.read_blocking(read).unwrap();
    let payload = |bytes: Vec<u8>| -> Value {
        let envelope: Value = serde_json::from_slice(&bytes).unwrap();
        let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
        serde_json::from_slice(&payload).unwrap()
    };
    let facts = envelopes.into_iter().map(|bytes| payload(bytes)["facts"]["purpose"].clone());
    facts.filter_map(|purpose| purpose.as_str().map(str::to_owned)).collect()
}
