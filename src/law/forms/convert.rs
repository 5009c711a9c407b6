//! From form strings to typed facts and private values. Trims nothing a person wrote; refuses NUL.

use super::{FieldSpec, FormSpec, Input};
use crate::base::{Day, Money};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A form's answer that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormFault {
    /// Form name of the control at fault.
    pub path: String,
    /// What is wrong, in Chinese.
    pub text: String,
}

type Values = BTreeMap<String, Vec<String>>;

/// Public facts, and private `(path, value)` pairs.
pub type Answers = (Map<String, Value>, Vec<(String, String)>);

impl FormSpec {
    /// Reads the typed answers of this form.
    ///
    /// Returns the public facts without those the server fills ([`FormSpec::filled`]), and the
    /// private `(path, value)` pairs in form order, blank ones left out. Names the form does not
    /// know are ignored. Private text is kept to the last byte.
    ///
    /// # Errors
    /// Every fault of every field at once, in form order.
    pub fn facts(&self, values: &Values) -> Result<Answers, Vec<FormFault>> {
        let mut facts = Map::new();
        let mut private = Vec::new();
        let mut faults = Vec::new();
        for field in &self.fields {
            let read = Reader { field, values };
            match read.value() {
                Ok(None) => {}
                Ok(Some(Value::String(text))) if field.private => {
                    private.push((field.path.clone(), text));
                }
                Ok(Some(value)) => {
                    facts.insert(field.path.clone(), value);
                }
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() { Ok((facts, private)) } else { Err(faults) }
    }
}

struct Reader<'a> {
    field: &'a FieldSpec,
    values: &'a Values,
}

type Read = Result<Option<Value>, Vec<FormFault>>;

impl Reader<'_> {
    fn value(&self) -> Read {
        let path = self.field.path.as_str();
        if self.field.filled && self.field.input != Input::Text {
            return Ok(None);
        }
        match self.field.input {
            Input::Server => Ok(None),
            Input::Check => Ok(Some(json!(self.ticked(path)))),
            Input::Multiselect | Input::People => self.several(path).map(|all| Some(json!(all))),
            Input::Penalty => self.penalty(),
            Input::Findings => self.findings(),
            _ => self.one(path),
        }
    }

    /// Inputs of one string.
    fn one(&self, path: &str) -> Read {
        let text = self.first(path);
        if text.trim().is_empty() {
            return match self.field.required && !self.field.filled {
                true => self.fault(path, "请填写此项"),
                false => Ok(None),
            };
        }
        self.check_text(path, text)?;
        let said = |value: Option<Value>, wrong: &str| match value {
            Some(value) => Ok(Some(value)),
            None => self.fault(path, wrong),
        };
        match self.field.input {
            Input::Date => {
                said(parse_day(text).map(|day| json!(day)), "日期应写作2026-11-20，且须真实存在")
            }
            Input::Money => said(parse_money(text).map(|money| json!(money)), MONEY_WRONG),
            Input::Number => said(
                fold(text).trim().parse::<u32>().ok().map(|n| json!(n)),
                "请填写不小于零的整数",
            ),
            Input::Select => match self.offers(text) {
                true => Ok(Some(json!(text))),
                false => self.fault(path, "所选项不在可选范围内"),
            },
            _ => Ok(Some(json!(text))),
        }
    }

    fn several(&self, path: &str) -> Result<Vec<String>, Vec<FormFault>> {
        let mut chosen: Vec<String> = Vec::new();
        for text in self.values.get(path).into_iter().flatten() {
            if text.trim().is_empty() {
                continue;
            }
            self.check_text(path, text)?;
            if !self.offers(text) {
                return self.fault(path, "所选项不在可选范围内").map(|_: Option<Value>| Vec::new());
            }
            if !chosen.contains(text) {
                chosen.push(text.clone());
            }
        }
        if chosen.is_empty() && self.field.required {
            return self.fault(path, "请至少选择一项").map(|_: Option<Value>| Vec::new());
        }
        Ok(chosen)
    }

    fn penalty(&self) -> Read {
        let mut faults = Vec::new();
        let mut amount = |part: &str| {
            let path = format!("{}.{part}", self.field.path);
            let text = self.first(&path);
            let money = if text.trim().is_empty() { Some(Money::ZERO) } else { parse_money(text) };
            money.unwrap_or_else(|| {
                faults.push(FormFault { path, text: MONEY_WRONG.to_owned() });
                Money::ZERO
            })
        };
        let (fine, confiscated) = (amount("fine"), amount("confiscated"));
        let kinds = self.several(&format!("{}.kinds", self.field.path)).unwrap_or_else(|found| {
            faults.extend(found);
            Vec::new()
        });
        match faults.is_empty() {
            true => Ok(Some(json!({ "kinds": kinds, "fine": fine, "confiscated": confiscated }))),
            false => Err(faults),
        }
    }

    fn findings(&self) -> Read {
        let mut findings = Vec::new();
        let mut faults = Vec::new();
        for option in &self.field.options {
            let path = format!("{}.{}", self.field.path, option.value);
            match self.first(&path) {
                "pass" => findings.push(json!({ "point": option.value, "passed": true })),
                "fail" => findings.push(json!({ "point": option.value, "passed": false })),
                _ => faults.push(FormFault {
                    path, text: "请选择“通过”或者“不通过”".to_owned()
                }),
            }
        }
        if faults.is_empty() { Ok(Some(Value::Array(findings))) } else { Err(faults) }
    }

    fn ticked(&self, path: &str) -> bool {
        !matches!(self.first(path).trim(), "" | "0" | "false" | "off" | "否")
    }

    fn first(&self, path: &str) -> &str {
        self.values.get(path).and_then(|all| all.first()).map_or("", String::as_str)
    }

    fn offers(&self, text: &str) -> bool {
        let options = &self.field.options;
        options.is_empty() || options.iter().any(|option| option.value == text)
    }

    fn check_text(&self, path: &str, text: &str) -> Result<(), Vec<FormFault>> {
        if text.contains('\0') {
            return self.fault(path, "内容含有无法保存的空字符（NUL），请删去后重填").map(drop);
        }
        let (count, most) = (text.chars().count(), self.field.max_chars);
        if count > most {
            return self.fault(path, &format!("内容共{count}字，最多{most}字")).map(drop);
        }
        Ok(())
    }

    fn fault(&self, path: &str, text: &str) -> Read {
        Err(vec![FormFault {
            path: path.to_owned(),
            text: format!("{}：{text}", self.field.label),
        }])
    }
}

const MONEY_WRONG: &str = "金额应为不小于零的数字，以元为单位，最多两位小数，例如12000或者1.2万元";

/// Full-width forms and other compatibility digits to ASCII, for values a machine reads.
fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfkc().collect()
}

pub(in crate::law) fn parse_day(text: &str) -> Option<Day> {
    let folded = fold(text);
    let text = folded.trim();
    let parts: Vec<&str> = match text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        true => vec![text.get(..4)?, text.get(4..6)?, text.get(6..)?],
        false => text.trim_end_matches('日').split(['-', '/', '.', '年', '月']).collect(),
    };
    let [year, month, day] = parts.as_slice() else { return None };
    if year.len() != 4 || [year, month, day].iter().any(|p| p.bytes().any(|b| !b.is_ascii_digit()))
    {
        return None;
    }
    let day = Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (1900..3000).contains(&day.year()).then_some(day)
}

pub(in crate::law) fn parse_money(text: &str) -> Option<Money> {
    let folded = fold(text);
    let text = folded.trim().trim_start_matches('¥').trim();
    let (number, unit) = if let Some(number) = text.strip_suffix("万元").or(text.strip_suffix('万'))
    {
        (number, 1_000_000)
    } else {
        (text.strip_suffix('元').unwrap_or(text), 100)
    };
    Money::parse_decimal(&ungrouped(number.trim())?, unit)
}

/// Removes thousands separators; `None` when they stand in odd places, as in `1,2`.
fn ungrouped(number: &str) -> Option<String> {
    if !number.contains(',') {
        return Some(number.to_owned());
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    if !(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3) {
        return None;
    }
    let whole: String = whole.split(',').collect();
    Some(if number.contains('.') { format!("{whole}.{fraction}") } else { whole })
}
