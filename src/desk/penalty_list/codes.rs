//! Whether a published code can be a 统一社会信用代码, and what a spreadsheet made of it. Never corrects one.

use crate::law::credit_code::{CodeFault, credit_code};

/// Why `text` is no such code, in Chinese; `None` when it is one.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    if text.contains(['*', '＊']) {
        return Some("已由来源隐去一部分，不能作为代码使用");
    }
    if spreadsheet_number(text) {
        return Some("被电子表格改写成科学记数，原来的代码已丢失");
    }
    match credit_code(text) {
        Ok(code) if code == text => None,
        Ok(_) => Some("写法不规范（全角、小写或者空格）"),
        Err(CodeFault::Length) => Some("不是 18 位"),
        Err(CodeFault::CheckDigit) => Some("校验位不对"),
        Err(_) => Some("含有统一社会信用代码不用的字符"),
    }
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
