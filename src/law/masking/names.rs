//! Natural persons' names: which fields hold them and how they are shown. Knows no free text.

use crate::law::act::PartyKind;
use crate::law::pack::{NameMode, Names};

/// A name to look for and what stands in its place.
pub(super) struct Name<'f> {
    pub full: &'f str,
    pub shown: String,
    /// The field that gives it away.
    pub path: &'f str,
}

/// How the party's own name is shown.
pub(super) fn party_mode(modes: &Names, party: PartyKind) -> NameMode {
    match party {
        PartyKind::Person => modes.person,
        PartyKind::Household => modes.household,
        PartyKind::Organisation => NameMode::Full,
    }
}

/// The names the fields give away, longest first so that a short one never cuts a long one.
pub(super) fn known<'a>(
    modes: &Names,
    party: PartyKind,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<Name<'a>> {
    // Names of people who are not punished are never shown in full.
    let others = match modes.person {
        NameMode::Full => NameMode::SurnameMou,
        mode => mode,
    };
    let mut list: Vec<Name<'a>> = Vec::new();
    for (path, value) in fields {
        let mode = match path {
            "party.name" => party_mode(modes, party),
            "party.representative" => others,
            _ if path.starts_with("person.") && !NO_NAME.iter().any(|end| path.ends_with(end)) => {
                others
            }
            _ => NameMode::Full,
        };
        if mode == NameMode::Full {
            continue;
        }
        let is_name = |part: &&str| {
            part.chars().count() >= 2 && (path == "party.name" || !names_nobody(part))
        };
        for part in value.split(SEPARATORS).filter(is_name) {
            if !list.iter().any(|name| name.full == part) {
                list.push(Name { full: part, shown: shown(part, mode), path });
            }
        }
    }
    list.sort_by_key(|name| std::cmp::Reverse(name.full.len()));
    list
}

/// Whether a field for people holds a body's name, or a word that stands for whoever it is.
fn names_nobody(part: &str) -> bool {
    let body = part.chars().count() >= 4 && BODIES.iter().any(|end| part.ends_with(end));
    body || WORDS.contains(&part)
}

const BODIES: [&str; 16] = [
    "公司",
    "局",
    "委员会",
    "居委会",
    "村委会",
    "中心",
    "医院",
    "法院",
    "学校",
    "合作社",
    "超市",
    "商店",
    "饭店",
    "银行",
    "协会",
    "工厂",
];

const WORDS: [&str; 20] = [
    "当事人",
    "相对人",
    "本人",
    "同上",
    "负责人",
    "现场负责人",
    "法定代表人",
    "经营者",
    "投诉人",
    "举报人",
    "证人",
    "见证人",
    "被询问人",
    "店员",
    "员工",
    "群众",
    "执法人员",
    "不详",
    "没有",
    "拒绝",
];

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
