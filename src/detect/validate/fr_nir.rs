//! NIR, the French number in the register of persons (social security number): sex, year and month of birth, department
//! (2), commune (3), sequence in the month (3), key (2). Corsica is `2A` and `2B`, 97 and 98 are overseas, 99 is abroad.

use super::{Compact, Verdict, digits};

/// The number with its key, 15 characters.
pub(super) fn nir(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let Ok(number) = <&[u8; 15]>::try_from(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    let Some((body, key)) = body_and_key(number) else {
        return Verdict::Reject;
    };
    let Some(verdict) = structure(number) else {
        return Verdict::Reject;
    };
    // Without context only what the register itself issues to those whose month of birth is known.
    if !in_context && verdict == Verdict::Weak {
        return Verdict::Reject;
    }
    match key == 97 - body % 97 {
        true => verdict,
        false if in_context => Verdict::FailedChecksum,
        false => Verdict::Reject,
    }
}

/// The thirteen digits that the key is made of, Corsica as 19 and 18, and the key.
fn body_and_key(number: &[u8; 15]) -> Option<(u64, u64)> {
    let mut plain = *number;
    let corsica = match (number[5], number[6]) {
        (b'2', b'A') => 1_000_000,
        (b'2', b'B') => 2_000_000,
        _ => 0,
    };
    if corsica > 0 {
        plain[6] = b'0';
    }
    let [high, low, key] = [0..7, 7..13, 13..15].map(|r| digits::number(&plain[r]));
    Some((
        u64::from(high?) * 1_000_000 + u64::from(low?) - corsica,
        u64::from(key?),
    ))
}

/// What sex, month, department, commune and sequence say; nothing where they cannot be.
fn structure(number: &[u8; 15]) -> Option<Verdict> {
    // 3 and 4 wait for their papers, 7 and 8 are numbers for the time being.
    let sex = match number[0] {
        b'1' | b'2' => Verdict::Valid,
        b'3' | b'4' | b'7' | b'8' => Verdict::Weak,
        _ => return None,
    };
    // Months from 20 on stand for one that is not known.
    let month = match digits::number(&number[3..5])? {
        1..=12 => Verdict::Valid,
        20..=42 | 50..=99 => Verdict::Weak,
        _ => return None,
    };
    let zero = [&number[5..7] == b"00", &number[10..13] == b"000"];
    (!zero.contains(&true)).then_some(sex.and(month))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The specimen of the health insurance card, and the example of Wikipedia.
        for number in ["269054958815780", "255081416802538"] {
            check(nir, number, false, Verdict::Valid, number);
        }
        // Corsica, south and north; born abroad.
        for number in ["253072A07300443", "253072B07300470", "295109912611193"] {
            check(nir, number, false, Verdict::Valid, number);
        }
    }

    #[test]
    fn a_month_or_a_sex_that_is_not_settled_is_weak() {
        for body in ["2695049588157", "7690549588157"] {
            let key = 97 - body.parse::<u64>().unwrap() % 97;
            let number = format!("{body}{key:02}");
            check(nir, &number, true, Verdict::Weak, &number);
            rejects(nir, &number, false, "weak, and no context");
        }
    }

    #[test]
    fn any_changed_digit_is_noticed() {
        testing::every_change_is_noticed(nir, "269054958815780", true);
        check(
            nir,
            "269054958815781",
            true,
            Verdict::FailedChecksum,
            "269054958815781",
        );
        rejects(nir, "269054958815781", false, "wrong key");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("969054958815780", "no such sex"),
            ("269134958815780", "month 13"),
            ("269050058815780", "department 00"),
            ("269054958800080", "sequence 000"),
            ("269052C58815780", "no such department"),
            ("26905495881578", "14 digits"),
            ("2690549588157801", "16 digits"),
        ] {
            rejects(nir, number, true, why);
        }
    }
}
