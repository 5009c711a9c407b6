//! Opening an upload into a case: who may, how long, under what name.

use super::{Desk, Error, Role};
use crate::{
    base::{CaseId, Digest, Moment, UploadId},
    store::{OrNone, cases, uploads},
};

/// Longest file name that is kept, in characters.
const NAME_MAX: usize = 255;

/// What the client says before it sends bytes.
pub struct Opening {
    /// The case.
    pub case: CaseId,
    /// The file's name as the client calls it; kept as text and never used as a path.
    pub name: String,
    /// What the client said in its own words (tus `Upload-Metadata`), given back to it unchanged.
    pub metadata: String,
    /// All bytes that will come.
    pub length: u64,
    /// The chunk root the client computed before sending; the bytes are put on record only if they prove equal.
    pub declared_root: Option<Digest>,
}

/// An upload that may begin.
pub struct Opened {
    /// Its id.
    pub id: UploadId,
    /// When it is dropped if nothing comes.
    pub expires_at: Moment,
}

/// Opens an upload.
///
/// # Errors
/// `TooLarge`, `Invalid` name, `NotFound` case, `Forbidden` role, `Refused` when the case is closed.
pub async fn begin_upload(desk: &Desk, opening: Opening) -> Result<Opened, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Officer], "上传证据附件")?;
    let limit_bytes = desk.house.limits.upload_bytes;
    if opening.length > limit_bytes {
        return Err(Error::TooLarge { limit_bytes });
    }
    if opening.length == 0 {
        return Err(Error::invalid("length", "文件是空的，没有可以存证的内容。"));
    }
    check_name(&opening.name)?;
    let id = UploadId::new(desk.now);
    let day = 86_400_000;
    let expires = desk.now.plus_millis(i64::from(desk.house.limits.upload_days) * day);
    let row = uploads::Upload {
        id: id.to_string(),
        case_id: opening.case.to_string(),
        person_id: who.person.to_string(),
        name: opening.name,
        metadata: opening.metadata,
        declared_root: opening.declared_root.map(|root| root.hex()),
        length: i64::try_from(opening.length).map_err(|_| Error::TooLarge { limit_bytes })?,
        received: 0,
        hash_state: Vec::new(),
        chunks: Vec::new(),
        generation: 0,
        state: "receiving".into(),
        created_at: desk.now.millis(),
        updated_at: desk.now.millis(),
        expires_at: expires.millis(),
        exhibit_id: None,
    };
    desk.house
        .store
        .write(move |db| {
            let case = cases::find(db, &row.case_id).or_none()?.ok_or(Error::NotFound("案件"))?;
            if case.agency_id != who.agency {
                return Err(Error::NotFound("案件"));
            }
            refuse_closed(&case)?;
            Ok(uploads::insert(db, &row)?)
        })
        .await?;
    Ok(Opened { id, expires_at: expires })
}

/// Nothing is added to a closed case.
pub fn refuse_closed(case: &cases::Case) -> Result<(), Error> {
    if case.closed_at.is_some() {
        return Err(Error::refused("案件已经结案，案卷不再增加材料。"));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Error> {
    let long = name.chars().count() > NAME_MAX;
    if name.is_empty() || long || name.contains('\0') {
        let text = format!("文件名应为1至{NAME_MAX}个字符，不得含有空字符。");
        return Err(Error::invalid("filename", text));
    }
    Ok(())
}
