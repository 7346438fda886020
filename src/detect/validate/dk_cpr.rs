//! Danish personal identification number (CPR): `DDMMYY`, sequence (4, its first digit tells the century). The last digit
//! was a check modulo 11 until 2007; for days whose numbers have run out it is none any more.

use super::{Compact, Verdict, date, digits, weights};

/// 1 for the check digit itself.
const WEIGHTS: [u32; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// Personal identification number, or a replacement for one (60 more in the day).
pub(super) fn cpr(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 10 || !digits::all(number) {
        return Verdict::Reject;
    }
    let Some([day, month, two]) = date::pairs(number) else {
        return Verdict::Reject;
    };
    let year = year(two, number[6]);
    let is_replacement = day > 60;
    let day = if is_replacement { day - 60 } else { day };
    // Nothing but the date tells most other numbers apart, so one that is to come is none.
    if !date::exists(year, month, day) || year > date::YEAR_MAX {
        return Verdict::Reject;
    }
    let holds = weights::sum(number, &WEIGHTS).is_multiple_of(11);
    match (date::of_birth(year), holds) {
        (Verdict::Valid, true) if !is_replacement => Verdict::Strong,
        (Verdict::Valid, false) if year >= 2007 => Verdict::Valid,
        _ => Verdict::Weak,
    }
}

/// The year of birth, by its last two digits and the seventh digit.
fn year(two: u32, seventh: u8) -> u32 {
    match (seventh, two) {
        (b'0'..=b'3', _) | (b'4' | b'9', 37..) => 1900 + two,
        (b'5'..=b'8', 58..) => 1800 + two,
        _ => 2000 + two,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The example of the CPR office, and one of a published test suite.
        for number in ["0707614285", "2110489008"] {
            check(cpr, number, true, Verdict::Strong, number);
        }
    }

    #[test]
    fn the_check_is_evidence_only() {
        for (number, why) in [
            ("0707614286", "born in 1961, the check fails"),
            ("6707614285", "a replacement"),
            ("2110595002", "born in 1859"),
        ] {
            check(cpr, number, true, Verdict::Weak, number);
            assert!(!why.is_empty());
        }
        check(cpr, "0101124111", true, Verdict::Valid, "0101124111");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("3202614285", "32 February"),
            ("2902014285", "2001 was no leap year"),
            ("0713614285", "month 13"),
            ("2110485008", "born in 2048"),
            ("010111111", "nine digits"),
        ] {
            rejects(cpr, number, true, why);
        }
    }
}
