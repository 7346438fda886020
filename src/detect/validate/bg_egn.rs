//! Bulgarian unified civil number (EGN): `YYMMDD`, region and sequence (3), check modulo 11. The month has 20 more for the
//! 19th century and 40 more for the 21st.

use super::{Compact, Verdict, date, digits, weights};

const WEIGHTS: [u32; 9] = [2, 4, 8, 5, 10, 9, 7, 3, 6];

/// Unified civil number.
pub(super) fn egn(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 10 || !digits::all(number) {
        return Verdict::Reject;
    }
    let Some([year, month, day]) = date::pairs(number) else {
        return Verdict::Reject;
    };
    let century = match month / 20 {
        0 => 1900,
        1 => 1800,
        2 => 2000,
        _ => return Verdict::Reject,
    };
    if !date::exists(century + year, month % 20, day) {
        return Verdict::Reject;
    }
    let check = weights::sum(&number[..9], &WEIGHTS) % 11 % 10;
    date::of_birth(century + year).if_check(number[9] == b'0' + check as u8)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // From published test suites; then persons of the 19th century, and one of 2075.
        for number in ["8001010008", "7501010010", "0111010010"] {
            check(egn, number, true, Verdict::Valid, number);
        }
        for number in ["7523169263", "8032056031", "7541010019"] {
            check(egn, number, true, Verdict::Weak, number);
        }
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        check(
            egn,
            "8001010009",
            true,
            Verdict::FailedChecksum,
            "8001010009",
        );
        testing::every_change_is_noticed(egn, "8001010008", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("7521320010", "32 January"),
            ("7513010010", "month 13"),
            ("7561010010", "60 more"),
            ("750101001", "nine digits"),
            ("750101001X", "a letter"),
        ] {
            rejects(egn, number, true, why);
        }
    }
}
