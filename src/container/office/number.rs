//! Numbers of spreadsheets as a person would read them: dates as ISO 8601 writes them, whole numbers as digits.
//!
//! A cell holds a binary64 and the code of a format. The formats are followed only as far as they change what a value is: a date,
//! a time, leading zeros. A whole number that needs more digits than a binary64 can hold for certain (2^53) is left in
//! scientific notation, by which detection knows that its last digits are lost. What a column means is not known here.

use std::borrow::Cow;

use crate::container::calendar::civil;

/// Whole numbers up to here are exact in a binary64.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Days of the last day that spreadsheets know, 9999-12-31.
const DAYS_MAX: f64 = 2_958_466.0;

/// Days from the epoch of one date system to that of the other (ECMA-376, 18.17.4.1).
const DAYS_TO_1904: f64 = 1_462.0;

const SECONDS_OF_DAY: f64 = 86_400.0;

/// What the format of a cell makes of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A number.
    Plain,
    /// Digits, with zeros before them up to so many.
    Zeros(u8),
    /// A day, a time, or both; a duration may have more than 24 hours.
    Date { has_day: bool, has_time: bool },
}

impl Style {
    /// The style of a format that has a number and no code in the file (ECMA-376, 18.8.30; 27 to 58 are those of China, Japan
    /// and Korea).
    pub(super) fn of_number(id: u32) -> Style {
        let date = |has_day, has_time| Style::Date { has_day, has_time };
        match id {
            14..=17 | 27..=31 | 36 | 50..=54 | 57..=58 => date(true, false),
            22 => date(true, true),
            18..=21 | 32..=35 | 45..=47 | 55..=56 => date(false, true),
            _ => Style::Plain,
        }
    }

    /// The style of a format by its code (ECMA-376, 18.8.31).
    pub(super) fn of_code(code: &str) -> Style {
        let code = code.trim();
        if (2..=64).contains(&code.len()) && code.bytes().all(|b| b == b'0') {
            return Style::Zeros(code.len() as u8);
        }
        if code.eq_ignore_ascii_case("general") {
            return Style::Plain;
        }
        let tokens = date_tokens(code);
        let has = |wanted: &[u8]| tokens.iter().any(|t| wanted.contains(t));
        let has_time = has(b"hs");
        let has_day = has(b"yd") || (has(b"m") && !has_time);
        match has_day || has_time {
            true => Style::Date { has_day, has_time },
            false => Style::Plain,
        }
    }
}

/// The letters of a format code that stand for parts of a date, in lower case: of its first section, without what is quoted,
/// escaped, or a colour or country in brackets.
fn date_tokens(code: &str) -> Vec<u8> {
    let mut tokens = Vec::new();
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ';' => break,
            '"' => {
                letters.by_ref().find(|c| *c == '"');
            }
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => {
                let inside: String = letters.by_ref().take_while(|c| *c != ']').collect();
                let inside = inside.to_ascii_lowercase();
                let is_elapsed = |t: &u8| inside.bytes().all(|b| b == *t);
                if !inside.is_empty() {
                    tokens.extend(b"hms".iter().filter(|t| is_elapsed(t)));
                }
            }
            // scientific notation
            'E' | 'e' if matches!(letters.peek(), Some('+' | '-')) => return Vec::new(),
            _ => {
                let small = letter.to_ascii_lowercase();
                if matches!(small, 'y' | 'm' | 'd' | 'h' | 's') {
                    tokens.push(small as u8);
                }
            }
        }
    }
    tokens
}

/// A number as a file writes it, in its style.
pub(super) fn shown(written: &str, style: Style, is_1904: bool) -> Cow<'_, str> {
    let written = written.trim();
    let digits = written.strip_prefix('-').unwrap_or(written);
    let is_whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match style {
        // All digits that the file has, though a spreadsheet would round them.
        Style::Plain if is_whole => Cow::Borrowed(written),
        _ => match written.parse::<f64>() {
            Ok(number) if number.is_finite() => Cow::Owned(of_float(number, style, is_1904)),
            _ => Cow::Borrowed(written),
        },
    }
}

/// A number in its style.
pub(super) fn of_float(number: f64, style: Style, is_1904: bool) -> String {
    match style {
        Style::Plain => plain(number),
        Style::Zeros(width) if number >= 0.0 && number.fract() == 0.0 && number <= EXACT_MAX => {
            format!("{:0width$}", number as u64, width = usize::from(width))
        }
        Style::Zeros(_) => plain(number),
        Style::Date { has_day, has_time } => {
            date(number, has_day, has_time, is_1904).unwrap_or_else(|| plain(number))
        }
    }
}

/// Digits if the number is whole and exact, fifteen significant ones otherwise.
fn plain(number: f64) -> String {
    if number.fract() == 0.0 {
        if number.abs() <= EXACT_MAX {
            return format!("{}", number as i64);
        }
        let scientific = format!("{number:E}");
        let (mantissa, exponent) = scientific.split_once('E').unwrap_or((&scientific, "0"));
        let point = if mantissa.contains('.') { "" } else { ".0" };
        return format!("{mantissa}{point}E+{exponent}");
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

/// Days since the end of 1899, or of 1903, as a date; `None` if no spreadsheet has such a date.
fn date(serial: f64, has_day: bool, has_time: bool, is_1904: bool) -> Option<String> {
    let serial = if is_1904 && has_day {
        serial + DAYS_TO_1904
    } else {
        serial
    };
    if !(0.0..DAYS_MAX).contains(&serial) {
        return None;
    }
    let seconds = (serial * SECONDS_OF_DAY).round() as i64;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    if !has_day || days == 0 {
        let (hour, rest) = (seconds / 3_600, seconds % 3_600);
        return Some(format!("{hour:02}:{:02}:{:02}", rest / 60, rest % 60));
    }
    // The day before 1 March 1900 is one that was not: spreadsheets took 1900 for a leap year.
    let days = if days < 60 { days + 1 } else { days };
    let (year, month, day) = civil(days - 25_569);
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if has_time || second > 0 {
        let (hour, rest) = (second / 3_600, second % 3_600);
        text.push_str(&format!(" {hour:02}:{:02}:{:02}", rest / 60, rest % 60));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Style = Style::Date {
        has_day: true,
        has_time: false,
    };
    const BOTH: Style = Style::Date {
        has_day: true,
        has_time: true,
    };
    const TIME: Style = Style::Date {
        has_day: false,
        has_time: true,
    };

    #[track_caller]
    fn check(written: &str, style: Style, want: &str) {
        assert_eq!(shown(written, style, false), want, "{written}");
    }

    #[test]
    fn numbers_keep_their_digits() {
        for (written, want) in [
            ("13812345678", "13812345678"),
            ("1.3812345678E10", "13812345678"),
            ("13812345678.0", "13812345678"),
            // as written by a program that does not round
            ("110101199003074610", "110101199003074610"),
            ("1.10101199003074E+17", "1.10101199003074E+17"),
            ("4.40981E+17", "4.40981E+17"),
            ("4e17", "4.0E+17"),
            ("0.30000000000000004", "0.3"),
            ("116.39712800000001", "116.397128"),
            ("-12.5", "-12.5"),
            ("n/a", "n/a"),
            ("1e999", "1e999"),
        ] {
            check(written, Style::Plain, want);
        }
        check("1234", Style::Zeros(6), "001234");
        check("1234.5", Style::Zeros(6), "1234.5");
    }

    #[test]
    fn dates_are_those_of_the_spreadsheet() {
        check("1", DAY, "1900-01-01");
        check("59", DAY, "1900-02-28");
        check("61", DAY, "1900-03-01");
        check("25569", DAY, "1970-01-01");
        check("45351", DAY, "2024-02-29");
        check("45351", BOTH, "2024-02-29 00:00:00");
        check("45351.661111111112", BOTH, "2024-02-29 15:52:00");
        check("45351.99999999", DAY, "2024-03-01");
        check("2958465", DAY, "9999-12-31");
        check("2958466", DAY, "2958466");
        check("-1", DAY, "-1");
        check("0.661111111112", BOTH, "15:52:00");
        check("0.5", TIME, "12:00:00");
        check("2.0625", TIME, "49:30:00");
        assert_eq!(shown("43889", DAY, true), "2024-02-29");
    }

    #[test]
    fn formats_are_told_by_their_codes() {
        for (code, want) in [
            ("General", Style::Plain),
            ("0", Style::Plain),
            ("000000", Style::Zeros(6)),
            ("0.00E+00", Style::Plain),
            ("#,##0.00", Style::Plain),
            ("[Red]-0", Style::Plain),
            ("\"day\" 0", Style::Plain),
            ("yyyy\"年\"m\"月\"d\"日\"", DAY),
            ("[$-804]yyyy/m/d;@", DAY),
            ("yyyy\\-mm\\-dd hh:mm:ss", BOTH),
            ("mmm-yy", DAY),
            ("h:mm AM/PM", TIME),
            ("[h]:mm", TIME),
            ("[mm]:ss.0", TIME),
        ] {
            assert_eq!(Style::of_code(code), want, "{code}");
        }
        for (id, want) in [
            (0, Style::Plain),
            (14, DAY),
            (22, BOTH),
            (31, DAY),
            (46, TIME),
        ] {
            assert_eq!(Style::of_number(id), want, "{id}");
        }
    }
}
