//! The rows that one case's records imply, made anew from the records alone. On purpose not by the code that
//! keeps the rows up to date step by step: what both agree on was neither altered nor got wrong on the way.

use super::{
    faces::{Public, shown},
    told::Told,
};
use crate::{
    base::Day,
    desk::{Error, House, project},
    law::{
        act::{Act, Outcome},
        clock::deadline,
        major,
        pack::{Pack, Period},
        procedure::{self, CaseState},
    },
    store::{
        cases::Case, clocks::ClockRow, decisions::Decision, exhibits::Exhibit, reviews::Review,
    },
};

/// All rows of one case. Ids that are made by chance are empty.
pub(super) struct Rows<'h> {
    house: &'h House,
    pack: &'h Pack,
    id: String,
    agency: String,
    pub(super) state: CaseState,
    pub(super) case: Option<Case>,
    pub(super) reviews: Vec<Review>,
    pub(super) decisions: Vec<Decision>,
    pub(super) publics: Vec<Public>,
    pub(super) exhibits: Vec<Exhibit>,
}

impl<'h> Rows<'h> {
    /// Replays `records`, a case's from the first on.
    pub(super) fn of(
        house: &'h House,
        pack: &'h Pack,
        id: &str,
        agency: &str,
        records: &[Told],
    ) -> Result<Rows<'h>, Error> {
        let mut rows = Rows {
            house,
            pack,
            id: id.to_owned(),
            agency: agency.to_owned(),
            state: CaseState::default(),
            case: None,
            reviews: Vec::new(),
            decisions: Vec::new(),
            publics: Vec::new(),
            exhibits: Vec::new(),
        };
        for (n, record) in records.iter().enumerate() {
            let Some(act) = &record.act else { continue };
            rows.take(record, act, &records[..n])?;
        }
        for review in &mut rows.reviews {
            let round =
                rows.state.rounds.iter().find(|r| i64::from(r.round) == i64::from(review.round));
            review.voided = round.is_some_and(|round| round.voided);
        }
        if let Some(case) = &mut rows.case {
            case.stage = project::word(&rows.state.stage())?;
        }
        Ok(rows)
    }

    fn take(&mut self, record: &Told, act: &Act, earlier: &[Told]) -> Result<(), Error> {
        let before = match act {
            Act::Decision { .. } => self.state.clone(),
            _ => CaseState::default(),
        };
        self.state.apply(&record.step(act.clone()));
        match act {
            Act::Filing { item, .. } => self.case = Some(self.filed(record, item)),
            Act::Custody { .. } => self.exhibits.extend(self.received(record)),
            Act::Submission { on, round, .. } => {
                let review = self.submitted(record, *on, *round);
                self.reviews.push(review);
            }
            Act::Review { round, result, reviewer, .. } => {
                let result = project::word(result)?;
                let round = i64::from(*round);
                if let Some(review) = self.reviews.iter_mut().find(|r| i64::from(r.round) == round)
                {
                    review.record_id = Some(record.row.id.clone());
                    review.result = Some(result);
                    review.reviewer_id = Some(reviewer.person.clone());
                    review.reviewed_at = Some(record.received());
                }
            }
            Act::Decision { .. } => {
                let decision = self.decided(record, act, &before, earlier)?;
                self.decisions.push(decision);
            }
            Act::Disclosure { number, show_until, .. } => {
                self.settle(record);
                let public = self.disclosed(record, number, *show_until)?;
                self.publics.extend(public);
            }
            Act::Withholding { .. } => self.settle(record),
            Act::Correction { number, .. } | Act::Withdrawal { number, .. } => {
                if let Some(public) = self.publics.iter_mut().find(|one| one.row.number == *number)
                {
                    public.amend(self.house, record, act)?;
                }
            }
            _ => {}
        }
        if let Some(case) = &mut self.case {
            case.updated_at = record.received();
            if matches!(act, Act::Closing { .. }) {
                case.closed_at.get_or_insert(record.received());
            }
        }
        Ok(())
    }

    fn filed(&self, record: &Told, item: &str) -> Case {
        Case {
            id: self.id.clone(),
            agency_id: self.agency.clone(),
            number: record.value("case.number"),
            title: record.value("text.title"),
            party: record.value("party.name"),
            act_kind: "penalty".into(),
            item_code: item.to_owned(),
            stage: String::new(),
            state: String::new(),
            opened_by: record.signer(),
            opened_at: record.received(),
            updated_at: record.received(),
            closed_at: None,
        }
    }

    fn received(&self, record: &Told) -> Option<Exhibit> {
        let named = record.payload.exhibits.first()?;
        Some(Exhibit {
            id: String::new(),
            case_id: self.id.clone(),
            record_id: record.row.id.clone(),
            name: record.value("exhibit.name"),
            sha256: named.sha256.hex(),
            chunk_root: named.chunk_root.hex(),
            size: named.size.cast_signed(),
            media_type: named.media_type.clone(),
            duration_ms: None,
            width: None,
            height: None,
            poster_sha256: None,
            received_by: record.payload.on_behalf_of.clone().unwrap_or_default(),
            received_at: record.received(),
        })
    }

    fn submitted(&self, record: &Told, on: Day, round: u32) -> Review {
        Review {
            submission_id: record.row.id.clone(),
            case_id: self.id.clone(),
            agency_id: self.agency.clone(),
            round: i32::try_from(round).unwrap_or(i32::MAX),
            submitted_by: record.signer(),
            submitted_at: record.received(),
            head: record.entry.hash.clone(),
            due: self.due(on, &self.pack.periods.review),
            record_id: None,
            result: None,
            reviewer_id: None,
            reviewed_at: None,
            voided: false,
        }
    }

    fn decided(
        &self,
        record: &Told,
        act: &Act,
        before: &CaseState,
        earlier: &[Told],
    ) -> Result<Decision, Error> {
        let Act::Decision { on, number, outcome, penalty, review, .. } = act else {
            return Err(Error::broken("not a decision"));
        };
        let heavy = !major::reasons_of_case(self.pack, penalty, before).is_empty();
        let named = earlier.iter().find(|one| Some(one.digest) == *review);
        Ok(Decision {
            record_id: record.row.id.clone(),
            case_id: self.id.clone(),
            agency_id: self.agency.clone(),
            number: number.clone(),
            decided_on: on.to_string(),
            outcome: project::word(outcome)?,
            kinds: project::penalty_words(penalty)?,
            fine: penalty.fine.fen(),
            confiscated: penalty.confiscated.fen(),
            major: *outcome == Outcome::Penalty && heavy,
            review_record_id: named.map(|one| one.row.id.clone()),
            disclosed_by: None,
        })
    }

    /// What was decided so far is disclosed, or withheld, by this record.
    fn settle(&mut self, record: &Told) {
        for decision in &mut self.decisions {
            decision.disclosed_by = Some(record.row.id.clone());
        }
    }

    fn disclosed(
        &self,
        record: &Told,
        number: &str,
        show_until: Option<Day>,
    ) -> Result<Option<Public>, Error> {
        let Some(decided) = &self.state.decision else { return Ok(None) };
        let mut row = shown(record)?;
        row.number = number.to_owned();
        row.agency_id.clone_from(&self.agency);
        row.case_id = Some(self.id.clone());
        row.kinds = project::penalty_words(&decided.penalty)?;
        row.fine = Some(decided.penalty.fine.fen());
        row.decided_on = decided.on.to_string();
        row.due = self.due(decided.on, self.pack.disclosure_period("penalty"));
        row.show_until = show_until.map(|day| day.to_string());
        Ok(Some(Public::first(row, record)))
    }

    /// The clocks that supervision watches in the case as it stands.
    pub(super) fn clocks(&self) -> Vec<ClockRow> {
        let House { rulebook, calendar, .. } = self.house;
        let clocks = procedure::clocks(rulebook, calendar, self.pack, &self.state);
        let row = |(n, clock): (usize, procedure::Clock)| ClockRow {
            id: format!("{}:{n}", self.id),
            case_id: self.id.clone(),
            agency_id: self.agency.clone(),
            rule: clock.rule,
            start_on: clock.start.to_string(),
            due: clock.due.to_string(),
            provisional: clock.provisional,
            met_on: clock.met_on.map(|day| day.to_string()),
        };
        let closed = self.case.as_ref().is_some_and(|case| case.closed_at.is_some());
        procedure::supervised(clocks, closed).map(row).collect()
    }

    fn due(&self, from: Day, period: &Period) -> String {
        deadline(&self.house.calendar, from, period.n, period.unit, &[]).due.to_string()
    }
}
