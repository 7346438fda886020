//! Thai identification number: thirteen digits, of which the first is the category of the person and the last a check.

use super::{Compact, Verdict, digits, weights};

/// Thai national identification number.
pub(super) fn tnin(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 13 || !digits::all(number) || !matches!(number[0], b'1'..=b'8') {
        return Verdict::Reject;
    }
    if digits::is_repeated(&number[1..12]) {
        return Verdict::Reject;
    }
    let sum = weights::sum(&number[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    match (
        (11 - sum % 11) % 10 == u32::from(number[12] - b'0'),
        in_context,
    ) {
        (true, _) => Verdict::Valid,
        (false, true) => Verdict::FailedChecksum,
        (false, false) => Verdict::Reject,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Numbers of a well-known test suite.
        for number in ["1234545678781", "3100600445635"] {
            check(tnin, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn a_wrong_check_counts_apart_in_context_alone() {
        check(
            tnin,
            "1234545678789",
            true,
            Verdict::FailedChecksum,
            "1234545678789",
        );
        rejects(tnin, "1234545678789", false, "no context");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("0234545678781", "no such category"),
            ("123454567878", "a digit too few"),
            ("12345456787811", "a digit too many"),
            ("1000000000000", "a filler"),
            ("", "nothing"),
        ] {
            rejects(tnin, number, true, why);
        }
    }
}
