//! Preparing a record: a filled form becomes the exact bytes that people will sign, kept as a draft.

use super::{
    Desk, Error, FieldFault, House, Who, behind::Behind, disclose, fill, project, register,
    release, sealing, shown, uncased, vouch,
};
use crate::{
    base::{CaseId, Digest, DraftId, Moment},
    law::{
        act::Act,
        forms::{self, FormSpec},
        gate,
        procedure::CaseState,
    },
    ledger::{
        dsse::Signature,
        field::{self, Field},
        record::{Payload, SCHEMA, Signer},
    },
    store::{Db, OrNone, agencies, cases, chains, disclosures, drafts, keys},
};
use std::{collections::BTreeMap, sync::Arc};

/// Hours for which a prepared record waits for its signatures.
const DRAFT_HOURS: i64 = 72;

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A case that it files.
    NewCase,
    /// A case.
    Case(CaseId),
    /// The disclosure with this number, that no case stands behind.
    Disclosure(String),
}
/// The longest answer of any form, in characters.
const ANSWER_MAX: usize = 100_000;

/// The kind whose signature covers exactly the file that was shown.
pub(super) const REVIEW: &str = "review";

/// Why an opinion is not taken when something was linked since its file was shown.
pub(super) const MOVED_UNDER_REVIEW: &str = "您打开待审案卷之后，案卷又收到新的记录或者附件，没有签署审核意见。请重新打开待审案卷，核对后重新提交。";

/// A form as it came in.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Kind of record.
    pub kind: String,
    /// The case; none when it is being filed, and where none stands behind what is public.
    pub case: Option<CaseId>,
    /// Number of the disclosure without a case that is to be corrected or withdrawn.
    pub disclosure: Option<String>,
    /// What the form was opened on, in hex: head of the case's chain, or digest of the record that is public. Another
    /// by now makes the form stale. A review
    /// must name it: an opinion is given on the file that was shown, and on no other.
    pub head: Option<String>,
    /// Raw public key of the key this browser holds, if it said so.
    pub public_key: Option<Vec<u8>>,
    /// Answers by form name.
    pub values: BTreeMap<String, Vec<String>>,
}

impl Form {
    /// The first answer under `name`, empty when there is none.
    pub fn first(&self, name: &str) -> &str {
        self.values.get(name).and_then(|all| all.first()).map_or("", String::as_str)
    }
}

/// Where a form is to become a record.
pub struct Ground<'h> {
    /// The house.
    pub house: &'h House,
    /// Who fills it in.
    pub who: &'h Who,
    /// The form's specification.
    pub spec: &'h FormSpec,
    /// The case's row, none while filing.
    pub case: Option<cases::Case>,
    /// The disclosure's row, where no case stands behind it.
    pub uncased: Option<disclosures::Disclosure>,
    /// The case's state so far.
    pub state: CaseState,
    /// The agency.
    pub agency: agencies::Agency,
    /// The instant.
    pub now: Moment,
}

/// Prepares a record from `form`.
///
/// # Errors
/// `Forbidden` for the wrong role, `Conflict` for a stale form, `Invalid` with every faulty field,
/// `Refused` with every objection of the law.
pub async fn prepare(desk: &Desk, form: Form) -> Result<DraftId, Error> {
    let desk = desk.clone();
    let house = desk.house.clone();
    house.store.write(move |db| prepare_in(db, &desk.house, desk.who()?, &form, desk.now)).await
}

/// [`prepare`] inside a write.
pub fn prepare_in(
    db: &mut Db,
    house: &Arc<House>,
    who: &Who,
    form: &Form,
    now: Moment,
) -> Result<DraftId, Error> {
    let ground = ground(db, house, who, form, now)?;
    refuse_stale(db, &ground, form)?;
    let (mut facts, private) = answers(&ground, form)?;
    fill::name_item(db, &ground, &mut facts)?;
    fill::fill(db, &ground, form, &mut facts)?;
    let mut behind = None;
    let (fields, exhibits) = if disclose::composes(&form.kind) {
        let behind = behind.insert(ground.behind(db)?);
        let mut fields = disclose::compose(db, &ground, form, behind, &mut facts)?;
        fields.extend(vouch::fresh_fields(private)?);
        (fields, Vec::new())
    } else {
        let mut private = private;
        fill::name_case(db, &ground, &mut private)?;
        shown::tell(&form.kind, &mut private);
        (vouch::fresh_fields(private)?, fill::exhibits(db, &ground, form)?)
    };
    let act = Act::parse(&form.kind, &serde_json::Value::Object(facts.clone()))
        .map_err(|fault| Error::invalid(form.kind.clone(), format!("事项不完整：{fault}")))?;
    let people = fill::signers(&ground, form, &act)?;
    let brought = register::Brought { exhibits: &exhibits, fields: &fields };
    object(db, &ground, &act, &people, &brought)?;
    if shown::tells(&form.kind) {
        let behind = behind.map_or_else(|| ground.behind(db), Ok)?;
        shown::check(house, &ground.agency, &behind, &form.kind, &fields)?;
    }
    let signers = people
        .iter()
        .map(|person| {
            signer(
                db,
                person,
                form.public_key.as_deref().filter(|_| *person == who.person.as_str()),
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    let digests: Vec<Digest> = fields.iter().map(Field::digest).collect();
    let chain = match (&ground.case, &ground.uncased) {
        (Some(case), _) => case.id.clone(),
        (None, Some(row)) => release::chain_of(row),
        (None, None) => CaseId::new(now).to_string(),
    };
    let payload = Payload {
        schema: SCHEMA.to_owned(),
        chain,
        kind: form.kind.clone(),
        at: now,
        signers,
        on_behalf_of: None,
        fields_root: field::fields_root(&digests),
        exhibits,
        facts,
    };
    keep(db, house, who, &payload, &fields, now)
}

fn ground<'h>(
    db: &mut Db,
    house: &'h House,
    who: &'h Who,
    form: &Form,
    now: Moment,
) -> Result<Ground<'h>, Error> {
    let spec = house.rulebook.form(&form.kind).ok_or(Error::NotFound("记录种类"))?;
    if form.case.is_some() && form.disclosure.is_some() {
        return Err(Error::invalid("disclosure", "案件和公示编号只能给出一项。"));
    }
    let case = match &form.case {
        Some(id) => Some(cases::find(db, id.as_str()).or_none()?.ok_or(Error::NotFound("案件"))?),
        None if form.kind == "filing" || form.disclosure.is_some() => None,
        None => return Err(Error::NotFound("案件")),
    };
    let uncased = match &form.disclosure {
        Some(number) => Some(uncased::find(db, who, &form.kind, number)?),
        None => None,
    };
    if let Some(case) = &case {
        who.require_sight(&case.agency_id)?;
        if case.agency_id != who.agency {
            return Err(Error::Forbidden("在其他机关的案件中记录"));
        }
    }
    if !spec.roles.iter().any(|role| who.is(*role)) {
        return Err(Error::Forbidden("制作这类记录"));
    }
    let agency = agencies::find(db, &who.agency).or_none()?.ok_or(Error::NotFound("执法主体"))?;
    let state = match (&case, &uncased) {
        (Some(case), _) => serde_json::from_str(&case.state).map_err(Error::broken)?,
        (None, Some(row)) => uncased::state(db, row)?,
        (None, None) => CaseState::default(),
    };
    Ok(Ground { house, who, spec, case, uncased, state, agency, now })
}

impl Ground<'_> {
    /// What stands behind the disclosure that the form is about.
    fn behind(&self, db: &mut Db) -> Result<Behind, Error> {
        match (&self.case, &self.uncased) {
            (Some(case), _) => Behind::case(db, self.house, case, &self.agency),
            (None, Some(row)) => Behind::row(db, self.house, row, &self.agency),
            (None, None) => Err(Error::NotFound("案件")),
        }
    }
}

/// Reads the form, with the faults of its own fields and of those that the service adds to it.
fn answers(ground: &Ground<'_>, form: &Form) -> Result<forms::Answers, Error> {
    let own = |name: &str| ground.spec.fields.iter().any(|field| field.path == name);
    let read = ground.spec.facts(&form.values);
    let mut faults = Vec::new();
    for (name, answers) in form.values.iter().filter(|(name, _)| !own(name)) {
        let mut fault = |text: &str| {
            faults.push(FieldFault { field: name.clone(), text: text.to_owned() });
        };
        if answers.iter().any(|answer| answer.contains('\0')) {
            fault("内容含有无法保存的空字符（NUL），请删去后重填");
        }
        if answers.iter().any(|answer| answer.chars().count() > ANSWER_MAX) {
            fault(&format!("内容超过{ANSWER_MAX}字，请缩短"));
        }
    }
    let of_form = |f: forms::FormFault| FieldFault { field: f.path, text: f.text };
    match read {
        Ok(read) if faults.is_empty() => Ok(read),
        Ok(_) => Err(Error::Invalid(faults)),
        Err(found) => Err(Error::Invalid(found.into_iter().map(of_form).chain(faults).collect())),
    }
}

fn refuse_stale(db: &mut Db, ground: &Ground<'_>, form: &Form) -> Result<(), Error> {
    let Some(head) = &form.head else {
        let unbound = "请先打开待审案卷，并写明所看案卷的指纹，审核意见只对该案卷签署。";
        return match form.kind.as_str() {
            REVIEW => Err(Error::invalid("head", unbound)),
            _ => Ok(()),
        };
    };
    if let Some(row) = &ground.uncased {
        if uncased::standing(db, row)?.hex() == *head {
            return Ok(());
        }
        let text =
            "您打开表单之后该公示信息已经更正，没有保存任何内容。请核对现在公示的内容后重新提交。";
        return Err(Error::Conflict(text.into()));
    }
    let Some(case) = &form.case else { return Ok(()) };
    let chain = chains::find(db, case.as_str()).or_none()?.ok_or(Error::NotFound("案件"))?;
    if hex::encode(&chain.head) == *head {
        return Ok(());
    }
    Err(Error::Conflict(match form.kind.as_str() {
        REVIEW => MOVED_UNDER_REVIEW.into(),
        _ => "您打开表单之后案件又有了新的记录，没有保存任何内容。请核对案卷后重新提交。".into(),
    }))
}

/// Asks the law and the rows before anybody signs, so that a refusal costs no signature.
fn object(
    db: &mut Db,
    ground: &Ground<'_>,
    act: &Act,
    people: &[String],
    brought: &register::Brought<'_>,
) -> Result<(), Error> {
    let house = ground.house;
    if ground.uncased.is_some() {
        let found = uncased::object(house, &ground.agency, &ground.state, act, ground.now)?;
        return project::refuse(found, Vec::new());
    }
    let pack = project::pack_of(house, &ground.agency)?;
    let objections = gate::objections(
        &house.rulebook,
        &house.calendar,
        pack,
        &ground.state,
        act,
        ground.now,
        people,
    );
    let rows = register::objections(db, house, &ground.agency, act, people, brought)?;
    project::refuse(objections, rows)
}

/// The person with the key they will use: the one their browser named, else the newest registered.
fn signer(db: &mut Db, person: &str, wanted: Option<&[u8]>) -> Result<Signer, Error> {
    let active = keys::active_of(db, person)?;
    let key = active
        .iter()
        .find(|key| wanted.is_some_and(|public_key| public_key == key.public_key))
        .or_else(|| active.iter().max_by_key(|key| key.registered_leaf))
        .ok_or_else(|| {
            Error::Refused(vec![super::Reason {
                text: "签名人还没有登记签名密钥，请先在“我的密钥”中登记。".into(),
                article: String::new(),
                fix: "keys".into(),
            }])
        })?;
    Ok(Signer {
        person: person.to_owned(),
        key: key.id.clone(),
        custody: vouch::custody(&key.custody)?,
    })
}

/// People whose signature a draft still lacks, as its `waiting_for` column keeps them.
pub fn waiting_for(signers: &[Signer], signed: &[Signature]) -> String {
    let missing = signers.iter().filter(|s| signed.iter().all(|sig| sig.keyid != s.key));
    missing.map(|signer| signer.person.as_str()).collect::<Vec<_>>().join(",")
}

fn keep(
    db: &mut Db,
    house: &House,
    who: &Who,
    payload: &Payload,
    fields: &[Field],
    now: Moment,
) -> Result<DraftId, Error> {
    let id = DraftId::new(now);
    let head = chains::find(db, &payload.chain).or_none()?.map(|chain| chain.head);
    drafts::insert(
        db,
        &drafts::Draft {
            id: id.to_string(),
            chain: payload.chain.clone(),
            kind: payload.kind.clone(),
            payload: payload.to_bytes().map_err(|fault| {
                Error::invalid(payload.kind.clone(), format!("记录内容超出限制：{fault}"))
            })?,
            fields: sealing::seal_fields(&house.master, id.as_str(), fields)?,
            signatures: "[]".into(),
            waiting_for: waiting_for(&payload.signers, &[]),
            head: head.unwrap_or_else(|| Digest::ZERO.as_bytes().to_vec()),
            prepared_by: who.person.to_string(),
            prepared_at: now.millis(),
            expires_at: now.plus_millis(DRAFT_HOURS * 3_600_000).millis(),
        },
    )?;
    Ok(id)
}
