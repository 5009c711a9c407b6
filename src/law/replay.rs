//! A case's records put before the gate one after another, by the rules in force when each was linked. Knows no
//! ledger: what the records say is given, and whether they are true is for others.

use super::{
    act::Act,
    calendar::Calendar,
    gate,
    pack::Pack,
    procedure::{CaseState, Step},
    rulebook::Rulebook,
};
use crate::base::{Digest, Moment};
use serde::{Deserialize, Serialize};

/// A record as a dossier tells it, its facts not yet read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The record's kind.
    pub kind: String,
    /// Its public facts.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// When the signers say it was made.
    pub at: Moment,
    /// When the server linked it.
    pub received_at: Moment,
    /// Person ids of the signers.
    pub people: Vec<String>,
    /// Digest of the record's envelope.
    pub record: Digest,
    /// The case chain's head with this record: its entry hash.
    pub head: Digest,
    /// Its place in the case chain, from 0.
    pub seq: u64,
    /// How many exhibits it carries.
    pub exhibits: usize,
}

/// What the rules had to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replayed {
    /// For each record in its order what stood in its way, in Chinese with the article.
    pub objections: Vec<Vec<String>>,
    /// All of it in a sentence, without its full stop.
    pub conclusion: String,
}

impl Replayed {
    /// Whether nothing stood in the way of any record.
    pub fn is_lawful(&self) -> bool {
        self.objections.iter().all(Vec::is_empty)
    }
}

/// Puts each record before the gate as the case stood then. A record that the rules do not know is an objection and moves nothing.
pub fn replay(
    rules: &Rulebook,
    calendar: &Calendar,
    pack: &Pack,
    records: impl IntoIterator<Item = Told>,
) -> Replayed {
    let mut state = CaseState::default();
    let mut judge = |told: Told| -> Vec<String> {
        let Ok(act) = Act::parse(&told.kind, &told.facts.into()) else {
            return vec!["记录的种类或者事项不合规范".to_owned()];
        };
        let found =
            gate::objections(rules, calendar, pack, &state, &act, told.received_at, &told.people);
        state.apply(&Step {
            kind: told.kind,
            act,
            at: told.at,
            received_at: told.received_at,
            people: told.people,
            record: told.record,
            head: told.head,
            seq: told.seq,
            exhibits: told.exhibits,
        });
        let words = found.into_iter().map(|one| format!("{}（{}）", one.text, one.article));
        words.collect()
    };
    let objections: Vec<Vec<String>> = records.into_iter().map(&mut judge).collect();
    let conclusion = match objections.iter().map(Vec::len).sum::<usize>() {
        0 => format!(
            "{} 条记录逐条按当时有效的规则（{}）回放，没有异议",
            objections.len(),
            pack.title
        ),
        count => format!("按当时有效的规则回放，有 {count} 处异议"),
    };
    Replayed { objections, conclusion }
}
