//! Strings that break programs, typed into every kind of text field: kept and given back to the letter.

use crate::{
    case::Team,
    forms,
    site::{Site, skipped},
};
use serde_json::{Value, json};

#[actix_web::test]
async fn naughty_strings_are_kept_to_the_letter() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/adversarial/blns.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        return skipped("the list of naughty strings is not beside the repository");
    };
    let strings: Vec<String> = serde_json::from_str(&text).unwrap();
    assert!(strings.len() > 400);
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let (blank, written): (Vec<&String>, Vec<&String>) =
        strings.iter().partition(|string| string.trim().is_empty());
    for string in blank {
        let form =
            forms::with(forms::inspection(803, &team.wang.id), json!({ "text.found": string }));
        team.add("inspection", &case, &form).await.refused(422, "请填写此项");
    }
    let fields = ["text.found", "text.remark", "text.place", "person.present", "person.witness"];
    let mut expected = Vec::new();
    for group in written.chunks(fields.len()) {
        let mut form = forms::inspection(803, &team.wang.id);
        let mut shown = json!({});
        for (field, string) in fields.iter().zip(group) {
            // Short fields have limits; what is too long for them stands in none here.
            if *field == "text.found" || *field == "text.remark" || string.chars().count() <= 100 {
                form[field] = json!(string);
                shown[field] = json!(string.replace("\r\n", "\n"));
            }
        }
        team.add("inspection", &case, &form).await.good();
        expected.push(shown);
    }
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    let records = &file["records"].as_array().unwrap()[1..];
    assert_eq!(records.len(), expected.len());
    for (record, shown) in records.iter().zip(&expected) {
        let lines = record["lines"].as_array().unwrap();
        for (path, value) in shown.as_object().unwrap() {
            let line = lines.iter().find(|line| line["path"] == path.as_str());
            assert_eq!(line.map(|line| &line["value"]), Some(value));
        }
    }
    searches_do_not_break(&site, &strings).await;
    pages_show_them_as_text(&team, &case).await;
    site.holds().await;
}

async fn searches_do_not_break(site: &Site, strings: &[String]) {
    for string in strings {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", string);
        let query = query.finish();
        let found = site.visitor().get(&format!("/api/v1/disclosures?{query}")).await;
        assert_eq!(found.status, 200, "{string}: {}", found.text());
        let cases = site.admin.get(&format!("/api/v1/cases?{query}")).await;
        assert!(cases.status.as_u16() < 500, "{string}: {}", cases.text());
    }
}

/// On a page the strings are text: no element of the page comes out of them.
async fn pages_show_them_as_text(team: &Team, case: &str) {
    let page = team.li.get(&format!("/office/cases/{case}")).await;
    if page.status == 404 {
        return skipped("there is no page of a case yet");
    }
    let html = page.text();
    assert_eq!(page.status, 200);
    for live in ["<script>alert", "onerror=", "<img src=x", "javascript:alert(1);\">", "<IMG"] {
        let text = html.replace("&#60;", "").replace("&lt;", "");
        let inside = text.match_indices(live).any(|(at, _)| text[..at].ends_with('<'));
        assert!(!inside && !html.contains("<script>alert"), "{live}");
    }
}

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
