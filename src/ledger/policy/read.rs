//! Reads a policy line by line; a name is defined before it is used, so one pass is enough.

use super::{Kind, PolicyFault, Voice};
use crate::ledger::{CosignatureVerifier, NoteVerifier};
use std::collections::BTreeMap;

/// More logs are refused; the specification asks for at least 32.
const MAX_LOGS: usize = 256;
/// More witnesses and groups together are refused; the specification asks for at least 32 of each.
const MAX_VOICES: usize = 512;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) logs: Vec<NoteVerifier>,
    pub(super) voices: Vec<Voice>,
    names: BTreeMap<Vec<u8>, usize>,
    /// Voices that are members of a group.
    taken: Vec<usize>,
    /// Outer none until the line came, inner none for `none`.
    pub(super) quorum: Option<Option<usize>>,
}

impl Reader {
    pub(super) fn line(&mut self, at: usize, line: &[u8]) -> Result<(), PolicyFault> {
        if line.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f) {
            return Err(PolicyFault::Control(at));
        }
        let items: Vec<&[u8]> = line
            .split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|item| !item.is_empty())
            .collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] | [b"log", key, _] => self.log(at, key),
            [b"witness", name, key] | [b"witness", name, key, _] => self.witness(at, name, key),
            [b"group", name, threshold, members @ ..] => self.group(at, name, threshold, members),
            [b"quorum", name] => self.quorum(at, name),
            _ => Err(PolicyFault::Line(at)),
        }
    }

    fn log(&mut self, at: usize, key: &[u8]) -> Result<(), PolicyFault> {
        let key: NoteVerifier = read_key(key).ok_or(PolicyFault::Key(at))?;
        if self.logs.iter().any(|log| log.key() == key.key()) {
            return Err(PolicyFault::DuplicateKey(at));
        }
        self.logs.push(key);
        if self.logs.len() > MAX_LOGS { Err(PolicyFault::TooLong) } else { Ok(()) }
    }

    fn witness(&mut self, at: usize, name: &[u8], key: &[u8]) -> Result<(), PolicyFault> {
        let key: CosignatureVerifier = read_key(key).ok_or(PolicyFault::Key(at))?;
        let there =
            |voice: &Voice| matches!(&voice.kind, Kind::Witness(other) if other.key() == key.key());
        if self.voices.iter().any(there) {
            return Err(PolicyFault::DuplicateKey(at));
        }
        self.define(at, name, Kind::Witness(key))
    }

    fn group(
        &mut self,
        at: usize,
        name: &[u8],
        threshold: &[u8],
        names: &[&[u8]],
    ) -> Result<(), PolicyFault> {
        let threshold = match threshold {
            b"any" => Some(1),
            b"all" => Some(names.len()),
            number => read_number(number),
        };
        let threshold = threshold.filter(|k| (1..=names.len()).contains(k));
        let threshold = threshold.ok_or(PolicyFault::Threshold(at))?;
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            let member = *self.names.get(*name).ok_or(PolicyFault::Unknown(at))?;
            if self.taken.contains(&member) {
                return Err(PolicyFault::MemberTwice(at));
            }
            self.taken.push(member);
            members.push(member);
        }
        self.define(at, name, Kind::Group { threshold, members })
    }

    fn quorum(&mut self, at: usize, name: &[u8]) -> Result<(), PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::SecondQuorum(at));
        }
        self.quorum = Some(match name {
            b"none" => None,
            name => Some(*self.names.get(name).ok_or(PolicyFault::Unknown(at))?),
        });
        Ok(())
    }

    fn define(&mut self, at: usize, name: &[u8], kind: Kind) -> Result<(), PolicyFault> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(PolicyFault::NameTaken(at));
        }
        if self.voices.len() >= MAX_VOICES {
            return Err(PolicyFault::TooLong);
        }
        self.names.insert(name.to_vec(), self.voices.len());
        self.voices.push(Voice { name: name.to_vec(), kind });
        Ok(())
    }
}

fn read_key<K: std::str::FromStr>(bytes: &[u8]) -> Option<K> {
    str::from_utf8(bytes).ok()?.parse().ok()
}

/// Digits only, without leading zeros.
fn read_number(bytes: &[u8]) -> Option<usize> {
    let text = str::from_utf8(bytes).ok()?;
    text.parse().ok().filter(|number: &usize| number.to_string() == text)
}
