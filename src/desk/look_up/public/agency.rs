//! 事前公示: who may enforce, on which basis, with which people; and whether a certificate is good today.

use super::clean;
use crate::{
    base::Day,
    desk::{
        Desk, Error, Role,
        look_up::{
            cut,
            people::{certificate_days, certificate_state},
        },
        permit::parse_roles,
    },
    store::{Db, OrNone, agencies as agency_rows, items, items::Which, people},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Items of an agency on one page.
const PAGE: i64 = 20;

/// An agency, for filters and facts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgencyView {
    /// 统一社会信用代码
    pub code: String,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Phone for questions and complaints.
    pub phone: String,
}

impl From<agency_rows::Agency> for AgencyView {
    fn from(row: agency_rows::Agency) -> Self {
        AgencyView { code: row.code, name: row.name, address: row.address, phone: row.phone }
    }
}

/// An officer as published beforehand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfficerView {
    /// 姓名
    pub name: String,
    /// 执法证号
    pub certificate: String,
    /// First and last valid day in words.
    pub valid: String,
    /// Whether the certificate may be used today.
    pub good: bool,
    /// Why, in a word: 有效, 尚未生效, 已过期, 已停用.
    pub state: &'static str,
}

/// An enforcement item as published beforehand.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PublishedItem)]
pub struct ItemView {
    /// 事项编码
    pub code: String,
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
}

/// An agency as programs read it, with a stretch of its items by key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgencySlice {
    /// The agency.
    pub agency: AgencyView,
    /// The agency above it; empty when none.
    pub parent: String,
    /// Its officers.
    pub officers: Vec<OfficerView>,
    /// A stretch of its items in use, by code.
    pub items: Vec<ItemView>,
    /// How many items there are for the words looked for.
    pub total: i64,
    /// Cursor of the next stretch, if there is one.
    pub next: Option<String>,
}

/// An agency's own page.
#[derive(Clone, Debug)]
pub struct AgencyPage {
    /// The agency.
    pub agency: AgencyView,
    /// The agency above it; empty when none.
    pub parent: String,
    /// Its officers.
    pub officers: Vec<OfficerView>,
    /// One page of its items.
    pub items: Vec<ItemView>,
    /// How many items there are for the words looked for.
    pub total: i64,
    /// This page, from 1.
    pub page: i64,
    /// The last page.
    pub pages: i64,
}

/// Who holds a certificate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Holder {
    /// The officer.
    pub officer: OfficerView,
    /// The officer's agency.
    pub agency: AgencyView,
}

/// The agencies of this site.
pub async fn agencies(desk: &Desk) -> Result<Vec<AgencyView>, Error> {
    let rows = desk.house.store.read(agency_rows::all).await?;
    Ok(rows.into_iter().map(AgencyView::from).collect())
}

/// The agency with this code, with page `page` of its items that contain `words`.
///
/// # Errors
/// `NotFound` agency.
pub async fn agency(desk: &Desk, code: &str, words: &str, page: i64) -> Result<AgencyPage, Error> {
    let (code, words, today) = (code.to_owned(), clean(words), desk.now.day());
    desk.house.store.read(move |db| read_agency(db, &code, &words, page, today)).await
}

fn read_agency(
    db: &mut Db,
    code: &str,
    words: &str,
    page: i64,
    today: Day,
) -> Result<AgencyPage, Error> {
    let (row, parent, officers) = staffed(db, code, today)?;
    let total = items::count_in_use(db, &row.id, words)?;
    let pages = (total + PAGE - 1) / PAGE;
    let page = page.clamp(1, pages.max(1));
    let found = items::in_use(db, &row.id, words, (page - 1) * PAGE, PAGE)?;
    let items = found.into_iter().map(item).collect();
    Ok(AgencyPage { agency: row.into(), parent, officers, items, total, page, pages })
}

/// The agency with this code, with the items in use behind the code `cursor` that contain `words`.
///
/// # Errors
/// `NotFound` agency.
pub async fn agency_slice(
    desk: &Desk,
    code: &str,
    words: &str,
    cursor: &str,
) -> Result<AgencySlice, Error> {
    let (code, words, today) = (code.to_owned(), clean(words), desk.now.day());
    let cursor = cursor.to_owned();
    desk.house
        .store
        .read(move |db| {
            let (row, parent, officers) = staffed(db, &code, today)?;
            let (mut found, total) =
                items::by_agency(db, &row.id, Which::InUse, &words, &cursor, PAGE + 1)?;
            let next = cut(&mut found, PAGE, |row| row.code.clone());
            let items = found.into_iter().map(item).collect();
            Ok(AgencySlice { agency: row.into(), parent, officers, items, total, next })
        })
        .await
}

/// The agency, the name of the one above it, and its officers.
fn staffed(
    db: &mut Db,
    code: &str,
    today: Day,
) -> Result<(agency_rows::Agency, String, Vec<OfficerView>), Error> {
    let row = agency_rows::by_code(db, code).or_none()?.ok_or(Error::NotFound("执法主体"))?;
    let parent = match &row.parent_id {
        Some(id) => agency_rows::find(db, id)?.name,
        None => String::new(),
    };
    let officers = people::by_agency(db, std::slice::from_ref(&row.id))?
        .into_iter()
        // Who has left is no officer of the agency; their certificate can still be asked for.
        .filter(|person| is_officer(person) && person.active)
        .map(|person| officer(person, today))
        .collect();
    Ok((row, parent, officers))
}

fn is_officer(person: &people::Person) -> bool {
    !person.certificate.is_empty() && parse_roles(&person.roles).contains(&Role::Officer)
}

fn officer(person: people::Person, today: Day) -> OfficerView {
    let state = certificate_state(&person, today);
    OfficerView {
        valid: certificate_days(&person),
        name: person.name,
        certificate: person.certificate,
        good: state == "有效",
        state,
    }
}

fn item(row: items::Item) -> ItemView {
    ItemView {
        kind: super::kind_label(&row.act_kind),
        code: row.code,
        name: row.name,
        basis: row.basis,
        penalty: row.penalty,
        field: row.field,
    }
}

/// Who holds the certificate with exactly this number; none when nobody of this site does.
pub async fn certificate(desk: &Desk, number: &str) -> Result<Option<Holder>, Error> {
    let (number, today) = (clean(number), desk.now.day());
    if number.is_empty() {
        return Ok(None);
    }
    desk.house
        .store
        .read(move |db| {
            let held = people::by_certificate(db, &number)?.into_iter().filter(is_officer);
            // A number entered twice: the holder who is in office is the one at the door.
            let Some(person) = held.max_by_key(|person| person.active) else { return Ok(None) };
            let agency = agency_rows::find(db, &person.agency_id)?.into();
            Ok(Some(Holder { officer: officer(person, today), agency }))
        })
        .await
}
