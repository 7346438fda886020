//! Whether the lines of a text are logins with passwords, or a chat.
//!
//! Both are told by nearly all lines of the head together, never by one: a single `a:b` is anything.

use std::collections::BTreeSet;

use crate::decode::lines::{Make, begins_with_time, head_of};

/// Lines looked at.
const LINES_MAX: usize = 512;

/// Fewest lines of a list, and fewest messages of a chat.
const LINES_MIN: usize = 3;

/// Tells the make of the lines, if they have one.
pub(super) fn detect(text: &[u8]) -> Option<Make> {
    let lines = || {
        text.split(|b| *b == b'\n')
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty())
            .take(LINES_MAX)
    };
    let n_lines = lines().count();
    let n_heads = lines().filter(|line| head_of(line).is_some()).count();
    let n_timed = lines().filter(|line| begins_with_time(line)).count();
    // A message may be long, but not every one is; and what was said stands below. Logs have a time on every line.
    let is_between = n_heads * 20 >= n_lines && n_heads * 3 <= n_lines * 2;
    if n_heads >= LINES_MIN && is_between && n_timed * 10 <= n_heads * 11 {
        return Some(Make::Chat);
    }
    [(Make::Hyphens, "----"), (Make::Colon, ":")]
        .into_iter()
        .find(|(make, sign)| is_list(lines(), n_lines, *make, sign))
        .map(|(make, _)| make)
}

/// Nine of ten lines are a login and a secret, the logins differ, and the secrets are no numbers of persons and no paths.
fn is_list<'t>(
    lines: impl Iterator<Item = &'t [u8]>,
    n_lines: usize,
    make: Make,
    sign: &str,
) -> bool {
    let (mut n_pairs, mut n_others) = (0, 0);
    let mut logins = BTreeSet::new();
    for line in lines {
        let Some((login, rest)) = std::str::from_utf8(line)
            .ok()
            .and_then(|l| l.split_once(sign))
        else {
            continue;
        };
        let secret = match make {
            Make::Hyphens => rest.split(sign).next().unwrap_or(rest),
            _ => rest,
        };
        let is_known = make == Make::Hyphens
            || is_address(login)
            || is_hash(secret) && !login.contains(['/', '\\']);
        if is_word(login, 3) && is_word(secret, 4) && is_known {
            n_pairs += 1;
            n_others += usize::from(is_number_of_person(secret) || secret.contains('/'));
            logins.insert(login);
        }
    }
    n_pairs >= LINES_MIN
        && n_pairs * 10 >= n_lines * 9
        && logins.len() * 2 > n_pairs
        && n_others * 5 < n_pairs
}

/// Letters, digits and signs without a blank.
fn is_word(text: &str, n_min: usize) -> bool {
    (n_min..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// A mail address, or a mobile number.
fn is_address(login: &str) -> bool {
    let is_mobile = login.len() == 11 && login.starts_with('1') && is_digits(login);
    let is_mail = login.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains(['/', '@'])
    });
    is_mobile || is_mail
}

/// MD5, SHA-1 and SHA-2 in hexadecimal digits.
fn is_hash(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64 | 128) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// As long as a mobile number or an identity number.
fn is_number_of_person(text: &str) -> bool {
    let body = text.strip_suffix(['x', 'X']).unwrap_or(text);
    is_digits(body) && (text.len() == 11 && text.starts_with('1') || matches!(text.len(), 15 | 18))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

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
