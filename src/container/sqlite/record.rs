//! Records of a database: the types that stand in front, and the values behind them, as text.
//!
//! Integers become digits, reals the shortest digits that read back as the same number. Text is taken in the encoding of the
//! database; bytes that are no text in it are tried as GB18030, as old Chinese programs wrote it. What is not stored, because a
//! column was added later, is empty: its default is not looked up.

use super::super::cell;
use super::btree::varint;
use super::pages::TextEncoding;

/// Most columns of a table (`SQLITE_MAX_COLUMN` can be raised to this).
const COLUMNS_MAX: usize = 32_767;

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

/// A text in the encoding of the database.
pub(super) fn text(bytes: &[u8], encoding: TextEncoding) -> String {
    let encoding = match encoding {
        TextEncoding::Utf8 => return cell::text(bytes),
        TextEncoding::Utf16Le => encoding_rs::UTF_16LE,
        TextEncoding::Utf16Be => encoding_rs::UTF_16BE,
    };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
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
}
