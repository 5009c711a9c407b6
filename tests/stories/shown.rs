//! What a clerk may not show: nothing private in clear, nothing required left out, no correction of nothing.

use crate::{
    case::Team,
    forms::{self, with},
    people::{Answer, Person},
    refusals::offline,
    register::forged,
    site::{Site, day},
};
use serde_json::{Value, json};
use zhijian::{
    base::Digest,
    ledger::field::{self, Field},
};

const PERSON: &str = "甄有味";

/// A natural person's case, served and not disclosed yet.
async fn of_a_person(site: &Site, team: &Team) -> String {
    let party = json!({ "party_kind": "person", "party.name": PERSON, "party.code": "" });
    let filing = forms::filing(803, &team.wang.id, &team.chief.id);
    let case = team.file_with(&with(filing, party)).await;
    let named = json!({ "party.name": PERSON, "party.code": "" });
    let wang = &team.wang.id;
    for (on, kind, form) in [
        (804, "inspection", forms::inspection(804, wang)),
        (820, "conclusion", forms::conclusion(820, wang, 1_000)),
        (826, "notice", forms::notice(826, wang, 1_000, false)),
        (827, "statement", forms::waiver(827)),
        (827, "decision", with(forms::decision(827, 1_000), named)),
        (827, "service", forms::service(827, wang)),
    ] {
        site.on(on);
        team.add(kind, &case, &form).await.good();
    }
    case
}

/// The only reason of a refusal names the text at fault and the article.
#[track_caller]
fn says(answer: &Answer, words: &[&str]) {
    let reasons = answer.reasons();
    assert_eq!(reasons.len(), 1, "{reasons:#?}");
    for word in words {
        assert!(answer.text().contains(word), "it does not say {word}: {}", answer.text());
    }
}

#[actix_web::test]
async fn nothing_private_is_shown_in_clear() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = of_a_person(&site, &team).await;
    let form = |changed: Value| with(forms::disclosure(827), changed);
    let facts = |text: &str| form(json!({ "show.violation.facts": text }));
    for (form, word) in [
        (facts("身份证44010519900307123X。"), "身份证件号码"),
        (facts("联系人电话１３８-0013-8000。"), "电话号码"),
        (facts("卡号6222 0202 0001 1234 567。"), "银行账号"),
        (facts("甄有味经营过期糕点。"), "自然人姓名"),
    ] {
        let answer = team.sun.prepare("disclosure", Some(&case), &form).await;
        says(&answer, &["违法事实", word, "国办发〔2018〕118号第二部分"]);
    }
    let named = form(json!({ "show.party.name": PERSON }));
    let answer = team.sun.prepare("disclosure", Some(&case), &named).await;
    says(&answer, &["当事人", "自然人姓名"]);
    for (item, label) in [
        ("document.number", "决定书文号"),
        ("agency.name", "处罚机关"),
        ("decided.on", "决定日期"),
        ("penalty.content", "处罚内容"),
    ] {
        let mut blank = forms::disclosure(827);
        blank[format!("show.{item}")] = " ".into();
        let answer = team.sun.prepare("disclosure", Some(&case), &blank).await;
        says(&answer, &[label, "是空白", "国办发〔2018〕118号第六项"]);
    }
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    let told = json!({ "on": day(827), "ground": "revoked", "text.reason": "甄有味已申请复议。" });
    let answer = team.sun.prepare("withdrawal", Some(&case), &told).await;
    says(&answer, &["理由", "自然人姓名"]);
    site.holds().await;
}

/// A firm's case: its own name is public, the people and the numbers in its file are not.
#[actix_web::test]
async fn people_named_in_the_file_are_not_typed_back() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let filing = forms::filing(803, &team.wang.id, &team.chief.id);
    let filing =
        with(filing, json!({ "party.representative": "甄有味", "party.phone": "83123456" }));
    let case = team.file_with(&filing).await;
    site.on(804);
    let seen = json!({ "person.witness": "欧阳小明", "person.present": "当事人" });
    let wang = &team.wang.id;
    team.add("inspection", &case, &with(forms::inspection(804, wang), seen)).await.good();
    for (on, kind, form) in [
        (820, "conclusion", forms::conclusion(820, wang, 5_000)),
        (826, "notice", forms::notice(826, wang, 5_000, false)),
        (827, "statement", forms::waiver(827)),
        (827, "decision", forms::decision(827, 5_000)),
        (827, "service", forms::service(827, wang)),
    ] {
        site.on(on);
        team.add(kind, &case, &form).await.good();
    }
    let facts = |text: &str| with(forms::disclosure(827), json!({ "show.violation.facts": text }));
    for (text, words) in [
        ("当事人经营过期糕点，欧阳小明见证。", ["第11个字起", "自然人姓名", "“见证人”一栏所载"]),
        ("经营者甄有味。", ["第4个字起", "自然人姓名", "“法定代表人、负责人或者经营者”一栏所载"]),
        ("电话83123456。", ["第3个字起", "电话号码", "“联系电话”一栏所载"]),
    ] {
        let answer = team.sun.prepare("disclosure", Some(&case), &facts(text)).await;
        says(&answer, &words);
        says(&answer, &["违法事实", "国办发〔2018〕118号第二部分"]);
        assert!(!answer.text().contains("欧阳小明") && !answer.text().contains("83123456"));
    }
    // The party's own name, and a word that stands for it, are public.
    let text = format!("当事人{}经营过期糕点。", forms::PARTY);
    team.add("disclosure", &case, &facts(&text)).await.good();
    site.holds().await;
}

#[actix_web::test]
async fn a_correction_corrects_something() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    let form = json!({
        "on": day(827), "text.before": "甲", "text.after": "乙", "text.reason": "笔误",
    });
    let answer = team.sun.prepare("correction", Some(&case), &form).await;
    says(&answer, &["完全相同", "国办发〔2018〕118号第二部分"]);
    let form = with(form, json!({ "show.violation.kind": "经营超过保质期的糕点" }));
    let phone = with(form.clone(), json!({ "show.violation.facts": "电话13800138000" }));
    says(&team.sun.prepare("correction", Some(&case), &phone).await, &["违法事实", "电话号码"]);
    team.add("correction", &case, &form).await.good();
}

/// The draft as if a shown text had been written otherwise.
pub fn reworded(draft: &Value, item: &str, text: &str) -> Value {
    let mut fields: Vec<Field> = serde_json::from_value(draft["fields"].clone()).unwrap();
    let path = format!("shown.{item}");
    fields.iter_mut().find(|field| field.path == path).unwrap().value = text.into();
    let digests: Vec<Digest> = fields.iter().map(Field::digest).collect();
    let mut draft = forged(draft, |payload| payload.fields_root = field::fields_root(&digests));
    draft["fields"] = json!(fields);
    draft
}

#[actix_web::test]
async fn what_is_linked_is_looked_at_again() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.served(&site).await;
    team.add("disclosure", &case, &forms::disclosure(827)).await.good();
    let form = json!({
        "on": day(827), "text.before": "甲", "text.after": "乙", "text.reason": "笔误",
        "show.violation.kind": "经营超过保质期的糕点",
    });
    let roles = json!({ "roles": ["clerk"] });
    let clerk = Person::enter(&site.admin, "qian", "钱公示", roles, true).await;
    let draft = clerk.prepare("correction", Some(&case), &form).await.good();
    let submit =
        async |draft: &Value| clerk.post("/api/v1/records", &offline(draft, &[&clerk.key])).await;
    let bare = reworded(&draft, "violation.facts", "联系人电话13800138000。");
    says(&submit(&bare).await, &["违法事实", "电话号码"]);
    says(&submit(&reworded(&draft, "agency.name", "")).await, &["处罚机关", "是空白"]);
    submit(&draft).await.good();
    site.holds().await;
}
