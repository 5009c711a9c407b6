//! One entry while its cells are read: each role's reading, then what must agree between columns.
//! Two columns that contradict each other leave the field absent, with a doubt that says both.

use super::columns::{Column, Layout, Role, Subject};
use super::dates::{self, Read};
use super::kinds::{self, Measure};
use super::outcome::{self, Outcome};
use super::{Doubt, Entry, Period, amounts, codes};
use crate::base::{Day, Money};
use crate::law::act::{PartyKind, PenaltyKind};

/// A value and the header it stands under.
type Cell = (String, String);

/// What the cells have said so far.
#[derive(Default)]
pub(super) struct Draft {
    texts: Vec<(Role, Cell)>,
    party_code: Option<String>,
    party_kind: Option<PartyKind>,
    listed: Option<(String, Vec<Measure>)>,
    outcome: Option<(String, Outcome)>,
    fine: Option<(String, Option<Money>)>,
    confiscated: Option<(String, Option<Money>)>,
    decided_on: Option<Day>,
    show_until: Option<(String, Day)>,
    period: Option<Period>,
    date_meaning: Option<String>,
    extra: Vec<Cell>,
    private: Vec<Cell>,
}

/// Where doubts about one column go.
struct Doubts<'d> {
    field: &'d str,
    all: &'d mut Vec<Doubt>,
}

impl Doubts<'_> {
    fn push(&mut self, text: impl Into<String>) {
        self.all.push(Doubt { field: self.field.to_owned(), text: text.into() });
    }
}

impl Draft {
    /// Takes a cell that is not blank.
    pub fn put(
        &mut self,
        column: Option<&Column>,
        header: &str,
        value: &str,
        all: &mut Vec<Doubt>,
    ) {
        let mut doubts = Doubts { field: header, all };
        let cell = (header.to_owned(), value.to_owned());
        match column.map_or(Role::Extra, |column| column.role) {
            Role::PartyCode => self.code(cell, &mut doubts),
            Role::PartyKind => {
                self.party_kind = party_kind(value);
                if self.party_kind.is_none() {
                    doubts.push(format!("“{value}”不是已知的相对人类别"));
                }
            }
            Role::Kinds => {
                let (measures, unknown) = kinds::listed(value);
                for item in unknown {
                    doubts.push(format!("“{item}”不是已知的处罚种类"));
                }
                self.listed = Some((cell.0, measures));
            }
            Role::PenaltyText => {
                let outcome = outcome::read(value);
                outcome.doubts.iter().for_each(|text| doubts.push(text.as_str()));
                self.outcome = Some((header.to_owned(), outcome));
                self.texts.push((Role::PenaltyText, cell));
            }
            Role::FineWan => self.fine = Some((cell.0, wan(value, &mut doubts))),
            Role::ConfiscatedWan => self.confiscated = Some((cell.0, wan(value, &mut doubts))),
            role @ (Role::DecidedOn | Role::ShowUntil | Role::OtherDate) => {
                self.date(role, cell, &mut doubts);
            }
            Role::Batch => self.batch(cell, &mut doubts),
            Role::OtherDateMeaning => self.date_meaning = Some(cell.1),
            Role::Yuan => {
                if amounts::figure(value, 1).is_none() {
                    doubts.push(format!("“{value}”不是以元为单位的数字"));
                }
                self.extra.push(cell);
            }
            Role::Extra | Role::SourceId => {
                if codes::spreadsheet_number(value) {
                    doubts.push(format!("“{value}”被电子表格改写成科学记数，原来的号码已丢失"));
                }
                self.extra.push(cell);
            }
            Role::Private => self.private.push(cell),
            role => {
                plausible(role, column, value, &mut doubts);
                self.texts.push((role, cell));
            }
        }
    }

    fn code(&mut self, cell: Cell, doubts: &mut Doubts<'_>) {
        match codes::fault(&cell.1) {
            None => self.party_code = Some(cell.1),
            Some(fault) => {
                doubts.push(format!("“{}”{fault}，没有作为统一社会信用代码采用", cell.1));
                self.extra.push(cell);
            }
        }
    }

    fn batch(&mut self, cell: Cell, doubts: &mut Doubts<'_>) {
        match dates::period(&cell.1) {
            Some(text) => self.period = Some(Period { text: text.to_owned(), of: cell.0.clone() }),
            None => doubts.push("没有写明季度、月份或年份"),
        }
        self.extra.push(cell);
    }

    fn date(&mut self, role: Role, (header, value): Cell, doubts: &mut Doubts<'_>) {
        match (dates::read(&value), role) {
            (Read::Day(day), Role::DecidedOn) => self.decided_on = Some(day),
            (Read::Day(day), Role::ShowUntil) => self.show_until = Some((header, day)),
            (Read::Day(day), _) => {
                self.period = Some(Period { text: day.to_string(), of: header });
            }
            (Read::Coarse(_), Role::ShowUntil) => {
                doubts.push(format!("“{value}”没有写明日，没有采用"));
            }
            (Read::Coarse(text), _) => self.period = Some(Period { text, of: header }),
            (Read::Unclear(why), _) => doubts.push(format!("“{value}”{why}，没有采用")),
        }
    }

    /// The entry; `None` without a party.
    pub fn finish(mut self, layout: &Layout, all: &mut Vec<Doubt>) -> Option<Entry> {
        if let (Some(period), Some(meaning)) = (&mut self.period, self.date_meaning.take()) {
            period.of = meaning;
        }
        if let (Some(decided_on), Some((field, until))) = (self.decided_on, &self.show_until)
            && *until < decided_on
        {
            Doubts { field, all }.push("早于处罚决定日期");
        }
        let measures = self.measures(all);
        let mut of_text = self.outcome.take().map(|(_, outcome)| outcome).unwrap_or_default();
        of_text.fine = agreed("罚款", self.fine.take(), of_text.fine, all);
        of_text.confiscated = agreed("没收", self.confiscated.take(), of_text.confiscated, all);
        if layout.subject == Subject::Penalty {
            fined(&self.texts, &measures, &of_text, all);
        }
        let kinds = kinds_of(&measures);
        let mut text = |role| {
            let at = self.texts.iter().position(|(r, _)| *r == role)?;
            Some(self.texts.swap_remove(at).1.1)
        };
        Some(Entry {
            party: text(Role::Party)?,
            document_number: text(Role::DocumentNumber),
            violation: text(Role::Violation),
            facts: text(Role::Facts),
            basis: text(Role::Basis),
            penalty_text: text(Role::PenaltyText),
            authority: text(Role::Authority),
            region: text(Role::Region),
            rectification: text(Role::Rectification),
            party_code: self.party_code,
            party_kind: self.party_kind,
            kinds,
            measures,
            fine: of_text.fine,
            daily_fine: of_text.daily_fine,
            confiscated: of_text.confiscated,
            decided_on: self.decided_on,
            period: self.period,
            show_until: self.show_until.map(|(_, day)| day),
            extra: self.extra,
            private: self.private,
        })
    }

    /// Measures of the column of kinds and of the text, each once; a doubt when their penalties differ.
    fn measures(&self, all: &mut Vec<Doubt>) -> Vec<Measure> {
        let of_text = self.outcome.as_ref().map(|(_, outcome)| outcome.measures.as_slice());
        let mut measures: Vec<Measure> = Vec::new();
        let listed = self.listed.as_ref().map(|(_, measures)| measures.as_slice());
        for measure in listed.into_iter().chain(of_text).flatten() {
            if !measures.iter().any(|known| known.name == measure.name) {
                measures.push(measure.clone());
            }
        }
        if let (Some((field, listed)), Some(of_text)) = (&self.listed, of_text) {
            let lacks = |list: &[Measure], m: &Measure| {
                m.kind.is_some() && !list.iter().any(|o| o.kind == m.kind)
            };
            let differ = listed.iter().any(|m| lacks(of_text, m))
                || of_text.iter().any(|m| lacks(listed, m));
            if differ && !of_text.is_empty() {
                Doubts { field, all }.push("与处罚内容里写的种类不一致，两处的种类都列出");
            }
        }
        measures
    }
}

/// The kinds of the measures, each once.
fn kinds_of(measures: &[Measure]) -> Vec<PenaltyKind> {
    let mut kinds = Vec::new();
    for kind in measures.iter().filter_map(|measure| measure.kind) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// A column's figure and the text's sum: the one that is there, or both when equal.
fn agreed(
    what: &str,
    column: Option<(String, Option<Money>)>,
    of_text: Option<Money>,
    all: &mut Vec<Doubt>,
) -> Option<Money> {
    match (column, of_text) {
        (None, of_text) => of_text,
        // The column is there but unreadable: its doubt stands, and the text alone does not settle it.
        (Some((_, None)), _) => None,
        (Some((_, Some(money))), None) => Some(money),
        (Some((_, Some(money))), Some(said)) if money == said => Some(money),
        (Some((field, Some(money))), Some(said)) => {
            let text = format!(
                "按万元计是 {}，处罚内容里的{what}是 {}，两处不一致，没有采用",
                money.in_words(),
                said.in_words()
            );
            Doubts { field: &field, all }.push(text);
            None
        }
    }
}

/// A fine needs an amount and an amount a fine; an order alone is no penalty.
fn fined(texts: &[(Role, Cell)], measures: &[Measure], said: &Outcome, all: &mut Vec<Doubt>) {
    let penalty_text = texts.iter().find(|(role, _)| *role == Role::PenaltyText);
    let Some((_, (field, _))) = penalty_text else { return };
    let mut doubts = Doubts { field, all };
    let named = |name: &str| measures.iter().any(|measure| measure.name == name);
    let told = !said.doubts.is_empty();
    if named("罚款") && said.fine.is_none_or(|fine| fine == Money::ZERO) && !told {
        doubts.push("有罚款而没有确定的金额");
    }
    if named("按日连续处罚") && said.daily_fine.is_none() && !told {
        doubts.push("有按日连续处罚而没有确定的金额");
    }
    if !named("罚款") && said.fine.is_some_and(|fine| fine > Money::ZERO) {
        doubts.push("有罚款金额而处罚种类里没有罚款");
    }
    if !measures.is_empty() && measures.iter().all(|measure| measure.kind.is_none()) {
        doubts.push("只有责令改正一类措施（行政处罚法第二十八条），没有第九条所列的处罚种类");
    }
}

fn wan(value: &str, doubts: &mut Doubts<'_>) -> Option<Money> {
    let money = amounts::figure(value, 10_000);
    if money.is_none() {
        doubts.push(format!("“{value}”不是以万元为单位、精确到分的数字，没有采用"));
    }
    money
}

fn party_kind(value: &str) -> Option<PartyKind> {
    match value {
        "法人及非法人组织" | "法人和非法人组织" | "法人" | "非法人组织" => {
            Some(PartyKind::Organisation)
        }
        "自然人" => Some(PartyKind::Person),
        "个体工商户" | "个体" => Some(PartyKind::Household),
        _ => None,
    }
}

/// Doubts about a text that is kept all the same.
fn plausible(role: Role, column: Option<&Column>, value: &str, doubts: &mut Doubts<'_>) {
    if role == Role::Authority {
        if column.is_some_and(|column| column.vague.iter().any(|vague| vague == value)) {
            doubts.push(format!("“{value}”不是完整的机关名称"));
        }
        if value.contains("法院") {
            doubts.push("是人民法院，不是行政机关，这一行可能不是行政处罚");
        }
        if value.contains(['：', ':']) {
            doubts.push("内容里带有栏目名");
        }
    }
    if role == Role::DocumentNumber {
        if !value.chars().any(char::is_numeric) {
            doubts.push("没有数字，不像决定书文号");
        }
        let foreign = |c: char| {
            c.is_alphabetic()
                && !c.is_ascii()
                && !matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
        };
        if value.chars().any(foreign) {
            doubts.push("夹有形似的外文字母");
        }
    }
}
