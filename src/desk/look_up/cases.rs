//! Lists of cases of the signed-in person's agency, newest change first.

use super::{cut, day_words, parse_cursor};
use crate::{
    base::Moment,
    desk::{Desk, Error, Role, Who},
    law::procedure::Stage,
    store::{Db, agencies, cases, clocks},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Cases on one page.
pub const PAGE: i64 = 20;

/// Which cases to list.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// Stage by its word, e.g. `investigation`; none means all.
    pub stage: Option<String>,
    /// Part of the number, title or party.
    pub words: String,
    /// Where the page before ended, as [`CasePage::next`] gave it.
    pub cursor: Option<String>,
}

/// One case in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseCard {
    /// Case id.
    pub id: String,
    /// 案件编号
    pub number: String,
    /// Title.
    pub title: String,
    /// 当事人
    pub party: String,
    /// Agency's name.
    pub agency: String,
    /// Stage's word.
    pub stage: String,
    /// Stage in Chinese.
    pub stage_label: String,
    /// Day of the last change, in words.
    pub updated_on: String,
    /// The nearest open clock: day in words, empty when none runs.
    pub due: String,
    /// Whether that clock has run out.
    pub late: bool,
}

/// One page of cases.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CasePage {
    /// The cases.
    pub cases: Vec<CaseCard>,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
    /// Number of cases by stage word.
    pub counts: Vec<StageCount>,
}

/// How many cases stand in a stage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StageCount {
    /// Stage's word.
    pub stage: String,
    /// Stage in Chinese.
    pub label: String,
    /// Cases in it.
    pub count: i64,
}

/// One page of the cases that the signed-in person may see.
pub async fn cases(desk: &Desk, filter: CaseFilter) -> Result<CasePage, Error> {
    let who = desk.who()?.clone();
    who.require(
        &[Role::Officer, Role::Head, Role::Reviewer, Role::Clerk, Role::Supervisor],
        "查看案件",
    )?;
    let today = desk.now.day().to_string();
    desk.house.store.read(move |db| page(db, &who, &filter, &today)).await
}

/// The agencies whose cases a person sees: their own, or all for a supervisor.
pub fn scope(db: &mut Db, who: &Who) -> Result<Vec<String>, Error> {
    if who.is(Role::Supervisor) {
        return Ok(agencies::all(db)?.into_iter().map(|agency| agency.id).collect());
    }
    Ok(vec![who.agency.clone()])
}

fn page(db: &mut Db, who: &Who, filter: &CaseFilter, today: &str) -> Result<CasePage, Error> {
    let scope = scope(db, who)?;
    let after = parse_cursor(filter.cursor.as_deref().unwrap_or_default())?;
    let list = cases::CaseFilter {
        agencies: scope.clone(),
        stage: filter.stage.clone().unwrap_or_default(),
        opened_by: String::new(),
        text: filter.words.trim().to_owned(),
    };
    let mut rows = cases::page(db, &list, after.as_ref(), PAGE + 1)?;
    let next = cut(&mut rows, PAGE, |row| format!("{}.{}", row.updated_at, row.id));
    let cards = rows.into_iter().map(|row| card(db, row, today)).collect::<Result<_, _>>()?;
    let mut counts = cases::counts_by_stage(db, &scope)?;
    counts.sort_by_key(|(stage, _)| Stage::ALL.iter().position(|known| known.name() == stage));
    let counts = counts.into_iter();
    let counts =
        counts.map(|(stage, count)| StageCount { label: stage_label(&stage), stage, count });
    Ok(CasePage { cases: cards, next, counts: counts.collect() })
}

/// A case as lists show it.
pub fn card(db: &mut Db, row: cases::Case, today: &str) -> Result<CaseCard, Error> {
    let open = clocks::by_case(db, &row.id)?.into_iter().filter(|clock| clock.met_on.is_none());
    let due = open.map(|clock| clock.due).min();
    let agency = agencies::find(db, &row.agency_id)?.name;
    Ok(CaseCard {
        stage_label: stage_label(&row.stage),
        updated_on: crate::law::words::day(Moment::from_millis(row.updated_at).day()),
        late: due.as_deref().is_some_and(|due| due < today),
        due: due.map(|due| day_words(&due)).unwrap_or_default(),
        id: row.id,
        number: row.number,
        title: row.title,
        party: row.party,
        agency,
        stage: row.stage,
    })
}

/// The Chinese label of a stage's word.
pub fn stage_label(word: &str) -> String {
    serde_json::from_value::<Stage>(word.into())
        .map_or_else(|_| word.to_owned(), |stage| stage.label().to_owned())
}
