//! Dutch citizen service number (BSN), the former sofi number: nine digits with the *elfproef*, the sum by weights 9 to 2
//! and -1. Old systems drop the leading zero.

use super::{Compact, Verdict, digits, weights};

/// -1 is 10 modulo 11.
const WEIGHTS: [u32; 9] = [9, 8, 7, 6, 5, 4, 3, 2, 10];

/// Citizen service number; eight digits get their zero back.
pub(super) fn bsn(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let given = compact.as_bytes();
    let mut number = [b'0'; 9];
    match given.len() {
        8 | 9 => number[9 - given.len()..].copy_from_slice(given),
        _ => return Verdict::Reject,
    }
    let is_short = given.len() == 8;
    let Some(worth @ 1..) = digits::number(&number) else {
        return Verdict::Reject;
    };
    if is_short {
        compact.clear();
        number.iter().for_each(|digit| {
            compact.push(*digit);
        });
    }
    let verdict = match number {
        // The numbers that the test environments of the register hold.
        [b'9', b'9', b'9', ..] => Verdict::Test,
        // The first that was issued has eight digits of its own.
        _ if is_short || worth < 10_000_000 => Verdict::Weak,
        _ => Verdict::Valid,
    };
    verdict.if_check(weights::sum(&number, &WEIGHTS).is_multiple_of(11))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Those that the register's documents and Wikipedia use.
        for number in ["111222333", "123456782"] {
            check(bsn, number, true, Verdict::Valid, number);
        }
        check(bsn, "001855013", true, Verdict::Weak, "001855013");
        check(bsn, "11222311", true, Verdict::Weak, "011222311");
        check(bsn, "999990019", true, Verdict::Test, "999990019");
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        check(bsn, "111222334", true, Verdict::FailedChecksum, "111222334");
        testing::every_change_is_noticed(bsn, "111222333", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("1745594344", "ten digits"),
            ("1112223", "seven digits"),
            ("000000000", "nothing but zeros"),
            ("11122233X", "a letter"),
        ] {
            rejects(bsn, number, true, why);
        }
    }
}
