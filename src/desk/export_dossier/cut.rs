//! What a variant of a dossier shows of each record. Decides by `config/law/copies.toml` and by what is disclosed.

use crate::{
    desk::{House, disclose::SHOWN, file::Filed},
    ledger::{dossier::Variant, field::Field},
};
use std::collections::HashSet;

/// The scissors for one case.
pub struct Cut {
    /// For whom.
    pub variant: Variant,
    /// Names of the party and of who acts for it; empty but in a party's copy.
    pub party: HashSet<String>,
    /// The record behind the newest release; empty but in a public copy.
    pub released: String,
}

/// Fields that name the party or who acts for it.
const OWN: [&str; 2] = ["party.name", "party.representative"];
/// Why a public copy leaves something out.
const NOT_PUBLIC: &str = "不属于向社会公示的内容（《政府信息公开条例》第十六条）";

impl Cut {
    /// Learns from a record who the party is.
    pub fn learn(&mut self, filed: &Filed) {
        if self.variant == Variant::Party && filed.payload.kind == "filing" {
            let names = OWN.iter().filter_map(|path| filed.value(path)).map(str::trim);
            self.party.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }

    /// Why this record is left out; `None` when it is shown.
    pub fn record(&self, house: &House, filed: &Filed) -> Option<String> {
        match self.variant {
            Variant::Whole | Variant::Court => None,
            Variant::Party => {
                let own = filed.value("person.name").is_some_and(|n| self.party.contains(n.trim()));
                let ground = house.rulebook.copies().record(&filed.payload.kind, own);
                ground.map(|ground| ground.words())
            }
            Variant::Public => (filed.row.id != self.released).then(|| NOT_PUBLIC.to_owned()),
        }
    }

    /// Whether this private value of a record of `kind` is shown.
    pub fn field(&self, house: &House, kind: &str, field: &Field) -> bool {
        match self.variant {
            Variant::Whole | Variant::Court => true,
            Variant::Party => house.rulebook.copies().field(kind, &field.path).is_none(),
            Variant::Public => field.path.starts_with(SHOWN),
        }
    }

    /// Why an exhibit that is named by shown records of `kinds` is left out; `None` when it goes along.
    pub fn exhibit(&self, house: &House, kinds: &[String]) -> Option<String> {
        match self.variant {
            Variant::Whole | Variant::Court => None,
            Variant::Public => Some(NOT_PUBLIC.to_owned()),
            Variant::Party => {
                let grounds = kinds.iter().map(|kind| house.rulebook.copies().exhibit(kind));
                let all: Option<Vec<_>> = grounds.collect();
                all.and_then(|all| all.first().map(|ground| ground.words()))
            }
        }
    }
}
