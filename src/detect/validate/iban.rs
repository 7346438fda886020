//! International bank account numbers (ISO 13616): country, two check digits modulo 97, and the national account number, whose
//! length and make-up the country has registered with SWIFT.

use super::{Compact, Verdict, digits};

/// What stands behind the check digits, by country: runs of digits (n), letters (a) or either (c), as the IBAN registry of
/// SWIFT has them; overseas territories of France and the Crown dependencies follow their countries.
#[rustfmt::skip]
const REGISTERED: &[(&[u8; 2], &str)] = &[
    (b"AD", "8n12c"),
    (b"AE", "19n"),
    (b"AL", "8n16c"),
    (b"AT", "16n"),
    (b"AZ", "4a20c"),
    (b"BA", "16n"),
    (b"BE", "12n"),
    (b"BG", "4a6n8c"),
    (b"BH", "4a14c"),
    (b"BI", "23n"),
    (b"BL", "10n11c2n"),
    (b"BR", "23n1a1c"),
    (b"BY", "4c4n16c"),
    (b"CH", "5n12c"),
    (b"CR", "18n"),
    (b"CY", "8n16c"),
    (b"CZ", "20n"),
    (b"DE", "18n"),
    (b"DJ", "23n"),
    (b"DK", "14n"),
    (b"DO", "4c20n"),
    (b"EE", "16n"),
    (b"EG", "25n"),
    (b"ES", "20n"),
    (b"FI", "14n"),
    (b"FK", "2a12n"),
    (b"FO", "14n"),
    (b"FR", "10n11c2n"),
    (b"GB", "4a14n"),
    (b"GE", "2a16n"),
    (b"GF", "10n11c2n"),
    (b"GG", "4a14n"),
    (b"GI", "4a15c"),
    (b"GL", "14n"),
    (b"GP", "10n11c2n"),
    (b"GR", "7n16c"),
    (b"GT", "24c"),
    (b"HN", "4a20n"),
    (b"HR", "17n"),
    (b"HU", "24n"),
    (b"IE", "4a14n"),
    (b"IL", "19n"),
    (b"IM", "4a14n"),
    (b"IQ", "4a15n"),
    (b"IS", "22n"),
    (b"IT", "1a10n12c"),
    (b"JE", "4a14n"),
    (b"JO", "4a4n18c"),
    (b"KW", "4a22c"),
    (b"KZ", "3n13c"),
    (b"LB", "4n20c"),
    (b"LC", "4a24c"),
    (b"LI", "5n12c"),
    (b"LT", "16n"),
    (b"LU", "3n13c"),
    (b"LV", "4a13c"),
    (b"LY", "21n"),
    (b"MC", "10n11c2n"),
    (b"MD", "20c"),
    (b"ME", "18n"),
    (b"MF", "10n11c2n"),
    (b"MK", "3n10c2n"),
    (b"MN", "16n"),
    (b"MQ", "10n11c2n"),
    (b"MR", "23n"),
    (b"MT", "4a5n18c"),
    (b"MU", "4a19n3a"),
    (b"NC", "10n11c2n"),
    (b"NI", "4a20n"),
    (b"NL", "4a10n"),
    (b"NO", "11n"),
    (b"OM", "3n16c"),
    (b"PF", "10n11c2n"),
    (b"PK", "4a16c"),
    (b"PL", "24n"),
    (b"PM", "10n11c2n"),
    (b"PS", "4a21c"),
    (b"PT", "21n"),
    (b"QA", "4a21c"),
    (b"RE", "10n11c2n"),
    (b"RO", "4a16c"),
    (b"RS", "18n"),
    (b"RU", "14n15c"),
    (b"SA", "2n18c"),
    (b"SC", "4a20n3a"),
    (b"SD", "14n"),
    (b"SE", "20n"),
    (b"SI", "15n"),
    (b"SK", "20n"),
    (b"SM", "1a10n12c"),
    (b"SO", "19n"),
    (b"ST", "21n"),
    (b"SV", "4a20n"),
    (b"TF", "10n11c2n"),
    (b"TL", "19n"),
    (b"TN", "20n"),
    (b"TR", "6n16c"),
    (b"UA", "6n19c"),
    (b"VA", "18n"),
    (b"VG", "4a16n"),
    (b"WF", "10n11c2n"),
    (b"XK", "16n"),
    (b"YE", "4a4n18c"),
    (b"YT", "10n11c2n"),
];

/// The same of countries that use the format and have not registered it.
#[rustfmt::skip]
const UNREGISTERED: &[(&[u8; 2], &str)] = &[
    (b"AO", "21n"),
    (b"BF", "2c22n"),
    (b"BJ", "2c22n"),
    (b"CF", "23n"),
    (b"CG", "23n"),
    (b"CI", "2c22n"),
    (b"CM", "23n"),
    (b"CV", "21n"),
    (b"DZ", "22n"),
    (b"GA", "23n"),
    (b"GQ", "23n"),
    (b"GW", "2c19n"),
    (b"IR", "22n"),
    (b"KM", "23n"),
    (b"MA", "24n"),
    (b"MG", "23n"),
    (b"ML", "2c22n"),
    (b"MZ", "21n"),
    (b"NE", "2a22n"),
    (b"SN", "2c22n"),
    (b"TD", "23n"),
    (b"TG", "2a22n"),
];

/// International bank account number.
pub(super) fn iban(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let Some((head, bban)) = compact.as_bytes().split_at_checked(4) else {
        return Verdict::Reject;
    };
    if !digits::all(&head[2..]) || !bban.iter().all(u8::is_ascii_alphanumeric) {
        return Verdict::Reject;
    }
    // 00 and 01, and 99, are what no calculation gives.
    if !(b"02"..=b"98").contains(&<&[u8; 2]>::try_from(&head[2..]).expect("two bytes")) {
        return Verdict::Reject;
    }
    let find = |list: &[(&[u8; 2], &'static str)]| {
        let at = list.binary_search_by(|(country, _)| country[..].cmp(&head[..2]));
        at.ok().map(|i| list[i].1)
    };
    let (made_up, known) = match (find(REGISTERED), find(UNREGISTERED)) {
        (Some(made_up), _) => (made_up, Verdict::Valid),
        (None, Some(made_up)) => (made_up, Verdict::Weak),
        (None, None) => return Verdict::Reject,
    };
    if !fits(bban, made_up) || digits::is_repeated(bban) {
        return Verdict::Reject;
    }
    match (remainder(bban.iter().chain(head)) == 1, in_context) {
        (true, _) => known,
        (false, true) => Verdict::FailedChecksum,
        (false, false) => Verdict::Reject,
    }
}

/// Whether an account number is made up so, as in `4n6a10c`.
fn fits(mut bban: &[u8], made_up: &str) -> bool {
    let mut length = 0;
    for sign in made_up.bytes() {
        let class: fn(&u8) -> bool = match sign {
            b'0'..=b'9' => {
                length = length * 10 + usize::from(sign - b'0');
                continue;
            }
            b'n' => u8::is_ascii_digit,
            b'a' => u8::is_ascii_uppercase,
            _ => u8::is_ascii_alphanumeric,
        };
        let Some((run, rest)) = bban.split_at_checked(length) else {
            return false;
        };
        if !run.iter().all(class) {
            return false;
        }
        (bban, length) = (rest, 0);
    }
    bban.is_empty()
}

/// The remainder modulo 97 of digits and letters, which stand for 10 to 35 (ISO 7064 MOD 97-10).
fn remainder<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    bytes.fold(0, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte.saturating_sub(b'A')) + 10) % 97,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_readable() {
        for list in [REGISTERED, UNREGISTERED] {
            assert!(list.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for (country, made_up) in list {
                let ends_well = made_up.ends_with(['n', 'a', 'c']);
                let sound = |c: char| c.is_ascii_digit() || "nac".contains(c);
                assert!(ends_well && made_up.chars().all(sound), "{country:?}");
            }
        }
    }

    #[test]
    fn accepts_published_numbers() {
        // Examples of the registry.
        for number in [
            "GB29NWBK60161331926819",
            "DE89370400440532013000",
            "FR1420041010050500013M02606",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "BR1800360305000010009795493C1",
            "SA0380000000608010167519",
        ] {
            check(iban, number, false, Verdict::Valid, number);
        }
        check(
            iban,
            "IR576406610070915600106898",
            false,
            Verdict::Weak,
            "IR576406610070915600106898",
        );
        testing::every_change_is_noticed(iban, "GB29NWBK60161331926819", false);
    }

    #[test]
    fn a_wrong_check_counts_apart_in_context_alone() {
        let number = "DE88370400440532013000";
        check(iban, number, true, Verdict::FailedChecksum, number);
        rejects(iban, number, false, "no context");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("XX22YYY1234567890123", "no such country"),
            ("DE8937040044053201300", "too short"),
            (
                "VG46H07Y0223060094359858",
                "the remainder holds, the structure does not",
            ),
            ("DE00370400440532013000", "no such check"),
            ("GB2", "a piece"),
            ("", "nothing"),
        ] {
            rejects(iban, number, true, why);
        }
    }
}
