//! Keys in running text: the word that a number belongs to, as in `orderId=…`, `"trace": "…"` or `订单号：…`.
//!
//! A label announces kinds and is known beforehand (`label`); a key is whatever word stands there. This file knows where keys
//! are. Whether one is an order number's is the vocabulary's to say, and what its numbers are by chance that of a sample.

use std::collections::HashMap;

use super::KindSet;

/// Longest stretch of signs between a key and its number, in bytes.
const GAP_BYTES_MAX: usize = 6;
/// Longest key, in bytes.
pub(crate) const KEY_BYTES_MAX: usize = 48;
/// Letters and digits, and digits among them, from which on a token is a number worth a look.
const NUMBER_CHARS_MIN: usize = 10;
const NUMBER_DIGITS_MIN: usize = 4;

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
    let han = head.rchunks_exact(3).take_while(|c| is_han(c)).count() * 3;
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

/// Whether three bytes are a character of U+4000 to U+9FFF.
fn is_han(character: &[u8]) -> bool {
    (0xE4..=0xE9).contains(&character[0])
}

/// The numbers of a line that have a key, each behind it.
pub fn numbers(line: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < line.len() {
            let start = at;
            let len = line[start..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric())
                .count();
            at = start + len + 1;
            let token = &line[start..start + len];
            if len >= NUMBER_CHARS_MIN
                && token.iter().filter(|b| b.is_ascii_digit()).count() >= NUMBER_DIGITS_MIN
                && let Some(key) = before(line, start)
            {
                return Some((key, token));
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, want: &[(&str, &str)]) {
        let got: Vec<_> = numbers(line.as_bytes())
            .map(|(k, n)| (String::from_utf8_lossy(k), String::from_utf8_lossy(n)))
            .collect();
        let got: Vec<_> = got.iter().map(|(k, n)| (k.as_ref(), n.as_ref())).collect();
        assert_eq!(got, want, "{line}");
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
    }
}
