//! Uploads under way against the staging folder: what was acknowledged must be there. Their bytes are no evidence
//! yet; they are hashed in full when they become an exhibit, so only their number is looked at here.

use super::Report;
use crate::{
    desk::{Error, House},
    store::{OrNone, uploads},
};
use std::{collections::HashMap, sync::Arc};

pub(super) async fn check(house: &Arc<House>, report: &mut Report) -> Result<(), Error> {
    let rows = house.store.read(uploads::unfinished).await?;
    let staged: HashMap<_, _> =
        house.intake.staged().await.map_err(Error::broken)?.into_iter().collect();
    for row in rows {
        let Ok(id) = row.id.parse() else {
            report.fault(format!("上传{}", row.id), "标识不合规范");
            continue;
        };
        let there = staged.get(&id).copied().unwrap_or(0);
        if there >= row.received.unsigned_abs() {
            continue;
        }
        // It may have come to its end since the rows were read.
        let again = row.id.clone();
        let now = house.store.read(move |db| uploads::find(db, &again).or_none()).await?;
        if now.is_some_and(|now| now.state == row.state) {
            let text = format!("已确认收到{}字节，暂存文件只有{there}字节", row.received);
            report.fault(format!("上传{}", row.id), text);
        }
    }
    Ok(())
}
