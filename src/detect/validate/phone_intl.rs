//! International telephone numbers (ITU-T E.164) of countries other than China: country code and subscriber, 15 digits at
//! most. National numbering plans are known in length only, and only for the countries most often seen.

use super::{Compact, Verdict, digits};

/// Country codes of one and two digits (ITU-T E.164, list of assigned codes); those of three are in [`is_long_code`].
const SHORT_CODES: [u32; 45] = [
    1, 7, 20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54,
    55, 56, 57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 90, 91, 92, 93, 94, 95, 98,
];

/// International number, written with `+` or `00`; normalised to country code and number. Not +86.
pub(super) fn phone_intl(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    if compact.as_bytes().starts_with(b"00") {
        compact.drop_front(2);
    }
    let number = compact.as_bytes();
    if !(8..=15).contains(&number.len()) || !digits::all(number) || number[0] == b'0' {
        return Verdict::Reject;
    }
    let Some(code) = country_code(number) else {
        return Verdict::Reject;
    };
    let national = &number[code..];
    if digits::is_repeated(national) || !national_len(&number[..code]).contains(&national.len()) {
        return Verdict::Reject;
    }
    // North American area and exchange codes begin with 2 to 9.
    if number[0] == b'1' && (national[0] < b'2' || national[3] < b'2') {
        return Verdict::Reject;
    }
    Verdict::Valid
}

/// Length of the country code that the number begins with; none for China and for codes that are not assigned.
fn country_code(number: &[u8]) -> Option<usize> {
    let code = |n: usize| digits::number(&number[..n]).unwrap_or(0);
    if SHORT_CODES.contains(&code(1)) {
        Some(1)
    } else if SHORT_CODES.contains(&code(2)) {
        Some(2)
    } else if is_long_code(code(3)) {
        Some(3)
    } else {
        None
    }
}

/// Whether a code of three digits is assigned to a country, a network or a service.
fn is_long_code(code: u32) -> bool {
    matches!(code,
        211..=213 | 216 | 218 | 220..=258 | 260..=269 | 290 | 291 | 297..=299
        | 350..=359 | 370..=378 | 380..=383 | 385..=387 | 389
        | 420 | 421 | 423
        | 500..=509 | 590..=599
        | 670 | 672..=683 | 685..=692
        | 800 | 808 | 850 | 852 | 853 | 855 | 856 | 870 | 878 | 880..=883 | 886 | 888
        | 960..=968 | 970..=977 | 979 | 992..=996 | 998)
}

/// Lengths of a national number: exact where the plan is simple, else what E.164 leaves.
fn national_len(code: &[u8]) -> std::ops::RangeInclusive<usize> {
    match code {
        b"1" | b"7" | b"91" => 10..=10,
        b"852" | b"853" | b"65" => 8..=8,
        b"886" => 8..=9,
        b"81" => 9..=10,
        b"33" | b"61" => 9..=9,
        b"44" => 7..=10,
        _ => 5..=12,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_numbers_of_other_countries() {
        // Numbers reserved for fiction by Ofcom and the North American plan, and made-up ones.
        for (text, normalised) in [
            ("442079460958", "442079460958"),
            ("00442079460958", "442079460958"),
            ("12025550143", "12025550143"),
            ("85261234567", "85261234567"),
            ("85366123456", "85366123456"),
            ("886912345678", "886912345678"),
            ("819012345678", "819012345678"),
            ("3545812345", "3545812345"),
        ] {
            check(phone_intl, text, false, Verdict::Valid, normalised);
        }
    }

    #[test]
    fn rejects_everything_else() {
        for (number, why) in [
            ("8613812345678", "China has its own kind"),
            ("008613812345678", "China has its own kind"),
            ("2101234567890", "210 is not assigned"),
            ("28123456789", "28x is not assigned"),
            ("999123456789", "999 is not assigned"),
            ("11025550143", "no area code begins with 1"),
            ("1202555014", "too short for +1"),
            ("8521234567", "too short for +852"),
            ("1234567", "too short"),
            ("1234567890123456", "16 digits"),
            ("44000000000", "a filler"),
            ("0000000000000", "zeros"),
            ("", "nothing"),
        ] {
            rejects(phone_intl, number, true, why);
        }
    }
}
