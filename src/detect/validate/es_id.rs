//! Spanish numbers of persons: the DNI of citizens, which is their NIF (eight digits and a letter; `K`, `L` or `M` before
//! seven for those without one), and the NIE of foreigners (`X`, `Y` or `Z` before seven). Companies are not meant here.

use super::{Compact, Verdict, digits};

/// The letter for each remainder by 23.
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// NIF of a citizen.
pub(super) fn nif(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    match compact.as_bytes() {
        [body @ .., letter] if body.len() == 8 && digits::all(body) => {
            match digits::is_repeated(body) && is_letter_of(body, *letter) {
                // 00000000T, 99999999R: fillers of forms.
                true => Verdict::Test,
                false => judge(body, *letter),
            }
        }
        [b'K' | b'L' | b'M', body @ .., letter] if body.len() == 7 => judge(body, *letter),
        _ => Verdict::Reject,
    }
}

/// NIE of a foreigner: the first letter counts as 0, 1 or 2.
pub(super) fn nie(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let &[first @ b'X'..=b'Z', ref rest @ .., letter] = compact.as_bytes() else {
        return Verdict::Reject;
    };
    let mut body = [b'0' + (first - b'X'); 8];
    if rest.len() != 7 {
        return Verdict::Reject;
    }
    body[1..].copy_from_slice(rest);
    judge(&body, letter)
}

fn judge(body: &[u8], letter: u8) -> Verdict {
    match digits::all(body) && LETTERS.contains(&letter) {
        true => Verdict::Valid.if_check(is_letter_of(body, letter)),
        false => Verdict::Reject,
    }
}

fn is_letter_of(body: &[u8], letter: u8) -> bool {
    digits::number(body).is_some_and(|n| LETTERS[n as usize % 23] == letter)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The example of the ministry's page on the check letter, and those of Wikipedia.
        for number in ["12345678Z", "00054237A", "54362315K", "M2812345C"] {
            check(nif, number, true, Verdict::Valid, number);
        }
        for number in ["X1234567L", "X2482300W", "Y0000001S"] {
            check(nie, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn fillers_are_tests() {
        for number in ["00000000T", "99999999R"] {
            check(nif, number, true, Verdict::Test, number);
        }
    }

    #[test]
    fn a_wrong_letter_is_counted_apart() {
        check(nif, "12345678A", true, Verdict::FailedChecksum, "12345678A");
        check(nie, "X1234567A", true, Verdict::FailedChecksum, "X1234567A");
        testing::every_change_is_noticed(nif, "12345678Z", true);
        testing::every_change_is_noticed(nie, "X1234567L", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (validator, number, why) in [
            (nif as super::super::Validator, "1234567L", "seven digits"),
            (nif, "12345678I", "a letter that is no check"),
            (nif, "B64717838", "a company"),
            (nif, "X1234567L", "a foreigner"),
            (nie, "12345678Z", "a citizen"),
            (nie, "W1234567L", "no such first letter"),
            (nie, "X12345678L", "eight digits"),
            (nie, "XA234567L", "a letter inside"),
        ] {
            rejects(validator, number, true, why);
        }
    }
}
