//! The same whole process as people without any script do it: by pages, links and plain forms.

use crate::{
    browser::{held, leads, page, send},
    forms,
    people::Visitor,
    site::{PASSWORD, Site},
};
use serde_json::{Value, json};

/// Somebody who signed in by the page.
async fn sign_in(site: &Site, login: &str) -> Visitor {
    let mut visitor = site.visitor();
    page(&visitor, "/office/sign-in").await;
    let form = json!({ "login": login, "password": PASSWORD, "next": "/office/keys" });
    assert_eq!(leads(&send(&visitor, "/office/sign-in", &form).await), "/office/keys");
    let home = page(&visitor, "/office").await;
    visitor.csrf = held(&home, "name=\"csrf\" value=\"").to_owned();
    visitor
}

/// Fills in a record and signs it with everybody's password.
async fn record(who: &Visitor, path: &str, form: &Value, others: &[&Visitor]) -> String {
    let blank = page(who, path).await;
    let mut form = form.clone();
    if blank.contains("name=\"head\" value=\"") {
        form["head"] = held(&blank, "name=\"head\" value=\"").into();
    }
    let draft = leads(&send(who, path, &form).await);
    let mut next = String::new();
    for signer in [who].into_iter().chain(others.iter().copied()) {
        assert!(page(signer, &draft).await.contains("data-field="), "what is signed is shown");
        next = leads(&send(signer, &draft, &json!({ "password": PASSWORD })).await);
    }
    next
}

/// Enters a person by the administrator's form; the person then makes a password key.
async fn enter(
    site: &Site,
    admin: &Visitor,
    login: &str,
    name: &str,
    role: &str,
) -> (Visitor, String) {
    let form = json!({
        "login": login, "name": name, "password": PASSWORD, "roles": [role],
        "certificate": "44010001", "certificate_from": "2024-01-01",
        "certificate_until": "2028-12-31", "qualification": "A2010",
    });
    leads(&send(admin, "/office/people", &form).await);
    let person = sign_in(site, login).await;
    leads(&send(&person, "/office/keys", &json!({ "password": PASSWORD })).await);
    let me = person.get("/api/v1/me").await.good();
    (person, me["person"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn a_case_by_plain_forms() {
    let site = Site::open().await;
    let admin = sign_in(&site, "admin").await;
    let (li, _) = enter(&site, &admin, "li-ming", "李执法", "officer").await;
    let (wang, wang_id) = enter(&site, &admin, "wang-fang", "王执法", "officer").await;
    let (chief, chief_id) = enter(&site, &admin, "chief", "陈局长", "head").await;
    let (deputy, deputy_id) = enter(&site, &admin, "deputy", "周副局长", "head").await;
    let (_, member_id) = enter(&site, &admin, "member", "吴副局长", "head").await;
    let (zhao, _) = enter(&site, &admin, "zhao-shen", "赵审核", "reviewer").await;
    let (sun, _) = enter(&site, &admin, "sun-gong", "孙公示", "clerk").await;
    assert!(page(&admin, "/office/people").await.contains("赵审核"));

    let wrong = forms::with(
        forms::filing(803, &wang_id, &chief_id),
        json!({ "text.title": "<script>alert(1)</script>", "party.name": "" }),
    );
    let again = send(&li, "/office/cases/new", &wrong).await;
    assert_eq!(again.status, 422);
    let again = again.text();
    assert!(again.contains("请填写此项") && !again.contains("<script>alert"), "{again}");
    assert!(
        again.contains("script&#62;alert") || again.contains("script&gt;alert"),
        "kept as typed"
    );
    let filing = forms::filing(803, &wang_id, &chief_id);
    let dropped = leads(&send(&li, "/office/cases/new", &filing).await);
    assert_eq!(leads(&send(&li, &format!("{dropped}/discard"), &json!({})).await), "/office/cases");
    let linked = record(&li, "/office/cases/new", &filing, &[&chief]).await;
    let case = linked.split_once('?').unwrap().0.to_owned();
    let id = case.rsplit('/').next().unwrap();
    assert!(page(&li, "/office/cases").await.contains(&case));
    let records = format!("/office/cases/{id}/records");

    site.on(804);
    let form = forms::inspection(804, &wang_id);
    record(&li, &format!("/office/cases/{id}/records/inspection"), &form, &[&wang]).await;
    site.on(820);
    let form = forms::conclusion(820, &wang_id, 120_000);
    record(&li, &format!("{records}/conclusion"), &form, &[&wang]).await;
    record(&li, &format!("{records}/submission"), &forms::submission(820, 120_000), &[]).await;
    assert!(page(&zhao, "/office/reviews").await.contains(id));
    let file = page(&zhao, &format!("/office/reviews/{id}")).await;
    assert!(file.contains("checklist.facts"));
    let shown = json!({ "head": held(&file, "name=\"head\" value=\"") });
    let agreed = forms::with(forms::review(820, "agree", ""), shown);
    let draft = send(&zhao, &format!("{records}/review"), &agreed).await;
    leads(&send(&zhao, &leads(&draft), &json!({ "password": PASSWORD })).await);
    let form = forms::notice(820, &wang_id, 120_000, true);
    record(&li, &format!("{records}/notice"), &form, &[]).await;
    record(&li, &format!("{records}/statement"), &forms::full_waiver(820), &[]).await;

    let early = send(&chief, &format!("{records}/decision"), &forms::decision(820, 120_000)).await;
    assert_eq!(early.status, 422);
    assert!(early.text().contains("应当由负责人集体讨论决定"), "{}", early.text());
    assert!(early.text().contains("第五十七条"), "with its article");
    let form = forms::discussion(820, &[&chief_id, &deputy_id, &member_id], 120_000);
    record(&deputy, &format!("{records}/discussion"), &form, &[]).await;
    record(&chief, &format!("{records}/decision"), &forms::decision(820, 120_000), &[]).await;
    record(&li, &format!("{records}/service"), &forms::service(820, &wang_id), &[&wang]).await;
    assert!(page(&sun, "/office/disclosures").await.contains(id));
    record(&sun, &format!("{records}/disclosure"), &forms::disclosure(820), &[]).await;

    site.holds().await;
    let list = site.visitor().get("/disclosures").await.text();
    let item = held(&list, "href=\"/disclosures/2026-");
    let item = site.visitor().get(&format!("/disclosures/2026-{item}")).await;
    assert_eq!(item.status, 200);
    assert!(item.text().contains(forms::PARTY) && item.text().contains("该决定真实有效"));
    assert!(!item.text().contains("13800138000"));
    assert!(page(&chief, "/office/overdue").await.contains("</html>"));
}
