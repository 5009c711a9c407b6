//! What a text of penalties says: its measures and the sums of fines, daily fines and confiscations.
//! Never adds an amount it cannot attribute, never settles a contradiction: both are doubts.

use super::amounts::{self, Amount, Standing};
use super::kinds::{self, Measure, Purse, Word};
use crate::base::Money;

/// More amounts in one text are no decision's; attributing them would take quadratic time.
const MAX_AMOUNTS: usize = 200;

/// What a text says; sums are absent when it does not say them or contradicts itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub measures: Vec<Measure>,
    pub fine: Option<Money>,
    pub daily_fine: Option<Money>,
    pub confiscated: Option<Money>,
    /// In Chinese.
    pub doubts: Vec<String>,
}

impl Outcome {
    /// Whether a measure of this name was found.
    pub fn names(&self, name: &str) -> bool {
        self.measures.iter().any(|measure| measure.name == name)
    }
}

/// Reads a text such as `罚款16万元；按日连续处罚118.68万元。`.
pub(super) fn read(text: &str) -> Outcome {
    let mut out = Outcome::default();
    let words = kinds::find(text);
    for word in &words {
        match (&word.measure, word.denied) {
            (Some(measure), false) if !out.names(&measure.name) => {
                out.measures.push(measure.clone())
            }
            (Some(measure), true) => {
                out.doubts.push(format!("“{}”前有否定的话，没有计入", measure.name));
            }
            (None, true) => out.doubts.push("原文写的是不予或免予处罚".into()),
            _ => {}
        }
    }
    let mut sums = Sums::default();
    let found = amounts::find(text);
    if found.len() > MAX_AMOUNTS || words.len() > MAX_AMOUNTS {
        out.doubts.push(format!("处罚或金额多于 {MAX_AMOUNTS} 项，没有读取金额"));
        return out;
    }
    for (i, amount) in found.iter().enumerate() {
        sums.take(text, &words, &found[..i], amount, &mut out.doubts);
    }
    if sums.vague && !out.names("罚款") {
        let fine = kinds::find("罚款").into_iter().filter_map(|word| word.measure);
        out.measures.splice(0..0, fine);
        out.doubts.push("原文写“处罚”和金额，没有写“罚款”，按罚款读取".into());
    }
    sums.settle(&mut out);
    if out.measures.is_empty() && out.doubts.is_empty() {
        out.doubts.push("没有认出处罚种类".into());
    }
    out
}

#[derive(Default)]
struct Sums {
    parts: [Vec<Money>; 3],
    /// A sum of this purse has an unclear part.
    spoilt: [bool; 3],
    totals: Vec<(Purse, Money)>,
    breakdown: Vec<Money>,
    vague: bool,
    /// The last amount taken: what a repetition is compared with.
    last: Option<Money>,
}

impl Sums {
    fn take(
        &mut self,
        text: &str,
        words: &[Word],
        earlier: &[Amount],
        amount: &Amount,
        doubts: &mut Vec<String>,
    ) {
        let written = text.get(amount.at.clone()).unwrap_or_default();
        let owner = owner(text, words, earlier, amount);
        let purse = owner.map(|word| word.purse);
        if owner.is_some_and(|word| word.denied) || purse == Some(Purse::Order) {
            return;
        }
        let money = match amount.standing {
            Standing::Stated(money) => money,
            Standing::Result(money) if self.last.is_none() => money,
            Standing::Again(money) | Standing::Result(money) => {
                if self.last.is_some_and(|last| last != money) {
                    doubts.push(format!("“{written}”与前面写的金额不一致"));
                    self.spoil(purse);
                }
                return;
            }
            Standing::Bound => {
                doubts.push(format!("“{written}”是幅度，不是确定的金额"));
                return;
            }
            Standing::Rate | Standing::Operand => return,
            Standing::Unclear => {
                doubts.push(format!("金额“{written}”不能确定"));
                self.spoil(purse);
                return;
            }
        };
        self.last = Some(money);
        let lead = lead(text, earlier, amount);
        if lead.contains("其中") {
            self.breakdown.push(money);
        } else if ["合计", "共计", "总计", "总共", "累计"].iter().any(|word| lead.contains(word))
        {
            let both = lead.contains("罚没");
            self.totals
                .push((if both { Purse::None } else { purse.unwrap_or(Purse::None) }, money));
        } else if let Some(slot) = purse.and_then(slot) {
            self.parts[slot].push(money);
            self.vague |= purse == Some(Purse::Vague);
        } else if !self.breakdown.is_empty() {
            self.breakdown.push(money);
        } else {
            doubts.push(format!("金额“{written}”不知属于哪一项处罚，没有计入"));
        }
    }

    fn spoil(&mut self, purse: Option<Purse>) {
        match purse.and_then(slot) {
            Some(slot) => self.spoilt[slot] = true,
            None => self.spoilt = [true; 3],
        }
    }

    /// Adds up, and holds the sums against totals and breakdowns the text itself gives.
    fn settle(self, out: &mut Outcome) {
        let add = |parts: &[Money]| {
            parts.iter().try_fold(Money::ZERO, |sum, part| sum.checked_add(*part))
        };
        let mut sums = [None; 3];
        for (slot, parts) in self.parts.iter().enumerate().filter(|(_, parts)| !parts.is_empty()) {
            sums[slot] = if self.spoilt[slot] { None } else { add(parts) };
        }
        for (purse, total) in self.totals {
            let own = slot(purse);
            let stated: Vec<Money> = sums.iter().flatten().copied().collect();
            match own {
                Some(slot) if sums[slot].is_none() && !self.spoilt[slot] => {
                    sums[slot] = Some(total)
                }
                _ if own.is_some_and(|slot| sums[slot] == Some(total))
                    || add(&stated) == Some(total) => {}
                _ => {
                    out.doubts.push(format!("写明的合计 {} 与各项之和不一致", total.in_words()));
                    sums = [None; 3];
                }
            }
        }
        if !self.breakdown.is_empty() {
            let whole = add(&self.breakdown);
            if !sums.contains(&whole) {
                out.doubts.push("“其中”各项之和与总额不一致".into());
            }
        }
        [out.fine, out.daily_fine, out.confiscated] = sums;
    }
}

fn slot(purse: Purse) -> Option<usize> {
    match purse {
        Purse::Fine | Purse::Vague => Some(0),
        Purse::Daily => Some(1),
        Purse::Confiscation => Some(2),
        Purse::Order | Purse::None => None,
    }
}

const CLAUSE: [char; 9] = ['，', ',', '、', '；', ';', '。', '\n', '（', '('];
const SENTENCE: [char; 4] = ['；', ';', '。', '\n'];

/// The word an amount belongs to: before it in its clause, else right after it there, else the last one
/// before it in its sentence that has no amount yet.
fn owner<'w>(
    text: &str,
    words: &'w [Word],
    earlier: &[Amount],
    amount: &Amount,
) -> Option<&'w Word> {
    let purses = |word: &&Word| word.purse != Purse::None;
    let since = |marks: &[char]| text[..amount.at.start].rfind(marks).map_or(0, |at| at + 1);
    let until = clause_end(text, amount.at.end);
    let before = |from: usize| {
        let mut inside = words.iter().filter(purses).rev();
        inside.find(|word| (from..amount.at.start).contains(&word.at.start))
    };
    let after = || {
        let mut inside = words.iter().filter(purses);
        inside.find(|word| (amount.at.end..until).contains(&word.at.start))
    };
    let unpaid = || {
        let word = before(since(&SENTENCE))?;
        let paid = |other: &Amount| {
            other.at.start > word.at.start
                && !matches!(other.standing, Standing::Operand | Standing::Rate)
        };
        (!earlier.iter().any(paid)).then_some(word)
    };
    before(clause_start(text, earlier, amount)).or_else(after).or_else(unpaid)
}

/// Where the clause of `amount` begins. A bracket that repeats or a list of bare amounts stays in its clause.
fn clause_start(text: &str, earlier: &[Amount], amount: &Amount) -> usize {
    let repeats = matches!(amount.standing, Standing::Again(_) | Standing::Result(_));
    let from = match earlier.last() {
        Some(last) if repeats => last.at.start,
        _ => amount.at.start,
    };
    // A thousands separator within an earlier amount ends no clause.
    let mut end = from;
    while let Some(at) = text[..end].rfind(CLAUSE) {
        match earlier.iter().find(|other| other.at.contains(&at)) {
            Some(other) => end = other.at.start,
            None => return at + text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    0
}

/// Where the clause around `from` ends; a bracket in it does not end it (贰万元（¥20,000.00）的罚款).
fn clause_end(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(mark) = text[at..].find(CLAUSE) {
        let rest = &text[at + mark..];
        match rest.find(['）', ')']).filter(|_| rest.starts_with(['（', '('])) {
            Some(close) => {
                at += mark + close + rest[close..].chars().next().map_or(1, char::len_utf8)
            }
            None => return at + mark,
        }
    }
    text.len()
}

/// What stands in the clause before an amount.
fn lead<'t>(text: &'t str, earlier: &[Amount], amount: &Amount) -> &'t str {
    text.get(clause_start(text, earlier, amount)..amount.at.start).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Fine, daily fine and confiscation in yuan, and whether there is a doubt.
    fn sums(text: &str) -> (Option<i64>, Option<i64>, Option<i64>, bool) {
        let out = read(text);
        let yuan = |money: Option<Money>| money.map(|m| m.fen() / 100);
        (yuan(out.fine), yuan(out.daily_fine), yuan(out.confiscated), !out.doubts.is_empty())
    }

    #[test]
    fn sums_that_are_clear() {
        let fine = |yuan| (Some(yuan), None, None, false);
        for (text, want) in [
            ("罚款16万元；按日连续处罚118.68万元。", (Some(160_000), Some(1_186_800), None, false)),
            ("罚款1万元，按日连续处罚45.09万元。", (Some(10_000), Some(450_900), None, false)),
            ("警告；责令限期治理。", (None, None, None, false)),
            ("罚款:1000元。", fine(1000)),
            ("罚款1,000元，警告", fine(1000)),
            ("处以2万元的罚款", fine(20_000)),
            ("没收违法所得289元，并处2000元罚款", (Some(2000), None, Some(289), false)),
            (
                "没收违法所得贰佰捌拾玖元整(¥289.00元);罚款贰仟元(¥2000.00元)",
                (Some(2000), None, Some(289), false),
            ),
            (
                "警告，并处罚款人民币贰万元（¥20,000.00）；警告，并处罚款人民币贰万玖仟元",
                fine(49_000),
            ),
            ("对单位罚款2万元，对负责人罚款1万元，合计罚款3万元", fine(30_000)),
            ("罚款2000元，没收违法所得289元，罚没合计2289元", (Some(2000), None, Some(289), false)),
            ("罚款5万元（其中甲行为3万元，乙行为2万元）", fine(50_000)),
            ("共计罚款30万元", fine(300_000)),
            ("罚款人民币18504元(壹万捌仟伍佰零肆元整)即:9252元*2倍=18504元", fine(18_504)),
            ("处以697㎡×11元/㎡=7667元(柒仟陆佰陆拾柒元整)的罚款", fine(7667)),
            ("责令退还多收价款289元，罚款600元", fine(600)),
            ("处以20,000元（大写：贰万元整）的罚款", fine(20_000)),
        ] {
            assert_eq!(sums(text), want, "{text}: {:?}", read(text).doubts);
        }
    }

    #[test]
    fn what_is_unclear_is_a_doubt_and_no_sum() {
        for text in [
            "处一万元以上十万元以下罚款",
            "罚款约10万元",
            "罚款3，500元",
            "罚款2万元（¥30,000元）",
            "罚款2万元，罚款1万元，合计罚款4万元",
            "并处5万元",
            "罚款三万五元",
            "移送",
            "",
        ] {
            let out = read(text);
            assert!(!out.doubts.is_empty() && out.fine.is_none(), "{text}: {out:?}");
        }
        let odd = read("处罚174万元。");
        assert_eq!((odd.fine, odd.doubts.len()), (Some(Money::from_yuan(1_740_000)), 1));
        let denied = read("免予罚款，警告");
        assert!(denied.names("警告") && !denied.names("罚款") && !denied.doubts.is_empty());
    }

    proptest! {
        #[test]
        fn any_string_is_survived(text in any::<String>()) {
            let _ = read(&text);
        }

        #[test]
        fn any_likely_string_is_survived(
            text in "(罚款|没收违法所得|按日连续处罚|处罚|责令|其中|合计|警告|1万元|2,000元|叁佰元整|（|）|，|；|=|×|即|《|》){0,14}"
        ) {
            let _ = read(&text);
        }

        #[test]
        fn a_stated_fine_is_read_back(fen in 0i64..100_000_000_000) {
            let money = Money::from_fen(fen).unwrap();
            let out = read(&format!("警告；罚款{}。", money.in_words()));
            prop_assert_eq!(out.fine, Some(money));
            prop_assert!(out.doubts.is_empty());
        }
    }
}
