//! Swedish personal identity number: `YYMMDD` or `YYYYMMDD`, sequence (3, odd for men), Luhn check over the last ten digits.
//! Coordination numbers have 60 more in the day. `+` instead of `-` says that the person is a hundred years old or more.

use super::{Compact, Verdict, date, digits, luhn};

/// Personal or coordination number; becomes the twelve digits without a sign.
pub(super) fn personnummer(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let mut all = [0; 12];
    let Some(number) = digits_of(compact.as_bytes(), &mut all) else {
        return Verdict::Reject;
    };
    let is_old = compact.as_bytes().contains(&b'+');
    let last_ten = &number[number.len() - 10..];
    let Some([two, month, day]) = date::pairs(last_ten) else {
        return Verdict::Reject;
    };
    let century = match digits::number(&number[..number.len() - 10]) {
        Some(century) => century * 100,
        None => century_of(two, is_old),
    };
    let year = century + two;
    let day = if day > 60 { day - 60 } else { day };
    if !(1800..2100).contains(&year) || !date::exists(year, month, day) {
        return Verdict::Reject;
    }
    let verdict = match &last_ten[6..9] {
        b"000" => Verdict::Weak,
        _ => date::of_birth(year),
    };
    let holds = luhn::holds(last_ten);
    write(compact, century / 100, last_ten);
    verdict.if_check(holds)
}

/// The digits among at most one sign each, if they are ten or twelve.
fn digits_of<'a>(text: &[u8], all: &'a mut [u8; 12]) -> Option<&'a [u8]> {
    let mut len = 0;
    for byte in text.iter().filter(|b| !matches!(b, b'-' | b'+' | b' ')) {
        *all.get_mut(len)? = *byte;
        len += 1;
    }
    let number = &all[..len];
    (matches!(len, 10 | 12) && digits::all(number)).then_some(number)
}

/// The century of a year of two digits: the last in which the person can be born, and with `+` the one before.
fn century_of(two: u32, is_old: bool) -> u32 {
    let latest = date::YEAR_MAX - two;
    latest / 100 * 100 - if is_old { 100 } else { 0 }
}

fn write(compact: &mut Compact<'_>, century: u32, last_ten: &[u8]) {
    let head = [century / 10, century % 10].map(|d| b'0' + d as u8);
    compact.clear();
    for digit in head.iter().chain(last_ten) {
        compact.push(*digit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn spellings_of_one_number_are_one_value() {
        // The example of the Swedish tax agency's brochure on population registration.
        for text in [
            "640823-3234",
            "6408233234",
            "640823 3234",
            "19640823-3234",
            "196408233234",
            "6408-23-3234",
        ] {
            check(personnummer, text, true, Verdict::Valid, "196408233234");
        }
    }

    #[test]
    fn the_sign_tells_the_century() {
        check(
            personnummer,
            "200228-5266",
            true,
            Verdict::Valid,
            "202002285266",
        );
        check(
            personnummer,
            "200228+5266",
            true,
            Verdict::Valid,
            "192002285266",
        );
        check(
            personnummer,
            "18640823-3234",
            true,
            Verdict::Weak,
            "186408233234",
        );
        rejects(personnummer, "000229+0005", true, "1900 was no leap year");
    }

    #[test]
    fn coordination_numbers_have_sixty_more() {
        // The example of the tax agency: 3 October 1970.
        check(
            personnummer,
            "701063-2391",
            true,
            Verdict::Valid,
            "197010632391",
        );
        rejects(personnummer, "701092-2391", true, "32 October");
    }

    #[test]
    fn a_wrong_check_is_counted_apart() {
        check(
            personnummer,
            "640823-3235",
            true,
            Verdict::FailedChecksum,
            "196408233235",
        );
        testing::every_change_is_noticed(personnummer, "640823-3234", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (text, why) in [
            ("160260-323", "nine digits"),
            ("64082332344", "eleven digits"),
            ("641323-3234", "month 13"),
            ("640823/3234", "no such sign"),
            ("17640823-3234", "the 18th century"),
        ] {
            rejects(personnummer, text, true, why);
        }
    }
}
