//! Single breaches from the decision on: the case so far, the act, and the rule that alone must object.

use super::breaches::{Breach, change, ordinary_concluded, plus, with};
use super::story::*;
use zhijian::base::Money;
use zhijian::law::act::*;

pub fn decision_breaches() -> Vec<Breach> {
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
    undiscussed.tell(notice(826, fine(120_000), true)).tell(waiver(827));
    let mut unnoticed = major();
    unnoticed.tell(discussion(828, fine(120_000)));
    let mut raised = major();
    raised.force(notice(826, fine(130_000), true)).tell(waiver(827));
    raised.tell(discussion(828, fine(130_000)));
    let mut unreviewed = major();
    unreviewed.tell(notice(826, fine(120_000), true)).tell(hearing());
    unreviewed.force(discussion(911, fine(120_000)));
    let after_hearing = decision(914, fine(120_000), Some(record(6)));
    let mut half_waived = major();
    half_waived.tell(notice(826, fine(120_000), true)).tell(statement(827, true, false, false));
    half_waived.tell(discussion(828, fine(120_000)));
    let mut heard = major();
    heard.tell(notice(826, fine(120_000), true)).tell(hearing());
    heard.tell(submission(911, 2, fine(120_000)));
    heard.tell(review(911, 2, head(9), ReviewResult::Agree));
    let mut foreseen = major();
    foreseen.tell(discussion(825, fine(120_000))).tell(notice(826, fine(120_000), true));
    let waived = || plus(ordinary(), statement(831, true, false, false));
    vec![
        (
            "decided before the waiver",
            waived(),
            decision(828, fine(50_000), None),
            "penalty-45 penalty-62",
        ),
        ("decided on the day of the waiver", waived(), decision(831, fine(50_000), None), ""),
        (
            "decided before the notice",
            waived(),
            decision(825, fine(50_000), None),
            "penalty-44 penalty-45 penalty-62",
        ),
        (
            "decided before the defence was rechecked",
            plus(ordinary(), statement(904, false, true, false)),
            plain(fine(50_000)),
            "penalty-45",
        ),
        (
            "spared before the defence was rechecked",
            plus(ordinary(), statement(904, false, true, false)),
            none(Outcome::NotEstablished),
            "penalty-45",
        ),
        (
            "only the statement given up",
            half_waived.clone(),
            decision(831, fine(120_000), Some(record(6))),
            "penalty-62",
        ),
        (
            "only the statement given up, periods run out",
            half_waived,
            decision(903, fine(120_000), Some(record(6))),
            "",
        ),
        (
            "discussed before the notice",
            waived(),
            discussion(825, fine(50_000)),
            "penalty-44 penalty-45",
        ),
        ("discussed before the hearing", heard, discussion(909, fine(120_000)), "penalty-64"),
        (
            "discussed before the hearing was given up",
            plus(plus(major(), notice(826, fine(120_000), true)), waiver(828)),
            discussion(827, fine(120_000)),
            "penalty-45 penalty-63",
        ),
        ("discussed before the notice came", foreseen, decide(fine(120_000)), "penalty-44"),
        ("above review", raised, decide(fine(130_000)), "penalty-58"),
        ("no review after the hearing", unreviewed, after_hearing, "penalty-58 penalty-58"),
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

pub fn later_breaches() -> Vec<Breach> {
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
        listed: None,
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
    let (allowed, until) = (zhijian_day(2029, 831), zhijian_day(2029, 901));
    let ministry = Story { pack: "samr", ..served() };
    let most = Money::from_fen(i64::MAX).unwrap();
    let mut overpaid = served();
    overpaid.force(Act::Execution { on: day(910), paid: most, complete: false });
    let mut spared = ordinary_concluded();
    let how = Outcome::NotEstablished;
    let nothing = decision(903, Penalty::default(), None);
    spared.tell(change!(nothing, Decision { outcome = how })).tell(service(904));
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
            ministry.clone(),
            change!(disclosure(902, record(10)), Disclosure { show_until = Some(until) }),
            "opinion-118-6",
        ),
        (
            "shown as long as allowed",
            ministry,
            change!(disclosure(902, record(10)), Disclosure { show_until = Some(allowed) }),
            "",
        ),
        (
            "an unsure figure refuses nothing",
            served(),
            change!(disclosure(902, record(10)), Disclosure { show_until = Some(until) }),
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
        ("paid beyond counting", overpaid, paid(1, false), "penalty-72"),
        ("corrected although spared", spared.clone(), paid(0, true), ""),
        ("paid although spared", spared, paid(1, true), "house-order"),
        (
            "shown until before it is shown",
            served(),
            change!(disclosure(902, record(10)), Disclosure { show_until = Some(day(901)) }),
            "opinion-118-6",
        ),
        ("executed twice", done(), paid(0, true), "penalty-67"),
        ("closed unexecuted", shown(), close("chief"), "penalty-47"),
        ("closed unshown", plus(served(), paid(120_000, true)), close("chief"), "opinion-118-6"),
        ("closed by an investigator", done(), close("wang"), "samr-procedure-77"),
        ("interview after the decision", served(), interview(), "house-order"),
        ("anything after closing", plus(done(), close("chief")), close("chief"), "house-order"),
        ("withdrawal after closing", plus(done(), close("chief")), withdraw(1009, "revoked"), ""),
    ]
}
