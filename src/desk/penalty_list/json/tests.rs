//! The JSON reader against `serde_json`, and what it refuses.

use super::super::decode::decode;
use super::*;
use proptest::prelude::*;
use serde_json::Value as Oracle;

fn read(text: &str) -> Result<Table, Unreadable> {
    table(&decode(text.as_bytes()).unwrap())
}

fn same(ours: &Value, oracle: &Oracle) -> bool {
    match (ours, oracle) {
        (Value::Scalar(a), Oracle::String(b)) => a == b,
        (Value::Scalar(a), Oracle::Null) => a.is_empty(),
        (Value::Scalar(a), Oracle::Bool(b)) => *a == b.to_string(),
        (Value::Scalar(a), Oracle::Number(b)) => a.parse::<f64>().ok() == b.as_f64(),
        (Value::Array(a), Oracle::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Oracle::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|o| same(v, o)))
        }
        _ => false,
    }
}

fn any_json() -> impl Strategy<Value = Oracle> {
    let leaf = prop_oneof![
        Just(Oracle::Null),
        any::<bool>().prop_map(Oracle::from),
        any::<i64>().prop_map(Oracle::from),
        any::<String>().prop_map(Oracle::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Oracle::from),
            prop::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|m| Oracle::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_serde_json_reads(value in any_json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let ours = Reader { text: &text, at: 0 }.document().unwrap();
            prop_assert!(same(&ours, &value), "{text}");
        }
    }

    #[test]
    fn takes_no_text_serde_json_refuses(text in "[\\[\\]{}:,\"0-9eE.+\\-a-z\\\\ ]{0,24}") {
        if (Reader { text: &text, at: 0 }).document().is_ok() {
            // Out of range for a float is still JSON.
            let fault = serde_json::from_str::<Oracle>(&text).err().map(|e| e.to_string());
            prop_assert!(fault.is_none_or(|f| f.contains("out of range")), "{text}");
        }
    }
}

#[test]
fn rows_digits_and_totals() {
    let table =
        read("{\"total\": 3,\n \"rows\": [\n{\"a\":\"x\",\"b\":0.20},\n{\"b\":null}]}").unwrap();
    assert_eq!(table.header, ["a", "b"]);
    assert_eq!(table.records[0].cells, ["x", "0.20"]);
    assert_eq!(table.records[1].cells, ["", ""]);
    assert_eq!((table.records[0].line, table.records[1].line), (1, 2));
    assert_eq!(table.notes, ["文件自称共 3 条，实有 2 条"]);
}

#[test]
fn faults_of_rows_and_of_the_file() {
    let table = read(r#"[{"a":1,"a":2},{"a":[1]},7]"#).unwrap();
    assert!(table.records.iter().all(|record| record.fault.is_some()));
    let cut = read("[{\"a\":1},\n{\"a\":").err().unwrap();
    assert_eq!((cut.line, cut.byte), (Some(2), Some(15)));
    assert!(cut.text.contains("截断"), "{cut}");
    assert!(read(r#"{"x":[{}],"y":[{}]}"#).is_err());
    assert!(read(&"[".repeat(100_000)).is_err());
}
