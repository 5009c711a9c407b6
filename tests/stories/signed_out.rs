//! A form sent after the session ended: refused, and nothing that was typed is lost.

use crate::{
    browser::{held, leads, page, send, sign},
    case::Team,
    forms::{self, with},
    people::Visitor,
    site::{PASSWORD, Site},
};
use serde_json::{Value, json};

/// The hidden inputs of a page that carry what was typed, as a form sends them.
fn carried(page: &str) -> Value {
    let mut form = json!({});
    for input in page.split("<input type=\"hidden\" name=\"typed.").skip(1) {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap();
        let value = value.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"");
        let value = Value::from(value.replace("&#39;", "'").replace("&#38;", "&"));
        let name = format!("typed.{name}");
        match form[&name].as_array_mut() {
            Some(all) => all.push(value),
            None => form[&name] = json!([value]),
        }
    }
    form
}

/// Signs in by the page that carries what was typed.
async fn sign_in(
    who: &mut Visitor,
    login: &str,
    shown: &str,
    password: &str,
) -> crate::people::Answer {
    let next = held(shown, "name=\"next\" value=\"").to_owned();
    let asked = json!({ "login": login, "password": password, "next": next });
    let answer = send(who, "/office/sign-in", &with(carried(shown), asked)).await;
    if answer.status == 200 {
        who.csrf = held(&answer.text(), "name=\"csrf\" value=\"").to_owned();
    }
    answer
}

#[actix_web::test]
async fn what_was_typed_comes_back_after_signing_in() {
    let site = Site::open().await;
    let mut team = Team::enter(&site).await;
    leads(&send(&team.li, "/office/sign-out", &json!({})).await);
    let before = site.counts();
    let title = "<b>\"甲\"</b> & '乙'";
    let form = with(
        forms::filing(803, "", &team.chief.id),
        json!({ "with": [], "officers": [team.wang.id], "text.title": title, "head": "",
            "text.summary": "第一行\n第二行", "signing_key": "AAAA", "signature": "BBBB" }),
    );
    let refused = send(&team.li, "/office/cases/new", &form).await;
    assert_eq!(refused.status, 401);
    let shown = refused.text();
    assert!(shown.contains("登录已经失效，没有提交") && !shown.contains("<b>"), "{shown}");
    assert!(
        !shown.contains("AAAA") && !shown.contains("BBBB"),
        "keys and signatures are not carried"
    );
    assert!(!shown.contains(&team.li.csrf), "nor is the token");

    let li = &mut team.li.0.visitor;
    let wrong = sign_in(li, "li-ming", &shown, "not the password").await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text().contains("没有登录") && carried(&wrong.text()) == carried(&shown));
    let again = sign_in(li, "li-ming", &wrong.text(), PASSWORD).await;
    assert_eq!(again.status, 200, "{}", again.text());
    let filled = again.text();
    assert!(filled.contains("提交时登录已经失效"), "{filled}");
    assert!(filled.contains("&#60;b&#62;") && filled.contains("第一行\n第二行"));
    let partner = format!("value=\"{}\" checked", team.wang.id);
    assert!(filled.contains(&partner), "boxes stay ticked");
    assert_eq!(site.counts(), before, "nothing was sent by signing in");
    let draft = leads(&send(&team.li, "/office/cases/new", &form).await);
    leads(&sign(&team.li, &draft).await);
    site.holds().await;
}

#[actix_web::test]
async fn a_case_that_moved_on_is_said_so() {
    let site = Site::open().await;
    let mut team = Team::enter(&site).await;
    let case = team.file(803).await;
    let path = format!("/office/cases/{case}/records/inspection");
    let head = held(&page(&team.li, &path).await, "name=\"head\" value=\"").to_owned();
    let form = with(forms::inspection(803, &team.wang.id), json!({ "head": head }));
    team.add("inspection", &case, &forms::inspection(803, &team.wang.id)).await.good();
    leads(&send(&team.li, "/office/sign-out", &json!({})).await);
    let shown = send(&team.li, &path, &form).await.text();
    let li = &mut team.li.0.visitor;
    let again = sign_in(li, "li-ming", &shown, PASSWORD).await.text();
    assert!(again.contains("案件又有了新的记录") && again.contains("货架第二层"), "{again}");

    // Somebody else at the same machine sees only what their role has.
    leads(&send(&team.li, "/office/sign-out", &json!({})).await);
    let shown = send(&team.li, &path, &form).await.text();
    let other = sign_in(&mut team.li.0.visitor, "sun", &shown, PASSWORD).await;
    assert_eq!(leads(&other), path);
    assert_eq!(team.li.get(&path).await.status, 403);
}

#[actix_web::test]
async fn every_form_of_the_office_is_kept_or_refused_plainly() {
    let site = Site::open().await;
    let mut team = Team::enter(&site).await;
    leads(&send(&team.sun, "/office/sign-out", &json!({})).await);
    let shown = send(&team.sun, "/office/items/new", &forms::item("CP-1")).await.text();
    let again = sign_in(&mut team.sun.0.visitor, "sun", &shown, PASSWORD).await.text();
    assert!(again.contains("已恢复未提交的内容") && again.contains("value=\"CP-1\""), "{again}");

    let stranger = site.visitor();
    for path in ["/office/keys", "/office/password", "/office/people/x/active", "/office/sign-out"]
    {
        let asked = json!({ "reason": "secret words", "password": PASSWORD });
        let answer = send(&stranger, path, &asked).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(!answer.text().contains("secret words") && !answer.text().contains(PASSWORD));
    }
    let shown = send(&stranger, "/office/people/x/active", &json!({ "active": "0" })).await.text();
    assert!(shown.contains("next=%2Foffice%2Fpeople\""), "back to a page that is there: {shown}");
    let asked = stranger
        .ask(reqwest::Method::POST, "/office/items/new")
        .header("accept", "application/json");
    assert_eq!(asked.form(&[("code", "1")]).send().await.unwrap().status(), 401);

    // A page opened before signing in anew holds an old token.
    let before = site.counts();
    let person =
        json!({ "login": "qian", "name": "钱某", "roles": ["clerk"], "password": PASSWORD });
    let mut stale = site.admin.visitor.clone();
    stale.csrf = "old".into();
    for (path, form, kept) in [
        ("/office/people", &person, "value=\"钱某\""),
        ("/office/items/new", &forms::item("CP-2"), "value=\"CP-2\""),
    ] {
        let answer = send(&stale, path, form).await;
        assert_eq!(answer.status, 409, "{path}");
        let text = answer.text();
        assert!(text.contains("重新登录过") && text.contains(kept), "{path}: {text}");
        assert!(
            text.contains(&format!("value=\"{}\"", site.admin.csrf)),
            "with a token that counts"
        );
        assert!(!text.contains(PASSWORD), "{path}");
    }
    assert_eq!(site.counts(), before);
}
