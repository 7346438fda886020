//! South African identity number: date of birth, sequence (4), citizenship, a digit that once told the race, and the check of
//! Luhn.

use super::{Compact, Verdict, date, digits, luhn};

/// South African identity number.
pub(super) fn identity(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 13 || !digits::all(number) || !matches!(number[10], b'0'..=b'2') {
        return Verdict::Reject;
    }
    let Some([year, month, day]) = date::pairs(number) else {
        return Verdict::Reject;
    };
    let born = [1900, 2000].map(|century| date::exists(century + year, month, day));
    if !born.contains(&true) {
        return Verdict::Reject;
    }
    // The specimen of the department.
    match number {
        b"8001015009087" => Verdict::Test,
        _ => Verdict::Valid.if_check(luhn::holds(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The first is of a well-known test suite, the second the example of the department.
        check(
            identity,
            "7503305044089",
            true,
            Verdict::Valid,
            "7503305044089",
        );
        check(
            identity,
            "8001015009087",
            true,
            Verdict::Test,
            "8001015009087",
        );
        testing::every_change_is_noticed(identity, "7503305044089", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        check(
            identity,
            "8503305044089",
            true,
            Verdict::FailedChecksum,
            "8503305044089",
        );
        for (number, why) in [
            ("7513305044089", "month 13"),
            ("7503305044389", "no such citizenship"),
            ("750330504408", "a digit too few"),
            ("", "nothing"),
        ] {
            rejects(identity, number, true, why);
        }
    }
}
