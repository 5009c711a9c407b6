//! JSON (RFC 8259) to a table of strings: an array of flat objects, alone or as a member of one object.
//! Numbers keep their digits (no floating point touches an amount), repeated keys and nested values spoil
//! their row. `serde_json` gives neither digits nor repetitions without features the house does not build, hence
//! this reader; tests hold it against `serde_json`.

use super::decode::Decoded;
use super::{Record, Table, Unreadable};
use std::collections::HashSet;

/// Values nested deeper are refused.
const MAX_DEPTH: usize = 16;
const MEND: &str = "请由来源系统重新导出完整的 JSON 后再导入";

/// Whether the text is meant to be JSON.
pub(super) fn begins(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with(['{', '['])
}

/// Reads the rows. An object beside its rows may hold a `total`; a different count becomes a note.
pub(super) fn table(decoded: &Decoded) -> Result<Table, Unreadable> {
    let mut reader = Reader { text: &decoded.text, at: 0 };
    let document = reader.document().map_err(|what| decoded.fault(reader.at, what, MEND))?;
    let (rows, total) = match document {
        Value::Array(items) => (items, None),
        Value::Object(members) => inside(members)?,
        Value::Scalar(_) => return Err(Unreadable::whole("JSON 里没有记录数组", MEND)),
    };
    let mut notes = Vec::new();
    if let Some(total) = total.filter(|total| *total != rows.len().to_string()) {
        notes.push(format!("文件自称共 {total} 条，实有 {} 条", rows.len()));
    }
    let header = header(&rows);
    let records = rows.into_iter().zip(1..).map(|(row, nth)| record(nth, row, &header)).collect();
    Ok(Table { header, records, notes })
}

/// Members of an object in order, repeated keys kept.
type Members = Vec<(String, Value)>;

enum Value {
    /// Text of a string, the digits of a number, `true`, `false`; `null` is empty.
    Scalar(String),
    Array(Vec<Value>),
    Object(Members),
}

/// The one member that is an array of objects, and `total`; or the object itself as the only row.
fn inside(mut members: Members) -> Result<(Vec<Value>, Option<String>), Unreadable> {
    let is_row = |value: &Value| matches!(value, Value::Object(_));
    let is_rows = |(_, value): &(String, Value)| match value {
        Value::Array(items) => items.iter().all(is_row),
        _ => false,
    };
    let Some(at) = members.iter().position(is_rows) else {
        return Ok((vec![Value::Object(members)], None));
    };
    let (_, rows) = members.swap_remove(at);
    if members.iter().any(is_rows) {
        let fix = "请只留下要导入的一个数组";
        return Err(Unreadable::whole("JSON 里有不止一个记录数组，不知道该读哪一个", fix));
    }
    let total = members.into_iter().find_map(|(name, value)| match value {
        Value::Scalar(text) if name == "total" && !text.is_empty() => Some(text),
        _ => None,
    });
    let rows = if let Value::Array(rows) = rows { rows } else { Vec::new() };
    Ok((rows, total))
}

/// Every key of every row, in order of first appearance.
fn header(rows: &[Value]) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut header = Vec::new();
    for row in rows {
        let Value::Object(members) = row else { continue };
        for (name, _) in members {
            if seen.insert(name.as_str()) {
                header.push(name.clone());
            }
        }
    }
    header
}

fn record(nth: usize, row: Value, header: &[String]) -> Record {
    let mut cells = vec![None; header.len()];
    let mut fault = None;
    match row {
        Value::Object(members) => {
            for (name, value) in members {
                let place = header.iter().position(|h| *h == name);
                let Some(cell) = place.and_then(|at| cells.get_mut(at)) else { continue };
                match value {
                    Value::Scalar(_) if cell.is_some() => {
                        fault = Some(format!("的字段“{name}”出现了两次"));
                    }
                    Value::Scalar(text) => *cell = Some(text),
                    _ => fault = Some(format!("的字段“{name}”不是单个值")),
                }
            }
        }
        _ => fault = Some("不是一个对象".into()),
    }
    let cells = cells.into_iter().map(Option::unwrap_or_default).collect();
    Record { line: nth, cells, fault, open_ended: false }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

type Parsed<T> = Result<T, &'static str>;

const CUT: &str = "JSON 没有写完，文件可能被截断";

impl Reader<'_> {
    fn document(&mut self) -> Parsed<Value> {
        let value = self.value(0)?;
        self.space();
        match self.at == self.text.len() {
            true => Ok(value),
            false => Err("JSON 结束之后还有内容"),
        }
    }

    fn value(&mut self, depth: usize) -> Parsed<Value> {
        self.space();
        match self.peek().ok_or(CUT)? {
            _ if depth > MAX_DEPTH => Err("JSON 嵌套过深"),
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Value::Scalar),
            b'-' | b'0'..=b'9' => self.number().map(Value::Scalar),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Parsed<Value> {
        let mut members = Vec::new();
        self.at += 1;
        if self.skips(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let name = match self.peek().ok_or(CUT)? {
                b'"' => self.string()?,
                _ => return Err("此处应为带双引号的字段名"),
            };
            if !self.skips(b':') {
                return Err(self.or_cut("字段名之后应为冒号"));
            }
            members.push((name, self.value(depth + 1)?));
            if self.skips(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.skips(b',') {
                return Err(self.or_cut("字段之间应为逗号"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Parsed<Value> {
        let mut items = Vec::new();
        self.at += 1;
        if self.skips(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.skips(b']') {
                return Ok(Value::Array(items));
            }
            if !self.skips(b',') {
                return Err(self.or_cut("数组各项之间应为逗号"));
            }
        }
    }

    fn string(&mut self) -> Parsed<String> {
        let mut out = String::new();
        self.at += 1;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let c = rest.chars().next().ok_or(CUT)?;
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                '\0'..='\x1F' => return Err("字符串里有未转义的控制字符"),
                _ => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        let c = self.peek().ok_or(CUT)?;
        self.at += 1;
        Ok(match c {
            b'"' | b'\\' | b'/' => char::from(c),
            b'b' => '\x08',
            b'f' => '\x0C',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err("字符串里有不合规则的转义"),
        })
    }

    fn unicode(&mut self) -> Parsed<char> {
        const LONE: &str = "字符串里有不成对的代理码元";
        let first = self.hex()?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or(LONE);
        }
        if !self.text.get(self.at..).unwrap_or_default().starts_with("\\u") {
            return Err(LONE);
        }
        self.at += 2;
        let second = self.hex()?;
        match (first, second) {
            (0xD800..=0xDBFF, 0xDC00..=0xDFFF) => {
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or(LONE)
            }
            _ => Err(LONE),
        }
    }

    fn hex(&mut self) -> Parsed<u32> {
        let digits = self.text.get(self.at..self.at + 4).ok_or("字符串里有不完整的转义")?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("字符串里有不合规则的转义");
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| "字符串里有不合规则的转义")
    }

    fn number(&mut self) -> Parsed<String> {
        const ODD: &str = "数字不合 JSON 规则";
        let begin = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let whole = self.digits();
        let zero_led = self.text.as_bytes().get(self.at - whole) == Some(&b'0');
        if whole == 0 || (whole > 1 && zero_led) {
            return Err(ODD);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(ODD);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(ODD);
            }
        }
        Ok(self.text.get(begin..self.at).unwrap_or_default().to_owned())
    }

    /// Passes over digits and says how many.
    fn digits(&mut self) -> usize {
        let begin = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - begin
    }

    fn word(&mut self) -> Parsed<Value> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, meaning) in [("null", ""), ("true", "true"), ("false", "false")] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(Value::Scalar(meaning.to_owned()));
            }
            if word.starts_with(rest) {
                return Err(CUT);
            }
        }
        Err("此处不是 JSON 的值")
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over space and then `byte`, if it comes next.
    fn skips(&mut self, byte: u8) -> bool {
        self.space();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn or_cut(&self, what: &'static str) -> &'static str {
        if self.peek().is_none() { CUT } else { what }
    }
}

#[cfg(test)]
mod tests;
