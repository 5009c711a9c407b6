//! Filled forms, as a person would fill them in; a test changes what it is about.

use crate::site::{ITEM, day};
use serde_json::{Value, json};

/// What a party is called in these stories, and its number: made up.
pub const PARTY: &str = "清河县好味来食品有限公司";

/// `form` with some answers changed or added.
pub fn with(mut form: Value, changed: Value) -> Value {
    for (name, value) in changed.as_object().unwrap() {
        form[name] = value.clone();
    }
    form
}

/// An enforcement item to be entered.
pub fn item(code: &str) -> Value {
    json!({
        "code": code,
        "act_kind": "penalty",
        "name": "销售不合格产品",
        "basis": "《产品质量法》第四十九条",
        "penalty": "没收；货值金额等值以上三倍以下罚款",
        "field": "产品质量",
    })
}

pub fn filing(on: u16, partner: &str, head: &str) -> Value {
    json!({
        "on": day(on),
        "item": ITEM,
        "party_kind": "organisation",
        "discovered_on": day(730),
        "with": partner,
        "approved_by": head,
        "party.name": PARTY,
        "party.code": crate::site::CODE,
        "party.representative": "甲某某",
        "party.phone": "13800138000",
        "text.title": "涉嫌经营超过保质期的食品案",
        "text.source": "监督检查",
        "text.summary": "货架上有超过保质期的糕点十二盒。",
    })
}

pub fn inspection(on: u16, partner: &str) -> Value {
    json!({
        "on": day(on),
        "with": partner,
        "certificate_shown": "1",
        "rights_told": "1",
        "text.time": "9时10分至10时05分",
        "text.place": "清河县东街1号",
        "text.found": "货架第二层有糕点十二盒，标注保质期至七月二十日。",
    })
}

pub fn evidence(on: u16, exhibits: &[&str]) -> Value {
    json!({
        "on": day(on),
        "evidence_kind": "audiovisual",
        "exhibits": exhibits,
        "text.title": "现场检查录像",
        "text.source": "执法记录仪在清河县东街1号录制",
    })
}

fn penalty(name: &str, yuan: u32) -> Value {
    json!({ format!("{name}.kinds"): ["fine"], format!("{name}.fine"): yuan.to_string() })
}

pub fn conclusion(on: u16, partner: &str, yuan: u32) -> Value {
    with(
        json!({
            "on": day(on),
            "with": partner,
            "text.party": PARTY,
            "text.process": "监督检查中发现，依法立案调查。",
            "text.facts": "经营超过保质期的糕点十二盒，货值240元。",
            "text.character": "经营超过保质期的食品。",
            "text.basis": "《食品安全法》第一百二十四条第一款第五项。",
            "text.opinion": "建议罚款。",
        }),
        penalty("proposed", yuan),
    )
}

pub fn submission(on: u16, yuan: u32) -> Value {
    with(
        json!({
            "on": day(on),
            "text.materials": "调查终结报告、证据材料。",
            "text.draft": "决定代拟稿正文。",
        }),
        penalty("proposed", yuan),
    )
}

/// The nine points of the review, all passed.
pub fn review(on: u16, result: &str, issues: &str) -> Value {
    let mut form = json!({
        "on": day(on),
        "result": result,
        "text.opinion": "事实清楚，证据充分，程序合法。",
        "text.issues": issues,
    });
    let points = [
        "capacity",
        "powers",
        "party",
        "facts",
        "character",
        "law",
        "discretion",
        "procedure",
        "crime",
    ];
    for point in points {
        form[format!("checklist.{point}")] = "pass".into();
    }
    form
}

pub fn notice(on: u16, partner: &str, yuan: u32, hearing_told: bool) -> Value {
    with(
        json!({
            "on": day(on),
            "served_on": day(on),
            "method": "direct",
            "with": partner,
            "hearing_told": if hearing_told { "1" } else { "" },
            "text.facts": "经营超过保质期的糕点十二盒。",
            "text.reasons": "违反食品安全管理规定。",
            "text.basis": "《食品安全法》第一百二十四条第一款第五项。",
        }),
        penalty("proposed", yuan),
    )
}

pub fn waiver(on: u16) -> Value {
    json!({ "on": day(on), "waived": "1", "text.statement": "当事人书面放弃陈述、申辩。" })
}

/// Statement, defence and the hearing that was told, all given up.
pub fn full_waiver(on: u16) -> Value {
    let text = "当事人书面放弃陈述、申辩和听证。";
    with(waiver(on), json!({ "hearing_waived": "1", "text.statement": text }))
}

pub fn discussion(on: u16, attendees: &[&str], yuan: u32) -> Value {
    with(
        json!({
            "on": day(on),
            "attendees": attendees,
            "text.opinions": "三人一致同意。",
            "text.conclusion": "同意按告知的内容处罚。",
        }),
        penalty("agreed", yuan),
    )
}

pub fn decision(on: u16, yuan: u32) -> Value {
    with(
        json!({
            "on": day(on),
            "outcome": "penalty",
            "party.name": PARTY,
            "party.code": crate::site::CODE,
            "text.violation": "经营超过保质期的食品",
            "text.facts": "当事人经营超过保质期的糕点十二盒，联系人电话13800138000。",
            "text.basis": "《食品安全法》第一百二十四条第一款第五项。",
            "text.remedies": "可在六十日内申请行政复议，或者在六个月内提起行政诉讼。",
        }),
        penalty("penalty", yuan),
    )
}

pub fn service(on: u16, partner: &str) -> Value {
    json!({ "on": day(on), "method": "direct", "with": partner, "person.receiver": "甲某某" })
}

pub fn disclosure(on: u16) -> Value {
    json!({ "on": day(on) })
}

pub fn execution(on: u16, yuan: u32) -> Value {
    json!({
        "on": day(on), "paid": yuan.to_string(), "complete": "1", "text.manner": "自动履行。",
    })
}

pub fn closing(on: u16, head: &str) -> Value {
    json!({ "on": day(on), "approved_by": head, "text.summary": "已履行完毕。" })
}
