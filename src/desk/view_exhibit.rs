//! Looking at an exhibit: the bytes, and the record (调阅) that says who looked.

use super::{
    Desk, Error, House,
    append::{self, Begin},
    project::REGISTER,
    receive_exhibit::vault_refusal,
    vouch::{self, OwnRecord},
};
use crate::{
    base::ExhibitId,
    evidence::{sniff, vault::Reading},
    store::{OrNone, cases, exhibits},
};
use serde_json::json;
use std::ops::Range;

/// One viewing makes one record: looking again within this time adds none.
const SAME_VIEWING_MS: i64 = 10 * 60_000;

/// An exhibit opened for reading.
pub struct Opened {
    /// Its row.
    pub exhibit: exhibits::Exhibit,
    /// What a page may do with it.
    pub kind: sniff::MediaKind,
    /// The bytes asked for.
    pub reading: Reading,
}

/// Opens `range` (half-open) of an exhibit for the signed-in person and puts the viewing on record.
///
/// # Errors
/// `NotFound` for exhibits of cases the person may not see.
pub async fn view_exhibit(
    desk: &Desk,
    id: &ExhibitId,
    range: Option<Range<u64>>,
) -> Result<Opened, Error> {
    let exhibit = visible(desk, id).await?;
    record_viewing(desk, &exhibit).await?;
    let digest = exhibit.sha256.parse().map_err(Error::broken)?;
    let reading = desk.house.vault.open_range(digest, range).await.map_err(vault_refusal)?;
    let kind = sniff::of_mime(&exhibit.media_type);
    Ok(Opened { exhibit, kind, reading })
}

/// Whether a page may show bytes of this stored media type in place.
pub fn inline(media_type: &str) -> bool {
    sniff::of_mime(media_type).inline
}

/// The thumbnail of an exhibit, if there is one; looking at thumbnails in a list is not a viewing.
pub async fn poster(desk: &Desk, id: &ExhibitId) -> Result<bytes::Bytes, Error> {
    let exhibit = visible(desk, id).await?;
    let digest = exhibit.poster_sha256.ok_or(Error::NotFound("缩略图"))?;
    let digest = digest.parse().map_err(Error::broken)?;
    desk.house.vault.read(digest, 4 << 20).await.map_err(vault_refusal)
}

/// The row of an exhibit whose case the signed-in person may see; looking at the row is not a viewing.
///
/// # Errors
/// `NotFound` for everybody else.
pub async fn visible(desk: &Desk, id: &ExhibitId) -> Result<exhibits::Exhibit, Error> {
    let who = desk.who()?.clone();
    let id = id.to_string();
    desk.house
        .store
        .read(move |db| {
            let exhibit = exhibits::find(db, &id).or_none()?.ok_or(Error::NotFound("证据附件"))?;
            let case =
                cases::find(db, &exhibit.case_id).or_none()?.ok_or(Error::NotFound("证据附件"))?;
            who.require_sight(&case.agency_id).map_err(|_| Error::NotFound("证据附件"))?;
            Ok(exhibit)
        })
        .await
}

async fn record_viewing(desk: &Desk, exhibit: &exhibits::Exhibit) -> Result<(), Error> {
    let who = desk.who()?;
    if !is_new_viewing(&desk.house, desk, &exhibit.id, who.person.as_str()) {
        return Ok(());
    }
    let chain = format!("{REGISTER}{}", who.agency);
    let mut facts = serde_json::Map::new();
    facts.insert("exhibit".into(), json!(exhibit.sha256));
    facts.insert("case".into(), json!(exhibit.case_id));
    let own = OwnRecord {
        chain: &chain,
        kind: "viewing",
        facts,
        fields: Vec::new(),
        exhibits: Vec::new(),
        on_behalf_of: Some(who.person.to_string()),
    };
    let record = vouch::sign_own(&desk.house, own, desk.now)?;
    let (house, now, agency) = (desk.house.clone(), desk.now, who.agency.clone());
    desk.house
        .store
        .write(move |db| {
            append::append(db, &house, &record, Begin::Register(Some(agency)), now).map(|_| ())
        })
        .await
}

fn is_new_viewing(house: &House, desk: &Desk, exhibit: &str, person: &str) -> bool {
    let Ok(mut seen) = house.viewings.lock() else { return true };
    let oldest = desk.now.plus_millis(-SAME_VIEWING_MS);
    seen.retain(|_, at| *at > oldest);
    seen.insert((person.to_owned(), exhibit.to_owned()), desk.now).is_none()
}
