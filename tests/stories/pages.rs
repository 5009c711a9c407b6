//! The same whole process as people without any script do it: by pages, links and plain forms.

use crate::{
    forms,
    people::{Answer, Visitor},
    site::{PASSWORD, Site},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Somebody at a browser.
struct Browser(Visitor);

impl Browser {
    async fn sign_in(site: &Site, login: &str) -> Browser {
        let mut browser = Browser(site.visitor());
        assert_eq!(browser.0.get("/office/sign-in").await.status, 200);
        let form = json!({ "login": login, "password": PASSWORD, "next": "/office/keys" });
        assert_eq!(browser.post("/office/sign-in", &form).await.leads_to(), "/office/keys");
        let page = browser.page("/office").await;
        browser.0.csrf = between(&page, "name=\"csrf\" value=\"", "\"").to_owned();
        browser
    }

    /// The HTML of a page that must be there.
    async fn page(&self, path: &str) -> String {
        let answer = self.0.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        answer.text()
    }

    /// Sends a form: texts, and lists for several answers under one name.
    async fn post(&self, path: &str, form: &Value) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &self.0.csrf);
        for (name, value) in form.as_object().unwrap() {
            for one in value.as_array().unwrap_or(&vec![value.clone()]) {
                body.append_pair(name, one.as_str().unwrap());
            }
        }
        let request = self.0.http.request(Method::POST, format!("{}{path}", self.0.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body(body.finish()).send().await.unwrap()).await
    }

    /// Fills in a record and signs it with everybody's password.
    async fn record(&self, path: &str, form: &Value, others: &[&Browser]) -> String {
        let blank = self.page(path).await;
        let mut form = form.clone();
        if blank.contains("name=\"head\" value=\"") {
            form["head"] = between(&blank, "name=\"head\" value=\"", "\"").into();
        }
        let draft = self.post(path, &form).await.leads_to();
        let mut next = String::new();
        for signer in [self].into_iter().chain(others.iter().copied()) {
            let shown = signer.page(&draft).await;
            assert!(shown.contains("data-field="), "what is signed is shown");
            next = signer.post(&draft, &json!({ "password": PASSWORD })).await.leads_to();
        }
        next
    }
}

impl Answer {
    /// Where a taken form leads.
    #[track_caller]
    fn leads_to(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text());
        self.header("location").to_owned()
    }
}

#[track_caller]
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// Enters a person by the administrator's form; the person then makes a password key.
async fn enter(
    site: &Site,
    admin: &Browser,
    login: &str,
    name: &str,
    role: &str,
) -> (Browser, String) {
    let form = json!({
        "login": login, "name": name, "password": PASSWORD, "roles": [role],
        "certificate": "44010001", "certificate_from": "2024-01-01",
        "certificate_until": "2028-12-31", "qualification": "A2010",
    });
    admin.post("/office/people", &form).await.leads_to();
    let person = Browser::sign_in(site, login).await;
    person.post("/office/keys", &json!({ "password": PASSWORD })).await.leads_to();
    let me = person.0.get("/api/v1/me").await.good();
    (person, me["person"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn a_case_by_plain_forms() {
    let site = Site::open().await;
    let admin = Browser::sign_in(&site, "admin").await;
    let (li, _) = enter(&site, &admin, "li-ming", "李执法", "officer").await;
    let (wang, wang_id) = enter(&site, &admin, "wang-fang", "王执法", "officer").await;
    let (chief, chief_id) = enter(&site, &admin, "chief", "陈局长", "head").await;
    let (deputy, deputy_id) = enter(&site, &admin, "deputy", "周副局长", "head").await;
    let (_, member_id) = enter(&site, &admin, "member", "吴副局长", "head").await;
    let (zhao, _) = enter(&site, &admin, "zhao-shen", "赵审核", "reviewer").await;
    let (sun, _) = enter(&site, &admin, "sun-gong", "孙公示", "clerk").await;
    assert!(admin.page("/office/people").await.contains("赵审核"));

    let wrong = forms::with(
        forms::filing(803, &wang_id, &chief_id),
        json!({ "text.title": "<script>alert(1)</script>", "party.name": "" }),
    );
    let again = li.post("/office/cases/new", &wrong).await;
    assert_eq!(again.status, 422);
    let again = again.text();
    assert!(again.contains("请填写此项") && !again.contains("<script>alert"), "{again}");
    assert!(
        again.contains("script&#62;alert") || again.contains("script&gt;alert"),
        "kept as typed"
    );
    let filing = forms::filing(803, &wang_id, &chief_id);
    let dropped = li.post("/office/cases/new", &filing).await.leads_to();
    assert_eq!(
        li.post(&format!("{dropped}/discard"), &json!({})).await.leads_to(),
        "/office/cases"
    );
    let linked = li.record("/office/cases/new", &filing, &[&chief]).await;
    let case = linked.split_once('?').unwrap().0.to_owned();
    let id = case.rsplit('/').next().unwrap();
    assert!(li.page("/office/cases").await.contains(&case));
    let records = format!("/office/cases/{id}/records");

    site.on(804);
    let form = forms::inspection(804, &wang_id);
    li.record(&format!("/office/cases/{id}/records/inspection"), &form, &[&wang]).await;
    site.on(820);
    let form = forms::conclusion(820, &wang_id, 120_000);
    li.record(&format!("{records}/conclusion"), &form, &[&wang]).await;
    li.record(&format!("{records}/submission"), &forms::submission(820, 120_000), &[]).await;
    assert!(zhao.page("/office/reviews").await.contains(id));
    assert!(zhao.page(&format!("/office/reviews/{id}")).await.contains("checklist.facts"));
    let draft = zhao.post(&format!("{records}/review"), &forms::review(820, "agree", "")).await;
    zhao.post(&draft.leads_to(), &json!({ "password": PASSWORD })).await.leads_to();
    let form = forms::notice(820, &wang_id, 120_000, true);
    li.record(&format!("{records}/notice"), &form, &[]).await;
    li.record(&format!("{records}/statement"), &forms::waiver(820), &[]).await;

    let early = chief.post(&format!("{records}/decision"), &forms::decision(820, 120_000)).await;
    assert_eq!(early.status, 422);
    assert!(early.text().contains("应当由负责人集体讨论决定"), "{}", early.text());
    assert!(early.text().contains("第五十七条"), "with its article");
    let form = forms::discussion(820, &[&chief_id, &deputy_id, &member_id], 120_000);
    deputy.record(&format!("{records}/discussion"), &form, &[]).await;
    chief.record(&format!("{records}/decision"), &forms::decision(820, 120_000), &[]).await;
    li.record(&format!("{records}/service"), &forms::service(820, &wang_id), &[&wang]).await;
    assert!(sun.page("/office/disclosures").await.contains(id));
    sun.record(&format!("{records}/disclosure"), &forms::disclosure(820), &[]).await;

    site.holds().await;
    let list = site.visitor().get("/disclosures").await.text();
    let item = between(&list, "href=\"/disclosures/2026-", "\"");
    let item = site.visitor().get(&format!("/disclosures/2026-{item}")).await;
    assert_eq!(item.status, 200);
    assert!(item.text().contains(forms::PARTY) && item.text().contains("该决定真实有效"));
    assert!(!item.text().contains("13800138000"));
    assert!(chief.page("/office/overdue").await.contains("</html>"));
}

#[actix_web::test]
async fn keys_people_and_exhibits_by_plain_forms() {
    let site = Site::open().await;
    let admin = Browser::sign_in(&site, "admin").await;
    let team = crate::case::Team::enter(&site).await;
    let case = team.file(803).await;
    let sun = Browser::sign_in(&site, "sun").await;
    sun.post("/office/keys", &json!({ "password": "wrong horse battery" })).await;
    let keys = team.sun.get("/api/v1/keys").await.good();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "a wrong password enrols nothing");
    let key = keys["keys"][0]["id"].as_str().unwrap();
    let revoke = format!("/office/keys/{key}/revoke");
    assert_eq!(sun.post(&revoke, &json!({ "reason": "" })).await.status, 422);
    sun.post(&revoke, &json!({ "reason": "离岗" })).await.leads_to();
    let draft = {
        let form = forms::inspection(803, &team.wang.id);
        team.li.prepare("inspection", Some(&case), &form).await.good()
    };
    let (li, draft) = (Browser::sign_in(&site, "li-ming").await, draft["id"].as_str().unwrap());
    li.post("/office/keys", &json!({ "password": PASSWORD })).await.leads_to();
    let keys = team.li.get("/api/v1/keys").await.good();
    let held = keys["keys"].as_array().unwrap().iter().find(|key| key["custody"] == "server");
    let other = json!({ "key": held.unwrap()["id"] });
    li.post(&format!("/office/drafts/{draft}/key"), &other).await.leads_to();
    let path = format!("/office/drafts/{draft}");
    li.post(&path, &json!({ "password": PASSWORD })).await.leads_to();
    li.post(&format!("/office/drafts/{draft}/discard"), &json!({})).await.leads_to();

    let picture = zhijian::evidence::generate::image(3).unwrap();
    let exhibit = team.li.upload(&case, "照片.jpg", &picture).await;
    let bytes = li.0.get(&format!("/office/exhibits/{exhibit}/content")).await;
    assert!(bytes.status == 200 && bytes.bytes == picture);
    let small = li.0.get(&format!("/office/exhibits/{exhibit}/poster")).await;
    assert_eq!((small.status.as_u16(), small.header("content-type")), (200, "image/jpeg"));

    let off = format!("/office/people/{}/active", team.wang.id);
    admin.post(&off, &json!({ "active": "0" })).await.leads_to();
    team.wang.get("/api/v1/me").await.refused(401, "请先登录");
    admin.post(&off, &json!({ "active": "1" })).await.leads_to();
    assert_eq!(site.visitor().get("/set-up/used").await.status, 404);
    let agencies = site.visitor().get("/api/v1/agencies").await.good();
    assert_eq!(agencies["agencies"][0]["name"], "清河县市场监督管理局");
    admin.post("/office/sign-out", &json!({})).await.leads_to();
    assert_eq!(admin.0.get("/office").await.status, 401);
    site.holds().await;
}
