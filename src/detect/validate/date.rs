//! Calendar dates as numbers carry them, and the birth date of a column. It knows no clock: the range of years is fixed.

use super::{Compact, Verdict, digits};

/// First year a living person's birth, or a number issued to one, can bear.
pub(super) const YEAR_MIN: u32 = 1900;
/// Last year accepted. Fixed, so that an audit of the same bytes gives the same result in any year; it leaves a few years
/// of room and has to be raised before 2030.
pub(super) const YEAR_MAX: u32 = 2030;

/// Whether this is a day of the Gregorian calendar between [`YEAR_MIN`] and [`YEAR_MAX`].
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    (YEAR_MIN..=YEAR_MAX).contains(&year) && exists(year, month, day)
}

/// Whether the Gregorian calendar has this day, in whatever year.
pub(super) fn exists(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// What a year of birth says for a number that is built for several centuries: the dead of the 19th keep theirs, and nobody
/// has one of the next yet.
pub(super) fn of_birth(year: u32) -> Verdict {
    match (YEAR_MIN..=YEAR_MAX).contains(&year) {
        true => Verdict::Valid,
        false => Verdict::Weak,
    }
}

/// Whether eight bytes are a day, as `YYYYMMDD`.
pub(super) fn is_yyyymmdd(bytes: &[u8]) -> bool {
    let number = digits::number(bytes).unwrap_or(0);
    bytes.len() == 8 && is_day(number / 10_000, number / 100 % 100, number % 100)
}

/// The first six digits of a number as three numbers of two: what most numbers with a date of birth begin with.
pub(super) fn pairs(number: &[u8]) -> Option<[u32; 3]> {
    let all = digits::number(number.get(..6)?)?;
    Some([all / 10_000, all / 100 % 100, all % 100])
}

/// A birth date in a column: year first in any common spelling, or `MM/DD/YYYY`. Normalised to `YYYYMMDD`, or to `YYYYMM`
/// where only the month is given (that is weak evidence). A time of day after it is dropped.
pub(super) fn birth_date(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let Some((year, month, day)) = parts(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    if !is_day(year, month, day.unwrap_or(1)) {
        return Verdict::Reject;
    }
    let mut written = Compact::new();
    write(&mut written, year, 1000);
    write(&mut written, month, 10);
    if let Some(day) = day {
        write(&mut written, day, 10);
    }
    *compact = written;
    match day {
        Some(_) => Verdict::Valid,
        None => Verdict::Weak,
    }
}

/// Year, month and day of a written date; the day may be missing.
fn parts(text: &[u8]) -> Option<(u32, u32, Option<u32>)> {
    let end = text
        .iter()
        .position(|b| matches!(b, b' ' | b'T'))
        .unwrap_or(text.len());
    let mut groups = [None; 3];
    let mut n_groups = 0;
    for group in text[..end].split(|b| !b.is_ascii_digit()) {
        // The three bytes of 年, 月 and 日 leave empty groups between the numbers.
        if !group.is_empty() {
            *groups.get_mut(n_groups)? = Some(group);
            n_groups += 1;
        }
    }
    let number = |group: Option<&[u8]>| group.and_then(digits::number);
    match (n_groups, groups[0]?.len()) {
        (1, 8) => {
            let all = groups[0]?;
            Some((
                digits::number(&all[..4])?,
                digits::number(&all[4..6])?,
                digits::number(&all[6..]),
            ))
        }
        (1, 6) => {
            let all = groups[0]?;
            Some((digits::number(&all[..4])?, digits::number(&all[4..])?, None))
        }
        (2, 4) => Some((number(groups[0])?, number(groups[1])?, None)),
        (3, 4) => Some((number(groups[0])?, number(groups[1])?, number(groups[2]))),
        (3, 1 | 2) => {
            let (first, second, year) =
                (number(groups[0])?, number(groups[1])?, number(groups[2])?);
            // `13/03/1990` can only be day first; everything else is read as month first.
            Some(if first > 12 {
                (year, second, Some(first))
            } else {
                (year, first, Some(second))
            })
        }
        _ => None,
    }
}

/// Appends `number` in decimal, beginning at the digit worth `place`.
fn write(compact: &mut Compact<'_>, number: u32, place: u32) {
    let mut place = place;
    while place > 0 {
        compact.push(b'0' + (number / place % 10) as u8);
        place /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn knows_the_calendar() {
        for day in ["20000229", "19960229", "19000101", "20301231", "19491231"] {
            assert!(is_yyyymmdd(day.as_bytes()), "{day}");
        }
        for (day, why) in [
            ("19000229", "1900 was no leap year"),
            ("20230229", "2023 was no leap year"),
            ("19990431", "April has 30 days"),
            ("19991301", "month 13"),
            ("19990001", "month 0"),
            ("19990100", "day 0"),
            ("18991231", "before the first year"),
            ("20310101", "after the last year"),
            ("1999010", "too short"),
            ("1999o101", "a letter"),
        ] {
            assert!(!is_yyyymmdd(day.as_bytes()), "{why}");
        }
    }

    #[test]
    fn spellings_of_a_birth_date_are_one_value() {
        for text in [
            "19900307",
            "1990-03-07",
            "1990-3-7",
            "1990/03/07",
            "1990.3.7",
            "1990年3月7日",
            "1990年03月07日",
            "1990-03-07 00:00:00",
            "1990-03-07T00:00:00",
            "03/07/1990",
        ] {
            testing::check(birth_date, text, true, Verdict::Valid, "19900307");
        }
        testing::check(birth_date, "13/03/1990", true, Verdict::Valid, "19900313");
        testing::check(birth_date, "1990年3月", true, Verdict::Weak, "199003");
        testing::check(birth_date, "199003", true, Verdict::Weak, "199003");
    }

    #[test]
    fn other_texts_are_no_birth_date() {
        for (text, why) in [
            ("", "nothing"),
            ("1990", "a year alone"),
            ("1990-02-30", "no such day"),
            ("1873-05-01", "nobody lives that long"),
            ("2099-12-31", "a filler for no end"),
            ("1990-03-07-01", "four groups"),
            ("192.168.1.1", "an address"),
            ("未知", "unknown"),
        ] {
            testing::rejects(birth_date, text, true, why);
        }
    }
}
