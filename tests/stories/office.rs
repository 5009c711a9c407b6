//! The office by its pages: forms filled in and sent as a browser without scripts sends them.

use crate::{
    browser::{held, last, leads, page, send, sign},
    case::Team,
    forms::{self, with},
    people::{Answer, Key, Person},
    site::{PASSWORD, Site},
};
use reqwest::{Method, multipart};
use serde_json::json;
use zhijian::evidence::generate;

#[actix_web::test]
async fn a_case_is_filed_and_kept_by_pages() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let (li, chief) = (&team.li, &team.chief);
    assert!(page(li, "/office/cases").await.contains("还没有案件"));
    let blank = page(li, "/office/cases/new").await;
    assert!(blank.contains("王执法") && blank.contains("经营超过保质期的食品"));

    let form = with(forms::filing(803, "", &chief.id), json!({ "with": [], "head": "" }));
    let refused = send(li, "/office/cases/new", &form).await;
    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(text.contains("不得少于两人") && text.contains("货架上有超过保质期的糕点十二盒"));
    let form = with(form, json!({ "officers": [team.wang.id] }));
    let bad = with(form.clone(), json!({ "on": "2026-13-45" }));
    let bad = send(li, "/office/cases/new", &bad).await;
    assert!(bad.status == 422 && bad.text().contains("fault-on"));

    let draft = leads(&send(li, "/office/cases/new", &form).await);
    let shown = page(li, &draft).await;
    assert!(shown.contains("data-field=\"party.name\">清河县好味来食品有限公司</dd>"), "{shown}");
    assert!(!page(&team.zhao, "/office").await.contains("立案审批表"));
    assert_eq!(team.zhao.get(&draft).await.status, 404, "not theirs to sign");
    assert_eq!(leads(&sign(li, &draft).await), format!("{draft}?signed=1"));
    assert_eq!(sign_again(li, &draft).await, 409);
    assert!(page(chief, "/office").await.contains(&draft));
    let wrong = send(chief, &draft, &json!({ "password": "not the password" })).await;
    assert!(wrong.status == 422 && wrong.text().contains("密码不正确"));
    let case = leads(&sign(chief, &draft).await);
    let case = case.trim_end_matches("?linked=1");
    assert!(page(li, case).await.contains("清市监立〔2026〕1号"));
    assert!(page(li, "/office/cases?stage=investigation&q=好味来").await.contains(case));
    assert!(page(li, "/office/cases?stage=closed").await.contains("没有符合条件"));
    assert_eq!(site.admin.get(case).await.status, 404, "a bare administrator sees no case");
    stale_forms_keep_what_was_typed(&team, case).await;
    site.holds().await;
}

async fn sign_again(who: &Person, draft: &str) -> u16 {
    send(who, draft, &json!({ "password": PASSWORD })).await.status.as_u16()
}

async fn stale_forms_keep_what_was_typed(team: &Team, case: &str) {
    let path = format!("{case}/records/inspection");
    let head = page(&team.li, &path).await;
    let head = held(&head, "name=\"head\" value=\"").to_owned();
    let id = last(case);
    let form = with(forms::inspection(803, &team.wang.id), json!({ "head": head }));
    team.add("inspection", id, &forms::inspection(803, &team.wang.id)).await.good();
    let stale = send(&team.li, &path, &form).await;
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains("没有提交") && stale.text().contains("糕点十二盒"));
    let again = held(&stale.text(), "name=\"head\" value=\"").to_owned();
    assert_ne!(again, head, "the form shown again is of the present file");
    let draft = leads(&send(&team.li, &path, &with(form, json!({ "head": again }))).await);
    let other = team.li.enrol_own().await;
    let Key::Own { id: key, .. } = &other else { panic!("an own key") };
    let id = last(&draft);
    leads(&send(&team.li, &format!("/office/drafts/{id}/key"), &json!({ "key": key })).await);
    let mut moved = team.li.0.clone();
    moved.key = other;
    leads(&sign(&moved, &draft).await);
    let discard = format!("/office/drafts/{id}/discard");
    assert_eq!(leads(&send(&team.wang, &discard, &json!({})).await), case);
    assert_eq!(team.li.get(&format!("/office/drafts/{id}")).await.status, 404);
    let foreign = Answer::of(
        team.li.ask(Method::POST, &path).form(&[("csrf", "wrong")]).send().await.unwrap(),
    );
    assert_eq!(foreign.await.status, 409);
}

#[actix_web::test]
async fn whole_files_come_by_a_form_and_are_served_in_parts() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.inspected(&site).await;
    let video = generate::video(2, 5).unwrap();
    let path = format!("/office/cases/{case}/exhibits");
    let form = |csrf: &str| {
        let file = multipart::Part::bytes(video.clone()).file_name("现场 录像\".mp4");
        multipart::Form::new().text("csrf", csrf.to_owned()).part("files", file)
    };
    let post = |form| async {
        Answer::of(team.li.ask(Method::POST, &path).multipart(form).send().await.unwrap()).await
    };
    assert_eq!(post(form("wrong")).await.status, 409);
    leads(&post(form(&team.li.csrf)).await);
    let file = page(&team.li, &format!("/office/cases/{case}")).await;
    assert!(file.contains("<p class=\"name exact\">现场 录像"), "{file}");
    let id = held(&file, "<source src=\"/office/exhibits/").trim_end_matches("/content");
    let content = format!("/office/exhibits/{id}/content");

    let get = |range: &str, more: (&'static str, &'static str)| {
        let request = team.li.ask(Method::GET, &content).header(more.0, more.1);
        let request = if range.is_empty() { request } else { request.header("range", range) };
        async { Answer::of(request.send().await.unwrap()).await }
    };
    let none = ("x-nothing", "");
    let whole = get("", none).await;
    assert_eq!((whole.status.as_u16(), whole.bytes.as_slice()), (200, video.as_slice()));
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert!(whole.header("content-disposition").starts_with("inline; filename*=UTF-8''"));
    let size = video.len();
    let part = get("bytes=10-19", none).await;
    assert_eq!((part.status.as_u16(), part.bytes.as_slice()), (206, &video[10..20]));
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{size}"));
    let rest = get("bytes=10-", ("if-range", "\"another\"")).await;
    assert_eq!(rest.status, 200, "a part of something else is not sent");
    let behind = get(&format!("bytes={size}-"), none).await;
    assert_eq!(behind.status, 416);
    assert_eq!(behind.header("content-range"), format!("bytes */{size}"));
    assert_eq!(team.li.get("/office/exhibits/x/poster").await.status, 404);
    let poster = content.replace("/content", "/poster");
    assert_eq!(team.li.get(&poster).await.status, 404, "this film has no cover");
    assert_eq!(site.admin.get(&content).await.status, 404);
    let photo = team.li.upload(&case, "照片.jpg", &generate::image(3).unwrap()).await;
    let small = team.li.get(&format!("/office/exhibits/{photo}/poster")).await;
    assert_eq!((small.status.as_u16(), small.header("content-type")), (200, "image/jpeg"));
    site.holds().await;
}

#[actix_web::test]
async fn reviewers_and_clerks_work_by_pages() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.submitted(&site, 120_000).await;
    let path = format!("/office/reviews/{case}");
    assert!(page(&team.zhao, "/office/reviews").await.contains(&path));
    let file = page(&team.zhao, &path).await;
    assert!(file.contains("属于重大执法决定") && file.contains("请您判断"), "{file}");
    assert!(file.contains("送审后案卷没有变动"));
    team.li.upload(&case, "照片.jpg", &generate::image(3).unwrap()).await;
    let file = page(&team.zhao, &path).await;
    assert!(!file.contains("送审后案卷没有变动"), "an exhibit came, though it voids nothing");
    assert!(file.contains("第1轮送审后案卷又增加：附件入库"), "{file}");
    assert!(
        !page(&team.chief, &path).await.contains("生成待签记录"),
        "heads look, reviewers write"
    );
    assert_eq!(team.li.get(&path).await.status, 403);
    site.on(825);
    let write = format!("/office/cases/{case}/records/review");
    assert_eq!(leads(&team.zhao.get(&write).await), path);
    let shown = json!({ "head": held(&page(&team.zhao, &path).await, "name=\"head\" value=\"") });
    let returned = with(forms::review(825, "correct", "补充进货票据"), shown);
    let agreed = with(returned.clone(), json!({ "result": "agree" }));
    let refused = send(&team.zhao, &write, &agreed).await;
    assert!(refused.status == 422 && refused.text().contains("不能作出“同意”的结论"));
    assert!(refused.text().contains("送审内容"), "the file stays beside the form");
    let draft = leads(&send(&team.zhao, &write, &returned).await);
    leads(&sign(&team.zhao, &draft).await);
    assert_eq!(team.zhao.get(&path).await.status, 410, "nothing waits any more");

    site.on(826);
    team.add("evidence", &case, &forms::evidence(826, &[])).await;
    team.add("submission", &case, &forms::submission(826, 120_000)).await.good();
    let again = page(&team.zhao, &path).await;
    assert!(again.contains("上次退回后新增") && again.contains("1条问题"));
    assert!(page(&team.chief, "/office/overdue").await.contains("没有超过期限"));
    site.on(915);
    assert!(page(&team.chief, "/office/overdue").await.contains(&case));
    assert!(page(&team.zhao, "/office/reviews").await.contains("已超过期限"));
}

#[actix_web::test]
async fn a_clerk_publishes_by_pages() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 1_000, false).await;
    site.on(827);
    team.add("statement", &case, &forms::waiver(827)).await.good();
    site.on(831);
    let prefilled = page(&team.chief, &format!("/office/cases/{case}/records/decision")).await;
    assert!(prefilled.contains("清河县好味来食品有限公司") && prefilled.contains("1000.00"));
    team.add("decision", &case, &forms::decision(831, 1_000)).await.good();
    site.on(901);
    team.add("service", &case, &forms::service(901, &team.wang.id)).await.good();
    let due = page(&team.sun, "/office/disclosures").await;
    let path = format!("/office/cases/{case}/records/disclosure");
    assert!(due.contains(&path) && due.contains("个工作日"));
    let blank = page(&team.sun, &path).await;
    assert!(blank.contains("show.violation.facts") && blank.contains("公示的文字"));
    let form = json!({ "on": "2026-09-01", "show_until": "2026-12-01", "show.penalty.fine": "" });
    let draft = leads(&send(&team.sun, &path, &form).await);
    let shown = page(&team.sun, &draft).await;
    assert!(shown.contains("2026年12月1日"), "the clerk's own last day is kept: {shown}");
    assert!(shown.contains("data-field=\"shown.party.name\""));
    leads(&sign(&team.sun, &draft).await);
    let file = page(&team.li, &format!("/office/cases/{case}")).await;
    let number = held(&file, "href=\"/disclosures/").to_owned();
    let item = site.visitor().get(&format!("/api/v1/disclosures/{number}")).await.good();
    assert!(!item["lines"].to_string().contains("罚款金额"), "what was emptied is not shown");

    let path = format!("/office/cases/{case}/records/correction");
    let form = json!({
        "on": "2026-09-01", "text.before": "甲", "text.after": "乙", "text.reason": "笔误",
        "show.violation.kind": "乙"
    });
    let draft = leads(&send(&team.sun, &path, &form).await);
    let shown = page(&team.sun, &draft).await;
    assert!(shown.contains("data-field=\"text.before\">甲<"), "{shown}");
    leads(&sign(&team.sun, &draft).await);
}

#[actix_web::test]
async fn people_and_keys_are_kept_by_pages() {
    let site = Site::open().await;
    assert_eq!(site.visitor().get("/set-up/0000").await.status, 404);
    let agencies = site.visitor().get("/api/v1/agencies").await.good();
    assert_eq!(agencies["agencies"][0]["name"], "清河县市场监督管理局");
    assert_eq!(send(&site.visitor(), "/set-up/0000", &json!({})).await.status, 404);
    let admin = &site.admin;
    let person = json!({
        "login": "qian", "name": "钱某", "roles": ["officer", "clerk"], "password": PASSWORD,
        "certificate": "4401001", "certificate_from": "2024-01-01", "certificate_until": "2028-12-31",
    });
    let bad = with(person.clone(), json!({ "password": "short", "certificate": "" }));
    let bad = send(admin, "/office/people", &bad).await;
    assert!(bad.status == 422 && bad.text().contains("fault-password"));
    assert!(bad.text().contains("value=\"钱某\"") && !bad.text().contains("value=\"short\""));
    leads(&send(admin, "/office/people", &person).await);
    let qian = Person::sign_in(&site.url, "qian").await;
    assert!(page(&qian, "/office").await.contains("还没有签名密钥"));
    let wrong = send(&qian, "/office/keys", &json!({ "password": "wrong password" })).await;
    assert!(wrong.status == 422 && wrong.text().contains("密码不正确"));
    leads(&send(&qian, "/office/keys", &json!({ "password": PASSWORD })).await);
    let keys = page(&qian, "/office/keys").await;
    let id = held(&keys, "action=\"/office/keys/").trim_end_matches("/revoke");
    let revoke = format!("/office/keys/{id}/revoke");
    assert_eq!(send(&qian, &revoke, &json!({ "reason": " " })).await.status, 422);
    leads(&send(&qian, &revoke, &json!({ "reason": "设备遗失" })).await);
    assert_eq!(send(&qian, &revoke, &json!({ "reason": "再次" })).await.status, 409);
    assert!(page(&qian, "/office/keys").await.contains("已注销"));
    assert_eq!(leads(&send(&qian, "/office/sign-out", &json!({})).await), "/office/sign-in");
    let qian = Person::sign_in(&site.url, "qian").await;

    let off = |active: &'static str| {
        let path = format!("/office/people/{}/active", qian.id);
        async move { send(admin, &path, &json!({ "active": active })).await }
    };
    leads(&off("0").await);
    assert_eq!(qian.get("/office").await.status, 401, "the session ended");
    leads(&off("1").await);
    assert!(page(admin, "/office/people").await.contains("在用"));
    let own = format!("/office/people/{}/active", admin.id);
    assert_eq!(send(admin, &own, &json!({ "active": "0" })).await.status, 422);

    let change = json!({
        "old_password": PASSWORD, "new_password": "another long one", "new_password_again": "other",
    });
    assert_eq!(send(admin, "/office/password", &change).await.status, 422);
    let change = with(change, json!({ "new_password_again": "another long one" }));
    assert_eq!(leads(&send(admin, "/office/password", &change).await), "/office/sign-in");
    assert_eq!(admin.get("/office").await.status, 401);
}
