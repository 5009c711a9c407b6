//! Entering an enforcement item, so that cases may name it; a record in its agency's register.

use super::{
    Error, House,
    set_up::{on_register, taken},
};
use crate::{
    base::{Moment, PersonId},
    store::{Db, items},
};
use serde_json::json;

/// Enters `item` at the instance of `by`; inside a write.
///
/// # Errors
/// `Invalid` when the code is in use.
pub fn enter_item(
    db: &mut Db,
    house: &House,
    item: &items::Item,
    by: Option<&PersonId>,
    now: Moment,
) -> Result<(), Error> {
    items::insert(db, item).map_err(|fault| taken(fault, "code", "该事项编码已经登记。"))?;
    let facts = json!({
        "item": item.code,
        "act_kind": item.act_kind,
        "name": item.name,
        "basis": item.basis,
    });
    on_register(db, house, &item.agency_id, "item-registered", &facts, by, now).map(drop)
}
