//! Publishing a decision made before this system kept the case: no case here, the clerk answers for it.

use super::{
    Desk, Error, Role,
    import_list::{Fate, Origin, publish_entry},
    penalty_list::Entry,
};
use crate::store::{OrNone, agencies};

/// Publishes `entry` for the signed-in clerk's agency; gives its public number. A document number that the
/// agency has published this way before adds nothing and gives the number it has.
///
/// # Errors
/// `Forbidden` for anybody but a clerk, `Invalid` without a document number.
pub async fn publish_past(desk: &Desk, entry: &Entry) -> Result<String, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Clerk], "公示以前作出的决定")?;
    let document = entry.document_number.as_deref().unwrap_or_default();
    if document.trim().is_empty() {
        return Err(Error::invalid("document_number", "请填写决定书文号。"));
    }
    let id = who.agency.clone();
    let agency = desk.house.store.read(move |db| agencies::find(db, &id).or_none()).await?;
    let agency = agency.ok_or(Error::NotFound("执法主体"))?;
    let origin = Origin {
        kind: "past-disclosure",
        act_kind: "penalty",
        source_key: format!("past:{}:{document}", agency.code),
        on_behalf_of: Some(who.person.to_string()),
        facts: serde_json::Map::new(),
    };
    match publish_entry(desk, &agency, origin, entry).await? {
        Fate::Published(number) | Fate::Known(number) => Ok(number),
        Fate::Refused => Err(Error::invalid("document_number", "该决定不能公示。")),
    }
}
