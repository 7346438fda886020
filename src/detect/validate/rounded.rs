//! Numbers that a spreadsheet rounded: it keeps fifteen significant digits, and shows fewer (`4.40981E+17`).
//!
//! Programs that keep numbers in the binary format of IEEE 754-2008 (binary64) hold fifteen decimal digits for certain; an
//! identity number of eighteen ends in `000` afterwards. What was lost cannot be restored, so such a value identifies nobody.
//! This file knows digits and exponents, and no kind of number.

use super::{Compact, digits};

/// Significant digits that survive.
const DIGITS_KEPT: usize = 15;

/// Whether a number has nothing but zeros behind the digits that survive, and was longer than these.
pub(crate) fn has_lost_digits(number: &[u8]) -> bool {
    number.len() > DIGITS_KEPT
        && number[DIGITS_KEPT..].iter().all(|b| *b == b'0')
        && digits::all(number)
}

/// Writes the digits of a number in scientific notation (`4.40981E+17`), or with decimals (`440981199003074000.0`), to
/// `compact`. Says whether all its digits were given and survive; `None` if it is written in no such way.
pub(crate) fn expand(value: &[u8], compact: &mut Compact<'_>) -> Option<bool> {
    let end = value.iter().position(|b| !b.is_ascii_digit() && *b != b'.');
    let (mantissa, exponent) = value.split_at(end.unwrap_or(value.len()));
    let point = mantissa.iter().position(|b| *b == b'.')?;
    let (whole, decimals) = (&mantissa[..point], &mantissa[point + 1..]);
    let is_number = |part: &[u8]| !part.is_empty() && digits::all(part);
    if !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let n_moved = match exponent {
        [] => 0,
        [b'e' | b'E', b'+', rest @ ..] | [b'e' | b'E', rest @ ..] => digits::number(rest)? as usize,
        _ => return None,
    };
    if n_moved > Compact::CAPACITY {
        return None;
    }
    compact.clear();
    let moved = decimals.iter().copied().chain(std::iter::repeat(b'0'));
    let all = whole.iter().copied().chain(moved.take(n_moved));
    all.for_each(|b| {
        compact.push(b);
    });
    let n_digits = whole.len() + n_moved;
    Some(n_digits <= DIGITS_KEPT && decimals.len() >= n_moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, want: Option<(&str, bool)>) {
        let mut compact = Compact::new();
        let is_whole = expand(value.as_bytes(), &mut compact);
        let got = is_whole.map(|w| (String::from_utf8_lossy(compact.as_bytes()).into_owned(), w));
        assert_eq!(
            got.as_ref().map(|(text, w)| (text.as_str(), *w)),
            want,
            "{value}"
        );
    }

    #[test]
    fn numbers_are_written_out() {
        check("4.40981E+17", Some(("440981000000000000", false)));
        check("4.40981199003074E+17", Some(("440981199003074000", false)));
        check("4.40981199003074e17", Some(("440981199003074000", false)));
        check("1.3812345678E+10", Some(("13812345678", true)));
        check("1.38123E+10", Some(("13812300000", false)));
        check("440981199003074000.0", Some(("440981199003074000", false)));
        check("13812345678.0", Some(("13812345678", true)));
        for none in [
            "13812345678",
            "4.4E-17",
            "4.4E",
            "4.4.1E+17",
            "4.4E+999",
            "",
            ".",
        ] {
            check(none, None);
        }
    }

    #[test]
    fn zeros_behind_fifteen_digits_are_lost_ones() {
        for (number, want) in [
            ("440981199003074000", true),
            ("440981199003074010", false),
            ("6222021234567890", true),
            ("622202123456789", false),
            ("44098119900307400X", false),
        ] {
            assert_eq!(has_lost_digits(number.as_bytes()), want, "{number}");
        }
    }
}
