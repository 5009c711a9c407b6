//! What an imported list made public is corrected and withdrawn by the agency's clerk, seen by everybody at once,
//! provable after, and refused where it may not be.

use crate::{
    case::Team,
    forms::{self, with},
    people::{Answer, Clerk, Key, Person},
    refusals::offline,
    register::forged,
    shown::reworded,
    site::{CODE, Site, day},
};
use serde_json::{Value, json};
use zhijian::{
    base::Digest,
    desk::{Desk, import_list, penalty_list},
    ledger::{
        bundle,
        record::{Custody, Signer},
    },
};

pub const LIST: &str = "CF_XDR_MC,CF_XDR_LB,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_CFJG\n\
清河甲商贸有限公司,法人及非法人组织,清罚〔2026〕1号,未公示许可,未公示许可证件,某条例第一条,罚款,罚款5000元,0.5,2026/03/02,清河县市场监督管理局\n\
甄有味,自然人,清罚〔2026〕2号,占道经营,甄有味占道经营,某条例第二条,警告,警告,,2026/03/03,清河县市场监督管理局\n";
const NEIGHBOUR: &str = "91152201078382010M";

/// Imports the list; gives the numbers of its rows.
pub async fn import(site: &Site) -> Vec<String> {
    let desk = Desk::new(site.house.clone(), None);
    let list = penalty_list::read(LIST.as_bytes()).unwrap();
    let done = import_list::import_list(&desk, CODE, &list, Digest::of(LIST.as_bytes())).await;
    let number = |one: import_list::Imported<'_>| match one.fate {
        import_list::Fate::Published(number) | import_list::Fate::Known(number) => number,
        import_list::Fate::Refused => panic!("{:?}", one.row),
    };
    done.unwrap().into_iter().map(number).collect()
}

/// Prepares a record about a disclosure without a case.
async fn prepare(who: &Person, kind: &str, number: &str, values: &Value) -> Answer {
    let asked = json!({ "kind": kind, "disclosure": number, "values": values });
    who.post("/api/v1/drafts", &asked).await
}

/// Prepares and signs it.
async fn record(who: &Person, kind: &str, number: &str, values: &Value) -> Answer {
    let prepared = prepare(who, kind, number, values).await.good();
    who.sign(prepared["id"].as_str().unwrap()).await
}

pub fn correction(more: Value) -> Value {
    let form = json!({
        "on": day(810), "text.before": "甲", "text.after": "乙", "text.reason": "导入的清单有误。",
    });
    with(form, more)
}

pub fn withdrawal() -> Value {
    json!({ "on": day(811), "ground": "revoked", "text.reason": "决定经复议撤销。" })
}

/// The item as the API tells everybody.
async fn item(site: &Site, number: &str) -> Value {
    site.visitor().get(&format!("/api/v1/disclosures/{number}")).await.good()
}

fn line<'i>(item: &'i Value, label: &str) -> &'i str {
    let lines = item["lines"].as_array().unwrap();
    let found = lines.iter().find(|line| line["label"] == label);
    found.map_or("", |line| line["value"].as_str().unwrap())
}

/// How many items the public search finds.
async fn found(site: &Site, query: &str) -> i64 {
    let answer = site.visitor().get(&format!("/api/v1/disclosures?{query}")).await.good();
    answer["total"].as_i64().unwrap()
}

#[actix_web::test]
async fn an_imported_one_is_corrected_then_withdrawn() {
    corrected_then_withdrawn(&Site::open().await).await;
}

#[cfg(feature = "postgres")]
#[actix_web::test]
async fn the_same_on_postgresql() {
    let Some(schema) = crate::whole_process::Schema::create("published") else { return };
    corrected_then_withdrawn(&Site::open_with(&[("STORE__URL", &schema.url)]).await).await;
}

async fn corrected_then_withdrawn(site: &Site) {
    let sun = Clerk::enter(&site.admin, "sun", "孙公示").await;
    let numbers = import(site).await;
    let firm = numbers[0].as_str();
    site.on(810);
    let changes = correction(json!({
        "show.party.name": "清河乙商贸有限公司",
        "show.penalty.fine": "6000元",
        "show.penalty.kinds": "警告、罚款",
        "show.decided.on": "2026年3月5日",
    }));
    record(&sun, "correction", firm, &changes).await.good();
    let now = item(site, firm).await;
    assert_eq!((&now["state_label"], now["imported"].as_bool()), (&json!("已更正"), Some(true)));
    assert!(now["answer"].as_str().unwrap().contains("导入的清单有误"));
    assert_eq!(line(&now, "当事人"), "清河乙商贸有限公司");
    assert_eq!(line(&now, "违法事实"), "未公示许可证件", "what was not named stays");
    assert_eq!(now["releases"].as_array().unwrap().len(), 2);
    assert_eq!((found(site, "q=乙商贸").await, found(site, "q=甲商贸").await), (1, 1), "the title");
    assert_eq!(found(site, "state=corrected&from=2026-03-05&to=2026-03-05").await, 1);
    let csv = site.visitor().get("/disclosures.csv").await.text();
    assert!(csv.contains("6000.00") && csv.contains("警告、罚款"), "{csv}");
    let atom = site.visitor().get("/disclosures.atom").await.text();
    assert!(atom.contains("已更正"), "{atom}");
    provable(site, firm).await;

    let again = correction(json!({ "show.case.title": "清河乙商贸有限公司：未公示许可" }));
    record(&sun, "correction", firm, &again).await.good();
    assert_eq!(found(site, "q=甲商贸").await, 0);
    let kept = item(site, firm).await;
    assert_eq!(line(&kept, "罚款金额"), "6000元");
    site.holds().await;

    site.on(811);
    let prepared = prepare(&sun, "withdrawal", firm, &withdrawal()).await.good();
    assert_eq!(prepared["fields"].as_array().unwrap().len(), 1, "the reason, and nothing else");
    sun.sign(prepared["id"].as_str().unwrap()).await.good();
    let gone = site.visitor().get(&format!("/disclosures/{firm}")).await;
    assert_eq!(gone.status, 410);
    assert!(gone.text().contains("执法决定被依法撤销") && gone.text().contains("决定经复议撤销"));
    assert!(!gone.text().contains("乙商贸"), "{}", gone.text());
    assert_eq!(site.visitor().get(&format!("/disclosures/{firm}/proof.json")).await.status, 410);
    assert_eq!((found(site, "q=乙商贸").await, found(site, "state=withdrawn").await), (0, 1));
    for kind in ["correction", "withdrawal"] {
        let form = if kind == "correction" { again.clone() } else { withdrawal() };
        prepare(&sun, kind, firm, &form).await.refused(422, "已经撤下");
    }
    // The list brings back nothing that is public or was.
    assert_eq!(import(site).await, numbers);
    site.holds().await;
}

/// The proof of what is public now holds, and opens nothing that is hidden.
async fn provable(site: &Site, number: &str) {
    site.sealed().await;
    let answer = site.visitor().get(&format!("/disclosures/{number}/proof.json")).await;
    let proof = bundle::Proof::parse(&answer.bytes).unwrap();
    let verdicts = bundle::check(&proof, &[site.house.log.verifier()]);
    assert!(verdicts.iter().all(|verdict| verdict.ok), "{verdicts:?}");
    assert!(proof.record.opened.iter().all(|field| field.path.starts_with("shown.")));
}

#[actix_web::test]
async fn what_is_hidden_stays_hidden_when_corrected() {
    let site = Site::open().await;
    let sun = Clerk::enter(&site.admin, "sun", "孙公示").await;
    let numbers = import(&site).await;
    let person = numbers[1].as_str();
    site.on(810);
    let before = site.counts();
    let said = async |more: Value| prepare(&sun, "correction", person, &correction(more)).await;
    for (more, words) in [
        (json!({ "show.party.name": "甄有味" }), ["当事人", "自然人姓名"]),
        (json!({ "show.violation.facts": "甄有味占道。" }), ["违法事实", "自然人姓名"]),
        (json!({ "show.basis": "电话13800138000" }), ["处罚依据", "电话号码"]),
        (json!({ "show.document.number": " " }), ["决定书文号", "是空白"]),
        (json!({ "text.reason": "甄有味要求。", "show.basis": "乙" }), ["理由", "自然人姓名"]),
        (json!({}), ["完全相同", "更正"]),
    ] {
        let answer = said(more).await;
        let reasons = answer.reasons();
        assert!(words.iter().all(|word| reasons[0].contains(word)), "{reasons:?}");
    }
    let telling = with(withdrawal(), json!({ "on": day(810), "text.reason": "甄有味已改正。" }));
    let reasons = prepare(&sun, "withdrawal", person, &telling).await.reasons();
    assert!(reasons[0].contains("自然人姓名"), "{reasons:?}");
    for (item, text, says) in [
        ("penalty.fine", "约五千", "5000元"),
        ("penalty.kinds", "罚金", "处罚种类应当写作"),
        ("decided.on", "三月二日", "2026年3月2日"),
    ] {
        let name = format!("show.{item}");
        let answer = said(json!({ name.clone(): text })).await;
        assert_eq!(answer.refused(422, says)["faults"][0]["field"], name);
    }
    assert_eq!(site.counts(), before, "nothing was changed");
    let basis = json!({ "show.basis": "某条例第三条" });
    record(&sun, "correction", person, &correction(basis)).await.good();
    let now = item(&site, person).await;
    let shown = line(&now, "当事人");
    assert!(shown.starts_with('甄') && shown != "甄有味", "{shown}");
    assert_eq!(now["hidden"], 6, "name, title and facts in full again, and the form's three texts");
    provable(&site, person).await;
    site.holds().await;
}

#[actix_web::test]
async fn it_is_refused_where_it_may_not_be() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let numbers = import(&site).await;
    let firm = numbers[0].as_str();
    site.add_agency(NEIGHBOUR, "邻县市场监督管理局", "neighbour").await;
    let neighbour = Person::sign_in(&site.url, "neighbour").await;
    let case = team.served(&site).await;
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    let list = team.sun.get("/api/v1/published").await.good();
    let cased = list["items"][0]["number"].as_str().unwrap();
    let form = correction(json!({ "show.basis": "乙" }));
    let before = site.counts();
    for who in [&team.li.0, &team.chief.0, &team.zhao.0, &site.admin.0] {
        prepare(who, "correction", firm, &form).await.refused(403, "您的角色不能");
        prepare(who, "withdrawal", firm, &withdrawal()).await.refused(403, "您的角色不能");
    }
    prepare(&neighbour, "correction", firm, &form).await.refused(403, "其他机关");
    prepare(&team.sun, "correction", cased, &form).await.refused(422, "请在案件中更正");
    prepare(&team.sun, "correction", "2026-9999999", &form).await.refused(404, "公示信息");
    prepare(&team.sun, "closing", firm, &form).await.refused(404, "记录种类");
    prepare(&team.sun, "disclosure", firm, &form).await.refused(404, "记录种类");
    let both = json!({ "kind": "correction", "case": case, "disclosure": firm, "values": form });
    team.sun.post("/api/v1/drafts", &both).await.refused(422, "只能给出一项");
    let early = with(withdrawal(), json!({ "on": "2026-08-01" }));
    let reasons = prepare(&team.sun, "withdrawal", firm, &early).await.reasons();
    assert!(reasons[0].contains("早于公示日期"), "{reasons:?}");
    let blank = with(form.clone(), json!({ "text.reason": "" }));
    prepare(&team.sun, "correction", firm, &blank).await.refused(422, "更正理由");
    assert_eq!(site.counts(), before, "nothing was changed");
    assert_eq!(team.li.get("/api/v1/published").await.status, 403);
    assert_eq!(neighbour.get("/api/v1/published").await.good()["items"], json!([]));
    site.holds().await;
}

#[actix_web::test]
async fn what_is_linked_is_looked_at_again() {
    let site = Site::open().await;
    let numbers = import(&site).await;
    let roles = json!({ "roles": ["clerk"] });
    let clerk = Person::enter(&site.admin, "qian", "钱公示", roles, true).await;
    let number = numbers[0].as_str();
    site.on(810);
    let values = correction(json!({ "show.basis": "乙条例" }));
    let draft = prepare(&clerk, "correction", number, &values).await.good();
    let stale = prepare(&clerk, "correction", number, &values).await.good();
    let head = clerk.get(&format!("/api/v1/forms/correction?disclosure={number}")).await.good();
    let submit =
        async |draft: &Value| clerk.post("/api/v1/records", &offline(draft, &[&clerk.key])).await;
    for (item, text, says) in [
        ("violation.facts", "电话13800138000。", "电话号码"),
        ("agency.name", "", "是空白"),
        ("text.reason", " ", "向社会说明的理由"),
        ("penalty.fine", "7000元", "与公示的文字不符"),
    ] {
        let reasons = submit(&reworded(&draft, item, text)).await.reasons();
        assert!(reasons.len() == 1 && reasons[0].contains(says), "{reasons:?}");
    }
    // A second signature does not make an outsider a clerk of this agency.
    let roles = json!({ "roles": ["reviewer"], "qualification": "A1" });
    let zhao = Person::enter(&site.admin, "zhao", "赵审核", roles, true).await;
    let Key::Own { id, .. } = &zhao.key else { panic!("a key of one's own") };
    let outsider = Signer { person: zhao.id.clone(), key: id.clone(), custody: Custody::Browser };
    let two = forged(&draft, |payload| payload.signers.push(outsider));
    let both = offline(&two, &[&clerk.key, &zhao.key]);
    let reasons = clerk.post("/api/v1/records", &both).await.reasons();
    assert!(reasons.len() == 1 && reasons[0].contains("不是公示机关的在岗"), "{reasons:?}");
    submit(&draft).await.good();
    submit(&draft).await.refused(409, "已经提交过");
    let id = draft["id"].as_str().unwrap();
    let twice = clerk.sign(id).await;
    assert!(matches!(twice.status.as_u16(), 409 | 422), "{}", twice.text());
    let id = stale["id"].as_str().unwrap();
    assert_eq!(clerk.get(&format!("/api/v1/drafts/{id}")).await.good()["moved"], true);
    let reasons = clerk.sign(id).await.reasons();
    assert!(reasons.iter().any(|text| text.contains("其后已经更正")), "{reasons:?}");
    let mut asked = json!({ "kind": "withdrawal", "disclosure": number, "values": withdrawal() });
    asked["head"] = head["head"].clone();
    clerk.post("/api/v1/drafts", &asked).await.refused(409, "已经更正");
}
