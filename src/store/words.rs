//! Chinese search without a dictionary: text is folded and cut into overlapping pairs of characters. Pure.
//!
//! Whatever a query's tokens miss, the folded text does not contain; what they find still has to be checked
//! against the text, since tokens say nothing of order and may collide. Runs of ASCII letters and digits are
//! also cut into triples, because pairs of digits are in nearly every document.

use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// Most terms of a query that are looked at.
const MOST_TERMS: usize = 8;
/// Most characters of a term that are looked at.
const LONGEST_TERM: usize = 64;

/// Text as it is compared: NFKC (full-width becomes ASCII), lower case, control characters as spaces. All
/// brackets are one kind: the year of a 文号 is printed in 〔〕 and typed in whatever the keyboard has.
pub fn fold(text: &str) -> String {
    // Letter by letter: a whole word's lower case may depend on what follows, and a query is a part of a word.
    // Composed again afterwards, since some letters have a composed form in lower case only.
    let lower = text.nfkc().flat_map(char::to_lowercase).nfkc();
    lower
        .map(|c| match c {
            '〔' | '【' | '〖' | '(' => '[',
            '〕' | '】' | '〗' | ')' => ']',
            other if other.is_control() => ' ',
            other => other,
        })
        .collect()
}

/// A query's terms, folded: what spaces separate, each of which a text must contain.
pub fn terms(query: &str) -> Vec<String> {
    let folded = fold(query);
    let found = folded.split_whitespace().take(MOST_TERMS);
    found.map(|term| term.chars().take(LONGEST_TERM).collect()).collect()
}

/// Every token of a folded text, in order of value.
pub fn tokens_of_text(folded: &str) -> BTreeSet<i32> {
    let mut found = BTreeSet::new();
    for run in runs(folded) {
        found.extend(run.windows(2).map(token));
        found.extend(run.windows(3).filter(|three| is_ascii(three)).map(token));
    }
    found
}

/// Tokens that every text containing this folded term has. None if the term is a single character, or only
/// signs: then the texts themselves must be read.
pub fn tokens_of_term(folded: &str) -> BTreeSet<i32> {
    let mut found = BTreeSet::new();
    for run in runs(folded) {
        found.extend(run.windows(3).filter(|three| is_ascii(three)).map(token));
        for (at, pair) in run.windows(2).enumerate() {
            let before = at.checked_sub(1).and_then(|from| run.get(from..at + 2));
            let after = run.get(at..at + 3);
            // A pair inside a triple adds nothing but a long list to walk.
            if !before.is_some_and(is_ascii) && !after.is_some_and(is_ascii) {
                found.insert(token(pair));
            }
        }
    }
    found
}

/// Unbroken runs of letters and digits of any script.
fn runs(folded: &str) -> impl Iterator<Item = Vec<char>> {
    let parts = folded.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(|part| part.chars().collect())
}

fn is_ascii(chars: &[char]) -> bool {
    chars.iter().all(char::is_ascii)
}

/// Two characters of the basic plane as they are; anything else by FNV-1a (32 bits).
fn token(chars: &[char]) -> i32 {
    if let [first, second] = *chars
        && let (Ok(high), Ok(low)) = (u16::try_from(first), u16::try_from(second))
    {
        return ((u32::from(high) << 16) | u32::from(low)).cast_signed();
    }
    let mut hash: u32 = 0x811c_9dc5;
    for c in chars {
        for byte in u32::from(*c).to_be_bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(text: &str) -> i32 {
        token(&text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn text_is_folded_and_cut_into_pairs() {
        assert_eq!(fold("ＡＢｃ　１２\0㈱"), "abc 12 [株]");
        let expected = ["渣土", "土车"].map(pair);
        assert_eq!(tokens_of_text("渣土车"), expected.into_iter().collect());
        // Signs separate; nothing pairs across them.
        assert!(!tokens_of_text("渣，土").contains(&pair("渣土")));
        assert_eq!(pair("渣土"), 0x6e23_571f);
    }

    #[test]
    fn what_looks_the_same_folds_the_same() {
        assert_eq!(fold("H\u{331}"), fold("\u{1e96}"));
        assert_eq!(fold("ΌΔΟΣ"), fold("όδοσ"));
        assert_eq!(fold("罚〔2026〕3号"), fold("罚（2026）3号"));
    }

    #[test]
    fn a_term_asks_for_triples_where_it_can() {
        assert_eq!(tokens_of_term("2026"), ["202", "026"].map(pair).into_iter().collect());
        assert_eq!(tokens_of_term("26"), [pair("26")].into());
        assert_eq!(tokens_of_term("12号"), ["12", "2号"].map(pair).into_iter().collect());
        assert!(tokens_of_term("车").is_empty() && tokens_of_term("〔〕").is_empty());
    }

    #[test]
    fn a_query_is_cut_at_spaces_and_bounded() {
        assert_eq!(terms(" 渣土　车 "), ["渣土", "车"]);
        assert_eq!(terms(&"字 ".repeat(100)).len(), MOST_TERMS);
        assert_eq!(terms(&"字".repeat(1000))[0].chars().count(), LONGEST_TERM);
    }

    proptest! {
        /// The promise the index rests on, for any text and any part of it.
        #[test]
        fn a_part_s_tokens_are_all_in_the_whole(
            text in "[渣土车𠀀Ωß〔〕1-3a-c ]{0,24}", from in 0usize..24, length in 0usize..24
        ) {
            let folded = fold(&text);
            let part: String = folded.chars().skip(from).take(length).collect();
            prop_assert!(tokens_of_term(&part).is_subset(&tokens_of_text(&folded)));
        }
    }
}
