//! Geographic coordinates in decimal degrees: a pair in either order, or one number of a column.
//!
//! The datum (WGS 84, GCJ-02, BD-09) is not told apart: they differ by about a kilometre at most.

use crate::bytes::{all_digits, number_of};

use super::{Compact, Verdict};

/// A box around mainland China, in degrees: longitudes, then latitudes.
const CHINA: ((f64, f64), (f64, f64)) = ((73.5, 135.1), (3.8, 53.6));

/// A pair `lng,lat` or `lat,lng`, normalised to `lng,lat` without spaces or brackets; or, in context, one number.
///
/// Without context the pair must lie in China with four decimals (about ten metres) in both numbers. With it, any point of
/// the earth will do, weaker outside China; the point 0, 0 stands for "unknown".
pub(super) fn coordinates(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    if in_context && let Some(plain) = plain_number(compact.as_bytes()) {
        return match plain {
            // More than 0 and at most 180.
            (1..180, _) | (0, true) | (180, false) => Verdict::Valid,
            _ => Verdict::Reject,
        };
    }
    let copy = *compact;
    let Ok(text) = std::str::from_utf8(copy.as_bytes()) else {
        return Verdict::Reject;
    };
    let text = text.trim_matches(|c: char| c.is_whitespace() || "()[]（）".contains(c));
    match text.split_once([',', '，', ';', ' ']) {
        Some((first, second)) => pair(compact, first.trim(), second.trim(), in_context),
        None => single(text, in_context),
    }
}

/// Judges two numbers.
fn pair(compact: &mut Compact<'_>, first: &str, second: &str, in_context: bool) -> Verdict {
    let (Some(a), Some(b)) = (degrees(first), degrees(second)) else {
        return Verdict::Reject;
    };
    let ((lng, lat), swapped) = match (is_in_china(a, b), is_in_china(b, a)) {
        (false, true) => ((b, a), true),
        (true, _) => ((a, b), false),
        // Outside China the order shows only where one number is too large for a latitude.
        (false, false) if b.abs() > 90.0 => ((b, a), true),
        (false, false) => ((a, b), false),
    };
    if lng.abs() > 180.0 || lat.abs() > 90.0 || (lng == 0.0 && lat == 0.0) {
        return Verdict::Reject;
    }
    let verdict = match (is_in_china(lng, lat), decimals(first).min(decimals(second))) {
        (true, 4..) => Verdict::Valid,
        (_, 3..) if in_context => Verdict::Weak,
        (_, _) if in_context && lng.fract() != 0.0 && lat.fract() != 0.0 => Verdict::Weak,
        _ => Verdict::Reject,
    };
    let (lng, lat) = if swapped {
        (second, first)
    } else {
        (first, second)
    };
    let mut written = Compact::new();
    for part in [lng, ",", lat] {
        for byte in part.bytes() {
            written.push(byte);
        }
    }
    *compact = written;
    verdict
}

/// Judges the one number of a column of longitudes or latitudes.
fn single(text: &str, in_context: bool) -> Verdict {
    match degrees(text) {
        Some(n) if in_context && n != 0.0 && n.abs() <= 180.0 && decimals(text) >= 3 => {
            Verdict::Valid
        }
        _ => Verdict::Reject,
    }
}

/// The whole degrees of a number written without a sign and with three decimals or more, and whether a decimal is not zero:
/// what nearly every cell of a column of longitudes is.
fn plain_number(text: &[u8]) -> Option<(u64, bool)> {
    let point = text.iter().take(4).position(|b| *b == b'.')?;
    let (whole, decimals) = (&text[..point], &text[point + 1..]);
    let plain = (1..=3).contains(&whole.len())
        && (3..=17).contains(&decimals.len())
        && all_digits(whole)
        && all_digits(decimals);
    plain.then(|| (number_of(whole), decimals.iter().any(|b| *b != b'0')))
}

/// The number of decimal degrees, if the text is one: digits, at most one point and one sign.
fn degrees(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    plain.then(|| text.parse().ok()).flatten()
}

/// Digits after the point.
fn decimals(text: &str) -> usize {
    text.split_once('.')
        .map_or(0, |(_, decimals)| decimals.len())
}

/// Whether the point lies in the box around China.
fn is_in_china(lng: f64, lat: f64) -> bool {
    let ((west, east), (south, north)) = CHINA;
    (west..=east).contains(&lng) && (south..=north).contains(&lat)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn both_orders_are_one_point() {
        for text in [
            "120.495744,43.469277",
            "43.469277,120.495744",
            "120.495744, 43.469277",
            "(120.495744, 43.469277)",
            "[43.469277,120.495744]",
            "120.495744，43.469277",
        ] {
            check(
                coordinates,
                text,
                false,
                Verdict::Valid,
                "120.495744,43.469277",
            );
        }
    }

    #[test]
    fn points_elsewhere_need_context() {
        check(
            coordinates,
            "-77.0365,38.8977",
            true,
            Verdict::Weak,
            "-77.0365,38.8977",
        );
        check(
            coordinates,
            "38.8977,-177.0365",
            true,
            Verdict::Weak,
            "-177.0365,38.8977",
        );
        check(
            coordinates,
            "120.49,43.46",
            true,
            Verdict::Weak,
            "120.49,43.46",
        );
        rejects(coordinates, "-77.0365,38.8977", false, "not in China");
        rejects(coordinates, "120.495,43.469", false, "three decimals");
    }

    #[test]
    fn one_number_needs_its_column() {
        check(
            coordinates,
            "115.607819",
            true,
            Verdict::Valid,
            "115.607819",
        );
        check(coordinates, "-23.449", true, Verdict::Valid, "-23.449");
        rejects(coordinates, "115.607819", false, "no column");
    }

    #[test]
    fn rejects_what_is_no_point() {
        for (text, why) in [
            ("0.0000,0.0000", "unknown"),
            ("0.000000", "unknown"),
            ("200.1234,43.4692", "beyond the earth"),
            ("91.1234,97.4692", "two longitudes"),
            ("12,50", "no decimals: a sum of money"),
            ("1.2e3,4.5", "an exponent"),
            ("nan,inf", "no numbers"),
            ("120.495744", "a number in a column, but out of it"),
            ("", "nothing"),
        ] {
            rejects(coordinates, text, text.len() != 10, why);
        }
    }
}
