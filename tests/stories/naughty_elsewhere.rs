//! The same strings everywhere else that text comes in: items, people, sign-in and passwords, the reason of a
//! revocation, names of uploads, search boxes and query parameters. Each kept to the letter or refused in words.
//!
//! Items, sign-in and the two great searches meet every string. What costs a password's hashing, a file, or a page
//! meets every seventh, each place beginning elsewhere.

use crate::{
    case::Team,
    naughty_strings::{is_text_in, strings},
    people::{Person, Visitor},
    site::{CODE, PASSWORD, Site},
};
use serde_json::{Value, json};

/// What is dear to ask meets one string in so many.
const STRIDE: usize = 7;

#[actix_web::test]
async fn items_people_and_passwords_take_or_refuse_every_string() {
    let Some(strings) = strings() else { return };
    everywhere(&Site::open().await, &strings).await;
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn and_on_postgresql() {
    let Some(schema) = crate::whole_process::Schema::create("elsewhere") else { return };
    let Some(strings) = strings() else { return };
    everywhere(&Site::open_with(&[("STORE__URL", &schema.url)]).await, &strings).await;
}

async fn everywhere(site: &Site, strings: &[String]) {
    let team = Team::enter(site).await;
    items(site, strings).await;
    people(site, strings).await;
    passwords(&team, strings).await;
    uploads(&team, strings).await;
    searches(site, &team, strings).await;
    site.holds().await;
}

/// Taken or refused with 422 for the fields at fault; gives whether it was taken.
#[track_caller]
fn fields_at_fault(answer: &crate::people::Answer, allowed: &[&str]) -> bool {
    if answer.status.is_success() {
        return true;
    }
    let problem = answer.refused(422, "");
    for fault in problem["faults"].as_array().unwrap() {
        assert!(allowed.contains(&fault["field"].as_str().unwrap()), "{problem}");
        assert!(!fault["text"].as_str().unwrap().is_empty(), "{problem}");
    }
    false
}

async fn items(site: &Site, strings: &[String]) {
    let names = ["name", "basis", "penalty", "field"];
    let mut taken = 0;
    for (n, _) in strings.iter().enumerate() {
        let code = format!("N-{n}");
        let mut item = json!({ "code": code, "act_kind": "penalty" });
        for (i, name) in names.iter().enumerate() {
            item[name] = strings[(n + i) % strings.len()].as_str().into();
        }
        let answer = site.admin.post("/api/v1/items", &item).await;
        if fields_at_fault(&answer, &names) {
            taken += 1;
            let kept = site.admin.get(&format!("/api/v1/items/{code}")).await.good();
            for name in names {
                assert_eq!(kept[name], item[name], "{name}");
            }
        }
        item["code"] = strings[n].as_str().into();
        item["basis"] = "平常".into();
        item["act_kind"] = strings[n].as_str().into();
        let answer = site.admin.post("/api/v1/items", &item).await;
        answer.refused(422, "执法类别");
    }
    assert!(taken > strings.len() / 2, "{taken}");
    let page = site.admin.get("/office/items").await.text();
    let listed = site.admin.get("/api/v1/items").await.good();
    for item in listed["items"].as_array().unwrap().iter().take(10) {
        is_text_in(&page, item["name"].as_str().unwrap());
    }
}

async fn people(site: &Site, strings: &[String]) {
    let names = ["login", "name", "certificate", "certificate_until", "qualification"];
    for (n, string) in strings.iter().enumerate().step_by(STRIDE) {
        let other = &strings[(n + 1) % strings.len()];
        let login = format!("naughty-{n}");
        let person = json!({
            "login": login, "name": string, "roles": ["reviewer"], "password": PASSWORD,
            "certificate": other, "qualification": string,
        });
        let answer = site.admin.post("/api/v1/people", &person).await;
        if fields_at_fault(&answer, &names) {
            let me = Person::sign_in(&site.url, &login).await;
            assert_eq!(me.name, *string);
            is_text_in(&me.get("/office").await.text(), string);
        }
        let mut person = person;
        person["login"] = string.as_str().into();
        person["certificate_from"] = string.as_str().into();
        person["certificate_until"] = string.as_str().into();
        fields_at_fault(&site.admin.post("/api/v1/people", &person).await, &names);
    }
}

async fn passwords(team: &Team, strings: &[String]) {
    for string in strings {
        let asked = json!({ "login": string, "password": PASSWORD });
        // Each costs as long as a right password would.
        if string.len() % STRIDE == 3 {
            Visitor::new(&team.li.url)
                .post("/api/v1/session", &asked)
                .await
                .refused(401, "用户名或者密码不正确");
        }
    }
    let mut old = PASSWORD.to_owned();
    let long = strings.iter().filter(|one| (10..400).contains(&one.chars().count()));
    for new in long.step_by(strings.len() / 8) {
        let asked = json!({ "login": "wang-fang", "password": old });
        let mut visitor = Visitor::new(&team.li.url);
        let me = visitor.post("/api/v1/session", &asked).await.good();
        visitor.csrf = me["csrf"].as_str().unwrap().to_owned();
        let change = json!({ "old": old, "new": new });
        visitor.post("/api/v1/session/password", &change).await.good();
        old = new.clone();
    }
    assert_ne!(old, PASSWORD);
}

async fn uploads(team: &Team, strings: &[String]) {
    let case = team.file(803).await;
    let mut expected = Vec::new();
    for (n, name) in strings.iter().enumerate().skip(2).step_by(STRIDE) {
        // A header of many kilobytes is turned away before anybody reads it.
        if name.len() > 6_000 {
            continue;
        }
        let opened = team.li.ask_upload(&case, name, 3).await;
        if opened.status == 201 {
            expected.push(name.clone());
            let id = team.li.upload(&case, name, format!("{n:03}").as_bytes()).await;
            let content = team.li.get(&format!("/api/v1/exhibits/{id}/content")).await;
            assert_eq!(content.status, 200, "{name:?}");
        } else {
            let clear = opened.text().contains("文件名") || opened.text().contains("元数据");
            assert!(opened.status.is_client_error() && clear, "{name:?}: {}", opened.text());
        }
    }
    let listed = team.li.get(&format!("/api/v1/cases/{case}/exhibits")).await.good();
    let listed: Vec<&str> = listed["exhibits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["name"].as_str().unwrap())
        .collect();
    assert_eq!(listed, expected);
    let page = team.li.get(&format!("/office/cases/{case}")).await.text();
    expected.iter().for_each(|name| is_text_in(&page, name));
}

fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.finish()
}

async fn searches(site: &Site, team: &Team, strings: &[String]) {
    let visitor = site.visitor();
    for string in strings.iter().filter(|one| one.len() < 6_000) {
        let nul = string.contains('\0');
        let asked = query(&[("q", string)]);
        let found = visitor.get(&format!("/api/v1/disclosures?{asked}")).await;
        assert_eq!(found.status, if nul { 422 } else { 200 }, "{string:?}: {}", found.text());
        let cases = team.li.get(&format!("/api/v1/cases?{asked}")).await;
        assert_eq!(cases.status, if nul { 422 } else { 200 }, "{string:?}: {}", cases.text());
    }
    let agency = format!("/agencies/{CODE}");
    let parts: [(&str, &[&str]); 17] = [
        ("/", &["q", "size"]),
        ("/disclosures", &["q", "agency", "act", "state", "from", "to", "page"]),
        ("/disclosures.csv", &["q", "agency", "act", "state", "from", "to"]),
        ("/disclosures.atom", &["q", "agency", "act", "state", "from", "to"]),
        ("/api/v1/disclosures", &["agency", "act_kind", "state", "from", "to", "cursor"]),
        (&agency, &["q", "page"]),
        ("/api/v1/agencies/x", &["q", "cursor"]),
        ("/officers/verify", &["certificate"]),
        ("/api/v1/officers", &["certificate"]),
        ("/verify", &["number", "q"]),
        ("/office/cases", &["q", "stage", "after"]),
        ("/api/v1/cases", &["stage", "cursor"]),
        ("/office/items", &["q", "after"]),
        ("/api/v1/items", &["q", "cursor"]),
        ("/office/reviews", &["after"]),
        ("/office/people", &["after"]),
        ("/office/sign-in", &["next"]),
    ];
    for (at, (path, names)) in parts.iter().enumerate() {
        let who: &Visitor =
            if path.contains("office") || path.contains("cases") { &team.li } else { &visitor };
        for (n, string) in strings.iter().enumerate().skip(at % STRIDE).step_by(STRIDE) {
            let name = names[n / STRIDE % names.len()];
            if string.len() > 6_000 {
                continue;
            }
            let answer = who.get(&format!("{path}?{}", query(&[(name, string)]))).await;
            let status = answer.status.as_u16();
            assert!(status < 500, "{path} {name}={string:?}: {status}");
            let html = answer.header("content-type").starts_with("text/html");
            let live = string.contains('<')
                && string.contains('>')
                && answer.text().contains(string.as_str());
            assert!(!html || !live, "{path} {name}: {string:?} is live");
        }
    }
    let own: Value = team.li.get("/api/v1/keys").await.good();
    let id = own["keys"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/keys/{id}/revocation");
    for reason in ["", "a\0b", &"长".repeat(100_000)] {
        let answer = team.li.post(&path, &json!({ "reason": reason })).await;
        answer.refused(422, "");
    }
    let reason = "<script>alert(1)</script>\u{202e}'";
    team.li.post(&path, &json!({ "reason": reason })).await.good();
}
