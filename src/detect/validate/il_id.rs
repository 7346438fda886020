//! Israeli identity number: nine digits with the check of Luhn. Older ones are written without their leading zero.

use super::{Compact, Verdict, digits, luhn};

/// Identity number, normalised to nine digits.
pub(super) fn identity(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if !(8..=9).contains(&number.len()) || !digits::all(number) || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    // Zeros in front change nothing.
    if !luhn::holds(number) {
        return Verdict::FailedChecksum;
    }
    if number.len() == 8 {
        let mut padded = [b'0'; 9];
        padded[1..].copy_from_slice(number);
        compact.clear();
        padded.iter().for_each(|digit| {
            compact.push(*digit);
        });
    }
    Verdict::Valid
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Numbers of well-known test suites.
        for number in ["219488962", "335211686", "334795465"] {
            check(identity, number, true, Verdict::Valid, number);
        }
        check(identity, "39337423", true, Verdict::Valid, "039337423");
        testing::every_change_is_noticed(identity, "335211686", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        check(
            identity,
            "219487710",
            true,
            Verdict::FailedChecksum,
            "219487710",
        );
        for (number, why) in [
            ("1234567", "seven digits"),
            ("1234567897", "ten digits"),
            ("000000000", "a filler"),
            ("12345678L", "a letter"),
            ("", "nothing"),
        ] {
            rejects(identity, number, true, why);
        }
    }
}
