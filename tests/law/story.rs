//! A case told act by act. Every act must pass the gate before it is told.

use std::sync::LazyLock;
use zhijian::base::{Day, Digest, Moment, Money};
use zhijian::law::act::*;
use zhijian::law::calendar::Calendar;
use zhijian::law::gate::{self, Objection};
use zhijian::law::procedure::{CaseState, Step};
use zhijian::law::replay::Told;
use zhijian::law::rulebook::Rulebook;

pub static RULES: LazyLock<Rulebook> =
    LazyLock::new(|| Rulebook::from_toml(zhijian::law::builtin_files()).unwrap());
pub static CALENDAR: LazyLock<Calendar> =
    LazyLock::new(|| Calendar::from_toml(zhijian::law::builtin_files()).unwrap());

/// `0820` is 20 August 2026.
pub fn day(month_day: u16) -> Day {
    zhijian_day(2026, month_day)
}

pub fn zhijian_day(year: i16, month_day: u16) -> Day {
    format!("{year}-{:02}-{:02}", month_day / 100, month_day % 100).parse().unwrap()
}

pub fn officer(person: &str) -> Officer {
    Officer {
        person: person.to_owned(),
        certificate: format!("4401{person}"),
        valid_from: zhijian_day(2024, 101),
        valid_until: zhijian_day(2028, 1231),
    }
}

pub fn two() -> Vec<Officer> {
    vec![officer("li"), officer("wang")]
}

pub fn fine(yuan: u32) -> Penalty {
    Penalty {
        kinds: vec![PenaltyKind::Fine],
        fine: Money::from_yuan(yuan),
        confiscated: Money::ZERO,
    }
}

pub fn passed() -> Vec<Finding> {
    let points = RULES.checklist().iter();
    points.map(|point| Finding { point: point.id.clone(), passed: true }).collect()
}

/// A case in the making, and who signs what.
#[derive(Clone)]
pub struct Story {
    pub state: CaseState,
    pub pack: &'static str,
    pub lines: Vec<String>,
    /// The same as a dossier tells it.
    pub told: Vec<Told>,
}

impl Story {
    pub fn new(pack: &'static str) -> Story {
        Story { state: CaseState::default(), pack, lines: Vec::new(), told: Vec::new() }
    }

    pub fn signers(act: &Act) -> Vec<String> {
        let names: &[&str] = match act {
            Act::Inspection { .. }
            | Act::Interview { .. }
            | Act::Conclusion { .. }
            | Act::Service { .. } => &["li", "wang"],
            Act::Filing { approved_by, .. } | Act::Closing { approved_by, .. } => {
                &["li", approved_by.as_str()]
            }
            Act::Review { reviewer, .. } => &[reviewer.person.as_str()],
            Act::Hearing { .. } => &["sun"],
            Act::Decision { decided_by, .. } => &[decided_by.as_str()],
            Act::Discussion { .. } => &["chief"],
            Act::Disclosure { .. }
            | Act::Withholding { .. }
            | Act::Correction { .. }
            | Act::Withdrawal { .. } => &["clerk"],
            _ => &["li"],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    pub fn ask(&self, act: &Act) -> Vec<Objection> {
        self.ask_signed(act, &Story::signers(act))
    }

    /// Asked at noon of the last day of the year, so that only the future test minds.
    pub fn ask_signed(&self, act: &Act, signers: &[String]) -> Vec<Objection> {
        self.ask_at(act, signers, day(1231))
    }

    pub fn ask_at(&self, act: &Act, signers: &[String], today: Day) -> Vec<Objection> {
        let at = Moment::start_of(today).plus_millis(12 * 3_600_000);
        let pack = RULES.pack(self.pack).unwrap();
        gate::objections(&RULES, &CALENDAR, pack, &self.state, act, at, signers)
    }

    /// Tells the act; it must be lawful.
    #[track_caller]
    pub fn tell(&mut self, act: Act) -> &mut Story {
        let found = self.ask(&act);
        assert!(found.is_empty(), "{} refused: {found:#?}", act.kind());
        self.force(act)
    }

    /// Tells the act whatever the gate says.
    pub fn force(&mut self, act: Act) -> &mut Story {
        let exhibits = usize::from(matches!(act, Act::Evidence { .. }));
        self.force_with(act, exhibits)
    }

    /// [`Story::force`] with so many exhibits.
    pub fn force_with(&mut self, act: Act, exhibits: usize) -> &mut Story {
        let seq = self.state.records;
        let step = Step {
            kind: act.kind().to_owned(),
            at: Moment::start_of(act.on()),
            received_at: Moment::start_of(act.on()),
            people: Story::signers(&act),
            record: record(seq),
            head: head(seq),
            seq,
            exhibits,
            act: act.clone(),
        };
        self.told.push(told(&step));
        self.state.apply(&step);
        let pack = RULES.pack(self.pack).unwrap();
        let next = gate::allowed(&RULES, pack, &self.state).join(" ");
        self.lines.push(format!("{seq} {} [{}] → {next}", act.kind(), self.state.stage().label()));
        self
    }
}

fn told(step: &Step) -> Told {
    let act = serde_json::to_value(&step.act).unwrap();
    Told {
        kind: step.kind.clone(),
        facts: act["facts"].as_object().unwrap().clone(),
        at: step.at,
        received_at: step.received_at,
        people: step.people.clone(),
        record: step.record,
        head: step.head,
        seq: step.seq,
        exhibits: step.exhibits,
    }
}

pub fn record(seq: u64) -> Digest {
    Digest::of(format!("record {seq}").as_bytes())
}

pub fn head(seq: u64) -> Digest {
    Digest::of(format!("head {seq}").as_bytes())
}

pub fn filing() -> Act {
    Act::Filing {
        on: day(803),
        item: "440100-001".to_owned(),
        party_kind: PartyKind::Organisation,
        discovered_on: day(730),
        act_ended_on: Some(day(701)),
        grave_harm: false,
        officers: two(),
        approved_by: "chief".to_owned(),
    }
}

pub fn inspection() -> Act {
    Act::Inspection { on: day(804), officers: two(), certificate_shown: true, rights_told: true }
}

pub fn interview() -> Act {
    Act::Interview { on: day(805), officers: two(), certificate_shown: true, rights_told: true }
}

pub fn evidence() -> Act {
    Act::Evidence { on: day(806), evidence_kind: "documentary".to_owned() }
}

pub fn conclusion(proposed: Penalty) -> Act {
    Act::Conclusion {
        on: day(820),
        officers: two(),
        proposed,
        complex: false,
        public_interest: false,
        crime_suspected: false,
    }
}

pub fn submission(on: u16, round: u32, proposed: Penalty) -> Act {
    Act::Submission { on: day(on), round, proposed }
}

pub fn review(on: u16, round: u32, head: Digest, result: ReviewResult) -> Act {
    let reviewer = Reviewer { person: "zhao".to_owned(), qualification: "A20104401".to_owned() };
    let (checklist, issues) = (passed(), u32::from(result != ReviewResult::Agree));
    Act::Review { on: day(on), round, reviewed_head: head, reviewer, result, checklist, issues }
}

pub fn notice(served: u16, proposed: Penalty, hearing_told: bool) -> Act {
    Act::Notice {
        on: day(served),
        served_on: day(served),
        method: ServiceMethod::Direct,
        proposed,
        hearing_told,
        officers: two(),
        consent: false,
    }
}

pub fn statement(on: u16, waived: bool, rechecked: bool, adopted: bool) -> Act {
    Act::Statement {
        on: day(on),
        waived,
        rechecked,
        adopted,
        hearing_requested: false,
        hearing_waived: false,
    }
}

/// Statement, defence and hearing, all given up.
pub fn waiver(on: u16) -> Act {
    Act::Statement {
        on: day(on),
        waived: true,
        rechecked: false,
        adopted: false,
        hearing_requested: false,
        hearing_waived: true,
    }
}

pub fn hearing() -> Act {
    Act::Hearing {
        requested_on: day(828),
        notified_on: day(831),
        held_on: day(910),
        host: "sun".to_owned(),
    }
}

pub fn discussion(on: u16, agreed: Penalty) -> Act {
    let attendees = ["chief", "deputy", "member"].map(str::to_owned).to_vec();
    Act::Discussion { on: day(on), attendees, agreed }
}

pub fn decision(on: u16, penalty: Penalty, review: Option<Digest>) -> Act {
    Act::Decision {
        on: day(on),
        number: "穗市监处罚〔2026〕12号".to_owned(),
        outcome: Outcome::Penalty,
        penalty,
        review,
        decided_by: "chief".to_owned(),
        educated: false,
    }
}

pub fn service(on: u16) -> Act {
    let method = ServiceMethod::Direct;
    Act::Service { on: day(on), method, officers: two(), consent: false }
}

pub fn disclosure(on: u16, decision: Digest) -> Act {
    Act::Disclosure {
        on: day(on),
        number: "GS2026000012".to_owned(),
        decision,
        masking: vec!["name".to_owned()],
        show_until: None,
    }
}

/// An ordinary case (50,000 yuan, a firm) up to its notice.
pub fn ordinary() -> Story {
    let mut story = Story::new("guangdong");
    story.tell(filing()).tell(inspection()).tell(interview()).tell(evidence());
    story.tell(conclusion(fine(50_000))).tell(notice(826, fine(50_000), false));
    story
}

/// A major case (120,000 yuan, a firm) up to its agreeing review.
pub fn major() -> Story {
    let mut story = Story::new("guangdong");
    story.tell(filing()).tell(inspection()).tell(interview()).tell(evidence());
    story.tell(conclusion(fine(120_000))).tell(submission(821, 1, fine(120_000)));
    story.tell(review(825, 1, head(5), ReviewResult::Agree));
    story
}

/// The major case after notice, waiver and discussion: ready for decision.
pub fn ready() -> Story {
    let mut story = major();
    story.tell(notice(826, fine(120_000), true)).tell(waiver(827));
    story.tell(discussion(828, fine(120_000)));
    story
}

/// The major case decided and served.
pub fn served() -> Story {
    let mut story = ready();
    story.tell(decision(831, fine(120_000), Some(record(6)))).tell(service(901));
    story
}
