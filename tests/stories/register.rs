//! Records made elsewhere bring their own copy of who acted and what was handed in. Each one that differs from the
//! register is refused by name and changes nothing; the same record without the forgery is taken.

use crate::{
    case::Team,
    forms,
    people::{Head, Key, Person},
    refusals::offline,
    site::Site,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use zhijian::{
    base::Digest,
    ledger::record::{Custody, ExhibitRef, Payload, Signer},
    store::{Error, chains, entries},
};

/// The log's size and every chain's head: what a refusal must leave as it is.
fn heads(site: &Site) -> (i64, Vec<(String, Vec<u8>)>) {
    let read = |db: &mut _| {
        let all = chains::page(db, "", 1_000)?;
        let heads = all.into_iter().map(|chain| (chain.id, chain.head)).collect();
        Ok::<_, Error>((entries::size(db)?, heads))
    };
    site.house.store.read_blocking(read).unwrap()
}

/// The draft as if its payload had been written otherwise.
pub fn forged(draft: &Value, change: impl FnOnce(&mut Payload)) -> Value {
    let bytes = STANDARD.decode(draft["payload"].as_str().unwrap()).unwrap();
    let mut payload = Payload::parse(&bytes).unwrap();
    change(&mut payload);
    let mut draft = draft.clone();
    draft["payload"] = STANDARD.encode(payload.to_bytes().unwrap()).into();
    draft
}

/// Submits `draft` as signed away from the house and makes sure that it is refused for this one reason.
async fn refused(site: &Site, by: &Person, draft: &Value, keys: &[&Key], says: &str) {
    let before = heads(site);
    let reasons = by.post("/api/v1/records", &offline(draft, keys)).await.reasons();
    assert_eq!(reasons.len(), 1, "{reasons:#?}");
    assert!(reasons[0].contains(says), "it does not say {says}: {reasons:#?}");
    assert_eq!(heads(site), before);
}

/// The same record, unforged, is taken: nothing else stood in its way.
async fn taken(by: &Person, draft: &Value, keys: &[&Key]) {
    by.post("/api/v1/records", &offline(draft, keys)).await.good();
}

/// The facts of the officer `person` in a payload.
fn officer<'p>(payload: &'p mut Payload, person: &str) -> &'p mut Value {
    let officers = payload.facts["officers"].as_array_mut().unwrap();
    officers.iter_mut().find(|officer| officer["person"] == person).unwrap()
}

fn signer(person: &Person) -> Signer {
    let Key::Own { id, .. } = &person.key else { panic!("a key of one's own") };
    Signer { person: person.id.clone(), key: id.clone(), custody: Custody::Browser }
}

/// Another signs, and is named, in the place of `person`.
fn replace(payload: &mut Payload, person: &Person, other: &Person) {
    let place = payload.signers.iter_mut().find(|signer| signer.person == person.id).unwrap();
    *place = signer(other);
}

#[actix_web::test]
async fn officers_are_as_registered() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    site.add_agency("91350100M000100Y43", "邻县市场监督管理局", "neighbour").await;
    let mut neighbour = Person::sign_in(&site.url, "neighbour").await;
    neighbour.key = neighbour.enrol_own().await;
    let case = team.inspected(&site).await;
    let form = forms::inspection(804, &team.wang.id);
    let draft = team.li.prepare("inspection", Some(&case), &form).await.good();
    let keys = [&team.li.key, &team.wang.key];
    let (li, wang) = (&team.li, &team.wang);

    let number =
        forged(&draft, |payload| officer(payload, &wang.id)["certificate"] = "44019999".into());
    refused(&site, li, &number, &keys, "执法证44019999与登记").await;
    for (end, day) in [("valid_until", "2099-12-31"), ("valid_from", "2020-01-01")] {
        let validity = forged(&draft, |payload| officer(payload, &li.id)[end] = day.into());
        refused(&site, li, &validity, &keys, "执法证4401li-ming与登记").await;
    }
    // The neighbour's certificate is true; it is an officer of this agency that they are not.
    let foreign = forged(&draft, |payload| {
        replace(payload, wang, &neighbour);
        *officer(payload, &wang.id) = json!({
            "person": neighbour.id, "certificate": "4402000",
            "valid_from": "2024-01-01", "valid_until": "2028-12-31",
        });
    });
    refused(&site, li, &foreign, &[&li.key, &neighbour.key], "执法证4402000与登记").await;
    // Both faults of one record are named at once.
    let both = forged(&draft, |payload| {
        officer(payload, &li.id)["certificate"] = "甲".into();
        officer(payload, &wang.id)["certificate"] = "乙".into();
    });
    let reasons = li.post("/api/v1/records", &offline(&both, &keys)).await.reasons();
    assert_eq!(reasons.len(), 2, "{reasons:#?}");
    taken(li, &draft, &keys).await;
    site.holds().await;
}

#[actix_web::test]
async fn reviewers_are_qualified_as_registered() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.submitted(&site, 120_000).await;
    let form = forms::review(821, "agree", "");
    let draft = team.zhao.prepare("review", Some(&case), &form).await.good();
    let qualification = forged(&draft, |payload| {
        payload.facts["reviewer"]["qualification"] = "A20990000000000".into();
    });
    refused(&site, &team.zhao, &qualification, &[&team.zhao.key], "A20990000000000").await;
    taken(&team.zhao, &draft, &[&team.zhao.key]).await;
    site.holds().await;
}

#[actix_web::test]
async fn approvers_are_heads() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let more = json!({ "roles": ["head"] });
    let chief = Head(Person::enter(&site.admin, "chief-two", "郑局长", more, true).await);
    let form = forms::filing(803, &team.wang.id, &chief.id);
    let draft = team.li.prepare("filing", None, &form).await.good();
    // A reviewer is neither an officer of the case nor a head: only the register can tell.
    let approver = forged(&draft, |payload| {
        replace(payload, &chief, &team.zhao);
        payload.facts["approved_by"] = team.zhao.id.as_str().into();
    });
    let keys = [&team.li.key, &team.zhao.key];
    refused(&site, &team.li, &approver, &keys, "批准人、决定人不是本机关登记的负责人").await;
    taken(&team.li, &draft, &[&team.li.key, &chief.key]).await;
    site.holds().await;
}

/// Three leaders are needed for a heavy penalty; names alone are none.
#[actix_web::test]
async fn whoever_discusses_is_registered() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 120_000, true).await;
    site.on(827);
    team.add("statement", &case, &forms::full_waiver(827)).await.good();
    let mut signing = team.chief.0.clone();
    signing.key = signing.enrol_own().await;
    let form = forms::discussion(827, &team.leaders(), 120_000);
    let draft = signing.prepare("discussion", Some(&case), &form).await.good();
    let nobody = forged(&draft, |payload| payload.facts["attendees"][2] = "某副局长".into());
    refused(&site, &signing, &nobody, &[&signing.key], "参加人“某副局长”不是").await;
    taken(&signing, &draft, &[&signing.key]).await;
    site.holds().await;
}

#[actix_web::test]
async fn exhibits_are_as_received() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.inspected(&site).await;
    let id = team.li.upload(&case, "笔录.txt", b"what was received").await;
    let form = forms::evidence(804, &[&id]);
    let draft = team.li.prepare("evidence", Some(&case), &form).await.good();
    let named = |change: fn(&mut ExhibitRef)| forged(&draft, |p| change(&mut p.exhibits[0]));
    let short = Digest::of(b"what was received").short();
    let keys = [&team.li.key];

    let never = named(|exhibit| exhibit.sha256 = Digest::of(b"what was never received"));
    let other = Digest::of(b"what was never received").short();
    refused(&site, &team.li, &never, &keys, &format!("附件{other}没有入库")).await;
    let forgeries: [fn(&mut ExhibitRef); 3] = [
        |exhibit| exhibit.size += 1,
        |exhibit| exhibit.chunk_root = Digest::of(b"another root"),
        |exhibit| exhibit.media_type = "video/mp4".into(),
    ];
    for forgery in forgeries {
        refused(&site, &team.li, &named(forgery), &keys, &format!("附件{short}")).await;
    }
    taken(&team.li, &draft, &keys).await;
    site.holds().await;
}
