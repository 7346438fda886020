//! Canadian social insurance number: nine digits with the check of Luhn. The first tells the province; 9 is for temporary
//! residents, 8 for businesses, 0 for numbers in examples.

use super::{Compact, Verdict, digits, luhn};

/// Social insurance number.
pub(super) fn sin(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 9 || !digits::all(number) || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    match (number[0], luhn::holds(number)) {
        (b'8', _) => Verdict::Reject,
        (b'0', true) => Verdict::Test,
        (b'0', false) => Verdict::Reject,
        (_, holds) => Verdict::Valid.if_check(holds),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Numbers of a well-known test suite, and the example of the authority.
        for number in ["336475660", "521719666", "744797853"] {
            check(sin, number, true, Verdict::Valid, number);
        }
        check(sin, "046454286", true, Verdict::Test, "046454286");
        testing::every_change_is_noticed(sin, "521719666", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        check(sin, "521719667", true, Verdict::FailedChecksum, "521719667");
        for (number, why) in [
            ("823456785", "a business"),
            ("046454281", "an example with a wrong check"),
            ("999999999", "a filler"),
            ("52171966", "a digit too few"),
            ("", "nothing"),
        ] {
            rejects(sin, number, true, why);
        }
    }
}
