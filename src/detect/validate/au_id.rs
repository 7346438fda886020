//! Australia: the tax file number (nine digits, formerly eight, modulo 11) and the Medicare card (eight digits, a check, the issue
//! of the card, and perhaps the person's line on it).

use super::{Compact, Verdict, digits, weights};

/// Tax file number.
pub(super) fn tfn(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if !digits::all(number) || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    let sum = match number.len() {
        9 => weights::sum(number, &[1, 4, 3, 7, 5, 8, 6, 9, 10]),
        8 => weights::sum(number, &[10, 7, 8, 4, 6, 3, 5, 1]),
        _ => return Verdict::Reject,
    };
    Verdict::Valid.if_check(sum.is_multiple_of(11))
}

/// Number of a Medicare card, with or without the person's line and the issue.
pub(super) fn medicare(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let first = matches!(number.first(), Some(b'2'..=b'6'));
    if !(9..=11).contains(&number.len()) || !digits::all(number) || !first {
        return Verdict::Reject;
    }
    if number.len() == 11 && number[10] == b'0' || digits::is_repeated(&number[..9]) {
        return Verdict::Reject;
    }
    let sum = weights::sum(&number[..8], &[1, 3, 7, 9, 1, 3, 7, 9]);
    Verdict::Valid.if_check(sum % 10 == u32::from(number[8] - b'0'))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The example of the tax office, and numbers of well-known test suites.
        for number in ["123456782", "430341373", "37118629"] {
            check(tfn, number, true, Verdict::Valid, number);
        }
        testing::every_change_is_noticed(tfn, "123456782", true);
        for number in ["437425050", "49193776665", "5826746357"] {
            check(medicare, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn rejects_what_has_no_structure() {
        check(tfn, "123456783", true, Verdict::FailedChecksum, "123456783");
        for (number, why) in [
            ("1234567", "seven digits"),
            ("1234567820", "ten digits"),
            ("999999999", "a filler"),
            ("", "nothing"),
        ] {
            rejects(tfn, number, true, why);
        }
        check(
            medicare,
            "437425052",
            true,
            Verdict::FailedChecksum,
            "437425052",
        );
        for (number, why) in [
            ("137425050", "begins with 1"),
            ("43742505", "eight digits"),
            ("49193776660", "line 0"),
            ("", "nothing"),
        ] {
            rejects(medicare, number, true, why);
        }
    }
}
