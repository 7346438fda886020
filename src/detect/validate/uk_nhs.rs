//! Number of the British health service: ten digits, the last of which is a check modulo 11.

use super::{Compact, Verdict, digits, weights};

/// NHS number.
pub(super) fn nhs(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 10 || !digits::all(number) || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    // With 1 for the check itself, the sum is a multiple of eleven.
    let holds = weights::sum(number, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11);
    match number.starts_with(b"999") {
        // Set aside for tests by the data dictionary.
        true if holds => Verdict::Test,
        _ => Verdict::Valid.if_check(holds),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The example of the data dictionary, and numbers of a well-known test suite.
        for number in ["9434765919", "9077844449", "1234567881"] {
            check(nhs, number, true, Verdict::Valid, number);
        }
        check(nhs, "9990000018", true, Verdict::Test, "9990000018");
        testing::every_change_is_noticed(nhs, "9434765919", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        check(
            nhs,
            "9434765918",
            true,
            Verdict::FailedChecksum,
            "9434765918",
        );
        for (number, why) in [
            ("943476591", "a digit too few"),
            ("94347659190", "a digit too many"),
            ("943476591X", "a letter"),
            ("0000000000", "a filler"),
            ("", "nothing"),
        ] {
            rejects(nhs, number, true, why);
        }
    }
}
