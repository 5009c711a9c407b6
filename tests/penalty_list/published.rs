//! Real lists: kinds and fines agree with the gold file on every row, and the verdicts of the others are pinned.

use super::{cut_everywhere, doubts, entries, exchange, sane};
use std::collections::BTreeMap;
use zhijian::base::Money;
use zhijian::desk::penalty_list::{Encoding, List, Row, Tally, Verdict, read};
use zhijian::law::act::{PartyKind, PenaltyKind};

/// A file of the shared data, or `None` with a printed line.
fn shared(path: &str) -> Option<Vec<u8>> {
    let full = format!("{}/../shared/data/{path}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&full).ok();
    if bytes.is_none() {
        println!("skipped: {full} is absent");
    }
    bytes
}
fn yuan(money: Option<Money>) -> String {
    money.map(|money| money.to_string().trim_end_matches(".00").to_owned()).unwrap_or_default()
}

#[test]
fn gold_kinds_and_fines_agree_on_all_rows() {
    let Some(bytes) = shared("penalties/mee_2017_q1_q3.csv") else { return };
    let Some(gold) = shared("penalties/mee_2017_q1_q3_gold.csv") else { return };
    let list = read(&bytes).unwrap();
    sane(&list);
    assert_eq!(list.rows.len(), 126);
    let mut gold = csv::Reader::from_reader(gold.as_slice());
    let mut compared = 0;
    for (record, row) in gold.records().map(Result::unwrap).zip(&list.rows) {
        let entry = row.entry.as_ref().expect("no row of this list is refused");
        let names: Vec<&str> = entry.measures.iter().map(|m| m.name.as_str()).collect();
        let ours = [entry.party.clone(), names.join(";"), yuan(entry.fine), yuan(entry.daily_fine)];
        let theirs: Vec<&str> = record.iter().skip(1).collect();
        assert_eq!(
            ours.iter().map(String::as_str).collect::<Vec<_>>(),
            theirs,
            "row {}",
            &record[0]
        );
        assert!(entry.decided_on.is_none() && entry.confiscated.is_none());
        compared += 1;
    }
    assert_eq!(compared, 126);
    let odd: Vec<_> = list.rows.iter().filter(|row| row.verdict != Verdict::Taken).collect();
    assert!(odd.iter().any(|row| doubts(row)[0].contains("没有写“罚款”")));
    // Orders alone are no penalties of art. 9, and are said to be so.
    let orders = |row: &&&Row| doubts(row)[0].contains("第二十八条");
    assert_eq!((odd.len(), odd.iter().filter(orders).count()), (13, 12));
}

/// Counts of doubts by field and text with the quoted value taken out.
fn reasons(list: &List) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for doubt in list.rows.iter().flat_map(doubts) {
        let (field, text) = doubt.split_once(": ").unwrap();
        let text = match (text.find('“'), text.rfind('”')) {
            (Some(from), Some(to)) => format!("{}“…{}", &text[..from], &text[to..]),
            _ => text.to_owned(),
        };
        *out.entry(format!("{field}: {text}")).or_default() += 1;
    }
    out
}

#[test]
fn other_real_lists_get_these_verdicts() {
    let mut out = String::new();
    for name in [
        "suzhou_admin_violations_train.csv",
        "suzhou_tax_arrears_train.csv",
        "suzhou_abnormal_taxpayers_train.csv",
        "ecommerce_dishonest_500.csv",
        "shuanggongshi_cf_sample.json",
    ] {
        let Some(bytes) = shared(&format!("penalties/{name}")) else { return };
        let list = read(&bytes).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        sane(&list);
        let Tally { taken, doubtful, refused } = list.tally();
        out += &format!("{name} {taken} {doubtful} {refused}\n");
        for (reason, count) in reasons(&list) {
            out += &format!("  {count} {reason}\n");
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn spreadsheet_months_are_never_days() {
    let Some(bytes) = shared("penalties/suzhou_tax_arrears_train.csv") else { return };
    let list = read(&bytes).unwrap();
    assert_eq!(list.rows.len(), 4316);
    for row in &list.rows {
        assert!(doubts(row).iter().any(|doubt| doubt.starts_with("具体日期: ")), "{row:?}");
        let entry = row.entry.as_ref().unwrap();
        assert!(entry.decided_on.is_none() && entry.period.is_none());
        assert!(row.cells.iter().any(|(name, value)| name == "具体日期" && value.contains('-')));
    }
}

#[test]
fn the_exchange_record_is_read_field_by_field() {
    let Some(bytes) = shared("penalties/shuanggongshi_cf_sample.json") else { return };
    let list = read(&bytes).unwrap();
    let entry = entries(&list)[0];
    assert_eq!(entry.document_number.as_deref(), Some("市场【2019】1号"));
    assert_eq!(entry.fine, Some(Money::from_yuan(2000)));
    assert_eq!(entry.kinds, [PenaltyKind::Fine]);
    assert_eq!(entry.party_kind, Some(PartyKind::Organisation));
    assert_eq!(entry.decided_on.unwrap().to_string(), "2019-10-10");
    assert_eq!(entry.show_until.unwrap().to_string(), "2020-10-17");
    assert_eq!(entry.confiscated, None);
    // The legal representative's name is kept apart from what may be shown.
    assert!(entry.private.iter().any(|(name, _)| name == "CF_FRDB"));
    assert!(entry.extra.iter().all(|(name, _)| name != "CF_FRDB"));
}

#[test]
fn published_encodings_give_the_same_rows() {
    let Some(plain) = shared("penalties/mee_2017_q1_q3.csv") else { return };
    let want = read(&plain).unwrap();
    for (path, encoding) in [
        ("encodings/mee_gb18030_crlf.csv", Encoding::Gb18030),
        ("encodings/mee_utf8_bom_crlf.csv", Encoding::Utf8),
    ] {
        let Some(bytes) = shared(path) else { return };
        let list = read(&bytes).unwrap();
        assert_eq!(list.encoding, encoding);
        assert_eq!(list.rows, want.rows);
    }
}

#[test]
fn a_published_file_cut_anywhere_is_refused_or_gives_whole_rows() {
    let Some(bytes) = shared("encodings/mee_gb18030_crlf.csv") else { return };
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').take(4);
    cut_everywhere(&lines.flatten().copied().collect::<Vec<_>>());
}

#[test]
fn naughty_strings_are_survived_in_every_column() {
    let Some(bytes) = shared("adversarial/blns.json") else { return };
    let strings: Vec<String> = serde_json::from_slice(&bytes).unwrap();
    const COLUMNS: [&str; 7] =
        ["CF_WSH", "CF_XDR_MC", "CF_NR", "CF_NR_FK", "CF_CFLB", "CF_JDRQ", "CF_XDR_SHXYM"];
    for naughty in &strings {
        let row = exchange(&COLUMNS.map(|name| (name, naughty.as_str())));
        let kept = row.cells.iter().filter(|(_, value)| value == naughty).count();
        assert!(kept >= COLUMNS.len(), "{naughty:?}");
    }
}
