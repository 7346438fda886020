//! Polish PESEL: `YYMMDD`, sequence (4, the last even for women), check by the weights 1 3 7 9. The month tells the century:
//! 80 more for the 19th, nothing for the 20th, then 20, 40 and 60 more.

use super::{Compact, Verdict, date, digits, weights};

/// 1 for the check digit itself.
const WEIGHTS: [u32; 11] = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];

/// PESEL.
pub(super) fn pesel(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 11 || !digits::all(number) {
        return Verdict::Reject;
    }
    let Some([year, month, day]) = date::pairs(number) else {
        return Verdict::Reject;
    };
    let century = [1900, 2000, 2100, 2200, 1800][month as usize / 20];
    if !date::exists(century + year, month % 20, day) {
        return Verdict::Reject;
    }
    let holds = weights::sum(number, &WEIGHTS).is_multiple_of(10);
    date::of_birth(century + year).if_check(holds)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The specimen of the ministry, and the example of Wikipedia.
        for number in ["02070803628", "44051401359", "09210215408", "20313034701"] {
            check(pesel, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn other_centuries_are_weak() {
        // 1 January of 1880, 2150 and 2250.
        for number in ["80810112340", "50410112348", "50610112342"] {
            let mut fixed = number.as_bytes().to_vec();
            fixed[10] = b'0';
            let sum = weights::sum(&fixed, &WEIGHTS);
            fixed[10] = b'0' + ((10 - sum % 10) % 10) as u8;
            let fixed = String::from_utf8(fixed).unwrap();
            check(pesel, &fixed, true, Verdict::Weak, &fixed);
        }
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        check(
            pesel,
            "02070803629",
            true,
            Verdict::FailedChecksum,
            "02070803629",
        );
        testing::every_change_is_noticed(pesel, "02070803628", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("02133003628", "month 13"),
            ("02023003628", "30 February"),
            ("02000803628", "month 0"),
            ("0207080362", "ten digits"),
            ("0207080362X", "a letter"),
        ] {
            rejects(pesel, number, true, why);
        }
    }
}
