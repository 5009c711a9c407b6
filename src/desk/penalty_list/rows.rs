//! Rows under a known layout to entries with verdicts. Decides what refuses a row and what is a doubt;
//! never fills a field from another one's silence.

use super::columns::{Blank, Column, Known, Role};
use super::draft::Draft;
use super::{Doubt, Encoding, List, Record, Row, Table, Verdict, cells};
use crate::base::Digest;
use crate::law::act::PartyKind;
use std::collections::{HashMap, hash_map::Entry};

/// The field of a doubt about a whole row.
const WHOLE_ROW: &str = "整行";

/// Gives every row of the table its verdict.
pub(super) fn list(known: &Known<'static>, table: Table, encoding: Encoding) -> List {
    let layout = known.layout;
    let mut notes = layout.notes.clone();
    notes.extend(known.notes.iter().cloned().chain(table.notes));
    let unknown: Vec<&str> = known
        .places
        .iter()
        .zip(&table.header)
        .filter(|(p, _)| p.is_none())
        .map(|(_, h)| h.as_str())
        .collect();
    if !unknown.is_empty() {
        notes.push(format!("版式里没有“{}”，原样保留在附加信息中", unknown.join("”“")));
    }
    let mut first_lines = HashMap::new();
    let mut rows = Vec::with_capacity(table.records.len());
    for record in table.records {
        let mut row = row(known, &table.header, record);
        match first_lines.entry(row.source_digest()) {
            Entry::Vacant(vacant) => drop(vacant.insert(row.line)),
            Entry::Occupied(_) if matches!(row.verdict, Verdict::Refused(_)) => {}
            Entry::Occupied(first) => {
                refuse(&mut row, format!("与第 {} 行完全相同，只取一次", first.get()));
            }
        }
        rows.push(row);
    }
    List {
        layout: &layout.id,
        title: &layout.title,
        subject: layout.subject,
        encoding,
        notes,
        rows,
    }
}

fn refuse(row: &mut Row, text: String) {
    row.verdict = Verdict::Refused(vec![Doubt { field: WHOLE_ROW.into(), text }]);
    row.entry = None;
}

fn row(known: &Known<'_>, header: &[String], record: Record) -> Row {
    let names = header.iter().map(String::as_str).chain(std::iter::repeat("（表头以外的列）"));
    let named = names.zip(record.cells).map(|(name, value)| (name.to_owned(), value)).collect();
    let mut row = Row {
        line: record.line,
        source_key: String::new(),
        cells: named,
        verdict: Verdict::Taken,
        entry: None,
    };
    row.source_key = source_key(known, &row.cells);
    if let Some(fault) = record.fault {
        refuse(&mut row, format!("本行{fault}"));
        return row;
    }
    if row.cells.iter().all(|(_, value)| value.trim().is_empty()) {
        refuse(&mut row, "是空行".into());
        return row;
    }
    if record.open_ended {
        // A cut amount or date looks like a whole one; taking the row later, mended, must not add it twice.
        let text =
            "文件到此为止而没有换行，本行可能被截断；如确认完整，请在文件末尾补一个换行后再导入";
        refuse(&mut row, text.into());
        return row;
    }
    judge(known, &mut row);
    row
}

/// Reads the cells and sets verdict and entry.
fn judge(known: &Known<'_>, row: &mut Row) {
    let (mut refusals, mut doubts) = (Vec::new(), Vec::new());
    let mut draft = Draft::default();
    for ((header, published), place) in row.cells.iter().zip(&known.places) {
        let doubt = |text: String| Doubt { field: header.clone(), text };
        refusals.extend(cells::fatal(published).map(doubt));
        doubts.extend(cells::doubts(published).into_iter().map(|text| doubt(text.into())));
        let value = published.trim();
        if value.is_empty() || cells::spreadsheet_fault(value) {
            match place.map_or(Blank::Absent, |column| column.blank) {
                Blank::Absent => {}
                Blank::Doubt => doubts.push(doubt("来源为空白，没有填写".into())),
                Blank::Refuse => refusals.push(doubt("是空白，缺了它这一行没有意义".into())),
            }
            continue;
        }
        draft.put(*place, header, value, &mut doubts);
    }
    if refusals.is_empty() {
        match draft.finish(known.layout, &mut doubts) {
            Some(entry) => {
                doubts.extend(may_be_a_person(known, &row.cells, &entry));
                row.entry = Some(entry);
            }
            None => {
                refusals.push(Doubt { field: WHOLE_ROW.into(), text: "没有当事人".into() })
            }
        }
    }
    row.verdict = match (refusals.is_empty(), doubts.is_empty()) {
        (false, _) => Verdict::Refused(refusals),
        (true, false) => Verdict::Doubtful(doubts),
        (true, true) => Verdict::Taken,
    };
}

/// The doubt that the party, of whom the source does not say what it is, may be a natural person.
fn may_be_a_person(
    known: &Known<'_>,
    cells: &[(String, String)],
    entry: &super::Entry,
) -> Option<Doubt> {
    if entry.party_kind.is_some() || entry.party_kind_or_likely() != PartyKind::Person {
        return None;
    }
    let party = |place: &Option<&Column>| place.is_some_and(|column| column.role == Role::Party);
    let (header, _) = cells.get(known.places.iter().position(party)?)?;
    let text = "没有写明是自然人还是组织，可能是自然人，公示时按自然人隐去姓名";
    Some(Doubt { field: header.clone(), text: text.into() })
}

/// Canonical JSON of what the row says: its layout and its columns that are not blank, sorted. A column is
/// called by its layout's first name for it, so that a list in another encoding, order or form has the same keys.
fn source_key(known: &Known<'_>, cells: &[(String, String)]) -> String {
    let places = known.places.iter().copied().chain(std::iter::repeat(None));
    let mut said: Vec<(&str, &str)> = cells
        .iter()
        .zip(places)
        .filter(|(_, place)| !place.is_some_and(|column: &Column| column.role == Role::SourceId))
        .map(|((header, value), place)| {
            (place.and_then(|c| c.names.first()).unwrap_or(header).trim(), value.trim())
        })
        .filter(|(_, value)| !value.is_empty())
        .collect();
    said.sort_unstable();
    serde_json::json!(["zhijian/penalty-list/v1", known.layout.id, said]).to_string()
}

impl Row {
    /// SHA-256 of the source key: equal for rows that must not be taken twice.
    pub fn source_digest(&self) -> Digest {
        Digest::of(self.source_key.as_bytes())
    }
}
