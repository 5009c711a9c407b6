//! 我的密钥: the signed-in person's signing keys, enrolling another one, revoking one.

use super::{id, objections, trail};
use crate::{
    base::KeyId,
    desk::{
        Error, FieldFault,
        change_password::change_password,
        enrol_key::{self, Enrolment},
        look_up::people::{self, KeyView},
    },
    web::{
        caller::{Caller, Posted},
        look::{Entry, Frame, Objection},
        problem::{Answer, Problem},
        render,
    },
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};

#[derive(Template)]
#[template(path = "office/keys.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    csrf: String,
    person: String,
    keys: Vec<KeyView>,
    enrolled: String,
    revoked: String,
    has_server_key: bool,
    faults: Vec<FieldFault>,
    reasons: Vec<Objection>,
    conflict: String,
}

impl Page {
    fn fault(&self, name: &str) -> &str {
        self.faults.iter().find(|fault| fault.field == name).map_or("", |fault| &fault.text)
    }

    fn password_faulty(&self) -> bool {
        self.faults.iter().any(|fault| fault.field.starts_with("new_password"))
    }
}

/// `GET /office/keys`
pub async fn list(caller: Caller) -> Answer<HttpResponse> {
    Ok(render::page(&page(&caller).await?))
}

async fn page(caller: &Caller) -> Result<Page, Error> {
    let who = caller.who()?;
    let keys = people::my_keys(&caller.desk).await?;
    Ok(Page {
        frame: caller.office("/office/keys"),
        trail: trail(&[]),
        csrf: who.csrf.clone(),
        person: who.person.to_string(),
        enrolled: public_keys(keys.iter().filter(|key| key.revoked_at.is_empty()))?,
        revoked: public_keys(keys.iter().filter(|key| !key.revoked_at.is_empty()))?,
        has_server_key: keys.iter().any(|k| k.custody == "server" && k.revoked_at.is_empty()),
        keys,
        faults: Vec::new(),
        reasons: Vec::new(),
        conflict: String::new(),
    })
}

/// A JSON array of public keys in base64, as `enrol.js` reads it.
fn public_keys<'k>(keys: impl Iterator<Item = &'k KeyView>) -> Result<String, Error> {
    let raw = keys.map(|key| hex::decode(&key.public_key).map(|raw| STANDARD.encode(raw)));
    let list = raw.collect::<Result<Vec<_>, _>>().map_err(Error::broken)?;
    serde_json::to_string(&list).map_err(Error::broken)
}

/// `POST /office/keys`
pub async fn enrol(posted: Posted) -> Answer<HttpResponse> {
    let caller = &posted.caller;
    let enrolled = match enrolment(&posted) {
        Ok(enrolment) => enrol_key::enrol(&caller.desk, enrolment).await.map(|_| ()),
        Err(fault) => Err(fault),
    };
    answer(caller, enrolled).await
}

/// A browser's key with its proof, or the password for a key held here.
fn enrolment(posted: &Posted) -> Result<Enrolment, Error> {
    let public_key = posted.first("public_key");
    if public_key.is_empty() {
        let password = posted.first("password").to_owned();
        return match password.is_empty() {
            true => Err(Error::invalid("password", "请输入登录口令。")),
            false => Ok(Enrolment::Server { password }),
        };
    }
    let broken = || Error::refused("浏览器送来的密钥不完整，没有登记，请刷新页面后重试。");
    let raw = |text: &str| STANDARD.decode(text).map_err(|_| broken());
    Ok(Enrolment::Browser {
        public_key: raw(public_key)?.try_into().map_err(|_| broken())?,
        proof: raw(posted.first("proof"))?.try_into().map_err(|_| broken())?,
    })
}

/// `POST /office/keys/{id}/revoke`
pub async fn revoke(posted: Posted, path: Path<String>) -> Answer<HttpResponse> {
    let id: KeyId = id(&path, "密钥")?;
    let reason = posted.first("reason");
    let revoked = enrol_key::revoke(&posted.caller.desk, &id, reason).await;
    answer(&posted.caller, revoked).await
}

/// `POST /office/password`: the keys held here are sealed anew, and every session ends.
pub async fn password(posted: Posted) -> Answer<HttpResponse> {
    let (old, new) = (posted.first("old_password"), posted.first("new_password"));
    let changed = if new == posted.first("new_password_again") {
        change_password(&posted.caller.desk, old, new).await
    } else {
        Err(Error::invalid("new_password_again", "两次输入的新口令不一致。"))
    };
    match changed {
        Ok(()) => Ok(render::see_other("/office/sign-in")),
        fault => answer(&posted.caller, fault).await,
    }
}

async fn answer(caller: &Caller, outcome: Result<(), Error>) -> Answer<HttpResponse> {
    let fault = match outcome {
        Ok(()) => return Ok(render::see_other("/office/keys")),
        Err(fault) => fault,
    };
    let mut page = page(caller).await?;
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match fault {
        Error::Invalid(faults) => page.faults = faults,
        Error::Refused(reasons) => page.reasons = objections(caller, "", "", &reasons),
        Error::Conflict(text) => {
            page.conflict = text;
            status = StatusCode::CONFLICT;
        }
        other => return Err(Problem(other)),
    }
    Ok(render::page_with(status, &page))
}
