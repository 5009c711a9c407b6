//! Reads published penalty lists (CSV, 双公示 JSON) into entries with a verdict for every row.
//! Never writes, never guesses: what a source does not say stays absent, what is unclear is a doubt
//! that names its field. Layouts are data in `config/import/*.toml`.

mod amounts;
mod cells;
mod codes;
mod columns;
mod dates;
mod decode;
mod draft;
mod json;
mod kinds;
mod numerals;
mod outcome;
mod party;
mod rows;
mod split;

pub use columns::Subject;
pub use decode::Encoding;
pub use kinds::Measure;
pub use party::likely_kind;

use crate::base::{Day, Money};
use crate::law::act::{PartyKind, PenaltyKind};
use std::fmt;

/// The most bytes a list may have; larger files are to be split by the publisher.
pub const MAX_BYTES: usize = 32 << 20;

/// A file no row of which can be taken. Nothing of it is imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong, where, what is safe and what to do, in Chinese.
    pub text: String,
    /// Line of the file, counted from 1.
    pub line: Option<usize>,
    /// Byte of the file, counted from 0.
    pub byte: Option<usize>,
}

impl Unreadable {
    /// The file as a whole is at fault; `what` and `fix` are Chinese clauses without a full stop.
    fn whole(what: impl fmt::Display, fix: &str) -> Self {
        let text = format!("{what}。没有导入任何一行。{fix}。");
        Unreadable { text, line: None, byte: None }
    }

    /// One place is at fault: `line` from 1, `byte` from 0.
    fn at(line: usize, byte: usize, what: impl fmt::Display, fix: &str) -> Self {
        let text =
            format!("第 {line} 行（文件偏移 {byte} 字节处）{what}。没有导入任何一行。{fix}。");
        Unreadable { text, line: Some(line), byte: Some(byte) }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Unreadable {}

/// A list that was recognised, with a verdict for each of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Id of the layout in `config/import`.
    pub layout: &'static str,
    /// The layout's Chinese name.
    pub title: &'static str,
    /// What the rows are about; only `Penalty` rows are penalties.
    pub subject: Subject,
    /// The encoding the file was read in.
    pub encoding: Encoding,
    /// What holds for every row, said once: what this layout lacks, columns it does not know.
    pub notes: Vec<String>,
    /// Every row of the file, in its order.
    pub rows: Vec<Row>,
}

impl List {
    /// How many rows were taken, taken with a doubt, and refused.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for row in &self.rows {
            match row.verdict {
                Verdict::Taken => tally.taken += 1,
                Verdict::Doubtful(_) => tally.doubtful += 1,
                Verdict::Refused(_) => tally.refused += 1,
            }
        }
        tally
    }
}

/// Counts of rows by verdict; together they are all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken as published.
    pub taken: usize,
    /// Taken, with at least one doubt.
    pub doubtful: usize,
    /// Not taken.
    pub refused: usize,
}

/// One row of the file and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// CSV: the line of the file on which the row begins, from 1, header included. JSON: its place among the
    /// records, from 1.
    pub line: usize,
    /// Canonical text of the row: layout, then column and value sorted by column, as JSON. The same
    /// published row has the same key in every encoding, column order and quoting.
    pub source_key: String,
    /// The cells exactly as published, `(header, value)`, blanks included. May name private things.
    pub cells: Vec<(String, String)>,
    /// Taken, taken with doubts, or refused.
    pub verdict: Verdict,
    /// What the row says; absent exactly when it is refused.
    pub entry: Option<Entry>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing unclear.
    Taken,
    /// Taken; each doubt names a field to look at.
    Doubtful(Vec<Doubt>),
    /// Not taken, and why.
    Refused(Vec<Doubt>),
}

/// What is unclear or wrong about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The column's header as published, or `整行` for the row as a whole.
    pub field: String,
    /// What is the matter, in Chinese.
    pub text: String,
}

/// What one row says. Absent means the source does not say it (or says it unreadably: then there is a doubt).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// 行政处罚决定书文号
    pub document_number: Option<String>,
    /// 行政相对人名称, as published; some sources give only a number of their own (see the list's notes).
    pub party: String,
    /// 统一社会信用代码 as published; absent unless its check character is right (GB 32100—2015).
    pub party_code: Option<String>,
    /// 行政相对人类别
    pub party_kind: Option<PartyKind>,
    /// 违法行为类型
    pub violation: Option<String>,
    /// 违法事实
    pub facts: Option<String>,
    /// 处罚依据
    pub basis: Option<String>,
    /// Kinds of 行政处罚法 art. 9, in the order named, each once.
    pub kinds: Vec<PenaltyKind>,
    /// Every measure named, penalty or not (责令限期治理 is an order to correct, art. 28).
    pub measures: Vec<Measure>,
    /// 处罚内容 as published.
    pub penalty_text: Option<String>,
    /// Sum of the fines, without daily ones.
    pub fine: Option<Money>,
    /// Sum of the fines under 按日连续处罚 (环境保护法 art. 59).
    pub daily_fine: Option<Money>,
    /// 没收违法所得、非法财物金额
    pub confiscated: Option<Money>,
    /// 处罚机关
    pub authority: Option<String>,
    /// 处罚决定日期; only when the source gives the decision's day.
    pub decided_on: Option<Day>,
    /// A time that is coarser than a day or is not the decision's.
    pub period: Option<Period>,
    /// 公示截止期
    pub show_until: Option<Day>,
    /// 区域
    pub region: Option<String>,
    /// 整改情况
    pub rectification: Option<String>,
    /// Further columns, `(header, value)`, blanks left out.
    pub extra: Vec<(String, String)>,
    /// Columns that must never be published (证件号码 and the like), `(header, value)`.
    pub private: Vec<(String, String)>,
}

/// A time as a source gives it when that is not the decision's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Such as `2017年第一季度`, `2017年11月` or `2017-11-03`.
    pub text: String,
    /// What the source says it is the time of, such as `发布时间`.
    pub of: String,
}

/// Reads a list.
///
/// # Errors
/// [`Unreadable`] when the bytes are no text in a supported encoding, no table, or a table whose header is
/// not known. Faults of single rows are verdicts, not errors.
pub fn read(bytes: &[u8]) -> Result<List, Unreadable> {
    let decoded = decode::decode(bytes)?;
    let layouts = columns::layouts()?;
    let table = match json::begins(&decoded.text) {
        true => json::table(&decoded)?,
        false => split::table(&decoded)?,
    };
    let known = columns::recognise(layouts, &table.header)?;
    Ok(rows::list(&known, table, decoded.encoding))
}

/// A table before anybody knows what its columns mean.
struct Table {
    header: Vec<String>,
    records: Vec<Record>,
    notes: Vec<String>,
}

/// One row of a table.
struct Record {
    line: usize,
    cells: Vec<String>,
    /// Why the row cannot be told apart into cells, in Chinese.
    fault: Option<String>,
    /// The file ends in its last cell with neither a line end nor a closing mark: it may be cut.
    open_ended: bool,
}
