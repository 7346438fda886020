//! German tax identification number (§ 139b AO): eleven digits, the first not 0, the last a check (ISO 7064 MOD 11,10).
//! Among the first ten exactly one digit occurs twice, or since 2016 three times; all others at most once.

use super::{Compact, Verdict, digits, mod11_10};

/// Tax identification number of a person.
pub(super) fn tax_id(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 11 || !digits::all(number) || !repeats_well(&number[..10]) {
        return Verdict::Reject;
    }
    let holds = mod11_10::holds(number);
    match number[0] {
        // A number that begins with 0 is issued for tests alone.
        b'0' if holds => Verdict::Test,
        b'0' => Verdict::Reject,
        // Three times, but never three in a row.
        _ if number[..10].windows(3).any(digits::is_repeated) => Verdict::Weak.if_check(holds),
        _ => Verdict::Valid.if_check(holds),
    }
}

/// Whether exactly one digit occurs more than once, and that at most three times.
fn repeats_well(body: &[u8]) -> bool {
    let mut n_of = [0u8; 10];
    for digit in body {
        n_of[usize::from(digit & 0xF)] += 1;
    }
    let mut repeated = n_of.iter().filter(|n| **n > 1);
    matches!((repeated.next(), repeated.next()), (Some(2 | 3), None))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_the_numbers_that_the_tax_authorities_print() {
        for number in [
            "86095742719",
            "47036892816",
            "65929970489",
            "57549285017",
            "25768131411",
        ] {
            check(tax_id, number, true, Verdict::Valid, number);
        }
        check(tax_id, "02476291358", true, Verdict::Test, "02476291358");
    }

    #[test]
    fn repetition_is_structure() {
        let with_check = |body: &str| {
            let mut numbers = (0..10).map(|check| format!("{body}{check}"));
            numbers.find(|n| mod11_10::holds(n.as_bytes())).unwrap()
        };
        let in_a_row = with_check("1112345678");
        check(tax_id, &in_a_row, true, Verdict::Weak, &in_a_row);
        for (body, why) in [
            ("1234567890", "no digit twice"),
            ("1122345678", "two digits twice"),
            ("1121314567", "a digit four times"),
            ("0123456789", "begins with 0, no digit twice"),
        ] {
            rejects(tax_id, &with_check(body), true, why);
        }
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        check(
            tax_id,
            "86095742718",
            true,
            Verdict::FailedChecksum,
            "86095742718",
        );
        testing::every_change_is_noticed(tax_id, "86095742719", true);
        for (number, why) in [
            ("02476291357", "a test number with a wrong check"),
            ("8609574271", "ten digits"),
            ("860957427190", "twelve digits"),
        ] {
            rejects(tax_id, number, true, why);
        }
    }
}
