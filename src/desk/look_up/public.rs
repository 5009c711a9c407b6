//! What everybody may read: lists and items of disclosures, agencies, and the proofs behind them.
//! Nothing about the asker is kept.

use super::{case_file::moment_words, day_words};
use crate::{
    base::Moment,
    desk::{
        Desk, Error, House, Optional,
        disclose::{Content, ITEMS, SHOWN},
        file, project, prove,
    },
    law::{act::PenaltyKind, words},
    ledger::bundle::Proof,
    store::{
        Db, agencies,
        disclosures::{self, Filter},
        releases,
    },
};
use serde::Serialize;

/// Items on one page of the public list.
pub const PAGE: i64 = 20;

/// What the public asks for.
#[derive(Clone, Debug, Default)]
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
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
pub struct ListPage {
    /// The items, newest first.
    pub items: Vec<Card>,
    /// How many there are, as far as counted.
    pub total: i64,
    /// Whether there are more than counted.
    pub more_than_total: bool,
    /// This page, from 1.
    pub page: i64,
    /// The last page that is known of.
    pub pages: i64,
}

/// An agency to filter by.
#[derive(Clone, Debug, Serialize)]
pub struct AgencyView {
    /// 统一社会信用代码
    pub code: String,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Phone for questions and complaints.
    pub phone: String,
}

/// A shown line of an item, with what is hidden and why.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// Label.
    pub label: String,
    /// Text.
    pub value: String,
    /// Why part of it is hidden; empty when shown in full.
    pub masked: String,
}

/// One release of an item.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseView {
    /// `disclosure`, `correction` or `withdrawal`, in Chinese.
    pub kind: String,
    /// When.
    pub at: String,
    /// Why.
    pub reason: String,
}

/// The public page of an item.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// 公示编号
    pub number: String,
    /// 案件名称
    pub title: String,
    /// State's word.
    pub state: String,
    /// State in Chinese.
    pub state_label: String,
    /// The answer in one sentence.
    pub answer: String,
    /// Shown lines; empty once withdrawn.
    pub lines: Vec<Shown>,
    /// How many values stay hidden.
    pub hidden: usize,
    /// Agency.
    pub agency: AgencyView,
    /// 公示日期
    pub published_on: String,
    /// 公示截止期, empty when unlimited.
    pub show_until: String,
    /// Last day to ask for reconsideration, computed; empty when it cannot be told.
    pub reconsider_until: String,
    /// Last day to sue.
    pub sue_until: String,
    /// History, oldest first.
    pub releases: Vec<ReleaseView>,
    /// Why it was withdrawn or corrected.
    pub reason: String,
    /// Whether its leaf is under a signed checkpoint, so that it can be checked.
    pub checkable: bool,
}

/// A page of the public list.
pub async fn list(desk: &Desk, query: Query) -> Result<ListPage, Error> {
    desk.house.store.read(move |db| read_list(db, &query)).await
}

fn read_list(db: &mut Db, query: &Query) -> Result<ListPage, Error> {
    let agency_id = match query.agency.as_str() {
        "" => String::new(),
        code => agencies::by_code(db, code).optional()?.map_or("none".into(), |agency| agency.id),
    };
    let all = ["published", "corrected", "withdrawn"].map(str::to_owned).to_vec();
    let filter = Filter {
        text: query.words.clone(),
        agency_id,
        act_kind: query.act_kind.clone(),
        states: if query.state.is_empty() { all } else { vec![query.state.clone()] },
        decided_from: query.from.clone(),
        decided_to: query.to.clone(),
    };
    let page = query.page.max(1);
    let found = disclosures::page(db, &filter, page, PAGE)?;
    let names = agencies::all(db)?;
    let name = |id: &str| names.iter().find(|a| a.id == id).map_or("", |a| a.name.as_str());
    let items = found.rows.into_iter().map(|row| card(name(&row.agency_id), row)).collect();
    Ok(ListPage {
        items,
        total: found.total,
        more_than_total: found.more_than_total,
        page,
        pages: (found.total + PAGE - 1) / PAGE,
    })
}

fn card(agency: &str, row: disclosures::Disclosure) -> Card {
    Card {
        kinds: kinds_words(&row.kinds),
        agency: agency.to_owned(),
        decided_on: day_words(&row.decided_on),
        published_on: words::day(Moment::from_millis(row.published_at).day()),
        state_label: state_label(&row.state).to_owned(),
        number: row.number,
        title: row.title,
        party: row.party,
        document_number: row.document_number,
        state: row.state,
    }
}

/// Penalty kinds in Chinese from the words of a `kinds` column.
pub fn kinds_words(kinds: &str) -> String {
    let kinds: Vec<PenaltyKind> = kinds
        .split(',')
        .filter_map(|word| serde_json::from_value(serde_json::Value::from(word)).ok())
        .collect();
    words::kinds(&kinds)
}

fn state_label(state: &str) -> &'static str {
    match state {
        "corrected" => "已更正",
        "withdrawn" => "已撤下",
        "expired" => "公示期满",
        _ => "公示中",
    }
}

/// The agencies of this site.
pub async fn agencies(desk: &Desk) -> Result<Vec<AgencyView>, Error> {
    let rows = desk.house.store.read(agencies::all).await?;
    Ok(rows.into_iter().map(agency_view).collect())
}

fn agency_view(row: agencies::Agency) -> AgencyView {
    AgencyView { code: row.code, name: row.name, address: row.address, phone: row.phone }
}

/// The public page of the item with this number.
///
/// # Errors
/// `NotFound` when there never was one.
pub async fn item(desk: &Desk, number: &str) -> Result<Item, Error> {
    let (house, number, now) = (desk.house.clone(), number.to_owned(), desk.now);
    desk.house.store.read(move |db| read_item(db, &house, &number, now)).await
}

fn read_item(db: &mut Db, house: &House, number: &str, now: Moment) -> Result<Item, Error> {
    let row = disclosures::by_number(db, number).optional()?.ok_or(Error::NotFound("公示信息"))?;
    let agency = agencies::find(db, &row.agency_id)?;
    let content: Content = serde_json::from_str(&row.content).map_err(Error::broken)?;
    let today = now.day().to_string();
    let expired = row.show_until.as_ref().is_some_and(|last| *last < today);
    let state = if expired && row.state != "withdrawn" { "expired" } else { row.state.as_str() };
    let hidden_now = matches!(state, "withdrawn" | "expired");
    let (reconsider_until, sue_until) = remedies(db, house, &row)?;
    let entry = crate::store::entries::by_record(db, &row.record_id)?;
    let sealed = crate::store::checkpoints::latest(db)?.map_or(0, |row| row.size);
    let releases = releases::by_disclosure(db, &row.id)?.into_iter().map(release_view).collect();
    Ok(Item {
        answer: answer(state, &row),
        lines: if hidden_now { Vec::new() } else { lines(house, &content) },
        hidden: content.hidden.len(),
        agency: agency_view(agency),
        published_on: words::day(Moment::from_millis(row.published_at).day()),
        show_until: row.show_until.as_deref().map(day_words).unwrap_or_default(),
        reconsider_until,
        sue_until,
        releases,
        checkable: entry.leaf < sealed && !hidden_now,
        state_label: state_label(state).to_owned(),
        state: state.to_owned(),
        title: if hidden_now { "公示信息".into() } else { row.title },
        number: row.number,
        reason: row.reason,
    })
}

fn answer(state: &str, row: &disclosures::Disclosure) -> String {
    let day = words::day(Moment::from_millis(row.published_at).day());
    match state {
        "corrected" => format!("该决定真实有效，公示内容已经更正。更正原因：{}", row.reason),
        "withdrawn" => format!("该公示信息已经撤下。撤下原因：{}。", row.reason),
        "expired" => "该公示信息公示期满，内容不再展示。".into(),
        _ => format!("该决定真实有效，自{day}起公示。"),
    }
}

fn lines(house: &House, content: &Content) -> Vec<Shown> {
    let label = |item: &str| {
        let known = ITEMS.iter().find(|(path, _)| *path == item).map(|(_, label)| *label);
        let extra = match item {
            "penalty.daily-fine" => Some("按日连续处罚金额"),
            "region" => Some("所在地区"),
            "rectification" => Some("整改情况"),
            "text.reason" => Some("更正原因"),
            _ => item.strip_prefix("source."),
        };
        known.or(extra).unwrap_or(item).to_owned()
    };
    content
        .opened
        .iter()
        .filter_map(|field| Some((field.path.strip_prefix(SHOWN)?, field)))
        .map(|(item, field)| Shown {
            label: label(item),
            value: field.value.clone(),
            masked: field.mask.as_deref().map(|rule| mask_words(house, rule)).unwrap_or_default(),
        })
        .collect()
}

/// Why something is hidden, from the ids of the masking rules.
fn mask_words(house: &House, rule: &str) -> String {
    if rule == "other" {
        return "部分内容依法隐去".into();
    }
    let labels: Vec<&str> = rule
        .split('+')
        .filter_map(|id| house.rulebook.masking_rules().iter().find(|listed| listed.id == id))
        .map(|listed| listed.label.as_str())
        .collect();
    format!("依法隐去：{}", labels.join("、"))
}

fn release_view(row: releases::Release) -> ReleaseView {
    let kind = match row.kind.as_str() {
        "correction" => "更正",
        "withdrawal" => "撤下",
        _ => "公示",
    };
    ReleaseView {
        kind: kind.into(),
        at: moment_words(Moment::from_millis(row.released_at)),
        reason: row.reason,
    }
}

/// The last days for reconsideration (60 days) and suit (6 months) from the day the decision was served.
fn remedies(
    db: &mut Db,
    house: &House,
    row: &disclosures::Disclosure,
) -> Result<(String, String), Error> {
    let Some(case_id) = &row.case_id else { return Ok((String::new(), String::new())) };
    let case = crate::store::cases::find(db, case_id)?;
    let agency = agencies::find(db, &row.agency_id)?;
    let pack = project::pack_of(house, &agency)?;
    let state = serde_json::from_str(&case.state).map_err(Error::broken)?;
    let days = crate::law::procedure::remedies(&house.rulebook, &house.calendar, pack, &state);
    let mut days = days.into_iter().map(|clock| words::day(clock.due));
    Ok((days.next().unwrap_or_default(), days.next().unwrap_or_default()))
}

/// The proof behind an item's newest release: shown fields opened, the rest by digest.
///
/// # Errors
/// `Gone` once withdrawn or expired, `Busy` until the next checkpoint.
pub async fn proof(desk: &Desk, number: &str) -> Result<Proof, Error> {
    let item = item(desk, number).await?;
    if matches!(item.state.as_str(), "withdrawn" | "expired") {
        return Err(Error::Gone(item.answer));
    }
    let (house, number) = (desk.house.clone(), number.to_owned());
    desk.house
        .store
        .read(move |db| {
            let row = disclosures::by_number(db, &number)?;
            let filed = file::one(db, &house, &row.record_id)?;
            let shown = |field: &crate::ledger::field::Field| field.path.starts_with(SHOWN);
            prove::proof(db, &house, &filed.row, filed.fields, shown)
        })
        .await
}
