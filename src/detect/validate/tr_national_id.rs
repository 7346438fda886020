//! Turkish identity number (T.C. kimlik numarası): eleven digits, the first not 0, with two checks and no meaning. Those of
//! foreigners begin with 99.

use super::{Compact, Verdict, digits};

/// Identity number of a citizen or a resident.
pub(super) fn national_id(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let Ok(number) = <&[u8; 11]>::try_from(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    if !digits::all(number) || number[0] == b'0' {
        return Verdict::Reject;
    }
    match digits::is_repeated(&number[..10]) {
        // 11111111110 and its like satisfy both checks and fill forms.
        true => Verdict::Test.if_check(holds(number)),
        false => Verdict::Valid.if_check(holds(number)),
    }
}

/// The tenth digit is seven times the sum of the odd places less that of the even ones; the last is the sum of all others.
fn holds(number: &[u8; 11]) -> bool {
    let digit = |i: usize| u32::from(number[i] & 0xF);
    let odd: u32 = (0..9).step_by(2).map(digit).sum();
    let even: u32 = (1..8).step_by(2).map(digit).sum();
    // The even places are at most 36, so 40 keeps the difference above zero.
    let first = (7 * odd + 40 - even) % 10;
    let second = (odd + even + first) % 10;
    [first, second] == [digit(9), digit(10)]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The number on specimens of the card, and one of a published test suite.
        for number in ["10000000146", "17291716060"] {
            check(national_id, number, true, Verdict::Valid, number);
        }
        check(
            national_id,
            "11111111110",
            true,
            Verdict::Test,
            "11111111110",
        );
    }

    #[test]
    fn each_check_must_hold() {
        for wrong in ["17291716050", "17291716061", "17291716070"] {
            check(national_id, wrong, true, Verdict::FailedChecksum, wrong);
        }
        testing::every_change_is_noticed(national_id, "10000000146", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("07291716060", "begins with 0"),
            ("1729171606", "ten digits"),
            ("1729171606X", "a letter"),
        ] {
            rejects(national_id, number, true, why);
        }
    }
}
