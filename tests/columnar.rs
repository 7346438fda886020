//! Column stores and row files that other programs wrote: values of all types count like their text, and what cannot be read of them is
//! told. That tables in them count as the plain one is tested in `formats`.

use std::path::{Path, PathBuf};

use crate::util::formats::{check_few, few, reasons, scan_path};

fn data(name: &str) -> PathBuf {
    few().join(name)
}

/// A copy of a file, changed.
fn changed(folder: &Path, name: &str, change: impl Fn(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = std::fs::read(data(name)).expect("read");
    change(&mut bytes);
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn values_of_all_types_count_as_their_text() {
    check_few("people.csv", "typed.parquet", "parquet", &[]);
    check_few("people.csv", "int96.parquet", "parquet", &[]);
}

#[test]
fn values_inside_others_count_as_those_of_a_table() {
    let binary = ["unsupported format: 80 values hold binary data"];
    check_few("people.csv", "nested.parquet", "parquet", &binary);
    check_few("people.csv", "nested.avro", "avro", &binary);
    check_few("people.csv", "nested.bson", "bson", &binary);
}

#[test]
fn arrow_counts_as_the_table_it_was_made_from() {
    for codec in ["none", "lz4", "zstd", "old"] {
        check_few("people.csv", &format!("people-{codec}.arrow"), "arrow", &[]);
    }
    check_few("people.csv", "people.feather", "arrow", &[]);
    check_few("people.csv", "typed.arrows", "arrow", &[]);
    check_few("people.csv", "typed-zstd.arrow", "arrow", &[]);
    let binary = ["unsupported format: 80 values hold binary data"];
    check_few("people.csv", "nested.arrows", "arrow", &binary);
}

#[test]
fn feather_of_version_1_is_named() {
    let (code, audit) = scan_path(&data("people-1.feather"), &[]);
    assert_eq!((code, audit["persons"].as_u64()), (3, Some(0)));
    assert_eq!(
        reasons(&audit),
        ["unsupported format: Feather of version 1"]
    );
}

#[test]
fn arrow_that_is_cut_off_counts_what_is_left() {
    let dir = tempfile::tempdir().expect("a folder");
    let cut = changed(dir.path(), "people-lz4.arrow", |b| b.truncate(b.len() / 2));
    let (code, audit) = scan_path(&cut, &[]);
    let persons = audit["persons"].as_u64().expect("a number");
    assert!(code == 3 && (20..60).contains(&persons), "{persons}");
    assert_eq!(
        reasons(&audit),
        ["truncated: ends in the middle of a batch"]
    );
    let footerless = changed(dir.path(), "people-zstd.arrow", |b| b.truncate(b.len() - 6));
    let (code, audit) = scan_path(&footerless, &[]);
    assert_eq!((code, audit["persons"].as_u64()), (3, Some(80)));
    let told = reasons(&audit);
    assert!(
        told.len() == 1 && told[0].starts_with("truncated: ends before its footer"),
        "{told:?}"
    );
}

#[test]
fn footers_that_are_missing_or_encrypted_or_lie_are_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let name = "people-snappy.parquet";
    let is = |change: &dyn Fn(&mut Vec<u8>), want: &str| {
        let path = changed(dir.path(), name, change);
        let (code, audit) = scan_path(&path, &[]);
        let reasons = reasons(&audit);
        assert_eq!(code, 3, "{want}");
        assert!(
            reasons.len() == 1 && reasons[0].contains(want),
            "{reasons:?}"
        );
    };
    is(&|b| b.truncate(b.len() - 1), "ends before its footer");
    is(&|b| b.truncate(6), "ends before its footer");
    let tail = |n: u32| {
        move |b: &mut Vec<u8>| {
            let at = b.len() - 8;
            b[at..at + 4].copy_from_slice(&n.to_le_bytes());
        }
    };
    is(&tail(u32::MAX), "more than 64 MiB");
    is(&tail(1 << 20), "the footer of the file is wrong");
    is(&tail(3), "the footer of the file is wrong");
    let encrypted = |b: &mut Vec<u8>| {
        let n = b.len();
        b[n - 4..].copy_from_slice(b"PARE");
    };
    is(&encrypted, "encrypted");
}

#[test]
fn encrypted_files_and_columns_are_told() {
    let (code, audit) = scan_path(&data("encrypted.parquet"), &[]);
    assert_eq!((code, audit["persons"].as_u64()), (3, Some(0)));
    assert_eq!(reasons(&audit), ["encrypted"]);
    // Two columns of nine are; the addresses of mail are not.
    let (code, audit) = scan_path(&data("encrypted-columns.parquet"), &[]);
    assert_eq!((code, audit["persons"].as_u64()), (3, Some(80)));
    let want = "unsupported format: 2 of 9 columns are encrypted or damaged";
    assert_eq!(reasons(&audit), [want]);
}

#[test]
fn columns_that_are_damaged_cost_themselves_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    // The first page of the first column.
    let path = changed(dir.path(), "people-gzip.parquet", |b| b[40..60].fill(0xFF));
    let (code, audit) = scan_path(&path, &[]);
    assert_eq!(code, 3);
    let told = reasons(&audit);
    assert!(
        told.len() == 1 && told[0].contains("1 of 9 columns are read in part or not at all"),
        "{told:?}"
    );
    let mobiles = audit["kinds"].as_array().expect("a list").iter();
    let mut mobiles = mobiles.filter(|kind| kind["kind"] == "cn.mobile");
    assert_eq!(mobiles.next().expect("numbers")["distinct"], 80);
}

#[test]
fn avro_that_is_cut_off_or_damaged_counts_what_is_left() {
    let dir = tempfile::tempdir().expect("a folder");
    let cut = changed(dir.path(), "people-null.avro", |b| b.truncate(b.len() / 2));
    let (code, audit) = scan_path(&cut, &[]);
    let persons = audit["persons"].as_u64().expect("a number");
    assert!(code == 3 && (20..60).contains(&persons), "{persons}");
    assert_eq!(
        reasons(&audit),
        ["truncated: ends in the middle of a block"]
    );
    // The mark behind the first block, which is known by its text: what stands behind the next one is read.
    let damaged = changed(dir.path(), "people-deflate.avro", |b| {
        let mark = b"0123456789abcdef";
        let marks: Vec<usize> = (0..b.len() - 16)
            .filter(|i| b[*i..].starts_with(mark))
            .collect();
        b[marks[0] + 20..marks[1] + 16].fill(0xFF);
    });
    let (code, audit) = scan_path(&damaged, &[]);
    let persons = audit["persons"].as_u64().expect("a number");
    assert!(code == 3 && (40..80).contains(&persons), "{persons}");
    assert_eq!(reasons(&audit).len(), 1);
}

#[test]
fn collections_of_a_dump_that_take_turns_count_as_the_table_they_were_made_from() {
    check_few("people.csv", "turns.archive", "mongodump", &[]);
    let (_, audit) = scan_path(&data("turns.archive"), &[]);
    let files = audit["files"].as_array().expect("files").iter();
    let paths = files.filter_map(|file| file["path"].as_str()?.split_once("!/"));
    let members: Vec<&str> = paths.map(|(_, member)| member).collect();
    let guests = ["hotel.guests", "hotel.guests 2", "hotel.guests 3"];
    assert!(
        guests.iter().all(|name| members.contains(name)),
        "{members:?}"
    );
}

#[test]
fn bson_that_is_cut_off_or_damaged_counts_what_is_left() {
    let dir = tempfile::tempdir().expect("a folder");
    let cut = changed(dir.path(), "nested.bson", |b| b.truncate(b.len() / 2));
    let (code, audit) = scan_path(&cut, &[]);
    let persons = audit["persons"].as_u64().expect("a number");
    assert!(code == 3 && (38..42).contains(&persons), "{persons}");
    assert_eq!(
        reasons(&audit),
        ["truncated: ends in the middle of a document, 40 values hold binary data"]
    );
    // The type of the first element of the third document.
    let damaged = changed(dir.path(), "nested.bson", |b| {
        let length = |at: usize| usize::from(b[at]) + 256 * usize::from(b[at + 1]);
        let at = length(0) + length(length(0));
        b[at + 4] = 0x77;
    });
    let (code, audit) = scan_path(&damaged, &[]);
    assert_eq!((code, audit["persons"].as_u64()), (3, Some(79)));
    assert_eq!(
        reasons(&audit),
        ["damaged: 1 documents are read in part or not at all, 79 values hold binary data"]
    );
}
