//! The first line of a message in a chat that was exported as text: `2024-03-07 12:30:11 张三(12345678)`.
//!
//! QQ and TIM write the account behind the name, as a number in parentheses or a mail address in angle brackets. Lines without
//! an account are no heads: those of logs begin with a time as well.

/// Where the parts of such a line stand in it, as half-open ranges of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct Head {
    /// Date and time of day.
    pub(in crate::decode) time: (usize, usize),
    /// The name of the sender; empty if there is only an account.
    pub(in crate::decode) sender: (usize, usize),
    /// The account of the sender.
    pub(in crate::decode) account: Option<(usize, usize)>,
}

/// Longest head in bytes: names of accounts are shorter.
const BYTES_MAX: usize = 200;

/// Digits of an account.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=12;

/// The parts of a line, if it is a head.
pub(in crate::decode) fn head_of(line: &[u8]) -> Option<Head> {
    if line.len() > BYTES_MAX || !line.first()?.is_ascii_digit() {
        return None;
    }
    let time = time_of(line)?;
    let end = line.trim_ascii_end().len();
    let close = *line[..end].last()?;
    let open = match close {
        b')' => b'(',
        b'>' => b'<',
        _ => return None,
    };
    let at = time + line[time..end].iter().rposition(|b| *b == open)?;
    let account = &line[at + 1..end - 1];
    let is_number = DIGITS.contains(&account.len()) && account.iter().all(u8::is_ascii_digit);
    let is_mail = account.contains(&b'@') && account.iter().all(u8::is_ascii_graphic);
    if !(is_number && open == b'(' || is_mail) {
        return None;
    }
    let from = end - line[time..end].trim_ascii_start().len();
    let sender = from.min(at);
    let name = line[sender..at].trim_ascii_end().len();
    Some(Head {
        time: (0, time),
        sender: (sender, sender + name),
        account: Some((at + 1, end - 1)),
    })
}

/// Whether a line begins as a head does.
pub(in crate::decode) fn begins_with_time(line: &[u8]) -> bool {
    time_of(line).is_some()
}

/// Where `2024-03-07 12:30:11` or `2024/3/7 9:05` at the start ends, with a blank behind.
fn time_of(line: &[u8]) -> Option<usize> {
    let mut at = 0;
    for (n_digits, ends) in [
        (4..=4, &b"-/"[..]),
        (1..=2, b"-/"),
        (1..=2, b" "),
        (1..=2, b":"),
        (2..=2, b": "),
    ] {
        let n = line[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        if !n_digits.contains(&n) || !ends.contains(line.get(at + n)?) {
            return None;
        }
        at += n + 1;
    }
    if line[at - 1] == b' ' {
        return Some(at - 1);
    }
    let n = line[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    (n == 2 && line.get(at + n) == Some(&b' ')).then_some(at + n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, want: Option<(&str, &str, &str)>) {
        let text = |(from, to): (usize, usize)| &line[from..to];
        let head = head_of(line.as_bytes());
        let parts = head.map(|h| (text(h.time), text(h.sender), h.account.map_or("", text)));
        assert_eq!(parts, want, "{line}");
    }

    #[test]
    fn a_head_has_time_sender_and_account() {
        check(
            "2024-03-07 12:30:11 张三(12345678)",
            Some(("2024-03-07 12:30:11", "张三", "12345678")),
        );
        check(
            "2024/3/7 9:05 小(明) 同学 <a.b@example.com>\r",
            Some(("2024/3/7 9:05", "小(明) 同学", "a.b@example.com")),
        );
        check(
            "2024-03-07 12:30:11 (12345678)",
            Some(("2024-03-07 12:30:11", "", "12345678")),
        );
        for line in [
            "",
            "2024-03-07 12:30:11 张三",
            "2024-03-07 12:30:11 INFO main(12)",
            "2024-03-07 12:30:11 request from <unknown>",
            "2024-03-07T12:30:11 张三(12345678)",
            "12:30:11 张三(12345678)",
            "2024-03-07 12:30:11",
            "张三(12345678)",
        ] {
            check(line, None);
        }
    }
}
