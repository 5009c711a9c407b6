//! The list of enforcement items that an agency keeps, in use or not.

use super::public::kind_label;
use crate::{
    desk::{Desk, Error},
    store::{Db, OrNone, items},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Items on one page.
pub const PAGE: i64 = 20;

/// An item as its agency's list shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemRow {
    /// 事项编码
    pub code: String,
    /// 执法类别 by its word
    pub act_kind: String,
    /// 执法类别 in Chinese
    pub kind: &'static str,
    /// 事项名称
    pub name: String,
    /// 实施依据
    pub basis: String,
    /// 处罚内容及裁量
    pub penalty: String,
    /// 领域
    pub field: String,
    /// Whether new cases may name it.
    pub active: bool,
}

/// One page of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemPage {
    /// The items, by code.
    pub items: Vec<ItemRow>,
    /// How many there are for the words looked for.
    pub total: i64,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// A page of the items of the signed-in person's agency that contain `words`, after `cursor`.
pub async fn items(desk: &Desk, words: &str, cursor: &str) -> Result<ItemPage, Error> {
    let agency = desk.who()?.agency.clone();
    let (words, after) = (words.trim().to_owned(), cursor.to_owned());
    let read = move |db: &mut Db| {
        items::by_agency(db, &agency, items::Which::All, &words, &after, PAGE + 1)
    };
    let (mut rows, total) = desk.house.store.read(read).await?;
    let next = super::cut(&mut rows, PAGE, |row| row.code.clone());
    Ok(ItemPage { items: rows.into_iter().map(row).collect(), total, next })
}

/// The item `code` of the signed-in person's agency.
///
/// # Errors
/// `NotFound`.
pub async fn item(desk: &Desk, code: &str) -> Result<ItemRow, Error> {
    let (agency, code) = (desk.who()?.agency.clone(), code.to_owned());
    let found = desk.house.store.read(move |db| items::find(db, &code).or_none()).await?;
    let own = found.filter(|item| item.agency_id == agency);
    own.map(row).ok_or(Error::NotFound("执法事项"))
}

/// An item with its code, `经营过期食品（SJ-CF-001）`; the code alone when the list has no such item.
pub fn named(db: &mut Db, code: &str) -> Result<String, Error> {
    let found = items::find(db, code).or_none()?;
    Ok(found.map_or_else(|| code.to_owned(), |item| format!("{}（{code}）", item.name)))
}

fn row(row: items::Item) -> ItemRow {
    ItemRow {
        kind: kind_label(&row.act_kind),
        code: row.code,
        act_kind: row.act_kind,
        name: row.name,
        basis: row.basis,
        penalty: row.penalty,
        field: row.field,
        active: row.active,
    }
}
