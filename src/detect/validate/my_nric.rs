//! Malaysian identity card: date of birth without its century, place of birth (2), sequence (4, the last odd for men). There is
//! no check.

use super::{Compact, Verdict, date, digits};

/// Number of a Malaysian identity card.
pub(super) fn nric(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 12 || !digits::all(number) {
        return Verdict::Reject;
    }
    let Some([year, month, day]) = date::pairs(number) else {
        return Verdict::Reject;
    };
    let born = [1900, 2000].map(|century| date::exists(century + year, month, day));
    let place = digits::number(&number[6..8]).unwrap_or(0);
    match born.contains(&true) && is_place(place) && !digits::is_repeated(&number[8..]) {
        true => Verdict::Valid,
        false => Verdict::Reject,
    }
}

/// Whether the registration department uses this code: states by 1 to 16 and 21 to 59, and unknown 82; other countries.
fn is_place(code: u32) -> bool {
    matches!(code, 1..=16 | 21..=68 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Numbers of a well-known test suite.
        for number in ["810909785542", "890131061224", "770305021234"] {
            check(nric, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("870229875542", "no such day"),
            ("880229195542", "no such place"),
            ("771305021234", "month 13"),
            ("77030502123", "a digit too few"),
            ("770305020000", "a filler"),
            ("", "nothing"),
        ] {
            rejects(nric, number, true, why);
        }
    }
}
