//! Chinese mobile numbers: eleven digits after the country code +86.
//!
//! The structure is `1[3-9]` and nine digits. Which prefixes are in force (numbering resources of the Ministry of Industry
//! and Information Technology, as in libphonenumber's metadata of 2026-07) changes with time, so it moves confidence only.
//! Operators are not derived: numbers are portable since December 2019.

use crate::bytes::number_of;

use super::{Compact, Verdict, Why, digits};

/// Numbers that are no subscriber's: the operator's service number 13800138000, and constants of computing that look like
/// mobile numbers (2^34 and one less, the first digits of 2^64, a default of test kits). Only these very
/// numbers: their neighbours belong to subscribers, and a count is evidence.
const TESTS: [u64; 5] = [
    13_800_138_000,
    17_179_869_183,
    17_179_869_184,
    18_446_744_073,
    15_555_555_556,
];

/// Mobile number, with or without `+86`, `0086`, `86` or a trunk 0; normalised to eleven digits. In context also the
/// numbers of machines (13 digits, 140… to 148…; 1064…), which are weak: no person answers them.
pub(super) fn mobile(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let trunk = compact.as_bytes().first() == Some(&b'0') && compact.as_bytes().len() == 12;
    strip_prefix(compact);
    let number = compact.as_bytes();
    match number {
        _ if !digits::all(number) => compact.because(Why::Form, Verdict::Reject),
        [b'1', b'3'..=b'9', ..] if number.len() == 11 => {
            if TESTS.contains(&number_of(number)) || !in_context && number[3..] == *b"00000000" {
                Verdict::Test
            } else if trunk && !in_context {
                // Twelve digits that begin with 0 are mostly codes of invoices and serial numbers.
                compact.because(Why::TrunkPrefix, Verdict::Reject)
            } else if is_in_force(number) {
                Verdict::Valid
            } else {
                compact.because(Why::PrefixNotInForce, Verdict::Weak)
            }
        }
        [b'1', b'0', b'6', b'4', b'7'..=b'9', ..]
            if in_context && matches!(number.len(), 11 | 13) =>
        {
            compact.because(Why::Machine, Verdict::Weak)
        }
        // 13 digits from 140 to 148 are also the milliseconds of 2014 to 2017: hence only in context.
        [b'1', b'4', b'0' | b'1' | b'4' | b'6' | b'8', ..] if in_context && number.len() == 13 => {
            compact.because(Why::Machine, Verdict::Weak)
        }
        _ => compact.because(Why::Form, Verdict::Reject),
    }
}

/// Drops the country code or the trunk prefix, where the length says that one is there.
fn strip_prefix(compact: &mut Compact<'_>) {
    let number = compact.as_bytes();
    let n = match number.len() {
        15 | 17 if number.starts_with(b"0086") => 4,
        13 | 15 if number.starts_with(b"86") => 2,
        12 if number.starts_with(b"0") => 1,
        _ => 0,
    };
    compact.drop_front(n);
}

/// Whether the prefix is assigned to subscribers.
fn is_in_force(number: &[u8]) -> bool {
    match number_of(&number[..3]) {
        130..=139 | 180..=189 => true,
        145 | 147 | 149 => true,
        150..=153 | 155..=159 => true,
        161 => number[3] == b'0',
        162 | 165..=167 => true,
        170..=173 | 175..=178 => true,
        174 => number[3] == b'0',
        190..=193 | 195..=199 => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn spellings_are_one_number() {
        for text in ["13812345678", "8613812345678", "008613812345678"] {
            check(mobile, text, false, Verdict::Valid, "13812345678");
        }
    }

    #[test]
    fn prefixes_move_confidence_only() {
        for number in [
            "19212345678",
            "16212345678",
            "17401234567",
            "16101234567",
            "14912345678",
        ] {
            check(mobile, number, false, Verdict::Valid, number);
        }
        for number in [
            "14012345678",
            "15412345678",
            "17912345678",
            "19412345678",
            "17481234567",
        ] {
            check(mobile, number, false, Verdict::Weak, number);
        }
    }

    #[test]
    fn a_trunk_prefix_asks_for_more() {
        check(mobile, "013812345678", true, Verdict::Valid, "13812345678");
        check(mobile, "014012345678", true, Verdict::Weak, "14012345678");
        rejects(mobile, "013812345678", false, "no context");
    }

    #[test]
    fn service_numbers_and_constants_are_tests() {
        for number in [
            "13800138000",
            "17179869184",
            "17179869183",
            "18446744073",
            "15555555556",
        ] {
            check(mobile, number, true, Verdict::Test, number);
        }
        // A round number is a filler, unless a column says that it is somebody's.
        check(mobile, "13800000000", false, Verdict::Test, "13800000000");
        check(mobile, "13800000000", true, Verdict::Valid, "13800000000");
        for number in ["17179969184", "17179868160", "13800000001"] {
            check(mobile, number, false, Verdict::Valid, number);
        }
        // The example of the numbering plan 13800138000 with its country code is the same number.
        check(mobile, "8613800138000", false, Verdict::Test, "13800138000");
    }

    #[test]
    fn numbers_of_machines_need_context() {
        check(
            mobile,
            "1440028496949",
            true,
            Verdict::Weak,
            "1440028496949",
        );
        check(mobile, "10648123456", true, Verdict::Weak, "10648123456");
        rejects(mobile, "1440028496949", false, "may be a timestamp");
    }

    #[test]
    fn rejects_other_numbers() {
        for (number, why) in [
            ("12812345678", "no mobile begins with 12"),
            ("11812345678", "no mobile begins with 11"),
            ("1381234567", "10 digits"),
            ("138123456789", "12 digits"),
            ("08613812345678", "a trunk 0 before the country code"),
            ("8712345678901", "another country"),
            ("1690000000000", "a timestamp"),
            ("1381234567a", "a letter"),
            ("", "nothing"),
        ] {
            rejects(mobile, number, true, why);
        }
    }
}
