//! Payment card numbers (ISO/IEC 7812): issuer prefix, account, Luhn check.
//!
//! `card_bins.txt` holds prefix and length of cards issued in mainland China, one row each: the prefix padded with spaces to
//! ten bytes, and the length. It is reduced from the npm package `bankcardinfo` 2.0.6 (ISC License, navyxie), without names
//! of banks, without rows that a shorter prefix implies, and without the retired local prefixes that begin with 1, 8 or 9
//! (but 9558 and 9559), which any serial number can have.
//!
//! Under a column or a label the check is not required of cards in that table: older debit cards of several banks were
//! issued without it.

use crate::bytes::number_of;

use super::table::Table;
use super::{Compact, Verdict, Why, digits, luhn, rounded};

/// Prefixes and lengths of cards of mainland issuers.
static BINS: Table = Table::new(include_bytes!("card_bins.txt"), 12);

/// Test numbers that card schemes and gateways publish, and the first digits of e, which pass as a card.
const TESTS: [u64; 21] = [
    2_718_281_828_459_045,
    4_111_111_111_111_111,
    4_012_888_888_881_881,
    4_222_222_222_222,
    4_242_424_242_424_242,
    4_000_056_655_665_556,
    5_555_555_555_554_444,
    5_105_105_105_105_100,
    5_200_828_282_828_210,
    2_223_003_122_003_222,
    378_282_246_310_005,
    371_449_635_398_431,
    378_734_493_671_000,
    6_011_111_111_111_117,
    6_011_000_990_139_424,
    3_530_111_333_300_000,
    3_566_002_020_360_505,
    30_569_309_025_904,
    38_520_000_023_237,
    6_200_000_000_000_005,
    6_250_946_000_000_016,
];

/// Networks whose prefixes are public.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Network {
    UnionPay,
    /// Visa, Mastercard, American Express, JCB, Discover, Diners Club.
    International,
    /// Ranges that are rarely issued: Maestro, and UnionPay outside 62.
    Rare,
}

/// Card number.
pub(super) fn bank_card(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if !(12..=20).contains(&number.len()) || !digits::all(number) {
        return compact.because(Why::Form, Verdict::Reject);
    }
    if digits::is_repeated(number) {
        return compact.because(Why::Repeated, Verdict::Reject);
    }
    if number[0] != b'0' && number.len() <= 16 && TESTS.contains(&number_of(number)) {
        return Verdict::Test;
    }
    let holds = luhn::holds(number);
    if !holds && !in_context {
        return compact.because(Why::Checksum, Verdict::Reject);
    }
    let listed = is_listed(number);
    let network = network(number);
    if holds {
        return match network {
            _ if listed => compact.because(Why::KnownIssuer, Verdict::Strong),
            Some(Network::UnionPay) => Verdict::Valid,
            Some(Network::Rare) if in_context => Verdict::Valid,
            Some(Network::Rare) => Verdict::Weak,
            // 13 digits are mostly times in milliseconds, 14 mostly dates with a time; 19 digits are identifiers of
            // distributed systems far more often than cards of Visa.
            Some(Network::International) if number.len() == 13 && !in_context => {
                compact.because(Why::NeedsContext, Verdict::Reject)
            }
            Some(Network::International) if matches!(number.len(), 13 | 14 | 19) => {
                compact.because(Why::CommonForm, Verdict::Weak)
            }
            // Mastercard's second series is rarely issued, and any sixteen digits may begin with 2.
            Some(Network::International) if number[0] == b'2' && !in_context => {
                compact.because(Why::CommonForm, Verdict::Weak)
            }
            Some(Network::International) => Verdict::Valid,
            // Prefixes are published by few issuers; industry digits 0 to 2 are no banks.
            None if in_context && number[0] >= b'3' => {
                compact.because(Why::UnknownIssuer, Verdict::Weak)
            }
            None => compact.because(Why::NoIssuer, Verdict::Reject),
        };
    }
    let is_domestic = matches!(network, None | Some(Network::UnionPay));
    // One digit may well be 0; two or more, and no check, were lost.
    if in_context && number.len() >= 17 && rounded::has_lost_digits(number) {
        return match listed || begins_as_a_card(number) {
            true => Verdict::Rounded,
            false => Verdict::Reject,
        };
    }
    match in_context {
        true if listed && is_domestic => compact.because(Why::Unchecked, Verdict::Weak),
        true if begins_as_a_card(number) => compact.because(Why::Checksum, Verdict::FailedChecksum),
        _ => compact.because(Why::Checksum, Verdict::Reject),
    }
}

/// Whether prefix and length are those of a mainland issuer.
fn is_listed(number: &[u8]) -> bool {
    // Most prefixes have six digits.
    [6, 5, 7, 8, 9, 10, 4].into_iter().any(|n| {
        let mut row = *b"            ";
        row[..n].copy_from_slice(&number[..n]);
        row[10] = b'0' + (number.len() / 10) as u8;
        row[11] = b'0' + (number.len() % 10) as u8;
        BINS.contains(&row)
    })
}

/// The network whose prefix and length the number has.
fn network(number: &[u8]) -> Option<Network> {
    let prefix = digits::number(&number[..4])?;
    match (prefix, number.len()) {
        (6200..=6299, 16..=19) => Some(Network::UnionPay),
        (6700..=6799 | 8100..=8171, 16..=19) => Some(Network::Rare),
        (4000..=4999, 13 | 16 | 19)
        | (5100..=5599 | 2221..=2720, 16)
        | (3400..=3499 | 3700..=3799, 15)
        | (3528..=3589, 16)
        | (6011 | 6440..=6599, 16)
        | (3000..=3059 | 3600..=3699 | 3800..=3999, 14) => Some(Network::International),
        _ => None,
    }
}

/// Whether a number of a column of cards is one that was mistyped rather than something else.
fn begins_as_a_card(number: &[u8]) -> bool {
    (16..=19).contains(&number.len())
        && (matches!(number[0], b'3' | b'4' | b'5')
            || number.starts_with(b"62")
            || number.starts_with(b"9558"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn the_second_series_of_mastercard_needs_context() {
        let number = card("272012345678901");
        check(bank_card, &number, true, Verdict::Valid, &number);
        check(bank_card, &number, false, Verdict::Weak, &number);
    }

    /// The body with its Luhn digit.
    fn card(body: &str) -> String {
        (0..10)
            .map(|digit| format!("{body}{digit}"))
            .find(|number| luhn::holds(number.as_bytes()))
            .unwrap()
    }

    #[test]
    fn the_table_is_sound() {
        BINS.assert_sound(1_600);
        assert!(is_listed(b"6222021234567890123"));
        assert!(!is_listed(b"6222021234567890"));
    }

    #[test]
    fn accepts_cards_anywhere() {
        for (body, want, why) in [
            (
                "622202123456789012",
                Verdict::Strong,
                "a mainland debit card, 19 digits",
            ),
            (
                "622588123456789",
                Verdict::Strong,
                "a mainland debit card, 16 digits",
            ),
            (
                "955880123456789012",
                Verdict::Strong,
                "an old debit card, not UnionPay's prefix",
            ),
            (
                "620000123456789",
                Verdict::Valid,
                "UnionPay, an issuer not in the table",
            ),
            ("453914880343646", Verdict::Valid, "Visa"),
            ("512345678901234", Verdict::Valid, "Mastercard"),
            ("222100123456789", Verdict::Weak, "Mastercard, 2 series"),
            ("37123456789012", Verdict::Valid, "American Express"),
            ("352912345678901", Verdict::Valid, "JCB"),
            ("3056930902591", Verdict::Weak, "Diners Club"),
            ("676512345678901", Verdict::Weak, "Maestro"),
        ] {
            let number = card(body);
            assert_eq!(
                bank_card(&mut Compact::of(number.as_bytes()).unwrap(), false),
                want,
                "{why}"
            );
        }
    }

    #[test]
    fn published_test_numbers_are_tests() {
        for number in TESTS {
            let number = number.to_string();
            assert!(luhn::holds(number.as_bytes()));
            check(bank_card, &number, false, Verdict::Test, &number);
        }
    }

    #[test]
    fn the_check_is_not_required_of_listed_cards_in_context() {
        check(
            bank_card,
            "6222021234567890123",
            true,
            Verdict::Weak,
            "6222021234567890123",
        );
        rejects(
            bank_card,
            "6222021234567890123",
            false,
            "no check and no context",
        );
    }

    #[test]
    fn a_wrong_check_is_counted_apart_in_context() {
        for number in ["4539148803436461", "5123456789012340", "6200001234567891"] {
            assert!(!luhn::holds(number.as_bytes()));
            check(bank_card, number, true, Verdict::FailedChecksum, number);
            rejects(bank_card, number, false, "no check and no context");
        }
    }

    #[test]
    fn any_changed_digit_is_noticed() {
        testing::every_change_is_noticed(bank_card, &card("453914880343646"), false);
        testing::every_change_is_noticed(bank_card, &card("622202123456789012"), false);
    }

    #[test]
    fn unknown_issuers_need_context() {
        let number = card("701234567890123");
        rejects(bank_card, &number, false, "no issuer begins with 7");
        check(bank_card, &number, true, Verdict::Weak, &number);
        rejects(
            bank_card,
            "4222222222225",
            false,
            "13 digits without context",
        );
    }

    #[test]
    fn rejects_what_is_no_card() {
        for (number, why) in [
            ("0000000000000000", "a filler"),
            ("62220212345", "11 digits"),
            ("622202123456789012345", "21 digits"),
            ("20240307123456", "a date and a time"),
            ("1709781234567", "a time in milliseconds"),
            ("622202123456789012a", "a letter"),
            ("", "nothing"),
        ] {
            rejects(bank_card, number, true, why);
        }
    }
}
