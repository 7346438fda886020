//! Mail: messages and mailboxes, by the lines they begin with.
//!
//! Many texts begin with words and colons. A message has, before its first empty line, nothing but fields (RFC 5322), and among
//! them names that hardly anything else has. Whoever takes messages apart cuts such lines by the same functions.

use super::Container;

/// Lines before which a message must have shown what it is; long chains of `Received` come first.
const LINES_MAX: usize = 400;

/// Fields that tell of a message.
const TELLING: [&str; 13] = [
    "bcc",
    "cc",
    "content-type",
    "date",
    "delivered-to",
    "from",
    "message-id",
    "mime-version",
    "received",
    "reply-to",
    "return-path",
    "subject",
    "to",
];

/// Of these one must be there: a text that only quotes a message seldom has them.
const SURE: [&str; 5] = [
    "date",
    "message-id",
    "mime-version",
    "received",
    "return-path",
];

/// Whether it begins as a message or a mailbox does.
pub(super) fn detect(head: &[u8], ending: Option<&str>) -> Option<Container> {
    let mut lines = head.split_inclusive(|b| *b == b'\n').take(LINES_MAX);
    let first = lines.next()?;
    if is_separator(first) {
        let second = lines.next()?;
        return (name_of(second).is_some() || second.trim_ascii().is_empty())
            .then_some(Container::Mbox);
    }
    let mut found: Vec<&str> = Vec::new();
    let mut is_continued = false;
    for line in std::iter::once(first).chain(lines) {
        let line = without_end(line);
        if line.is_empty() {
            break;
        }
        if matches!(line, [b' ' | b'\t', ..]) && is_continued {
            continue;
        }
        let name = name_of(line)?;
        is_continued = true;
        let telling = TELLING
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name));
        if let Some(telling) = telling.filter(|telling| !found.contains(telling)) {
            found.push(telling);
        }
    }
    let has = |names: &[&str]| names.iter().any(|name| found.contains(name));
    let n_needed = match ending {
        Some("eml" | "mht" | "mhtml") => 2,
        _ => 4,
    };
    let is_message = found.len() >= n_needed
        && has(&SURE)
        && (has(&["from", "received", "return-path"]) || n_needed == 2);
    is_message.then_some(Container::Eml)
}

/// The name of a field. A blank before the colon, which old programs wrote, is what prints of messages have as well.
fn name_of(line: &[u8]) -> Option<&str> {
    let (name, _) = split_field(line)?;
    (line[name.len()] == b':').then_some(name)
}

/// The name of a field and what stands behind its colon.
pub(crate) fn split_field(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let name = line[..colon].trim_ascii_end();
    let is_name = !name.is_empty() && name.len() <= 76 && name.iter().all(u8::is_ascii_graphic);
    let name = std::str::from_utf8(name).ok().filter(|_| is_name)?;
    Some((name, &line[colon + 1..]))
}

/// A line without its end.
pub(crate) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a line can begin a message of a mailbox: `From `, an address, and a time with a colon between digits.
pub(crate) fn is_separator(line: &[u8]) -> bool {
    line.starts_with(b"From ")
        && line.windows(4).any(|four| {
            matches!(four, [a, b':', c, d]
                if a.is_ascii_digit() && c.is_ascii_digit() && d.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, ending: Option<&str>, want: Option<Container>) {
        assert_eq!(detect(head.as_bytes(), ending), want, "{head}");
        let crlf = head.replace('\n', "\r\n");
        assert_eq!(detect(crlf.as_bytes(), ending), want, "{crlf}");
    }

    #[test]
    fn messages_are_told_from_text_with_colons() {
        let message =
            "From: a@example.com\nTo: b@example.com\nSubject: x\n y: z\nDate: today\n\ntext";
        check(message, None, Some(Container::Eml));
        check(
            "Return-Path: <a@example.com>\nReceived: by x\n\tid 1\nFrom: a\nTo: b\n",
            None,
            Some(Container::Eml),
        );
        check(
            "Subject: x\nMIME-Version: 1.0\n\n",
            Some("eml"),
            Some(Container::Eml),
        );
        check("Subject: x\nMIME-Version: 1.0\n\n", None, None);
        // What programs print of a message, of a request, and settings.
        check("From: a\nTo: b\nSubject: c\n\ntext", None, None);
        check(
            "Date: today\nServer: x\nContent-Type: text/html\nContent-Length: 3\n\n",
            None,
            None,
        );
        check("name: x\nfrom: y\nto: z\ndate: today\n", None, None);
        check("2024-01-01 10:00:00 INFO From: a\n", None, None);
        check("From: a@example.com\nand then text\n", Some("eml"), None);
        check("From : a\nTo : b\nSubject : c\nDate : d\n\n", None, None);
        check("", None, None);
    }

    #[test]
    fn mailboxes_begin_with_a_separator() {
        let separator = "From a@example.com Fri Mar  1 10:00:00 2024";
        check(
            &format!("{separator}\nFrom: a\n"),
            None,
            Some(Container::Mbox),
        );
        check(&format!("{separator}\nand then text\n"), None, None);
        check("From the beginning it was clear\nSubject: x\n", None, None);
    }
}
