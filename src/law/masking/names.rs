//! Natural persons' names: which fields hold them and how they are shown. Knows no free text.

use crate::law::act::PartyKind;
use crate::law::pack::{NameMode, Names};

/// A name to look for and what stands in its place.
pub(super) struct Name {
    pub full: String,
    pub shown: String,
}

/// The names the fields give away, longest first so that a short one never cuts a long one.
pub(super) fn known<'a>(
    modes: &Names,
    party: PartyKind,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<Name> {
    // Names of people who are not punished are never shown in full.
    let others = match modes.person {
        NameMode::Full => NameMode::SurnameMou,
        mode => mode,
    };
    let mut list: Vec<Name> = Vec::new();
    for (path, value) in fields {
        let mode = match path {
            "party.name" => match party {
                PartyKind::Person => modes.person,
                PartyKind::Household => modes.household,
                PartyKind::Organisation => NameMode::Full,
            },
            "party.representative" => others,
            _ if path.starts_with("person.") && !NO_NAME.iter().any(|end| path.ends_with(end)) => {
                others
            }
            _ => NameMode::Full,
        };
        if mode == NameMode::Full {
            continue;
        }
        for part in value.split(SEPARATORS).filter(|part| part.chars().count() >= 2) {
            if !list.iter().any(|name| name.full == part) {
                list.push(Name { full: part.to_owned(), shown: shown(part, mode) });
            }
        }
    }
    list.sort_by_key(|name| std::cmp::Reverse(name.full.len()));
    list
}

const NO_NAME: [&str; 3] = [".role", ".phone", ".id_number"];

const SEPARATORS: [char; 14] =
    ['、', '，', ',', '；', ';', '/', '（', '）', '(', ')', ' ', '\u{3000}', '\n', '\t'];

/// 复姓 in use; other surnames are one character.
const COMPOUND: [&str; 24] = [
    "欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙",
    "宇文", "司空", "夏侯", "端木", "南宫", "独孤", "轩辕", "百里", "呼延", "东郭", "澹台", "闻人",
];

fn shown(name: &str, mode: NameMode) -> String {
    let compound =
        COMPOUND.iter().find(|surname| name.starts_with(*surname) && name.len() > surname.len());
    let surname: String = match compound {
        Some(surname) => (*surname).to_owned(),
        None => name.chars().take(1).collect(),
    };
    match mode {
        NameMode::Full => name.to_owned(),
        NameMode::SurnameMou => format!("{surname}某"),
        NameMode::SurnameStar => {
            let rest = name.chars().count() - surname.chars().count();
            format!("{surname}{}", "*".repeat(rest.max(1)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_stay() {
        assert_eq!(shown("张三", NameMode::SurnameMou), "张某");
        assert_eq!(shown("欧阳小明", NameMode::SurnameMou), "欧阳某");
        assert_eq!(shown("欧阳", NameMode::SurnameMou), "欧某");
        assert_eq!(shown("张三丰", NameMode::SurnameStar), "张**");
        assert_eq!(shown("买买提·艾力", NameMode::SurnameMou), "买某");
    }
}
