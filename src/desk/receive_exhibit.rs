//! Putting a complete upload on record: bytes into the vault first, then one write with the custody record.

use super::{
    Desk, Error,
    append::{self, Begin},
    begin_upload,
    vouch::{self, OwnRecord},
};
use crate::{
    base::{Digest, ExhibitId, Moment},
    evidence::{
        intake::{Finished, Hold, Position},
        poster, probe, sniff,
        vault::VaultError,
    },
    ledger::{chunk, record::ExhibitRef},
    store::{Db, OrNone, cases, exhibits, uploads},
};
use serde_json::json;

/// What the bytes say of themselves.
struct Seen {
    kind: sniff::MediaKind,
    probe: Option<probe::Probe>,
    poster: Option<Vec<u8>>,
}

/// Settles the bytes of `upload`, then appends the custody record, the exhibit's row and the upload's end
/// in one write. A crash between the two leaves bytes that no row names, never a row without bytes.
pub(super) async fn receive(
    desk: &Desk,
    upload: &uploads::Upload,
    hold: Hold,
    position: &Position,
) -> Result<(), Error> {
    let finished = hold.finish(position).await.map_err(Error::broken)?;
    let chunk_root = chunk::chunk_root(&finished.chunks);
    if upload.declared_root.as_ref().is_some_and(|declared| *declared != chunk_root.hex()) {
        return refuse_other_bytes(desk, upload, hold).await;
    }
    let path = finished.path.clone();
    let seen = super::sign_in::blocking(move || look(&path)).await??;
    desk.house
        .vault
        .settle(&finished.path, finished.digest, finished.size)
        .await
        .map_err(vault_refusal)?;
    let poster = match seen.poster {
        Some(bytes) => Some(desk.house.vault.put_bytes(bytes).await.map_err(vault_refusal)?),
        None => None,
    };
    let exhibit = row(desk.now, upload, &finished, chunk_root, &seen.kind, seen.probe, poster);
    let (house, now) = (desk.house.clone(), desk.now);
    let done = upload.id.clone();
    desk.house
        .store
        .write(move |db| {
            let record_id = custody(db, &house, &exhibit, now)?;
            let id = exhibit.id.clone();
            exhibits::insert(db, &exhibits::Exhibit { record_id, ..exhibit })?;
            Ok::<_, Error>(uploads::settle(db, &done, &id, "done", now.millis())?)
        })
        .await?;
    hold.discard().await.map_err(Error::broken)
}

/// What arrived is not what the client read on its side: nothing is linked, the staged bytes are dropped, and
/// the row stays to say who sent what and when.
async fn refuse_other_bytes(
    desk: &Desk,
    upload: &uploads::Upload,
    hold: Hold,
) -> Result<(), Error> {
    let (id, now) = (upload.id.clone(), desk.now.millis());
    desk.house
        .store
        .write(move |db| Ok::<_, Error>(uploads::set_state(db, &id, "receiving", "refused", now)?))
        .await?;
    hold.discard().await.map_err(Error::broken)?;
    Err(Error::invalid(
        "chunk_root",
        "服务器收到的内容与上传前计算的校验值不同，没有入链，收到的内容已经丢弃。请核对文件后重新上传。",
    ))
}

fn look(path: &std::path::Path) -> Result<Seen, Error> {
    let kind = sniff::sniff_file(path).map_err(Error::broken)?;
    Ok(Seen { probe: probe::probe(path, &kind), poster: poster::poster(path, &kind), kind })
}

fn custody(
    db: &mut Db,
    house: &super::House,
    exhibit: &exhibits::Exhibit,
    now: Moment,
) -> Result<String, Error> {
    let case = cases::find(db, &exhibit.case_id).or_none()?.ok_or(Error::NotFound("案件"))?;
    begin_upload::refuse_closed(&case)?;
    let mut facts = serde_json::Map::new();
    facts.insert("on".into(), json!(now.day()));
    let own = OwnRecord {
        chain: &exhibit.case_id,
        kind: "custody",
        facts,
        fields: vouch::fresh_fields(vec![("exhibit.name".into(), exhibit.name.clone())])?,
        exhibits: vec![exhibit_ref(exhibit)?],
        on_behalf_of: Some(exhibit.received_by.clone()),
    };
    let record = vouch::sign_own(house, own, now)?;
    append::append(db, house, &record, Begin::Nothing, now)?;
    Ok(record.id.to_string())
}

/// The exhibit as records name it.
pub fn exhibit_ref(exhibit: &exhibits::Exhibit) -> Result<ExhibitRef, Error> {
    Ok(ExhibitRef {
        media_type: exhibit.media_type.clone(),
        sha256: exhibit.sha256.parse().map_err(Error::broken)?,
        chunk_root: exhibit.chunk_root.parse().map_err(Error::broken)?,
        size: exhibit.size.unsigned_abs(),
    })
}

fn row(
    now: Moment,
    upload: &uploads::Upload,
    finished: &Finished,
    chunk_root: Digest,
    kind: &sniff::MediaKind,
    probe: Option<probe::Probe>,
    poster: Option<Digest>,
) -> exhibits::Exhibit {
    let probe = probe.unwrap_or_default();
    exhibits::Exhibit {
        id: ExhibitId::new(now).to_string(),
        case_id: upload.case_id.clone(),
        record_id: String::new(),
        name: upload.name.clone(),
        sha256: finished.digest.hex(),
        chunk_root: chunk_root.hex(),
        size: finished.size.cast_signed(),
        media_type: kind.mime.to_owned(),
        duration_ms: probe.duration_ms.and_then(|ms| i64::try_from(ms).ok()),
        width: probe.width.and_then(|w| i32::try_from(w).ok()),
        height: probe.height.and_then(|h| i32::try_from(h).ok()),
        poster_sha256: poster.map(|digest| digest.hex()),
        received_by: upload.person_id.clone(),
        received_at: now.millis(),
    }
}

pub(super) fn vault_refusal(fault: VaultError) -> Error {
    match fault {
        VaultError::Full => Error::Full,
        VaultError::Missing => Error::NotFound("证据附件"),
        other => Error::broken(other),
    }
}
