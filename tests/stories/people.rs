//! Those who use the house, each with a session and a key of their own, and what the house answered them.

use crate::site::PASSWORD;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use reqwest::{Method, StatusCode, cookie::CookieStore as _, header::HeaderMap};
use serde_json::{Value, json};
use std::{ops::Deref, sync::Arc};
use zhijian::ledger::dsse::pae;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Answer {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.map(|bytes| bytes.to_vec()).unwrap_or_default();
        Answer { status, headers, bytes }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn good(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// A refusal with this status that says this, and is a problem document.
    #[track_caller]
    pub fn refused(&self, status: u16, says: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert!(self.text().contains(says), "it does not say {says}: {}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        problem
    }

    /// The texts of all reasons of a refusal with status 422.
    #[track_caller]
    pub fn reasons(&self) -> Vec<String> {
        let problem = self.refused(422, "");
        let all = problem["reasons"].as_array().unwrap_or_else(|| panic!("{problem}"));
        all.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
    }

    /// A refusal for this one reason, resting on this article.
    #[track_caller]
    pub fn objected(&self, says: &str, article: &str) {
        let problem = self.refused(422, says);
        let all = problem["reasons"].as_array().unwrap_or_else(|| panic!("{problem}"));
        assert_eq!(all.len(), 1, "{problem}");
        assert!(all[0]["article"].as_str().unwrap().contains(article), "{problem}");
    }
}

/// Somebody without a sign-in.
#[derive(Clone)]
pub struct Visitor {
    pub http: reqwest::Client,
    jar: Arc<reqwest::cookie::Jar>,
    pub url: String,
    pub csrf: String,
}

impl Visitor {
    pub fn new(url: &str) -> Visitor {
        let jar = Arc::new(reqwest::cookie::Jar::default());
        let http = reqwest::Client::builder()
            .cookie_provider(jar.clone())
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Visitor { http, jar, url: url.to_owned(), csrf: String::new() }
    }

    /// The session's cookie, for clients that are not ours.
    pub fn cookie(&self) -> String {
        let url = self.url.parse().unwrap();
        let cookies = self.jar.cookies(&url).expect("signed in");
        cookies.to_str().unwrap().to_owned()
    }

    pub fn ask(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        if self.csrf.is_empty() { request } else { request.header("x-csrf-token", &self.csrf) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.ask(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        Answer::of(self.ask(method, path).json(body).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body).await
    }
}

/// How a person signs.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a handful of people exist at a time")]
pub enum Key {
    /// With a key of their own, as a browser does.
    Own { id: String, secret: SigningKey },
    /// With the password that unlocks the key held by the service.
    Password,
    /// Not at all.
    None,
}

/// Somebody signed in.
#[derive(Clone)]
pub struct Person {
    pub visitor: Visitor,
    pub id: String,
    pub name: String,
    pub key: Key,
}

impl Deref for Person {
    type Target = Visitor;
    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl Person {
    pub async fn sign_in(url: &str, login: &str) -> Person {
        let mut visitor = Visitor::new(url);
        let asked = json!({ "login": login, "password": PASSWORD });
        let me = visitor.post("/api/v1/session", &asked).await.good();
        visitor.csrf = me["csrf"].as_str().unwrap().to_owned();
        let text = |name: &str| me[name].as_str().unwrap().to_owned();
        Person { visitor, id: text("person"), name: text("name"), key: Key::None }
    }

    /// Enters a person by the administrator, signs them in, and enrols a key.
    pub async fn enter(
        admin: &Administrator,
        login: &str,
        name: &str,
        more: Value,
        own_key: bool,
    ) -> Person {
        let mut asked = json!({ "login": login, "name": name, "password": PASSWORD });
        for (field, value) in more.as_object().unwrap() {
            asked[field] = value.clone();
        }
        admin.post("/api/v1/people", &asked).await.good();
        let mut person = Person::sign_in(&admin.url, login).await;
        person.key = if own_key { person.enrol_own().await } else { person.enrol_held().await };
        person
    }

    /// A fresh key of one's own, with proof.
    pub async fn enrol_own(&self) -> Key {
        let secret = SigningKey::from_bytes(&fresh());
        let keys = self.get("/api/v1/keys").await.good();
        let challenge = keys["challenge"].as_str().unwrap();
        let asked = json!({
            "public_key": STANDARD.encode(secret.verifying_key().to_bytes()),
            "proof": STANDARD.encode(secret.sign(challenge.as_bytes()).to_bytes()),
        });
        let enrolled = self.post("/api/v1/keys", &asked).await.good();
        Key::Own { id: enrolled["id"].as_str().unwrap().to_owned(), secret }
    }

    async fn enrol_held(&self) -> Key {
        self.post("/api/v1/keys", &json!({ "password": PASSWORD })).await.good();
        Key::Password
    }

    /// Fills in a form. `values` by form name, a list for several answers.
    pub async fn prepare(&self, kind: &str, case: Option<&str>, values: &Value) -> Answer {
        let mut asked = json!({ "kind": kind, "values": values });
        if let Some(case) = case {
            asked["case"] = case.into();
        }
        // An opinion names the file it was shown.
        if let (Some(case), "review") = (case, kind) {
            let file = self.get(&format!("/api/v1/cases/{case}")).await.json();
            asked["head"] = file["head"].clone();
        }
        if let Key::Own { secret, .. } = &self.key {
            asked["public_key"] = STANDARD.encode(secret.verifying_key().to_bytes()).into();
        }
        self.post("/api/v1/drafts", &asked).await
    }

    /// Signs a draft as it is shown to this person.
    pub async fn sign(&self, draft: &str) -> Answer {
        let path = format!("/api/v1/drafts/{draft}");
        let asked = match &self.key {
            Key::Password => json!({ "password": PASSWORD }),
            Key::None => json!({}),
            Key::Own { id, secret } => {
                let shown = self.get(&path).await;
                if !shown.status.is_success() {
                    return shown;
                }
                let shown = shown.json();
                let payload = STANDARD.decode(shown["payload"].as_str().unwrap()).unwrap();
                let signature = secret.sign(&pae(&payload)).to_bytes();
                json!({ "key": id, "signature": STANDARD.encode(signature) })
            }
        };
        self.post(&format!("{path}/signatures"), &asked).await
    }

    /// Fills in a form and signs it with everybody; gives the last answer, or the first that was a refusal.
    pub async fn record(
        &self,
        kind: &str,
        case: Option<&str>,
        values: &Value,
        others: &[&Person],
    ) -> Answer {
        let prepared = self.prepare(kind, case, values).await;
        if !prepared.status.is_success() {
            return prepared;
        }
        let draft = prepared.json()["id"].as_str().unwrap().to_owned();
        let mut answer = self.sign(&draft).await;
        for other in others {
            if !answer.status.is_success() {
                return answer;
            }
            answer = other.sign(&draft).await;
        }
        answer
    }
}

/// 32 random bytes.
pub fn fresh() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

macro_rules! kinds_of_people {
    ($($(#[$doc:meta])* $kind:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $kind(pub Person);

        impl Deref for $kind {
            type Target = Person;
            fn deref(&self) -> &Person {
                &self.0
            }
        }
    )*};
}

kinds_of_people! {
    /// 执法人员
    Officer
    /// 机关负责人
    Head
    /// 法制审核人员
    Reviewer
    /// 公示与档案经办人
    Clerk
    /// 系统管理员
    Administrator
}

impl Administrator {
    pub async fn sign_in(url: &str, login: &str) -> Administrator {
        Administrator(Person::sign_in(url, login).await)
    }
}

impl Officer {
    /// Certified from 2024 to 2028.
    pub async fn enter(admin: &Administrator, login: &str, name: &str) -> Officer {
        Officer::certified_until(admin, login, name, "2028-12-31").await
    }

    pub async fn certified_until(
        admin: &Administrator,
        login: &str,
        name: &str,
        until: &str,
    ) -> Officer {
        let more = json!({
            "roles": ["officer"],
            "certificate": format!("4401{login}"),
            "certificate_from": "2024-01-01",
            "certificate_until": until,
        });
        Officer(Person::enter(admin, login, name, more, true).await)
    }
}

impl Head {
    /// Signs with the password key.
    pub async fn enter(admin: &Administrator, login: &str, name: &str) -> Head {
        Head(Person::enter(admin, login, name, json!({ "roles": ["head"] }), false).await)
    }
}

impl Reviewer {
    pub async fn enter(
        admin: &Administrator,
        login: &str,
        name: &str,
        qualification: &str,
    ) -> Reviewer {
        let more = json!({ "roles": ["reviewer"], "qualification": qualification });
        Reviewer(Person::enter(admin, login, name, more, true).await)
    }
}

impl Clerk {
    /// Signs with the password key.
    pub async fn enter(admin: &Administrator, login: &str, name: &str) -> Clerk {
        Clerk(Person::enter(admin, login, name, json!({ "roles": ["clerk"] }), false).await)
    }
}
