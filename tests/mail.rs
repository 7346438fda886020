//! Archives and messages that other programs wrote (`tests/data/formats/make_mail.py`): what is attached counts like the file itself, and what
//! cannot be opened is named. That archives count like what is in them is tested in `formats`.

use std::path::Path;

use serde_json::Value;

use crate::count::run;
use crate::util::formats::{bytes_of, few, folder, scan_path};

/// Exit code and audit of a scan of one fixture.
fn scan(name: &str, more: &[&str]) -> (i32, Value) {
    let path = few().join(name);
    scan_path(&path, more)
}

/// What is known of the file or member whose path ends so.
#[track_caller]
fn part<'a>(audit: &'a Value, ending: &str) -> &'a Value {
    let files = audit["files"].as_array().expect("files");
    let mut found = files.iter().filter(|file| {
        let path = file["path"].as_str().expect("a path");
        path.ends_with(ending)
    });
    let part = found.next();
    part.unwrap_or_else(|| panic!("{ending} is not in {}", audit["files"]))
}

/// Matches of each kind and rows of each category, in a file or member.
fn found(part: &Value) -> [&Value; 3] {
    [&part["records"], &part["kinds"], &part["categories"]]
}

fn n_of(audit: &Value, category: &str, unit: &str) -> u64 {
    let all = audit["categories"].as_array().expect("categories");
    let entry = all.iter().find(|entry| entry["category"] == category);
    entry.map_or(0, |entry| entry[unit].as_u64().expect("a number"))
}

#[test]
fn what_cannot_be_opened_is_named() {
    for (name, path, reason) in [
        (
            "archives/encrypted.7z",
            "encrypted.7z!/people.csv",
            "encrypted",
        ),
        ("archives/hidden.7z", "hidden.7z", "encrypted"),
        (
            "few/volume.7z.001",
            "volume.7z.001",
            "first of several volumes",
        ),
        ("archives/rar4-encrypted.rar", "!/people.csv", "encrypted"),
        ("archives/rar5-encrypted.rar", "!/people.csv", "encrypted"),
        ("archives/rar5-hidden.rar", "rar5-hidden.rar", "encrypted"),
        (
            "few/rar5-volume.part1.rar",
            "!/people.csv",
            "another volume",
        ),
        ("few/encrypted.eml", "encrypted.eml!/smime.p7m", "encrypted"),
    ] {
        let (code, audit) = scan_path(&folder().join(name), &[]);
        assert_eq!(code, 3, "{name}");
        let skipped = &audit["skipped"][0];
        assert!(
            skipped["path"].as_str().expect("a path").ends_with(path),
            "{skipped}"
        );
        assert!(
            skipped["reason"].as_str().expect("text").contains(reason),
            "{skipped}"
        );
        assert_eq!(n_of(&audit, "lodging", "rows"), 0);
    }
}

#[test]
fn what_is_attached_counts_like_the_file() {
    let (_, plain) = scan("people.csv", &[]);
    let want = found(part(&plain, "people.csv"));
    for (name, member) in [
        ("attached.eml", "attached.eml!/名单.csv"),
        (
            "forwarded.eml",
            "forwarded.eml!/part-2.eml!/part-2.eml!/people.csv",
        ),
        ("box.mbox", "box.mbox!/7/people.csv"),
        ("attached.msg", "attached.msg!/名单.csv"),
        ("attached.msg", "attached.msg!/inner.msg/people.csv"),
        ("gbk.msg", "gbk.msg!/名单.csv"),
    ] {
        let (code, audit) = scan(name, &[]);
        assert_eq!(code, 0, "{name}: {}", audit["skipped"]);
        assert_eq!(found(part(&audit, member)), want, "{member}");
        assert_eq!(n_of(&audit, "lodging", "items"), 80, "{name}");
    }
}

#[test]
fn a_message_is_communication_of_its_parties() {
    for (name, n_messages, n_persons) in [
        ("attached.eml", 1, 2),
        ("choice.eml", 1, 2),
        ("gbk.eml", 1, 2),
        // Three messages with other words, between the same two.
        ("forwarded.eml", 3, 2),
        // Twelve senders and one receiver.
        ("box.mbox", 12, 13),
        // The one inside is from somebody else.
        ("attached.msg", 2, 3),
        ("gbk.msg", 2, 3),
    ] {
        let (_, audit) = scan(name, &[]);
        for unit in ["rows", "items"] {
            assert_eq!(
                n_of(&audit, "communication-content", unit),
                n_messages,
                "{name}"
            );
        }
        let persons = n_of(&audit, "communication-content", "persons");
        assert_eq!(persons, n_persons, "{name}");
    }
}

/// Kind, field and masked value of each match in the records of messages.
fn said(name: &str) -> Vec<[String; 3]> {
    let path = few().join(name);
    let (_, out, _) = run(&["scan", "-f", "jsonl", path.to_str().expect("UTF-8")]);
    let lines = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let of_messages =
        lines.filter(|line| line["path"].as_str().is_some_and(|p| p.contains("message")));
    of_messages
        .map(|line| {
            ["kind", "field", "masked"].map(|f| line[f].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

#[test]
fn texts_are_read_in_any_form_and_encoding() {
    let has = |name: &str, kind: &str, field: &str, masked: &str| {
        let said = said(name);
        let want = [kind, field, masked].map(str::to_owned);
        assert!(said.contains(&want), "{name}: {want:?} is not in {said:?}");
    };
    has("attached.eml", "cn.mobile", "mail_body", "138****0001");
    has("attached.eml", "email", "sender[]", "z*******@example.com");
    has("attached.eml", "email", "receiver[]", "w*****@example.net");
    has("choice.eml", "cn.mobile", "mail_body", "139****0002");
    has("choice.eml", "email", "mail_body", "h***@example.com");
    has("gbk.eml", "cn.mobile", "mail_body", "138****0001");
    has("gbk.msg", "cn.mobile", "mail_body", "138****0001");
    has("attached.msg", "email", "sender[]", "z*******@example.com");
    has("attached.msg", "cn.mobile", "mail_body", "136****0004");
    // A quoted separator does not end the message that quotes it.
    has("box.mbox", "cn.mobile", "mail_body", "137****0003");
}

#[test]
fn mail_in_an_archive_and_from_a_pipe_reads_the_same() {
    let dir = tempfile::tempdir().expect("a folder");
    let bytes = bytes_of("few/box.mbox");
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, "old/box", &bytes[..])
        .expect("memory takes all");
    let path = dir.path().join("mail.tar");
    std::fs::write(&path, tar.into_inner().expect("memory takes all")).expect("written");
    let (code, audit) = scan_path(&path, &["--threads", "1"]);
    assert_eq!(code, 0, "{}", audit["skipped"]);
    let (_, plain) = scan("box.mbox", &["--threads", "2"]);
    assert_eq!(audit["categories"], plain["categories"]);
    assert_eq!(part(&audit, "mail.tar!/old/box")["format"], "mbox");
    // With the ends of lines of Windows.
    let crlf = String::from_utf8(bytes)
        .expect("UTF-8")
        .replace('\n', "\r\n");
    let path = dir.path().join("crlf.mbox");
    std::fs::write(&path, crlf).expect("written");
    let (_, audit) = scan_path(&path, &[]);
    assert_eq!(audit["categories"], plain["categories"]);
}

/// Members and their bytes, or why there are none, as the library gives them when it has a program to decode apart.
#[cfg(unix)]
fn apart(name: &str, memory: u64) -> (Vec<(String, Vec<u8>)>, Option<String>) {
    use leakgauge::container::{Limits, Members, Source, Unpacking};
    use leakgauge::decode::Container;
    use std::io::Read;

    let file = std::fs::File::open(folder().join(name)).expect("the fixture");
    let unpacking = Unpacking {
        limits: Limits {
            apart_memory_bytes_max: memory,
            ..Limits::default()
        },
        program: Some(Path::new(env!("CARGO_BIN_EXE_leakgauge")).into()),
        ..Unpacking::default()
    };
    let opened = Members::open(Container::SevenZip, Source::File(file), name, &unpacking);
    let mut members = opened.expect("a thread");
    let (mut all, mut told) = (Vec::new(), None);
    while let Some(member) = members.next_member() {
        let mut bytes = Vec::new();
        let read = member.content.map(|mut rdr| rdr.read_to_end(&mut bytes));
        match read {
            Ok(Ok(_)) => {}
            Ok(Err(e)) => told = Some(e.to_string()),
            Err(reason) => told = Some(reason.to_string()),
        }
        all.push((member.name, bytes));
    }
    (all, members.ended().map(ToString::to_string).or(told))
}

#[cfg(unix)]
#[test]
fn memory_that_is_not_there_costs_the_archive() {
    let people = bytes_of("people.csv");
    let (members, told) = apart("archives/lzma2.7z", 2 << 30);
    assert_eq!(told, None);
    assert_eq!(members, [("people.csv".to_owned(), people)]);
    for mib in [1, 32, 64] {
        // However little there is, there is an answer.
        let (_, told) = apart("few/zeros.7z", mib << 20);
        assert!(told.is_some(), "{mib} MiB");
    }
    let (_, told) = apart("archives/lzma2.7z", 1 << 20);
    assert!(told.is_some());
}

#[test]
fn many_attachments_are_members_each() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut text = "From: a@example.com\nTo: b@example.com\nDate: x\nSubject: y\nContent-Type: multipart/mixed; boundary=x\n\n".to_owned();
    for i in 0..2_000 {
        text.push_str(&format!(
            "--x\nContent-Disposition: attachment; filename={i}.txt\n\ncall 138000{i:05}\n"
        ));
    }
    text.push_str("--x--\n");
    let path = dir.path().join("mail.eml");
    std::fs::write(&path, text).expect("written");
    let (code, audit) = scan_path(&path, &[]);
    assert_eq!(code, 0, "{}", audit["skipped"]);
    assert_eq!(audit["stats"]["files"], 2_002);
    let (_, again) = scan_path(&path, &["--threads", "1"]);
    assert_eq!(audit["files"], again["files"]);
}
