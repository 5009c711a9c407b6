//! Working days by year, as the State Council's notices fix them. Never guesses: a year without a table is an error.

use super::rulebook::{RulebookFault, read};
use crate::base::Day;
use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a year's table rests on a published notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The notice is out.
    Official,
    /// Only the statutory days are known; the notice may move working days.
    Provisional,
}

/// The tables of all years on file.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    years: BTreeMap<i16, Year>,
}

#[derive(Clone, Debug)]
struct Year {
    status: Status,
    source: String,
    off: BTreeSet<Day>,
    work: BTreeSet<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: i16,
    status: Status,
    source: String,
    off: Vec<Span>,
    work: Vec<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    name: String,
    from: Day,
    to: Day,
}

/// No table is on file for the year.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no working-day table for {year}")]
pub struct NoCalendar {
    /// The year asked for.
    pub year: i16,
}

impl Calendar {
    /// Reads the files whose names begin with `calendar/`; other files are left alone.
    ///
    /// # Errors
    /// The file and the key at fault: a day outside the year, a make-up day that is no weekend, a year twice.
    pub fn from_toml(files: &[(&str, &str)]) -> Result<Calendar, RulebookFault> {
        let mut years = BTreeMap::new();
        for (file, text) in files.iter().filter(|(name, _)| name.starts_with("calendar/")) {
            let table: YearFile = read(file, text)?;
            let number = table.year;
            if years.insert(number, Year::checked(file, table)?).is_some() {
                return Err(RulebookFault::Twice {
                    file: file.to_string(),
                    id: number.to_string(),
                });
            }
        }
        Ok(Calendar { years })
    }

    /// Whether `day` is a working day by its year's table, provisional or not.
    ///
    /// # Errors
    /// When no table is on file for the year.
    pub fn is_working(&self, day: Day) -> Result<bool, NoCalendar> {
        let year = self.years.get(&day.year()).ok_or(NoCalendar { year: day.year() })?;
        Ok(year.work.contains(&day) || (!is_weekend(day) && !year.off.contains(&day)))
    }

    /// Whether the year's table is official or provisional; `None` without a table.
    pub fn status(&self, year: i16) -> Option<Status> {
        self.years.get(&year).map(|year| year.status)
    }

    /// The notice the year's table rests on.
    pub fn source(&self, year: i16) -> Option<&str> {
        self.years.get(&year).map(|year| year.source.as_str())
    }

    /// Working or not, and whether the answer is only provisional; without a table Monday to Friday is assumed.
    pub fn assume_working(&self, day: Day) -> (bool, bool) {
        match self.is_working(day) {
            Ok(working) => (working, self.status(day.year()) == Some(Status::Provisional)),
            Err(NoCalendar { .. }) => (!is_weekend(day), true),
        }
    }
}

impl Year {
    fn checked(file: &str, table: YearFile) -> Result<Year, RulebookFault> {
        let wrong = |key: &str, day: Day, reason: &str| RulebookFault::Wrong {
            file: file.to_owned(),
            key: key.to_owned(),
            reason: format!("{day}: {reason}"),
        };
        let mut off = BTreeSet::new();
        for span in &table.off {
            let key = format!("off.{}", span.name);
            // Holidays never reach over New Year's Eve in the notices; a slip of the year is caught here.
            for day in [span.from, span.to] {
                if day.year() != table.year {
                    return Err(wrong(&key, day, "not in this year"));
                }
            }
            if span.from > span.to {
                return Err(wrong(&key, span.from, "begins after it ends"));
            }
            off.extend(
                span.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= span.to),
            );
        }
        for day in &table.work {
            if day.year() != table.year || !is_weekend(*day) {
                return Err(wrong("work", *day, "a make-up day is a weekend day of this year"));
            }
            if off.contains(day) {
                return Err(wrong("work", *day, "also listed as a rest day"));
            }
        }
        let work = table.work.into_iter().collect();
        Ok(Year { status: table.status, source: table.source, off, work })
    }
}

fn is_weekend(day: Day) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builtin() -> Calendar {
        Calendar::from_toml(crate::law::builtin_files()).unwrap()
    }

    #[test]
    fn working_days_a_year_match_the_published_counts() {
        let calendar = builtin();
        for (year, count) in [(2024, 251), (2025, 248), (2026, 248)] {
            let days = jiff::civil::date(year, 1, 1).series(jiff::Span::new().days(1));
            let working = days
                .take_while(|day| day.year() == year)
                .filter(|day| calendar.is_working(*day).unwrap())
                .count();
            assert_eq!(working, count, "{year}");
        }
        assert_eq!(calendar.status(2027), Some(Status::Provisional));
        let unknown = jiff::civil::date(2031, 1, 2);
        assert_eq!(calendar.is_working(unknown), Err(NoCalendar { year: 2031 }));
        assert_eq!(calendar.assume_working(unknown), (true, true));
    }

    #[test]
    fn slips_in_a_table_name_file_and_key() {
        let fault =
            |text: &str| Calendar::from_toml(&[("calendar/x.toml", text)]).unwrap_err().to_string();
        let start = "year = 2026\nstatus = \"official\"\nsource = \"s\"\n";
        let wrong_year = format!(
            "{start}work = []\noff = [{{ name = \"元旦\", from = \"2025-01-01\", to = \"2026-01-03\" }}]"
        );
        assert!(fault(&wrong_year).contains("calendar/x.toml: off.元旦"), "{}", fault(&wrong_year));
        assert!(fault(&format!("{start}off = []\nwork = [\"2026-11-20\"]")).contains("weekend"));
        let typo = fault(&format!("{start}off = []\nwork = []\nworks = []"));
        assert!(typo.contains("calendar/x.toml") && typo.contains("works"), "{typo}");
    }
}
