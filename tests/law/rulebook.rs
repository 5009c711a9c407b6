//! The configuration: complete, sourced, and a slip in it names its file and key.

use super::story::{CALENDAR, RULES, decision, fine, ready, record, zhijian_day};
use zhijian::base::Money;
use zhijian::law::act::{PartyKind, Penalty, PenaltyKind};
use zhijian::law::clock::{self, Unit};
use zhijian::law::procedure::{self, CaseState};
use zhijian::law::rulebook::Rulebook;
use zhijian::law::{builtin_files, major, rule};

fn changed(file: &str, from: &str, to: &str) -> String {
    let files: Vec<(&str, String)> = builtin_files()
        .iter()
        .map(|(name, text)| match *name == file {
            true => {
                assert!(text.contains(from), "{file} has no {from}");
                (*name, text.replacen(from, to, 1))
            }
            false => (*name, (*text).to_owned()),
        })
        .collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Rulebook::from_toml(&files).map(drop).unwrap_err().to_string()
}

#[test]
fn slips_name_file_and_key() {
    let slips = [
        ("law/rules.toml", "valid_from", "valid_form", "valid_form"),
        ("law/rules.toml", "id = \"penalty-42\"", "id = \"penalty-42x\"", "penalty-42 is missing"),
        ("law/checklist.toml", "id = \"powers\"", "id = \"capacity\"", "capacity is defined twice"),
        ("law/records.toml", "kind = \"interview\"", "kind = \"chat\"", "interview is missing"),
        ("law/records.toml", "signers = 2", "signers = 3", "inspection.signers"),
        ("law/records.toml", "input = \"long\"", "input = \"essay\"", "essay"),
        ("law/records.toml", "path = \"party.name\"", "path = \"party_name\"", "filing.party_name"),
        ("law/lists.toml", "label = \"书证\"", "lable = \"书证\"", "lable"),
        ("region/guangdong.toml", "amount = \"5000.00\"", "amount = 5000", "amount"),
        ("region/guangdong.toml", "[periods.review]", "[periods.reveiw]", "review"),
        (
            "region/samr.toml",
            "\"samr-disclosure-8\"",
            "\"samr-disclosure-9\"",
            "samr-disclosure-9 is missing",
        ),
        ("region/samr.toml", "id = \"samr\"", "id = \"guangdong\"", "guangdong is defined twice"),
    ];
    for (file, from, to, wanted) in slips {
        let fault = changed(file, from, to);
        let place = file.split('/').next().unwrap();
        assert!(fault.contains(wanted) && fault.contains(place), "{from}: {fault}");
    }
}

#[test]
fn every_cited_rule_has_text_and_source() {
    for id in rule::ALL {
        let found = RULES.rule(id);
        assert_eq!(&found.id, id);
        assert!(!found.text.is_empty() && !found.source.is_empty() && !found.article.is_empty());
    }
    assert_eq!(RULES.rule("nonsense").article, "未收录的规则");
    assert!(RULES.rule_on("penalty-42", zhijian_day(2021, 714)).is_none());
    assert!(RULES.rule_on("penalty-42", zhijian_day(2021, 715)).is_some());
    assert_eq!(RULES.checklist().len(), 9);
    assert_eq!(RULES.evidence_kinds().len(), 8);
}

fn amounts(pack: &str, penalty: &Penalty, party: PartyKind, year: i16) -> usize {
    let (pack, on) = (RULES.pack(pack).unwrap(), zhijian_day(year, 601));
    major::reasons_on(pack, penalty, party, &CaseState::default(), on).len()
}

#[test]
fn thresholds_include_their_figure_and_change_with_the_day() {
    use PartyKind::{Household, Organisation, Person};
    let below = Penalty { fine: Money::from_fen(9_999_999).unwrap(), ..fine(1) };
    assert_eq!(amounts("guangdong", &fine(100_000), Organisation, 2026), 1);
    assert_eq!(amounts("guangdong", &below, Organisation, 2026), 0);
    assert_eq!(amounts("guangdong", &fine(50_000), Organisation, 2022), 0);
    assert_eq!(amounts("guangdong", &fine(50_000), Organisation, 2021), 1);
    assert_eq!(amounts("guangdong", &fine(5_000), Person, 2026), 1);
    assert_eq!(amounts("guangdong", &fine(5_000), Household, 2026), 1);
    assert_eq!(amounts("samr", &fine(9_999), Person, 2026), 0);
    assert_eq!(amounts("samr", &fine(10_000), Person, 2026), 1);
    let confiscate = Penalty {
        kinds: vec![PenaltyKind::ConfiscateGoods],
        confiscated: Money::from_yuan(100_000),
        ..Penalty::default()
    };
    assert_eq!(amounts("guangdong", &confiscate, Organisation, 2026), 1);
    let close = Penalty { kinds: vec![PenaltyKind::Close], ..Penalty::default() };
    assert_eq!(amounts("guangdong", &close, Organisation, 2026), 1);
    assert_eq!(amounts("guangdong", &Penalty::default(), Person, 2026), 0);
}

#[test]
fn display_ends_by_kind_and_day() {
    let gd = RULES.pack("guangdong").unwrap();
    let samr = RULES.pack("samr").unwrap();
    let only = |kind| Penalty { kinds: vec![kind], ..Penalty::default() };
    let on = zhijian_day(2026, 601);
    assert_eq!(gd.show_until(&only(PenaltyKind::Warning), on), Some(zhijian_day(2026, 901)));
    assert_eq!(gd.show_until(&fine(1), on), Some(zhijian_day(2027, 601)));
    assert_eq!(gd.show_until(&only(PenaltyKind::RevokeLicence), on), Some(zhijian_day(2029, 601)));
    assert_eq!(gd.show_until(&fine(1), zhijian_day(2026, 331)), Some(zhijian_day(2029, 331)));
    assert_eq!(samr.show_until(&fine(4_999), on), Some(zhijian_day(2026, 901)));
    assert_eq!(samr.show_until(&fine(5_000), on), Some(zhijian_day(2029, 601)));
    assert_eq!(gd.show_until(&Penalty::default(), on), Some(zhijian_day(2027, 601)));
    assert_eq!(gd.disclosure_period("penalty").n, 7);
    assert_eq!(gd.disclosure_period("inspection").n, 20);
    assert_eq!(samr.disclosure_period("penalty").n, 20);
}

/// 118 item 6: seven working days for penalties and licences, twenty for every other act; market regulation has its
/// own twenty for penalties. Counted over the National Day span of 2026, with the make-up day of 10 October.
#[test]
fn a_decision_is_due_in_public_after_seven_or_twenty_working_days() {
    let due = |pack: &str, act: &str| {
        let period = RULES.pack(pack).unwrap().disclosure_period(act).clone();
        assert!(period.sure, "{pack} {act}: {}", period.source);
        let decided = zhijian_day(2026, 928);
        let end = clock::deadline(&CALENDAR, decided, period.n, period.unit, &[]);
        assert!(!end.provisional);
        (period.n, period.unit, end.due)
    };
    let seven = (7, Unit::Working, zhijian_day(2026, 1013));
    let twenty = (20, Unit::Working, zhijian_day(2026, 1030));
    for (act, in_guangdong, in_samr) in [
        ("penalty", seven, twenty),
        ("licence", seven, seven),
        ("coercion", twenty, twenty),
        ("inspection", twenty, twenty),
        ("levy", twenty, twenty),
        ("other", twenty, twenty),
    ] {
        assert_eq!((due("guangdong", act), due("samr", act)), (in_guangdong, in_samr), "{act}");
    }
    let rule = RULES.rule(rule::DISCLOSE);
    assert_eq!(rule.article, "国办发〔2018〕118号第六项");
    for words in ["行政许可、行政处罚", "七个工作日", "其他执法决定信息", "二十个工作日"]
    {
        assert!(rule.text.contains(words), "{}", rule.text);
    }
}

/// The clerk's clock of a decided case says the same, with the article and the day.
#[test]
fn the_clock_of_a_decision_counts_over_a_holiday() {
    let mut story = ready();
    story.tell(decision(928, fine(120_000), Some(record(6))));
    for (pack, length, due, article) in [
        ("guangdong", "7个工作日", 1013, "国办发〔2018〕118号第六项"),
        ("samr", "20个工作日", 1030, "《市场监督管理行政处罚信息公示规定》第八条"),
    ] {
        let pack = RULES.pack(pack).unwrap();
        let clocks = procedure::clocks(&RULES, &CALENDAR, pack, &story.state);
        let clock = clocks.iter().find(|clock| clock.stops == "disclosure").unwrap();
        let due = zhijian_day(2026, due);
        assert_eq!((&*clock.length, clock.due, clock.met_on), (length, due, None));
        assert_eq!((&*clock.label, &*clock.article), ("公示决定", article));
        assert!(!clock.provisional && !clock.late(due) && clock.late(due.tomorrow().unwrap()));
    }
}
