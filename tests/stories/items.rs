//! Enforcement items: kept by clerks and administrators, public at once, named by filings while they are in use.

use crate::{
    browser::{leads, page, send, sign},
    case::Team,
    forms::{self, with},
    people::Person,
    refusals::offline,
    site::{CODE, ITEM, Site},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::json;

/// What a page shows of `text`.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;")
}

#[actix_web::test]
async fn the_list_is_kept_by_pages() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let (li, sun) = (&team.li, &team.sun);
    let before = site.counts();
    let seen = page(li, "/office/items").await;
    assert!(seen.contains(ITEM) && !seen.contains("登记执法事项") && !seen.contains("确认停用"));
    assert_eq!(li.get("/office/items/new").await.status, 403);
    let form = forms::item("CP-1");
    assert_eq!(send(li, "/office/items/new", &form).await.status, 403);
    assert!(page(sun, "/office").await.contains("href=\"/office/items\""));
    assert!(page(&site.admin, "/office").await.contains("登记和停用执法事项"));

    let empty = send(sun, "/office/items/new", &json!({})).await;
    assert_eq!(empty.status, 422);
    for name in ["code", "act_kind", "name", "basis"] {
        assert!(empty.text().contains(&format!("id=\"fault-{name}\"")), "{name}");
    }
    let long =
        with(form.clone(), json!({ "name": "字".repeat(201), "penalty": "罚".repeat(2001) }));
    let long = send(sun, "/office/items/new", &long).await;
    assert!(long.status == 422 && long.text().contains("不超过200个字"));
    assert!(long.text().contains(&"罚".repeat(2001)), "what was typed is kept");
    let twice = send(sun, "/office/items/new", &with(form.clone(), json!({ "code": ITEM }))).await;
    assert!(twice.status == 422 && twice.text().contains("该事项编码已经登记"));
    assert!(twice.text().contains("《产品质量法》第四十九条"));
    assert_eq!(site.counts(), before, "nothing of this is on record");

    let name = "<script>alert(\"1\")</script>&amp; 𠮷";
    let form = with(form, json!({ "name": name }));
    let next = leads(&send(sun, "/office/items/new", &form).await);
    assert_eq!(site.counts().0, before.0 + 1, "one record in the register");
    let found = page(sun, &next).await;
    assert!(found.contains("已登记") && found.contains(&escaped(name)), "{found}");
    assert!(page(&site.visitor(), &format!("/agencies/{CODE}")).await.contains(&escaped(name)));
    assert!(page(li, "/office/cases/new").await.contains(&format!("CP-1 {}", escaped(name))));
    assert!(page(sun, "/office/items?q=%25").await.contains("没有符合条件的执法事项"));
    let head = page(sun, "/office/items?q=产品质量").await;
    assert!(head.contains("CP-1") && !head.contains(ITEM), "found by its field");
    site.holds().await;
}

#[actix_web::test]
async fn what_is_out_of_use_is_named_by_no_new_case() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let (li, sun) = (&team.li, &team.sun);
    let case = team.file(803).await;
    let form = forms::filing(803, &team.wang.id, &team.chief.id);
    let waiting = li.prepare("filing", None, &form).await.good();
    let switch = format!("/office/items/{ITEM}/active");
    let (off, on) = (json!({ "active": "0" }), json!({ "active": "1" }));
    assert_eq!(send(li, &switch, &off).await.status, 403);
    assert_eq!(send(sun, "/office/items/none/active", &off).await.status, 404);
    let before = site.counts();
    leads(&send(sun, &switch, &off).await);
    assert_eq!(site.counts(), (before.0 + 1, before.1 + 1));
    let stale = send(sun, &switch, &off).await;
    assert!(stale.status == 409 && stale.text().contains("已经停用，没有重复办理"));
    assert_eq!(site.counts().0, before.0 + 1);
    assert!(page(sun, "/office/items").await.contains("确认恢复"));
    let public = page(&site.visitor(), &format!("/agencies/{CODE}")).await;
    assert!(!public.contains(ITEM), "no longer published beforehand");
    assert!(page(li, "/office/cases/new").await.contains("还没有登记执法事项"));
    let file = page(li, &format!("/office/cases/{case}")).await;
    assert!(file.contains(&format!("经营超过保质期的食品（{ITEM}）")), "the case keeps its item");

    li.prepare("filing", None, &form).await.refused(422, "没有这个在用的事项");
    let draft = waiting["id"].as_str().unwrap();
    assert_eq!(li.sign(draft).await.status, 202);
    let signed = team.chief.sign(draft).await.reasons();
    assert!(signed[0].contains("不是本机关在用的事项"), "{signed:?}");
    leads(&send(sun, &switch, &on).await);
    team.chief.sign(draft).await.good();
    site.holds().await;
}

#[actix_web::test]
async fn a_filing_names_its_item_by_code_or_as_listed() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let form = forms::filing(803, &team.wang.id, &team.chief.id);
    let listed = format!("{ITEM} 经营超过保质期的食品");
    for wrong in ["CP-9", "经营超过保质期的食品", &format!("{ITEM} 别的事项"), "' OR 1=1--"]
    {
        let form = with(form.clone(), json!({ "item": wrong }));
        team.li.prepare("filing", None, &form).await.refused(422, "没有这个在用的事项");
    }
    let form =
        with(form, json!({ "item": listed, "head": "", "with": [], "officers": [team.wang.id] }));
    let draft = leads(&send(&team.li, "/office/cases/new", &form).await);
    let shown = page(&team.li, &draft).await;
    assert!(shown.contains(&format!("经营超过保质期的食品（{ITEM}）")), "{shown}");
    leads(&sign(&team.li, &draft).await);
    let case = leads(&sign(&team.chief, &draft).await);
    let id = case.trim_start_matches("/office/cases/").trim_end_matches("?linked=1");
    let file = team.li.get(&format!("/api/v1/cases/{id}")).await.good();
    assert_eq!(file["item_code"], ITEM, "the record holds the code alone");

    // A list too long to scroll through is typed into, still without a script.
    for n in 0..41 {
        team.sun.post("/api/v1/items", &forms::item(&format!("CP-{n:02}"))).await.good();
    }
    let long = page(&team.li, "/office/cases/new").await;
    assert!(long.contains("<datalist id=\"list-item\">") && long.contains("list=\"list-item\""));
    assert!(long.contains("<option value=\"CP-40 销售不合格产品\">"));
}

#[actix_web::test]
async fn a_case_is_filed_under_a_penalty_item_only() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let check = with(forms::item("JC-1"), json!({ "act_kind": "inspection" }));
    team.sun.post("/api/v1/items", &check).await.good();
    let offered = page(&team.li, "/office/cases/new").await;
    assert!(offered.contains(ITEM) && !offered.contains("JC-1"), "{offered}");
    let filing = forms::filing(803, &team.wang.id, &team.chief.id);
    let form = with(filing.clone(), json!({ "item": "JC-1" }));
    let refused = team.li.prepare("filing", None, &form).await;
    refused.objected("不是行政处罚事项，不能据以立案", "第五十四条");
    // Nor is it when the record was made elsewhere and only now arrives.
    let mut signing = team.chief.0.clone();
    signing.key = signing.enrol_own().await;
    let mut draft = team.li.prepare("filing", None, &filing).await.good();
    let payload = STANDARD.decode(draft["payload"].as_str().unwrap()).unwrap();
    let payload = String::from_utf8(payload).unwrap();
    draft["payload"] = STANDARD.encode(payload.replace(ITEM, "JC-1")).into();
    let record = offline(&draft, &[&team.li.key, &signing.key]);
    let before = site.counts();
    let answer = team.li.post("/api/v1/records", &record).await;
    assert!(answer.reasons().iter().any(|text| text.contains("不是行政处罚事项")));
    assert_eq!(site.counts(), before);
}

#[actix_web::test]
async fn programs_keep_the_list_too() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let sun = &team.sun;
    let before = site.counts();
    team.li.post("/api/v1/items", &forms::item("CP-1")).await.refused(403, "登记执法事项");
    let mut forgetful = sun.visitor.clone();
    forgetful.csrf = String::new();
    forgetful.post("/api/v1/items", &forms::item("CP-1")).await.refused(403, "X-CSRF-Token");
    let more = with(forms::item("CP-1"), json!({ "active": true }));
    sun.post("/api/v1/items", &more).await.refused(422, "不是该接口所要的JSON");
    let bad = with(forms::item("../1"), json!({ "act_kind": "wedding", "name": "甲\u{0}" }));
    let problem = sun.post("/api/v1/items", &bad).await.refused(422, "填写的内容有误");
    let faults = problem["faults"].as_array().unwrap();
    let fields: Vec<&str> = faults.iter().map(|f| f["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["code", "act_kind", "name"]);
    assert_eq!(site.counts(), before);

    let made = sun.post("/api/v1/items", &forms::item("CP-1")).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/v1/items/CP-1"));
    sun.post("/api/v1/items", &forms::item("CP-1")).await.refused(422, "该事项编码已经登记");
    let one = sun.get("/api/v1/items/CP-1").await;
    assert_eq!(one.good()["kind"], "行政处罚");
    let asked = sun.ask(Method::GET, "/api/v1/items/CP-1");
    let same = asked.header("if-none-match", one.header("etag")).send().await.unwrap();
    assert_eq!(same.status(), 304);
    let off = json!({ "active": false });
    sun.send(Method::PATCH, "/api/v1/items/CP-1", &off).await.good();
    sun.send(Method::PATCH, "/api/v1/items/CP-1", &off).await.refused(409, "已经停用");
    let asked = sun.ask(Method::GET, "/api/v1/items/CP-1");
    let other = asked.header("if-none-match", one.header("etag")).send().await.unwrap();
    assert_eq!(other.status(), 200, "the change shows");

    site.add_agency("91152201078382010M", "邻县市场监督管理局", "neighbour").await;
    let neighbour = Person::sign_in(&site.url, "neighbour").await;
    neighbour.get("/api/v1/items/CP-1").await.refused(404, "没有找到该执法事项");
    let path = "/api/v1/items/CP-1";
    neighbour.send(Method::PATCH, path, &json!({ "active": true })).await.refused(404, "执法事项");
    neighbour.post("/api/v1/items", &forms::item("CP-1")).await.refused(422, "已经登记");
    assert_eq!(neighbour.get("/api/v1/items").await.good()["items"], json!([]));
    assert!(page(&neighbour, "/office/items").await.contains("还没有执法事项"));
    site.holds().await;
}
