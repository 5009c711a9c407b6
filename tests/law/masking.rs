//! Masking: what must go is gone, what is public stays, and no text breaks it.

use super::story::RULES;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use zhijian::law::act::PartyKind;
use zhijian::law::credit_code::credit_code;
use zhijian::law::masking::{MaskProposal, in_clear, propose};

fn proposals(party: PartyKind, fields: &[(&str, &str)]) -> Vec<MaskProposal> {
    let fields: Vec<_> = fields.iter().map(|(path, value)| (*path, "字段", *value)).collect();
    propose(RULES.pack("guangdong").unwrap(), party, &fields)
}

fn text(value: &str) -> String {
    let found = proposals(PartyKind::Organisation, &[("text.facts", value)]);
    found.first().map_or_else(|| value.to_owned(), |one| one.masked.clone())
}

#[test]
fn what_is_proposed_shows_nothing_in_clear() {
    let pack = RULES.pack("guangdong").unwrap();
    let bare = |party, texts: &[(&str, &str)]| -> Vec<String> {
        let found = in_clear(pack, party, &[("party.name", "张三丰")], texts).into_iter();
        found.map(|one| format!("{} {}", one.path, one.word)).collect()
    };
    let facts = "张三丰（44010519900307123X，电话13812345678）卡号6222 0202 0001 1234 567。";
    let typed = [("party.name", "张三丰"), ("party.code", "91110000600037341L"), ("facts", facts)];
    assert_eq!(
        bare(PartyKind::Person, &typed),
        [
            "party.name 自然人姓名",
            "facts 身份证件号码",
            "facts 电话号码",
            "facts 银行账号",
            "facts 自然人姓名"
        ]
    );
    assert_eq!(bare(PartyKind::Organisation, &typed[..2]), Vec::<String>::new());
    let shown = proposals(PartyKind::Person, &typed);
    let shown: Vec<_> = shown.iter().map(|one| (one.path.as_str(), one.masked.as_str())).collect();
    assert_eq!(bare(PartyKind::Person, &shown), Vec::<String>::new());
}

#[test]
fn people_of_the_file_are_told_apart() {
    let pack = RULES.pack("guangdong").unwrap();
    let file = [
        ("party.name", "清河县张三食品店"),
        ("party.representative", "张三"),
        ("party.address", "清河县东街1号201房"),
        ("person.witness", "欧阳小明、王五"),
        ("person.provider", "当事人"),
        ("person.name", "清河县市场监督管理局"),
        ("person.id_number", "护照E12345678"),
        ("person.phone", "83123456"),
    ];
    let bare = |party, value: &str| -> Vec<String> {
        let found = in_clear(pack, party, &file, &[("facts", value)]).into_iter();
        found.map(|one| format!("{}@{} {}", one.told_by, one.at, one.word)).collect()
    };
    let household = |value: &str| bare(PartyKind::Household, value);
    assert_eq!(household("甲乙欧\u{200b}阳小明在场，王五作证。"), ["person.witness@3 自然人姓名",]);
    assert_eq!(household("住清河县东街1号201房。"), ["party.address@2 住址"]);
    assert_eq!(
        household("持护照E12345678，电话83123456。"),
        ["person.id_number@2 身份证件号码", "person.phone@16 电话号码",]
    );
    // A trade name is shown in full with its owner's name in it; the owner alone is not.
    let shop = "清河县张三食品店经营者";
    assert_eq!(bare(PartyKind::Organisation, shop), Vec::<String>::new());
    assert_eq!(bare(PartyKind::Organisation, "经营者张三"), ["party.representative@4 自然人姓名"]);
    // Bodies, and words that stand for anybody, are nobody's name; a firm's place is public.
    let nobody = "当事人由清河县市场监督管理局查处";
    assert_eq!(household(nobody), Vec::<String>::new());
    assert_eq!(bare(PartyKind::Organisation, "清河县东街1号201房"), Vec::<String>::new());
    // What is proposed is never refused.
    let facts =
        "欧阳小明、王五在清河县东街1号201房，护照E12345678，电话83123456，张三经营清河县张三食品店";
    for party in PartyKind::ALL {
        let all: Vec<_> = file.iter().copied().chain([("facts", facts)]).collect();
        let shown = proposals(party, &all);
        let shown: Vec<_> =
            shown.iter().map(|one| (one.path.as_str(), one.masked.as_str())).collect();
        let text: Vec<_> = shown.iter().copied().filter(|(path, _)| *path == "facts").collect();
        assert_eq!((text.len(), in_clear(pack, party, &file, &text)), (1, Vec::new()));
    }
}

#[test]
fn free_text() {
    let gone = [
        ("身份证44010519900307123X。", "身份证［身份证件号码已隐去］。"),
        ("身份证４４０１０５１９９００３０７１２３Ｘ。", "身份证［身份证件号码已隐去］。"),
        ("旧证440105900307123。", "旧证［身份证件号码已隐去］。"),
        ("电话13812345678。", "电话［电话号码已隐去］。"),
        ("电话138-1234-5678、020-83123456", "电话［电话号码已隐去］、［电话号码已隐去］"),
        ("电话138\u{200b}1234\u{202e}5678。", "电话［电话号码已隐去］。"),
        ("电话+86 138 1234 5678。", "电话+［电话号码已隐去］。"),
        ("卡号6222 0202 0001 1234 567。", "卡号［银行账号已隐去］。"),
        ("账号为12345678901，", "账号为［银行账号已隐去］，"),
        ("邮箱a.b@example.com。", "邮箱［电子邮箱已隐去］。"),
        ("驾驶粤A·12345号车", "驾驶［机动车号牌已隐去］号车"),
        ("驾驶粤AD12345", "驾驶［机动车号牌已隐去］"),
        ("家住广州市天河区某路1号201房，", "家住［住址已隐去］，"),
        ("粤（2020）广州市不动产权第01234567号", "粤（2020）广州市［权属证书编号已隐去］"),
    ];
    for (value, wanted) in gone {
        assert_eq!(text(value), wanted);
    }
    let kept = [
        "统一社会信用代码91110000600037341L、911522010783762860",
        "穗市监处罚〔2026〕12号，2026-11-20至2026-11-27，罚款120000元",
        "检查于9时10分至10时05分进行，货值12,345.60元",
        "@部门通知",
        "粤港澳大湾区",
        "",
    ];
    for value in kept {
        assert_eq!(text(value), value);
    }
}

#[test]
fn fields_of_their_own_and_names_in_text() {
    let fields = [
        ("party.name", "张三丰"),
        ("party.id_number", "护照E12345678"),
        ("party.phone", "83123456"),
        ("party.address", "某省某市某街5号"),
        ("person.witness", "欧阳小明、李四"),
        ("text.facts", "张三丰在某省某市某街5号经营，李四在场，欧阳小明作证。"),
        ("text.basis", "《食品安全法》第三十四条"),
    ];
    let found = proposals(PartyKind::Person, &fields);
    let masked: Vec<_> = found.iter().map(|one| (one.path.as_str(), one.masked.as_str())).collect();
    assert_eq!(
        masked,
        [
            ("party.name", "张某"),
            ("party.id_number", "［身份证件号码已隐去］"),
            ("party.phone", "［电话号码已隐去］"),
            ("party.address", "［住址已隐去］"),
            ("person.witness", "欧阳某、李某"),
            ("text.facts", "张某在［住址已隐去］经营，李某在场，欧阳某作证。"),
        ]
    );
    assert_eq!(found[5].rule, "name+address");
    assert_eq!(found[5].reason, "“字段”含自然人姓名、住址");
    let known: Vec<_> = RULES.masking_rules().iter().map(|rule| rule.id.as_str()).collect();
    assert!(found.iter().flat_map(MaskProposal::rules).all(|rule| known.contains(&rule)));
}

#[test]
fn a_firm_keeps_its_name_and_place() {
    let fields = [
        ("party.name", "广州某某食品有限公司"),
        ("party.code", "911522010783762860"),
        ("party.address", "广州市天河区某路1号"),
        ("party.representative", "王五"),
    ];
    let found = proposals(PartyKind::Organisation, &fields);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].masked, "王某");
    // An identity number typed into the wrong box is still hidden.
    let slip = proposals(PartyKind::Household, &[("party.code", "44011320141005001X")]);
    assert_eq!(slip[0].rule, "id-number");
}

/// Runs of digits left after folding, with a closing X kept.
fn leftovers(value: &str) -> Vec<String> {
    let visible = value.chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}'));
    let folded: String = visible.nfkc().collect();
    // A run that is a firm's valid credit code is public, digits and all.
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    let hidden = words.filter(|word| credit_code(word).is_err());
    let runs = hidden.flat_map(|word| word.split(|c: char| !c.is_ascii_digit() && c != 'X'));
    runs.map(str::to_owned).filter(|run| secret(run)).collect()
}

fn secret(run: &str) -> bool {
    let digits = run.bytes().take_while(u8::is_ascii_digit).count();
    let mobile = run.starts_with('1') && matches!(run.as_bytes().get(1), Some(b'3'..=b'9'));
    let long = (15..=19).contains(&digits) || (digits == 17 && run.len() == 18);
    (long && credit_code(run).is_err()) || (digits == 11 && run.len() == 11 && mobile)
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[一-龥，。：A-Z ]{1,6}",
        "[1-8][0-9]{16}[0-9X]",
        "[1-8][0-9]{14}",
        "1[3-9][0-9]{9}",
        "62[0-9]{14,17}",
        "１[３-９][０-９]{9}",
        "1[3-9][0-9]\u{200b}[0-9]{4}\u{200b}[0-9]{4}",
        "[0-9]{1,9}",
    ]
}

proptest! {
    #[test]
    fn nothing_secret_is_left(pieces in prop::collection::vec(piece(), 1..8), tight in any::<bool>()) {
        let value = pieces.join(if tight { "" } else { "、" });
        let published = text(&value);
        prop_assert!(leftovers(&published).is_empty(), "{value:?} → {published:?}");
        let again = text(&published);
        prop_assert_eq!(again, published);
    }

    #[test]
    fn separated_numbers_go_too(a in "1[3-9][0-9]", b in "[0-9]{4}", c in "[0-9]{4}", gap in "[ -]") {
        let published = text(&format!("联系电话{a}{gap}{b}{gap}{c}，下午"));
        prop_assert_eq!(published, "联系电话［电话号码已隐去］，下午");
    }

    #[test]
    fn no_string_panics(value in "\\PC{0,60}", name in ".{0,8}", code in any::<String>()) {
        let fields = [("text.facts", value.as_str()), ("party.name", &name), ("party.code", &code), ("person.x", &name)];
        for party in PartyKind::ALL {
            proposals(party, &fields);
        }
    }
}

#[test]
fn naughty_strings_do_not_break_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/adversarial/blns.json");
    let Ok(list) = std::fs::read_to_string(path) else {
        println!("skipped: blns.json is not here");
        return;
    };
    for value in serde_json::from_str::<Vec<String>>(&list).unwrap() {
        proposals(PartyKind::Person, &[("text.facts", &value), ("party.name", &value)]);
    }
}
