//! Values of stores with types, as the text of a cell.
//!
//! What is stored as a number is shown as people write it: integers as digits, reals with the fewest digits that read back as
//! the same number, because telephone and card numbers are stored as either. Days since an epoch are those of the calendar.

use encoding_rs::GB18030;

/// A real as digits. From 10^17 on it is written with an exponent: it is no number of anything then.
pub(super) fn real(value: f64) -> String {
    match value.abs() < 1e17 {
        true => format!("{value}"),
        false => format!("{value:e}"),
    }
}

/// Bytes that ought to be text: as UTF-8, else as GB18030 if they are that without a fault, else with what is wrong replaced.
pub(super) fn text(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => text.into_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Bytes that may be text: UTF-8 without control characters that no text uses.
pub(super) fn text_of_bytes(bytes: &[u8]) -> Option<&str> {
    let is_control = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r') || *b == 0x7F;
    match bytes.iter().any(is_control) {
        true => None,
        false => std::str::from_utf8(bytes).ok(),
    }
}

/// Year, month and day, so many days after 1970-01-01.
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    // Counted from 1 March of the year 0, so that a leap day is the last of its year; 146,097 days are 400 years.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, want: &str) {
        assert_eq!(real(value), want);
    }

    #[test]
    fn reals_are_written_with_the_fewest_digits() {
        check(13_800_138_000.0, "13800138000");
        check(0.1, "0.1");
        check(-2.5, "-2.5");
        check(1e300, "1e300");
        check(6_222_021_234_567_890.0, "6222021234567890");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, want) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (-134_774, (1601, 1, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (19_782, (2024, 2, 29)),
            (-25_509, (1900, 2, 28)),
            (-25_508, (1900, 3, 1)),
        ] {
            assert_eq!(civil(days), want, "{days}");
        }
    }

    #[test]
    fn bytes_are_text_where_they_can_be() {
        assert_eq!(text("张伟".as_bytes()), "张伟");
        assert_eq!(text(&GB18030.encode("张伟").0), "张伟");
        assert_eq!(text(b"a\xFF"), "a\u{FFFD}");
        assert_eq!(text_of_bytes("张\t伟".as_bytes()), Some("张\t伟"));
        assert_eq!(text_of_bytes(b"a\0"), None);
    }
}
