//! Names of penalties and orders in free words, and the kind of 行政处罚法 art. 9 each is.
//! Never looks at amounts; an order to correct (art. 28) has no kind.

use crate::law::act::PenaltyKind;
use std::ops::Range;

/// A measure as a source names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Its usual name (`罚款`, `按日连续处罚`, `停产整治`), or the source's words for an order.
    pub name: String,
    /// Its kind; absent for what is no penalty.
    pub kind: Option<PenaltyKind>,
}

/// Which sum an amount beside the word belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purse {
    Fine,
    Daily,
    Confiscation,
    /// 处罚, without saying that it is a fine.
    Vague,
    /// Money of an order, such as a refund: no penalty.
    Order,
    /// A word that has no amount.
    None,
}

/// A word found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub at: Range<usize>,
    /// None for words that are no measure by themselves (处罚).
    pub measure: Option<Measure>,
    pub purse: Purse,
    /// 不予, 免予 … stands before it.
    pub denied: bool,
}

type Entry = (&'static str, &'static str, PenaltyKind, Purse);

/// Written form, name, kind, purse; longer forms first where one begins another.
const WORDS: &[Entry] = &[
    ("按日连续处罚", "按日连续处罚", PenaltyKind::Fine, Purse::Daily),
    ("按日连续罚款", "按日连续处罚", PenaltyKind::Fine, Purse::Daily),
    ("按日连续计罚", "按日连续处罚", PenaltyKind::Fine, Purse::Daily),
    ("按日计罚", "按日连续处罚", PenaltyKind::Fine, Purse::Daily),
    ("连续按日处罚", "按日连续处罚", PenaltyKind::Fine, Purse::Daily),
    ("罚款", "罚款", PenaltyKind::Fine, Purse::Fine),
    ("警告", "警告", PenaltyKind::Warning, Purse::None),
    ("通报批评", "通报批评", PenaltyKind::Criticism, Purse::None),
    ("暂扣", "暂扣许可证件", PenaltyKind::SuspendLicence, Purse::None),
    ("降低资质等级", "降低资质等级", PenaltyKind::Downgrade, Purse::None),
    ("吊销", "吊销许可证件", PenaltyKind::RevokeLicence, Purse::None),
    ("限制开展生产经营活动", "限制开展生产经营活动", PenaltyKind::RestrictBusiness, Purse::None),
    ("限制生产经营", "限制生产经营", PenaltyKind::RestrictBusiness, Purse::None),
    ("限制生产", "限制生产", PenaltyKind::RestrictBusiness, Purse::None),
    ("限产", "限制生产", PenaltyKind::RestrictBusiness, Purse::None),
    ("责令停产停业", "责令停产停业", PenaltyKind::StopBusiness, Purse::None),
    ("责令停产整治", "停产整治", PenaltyKind::StopBusiness, Purse::None),
    ("责令停产整顿", "停产整顿", PenaltyKind::StopBusiness, Purse::None),
    ("责令停业整顿", "停业整顿", PenaltyKind::StopBusiness, Purse::None),
    ("停产停业", "责令停产停业", PenaltyKind::StopBusiness, Purse::None),
    ("停产整治", "停产整治", PenaltyKind::StopBusiness, Purse::None),
    ("停产整顿", "停产整顿", PenaltyKind::StopBusiness, Purse::None),
    ("停业整顿", "停业整顿", PenaltyKind::StopBusiness, Purse::None),
    ("责令停产", "责令停产", PenaltyKind::StopBusiness, Purse::None),
    ("责令停业", "责令停业", PenaltyKind::StopBusiness, Purse::None),
    ("责令关闭", "责令关闭", PenaltyKind::Close, Purse::None),
    ("限制从业", "限制从业", PenaltyKind::RestrictProfession, Purse::None),
    ("禁止从业", "禁止从业", PenaltyKind::RestrictProfession, Purse::None),
    ("行政拘留", "行政拘留", PenaltyKind::Detention, Purse::None),
];

const DENIALS: [&str; 9] = ["不予", "免予", "免于", "未予", "不再", "撤销", "取消", "暂缓", "免除"];

/// Finds every word, in order. Titles in 《》 and 加处罚款 (a surcharge, not a penalty) are passed over.
pub(super) fn find(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (len, words) = here(text, at, rest);
        out.extend(words);
        at += len;
    }
    out
}

/// The words that begin at `at`, and how many bytes to go on.
fn here(text: &str, at: usize, rest: &str) -> (usize, Vec<Word>) {
    let one = rest.chars().next().map_or(1, char::len_utf8);
    if rest.starts_with('《') {
        return (rest.find('》').unwrap_or(0) + one, Vec::new());
    }
    for skipped in ["加处罚款", "加处的罚款"] {
        if rest.starts_with(skipped) {
            return (skipped.len(), Vec::new());
        }
    }
    let word = |len: usize, measure, purse| Word {
        at: at..at + len,
        measure,
        purse,
        denied: denied(&text[..at]),
    };
    if let Some((form, name, kind, purse)) = WORDS.iter().find(|(form, ..)| rest.starts_with(form))
    {
        let measure = Measure { name: (*name).to_owned(), kind: Some(*kind) };
        return (form.len(), vec![word(form.len(), Some(measure), *purse)]);
    }
    if rest.starts_with("没收") {
        let found = confiscations(rest).into_iter();
        let words = found.map(|measure| word("没收".len(), Some(measure), Purse::Confiscation));
        return ("没收".len(), words.collect());
    }
    if rest.starts_with("责令") || rest.starts_with("限期治理") {
        return order(rest).map_or((one, Vec::new()), |name| {
            let measure = Measure { name: name.to_owned(), kind: None };
            (name.len(), vec![word(one, Some(measure), Purse::Order)])
        });
    }
    // 处罚款 is 处 with 罚款; 处罚金 is a criminal court's.
    if rest.starts_with("处罚") && !rest.starts_with("处罚款") && !rest.starts_with("处罚金")
    {
        return ("处罚".len(), vec![word("处罚".len(), None, Purse::Vague)]);
    }
    (one, Vec::new())
}

/// 行政处罚法 art. 9(2) knows two confiscations; what is not income is goods.
fn confiscations(rest: &str) -> Vec<Measure> {
    let object = clause(&rest["没收".len()..]);
    let object = object.split("没收").next().unwrap_or_default();
    let income = object.contains("所得") || object.contains("收入");
    let goods = !income
        || ["财物", "物品", "工具", "产品", "设备"].iter().any(|word| object.contains(word));
    let measure = |name: &str, kind| Measure { name: name.to_owned(), kind: Some(kind) };
    let mut out = Vec::new();
    if income {
        out.push(measure("没收违法所得", PenaltyKind::ConfiscateIncome));
    }
    if goods {
        out.push(measure("没收非法财物", PenaltyKind::ConfiscateGoods));
    }
    out
}

/// The kinds a cell lists by name, and the items of it that are no known name.
pub(super) fn listed(cell: &str) -> (Vec<Measure>, Vec<String>) {
    let (mut measures, mut unknown) = (Vec::new(), Vec::new());
    for item in
        cell.split([';', '；', ',', '，', '、', '|']).map(str::trim).filter(|i| !i.is_empty())
    {
        let mut found: Vec<Measure> =
            find(item).into_iter().filter_map(|word| word.measure).collect();
        if found.is_empty() && item.starts_with("其他") {
            found.push(Measure { name: item.to_owned(), kind: Some(PenaltyKind::Other) });
        }
        if found.is_empty() {
            unknown.push(item.to_owned());
        }
        measures.extend(found);
    }
    (measures, unknown)
}

/// An order in the source's words; none when the clause names a penalty (责令其停产整治).
fn order(rest: &str) -> Option<&str> {
    if rest.starts_with("限期治理") {
        return Some("限期治理");
    }
    // 责令改正并处罚款: the order ends where the fine begins.
    let words = clause(rest);
    let end = ["并处", "处以", "处罚", "罚款"].iter().filter_map(|word| words.find(word)).min();
    let words = words[..end.unwrap_or(words.len())].trim_end();
    let penalty = WORDS.iter().any(|(form, ..)| words.contains(form));
    (!penalty && words != "责令").then_some(words)
}

/// `text` up to the next mark that ends a clause.
fn clause(text: &str) -> &str {
    let end = text.find(['；', ';', '。', '，', ',', '\n', '（', '(', '！']);
    &text[..end.unwrap_or(text.len())]
}

fn denied(before: &str) -> bool {
    let before = before.strip_suffix("行政").unwrap_or(before);
    DENIALS.iter().any(|denial| before.ends_with(denial))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> Vec<String> {
        find(text).into_iter().filter_map(|word| Some(word.measure?.name)).collect()
    }

    #[test]
    fn words_of_real_lists() {
        for (text, want) in [
            ("罚款16万元；按日连续处罚118.68万元。", "罚款 按日连续处罚"),
            ("罚款10万元；责令限期治理。", "罚款 责令限期治理"),
            ("责令停产整治。", "停产整治"),
            ("责令其停产整治，限制生产", "停产整治 限制生产"),
            ("没收违法所得、没收非法财物;罚款", "没收违法所得 没收非法财物 罚款"),
            ("没收违法所得和非法财物", "没收违法所得 没收非法财物"),
            ("没收已超过保质期食品:某饮料12瓶", "没收非法财物"),
            ("处罚174万元", ""),
            ("依据《罚款决定与罚款收缴分离实施办法》给予警告", "警告"),
            ("每日按数额的百分之三加处罚款", ""),
            ("责令退还多收价款289元", "责令退还多收价款289元"),
            ("责令改正并处罚款5万元", "责令改正 罚款"),
        ] {
            assert_eq!(names(text).join(" "), want, "{text}");
        }
    }

    #[test]
    fn denials_are_seen() {
        let denied: Vec<bool> =
            find("免予罚款，警告，不予行政处罚").iter().map(|w| w.denied).collect();
        assert_eq!(denied, [true, false, true]);
    }

    proptest! {
        #[test]
        fn any_string_is_survived(text in any::<String>()) {
            let _ = find(&text);
        }

        #[test]
        fn places_are_places(text in "[《》责令没收处罚款警告，。a限期治理所得]{0,30}") {
            for word in find(&text) {
                prop_assert!(text.get(word.at).is_some());
            }
        }
    }
}
