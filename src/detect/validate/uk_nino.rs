//! British national insurance number: two letters, six digits, and a letter from A to D. There is no check.

use super::{Compact, Verdict, digits};

/// Pairs of letters that are not issued (HMRC manual NIM39110).
const PREFIXES: [&[u8]; 7] = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"];

/// National insurance number.
pub(super) fn nino(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let [first, second, body @ .., b'A'..=b'D'] = number else {
        return Verdict::Reject;
    };
    if body.len() != 6 || !digits::all(body) {
        return Verdict::Reject;
    }
    // What the authorities print in examples.
    if number.starts_with(b"QQ") {
        return Verdict::Test;
    }
    let is_first = first.is_ascii_uppercase() && !b"DFIQUV".contains(first);
    let is_second = second.is_ascii_uppercase() && !b"DFIOQUV".contains(second);
    if !is_first || !is_second || PREFIXES.contains(&&number[..2]) {
        return Verdict::Reject;
    }
    match digits::is_repeated(body) {
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
        // The first is of well-known test suites.
        for number in ["AB123456C", "JG103759A", "ZY987654D"] {
            check(nino, number, true, Verdict::Valid, number);
        }
        check(nino, "QQ123456C", true, Verdict::Test, "QQ123456C");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("DA123456C", "no such first letter"),
            ("AO123456C", "no such second letter"),
            ("GB123456C", "no such pair"),
            ("AB123456E", "no such last letter"),
            ("AB12345C", "a digit too few"),
            ("1B123456C", "a digit first"),
            ("AB000000C", "a filler"),
            ("", "nothing"),
        ] {
            rejects(nino, number, true, why);
        }
    }
}
