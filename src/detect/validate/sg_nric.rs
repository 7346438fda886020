//! Singapore: numbers of citizens and permanent residents (S, T) and of foreigners (F, G, M): seven digits between the letter and
//! a check letter.

use super::{Compact, Verdict, digits, weights};

/// Check letters by remainder.
const CITIZENS: &[u8; 11] = b"JZIHGFEDCBA";
const FOREIGNERS: &[u8; 11] = b"XWUTRQPNMLK";
/// Of the series that began in 2022.
const FOREIGNERS_M: &[u8; 11] = b"XWUTRQPNJLK";

/// NRIC or FIN.
pub(super) fn nric(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let [series, body @ .., check] = compact.as_bytes() else {
        return Verdict::Reject;
    };
    if body.len() != 7 || !digits::all(body) || digits::is_repeated(body) {
        return Verdict::Reject;
    }
    let (letters, offset) = match series {
        b'S' => (CITIZENS, 0),
        b'T' => (CITIZENS, 4),
        b'F' => (FOREIGNERS, 0),
        b'G' => (FOREIGNERS, 4),
        b'M' => (FOREIGNERS_M, 3),
        _ => return Verdict::Reject,
    };
    if !letters.contains(check) {
        return Verdict::Reject;
    }
    // The sample of forms and leaflets.
    if compact.as_bytes() == b"S1234567D" {
        return Verdict::Test;
    }
    let sum = offset + weights::sum(body, &[2, 7, 6, 5, 4, 3, 2]);
    match (letters[(sum % 11) as usize] == *check, in_context) {
        (true, _) => Verdict::Valid,
        (false, true) => Verdict::FailedChecksum,
        (false, false) => Verdict::Reject,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Numbers of a well-known test suite.
        for number in [
            "M2200054X",
            "G8169811U",
            "T1680536F",
            "G3970684P",
            "F5611198X",
        ] {
            check(nric, number, true, Verdict::Valid, number);
        }
        check(nric, "S1234567D", true, Verdict::Test, "S1234567D");
        testing::every_change_is_noticed(nric, "G8169811U", false);
    }

    #[test]
    fn a_wrong_check_counts_apart_in_context_alone() {
        check(
            nric,
            "M9612050Q",
            true,
            Verdict::FailedChecksum,
            "M9612050Q",
        );
        rejects(nric, "M9612050Q", false, "no context");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("A1234567A", "no such series"),
            ("S123456D", "a digit too few"),
            ("S12345678", "a digit last"),
            ("I6859080I", "no such series"),
            ("S1111111C", "a filler"),
            ("S1234567K", "a check of foreigners"),
            ("", "nothing"),
        ] {
            rejects(nric, number, true, why);
        }
    }
}
