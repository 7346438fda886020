//! Records of a database: the types that stand in front, and the values behind them, as text.
//!
//! Integers become digits, reals the fewest digits that read back as the same number, because telephone and card numbers are
//! stored as either. Text is taken in the encoding of the database; bytes that are no text in it are tried as GB18030, as old
//! Chinese programs wrote it. What is not stored, because a column was added later, is empty: its default is not looked up.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::btree::varint;

/// Most columns of a table (`SQLITE_MAX_COLUMN` can be raised to this).
pub(super) const COLUMNS_MAX: usize = 32_767;

/// A value of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'p> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'p [u8]),
    Blob(&'p [u8]),
}

/// The values of a record, and whether it is whole; none if it makes no sense.
pub(super) fn values(payload: &[u8]) -> Option<(Vec<Value<'_>>, bool)> {
    let (header_len, n) = varint(payload)?;
    let header_len = usize::try_from(header_len).ok()?;
    let mut types = payload.get(n..header_len)?;
    let mut body = &payload[header_len..];
    let mut values = Vec::new();
    while !types.is_empty() {
        let (serial_type, n) = varint(types)?;
        types = &types[n..];
        let Some((value, n)) = value(serial_type, body)? else {
            return Some((values, false));
        };
        body = &body[n..];
        values.push(value);
        if values.len() > COLUMNS_MAX {
            return None;
        }
    }
    Some((values, true))
}

/// A value and its length; an inner none if it is cut off, an outer one if there is no such type.
#[allow(
    clippy::option_option,
    reason = "two ways to have no value, told apart at once"
)]
fn value(serial_type: u64, body: &[u8]) -> Option<Option<(Value<'_>, usize)>> {
    let integer = |n: usize| {
        let bytes = body.get(..n)?;
        let first = bytes[0] as i8;
        let value = bytes[1..].iter().fold(i64::from(first), |value, byte| {
            value << 8 | i64::from(*byte)
        });
        Some((Value::Integer(value), n))
    };
    let found = match serial_type {
        0 => Some((Value::Null, 0)),
        1..=4 => integer(serial_type as usize),
        5 => integer(6),
        6 => integer(8),
        7 => body
            .first_chunk()
            .map(|b| (Value::Real(f64::from_be_bytes(*b)), 8)),
        8 => Some((Value::Integer(0), 0)),
        9 => Some((Value::Integer(1), 0)),
        10 | 11 => return None,
        _ => {
            let n = usize::try_from((serial_type - 12) / 2).ok()?;
            let bytes = body.get(..n);
            bytes.map(|bytes| match serial_type % 2 {
                0 => (Value::Blob(bytes), n),
                _ => (Value::Text(bytes), n),
            })
        }
    };
    Some(found)
}

impl<'p> Value<'p> {
    /// The value as the text of a cell; none if it is a blob that is no text.
    pub(super) fn shown(self, encoding: &'static Encoding) -> Option<Cow<'p, str>> {
        Some(match self {
            Value::Null => Cow::Borrowed(""),
            Value::Integer(n) => Cow::Owned(n.to_string()),
            Value::Real(x) => Cow::Owned(real(x)),
            Value::Text(bytes) => text(bytes, encoding),
            Value::Blob(bytes) => Cow::Borrowed(text_of_blob(bytes)?),
        })
    }
}

/// A real as digits. From 10^17 on it is written with an exponent: it is no number of anything then.
pub(in crate::container) fn real(value: f64) -> String {
    match value.abs() < 1e17 {
        true => format!("{value}"),
        false => format!("{value:e}"),
    }
}

/// A text in the encoding of the database.
fn text<'p>(bytes: &'p [u8], encoding: &'static Encoding) -> Cow<'p, str> {
    if encoding != UTF_8 {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    text_of_utf8(bytes)
}

/// A text that should be UTF-8. What is none is GB18030 if it is that without a fault, else it has what is wrong replaced.
pub(in crate::container) fn text_of_utf8(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .unwrap_or_else(|| String::from_utf8_lossy(bytes))
}

/// A blob that may be text: UTF-8 without control characters that no text uses.
pub(in crate::container) fn text_of_blob(bytes: &[u8]) -> Option<&str> {
    let is_control = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r') || *b == 0x7F;
    match bytes.iter().any(is_control) {
        true => None,
        false => std::str::from_utf8(bytes).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &[u8], want: Option<(&[Value<'_>], bool)>) {
        let got = values(payload);
        let got = got.as_ref().map(|(values, whole)| (&values[..], *whole));
        assert_eq!(got, want);
    }

    #[test]
    fn values_are_read_by_their_types() {
        use Value::{Blob, Integer, Null, Real, Text};
        check(&[3, 0, 1, 0xFF], Some((&[Null, Integer(-1)], true)));
        check(&[3, 8, 9], Some((&[Integer(0), Integer(1)], true)));
        check(&[2, 3, 0xFF, 0, 1], Some((&[Integer(-65_535)], true)));
        check(
            &[2, 5, 0x0C, 0x8D, 0x18, 0x52, 0xC6, 0x80],
            Some((&[Integer(13_800_138_000_000)], true)),
        );
        let mut real = vec![2, 7];
        real.extend(1.5f64.to_be_bytes());
        check(&real, Some((&[Real(1.5)], true)));
        check(
            &[3, 17, 16, b'a', b'b', 0, 1],
            Some((&[Text(b"ab"), Blob(&[0, 1])], true)),
        );
    }

    #[test]
    fn what_is_cut_off_is_told_and_what_is_wrong_is_no_record() {
        check(&[3, 9, 17, b'a'], Some((&[Value::Integer(1)], false)));
        check(&[2, 10], None);
        check(&[200], None);
        check(&[], None);
        check(&[9, 1], None);
    }

    #[track_caller]
    fn check_shown(value: Value<'_>, encoding: &'static Encoding, want: Option<&str>) {
        assert_eq!(value.shown(encoding).as_deref(), want);
    }

    #[test]
    fn reals_are_written_with_the_fewest_digits() {
        for (value, want) in [
            (13_800_138_000.0, "13800138000"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e300, "1e300"),
            (6_222_021_234_567_890.0, "6222021234567890"),
        ] {
            check_shown(Value::Real(value), UTF_8, Some(want));
        }
    }

    #[test]
    fn bytes_are_text_where_they_can_be() {
        use Value::{Blob, Integer, Null, Text};
        check_shown(Null, UTF_8, Some(""));
        check_shown(Integer(-7), UTF_8, Some("-7"));
        check_shown(Text("张伟".as_bytes()), UTF_8, Some("张伟"));
        let old = GB18030.encode("张伟").0;
        check_shown(Text(&old), UTF_8, Some("张伟"));
        check_shown(Text(b"a\xFF"), UTF_8, Some("a\u{FFFD}"));
        check_shown(Text(&[0x20, 0x5F]), encoding_rs::UTF_16LE, Some("张"));
        check_shown(Text(&[0x5F, 0x20]), encoding_rs::UTF_16BE, Some("张"));
        check_shown(Blob("张\t伟".as_bytes()), UTF_8, Some("张\t伟"));
        check_shown(Blob(b"a\0"), UTF_8, None);
    }
}
