//! Instants: milliseconds since 1970 in UTC, and the legal day they fall on in China.

use super::Day;
use jiff::{Timestamp, tz::Offset};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// China's legal time has one offset and no summer time, so no zone database is needed.
const CHINA: Offset = Offset::constant(8);

/// An instant in milliseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl Moment {
    /// From milliseconds since 1970-01-01T00:00:00Z; beyond year 9999 it stops at the last one.
    pub fn from_millis(millis: i64) -> Self {
        let limited = millis.clamp(-62_135_596_800_000, 253_402_207_200_000);
        Moment(Timestamp::from_millisecond(limited).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The civil date in China at this instant.
    pub fn day(self) -> Day {
        CHINA.to_datetime(self.0).date()
    }

    /// Hours and minutes in China, `HH:MM`.
    pub fn clock_time(self) -> String {
        let time = CHINA.to_datetime(self.0).time();
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// This instant moved by `millis`.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Moment::from_millis(self.millis().saturating_add(millis))
    }

    /// As HTTP headers write it, in UTC: `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 §5.6.7).
    pub fn imf_fixdate(self) -> String {
        self.0.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// The instant at which `day` begins in China.
    pub fn start_of(day: Day) -> Self {
        let timestamp = CHINA.to_timestamp(day.at(0, 0, 0, 0));
        Moment(timestamp.unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

/// The text is not `YYYY-MM-DDTHH:MM:SS.mmmZ`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a time of the form 2026-11-21T08:00:00.000Z")]
pub struct NotAMoment;

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let moment = Moment(text.parse().map_err(|_| NotAMoment)?);
        // One instant, one spelling: what is signed must print back to the same bytes, and hash to the same milliseconds.
        if moment.to_string() != text || Moment::from_millis(moment.millis()) != moment {
            return Err(NotAMoment);
        }
        Ok(moment)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_turn_at_sixteen_hundred_utc() {
        let before: Moment = "2026-11-21T15:59:59.999Z".parse().unwrap();
        assert_eq!(before.day().to_string(), "2026-11-21");
        assert_eq!(before.plus_millis(1).day().to_string(), "2026-11-22");
        assert_eq!(Moment::start_of(before.day()).to_string(), "2026-11-20T16:00:00.000Z");
    }

    #[test]
    fn headers_write_the_example_of_the_rfc() {
        let moment: Moment = "1994-11-06T08:49:37.000Z".parse().unwrap();
        assert_eq!(moment.imf_fixdate(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn other_spellings_are_refused() {
        assert!("2026-11-21T08:00:00Z".parse::<Moment>().is_err());
        assert!("2026-11-21T16:00:00.000+08:00".parse::<Moment>().is_err());
        assert!("2026-11-21T08:00:00.000Z".parse::<Moment>().is_ok());
    }

    #[test]
    fn years_have_four_digits_and_begin_with_the_first() {
        for (good, bad) in [
            ("0001-01-01T00:00:00.000Z", "0000-12-31T23:59:59.999Z"),
            ("9999-12-30T22:00:00.000Z", "9999-12-30T22:00:00.001Z"),
        ] {
            assert!(good.parse::<Moment>().is_ok());
            assert!(bad.parse::<Moment>().is_err());
        }
    }
}
