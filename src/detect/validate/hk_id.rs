//! Hong Kong identity card: one or two letters, six digits and a check, the digit or A in brackets.

use super::{Compact, Verdict, digits, weights};

/// Number of a Hong Kong identity card, without its brackets.
pub(super) fn id_card(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let n_letters = number.iter().take_while(|b| b.is_ascii_uppercase()).count();
    if !(1..=2).contains(&n_letters) || number.len() != n_letters + 7 {
        return Verdict::Reject;
    }
    let (letters, rest) = number.split_at(n_letters);
    let (body, check) = (&rest[..6], rest[6]);
    if !digits::all(body) || !check.is_ascii_digit() && check != b'A' {
        return Verdict::Reject;
    }
    // The card of the example in the leaflets of the department.
    if number == b"A1234563" {
        return Verdict::Test;
    }
    match check_of(letters, body) == check {
        true => Verdict::Valid,
        false if in_context => Verdict::FailedChecksum,
        false => Verdict::Reject,
    }
}

/// Letters count from 10, and a missing first one 36; weights fall from 9, and the check fills up to a multiple of eleven.
fn check_of(letters: &[u8], body: &[u8]) -> u8 {
    let value = |letter: u8| u32::from(letter - b'A') + 10;
    let letters = match letters {
        [one] => 36 * 9 + value(*one) * 8,
        [first, second] => value(*first) * 9 + value(*second) * 8,
        _ => unreachable!("one letter or two"),
    };
    let sum = letters + weights::sum(body, &[7, 6, 5, 4, 3, 2]);
    match (11 - sum % 11) % 11 {
        10 => b'A',
        n => b'0' + n as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The first is on the specimens of the department, the others are of a well-known test suite.
        for number in ["C6686689", "Q8033370", "OV290326A", "P1744686", "Z0977986"] {
            check(id_card, number, true, Verdict::Valid, number);
        }
        check(id_card, "A1234563", true, Verdict::Test, "A1234563");
        testing::every_change_is_noticed(id_card, "C6686689", false);
    }

    #[test]
    fn a_wrong_check_counts_apart_in_context_alone() {
        check(
            id_card,
            "C6686680",
            true,
            Verdict::FailedChecksum,
            "C6686680",
        );
        rejects(id_card, "C6686680", false, "no context");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("98765432", "no letter"),
            ("ABC123456A", "three letters"),
            ("A123456", "no check"),
            ("A12345678", "a digit too many"),
            ("A123456B", "no such check"),
            ("", "nothing"),
        ] {
            rejects(id_card, number, true, why);
        }
    }
}
