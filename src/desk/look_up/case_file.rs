//! The whole file of one case: records with their values, exhibits, clocks, rounds of review, what is next.

use super::{Names, cases::stage_label, day_words};
use crate::{
    base::{CaseId, Moment},
    desk::{Desk, Error, House, Optional, Role, Who, file, project},
    evidence::sniff,
    law::{
        gate,
        procedure::{self, CaseState},
        words,
    },
    store::{Db, agencies, cases, chains, disclosures, drafts, entries, exhibits},
};
use serde::Serialize;

/// A labelled value.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Path of the field or name of the fact.
    pub path: String,
    /// Label in Chinese.
    pub label: String,
    /// Value in words.
    pub value: String,
}

/// One record as the file shows it.
#[derive(Clone, Debug, Serialize)]
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

/// An exhibit as the file shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ExhibitView {
    /// Exhibit id.
    pub id: String,
    /// Name as uploaded.
    pub name: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Chunk root.
    pub chunk_root: String,
    /// Bytes.
    pub size: u64,
    /// Media type.
    pub media_type: String,
    /// What people call it.
    pub type_label: String,
    /// `video`, `audio`, `image`, `document` or `other`.
    pub family: String,
    /// Whether the page may show it in place.
    pub inline: bool,
    /// A warning for the page.
    pub note: String,
    /// `1:05`, empty when unknown.
    pub duration: String,
    /// Whether there is a thumbnail.
    pub poster: bool,
    /// Who handed it in.
    pub received_by: String,
    /// When.
    pub received_at: String,
}

/// A clock as the file shows it.
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
pub struct NextStep {
    /// Kind's word.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Whether the signed-in person may write it.
    pub mine: bool,
}

/// The whole file.
#[derive(Clone, Debug, Serialize)]
pub struct CaseFile {
    /// Case id.
    pub id: String,
    /// 案件编号
    pub number: String,
    /// Title.
    pub title: String,
    /// 当事人
    pub party: String,
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
    /// What the stage still lacks.
    pub needs: Vec<String>,
    /// What may come next.
    pub next: Vec<NextStep>,
    /// Public number and state, when disclosed.
    pub disclosure: Option<(String, String)>,
    /// Drafts of this case that wait for signatures: (id, title).
    pub drafts: Vec<(String, String)>,
    /// Whether the signed-in person may upload.
    pub may_upload: bool,
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
    let case = cases::find(db, id).optional()?.ok_or(Error::NotFound("案件"))?;
    who.require_sight(&case.agency_id)?;
    let agency = agencies::find(db, &case.agency_id)?;
    let pack = project::pack_of(house, &agency)?;
    let state: CaseState = serde_json::from_str(&case.state).map_err(Error::broken)?;
    let mut names = Names::default();
    let records = records(db, house, &mut names, id)?;
    let exhibits = exhibits::by_case(db, id)?
        .into_iter()
        .map(|row| exhibit(db, &mut names, row))
        .collect::<Result<Vec<_>, _>>()?;
    let rounds = rounds(db, house, &mut names, &state)?;
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
        exhibits,
        clocks: clocks(house, pack, &state, now),
        rounds,
        needs: procedure::needs(&house.rulebook, pack, &state)
            .into_iter()
            .map(|n| n.text)
            .collect(),
        next,
        disclosure: disclosures::by_case(db, id)?.pop().map(|row| (row.number, row.state)),
        drafts: drafts::by_chain(db, id)?
            .into_iter()
            .map(|draft| (draft.id, house.rulebook.title(&draft.kind).to_owned()))
            .collect(),
        may_upload: same_agency && who.is(Role::Officer) && case.closed_at.is_none(),
        id: case.id,
        number: case.number,
        title: case.title,
        party: case.party,
        agency: agency.name,
    })
}

fn next_step(house: &House, who: &Who, same_agency: bool, kind: String) -> Option<NextStep> {
    let spec = house.rulebook.form(&kind)?;
    let mine = same_agency && spec.roles.iter().any(|role| who.is(*role));
    Some(NextStep { title: spec.title.clone(), mine, kind })
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

/// The title of a kind of record; kinds the machine makes have no form.
pub fn title(house: &House, kind: &str) -> String {
    match kind {
        "custody" => "附件入库".into(),
        kind => house.rulebook.title(kind).to_owned(),
    }
}

/// A record's facts and private values in the order of its form.
pub fn lines(
    db: &mut Db,
    house: &House,
    names: &mut Names,
    filed: &file::Filed,
) -> Result<Vec<Line>, Error> {
    let kind = filed.payload.kind.as_str();
    let mut lines = Vec::new();
    if let Some(spec) = house.rulebook.form(kind) {
        for field in &spec.fields {
            let value = if field.private {
                filed.value(&field.path).map(str::to_owned)
            } else {
                let fact = filed.payload.facts.get(&field.path);
                fact.map(|fact| fact_words(db, house, names, field, fact)).transpose()?
            };
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                lines.push(Line { path: field.path.clone(), label: field.label.clone(), value });
            }
        }
    }
    for field in &filed.fields {
        let known = lines.iter().any(|line| line.path == field.path);
        if !known {
            let label = field_label(&field.path);
            lines.push(Line { path: field.path.clone(), label, value: field.value.clone() });
        }
    }
    Ok(lines)
}

fn field_label(path: &str) -> String {
    let item = path.strip_prefix(crate::desk::disclose::SHOWN);
    let known = crate::desk::disclose::ITEMS.iter();
    let label = |item: &str| {
        known
            .clone()
            .find(|(path, _)| *path == item)
            .map_or(item.to_owned(), |(_, l)| (*l).to_owned())
    };
    match (path, item) {
        ("case.number", _) => "案件编号".into(),
        ("exhibit.name", _) => "文件名".into(),
        (_, Some(item)) => format!("公示：{}", label(item)),
        (path, None) => label(path),
    }
}

fn fact_words(
    db: &mut Db,
    house: &House,
    names: &mut Names,
    field: &crate::law::forms::FieldSpec,
    fact: &serde_json::Value,
) -> Result<String, Error> {
    use serde_json::Value;
    if let Some(choice) = field.options.iter().find(|choice| fact.as_str() == Some(&choice.value)) {
        return Ok(choice.label.clone());
    }
    Ok(match fact {
        Value::Bool(true) => "是".into(),
        Value::Bool(false) => "否".into(),
        Value::String(text) if text.len() == 10 => day_words(text),
        Value::String(text) if text.len() == 36 => names.of(db, text)?,
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let words: Result<Vec<_>, _> =
                items.iter().map(|item| fact_words(db, house, names, field, item)).collect();
            words?.join("、")
        }
        Value::Object(map) => match (map.get("kinds"), map.get("person"), map.get("point")) {
            (Some(_), _, _) => {
                let penalty: crate::law::act::Penalty =
                    serde_json::from_value(fact.clone()).map_err(Error::broken)?;
                penalty.in_words()
            }
            (_, Some(Value::String(person)), _) => {
                let paper = map.get("certificate").or(map.get("qualification"));
                let paper = paper.and_then(Value::as_str).unwrap_or_default();
                format!("{}（{paper}）", names.of(db, person)?)
            }
            (_, _, Some(Value::String(point))) => {
                let passed = map.get("passed") == Some(&Value::Bool(true));
                let points = house.rulebook.checklist();
                let title = points.iter().find(|p| p.id == *point).map_or(point, |p| &p.title);
                format!("{title}：{}", if passed { "符合" } else { "不符合" })
            }
            _ => fact.to_string(),
        },
        other => other.to_string(),
    })
}

fn exhibit(db: &mut Db, names: &mut Names, row: exhibits::Exhibit) -> Result<ExhibitView, Error> {
    let kind = sniff::of_mime(&row.media_type);
    Ok(ExhibitView {
        received_by: names.of(db, &row.received_by)?,
        received_at: moment_words(Moment::from_millis(row.received_at)),
        type_label: kind.label.to_owned(),
        family: format!("{:?}", kind.family).to_lowercase(),
        inline: kind.inline,
        note: kind.note.unwrap_or_default().to_owned(),
        duration: row.duration_ms.map(|ms| duration_words(ms / 1000)).unwrap_or_default(),
        poster: row.poster_sha256.is_some(),
        size: row.size.unsigned_abs(),
        id: row.id,
        name: row.name,
        sha256: row.sha256,
        chunk_root: row.chunk_root,
        media_type: row.media_type,
    })
}

fn duration_words(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
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

/// `2026年11月21日 09:30` in China.
pub fn moment_words(at: Moment) -> String {
    format!("{} {}", words::day(at.day()), at.clock_time())
}
