//! Counting in little memory: what does not fit is spilled, the numbers stay the same, and a full disk is no wrong count.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::count::{arg, dump};

/// Rows of each export: enough to fill the least memory many times over.
const ROWS: u64 = 30_000;

/// Runs the program with a folder of its own for temporary files.
fn scan(folder: &Path, temporary: &Path, memory: &str, threads: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leakgauge"))
        .args([
            "scan",
            "-f",
            "json",
            "--threads",
            threads,
            "--memory",
            memory,
        ])
        .arg(folder)
        .env("TMPDIR", temporary)
        .output()
        .expect("the program runs")
}

/// The audit without what tells the time.
#[track_caller]
fn timeless(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let mut audit: Value = serde_json::from_slice(&output.stdout).expect("the audit is JSON");
    audit["started"] = Value::Null;
    audit["stats"]["seconds"] = Value::Null;
    audit
}

#[test]
fn any_memory_gives_the_same_audit_and_leaves_nothing_behind() {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    dump(folder.path(), ROWS, 11);
    let want = timeless(&scan(folder.path(), temporary.path(), "4G", "1"));
    for (memory, threads) in [
        ("512M", "2"),
        ("16M", "2"),
        ("4M", "1"),
        ("4M", "3"),
        ("4M", "16"),
    ] {
        let audit = timeless(&scan(folder.path(), temporary.path(), memory, threads));
        assert!(
            audit == want,
            "--memory {memory} --threads {threads} counts otherwise"
        );
    }
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[track_caller]
fn check_refused(output: &Output, parts: &[&str]) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        output.stdout.is_empty(),
        "a report was written all the same"
    );
    for part in parts {
        assert!(errors.contains(part), "`{part}` is not in: {errors}");
    }
}

#[test]
fn too_little_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "13800010001\n").unwrap();
    let refused = |memory, threads, parts: &[&str]| {
        check_refused(&scan(folder.path(), folder.path(), memory, threads), parts);
    };
    refused("1M", "1", &["--memory", "at least 4M"]);
    refused("lots", "1", &["--memory", "as in 512M"]);
    refused("4M", "64", &["64 threads", "--memory 16M", "--threads"]);
}

#[test]
fn a_folder_that_cannot_be_written_matters_only_when_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 12);
    let missing = folder.path().join("missing");
    timeless(&scan(folder.path(), &missing, "512M", "1"));
    let refused = scan(folder.path(), &missing, "4M", "1");
    check_refused(
        &refused,
        &[
            arg(&missing),
            "cannot make a temporary file",
            "TMPDIR",
            "--memory",
        ],
    );
}

/// The shell's limit on the size of files stands for a disk that is full.
#[test]
#[cfg(unix)]
fn a_full_folder_is_an_error_and_no_report() {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    dump(folder.path(), ROWS, 13);
    let report = temporary.path().join("audit.json");
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 100; trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_leakgauge"))
        .args(["scan", "--threads", "2", "--memory", "4M", "-o"])
        .args([&report, folder.path()])
        .env("TMPDIR", temporary.path())
        .output()
        .expect("the shell runs");
    check_refused(
        &output,
        &[arg(temporary.path()), "cannot write", "TMPDIR", "--memory"],
    );
    assert_eq!(
        fs::read_dir(temporary.path()).unwrap().count(),
        0,
        "a report or a part of one is left"
    );
}
