//! The exhibits of a case as its file shows them, and which of them a review does not cover.

use super::{RecordView, moment_words};
use crate::{
    base::Moment,
    desk::{Error, look_up::Names},
    evidence::sniff,
    store::{Db, exhibits},
};
use serde::Serialize;
use utoipa::ToSchema;

/// An exhibit as the file shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
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
    /// Number of the record that received it.
    pub number: u64,
    /// Received after the newest submission to review, so that the review does not cover it.
    pub after_submission: bool,
}

/// The exhibits of the case `id` in order of arrival; `submitted` is the number of the submission that counts, or 0.
pub(super) fn exhibits(
    db: &mut Db,
    names: &mut Names,
    id: &str,
    records: &[RecordView],
    submitted: u64,
) -> Result<Vec<ExhibitView>, Error> {
    let mut views = Vec::new();
    for row in exhibits::by_case(db, id)? {
        let received = records.iter().find(|record| record.id == row.record_id);
        let number = received.map_or(0, |record| record.number);
        let after_submission = submitted > 0 && number > submitted;
        views.push(ExhibitView { number, after_submission, ..exhibit(db, names, row)? });
    }
    Ok(views)
}

fn exhibit(db: &mut Db, names: &mut Names, row: exhibits::Exhibit) -> Result<ExhibitView, Error> {
    let kind = sniff::of_mime(&row.media_type);
    Ok(ExhibitView {
        number: 0,
        after_submission: false,
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
