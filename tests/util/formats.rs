//! The files in `tests/data/formats`, which other programs wrote, and what a scan says of one.
//!
//! Those of all 1,000 people lie in a folder for each family of formats and may be packed (`.xz`), so that what is committed stays
//! small; those of the first 80, for special cases, in `few`.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Cmd;

/// The folder they lie in.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats")
}

/// The folder of special cases, with 80 of the people.
pub(crate) fn few() -> PathBuf {
    folder().join("few")
}

/// The bytes of a file, as the program wrote them that it comes from.
#[track_caller]
pub(crate) fn bytes_of(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    if let Ok(bytes) = fs::read(&path) {
        return bytes;
    }
    let packed = fs::read(path.with_added_extension("xz"));
    let packed = packed.unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut bytes = Vec::new();
    let mut rdr = lzma_rust2::XzReader::new(&packed[..], false);
    rdr.read_to_end(&mut bytes).expect("it is xz");
    bytes
}

/// Exit code and audit of a scan of a path.
#[track_caller]
pub(crate) fn scan_path(path: &Path, more: &[&str]) -> (i32, Value) {
    let run = Cmd::new(&folder())
        .args(["scan", "-f", "json"])
        .args([path])
        .args(more)
        .run();
    let audit = serde_json::from_slice(&run.stdout);
    let audit = audit.unwrap_or_else(|e| panic!("no audit ({e}) on stdout of {run}"));
    (run.code.expect("the program ends by itself"), audit)
}

/// Exit code and audit of a scan of one file with these bytes.
#[track_caller]
pub(crate) fn scan_bytes(name: &str, bytes: &[u8]) -> (i32, Value) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    fs::write(&path, bytes).expect("written");
    scan_path(&path, &[])
}

/// Matches and different values of each kind, with those that were rounded, all that is said of categories, and persons: what a file must
/// have in common with the table it was made from.
pub(crate) fn counts(audit: &Value) -> Value {
    let kinds = audit["kinds"].as_array().expect("kinds").iter();
    let fields = ["kind", "matches", "distinct", "rounded"];
    let kinds = kinds.map(|kind| json!(fields.map(|field| &kind[field])));
    json!([
        kinds.collect::<Vec<_>>(),
        audit["categories"],
        audit["persons"]
    ])
}

/// All reasons why something was not read.
pub(crate) fn reasons(audit: &Value) -> Vec<String> {
    let skipped = audit["skipped"].as_array().expect("a list").iter();
    let text = |entry: &Value| entry["reason"].as_str().expect("a reason").to_owned();
    skipped.map(text).collect()
}

/// A special case counts as the plain file that it was made from, with one worker and with three, and these reasons say what is missing.
#[track_caller]
pub(crate) fn check_few(like: &str, name: &str, format: &str, want_reasons: &[&str]) {
    let (_, want) = scan_path(&few().join(like), &[]);
    assert_eq!(want["persons"], 80, "{like} has 80 people");
    for threads in ["1", "3"] {
        let (code, audit) = scan_path(&few().join(name), &["--threads", threads]);
        assert_eq!(counts(&audit), counts(&want), "{name}");
        assert_eq!(audit["files"][0]["format"], format, "{name}");
        assert_eq!(reasons(&audit), want_reasons, "{name}");
        assert_eq!(code, if want_reasons.is_empty() { 0 } else { 3 }, "{name}");
    }
}

/// A zip of these members.
pub(crate) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).expect("a member");
        writer.write_all(bytes).expect("memory takes all");
    }
    writer.finish().expect("memory takes all").into_inner()
}
