//! Italian tax code of a person (DM 23 December 1976): three letters each of surname and name, year (2), month (a letter),
//! day (women 40 more), place (a letter and three digits), check letter. Where two persons would have the same code, letters
//! stand for some of its seven digits (omocodia).

use super::{Compact, Verdict, date};

/// What a character is worth at an odd place, counted from 1: digits, then letters.
const ODD: [u32; 26] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];
/// The letters of the months.
const MONTHS: &[u8; 12] = b"ABCDEHLMPRST";
/// The letters that stand for the digits in omocodia.
const OMOCODIA: &[u8; 10] = b"LMNPQRSTUV";
/// The places of the digits.
const DIGITS: [usize; 7] = [6, 7, 9, 10, 12, 13, 14];

/// Tax code of a person, 16 characters.
pub(super) fn codice_fiscale(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let Ok(code) = <&[u8; 16]>::try_from(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    let Some(plain) = without_omocodia(code) else {
        return Verdict::Reject;
    };
    let is_built = is_name(&code[..3]) && is_name(&code[3..6]) && is_birth(&plain);
    let is_place = code[11].is_ascii_uppercase() && code[15].is_ascii_uppercase();
    if !is_built || !is_place {
        return Verdict::Reject;
    }
    let n_letters = DIGITS.iter().filter(|i| code[**i] != plain[**i]).count();
    match (check(code) == code[15], n_letters) {
        (true, 0) => Verdict::Valid,
        // Words may have the shape then.
        (true, _) if in_context || n_letters <= 3 => Verdict::Weak,
        (false, 0) => Verdict::FailedChecksum,
        (false, _) if in_context => Verdict::FailedChecksum,
        _ => Verdict::Reject,
    }
}

/// The code with digits where digits belong.
fn without_omocodia(code: &[u8; 16]) -> Option<[u8; 16]> {
    let mut plain = *code;
    for place in DIGITS {
        if !plain[place].is_ascii_digit() {
            let digit = OMOCODIA.iter().position(|l| *l == plain[place])?;
            plain[place] = b'0' + digit as u8;
        }
    }
    Some(plain)
}

/// Whether three letters can stand for a name: consonants, then vowels, then `X` as a filler.
fn is_name(letters: &[u8]) -> bool {
    let rank = |letter: &u8| match letter {
        b'A' | b'E' | b'I' | b'O' | b'U' => Some(1),
        b'A'..=b'Z' => Some(0),
        _ => None,
    };
    let ranks = [0, 1, 2].map(|i| rank(&letters[i]));
    match ranks {
        [Some(a), Some(b), Some(c)] => a <= b && (b <= c || letters[2] == b'X'),
        _ => false,
    }
}

/// Whether year, month and day are a day of either century.
fn is_birth(plain: &[u8; 16]) -> bool {
    let month = MONTHS.iter().position(|m| *m == plain[8]);
    let two = |at: usize| u32::from(plain[at] - b'0') * 10 + u32::from(plain[at + 1] - b'0');
    let (year, day) = (two(6), two(9));
    let day = if day > 40 { day - 40 } else { day };
    let exists = |century, month| date::exists(century + year, month, day);
    month.is_some_and(|m| [1900, 2000].iter().any(|c| exists(*c, m as u32 + 1)))
}

/// The check letter of the first fifteen characters.
fn check(code: &[u8; 16]) -> u8 {
    let value = |b: u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        _ => u32::from(b.saturating_sub(b'A')).min(25),
    };
    let worth = |(i, b): (usize, &u8)| match i % 2 {
        0 => ODD[value(*b) as usize],
        _ => value(*b),
    };
    let sum: u32 = code[..15].iter().enumerate().map(worth).sum();
    b'A' + (sum % 26) as u8
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_codes() {
        // The examples of the Italian and the English Wikipedia, and a woman born abroad.
        for code in ["RSSMRA85T10A562S", "MRTMTT25D09F205Z", "MLLSNT82P65Z404U"] {
            check(codice_fiscale, code, false, Verdict::Valid, code);
        }
    }

    #[test]
    fn letters_for_digits_are_weaker() {
        // The last digit, then all of them, each with its own check.
        for body in ["RSSMRA85T10A56N", "RSSMRAURTMLARSN"] {
            let mut code = format!("{body}_").into_bytes();
            code[15] = super::check(code.as_slice().try_into().unwrap());
            let code = String::from_utf8(code).unwrap();
            check(codice_fiscale, &code, true, Verdict::Weak, &code);
        }
        rejects(
            codice_fiscale,
            "RSSMRAURTMLARSNH",
            false,
            "sixteen letters without context",
        );
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        let wrong = "RSSMRA85T10A562T";
        check(codice_fiscale, wrong, true, Verdict::FailedChecksum, wrong);
        testing::every_change_is_noticed(codice_fiscale, "RSSMRA85T10A562S", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (code, why) in [
            ("CNTCHR83T32D969H", "32 December"),
            ("CSTNGL22I10D086I", "no such month"),
            ("AAPPRY77D15H501F", "a vowel before a consonant"),
            ("DMLAXA77D15H501F", "a filler before a vowel"),
            ("RSSMRA85T10A562", "15 characters"),
            ("RSSMRA85T10A5620", "a digit for the check"),
            ("RSSMRA85T1AA562S", "a letter that stands for no digit"),
            ("85RMRA85T10A562S", "digits in the name"),
        ] {
            rejects(codice_fiscale, code, true, why);
        }
    }
}
