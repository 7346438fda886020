//! Databases and PDF documents that other programs wrote: the log of a database and the files in its blobs count, lines of text do, and
//! what cannot be read is told. That tables in them count as the plain one is tested in `formats`.

use crate::util::formats::{bytes_of, check_few, few, reasons, scan_bytes, scan_path};

#[test]
fn blobs_are_files_or_told() {
    check_few(
        "people.csv",
        "blobs.db",
        "sqlite",
        &["unsupported format: 2 values hold binary data that is not known"],
    );
}

#[test]
fn archives_of_postgres_have_comments_on_columns_and_large_objects() {
    check_few("people.csv", "objects.dump", "pgdump", &[]);
}

#[test]
fn the_log_of_a_database_is_read_with_it_and_never_without() {
    check_few("people.csv", "people-log.db", "sqlite", &[]);
    let data = few();
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
fn documents_that_nobody_may_change_and_lines_in_gbk_are_read() {
    check_few("people.csv", "people-owner.pdf", "pdf", &[]);
    check_few("people.txt", "people-gbk.pdf", "pdf", &[]);
}

#[test]
fn documents_without_text_or_without_a_password_are_told() {
    let data = few();
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
    let bytes = bytes_of("data/reportlab.pdf");
    for n in [20, bytes.len() / 2, bytes.len() - 400] {
        let (code, audit) = scan_bytes("cut.pdf", &bytes[..n]);
        assert!(code == 3 || audit["persons"] == 1_000, "{n}: {code}");
    }
}
