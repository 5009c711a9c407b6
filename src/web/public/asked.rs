//! What a visitor asks of the list, read from the address. What cannot be read is said, never guessed.

use crate::{
    base::Day,
    desk::{
        Error, FieldFault,
        look_up::public::{KINDS, Query, STATES},
    },
    law::words,
    web::{caller, look::Choice},
};
use url::form_urlencoded::Serializer;

/// A query with what was wrong about it.
pub struct Asked {
    /// As far as it could be read.
    pub query: Query,
    /// What could not.
    pub faults: Vec<FieldFault>,
}

impl Asked {
    /// Reads the query part of an address.
    ///
    /// # Errors
    /// `Invalid` when it is not UTF-8.
    pub fn read(query: &str) -> Result<Asked, Error> {
        let values = caller::parse(query.as_bytes())?;
        let first = |name: &str| {
            values.get(name).and_then(|all| all.first()).map_or("", |value| value.trim()).to_owned()
        };
        let mut faults = Vec::new();
        let mut day = |name: &str| {
            let text = first(name);
            match read_day(&text) {
                Some(day) => day.to_string(),
                None if text.is_empty() => String::new(),
                None => {
                    let fault = format!("“{text}”不是日期，没有按它筛选。例如：2026-03-01");
                    faults.push(FieldFault { field: name.into(), text: fault });
                    String::new()
                }
            }
        };
        let (from, to) = (day("from"), day("to"));
        if !to.is_empty() && from > to {
            let text = "截止日期早于起始日期，请对调后再查。".to_owned();
            faults.push(FieldFault { field: "to".into(), text });
        }
        let query = Query {
            words: first("q").chars().take(100).collect(),
            agency: first("agency"),
            act_kind: first("act"),
            state: first("state"),
            from,
            to,
            page: first("page").parse().unwrap_or(1).max(1),
        };
        Ok(Asked { query, faults })
    }

    /// The fault of the field `name`, empty when there is none.
    pub fn fault(&self, name: &str) -> String {
        self.faults.iter().find(|f| f.field == name).map(|f| f.text.clone()).unwrap_or_default()
    }

    /// Whether anything narrows the list.
    pub fn is_narrowed(&self) -> bool {
        !self.pairs().is_empty()
    }

    /// Whether only words were given.
    pub fn is_words_alone(&self) -> bool {
        matches!(self.pairs().as_slice(), [(name, _)] if name == "q")
    }

    /// What narrows the list, as names and values of an address; not the page.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let q = &self.query;
        [
            ("q", &q.words),
            ("agency", &q.agency),
            ("act", &q.act_kind),
            ("state", &q.state),
            ("from", &q.from),
            ("to", &q.to),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
    }

    /// The address of `path` with the same query.
    pub fn href(&self, path: &str) -> String {
        let pairs = self.pairs();
        if pairs.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", Serializer::new(String::new()).extend_pairs(&pairs).finish())
    }

    /// The month in words if exactly one is asked for and nothing else.
    pub fn month(&self) -> Option<String> {
        let (from, to) = (self.query.from.parse::<Day>().ok()?, self.query.to.parse::<Day>().ok()?);
        let whole = from.day() == 1 && to == from.last_of_month() && self.pairs().len() == 2;
        whole.then(|| format!("{}年{}月", from.year(), from.month()))
    }

    /// The kinds to choose from.
    pub fn kinds(&self) -> Vec<Choice> {
        choices(KINDS, &self.query.act_kind)
    }

    /// The states to choose from.
    pub fn states(&self) -> Vec<Choice> {
        choices(STATES, &self.query.state)
    }
}

fn choices(list: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    list.iter()
        .map(|(value, label)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            chosen: *value == chosen,
        })
        .collect()
}

/// A day as people write it: `2026-03-01`, `2026/3/1`, `2026年3月1日`, `20260301`.
fn read_day(text: &str) -> Option<Day> {
    let mut parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    parts.retain(|part| !part.is_empty());
    let (year, month, day) = match parts.as_slice() {
        [whole] if whole.len() == 8 => (&whole[..4], &whole[4..6], &whole[6..]),
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        _ => return None,
    };
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Days of a filter in words, empty for none.
pub fn day_words(text: &str) -> String {
    text.parse().map(words::day).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in ["2026-03-01", "2026/3/1", "2026年3月1日", "20260301", "2026.03.01"] {
            assert_eq!(read_day(text).unwrap().to_string(), "2026-03-01", "{text}");
        }
        for text in ["", "昨天", "2026-02-30", "26-3-1", "2026-3", "99999-1-1", "1"] {
            assert!(read_day(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_address_is_kept_as_asked() {
        let asked = Asked::read("q=%E7%89%87&act=penalty&from=2026-02-01&to=2026%2F2%2F28&page=-3")
            .unwrap();
        assert_eq!((asked.query.page, asked.query.to.as_str()), (1, "2026-02-28"));
        assert_eq!(
            asked.href("/disclosures.csv"),
            "/disclosures.csv?q=%E7%89%87&act=penalty&from=2026-02-01&to=2026-02-28"
        );
        assert!(asked.month().is_none() && !asked.is_words_alone());
        let month = Asked::read("from=2026-02-01&to=2026-02-28").unwrap();
        assert_eq!(month.month().as_deref(), Some("2026年2月"));
        let odd = Asked::read("from=x&to=2026-01-01").unwrap();
        assert_eq!((odd.faults.len(), odd.query.from.as_str()), (1, ""));
        assert!(!Asked::read("from=2026-02-01&to=2026-01-01").unwrap().fault("to").is_empty());
    }
}
