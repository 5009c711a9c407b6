//! Comparing a kept row with the row that the records tell: row, column, what it should be, what it is.

use super::Report;
use std::collections::BTreeMap;

/// Most characters of a value that a fault repeats.
const SHOWN_MAX: usize = 60;

/// Names the columns in which a kept row differs from what the records tell. Every column of the row is listed,
/// compared or not, so that a new one cannot be forgotten.
macro_rules! differences {
    ($report:expr, $place:expr, $kept:expr, $told:expr,
        $row:path { $($column:ident)+ } $(not { $($left:ident)+ })?) => {{
        let (kept, told) = (&$kept, &$told);
        let $row { $($column: _,)+ $($($left: _,)+)? } = kept;
        $(if kept.$column != told.$column {
            $report.differs($place, stringify!($column), &told.$column, &kept.$column);
        })+
    }};
}
pub(super) use differences;

/// A value as a fault shows it.
pub(super) trait Shown {
    fn shown(&self) -> String;
}

impl Shown for String {
    fn shown(&self) -> String {
        let cut = if self.chars().count() > SHOWN_MAX { "…" } else { "" };
        format!("“{}{cut}”", self.chars().take(SHOWN_MAX).collect::<String>())
    }
}

impl Shown for i64 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for i32 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        if *self { "是" } else { "否" }.to_owned()
    }
}

impl Shown for Vec<u8> {
    fn shown(&self) -> String {
        hex::encode(self)
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "空".to_owned(), Shown::shown)
    }
}

impl Report {
    /// One column that is not what the records tell.
    pub(super) fn differs<T: Shown>(&mut self, place: &str, column: &str, told: &T, kept: &T) {
        self.fault(place, format!("{column}应为{}，现为{}", told.shown(), kept.shown()));
    }

    /// A row that is missing although records tell it.
    pub(super) fn missing(&mut self, place: impl Into<String>) {
        self.fault(place, "记录说明应有此行，表中没有");
    }

    /// A row that no record tells.
    pub(super) fn unfounded(&mut self, place: impl Into<String>) {
        self.fault(place, "没有记录说明此行");
    }
}

/// Pairs kept rows with told ones by `key`; names those that have no partner. Gives place, kept, told.
pub(super) fn pair<K, T>(
    report: &mut Report,
    what: &str,
    kept: Vec<K>,
    told: Vec<T>,
    key_of_kept: impl Fn(&K) -> String,
    key_of_told: impl Fn(&T) -> String,
) -> Vec<(String, K, T)> {
    let mut rows: BTreeMap<String, Vec<K>> = BTreeMap::new();
    for row in kept {
        rows.entry(key_of_kept(&row)).or_default().push(row);
    }
    let mut pairs = Vec::new();
    for row in told {
        let key = key_of_told(&row);
        let place = format!("{what}{key}");
        match rows.get_mut(&key).and_then(Vec::pop) {
            Some(kept) => pairs.push((place, kept, row)),
            None => report.missing(place),
        }
    }
    for (key, surplus) in rows {
        surplus.iter().for_each(|_| report.unfounded(format!("{what}{key}")));
    }
    pairs
}
