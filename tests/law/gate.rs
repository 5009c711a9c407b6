//! The gate: a lawful case passes whole, and each breach alone is refused with its article.

use super::story::*;
use zhijian::base::{Day, Digest, Money};
use zhijian::law::act::*;
use zhijian::law::gate::Objection;
use zhijian::law::procedure::{self, Stage};

#[test]
fn a_lawful_case_with_a_hearing_passes_from_filing_to_closing() {
    let mut story = major();
    story.tell(notice(826, fine(120_000), true)).tell(hearing());
    assert!(story.state.rounds[0].voided, "a hearing voids the review before it");
    story.tell(submission(911, 2, fine(120_000)));
    story.tell(review(914, 2, head(9), ReviewResult::Agree));
    story.tell(discussion(915, fine(120_000)));
    story.tell(decision(916, fine(120_000), Some(record(10))));
    story.tell(service(917)).tell(disclosure(918, record(12)));
    let paid = Money::from_yuan(120_000);
    story.tell(Act::Execution { on: day(925), paid, complete: true });
    story.tell(Act::Closing { on: day(928), approved_by: "chief".to_owned() });
    assert_eq!(story.state.stage(), Stage::Closed);
    let pack = RULES.pack("guangdong").unwrap();
    let clocks = procedure::clocks(&RULES, &CALENDAR, pack, &story.state);
    let remedies = procedure::remedies(&RULES, &CALENDAR, pack, &story.state);
    for clock in clocks.iter().chain(&remedies) {
        let met = clock.met_on.map_or("—".to_owned(), |on| on.to_string());
        let (label, article) = (&clock.label, &clock.article);
        story.lines.push(format!(
            "{label}：自{}起{}，至{}；{met}；{article}",
            clock.start, clock.length, clock.due
        ));
    }
    insta::assert_snapshot!(story.lines.join("\n"));
}

#[test]
fn an_ordinary_case_needs_no_review_and_waits_for_the_party() {
    let mut story = ordinary();
    let early = story.ask(&decision(828, fine(50_000), None));
    assert_eq!(
        early[0].text,
        "告知书于2026年8月26日送达，陈述申辩期至2026年9月2日届满，尚有3个工作日"
    );
    assert_eq!(early[0].article, "《行政处罚法》第六十二条");
    assert_eq!(early[0].fix, "statement");
    story.tell(decision(903, fine(50_000), None)).tell(service(904));
    story.tell(disclosure(907, record(6)));
    story.tell(Act::Execution { on: day(910), paid: Money::from_yuan(50_000), complete: true });
    story.tell(Act::Closing { on: day(911), approved_by: "chief".to_owned() });
}

/// One breach: its name, the case so far, the act, and the rule that must object.
type Breach = (&'static str, Story, Act, &'static str);

fn with(mut act: Act, change: impl FnOnce(&mut Act)) -> Act {
    change(&mut act);
    act
}

macro_rules! change {
    ($act:expr, $kind:ident { $($field:ident = $value:expr),* $(,)? }) => {
        with($act, |act| if let Act::$kind { $($field,)* .. } = act { $(*$field = $value;)* })
    };
}

fn plus(mut story: Story, act: Act) -> Story {
    story.tell(act);
    story
}

fn started() -> Story {
    plus(Story::new("guangdong"), filing())
}

fn investigated() -> Story {
    plus(started(), evidence())
}

fn handler_reviews() -> Act {
    let handler = Reviewer { person: "li".to_owned(), qualification: "A1".to_owned() };
    change!(review(825, 1, head(3), ReviewResult::Agree), Review { reviewer = handler })
}

fn submitted() -> Story {
    let mut story = investigated();
    story.tell(conclusion(fine(120_000))).tell(submission(821, 1, fine(120_000)));
    story
}

fn expired() -> Vec<Officer> {
    let old = Officer { valid_until: zhijian_day(2026, 731), ..officer("wang") };
    vec![officer("li"), old]
}

fn people_breaches() -> Vec<Breach> {
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

fn review_breaches() -> Vec<Breach> {
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

fn major_concluded() -> Story {
    plus(investigated(), conclusion(fine(120_000)))
}

fn notice_breaches() -> Vec<Breach> {
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

fn ordinary_concluded() -> Story {
    plus(investigated(), conclusion(fine(50_000)))
}

fn decision_breaches() -> Vec<Breach> {
    let decide = |penalty| decision(903, penalty, Some(record(6)));
    let plain = |penalty| decision(903, penalty, None);
    let stop = Penalty { kinds: vec![PenaltyKind::Fine, PenaltyKind::Criticism], ..fine(50_000) };
    let none = |how| change!(plain(Penalty::default()), Decision { outcome = how });
    let defended = || plus(ordinary(), statement(828, false, true, false));
    let mut changed = ready();
    changed.tell(change!(evidence(), Evidence { on = day(829) }));
    let mut rediscussed = changed.clone();
    rediscussed.tell(submission(829, 2, fine(120_000)));
    rediscussed.tell(review(830, 2, head(11), ReviewResult::Agree));
    let mut asked = ordinary();
    asked.tell(change!(statement(828, false, true, false), Statement { hearing_requested = true }));
    let mut untold = major();
    untold.force(notice(826, fine(120_000), false)).tell(discussion(828, fine(120_000)));
    let mut posted = ordinary_concluded();
    let public = ServiceMethod::PublicNotice;
    posted.tell(change!(notice(805, fine(50_000), false), Notice { method = public, on = day(820), served_on = day(820) }));
    let mut returned = ordinary_concluded();
    returned.tell(submission(821, 1, fine(50_000)));
    let mut undiscussed = major();
    undiscussed.tell(notice(826, fine(120_000), true)).tell(statement(827, true, false, false));
    let mut unnoticed = major();
    unnoticed.tell(discussion(828, fine(120_000)));
    vec![
        ("no notice", ordinary_concluded(), plain(fine(50_000)), "penalty-62"),
        ("no notice in a major case", unnoticed, decide(fine(120_000)), "penalty-62"),
        ("period still running", ordinary(), decision(902, fine(50_000), None), "penalty-62"),
        ("period run out", ordinary(), plain(fine(50_000)), ""),
        ("public notice still running", posted, decision(924, fine(50_000), None), "penalty-62"),
        ("fine above notice", ordinary(), plain(fine(50_001)), "penalty-44"),
        ("heavier after defence", defended(), plain(fine(50_001)), "penalty-45"),
        ("lighter after defence", defended(), plain(fine(40_000)), ""),
        ("kind beyond notice", ordinary(), plain(stop), "penalty-44"),
        (
            "statement not rechecked",
            plus(ordinary(), statement(828, false, false, false)),
            plain(fine(50_000)),
            "penalty-45",
        ),
        ("hearing asked, not held", asked, plain(fine(50_000)), "penalty-64"),
        ("hearing right never told", untold, decide(fine(120_000)), "penalty-63"),
        (
            "no number",
            ordinary(),
            change!(plain(fine(50_000)), Decision { number = "  ".to_owned() }),
            "penalty-59",
        ),
        ("no kinds", ordinary(), plain(Penalty::default()), "penalty-59"),
        ("review not named", ready(), plain(fine(120_000)), "penalty-58"),
        (
            "another review named",
            ready(),
            decision(903, fine(120_000), Some(record(5))),
            "penalty-58",
        ),
        ("review invented", ordinary(), decision(903, fine(50_000), Some(record(5))), "penalty-58"),
        (
            "file changed after review and discussion",
            rediscussed,
            decision(903, fine(120_000), Some(record(12))),
            "penalty-57",
        ),
        ("not discussed", undiscussed, decide(fine(120_000)), "penalty-57"),
        ("differs from discussion", ready(), decide(fine(110_000)), "penalty-57"),
        (
            "decider investigated",
            ordinary(),
            change!(plain(fine(50_000)), Decision { decided_by = "li".to_owned() }),
            "penalty-57",
        ),
        (
            "decided before the discussion",
            ready(),
            decision(827, fine(120_000), Some(record(6))),
            "house-order",
        ),
        ("decided twice", served(), decide(fine(120_000)), "house-order"),
        (
            "penalty without outcome",
            ordinary(),
            change!(plain(fine(50_000)), Decision { outcome = Outcome::NotEstablished }),
            "penalty-59",
        ),
        ("spared without education", ordinary_concluded(), none(Outcome::NoPenalty), "penalty-33"),
        ("nothing established", ordinary_concluded(), none(Outcome::NotEstablished), ""),
    ]
}

fn later_breaches() -> Vec<Breach> {
    let shown = || plus(served(), disclosure(902, record(10)));
    let paid =
        |yuan, complete| Act::Execution { on: day(910), paid: Money::from_yuan(yuan), complete };
    let withhold = |ground: &str| Act::Withholding {
        on: day(902),
        decision: record(10),
        ground: ground.to_owned(),
    };
    let correct = |number: &str, disclosure| Act::Correction {
        on: day(903),
        number: number.to_owned(),
        disclosure,
        masking: vec![],
    };
    let withdraw = |on, ground: &str| Act::Withdrawal {
        on: day(on),
        number: "GS2026000012".to_owned(),
        disclosure: record(12),
        ground: ground.to_owned(),
    };
    let close = |who: &str| Act::Closing { on: day(915), approved_by: who.to_owned() };
    let done = || plus(shown(), paid(120_000, true));
    let decided = || plus(ready(), decision(831, fine(120_000), Some(record(6))));
    let mut warned = Story::new("samr");
    let warning = Penalty { kinds: vec![PenaltyKind::Warning], ..Penalty::default() };
    warned.tell(filing()).tell(evidence()).tell(conclusion(warning.clone()));
    warned.tell(notice(826, warning.clone(), false)).tell(decision(903, warning, None));
    warned.tell(service(904));
    let until = zhijian_day(2027, 901);
    vec![
        ("service without decision", ordinary(), service(901), "house-order"),
        ("service twice", served(), service(902), "penalty-61"),
        ("service before decision", decided(), service(830), "house-order"),
        (
            "e-service of the decision without consent",
            decided(),
            change!(service(901), Service { method = ServiceMethod::Electronic }),
            "penalty-61",
        ),
        ("shown before service", decided(), disclosure(902, record(10)), "penalty-61"),
        ("shown twice", shown(), disclosure(903, record(10)), "opinion-118-6"),
        ("another decision shown", served(), disclosure(902, record(9)), "opinion-118-6"),
        (
            "unknown masking",
            served(),
            change!(disclosure(902, record(10)), Disclosure { masking = vec!["everything".to_owned()] }),
            "opinion-118-2",
        ),
        (
            "no disclosure number",
            served(),
            change!(disclosure(902, record(10)), Disclosure { number = String::new() }),
            "opinion-118-6",
        ),
        (
            "shown too long",
            served(),
            change!(disclosure(902, record(10)), Disclosure { show_until = Some(until) }),
            "opinion-118-6",
        ),
        (
            "shown as long as allowed",
            served(),
            change!(disclosure(902, record(10)), Disclosure { show_until = Some(zhijian_day(2027, 831)) }),
            "",
        ),
        (
            "warning alone shown by the ministry's rule",
            warned,
            disclosure(907, record(4)),
            "opinion-118-6",
        ),
        ("withheld without ground", served(), withhold("because"), "opinion-118-2"),
        ("withheld after shown", shown(), withhold("minor"), "opinion-118-6"),
        (
            "shown after withheld",
            plus(served(), withhold("minor")),
            disclosure(903, record(10)),
            "opinion-118-6",
        ),
        (
            "corrected what is not shown",
            served(),
            correct("GS2026000012", record(12)),
            "opinion-118-6",
        ),
        (
            "corrected another disclosure",
            shown(),
            correct("GS2026000013", record(12)),
            "opinion-118-6",
        ),
        ("withdrawn without ground", shown(), withdraw(903, "because"), "penalty-48"),
        (
            "withdrawn twice",
            plus(shown(), withdraw(903, "revoked")),
            withdraw(904, "revoked"),
            "penalty-48",
        ),
        ("executed before service", decided(), paid(120_000, true), "penalty-61"),
        ("complete but unpaid", served(), paid(119_999, true), "penalty-67"),
        ("paid beyond the surcharge", served(), paid(240_001, false), "penalty-72"),
        ("surcharge up to the fine", served(), paid(240_000, true), ""),
        ("executed twice", done(), paid(0, true), "penalty-67"),
        ("closed unexecuted", shown(), close("chief"), "penalty-47"),
        ("closed unshown", plus(served(), paid(120_000, true)), close("chief"), "opinion-118-6"),
        ("closed by an investigator", done(), close("wang"), "samr-procedure-77"),
        ("interview after the decision", served(), interview(), "house-order"),
        ("anything after closing", plus(done(), close("chief")), close("chief"), "house-order"),
        ("withdrawal after closing", plus(done(), close("chief")), withdraw(1009, "revoked"), ""),
    ]
}

#[test]
fn each_breach_is_refused_alone_with_its_article() {
    let groups = [
        people_breaches(),
        review_breaches(),
        notice_breaches(),
        decision_breaches(),
        later_breaches(),
    ];
    let mut lines = Vec::new();
    let mut wrong = Vec::new();
    for (name, story, act, rule) in groups.into_iter().flatten() {
        let found = story.ask(&act);
        let rules: Vec<_> = found.iter().map(|one| one.rule.as_str()).collect();
        if rules != rule.split_terminator(' ').collect::<Vec<_>>() {
            wrong.push(format!("{name}: wanted [{rule}], got {found:#?}"));
        }
        lines.extend(found.iter().map(|one| line(name, one)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!(lines.join("\n"));
}

fn line(name: &str, one: &Objection) -> String {
    format!("{name}\n    {}（{}）→ {}", one.text, one.article, one.fix)
}

#[test]
fn a_changed_file_voids_the_review() {
    let mut story = ready();
    story.tell(change!(evidence(), Evidence { on = day(829) }));
    let found = story.ask(&decision(903, fine(120_000), Some(record(6))));
    let texts: Vec<_> = found.iter().map(|one| one.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("第1轮送审后案卷新增证据材料")), "{texts:?}");
    assert_eq!(found.len(), 3, "{texts:?}");
    for harmless in [notice(826, fine(120_000), true), statement(828, false, true, false)] {
        let mut story = plus(major(), notice(826, fine(120_000), true));
        story.tell(harmless);
        assert!(story.state.passing_round().is_some());
    }
    let mut adopted = plus(major(), notice(826, fine(120_000), true));
    adopted.tell(statement(828, false, true, true));
    assert!(adopted.state.passing_round().is_none());
}

#[test]
fn signatures_are_counted_and_must_belong() {
    let sign = |story: &Story, act: &Act, names: &[&str]| -> Vec<String> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        story.ask_signed(act, &names).into_iter().map(|one| one.rule).collect()
    };
    let story = started();
    assert_eq!(sign(&story, &inspection(), &["li", "wang"]), Vec::<String>::new());
    assert_eq!(sign(&story, &inspection(), &["li"]), ["penalty-42"]);
    assert_eq!(sign(&story, &inspection(), &["li", "li"]), ["penalty-42"]);
    assert_eq!(sign(&story, &inspection(), &["li", "wang", "zhao"]), ["penalty-42"]);
    assert_eq!(sign(&story, &evidence(), &[]), ["penalty-47"]);
    let agree = review(825, 1, head(3), ReviewResult::Agree);
    assert_eq!(sign(&submitted(), &agree, &["chief"]), ["penalty-58"]);
    assert_eq!(
        sign(&ready(), &decision(903, fine(120_000), Some(record(6))), &["li"]),
        ["penalty-57"]
    );
    let judged = change!(decision(903, fine(120_000), Some(record(6))), Decision { decided_by = "zhao".to_owned() });
    assert_eq!(sign(&ready(), &judged, &["zhao"]), ["samr-procedure-49"]);
}

#[test]
fn the_future_is_not_recorded() {
    let (story, act) = (Story::new("guangdong"), filing());
    let on = |today: Day| story.ask_at(&act, &Story::signers(&act), today);
    assert!(on(day(803)).is_empty());
    let found = on(day(802));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text, "批准立案日期2026年8月3日晚于今日2026年8月2日，尚未发生的事不得记录");
}

#[test]
fn a_failed_review_stops_even_an_ordinary_case() {
    let mut story = ordinary();
    story.tell(submission(827, 1, fine(50_000)));
    story.tell(review(828, 1, head(6), ReviewResult::Supplement));
    let found = story.ask(&decision(903, fine(50_000), None));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].text, "第1轮审核结论为“建议补充调查”，审核未通过，不得作出决定");
    assert_eq!(found[0].fix, "submission");
}

#[test]
fn state_survives_json() {
    let state = served().state;
    let text = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<procedure::CaseState>(&text).unwrap(), state);
    assert_ne!(state.head, Some(Digest::ZERO));
}
