//! Korean resident registration number: date of birth, a digit for sex, century and nationality, and six more. The last is a
//! check in what was issued before October 2020, and random since.

use super::{Compact, Verdict, date, digits, weights};

/// Resident registration number, of citizens and of foreigners.
pub(super) fn rrn(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 13 || !digits::all(number) {
        return Verdict::Reject;
    }
    let Some([year, month, day]) = date::pairs(number) else {
        return Verdict::Reject;
    };
    let (century, foreign) = match number[6] {
        b'0' | b'9' => (1800, false),
        b'1' | b'2' => (1900, false),
        b'3' | b'4' => (2000, false),
        b'5' | b'6' => (1900, true),
        _ => (2000, true),
    };
    if !date::exists(century + year, month, day) || digits::is_repeated(&number[7..]) {
        return Verdict::Reject;
    }
    let sum = weights::sum(&number[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    let offset = if foreign { 13 } else { 11 };
    match (offset - sum % 11) % 10 == u32::from(number[12] - b'0') {
        true => date::of_birth(century + year),
        false => Verdict::Weak,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Numbers of a well-known test suite: of 1897, 2099 and 1990.
        for (number, want) in [
            ("9710139019902", Verdict::Weak),
            ("9912314019906", Verdict::Weak),
            ("9001011234568", Verdict::Valid),
        ] {
            check(rrn, number, true, want, number);
        }
    }

    #[test]
    fn without_a_check_confidence_is_less() {
        check(rrn, "9710139019903", true, Verdict::Weak, "9710139019903");
        check(rrn, "2101033456784", true, Verdict::Weak, "2101033456784");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("9713109019908", "month 13"),
            ("9702301019908", "30 February"),
            ("971013901990", "a digit too few"),
            ("9001011000000", "a filler"),
            ("", "nothing"),
        ] {
            rejects(rrn, number, true, why);
        }
    }
}
