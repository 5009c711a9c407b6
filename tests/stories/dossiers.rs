//! Taking a dossier along: who may, what each copy holds, that the taking is on record.

use crate::{
    case::Team,
    people::{Answer, Person},
    site::Site,
};
use reqwest::Method;
use serde_json::json;
use std::io::Cursor;
use zhijian::{
    ledger::dossier::{Filed, Folder as _, Manifest, Outcome, Trust, Variant},
    store::records,
    verify::{self, packed::Packed},
};

async fn ask(person: &Person, case: &str, variant: &str) -> Answer {
    let body = json!({"variant": variant, "purpose": "市中级人民法院调取"});
    person.post(&format!("/api/v1/cases/{case}/dossier"), &body).await
}

fn file(packed: &Packed<Cursor<&[u8]>>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert!(packed.read(name, &mut |file| assert!(file.read_to_end(&mut bytes).is_ok())), "{name}");
    bytes
}

#[actix_web::test]
async fn each_copy_holds_and_shows_what_its_reader_may_see() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    site.sealed().await;
    let log = site.house.log.verifier();
    for variant in [Variant::Whole, Variant::Party, Variant::Court] {
        let answer = ask(&team.wang, &case, variant.word()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/zip");
        assert!(answer.header("content-disposition").starts_with("attachment"));
        let packed = Packed::open(Cursor::new(answer.bytes.as_ref())).unwrap();
        let report =
            verify::dossier(&packed, Trust { logs: std::slice::from_ref(&log), policy: None });
        assert_eq!(report.outcome, Outcome::Good, "{variant:?}: {:#?}", report.first_fault());
        let manifest = Manifest::parse(&file(&packed, "manifest.json")).unwrap();
        let mut kinds = Vec::new();
        let mut paths = Vec::new();
        for record in &manifest.records {
            match Filed::parse(&file(&packed, &record.file)).unwrap() {
                Filed::Shown(record) => {
                    kinds.push(record.payload().unwrap().kind);
                    paths.extend(record.opened.iter().map(|field| field.path.clone()));
                }
                Filed::Withheld(record) => assert!(record.withheld.contains("（《")),
            }
        }
        let internal = kinds.iter().any(|kind| matches!(kind.as_str(), "conclusion" | "review"));
        assert_eq!(internal, variant != Variant::Party, "{variant:?} {kinds:?}");
        assert_eq!(paths.iter().any(|path| path == "text.source"), variant != Variant::Party);
        assert!(
            kinds.iter().any(|kind| kind == "decision") && paths.iter().any(|p| p == "party.name")
        );
        // Replayed where everything is there, and said not to be where it is not.
        let said: Vec<&str> = report.verdicts.iter().map(|v| v.detail.as_str()).collect();
        let replayed = said.iter().any(|detail| detail.contains("没有异议"));
        assert_eq!(replayed, variant != Variant::Party);
    }
}

#[actix_web::test]
async fn a_public_copy_is_made_of_what_is_disclosed() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    site.sealed().await;
    ask(&team.wang, &case, "public").await.refused(422, "没有正在公示的信息");
}

#[actix_web::test]
async fn taking_one_is_on_record_and_strangers_get_none() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    site.sealed().await;
    let (_, before) = site.counts();
    site.visitor()
        .post(&format!("/api/v1/cases/{case}/dossier"), &json!({}))
        .await
        .refused(401, "");
    ask(&team.wang, &case, "everything").await.refused(422, "请选择案卷种类");
    let address = format!("/api/v1/cases/{case}/dossier");
    let blank = json!({"variant": "whole", "purpose": "  "});
    team.wang.send(Method::POST, &address, &blank).await.refused(422, "请写明导出用途");
    site.add_agency("91152201078382010M", "邻县市场监督管理局", "neighbour").await;
    let neighbour = Person::sign_in(&site.url, "neighbour").await;
    ask(&neighbour, &case, "whole").await.refused(404, "没有找到该案件");
    assert_eq!(ask(&team.wang, &case, "whole").await.status, 200);
    let page = team.wang.get(&format!("/office/cases/{case}")).await.text();
    assert!(page.contains("导出案卷") && !page.contains("公开卷"));
    let form = [("csrf", team.wang.csrf.as_str()), ("variant", "party"), ("purpose", "当事人查阅")];
    let request = team.wang.ask(Method::POST, &format!("/office/cases/{case}/dossier")).form(&form);
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/zip"));
    let (_, after) = site.counts();
    assert!(after > before, "{before} {after}");
    let chain = site.house.store.read_blocking(|db| {
        let case = zhijian::store::cases::find(db, &case)?;
        records::by_chain(db, &format!("register:{}", case.agency_id))
    });
    let last = chain.unwrap().pop().unwrap();
    let payload = zhijian::ledger::Envelope::parse(&last.envelope).unwrap().record().unwrap();
    assert_eq!((payload.kind.as_str(), &payload.facts["variant"]), ("export", &json!("party")));
    assert!(payload.on_behalf_of.is_some());
    site.holds().await;
}
