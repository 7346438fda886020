//! Numbers of mainland identity documents: the resident identity number of 18 digits (GB 11643-1999) and its form of 15
//! digits before October 1999, and the numbers of foreign permanent residents.
//!
//! Region, date of birth, sequence (odd for men), check character. Province and date are structure; a county code that no
//! list knows is only doubtful. Whether region and year of birth go together is not judged: counties were renamed, and
//! people kept the numbers they had.

use super::{Compact, Verdict, Why, date, digits, mod11_2, region, rounded};

/// The numbers that GB 11643-1999 itself prints as examples.
const EXAMPLES: [&[u8; 18]; 2] = [b"11010519491231002X", b"440524188001010014"];

/// Resident identity number, and the residence permits of 2018 for residents of Hong Kong (81), Macao (82) and Taiwan (83),
/// which share its form.
pub(super) fn resident_id(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let Ok(number) = <&[u8; 18]>::try_from(compact.as_bytes()) else {
        return match in_context && has_lost_a_character(compact.as_bytes()) {
            true => compact.because(Why::Checksum, Verdict::FailedChecksum),
            false => compact.because(Why::Form, Verdict::Reject),
        };
    };
    if EXAMPLES.contains(&number) {
        return Verdict::Test;
    }
    if !digits::all(&number[..17]) {
        return compact.because(Why::Form, Verdict::Reject);
    }
    if !region::is_province(number) {
        return compact.because(Why::Region, Verdict::Reject);
    }
    if !date::is_yyyymmdd(&number[6..14]) {
        return compact.because(Why::Date, Verdict::Reject);
    }
    let known = region::is_known(number);
    match (mod11_2::holds(number), known) {
        // Sequence 000 is not issued, though some generators write it.
        (true, true) if &number[14..17] != b"000" => Verdict::Valid,
        (true, true) => compact.because(Why::UnissuedSequence, Verdict::Weak),
        (true, false) => compact.because(Why::UnknownRegion, Verdict::Weak),
        // Without context, one arbitrary number of 18 digits in 2,800 has province and date; a known region makes that
        // one in 60,000.
        (false, _) if rounded::has_lost_digits(number) && (in_context || known) => Verdict::Rounded,
        (false, _) if is_check(number[17]) && (in_context || known) => {
            compact.because(Why::Checksum, Verdict::FailedChecksum)
        }
        (false, _) => compact.because(Why::Checksum, Verdict::Reject),
    }
}

/// Whether 17 characters are a number that lost its last one, often an `X` that a column of numbers does not take, or its
/// first: then one digit before them makes a number that holds.
fn has_lost_a_character(number: &[u8]) -> bool {
    if number.len() != 17 || !digits::all(&number[..16]) {
        return false;
    }
    let lacks_last =
        digits::all(number) && region::is_province(number) && date::is_yyyymmdd(&number[6..14]);
    lacks_last
        || date::is_yyyymmdd(&number[5..13])
            && (b'1'..=b'8').any(|first| {
                let mut whole = [first; 18];
                whole[1..].copy_from_slice(number);
                region::is_province(&whole) && mod11_2::holds(&whole)
            })
}

/// Resident identity number of the first generation: region, `YYMMDD` of the 20th century, sequence, no check.
pub(super) fn resident_id_15(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 15 || !digits::all(number) {
        return compact.because(Why::Form, Verdict::Reject);
    }
    if !region::is_province(number) {
        return compact.because(Why::Region, Verdict::Reject);
    }
    if !is_yymmdd(&number[6..12]) {
        return compact.because(Why::Date, Verdict::Reject);
    }
    if !in_context {
        return compact.because(Why::NeedsContext, Verdict::Reject);
    }
    if digits::is_repeated(number) {
        // 111111111111111 has province and date and is a filler.
        return Verdict::Test;
    }
    match region::is_known(number) {
        true => Verdict::Valid,
        false => compact.because(Why::UnknownRegion, Verdict::Weak),
    }
}

/// Foreign permanent resident: since December 2023 `9`, province (2), country (3, ISO 3166-1 numeric), date of birth,
/// sequence (3) and the check of the resident identity number; before that three letters and twelve digits, the date of
/// birth as `YYMMDD` from the eighth place on.
pub(super) fn foreign_pr_id(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    match number.len() {
        18 => foreign_pr_id_2023(number, in_context),
        15 if in_context => foreign_pr_id_2004(number),
        _ => Verdict::Reject,
    }
}

/// The form of 18 digits.
fn foreign_pr_id_2023(number: &[u8], in_context: bool) -> Verdict {
    if number[0] != b'9'
        || !digits::all(&number[..17])
        || !region::is_province(&number[1..])
        || !date::is_yyyymmdd(&number[6..14])
    {
        return Verdict::Reject;
    }
    // Numeric country codes run from 004 to 894.
    let country = digits::number(&number[3..6]).is_some_and(|n| (4..=894).contains(&n));
    match (mod11_2::holds(number), country) {
        (true, true) => Verdict::Valid,
        (true, false) => Verdict::Weak,
        (false, _) if in_context && is_check(number[17]) => Verdict::FailedChecksum,
        (false, _) => Verdict::Reject,
    }
}

/// The form of three letters and twelve digits. Its check digit is not public.
fn foreign_pr_id_2004(number: &[u8]) -> Verdict {
    if !number[..3].iter().all(u8::is_ascii_alphabetic) || !digits::all(&number[3..]) {
        return Verdict::Reject;
    }
    match region::is_province(&number[3..]) && is_yymmdd(&number[7..13]) {
        true => Verdict::Valid,
        false => Verdict::Weak,
    }
}

/// Whether six bytes are a day of the 20th century, as `YYMMDD`.
fn is_yymmdd(bytes: &[u8]) -> bool {
    let mut day = *b"19000101";
    day[2..].copy_from_slice(bytes);
    date::is_yyyymmdd(&day)
}

/// Whether the byte can be a check character at all.
fn is_check(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.eq_ignore_ascii_case(&b'X')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_resident_ids() {
        for number in [
            "110101199003074610",
            "11010120000229002X",
            "440401198401011232",
            "810000198706120037",
            "830000199509180143",
        ] {
            let mut fixed = number.as_bytes().to_vec();
            fixed[17] = mod11_2::check(&fixed[..17]).unwrap();
            let fixed = String::from_utf8(fixed).unwrap();
            check(resident_id, &fixed, false, Verdict::Valid, &fixed);
        }
        check(
            resident_id,
            "110101199003074610",
            false,
            Verdict::Valid,
            "110101199003074610",
        );
    }

    #[test]
    fn the_examples_of_the_standard_are_tests() {
        for example in ["11010519491231002X", "440524188001010014"] {
            check(resident_id, example, false, Verdict::Test, example);
        }
    }

    #[test]
    fn doubt_is_not_rejection() {
        // An unknown county, and a sequence that is not issued; each with its right check.
        for body in ["11019919900307461", "11010119900307000"] {
            let mut number = body.to_owned();
            number.push(char::from(mod11_2::check(body.as_bytes()).unwrap()));
            check(resident_id, &number, false, Verdict::Weak, &number);
        }
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        let wrong = "110101199003074611";
        check(resident_id, wrong, false, Verdict::FailedChecksum, wrong);
        let unknown_county = "110199199003074611";
        check(
            resident_id,
            unknown_county,
            true,
            Verdict::FailedChecksum,
            unknown_county,
        );
        rejects(
            resident_id,
            unknown_county,
            false,
            "neither county nor check",
        );
    }

    #[test]
    fn damaged_numbers_are_told() {
        check(
            resident_id,
            "440981199003074000",
            false,
            Verdict::Rounded,
            "440981199003074000",
        );
        // Without the check, without the first digit, and with a blank region.
        for lost in [
            "11010119900307461",
            "10101199003074610",
            "1010120000229002X",
        ] {
            check(resident_id, lost, true, Verdict::FailedChecksum, lost);
            rejects(resident_id, lost, false, "no context");
        }
        rejects(
            resident_id,
            "10101199013074611",
            true,
            "neither end makes it one",
        );
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("160101199003074610", "no such province"),
            ("110101199002304610", "30 February"),
            ("110101189003074610", "born in 1890"),
            ("110101209003074610", "born in 2090"),
            ("1101011990030746100", "19 digits"),
            ("11010119900307X610", "a letter inside"),
            ("11010119900307461A", "a letter that is no check"),
            ("", "nothing"),
        ] {
            rejects(resident_id, number, true, why);
        }
    }

    #[test]
    fn any_changed_digit_is_noticed() {
        testing::every_change_is_noticed(resident_id, "110101199003074610", false);
        testing::every_change_is_noticed(foreign_pr_id, "931840198806150025", false);
    }

    #[test]
    fn fifteen_digits_need_context() {
        check(
            resident_id_15,
            "110101900307461",
            true,
            Verdict::Valid,
            "110101900307461",
        );
        check(
            resident_id_15,
            "110199900307461",
            true,
            Verdict::Weak,
            "110199900307461",
        );
        check(
            resident_id_15,
            "111111111111111",
            true,
            Verdict::Test,
            "111111111111111",
        );
        rejects(resident_id_15, "110101900307461", false, "no context");
        for (number, why) in [
            ("320198910283844", "month 28"),
            ("160101900307461", "no such province"),
            ("11010190030746", "14 digits"),
            ("11010190030746X", "the old form has no check"),
        ] {
            rejects(resident_id_15, number, true, why);
        }
    }

    #[test]
    fn foreign_permanent_residents() {
        // 31 Shanghai, 840 United States.
        let number = "931840198806150025";
        check(foreign_pr_id, number, false, Verdict::Valid, number);
        check(
            foreign_pr_id,
            "931840198806150026",
            true,
            Verdict::FailedChecksum,
            "931840198806150026",
        );
        check(
            foreign_pr_id,
            "USA110085010112",
            true,
            Verdict::Valid,
            "USA110085010112",
        );
        check(
            foreign_pr_id,
            "USA990085139912",
            true,
            Verdict::Weak,
            "USA990085139912",
        );
        for (number, in_context, why) in [
            ("931840198806150026", false, "wrong check, no context"),
            ("USA110085010112", false, "the old form needs context"),
            ("US1110085010112", true, "two letters"),
            ("938840198806150025", true, "no such province"),
            ("931840198813150025", true, "month 13"),
        ] {
            rejects(foreign_pr_id, number, in_context, why);
        }
    }
}
