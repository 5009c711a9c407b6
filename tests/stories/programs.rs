//! What pages do, programs do: the smaller reads and acts as JSON, each read under a tag that changes with what it says.

use crate::{
    case::Team,
    forms,
    people::{Key, Visitor},
    site::{PASSWORD, Site},
};
use reqwest::Method;
use serde_json::json;

/// Status of `path` for who has what the tag stands for.
async fn again(who: &Visitor, path: &str, tag: &str) -> u16 {
    who.ask(Method::GET, path).header("if-none-match", tag).send().await.unwrap().status().as_u16()
}

#[actix_web::test]
async fn every_read_has_a_tag_that_changes_with_what_it_says() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let path = format!("/api/v1/cases/{case}");
    // What is sealed meanwhile is said, too.
    site.sealed().await;
    for read in ["/api/v1/cases", "/api/v1/undisclosed", "/api/v1/drafts", "/api/v1/me", &path] {
        let answer = team.li.get(read).await;
        if answer.status == 403 {
            continue;
        }
        let tag = answer.header("etag").to_owned();
        assert_eq!(tag.len(), 66, "{read}");
        assert_eq!(again(&team.li, read, &tag).await, 304, "{read}");
        assert_eq!(again(&team.li, read, "\"else\"").await, 200, "{read}");
    }
    // A draft changes what the file shows, though the chain has not moved.
    let tag = team.li.get(&path).await.header("etag").to_owned();
    let form = forms::inspection(803, &team.wang.id);
    let draft = team.li.prepare("inspection", Some(&case), &form).await.good();
    assert_eq!(again(&team.li, &path, &tag).await, 200);

    // Another of one's keys, by its id; somebody else's is not there.
    let Key::Own { id, .. } = team.li.enrol_own().await else { unreachable!("it was its own") };
    let path = format!("/api/v1/drafts/{}/key", draft["id"].as_str().unwrap());
    team.li.post(&path, &json!({ "key": id })).await.good();
    team.li.post(&path, &json!({ "key": "x" })).await.refused(404, "密钥");
    site.holds().await;
}

#[actix_web::test]
async fn what_is_published_beforehand_is_there_for_programs() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let visitor = site.visitor();
    let agencies = visitor.get("/api/v1/agencies").await.good();
    let code = agencies["agencies"][0]["code"].as_str().unwrap();
    let agency = visitor.get(&format!("/api/v1/agencies/{code}")).await.good();
    let officers = agency["officers"].as_array().unwrap();
    assert!(officers.iter().any(|one| one["name"] == team.li.name.as_str()), "{officers:?}");
    assert!(agency["total"].as_i64().unwrap() > 0);
    visitor.get("/api/v1/agencies/none").await.refused(404, "执法主体");
    let certificate = officers[0]["certificate"].as_str().unwrap();
    let path = format!("/api/v1/officers?certificate={certificate}");
    let holder = visitor.get(&path).await.good();
    assert_eq!(holder["officer"]["name"], officers[0]["name"]);
    assert!(visitor.get("/api/v1/officers?certificate=none").await.good().is_null());
    assert!(visitor.get("/api/v1/officers").await.good().is_null());
    assert_eq!(visitor.get("/api/v1/portal").await.good()["newest"], json!([]));
}

#[actix_web::test]
async fn a_password_is_changed_and_a_body_without_end_is_refused_in_words() {
    let site = Site::open().await;
    let path = "/api/v1/session/password";
    let wrong = json!({ "old": "not it at all", "new": "a longer new one 9" });
    let refused = site.admin.post(path, &wrong).await;
    assert!((400..500).contains(&refused.status.as_u16()), "{}", refused.text());
    let right = json!({ "old": PASSWORD, "new": "a longer new one 9" });
    assert_eq!(site.admin.post(path, &right).await.status, 204);
    let old = json!({ "login": "admin", "password": PASSWORD });
    site.visitor().post("/api/v1/session", &old).await.refused(401, "用户名或者密码不正确");

    for path in ["/office/sign-in", "/set-up/x", "/log/cosignatures", "/api/v1/session"] {
        let asked = site.visitor().ask(Method::POST, path).body(vec![b'a'; 3 << 20]);
        let kind = match path.starts_with("/api") {
            true => "application/json",
            false => "application/x-www-form-urlencoded",
        };
        let answer = asked.header("content-type", kind).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 413, "{path}");
        let text = answer.text().await.unwrap();
        assert!(!text.contains("payload") && text.contains('超'), "{path}: {text}");
    }
}
