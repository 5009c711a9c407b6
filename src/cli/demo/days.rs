//! Which day a script means: offsets from the filing, working days, and days written inside texts.

use crate::{
    base::{Day, Moment},
    law::{calendar::Calendar, words},
};
use anyhow::{Context, Result, bail};
use jiff::ToSpan;

/// The days of one case script, as of the day of loading.
pub struct Days<'c> {
    calendar: &'c Calendar,
    /// The filing's day before it moved: offset 0.
    start: Day,
    /// The last working day before loading; nothing that moves lies after it.
    last: Day,
}

impl<'c> Days<'c> {
    /// The days of a script filed `ago` calendar days before `today`.
    pub fn new(calendar: &'c Calendar, today: Day, ago: i32) -> Self {
        let last = working(calendar, plus(today, -1), -1);
        Days { calendar, start: plus(today, -ago), last }
    }

    /// An offset that moves to a working day: the next one, or the last before loading.
    pub fn moving(&self, offset: i32) -> Day {
        working(self.calendar, plus(self.start, offset), 1).min(self.last)
    }

    /// An offset that never moves.
    pub fn fixed(&self, offset: i32) -> Day {
        plus(self.start, offset)
    }

    /// Writes out `{day:N}`, `{date:N}` and `{year:N}`.
    ///
    /// # Errors
    /// Names a mark that is none of these.
    pub fn render(&self, text: &str) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (mark, next) = after.split_once('}').context("a mark is not closed")?;
            out.push_str(before);
            out.push_str(&self.mark(mark)?);
            rest = next;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn mark(&self, mark: &str) -> Result<String> {
        let (name, offset) = mark.split_once(':').with_context(|| format!("mark {{{mark}}}"))?;
        let offset: i32 = offset.parse().with_context(|| format!("mark {{{mark}}}"))?;
        Ok(match name {
            "day" => words::day(self.moving(offset)),
            "date" => words::day(self.fixed(offset)),
            "year" => self.moving(offset).year().to_string(),
            _ => bail!("mark {{{mark}}}"),
        })
    }
}

/// `day`, or the nearest working day in the direction of `step` (1 or -1).
pub fn working(calendar: &Calendar, mut day: Day, step: i32) -> Day {
    while !calendar.assume_working(day).0 {
        day = plus(day, step);
    }
    day
}

/// `day` moved by `days` calendar days.
pub fn plus(day: Day, days: i32) -> Day {
    day.saturating_add(days.days())
}

/// The instant `time` (`HH:MM` in China) of `day`.
///
/// # Errors
/// When the text is no such time.
pub fn at(day: Day, time: &str) -> Result<Moment> {
    let (hours, minutes) = time.split_once(':').with_context(|| format!("time {time}"))?;
    let (hours, minutes): (i64, i64) = (hours.parse()?, minutes.parse()?);
    Ok(Moment::start_of(day).plus_millis((hours * 60 + minutes) * 60_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::law_as_shipped;
    use jiff::civil::date;

    #[test]
    fn days_move_to_working_days_but_never_past_loading() {
        let (_, calendar) = law_as_shipped().unwrap();
        // 2026-10-01 to 07 are the national holiday; 2026-10-09 is a Friday.
        let days = Days::new(&calendar, date(2026, 10, 9), 10);
        assert_eq!(days.moving(0), date(2026, 9, 29));
        assert_eq!(days.moving(3), date(2026, 10, 8));
        assert_eq!(days.moving(30), date(2026, 10, 8));
        assert_eq!(days.fixed(3), date(2026, 10, 2));
        let text = days.render("{day:0}起，{date:3}、{year:0}").unwrap();
        assert_eq!(text, "2026年9月29日起，2026年10月2日、2026");
        assert!(days.render("{when:3}").is_err());
    }
}
