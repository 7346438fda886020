//! Japanese individual number ("My Number"): eleven digits and a check, as the ordinance of the Ministry of Internal Affairs of
//! 2014 (No. 85) has it.

use super::{Compact, Verdict, digits, weights};

/// Individual number.
pub(super) fn my_number(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 12 || !digits::all(number) || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    let sum = weights::sum(&number[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let check = match sum % 11 {
        0 | 1 => 0,
        n => 11 - n,
    };
    Verdict::Valid.if_check(u32::from(number[11] - b'0') == check)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The first is of a well-known test suite, the second the customary sample of forms.
        for number in ["621498320257", "123456789018"] {
            check(my_number, number, true, Verdict::Valid, number);
        }
        testing::every_change_is_noticed(my_number, "621498320257", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        check(
            my_number,
            "621498320258",
            true,
            Verdict::FailedChecksum,
            "621498320258",
        );
        for (number, why) in [
            ("62149832025", "a digit too few"),
            ("6214983202577", "a digit too many"),
            ("000000000000", "a filler"),
            ("", "nothing"),
        ] {
            rejects(my_number, number, true, why);
        }
    }
}
