//! Taking a record that was made and signed elsewhere, for example offline on a device.

use super::{
    Desk, Error, House, Role, Who,
    append::{self, Begin, Linked},
    project::REGISTER,
    uncased,
    vouch::{self, KeyRing},
};
use crate::{
    base::CaseId,
    ledger::{dsse::Envelope, field::Field, record::Payload},
    store::{Db, OrNone, cases},
};

/// Links a signed record. The signed-in person must be one of its signers.
///
/// # Errors
/// `Invalid` when the bytes are no record, `Refused` when a signature or a field does not fit or the law objects,
/// `Forbidden` when it is somebody else's, `Conflict` when these very bytes were linked before.
pub async fn submit(desk: &Desk, envelope: Vec<u8>, fields: Vec<Field>) -> Result<Linked, Error> {
    let who = desk.who()?.clone();
    let parsed = Envelope::parse(&envelope)
        .map_err(|fault| Error::invalid("envelope", format!("签名封装不合规范：{fault}")))?;
    let known = KeyRing::of(&desk.house, &parsed).await?;
    // On the request's own thread: a few signatures cost less than waking another.
    let record = vouch::vouch(envelope, &parsed, fields, &known)?;
    let (house, now) = (desk.house.clone(), desk.now);
    let link = move |db: &mut Db| {
        let begin = permit(db, &house, &who, &record.payload)?;
        append::append(db, &house, &record, begin, now)
    };
    desk.house.store.write(link).await
}

/// Whether `who` may put `payload` on record, and which chain it may begin.
fn permit(db: &mut Db, house: &House, who: &Who, payload: &Payload) -> Result<Begin, Error> {
    if !payload.signers.iter().any(|signer| signer.person == who.person.as_str()) {
        return Err(Error::Forbidden("提交他人签署的记录"));
    }
    let spec = house.rulebook.form(&payload.kind).ok_or(Error::NotFound("记录种类"))?;
    if payload.chain.starts_with(REGISTER) {
        let own = payload.chain == format!("{REGISTER}{}", who.agency);
        if !own || !uncased::amends(&payload.kind) || !who.is(Role::Clerk) {
            return Err(Error::Forbidden("制作这类记录"));
        }
        return Ok(Begin::Nothing);
    }
    if !spec.roles.iter().any(|role| who.is(*role)) {
        return Err(Error::Forbidden("制作这类记录"));
    }
    match (cases::agency_of(db, &payload.chain).or_none()?, payload.kind.as_str()) {
        (Some(agency), _) if agency != who.agency => Err(Error::NotFound("案件")),
        (_, "filing") => {
            let id: Result<CaseId, _> = payload.chain.parse();
            id.map_err(|_| Error::invalid("chain", "案件标识应为UUID。"))?;
            Ok(Begin::Case(who.agency.clone()))
        }
        (Some(_), _) => Ok(Begin::Nothing),
        (None, _) => Err(Error::NotFound("案件")),
    }
}
