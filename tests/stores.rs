//! Databases and PDF documents that other programs wrote: they count like the table they were made from, and what cannot be read of
//! them is told.

use serde_json::Value;

use crate::util::formats::{folder, reasons, scan_path};

/// Matches and different values of each kind, rows, items and persons of each category, and persons.
pub(crate) fn counts(audit: &Value) -> Value {
    let of = |list: &str, fields: &[&str]| {
        let all = audit[list].as_array().expect("a list").iter();
        let of_one = |one: &Value| fields.iter().map(|field| one[*field].clone()).collect();
        Value::Array(all.map(of_one).collect())
    };
    Value::Array(vec![
        of("kinds", &["kind", "matches", "distinct"]),
        of("categories", &["category", "rows", "items", "persons"]),
        audit["persons"].clone(),
    ])
}

/// A file of the people of `people.csv` counts as that does, and so many reasons say what is missing.
#[track_caller]
fn check(name: &str, format: &str, want_reasons: &[&str]) {
    check_like("people.csv", name, format, want_reasons);
}

#[track_caller]
fn check_like(like: &str, name: &str, format: &str, want_reasons: &[&str]) {
    let (_, want) = scan_path(&folder().join(like), &[]);
    assert!(want["persons"].as_u64() == Some(80), "{like} has 80 people");
    for threads in ["1", "3"] {
        let (code, audit) = scan_path(&folder().join("data").join(name), &["--threads", threads]);
        assert_eq!(counts(&audit), counts(&want), "{name}");
        assert_eq!(audit["files"][0]["format"], format);
        assert_eq!(reasons(&audit), want_reasons, "{name}");
        assert_eq!(code, if want_reasons.is_empty() { 0 } else { 3 });
    }
}

#[test]
fn databases_count_as_the_table_they_were_made_from() {
    check("people.db", "sqlite", &[]);
    check("people-utf16.db", "sqlite", &[]);
    check(
        "blobs.db",
        "sqlite",
        &["unsupported format: 2 values hold binary data that is not known"],
    );
}

#[test]
fn the_log_of_a_database_is_read_with_it_and_never_without() {
    check("people-log.db", "sqlite", &[]);
    let data = folder().join("data");
    let (code, audit) = scan_path(&data.join("people-log.db-wal"), &[]);
    assert_eq!((code, reasons(&audit).len()), (0, 0));
    let dir = tempfile::tempdir().expect("a folder");
    // Half of the people are in the log.
    let alone = dir.path().join("alone.db");
    std::fs::copy(data.join("people-log.db"), &alone).expect("copied");
    let (_, audit) = scan_path(&alone, &[]);
    assert_eq!(audit["persons"], 40);
    let log = dir.path().join("other.db-wal");
    std::fs::copy(data.join("people-log.db-wal"), &log).expect("copied");
    let (code, audit) = scan_path(&log, &[]);
    assert_eq!(code, 3);
    assert!(reasons(&audit)[0].contains("without its database"));
    // A log that was torn in the middle of a commit counts up to the commit before.
    let torn = dir.path().join("alone.db-wal");
    let bytes = std::fs::read(data.join("people-log.db-wal")).expect("read");
    std::fs::write(&torn, &bytes[..bytes.len() - 100]).expect("written");
    let (_, audit) = scan_path(&alone, &[]);
    assert_eq!(audit["persons"], 40);
    // One whose header is damaged is told.
    std::fs::write(&torn, [&b"not a log"[..], &bytes[9..]].concat()).expect("written");
    let (code, audit) = scan_path(&alone, &[]);
    assert_eq!((code, audit["persons"].as_u64()), (3, Some(40)));
    assert_eq!(
        reasons(&audit),
        ["damaged: the log beside the database is wrong"]
    );
}

#[test]
fn tables_on_pages_count_as_the_table_they_were_made_from() {
    // Chinese fonts that are not embedded, fonts of a program's own, a printed page, and one that nobody may change.
    for name in [
        "people.pdf",
        "people-fonts.pdf",
        "people-office.pdf",
        "people-owner.pdf",
    ] {
        check(name, "pdf", &[]);
    }
    // Lines of text in the code page of Chinese Windows.
    check_like("people.txt", "people-gbk.pdf", "pdf", &[]);
}

#[test]
fn documents_without_text_or_without_a_password_are_told() {
    let data = folder().join("data");
    let (code, audit) = scan_path(&data.join("scan.pdf"), &[]);
    assert_eq!(code, 3);
    assert_eq!(
        reasons(&audit),
        ["unsupported format: 1 of 1 pages show images and no text"]
    );
    let (code, audit) = scan_path(&data.join("secret.pdf"), &[]);
    assert_eq!(code, 3);
    assert_eq!(reasons(&audit), ["encrypted"]);
    let dir = tempfile::tempdir().expect("a folder");
    let passwords = dir.path().join("passwords.txt");
    std::fs::write(&passwords, "wrong\nuser\n").expect("written");
    let option = ["--password-file", passwords.to_str().expect("UTF-8")];
    let (code, audit) = scan_path(&data.join("secret.pdf"), &option);
    assert_eq!((code, audit["persons"].as_u64()), (0, Some(2)));
}

#[test]
fn documents_that_are_cut_off_count_what_is_left_of_them() {
    let bytes = std::fs::read(folder().join("data/people.pdf")).expect("read");
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("cut.pdf");
    for n in [20, bytes.len() / 2, bytes.len() - 400] {
        std::fs::write(&path, &bytes[..n]).expect("written");
        let (code, audit) = scan_path(&path, &[]);
        assert!(code == 3 || audit["persons"] == 80, "{n}: {code}");
    }
}
