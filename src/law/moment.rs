//! A moment as a clock on the wall shows it: a day, and the time of day where it is known.
//!
//! Deadlines are counted from it. There is no time zone here: what comes out is the same clock's time as what
//! went in. Holidays are not known, so working days are not counted.

use std::fmt;
use std::str::FromStr;

use serde::de;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::date::{Date, written};
use crate::error::Error;

/// Minutes of a day.
const DAY: u64 = 24 * 60;

/// A day with the minute of it, if that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The day.
    pub day: Date,
    /// Minutes since its midnight; below 1,440.
    minute: Option<u16>,
}

impl Moment {
    /// So many hours later. A day without a time is taken from its beginning, so that a deadline is never told
    /// later than it is. `None` past the year 9999.
    pub fn plus_hours(self, hours: u64) -> Option<Moment> {
        let minutes = u64::from(self.minute.unwrap_or(0)).checked_add(hours.checked_mul(60)?)?;
        Some(Moment {
            day: self.day.plus_days(minutes / DAY)?,
            minute: u16::try_from(minutes % DAY).ok(),
        })
    }

    /// The day so many days later, up to the end of it. `None` past the year 9999.
    pub fn plus_days(self, days: u64) -> Option<Moment> {
        let day = self.day.plus_days(days)?;
        Some(Moment { day, minute: None })
    }
}

impl FromStr for Moment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Moment, Error> {
        parse(text).ok_or_else(|| {
            Error::new(
                "not a day, or a day with a local time: write YYYY-MM-DD or YYYY-MM-DDTHH:MM, without a time zone",
            )
        })
    }
}

fn parse(text: &str) -> Option<Moment> {
    let Some((day, time)) = text.split_once(['T', ' ']) else {
        let day = text.parse().ok()?;
        return Some(Moment { day, minute: None });
    };
    let mut parts = time.split(':');
    let mut number = |below: u16| {
        let part = parts.next()?;
        let is_plain = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let n = is_plain.then(|| part.parse::<u16>().ok()).flatten()?;
        (n < below).then_some(n)
    };
    let (hour, minute) = (number(24)?, number(60)?);
    // TOML writes seconds; a deadline has none.
    if time.len() > "HH:MM".len() {
        number(60)?;
    }
    if parts.next().is_some() {
        return None;
    }
    Some(Moment {
        day: day.parse().ok()?,
        minute: Some(hour * 60 + minute),
    })
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minute {
            Some(minute) => write!(f, "{}T{:02}:{:02}", self.day, minute / 60, minute % 60),
            None => self.day.fmt(f),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let expected = "a day as YYYY-MM-DD, or with a local time as YYYY-MM-DDTHH:MM";
        let text = written(deserializer, expected)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<&str>) {
        let got = text.parse::<Moment>().ok().map(|moment| moment.to_string());
        assert_eq!(got.as_deref(), want, "{text}");
    }

    #[test]
    fn a_moment_is_a_day_or_a_day_with_a_local_time() {
        check("2026-11-20", Some("2026-11-20"));
        check("2026-11-20T14:30", Some("2026-11-20T14:30"));
        check("2026-11-20 14:30", Some("2026-11-20T14:30"));
        check("2026-11-20T14:30:59", Some("2026-11-20T14:30"));
        for wrong in [
            "",
            "2026-11-31",
            "2026-11-20T",
            "2026-11-20T24:00",
            "2026-11-20T14:60",
            "2026-11-20T14:3",
            "2026-11-20T1430",
            "2026-11-20T14:30Z",
            "2026-11-20T14:30:00+08:00",
            "2026-11-20T14:30:60",
            "2026-11-20T14:30:00:00",
            "T14:30",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn hours_go_over_midnight_and_days_over_months_and_leap_years() {
        let moment = |text: &str| text.parse::<Moment>().unwrap();
        let later = |text: &str, hours| moment(text).plus_hours(hours).unwrap().to_string();
        assert_eq!(later("2026-11-20T22:15", 4), "2026-11-21T02:15");
        assert_eq!(later("2026-11-20T14:30", 72), "2026-11-23T14:30");
        assert_eq!(later("2026-11-20", 72), "2026-11-23T00:00");
        assert_eq!(later("2026-12-31T23:59", 1), "2027-01-01T00:59");
        let day = |text: &str, days| moment(text).plus_days(days).unwrap().to_string();
        assert_eq!(day("2028-02-28T10:00", 1), "2028-02-29");
        assert_eq!(day("2026-01-31", 30), "2026-03-02");
        assert_eq!(day("2027-12-31", 366), "2028-12-31");
        assert_eq!(moment("9999-12-31").plus_days(1), None);
        assert_eq!(moment("9999-12-31T23:00").plus_hours(1), None);
        assert_eq!(moment("2026-01-01").plus_hours(u64::MAX), None);
        assert_eq!(moment("2026-01-01").plus_days(u64::MAX), None);
    }
}
