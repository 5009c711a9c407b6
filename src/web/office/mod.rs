//! Pages behind the sign-in.

pub mod case;
pub mod cases;
pub mod disclosures;
pub mod draft;
pub mod exhibits;
pub mod home;
pub mod keys;
pub mod overdue;
pub mod people;
pub mod record;
mod record_form;
pub mod reviews;
pub mod set_up;
pub mod sign_in;
mod words;

use crate::{
    desk::{Error, Reason},
    web::look::{Choice, Entry, Objection},
    web::{caller::Caller, render},
};
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
