//! The files in `tests/data/formats`, which other programs wrote, and what a scan says of one.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Cmd;

/// The folder they lie in.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats")
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

/// All reasons why something was not read.
pub(crate) fn reasons(audit: &Value) -> Vec<String> {
    let skipped = audit["skipped"].as_array().expect("a list").iter();
    let text = |entry: &Value| entry["reason"].as_str().expect("a reason").to_owned();
    skipped.map(text).collect()
}
