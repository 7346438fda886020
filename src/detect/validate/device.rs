//! Numbers of mobile devices and subscriptions: IMEI (3GPP TS 23.003), IMSI (ITU-T E.212), ICCID (ITU-T E.118).
//!
//! Type allocation codes and subscribers are not looked up. A number of 15 digits passes the Luhn check by chance one time
//! in ten, so what stands in the pattern files asks for context or separators.

use super::{Compact, Verdict, Why, digits, luhn};

/// IMEI: type allocation (8), serial (6), Luhn check; normalised to 15 digits. In context also IMEISV (16 digits: a
/// software version in place of the check), which is weak.
pub(super) fn imei(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if !digits::all(number) || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    match number.len() {
        // The example of the GSM standard, and the digits in order.
        15 if matches!(number, b"490154203237518" | b"123456789012345") => Verdict::Test,
        15 if luhn::holds(number) => Verdict::Valid,
        15 if in_context => compact.because(Why::Checksum, Verdict::FailedChecksum),
        15 => compact.because(Why::Checksum, Verdict::Reject),
        16 if in_context => compact.because(Why::Unchecked, Verdict::Weak),
        16 => compact.because(Why::NeedsContext, Verdict::Reject),
        _ => compact.because(Why::Form, Verdict::Reject),
    }
}

/// IMSI: mobile country code (460 for China), network code, subscriber. Subscriptions of other countries are weak and
/// need context.
pub(super) fn imsi(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if !digits::all(number) || !matches!(number.len(), 14 | 15) || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    match (number, digits::number(&number[3..5])) {
        ([b'4', b'6', b'0', ..], Some(0..=9 | 11 | 12 | 13 | 15 | 20)) if number.len() == 15 => {
            Verdict::Valid
        }
        // Country codes begin with 2 to 7 and have the region as first digit.
        ([b'2'..=b'7', ..], _) if in_context => Verdict::Weak,
        _ => Verdict::Reject,
    }
}

/// ICCID of a Chinese operator: 8986, operator (2), 13 characters, and a Luhn check as 19th digit or as 20th; some
/// operators write letters after the eighth place.
pub(super) fn iccid(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if !matches!(number.len(), 19 | 20) || !number.starts_with(b"89") || !digits::all(&number[..6])
    {
        return Verdict::Reject;
    }
    let china = number.starts_with(b"8986");
    let checked = luhn::holds(&number[..19]) || luhn::holds(number);
    match (china, checked) {
        (true, true) => Verdict::Valid,
        (false, true) if in_context => Verdict::Weak,
        // Twenty places written by Chinese operators carry no public check.
        (true, false) if in_context && (number.len() == 20 || !digits::all(number)) => {
            compact.because(Why::Unchecked, Verdict::Weak)
        }
        (_, false) if in_context && digits::all(number) => {
            compact.because(Why::Checksum, Verdict::FailedChecksum)
        }
        (_, false) => compact.because(Why::Checksum, Verdict::Reject),
        _ => compact.because(Why::NeedsContext, Verdict::Reject),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn imei_with_its_check() {
        check(
            imei,
            "354102165139300",
            false,
            Verdict::Valid,
            "354102165139300",
        );
        check(
            imei,
            "490154203237518",
            true,
            Verdict::Test,
            "490154203237518",
        );
        check(
            imei,
            "354102165139301",
            true,
            Verdict::FailedChecksum,
            "354102165139301",
        );
        check(
            imei,
            "3541021651393012",
            true,
            Verdict::Weak,
            "3541021651393012",
        );
        testing::every_change_is_noticed(imei, "354102165139300", false);
        for (number, why) in [
            ("000000000000000", "a filler"),
            ("35410216513930", "without check"),
            ("35410216513930a", "a letter"),
            ("", "nothing"),
        ] {
            rejects(imei, number, true, why);
        }
        rejects(imei, "354102165139301", false, "no context");
    }

    #[test]
    fn imsi_of_china_and_of_others() {
        check(
            imsi,
            "460006490411465",
            false,
            Verdict::Valid,
            "460006490411465",
        );
        check(
            imsi,
            "310150123456789",
            true,
            Verdict::Weak,
            "310150123456789",
        );
        rejects(
            imsi,
            "310150123456789",
            false,
            "another country, no context",
        );
        for (number, why) in [
            ("460996490411465", "no such network, no context"),
            ("160006490411465", "no country code begins with 1"),
            ("46000649041146", "14 digits"),
            ("4600064904114655", "16 digits"),
            ("", "nothing"),
        ] {
            rejects(imsi, number, false, why);
        }
    }

    #[test]
    fn iccid_with_and_without_check() {
        check(
            iccid,
            "8986070700214187108",
            false,
            Verdict::Valid,
            "8986070700214187108",
        );
        check(
            iccid,
            "89860707002141871080",
            false,
            Verdict::Valid,
            "89860707002141871080",
        );
        check(
            iccid,
            "8986070700214187101",
            true,
            Verdict::FailedChecksum,
            "8986070700214187101",
        );
        check(
            iccid,
            "898603A70021418710B5",
            true,
            Verdict::Weak,
            "898603A70021418710B5",
        );
        testing::every_change_is_noticed(iccid, "8986070700214187108", false);
        for (number, why) in [
            ("8886070700214187108", "no telecommunication card"),
            ("898607070021418710", "18 digits"),
            ("", "nothing"),
        ] {
            rejects(iccid, number, true, why);
        }
    }
}
