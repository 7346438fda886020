//! Finnish personal identity code: `DDMMYY`, the sign of the century, sequence (3, odd for men), check (of 31 characters).
//! `+` is the 19th century, `-` and since 2023 `U` to `Y` the 20th, `A` to `F` the 21st.

use super::{Compact, Verdict, date, digits};

/// The check for each remainder by 31: no G, I, O, Q and Z.
const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// Personal identity code; letters become capitals.
pub(super) fn hetu(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    compact.make_uppercase();
    let Ok(code) = <&[u8; 11]>::try_from(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    let Some((year, body)) = birth(code) else {
        return Verdict::Reject;
    };
    let sequence = body % 1_000;
    if sequence < 2 || !CHECKS.contains(&code[10]) {
        return Verdict::Reject;
    }
    if CHECKS[body as usize % 31] != code[10] {
        return match in_context {
            true => Verdict::FailedChecksum,
            false => Verdict::Reject,
        };
    }
    match sequence {
        // For the time being, and for tests.
        900.. => Verdict::Test,
        // `010203-1235` is a shape that many numbers have, and one in 850 of them is a code.
        _ if !in_context && code[10].is_ascii_digit() && !code[6].is_ascii_alphabetic() => {
            Verdict::Weak
        }
        _ => date::of_birth(year),
    }
}

/// The year of birth, and the nine digits that the check is made of.
fn birth(code: &[u8; 11]) -> Option<(u32, u32)> {
    let century = match code[6] {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return None,
    };
    let [day, month, year] = date::pairs(code)?;
    let sequence = digits::number(&code[7..10])?;
    let body = day * 10_000 + month * 100 + year;
    date::exists(century + year, month, day).then_some((century + year, body * 1_000 + sequence))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_codes() {
        // The example of the population register, and the same day under signs of later years.
        for (code, form) in [
            ("131052-308T", "131052-308T"),
            ("131052X308T", "131052X308T"),
            ("131019A3089", "131019A3089"),
            ("131019a3089", "131019A3089"),
            ("010101Y0101", "010101Y0101"),
        ] {
            check(hetu, code, false, Verdict::Valid, form);
        }
    }

    #[test]
    fn the_sign_tells_the_century() {
        check(hetu, "131002+308W", true, Verdict::Weak, "131002+308W");
        rejects(hetu, "290200-1239", true, "1900 was no leap year");
        // 2099 is to come.
        check(hetu, "311299A014N", true, Verdict::Weak, "311299A014N");
    }

    #[test]
    fn nine_hundred_and_more_are_tests() {
        check(hetu, "010190-900P", false, Verdict::Test, "010190-900P");
    }

    #[test]
    fn digits_alone_are_weak_without_context() {
        check(hetu, "010190-1340", true, Verdict::Valid, "010190-1340");
        check(hetu, "010190-1340", false, Verdict::Weak, "010190-1340");
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        check(
            hetu,
            "131052-308U",
            true,
            Verdict::FailedChecksum,
            "131052-308U",
        );
        rejects(hetu, "131052-308U", false, "wrong check, no context");
        testing::every_change_is_noticed(hetu, "131052-308T", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (code, why) in [
            ("131052T308T", "no such sign"),
            ("131052308T", "no sign"),
            ("131352-308T", "month 13"),
            ("131052-000V", "sequence 000"),
            ("131052-308I", "a letter that is no check"),
            ("131052-308TT", "twelve characters"),
        ] {
            rejects(hetu, code, true, why);
        }
    }
}
