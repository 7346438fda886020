//! Values as the text of a cell, or as JSON.
//!
//! Integers become digits, as telephone and card numbers are stored as such, and reals the fewest digits that read back as the
//! same number. A decimal is exact; a fraction of nothing but zeros is left out. Dates and times are written as
//! `2024-05-19 15:52:00`, in the zone they are stored in, which is UTC for those that mean a moment. Bytes are shown if they
//! are text; what is not is left out and counted.

use super::{Form, ROW_BYTES_MAX};
use crate::container::calendar::civil;
use crate::container::sqlite::{real, text_of_blob, text_of_utf8};

/// Longest decimal number; longer ones are bytes.
const DECIMAL_BYTES_MAX: usize = 64;

/// Most digits behind the point of a decimal.
const SCALE_MAX: i32 = 128;

/// What a number or a string of bytes stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What it is by itself: a number or bytes.
    Plain,
    /// Text.
    Text,
    /// A number without a sign, of so many bits.
    Unsigned(u32),
    /// Days since 1970-01-01.
    Days,
    /// Time of the day, of which so many units are a second.
    Clock(i64),
    /// Time since 1970-01-01, of which so many units are a second.
    Moment(i64),
    /// A number with so many digits behind the point.
    Decimal(i32),
    /// Sixteen bytes in hexadecimal groups.
    Uuid,
    /// A real of two bytes.
    Half,
    /// Months, days and milliseconds, four bytes each.
    Span,
}

/// What is shown of a row so far.
pub(super) struct Shown {
    form: Form,
    text: String,
    /// Values that are left out because they are bytes that are no text.
    pub(super) n_binary: u64,
    /// Whether something is left out because the row is too long.
    pub(super) is_cut: bool,
}

impl Shown {
    pub(super) fn new(form: Form) -> Shown {
        Shown {
            form,
            text: String::new(),
            n_binary: 0,
            is_cut: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing more should be shown of the row. Values are left out then, but not what stands around them.
    pub(super) fn is_full(&mut self) -> bool {
        let is_full = self.text.len() >= ROW_BYTES_MAX;
        self.is_cut |= is_full;
        is_full
    }

    /// What stands around values in JSON.
    pub(super) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Nothing.
    pub(super) fn null(&mut self) {
        if self.form == Form::Objects {
            self.text.push_str("null");
        }
    }

    /// A number or truth value.
    pub(super) fn number(&mut self, digits: &str) {
        match self.has_room(digits.len()) {
            true => self.text.push_str(digits),
            false => self.null(),
        }
    }

    /// A text.
    pub(super) fn string(&mut self, text: &str) {
        match (self.has_room(text.len()), self.form) {
            (false, _) => self.null(),
            (true, Form::Cells) => self.text.push_str(text),
            (true, Form::Objects) => self.text.push_str(&json(text)),
        }
    }

    /// A text as the key of an object, which is empty where there is no room.
    pub(super) fn key(&mut self, text: &str) {
        match self.has_room(text.len()) {
            true => self.text.push_str(&json(text)),
            false => self.raw("\"\""),
        }
    }

    /// Counts what was left out of another.
    pub(super) fn take_counts(&mut self, other: &Shown) {
        self.n_binary += other.n_binary;
        self.is_cut |= other.is_cut;
    }

    pub(super) fn truth(&mut self, value: bool) {
        self.number(if value { "true" } else { "false" });
    }

    pub(super) fn integer(&mut self, kind: Kind, value: i64) {
        match kind {
            Kind::Unsigned(bits) if bits < 64 => {
                self.number(&(value as u64 & ((1 << bits) - 1)).to_string());
            }
            Kind::Unsigned(_) => self.number(&(value as u64).to_string()),
            Kind::Decimal(scale) => match decimal(&value.to_be_bytes(), scale) {
                Some(digits) => self.number(&digits),
                None => self.number(&value.to_string()),
            },
            Kind::Days => self.time(value, date(value)),
            Kind::Clock(units) => self.time(value, clock(value, units)),
            Kind::Moment(units) => self.time(value, moment(value, units)),
            _ => self.number(&value.to_string()),
        }
    }

    /// A time, or the number that stands for it where that is none.
    fn time(&mut self, value: i64, text: Option<String>) {
        match text {
            Some(text) => self.string(&text),
            None => self.number(&value.to_string()),
        }
    }

    pub(super) fn real(&mut self, value: f64) {
        match value.is_finite() {
            true => self.number(&real(value)),
            false => self.null(),
        }
    }

    /// A real of four bytes: it has fewer digits than the same one of eight.
    pub(super) fn short_real(&mut self, value: f32) {
        match value.is_finite() {
            true => self.number(&value.to_string()),
            false => self.null(),
        }
    }

    /// Nanoseconds of a day by its Julian number, as Impala wrote times.
    pub(super) fn julian(&mut self, day: u32, nanoseconds: u64) {
        const EPOCH: i64 = 2_440_588;
        let seconds = (i64::from(day) - EPOCH) * 86_400 + (nanoseconds / 1_000_000_000) as i64;
        let fraction = (nanoseconds % 1_000_000_000) as i64;
        match written(seconds, fraction, 1_000_000_000) {
            Some(text) => self.string(&text),
            None => self.number(&seconds.to_string()),
        }
    }

    /// A length of time, as ISO 8601 writes it.
    pub(super) fn span(&mut self, months: i64, days: i64, seconds: f64) {
        self.string(&format!("P{months}M{days}DT{seconds}S"));
    }

    pub(super) fn bytes(&mut self, kind: Kind, bytes: &[u8]) {
        match (kind, bytes) {
            (Kind::Text, _) => return self.string(&text_of_utf8(bytes)),
            (Kind::Decimal(scale), _) => {
                if let Some(digits) = decimal(bytes, scale) {
                    return self.number(&digits);
                }
            }
            (Kind::Uuid, bytes) if bytes.len() == 16 => {
                let mut text = String::with_capacity(36);
                for (i, byte) in bytes.iter().enumerate() {
                    if matches!(i, 4 | 6 | 8 | 10) {
                        text.push('-');
                    }
                    text.push_str(&format!("{byte:02x}"));
                }
                return self.string(&text);
            }
            (Kind::Half, &[low, high]) => {
                return self.short_real(half(u16::from_le_bytes([low, high])));
            }
            (Kind::Span, &[a, b, c, d, e, f, g, h, i, j, k, l]) => {
                let months = u32::from_le_bytes([a, b, c, d]);
                let days = u32::from_le_bytes([e, f, g, h]);
                let seconds = f64::from(u32::from_le_bytes([i, j, k, l])) / 1e3;
                return self.span(months.into(), days.into(), seconds);
            }
            _ => {}
        }
        match text_of_blob(bytes) {
            Some(text) => self.string(text),
            None => {
                self.n_binary += 1;
                self.null();
            }
        }
    }

    /// Whether a value of so many bytes should be shown.
    pub(super) fn has_room(&mut self, n: usize) -> bool {
        let has_room = self.text.len().saturating_add(n) <= ROW_BYTES_MAX;
        self.is_cut |= !has_room;
        has_room
    }
}

/// A text as a JSON string.
pub(super) fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A number in two's complement, the highest byte first, with the point before the last `scale` digits.
pub(super) fn decimal(bytes: &[u8], scale: i32) -> Option<String> {
    if bytes.is_empty() || bytes.len() > DECIMAL_BYTES_MAX || scale.abs() > SCALE_MAX {
        return None;
    }
    let is_negative = bytes[0] >= 0x80;
    let mut magnitude = bytes.to_vec();
    if is_negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    // Groups of nine digits, the lowest first.
    let mut groups: Vec<u64> = vec![0];
    for byte in magnitude {
        let mut carry = u64::from(byte);
        for group in &mut groups {
            let value = *group * 256 + carry;
            (*group, carry) = (value % 1_000_000_000, value / 1_000_000_000);
        }
        if carry > 0 {
            groups.push(carry);
        }
    }
    let mut digits: String = groups.iter().rev().map(|g| format!("{g:09}")).collect();
    let n_zeros = digits.len() - digits.trim_start_matches('0').len();
    digits.drain(..n_zeros);
    if scale < 0 && !digits.is_empty() {
        digits.extend(std::iter::repeat_n('0', -scale as usize));
    }
    let n_behind = scale.max(0) as usize;
    let n_missing = (n_behind + 1).saturating_sub(digits.len());
    digits.insert_str(0, &"0".repeat(n_missing));
    let behind = digits.split_off(digits.len() - n_behind);
    if behind.bytes().any(|b| b != b'0') {
        digits.push('.');
        digits.push_str(&behind);
    }
    if is_negative {
        digits.insert(0, '-');
    }
    Some(digits)
}

fn date(days: i64) -> Option<String> {
    // Years of four digits; nothing is dated before them.
    if !(-719_162..=2_932_896).contains(&days) {
        return None;
    }
    let (year, month, day) = civil(days);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

fn clock(value: i64, units: i64) -> Option<String> {
    let seconds = value.div_euclid(units);
    if !(0..=86_400).contains(&seconds) {
        return None;
    }
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let fraction = fraction(value.rem_euclid(units), units);
    Some(format!("{hour:02}:{minute:02}:{second:02}{fraction}"))
}

fn moment(value: i64, units: i64) -> Option<String> {
    written(value.div_euclid(units), value.rem_euclid(units), units)
}

fn written(seconds: i64, units_behind: i64, units: i64) -> Option<String> {
    let date = date(seconds.div_euclid(86_400))?;
    let clock = clock(seconds.rem_euclid(86_400), 1)?;
    let fraction = fraction(units_behind, units);
    Some(format!("{date} {clock}{fraction}"))
}

/// The fraction of a second, if there is one.
fn fraction(value: i64, units: i64) -> String {
    if value == 0 {
        return String::new();
    }
    let n_digits = units.ilog10() as usize;
    let digits = format!("{value:0n_digits$}");
    format!(".{}", digits.trim_end_matches('0'))
}

/// A real of two bytes.
fn half(bits: u16) -> f32 {
    let exponent = i32::from(bits >> 10 & 0x1F);
    let mantissa = f32::from(bits & 0x3FF) / 1_024.0;
    let value = match exponent {
        0 => mantissa * 2f32.powi(-14),
        31 => f32::NAN,
        _ => (1.0 + mantissa) * 2f32.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(show: impl Fn(&mut Shown), want: &str) {
        check_forms(show, want, want);
    }

    #[track_caller]
    fn check_forms(show: impl Fn(&mut Shown), want_cell: &str, want_json: &str) {
        for (form, want) in [(Form::Cells, want_cell), (Form::Objects, want_json)] {
            let mut shown = Shown::new(form);
            show(&mut shown);
            assert_eq!(shown.text(), want, "{form:?}");
        }
    }

    #[test]
    fn numbers_are_digits() {
        check(|s| s.integer(Kind::Plain, 13_800_138_000), "13800138000");
        check(|s| s.integer(Kind::Plain, i64::MIN), "-9223372036854775808");
        check(|s| s.integer(Kind::Unsigned(32), -1), "4294967295");
        check(
            |s| s.integer(Kind::Unsigned(64), -1),
            "18446744073709551615",
        );
        check(|s| s.real(13_800_138_000.0), "13800138000");
        check(|s| s.short_real(0.1), "0.1");
        check(|s| s.bytes(Kind::Half, &[0, 0x3E]), "1.5");
        check(|s| s.bytes(Kind::Half, &[0, 0xC0]), "-2");
        check(|s| s.truth(true), "true");
        check_forms(|s| s.real(f64::NAN), "", "null");
        check_forms(Shown::null, "", "null");
        check_forms(|s| s.span(-1, 2, 0.5), "P-1M2DT0.5S", "\"P-1M2DT0.5S\"");
    }

    #[test]
    fn decimals_are_exact() {
        let of = |n: i128, scale| decimal(&n.to_be_bytes(), scale);
        for (n, scale, want) in [
            (0, 0, "0"),
            (0, 3, "0"),
            (5, 3, "0.005"),
            (-5, 1, "-0.5"),
            (12_345, 2, "123.45"),
            (1_250, 2, "12.50"),
            (1_380_013_800_000, 2, "13800138000"),
            (7, -2, "700"),
            (0, -2, "0"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
            (
                99_999_999_999_999_999_999_999_999_999_999_999_999,
                38,
                "0.99999999999999999999999999999999999999",
            ),
        ] {
            assert_eq!(of(n, scale).as_deref(), Some(want));
        }
        assert_eq!(decimal(&[0x80], 0).as_deref(), Some("-128"));
        assert_eq!(decimal(&[], 0), None);
        assert_eq!(decimal(&[1; DECIMAL_BYTES_MAX + 1], 0), None);
        assert_eq!(decimal(&[1], i32::MIN + 1), None);
    }

    #[test]
    fn times_are_written_as_people_write_them() {
        let time = |kind, n, want: &str| {
            check_forms(|s| s.integer(kind, n), want, &format!("\"{want}\""));
        };
        time(Kind::Days, 19_862, "2024-05-19");
        time(Kind::Days, -719_162, "0001-01-01");
        time(Kind::Days, 2_932_896, "9999-12-31");
        time(Kind::Moment(1), 1_716_133_920, "2024-05-19 15:52:00");
        time(
            Kind::Moment(1_000),
            1_716_133_920_050,
            "2024-05-19 15:52:00.05",
        );
        time(Kind::Moment(1_000_000), -1, "1969-12-31 23:59:59.999999");
        time(Kind::Clock(1_000), 57_120_000, "15:52:00");
        check(|s| s.integer(Kind::Days, 2_932_897), "2932897");
        check(|s| s.integer(Kind::Days, i64::MAX), "9223372036854775807");
        check(
            |s| s.integer(Kind::Moment(1), i64::MIN),
            "-9223372036854775808",
        );
        check(|s| s.integer(Kind::Clock(1), -1), "-1");
        check_forms(
            |s| s.julian(2_460_450, 57_120_000_000_000),
            "2024-05-19 15:52:00",
            "\"2024-05-19 15:52:00\"",
        );
    }

    #[test]
    fn bytes_are_text_or_counted() {
        check_forms(
            |s| s.bytes(Kind::Plain, "张\"伟".as_bytes()),
            "张\"伟",
            r#""张\"伟""#,
        );
        check_forms(
            |s| s.bytes(Kind::Text, b"\xD5\xC5\xCE\xB0"),
            "张伟",
            "\"张伟\"",
        );
        check_forms(
            |s| s.bytes(Kind::Uuid, &[0xAB; 16]),
            "abababab-abab-abab-abab-abababababab",
            "\"abababab-abab-abab-abab-abababababab\"",
        );
        let mut shown = Shown::new(Form::Cells);
        shown.bytes(Kind::Plain, b"\x01\x02");
        assert_eq!((shown.text(), shown.n_binary), ("", 1));
    }

    #[test]
    fn a_row_that_is_too_long_loses_the_values_that_are() {
        let mut shown = Shown::new(Form::Objects);
        shown.string(&"x".repeat(ROW_BYTES_MAX - 2));
        assert!(shown.is_full() && shown.is_cut);
        let mut shown = Shown::new(Form::Objects);
        shown.string(&"x".repeat(ROW_BYTES_MAX + 1));
        assert!(shown.text() == "null" && shown.is_cut);
        shown.integer(Kind::Plain, 7);
        assert_eq!(shown.text(), "null7");
    }
}
