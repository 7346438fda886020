//! Keys in running text: the word that a number belongs to, as in `orderId=…`, `"trace": "…"` or `订单号：…`.
//!
//! A label announces kinds and is known beforehand (`label`); a key is whatever word stands there. This file knows where keys
//! are. Whether one is an order number's is the vocabulary's to say, and what its numbers are by chance that of a sample.

use std::collections::HashMap;

use super::KindSet;
use crate::bytes;

/// Longest stretch of signs between a key and its number, in bytes.
const GAP_BYTES_MAX: usize = 6;
/// Longest key, in bytes.
pub(crate) const KEY_BYTES_MAX: usize = 48;
/// A token of ten letters and digits or more is a number worth a look if so many of them are digits.
const NUMBER_DIGITS_MIN: u32 = 4;

/// For each key that the sample of a text knows, in small letters, the kinds that pass behind it by chance.
pub type Keys = HashMap<Box<[u8]>, KindSet>;

/// The key of a number that begins at `start`: the word before a separator, or Han characters right before the number.
pub(crate) fn before(text: &[u8], start: usize) -> Option<&[u8]> {
    let floor = start.saturating_sub(GAP_BYTES_MAX);
    let mut end = start;
    let mut is_separated = false;
    while end > floor {
        end -= match &text[..end] {
            [.., b'=' | b':' | b'[' | b'(' | b'#' | b'>'] => {
                is_separated = true;
                1
            }
            [.., b' ' | b'"' | b'\'' | b'\\'] => 1,
            [.., 0xEF, 0xBC, 0x9A | 0x88] => {
                is_separated = true;
                3
            }
            rest if rest.ends_with("为".as_bytes()) || rest.ends_with("是".as_bytes()) => 3,
            _ => break,
        };
    }
    let head = &text[end.saturating_sub(KEY_BYTES_MAX)..end];
    let word = head.iter().rev().take_while(|b| is_key_byte(**b)).count();
    let han = head
        .rchunks_exact(3)
        .take_while(|c| bytes::begins_with_han(c))
        .count()
        * 3;
    match (word, han) {
        (0, 0) => None,
        (0, n) => Some(&head[head.len() - n..]),
        (n, _) if is_separated => Some(&head[head.len() - n..]),
        _ => None,
    }
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Calls `f` with the numbers in some lines that have a key, each behind it.
pub fn each_number<'t>(text: &'t [u8], mut f: impl FnMut(&'t [u8], &'t [u8])) {
    let mut blocks = text.chunks(bytes::LANES).map(bytes::words_and_digits);
    let (mut word, mut digit) = blocks.next().unwrap_or_default();
    let mut is_open = 0;
    for base in (0..text.len()).step_by(bytes::LANES) {
        let (next_word, next_digit) = blocks.next().unwrap_or_default();
        let starts = word & !(word << 1 | is_open);
        is_open = word >> 63;
        // Where so many letters and digits begin.
        let words = u128::from(word) | u128::from(next_word) << bytes::LANES;
        let two = words & words >> 1;
        let four = two & two >> 2;
        let ten = four & four >> 4 & two >> 8;
        let mut long = starts & ten as u64;
        while long != 0 {
            let at = long.trailing_zeros();
            long &= long - 1;
            let digits = u128::from(digit) | u128::from(next_digit) << bytes::LANES;
            let n_seen = (!(words >> at)).trailing_zeros();
            let seen = 1u128.checked_shl(n_seen).unwrap_or(0).wrapping_sub(1);
            let n_digits = (digits >> at & seen).count_ones();
            // What fills two blocks may go on.
            if n_digits < NUMBER_DIGITS_MIN && at + n_seen < 2 * bytes::LANES as u32 {
                continue;
            }
            let start = base + at as usize;
            let is_part = |b: &&u8| b.is_ascii_alphanumeric();
            let len = text[start..].iter().take_while(is_part).count();
            let number = &text[start..start + len];
            let n_digits = number.iter().filter(|b| b.is_ascii_digit()).count();
            if n_digits >= NUMBER_DIGITS_MIN as usize
                && let Some(key) = before(text, start)
            {
                f(key, number);
            }
        }
        (word, digit) = (next_word, next_digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, want: &[(&str, &str)]) {
        // Wherever it stands in a block of 64 bytes.
        for n_before in 0..70 {
            let text = format!("{}\n{line}", "x".repeat(n_before));
            let mut got = Vec::new();
            let shown = |bytes| std::str::from_utf8(bytes).expect("it is text");
            each_number(text.as_bytes(), |key, number| {
                got.push((shown(key), shown(number)));
            });
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn keys_are_found_before_their_numbers() {
        check(
            "orderId=6222021234567890128 ok",
            &[("orderId", "6222021234567890128")],
        );
        check(
            "\"trace_id\": \"6222021234567890128\"",
            &[("trace_id", "6222021234567890128")],
        );
        check(
            "txn: 6222021234567890128, at=1709781234567",
            &[("txn", "6222021234567890128"), ("at", "1709781234567")],
        );
        check(
            "您的订单号：6222021234567890128",
            &[("您的订单号", "6222021234567890128")],
        );
        check(
            "单号6222021234567890128",
            &[("单号", "6222021234567890128")],
        );
        check(
            "流水号为6222021234567890128",
            &[("流水号", "6222021234567890128")],
        );
        check(
            "trace[6222021234567890128]",
            &[("trace", "6222021234567890128")],
        );
        check("called 13812345678 twice", &[]);
        check("13812345678", &[]);
        check("=13812345678", &[]);
        check("n=12345", &[]);
        check("n=123456789", &[]);
        check("n=abcdef1234", &[("n", "abcdef1234")]);
        check("n=abcdefg123", &[]);
        let late = format!("{}1234", "a".repeat(130));
        check(&format!("n={late}"), &[("n", &late)]);
        let long = "7".repeat(200);
        check(&format!("n={long}"), &[("n", &long)]);
        check("key=\n6222021234567890128", &[]);
    }
}
