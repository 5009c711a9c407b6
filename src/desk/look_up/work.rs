//! What waits for somebody: reviews by due day, decisions to disclose, clocks that have run out.

use super::{
    Names,
    cases::{self, CaseCard, scope},
    cut, day_words, parse_cursor,
};
use crate::{
    base::Day,
    desk::{Desk, Error, House, Role, Who, project},
    law::{
        clock::{deadline, working_days_left},
        procedure::{self, CaseState},
        words,
    },
    store::{
        self, Db, agencies, clocks, decisions,
        reviews::{self, DueCursor},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

/// Rows on one page of a list of work.
pub const PAGE: i64 = 50;

/// A review that waits.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Waiting {
    /// The case.
    pub case: CaseCard,
    /// Round.
    pub round: i32,
    /// Who submitted.
    pub submitted_by: String,
    /// Day submitted.
    pub submitted_on: String,
    /// Last day.
    pub due: String,
    /// Whether it has passed.
    pub late: bool,
}

/// A decision that has to be disclosed or withheld.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Due {
    /// The case.
    pub case: CaseCard,
    /// 决定书文号
    pub number: String,
    /// Day decided.
    pub decided_on: String,
    /// Last day to disclose.
    pub due: String,
    /// Working days left, in words.
    pub left: String,
    /// Whether the day has passed.
    pub late: bool,
}

/// A clock that has run out or is about to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Overdue {
    /// The case.
    pub case: CaseCard,
    /// What should have been done, in a few words.
    pub label: String,
    /// The rule that asks for it.
    pub what: String,
    /// Article.
    pub article: String,
    /// Last day.
    pub due: String,
}

/// One page of the reviews that wait.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewPage {
    /// The reviews, the most urgent first.
    pub reviews: Vec<Waiting>,
    /// How many wait.
    pub total: i64,
    /// How many of them are late.
    pub late: i64,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// One page of the clocks that have run out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OverduePage {
    /// The clocks, the longest overdue first.
    pub clocks: Vec<Overdue>,
    /// How many have run out.
    pub total: i64,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// One page of the decisions that have to be disclosed or withheld.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DuePage {
    /// The decisions, the oldest first.
    pub decisions: Vec<Due>,
    /// How many there are.
    pub total: i64,
    /// Whether any of this page is late.
    pub late: bool,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// A page of the reviews that wait for the signed-in reviewer, the most urgent first, after `cursor`.
pub async fn reviews(desk: &Desk, cursor: &str) -> Result<ReviewPage, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Reviewer, Role::Head, Role::Supervisor], "查看待审案件")?;
    let after = due_cursor(cursor)?;
    let today = desk.now.day().to_string();
    desk.house.store.read(move |db| waiting(db, &who, after.as_ref(), &today)).await
}

/// A cursor of a list by last day.
fn due_cursor(text: &str) -> Result<Option<DueCursor>, Error> {
    Ok(parse_cursor::<Day>(text)?.map(|(due, id)| (due.to_string(), id)))
}

fn waiting(
    db: &mut Db,
    who: &Who,
    after: Option<&DueCursor>,
    today: &str,
) -> Result<ReviewPage, Error> {
    let mut names = Names::default();
    let mut list = Vec::new();
    let scope = scope(db, who)?;
    let mut rows = reviews::waiting(db, &scope, after, PAGE + 1)?;
    let next = cut(&mut rows, PAGE, |row| format!("{}.{}", row.due, row.submission_id));
    for row in rows {
        let case = store::cases::find(db, &row.case_id)?;
        let at = crate::base::Moment::from_millis(row.submitted_at);
        list.push(Waiting {
            case: cases::card(db, case, today)?,
            round: row.round,
            submitted_by: names.of(db, &row.submitted_by)?,
            submitted_on: words::day(at.day()),
            late: row.due.as_str() < today,
            due: day_words(&row.due),
        });
    }
    let total = reviews::count_waiting(db, &scope, None)?;
    let late = reviews::count_waiting(db, &scope, Some(today))?;
    Ok(ReviewPage { reviews: list, total, late, next })
}

/// A page of the decisions that wait to be made public, the oldest first, after `cursor`.
pub async fn disclosures(desk: &Desk, cursor: &str) -> Result<DuePage, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Clerk, Role::Head, Role::Supervisor], "查看待公示决定")?;
    let after = due_cursor(cursor)?;
    let (house, today) = (desk.house.clone(), desk.now.day());
    desk.house.store.read(move |db| due(db, &house, &who, after.as_ref(), today)).await
}

fn due(
    db: &mut Db,
    house: &House,
    who: &Who,
    after: Option<&DueCursor>,
    today: Day,
) -> Result<DuePage, Error> {
    let mut list = Vec::new();
    let scope = scope(db, who)?;
    let mut rows = decisions::undisclosed(db, &scope, after, PAGE + 1)?;
    let next = cut(&mut rows, PAGE, |row| format!("{}.{}", row.decided_on, row.record_id));
    for row in rows {
        let case = store::cases::find(db, &row.case_id)?;
        let agency = agencies::find(db, &row.agency_id)?;
        let period = project::pack_of(house, &agency)?.disclosure_period(&case.act_kind);
        let decided: Day = row.decided_on.parse().map_err(Error::broken)?;
        let last = deadline(&house.calendar, decided, period.n, period.unit, &[]).due;
        list.push(Due {
            case: cases::card(db, case, &today.to_string())?,
            number: row.number,
            decided_on: words::day(decided),
            left: left(house, today, last),
            late: last < today,
            due: words::day(last),
        });
    }
    let total = decisions::count_undisclosed(db, &scope)?;
    let late = list.iter().any(|due| due.late);
    Ok(DuePage { decisions: list, total, late, next })
}

/// Working days from `today` to `last`, in words.
fn left(house: &House, today: Day, last: Day) -> String {
    let count = |from, to| working_days_left(&house.calendar, from, to);
    if today <= last {
        format!("还有{}个工作日", count(today, last))
    } else {
        format!("已超过{}个工作日", count(last, today))
    }
}

/// A page of the clocks that have run out, the longest overdue first, after `cursor`.
pub async fn overdue(desk: &Desk, cursor: &str) -> Result<OverduePage, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Officer, Role::Head, Role::Supervisor], "查看超过期限的事项")?;
    let after = due_cursor(cursor)?;
    let (house, today) = (desk.house.clone(), desk.now.day().to_string());
    desk.house.store.read(move |db| run_out(db, &house, &who, after.as_ref(), &today)).await
}

fn run_out(
    db: &mut Db,
    house: &House,
    who: &Who,
    after: Option<&DueCursor>,
    today: &str,
) -> Result<OverduePage, Error> {
    let scope = scope(db, who)?;
    let mut rows = clocks::overdue(db, &scope, today, after, PAGE + 1)?;
    let next = cut(&mut rows, PAGE, |row| format!("{}.{}", row.due, row.id));
    let mut list = Vec::new();
    for row in rows {
        let case = store::cases::find(db, &row.case_id)?;
        let rule = house.rulebook.rule(&row.rule);
        list.push(Overdue {
            label: label(db, house, &case, &row)?,
            case: cases::card(db, case, today)?,
            what: rule.text.clone(),
            article: rule.article.clone(),
            due: day_words(&row.due),
        });
    }
    let total = clocks::count_overdue(db, &scope, today)?;
    Ok(OverduePage { clocks: list, total, next })
}

/// What the clock of `row` is called in its case.
fn label(
    db: &mut Db,
    house: &House,
    case: &store::cases::Case,
    row: &clocks::ClockRow,
) -> Result<String, Error> {
    let agency = agencies::find(db, &row.agency_id)?;
    let pack = project::pack_of(house, &agency)?;
    let state: CaseState = serde_json::from_str(&case.state).map_err(Error::broken)?;
    let clocks = procedure::clocks(&house.rulebook, &house.calendar, pack, &state);
    let same = |clock: &procedure::Clock| {
        clock.rule == row.rule && clock.start.to_string() == row.start_on
    };
    Ok(clocks.into_iter().find(same).map(|clock| clock.label).unwrap_or_default())
}
