//! Changing one's own password; afterwards one signs in again.

use super::{objections, trail};
use crate::{
    desk::{Error, FieldFault, change_password},
    web::{
        caller::{Caller, Posted},
        look::{Entry, Frame, Objection},
        problem::{Answer, Problem},
        render,
    },
};
use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

#[derive(Template)]
#[template(path = "office/password.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    csrf: String,
    faults: Vec<FieldFault>,
    reasons: Vec<Objection>,
}

impl Page {
    fn new(caller: &Caller) -> Self {
        Page {
            frame: caller.office("/office/keys"),
            trail: trail(&[("/office/keys", "我的密钥")]),
            csrf: caller.csrf(),
            faults: Vec::new(),
            reasons: Vec::new(),
        }
    }

    fn fault(&self, name: &str) -> &str {
        self.faults.iter().find(|fault| fault.field == name).map_or("", |fault| &fault.text)
    }
}

/// `GET /office/password`
pub async fn show(caller: Caller) -> Answer<HttpResponse> {
    caller.who()?;
    Ok(render::page(&Page::new(&caller)))
}

/// `POST /office/password`
pub async fn post(posted: Posted) -> Answer<HttpResponse> {
    let (old, new) = (posted.first("old_password"), posted.first("new_password"));
    let caller = &posted.caller;
    let changed = match new == posted.first("again") {
        true => change_password::change_password(&caller.desk, old, new).await,
        false => Err(Error::invalid("again", "两次输入的新密码不一致。")),
    };
    let mut page = Page::new(caller);
    match changed {
        Ok(()) => return Ok(render::see_other("/office/sign-in")),
        Err(Error::Invalid(faults)) => page.faults = faults,
        Err(Error::Refused(reasons)) => page.reasons = objections(caller, "", "", &reasons),
        Err(fault) => return Err(Problem(fault)),
    }
    Ok(render::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
