//! Taking an enforcement item out of use, and into use again; each a record in its agency's register. What was
//! filed under it and what was disclosed stay as they are.

use super::{Desk, Error, enter_item::KEEPERS, set_up::on_register};
use crate::store::{Db, OrNone, items};
use serde_json::json;

/// Takes the item `code` of the signed-in person's agency out of use, or into use again.
///
/// # Errors
/// `Forbidden` for who does not keep the list, `NotFound` for another agency's item, `Conflict` when somebody
/// did the same before.
pub async fn set_active(desk: &Desk, code: &str, active: bool) -> Result<(), Error> {
    let who = desk.who()?.clone();
    who.require(&KEEPERS, "停用、恢复执法事项")?;
    let (house, now, code) = (desk.house.clone(), desk.now, code.to_owned());
    let switch = move |db: &mut Db| {
        let item = items::find(db, &code).or_none()?.filter(|item| item.agency_id == who.agency);
        let item = item.ok_or(Error::NotFound("执法事项"))?;
        if item.active == active {
            let state = if active { "在用" } else { "已经停用" };
            return Err(Error::Conflict(format!("该事项{state}，没有重复办理。")));
        }
        items::set_active(db, &code, active)?;
        let kind = if active { "item-reactivated" } else { "item-deactivated" };
        let facts = json!({ "item": code });
        on_register(db, &house, &who.agency, kind, &facts, Some(&who.person), now).map(drop)
    };
    desk.house.store.write(switch).await
}
