//! What everybody may read: lists and items of disclosures, agencies, officers' certificates, and the proofs
//! behind them. Nothing about the asker is kept.

mod agency;
mod counts;
mod item;
mod portal;
mod rows;
mod slice;

pub use agency::{
    AgencyPage, AgencySlice, AgencyView, Holder, ItemView, OfficerView, agencies, agency,
    agency_slice, certificate,
};
pub use counts::Counts;
pub use item::{Item, ReleaseView, Remedy, Shown, item, proof, still_shown};
pub use portal::{KindCount, Portal, portal};
pub use rows::{Listed, Rows, rows};
pub use slice::{Slice, slice};

use super::{case_file::moment_words, day_words};
use crate::{
    base::Moment,
    desk::{Desk, Error},
    law::{act::PenaltyKind, words},
    store::{
        Db, OrNone, agencies as agency_rows,
        disclosures::{self, Filter},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

/// Items on one page of the public list.
pub const PAGE: i64 = 20;

/// Longest query that is looked at, in characters.
const WORDS_MAX: usize = 100;

/// Kinds of acts, 执法类别, as stored and in Chinese.
pub const KINDS: &[(&str, &str)] = &[
    ("penalty", "行政处罚"),
    ("licence", "行政许可"),
    ("coercion", "行政强制"),
    ("inspection", "行政检查"),
    ("levy", "行政征收征用"),
    ("other", "其他"),
];

/// States that a list can be narrowed to, as stored and in Chinese.
pub const STATES: &[(&str, &str)] =
    &[("published", "公示中"), ("corrected", "已更正"), ("withdrawn", "已撤下")];

/// What the public asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words in title, party, numbers or code.
    pub words: String,
    /// Agency's code.
    pub agency: String,
    /// Kind of act: `penalty`, `licence` ….
    pub act_kind: String,
    /// `published`, `corrected` or `withdrawn`; empty means all.
    pub state: String,
    /// First day of the decision, `YYYY-MM-DD`.
    pub from: String,
    /// Last day of the decision.
    pub to: String,
    /// Page from 1.
    pub page: i64,
}

/// An item in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DisclosureCard)]
pub struct Card {
    /// 公示编号
    pub number: String,
    /// 案件名称
    pub title: String,
    /// 当事人 as shown
    pub party: String,
    /// 决定书文号
    pub document_number: String,
    /// 处罚种类 in Chinese
    pub kinds: String,
    /// 处罚机关
    pub agency: String,
    /// 决定日期 in words
    pub decided_on: String,
    /// 公示日期 in words
    pub published_on: String,
    /// State's word.
    pub state: String,
    /// State in Chinese.
    pub state_label: String,
}

/// One page of the list.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// The items, newest first.
    pub items: Vec<Card>,
    /// How many there are, as far as counted.
    pub total: i64,
    /// Whether there are more than counted.
    pub more_than_total: bool,
    /// This page, from 1; the last one when a later one was asked for.
    pub page: i64,
    /// The last page that is known of.
    pub pages: i64,
}

/// A page of the public list.
pub async fn list(desk: &Desk, query: Query) -> Result<ListPage, Error> {
    let (today, house) = (desk.now.day().to_string(), desk.house.clone());
    desk.house.store.read(move |db| read_list(db, &house.counts, &query, &today)).await
}

fn read_list(db: &mut Db, counts: &Counts, query: &Query, today: &str) -> Result<ListPage, Error> {
    let filter = filter(db, query, today)?;
    let counted = counts.of(db, &filter)?;
    let pages = (counted.total + PAGE - 1) / PAGE;
    let page = query.page.clamp(1, pages.max(1));
    let found = disclosures::page(db, &filter, page, PAGE)?;
    let names = Agencies(agency_rows::all(db)?);
    let items = found.into_iter().map(|row| card(names.name(&row.agency_id), row)).collect();
    Ok(ListPage { items, total: counted.total, more_than_total: counted.more, page, pages })
}

/// The filter of a query; what is past its last day of showing is never listed.
fn filter(db: &mut Db, query: &Query, today: &str) -> Result<Filter, Error> {
    let agency_id = match query.agency.as_str() {
        "" => String::new(),
        code => agency_rows::by_code(db, code).or_none()?.map_or("none".into(), |agency| agency.id),
    };
    let known = |state: &str| STATES.iter().any(|(word, _)| *word == state);
    let all = || STATES.iter().map(|(word, _)| (*word).to_owned()).collect();
    Ok(Filter {
        text: clean(&query.words),
        agency_id,
        act_kind: query.act_kind.clone(),
        states: if known(&query.state) { vec![query.state.clone()] } else { all() },
        decided_from: query.from.clone(),
        decided_to: query.to.clone(),
        shown_on: today.to_owned(),
    })
}

/// What was typed, without what no name or number has and no database takes.
fn clean(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect::<String>().trim().to_owned()
}

/// Every agency, for names by id.
struct Agencies(Vec<agency_rows::Agency>);

impl Agencies {
    fn name(&self, id: &str) -> &str {
        self.0.iter().find(|agency| agency.id == id).map_or("", |agency| agency.name.as_str())
    }
}

fn card(agency: &str, row: disclosures::Disclosure) -> Card {
    let row = without_withdrawn(row);
    Card {
        title: title(&row),
        kinds: kinds_words(&row.kinds),
        agency: agency.to_owned(),
        decided_on: day_words(&row.decided_on),
        published_on: words::day(Moment::from_millis(row.published_at).day()),
        state_label: state_label(&row.state).to_owned(),
        number: row.number,
        party: row.party,
        document_number: row.document_number,
        state: row.state,
    }
}

/// Of what was withdrawn only the numbers, the agency and the days are left.
fn without_withdrawn(mut row: disclosures::Disclosure) -> disclosures::Disclosure {
    if row.state == "withdrawn" {
        for text in [&mut row.party, &mut row.party_code, &mut row.kinds] {
            text.clear();
        }
        row.fine = None;
    }
    row
}

/// The title as shown; what was withdrawn has none.
pub(super) fn title(row: &disclosures::Disclosure) -> String {
    match (row.state.as_str(), row.title.as_str()) {
        ("withdrawn", _) => "已撤下的公示信息".into(),
        (_, "") => "执法决定".into(),
        (_, title) => title.to_owned(),
    }
}

/// The number of the one item that bears this public or document number; none when there is none or several.
pub async fn numbered(desk: &Desk, text: &str) -> Result<Option<String>, Error> {
    let (text, today) = (clean(text), desk.now.day().to_string());
    desk.house.store.read(move |db| find_numbered(db, &text, &today)).await
}

fn find_numbered(db: &mut Db, text: &str, today: &str) -> Result<Option<String>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(row) = disclosures::by_number(db, text).or_none()? {
        return Ok(Some(row.number));
    }
    let query = Query { words: text.to_owned(), ..Query::default() };
    let filter = filter(db, &query, today)?;
    let wanted = plain_number(text);
    let rows = disclosures::page(db, &filter, 1, PAGE)?;
    let mut same = rows.into_iter().filter(|row| plain_number(&row.document_number) == wanted);
    Ok(same.next().filter(|_| same.next().is_none()).map(|row| row.number))
}

/// A document number however its brackets, spaces and digits were typed.
fn plain_number(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '〔' | '【' | '（' | '(' | '［' => '[',
            '〕' | '】' | '）' | ')' | '］' => ']',
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// Penalty kinds in Chinese from the words of a `kinds` column.
pub fn kinds_words(kinds: &str) -> String {
    let kinds: Vec<PenaltyKind> = kinds
        .split(',')
        .filter_map(|word| serde_json::from_value(serde_json::Value::from(word)).ok())
        .collect();
    words::kinds(&kinds)
}

/// A kind of act in Chinese.
pub fn kind_label(kind: &str) -> &'static str {
    KINDS.iter().find(|(word, _)| *word == kind).map_or("其他", |(_, label)| label)
}

/// The state as of `now`: showing ends by itself.
pub(super) fn state(row: &disclosures::Disclosure, now: Moment) -> &str {
    let today = now.day().to_string();
    let expired = row.show_until.as_ref().is_some_and(|last| *last < today);
    if expired && row.state != "withdrawn" { "expired" } else { row.state.as_str() }
}

/// A state in Chinese.
pub(super) fn state_label(state: &str) -> &'static str {
    match state {
        "corrected" => "已更正",
        "withdrawn" => "已撤下",
        "expired" => "公示期满",
        _ => "公示中",
    }
}

/// An instant as pages write it, `2026年11月21日 09:30` in China.
pub fn moment(at: Moment) -> String {
    moment_words(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_numbers_are_told_apart_by_their_characters_alone() {
        assert_eq!(
            plain_number("示市监处罚 (２０２６) 118号"),
            plain_number("示市监处罚〔2026〕118号")
        );
        assert_ne!(plain_number("示市监处罚〔2026〕11号"), plain_number("示市监处罚〔2026〕118号"));
        assert_eq!(clean("  甲\0乙\n"), "甲乙");
        assert_eq!(clean(&"长".repeat(500)).chars().count(), WORDS_MAX);
    }
}
