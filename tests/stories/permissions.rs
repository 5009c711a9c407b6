//! Every route as nobody and as every role, with the parameters a stranger would try. None may break.

use crate::{
    case::Team,
    people::{Officer, Person, Visitor},
    site::Site,
};
use reqwest::{Method, redirect};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zhijian::web::routes::{Access, LIST, Route};

/// What stands in for a parameter: nonsense, another alphabet, a well-formed id of nothing, an attack.
const PARAMETERS: [&str; 5] = [
    "x",
    "%E4%B8%AD%00%FF",
    "01900000-0000-7000-8000-000000000000",
    "..%2f..%2fetc%2fpasswd",
    "'%20OR%201=1--",
];
const BODIES: [&str; 5] = [
    "",
    "{}",
    "{\"login\":\"\\u0000\",\"password\":\"x\"}",
    "[1,",
    "a=1&csrf=x&signature=%ff&on=2026-13-45",
];
const QUERIES: [&str; 4] = [
    "",
    "?page=-1&cursor=%ff&from=x&next=//evil.example",
    "?page=99999999999999999999&q=%25_%5C'\"&size=x",
    "?q=%00&cursor=%00&after=%00&case=%00&certificate=%00&agency=%00&act_kind=%00&stage=%00&from=%00",
];

/// Addresses of a route with its parameters filled in.
fn addresses(route: &Route, parameters: &[&str]) -> BTreeSet<String> {
    let fill = |value: &str| {
        let mut path = route.path.to_owned();
        while let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
            path.replace_range(open..=close, value);
        }
        path
    };
    parameters.iter().map(|value| fill(value)).collect()
}

/// Asks every method of every route in many ways; gives the statuses that a judge does not like.
async fn walk(
    who: &Visitor,
    parameters: &[&str],
    fine: impl Fn(&Route, &str, u16) -> bool,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for route in LIST {
        for address in addresses(route, parameters) {
            for method in route.methods {
                let ends_session = address.contains("session") || address.contains("sign-out");
                if ends_session
                    && (*method == "delete" || *method == "post")
                    && !who.csrf.is_empty()
                {
                    continue;
                }
                let reads = matches!(*method, "get" | "head" | "options");
                let variants = if reads { QUERIES.len() } else { BODIES.len() };
                for variant in 0..variants {
                    let verb: Method = method.to_uppercase().parse().unwrap();
                    let query = if reads { QUERIES[variant] } else { "" };
                    let mut request = who.ask(verb, &format!("{address}{query}"));
                    request = request.header("tus-resumable", "1.0.0");
                    if !reads {
                        let json = variant < 4 && route.path.starts_with("/api/");
                        let kind = match json {
                            true => "application/json",
                            false => "application/x-www-form-urlencoded",
                        };
                        request = request.header("content-type", kind).body(BODIES[variant]);
                    }
                    let status = request.send().await.unwrap().status().as_u16();
                    if !fine(route, method, status) {
                        wrong.push(format!("{method} {address} #{variant}: {status}"));
                    }
                }
            }
        }
    }
    wrong
}

#[actix_web::test]
async fn nobody_gets_past_the_door() {
    nobody_asks_nonsense(&Site::open().await).await;
}

async fn nobody_asks_nonsense(site: &Site) {
    let visitor = site.visitor();
    let wrong = walk(&visitor, &PARAMETERS[..3], |route, method, status| {
        let inside = route.access == Access::SignedIn;
        let turned_away = status == 401 || (status == 303 && !route.path.starts_with("/api"));
        let open = *method == *"options";
        status != 500 && (!inside || turned_away || open)
    })
    .await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(LIST.iter().any(|route| route.access == Access::SignedIn));
}

#[actix_web::test]
async fn no_role_breaks_anything_by_asking_nonsense() {
    everybody_asks_nonsense(&Site::open().await).await;
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn nor_on_postgresql() {
    let Some(schema) = crate::whole_process::Schema::create("nonsense") else { return };
    let site = Site::open_with(&[("STORE__URL", &schema.url)]).await;
    nobody_asks_nonsense(&site).await;
    everybody_asks_nonsense(&site).await;
}

async fn everybody_asks_nonsense(site: &Site) {
    let team = Team::enter(site).await;
    let more = json!({ "roles": ["supervisor"] });
    let supervisor = Person::enter(&site.admin, "supervisor", "督察员", more, false).await;
    let everybody: [&Person; 6] =
        [&team.li, &team.chief, &team.zhao, &team.sun, &supervisor, &site.admin];
    let before = site.counts();
    for person in everybody {
        let wrong = walk(person, &PARAMETERS, |_, _, status| status < 500).await;
        assert!(wrong.is_empty(), "{}: {wrong:#?}", person.name);
    }
    assert_eq!(site.counts(), before, "nonsense is not put on record");
    site.holds().await;
}

#[actix_web::test]
async fn other_agencies_see_nothing_of_a_case() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let exhibit = team.li.upload(&case, "录像.mp4", b"only ours").await;
    let draft = {
        let form = crate::forms::inspection(803, &team.wang.id);
        team.li.prepare("inspection", Some(&case), &form).await.good()
    };
    site.add_agency("91152201078382010M", "邻县市场监督管理局", "neighbour").await;
    let neighbour = Person::sign_in(&site.url, "neighbour").await;
    let before = site.counts();
    let draft = draft["id"].as_str().unwrap();
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    let record = file["records"][0]["id"].as_str().unwrap();
    for address in [
        format!("/api/v1/cases/{case}"),
        format!("/api/v1/cases/{case}/exhibits"),
        format!("/api/v1/exhibits/{exhibit}/content"),
        format!("/api/v1/exhibits/{exhibit}/poster"),
        format!("/api/v1/drafts/{draft}"),
        format!("/api/v1/records/{record}/receipt"),
        format!("/api/v1/forms/inspection?case={case}"),
    ] {
        neighbour.get(&address).await.refused(404, "没有找到");
    }
    assert_eq!(neighbour.get(&format!("/office/records/{record}/receipt")).await.status, 404);
    neighbour.ask_upload(&case, "a", 5).await.refused(404, "没有找到该案件");
    let asked = json!({ "kind": "inspection", "case": case, "values": {} });
    neighbour.post("/api/v1/drafts", &asked).await.refused(404, "没有找到该案件");
    let password = json!({ "password": crate::site::PASSWORD });
    let path = format!("/api/v1/drafts/{draft}/signatures");
    neighbour.post(&path, &password).await.refused(404, "待签记录");
    assert_eq!(neighbour.get("/api/v1/cases").await.good()["cases"], json!([]));
    assert_eq!(neighbour.get("/api/v1/overdue").await.good()["clocks"], json!([]));
    assert_eq!(site.counts(), before);
    let stranger = Officer::enter(&site.admin, "stranger", "同局不办案").await;
    assert_eq!(stranger.get(&format!("/api/v1/cases/{case}")).await.status, 200, "same agency");
}

#[actix_web::test]
async fn other_sites_and_other_methods_are_turned_away() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let before = site.counts();
    let asked = json!({ "password": crate::site::PASSWORD });
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let request = team.li.ask(Method::POST, "/api/v1/keys").header(name, value).json(&asked);
        assert_eq!(request.send().await.unwrap().status(), 403, "{name}");
    }
    let plain = team.li.ask(Method::POST, "/api/v1/keys").header("content-type", "text/plain");
    assert_eq!(plain.body("{}").send().await.unwrap().status(), 415);
    assert_eq!(site.counts(), before);
    let answer = team.li.send(Method::DELETE, "/api/v1/cases", &json!({})).await;
    answer.refused(405, "不支持所用的请求方法");
    assert!(answer.header("allow").contains("GET"), "{answer:?}");
    site.visitor().get("/api/v2/cases").await.refused(404, "没有找到该页面");
    let head = site.visitor().ask(Method::HEAD, "/api/v1/log").send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));
    let page = site.visitor().get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("default-src 'self'"));
    let follows = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let office = follows.get(format!("{}/office", site.url)).send().await.unwrap();
    assert!(matches!(office.status().as_u16(), 401 | 303));
}

#[actix_web::test]
async fn the_document_and_the_list_of_routes_say_the_same() {
    let site = Site::open().await;
    let document = site.visitor().get("/api/openapi.json").await.good();
    assert_eq!(document["openapi"], "3.1.0");
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.is_object() {
                documented.insert(format!("{method} {path}"));
                assert!(operation["responses"]["default"].is_object(), "{method} {path}");
                let says =
                    |name: &str| operation[name].as_str().is_some_and(|text| !text.is_empty());
                assert!(says("summary") && says("operationId"), "{method} {path}");
                // The document itself and the proof have formats of their own, written down elsewhere.
                let elsewhere = path.ends_with("/proof") || path.ends_with("openapi.json");
                for answer in operation["responses"].as_object().unwrap().values() {
                    let schema = &answer["content"]["application/json"]["schema"];
                    let bare = schema["type"] == "object" && schema["properties"].is_null();
                    assert!(!bare || elsewhere, "{method} {path} says nothing of its answer");
                }
            }
        }
    }
    let listed: BTreeSet<String> = LIST
        .iter()
        .filter(|route| route.path.starts_with("/api/"))
        .flat_map(|route| route.methods.iter().map(|method| format!("{method} {}", route.path)))
        .collect();
    assert_eq!(documented, listed);
    let ids: Vec<&Value> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| &operation["operationId"])
        .collect();
    let distinct: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(distinct.len(), ids.len(), "operation ids are distinct: {ids:?}");
}
