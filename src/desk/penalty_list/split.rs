//! Comma- or tab-separated text to a table of strings (RFC 4180), strictly: a quotation mark that never
//! closes refuses the file, a stray one refuses its row. Never interprets a cell.

use super::decode::Decoded;
use super::{Record, Table, Unreadable};

/// Splits a table whose header is its first row that is not blank; `known` tells which separator is right.
pub(super) fn table(
    decoded: &Decoded,
    known: impl Fn(&[String]) -> bool,
) -> Result<Table, Unreadable> {
    if decoded.text.trim_start().starts_with('<') {
        let fix = "请导出为 CSV 后再导入";
        return Err(Unreadable::whole("这是网页（HTML 或 XML），不是表格", fix));
    }
    let by_comma = records(decoded, ',')?;
    let first = by_comma.first().map_or(&[][..], |r| &r.cells);
    let records = match !known(first) && first.iter().any(|cell| cell.contains('\t')) {
        true => records(decoded, '\t')?,
        false => by_comma,
    };
    let mut records = records.into_iter();
    let Some(header) = records.next() else {
        return Err(Unreadable::whole("文件里没有表头", "请补上表头后再导入"));
    };
    if let Some(fault) = header.fault {
        return Err(Unreadable::whole(format!("表头{fault}"), "请改正表头后再导入"));
    }
    let width = header.cells.len();
    let records = records.map(|record| measured(record, width)).collect();
    Ok(Table { header: header.cells, records, notes: Vec::new() })
}

/// A row of another width than the header cannot be laid under it.
fn measured(mut record: Record, width: usize) -> Record {
    if record.fault.is_none() && record.cells.len() != width {
        record.fault = Some(format!("有 {} 列，表头有 {width} 列", record.cells.len()));
    }
    record
}

/// What the splitter is in the middle of.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the beginning of a cell.
    Start,
    /// In a cell that is not quoted.
    Plain,
    /// In a quoted cell.
    Quoted,
    /// After the mark that closed a quoted cell.
    Closed,
}

/// All rows that are not wholly empty lines.
fn records(decoded: &Decoded, separator: char) -> Result<Vec<Record>, Unreadable> {
    let mut out = Vec::new();
    let (mut place, mut line, mut opened) = (Place::Start, 1, 0);
    let mut record = blank(1);
    let mut cell = String::new();
    let mut chars = decoded.text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        if place == Place::Quoted {
            match c {
                '"' if next == Some('"') => {
                    cell.push('"');
                    chars.next();
                }
                '"' => place = Place::Closed,
                _ => cell.push(c),
            }
            line += usize::from(c == '\n');
            continue;
        }
        match c {
            '\r' if next == Some('\n') => {}
            '\n' => {
                record.cells.push(std::mem::take(&mut cell));
                line += 1;
                place = Place::Start;
                keep(&mut out, std::mem::replace(&mut record, blank(line)));
            }
            _ if c == separator => {
                record.cells.push(std::mem::take(&mut cell));
                place = Place::Start;
            }
            '"' if place == Place::Start => (place, opened) = (Place::Quoted, at),
            _ => {
                if place == Place::Closed || c == '"' {
                    record.fault = Some("的双引号位置不合 CSV 规则，无法可靠分列".into());
                }
                cell.push(c);
                place = if place == Place::Closed { Place::Closed } else { Place::Plain };
            }
        }
    }
    if place == Place::Quoted {
        let what = "开始的双引号没有闭合，其后的内容无法可靠分行";
        return Err(decoded.fault(
            opened,
            what,
            "请补上缺失的双引号，或重新取得完整的文件后再导入",
        ));
    }
    if place != Place::Start || !record.cells.is_empty() {
        record.cells.push(cell);
        record.open_ended = place != Place::Closed;
        keep(&mut out, record);
    }
    Ok(out)
}

fn blank(line: usize) -> Record {
    Record { line, cells: Vec::new(), fault: None, open_ended: false }
}

/// An empty line is layout, not a row; a line of separators alone is a row that says nothing.
fn keep(out: &mut Vec<Record>, record: Record) {
    if record.cells.len() > 1 || record.cells.iter().any(|cell| !cell.trim().is_empty()) {
        out.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode::decode;
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>, bool)> {
        let decoded = decode(text.as_bytes()).unwrap();
        let records = records(&decoded, ',').unwrap();
        records.into_iter().map(|r| (r.line, r.cells, r.fault.is_some())).collect()
    }

    #[test]
    fn quotes_lines_and_blanks() {
        let got = cells("a,b\r\n\"x,\"\"y\nz\",2\n\n,\nlast,\"\"");
        let want = [
            (1, vec!["a", "b"]),
            (2, vec!["x,\"y\nz", "2"]),
            (5, vec!["", ""]),
            (6, vec!["last", ""]),
        ];
        let got: Vec<_> = got.iter().map(|(l, c, bad)| (*l, c.clone(), *bad)).collect();
        let want: Vec<_> = want
            .iter()
            .map(|(l, c)| (*l, c.iter().map(ToString::to_string).collect::<Vec<_>>(), false))
            .collect();
        assert_eq!(got, want);
    }

    #[test]
    fn stray_quotes_spoil_their_row_and_open_ones_the_file() {
        let got = cells("a,b\n\"x\"y,1\nz\"z,2\nok,3\n");
        assert_eq!(got.iter().map(|r| r.2).collect::<Vec<_>>(), [false, true, true, false]);
        let decoded = decode("a,b\n1,\"2\n3,4\n".as_bytes()).unwrap();
        let fault = records(&decoded, ',').err().unwrap();
        assert_eq!((fault.line, fault.byte), (Some(2), Some(6)));
    }

    #[test]
    fn only_the_last_row_without_a_line_end_is_open() {
        for (text, want) in [("a,b\n1,2\n3,4", true), ("a,b\n1,2\n3,\"4\"", false)] {
            let decoded = decode(text.as_bytes()).unwrap();
            let records = records(&decoded, ',').unwrap();
            let open: Vec<_> = records.iter().map(|r| r.open_ended).collect();
            assert_eq!(open, [false, false, want]);
        }
    }
}
