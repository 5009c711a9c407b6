//! The main story: from filing to a disclosed decision that anybody can check.

use crate::{
    case::Team,
    forms::{self, PARTY},
    site::Site,
};
use zhijian::{
    evidence::generate,
    ledger::bundle::{self, Proof},
};

#[actix_web::test]
async fn a_major_case_from_filing_to_a_checked_disclosure() {
    let site = Site::open().await;
    whole_process(&site).await;
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn the_same_on_postgresql() {
    let Some(schema) = Schema::create("whole") else { return };
    let site = Site::open_with(&[("STORE__URL", &schema.url)]).await;
    whole_process(&site).await;
    site.restart().await.holds().await;
}

/// A schema of this test's own, dropped with it.
#[cfg(feature = "postgres")]
pub struct Schema {
    base: String,
    name: String,
    pub url: String,
}

#[cfg(feature = "postgres")]
impl Schema {
    /// None, with a word on why, where there is no server.
    pub fn create(story: &str) -> Option<Schema> {
        let Ok(base) = std::env::var("TEST_DATABASE_URL") else {
            crate::site::skipped("TEST_DATABASE_URL is not set (tests/with-postgres sets it)");
            return None;
        };
        let name = format!("story_{story}_{}", std::process::id());
        run(&base, &format!("CREATE SCHEMA {name}")).unwrap();
        let glue = if base.contains('?') { '&' } else { '?' };
        Some(Schema { url: format!("{base}{glue}options=-csearch_path%3D{name}"), base, name })
    }
}

#[cfg(feature = "postgres")]
impl Drop for Schema {
    fn drop(&mut self) {
        let _ = run(&self.base, &format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

#[cfg(feature = "postgres")]
fn run(url: &str, sql: &str) -> diesel::QueryResult<()> {
    use diesel::{Connection as _, connection::SimpleConnection as _};
    diesel::PgConnection::establish(url).unwrap().batch_execute(sql)
}

async fn whole_process(site: &Site) {
    let team = Team::enter(site).await;
    let case = team.inspected(site).await;
    site.on(806);
    let video = generate::video(3, 7).unwrap();
    let exhibit = team.li.upload(&case, "现场检查 录像.mp4", &video).await;
    team.add("evidence", &case, &forms::evidence(806, &[&exhibit])).await.good();
    site.on(820);
    let yuan = 120_000;
    team.add("conclusion", &case, &forms::conclusion(820, &team.wang.id, yuan)).await.good();
    site.on(821);
    team.add("submission", &case, &forms::submission(821, yuan)).await.good();
    let waiting = team.zhao.get("/api/v1/reviews").await.good();
    assert_eq!(waiting["reviews"][0]["case"]["id"], case.as_str());
    site.on(825);
    team.add("review", &case, &forms::review(825, "agree", "")).await.good();
    site.on(826);
    team.add("notice", &case, &forms::notice(826, &team.wang.id, yuan, true)).await.good();
    site.on(827);
    team.add("statement", &case, &forms::full_waiver(827)).await.good();
    site.on(828);
    let discussion = forms::discussion(828, &team.leaders(), yuan);
    team.add("discussion", &case, &discussion).await.good();
    site.on(831);
    team.add("decision", &case, &forms::decision(831, yuan)).await.good();
    site.on(901);
    team.add("service", &case, &forms::service(901, &team.wang.id)).await.good();
    let due = team.sun.get("/api/v1/undisclosed").await.good();
    assert_eq!(due["decisions"][0]["case"]["id"], case.as_str());
    site.on(902);
    team.add("disclosure", &case, &forms::disclosure(902)).await.good();
    assert_eq!(
        team.sun.get("/api/v1/undisclosed").await.good()["decisions"],
        serde_json::json!([])
    );
    the_public_can_check(site).await;
    site.on(910);
    team.add("execution", &case, &forms::execution(910, yuan)).await.good();
    team.add("closing", &case, &forms::closing(910, &team.chief.id)).await.good();
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    assert_eq!(file["closed"], true);
    assert_eq!(file["needs"], serde_json::json!([]));
    assert_eq!(file["records"].as_array().unwrap().len(), 15, "{file}");
    site.holds().await;
}

async fn the_public_can_check(site: &Site) {
    site.holds().await;
    let visitor = site.visitor();
    let list = visitor.get("/api/v1/disclosures?q=好味来").await.good();
    assert_eq!(list["total"], 1, "{list}");
    let number = list["items"][0]["number"].as_str().unwrap();
    let item = visitor.get(&format!("/api/v1/disclosures/{number}")).await.good();
    let shown = item["lines"].to_string();
    assert!(shown.contains(PARTY) && shown.contains("经营超过保质期的食品"), "{shown}");
    assert!(!shown.contains("13800138000"), "a telephone number is masked: {shown}");
    assert_eq!(item["checkable"], true);
    let proof = visitor.get(&format!("/api/v1/disclosures/{number}/proof")).await;
    proof.good();
    let proof = Proof::parse(&proof.bytes).unwrap();
    let trusted = site.house.log.verifier();
    let verdicts = bundle::check(&proof, std::slice::from_ref(&trusted));
    assert!(verdicts.iter().all(|verdict| verdict.ok), "{verdicts:#?}");
    assert!(!proof.record.opened.iter().any(|field| field.value.contains("13800138000")));
    let mut forged = proof.clone();
    let name = forged.record.opened.iter_mut().find(|field| field.value == PARTY).unwrap();
    name.value = "别的公司".into();
    assert!(
        bundle::check(&forged, std::slice::from_ref(&trusted)).iter().any(|verdict| !verdict.ok)
    );
}
