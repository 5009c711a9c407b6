//! Penalty lists: every row has a verdict, no cut or mixed file slips through, and nothing is invented.
//! Here on invented rows, always; in `published.rs` on real lists, where `../shared/data` is there.

mod people;
mod published;

use encoding_rs::GB18030;
use proptest::prelude::*;
use std::collections::BTreeMap;
use zhijian::base::Money;
use zhijian::desk::penalty_list::{Encoding, Entry, List, Row, Subject, Tally, Verdict, read};
use zhijian::law::act::PenaltyKind;

/// Invented rows in the layout of the ministry's quarterly list.
const SAMPLE: &str = "公布批次,区域,企业名称,处罚结果,整改情况\n\
    2031年第一季度虚构名单,甲省,虚构甲污水处理厂,罚款4.54万元。,已整改完成\n\
    2031年第一季度虚构名单,乙省,虚构乙热电有限公司,罚款10万元；按日连续处罚270万元；限制生产。,\n\
    2031年第二季度虚构名单,丙省,虚构丙水务公司,处罚174万元。,\"已整改，\n待验收\"\n\
    2031年第二季度虚构名单,,虚构丁印染厂,责令限期治理。,正在整改\n\
    2031年第二季度虚构名单,丁省,,警告。,正在整改\n\
    2031年第一季度虚构名单,甲省,虚构甲污水处理厂,罚款4.54万元。,已整改完成\n";

fn entries(list: &List) -> Vec<&Entry> {
    list.rows.iter().filter_map(|row| row.entry.as_ref()).collect()
}

/// `field: text` of every doubt of a row.
fn doubts(row: &Row) -> Vec<String> {
    match &row.verdict {
        Verdict::Taken => Vec::new(),
        Verdict::Doubtful(doubts) | Verdict::Refused(doubts) => {
            doubts.iter().map(|doubt| format!("{}: {}", doubt.field, doubt.text)).collect()
        }
    }
}
/// What every list must satisfy, whatever is in it.
fn sane(list: &List) {
    for row in &list.rows {
        assert_eq!(row.entry.is_none(), matches!(row.verdict, Verdict::Refused(_)), "{row:?}");
        assert_eq!(doubts(row).is_empty(), row.verdict == Verdict::Taken, "{row:?}");
        let Some(entry) = &row.entry else { continue };
        assert!(!entry.party.trim().is_empty());
        // Nothing invented: every text of the entry stands in the row.
        let texts = [&entry.document_number, &entry.authority, &entry.penalty_text, &entry.region];
        for text in texts.into_iter().flatten().chain([&entry.party]) {
            assert!(row.cells.iter().any(|(_, cell)| cell.trim() == text), "{text}");
        }
        if list.subject != Subject::Penalty {
            assert!(entry.kinds.is_empty() && entry.fine.is_none(), "{row:?}");
        }
    }
    let mut keys: Vec<_> =
        list.rows.iter().filter(|r| r.entry.is_some()).map(Row::source_digest).collect();
    let taken = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), taken, "two rows taken under one key");
    let tally = list.tally();
    assert_eq!(tally.taken + tally.doubtful, taken);
    assert_eq!(taken + tally.refused, list.rows.len());
}

#[test]
fn an_invented_list() {
    let list = read(SAMPLE.as_bytes()).unwrap();
    sane(&list);
    assert_eq!(
        (list.layout, list.subject, list.encoding),
        ("mee", Subject::Penalty, Encoding::Utf8)
    );
    assert_eq!(list.tally(), Tally { taken: 2, doubtful: 2, refused: 2 });
    assert_eq!(list.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4, 6, 7, 8]);
    let entries = entries(&list);
    assert_eq!(entries[0].fine, Money::from_fen(4_540_000));
    assert_eq!(entries[0].kinds, [PenaltyKind::Fine]);
    assert_eq!(entries[0].decided_on, None);
    assert_eq!(entries[0].authority, None);
    assert_eq!(entries[0].period.as_ref().unwrap().text, "2031年第一季度");
    assert_eq!(entries[1].kinds, [PenaltyKind::Fine, PenaltyKind::RestrictBusiness]);
    assert_eq!(entries[1].daily_fine, Some(Money::from_yuan(2_700_000)));
    assert_eq!(entries[1].rectification, None);
    assert_eq!(entries[2].rectification.as_deref(), Some("已整改，\n待验收"));
    assert_eq!(doubts(&list.rows[2]), ["处罚结果: 原文写“处罚”和金额，没有写“罚款”，按罚款读取"]);
    assert_eq!(doubts(&list.rows[3])[0], "区域: 来源为空白，没有填写");
    assert!(doubts(&list.rows[4])[0].starts_with("企业名称: 是空白"));
    assert_eq!(doubts(&list.rows[5]), ["整行: 与第 2 行完全相同，只取一次"]);
}
/// The same text as bytes of every encoding that is read.
fn encodings(text: &str) -> Vec<Vec<u8>> {
    let units: Vec<u16> = std::iter::once(0xFEFF).chain(text.encode_utf16()).collect();
    vec![
        text.as_bytes().to_vec(),
        ["\u{FEFF}", text].concat().into_bytes(),
        GB18030.encode(text).0.into_owned(),
        units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ]
}

#[test]
fn every_encoding_and_spelling_gives_the_same_keys() {
    let want = read(SAMPLE.as_bytes()).unwrap().rows;
    for bytes in encodings(SAMPLE) {
        assert_eq!(read(&bytes).unwrap().rows, want);
    }
    let keys = |rows: &[Row]| rows.iter().map(Row::source_digest).collect::<Vec<_>>();
    let tabs = "整改情况\t企业名称 \t*公布批次\t区域\t处罚结果\r\n\
        已整改完成\t虚构甲污水处理厂\t2031年第一季度虚构名单\t\"甲省\"\t罚款4.54万元。 \r\n";
    assert_eq!(keys(&read(tabs.as_bytes()).unwrap().rows), keys(&want[..1]));
}

/// Cuts a file after every byte: it is refused, or its rows are a beginning of the whole file's.
fn cut_everywhere(whole: &[u8]) {
    let all: Vec<Row> = read(whole).unwrap().rows;
    for end in 0..whole.len() {
        let Ok(list) = read(&whole[..end]) else { continue };
        for (row, want) in list.rows.iter().zip(&all) {
            assert!(row.entry.is_none() || row == want, "cut at {end}: {row:?}");
        }
        let taken = list.rows.iter().filter(|row| row.entry.is_some()).count();
        let before = whole[..end].iter().filter(|byte| **byte == b'\n').count();
        assert!(taken <= before, "cut at {end}: {taken} rows of {before} lines");
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_or_gives_whole_rows() {
    for bytes in encodings(SAMPLE) {
        cut_everywhere(&bytes);
    }
}

#[test]
fn a_cut_within_a_character_is_named() {
    let gb = GB18030.encode(SAMPLE).0;
    let at = gb.len() - "\n".len();
    let fault = read(&gb[..at - 1]).unwrap_err();
    assert_eq!((fault.line, fault.byte), (Some(8), Some(at - 2)));
    assert!(fault.text.contains("截断") && fault.text.contains("没有导入任何一行"), "{fault}");
}

#[test]
fn files_that_are_no_list_are_refused_in_words() {
    let lines: Vec<&str> = SAMPLE.split_inclusive('\n').collect();
    let gb = |text: &str| GB18030.encode(text).0.into_owned();
    let mixed = [lines[0].as_bytes(), lines[1].as_bytes(), &gb(lines[2])].concat();
    let fault = read(&mixed).unwrap_err();
    assert_eq!(fault.line, Some(3));
    assert!(fault.text.contains("混用"), "{fault}");
    let mixed = [&gb(lines[0]), &gb(lines[1])[..], lines[2].as_bytes()].concat();
    let fault = read(&mixed).unwrap_err();
    assert_eq!(fault.line, Some(3));
    for (bytes, words) in [
        (&b""[..], "空的"),
        (b"<!DOCTYPE html><table><tr><td>a</td></tr></table>", "网页"),
        (b"PK\x03\x04\x14\0", "xlsx"),
        ("甲,乙\n1,2\n".as_bytes(), "表头不认识"),
        ("区域,企业名称,整改情况\n".as_bytes(), "缺少“公布批次、处罚结果”"),
        ("公布批次,区域,企业名称,处罚结果\n一,二,\"三,四\n".as_bytes(), "没有闭合"),
        ("{\"rows\": [{\"CF_WSH\": \"a\"}".as_bytes(), "截断"),
        (b"\xFF\xFE\0\0a\0\0\0", "UTF-32"),
    ] {
        let fault = read(bytes).unwrap_err();
        assert!(fault.text.contains(words), "{fault}");
        assert!(fault.text.contains("没有导入任何一行"), "{fault}");
    }
}

/// One row in the exchange layout, with these cells instead of sound ones.
fn exchange(cells: &[(&str, &str)]) -> Row {
    let mut row = BTreeMap::from([
        ("CF_WSH", "虚市监处罚〔2031〕1号"),
        ("CF_XDR_MC", "虚构甲有限公司"),
        ("CF_XDR_LB", "法人及非法人组织"),
        ("CF_XDR_SHXYM", "91350100M000100Y43"),
        ("CF_WFXW", "虚构行为"),
        ("CF_SY", "虚构事实"),
        ("CF_YJ", "《虚构办法》第一条"),
        ("CF_CFLB", "罚款;没收违法所得"),
        ("CF_NR", "没收违法所得289元，罚款人民币贰仟元整"),
        ("CF_NR_FK", "0.2"),
        ("CF_NR_WFFF", "0.0289"),
        ("CF_JDRQ", "2031/10/9"),
        ("CF_CFJG", "虚构市监局"),
        ("BZ", ""),
    ]);
    row.extend(cells.iter().copied());
    let names: Vec<&str> = row.keys().copied().collect();
    let quoted = |value: &&str| format!("\"{}\"", value.replace('"', "\"\""));
    let values: Vec<String> = row.values().map(quoted).collect();
    let list = read(format!("{}\n{}\n", names.join(","), values.join(",")).as_bytes()).unwrap();
    sane(&list);
    list.rows.into_iter().next().unwrap()
}

#[test]
fn a_sound_exchange_row_is_taken_and_form_does_not_matter() {
    let row = exchange(&[]);
    assert_eq!(doubts(&row), Vec::<String>::new());
    let entry = row.entry.as_ref().unwrap();
    assert_eq!(entry.kinds, [PenaltyKind::Fine, PenaltyKind::ConfiscateIncome]);
    assert_eq!(
        (entry.fine, entry.confiscated),
        (Some(Money::from_yuan(2000)), Some(Money::from_yuan(289)))
    );
    let members: Vec<_> =
        row.cells.iter().map(|(name, value)| format!("{name:?}:{value:?}")).collect();
    let json = read(format!("[{{\"ID\":7,{}}}]", members.join(",")).as_bytes()).unwrap();
    assert_eq!(json.rows[0].source_digest(), row.source_digest());
    assert_eq!(json.rows[0].entry.as_ref().unwrap().fine, entry.fine);
}

#[test]
fn each_fault_of_a_row_names_its_field() {
    let long = "某".repeat(40_000);
    for (name, value, refused) in [
        ("CF_CFJG", "", false),
        ("CF_JDRQ", "Oct-17", false),
        ("CF_JDRQ", "43017", false),
        ("CF_JDRQ", "1900/1/1", false),
        ("CF_NR_FK", "2000", false),
        ("CF_NR_FK", "0.2万", false),
        ("CF_NR_FK", "-0.2", false),
        ("CF_NR_FK", "0.0000001", false),
        ("CF_XDR_SHXYM", "9.1350E+17", false),
        ("CF_XDR_SHXYM", "91350100M000100Y44", false),
        ("CF_XDR_LB", "企业", false),
        ("CF_CFLB", "警告", false),
        ("CF_WSH", "虚市监处罚〔2О31〕1号", false),
        ("CF_XDR_MC", "虚构\u{202E}甲有限公司", false),
        ("CF_XDR_MC", "<b>虚构甲</b>", false),
        ("BZ", "=HYPERLINK(\"x\")", false),
        ("CF_SY", "#N/A", false),
        ("CF_XDR_MC", "", true),
        ("CF_XDR_MC", "虚构\0甲", true),
        ("CF_SY", &long, true),
    ] {
        let row = exchange(&[(name, value)]);
        assert_eq!(row.entry.is_none(), refused, "{name}={value}");
        let fields: Vec<_> =
            doubts(&row).iter().map(|d| d.split_once(": ").unwrap().0.to_owned()).collect();
        assert!(fields.iter().any(|field| field == name), "{name}={value}: {fields:?}");
        let published = row.cells.iter().find(|(header, _)| header == name).unwrap();
        assert_eq!(published.1, value);
        if let (Some(entry), "CF_JDRQ") = (&row.entry, name) {
            assert_eq!(entry.decided_on, None);
        }
        if let (Some(entry), "CF_NR_FK") = (&row.entry, name) {
            assert_eq!(entry.fine, None, "{value}");
        }
    }
}

#[test]
fn rows_of_another_width_and_blank_rows_are_refused_alone() {
    let text = format!("{SAMPLE}甲,乙\n,,,,\n甲,乙,丙,罚款1元,,,\n丁,戊,己,罚款1元,庚");
    let list = read(text.as_bytes()).unwrap();
    sane(&list);
    let last: Vec<String> = list.rows[6..].iter().flat_map(doubts).collect();
    assert!(last[0].contains("有 2 列") && last[1].contains("空行") && last[2].contains("有 7 列"));
    assert!(last[3].contains("可能被截断") && last.len() == 4, "{last:?}");
    assert_eq!(list.tally().taken, 2);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn any_damage_is_survived(at in 0usize..600, byte in any::<u8>(), which in 0usize..5) {
        let mut bytes = encodings(SAMPLE).swap_remove(which);
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(list) = read(&bytes) {
            sane(&list);
        }
    }

    #[test]
    fn any_cells_are_survived(cells in prop::collection::vec(any::<String>(), 5)) {
        let quoted: Vec<_> = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
        let text = format!("公布批次,区域,企业名称,处罚结果,整改情况\n{}\n", quoted.join(","));
        if let Ok(list) = read(text.as_bytes()) {
            sane(&list);
            prop_assert_eq!(list.rows.len(), 1);
            let values: Vec<_> = list.rows[0].cells.iter().map(|(_, value)| value).collect();
            prop_assert_eq!(values, cells.iter().collect::<Vec<_>>());
        }
    }
}
