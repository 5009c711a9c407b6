//! What a browser without scripts does: it asks for pages, sends forms with the session's token, and signs drafts.

use crate::{
    people::{Answer, Key, Person, Visitor},
    site::PASSWORD,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::Signer as _;
use reqwest::Method;
use serde_json::{Value, json};
use zhijian::ledger::dsse::pae;

/// A page, which must be there.
pub async fn page(who: &Visitor, path: &str) -> String {
    let answer = who.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text()
}

/// Sends a form with the session's token.
pub async fn send(who: &Visitor, path: &str, values: &Value) -> Answer {
    let mut pairs = vec![("csrf".to_owned(), who.csrf.clone())];
    for (name, value) in values.as_object().unwrap() {
        let texts: Vec<&str> = match value {
            Value::Array(all) => all.iter().map(|one| one.as_str().unwrap()).collect(),
            one => vec![one.as_str().unwrap()],
        };
        pairs.extend(texts.into_iter().map(|text| (name.clone(), text.to_owned())));
    }
    Answer::of(who.ask(Method::POST, path).form(&pairs).send().await.unwrap()).await
}

/// Where a form that was taken leads.
#[track_caller]
pub fn leads(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").to_owned()
}

/// The last piece of an address.
pub fn last(address: &str) -> &str {
    address.rsplit('/').next().unwrap()
}

/// The value of an attribute or input that stands once in a page.
pub fn held<'p>(page: &'p str, before: &str) -> &'p str {
    let at = page.find(before).unwrap_or_else(|| panic!("no {before} in {page}")) + before.len();
    &page[at..at + page[at..].find('"').unwrap()]
}

/// Signs the draft at `path` by its page.
pub async fn sign(who: &Person, path: &str) -> Answer {
    let shown = page(who, path).await;
    let asked = match &who.key {
        Key::Own { id, secret } => {
            let payload = STANDARD.decode(held(&shown, "data-payload=\"")).unwrap();
            let signature = secret.sign(&pae(&payload)).to_bytes();
            json!({ "key": id, "signature": STANDARD.encode(signature) })
        }
        _ => json!({ "password": PASSWORD }),
    };
    send(who, path, &asked).await
}
