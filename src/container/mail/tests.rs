//! Messages that are broken or hostile: what can be read of them is, and the rest is told. Those of other programs are in `tests`.

use std::io::Cursor;

use super::*;
use crate::container::pump::Walk;
use crate::container::tests::{All, all, all_in};
use crate::container::{Limits, Members, Source, Unpacking};

fn eml(text: &str) -> All {
    all(
        Container::Eml,
        text.as_bytes(),
        "mail.eml",
        &Unpacking::default(),
    )
}

/// A field of the record of a message.
#[track_caller]
fn field(found: &All, name: &str) -> String {
    let record = found.0[0].1.as_ref().expect("the record is whole");
    let record: serde_json::Value = serde_json::from_slice(record).expect("JSON");
    match &record[name] {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn names(found: &All) -> Vec<&str> {
    found.0.iter().map(|(name, _)| &name[..]).collect()
}

const HEAD: &str = "From: a@example.com\nTo: b@example.com\nDate: today\nSubject: x\n";

#[test]
fn what_is_broken_is_read_as_far_as_it_goes() {
    for (rest, want) in [
        ("\ntext", "text"),
        ("", ""),
        ("no field and so text\nmore", "no field and so text\nmore"),
        (
            "Content-Type: multipart/mixed\n\n--x\n\ntext",
            "--x\n\ntext",
        ),
        // The boundary is never met.
        ("Content-Type: multipart/mixed; boundary=y\n\ntext", "text"),
        (
            "Content-Type: multipart/mixed; boundary=x\n\nbefore\n--x\n\ntext",
            "before\ntext",
        ),
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x--\nbehind\n--x\n\ntwo",
            "one\nbehind\n--x\n\ntwo",
        ),
        // The inner boundary is never closed.
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\none\n--x\n\ntwo\n--x--\n",
            "one\ntwo",
        ),
        // One boundary begins with the other.
        (
            "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=x-1\n\n--x-1\n\none\n--x-1--\n--x\n\ntwo\n--x--\n",
            "one\ntwo",
        ),
        (
            "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=gbk\n\n1cXI/Q==\n",
            "张三",
        ),
        ("Content-Transfer-Encoding: base64\n\n!!!\n", ""),
        (
            "Content-Type: text/plain; charset=x-unknown\n\n张三\n",
            "张三",
        ),
    ] {
        let found = eml(&format!("{HEAD}{rest}"));
        assert_eq!(field(&found, "mail_body"), want, "{rest:?}");
        assert_eq!(names(&found), ["message"], "{rest:?}");
        assert_eq!(found.1, None, "{rest:?}");
        let crlf = eml(&format!("{HEAD}{rest}").replace('\n', "\r\n"));
        assert_eq!(
            field(&crlf, "mail_body").replace('\r', ""),
            want,
            "{rest:?}"
        );
    }
}

#[test]
fn endless_headers_end_at_a_limit() {
    let lines = "X-Spam: yes\n".repeat(200_000);
    let line = format!("X-Spam: {}\n", "y".repeat(3 << 20));
    for endless in [lines, line] {
        let found = eml(&format!("{HEAD}{endless}\ntext"));
        let reason = found.0[0].1.as_ref().expect_err("the header is cut");
        assert_eq!(reason, "limit reached: a header of more than 1024 KiB");
    }
}

#[test]
fn parts_beside_and_inside_each_other_take_no_stack() {
    let beside = "--x\nContent-Type: application/octet-stream\n\ndata\n".repeat(10_000);
    let found = eml(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=x\n\n{beside}--x--\n"
    ));
    assert_eq!(found.0.len(), 10_001);
    assert_eq!(
        found.0[10_000],
        ("part-10000".to_owned(), Ok(b"data".to_vec()))
    );
    // Ten thousand boundaries, each inside the one before.
    let inside = |n: usize| format!("Content-Type: multipart/mixed; boundary=x{n}\n\n--x{n}\n");
    let deep: String = (0..10_000).map(inside).collect();
    let found = eml(&format!("{HEAD}{deep}\ntext"));
    let reason = found.0[0].1.as_ref().expect_err("it is too deep");
    assert_eq!(
        reason,
        "limit reached: more than 64 parts of a message in each other"
    );
    let deepest = found.0[1].1.as_ref().expect("what lies deeper is a member");
    assert!(deepest.ends_with(b"text"));
    // A message in a message in a message: one level is taken off at a time.
    let forwarded = "Content-Type: message/rfc822\n\n".repeat(200_000);
    let found = eml(&format!("{HEAD}{forwarded}"));
    assert_eq!(names(&found), ["message", "part-1.eml"]);
    let inner = found.0[1].1.as_ref().expect("whole");
    assert_eq!(
        inner.len(),
        forwarded.len() - "Content-Type: message/rfc822\n\n".len()
    );
}

#[test]
fn long_texts_end_at_a_limit_and_what_came_before_counts() {
    let long = "text ".repeat(4 << 20);
    let found = eml(&format!("{HEAD}\n{long}"));
    let reason = found.0[0].1.as_ref().expect_err("the text is cut");
    assert_eq!(
        reason,
        "limit reached: a message with more than 16 MiB of text"
    );
}

#[test]
fn names_of_attachments_are_those_of_the_message_or_made() {
    let part = |header: &str| format!("--x\n{header}\n\ndata\n");
    let parts = [
        "Content-Disposition: attachment; filename=\"=?UTF-8?B?5ZCN5Y2VLmNzdg==?=\"",
        "Content-Type: text/csv; name=\"../../etc/passwd\"",
        "Content-Type: text/csv",
        "Content-Type: message/rfc822",
        "Content-Disposition: attachment",
        "Content-Type: text/html; name=page.html",
    ];
    let parts: String = parts.iter().map(|header| part(header)).collect();
    let found = eml(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=x\n\n{parts}--x--\n"
    ));
    let want = [
        "message",
        "名单.csv",
        "../../etc/passwd",
        "part-3.csv",
        "part-4.eml",
        "part-5",
        "page.html",
    ];
    assert_eq!(names(&found), want);
}

#[test]
fn mailboxes_are_cut_where_a_message_begins_and_nowhere_else() {
    let from = "From a@example.com Fri Mar  1 10:00:00 2024\n";
    let message = |text: &str| format!("{from}{HEAD}\n{text}\n\n");
    let texts = [
        "one",
        "From here on\n\nFrom there",
        ">From me 10:00\n>>From you 11:00",
        "a\nFrom b 10:00",
    ];
    let bodies: String = texts.iter().map(|text| message(text)).collect();
    let mailbox = format!("prose before\n\n{bodies}{from}{HEAD}");
    let found = all(
        Container::Mbox,
        mailbox.as_bytes(),
        "box",
        &Unpacking::default(),
    );
    let records = found.0[0].1.as_ref().expect("whole");
    let said: Vec<String> = records
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<serde_json::Value>(line).expect("JSON"))
        .map(|record| record["mail_body"].as_str().expect("text").to_owned())
        .collect();
    let want = [
        "one",
        "From here on\n\nFrom there",
        "From me 10:00\n>From you 11:00",
        "a\nFrom b 10:00",
        "",
    ];
    assert_eq!(said, want);
}

/// Three messages, each with a file.
fn mailbox() -> Vec<u8> {
    let message = |number: usize| {
        format!(
            "From a@example.com Fri Mar  1 10:00:00 2024\n{HEAD}Content-Type: multipart/mixed; boundary=x\n\n\
             --x\n\ntext {number}\n--x\nContent-Disposition: attachment; filename=a.csv\n\nrow {number}\n--x--\n\n"
        )
    };
    (1..=3).map(message).collect::<String>().into_bytes()
}

/// Bytes of which the last cannot be read.
struct Lost {
    bytes: Cursor<Vec<u8>>,
    from: u64,
}

impl Lost {
    /// The mailbox to the middle of the last file.
    fn mailbox() -> Lost {
        let bytes = mailbox();
        let from = (bytes.len() - "w 3\n--x--\n\n".len()) as u64;
        Lost {
            bytes: Cursor::new(bytes),
            from,
        }
    }
}

impl Read for Lost {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.from.saturating_sub(self.bytes.position()) as usize;
        match buf.len().min(left) {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            n => self.bytes.read(&mut buf[..n]),
        }
    }
}

impl Seek for Lost {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

#[test]
fn what_came_before_a_fault_is_read() {
    let truncated = "truncated: ends in the middle of what it contains".to_owned();
    let check = |members: Members, last: Result<Vec<u8>, String>| {
        let (found, ended) = all_in(members);
        let records = found[0].1.as_ref().expect("the records");
        assert_eq!(records.iter().filter(|b| **b == b'\n').count(), 3);
        let want = [
            ("1/a.csv", Ok(b"row 1".to_vec())),
            ("2/a.csv", Ok(b"row 2".to_vec())),
            ("3/a.csv", last),
        ];
        assert_eq!(
            found[1..],
            want.map(|(name, bytes)| (name.to_owned(), bytes))
        );
        assert_eq!(ended.as_ref(), Some(&truncated));
    };
    // A stream, as of a compressed file that was cut off.
    let source = Source::Stream(Box::new(Lost::mailbox()));
    let unpacking = Unpacking::default();
    let cut = Members::open(Container::Mbox, source, "box", &unpacking).expect("a thread");
    check(cut, Ok(b"ro".to_vec()));
    // A file on a disk that has a fault.
    let walk: Walk = |_, sink| messages(&mut Lost::mailbox(), true, 10, sink);
    let nothing = Source::Stream(Box::new(io::empty()));
    let faulty = Members::pumped(Container::Mbox, walk, nothing, "box", &unpacking);
    check(faulty.expect("a thread"), Err(truncated.clone()));
}

#[test]
fn attachments_end_at_the_limit_of_members() {
    for (members_max, n_files) in [(1, 0), (2, 1), (3, 2)] {
        let unpacking = Unpacking {
            limits: Limits {
                members_max,
                ..Limits::default()
            },
            ..Unpacking::default()
        };
        let (found, ended) = all(Container::Mbox, &mailbox(), "box", &unpacking);
        assert_eq!(found.len(), 1 + n_files);
        let want = format!("limit reached: more than {members_max} members");
        assert_eq!(ended, Some(want));
    }
}

#[test]
fn what_says_that_the_next_part_is_encrypted_is_no_file() {
    let version = "--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n";
    let data = "--x\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n";
    for (parts, want) in [
        (version.to_owned(), &["message"][..]),
        (format!("{version}{data}"), &["message", "part-2"]),
    ] {
        let found = eml(&format!(
            "{HEAD}Content-Type: multipart/encrypted; boundary=x\n\n{parts}--x--\n"
        ));
        assert_eq!(names(&found), want);
        for (name, bytes) in &found.0[1..] {
            assert_eq!(bytes, &Err("encrypted".to_owned()), "{name}");
        }
    }
}

#[test]
fn many_receivers_are_told_once_each() {
    // To compare each with all before it would take minutes.
    const N: usize = 90_000;
    let addresses: Vec<String> = (0..N).map(|i| format!("{i}@a")).collect();
    let addresses = addresses.join(",");
    let found = eml(&format!(
        "From: a\nTo: {addresses}\nCc: 7@a, 8@a, 9@b\n\ntext"
    ));
    let record = found.0[0].1.as_ref().expect("the record");
    let record: serde_json::Value = serde_json::from_slice(record).expect("JSON");
    let receivers = record["receiver"].as_array().expect("a list");
    assert_eq!(receivers.len(), N + 1);
    assert_eq!(
        (&receivers[7], &receivers[N]),
        (&"7@a".into(), &"9@b".into())
    );
}
