//! Macao identity card: seven digits, the first of which tells where the person lived before, and a check in brackets, whose
//! rule is not published.

use super::{Compact, Verdict, digits};

/// Number of a Macao identity card, without its brackets.
pub(super) fn id_card(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let first = matches!(number.first(), Some(b'1' | b'5' | b'7' | b'8'));
    if number.len() != 8 || !digits::all(number) || !first {
        return Verdict::Reject;
    }
    match digits::is_repeated(&number[1..7]) {
        true => Verdict::Reject,
        false => Verdict::Valid,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_by_structure() {
        // The specimen of the identification department has 1234567(8); the second is from a well-known test suite.
        for number in ["12345678", "56866111", "74412345", "81234560"] {
            check(id_card, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("22345678", "no such first digit"),
            ("1234567", "no check"),
            ("123456789", "a digit too many"),
            ("10000001", "a filler"),
            ("1234567A", "a letter"),
            ("", "nothing"),
        ] {
            rejects(id_card, number, true, why);
        }
    }
}
