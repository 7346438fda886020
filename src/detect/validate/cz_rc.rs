//! Birth number of the Czech and the Slovak Republic (rodné číslo): `YYMMDD` with 50 more in the month for women, and since
//! 2004 20 more where a day's numbers have run out; sequence (3), and since 1954 a check digit that makes all ten digits a
//! multiple of 11.

use super::{Compact, Verdict, date, digits};

/// Birth number of nine or ten digits.
pub(super) fn rodne_cislo(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if !matches!(number.len(), 9 | 10) || !digits::all(number) {
        return Verdict::Reject;
    }
    let parts = [digits::number(&number[..9]), digits::number(&number[6..9])];
    let ([Some(body), Some(sequence)], Some([two, month, day])) = (parts, date::pairs(number))
    else {
        return Verdict::Reject;
    };
    let is_old = number.len() == 9;
    let year = match (is_old, two) {
        (true, 0..54) | (false, 54..) => 1900 + two,
        (true, _) => 1800 + two,
        (false, _) => 2000 + two,
    };
    let is_day = month_of(month, year).is_some_and(|month| date::exists(year, month, day));
    if !is_day || is_old && sequence == 0 {
        return Verdict::Reject;
    }
    match number[9..] {
        // The old ones have no check.
        [] => Verdict::Weak,
        // Until 1985 a remainder of 10 was written as 0.
        [last] => {
            let check = body % 11 % 10;
            let is_exception = body % 11 == 10;
            let verdict = match is_exception && year > 1985 {
                true => Verdict::Weak,
                false => date::of_birth(year),
            };
            verdict.if_check(last == b'0' + check as u8)
        }
        _ => Verdict::Reject,
    }
}

/// The month of the calendar.
fn month_of(month: u32, year: u32) -> Option<u32> {
    match month {
        1..=12 => Some(month),
        51..=62 => Some(month - 50),
        21..=32 if year >= 2004 => Some(month - 20),
        71..=82 if year >= 2004 => Some(month - 70),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The example of Wikipedia and those of published test suites: men, women, and a man of 2004 whose month has 20 more.
        for number in ["7103192745", "7360285163", "6809115566", "0424175466"] {
            check(rodne_cislo, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn nine_digits_have_no_check() {
        for number in ["530121999", "320911556", "991231123"] {
            check(rodne_cislo, number, true, Verdict::Weak, number);
        }
        rejects(rodne_cislo, "530121000", true, "sequence 000");
    }

    #[test]
    fn a_remainder_of_ten_was_written_as_zero() {
        check(
            rodne_cislo,
            "7159079940",
            true,
            Verdict::Valid,
            "7159079940",
        );
        let late = (900_101_000..).find(|n| n % 11 == 10).unwrap();
        let late = format!("{late}0");
        check(rodne_cislo, &late, true, Verdict::Weak, &late);
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        check(
            rodne_cislo,
            "7103192746",
            true,
            Verdict::FailedChecksum,
            "7103192746",
        );
        testing::every_change_is_noticed(rodne_cislo, "7103192745", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("0472301754", "30 February"),
            ("7123192745", "20 more before 2004"),
            ("7113192745", "month 13"),
            ("12345678901", "eleven digits"),
            ("71031927", "eight digits"),
        ] {
            rejects(rodne_cislo, number, true, why);
        }
    }
}
