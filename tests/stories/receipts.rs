//! Receipts of a case's records: who may have them, and that they show what they say.

use crate::{case::Team, people::Person, site::Site};
use zhijian::{
    base::Digest,
    ledger::{Policy, TlogProof},
    store::{entries, records},
};

#[actix_web::test]
async fn an_officer_takes_the_receipt_of_a_record() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.inspected(&site).await;
    site.sealed().await;
    let before = site.counts();
    let file = team.wang.get(&format!("/api/v1/cases/{case}")).await.good();
    let policy = format!("log {}\nquorum none\n", site.house.log.verifier());
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    for record in file["records"].as_array().unwrap() {
        let id = record["id"].as_str().unwrap().to_owned();
        let answer = team.wang.get(&format!("/api/v1/records/{id}/receipt")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        let name = answer.header("content-disposition").replace("%2D", "-");
        assert!(name.ends_with(&format!("-{}.tlog-proof", record["number"])), "{name}");
        let page = team.wang.get(&format!("/office/records/{id}/receipt")).await;
        assert_eq!(page.bytes, answer.bytes);
        let receipt = TlogProof::parse(&answer.text()).unwrap();
        let opening = receipt.opening().unwrap();
        let row = site.house.store.read_blocking(|db| records::find(db, &id)).unwrap();
        assert_eq!(opening.entry.record, Digest::of(&row.envelope));
        assert_eq!(receipt.index, record["leaf"].as_u64().unwrap());
        receipt.verify(opening.leaf().hash(), &policy).unwrap();
        // Nothing of what the record says: its place, its digest and its time only.
        assert_eq!(opening.entry.chain, case);
    }
    let page = team.li.get(&format!("/office/cases/{case}")).await.text();
    let id = file["records"][1]["id"].as_str().unwrap();
    assert!(page.contains(&format!("/office/records/{id}/receipt")), "the file offers it");
    assert_eq!(site.counts(), before, "taking a receipt is no record");
}

#[actix_web::test]
async fn strangers_learn_nothing_by_asking_for_receipts() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    site.sealed().await;
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    let id = file["records"][0]["id"].as_str().unwrap();
    site.add_agency("91152201078382010M", "邻县市场监督管理局", "neighbour").await;
    let neighbour = Person::sign_in(&site.url, "neighbour").await;
    let there = neighbour.get(&format!("/api/v1/records/{id}/receipt")).await;
    let absent = "01900000-0000-7000-8000-000000000000";
    let not_there = neighbour.get(&format!("/api/v1/records/{absent}/receipt")).await;
    assert_eq!((there.status, there.text()), (not_there.status, not_there.text()));
    there.refused(404, "没有找到该记录");
    let visitor = site.visitor().get(&format!("/api/v1/records/{id}/receipt")).await;
    assert_eq!(visitor.status, 401);
    // A record of the register is of no case, whoever asks.
    let first = site.house.store.read_blocking(|db| entries::range(db, 0..1)).unwrap();
    let first = &first[0].record_id;
    assert_eq!(team.li.get(&format!("/api/v1/records/{first}/receipt")).await.status, 404);
}
