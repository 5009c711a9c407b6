//! A case as its legal reviewer opens it: what is put to review, what the machine found, what is new.
//! The machine answers the formal half; it never concludes.

use super::{
    case_file::{self, CaseFile, ExhibitView, Line},
    day_words,
    wording::fingerprint,
};
use crate::{
    base::{CaseId, Day, Digest, Moment},
    desk::{Desk, Error, House, Reason, Role, Who, file, project},
    law::{
        act::{Act, Finding, ReviewResult, Reviewer},
        gate, major,
        pack::Pack,
        procedure::{self, CaseState, Round},
        rule,
        rulebook::Point,
        words,
    },
    ledger::entry::{self, Entry},
    store::{Db, OrNone, agencies, cases, entries, items, people, reviews},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What the enforcement item says, for the reviewer to hold against the draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReviewedItem)]
pub struct ItemView {
    /// 事项编码
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 实施依据
    pub basis: String,
    /// 处罚内容及裁量
    pub penalty: String,
}

/// One point that the opinion answers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PointView {
    /// Its id, as the form's `checklist.<id>`.
    pub id: String,
    /// Title.
    pub title: String,
    /// The question to answer.
    pub question: String,
    /// Article it comes from.
    pub article: String,
}

/// The file under review.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewFile {
    /// The case; its exhibits are those of the submitted file alone, and its records go on beyond the submission.
    pub file: CaseFile,
    /// Exhibits received after the submission: not part of what is reviewed.
    pub later_exhibits: Vec<ExhibitView>,
    /// Round under review.
    pub round: u32,
    /// Last day for the opinion, in words.
    pub due: String,
    /// Whether it has passed.
    pub late: bool,
    /// Chain head that was submitted, in hex: what the opinion is bound to.
    pub head: String,
    /// The same as people compare it by eye.
    pub fingerprint: String,
    /// The proposed penalty, in words.
    pub proposed: String,
    /// What stands in the way of agreeing (red).
    pub must: Vec<Reason>,
    /// What needs a person's judgement (amber).
    pub judge: Vec<Reason>,
    /// What the machine checked and found in order (grey).
    pub passed: Vec<Reason>,
    /// The points that the opinion answers.
    pub checklist: Vec<PointView>,
    /// The submission: materials, draft decision, answers to the last opinion.
    pub submission: Vec<Line>,
    /// The report that concluded the investigation.
    pub conclusion: Vec<Line>,
    /// The enforcement item.
    pub item: Option<ItemView>,
    /// Number of the last opinion; records after it are new since then. 0 when there was none.
    pub since: u64,
    /// Whether the signed-in person may write the opinion.
    pub may_review: bool,
}

/// The file of `id` as put to its reviewer.
///
/// # Errors
/// `Forbidden` for other roles, `NotFound` for cases they may not see, `Gone` when nothing waits for review.
pub async fn review_file(desk: &Desk, id: &CaseId) -> Result<ReviewFile, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Reviewer, Role::Head, Role::Supervisor], "查看待审案件")?;
    let file = case_file::case_file(desk, id).await?;
    let (house, now) = (desk.house.clone(), desk.now);
    desk.house.store.read(move |db| build(db, &house, &who, file, now)).await
}

fn build(
    db: &mut Db,
    house: &House,
    who: &Who,
    mut file: CaseFile,
    now: Moment,
) -> Result<ReviewFile, Error> {
    let case = cases::find(db, &file.id)?;
    let agency = agencies::find(db, &case.agency_id)?;
    let pack = project::pack_of(house, &agency)?;
    let state: CaseState = serde_json::from_str(&case.state).map_err(Error::broken)?;
    let waits = |round: &&Round| round.opinion.is_none() && !round.voided;
    let round = state.rounds.last().filter(waits).ok_or_else(|| {
        Error::Gone("本案目前没有等待审核的送审，可能已经审结，或者送审后案卷有变动。".into())
    })?;
    let row = reviews::by_case(db, &case.id)?.into_iter().rfind(|row| row.record_id.is_none());
    let due = row.map(|row| row.due).unwrap_or_default();
    let (later_exhibits, exhibits) = file.exhibits.into_iter().partition(|e| e.after_submission);
    file.exhibits = exhibits;
    let may_review = who.is(Role::Reviewer) && case.agency_id == who.agency;
    let ground = Ground { house, pack, state: &state, round, file: &file, now };
    let must = if may_review { objections(db, &ground, who)? } else { Vec::new() };
    let since = newest(&file, "review").map_or(0, |record| record.number);
    let lines = |kind: &str| newest(&file, kind).map(|r| r.lines.clone()).unwrap_or_default();
    Ok(ReviewFile {
        round: round.round,
        late: !due.is_empty() && due < now.day().to_string(),
        due: day_words(&due),
        fingerprint: fingerprint(&round.submitted_head.hex()),
        head: round.submitted_head.hex(),
        proposed: round.proposed.in_words(),
        must,
        judge: judgement(&ground),
        passed: passed(db, &ground)?,
        checklist: checklist(house),
        submission: lines("submission"),
        conclusion: lines("conclusion"),
        item: items::find(db, &case.item_code).or_none()?.map(|item| ItemView {
            code: item.code,
            name: item.name,
            basis: item.basis,
            penalty: item.penalty,
        }),
        since,
        may_review,
        later_exhibits,
        file,
    })
}

fn checklist(house: &House) -> Vec<PointView> {
    let points = house.rulebook.checklist().iter().cloned();
    let view =
        |p: Point| PointView { id: p.id, title: p.title, question: p.question, article: p.article };
    points.map(view).collect()
}

struct Ground<'g> {
    house: &'g House,
    pack: &'g Pack,
    state: &'g CaseState,
    round: &'g Round,
    file: &'g CaseFile,
    now: Moment,
}

fn newest<'f>(file: &'f CaseFile, kind: &str) -> Option<&'f case_file::RecordView> {
    file.records.iter().rev().find(|record| record.kind == kind)
}

/// What the law would object to an agreeing opinion of this person, were every point passed.
fn objections(db: &mut Db, ground: &Ground<'_>, who: &Who) -> Result<Vec<Reason>, Error> {
    let house = ground.house;
    let person = people::find(db, who.person.as_str())?;
    let points = house.rulebook.checklist().iter();
    let act = Act::Review {
        on: ground.now.day(),
        round: ground.round.round,
        reviewed_head: ground.round.submitted_head,
        reviewer: Reviewer { person: person.id.clone(), qualification: person.qualification },
        result: ReviewResult::Agree,
        checklist: points.map(|p| Finding { point: p.id.clone(), passed: true }).collect(),
        issues: 0,
    };
    let (pack, signers) = (ground.pack, [person.id]);
    let found = gate::objections(
        &house.rulebook,
        &house.calendar,
        pack,
        ground.state,
        &act,
        ground.now,
        &signers,
    );
    Ok(match project::refusal(found) {
        Error::Refused(reasons) => reasons,
        _ => Vec::new(),
    })
}

/// What only a person can weigh.
fn judgement(ground: &Ground<'_>) -> Vec<Reason> {
    let mut found: Vec<Reason> =
        major::reasons_of_case(ground.pack, &ground.round.proposed, ground.state)
            .into_iter()
            .map(|reason| Reason {
                text: format!("属于重大执法决定：{}", reason.text),
                article: reason.article,
                fix: String::new(),
            })
            .collect();
    let mut add = |id: &str, text: String| found.push(reason(ground.house, id, text));
    let state = ground.state;
    if let Some(concluded) = &state.conclusion {
        if concluded.crime_suspected {
            add(rule::RESUBMIT, "调查终结报告记明涉嫌犯罪，请判断是否应当移送司法机关".into());
        }
        if concluded.proposed != ground.round.proposed {
            let text = format!(
                "送审的处理（{}）与调查终结报告的建议（{}）不同",
                ground.round.proposed.in_words(),
                concluded.proposed.in_words()
            );
            add(rule::RESUBMIT, text);
        }
    }
    let added = added(ground.file);
    if !added.is_empty() {
        let (round, list) = (ground.round.round, added.join("、"));
        let text = format!("第{round}轮送审后案卷又增加：{list}，请判断是否影响审核");
        add(rule::RESUBMIT, text);
    }
    if state.interviews == 0 {
        add(rule::SHOW_CERTIFICATE, "案卷没有询问笔录，请判断事实是否清楚".into());
    }
    if state.inspections == 0 {
        add(rule::SHOW_CERTIFICATE, "案卷没有现场检查笔录，请判断事实是否清楚".into());
    }
    let returned = state.rounds.iter().rev().filter_map(|round| round.opinion.as_ref());
    if let Some(last) = returned.into_iter().find(|opinion| opinion.issues > 0) {
        let text = format!("上一轮退回时列出{}条问题，请逐条核对是否已经处理", last.issues);
        add(rule::RESUBMIT, text);
    }
    let House { rulebook, calendar, .. } = ground.house;
    let today = ground.now.day();
    let clocks = procedure::clocks(rulebook, calendar, ground.pack, state);
    for clock in clocks.into_iter().filter(|clock| clock.of_agency() && clock.late(today)) {
        found.push(Reason {
            text: format!("{}已经超过期限（{}）", clock.label, words::day(clock.due)),
            article: clock.article,
            fix: String::new(),
        });
    }
    found
}

/// The formal half, answered from the records themselves.
fn passed(db: &mut Db, ground: &Ground<'_>) -> Result<Vec<Reason>, Error> {
    let house = ground.house;
    let acts: Vec<Act> = file::read(db, house, &ground.file.id)?
        .into_iter()
        .filter_map(|filed| {
            Act::parse(&filed.payload.kind, &serde_json::Value::Object(filed.payload.facts)).ok()
        })
        .collect();
    let mut found = Vec::new();
    let mut add = |id: &str, text: String| found.push(reason(house, id, text));
    let named: Vec<&Act> = acts.iter().filter(|act| !act.officers().is_empty()).collect();
    if !named.is_empty() && named.iter().all(|act| staffed(act, act.on())) {
        let text = format!("{}份记录均载明两名以上执法人员，执法证件在当日均有效", named.len());
        add(rule::TWO_OFFICERS, text);
    }
    let told =
        acts.iter().filter(|act| matches!(act, Act::Inspection { .. } | Act::Interview { .. }));
    let count = told.count();
    if count > 0 {
        let text = format!("{count}份检查、询问笔录均记明已出示执法证件、告知权利和义务");
        add(rule::SHOW_CERTIFICATE, text);
    }
    let evidence = acts.iter().filter(|act| matches!(act, Act::Evidence { .. })).count();
    if evidence > 0 {
        let text =
            format!("证据材料{evidence}份、附件{}个，指纹均已入链", ground.file.exhibits.len());
        add(rule::EVIDENCE, text);
    }
    let entries = entries::by_chain(db, &ground.file.id)?;
    let linked = entries.iter().map(|row| entry_of(db, row)).collect::<Result<Vec<_>, _>>()?;
    if entry::check_chain(&linked).is_ok() {
        let text = format!("案卷共{}条记录，次序连续，未见增删改动", linked.len());
        add(rule::WHOLE_PROCESS, text);
    }
    if added(ground.file).is_empty() {
        add(rule::RESUBMIT, format!("第{}轮送审后案卷没有变动", ground.round.round));
    }
    Ok(found)
}

/// Every record since the submission in words, exhibits merely received included.
fn added(file: &CaseFile) -> Vec<String> {
    let later = file.records.iter().filter(|record| record.number > file.submitted);
    later.map(|record| format!("{}（{}）", record.title, record.received_at)).collect()
}

fn staffed(act: &Act, on: Day) -> bool {
    act.officers().len() > 1 && act.officers().iter().all(|officer| officer.certified_on(on))
}

/// The stored entry with the digest of the stored bytes, so that a changed byte breaks the chain.
fn entry_of(db: &mut Db, row: &entries::EntryRow) -> Result<Entry, Error> {
    let record = crate::store::records::find(db, &row.record_id)?;
    Ok(Entry {
        chain: row.chain.clone(),
        seq: row.seq.unsigned_abs(),
        prev: Digest::from_slice(&row.prev).ok_or_else(|| Error::broken("entry"))?,
        record: Digest::of(&record.envelope),
        received_at: Moment::from_millis(row.received_at),
    })
}

fn reason(house: &House, id: &str, text: String) -> Reason {
    Reason { text, article: house.rulebook.rule(id).article.clone(), fix: String::new() }
}
