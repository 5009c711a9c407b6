//! A house with something in every table: cases that were returned, voided, decided, disclosed, corrected, withdrawn
//! and closed, an imported list, a revoked key, a person switched off, an upload under way.

use crate::{
    LIST,
    case::Team,
    forms,
    people::{Key, Person},
    site::{CODE, Site, day},
};
use serde_json::json;
use std::{path::Path, sync::Arc};
use zhijian::{
    app::{self, Access, SystemClock},
    base::Digest,
    config::Config,
    desk::{Desk, House, import_list, penalty_list},
};

/// Fills a house by HTTP, stops it and gives its folder.
pub async fn full() -> Arc<tempfile::TempDir> {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    corrected_and_closed(&site, &team).await;
    withdrawn(&site, &team).await;
    withheld(&site, &team).await;
    voided(&site, &team).await;
    staff_changes(&site, &team).await;
    imported(&site).await;
    amended(&site, &team).await;
    site.holds().await;
    site.stop().await
}

/// A desk of its own would keep the house from being stopped.
async fn imported(site: &Site) {
    let desk = Desk::new(site.house.clone(), None);
    let list = penalty_list::read(LIST.as_bytes()).unwrap();
    let digest = Digest::of(LIST.as_bytes());
    import_list::import_list(&desk, CODE, &list, digest).await.unwrap();
}

/// Of the imported list one is withdrawn and one, the last in the tables, corrected twice.
async fn amended(site: &Site, team: &Team) {
    let list = team.sun.get("/api/v1/published?q=测罚").await.good();
    let mut numbers: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["number"].as_str().unwrap())
        .collect();
    numbers.sort_unstable();
    let [gone, kept] = numbers[..] else { panic!("{numbers:?}") };
    let correction = |more| {
        let form = json!({
            "on": day(827), "text.before": "甲", "text.after": "乙", "text.reason": "清单有误。",
        });
        forms::with(form, more)
    };
    let withdrawal = json!({
        "on": day(827), "ground": "revoked", "text.reason": "决定被依法撤销。",
    });
    for (kind, number, values) in [
        ("correction", kept, correction(json!({ "show.penalty.fine": "1.2万元" }))),
        ("withdrawal", gone, withdrawal),
        ("correction", kept, correction(json!({ "show.party.code": "91340602MA2UJYD90G" }))),
    ] {
        let asked = json!({ "kind": kind, "disclosure": number, "values": values });
        let draft = team.sun.post("/api/v1/drafts", &asked).await.good();
        team.sun.sign(draft["id"].as_str().unwrap()).await.good();
    }
    site.sealed().await;
}

/// A major case: returned once, reviewed again, disclosed, corrected and closed, with a picture as evidence.
async fn corrected_and_closed(site: &Site, team: &Team) {
    let case = team.inspected(site).await;
    let picture = zhijian::evidence::generate::image(7).unwrap();
    let exhibit = team.li.upload(&case, "现场照片.jpg", &picture).await;
    team.wang.get(&format!("/api/v1/exhibits/{exhibit}/content")).await;
    team.add("evidence", &case, &forms::evidence(804, &[&exhibit])).await.good();
    site.on(820);
    let conclusion = forms::conclusion(820, &team.wang.id, 120_000);
    team.add("conclusion", &case, &conclusion).await.good();
    site.on(821);
    for (result, issues) in [("correct", "证据不足"), ("agree", "")] {
        team.add("submission", &case, &forms::submission(821, 120_000)).await.good();
        team.add("review", &case, &forms::review(821, result, issues)).await.good();
    }
    site.on(826);
    let notice = forms::notice(826, &team.wang.id, 120_000, true);
    team.add("notice", &case, &notice).await.good();
    site.on(827);
    team.add("statement", &case, &forms::full_waiver(827)).await.good();
    let discussion = forms::discussion(827, &team.leaders(), 120_000);
    team.add("discussion", &case, &discussion).await.good();
    team.add("decision", &case, &forms::decision(827, 120_000)).await.good();
    team.add("service", &case, &forms::service(827, &team.wang.id)).await.good();
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    let correction = json!({
        "on": day(827), "text.before": "甲", "text.after": "乙", "text.reason": "原公示有误。",
        "show.violation.kind": "经营超过保质期的糕点",
    });
    team.add("correction", &case, &correction).await.good();
    team.add("execution", &case, &forms::execution(827, 120_000)).await.good();
    team.add("closing", &case, &forms::closing(827, &team.chief.id)).await.good();
}

async fn withdrawn(site: &Site, team: &Team) {
    let case = team.served(site).await;
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    let withdrawal = json!({
        "on": day(827), "ground": "revoked", "text.reason": "决定被依法撤销。",
    });
    team.add("withdrawal", &case, &withdrawal).await.good();
}

async fn withheld(site: &Site, team: &Team) {
    let case = team.served(site).await;
    let form = json!({ "on": day(827), "ground": "minor", "text.reason": "依法不予公示。" });
    team.add("withholding", &case, &form).await.good();
}

/// An agreed review that a later record voids; a round that waits; an upload that waits; a draft that waits.
async fn voided(site: &Site, team: &Team) {
    let case = team.reviewed(site, 120_000).await;
    let inspection = forms::inspection(826, &team.wang.id);
    site.on(826);
    team.add("inspection", &case, &inspection).await.good();
    team.add("submission", &case, &forms::submission(826, 120_000)).await.good();
    let upload = team.li.open_upload(&case, "未传完.bin", 100).await;
    upload.patch(0, b"half of it").await;
    team.li.prepare("inspection", Some(&case), &inspection).await.good();
}

async fn staff_changes(site: &Site, team: &Team) {
    let second = team.wang.enrol_own().await;
    let Key::Own { id, .. } = second else { panic!("a key of one's own") };
    let reason = json!({ "reason": "手机遗失" });
    team.wang.post(&format!("/api/v1/keys/{id}/revocation"), &reason).await.good();
    let more = json!({ "roles": ["clerk"] });
    let gone = Person::enter(&site.admin, "gone", "已离岗", more, true).await;
    let path = format!("/api/v1/people/{}", gone.id);
    let off = json!({ "active": false });
    site.admin.send(reqwest::Method::PATCH, &path, &off).await.good();
}

/// Opens a folder to look only, as `zhijian fsck` does.
pub async fn look(folder: &Path) -> Arc<House> {
    let config = Config::load(None, std::iter::empty()).unwrap();
    app::open(&config, folder, Arc::new(SystemClock), Access::Look).await.unwrap()
}
