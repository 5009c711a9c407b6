//! Pages behind the sign-in.

pub mod case;
pub mod cases;
pub mod disclosures;
pub mod draft;
pub mod exhibits;
pub mod home;
pub mod items;
pub mod keys;
pub mod overdue;
pub mod people;
pub mod published;
pub mod record;
mod record_form;
pub mod reviews;
pub mod set_up;
pub mod sign_in;
pub mod typed;
mod words;

use crate::{
    desk::{Error, Reason},
    web::look::{Choice, Entry, Objection},
    web::{
        caller::{self, Caller},
        render,
    },
};
use actix_web::HttpRequest;
use std::str::FromStr;

/// An identifier from an address; what is no identifier names nothing.
fn id<T: FromStr>(text: &str, what: &'static str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound(what))
}

/// Links from the workbench down to a page.
fn trail(steps: &[(&str, &str)]) -> Vec<Entry> {
    let first = std::iter::once(("/office", "工作台"));
    first.chain(steps.iter().copied()).map(|(href, label)| Entry::new(href, label)).collect()
}

/// Where a list goes on that is cut into pages by cursor.
struct Onward {
    /// The first page's address.
    start: String,
    /// The next page's address; empty on the last page.
    next: String,
    /// Whether the first page is shown.
    first: bool,
}

impl Onward {
    /// For the list at `path` asked for with `query`, shown after `cursor`.
    fn new(path: &str, query: &[(&str, &str)], cursor: &str, next: Option<&str>) -> Onward {
        let address = |after: &str| {
            let mut link = url::form_urlencoded::Serializer::new(String::new());
            let said = query.iter().copied().chain([("after", after)]);
            link.extend_pairs(said.filter(|(_, value)| !value.is_empty()));
            let query = link.finish();
            if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
        };
        Onward {
            start: address(""),
            next: next.map(address).unwrap_or_default(),
            first: cursor.is_empty(),
        }
    }
}

/// The first value under `name` in the query, empty when there is none.
fn asked(request: &HttpRequest, name: &str) -> Result<String, Error> {
    let mut query = caller::parse(request.query_string().as_bytes())?;
    Ok(query.remove(name).and_then(|all| all.into_iter().next()).unwrap_or_default())
}

/// A choice that is chosen when its value is.
fn choice(value: &str, label: &str, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: value == chosen }
}

/// A refusal's reasons, each with the place of this office that would remedy it.
fn objections(caller: &Caller, case: &str, here: &str, reasons: &[Reason]) -> Vec<Objection> {
    render::objections(reasons, |fix| match fix {
        "keys" => ("/office/keys".into(), "去登记签名密钥".into()),
        kind if kind == here || case.is_empty() => (String::new(), String::new()),
        "review" => (format!("/office/reviews/{case}"), "去审核".into()),
        kind => {
            let title = crate::desk::look_up::forms::title(&caller.desk, kind);
            (format!("/office/cases/{case}/records/{kind}"), format!("去办理：{title}"))
        }
    })
}
