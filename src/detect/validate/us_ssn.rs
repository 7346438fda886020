//! United States: the social security number and, built alike, the taxpayer number of those who have none. Neither has a check;
//! the Social Security Administration says which groups are never issued.

use super::{Compact, Verdict, digits};

/// Numbers that were printed in advertisements, and the counting one of forms.
const PRINTED: [&[u8]; 5] = [
    b"078051120", // a card in wallets, 1938
    b"219099999", // a pamphlet of the authority, 1940
    b"457555462", // advertisements of a company, 2007
    b"123456789",
    b"123121234",
];

/// Social security number.
pub(super) fn ssn(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let Some([area, group, serial]) = parts(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    // 987-65-4320 to 4329 are set aside for advertisements.
    if PRINTED.contains(&compact.as_bytes()) || area == 987 && group == 65 && serial / 10 == 432 {
        return Verdict::Test;
    }
    match area {
        0 | 666 | 900.. => Verdict::Reject,
        _ if group == 0 || serial == 0 => Verdict::Reject,
        _ => Verdict::Valid,
    }
}

/// Individual taxpayer identification number.
pub(super) fn itin(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    match parts(compact.as_bytes()) {
        Some([900..=999, 50..=65 | 70..=88 | 90..=92 | 94..=99, _]) => Verdict::Valid,
        _ => Verdict::Reject,
    }
}

/// Area, group and serial number. `None` for a filler, too.
fn parts(number: &[u8]) -> Option<[u32; 3]> {
    if number.len() != 9 || digits::is_repeated(number) {
        return None;
    }
    let all = digits::number(number)?;
    Some([all / 1_000_000, all / 10_000 % 100, all % 10_000])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_what_may_be_issued() {
        // The first is of a well-known test suite.
        for number in ["536904399", "001010001", "899999999"] {
            check(ssn, number, true, Verdict::Valid, number);
        }
        for number in ["912903456", "900700000", "999880000"] {
            check(itin, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn advertised_numbers_are_no_persons() {
        for number in ["078051120", "219099999", "457555462", "987654320"] {
            check(ssn, number, true, Verdict::Test, number);
        }
    }

    #[test]
    fn rejects_what_is_never_issued() {
        for (number, why) in [
            ("000123456", "area 000"),
            ("666123456", "area 666"),
            ("900123456", "area 900"),
            ("536004399", "group 00"),
            ("536900000", "serial 0000"),
            ("222222222", "a filler"),
            ("53690439", "a digit too few"),
            ("", "nothing"),
        ] {
            rejects(ssn, number, true, why);
        }
        for (number, why) in [
            ("912493456", "group 49"),
            ("912893456", "group 89"),
            ("912933456", "group 93"),
            ("812703456", "area 812"),
        ] {
            rejects(itin, number, true, why);
        }
    }
}
