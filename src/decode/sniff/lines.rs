//! Whether the lines of a text are logins with passwords, or a chat.
//!
//! Both are told by nearly all lines of the head together, never by one: a single `a:b` is anything.

use std::collections::BTreeSet;

use crate::bytes;
use crate::decode::lines::{Make, begins_with_time, head_of};

/// Lines looked at.
const LINES_MAX: usize = 512;

/// Fewest lines of a list, and fewest messages of a chat.
const LINES_MIN: usize = 3;

/// The first lines of a text that are not blank, without the blanks around them.
pub(super) fn firsts(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::with_capacity(LINES_MAX);
    let ends = bytes::line_feeds(text).chain([text.len()]);
    let mut start = 0;
    for end in ends {
        let line = text[start..end].trim_ascii();
        start = end + 1;
        if !line.is_empty() {
            lines.push(line);
        }
        if lines.len() == LINES_MAX {
            break;
        }
    }
    lines
}

/// Tells the make of the first lines, if they have one.
pub(super) fn detect(lines: &[&[u8]]) -> Option<Make> {
    let n_lines = lines.len();
    let (mut n_heads, mut n_timed) = (0, 0);
    for line in lines.iter().filter(|line| line[0].is_ascii_digit()) {
        n_timed += usize::from(begins_with_time(line));
        n_heads += usize::from(head_of(line).is_some());
    }
    // A message may be long, but not every one is; and what was said stands below. Logs have a time on every line.
    let is_between = n_heads * 20 >= n_lines && n_heads * 3 <= n_lines * 2;
    if n_heads >= LINES_MIN && is_between && n_timed * 10 <= n_heads * 11 {
        return Some(Make::Chat);
    }
    [(Make::Hyphens, "----"), (Make::Colon, ":")]
        .into_iter()
        .find(|(make, sign)| is_list(lines, *make, sign.as_bytes()))
        .map(|(make, _)| make)
}

/// Nine of ten lines are a login and a secret, the logins differ, and the secrets are no numbers of persons and no paths.
fn is_list(lines: &[&[u8]], make: Make, sign: &[u8]) -> bool {
    let (mut n_pairs, mut n_misses, mut n_others) = (0, 0, 0);
    let mut logins = BTreeSet::new();
    for line in lines {
        let Some((login, secret)) = pair_of(line, make, sign) else {
            // Most texts are no list, and show it in their first lines.
            n_misses += 1;
            if n_misses * 10 > lines.len() {
                return false;
            }
            continue;
        };
        n_pairs += 1;
        n_others += usize::from(is_number_of_person(secret) || secret.contains(&b'/'));
        logins.insert(login);
    }
    n_pairs >= LINES_MIN && logins.len() * 2 > n_pairs && n_others * 5 < n_pairs
}

/// The login and the secret of a line, if it may be both.
fn pair_of<'t>(line: &'t [u8], make: Make, sign: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let at = find(line, sign)?;
    let (login, rest) = (&line[..at], &line[at + sign.len()..]);
    let secret = match make {
        Make::Hyphens => &rest[..find(rest, sign).unwrap_or(rest.len())],
        _ => rest,
    };
    let is_known = || {
        make == Make::Hyphens
            || is_address(login)
            || is_hash(secret) && !login.iter().any(|b| matches!(b, b'/' | b'\\'))
    };
    (is_word(login, 3) && is_word(secret, 4) && is_known()).then_some((login, secret))
}

/// Where the sign begins for the first time.
fn find(text: &[u8], sign: &[u8]) -> Option<usize> {
    memchr::memchr_iter(sign[0], text).find(|&at| text[at..].starts_with(sign))
}

/// Letters, digits and signs without a blank.
fn is_word(text: &[u8], n_min: usize) -> bool {
    (n_min..=128).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic)
}

/// A mail address, or a mobile number.
fn is_address(login: &[u8]) -> bool {
    let is_mobile = login.len() == 11 && login[0] == b'1' && is_digits(login);
    let is_mail = memchr::memchr(b'@', login).is_some_and(|at| {
        let domain = &login[at + 1..];
        at > 0 && domain.contains(&b'.') && !domain.iter().any(|b| matches!(b, b'/' | b'@'))
    });
    is_mobile || is_mail
}

/// MD5, SHA-1 and SHA-2 in hexadecimal digits.
fn is_hash(text: &[u8]) -> bool {
    matches!(text.len(), 32 | 40 | 64 | 128) && text.iter().all(u8::is_ascii_hexdigit)
}

/// As long as a mobile number or an identity number.
fn is_number_of_person(text: &[u8]) -> bool {
    let body = match text {
        [body @ .., b'x' | b'X'] => body,
        body => body,
    };
    is_digits(body) && (text.len() == 11 && text[0] == b'1' || matches!(text.len(), 15 | 18))
}

fn is_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(text: &[u8]) -> Option<Make> {
        super::detect(&firsts(text))
    }

    #[track_caller]
    fn check(lines: [&str; 4], want: Option<Make>) {
        assert_eq!(detect(lines.join("\n").as_bytes()), want, "{lines:?}");
    }

    #[test]
    fn lists_of_logins() {
        let mails = [
            "a@example.com:qwer12",
            "b@example.com:x:y9",
            "c@example.com:abcd/1",
            "d@example.org:888888",
        ];
        check(mails.map(|m| m.trim_end_matches("/1")), Some(Make::Colon));
        check(
            [
                "13900000001:abcd1",
                "13900000002:qwer",
                "13900000003:zxcv",
                "13900000004:1234",
            ],
            Some(Make::Colon),
        );
        check(
            [
                "moon----abcd1",
                "sun----qwer",
                "star----zx-cv----a@example.com",
                "sky----1234",
            ],
            Some(Make::Hyphens),
        );
        let hash = "5f4dcc3b5aa765d61d8327deb882cf99";
        let lines = ["moon", "sun", "star", "sky"].map(|l| format!("{l}:{hash}"));
        check(lines.each_ref().map(String::as_str), Some(Make::Colon));
    }

    #[test]
    fn other_lines() {
        check(
            ["host:localhost", "port:8080", "name:shop", "mode:fast"],
            None,
        );
        check(
            [
                "git@a.com:x/y",
                "git@b.com:x/z",
                "git@c.com:v/w",
                "git@d.com:q/q",
            ],
            None,
        );
        check(
            [
                "zhang----13900000001",
                "li----13900000002",
                "wang----13900000003",
                "liu----13900000004",
            ],
            None,
        );
        check(
            [
                "张伟----abcd1",
                "李娜----qwer",
                "王芳----zxcv",
                "刘强----1234",
            ],
            None,
        );
        check(
            [
                "a@example.com:qwer12",
                "b@example.com",
                "text",
                "more: text",
            ],
            None,
        );
        check(
            [
                "root:x:0:0:root:/root:/bin/sh",
                "bin:x:1:1:bin:/bin:/bin/sh",
                "a:x:2:2:a:/a:/b",
                "b:x:3:3:b:/b:/c",
            ],
            None,
        );
        let files = ["src/a.rs", "src/b.rs", "src/c.rs", "src/d.rs"];
        let lines = files.map(|l| format!("{l}:5f4dcc3b5aa765d61d8327deb882cf99"));
        check(lines.each_ref().map(String::as_str), None);
        check(["sha256:aa", "sha256:bb", "sha256:cc", "sha256:dd"], None);
    }

    #[test]
    fn chats() {
        let head = "2024-03-07 12:30:11 张三(12345678)";
        assert_eq!(
            detect(format!("{head}\n你好\n\n{head}\n在吗\n\n{head}\n好").as_bytes()),
            Some(Make::Chat)
        );
        assert_eq!(detect(format!("{head}\n你好").as_bytes()), None);
        let log = "2024-03-07 12:30:11 worker started (12345)\n".repeat(9);
        assert_eq!(detect(log.as_bytes()), None);
        let timed = "2024-03-07 12:30:12 nothing to do\n";
        assert_eq!(detect((log + &timed.repeat(9)).as_bytes()), None);
    }
}
