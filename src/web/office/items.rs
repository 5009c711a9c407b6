//! 执法事项: the agency's list, entering an item, taking one out of use or into use again.

use super::{Onward, asked, choice, trail};
use crate::{
    desk::{
        Error, FieldFault,
        enter_item::{self, CODE_MAX, FIELD_MAX, KEEPERS, NAME_MAX, NewItem, TEXT_MAX},
        look_up::{
            items::{self, ItemPage},
            public::KINDS,
        },
        retire_item,
    },
    web::{
        caller::{Caller, Posted, Values},
        look::{Choice, Entry, Frame},
        problem::{Answer, Problem},
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Path};
use askama::Template;

#[derive(Template)]
#[template(path = "office/items.html")]
struct List {
    frame: Frame,
    trail: Vec<Entry>,
    csrf: String,
    page: ItemPage,
    onward: Onward,
    words: String,
    /// Code of the item that was just entered.
    entered: String,
    keeps: bool,
}

/// `GET /office/items`
pub async fn list(request: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    let keeps = caller.who()?.is_any(&KEEPERS);
    let (words, cursor) = (asked(&request, "q")?, asked(&request, "after")?);
    let page = items::items(&caller.desk, &words, &cursor).await?;
    let template = List {
        frame: caller.office("/office/items"),
        trail: trail(&[]),
        csrf: caller.csrf(),
        onward: Onward::new("/office/items", &[("q", &words)], &cursor, page.next.as_deref()),
        page,
        words,
        entered: asked(&request, "entered")?,
        keeps,
    };
    Ok(render::page(&template))
}

#[derive(Template)]
#[template(path = "office/item_new.html")]
struct Form {
    frame: Frame,
    trail: Vec<Entry>,
    csrf: String,
    item: NewItem,
    kinds: Vec<Choice>,
    faults: Vec<FieldFault>,
    conflict: String,
}

impl Form {
    /// What is wrong with a field, empty when nothing is.
    fn fault(&self, name: &str) -> &str {
        self.faults.iter().find(|fault| fault.field == name).map_or("", |fault| &fault.text)
    }
}

/// `GET /office/items/new`
pub async fn new(caller: Caller) -> Answer<HttpResponse> {
    again(&caller, &Values::new(), Vec::new(), "", StatusCode::OK)
}

/// The form with what was typed, what is wrong with it, and what came in between.
pub fn again(
    caller: &Caller,
    typed: &Values,
    faults: Vec<FieldFault>,
    conflict: &str,
    status: StatusCode,
) -> Answer<HttpResponse> {
    caller.who()?.require(&KEEPERS, "登记执法事项")?;
    let item = read(typed);
    let form = Form {
        frame: caller.office("/office/items"),
        trail: trail(&[("/office/items", "执法事项")]),
        csrf: caller.csrf(),
        kinds: KINDS.iter().map(|(word, label)| choice(word, label, &item.act_kind)).collect(),
        item,
        faults,
        conflict: conflict.to_owned(),
    };
    Ok(render::page_with(status, &form))
}

/// An item from a form.
fn read(values: &Values) -> NewItem {
    let text = |name: &str| {
        let first = values.get(name).and_then(|all| all.first());
        first.map(|text| text.trim().to_owned()).unwrap_or_default()
    };
    NewItem {
        code: text("code"),
        act_kind: text("act_kind"),
        name: text("name"),
        basis: text("basis"),
        penalty: text("penalty"),
        field: text("field"),
    }
}

/// `POST /office/items/new`
pub async fn enter(posted: Posted) -> Answer<HttpResponse> {
    let item = read(&posted.values);
    let code = item.code.clone();
    match enter_item::add_item(&posted.caller.desk, item).await {
        Ok(()) => Ok(render::see_other(&format!("/office/items?q={code}&entered={code}"))),
        Err(Error::Invalid(faults)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            again(&posted.caller, &posted.values, faults, "", status)
        }
        Err(fault) => Err(Problem(fault)),
    }
}

/// `POST /office/items/{code}/active`
pub async fn set_active(posted: Posted, code: Path<String>) -> Answer<HttpResponse> {
    let active = posted.first("active") == "1";
    retire_item::set_active(&posted.caller.desk, &code, active).await?;
    Ok(render::see_other(&format!("/office/items?q={code}")))
}
