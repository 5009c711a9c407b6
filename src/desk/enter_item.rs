//! Entering an enforcement item, so that cases may name it; a record in its agency's register.

use super::{
    Desk, Error, FieldFault, House, Role,
    look_up::public::KINDS,
    set_up::{on_register, taken},
};
use crate::{
    base::{Moment, PersonId},
    store::{Db, items},
};
use serde_json::json;

/// Who keeps an agency's list of items.
pub const KEEPERS: [Role; 2] = [Role::Clerk, Role::Administrator];

/// Most characters of an item's code.
pub const CODE_MAX: usize = 64;
/// Most characters of its name.
pub const NAME_MAX: usize = 200;
/// Most characters of its field.
pub const FIELD_MAX: usize = 100;
/// Most characters of its basis, and of its penalty.
pub const TEXT_MAX: usize = 2_000;

/// An item to be entered.
#[derive(Clone, Debug, Default)]
pub struct NewItem {
    /// 事项编码
    pub code: String,
    /// 执法类别 by its word
    pub act_kind: String,
    /// 事项名称
    pub name: String,
    /// 实施依据
    pub basis: String,
    /// 处罚内容及裁量
    pub penalty: String,
    /// 领域
    pub field: String,
}

/// Enters an item into the list of the signed-in person's agency.
///
/// # Errors
/// `Forbidden` for who does not keep the list, `Invalid` with every faulty field.
pub async fn add_item(desk: &Desk, new: NewItem) -> Result<(), Error> {
    let who = desk.who()?.clone();
    who.require(&KEEPERS, "登记执法事项")?;
    let faults = faults(&new);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let item = items::Item {
        code: new.code,
        agency_id: who.agency,
        act_kind: new.act_kind,
        name: new.name,
        basis: new.basis,
        penalty: new.penalty,
        field: new.field,
        active: true,
    };
    let (house, now) = (desk.house.clone(), desk.now);
    let enter = move |db: &mut Db| enter_item(db, &house, &item, Some(&who.person), now);
    desk.house.store.write(enter).await
}

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
        "penalty": item.penalty,
        "field": item.field,
    });
    on_register(db, house, &item.agency_id, "item-registered", &facts, by, now).map(drop)
}

fn faults(new: &NewItem) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let mut fault = |wrong: bool, field: &str, text: String| {
        if wrong {
            faults.push(FieldFault { field: field.into(), text });
        }
    };
    let code = "事项编码为1至64个字母、数字或者“.”“_”“-”，以字母或者数字开头。";
    fault(!is_code(&new.code), "code", code.into());
    let known = KINDS.iter().any(|(word, _)| *word == new.act_kind);
    fault(!known, "act_kind", "请选择执法类别。".into());
    let long = |text: &str, max: usize| text.chars().count() > max || text.contains('\0');
    let lines = |text: &str| text.contains(char::is_control);
    let name = new.name.trim().is_empty() || long(&new.name, NAME_MAX) || lines(&new.name);
    fault(name, "name", format!("请填写事项名称，一行，不超过{NAME_MAX}个字。"));
    let basis = new.basis.trim().is_empty() || long(&new.basis, TEXT_MAX);
    fault(basis, "basis", format!("请填写实施依据，不超过{TEXT_MAX}个字。"));
    let penalty = long(&new.penalty, TEXT_MAX);
    fault(penalty, "penalty", format!("处罚内容及裁量不超过{TEXT_MAX}个字。"));
    let field = long(&new.field, FIELD_MAX) || lines(&new.field);
    fault(field, "field", format!("领域为一行，不超过{FIELD_MAX}个字。"));
    faults
}

/// Codes stand in addresses and in signed records, so they are plain.
fn is_code(text: &str) -> bool {
    text.len() <= CODE_MAX
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_faulty_field_is_named() {
        let named = |new: &NewItem| faults(new).into_iter().map(|f| f.field).collect::<Vec<_>>();
        assert_eq!(named(&NewItem::default()), ["code", "act_kind", "name", "basis"]);
        let good = NewItem {
            code: "SJ-CF-001".into(),
            act_kind: "penalty".into(),
            name: "<b>&\"'".into(),
            basis: "甲\n乙".into(),
            ..NewItem::default()
        };
        assert_eq!(named(&good), Vec::<String>::new());
        for code in ["", "..", "-1", "甲", "a b", "a/b", &"1".repeat(65)] {
            assert_eq!(named(&NewItem { code: code.into(), ..good.clone() }), ["code"], "{code}");
        }
        let long = NewItem {
            name: "甲\n乙".into(),
            basis: "字".repeat(TEXT_MAX + 1),
            penalty: "a\0".into(),
            field: "字".repeat(FIELD_MAX + 1),
            ..good
        };
        assert_eq!(named(&long), ["name", "basis", "penalty", "field"]);
    }
}
