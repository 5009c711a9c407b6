//! Takes records into the state, one after the other. Refuses nothing: a record that was let in counts as it stands.

use super::{
    CaseState, Concluded, Decided, Disclosed, Discussed, Filed, Heard, Noticed, Opinion, Round,
    Served, Stated, Step, Withheld,
};
use crate::law::act::{Act, Officer};

impl CaseState {
    /// Takes in the next record of the case.
    pub fn apply(&mut self, step: &Step) {
        self.records += 1;
        self.head = Some(step.head);
        self.last_at = Some(step.at);
        self.exhibits += step.exhibits as u64;
        self.count_workers(step);
        self.void_agreement(step);
        match &step.act {
            Act::Filing { on, item, party_kind, approved_by, .. } => {
                let (on, party_kind) = (*on, *party_kind);
                let (item, approved_by) = (item.clone(), approved_by.clone());
                self.filing = Some(Filed { on, item, party_kind, approved_by });
            }
            Act::Inspection { .. } => self.inspections += 1,
            Act::Interview { .. } => self.interviews += 1,
            Act::Evidence { .. } => self.evidence += 1,
            // Bytes become part of the reviewed file when a record cites them, not before.
            Act::Custody { .. } => {}
            Act::Conclusion { on, proposed, complex, public_interest, crime_suspected, .. } => {
                self.conclusion = Some(Concluded {
                    on: *on,
                    proposed: proposed.clone(),
                    complex: *complex,
                    public_interest: *public_interest,
                    crime_suspected: *crime_suspected,
                });
            }
            Act::Submission { .. } | Act::Review { .. } => self.apply_review(step),
            Act::Notice { .. }
            | Act::Statement { .. }
            | Act::Hearing { .. }
            | Act::Discussion { .. } => self.apply_hearing_of_party(step),
            Act::Decision { .. }
            | Act::Service { .. }
            | Act::Execution { .. }
            | Act::Closing { .. } => self.apply_decision(step),
            Act::Disclosure { .. }
            | Act::Withholding { .. }
            | Act::Correction { .. }
            | Act::Withdrawal { .. } => self.apply_publicity(step),
        }
    }

    fn count_workers(&mut self, step: &Step) {
        let named = step.act.officers().iter().map(|officer: &Officer| officer.person.clone());
        self.officers.extend(named);
        let signed_as_investigator = matches!(
            step.act,
            Act::Inspection { .. }
                | Act::Interview { .. }
                | Act::Evidence { .. }
                | Act::Conclusion { .. }
                | Act::Submission { .. }
                | Act::Notice { .. }
                | Act::Statement { .. }
        );
        if signed_as_investigator {
            self.officers.extend(step.people.iter().cloned());
        }
    }

    /// What changes the file after submission takes away the agreement and the discussion that rest on it.
    fn void_agreement(&mut self, step: &Step) {
        if self.decision.is_some() {
            return;
        }
        let party_spoke = matches!(step.act, Act::Statement { waived: false, .. });
        // What the party said changes the file when it is adopted or brings something new; a pure waiver never does.
        let brought = matches!(step.act, Act::Statement { waived: false, adopted, .. }
            if adopted || step.exhibits > 0);
        let changes_file = matches!(
            step.act,
            Act::Inspection { .. }
                | Act::Interview { .. }
                | Act::Evidence { .. }
                | Act::Conclusion { .. }
                | Act::Hearing { .. }
        ) || brought;
        if let Some(discussion) = self.discussion.as_mut().filter(|_| changes_file || party_spoke) {
            discussion.stale = true;
        }
        if !changes_file {
            return;
        }
        if let Some(round) = self.rounds.last_mut().filter(|round| !round.voided) {
            round.voided = true;
            round.voided_by = Some(step.kind.clone());
        }
    }

    fn apply_review(&mut self, step: &Step) {
        match &step.act {
            Act::Submission { on, round, proposed } => self.rounds.push(Round {
                round: *round,
                submitted_on: *on,
                submitted_head: step.head,
                proposed: proposed.clone(),
                voided: false,
                voided_by: None,
                opinion: None,
            }),
            Act::Review { on, reviewed_head, reviewer, result, issues, round, .. } => {
                self.reviewers.insert(reviewer.person.clone());
                let reviewed = self.rounds.last_mut().filter(|last| last.round == *round);
                if let Some(last) = reviewed {
                    last.opinion = Some(Opinion {
                        on: *on,
                        reviewed_head: *reviewed_head,
                        reviewer: reviewer.clone(),
                        result: *result,
                        issues: *issues,
                        record: step.record,
                    });
                }
            }
            _ => {}
        }
    }

    fn apply_hearing_of_party(&mut self, step: &Step) {
        match &step.act {
            Act::Notice { on, served_on, method, proposed, hearing_told, .. } => {
                self.notices.push(Noticed {
                    on: *on,
                    served_on: *served_on,
                    method: *method,
                    proposed: proposed.clone(),
                    hearing_told: *hearing_told,
                    record: step.record,
                    statements: Vec::new(),
                    hearing: None,
                });
            }
            Act::Statement {
                on,
                waived,
                rechecked,
                adopted,
                hearing_requested,
                hearing_waived,
            } => {
                if let Some(notice) = self.notices.last_mut() {
                    notice.statements.push(Stated {
                        on: *on,
                        waived: *waived,
                        rechecked: *rechecked,
                        adopted: *adopted,
                        hearing_requested: *hearing_requested,
                        hearing_waived: *hearing_waived,
                    });
                }
            }
            Act::Hearing { requested_on, held_on, host, .. } => {
                if let Some(notice) = self.notices.last_mut() {
                    let (requested_on, held_on) = (*requested_on, *held_on);
                    notice.hearing = Some(Heard { requested_on, held_on, host: host.clone() });
                }
            }
            Act::Discussion { on, attendees, agreed } => {
                let (attendees, agreed) = (attendees.clone(), agreed.clone());
                self.discussion = Some(Discussed { on: *on, attendees, agreed, stale: false });
            }
            _ => {}
        }
    }

    fn apply_decision(&mut self, step: &Step) {
        match &step.act {
            Act::Decision { on, number, outcome, penalty, review, decided_by, .. } => {
                self.decision = Some(Decided {
                    on: *on,
                    number: number.clone(),
                    outcome: *outcome,
                    penalty: penalty.clone(),
                    review: *review,
                    decided_by: decided_by.clone(),
                    record: step.record,
                });
            }
            Act::Service { on, method, .. } => {
                self.service = Some(Served { on: *on, method: *method });
            }
            Act::Execution { on, paid, complete } => {
                self.paid = self.paid.checked_add(*paid).unwrap_or(self.paid);
                if *complete {
                    self.executed_on = Some(*on);
                }
            }
            Act::Closing { on, .. } => self.closed_on = Some(*on),
            _ => {}
        }
    }

    fn apply_publicity(&mut self, step: &Step) {
        match &step.act {
            Act::Disclosure { on, number, show_until, .. } => {
                self.disclosure = Some(Disclosed {
                    on: *on,
                    number: number.clone(),
                    record: step.record,
                    show_until: *show_until,
                    corrected_on: Vec::new(),
                    withdrawn_on: None,
                });
            }
            Act::Withholding { on, ground, .. } => {
                self.withholding = Some(Withheld { on: *on, ground: ground.clone() });
            }
            Act::Correction { on, .. } => {
                if let Some(disclosure) = &mut self.disclosure {
                    disclosure.corrected_on.push(*on);
                    // The next correction, or the withdrawal, names what is public then.
                    disclosure.record = step.record;
                }
            }
            Act::Withdrawal { on, .. } => {
                if let Some(disclosure) = &mut self.disclosure {
                    disclosure.withdrawn_on = Some(*on);
                }
            }
            _ => {}
        }
    }
}
