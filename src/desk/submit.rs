//! Taking a record that was made and signed elsewhere, for example offline on a device.

use super::{
    Desk, Error,
    append::{self, Begin, Linked},
    project::REGISTER,
    vouch,
};
use crate::{
    ledger::{dsse::Envelope, field::Field, record::Payload},
    store::{OrNone, cases},
};

/// Links a signed record. The signed-in person must be one of its signers.
///
/// # Errors
/// `Invalid` when the bytes are no record, `Forbidden` when it is somebody else's, `Refused` with the law's
/// objections, `Conflict` when these very bytes were linked before.
pub async fn submit(desk: &Desk, envelope: Vec<u8>, fields: Vec<Field>) -> Result<Linked, Error> {
    let who = desk.who()?.clone();
    let parsed = Envelope::parse(&envelope)
        .map_err(|fault| Error::invalid("envelope", format!("签名封装不合规范：{fault}")))?;
    let payload = Payload::parse(&parsed.payload)
        .map_err(|fault| Error::invalid("payload", format!("记录内容不合规范：{fault}")))?;
    if !payload.signers.iter().any(|signer| signer.person == who.person.as_str()) {
        return Err(Error::Forbidden("提交他人签署的记录"));
    }
    let spec = desk.house.rulebook.form(&payload.kind).ok_or(Error::NotFound("记录种类"))?;
    if payload.chain.starts_with(REGISTER) || !spec.roles.iter().any(|role| who.is(*role)) {
        return Err(Error::Forbidden("制作这类记录"));
    }
    let begin = if payload.kind == "filing" {
        payload
            .chain
            .parse::<crate::base::CaseId>()
            .map_err(|_| Error::invalid("chain", "案件标识应为UUID。"))?;
        Begin::Case(who.agency.clone())
    } else {
        Begin::Nothing
    };
    let chain = payload.chain;
    let (record, begin) = desk
        .house
        .store
        .read(move |db| {
            // A case's agency never changes, so it need not be asked again while writing.
            let agency = cases::agency_of(db, &chain).or_none()?;
            match (&begin, agency) {
                (Begin::Nothing, None) => return Err(Error::NotFound("案件")),
                (_, Some(agency)) if agency != who.agency => return Err(Error::NotFound("案件")),
                _ => {}
            }
            let known = vouch::known_keys(db, &parsed)?;
            Ok((vouch::vouch(envelope, &parsed, fields, &known)?, begin))
        })
        .await?;
    let (house, now) = (desk.house.clone(), desk.now);
    desk.house.store.write(move |db| append::append(db, &house, &record, begin, now)).await
}
