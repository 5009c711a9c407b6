//! A prepared record before it is signed: exactly what the signature will cover, and signing it.

use super::{choice, id, objections, published::HERE as PUBLISHED, trail};
use crate::{
    base::DraftId,
    desk::{
        Error, FieldFault,
        look_up::{
            drafts::{self, DraftView},
            people::{self, KeyView},
        },
        sign::{self, Signed, Signing},
    },
    web::{
        caller::{Caller, Posted},
        look::{Choice, Entry, Frame, Objection, SignForm},
        problem::{Answer, Problem},
        render,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};

#[derive(Template)]
#[template(path = "office/draft.html")]
struct Page {
    frame: Frame,
    trail: Vec<Entry>,
    csrf: String,
    draft: DraftView,
    lines: Vec<Line>,
    /// Present while this person has yet to sign.
    form: Option<SignForm>,
    /// This person's other keys.
    keys: Vec<Choice>,
    waiting: String,
    signed: bool,
    conflict: String,
    faults: Vec<FieldFault>,
    reasons: Vec<Objection>,
    back: String,
    /// What the record is about.
    about: String,
}

/// Where a draft belongs: what its page links back to, and where one goes on after signing.
struct Place {
    back: String,
    about: String,
    /// The public page of what has no case; empty otherwise.
    public: String,
    /// After the last signature.
    linked: String,
}

impl Place {
    fn of(draft: &DraftView) -> Place {
        let DraftView { case, case_title, disclosure, .. } = draft;
        if !disclosure.is_empty() {
            return Place {
                back: PUBLISHED.into(),
                public: format!("/disclosures/{disclosure}"),
                about: format!("公示编号{disclosure}"),
                linked: format!("{PUBLISHED}?linked=1&q={disclosure}"),
            };
        }
        let linked = format!("/office/cases/{case}?linked=1");
        let (back, about) = match case_title.as_str() {
            "" => ("/office/cases".into(), "新立案件".into()),
            title => (format!("/office/cases/{case}"), title.to_owned()),
        };
        Place { back, about, public: String::new(), linked }
    }

    fn steps(&self) -> [(&str, &str); 2] {
        let list = match self.public.as_str() {
            "" => ("/office/cases", "案件"),
            _ => (PUBLISHED, "已公示"),
        };
        let here = if self.public.is_empty() { &self.back } else { &self.public };
        [list, (here, &self.about)]
    }
}

/// A line of the record; private values are compared with the commitment before signing.
struct Line {
    path: String,
    label: String,
    value: String,
    private: bool,
}

/// `GET /office/drafts/{id}`
pub async fn show(
    request: HttpRequest,
    caller: Caller,
    path: Path<String>,
) -> Answer<HttpResponse> {
    let id: DraftId = id(&path, "待签记录")?;
    let mut page = page(&caller, &id).await?;
    page.signed = request.query_string().contains("signed");
    Ok(render::page(&page))
}

async fn page(caller: &Caller, id: &DraftId) -> Result<Page, Error> {
    let draft = drafts::draft(&caller.desk, id).await?;
    let named = draft.mine.as_ref().map(|mine| mine.key.clone()).unwrap_or_default();
    let keys = people::my_keys(&caller.desk).await?;
    let others = keys.iter().filter(|key| key.revoked_at.is_empty() && key.id != named);
    let private = |path: &str| draft.fields.iter().any(|field| field.path == path);
    let waiting: Vec<&str> =
        draft.signers.iter().filter(|s| !s.signed).map(|s| s.name.as_str()).collect();
    let place = Place::of(&draft);
    Ok(Page {
        frame: caller.office("/office"),
        trail: trail(&place.steps()),
        csrf: caller.csrf(),
        lines: draft
            .lines
            .iter()
            .map(|line| Line {
                private: private(&line.path),
                path: line.path.clone(),
                label: line.label.clone(),
                value: line.value.clone(),
            })
            .collect(),
        form: sign_form(caller, &draft)?,
        keys: others.map(|key| choice(&key.id, &key_words(key), "")).collect(),
        waiting: waiting.join("、"),
        signed: false,
        conflict: String::new(),
        faults: Vec::new(),
        reasons: Vec::new(),
        back: place.back,
        about: place.about,
        draft,
    })
}

fn key_words(key: &KeyView) -> String {
    let held = if key.custody == "browser" { "浏览器密钥" } else { "口令密钥" };
    format!("{held}，登记于{}", key.registered_at)
}

fn sign_form(caller: &Caller, draft: &DraftView) -> Result<Option<SignForm>, Error> {
    let Some(mine) = &draft.mine else { return Ok(None) };
    Ok(Some(SignForm {
        action: format!("/office/drafts/{}", draft.id),
        csrf: caller.csrf(),
        draft: draft.id.clone(),
        person: mine.person.clone(),
        key: mine.key.clone(),
        public_key: mine.public_key.clone(),
        server_held: mine.custody == "server",
        payload: draft.payload.clone(),
        fields: serde_json::to_string(&draft.fields).map_err(Error::broken)?,
    }))
}

/// `POST /office/drafts/{id}`
pub async fn post(posted: Posted, path: Path<String>) -> Answer<HttpResponse> {
    let id: DraftId = id(&path, "待签记录")?;
    let caller = &posted.caller;
    let place = Place::of(&drafts::draft(&caller.desk, &id).await?);
    let outcome = match signing(&posted) {
        Ok(signing) => sign::sign(&caller.desk, &id, signing).await,
        Err(fault) => Err(fault),
    };
    let fault = match outcome {
        Ok(Signed::Linked(_)) => {
            return Ok(render::see_other(&place.linked));
        }
        Ok(Signed::Waiting(_)) => {
            return Ok(render::see_other(&format!("/office/drafts/{id}?signed=1")));
        }
        Err(fault) => fault,
    };
    let mut page = page(caller, &id).await.map_err(Problem)?;
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match fault {
        Error::Invalid(faults) => page.faults = faults,
        Error::Refused(reasons) => {
            let known =
                if page.draft.case_title.is_empty() { "" } else { page.draft.case.as_str() };
            page.reasons = objections(caller, known, "", &reasons);
        }
        Error::Conflict(text) => {
            page.conflict = text;
            status = StatusCode::CONFLICT;
        }
        other => return Err(Problem(other)),
    }
    Ok(render::page_with(status, &page))
}

/// A browser's signature if there is one, else the password.
fn signing(posted: &Posted) -> Result<Signing, Error> {
    let signature = posted.first("signature");
    if signature.is_empty() {
        let password = posted.first("password");
        return match password {
            "" => Err(Error::invalid("password", "请输入登录口令。")),
            password => Ok(Signing::Password(password.to_owned())),
        };
    }
    let bytes = STANDARD.decode(signature).ok().and_then(|bytes| bytes.try_into().ok());
    let signature = bytes.ok_or_else(|| Error::refused("签名不完整，没有记录，请重新签名。"))?;
    Ok(Signing::Browser { key: super::id(posted.first("key"), "密钥")?, signature })
}

/// `POST /office/drafts/{id}/discard`
pub async fn discard(posted: Posted, path: Path<String>) -> Answer<HttpResponse> {
    let id: DraftId = id(&path, "待签记录")?;
    let draft = drafts::draft(&posted.caller.desk, &id).await?;
    sign::discard(&posted.caller.desk, &id).await?;
    Ok(render::see_other(&Place::of(&draft).back))
}

/// `POST /office/drafts/{id}/key`
pub async fn key(posted: Posted, path: Path<String>) -> Answer<HttpResponse> {
    let id: DraftId = id(&path, "待签记录")?;
    let key = super::id(posted.first("key"), "密钥")?;
    sign::rekey(&posted.caller.desk, &id, &key).await?;
    Ok(render::see_other(&format!("/office/drafts/{id}")))
}
