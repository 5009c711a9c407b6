//! The law's replay for the page 核验: a question in JSON comes in, an answer in JSON goes out. Compiled to WebAssembly
//! by `build` beside this file, from the very sources that `zhijian-verify` is made of. Carries no rules: the page brings
//! their texts.

// Each room is the product's own; what this module does not ask of them is left out of it when it is linked.
#[path = "../../base/mod.rs"]
pub mod base;
#[path = "../../law/mod.rs"]
pub mod law;

use law::{
    calendar::Calendar,
    replay::{self, Replayed, Told},
    rulebook::Rulebook,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// What the page asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The rules' texts by their names, `law/rules.toml` and so on.
    rules: BTreeMap<String, String>,
    /// Id of the regional pack.
    pack: String,
    /// All records of the case in their order.
    records: Vec<Told>,
}

/// What it is told.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    /// The records were replayed.
    Replayed(Replayed),
    /// They were not, because of this part of the question.
    Unusable(Part),
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Part {
    Records,
    Rules,
    Pack,
}

fn answer(question: &[u8]) -> Result<Replayed, Part> {
    let question: Question = serde_json::from_slice(question).map_err(|_| Part::Records)?;
    let texts = question.rules.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let texts: Vec<(&str, &str)> = texts.collect();
    let rules = Rulebook::from_toml(&texts).map_err(|_| Part::Rules)?;
    let calendar = Calendar::from_toml(&texts).map_err(|_| Part::Rules)?;
    let pack = rules.pack(&question.pack).ok_or(Part::Pack)?;
    Ok(replay::replay(&rules, &calendar, pack, question.records))
}

/// Question and answer, one after the other. The host reads and writes it where it lies.
static PAPER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Makes room for a question of so many bytes; gives its address.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    let mut paper = PAPER.lock().unwrap_or_else(PoisonError::into_inner);
    *paper = vec![0; length];
    paper.as_mut_ptr()
}

/// Answers the question that was written there; gives the answer's length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn replayed() -> usize {
    let mut paper = PAPER.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = answer(&paper).map_or_else(Answer::Unusable, Answer::Replayed);
    // No map without text for a key is in there, so it can be written.
    *paper = serde_json::to_vec(&answer).unwrap_or_default();
    paper.len()
}

/// Where the answer lies.
#[unsafe(no_mangle)]
pub extern "C" fn paper() -> *const u8 {
    PAPER.lock().unwrap_or_else(PoisonError::into_inner).as_ptr()
}
