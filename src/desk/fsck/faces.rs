//! A disclosure and its releases made anew from its records: what it showed first, what each correction and the
//! withdrawal made of it, in a case or on a register. On purpose not by the code that keeps the rows up to date.

use super::told::Told;
use crate::{
    base::Money,
    desk::{Error, House, disclose::Content, project},
    law::act::{Act, Penalty},
    store::{disclosures::Disclosure, releases::Release},
};

/// A disclosure with what it showed, version by version.
pub(super) struct Public {
    pub(super) row: Disclosure,
    pub(super) releases: Vec<Release>,
    /// Whether the fields of all its records could be opened.
    pub(super) readable: bool,
}

impl Public {
    /// A disclosure as `record` made it.
    pub(super) fn first(row: Disclosure, record: &Told) -> Public {
        let mut public = Public { row, releases: Vec::new(), readable: true };
        public.release(record, "disclosure");
        public
    }

    /// Adds the present face of the disclosure as a release of `kind`.
    fn release(&mut self, record: &Told, kind: &str) {
        self.readable &= record.fields.is_some();
        self.row.releases += 1;
        self.row.record_id.clone_from(&record.row.id);
        self.releases.push(Release {
            disclosure_id: String::new(),
            version: self.row.releases,
            record_id: record.row.id.clone(),
            kind: kind.to_owned(),
            reason: self.row.reason.clone(),
            content: self.row.content.clone(),
            released_at: record.received(),
        });
    }

    /// What a correction or a withdrawal makes of it; other acts nothing.
    pub(super) fn amend(&mut self, house: &House, record: &Told, act: &Act) -> Result<(), Error> {
        let said = record.value("shown.text.reason");
        let row = &mut self.row;
        match act {
            Act::Correction { listed, .. } => {
                let face = shown(record)?;
                let Disclosure { document_number, title, party, party_code, content, .. } = face;
                *row = Disclosure {
                    document_number,
                    title,
                    party,
                    party_code,
                    content,
                    ..row.clone()
                };
                if let Some(listed) = listed {
                    let kinds = listed.kinds.clone();
                    row.kinds = project::penalty_words(&Penalty { kinds, ..Penalty::default() })?;
                    row.fine = listed.fine.map(Money::fen);
                    row.decided_on =
                        listed.decided_on.map_or_else(String::new, |on| on.to_string());
                }
                row.reason = said;
                row.state = "corrected".into();
                self.release(record, "correction");
            }
            Act::Withdrawal { ground, .. } => {
                let grounds = house.rulebook.withdrawal_grounds();
                let label =
                    grounds.iter().find(|one| one.id == *ground).map(|one| one.label.clone());
                row.reason = label.unwrap_or_else(|| ground.clone());
                if !said.is_empty() {
                    row.reason = format!("{}。{said}", row.reason);
                }
                row.state = "withdrawn".into();
                (row.title, row.party, row.party_code) = Default::default();
                self.release(record, "withdrawal");
            }
            _ => {}
        }
        Ok(())
    }
}

/// The columns of a disclosure that only its record's fields tell; the rest is empty.
pub(super) fn shown(record: &Told) -> Result<Disclosure, Error> {
    let content = Content::of(record.fields.as_deref().unwrap_or_default());
    Ok(Disclosure {
        id: String::new(),
        number: String::new(),
        agency_id: String::new(),
        case_id: None,
        act_kind: "penalty".into(),
        document_number: content.text("document.number"),
        title: content.text("case.title"),
        party: content.text("party.name"),
        party_code: content.text("party.code"),
        kinds: String::new(),
        fine: None,
        decided_on: String::new(),
        published_at: record.received(),
        due: String::new(),
        show_until: None,
        state: "published".into(),
        reason: String::new(),
        releases: 0,
        record_id: record.row.id.clone(),
        content: serde_json::to_string(&content).map_err(Error::broken)?,
        source_key: None,
    })
}
