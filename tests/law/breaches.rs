//! Single breaches up to the notice: the case so far, the act, and the rule that alone must object.

use super::story::*;
use zhijian::base::Money;
use zhijian::law::act::*;

/// One breach: its name, the case so far, the act, and the rule that must object.
pub type Breach = (&'static str, Story, Act, &'static str);

pub fn with(mut act: Act, change: impl FnOnce(&mut Act)) -> Act {
    change(&mut act);
    act
}

macro_rules! change {
    ($act:expr, $kind:ident { $($field:ident = $value:expr),* $(,)? }) => {
        with($act, |act| if let Act::$kind { $($field,)* .. } = act { $(*$field = $value;)* })
    };
}

pub(crate) use change;

pub fn plus(mut story: Story, act: Act) -> Story {
    story.tell(act);
    story
}

pub fn started() -> Story {
    plus(Story::new("guangdong"), filing())
}

pub fn investigated() -> Story {
    plus(started(), evidence())
}

pub fn handler_reviews() -> Act {
    let handler = Reviewer { person: "li".to_owned(), qualification: "A1".to_owned() };
    change!(review(825, 1, head(3), ReviewResult::Agree), Review { reviewer = handler })
}

pub fn submitted() -> Story {
    let mut story = investigated();
    story.tell(conclusion(fine(120_000))).tell(submission(821, 1, fine(120_000)));
    story
}

pub fn expired() -> Vec<Officer> {
    let old = Officer { valid_until: zhijian_day(2026, 731), ..officer("wang") };
    vec![officer("li"), old]
}

pub fn people_breaches() -> Vec<Breach> {
    let alone = || vec![officer("li")];
    let blank = Officer { certificate: " ".to_owned(), ..officer("wang") };
    vec![
        (
            "one officer files",
            Story::new("guangdong"),
            change!(filing(), Filing { officers = alone() }),
            "penalty-42",
        ),
        (
            "same officer twice",
            started(),
            change!(inspection(), Inspection { officers = vec![officer("li"), officer("li"), officer("wang")]  }),
            "",
        ),
        (
            "certificate expired",
            Story::new("guangdong"),
            change!(filing(), Filing { officers = expired() }),
            "penalty-42",
        ),
        (
            "no certificate number",
            Story::new("guangdong"),
            change!(filing(), Filing { officers = vec![officer("li"), blank] }),
            "penalty-42",
        ),
        (
            "approver investigates",
            Story::new("guangdong"),
            change!(filing(), Filing { approved_by = "li".to_owned() }),
            "penalty-54",
        ),
        (
            "limitation two years",
            Story::new("guangdong"),
            change!(filing(), Filing { act_ended_on = Some(zhijian_day(2024, 729)) }),
            "penalty-36",
        ),
        (
            "limitation last day",
            Story::new("guangdong"),
            change!(filing(), Filing { act_ended_on = Some(zhijian_day(2024, 730)) }),
            "",
        ),
        (
            "limitation five years for grave harm",
            Story::new("guangdong"),
            change!(filing(), Filing { act_ended_on = Some(zhijian_day(2024, 729)), grave_harm = true }),
            "",
        ),
        (
            "limitation past five years",
            Story::new("guangdong"),
            change!(filing(), Filing { act_ended_on = Some(zhijian_day(2021, 729)), grave_harm = true }),
            "penalty-36",
        ),
        (
            "still going on",
            Story::new("guangdong"),
            change!(filing(), Filing { act_ended_on = None }),
            "",
        ),
        (
            "discovered after filing",
            Story::new("guangdong"),
            change!(filing(), Filing { discovered_on = day(804) }),
            "house-order",
        ),
        (
            "certificate not shown",
            started(),
            change!(inspection(), Inspection { certificate_shown = false }),
            "penalty-55",
        ),
        (
            "rights not told",
            started(),
            change!(interview(), Interview { rights_told = false }),
            "penalty-44",
        ),
        ("filed twice", started(), filing(), "penalty-54"),
        ("inspection before filing", Story::new("guangdong"), inspection(), "penalty-54"),
        ("conclusion without evidence", started(), conclusion(fine(50_000)), "penalty-46"),
        (
            "conclusion before filing day",
            investigated(),
            change!(conclusion(fine(50_000)), Conclusion { on = day(802) }),
            "house-order",
        ),
        ("fine without amount", investigated(), conclusion(fine(0)), "penalty-59"),
        (
            "amount without fine",
            investigated(),
            conclusion(Penalty { kinds: vec![], ..fine(10) }),
            "penalty-59",
        ),
        (
            "kind twice",
            investigated(),
            conclusion(Penalty { kinds: vec![PenaltyKind::Fine; 2], ..fine(10) }),
            "penalty-59",
        ),
        (
            "confiscation without kind",
            investigated(),
            conclusion(Penalty { confiscated: Money::from_yuan(1), ..fine(10) }),
            "penalty-59",
        ),
    ]
}

pub fn review_breaches() -> Vec<Breach> {
    let agree = || review(825, 1, head(3), ReviewResult::Agree);
    let unqualified = Reviewer { person: "zhao".to_owned(), qualification: String::new() };
    let failed = || {
        let mut list = passed();
        list[3].passed = false;
        list
    };
    let unknown = || [passed(), vec![Finding { point: "mood".to_owned(), passed: true }]].concat();
    vec![
        ("submitted without conclusion", investigated(), submission(821, 1, fine(1)), "penalty-57"),
        ("round skipped", major_concluded(), submission(821, 2, fine(120_000)), "opinion-118-13"),
        (
            "submitted again while open",
            submitted(),
            submission(822, 2, fine(120_000)),
            "penalty-58",
        ),
        (
            "submitted above conclusion",
            major_concluded(),
            submission(821, 1, fine(130_000)),
            "opinion-118-13",
        ),
        ("review without submission", major_concluded(), agree(), "penalty-58"),
        (
            "review of another file",
            submitted(),
            review(825, 1, head(2), ReviewResult::Agree),
            "penalty-58",
        ),
        (
            "review of another round",
            submitted(),
            review(825, 2, head(3), ReviewResult::Agree),
            "penalty-58",
        ),
        ("reviewed twice", major(), review(826, 1, head(5), ReviewResult::Agree), "opinion-118-13"),
        ("reviewer investigated", submitted(), handler_reviews(), "samr-procedure-49"),
        (
            "reviewer unqualified",
            submitted(),
            change!(agree(), Review { reviewer = unqualified }),
            "penalty-58-2",
        ),
        (
            "agreed with a failed point",
            submitted(),
            change!(agree(), Review { checklist = failed() }),
            "opinion-118-13",
        ),
        (
            "agreed with issues",
            submitted(),
            change!(agree(), Review { issues = 2 }),
            "opinion-118-13",
        ),
        (
            "point missing",
            submitted(),
            change!(agree(), Review { checklist = passed()[1..].to_vec() }),
            "opinion-118-13",
        ),
        (
            "point unknown",
            submitted(),
            change!(agree(), Review { checklist = unknown() }),
            "opinion-118-13",
        ),
        (
            "returned without issues",
            submitted(),
            change!(review(825, 1, head(3), ReviewResult::Correct), Review { issues = 0 }),
            "opinion-118-13",
        ),
        (
            "review before submission day",
            submitted(),
            review(820, 1, head(3), ReviewResult::Agree),
            "house-order",
        ),
        (
            "file changed since submission",
            plus(submitted(), change!(evidence(), Evidence { on = day(822) })),
            agree(),
            "opinion-118-13",
        ),
        (
            "reviewer investigates afterwards",
            major(),
            change!(conclusion(fine(120_000)), Conclusion { officers = vec![officer("li"), officer("wang"), officer("zhao")] }),
            "samr-procedure-49",
        ),
    ]
}

pub fn major_concluded() -> Story {
    plus(investigated(), conclusion(fine(120_000)))
}

pub fn notice_breaches() -> Vec<Breach> {
    let told = || notice(826, fine(120_000), true);
    let electronic = ServiceMethod::Electronic;
    vec![
        ("notice without conclusion", investigated(), notice(826, fine(1), false), "penalty-57"),
        ("major notice unreviewed", major_concluded(), told(), "opinion-118-12"),
        (
            "notice while review is open",
            plus(ordinary_concluded(), submission(821, 1, fine(50_000))),
            notice(826, fine(50_000), false),
            "penalty-58",
        ),
        ("notice above review", major(), notice(826, fine(130_000), true), "penalty-58"),
        ("hearing not told", major(), notice(826, fine(120_000), false), "penalty-63"),
        (
            "notice of nothing",
            ordinary_concluded(),
            notice(826, Penalty::default(), false),
            "penalty-44",
        ),
        ("served before made", major(), change!(told(), Notice { on = day(827) }), "house-order"),
        (
            "e-service without consent",
            major(),
            change!(told(), Notice { method = electronic }),
            "penalty-61",
        ),
        ("statement before notice", major(), statement(827, true, false, false), "penalty-44"),
        ("statement before service", ordinary(), statement(825, true, false, false), "house-order"),
        ("waived and adopted", ordinary(), statement(827, true, true, true), "penalty-45"),
        (
            "hearing given up and asked for",
            plus(major(), told()),
            change!(waiver(827), Statement { hearing_requested = true }),
            "penalty-64",
        ),
        ("hearing given up that was never told", ordinary(), waiver(827), "penalty-63"),
        (
            "statement given up and a hearing asked",
            plus(major(), told()),
            change!(statement(827, true, false, false), Statement { hearing_requested = true }),
            "",
        ),
        ("adopted without recheck", ordinary(), statement(827, false, false, true), "penalty-45"),
        (
            "hearing too soon",
            plus(major(), told()),
            change!(hearing(), Hearing { held_on = day(909) }),
            "penalty-64",
        ),
        (
            "hearing asked before told",
            plus(major(), told()),
            change!(hearing(), Hearing { requested_on = day(825) }),
            "penalty-64",
        ),
        (
            "hearing notified before asked",
            plus(major(), told()),
            change!(hearing(), Hearing { notified_on = day(827) }),
            "penalty-64",
        ),
        (
            "host investigated",
            plus(major(), told()),
            change!(hearing(), Hearing { host = "wang".to_owned() }),
            "penalty-64",
        ),
        ("hearing twice", plus(plus(major(), told()), hearing()), hearing(), "penalty-64"),
        (
            "too few leaders",
            plus(major(), told()),
            change!(discussion(828, fine(120_000)), Discussion { attendees = vec!["chief".to_owned(), "chief".to_owned(), "deputy".to_owned()] }),
            "penalty-57",
        ),
        (
            "discussed above notice",
            plus(major(), told()),
            discussion(828, fine(130_000)),
            "penalty-44",
        ),
        (
            "discussed unreviewed",
            plus(plus(major(), told()), hearing()),
            discussion(911, fine(120_000)),
            "penalty-58",
        ),
    ]
}

pub fn ordinary_concluded() -> Story {
    plus(investigated(), conclusion(fine(50_000)))
}
