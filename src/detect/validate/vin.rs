//! Vehicle identification numbers (ISO 3779, GB 16735): 17 characters without I, O, Q; a check at the ninth place.
//!
//! Only North America enforces the check (49 CFR 565); elsewhere, China included, vehicles with another character there are
//! on the road. Without context the check is the only evidence and required.

use super::{Compact, Verdict, Why, digits};

/// Vehicle identification number.
pub(super) fn vin(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 17 || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    let Some(check) = check(number) else {
        return compact.because(Why::Form, Verdict::Reject);
    };
    let mixed = number.iter().any(u8::is_ascii_digit) && number.iter().any(u8::is_ascii_alphabetic);
    // The last four characters number the vehicle (ISO 3779, 4.5).
    let serial = digits::all(&number[13..]);
    match (check == number[8], in_context) {
        (true, true) => Verdict::Valid,
        (true, false) if mixed && serial => Verdict::Valid,
        (false, true) if matches!(number[0], b'1'..=b'5') && mixed => {
            compact.because(Why::Checksum, Verdict::FailedChecksum)
        }
        (false, true) if mixed => compact.because(Why::Unchecked, Verdict::Weak),
        (false, _) => compact.because(Why::Checksum, Verdict::Reject),
        _ => compact.because(Why::NeedsContext, Verdict::Reject),
    }
}

/// The check character that belongs at the ninth place. `None` if a character is not allowed.
fn check(number: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let mut sum = 0;
    for (byte, weight) in number.iter().zip(WEIGHTS) {
        sum += value(*byte)? * weight;
    }
    Some(match sum % 11 {
        10 => b'X',
        n => b'0' + n as u8,
    })
}

/// Value of a character (ISO 3779): letters count 1 to 9 again and again, S from 2 on.
fn value(byte: u8) -> Option<u32> {
    Some(match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'N' => u32::from(byte - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_numbers_with_their_check() {
        // 1M8GDM9AXKP042788 is the worked example of the check in the literature on 49 CFR 565.
        for number in ["1M8GDM9AXKP042788", "LSVAA49J132047371"] {
            let mut fixed = number.as_bytes().to_vec();
            fixed[8] = super::check(&fixed).unwrap();
            let fixed = String::from_utf8(fixed).unwrap();
            check(vin, &fixed, false, Verdict::Valid, &fixed);
        }
        check(
            vin,
            "1M8GDM9AXKP042788",
            false,
            Verdict::Valid,
            "1M8GDM9AXKP042788",
        );
        testing::every_change_is_noticed(vin, "1M8GDM9AXKP042788", false);
    }

    #[test]
    fn the_check_is_law_in_north_america_only() {
        check(
            vin,
            "1M8GDM9A1KP042788",
            true,
            Verdict::FailedChecksum,
            "1M8GDM9A1KP042788",
        );
        check(
            vin,
            "LBVAA4901GSE12345",
            true,
            Verdict::Weak,
            "LBVAA4901GSE12345",
        );
        rejects(vin, "LBVAA4901GSE12345", false, "no check and no context");
    }

    #[test]
    fn rejects_what_is_no_vin() {
        for (number, why) in [
            ("1M8GDM9AXKP04278O", "the letter O"),
            ("1M8GDM9AXKP04278", "16 characters"),
            ("11111111111111111", "a filler, though its check holds"),
            ("ABCDEFGHJKLMNPRST", "no digit"),
            ("", "nothing"),
        ] {
            rejects(vin, number, true, why);
        }
    }
}
