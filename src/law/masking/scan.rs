//! Finds numbers, addresses and the like in free text. Works on characters folded to half width,
//! invisible ones left out, and answers in byte ranges of the original.

use crate::law::credit_code::{credit_code, identity_number};
use unicode_normalization::UnicodeNormalization;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Name,
    Identity,
    Phone,
    Account,
    Address,
    Email,
    Plate,
    Property,
}

impl What {
    /// Id in `config/law/lists.toml`.
    pub(super) fn rule(self) -> &'static str {
        match self {
            What::Name => "name",
            What::Identity => "id-number",
            What::Phone => "phone",
            What::Account => "bank-account",
            What::Address => "address",
            What::Email => "email",
            What::Plate => "plate",
            What::Property => "property-certificate",
        }
    }

    /// Chinese word.
    pub(super) fn label(self) -> &'static str {
        match self {
            What::Name => "自然人姓名",
            What::Identity => "身份证件号码",
            What::Phone => "电话号码",
            What::Account => "银行账号",
            What::Address => "住址",
            What::Email => "电子邮箱",
            What::Plate => "机动车号牌",
            What::Property => "权属证书编号",
        }
    }

    /// What stands in its place.
    pub(super) fn instead(self) -> &'static str {
        match self {
            What::Name => "某某",
            What::Identity => "［身份证件号码已隐去］",
            What::Phone => "［电话号码已隐去］",
            What::Account => "［银行账号已隐去］",
            What::Address => "［住址已隐去］",
            What::Email => "［电子邮箱已隐去］",
            What::Plate => "［机动车号牌已隐去］",
            What::Property => "［权属证书编号已隐去］",
        }
    }
}

/// A byte range to hide and what to put there.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub from: usize,
    pub to: usize,
    pub what: What,
    pub put: String,
}

/// Text folded character by character, each with its byte range in the original.
pub(super) struct Folded {
    chars: Vec<char>,
    at: Vec<(usize, usize)>,
}

impl Folded {
    pub(super) fn of(text: &str) -> Folded {
        let mut folded = Folded { chars: Vec::new(), at: Vec::new() };
        for (from, original) in text.char_indices().filter(|(_, c)| !invisible(*c)) {
            for c in std::iter::once(original).nfkc() {
                folded.chars.push(c);
                folded.at.push((from, from + original.len_utf8()));
            }
        }
        folded
    }

    /// Identity numbers, telephone numbers and bank accounts.
    pub(super) fn numbers(&self) -> Vec<Hit> {
        let groups = self.groups();
        let mut hits = Vec::new();
        let mut first = 0;
        while first < groups.len() {
            match self.number_at(&groups[first..]) {
                Some((count, what)) => {
                    let from = groups[first].0;
                    let to = groups[first + count - 1].1;
                    hits.extend(self.hit(from, self.with_check_letter(from, to), what));
                    first += count;
                }
                None => first += 1,
            }
        }
        hits
    }

    /// The longest run of groups from the first that makes a number to hide.
    fn number_at(&self, groups: &[(usize, usize)]) -> Option<(usize, What)> {
        let mut digits = String::new();
        let mut best = None;
        for (i, group) in groups.iter().enumerate() {
            if i > 0 && !self.joined(groups[i - 1].1, group.0) {
                break;
            }
            digits.extend(&self.chars[group.0..group.1]);
            if digits.len() > 24 && i > 0 {
                break;
            }
            let found = match i {
                0 => self.single(*group, &digits),
                _ => self.several(&groups[..=i], &digits),
            };
            best = found.map(|what| (i + 1, what)).or(best);
        }
        best
    }

    /// A run of digits that stands alone.
    fn single(&self, group: (usize, usize), digits: &str) -> Option<What> {
        let lettered = self.with_check_letter(group.0, group.1) > group.1;
        match digits.len() {
            _ if self.in_credit_code(group) => None,
            17 if lettered => Some(What::Identity),
            15 | 18 => Some(What::Identity),
            15.. => Some(What::Account),
            8.. if self.after_account_word(group.0) => Some(What::Account),
            11 if mobile(digits) => Some(What::Phone),
            12 if digits.starts_with('0') && mobile(&digits[1..]) => Some(What::Phone),
            13 if digits.starts_with("86") && mobile(&digits[2..]) => Some(What::Phone),
            10..=12 if digits.starts_with('0') => Some(What::Phone),
            _ => None,
        }
    }

    /// Several runs with separators between them.
    fn several(&self, groups: &[(usize, usize)], digits: &str) -> Option<What> {
        let (from, to) = (groups[0].0, groups[groups.len() - 1].1);
        let lengths: Vec<usize> = groups.iter().map(|group| group.1 - group.0).collect();
        let end = self.with_check_letter(from, to);
        let letter = if end > to { "X" } else { "" };
        let by_fours = lengths[..lengths.len() - 1].iter().all(|n| *n == 4);
        if identity_number(&format!("{digits}{letter}")).is_ok() || old_identity(digits) {
            return Some(What::Identity);
        }
        if (15..=20).contains(&digits.len()) && (by_fours || self.after_account_word(from)) {
            return Some(What::Account);
        }
        let area = digits.starts_with('0') && matches!(lengths[..], [3 | 4, 7 | 8]);
        let spelled = matches!(lengths[..], [3, 4, 4] | [4, 4, 4] | [2, 3, 4, 4]);
        let bare = digits.strip_prefix("86").or(digits.strip_prefix('0')).unwrap_or(digits);
        let cut_up = lengths.len() <= 11 && mobile(digits);
        (area || cut_up || (spelled && mobile(bare))).then_some(What::Phone)
    }

    /// E-mail, plates, certificates of property, addresses announced by a word.
    pub(super) fn patterns(&self) -> Vec<Hit> {
        let mut hits = Vec::new();
        for i in 0..self.chars.len() {
            let found = match self.chars[i] {
                '@' => self.email(i),
                c if PLATE.contains(c) => self.plate(i),
                '不' | '房' => self.property(i),
                '住' | '家' | '户' | '现' => self.address(i),
                _ => None,
            };
            if let Some((from, to, what)) = found {
                hits.extend(self.hit(from, to, what));
            }
        }
        hits
    }

    /// Every place where `wanted` stands.
    pub(super) fn literal(&self, wanted: &str, what: What, put: &str) -> Vec<Hit> {
        let wanted = Folded::of(wanted).chars;
        if wanted.len() < 2 {
            return Vec::new();
        }
        let starts = (0..self.chars.len()).filter(|i| self.chars[*i..].starts_with(&wanted));
        starts
            .filter_map(|i| self.hit(i, i + wanted.len(), what))
            .map(|hit| Hit { put: put.to_owned(), ..hit })
            .collect()
    }

    fn email(&self, at: usize) -> Option<(usize, usize, What)> {
        let local = |c: &char| c.is_ascii_alphanumeric() || "._%+-".contains(*c);
        let domain = |c: &char| c.is_ascii_alphanumeric() || ".-".contains(*c);
        let before = self.chars[..at].iter().rev().take_while(|c| local(c)).count();
        let after = self.chars[at + 1..].iter().take_while(|c| domain(c)).count();
        let dotted = self.chars[at + 1..at + 1 + after].contains(&'.');
        (before > 0 && dotted).then_some((at - before, at + 1 + after, What::Email))
    }

    fn plate(&self, at: usize) -> Option<(usize, usize, What)> {
        let mut i = at + 1;
        self.chars.get(i).filter(|c| c.is_ascii_alphabetic())?;
        i += 1;
        if self.chars.get(i).is_some_and(|c| "·• .-".contains(*c)) {
            i += 1;
        }
        let rest = self.chars[i..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        let tail = self.chars.get(i + rest).is_some_and(|c| "挂学警港澳领".contains(*c));
        let size = rest + usize::from(tail);
        let digits = self.chars[i..i + rest].iter().any(char::is_ascii_digit);
        (digits && (5..=6).contains(&size)).then_some((at, i + size, What::Plate))
    }

    fn property(&self, at: usize) -> Option<(usize, usize, What)> {
        let words = ["不动产权第", "房权证", "房地证", "房产证", "房地产权证"];
        let word = words.iter().find(|word| self.says(at, word))?;
        let end = self.chars[at..].iter().take(40).position(|c| *c == '号')?;
        (end > word.chars().count()).then_some((at, at + end + 1, What::Property))
    }

    fn address(&self, at: usize) -> Option<(usize, usize, What)> {
        let words =
            ["家庭住址", "户籍所在地", "户籍地址", "户籍地", "现住址", "住址", "家住", "现住"];
        let word = words.iter().find(|word| self.says(at, word))?;
        let mut from = at + word.chars().count();
        from += self.chars[from..].iter().take_while(|c| ":为是在 ".contains(**c)).count();
        let stop = |c: &&char| !"，。；,;\n\r、（(".contains(**c);
        let length = self.chars[from..].iter().take(60).take_while(stop).count();
        (length >= 4).then_some((from, from + length, What::Address))
    }

    fn says(&self, at: usize, word: &str) -> bool {
        word.chars().eq(self.chars[at..].iter().copied().take(word.chars().count()))
    }

    /// Maximal runs of ASCII digits.
    fn groups(&self) -> Vec<(usize, usize)> {
        let mut groups: Vec<(usize, usize)> = Vec::new();
        for (i, _) in self.chars.iter().enumerate().filter(|(_, c)| c.is_ascii_digit()) {
            match groups.last_mut() {
                Some(last) if last.1 == i => last.1 = i + 1,
                _ => groups.push((i, i + 1)),
            }
        }
        groups
    }

    /// Whether only one to three separators stand between two groups.
    fn joined(&self, from: usize, to: usize) -> bool {
        to - from <= 3 && self.chars[from..to].iter().all(|c| " -–—‐.·_)(".contains(*c))
    }

    /// The end of an identity number with its letter, which the digits leave out.
    fn with_check_letter(&self, from: usize, to: usize) -> usize {
        let digits = self.chars[from..to].iter().filter(|c| c.is_ascii_digit()).count();
        let letter = self.chars.get(to).is_some_and(|c| "Xx×".contains(*c));
        let ends = self.chars.get(to + 1).is_none_or(|c| !c.is_ascii_alphanumeric());
        to + usize::from(digits == 17 && letter && ends)
    }

    /// Whether the digits belong to a firm's credit code, which is public.
    fn in_credit_code(&self, group: (usize, usize)) -> bool {
        let alphanumeric = |c: &&char| c.is_ascii_alphanumeric();
        let before = self.chars[..group.0].iter().rev().take_while(alphanumeric).count();
        let after = self.chars[group.1..].iter().take_while(alphanumeric).count();
        let run: String = self.chars[group.0 - before..group.1 + after].iter().collect();
        credit_code(&run).is_ok() && identity_number(&run).is_err()
    }

    fn after_account_word(&self, at: usize) -> bool {
        let before: String = self.chars[at.saturating_sub(12)..at].iter().collect();
        // What stands before a placeholder of ours has had its number already.
        let before = before.rsplit(']').next().unwrap_or_default();
        ["账号", "帐号", "账户", "帐户", "卡号"].iter().any(|word| before.contains(word))
    }

    fn hit(&self, from: usize, to: usize, what: What) -> Option<Hit> {
        let start = self.at.get(from)?.0;
        let end = self.at.get(to.checked_sub(1)?)?.1;
        Some(Hit { from: start, to: end, what, put: what.instead().to_owned() })
    }
}

/// In order; of hits that overlap the earliest stays and grows over the others.
pub(super) fn settled(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.from, std::cmp::Reverse(hit.to)));
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        match kept.last_mut() {
            Some(last) if hit.from < last.to => last.to = last.to.max(hit.to),
            _ => kept.push(hit),
        }
    }
    kept
}

/// The text with every hit replaced; hits are in order and do not overlap.
pub(super) fn replaced(text: &str, hits: &[Hit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for hit in hits {
        out.push_str(text.get(done..hit.from).unwrap_or_default());
        out.push_str(&hit.put);
        done = hit.to;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

const PLATE: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// Eleven digits of a mainland mobile number.
fn mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

/// Fifteen digits with a plausible province and date, as identity cards had before 1999.
fn old_identity(digits: &str) -> bool {
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<u32>().ok());
    digits.len() == 15
        && number(0, 2).is_some_and(|n| (11..=82).contains(&n))
        && number(8, 10).is_some_and(|n| (1..=12).contains(&n))
        && number(10, 12).is_some_and(|n| (1..=31).contains(&n))
}

/// Characters that show nothing: zero-width, bidirectional marks, soft hyphen, variation selectors.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
