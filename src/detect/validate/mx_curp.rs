//! Mexican population key (CURP): four letters of the names, date of birth, sex, state, three consonants of the names, a sign
//! that tells the century (a digit before 2000, a letter since), and a check.

use super::{Compact, Verdict, date};

/// Codes of the states, and NE for those born abroad.
const STATES: [&[u8; 2]; 33] = [
    b"AS", b"BC", b"BS", b"CC", b"CH", b"CL", b"CM", b"CS", b"DF", b"DG", b"GR", b"GT", b"HG",
    b"JC", b"MC", b"MN", b"MS", b"NE", b"NL", b"NT", b"OC", b"PL", b"QR", b"QT", b"SL", b"SP",
    b"SR", b"TC", b"TL", b"TS", b"VZ", b"YN", b"ZS",
];

/// CURP.
pub(super) fn curp(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let Ok(key) = <&[u8; 18]>::try_from(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    let letters = |range: std::ops::Range<usize>| key[range].iter().all(u8::is_ascii_uppercase);
    let Some([year, month, day]) = date::pairs(&key[4..10]) else {
        return Verdict::Reject;
    };
    let century = if key[16].is_ascii_digit() { 1900 } else { 2000 };
    let shaped = letters(0..4)
        && date::exists(century + year, month, day)
        && b"HMX".contains(&key[10])
        && STATES.iter().any(|state| **state == key[11..13])
        && letters(13..16)
        && key[13..16].iter().all(|b| !b"AEIOU".contains(b))
        && key[16].is_ascii_alphanumeric();
    if !shaped {
        return Verdict::Reject;
    }
    match (check(&key[..17]) == key[17], in_context) {
        (true, _) => Verdict::Valid,
        (false, true) => Verdict::FailedChecksum,
        (false, false) => Verdict::Reject,
    }
}

/// The digit that fills the weighted sum up to a multiple of ten; a letter counts from 10, with a place left for Ñ.
fn check(body: &[u8]) -> u8 {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte.saturating_sub(b'A')) + 11,
    };
    let sum: u32 = body
        .iter()
        .zip((2..=18).rev())
        .map(|(b, weight)| value(*b) * weight)
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Numbers of a well-known test suite.
        for number in [
            "BEML920313HMCLNS09",
            "HEGG560427MVZRRL04",
            "BOXW310820HNERXN09",
        ] {
            check(curp, number, false, Verdict::Valid, number);
        }
    }

    #[test]
    fn a_wrong_check_counts_apart_in_context_alone() {
        check(
            curp,
            "BOXW310820HNERXN08",
            true,
            Verdict::FailedChecksum,
            "BOXW310820HNERXN08",
        );
        rejects(curp, "BOXW310820HNERXN08", false, "no context");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("PEGL890909MQQRMS02", "no such state"),
            ("BEML921313HMCLNS09", "month 13"),
            ("BEML920313KMCLNS09", "no such sex"),
            ("BEML920313HMCLAS09", "a vowel among the consonants"),
            ("BEML920313HMCLNS0", "the check is missing"),
            ("", "nothing"),
        ] {
            rejects(curp, number, true, why);
        }
    }
}
