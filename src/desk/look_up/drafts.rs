//! A prepared record as the page shows it before it is signed: exactly what the signature will cover.

use super::{
    Names,
    case_file::{Line, lines, moment_words, title},
};
use crate::{
    base::{DraftId, Moment},
    desk::{Desk, Error, House, Who, file::Filed, project::REGISTER, sign, uncased},
    ledger::{
        dsse::{Envelope, Signature},
        field::Field,
        record::{Custody, Payload},
    },
    store::{Db, OrNone, cases, chains, disclosures, drafts, keys, records},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use utoipa::ToSchema;

/// One signer of a draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignerView {
    /// Person id.
    pub person: String,
    /// Name.
    pub name: String,
    /// Key id.
    pub key: String,
    /// The key's raw public half, base64.
    pub public_key: String,
    /// `browser` or `server`.
    pub custody: String,
    /// Whether this signature is in.
    pub signed: bool,
}

/// A draft in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// Draft id.
    pub id: String,
    /// Kind's word.
    pub kind: String,
    /// Title of the record.
    pub title: String,
    /// The case's id; for a filing, the id it will have. Empty where no case stands behind what is public.
    pub case: String,
    /// The case's number and title, empty for a filing.
    pub case_title: String,
    /// Number of the disclosure without a case that it changes; empty otherwise.
    pub disclosure: String,
    /// What the record says, in the form's order.
    pub lines: Vec<Line>,
    /// Exhibits named, by digest.
    pub exhibits: Vec<String>,
    /// The payload's exact bytes in base64.
    pub payload: String,
    /// SHA-256 of the payload, first 8 digits.
    pub digest: String,
    /// Openings of the private fields, for the page to recompute.
    #[schema(value_type = Vec<Object>)]
    pub fields: Vec<Field>,
    /// Whether the case got other records, or the disclosure another release, since this was prepared; the law judges
    /// again when it is linked.
    pub moved: bool,
    /// Signers.
    pub signers: Vec<SignerView>,
    /// The signed-in person's own entry among them, while they have yet to sign.
    pub mine: Option<SignerView>,
    /// When it was prepared.
    pub prepared_at: String,
    /// When it lapses.
    pub expires_at: String,
}

/// The draft `id`, for its signers and its author.
pub async fn draft(desk: &Desk, id: &DraftId) -> Result<DraftView, Error> {
    let who = desk.who()?.clone();
    let (house, id) = (desk.house.clone(), id.to_string());
    desk.house.store.read(move |db| view(db, &house, &who, &id)).await
}

fn view(db: &mut Db, house: &House, who: &Who, id: &str) -> Result<DraftView, Error> {
    let row = drafts::find(db, id).or_none()?.ok_or(Error::NotFound("待签记录"))?;
    let payload = Payload::parse(&row.payload).map_err(Error::broken)?;
    let concerned = row.prepared_by == who.person.as_str()
        || payload.signers.iter().any(|signer| signer.person == who.person.as_str());
    if !concerned {
        return Err(Error::NotFound("待签记录"));
    }
    let mut names = Names::default();
    let signatures: Vec<Signature> =
        serde_json::from_str(&row.signatures).map_err(Error::broken)?;
    let mut signers = Vec::new();
    for signer in &payload.signers {
        let key = keys::find(db, &signer.key).or_none()?;
        signers.push(SignerView {
            public_key: key.map(|key| STANDARD.encode(key.public_key)).unwrap_or_default(),
            name: names.of(db, &signer.person)?,
            signed: signatures.iter().any(|signature| signature.keyid == signer.key),
            custody: if signer.custody == Custody::Browser { "browser" } else { "server" }.into(),
            person: signer.person.clone(),
            key: signer.key.clone(),
        });
    }
    let mine = signers.iter().find(|s| s.person == who.person.as_str() && !s.signed).cloned();
    let case = cases::find(db, &row.chain).or_none()?;
    let disclosure = uncased_number(&payload).unwrap_or_default().to_owned();
    let moved = moved(db, &row, &payload)?;
    let filed = as_filed(house, &row, payload)?;
    Ok(DraftView {
        title: title(house, &row.kind),
        case_title: case.map(|case| format!("{} {}", case.number, case.title)).unwrap_or_default(),
        lines: lines(db, house, &mut names, &filed)?,
        exhibits: filed.payload.exhibits.iter().map(|exhibit| exhibit.sha256.hex()).collect(),
        payload: STANDARD.encode(&row.payload),
        digest: crate::base::Digest::of(&row.payload).short(),
        fields: filed.fields,
        moved,
        signers,
        mine,
        prepared_at: moment_words(Moment::from_millis(row.prepared_at)),
        expires_at: moment_words(Moment::from_millis(row.expires_at)),
        id: row.id,
        kind: row.kind,
        case: if disclosure.is_empty() { row.chain } else { String::new() },
        disclosure,
    })
}

/// The number of the disclosure without a case that a record changes.
fn uncased_number(payload: &Payload) -> Option<&str> {
    payload.facts.get("number")?.as_str().filter(|_| payload.chain.starts_with(REGISTER))
}

/// Whether the case got other records since, or what is public was changed by another.
fn moved(db: &mut Db, row: &drafts::Draft, payload: &Payload) -> Result<bool, Error> {
    let Some(number) = uncased_number(payload) else {
        let chain = chains::find(db, &row.chain).or_none()?;
        return Ok(chain.is_some_and(|chain| chain.head != row.head));
    };
    let public = disclosures::by_number(db, number)?;
    let named = payload.facts.get("disclosure").and_then(|digest| digest.as_str());
    Ok(named != Some(uncased::standing(db, &public)?.hex().as_str()))
}

/// A draft in the shape of a filed record, so that both are shown by the same code.
fn as_filed(house: &House, row: &drafts::Draft, payload: Payload) -> Result<Filed, Error> {
    let fields = sign::fields_of(house, row)?;
    let row = records::Record {
        id: row.id.clone(),
        chain: row.chain.clone(),
        seq: 0,
        kind: row.kind.clone(),
        at: row.prepared_at,
        person_id: None,
        envelope: Vec::new(),
        envelope_digest: String::new(),
        payload_digest: String::new(),
        fields: None,
        received_at: row.prepared_at,
    };
    Ok(Filed { row, envelope: Envelope::new(Vec::new()), payload, fields })
}

/// A draft in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftCard {
    /// Draft id.
    pub id: String,
    /// Title of the record.
    pub title: String,
    /// The case's number and title, or the number of the disclosure without one.
    pub case_title: String,
    /// Who prepared it.
    pub prepared_by: String,
    /// When.
    pub prepared_at: String,
}

/// Drafts that wait for the signed-in person.
pub async fn to_sign(desk: &Desk) -> Result<Vec<DraftCard>, Error> {
    let person = desk.who()?.person.to_string();
    let house = desk.house.clone();
    desk.house
        .store
        .read(move |db| {
            let mut names = Names::default();
            let mut cards = Vec::new();
            for row in drafts::waiting_for(db, &person)? {
                let case = cases::find(db, &row.chain).or_none()?;
                let payload = Payload::parse(&row.payload).map_err(Error::broken)?;
                cards.push(DraftCard {
                    title: title(&house, &row.kind),
                    case_title: match (case, uncased_number(&payload)) {
                        (Some(case), _) => format!("{} {}", case.number, case.title),
                        (None, Some(number)) => format!("公示编号{number}"),
                        (None, None) => "新立案件".into(),
                    },
                    prepared_by: names.of(db, &row.prepared_by)?,
                    prepared_at: moment_words(Moment::from_millis(row.prepared_at)),
                    id: row.id,
                });
            }
            Ok(cards)
        })
        .await
}
