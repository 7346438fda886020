//! Norwegian national identity number: `DDMMYY`, individual number (3, tells the century), two checks modulo 11. D-numbers
//! of temporary residents have 40 more in the day, H-numbers of hospitals 40 more in the month; 65 or 80 more in the month
//! are the invented persons of the authorities' test populations.

use super::{Compact, Verdict, date, digits, weights};

/// For both checks: the first nine digits and the check, then ten digits and the check.
const FIRST: [u32; 10] = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
const SECOND: [u32; 11] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// National identity number, D-number or H-number.
pub(super) fn fodselsnummer(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let Ok(number) = <&[u8; 11]>::try_from(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    let Some(verdict) = structure(number) else {
        return Verdict::Reject;
    };
    let first = weights::sum(&number[..10], &FIRST);
    let second = weights::sum(number, &SECOND);
    verdict.if_check(first.is_multiple_of(11) && second.is_multiple_of(11))
}

/// What day, month and individual number say; nothing where they cannot be.
fn structure(number: &[u8; 11]) -> Option<Verdict> {
    if !digits::all(number) {
        return None;
    }
    let [day, month, two] = date::pairs(number)?;
    let year = year(two, digits::number(&number[6..9])?)?;
    let day = if day > 40 { day - 40 } else { day };
    let (month, verdict) = match month {
        81.. => (month - 80, Verdict::Test),
        66.. => (month - 65, Verdict::Test),
        41.. => (month - 40, Verdict::Weak),
        _ => (month, date::of_birth(year)),
    };
    date::exists(year, month, day).then_some(verdict)
}

/// The year of birth, by its last two digits and the individual number.
fn year(two: u32, individual: u32) -> Option<u32> {
    match (individual, two) {
        (0..500, _) => Some(1900 + two),
        (500..750, 54..) => Some(1800 + two),
        (500..1000, 0..40) => Some(2000 + two),
        (900..1000, 40..) => Some(1900 + two),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    /// The number with these first nine digits, if there is one: some have no checks.
    fn number(body: &str) -> String {
        let numbers = (0..100).map(|checks| format!("{body}{checks:02}"));
        let holds = |n: &String| {
            weights::sum(&n.as_bytes()[..10], &FIRST).is_multiple_of(11)
                && weights::sum(n.as_bytes(), &SECOND).is_multiple_of(11)
        };
        numbers
            .into_iter()
            .find(holds)
            .expect("a body that has checks")
    }

    #[test]
    fn accepts_published_numbers() {
        // From published test suites; then a D-number.
        for number in ["29126214926", "13031379673", "14035638319"] {
            check(fodselsnummer, number, true, Verdict::Valid, number);
        }
        let d_number = number("691262150");
        check(fodselsnummer, &d_number, true, Verdict::Valid, &d_number);
    }

    #[test]
    fn other_persons_have_other_months() {
        let h_number = number("295262147");
        check(fodselsnummer, &h_number, true, Verdict::Weak, &h_number);
        for body in ["299262148", "297762148"] {
            let invented = number(body);
            check(fodselsnummer, &invented, true, Verdict::Test, &invented);
        }
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        for wrong in ["29126214936", "29126214927"] {
            check(fodselsnummer, wrong, true, Verdict::FailedChecksum, wrong);
        }
        testing::every_change_is_noticed(fodselsnummer, "29126214926", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("32126214926", "32 December"),
            ("92031470790", "day 52: a number without a date"),
            ("29136214926", "month 13"),
            ("29126275026", "no century has 750 and 62"),
            ("2912621492", "ten digits"),
        ] {
            rejects(fodselsnummer, number, true, why);
        }
    }
}
