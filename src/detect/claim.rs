//! Claims: candidates that passed their pattern, before it is settled which of overlapping ones stands.
//!
//! This file judges neighbours and settles overlaps. It knows no pattern in particular.

use std::cmp::Reverse;
use std::ops::Range;

use crate::bytes::{all_digits, number_of};

use super::pattern::{Boundary, Compacting, Confidence};
use super::validate::{Compact, has};
use super::vocabulary::RoleId;
use super::{Key, KindId, Status};

/// A candidate of one kind at one place of the text that is being looked at.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) kind: KindId,
    pub(crate) range: Range<usize>,
    pub(crate) status: Status,
    pub(crate) confidence: Confidence,
    pub(crate) precedence: u8,
    pub(crate) key: Key,
    pub(crate) role: Option<RoleId>,
}

/// The order in which overlapping claims are served: valid before failed, then the longer, then the higher precedence, then
/// the smaller kind, then the first.
pub(crate) type Rank = (bool, Reverse<usize>, Reverse<u8>, KindId, usize);

/// The rank of a claim.
pub(crate) fn rank(status: Status, range: &Range<usize>, precedence: u8, kind: KindId) -> Rank {
    (
        status == Status::FailedChecksum,
        Reverse(range.len()),
        Reverse(precedence),
        kind,
        range.start,
    )
}

/// Settles overlaps by their [`Rank`]. What is left stands in the order of the text.
pub(crate) fn settle(claims: &mut Vec<Claim>) {
    if claims.len() < 2 {
        return;
    }
    claims.sort_by_key(|c| rank(c.status, &c.range, c.precedence, c.kind));
    // What stands is disjoint and in order, so a claim can only meet its two neighbours.
    let mut standing: Vec<Claim> = Vec::with_capacity(claims.len());
    for claim in claims.drain(..) {
        let at = standing.partition_point(|c| c.range.start < claim.range.start);
        let free_before = at == 0 || standing[at - 1].range.end <= claim.range.start;
        let free_behind = standing
            .get(at)
            .is_none_or(|c| claim.range.end <= c.range.start);
        if free_before && free_behind {
            standing.insert(at, claim);
        }
    }
    *claims = standing;
}

/// Whether a value may begin at `start`, by what stands before it.
pub(crate) fn begins_well(text: &[u8], start: usize, boundary: Boundary) -> bool {
    if !text[start].is_ascii_alphanumeric() {
        // A mail address may begin with nearly any sign, but `=` in `to=li@…` is none of its own.
        let is_mail_sign = b"=!#$%&*/?^~\"-".contains(&text[start]);
        if boundary == Boundary::Loose
            && is_mail_sign
            && start > 0
            && !text[start - 1].is_ascii_whitespace()
        {
            return false;
        }
        // `1+44…` is a sum; before a Han character or a bracket behind a word anything may stand.
        return !text[start].is_ascii() || start == 0 || !text[start - 1].is_ascii_digit();
    }
    match text[..start] {
        [] => true,
        [.., b] if b.is_ascii_alphanumeric() => ends_with_escape(&text[..start]),
        // `张三_138…` joins two fields; `id_138…` is one word.
        [.., c, b'_'] if c >= 0x80 => true,
        [.., b'_'] => false,
        [.., q, b'.'] if boundary == Boundary::Token => !q.is_ascii_digit(),
        [.., b'-'] if boundary == Boundary::Token => !token_before_has_digit(&text[..start - 1]),
        _ => true,
    }
}

/// Whether a value may end at `end`, by what stands behind it.
pub(crate) fn ends_well(text: &[u8], end: usize, boundary: Boundary) -> bool {
    if boundary == Boundary::Blank {
        let next = text.get(end);
        return next.is_none_or(|b| *b <= b' ' || *b >= 0x80 || b"\"'`,;|<>\\".contains(b));
    }
    if !text[end - 1].is_ascii_alphanumeric() {
        return true;
    }
    match text[end..] {
        [] => true,
        [b'_', c, ..] if c >= 0x80 => true,
        [b, ..] if b.is_ascii_alphanumeric() || b == b'_' => false,
        [b'.', q, ..] if boundary == Boundary::Token => !q.is_ascii_digit(),
        [b'-', ..] if boundary == Boundary::Token => !token_behind_has_digit(&text[end + 1..]),
        _ => true,
    }
}

/// The length of what is left of an escape behind its first sign (`n` of `\n`, `u624b`, `3A` of `%3A`), when `text` has that
/// sign right before `at`; else 0. Only escapes of characters that a value may stand beside are such: `%38` is a digit.
pub(crate) fn escape_len(text: &[u8], at: usize) -> usize {
    let Some(sign) = at.checked_sub(1).map(|i| text[i]) else {
        return 0;
    };
    let hex = |n: usize| text[at..].get(n).is_some_and(u8::is_ascii_hexdigit);
    match (sign, text.get(at)) {
        (b'\\', Some(b'n' | b'r' | b't')) => 1,
        (b'\\', Some(b'u')) if (1..5).all(hex) => 5,
        (b'%', Some(_)) if hex(0) && hex(1) && is_separator_octet(&text[at..at + 2]) => 2,
        _ => 0,
    }
}

/// Whether two hexadecimal digits write a blank, a punctuation mark or a part of a character that is not ASCII.
fn is_separator_octet(digits: &[u8]) -> bool {
    let value = digits.iter().fold(0, |n, d| {
        n * 16 + char::from(*d).to_digit(16).map_or(0, |d| d as u8)
    });
    matches!(value, b'\t' | b'\n' | b'\r')
        || (b' '..0x7F).contains(&value) && !value.is_ascii_alphanumeric() && value != b'_'
        || value >= 0x80
}

/// Whether the text ends with an escape, see [`escape_len`].
fn ends_with_escape(text: &[u8]) -> bool {
    [1, 2, 5]
        .into_iter()
        .any(|n| n < text.len() && escape_len(text, text.len() - n) == n)
}

/// Whether an address in groups joined by colons goes on beyond the candidate, as in a hardware address of seven octets.
pub(crate) fn is_part_of_colon_groups(text: &[u8], range: &Range<usize>) -> bool {
    if !text[range.clone()].contains(&b':') {
        return false;
    }
    // `mac:` is a word before an address, `a4:` is a group of it.
    let is_group = |group: &[u8]| {
        matches!(group.len(), 1..=4)
            && group.iter().all(u8::is_ascii_hexdigit)
            && (matches!(group.len(), 2 | 4) || group.iter().any(u8::is_ascii_digit))
    };
    let before = match &text[..range.start] {
        [rest @ .., b':'] => is_group(&rest[rest.len() - token_len(rest.iter().rev())..]),
        _ => false,
    };
    let behind = match &text[range.end..] {
        [b':', rest @ ..] => is_group(&rest[..token_len(rest.iter())]),
        _ => false,
    };
    before || behind
}

fn token_len<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes
        .take(TOKEN_MAX)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count()
}

fn token_before_has_digit(text: &[u8]) -> bool {
    text.iter()
        .rev()
        .take(TOKEN_MAX)
        .take_while(|b| b.is_ascii_alphanumeric())
        .any(u8::is_ascii_digit)
}

fn token_behind_has_digit(text: &[u8]) -> bool {
    text.iter()
        .take(TOKEN_MAX)
        .take_while(|b| b.is_ascii_alphanumeric())
        .any(u8::is_ascii_digit)
}

/// How far a neighbour joined by a hyphen is looked at; groups of identifiers are shorter.
const TOKEN_MAX: usize = 40;

/// Reduces a value to its compact form. Says whether it fitted.
pub(crate) fn compact<'a>(value: &'a [u8], how: Compacting, out: &mut Compact<'a>) -> bool {
    out.clear();
    match how {
        Compacting::Digits if all_digits(value) => out.give(value),
        Compacting::Digits => value
            .iter()
            .filter(|b| b.is_ascii_digit())
            .all(|b| out.push(*b)),
        Compacting::Lower => {
            let fits = out.give(value.trim_ascii());
            out.make_lowercase();
            fits
        }
        Compacting::AlnumUpper if !has(value, |b| !b.is_ascii_alphanumeric()) => {
            let fits = out.give(value);
            out.make_uppercase();
            fits
        }
        _ if value.len() > 4 * Compact::CAPACITY => false,
        Compacting::AlnumUpper => alnum_upper(value, out),
        Compacting::Text if !has(value, |b| *b <= b' ') => out.lend(value),
        Compacting::Text => {
            let mut blank = false;
            value.trim_ascii().iter().all(|b| {
                let skip = blank && b.is_ascii_whitespace();
                blank = b.is_ascii_whitespace();
                skip || out.push(if blank { b' ' } else { *b })
            })
        }
    }
}

/// ASCII letters and digits in upper case, and Han characters as they are.
fn alnum_upper(mut value: &[u8], out: &mut Compact<'_>) -> bool {
    loop {
        let (fits, len) = match value {
            [] => return true,
            [b, ..] if b.is_ascii_alphanumeric() => (out.push(b.to_ascii_uppercase()), 1),
            // U+4E00..=U+9FFF and a little around it.
            [a @ 0xE4..=0xE9, b, c, ..] => (out.push(*a) && out.push(*b) && out.push(*c), 3),
            _ => (true, 1),
        };
        if !fits {
            return false;
        }
        value = &value[len..];
    }
}

/// Packs digits without loss: up to 19 of them, or 17 and `X`. Different strings give different numbers.
#[inline(never)]
pub(crate) fn pack(compact: &[u8]) -> Option<u64> {
    const WITH_X: u64 = 15_000_000_000_000_000_000;
    let (digits, ends_in_x) = match compact {
        [digits @ .., b'X'] if digits.len() == 17 => (digits, true),
        digits => (digits, false),
    };
    if digits.is_empty() || digits.len() > 19 || !all_digits(digits) {
        return None;
    }
    let (high, low) = digits.split_at(digits.len().saturating_sub(16));
    let number = number_of(high) * POWERS[16] + number_of(low);
    Some(match digits.len() {
        _ if ends_in_x => WITH_X + number,
        // 2 * 10^18 and more, at most 1.2 * 10^19.
        19 => 2_000_000_000_000_000_000 + number,
        // A leading 1 keeps leading zeros apart: at most 1999…9, below 2 * 10^18.
        len => POWERS[len] + number,
    })
}

/// Powers of ten.
const POWERS: [u64; 19] = {
    let mut powers = [1; 19];
    let mut i = 1;
    while i < 19 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_tells_all_strings_apart() {
        let strings = [
            "0",
            "00",
            "1",
            "10",
            "01",
            "13800138000",
            "013800138000",
            "999999999999999999",
            "0000000000000000000",
            "9999999999999999999",
            "1000000000000000000",
            "0000000000000000X",
        ];
        let mut packed: Vec<_> = strings.iter().filter_map(|s| pack(s.as_bytes())).collect();
        packed.push(pack(b"99999999999999999X").expect("17 digits and X fit"));
        packed.push(pack(b"00000000000000000X").expect("17 digits and X fit"));
        packed.sort_unstable();
        let n = packed.len();
        packed.dedup();
        assert_eq!(packed.len(), n);
        assert_eq!(pack(b""), None);
        assert_eq!(pack(b"12345678901234567890"), None);
        assert_eq!(pack(b"1234X"), None);
    }

    #[track_caller]
    fn check(text: &str, value: &str, begins: bool, ends: bool) {
        let start = text.find(value).expect("the value is in the text");
        assert_eq!(
            begins_well(text.as_bytes(), start, Boundary::Token),
            begins,
            "start of {text}"
        );
        let end = start + value.len();
        assert_eq!(
            ends_well(text.as_bytes(), end, Boundary::Token),
            ends,
            "end of {text}"
        );
    }

    #[test]
    fn neighbours_decide() {
        check("13812345678", "13812345678", true, true);
        check("手机13812345678转", "13812345678", true, true);
        check("a13812345678", "13812345678", false, true);
        check("_13812345678_", "13812345678", false, false);
        check("0.13812345678", "13812345678", false, true);
        check("13812345678.5", "13812345678", true, false);
        check("13812345678.", "13812345678", true, true);
        check("号码.13812345678", "13812345678", true, true);
        check("446655440000-13812345678-12", "13812345678", false, false);
        check("tel-13812345678-ext", "13812345678", true, true);
        check("张三_13812345678_李四", "13812345678", true, true);
        check("id_13812345678_", "13812345678", false, false);
    }

    #[test]
    fn escapes_are_no_letters() {
        for (text, begins) in [
            (r"a\n13812345678", true),
            (r"\t13812345678", true),
            (r"\u673a13812345678", true),
            (r"\u67a13812345678", false),
            (r"\x13812345678", false),
            ("%E6%9C%BA13812345678", true),
            ("tel%3D13812345678", true),
            ("tel%2013812345678", true),
            ("%38%4113812345678", false),
            ("%1313812345678", false),
            ("n13812345678", false),
            ("BA13812345678", false),
        ] {
            check(text, "13812345678", begins, true);
        }
    }

    #[test]
    fn groups_beyond_the_candidate_are_noticed() {
        for (text, value, part) in [
            ("3c:22:fb:4b:f5:51", "3c:22:fb:4b:f5:51", false),
            ("mac:3c:22:fb:4b:f5:51", "3c:22:fb:4b:f5:51", false),
            ("3c:22:fb:4b:f5:51: up", "3c:22:fb:4b:f5:51", false),
            ("3c:22:fb:4b:f5:51:07", "3c:22:fb:4b:f5:51", true),
            ("a4:3c:22:fb:4b:f5:51", "3c:22:fb:4b:f5:51", true),
            ("fd12:2456:789a:1::1", "2456:789a:1::1", true),
            ("ipv6:2409:8a00::5", "2409:8a00::5", false),
            ("134.146.25.18:8080", "134.146.25.18", false),
            ("12:30 13812345678", "13812345678", false),
        ] {
            let start = text.find(value).expect("the value is in the text");
            let range = start..start + value.len();
            assert_eq!(
                is_part_of_colon_groups(text.as_bytes(), &range),
                part,
                "{text}"
            );
        }
    }

    #[test]
    fn compacts_each_way() {
        let mut out = Compact::new();
        for (how, value, want) in [
            (Compacting::Digits, "+86 138-0013", "861380013"),
            (Compacting::AlnumUpper, "京a·12345x", "京A12345X"),
            (Compacting::Lower, " A@B.Com ", "a@b.com"),
            (Compacting::Text, " Zhang \t San ", "Zhang San"),
        ] {
            assert!(compact(value.as_bytes(), how, &mut out));
            assert_eq!(out.as_bytes(), want.as_bytes());
        }
        assert!(!compact(&[b'1'; 300], Compacting::Digits, &mut out));
    }
}
