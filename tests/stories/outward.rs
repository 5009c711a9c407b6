//! What programs could not do or see before: setting up a house, the file under review, lists that go on by key.
//! With it what a reviewer's signature covers, and the pictures that a pack asks for.

use crate::{
    browser,
    case::Team,
    forms::{self, with},
    people::{Answer, Person, Visitor},
    site::{CODE, PASSWORD, Site, day},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zhijian::evidence::generate;

fn first_people() -> Value {
    json!({
        "code": CODE, "agency_name": "清河县市场监督管理局", "short_name": "清市监",
        "login": "first", "name": "首任管理员", "password": PASSWORD,
    })
}

#[actix_web::test]
async fn a_house_is_set_up_by_a_program_once() {
    let (blank, token) = Site::blank().await;
    let visitor = Visitor::new(&blank.url);
    let send = async |body: &Value| visitor.post("/api/v1/set-up", body).await;
    let good = with(first_people(), json!({ "token": token }));
    send(&with(good.clone(), json!({ "token": "0".repeat(48) }))).await.refused(404, "初始化链接");
    let bad = json!({
        "code": "1", "agency_name": "", "address": "长".repeat(101), "phone": "1\u{7}", "login": "甲",
        "password": "short",
    });
    let problem = send(&with(good.clone(), bad)).await.refused(422, "信用代码");
    let fields: BTreeSet<&str> = problem["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["field"].as_str().unwrap())
        .collect();
    let wanted = ["address", "agency_name", "code", "login", "password", "phone"];
    assert_eq!(fields, BTreeSet::from(wanted), "{problem}");
    let none = send(&with(good.clone(), json!({ "roles": ["head"] }))).await;
    assert_eq!(none.status, 422, "the first person is an administrator and nothing else");
    let entered = send(&good).await;
    assert_eq!(entered.status, 201, "{}", entered.text());
    let me = Person::sign_in(&blank.url, "first").await;
    assert_eq!(entered.json()["person"], me.id.as_str());
    assert_eq!(me.get("/api/v1/me").await.good()["roles"], json!(["administrator"]));
    assert_eq!(me.get("/api/v1/me").await.good()["agency"], entered.json()["agency"]);
    send(&good).await.refused(404, "初始化链接");
    assert!(zhijian::desk::set_up::offer(&blank.house).await.unwrap().is_none());
}

/// An opinion as a program gives it, on the file whose head it names.
async fn opinion(team: &Team, case: &str, head: Option<&str>) -> Answer {
    let values = forms::review(821, "agree", "");
    let mut asked = json!({ "kind": "review", "case": case, "values": values });
    if let Some(head) = head {
        asked["head"] = head.into();
    }
    team.zhao.post("/api/v1/drafts", &asked).await
}

async fn under_review(team: &Team, case: &str) -> Value {
    team.zhao.get(&format!("/api/v1/reviews/{case}")).await.good()
}

#[actix_web::test]
async fn an_opinion_covers_the_file_that_was_shown_and_no_other() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.inspected(&site).await;
    let before = team.li.upload(&case, "送审前.mp4", &generate::video(1, 1).unwrap()).await;
    team.add("evidence", &case, &forms::evidence(804, &[&before])).await.good();
    site.on(820);
    team.add("conclusion", &case, &forms::conclusion(820, &team.wang.id, 120_000)).await.good();
    site.on(821);
    team.add("submission", &case, &forms::submission(821, 120_000)).await.good();
    let shown = under_review(&team, &case).await;
    assert_eq!(shown["must"], json!([]), "{shown}");
    assert!(
        shown["passed"].as_array().unwrap().len() > 3 && shown["checklist"][8]["id"] == "crime"
    );
    assert_eq!((&shown["later_exhibits"], &shown["round"]), (&json!([]), &json!(1)));
    assert_eq!(shown["head"], shown["file"]["head"], "nothing came after the submission");
    let submitted = shown["head"].as_str().unwrap().to_owned();
    assert!(shown["fingerprint"].as_str().unwrap().starts_with(&submitted[..4]));
    opinion(&team, &case, None).await.refused(422, "请先打开待审案卷");
    let draft = opinion(&team, &case, Some(&submitted)).await.good();

    // What is received now is shown apart, and what was shown before is signed no more.
    site.on(822);
    team.li.upload(&case, "送审后.mp4", &generate::video(1, 2).unwrap()).await;
    let draft = draft["id"].as_str().unwrap();
    team.zhao.sign(draft).await.refused(409, "重新打开待审案卷");
    opinion(&team, &case, Some(&submitted)).await.refused(409, "重新打开待审案卷");
    let again = under_review(&team, &case).await;
    assert_eq!(again["later_exhibits"][0]["name"], "送审后.mp4");
    assert_eq!(again["file"]["exhibits"].as_array().unwrap().len(), 1, "{again}");
    assert_eq!(again["head"], submitted.as_str(), "bytes that nothing cites void nothing");
    assert!(again["judge"].to_string().contains("送审后案卷又增加"), "{again}");
    let page = team.zhao.get(&format!("/office/reviews/{case}")).await.text();
    assert!(page.contains("送审后收到，不在本次审核的案卷内"), "{page}");
    let typed = with(forms::review(821, "agree", ""), json!({ "head": submitted }));
    let path = format!("/office/cases/{case}/records/review");
    let refused = browser::send(&team.zhao, &path, &typed).await;
    assert_eq!(refused.status, 409);
    let refused = refused.text();
    let now = format!("name=\"head\" value=\"{}\"", again["file"]["head"].as_str().unwrap());
    for there in
        ["没有签署审核意见", &format!("/office/reviews/{case}"), &now, "事实清楚，证据充分"]
    {
        assert!(refused.contains(there), "{there}: {refused}");
    }
    let stale = team.zhao.get(&format!("/office/drafts/{draft}")).await.text();
    assert!(stale.contains("案卷有新记录"), "{stale}");

    // On the file as it is now the opinion is taken; its record is bound to what was submitted.
    let head = again["file"]["head"].as_str().unwrap();
    assert_ne!(head, submitted);
    let draft = opinion(&team, &case, Some(head)).await.good();
    team.zhao.sign(draft["id"].as_str().unwrap()).await.good();
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    assert_eq!(
        (&file["rounds"][0]["result"], &file["rounds"][0]["voided"]),
        (&json!("同意"), &json!(""))
    );
    assert_eq!(file["rounds"][0]["head"], submitted[..8].to_owned());
    let outside: Vec<_> =
        file["exhibits"].as_array().unwrap().iter().map(|e| &e["after_submission"]).collect();
    assert_eq!(outside, [&json!(false), &json!(true)]);
    let page = team.li.get(&format!("/office/cases/{case}")).await.text();
    assert!(page.contains("送审后收到，不在审核的案卷内"), "{page}");

    // Cited as evidence it changes the file, and the agreement is gone for everybody to see.
    let late = file["exhibits"][1]["id"].as_str().unwrap();
    team.add("evidence", &case, &forms::evidence(822, &[late])).await.good();
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    assert!(file["rounds"][0]["voided"].as_str().unwrap().contains("证据材料"), "{file}");
    assert_eq!(file["exhibits"][1]["after_submission"], false, "no review counts");
    team.zhao.get(&format!("/api/v1/reviews/{case}")).await.refused(410, "没有等待审核的送审");
    team.li.get(&format!("/api/v1/reviews/{case}")).await.refused(403, "查看待审案件");
    site.holds().await;
}

#[actix_web::test]
async fn lists_go_on_by_key_while_more_is_published() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    site.sealed().await;
    let visitor = site.visitor();
    let public = visitor.get("/api/v1/disclosures").await.good();
    let number = public["items"][0]["number"].as_str().unwrap();
    let page = visitor.get(&format!("/disclosures/{number}/receipt.tlog-proof")).await;
    let receipt = visitor.get(&format!("/api/v1/disclosures/{number}/receipt")).await;
    assert_eq!((receipt.status, &receipt.bytes), (page.status, &page.bytes));
    visitor.get("/api/v1/disclosures/none/receipt").await.refused(404, "没有找到");
    copies(&site, 0..45).await;
    for asked in ["", "q=%E5%A5%BD%E5%91%B3%E6%9D%A5", "q=%E5%A5%BD"] {
        let (mut numbers, mut cursor, mut turn) = (Vec::new(), String::new(), 0);
        let before = visitor.get(&format!("/api/v1/disclosures?{asked}")).await.good();
        let total = usize::try_from(before["total"].as_i64().unwrap()).unwrap();
        loop {
            let path = format!("/api/v1/disclosures?{asked}&cursor={cursor}");
            let slice = visitor.get(&path).await.good();
            for item in slice["items"].as_array().unwrap() {
                numbers.push(item["number"].as_str().unwrap().to_owned());
            }
            let Some(next) = slice["next"].as_str() else { break };
            cursor = next.to_owned();
            turn += 1;
            // Newer ones arrive between two stretches and move none of what is still to come.
            copies(&site, 100 * (total as u32 + turn)..100 * (total as u32 + turn) + 7).await;
        }
        let different: BTreeSet<&String> = numbers.iter().collect();
        assert_eq!((numbers.len(), different.len()), (total, total), "{asked}");
    }
    visitor.get("/api/v1/disclosures?cursor=x").await.refused(422, "翻页位置不正确");
    let mut codes = BTreeSet::new();
    for n in 0..45 {
        site.admin.post("/api/v1/items", &forms::item(&format!("K-{n:02}"))).await.good();
    }
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/agencies/{CODE}?cursor={cursor}");
        let slice = visitor.get(&path).await.good();
        assert_eq!(slice["total"], 46);
        for item in slice["items"].as_array().unwrap() {
            assert!(codes.insert(item["code"].as_str().unwrap().to_owned()), "{item}");
        }
        let Some(next) = slice["next"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(codes.len(), 46);
}

/// Rows like the one there is, each published in a moment of its own or shared with others, newer than all.
async fn copies(site: &Site, numbers: std::ops::Range<u32>) {
    use zhijian::store::{Db, disclosures};
    site.house
        .store
        .write(move |db: &mut Db| {
            let like = disclosures::Filter::default();
            let newest = disclosures::page(db, &like, 1, 1)?.remove(0);
            for n in numbers {
                let row = disclosures::Disclosure {
                    id: format!("{}-{n:05}", &newest.id[..20]),
                    number: format!("甲{n}"),
                    published_at: newest.published_at + 1_000 + i64::from(n / 3) * 400,
                    source_key: Some(format!("copy:{n}")),
                    ..newest.clone()
                };
                disclosures::insert(db, &row)?;
            }
            Ok::<_, zhijian::desk::Error>(())
        })
        .await
        .unwrap();
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn and_so_on_postgresql() {
    let Some(schema) = crate::whole_process::Schema::create("key") else { return };
    let site = Site::open_with(&[("STORE__URL", &schema.url)]).await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    copies(&site, 0..45).await;
    for asked in ["", "q=%E5%A5%BD%E5%91%B3%E6%9D%A5", "q=%E5%A5%BD"] {
        let first = site.visitor().get(&format!("/api/v1/disclosures?{asked}")).await.good();
        let next = first["next"].as_str().unwrap();
        let second = format!("/api/v1/disclosures?{asked}&cursor={next}");
        let second = site.visitor().get(&second).await.good();
        let of = |list: &Value| -> BTreeSet<String> {
            list["items"].as_array().unwrap().iter().map(|i| i["number"].to_string()).collect()
        };
        assert!(of(&first).is_disjoint(&of(&second)), "{asked}");
        assert_eq!(of(&first).len() + of(&second).len(), 40);
    }
}

#[actix_web::test]
async fn left_and_electronic_service_leave_pictures_where_the_ministry_asks() {
    let site = Site::open_with(&[("LAW__PACK", "samr")]).await;
    let team = Team::enter(&site).await;
    let case = team.concluded(&site, 5_000).await;
    let picture = team.li.upload(&case, "留置送达.png", &generate::image(3).unwrap()).await;
    let sound = team.li.upload(&case, "说明.txt", "门口张贴".as_bytes()).await;
    site.on(826);
    let notice = |changed: Value| with(forms::notice(826, &team.wang.id, 5_000, false), changed);
    let try_out =
        async |changed: Value| team.li.prepare("notice", Some(&case), &notice(changed)).await;
    let article = "市场监督管理行政处罚程序规定》第八十二条";
    try_out(json!({ "method": "left" })).await.objected("留置送达应当以拍照、录像", article);
    let text = json!({ "method": "left", "exhibits": [sound] });
    try_out(text).await.objected("留置送达应当以拍照、录像", article);
    try_out(json!({ "method": "left", "exhibits": [picture] })).await.good();
    try_out(json!({ "method": "left", "person.witness": "居委会工作人员" })).await.good();
    let bare = json!({ "method": "electronic", "consent": "1", "person.witness": "某人" });
    try_out(bare.clone()).await.objected("电子送达应当截取", article);
    try_out(with(bare, json!({ "exhibits": [picture] }))).await.good();
    try_out(json!({ "method": "direct" })).await.good();
    // The general pack asks for none.
    let general = Site::open().await;
    let team = Team::enter(&general).await;
    let case = team.concluded(&general, 5_000).await;
    general.on(826);
    let left = with(forms::notice(826, &team.wang.id, 5_000, false), json!({ "method": "left" }));
    team.li.prepare("notice", Some(&case), &left).await.good();
    assert_eq!(day(826), "2026-08-26");
}
