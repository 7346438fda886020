//! The same input gives the same numbers: for any number of threads, any order, any division into files.
//!
//! Counts are evidence, so nothing in them may depend on how the work was scheduled.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::count::generate::EXPORTS;
use super::count::{arg, audit, audit_of, dump, file, run, run_with_stdin};

const ROWS: u64 = 1_000;

/// What must not depend on the division into files: per kind and category the counts over the whole run.
fn counts(audit: &Value) -> Value {
    let kinds: Vec<Value> = audit["kinds"]
        .as_array()
        .expect("`kinds` is a list")
        .iter()
        .map(|kind| {
            let mut kind = kind.clone();
            let fields = kind.as_object_mut().expect("a kind is an object");
            // The number of files changes, and so does which example comes first.
            fields.retain(|name, _| name != "files" && name != "samples");
            kind
        })
        .collect();
    assert!(!kinds.is_empty(), "nothing was found, nothing is compared");
    json!({"kinds": kinds, "categories": audit["categories"], "persons": audit["persons"]})
}

/// The audit's text without the two values that tell the time.
fn without_time(text: &str) -> String {
    let audit: Value = serde_json::from_str(text).expect("the audit is JSON");
    let started = audit["started"].as_str().expect("`started` is a text");
    let text = text.replacen(started, "", 1);
    let (before, after) = text.split_once("\"seconds\":").expect("`seconds` is there");
    let end = after.find([',', '}', '\n']).expect("an object ends");
    [before, &after[end..]].concat()
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    EXPORTS.iter().map(|e| folder.join(e.name)).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 1);
    let with_threads = |n| {
        let output = run(&["scan", "-f", "json", "--threads", n, arg(folder.path())]);
        audit_of(&output);
        without_time(&output.1)
    };
    let one = with_threads("1");
    for n in ["2", "8"] {
        assert!(
            one == with_threads(n),
            "the audit of {n} threads differs from that of one"
        );
    }
}

#[test]
fn the_order_of_arguments_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 2);
    let mut paths = paths(folder.path());
    let mut scan = || {
        let args: Vec<&str> = paths.iter().map(|p| arg(p)).collect();
        let mut audit = audit(&args);
        for volatile in ["inputs", "started"] {
            audit[volatile] = Value::Null;
        }
        audit["stats"]["seconds"] = Value::Null;
        paths.rotate_left(2);
        paths.swap(0, 3);
        audit
    };
    let first = scan();
    for _ in 0..3 {
        assert_eq!(scan(), first);
    }
}

#[test]
fn standard_input_counts_like_a_file() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 3);
    for path in paths(folder.path()) {
        let from_path = audit(&[arg(&path)]);
        let bytes = fs::read(&path).unwrap();
        let from_stdin = audit_of(&run_with_stdin(&["scan", "-", "-f", "json"], &bytes));
        assert_eq!(
            counts(&from_stdin),
            counts(&from_path),
            "{}",
            path.display()
        );
        let (a, b) = (&from_stdin["files"][0], &from_path["files"][0]);
        for field in ["format", "encoding", "bytes", "records"] {
            assert_eq!(a[field], b[field], "{field} of {}", path.display());
        }
    }
}

/// Divides an export into three files at ends of records; each gets the header.
fn divide(path: &Path, record_end: &[u8], has_header: bool) {
    let bytes = fs::read(path).expect("the export is there");
    let is_end = |at: &usize| bytes[..*at].ends_with(record_end);
    let end_from = |at: usize| {
        (at..=bytes.len())
            .find(is_end)
            .expect("the file ends a record")
    };
    let header = if has_header { end_from(1) } else { 0 };
    let (a, b) = (end_from(bytes.len() / 3), end_from(bytes.len() * 2 / 3));
    for (name, part) in [("a", header..a), ("b", a..b), ("c", b..bytes.len())] {
        let ending = path.extension().expect("exports have endings");
        let part_path = path.with_extension(format!("{name}.{}", ending.display()));
        fs::write(part_path, [&bytes[..header], &bytes[part]].concat())
            .expect("the folder can be written");
    }
    fs::remove_file(path).expect("the export is there");
}

#[test]
fn division_into_files_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 4);
    let whole = audit(&[arg(folder.path())]);
    for (name, record_end, has_header) in [
        ("members.csv", &b"\r\n"[..], true),
        ("hotel.csv", b"\r\n", true),
        ("calls.csv", b"\n", true),
        ("tracks.jsonl", b"\n", false),
        ("app.log", b"\n", false),
    ] {
        divide(&folder.path().join(name), record_end, has_header);
    }
    let divided = audit(&[arg(folder.path())]);
    assert_eq!(divided["files"].as_array().unwrap().len(), 5 * 3 + 1);
    assert_eq!(counts(&divided), counts(&whole));
}

#[test]
fn a_copy_adds_matches_and_rows_only() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 5);
    let once = audit(&[arg(folder.path())]);
    for path in paths(folder.path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        fs::copy(&path, folder.path().join(format!("zz-copy-of-{name}"))).unwrap();
    }
    let twice = audit(&[arg(folder.path())]);

    let double = |n: &Value| n.as_u64().unwrap() * 2;
    let (before, after) = (counts(&once), counts(&twice));
    for (list, doubled, kept) in [
        (
            "kinds",
            &["matches", "masked", "test", "failed_checksum"][..],
            &["kind", "distinct"][..],
        ),
        ("categories", &["rows"], &["category", "items", "persons"]),
    ] {
        let (before, after) = (
            before[list].as_array().unwrap(),
            after[list].as_array().unwrap(),
        );
        assert_eq!(before.len(), after.len(), "{list}");
        for (b, a) in before.iter().zip(after) {
            for field in doubled {
                assert_eq!(a[field], double(&b[field]), "{field} of {b}");
            }
            for field in kept {
                assert_eq!(a[field], b[field], "{field} of {b}");
            }
        }
    }
    assert_eq!(after["persons"], before["persons"]);

    for path in paths(folder.path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let original = file(&twice, name);
        assert_eq!(original["copy_of"], Value::Null, "{name} comes first");
        let copy = file(&twice, &format!("zz-copy-of-{name}"));
        assert_eq!(copy["copy_of"], original["path"], "{name}");
        assert_eq!(copy["categories"], original["categories"], "{name}");
    }
}
