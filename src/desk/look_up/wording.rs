//! Records in words: titles, labels, and facts and private values in the order of their forms.

use super::{Names, day_words};
use crate::{
    base::{Moment, Money, PersonId},
    desk::{Error, House, disclose, file},
    law::{
        act::Penalty,
        forms::{FieldSpec, Input, Source},
        listed::Listed,
        words,
    },
    store::Db,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A labelled value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Line {
    /// Path of the field or name of the fact.
    pub path: String,
    /// Label in Chinese.
    pub label: String,
    /// Value in words.
    pub value: String,
}

/// The first sixteen hex digits in groups of four, for people to compare by eye.
pub fn fingerprint(hex: &str) -> String {
    let digits: Vec<char> = hex.chars().take(16).collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The title of a kind of record; kinds the machine makes have no form.
pub fn title(house: &House, kind: &str) -> String {
    match kind {
        "custody" => "附件入库".into(),
        kind => house.rulebook.title(kind).to_owned(),
    }
}

/// A record's facts and private values in the order of its form.
pub fn lines(
    db: &mut Db,
    house: &House,
    names: &mut Names,
    filed: &file::Filed,
) -> Result<Vec<Line>, Error> {
    let kind = filed.payload.kind.as_str();
    let mut lines = Vec::new();
    if let Some(spec) = house.rulebook.form(kind) {
        for field in &spec.fields {
            let value = if field.private {
                filed.value(&field.path).map(str::to_owned)
            } else {
                let fact = filed.payload.facts.get(&field.path);
                fact.map(|fact| fact_words(db, house, names, field, fact)).transpose()?
            };
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                lines.push(Line { path: field.path.clone(), label: field.label.clone(), value });
            }
        }
    }
    for field in &filed.fields {
        let known = lines.iter().any(|line| line.path == field.path);
        if !known {
            let label = field_label(&field.path);
            lines.push(Line { path: field.path.clone(), label, value: field.value.clone() });
        }
    }
    Ok(lines)
}

fn field_label(path: &str) -> String {
    let item = path.strip_prefix(disclose::SHOWN);
    match (path, item) {
        ("case.number", _) => "案件编号".into(),
        ("exhibit.name", _) => "文件名".into(),
        (_, Some("text.reason")) => "向社会说明的理由".into(),
        (_, Some(item)) => format!("公示：{}", disclose::label(item)),
        (path, None) => disclose::label(path).to_owned(),
    }
}

fn fact_words(
    db: &mut Db,
    house: &House,
    names: &mut Names,
    field: &FieldSpec,
    fact: &serde_json::Value,
) -> Result<String, Error> {
    use serde_json::Value;
    if let Some(choice) = field.options.iter().find(|choice| fact.as_str() == Some(&choice.value)) {
        return Ok(choice.label.clone());
    }
    if field.path == "listed" {
        let listed: Listed = serde_json::from_value(fact.clone()).map_err(Error::broken)?;
        return Ok(listed.in_words());
    }
    Ok(match fact {
        Value::String(code) if field.options_from == Some(Source::Items) => {
            super::items::named(db, code)?
        }
        Value::Bool(true) => "是".into(),
        Value::Bool(false) => "否".into(),
        Value::String(text) if text.len() == 10 => day_words(text),
        Value::String(text) if field.input == Input::Money => {
            text.parse::<Money>().map_or_else(|_| text.clone(), Money::in_words)
        }
        Value::String(text) if text.parse::<PersonId>().is_ok() => names.of(db, text)?,
        Value::String(text) if field.path == "masking" => {
            let known = house.rulebook.masking_rules().iter().find(|rule| rule.id == *text);
            known.map_or_else(|| text.clone(), |rule| rule.label.clone())
        }
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let words: Result<Vec<_>, _> =
                items.iter().map(|item| fact_words(db, house, names, field, item)).collect();
            words?.join("、")
        }
        Value::Object(map) => match (map.get("kinds"), map.get("person"), map.get("point")) {
            (Some(_), _, _) => {
                let penalty: Penalty =
                    serde_json::from_value(fact.clone()).map_err(Error::broken)?;
                penalty.in_words()
            }
            (_, Some(Value::String(person)), _) => {
                let paper = map.get("certificate").or(map.get("qualification"));
                let paper = paper.and_then(Value::as_str).unwrap_or_default();
                format!("{}（{paper}）", names.of(db, person)?)
            }
            (_, _, Some(Value::String(point))) => {
                let passed = map.get("passed") == Some(&Value::Bool(true));
                let points = house.rulebook.checklist();
                let title = points.iter().find(|p| p.id == *point).map_or(point, |p| &p.title);
                format!("{title}：{}", if passed { "通过" } else { "不通过" })
            }
            _ => fact.to_string(),
        },
        other => other.to_string(),
    })
}

/// `2026年11月21日 09:30` in China.
pub fn moment_words(at: Moment) -> String {
    format!("{} {}", words::day(at.day()), at.clock_time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_compared_by_eye() {
        assert_eq!(fingerprint("9f2c41aa07be5d10ffff"), "9f2c 41aa 07be 5d10");
        assert_eq!(fingerprint("中文"), "中文");
    }
}
