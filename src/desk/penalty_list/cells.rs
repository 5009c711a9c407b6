//! What is suspicious about any cell, whatever its column means: traces of other programs, lost or hidden
//! characters. Never changes a cell.

/// The most characters a cell may have: what a spreadsheet's cell can hold.
pub(super) const MAX_CHARS: usize = 32_767;

/// Why a row with this cell cannot be taken, in Chinese.
pub(super) fn fatal(value: &str) -> Option<String> {
    if value.contains('\0') {
        return Some("含有空字节（NUL），内容可能已损坏".into());
    }
    let chars = value.chars().count();
    (chars > MAX_CHARS).then(|| format!("有 {chars} 个字，超过 {MAX_CHARS} 个字的上限"))
}

/// Everything unclear about the cell, in Chinese.
pub(super) fn doubts(value: &str) -> Vec<&'static str> {
    let has = |test: fn(char) -> bool| value.chars().any(test);
    let checks = [
        (has(|c| c == '\u{FFFD}'), "含有替换符“\u{FFFD}”，原字已丢失"),
        (has(private_use), "含有私用区字符，可能是乱码或生僻字"),
        (has(invisible), "含有不可见字符或改变显示方向的字符，显示与内容可能不符"),
        (has(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')), "含有控制字符"),
        (markup(value), "含有网页标记，按文字原样保存"),
        (
            value.trim_start().starts_with(['=', '@']),
            "以“=”或“@”开头，像是电子表格公式，按文字原样保存",
        ),
        (spreadsheet_fault(value), "是电子表格的出错标记，不是内容"),
    ];
    checks.into_iter().filter(|(found, _)| *found).map(|(_, text)| text).collect()
}

/// `#N/A`, `#####` and the like: the content was lost before publication.
pub(super) fn spreadsheet_fault(value: &str) -> bool {
    let value = value.trim();
    const FAULTS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"];
    FAULTS.contains(&value) || (value.len() >= 3 && value.bytes().all(|b| b == b'#'))
}

fn private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
}

/// Zero-width characters, bidirectional controls (UAX 9), soft hyphen, stray byte order marks.
fn invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{AD}' | '\u{61C}' | '\u{FEFF}')
}

/// `<b>`, `</td>`, `<!--`, `&nbsp;`
fn markup(value: &str) -> bool {
    let tag = |(at, _): (usize, &str)| {
        let after = &value[at + 1..];
        after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'))
            && after.contains('>')
    };
    value.match_indices('<').any(tag)
        || ["&nbsp;", "&lt;", "&gt;", "&amp;", "&#"].iter().any(|e| value.contains(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_seen_and_plain_text_is_not_suspected() {
        for odd in [
            "a\u{FFFD}",
            "\u{E863}",
            "处罚\u{202E}元000,5款罚",
            "京\u{200D}市",
            "a\u{7}",
            "<b>某</b>",
            "某&nbsp;公司",
            "=HYPERLINK(\"x\")",
            "@SUM(1)",
            "#N/A",
            "#####",
            "\u{FEFF}某",
        ] {
            assert_eq!(doubts(odd).len(), 1, "{odd:?}: {:?}", doubts(odd));
        }
        for plain in [
            "罚款5万元（<10万元）",
            "a<b",
            "某某（中国）有限公司",
            "1#楼",
            "+86-10",
            "第1行\n第2行",
            "",
        ] {
            assert!(doubts(plain).is_empty(), "{plain:?}: {:?}", doubts(plain));
        }
        assert!(fatal("a\0").is_some() && fatal(&"某".repeat(MAX_CHARS + 1)).is_some());
        assert!(fatal(&"某".repeat(MAX_CHARS)).is_none());
    }
}
