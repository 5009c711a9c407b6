//! The clerk's pages for what is public: the list, the correction that starts from what is public now, the withdrawal.

use crate::{
    browser::{held, leads, page, send, sign},
    case::Team,
    forms::{self, with},
    people::Clerk,
    published::{LIST, correction, import, withdrawal},
    site::{CODE, Site, day},
};
use serde_json::json;
use zhijian::{
    base::Digest,
    desk::{Desk, import_list, penalty_list},
};

#[actix_web::test]
async fn the_clerk_has_pages_for_it() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let numbers = import(&site).await;
    let number = numbers[0].as_str();
    let here = "/office/disclosures/published";
    let list = page(&team.sun, here).await;
    assert!(list.contains("清河甲商贸有限公司") && list.contains("清罚〔2026〕2号"));
    let narrowed = page(&team.sun, &format!("{here}?q=清罚〔2026〕1号&state=published")).await;
    assert!(narrowed.contains("甲商贸") && !narrowed.contains("2026〕2号"));
    assert!(page(&team.sun, &format!("{here}?state=withdrawn")).await.contains("没有符合条件"));
    assert!(page(&team.chief, here).await.contains("由公示经办人办理"));
    assert_eq!(team.li.get(here).await.status, 403);

    let path = format!("/office/disclosures/{number}/records/correction");
    let blank = page(&team.sun, &path).await;
    assert!(blank.contains("现在公示") && blank.contains("show.penalty.fine"), "{blank}");
    site.on(810);
    let head = held(&blank, "name=\"head\" value=\"").to_owned();
    let values = correction(json!({ "head": head, "show.penalty.fine": "约五千" }));
    let wrong = send(&team.sun, &path, &values).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("约五千") && wrong.text().contains("fault-show.penalty.fine"));
    let values = correction(json!({ "head": head, "show.penalty.fine": "6000元" }));
    let draft = leads(&send(&team.sun, &path, &values).await);
    let shown = page(&team.sun, &draft).await;
    assert!(shown.contains("data-field=\"shown.penalty.fine\">6000元<"), "{shown}");
    assert!(shown.contains("罚款金额：6000元") && shown.contains(&format!("公示编号{number}")));
    assert!(page(&team.sun, "/office").await.contains(&format!("公示编号{number}")));
    let after = leads(&sign(&team.sun, &draft).await);
    assert!(page(&team.sun, &after).await.contains("已经入链"));
    let stale = send(&team.sun, &path, &values).await;
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains("已经更正") && stale.text().contains("6000元"));

    let path = format!("/office/disclosures/{number}/records/withdrawal");
    page(&team.sun, &path).await;
    let draft =
        leads(&send(&team.sun, &path, &with(withdrawal(), json!({ "on": day(810) }))).await);
    assert!(page(&team.sun, &draft).await.contains("请再次确认撤下"));
    leads(&sign(&team.sun, &draft).await);
    assert!(page(&team.sun, &format!("{here}?state=withdrawn")).await.contains(number));
    assert_eq!(team.sun.get(&path).await.status, 422);
    site.holds().await;
}

#[actix_web::test]
async fn a_case_is_corrected_from_what_is_public_and_more_than_once() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    let told =
        with(forms::disclosure(827), json!({ "show.violation.kind": "甲", "show.remedies": "" }));
    team.add("disclosure", &case, &told).await.good();
    let path = format!("/api/v1/forms/correction?case={case}");
    let proposal = async |item: &str| {
        let form = team.sun.get(&path).await.good();
        let all = form["proposals"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["item"] == item).unwrap()
    };
    assert_eq!(proposal("violation.kind").await["public"], "甲");
    assert_eq!(proposal("remedies").await["public"], "", "what was left out stays out");
    let shown = page(&team.sun, &format!("/office/cases/{case}/records/correction")).await;
    assert!(shown.contains("\n甲</textarea>") && shown.contains("经营超过保质期的食品"), "{shown}");
    for text in ["乙", "丙"] {
        let form = json!({
            "on": day(827), "text.before": "甲", "text.after": "乙", "text.reason": "笔误",
            "show.penalty.content": text,
        });
        team.add("correction", &case, &form).await.good();
        assert_eq!(proposal("penalty.content").await["public"], text);
        assert_eq!(proposal("violation.kind").await["public"], "甲");
    }
    let form = with(withdrawal(), json!({ "on": day(827) }));
    team.add("withdrawal", &case, &form).await.good();
    site.holds().await;
}

#[actix_web::test]
async fn the_list_goes_on() {
    let site = Site::open().await;
    let sun = Clerk::enter(&site.admin, "sun", "孙公示").await;
    let row = LIST.lines().nth(1).unwrap();
    let rows = (1..=45).map(|n| row.replace("〕1号", &format!("〕{n}号")));
    let text: String =
        LIST.lines().take(1).map(str::to_owned).chain(rows).map(|l| l + "\n").collect();
    let list = penalty_list::read(text.as_bytes()).unwrap();
    let desk = Desk::new(site.house.clone(), None);
    import_list::import_list(&desk, CODE, &list, Digest::of(text.as_bytes())).await.unwrap();
    let (mut numbers, mut cursor, mut sizes) = (Vec::new(), String::new(), Vec::new());
    loop {
        let part = sun.get(&format!("/api/v1/published?cursor={cursor}")).await.good();
        let items = part["items"].as_array().unwrap();
        sizes.push(items.len());
        numbers.extend(items.iter().map(|one| one["number"].as_str().unwrap().to_owned()));
        let Some(next) = part["next"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(sizes, [20, 20, 5]);
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 45, "each once");
    sun.get("/api/v1/published?cursor=x").await.refused(422, "翻页位置");
    let answer = sun.get("/api/v1/published").await;
    let known = sun.ask(reqwest::Method::GET, "/api/v1/published");
    let same = known.header("if-none-match", answer.header("etag")).send().await.unwrap();
    assert_eq!(same.status(), 304);
}
