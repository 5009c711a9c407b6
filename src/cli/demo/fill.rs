//! Filling an empty house with the county, in the order of time, one act of the desk after the other.

use super::{
    cases::Ground,
    clock::ScriptedClock,
    county::{Case, County},
    days::{Days, at, plus, working},
    history::{self, List},
    people::{self, Secrets, Staff},
    summary::Summary,
};
use crate::{
    base::{CaseId, Day, Digest, Moment},
    desk::{
        Clock as _, Desk, House,
        import_list::{Fate, import_list},
        penalty_list::{self, Verdict},
        seal_checkpoint::Sealer,
    },
    law::calendar::Calendar,
};
use anyhow::{Context, Result, bail};
use std::{collections::VecDeque, sync::Arc};

/// Milliseconds of the scripted time between two checkpoints.
const SEAL_EVERY: i64 = 7 * 86_400_000;

/// Something that happens in the county.
enum Event {
    /// An agency is entered.
    Agency(usize),
    /// A person is entered.
    Person(usize),
    /// The power lists are entered.
    Items,
    /// A list of the years before is imported.
    Past(List),
    /// A step of a case.
    Step {
        /// Place of the script.
        case: usize,
        /// Place of the step in it.
        step: usize,
    },
}

/// The first instant of the county when it is loaded on `today`: before anything in the scripts.
pub fn begin(county: &County, calendar: &Calendar, today: Day) -> Moment {
    let oldest = county.cases.iter().map(|case| case.filed_days_ago).max().unwrap_or(0);
    let first = plus(today, -oldest).min(county.past.plan.from);
    Moment::start_of(working(calendar, plus(first, -7), -1)).plus_millis(9 * 3_600_000)
}

/// Fills `house`, whose clock is `clock`, as of `now`; the clock goes with the system's afterwards.
///
/// # Errors
/// Names the script and step that the desk did not let pass, and why.
pub async fn fill(
    house: &Arc<House>,
    clock: &ScriptedClock,
    county: &County,
    now: Moment,
) -> Result<Summary> {
    let began = std::time::Instant::now();
    let begin = clock.now();
    let secrets = people::secrets(&county.people, begin).await?;
    let mut filling = Filling {
        house,
        county,
        today: now.day(),
        staff: Staff::default(),
        secrets: secrets.into_iter().map(Some).collect(),
        cases: vec![None; county.cases.len()],
        exhibits: 0,
    };
    let mut sealer = Sealer::open(house).await?;
    let mut sealed = begin;
    let mut free = begin;
    for (at, event) in filling.timeline(begin)? {
        // One desk, one act at a time: what was scripted for the same minute waits, so that the log's
        // order is that of its times.
        let at = at.max(free);
        clock.set(at);
        if at.millis() - sealed.millis() >= SEAL_EVERY {
            sealer.seal(house, at).await?;
            sealed = at;
        }
        free = filling.happen(at, event).await?.plus_millis(1_000);
    }
    clock.release();
    sealer.seal(house, now).await?;
    Summary::of(house, county, &filling.cases, filling.exhibits, began.elapsed()).await
}

struct Filling<'a> {
    house: &'a Arc<House>,
    county: &'a County,
    today: Day,
    staff: Staff,
    secrets: Vec<Option<Secrets>>,
    /// The cases filed so far, by the place of their script.
    cases: Vec<Option<CaseId>>,
    exhibits: usize,
}

impl Filling<'_> {
    /// Everything that happens, in order of time.
    fn timeline(&self, begin: Moment) -> Result<VecDeque<(Moment, Event)>> {
        let calendar = &self.house.calendar;
        let mut all = Vec::new();
        for n in 0..self.county.agencies.len() {
            all.push((begin.plus_millis(i64::try_from(n)? * 60_000), Event::Agency(n)));
        }
        for (n, person) in self.county.people.iter().enumerate() {
            let day = people::entered_on(person, begin.day());
            let day = if day == begin.day() { day } else { working(calendar, day, 1) };
            let minutes = i64::try_from(n)? * 60_000;
            all.push((at(day, "09:10")?.plus_millis(minutes), Event::Person(n)));
        }
        all.push((at(begin.day(), "10:00")?, Event::Items));
        for list in history::lists(self.county, calendar, self.today)? {
            all.push((list.at, Event::Past(list)));
        }
        for (case, script) in self.county.cases.iter().enumerate() {
            let ground = self.ground(script)?;
            for (step, written) in script.steps.iter().enumerate() {
                all.push((ground.at(written)?, Event::Step { case, step }));
            }
        }
        // Stable: what falls on the same instant stays in the order of the scripts.
        all.sort_by_key(|(at, _)| *at);
        Ok(all.into())
    }

    fn ground<'g>(&'g self, case: &'g Case) -> Result<Ground<'g>> {
        let days = Days::new(&self.house.calendar, self.today, case.filed_days_ago);
        let head = self.county.agency(&case.agency)?.head.as_str();
        Ok(Ground { house: self.house, staff: &self.staff, case, days, head })
    }

    /// Lets `event` happen at `at`; gives when it was over.
    async fn happen(&mut self, at: Moment, event: Event) -> Result<Moment> {
        match event {
            Event::Agency(n) => {
                let agency = self.county.agencies.get(n).context("agency")?;
                self.staff.enter_agency(self.house, agency, at).await?;
            }
            Event::Person(n) => {
                let person = self.county.people.get(n).context("person")?;
                let secrets = self.secrets.get_mut(n).and_then(Option::take).context("secrets")?;
                self.staff.enter_person(self.house, person, secrets, at).await?;
            }
            Event::Items => self.staff.enter_items(self.house, self.county, at).await?,
            Event::Past(list) => self.import(&list, at).await?,
            Event::Step { case, step } => return self.step(case, step, at).await,
        }
        Ok(at)
    }

    async fn step(&mut self, case: usize, step: usize, at: Moment) -> Result<Moment> {
        let script = self.county.cases.get(case).context("case")?;
        let written = script.steps.get(step).context("step")?;
        let known = self.cases.get(case).cloned().flatten();
        let ground = self.ground(script)?;
        let what = || {
            let day = ground.day(written);
            format!("case {} step {} {} on {day}", script.id, step + 1, written.kind)
        };
        let done = ground.carry_out(written, known.as_ref(), at).await.with_context(what)?;
        self.exhibits += done.exhibits;
        if let Some(slot) = self.cases.get_mut(case) {
            *slot = Some(done.case);
        }
        Ok(done.ended)
    }

    /// Imports a list as `zhijian import` does; every line of the county's is to be clear.
    async fn import(&self, list: &List, at: Moment) -> Result<()> {
        let read = penalty_list::read(&list.file)?;
        let desk = Desk { house: self.house.clone(), who: None, now: at };
        let code = &self.county.agency(&list.agency)?.code;
        for line in import_list(&desk, code, &read, Digest::of(&list.file)).await? {
            match (&line.row.verdict, &line.fate) {
                (Verdict::Taken, Fate::Published(_)) => {}
                (verdict, fate) => bail!("{:?}: {verdict:?}, {fate:?}", line.row.cells),
            }
        }
        Ok(())
    }
}
