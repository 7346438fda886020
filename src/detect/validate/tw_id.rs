//! Taiwan: the identity card (a letter, 1 or 2 for the sex, eight digits), and the resident certificates of foreigners, which
//! since 2021 have 8 or 9 instead, and had a second letter from A to D before. All have one check.

use super::{Compact, Verdict, digits, weights};

/// The number that each letter stands for, from A on, as the household registration assigned them.
const LETTERS: [u32; 26] = [
    10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30,
    31, 33,
];

/// Weights of the eight digits behind the second character, and of the check itself.
const WEIGHTS: [u32; 8] = [7, 6, 5, 4, 3, 2, 1, 1];

/// Number of an identity card.
pub(super) fn id_card(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    // The example of the ministry and of many a form.
    if number == b"A123456789" {
        return Verdict::Test;
    }
    judge(number, |second| matches!(second, b'1' | b'2'), in_context)
}

/// Number of a resident certificate, of the form of 2021 or of the one before.
pub(super) fn resident_certificate(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let is_second = |second| matches!(second, b'8' | b'9' | b'A'..=b'D');
    judge(compact.as_bytes(), is_second, in_context)
}

fn judge(number: &[u8], is_second: impl Fn(u8) -> bool, in_context: bool) -> Verdict {
    let [first @ b'A'..=b'Z', second, rest @ ..] = number else {
        return Verdict::Reject;
    };
    if rest.len() != 8 || !digits::all(rest) || !is_second(*second) || digits::is_repeated(rest) {
        return Verdict::Reject;
    }
    let of = |letter: u8| LETTERS[usize::from(letter - b'A')];
    let second = match second {
        b'0'..=b'9' => u32::from(second - b'0'),
        letter => of(*letter) % 10,
    };
    let sum = of(*first) / 10 + of(*first) % 10 * 9 + second * 8 + weights::sum(rest, &WEIGHTS);
    match sum.is_multiple_of(10) {
        true => Verdict::Valid,
        false if in_context => Verdict::FailedChecksum,
        false => Verdict::Reject,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        for number in ["A146047171", "K101189797", "Z277018381", "B176944193"] {
            check(id_card, number, true, Verdict::Valid, number);
        }
        check(id_card, "A123456789", true, Verdict::Test, "A123456789");
        // The examples of the immigration agency for both forms.
        for number in ["A800000014", "AC01234567"] {
            check(resident_certificate, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn the_two_kinds_are_told_apart() {
        rejects(resident_certificate, "A146047171", true, "a citizen");
        rejects(id_card, "A800000014", true, "a foreigner");
        rejects(id_card, "AC01234567", true, "a foreigner, old form");
    }

    #[test]
    fn a_wrong_check_counts_apart_in_context_alone() {
        check(
            id_card,
            "A185034995",
            true,
            Verdict::FailedChecksum,
            "A185034995",
        );
        rejects(id_card, "A185034995", false, "no context");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("A323456789", "no such second digit"),
            ("1123456789", "no letter"),
            ("A12345678", "a digit too few"),
            ("A1234567890", "a digit too many"),
            ("A111111111", "a filler"),
            ("", "nothing"),
        ] {
            rejects(id_card, number, true, why);
        }
    }
}
