//! Hostile text in what is published: shown to the letter, and a reason with what was corrected or withdrawn.

use crate::{case::Team, forms, site::Site};
use serde_json::{Value, json};

#[actix_web::test]
async fn a_withdrawn_and_a_corrected_item_say_why() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    let hostile = json!({ "on": crate::site::day(827), "show.party.name": "<b>甲</b>&\"'" });
    team.add("disclosure", &case, &hostile).await.good();
    site.sealed().await;
    let visitor = site.visitor();
    let list = visitor.get("/api/v1/disclosures").await.good();
    let number = list["items"][0]["number"].as_str().unwrap();
    let path = format!("/api/v1/disclosures/{number}");
    let first = visitor.get(&path).await;
    assert_eq!(line(&first.json(), "当事人"), "<b>甲</b>&\"'");
    let again = visitor.ask(reqwest::Method::GET, &path);
    let again = again.header("if-none-match", first.header("etag")).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let correction = json!({
        "on": crate::site::day(827), "text.before": "甲", "text.after": "全称",
        "text.reason": "原公示名称有误。", "show.party.name": forms::PARTY,
    });
    team.add("correction", &case, &correction).await.good();
    let item = visitor.get(&path).await.good();
    assert_eq!(
        (&item["state"], line(&item, "当事人")),
        (&json!("corrected"), forms::PARTY.to_owned())
    );
    assert!(item["answer"].as_str().unwrap().contains("原公示名称有误"), "{item}");
    let withdrawal = json!({
        "on": crate::site::day(827), "ground": "revoked", "text.reason": "县政府复议认定适用依据错误。已予撤销。",
    });
    team.add("withdrawal", &case, &withdrawal).await.good();
    let item = visitor.get(&path).await.good();
    assert_eq!((&item["state"], &item["lines"]), (&json!("withdrawn"), &json!([])));
    assert_eq!(item["releases"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&item["ground"], &item["reason"]),
        (&json!("执法决定被依法撤销"), &json!("县政府复议认定适用依据错误。已予撤销。"))
    );
    let page = visitor.get(&format!("/disclosures/{number}")).await;
    assert_eq!(page.status, 410);
    for why in ["执法决定被依法撤销", "县政府复议认定适用依据错误。已予撤销。"]
    {
        assert!(page.text().contains(why), "{}", page.text());
    }
    visitor.get(&format!("{path}/proof")).await.refused(410, "已经撤下");
    site.holds().await;
}

/// The shown text under a label.
fn line(item: &Value, label: &str) -> String {
    let lines = item["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["label"] == label).unwrap();
    line["value"].as_str().unwrap().to_owned()
}
