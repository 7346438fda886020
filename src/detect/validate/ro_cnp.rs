//! Romanian personal numeric code (CNP): sex and century (1), `YYMMDD`, county (2), sequence (3), check modulo 11. 7 and 8
//! are foreigners with residence, 9 other foreigners: their century is not told.

use super::{Compact, Verdict, date, digits, weights};

const WEIGHTS: [u32; 12] = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9];

/// Personal numeric code.
pub(super) fn cnp(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 13 || !digits::all(number) {
        return Verdict::Reject;
    }
    let (Some(date), Some(county)) = (date::pairs(&number[1..]), digits::number(&number[7..9]))
    else {
        return Verdict::Reject;
    };
    let Some(verdict) = birth(number[0], date) else {
        return Verdict::Reject;
    };
    // 01 to 46 are counties and Bucharest with its sectors; 47 and 48 were sectors too, 51 and 52 are counties of 1981, 70
    // and 80 to 83 come from registration without one.
    let is_county = matches!(county, 1..=48 | 51 | 52 | 70 | 80..=83);
    let is_known = is_county && &number[9..12] != b"000";
    let check = match weights::sum(&number[..12], &WEIGHTS) % 11 {
        10 => 1,
        n => n as u8,
    };
    let verdict = if is_known { verdict } else { Verdict::Weak };
    verdict.if_check(number[12] == b'0' + check)
}

/// What sex and date say; nothing where they cannot be.
fn birth(sex: u8, [year, month, day]: [u32; 3]) -> Option<Verdict> {
    let exists = |century| date::exists(century + year, month, day);
    let century = match sex {
        b'1' | b'2' => 1900,
        b'3' | b'4' => 1800,
        b'5' | b'6' => 2000,
        b'7'..=b'9' => {
            return [1900, 2000]
                .iter()
                .any(|c| exists(*c))
                .then_some(Verdict::Valid);
        }
        _ => return None,
    };
    exists(century).then(|| date::of_birth(century + year))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The example of Wikipedia, then persons of the 21st century.
        for number in ["1630615123457", "5031226529994", "6120131011233"] {
            check(cnp, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn the_19th_century_and_unknown_counties_are_weak() {
        check(cnp, "3001011234564", true, Verdict::Weak, "3001011234564");
        let body = b"163061599345";
        let check_digit = weights::sum(body, &WEIGHTS) % 11 % 10;
        let number = format!("163061599345{check_digit}");
        check(cnp, &number, true, Verdict::Weak, &number);
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        check(
            cnp,
            "1630615123458",
            true,
            Verdict::FailedChecksum,
            "1630615123458",
        );
        testing::every_change_is_noticed(cnp, "1630615123457", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("6000230234563", "30 February"),
            ("0630615123457", "no such sex"),
            ("1631315123457", "month 13"),
            ("50010112345688", "fourteen digits"),
            ("163061512345X", "a letter"),
        ] {
            rejects(cnp, number, true, why);
        }
    }
}
