//! Location tracks: which points of a track are one item.
//!
//! A device reports its position every few seconds, whether it moves or not, so the points of a log are not the places somebody
//! was at. Courts leave out repeats and points where nothing moved (人民法院案例库 2024-04-1-207-005). Here the points of one
//! subject in one cell of a grid on one day are one item: a subject that stays counts once a day, one that moves counts
//! once for every cell it comes through. That is a set, so neither the order of records nor their division matters, as it
//! would if points were compared with the one before. Leaving a cell and coming back the same day is not counted again: the
//! items are a lower bound, the rows the upper one.

use crate::detect::ColumnRule;
use crate::detect::vocabulary::{RoleId, Vocabulary};
use crate::record::{Batch, Record};

/// Decimals of a degree that tell cells apart: 0.0001° is 11.1 m from south to north, about the error of a satellite fix in
/// the open.
const CELL_DECIMALS: usize = 4;

/// Most digits of a degree before its point.
const WHOLE_DIGITS_MAX: usize = 3;

/// Offset of the day for times that are counted from 1970: China's one time zone, in seconds.
const UTC_OFFSET: i64 = 8 * 3600;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The roles that tell a position and its time.
#[derive(Default)]
pub(super) struct TrackRoles {
    longitude: Option<RoleId>,
    latitude: Option<RoleId>,
    coordinates: Option<RoleId>,
    /// The first that a table has is the time of the position.
    times: [Option<RoleId>; 2],
}

/// A subject's item: where, and on which day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    east: i64,
    north: i64,
    day: i64,
}

impl TrackRoles {
    pub(super) fn new(vocabulary: &Vocabulary) -> TrackRoles {
        let role = |id| vocabulary.role(id);
        TrackRoles {
            longitude: role("longitude"),
            latitude: role("latitude"),
            coordinates: role("coordinates"),
            times: [role("position-time"), role("event-time")],
        }
    }

    /// The point of a record, if it tells a position by coordinates and a day.
    pub(super) fn point(
        &self,
        batch: &Batch,
        record: &Record,
        rules: &[ColumnRule],
    ) -> Option<Point> {
        let roles = [
            self.longitude,
            self.latitude,
            self.coordinates,
            self.times[0],
            self.times[1],
        ];
        let mut cells: [Option<&[u8]>; 5] = [None; 5];
        for field in batch.fields_of(record) {
            let rule = rules.get(field.column as usize);
            let Some(role) = rule.and_then(|rule| rule.role) else {
                continue;
            };
            let place = roles.iter().position(|r| *r == Some(role));
            if let Some(cell) = place.map(|i| &mut cells[i]) {
                // The first column of a role counts.
                cell.get_or_insert(batch.bytes(field.span));
            }
        }
        let [longitude, latitude, coordinates, position_time, event_time] = cells;
        let (east, north) = match (longitude, latitude) {
            (Some(east), Some(north)) => (degrees(east)?, degrees(north)?),
            _ => pair(coordinates?)?,
        };
        Some(Point {
            east,
            north,
            day: day(position_time.or(event_time)?)?,
        })
    }
}

impl Point {
    /// The point as bytes to make a fingerprint of.
    pub(super) fn bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.east.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.north.to_le_bytes());
        bytes[16..].copy_from_slice(&self.day.to_le_bytes());
        bytes
    }
}

/// Degrees in units of a cell, rounded towards south and west; without a float, so that every machine says the same.
fn degrees(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let (is_negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let n_whole = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if !(1..=WHOLE_DIGITS_MAX).contains(&n_whole) {
        return None;
    }
    let decimals = match &text[n_whole..] {
        [b'.', decimals @ ..] => decimals,
        [] => &[],
        _ => return None,
    };
    if !decimals.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (kept, cut) = decimals.split_at(decimals.len().min(CELL_DECIMALS));
    let mut units = number(&text[..n_whole]);
    for i in 0..CELL_DECIMALS {
        units = units * 10 + kept.get(i).map_or(0, |b| i64::from(b - b'0'));
    }
    // Only below zero does what is cut off make a difference.
    let is_exact = !is_negative || cut.iter().all(|b| *b == b'0');
    Some(match is_negative {
        true => -units - i64::from(!is_exact),
        false => units,
    })
}

/// The number that at most 18 digits write.
fn number(digits: &[u8]) -> i64 {
    let add = |n: i64, b: &u8| n * 10 + i64::from(b - b'0');
    digits.iter().fold(0, add)
}

/// Two numbers in one cell, in whichever order they stand.
fn pair(text: &[u8]) -> Option<(i64, i64)> {
    let mut numbers = text
        .split(|b| !(b.is_ascii_digit() || *b == b'.' || *b == b'-'))
        .filter(|s| !s.is_empty());
    let both = (degrees(numbers.next()?)?, degrees(numbers.next()?)?);
    numbers.next().is_none().then_some(both)
}

/// The day of a time as it is written (`2024-03-07 12:30:11`, `2024/3/7`, `20240307123011`), or in China for seconds and
/// milliseconds from 1970.
fn day(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    // As most are written.
    if let [y1, y2, y3, y4, b'-' | b'/', m1, m2, b'-' | b'/', d1, d2, ..] = *text
        && [y1, y2, y3, y4, m1, m2, d1, d2]
            .iter()
            .all(u8::is_ascii_digit)
        && !text.get(10).is_some_and(u8::is_ascii_digit)
    {
        return civil(&[y1, y2, y3, y4], &[m1, m2], &[d1, d2]);
    }
    let n_digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let is_number = n_digits == text.len();
    match n_digits {
        10 if is_number => Some((number(text) + UTC_OFFSET) / DAY),
        13 if is_number => Some((number(text) / 1000 + UTC_OFFSET) / DAY),
        8.. => civil(&text[..4], &text[4..6], &text[6..8]),
        4 => {
            let mut parts = text
                .split(|b| !b.is_ascii_digit())
                .filter(|s| !s.is_empty());
            civil(parts.next()?, parts.next()?, parts.next()?)
        }
        _ => None,
    }
}

/// Days from 1970-01-01 (Hinnant, `days_from_civil`), for years from 1970.
fn civil(year: &[u8], month: &[u8], day: &[u8]) -> Option<i64> {
    if [year, month, day].iter().any(|part| part.len() > 4) {
        return None;
    }
    let (year, month, day) = (number(year), number(month), number(day));
    if !(1970..2200).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_degrees(text: &str, want: Option<i64>) {
        assert_eq!(degrees(text.as_bytes()), want, "{text}");
    }

    #[test]
    fn degrees_fall_into_cells() {
        check_degrees("116.397428", Some(1_163_974));
        check_degrees(" 116.3974 ", Some(1_163_974));
        check_degrees("116.3975", Some(1_163_975));
        check_degrees("39.9", Some(399_000));
        check_degrees("120", Some(1_200_000));
        check_degrees("-0.00001", Some(-1));
        check_degrees("-73.98510", Some(-739_851));
        for wrong in ["", "E116.4", "1160.4", "116.4.1", "116,4", "nan", "-"] {
            check_degrees(wrong, None);
        }
        assert_eq!(pair(b"116.397428,39.909230"), Some((1_163_974, 399_092)));
        assert_eq!(
            pair(b"POINT(116.397428 39.909230)"),
            Some((1_163_974, 399_092))
        );
        assert_eq!(pair(b"116.397428"), None);
        assert_eq!(pair(b"1.0,2.0,3.0"), None);
    }

    #[test]
    fn a_day_is_the_same_however_it_is_written() {
        let want = Some(19_789);
        for text in [
            "2024-03-07 00:00:00",
            "2024-03-07T23:59:59+08:00",
            "2024/3/7 9:05",
            "2024年3月7日",
            "20240307",
            "20240307123011",
            "1709740800",
            "1709827199999",
        ] {
            assert_eq!(day(text.as_bytes()), want, "{text}");
        }
        for text in ["", "12:30:11", "2024-13-01", "07/03/2024", "yesterday", "1"] {
            assert_eq!(day(text.as_bytes()), None, "{text}");
        }
    }
}
