//! Whether a published code can be a 统一社会信用代码 (GB 32100—2015): alphabet, length, check character.
//! Never corrects one.

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Why `text` is no such code, in Chinese; `None` when it is one.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    if text.contains(['*', '＊']) {
        return Some("已由来源隐去一部分，不能作为代码使用");
    }
    if spreadsheet_number(text) {
        return Some("被电子表格改写成科学记数，原来的代码已丢失");
    }
    let values: Option<Vec<usize>> =
        text.bytes().map(|b| ALPHABET.iter().position(|a| *a == b)).collect();
    let Some(values) = values else {
        return Some("含有统一社会信用代码不用的字符");
    };
    let [body @ .., check] = values.as_slice() else {
        return Some("是空的");
    };
    if values.len() != 18 {
        return Some("不是 18 位");
    }
    let sum: usize = body.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    ((31 - sum % 31) % 31 != *check).then_some("校验位不对")
}

/// `9.13301E+17`: a long number a spreadsheet has rounded.
pub(super) fn spreadsheet_number(text: &str) -> bool {
    let Some((figure, power)) = text.split_once(['E', 'e']) else { return false };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    digits(figure) && figure.contains('.') && power.strip_prefix('+').is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_what_only_looks_like_one() {
        // Standard's own example of a check character, and codes with one character changed.
        for sound in ["91350100M000100Y43", "92340621MA2UJWGB0J", "913205056082348768"] {
            assert_eq!(fault(sound), None, "{sound}");
            let last = if sound.ends_with('3') { "4" } else { "3" };
            assert_eq!(fault(&format!("{}{last}", &sound[..17])), Some("校验位不对"));
        }
        for odd in
            ["", "9135", "91350100M000100O43", "9133xxxxxxxx46A", "9.13301E+17", "913**", "９1"]
        {
            assert!(fault(odd).is_some(), "{odd}");
        }
        assert!(
            spreadsheet_number("1.10105E+14")
                && !spreadsheet_number("91E2")
                && !spreadsheet_number("5E+")
        );
    }
}
