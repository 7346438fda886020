//! India: the Aadhaar (twelve digits, Verhoeff's check) and the PAN of the tax department (five letters, four digits, a letter).

use super::{Compact, Verdict, digits, verhoeff};

/// Aadhaar.
pub(super) fn aadhaar(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 12 || !digits::all(number) || !matches!(number[0], b'2'..=b'9') {
        return Verdict::Reject;
    }
    // The authority issues no palindromes.
    if number.iter().eq(number.iter().rev()) {
        return Verdict::Reject;
    }
    // The number on the specimens of the authority.
    match number {
        b"999941057058" => Verdict::Test,
        _ => Verdict::Valid.if_check(verhoeff::holds(number)),
    }
}

/// Permanent account number. The fourth letter tells who holds it, P a person.
pub(super) fn pan(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let Some((letters, rest)) = number.split_at_checked(5) else {
        return Verdict::Reject;
    };
    let [body @ .., last] = rest else {
        return Verdict::Reject;
    };
    let shaped = letters.iter().all(u8::is_ascii_uppercase) && last.is_ascii_uppercase();
    if !shaped || body.len() != 4 || !digits::all(body) || body == b"0000" {
        return Verdict::Reject;
    }
    match letters[3] {
        b'P' => Verdict::Valid,
        // Companies, firms, families, trusts and the state.
        b'A' | b'B' | b'C' | b'E' | b'F' | b'G' | b'H' | b'J' | b'K' | b'L' | b'T' => Verdict::Weak,
        _ => Verdict::Reject,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Both are of well-known test suites; the last is the specimen of the authority.
        for number in ["234123412346", "298448863364"] {
            check(aadhaar, number, true, Verdict::Valid, number);
        }
        check(aadhaar, "999941057058", true, Verdict::Test, "999941057058");
        testing::every_change_is_noticed(aadhaar, "298448863364", true);
        check(pan, "BNZPM2501F", true, Verdict::Valid, "BNZPM2501F");
        check(pan, "ZZZFZ9999Z", true, Verdict::Weak, "ZZZFZ9999Z");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        check(
            aadhaar,
            "234123412347",
            true,
            Verdict::FailedChecksum,
            "234123412347",
        );
        for (number, why) in [
            ("134123412346", "begins with 1"),
            ("23412341234", "a digit too few"),
            ("222222222222", "a palindrome"),
            ("", "nothing"),
        ] {
            rejects(aadhaar, number, true, why);
        }
        for (number, why) in [
            ("DDDDD1111D", "no such holder"),
            ("AAAPA0000A", "0000"),
            ("AAAPA12345", "a digit last"),
            ("AAAP12345A", "four letters"),
            ("", "nothing"),
        ] {
            rejects(pan, number, true, why);
        }
    }
}
