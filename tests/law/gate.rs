//! The gate: a lawful case passes whole, and each breach alone is refused with its article.

use super::breaches::*;
use super::late_breaches::*;
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
    let told = plus(major(), notice(826, fine(120_000), true));
    let voids = |act: Act, exhibits: usize| {
        let mut story = told.clone();
        story.force_with(act, exhibits);
        story.state.passing_round().is_none()
    };
    assert!(voids(statement(828, false, true, false), 1), "new evidence, though not adopted");
    assert!(!voids(waiver(828), 1), "the signed waiver");
    assert!(!voids(Act::Custody { on: day(828) }, 1), "bytes merely received");
    let mut adopted = plus(major(), notice(826, fine(120_000), true));
    adopted.tell(statement(828, false, true, true));
    assert!(adopted.state.passing_round().is_none());
}

/// Only what the agency must do is watched, and nothing in a closed case.
#[test]
fn supervision_watches_the_agency() {
    let watched = |story: &Story| -> Vec<String> {
        let pack = RULES.pack(story.pack).unwrap();
        let clocks = procedure::clocks(&RULES, &CALENDAR, pack, &story.state);
        let rows = procedure::supervised(clocks, story.state.closed_on.is_some());
        rows.filter(|(_, clock)| clock.met_on.is_none()).map(|(_, clock)| clock.label).collect()
    };
    let told = plus(major(), notice(826, fine(120_000), true));
    assert_eq!(watched(&told), ["作出处理决定"]);
    assert_eq!(watched(&served()), ["公示决定"]);
    let mut voided = submitted();
    assert_eq!(watched(&voided), ["作出处理决定", "第1轮法制审核"]);
    voided.tell(change!(evidence(), Evidence { on = day(822) }));
    assert_eq!(watched(&voided), ["作出处理决定"], "no opinion is awaited any more");
    let mut closed = served();
    closed.tell(disclosure(902, record(10)));
    closed.force(Act::Closing { on: day(1128), approved_by: "chief".to_owned() });
    assert_eq!(watched(&closed), Vec::<String>::new());
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
    let new = Story::new("guangdong");
    assert_eq!(sign(&new, &filing(), &["li", "chief"]), Vec::<String>::new());
    assert_eq!(sign(&new, &filing(), &["li"]), ["penalty-54"]);
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

/// Any act of the pool, with numbers and digests that fit or nearly fit the state.
fn any_act(story: &Story, kind: &str, when: u16, amount: u32, right: bool) -> Act {
    let state = &story.state;
    let proposed = fine(amount);
    let round = state.rounds.len() as u32;
    let open = state.rounds.last().map_or(Digest::ZERO, |last| last.submitted_head);
    let passing = state.passing_round().and_then(|last| last.opinion.as_ref());
    let named = passing.map(|opinion| opinion.record).filter(|_| right);
    let made = state.decision.as_ref().map_or(Digest::ZERO, |made| made.record);
    match kind {
        "filing" => filing(),
        "inspection" => change!(inspection(), Inspection { on = day(when) }),
        "evidence" => change!(evidence(), Evidence { on = day(when) }),
        "conclusion" => {
            change!(conclusion(proposed), Conclusion { on = day(when), complex = !right })
        }
        "submission" => submission(when, round + 1, proposed),
        "review" => review(
            when,
            round,
            open,
            if right { ReviewResult::Agree } else { ReviewResult::Correct },
        ),
        "notice" => notice(when, proposed, right),
        "statement" => statement(when, right, !right, !right),
        "discussion" => discussion(when, proposed),
        "decision" => decision(when, proposed, named),
        "service" => service(when),
        "disclosure" => disclosure(when, made),
        "execution" => {
            Act::Execution { on: day(when), paid: Money::from_yuan(amount), complete: right }
        }
        "hearing" => hearing(),
        _ => Act::Closing { on: day(when), approved_by: "chief".to_owned() },
    }
}

proptest::proptest! {
    /// Whatever is tried in whatever order, what the gate lets through keeps the promises of design §9.
    #[test]
    fn no_way_around_the_review(
        usual in 0usize..4,
        tries in proptest::collection::vec((0usize..40, 0usize..4, proptest::bool::weighted(0.85)), 20..70),
    ) {
        let mut story = Story::new("guangdong");
        for (i, (which, amount, right)) in tries.into_iter().enumerate() {
            let on = 901 + (i as u16 / 3).min(29);
            let next = story.lines.last().map_or("filing", |line| line.split_once("→ ").unwrap().1);
            let next: Vec<&str> = next.split(' ').collect();
            let kind = Act::KINDS.get(which).copied().unwrap_or(next[which % next.len().min(2)]);
            let amount = [50_000, 120_000, 99_999, 130_000][if right { usual } else { amount }];
            let act = any_act(&story, kind, on, amount, right);
            let late = change!(act.clone(), Decision { on = day(1101) });
            for act in [act, late] {
                if story.ask(&act).is_empty() {
                    story.force(act);
                }
            }
        }
        let state = &story.state;
        if let Some(made) = &state.decision {
            let told = state.notice().unwrap();
            proptest::prop_assert!(made.penalty.fine <= told.proposed.fine);
            proptest::prop_assert!(state.conclusion.is_some() && !state.officers.contains(&made.decided_by));
            if made.penalty.fine >= Money::from_yuan(100_000) {
                let opinion = state.passing_round().unwrap().opinion.as_ref().unwrap();
                proptest::prop_assert_eq!(Some(opinion.record), made.review);
                proptest::prop_assert!(!state.officers.contains(&opinion.reviewer.person));
                proptest::prop_assert!(state.discussion.as_ref().is_some_and(|held| !held.stale));
            }
        }
        proptest::prop_assert!(state.disclosure.is_none() || state.service.is_some());
        proptest::prop_assert!(state.closed_on.is_none() || state.executed_on.is_some());
    }
}
