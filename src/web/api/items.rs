//! Enforcement items of one's agency.

use super::{Asked, Json, Meant, created, json};
use crate::{
    desk::{
        enter_item::{self, NewItem},
        look_up::items::{self, ItemPage, ItemRow},
        retire_item,
    },
    web::{caller::Caller, problem::Answer},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Which items.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemQuery {
    /// Part of code, name or field.
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// An item to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterItem {
    /// 事项编码
    code: String,
    /// penalty, licence, coercion, inspection, levy or other.
    act_kind: String,
    /// 事项名称
    name: String,
    /// 实施依据
    basis: String,
    /// 处罚内容及裁量
    #[serde(default)]
    penalty: String,
    /// 领域
    #[serde(default)]
    field: String,
}

/// A change to an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeItem {
    /// Whether new cases may name it.
    active: bool,
}

/// A page of the items of one's agency, in use or not, by code.
#[utoipa::path(get, path = "/api/v1/items", tag = "items", params(ItemQuery),
    responses((status = 200, description = "items, total, next cursor", body = ItemPage),
        (status = 304, description = "Unchanged since the tag in If-None-Match")))]
pub async fn list(caller: Caller, Asked(query): Asked<ItemQuery>) -> Answer<HttpResponse> {
    let (words, cursor) = (query.q.unwrap_or_default(), query.cursor.unwrap_or_default());
    let page = items::items(&caller.desk, &words, &cursor).await?;
    Ok(json(StatusCode::OK, &page))
}

/// An item of one's agency.
#[utoipa::path(get, path = "/api/v1/items/{code}", tag = "items",
    params(("code" = String, Path, description = "事项编码")),
    responses((status = 200, description = "The item", body = ItemRow),
        (status = 304, description = "Unchanged since the tag in If-None-Match")))]
pub async fn one(caller: Caller, code: Path<String>) -> Answer<HttpResponse> {
    Ok(json(StatusCode::OK, &items::item(&caller.desk, &code).await?))
}

/// Enters an item.
#[utoipa::path(post, path = "/api/v1/items", tag = "items", request_body = EnterItem,
    responses((status = 201, description = "Entered; Location is the item's address", body = ItemRow)))]
pub async fn enter(meant: Meant, Json(asked): Json<EnterItem>) -> Answer<HttpResponse> {
    let code = asked.code.clone();
    let item = NewItem {
        code: asked.code,
        act_kind: asked.act_kind,
        name: asked.name,
        basis: asked.basis,
        penalty: asked.penalty,
        field: asked.field,
    };
    let desk = &meant.0.desk;
    enter_item::add_item(desk, item).await?;
    Ok(created(&format!("/api/v1/items/{code}"), &items::item(desk, &code).await?))
}

/// Takes an item out of use, or into use again; what was filed and disclosed under it stays.
#[utoipa::path(patch, path = "/api/v1/items/{code}", tag = "items", request_body = ChangeItem,
    params(("code" = String, Path, description = "事项编码")),
    responses((status = 204, description = "Changed"),
        (status = 409, description = "It was so before")))]
pub async fn change(
    meant: Meant,
    code: Path<String>,
    Json(asked): Json<ChangeItem>,
) -> Answer<HttpResponse> {
    retire_item::set_active(&meant.0.desk, &code, asked.active).await?;
    Ok(HttpResponse::NoContent().finish())
}
