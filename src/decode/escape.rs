//! Escapes: turning escaped text into plain text, in place.
//!
//! Every escape sequence is at least as long as what it stands for, so the text only shrinks; the
//! bytes left over are set to NUL. What is not a valid sequence stays as it is. This file knows the
//! notations, not where they occur.

use memchr::{memchr, memchr2};

use super::charset::decode_guessed;
use super::transfer::Transfer;

/// A notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// JSON strings: `\n`, `\uD83D\uDE00` (RFC 8259, section 7).
    Json,
    /// MySQL strings: `\n`, `\Z`, `\%` and the doubled quote (MySQL reference manual, "String
    /// Literals").
    MySql(u8),
    /// Standard SQL strings: the doubled quote alone.
    Doubled(u8),
    /// PostgreSQL `E'…'`: `\n`, `\101`, `\x41`, `\u4E2D` and the doubled quote.
    CStyle,
    /// PostgreSQL `COPY` text: `\t`, `\101`, `\x41`.
    Copy,
    /// Pairs of hexadecimal digits. Stays as it is unless the bytes are UTF-8.
    Hex,
    /// Lines that go on behind a line break and one blank (RFC 2849, RFC 6350 section 3.2).
    Folded,
    /// Quoted-printable (RFC 2045), in UTF-8 or the encoding it seems to be in.
    QuotedPrintable,
    /// Base64 (RFC 4648). Stays as it is unless the bytes are UTF-8.
    Base64,
}

/// What one escape sequence stands for: how many bytes it takes, and the bytes it gives.
struct Unescaped {
    used: usize,
    bytes: [u8; 4],
    len: usize,
}

impl Unescaped {
    fn byte(used: usize, byte: u8) -> Unescaped {
        Unescaped {
            used,
            bytes: [byte, 0, 0, 0],
            len: 1,
        }
    }

    fn pair(first: u8, second: u8) -> Unescaped {
        Unescaped {
            used: 2,
            bytes: [first, second, 0, 0],
            len: 2,
        }
    }

    fn char(used: usize, c: char) -> Unescaped {
        let mut bytes = [0; 4];
        let len = c.encode_utf8(&mut bytes).len();
        Unescaped { used, bytes, len }
    }
}

/// Unescapes `text` in place and returns the new length; the bytes behind it become NUL.
pub(super) fn unescape(text: &mut [u8], escape: Escape) -> usize {
    match escape {
        Escape::Hex => return unhex(text),
        Escape::Folded => return unfold(text),
        Escape::QuotedPrintable => {
            let bytes = Transfer::QuotedPrintable.decode(text);
            return replaced(text, Some(decode_guessed(&bytes).into_bytes()));
        }
        Escape::Base64 => {
            let bytes = Transfer::Base64.decode(text);
            return replaced(text, Some(bytes).filter(|bytes| is_plain(bytes)));
        }
        _ => {}
    }
    let (mut from, mut to) = (0, 0);
    while let Some(skipped) = next_escape(&text[from..], escape) {
        text.copy_within(from..from + skipped, to);
        from += skipped;
        to += skipped;
        let one = decode(&text[from..], escape);
        text[to..to + one.len].copy_from_slice(&one.bytes[..one.len]);
        from += one.used;
        to += one.len;
    }
    let rest = text.len() - from;
    text.copy_within(from.., to);
    text[to + rest..].fill(0);
    to + rest
}

fn next_escape(text: &[u8], escape: Escape) -> Option<usize> {
    match escape {
        Escape::Json | Escape::Copy => memchr(b'\\', text),
        Escape::MySql(quote) => memchr2(b'\\', quote, text),
        Escape::CStyle => memchr2(b'\\', b'\'', text),
        Escape::Doubled(quote) => memchr(quote, text),
        Escape::Hex | Escape::Folded | Escape::QuotedPrintable | Escape::Base64 => None,
    }
}

/// Decodes the sequence at the start of `text`, which is not empty.
fn decode(text: &[u8], escape: Escape) -> Unescaped {
    let first = text[0];
    let Some(&second) = text.get(1) else {
        return Unescaped::byte(1, first);
    };
    if first != b'\\' {
        let doubled = usize::from(second == first);
        return Unescaped::byte(1 + doubled, first);
    }
    match escape {
        Escape::Json => json(text, second),
        Escape::MySql(_) => mysql(second),
        Escape::CStyle => c_style(text, second, true),
        _ => c_style(text, second, false),
    }
}

fn json(text: &[u8], second: u8) -> Unescaped {
    match second {
        b'"' | b'\\' | b'/' => Unescaped::byte(2, second),
        b'b' => Unescaped::byte(2, 8),
        b'f' => Unescaped::byte(2, 12),
        b'n' => Unescaped::byte(2, b'\n'),
        b'r' => Unescaped::byte(2, b'\r'),
        b't' => Unescaped::byte(2, b'\t'),
        b'u' => match hex_digits(&text[2..], 4) {
            Some(unit) => utf16(text, unit),
            None => Unescaped::pair(b'\\', b'u'),
        },
        _ => Unescaped::pair(b'\\', second),
    }
}

/// The character of `\uXXXX`, which may be the first half of a surrogate pair. A lone half becomes
/// U+FFFD.
fn utf16(text: &[u8], unit: u32) -> Unescaped {
    if let Some(c) = char::from_u32(unit) {
        return Unescaped::char(6, c);
    }
    let second = text
        .get(6..8)
        .filter(|lead| *lead == b"\\u")
        .and_then(|_| hex_digits(&text[8..], 4))
        .filter(|low| unit < 0xDC00 && (0xDC00..0xE000).contains(low));
    match second.and_then(|low| char::from_u32(0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00)) {
        Some(c) => Unescaped::char(12, c),
        None => Unescaped::char(6, char::REPLACEMENT_CHARACTER),
    }
}

fn mysql(second: u8) -> Unescaped {
    match second {
        b'0' => Unescaped::byte(2, 0),
        b'b' => Unescaped::byte(2, 8),
        b'n' => Unescaped::byte(2, b'\n'),
        b'r' => Unescaped::byte(2, b'\r'),
        b't' => Unescaped::byte(2, b'\t'),
        b'Z' => Unescaped::byte(2, 26),
        b'%' | b'_' => Unescaped::pair(b'\\', second),
        _ => Unescaped::byte(2, second),
    }
}

/// The escapes of PostgreSQL; `\u` and `\U` exist in strings and not in `COPY`.
fn c_style(text: &[u8], second: u8, unicode: bool) -> Unescaped {
    match second {
        b'b' => Unescaped::byte(2, 8),
        b'f' => Unescaped::byte(2, 12),
        b'n' => Unescaped::byte(2, b'\n'),
        b'r' => Unescaped::byte(2, b'\r'),
        b't' => Unescaped::byte(2, b'\t'),
        b'v' => Unescaped::byte(2, 11),
        b'0'..=b'7' => {
            let digits = text[1..]
                .iter()
                .take(3)
                .take_while(|b| matches!(b, b'0'..=b'7'));
            let (value, count) = digits.fold((0u32, 0), |(value, count), digit| {
                (value * 8 + u32::from(digit - b'0'), count + 1)
            });
            Unescaped::byte(1 + count, value as u8)
        }
        b'x' => match (hex_digits(&text[2..], 2), hex_digits(&text[2..], 1)) {
            (Some(byte), _) => Unescaped::byte(4, byte as u8),
            (None, Some(byte)) => Unescaped::byte(3, byte as u8),
            (None, None) => Unescaped::byte(2, b'x'),
        },
        b'u' if unicode => match hex_digits(&text[2..], 4) {
            Some(unit) => utf16(text, unit),
            None => Unescaped::byte(2, b'u'),
        },
        b'U' if unicode => match hex_digits(&text[2..], 8).and_then(char::from_u32) {
            Some(c) => Unescaped::char(10, c),
            None => Unescaped::byte(2, b'U'),
        },
        _ => Unescaped::byte(2, second),
    }
}

fn hex_digits(text: &[u8], count: usize) -> Option<u32> {
    text.get(..count)?.iter().try_fold(0u32, |value, digit| {
        Some((value << 4) | char::from(*digit).to_digit(16)?)
    })
}

/// Pairs of hexadecimal digits as the text they stand for, if it is UTF-8 without control
/// characters.
fn unhex(text: &mut [u8]) -> usize {
    let bytes: Option<Vec<u8>> = text
        .chunks(2)
        .map(|pair| hex_digits(pair, 2).map(|byte| byte as u8))
        .collect();
    replaced(text, bytes.filter(|bytes| is_plain(bytes)))
}

/// Whether bytes are UTF-8 without control characters.
fn is_plain(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_ok_and(|s| !s.contains(|c: char| c.is_control() && !c.is_whitespace()))
}

/// Puts what a text stands for in its place, if that is known and not longer.
fn replaced(text: &mut [u8], by: Option<Vec<u8>>) -> usize {
    match by.filter(|bytes| bytes.len() <= text.len()) {
        Some(bytes) => {
            text[..bytes.len()].copy_from_slice(&bytes);
            text[bytes.len()..].fill(0);
            bytes.len()
        }
        None => text.len(),
    }
}

/// Takes out the line breaks that a blank follows, with it.
fn unfold(text: &mut [u8]) -> usize {
    let (mut from, mut to) = (0, 0);
    while let Some(at) = memchr(b'\n', &text[from..]).map(|at| from + at) {
        let is_fold = matches!(text.get(at + 1), Some(b' ' | b'\t'));
        let end = match is_fold {
            true => at - usize::from(at > from && text[at - 1] == b'\r'),
            false => at + 1,
        };
        text.copy_within(from..end, to);
        to += end - from;
        from = if is_fold { at + 2 } else { at + 1 };
    }
    let rest = text.len() - from;
    text.copy_within(from.., to);
    text[to + rest..].fill(0);
    to + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(escape: Escape, text: &str, want: &[u8]) {
        let mut bytes = text.as_bytes().to_vec();
        let len = unescape(&mut bytes, escape);
        assert_eq!(&bytes[..len], want, "{text}");
        assert!(bytes[len..].iter().all(|b| *b == 0), "{text}: NUL behind");
    }

    #[test]
    fn json_strings() {
        check(Escape::Json, r"plain", b"plain");
        check(Escape::Json, r#"a\"b\\c\/d"#, br#"a"b\c/d"#);
        check(Escape::Json, r"\b\f\n\r\t", b"\x08\x0c\n\r\t");
        check(Escape::Json, r"\u5f20\u4e09x", "张三x".as_bytes());
        check(Escape::Json, r"\ud83d\ude00", "😀".as_bytes());
        check(Escape::Json, r"\ud83d", "\u{FFFD}".as_bytes());
        check(
            Escape::Json,
            r"\ude00\ud83dx",
            "\u{FFFD}\u{FFFD}x".as_bytes(),
        );
        check(Escape::Json, r"\ud83d\u0041", "\u{FFFD}A".as_bytes());
        check(Escape::Json, r"\u12", br"\u12");
        check(Escape::Json, r"\q", br"\q");
        check(Escape::Json, "cut\\", b"cut\\");
    }

    #[test]
    fn mysql_strings() {
        check(Escape::MySql(b'\''), r"it\'s ''quoted''", b"it's 'quoted'");
        check(
            Escape::MySql(b'\''),
            r"\0\Z\n\\\%\_\q",
            b"\0\x1a\n\\\\%\\_q",
        );
        check(Escape::MySql(b'"'), r#"a""b'c"#, br#"a"b'c"#);
    }

    #[test]
    fn standard_strings() {
        check(Escape::Doubled(b'\''), r"it''s C:\new", br"it's C:\new");
        check(Escape::CStyle, r"\x41\101\u5f20''\'", "AA张''".as_bytes());
        check(Escape::CStyle, r"\U0001F600\xzz", "😀xzz".as_bytes());
    }

    #[test]
    fn copy_text() {
        check(Escape::Copy, r"a\tb\nc\\d\x41\101\7", b"a\tb\nc\\dAA\x07");
        check(Escape::Copy, r"\xe5\xbc\xa0", "张".as_bytes());
        check(Escape::Copy, r"\u5f20", b"u5f20");
    }

    #[test]
    fn what_mail_and_directories_write() {
        check(Escape::Folded, "a\r\n b\n\tc\nd\n", b"abc\nd\n");
        check(Escape::Folded, "\n x", b"x");
        check(
            Escape::QuotedPrintable,
            "=E5=BC=A0=\r\n=E4=B8=89 x",
            "张三 x".as_bytes(),
        );
        check(
            Escape::QuotedPrintable,
            "=D5=C5=C8=FD=B5=E7=BB=B0",
            "张三电话".as_bytes(),
        );
        check(Escape::Base64, "5byg\n 5LiJ", "张三".as_bytes());
        check(Escape::Base64, "/9j/4A==", b"/9j/4A==");
    }

    #[test]
    fn hexadecimal() {
        check(Escape::Hex, "68656C6c6f", b"hello");
        check(Escape::Hex, "e5bca0", "张".as_bytes());
        check(Escape::Hex, "ff00", b"ff00");
        check(Escape::Hex, "686", b"686");
        check(Escape::Hex, "00", b"00");
        check(Escape::Hex, "", b"");
    }
}
