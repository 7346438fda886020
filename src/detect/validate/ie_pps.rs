//! Irish personal public service number (PPSN): seven digits, a check letter modulo 23, and since 2013 a second letter `A`
//! and those after it, which counts nine times its place in the alphabet. `W`, and `T` and `X` in old ones, count nothing.

use super::{Compact, Verdict, digits, weights};

const WEIGHTS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];

/// Personal public service number.
pub(super) fn pps(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let (body, check, second) = match compact.as_bytes() {
        [body @ .., check] if body.len() == 7 => (body, *check, 0),
        [body @ .., check, second] if body.len() == 7 => match second {
            b'A'..=b'I' => (body, *check, u32::from(second - b'A') + 1),
            b'W' | b'T' | b'X' => (body, *check, 0),
            _ => return Verdict::Reject,
        },
        _ => return Verdict::Reject,
    };
    if !digits::all(body) || !(b'A'..=b'W').contains(&check) {
        return Verdict::Reject;
    }
    let want = match (weights::sum(body, &WEIGHTS) + 9 * second) % 23 {
        0 => b'W',
        n => b'A' + n as u8 - 1,
    };
    let verdict = match digits::is_repeated(body) {
        true => Verdict::Weak,
        false => Verdict::Valid,
    };
    verdict.if_check(check == want)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The example of the Department of Social Protection and its forms with a second letter.
        for number in [
            "1234567T",
            "1234567TW",
            "1234567FA",
            "1234577W",
            "1234577IA",
        ] {
            check(pps, number, true, Verdict::Valid, number);
        }
        check(pps, "0000000W", true, Verdict::Weak, "0000000W");
    }

    #[test]
    fn a_wrong_letter_is_counted_apart() {
        for wrong in ["1234577A", "1234577JA"] {
            check(pps, wrong, true, Verdict::FailedChecksum, wrong);
        }
        testing::every_change_is_noticed(pps, "1234567T", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("111222333", "no letter"),
            ("1084633", "no check"),
            ("1234567XX", "X is no check"),
            ("1234567TZ", "no such second letter"),
            ("12345678T", "eight digits"),
        ] {
            rejects(pps, number, true, why);
        }
    }
}
