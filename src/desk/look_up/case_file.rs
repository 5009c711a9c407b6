//! The whole file of one case: records with their values, exhibits, clocks, rounds of review, what is next.

mod exhibits;

pub use super::wording::{Line, lines, moment_words, title};
use super::{Names, cases::stage_label, items};
use crate::{
    base::{CaseId, Moment},
    desk::{Desk, Error, House, Role, Who, export_dossier, file, project},
    law::{
        gate,
        procedure::{self, CaseState},
        words,
    },
    store::{Db, OrNone, agencies, cases, chains, disclosures, drafts, entries},
};
pub use exhibits::ExhibitView;
use serde::Serialize;
use utoipa::ToSchema;

/// One record as the file shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordView {
    /// Record id.
    pub id: String,
    /// Place in the chain, from 1 for people.
    pub number: u64,
    /// Kind's word.
    pub kind: String,
    /// Title in Chinese.
    pub title: String,
    /// When it was signed, `2026年11月21日 09:30`.
    pub at: String,
    /// When the server linked it.
    pub received_at: String,
    /// Who signed, with how the key was held.
    pub signers: Vec<String>,
    /// Facts and private values in the form's order.
    pub lines: Vec<Line>,
    /// Sha256 of the exhibits the record names.
    pub exhibits: Vec<String>,
    /// Digest of the envelope.
    pub digest: String,
    /// Hash of the chain entry.
    pub head: String,
    /// Leaf index in the log.
    pub leaf: u64,
    /// Whether the leaf is under a signed checkpoint.
    pub sealed: bool,
}

/// A clock as the file shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClockView {
    /// What must be done.
    pub label: String,
    /// Article.
    pub article: String,
    /// How the day was found, in words.
    pub arithmetic: String,
    /// Last day, in words.
    pub due: String,
    /// `open`, `late`, `met` or `met-late`.
    pub state: String,
    /// Whether a calendar without an official notice was used.
    pub provisional: bool,
}

/// A round of review as the file shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundView {
    /// Number of the round.
    pub round: u32,
    /// Day submitted.
    pub submitted_on: String,
    /// The chain head that was submitted, first 8 digits.
    pub head: String,
    /// Result in Chinese, empty while it waits.
    pub result: String,
    /// Who reviewed.
    pub reviewer: String,
    /// Issues returned.
    pub issues: u32,
    /// Why it no longer counts, empty while it does.
    pub voided: String,
}

/// The kinds of record that may be written next.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NextStep {
    /// Kind's word.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Whether the signed-in person may write it.
    pub mine: bool,
    /// Who may write it, in Chinese.
    pub by: String,
}

/// A prepared record of the case that waits for signatures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftBrief {
    /// Draft id.
    pub id: String,
    /// Title of the record.
    pub title: String,
    /// Who has yet to sign, in words.
    pub waiting_for: String,
    /// Whether the signed-in person prepared it or is one of its signers.
    pub mine: bool,
}

/// The whole file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseFile {
    /// Case id.
    pub id: String,
    /// 案件编号
    pub number: String,
    /// Title.
    pub title: String,
    /// 当事人
    pub party: String,
    /// 事项编码
    pub item_code: String,
    /// 执法事项 with its code, for people.
    pub item: String,
    /// Agency's name.
    pub agency: String,
    /// Stage's word.
    pub stage: String,
    /// Stage in Chinese.
    pub stage_label: String,
    /// Whether the case is closed.
    pub closed: bool,
    /// Head of the chain, in hex: forms carry it.
    pub head: String,
    /// Records in order.
    pub records: Vec<RecordView>,
    /// Exhibits in order of arrival.
    pub exhibits: Vec<ExhibitView>,
    /// Clocks.
    pub clocks: Vec<ClockView>,
    /// Rounds of review.
    pub rounds: Vec<RoundView>,
    /// Number of the submission of the round that counts; what came after it is not what that round reviews.
    /// 0 when no round counts.
    pub submitted: u64,
    /// What the stage still lacks.
    pub needs: Vec<String>,
    /// What may come next.
    pub next: Vec<NextStep>,
    /// Public number and state, when disclosed.
    pub disclosure: Option<(String, String)>,
    /// Drafts of this case that wait for signatures.
    pub drafts: Vec<DraftBrief>,
    /// Whether the signed-in person may upload.
    pub may_upload: bool,
    /// Whether the signed-in person may take the dossier along.
    pub may_export: bool,
}

/// The file of `id`, for a person who may see it.
///
/// # Errors
/// `NotFound` for everybody else.
pub async fn case_file(desk: &Desk, id: &CaseId) -> Result<CaseFile, Error> {
    let who = desk.who()?.clone();
    let (house, id, now) = (desk.house.clone(), id.to_string(), desk.now);
    desk.house.store.read(move |db| build(db, &house, &who, &id, now)).await
}

fn build(db: &mut Db, house: &House, who: &Who, id: &str, now: Moment) -> Result<CaseFile, Error> {
    let case = cases::find(db, id).or_none()?.ok_or(Error::NotFound("案件"))?;
    who.require_sight(&case.agency_id)?;
    let agency = agencies::find(db, &case.agency_id)?;
    let pack = project::pack_of(house, &agency)?;
    let state: CaseState = serde_json::from_str(&case.state).map_err(Error::broken)?;
    let mut names = Names::default();
    let records = records(db, house, &mut names, id)?;
    let submitted = submitted(&records, &state);
    let exhibits = exhibits::exhibits(db, &mut names, id, &records, submitted)?;
    let rounds = rounds(db, house, &mut names, &state)?;
    let drafts = drafts::by_chain(db, id)?
        .into_iter()
        .filter(|draft| draft.expires_at >= now.millis())
        .map(|draft| brief(db, house, &mut names, who, draft))
        .collect::<Result<Vec<_>, _>>()?;
    let head = hex::encode(chains::find(db, id)?.head);
    let same_agency = case.agency_id == who.agency;
    let next = gate::allowed(&house.rulebook, pack, &state)
        .into_iter()
        .filter_map(|kind| next_step(house, who, same_agency, kind))
        .collect();
    Ok(CaseFile {
        stage_label: stage_label(&case.stage),
        stage: case.stage,
        closed: case.closed_at.is_some(),
        head,
        records,
        submitted,
        exhibits,
        clocks: clocks(house, pack, &state, now),
        rounds,
        needs: procedure::needs(&house.rulebook, pack, &state)
            .into_iter()
            .map(|n| n.text)
            .collect(),
        next,
        disclosure: disclosures::by_case(db, id)?.pop().map(|row| (row.number, row.state)),
        drafts,
        may_export: who.is_any(&export_dossier::MAY_EXPORT),
        may_upload: same_agency && who.is(Role::Officer) && case.closed_at.is_none(),
        item: items::named(db, &case.item_code)?,
        item_code: case.item_code,
        id: case.id,
        number: case.number,
        title: case.title,
        party: case.party,
        agency: agency.name,
    })
}

/// The number of the record whose chain entry is the head that the newest round reviews, unless it was voided.
fn submitted(records: &[RecordView], state: &CaseState) -> u64 {
    let head = state.rounds.last().filter(|round| !round.voided).map(|r| r.submitted_head.hex());
    let record = records.iter().find(|record| Some(&record.head) == head.as_ref());
    record.map_or(0, |record| record.number)
}

fn next_step(house: &House, who: &Who, same_agency: bool, kind: String) -> Option<NextStep> {
    let spec = house.rulebook.form(&kind)?;
    let mine = same_agency && spec.roles.iter().any(|role| who.is(*role));
    let by = spec.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("、");
    Some(NextStep { title: spec.title.clone(), mine, by, kind })
}

fn brief(
    db: &mut Db,
    house: &House,
    names: &mut Names,
    who: &Who,
    draft: drafts::Draft,
) -> Result<DraftBrief, Error> {
    let waiting: Vec<&str> = draft.waiting_for.split(',').filter(|id| !id.is_empty()).collect();
    let people = waiting.iter().map(|id| names.of(db, id)).collect::<Result<Vec<_>, _>>()?;
    let me = who.person.as_str();
    Ok(DraftBrief {
        title: title(house, &draft.kind),
        waiting_for: people.join("、"),
        mine: draft.prepared_by == me || waiting.contains(&me),
        id: draft.id,
    })
}

fn records(
    db: &mut Db,
    house: &House,
    names: &mut Names,
    chain: &str,
) -> Result<Vec<RecordView>, Error> {
    let sealed = crate::store::checkpoints::latest(db)?.map_or(0, |row| row.size);
    let mut views = Vec::new();
    for filed in file::read(db, house, chain)? {
        let entry = entries::by_record(db, &filed.row.id)?;
        let mut signers = Vec::new();
        for signer in &filed.payload.signers {
            let custody = match signer.custody {
                crate::ledger::record::Custody::Browser => "浏览器密钥",
                crate::ledger::record::Custody::Server => "口令密钥",
                crate::ledger::record::Custody::Service => "系统密钥",
            };
            signers.push(format!("{}（{custody}）", names.of(db, &signer.person)?));
        }
        if let Some(person) = &filed.payload.on_behalf_of {
            signers.push(format!("经{}操作", names.of(db, person)?));
        }
        views.push(RecordView {
            id: filed.row.id.clone(),
            number: filed.row.seq.unsigned_abs() + 1,
            kind: filed.payload.kind.clone(),
            title: title(house, &filed.payload.kind),
            at: moment_words(filed.payload.at),
            received_at: moment_words(Moment::from_millis(filed.row.received_at)),
            signers,
            lines: lines(db, house, names, &filed)?,
            exhibits: filed.payload.exhibits.iter().map(|e| e.sha256.hex()).collect(),
            digest: filed.row.envelope_digest.clone(),
            head: hex::encode(&entry.hash),
            leaf: entry.leaf.unsigned_abs(),
            sealed: entry.leaf < sealed,
        });
    }
    Ok(views)
}

fn rounds(
    db: &mut Db,
    house: &House,
    names: &mut Names,
    state: &CaseState,
) -> Result<Vec<RoundView>, Error> {
    let mut views = Vec::new();
    for round in &state.rounds {
        let opinion = round.opinion.as_ref();
        let reviewer = opinion.map(|opinion| names.of(db, &opinion.reviewer.person)).transpose()?;
        let by = round.voided_by.as_deref().unwrap_or_default();
        views.push(RoundView {
            round: round.round,
            submitted_on: words::day(round.submitted_on),
            head: round.submitted_head.short(),
            result: opinion.map(|o| o.result.label().to_owned()).unwrap_or_default(),
            reviewer: reviewer.unwrap_or_default(),
            issues: opinion.map_or(0, |opinion| opinion.issues),
            voided: match round.voided {
                true => format!("送审后案卷增加了“{}”，本轮审核作废", title(house, by)),
                false => String::new(),
            },
        });
    }
    Ok(views)
}

fn clocks(
    house: &House,
    pack: &crate::law::pack::Pack,
    state: &CaseState,
    now: Moment,
) -> Vec<ClockView> {
    let today = now.day();
    procedure::clocks(&house.rulebook, &house.calendar, pack, state)
        .into_iter()
        .map(|clock| {
            let late = clock.late(today);
            let state = match (clock.met_on, late) {
                (None, false) => "open",
                (None, true) => "late",
                (Some(_), false) => "met",
                (Some(_), true) => "met-late",
            };
            ClockView {
                arithmetic: format!("自{}起{}", words::day(clock.start), clock.length),
                due: words::day(clock.due),
                state: state.to_owned(),
                provisional: clock.provisional,
                label: clock.label,
                article: clock.article,
            }
        })
        .collect()
}
