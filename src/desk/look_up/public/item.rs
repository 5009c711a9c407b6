//! One disclosure in full: the answer, what is shown, what is hidden and why, the last days, the proof.

use super::{AgencyView, state_label};
use crate::{
    base::Moment,
    desk::{
        Desk, Error, House,
        disclose::{self, Content, SHOWN},
        file,
        look_up::{case_file::moment_words, day_words},
        project, prove, shown,
    },
    law::{procedure, words},
    ledger::{bundle::Proof, field::Field},
    store::{Db, OrNone, agencies, cases, checkpoints, disclosures, entries, releases},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A shown line of an item, with what is hidden and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Shown {
    /// Path of the signed field.
    pub path: String,
    /// Label.
    pub label: String,
    /// Text, exactly as signed.
    pub value: String,
    /// Why part of it is hidden; empty when shown in full.
    pub masked: String,
}

/// One release of an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseView {
    /// `disclosure`, `correction` or `withdrawal`, in Chinese.
    pub kind: String,
    /// When.
    pub at: String,
    /// Why.
    pub reason: String,
}

/// A last day for the party, with its arithmetic.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Remedy {
    /// 申请行政复议 or 提起行政诉讼
    pub label: String,
    /// The last day, in words.
    pub until: String,
    /// How it was counted.
    pub how: String,
    /// The article.
    pub article: String,
    /// Whether the day has passed.
    pub passed: bool,
}

/// The public page of an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Disclosure)]
pub struct Item {
    /// 公示编号
    pub number: String,
    /// 案件名称
    pub title: String,
    /// 决定书文号; empty once withdrawn or expired.
    pub document_number: String,
    /// State's word.
    pub state: String,
    /// State in Chinese.
    pub state_label: String,
    /// The answer in one sentence.
    pub answer: String,
    /// Shown lines; empty once withdrawn or expired.
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
    /// Both with their arithmetic; empty when they cannot be told.
    pub remedies: Vec<Remedy>,
    /// Whether it came from a list that the agency had published elsewhere.
    pub imported: bool,
    /// History, oldest first.
    pub releases: Vec<ReleaseView>,
    /// On which of the listed grounds it was withdrawn; empty unless it was.
    pub ground: String,
    /// Why it was withdrawn or corrected, in the clerk's words.
    pub reason: String,
    /// Whether its leaf is under a signed checkpoint, so that it can be checked.
    pub checkable: bool,
}

impl Item {
    /// Whether its contents are still shown.
    pub fn is_shown(&self) -> bool {
        !matches!(self.state.as_str(), "withdrawn" | "expired")
    }
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
    let row = disclosures::by_number(db, number).or_none()?.ok_or(Error::NotFound("公示信息"))?;
    let agency = agencies::find(db, &row.agency_id)?;
    let content: Content = serde_json::from_str(&row.content).map_err(Error::broken)?;
    let state = super::state(&row, now);
    let shown = !matches!(state, "withdrawn" | "expired");
    let remedies = if shown { remedies(db, house, &row, &agency, now)? } else { Vec::new() };
    let until = |at: usize| remedies.get(at).map_or_else(String::new, |day| day.until.clone());
    let entry = entries::by_record(db, &row.record_id)?;
    let sealed = checkpoints::latest(db)?.map_or(0, |row| row.size);
    let releases = releases::by_disclosure(db, &row.id)?.into_iter().map(release_view).collect();
    let (ground, reason) = why(state, &row.reason);
    Ok(Item {
        answer: answer(state, &row),
        lines: if shown { lines(house, &content) } else { Vec::new() },
        hidden: content.hidden.len(),
        agency: agency.into(),
        published_on: words::day(Moment::from_millis(row.published_at).day()),
        show_until: row.show_until.as_deref().map(day_words).unwrap_or_default(),
        reconsider_until: until(0),
        sue_until: until(1),
        remedies,
        imported: row.source_key.is_some(),
        releases,
        checkable: entry.leaf < sealed && shown,
        state_label: state_label(state).to_owned(),
        state: state.to_owned(),
        title: if shown { super::title(&row) } else { "公示信息".into() },
        document_number: if shown { row.document_number } else { String::new() },
        number: row.number,
        ground: ground.to_owned(),
        reason: reason.to_owned(),
    })
}

/// The listed ground, for what was withdrawn, and the clerk's own words.
fn why<'r>(state: &str, reason: &'r str) -> (&'r str, &'r str) {
    if state == "withdrawn" { shown::parted(reason) } else { ("", reason) }
}

fn answer(state: &str, row: &disclosures::Disclosure) -> String {
    let day = words::day(Moment::from_millis(row.published_at).day());
    let reason = row.reason.trim_end_matches('。');
    match state {
        "corrected" => format!("该决定真实有效，公示内容已经更正。更正原因：{reason}。"),
        "withdrawn" => {
            format!("该公示信息已经撤下。撤下原因：{}。", shown::parted(reason).0)
        }
        "expired" => "该公示信息公示期满，内容不再展示。".into(),
        _ => format!("该决定真实有效，自{day}起公示。"),
    }
}

fn lines(house: &House, content: &Content) -> Vec<Shown> {
    content
        .opened
        .iter()
        .filter_map(|field| Some((field.path.strip_prefix(SHOWN)?, field)))
        .map(|(item, field)| Shown {
            path: field.path.clone(),
            label: disclose::label(item).to_owned(),
            value: field.value.clone(),
            masked: field.mask.as_deref().map(|rule| mask_words(house, rule)).unwrap_or_default(),
        })
        .collect()
}

/// Why something is hidden, from the ids of the masking rules.
fn mask_words(house: &House, rule: &str) -> String {
    let labels: Vec<&str> = rule
        .split('+')
        .filter_map(|id| house.rulebook.masking_rules().iter().find(|listed| listed.id == id))
        .map(|listed| listed.label.as_str())
        .collect();
    match labels.as_slice() {
        [] => "部分内容依法隐去".into(),
        labels => format!("依法隐去：{}", labels.join("、")),
    }
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
    agency: &agencies::Agency,
    now: Moment,
) -> Result<Vec<Remedy>, Error> {
    let Some(case_id) = &row.case_id else { return Ok(Vec::new()) };
    let case = cases::find(db, case_id)?;
    let pack = project::pack_of(house, agency)?;
    let state = serde_json::from_str(&case.state).map_err(Error::broken)?;
    let clocks = procedure::remedies(&house.rulebook, &house.calendar, pack, &state);
    Ok(clocks.into_iter().map(|clock| remedy(clock, now)).collect())
}

fn remedy(clock: procedure::Clock, now: Moment) -> Remedy {
    let start = words::day(clock.start);
    let provisional = match clock.provisional {
        true => "该年度放假安排尚未公布，最后一日暂按周一至周五为工作日推算。",
        false => "",
    };
    Remedy {
        how: format!(
            "自送达生效之日（{start}）的次日起算{}，最后一日逢休息日的顺延至其后第一个工作日。{provisional}",
            clock.length
        ),
        until: words::day(clock.due),
        passed: clock.due < now.day(),
        label: clock.label,
        article: clock.article,
    }
}

/// The proof behind an item's newest release: shown fields opened, the rest by digest.
///
/// # Errors
/// `NotFound`, `Gone` once withdrawn or expired, `Busy` until the next checkpoint.
pub async fn proof(desk: &Desk, number: &str) -> Result<Proof, Error> {
    let (house, number, now) = (desk.house.clone(), number.to_owned(), desk.now);
    desk.house
        .store
        .read(move |db| {
            let row = still_shown(db, &number, now)?;
            let filed = file::one(db, &house, &row.record_id)?;
            let shown = |field: &Field| field.path.starts_with(SHOWN);
            prove::proof(db, &house, &filed.row, filed.fields, shown)
        })
        .await
}

/// The item with this number, as long as its contents are shown.
///
/// # Errors
/// `NotFound`, `Gone` once withdrawn or expired.
pub fn still_shown(
    db: &mut Db,
    number: &str,
    now: Moment,
) -> Result<disclosures::Disclosure, Error> {
    let row = disclosures::by_number(db, number).or_none()?;
    let row = row.ok_or(Error::NotFound("公示信息"))?;
    let state = super::state(&row, now);
    if matches!(state, "withdrawn" | "expired") {
        return Err(Error::Gone(answer(state, &row)));
    }
    Ok(row)
}
