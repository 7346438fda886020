//! The same input gives the same numbers: for any number of threads, any order, any division into files.
//!
//! Counts are evidence, so nothing in them may depend on how the work was scheduled.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use leakgauge::audit::{Audit, Hit};
use leakgauge::count::Kept;
use leakgauge::decode::DecodeLimits;
use leakgauge::detect::Catalog;
use leakgauge::report::OrderedHits;
use leakgauge::scan::{Observer, ScanOptions, scan};
use leakgauge::source::{WalkOptions, walk};
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

/// Small blocks, so that many workers take part in a file of a few hundred kilobytes.
const BLOCK_BYTES: usize = 4 << 10;

/// So many workers, in small blocks.
pub(crate) fn in_blocks(threads: usize) -> ScanOptions {
    ScanOptions {
        threads,
        decode: DecodeLimits {
            block_bytes: BLOCK_BYTES,
            head_bytes: 4 * BLOCK_BYTES,
            ..DecodeLimits::default()
        },
        kept: Kept {
            persons: true,
            places: true,
        },
        ..ScanOptions::default()
    }
}

/// Scans in this process, in small blocks.
fn scan_in_blocks(
    path: &Path,
    threads: usize,
    catalog: &Catalog,
    observer: &dyn Observer,
) -> Audit {
    let options = in_blocks(threads);
    let walked = walk(&[path.to_owned()], &WalkOptions::default());
    let rank = |_, _, _| Some(0);
    let mut audit = scan(walked, &[], catalog, &rank, &options, observer).expect("it can start");
    audit.stats.seconds = 0.0;
    audit
}

/// Takes all matches in order, and checks that each file ends once and behind its matches.
pub(crate) struct Recorder {
    pub(crate) hits: OrderedHits<Vec<u8>>,
    done: Mutex<Vec<usize>>,
}

impl Recorder {
    pub(crate) fn new() -> Recorder {
        Recorder {
            hits: OrderedHits::with_limit(Vec::new(), 1000),
            done: Mutex::default(),
        }
    }
}

impl Observer for Recorder {
    fn file_done(&self, index: usize) {
        self.hits.file_end(index);
        self.done.lock().unwrap().push(index);
    }

    fn wants_hits(&self) -> bool {
        true
    }

    fn hits(&self, index: usize, batch: u64, hits: &[Hit<'_>]) {
        self.hits.hits(index, batch, hits);
    }
}

/// The audit and the matches of a scan in small blocks, as text.
fn recorded(path: &Path, threads: usize, catalog: &Catalog) -> (String, String) {
    let recorder = Recorder::new();
    let audit = scan_in_blocks(path, threads, catalog, &recorder);
    let mut done = recorder.done.into_inner().unwrap();
    done.sort_unstable();
    assert_eq!(done, (0..audit.files.len()).collect::<Vec<_>>());
    let hits = recorder.hits.finish().expect("no batch came twice or late");
    (
        serde_json::to_string_pretty(&audit).unwrap(),
        String::from_utf8(hits).unwrap(),
    )
}

#[test]
fn one_file_in_many_hands_gives_the_same_bytes() {
    let catalog = Catalog::builtin().unwrap();
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 6);
    let exports = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/exports");
    let listed = fs::read_dir(exports).unwrap().map(|e| e.unwrap().path());
    let files: Vec<PathBuf> = paths(folder.path()).into_iter().chain(listed).collect();
    assert!(files.len() >= 18, "the exports are there");
    for path in files {
        let one = recorded(&path, 1, &catalog);
        for threads in [2, 3, 8] {
            let many = recorded(&path, threads, &catalog);
            let name = path.display();
            assert!(one.0 == many.0, "the audit of {name}, {threads} threads");
            assert!(one.1 == many.1, "the matches of {name}, {threads} threads");
        }
    }
    let all = recorded(folder.path(), 1, &catalog);
    for threads in [2, 3, 8] {
        assert!(all == recorded(folder.path(), threads, &catalog));
    }
}

#[test]
fn the_program_gives_the_same_bytes_for_one_large_file() {
    let folder = tempfile::tempdir().unwrap();
    // Several blocks of a mebibyte.
    dump(folder.path(), 25_000, 7);
    for name in ["members.csv", "hotel.csv", "accounts.sql"] {
        let path = folder.path().join(name);
        assert!(fs::metadata(&path).unwrap().len() > 2 << 20, "{name}");
        let (out, hits) = (folder.path().join("a.json"), folder.path().join("h.jsonl"));
        let with_threads = |n: &str| {
            let options = ["scan", "--threads", n, arg(&path)];
            let output = run(&[&options[..], &["-o", arg(&out), "-o", arg(&hits)]].concat());
            assert_eq!(output.0, 0, "{}", output.2);
            let audit = without_time(&fs::read_to_string(&out).unwrap());
            (audit, fs::read(&hits).unwrap())
        };
        let one = with_threads("1");
        for n in ["2", "8"] {
            assert!(one == with_threads(n), "{name}, {n} threads");
        }
        let bytes = fs::read(&path).unwrap();
        let options = ["scan", "-", "-f", "json", "--threads", "3"];
        let from_stdin = audit_of(&run_with_stdin(&options, &bytes));
        let one: Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
        assert_eq!(
            counts(&from_stdin),
            counts(&one),
            "{name} by standard input"
        );
    }
}

/// Panics once, as a defect in a decoder or behind a detector would.
#[derive(Default)]
struct Saboteur {
    /// Panics when so many bytes were read; never if 0.
    at_byte: u64,
    /// Panics when told of this batch of the first file.
    at_batch: Option<u64>,
    n_bytes: AtomicU64,
    n_done: AtomicUsize,
    has_panicked: AtomicBool,
}

impl Saboteur {
    fn panic(&self) {
        self.has_panicked.store(true, Ordering::Relaxed);
        panic!("on purpose");
    }
}

impl Observer for Saboteur {
    fn bytes(&self, n: u64) {
        let before = self.n_bytes.fetch_add(n, Ordering::Relaxed);
        if (before..before + n).contains(&self.at_byte.wrapping_sub(1)) {
            self.panic();
        }
    }

    fn file_done(&self, _: usize) {
        self.n_done.fetch_add(1, Ordering::Relaxed);
    }

    fn wants_hits(&self) -> bool {
        self.at_batch.is_some()
    }

    fn hits(&self, index: usize, batch: u64, _: &[Hit<'_>]) {
        if index == 0 && self.at_batch == Some(batch) {
            self.panic();
        }
    }
}

#[test]
fn a_panic_costs_an_entry_and_is_the_same_for_any_number_of_threads() {
    let catalog = Catalog::builtin().unwrap();
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 8);
    let (large, all) = (folder.path().join("members.csv"), folder.path());
    let check = |path: &Path, n_files: usize, make: &dyn Fn() -> Saboteur| {
        let scan_with = |threads| {
            let saboteur = make();
            let audit = scan_in_blocks(path, threads, &catalog, &saboteur);
            assert!(saboteur.has_panicked.into_inner(), "nothing was tested");
            assert_eq!(saboteur.n_done.into_inner(), n_files, "each file ends");
            assert_eq!(audit.skipped.len(), 1);
            assert_eq!(audit.files.len(), n_files);
            serde_json::to_string(&audit).unwrap()
        };
        let one = scan_with(1);
        for threads in [2, 3, 8] {
            assert!(one == scan_with(threads), "{threads} threads");
        }
    };
    check(&large, 1, &|| Saboteur {
        at_byte: 100_000,
        ..Saboteur::default()
    });
    for (path, n_files, batch) in [(&*large, 1, 7), (all, 6, 0)] {
        check(path, n_files, &|| Saboteur {
            at_batch: Some(batch),
            ..Saboteur::default()
        });
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
            &["matches", "masked", "test", "failed_checksum", "rounded"][..],
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
