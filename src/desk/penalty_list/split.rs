//! Comma- or tab-separated text to a table of strings (RFC 4180), strictly: a quotation mark that never
//! closes refuses the file, a stray one refuses its row. Never interprets a cell.

use super::decode::Decoded;
use super::{Record, Table, Unreadable};

/// Splits a table whose header is its first row that is not blank.
pub(super) fn table(decoded: &Decoded) -> Result<Table, Unreadable> {
    let text = decoded.text.trim_start();
    if text.starts_with('<') {
        let fix = "请导出为 CSV 后再导入";
        return Err(Unreadable::whole("这是网页（HTML 或 XML），不是表格", fix));
    }
    // Spreadsheets write "Unicode text" with tabs.
    let head = text.lines().next().unwrap_or_default();
    let tabs = head.matches('\t').count() > head.matches(',').count();
    let records = records(decoded, if tabs { '\t' } else { ',' })?;
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
    let mut splitter = Splitter {
        separator,
        place: Place::Start,
        line: 1,
        opened: 0,
        cell: String::new(),
        record: blank(1),
        out: Vec::new(),
    };
    let mut chars = decoded.text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match (splitter.place, c, next) {
            (Place::Quoted, '"', Some('"')) => {
                chars.next();
                splitter.cell.push('"');
            }
            (Place::Quoted, ..) => splitter.quoted(c),
            (_, '\r', Some('\n')) => {}
            _ => splitter.open(at, c),
        }
    }
    if splitter.place == Place::Quoted {
        let what = "开始的双引号没有闭合，其后的内容无法可靠分行";
        let fix = "请补上缺失的双引号，或重新取得完整的文件后再导入";
        return Err(decoded.fault(splitter.opened, what, fix));
    }
    if splitter.place != Place::Start || !splitter.record.cells.is_empty() {
        splitter.record.open_ended = splitter.place != Place::Closed;
        splitter.end_row();
    }
    Ok(splitter.out)
}

struct Splitter {
    separator: char,
    place: Place,
    line: usize,
    /// Where the last quotation mark opened.
    opened: usize,
    cell: String,
    record: Record,
    out: Vec<Record>,
}

impl Splitter {
    fn quoted(&mut self, c: char) {
        self.line += usize::from(c == '\n');
        match c {
            '"' => self.place = Place::Closed,
            _ => self.cell.push(c),
        }
    }

    /// A character outside quotation marks.
    fn open(&mut self, at: usize, c: char) {
        match c {
            '\n' => {
                self.line += 1;
                self.end_row();
            }
            _ if c == self.separator => self.end_cell(),
            '"' if self.place == Place::Start => {
                (self.place, self.opened) = (Place::Quoted, at);
            }
            _ => {
                if self.place == Place::Closed || c == '"' {
                    let fault = "的双引号位置不合 CSV 规则，无法可靠分列";
                    self.record.fault = Some(fault.into());
                }
                self.cell.push(c);
                if self.place == Place::Start {
                    self.place = Place::Plain;
                }
            }
        }
    }

    fn end_cell(&mut self) {
        self.record.cells.push(std::mem::take(&mut self.cell));
        self.place = Place::Start;
    }

    fn end_row(&mut self) {
        self.end_cell();
        let record = std::mem::replace(&mut self.record, blank(self.line));
        // An empty line is layout, not a row; a line of separators alone is a row that says nothing.
        if record.cells.len() > 1 || record.cells.iter().any(|cell| !cell.trim().is_empty()) {
            self.out.push(record);
        }
    }
}

fn blank(line: usize) -> Record {
    Record { line, cells: Vec::new(), fault: None, open_ended: false }
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
