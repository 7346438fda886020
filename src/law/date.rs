//! A calendar date, and how it is read from `YYYY-MM-DD`.
//!
//! Instruments and circumstances are dated by day. There is no clock and no time zone here; `moment` has the time of day.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;

/// A day of the Gregorian calendar; ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Days of the calendar's whole years 1 to 9999: a bound on what can be added.
const DAYS_MAX: u64 = 3_652_059;

impl Date {
    /// The date, if the calendar has it (years 1 to 9999).
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let days = days_of_month(year, month)?;
        let valid = (1..=9999).contains(&year) && (1..=days).contains(&day);
        valid.then_some(Date { year, month, day })
    }

    /// The day so many days later; `None` past the year 9999.
    pub fn plus_days(self, days: u64) -> Option<Date> {
        if days > DAYS_MAX {
            return None;
        }
        let mut left = days;
        let mut date = self;
        loop {
            let of_month = days_of_month(date.year, date.month)?;
            let rest = u64::from(of_month - date.day);
            if left <= rest {
                date.day += u8::try_from(left).ok()?;
                return Some(date);
            }
            left -= rest + 1;
            date = match date.month {
                12 => Date::new(date.year + 1, 1, 1)?,
                month => Date::new(date.year, month + 1, 1)?,
            };
        }
    }
}

/// How many days a month has; `None` if there is no such month.
fn days_of_month(year: u16, month: u8) -> Option<u8> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if is_leap => Some(29),
        2 => Some(28),
        _ => None,
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Date, Error> {
        parse(text).ok_or_else(|| Error::new("not a date of the calendar: write YYYY-MM-DD"))
    }
}

fn parse(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let mut number = |width: usize| {
        let part = parts.next()?;
        let plain = part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = written(deserializer, "a date as YYYY-MM-DD")?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The text of a date or moment in a file: a string, or what the TOML reader makes of one that is not quoted. `expected` says
/// in errors what belongs there.
pub(super) fn written<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
) -> Result<String, D::Error> {
    deserializer.deserialize_any(Written(expected))
}

/// Takes a string, or a map with one entry whose value is the text.
struct Written(&'static str);

impl<'de> Visitor<'de> for Written {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        match map.next_entry::<String, String>()? {
            Some((_, text)) => Ok(text),
            None => Err(de::Error::invalid_length(0, &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, valid: bool) {
        match text.parse::<Date>() {
            Ok(date) => assert!(
                valid && date.to_string() == text,
                "{text} was taken as {date}"
            ),
            Err(_) => assert!(!valid, "{text} was refused"),
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for text in ["2017-06-01", "2024-02-29", "2000-02-29", "0001-01-01"] {
            check(text, true);
        }
        for text in [
            "",
            "2017",
            "2017-6-1",
            "2017-06-31",
            "2023-02-29",
            "1900-02-29",
            "2017-13-01",
            "2017-00-10",
            "2017-01-00",
            "0000-01-01",
            "2017-06-01-",
            "+017-06-01",
            "2017/06/01",
            "２017-06-01",
            " 2017-06-01",
            "20170601",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn dates_are_ordered_by_time() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        assert!(date("2017-05-31") < date("2017-06-01"));
        assert!(date("2015-12-31") < date("2017-01-01"));
    }
}
