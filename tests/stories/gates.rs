//! What the law stands in the way of, asked over HTTP: the reason, its article, and nothing has changed.

use crate::{
    case::Team,
    forms,
    people::{Officer, Person, Reviewer},
    site::Site,
};
use serde_json::{Value, json};
use zhijian::evidence::generate;

/// Asks for a record that the law refuses, and makes sure that nothing moved.
async fn refused(
    site: &Site,
    person: &Person,
    kind: &str,
    case: Option<&str>,
    form: &Value,
) -> Vec<String> {
    let before = site.counts();
    let reasons = person.prepare(kind, case, form).await.reasons();
    assert_eq!(site.counts(), before);
    reasons
}

#[track_caller]
fn only(reasons: &[String], says: &str) {
    assert_eq!(reasons.len(), 1, "{reasons:#?}");
    assert!(reasons[0].contains(says), "{reasons:#?}");
}

#[actix_web::test]
async fn two_certified_officers() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let lapsed = Officer::certified_until(&site.admin, "zhou-wei", "周执法", "2026-08-02").await;
    let form = forms::filing(803, "", &team.chief.id);
    only(&refused(&site, &team.li, "filing", None, &form).await, "不得少于两人");
    let form = forms::filing(803, &lapsed.id, &team.chief.id);
    let text = "有效期为2024年1月1日至2026年8月2日，2026年8月3日不在有效期内";
    only(&refused(&site, &team.li, "filing", None, &form).await, text);
    let case = team.file(803).await;
    let taken = forms::evidence(803, &[]);
    let reasons = refused(&site, &lapsed, "evidence", Some(&case), &taken).await;
    only(&reasons, "证据材料签名人的执法证");
    only(&reasons, "2026年8月3日不在有效期内");
    team.add("evidence", &case, &taken).await.good();
    let hidden = forms::with(
        forms::inspection(803, &team.wang.id),
        json!({ "certificate_shown": "", "rights_told": "" }),
    );
    let reasons = refused(&site, &team.li, "inspection", Some(&case), &hidden).await;
    assert_eq!(reasons.len(), 2, "all reasons at once: {reasons:#?}");
    let future = forms::inspection(804, &team.wang.id);
    only(&refused(&site, &team.li, "inspection", Some(&case), &future).await, "晚于今日");
}

#[actix_web::test]
async fn nobody_is_punished_unheard_or_beyond_what_was_told() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 50_000, false).await;
    site.on(902);
    let form = forms::decision(902, 50_000);
    let early = refused(&site, &team.chief, "decision", Some(&case), &form).await;
    only(&early, "陈述申辩期至2026年9月2日届满，次日起方可作出决定");
    site.on(903);
    let form = forms::decision(903, 50_001);
    let above = refused(&site, &team.chief, "decision", Some(&case), &form).await;
    only(&above, "决定的处罚超出已经告知的处罚");
    team.add("decision", &case, &forms::decision(903, 50_000)).await.good();
}

/// A waiver counts from its day on, and giving up the statement gives up no hearing.
#[actix_web::test]
async fn nobody_is_decided_on_before_they_gave_up_their_rights() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 50_000, false).await;
    site.on(831);
    team.add("statement", &case, &forms::waiver(831)).await.good();
    let form = forms::decision(828, 50_000);
    let reasons = refused(&site, &team.chief, "decision", Some(&case), &form).await;
    let late = "决定日期2026年8月28日早于当事人放弃陈述、申辩日期2026年8月31日";
    assert_eq!(reasons.len(), 2, "{reasons:#?}");
    assert!(reasons.iter().any(|text| text.contains("陈述申辩期至2026年9月2日届满")));
    assert!(reasons.iter().any(|text| text.contains(late)), "{reasons:#?}");
    let form = forms::decision(825, 50_000);
    let reasons = refused(&site, &team.chief, "decision", Some(&case), &form).await;
    let untold = "决定日期2026年8月25日早于告知书送达日期2026年8月26日";
    assert!(reasons.iter().any(|text| text.contains(untold)), "{reasons:#?}");
    team.add("decision", &case, &forms::decision(831, 50_000)).await.good();
}

#[actix_web::test]
async fn who_gave_up_the_statement_may_still_ask_for_a_hearing() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 120_000, true).await;
    site.on(827);
    let asked = format!("/api/v1/forms/statement?case={case}");
    let form = team.li.get(&asked).await.good().to_string();
    assert!(form.contains("当事人明确放弃听证"), "{form}");
    team.add("statement", &case, &forms::waiver(827)).await.good();
    let form = forms::discussion(827, &team.leaders(), 120_000);
    team.add("discussion", &case, &form).await.good();
    let form = forms::decision(827, 120_000);
    let reasons = refused(&site, &team.chief, "decision", Some(&case), &form).await;
    only(&reasons, "申请听证期至2026年9月2日届满");
    team.add("statement", &case, &forms::full_waiver(827)).await.good();
    team.add("decision", &case, &form).await.good();
}

#[actix_web::test]
async fn no_major_decision_without_a_passing_review_of_this_file() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.concluded(&site, 120_000).await;
    site.on(826);
    let notice = forms::notice(826, &team.wang.id, 120_000, true);
    let reasons = refused(&site, &team.li, "notice", Some(&case), &notice).await;
    only(&reasons, "应当经法制审核同意后再行告知");
    let reasons = {
        let form = forms::decision(826, 120_000);
        refused(&site, &team.chief, "decision", Some(&case), &form).await
    };
    assert!(reasons.iter().any(|text| text.contains("未经法制审核不得作出决定")), "{reasons:#?}");
    team.add("submission", &case, &forms::submission(826, 120_000)).await.good();
    let returned = forms::review(826, "correct", "证据不足\n\n裁量理由未说明");
    team.add("review", &case, &returned).await.good();
    let reasons = refused(&site, &team.li, "notice", Some(&case), &notice).await;
    only(&reasons, "应当经法制审核同意后再行告知");
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    assert_eq!(
        (&file["rounds"][0]["issues"], &file["rounds"][0]["result"]),
        (&json!(2), &json!("建议纠正"))
    );
    team.add("submission", &case, &forms::submission(826, 120_000)).await.good();
    team.add("review", &case, &forms::review(826, "agree", "")).await.good();
    team.add("notice", &case, &notice).await.good();
}

#[actix_web::test]
async fn a_record_after_the_review_voids_it() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 120_000, true).await;
    site.on(827);
    team.add("statement", &case, &forms::full_waiver(827)).await.good();
    let form = forms::discussion(827, &team.leaders(), 120_000);
    team.add("discussion", &case, &form).await.good();
    team.add("inspection", &case, &forms::inspection(827, &team.wang.id)).await.good();
    let form = forms::decision(827, 120_000);
    let reasons = refused(&site, &team.chief, "decision", Some(&case), &form).await;
    let voided = "第1轮送审后案卷新增现场检查（勘验）笔录，原审核不再有效，应当再次送审";
    assert!(reasons.iter().any(|text| text.contains(voided)), "{reasons:#?}");
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    assert!(file["rounds"][0]["voided"].as_str().unwrap().contains("本轮审核作废"), "{file}");
    assert_eq!(team.zhao.get("/api/v1/reviews").await.good()["reviews"], json!([]));
}

/// What the party brings along changes the file even when it is not adopted.
#[actix_web::test]
async fn new_evidence_of_the_party_voids_the_review() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 120_000, true).await;
    site.on(827);
    let letter = team.li.upload(&case, "进货票据.jpg", &generate::image(5).unwrap()).await;
    let said = json!({ "on": "2026-08-27", "rechecked": "1", "exhibits": [letter],
        "text.statement": "当事人提交进货票据。", "text.recheck": "不予采纳。" });
    team.add("statement", &case, &said).await.good();
    let file = team.li.get(&format!("/api/v1/cases/{case}")).await.good();
    let voided = file["rounds"][0]["voided"].as_str().unwrap();
    assert!(voided.contains("陈述申辩") && voided.contains("本轮审核作废"), "{file}");
    site.holds().await;
}

#[actix_web::test]
async fn a_draft_signed_after_the_file_moved_is_judged_again() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 120_000, true).await;
    site.on(827);
    team.add("statement", &case, &forms::full_waiver(827)).await.good();
    let form = forms::discussion(827, &team.leaders(), 120_000);
    team.add("discussion", &case, &form).await.good();
    let form = forms::decision(827, 120_000);
    let draft = team.chief.prepare("decision", Some(&case), &form).await.good();
    team.add("inspection", &case, &forms::inspection(827, &team.wang.id)).await.good();
    let before = site.counts();
    let answer = team.chief.sign(draft["id"].as_str().unwrap()).await;
    answer.refused(422, "原审核不再有效");
    assert_eq!(site.counts(), before);
}

#[actix_web::test]
async fn only_a_qualified_outsider_reviews() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let unqualified = Reviewer::enter(&site.admin, "qian-yi", "钱审核", "").await;
    let both = json!({
        "roles": ["officer", "reviewer"], "certificate": "44010009",
        "certificate_from": "2024-01-01", "certificate_until": "2028-12-31", "qualification": "A2",
    });
    let insider = Person::enter(&site.admin, "feng-er", "冯兼职", both, true).await;
    let case = team.file(803).await;
    let form = forms::inspection(803, &insider.id);
    team.li.record("inspection", Some(&case), &form, &[&insider]).await.good();
    site.on(820);
    let form = forms::conclusion(820, &team.wang.id, 120_000);
    team.add("conclusion", &case, &form).await.good();
    team.add("submission", &case, &forms::submission(820, 120_000)).await.good();
    let form = forms::review(820, "agree", "");
    let reasons = refused(&site, &unqualified, "review", Some(&case), &form).await;
    only(&reasons, "审核人员未登记法律职业资格证书号");
    let reasons = refused(&site, &insider, "review", Some(&case), &form).await;
    only(&reasons, "审核人员参与了本案调查，不得审核本案");
    let half = forms::with(form, json!({ "checklist.facts": "fail" }));
    only(&refused(&site, &team.zhao, "review", Some(&case), &half).await, "不能作出“同意”的结论");
}

#[actix_web::test]
async fn heavy_penalties_are_discussed_by_the_leaders() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.told(&site, 120_000, true).await;
    site.on(827);
    team.add("statement", &case, &forms::full_waiver(827)).await.good();
    let form = forms::decision(827, 120_000);
    let reasons = refused(&site, &team.chief, "decision", Some(&case), &form).await;
    only(&reasons, "应当由负责人集体讨论决定");
    let two = forms::discussion(827, &team.leaders()[..2], 120_000);
    let reasons = refused(&site, &team.chief, "discussion", Some(&case), &two).await;
    only(&reasons, "集体讨论的参加人为2人，不得少于3人");
    let form = forms::discussion(827, &team.leaders(), 110_000);
    team.add("discussion", &case, &form).await.good();
    let form = forms::decision(827, 120_000);
    let reasons = refused(&site, &team.chief, "decision", Some(&case), &form).await;
    only(&reasons, "集体讨论决定的处理为");
    team.add("decision", &case, &forms::decision(827, 110_000)).await.good();
}
