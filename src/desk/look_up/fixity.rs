//! What the last reading of the exhibits found, for those who answer for them.

use super::{cases::scope, public::moment};
use crate::{
    base::Moment,
    desk::{Desk, Error, Role, Who, fixity},
    store::{Db, OrNone, cases, exhibits},
};
use serde::Serialize;
use utoipa::ToSchema;

/// An exhibit whose bytes are missing or altered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Broken {
    /// Case id.
    pub case: String,
    /// 案号
    pub number: String,
    /// File name as sent.
    pub name: String,
}

/// The last round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Checked {
    /// When it ended, in words.
    pub at: String,
    /// Exhibits read.
    pub read: u64,
    /// How many are missing or altered, in all agencies.
    pub broken: usize,
    /// Those of cases that the signed-in person may see.
    pub list: Vec<Broken>,
}

/// The last round, if there was one.
///
/// # Errors
/// `Forbidden` for roles that do not answer for exhibits.
pub async fn checked(desk: &Desk) -> Result<Option<Checked>, Error> {
    let who = desk.who()?.clone();
    who.require(&[Role::Head, Role::Supervisor, Role::Administrator], "查看附件巡检结果")?;
    desk.house.store.read(move |db| read(db, &who)).await
}

fn read(db: &mut Db, who: &Who) -> Result<Option<Checked>, Error> {
    let Some(round) = fixity::last(db)? else { return Ok(None) };
    let scope = scope(db, who)?;
    let mut list = Vec::new();
    for id in &round.broken {
        let Some(row) = exhibits::find(db, id).or_none()? else { continue };
        let case = cases::find(db, &row.case_id)?;
        if scope.contains(&case.agency_id) {
            list.push(Broken { case: case.id, number: case.number, name: row.name });
        }
    }
    let at = moment(Moment::from_millis(round.at));
    Ok(Some(Checked { at, read: round.read, broken: round.broken.len(), list }))
}
