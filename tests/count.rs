//! Exactness: the program, an independent counter and the generator's own books give the same numbers.
//!
//! The dump is made anew for each run, by default small enough for every `cargo test`; `LEAKGAUGE_ROWS=100000` makes it
//! larger. What the three count is the same by definition of the contract: valid values, different values, rows.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

#[path = "generate/mod.rs"]
pub(crate) mod generate;

use generate::{Dump, EXPORTS, Options, PEOPLE_MAX};

/// Rows in each of the six exports, unless `LEAKGAUGE_ROWS` says otherwise.
const ROWS: u64 = 2_000;

/// Runs the program and returns its exit code, standard output and standard error.
pub(crate) fn run(args: &[&str]) -> (i32, String, String) {
    run_with_stdin(args, b"")
}

/// The same, with these bytes on standard input.
pub(crate) fn run_with_stdin(args: &[&str], stdin: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_leakgauge"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("standard input is piped");
    let stdin = stdin.to_owned();
    // From a thread of its own: the program may fill its output before it has read all of this.
    let feeder = std::thread::spawn(move || {
        // A program that stops early closes the pipe; what it made of that is in its exit code.
        let _ = pipe.write_all(&stdin);
    });
    let output = child.wait_with_output().expect("the program ends");
    feeder
        .join()
        .expect("writing to the program does not panic");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let code = output.status.code().expect("the program is not killed");
    (code, text(output.stdout), text(output.stderr))
}

/// The JSON audit of a scan that must read everything and end well.
#[track_caller]
pub(crate) fn audit(args: &[&str]) -> Value {
    audit_of(&run(&[&["scan", "-f", "json"], args].concat()))
}

/// The audit in the output of a scan that ended well.
#[track_caller]
pub(crate) fn audit_of((code, stdout, stderr): &(i32, String, String)) -> Value {
    assert_eq!(*code, 0, "exit code; standard error: {stderr}");
    let audit: Value = serde_json::from_str(stdout).expect("the audit is JSON");
    assert_eq!(audit["complete"], true, "{:#}", audit["skipped"]);
    audit
}

/// The path as an argument.
pub(crate) fn arg(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// Writes a dump into the folder and returns the truth about it.
pub(crate) fn dump(folder: &Path, rows: u64, seed: u64) -> Value {
    let people = rows.clamp(1, PEOPLE_MAX);
    let options = Options { rows, seed, people };
    generate::write_folder(options, folder).expect("a temporary folder can be written")
}

/// What the audit says of a file, by its name.
#[track_caller]
pub(crate) fn file<'a>(audit: &'a Value, name: &str) -> &'a Value {
    let files = audit["files"].as_array().expect("`files` is a list");
    let is_it = |f: &&Value| {
        let path = f["path"].as_str().expect("`path` is a text");
        Path::new(path).file_name().is_some_and(|n| n == name)
    };
    files
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("`{name}` is not among the files"))
}

/// The entry of a list that has this id under this key.
#[track_caller]
pub(crate) fn entry<'a>(audit: &'a Value, list: &str, key: &str, id: &str) -> &'a Value {
    let entries = audit[list].as_array().expect("it is a list");
    entries
        .iter()
        .find(|e| e[key] == id)
        .unwrap_or_else(|| panic!("`{id}` is not among the {list}"))
}

/// Matches and different values of each kind, as the independent counter finds them.
fn independent_count(folder: &Path) -> Value {
    independent_counter(&[arg(folder)])
}

/// What the independent counter prints.
pub(crate) fn independent_counter(args: &[&str]) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/independent_counter.py");
    let output = Command::new("python3")
        .arg(script)
        .args(args)
        .output()
        .unwrap_or_else(|e| {
            panic!("cannot run `python3`: {e}; install Python 3.8 or newer (Debian: apt install python3)")
        });
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the counter failed: {stderr}");
    serde_json::from_slice(&output.stdout).expect("the counter prints JSON")
}

fn object(value: &Value) -> BTreeMap<&str, &Value> {
    let object = value.as_object().expect("it is an object");
    object.iter().map(|(k, v)| (k.as_str(), v)).collect()
}

fn rows_wanted() -> u64 {
    match std::env::var("LEAKGAUGE_ROWS") {
        Ok(rows) => rows.parse().expect("LEAKGAUGE_ROWS is a number of rows"),
        Err(_) => ROWS,
    }
}

#[test]
fn three_independent_counts_agree() {
    let folder = tempfile::tempdir().unwrap();
    let truth = dump(folder.path(), rows_wanted(), 7);
    let counted = independent_count(folder.path());
    assert_eq!(counted, truth["kinds"], "the counter against the truth");

    let audit = audit(&[arg(folder.path())]);
    for (kind, expected) in object(&truth["kinds"]) {
        let found = entry(&audit, "kinds", "kind", kind);
        for number in ["matches", "distinct"] {
            assert_eq!(found[number], expected[number], "{number} of {kind}");
        }
    }
    for (name, expected) in object(&truth["files"]) {
        let found = file(&audit, name);
        for part in ["kinds", "categories"] {
            for (id, n) in object(&expected[part]) {
                assert_eq!(&found[part][id], n, "{part} of {name}: {id}");
            }
        }
    }
}

#[test]
fn events_that_repeat_are_one_item() {
    let folder = tempfile::tempdir().unwrap();
    let truth = dump(folder.path(), rows_wanted(), 8);
    let audit = audit(&[arg(folder.path())]);
    for (name, category) in [
        ("hotel.csv", "lodging"),
        ("calls.csv", "communication-record"),
        ("tracks.jsonl", "whereabouts"),
    ] {
        let rows = truth["files"][name]["rows"].as_u64().unwrap();
        let duplicates = truth["files"][name]["duplicates"].as_u64().unwrap();
        assert!(duplicates > 0, "{name} is to have duplicates");
        let found = entry(&audit, "categories", "category", category);
        assert_eq!(found["rows"], rows, "rows of {category}");
        assert_eq!(found["items"], rows - duplicates, "items of {category}");
    }
}

#[test]
fn rows_are_the_sum_over_files_and_never_fewer_than_items() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), 500, 9);
    let audit = audit(&[arg(folder.path())]);
    let files = audit["files"].as_array().unwrap();
    assert_eq!(files.len(), EXPORTS.len());
    let categories = audit["categories"].as_array().unwrap();
    assert!(!categories.is_empty());
    for category in categories {
        let id = category["category"].as_str().unwrap();
        let in_files = files.iter().filter_map(|f| f["categories"][id].as_u64());
        assert_eq!(category["rows"], in_files.sum::<u64>(), "rows of {id}");
        assert!(
            category["rows"].as_u64() >= category["items"].as_u64(),
            "{id}"
        );
    }
    for kind in audit["kinds"].as_array().unwrap() {
        let id = kind["kind"].as_str().unwrap();
        let in_files = files.iter().filter_map(|f| f["kinds"][id].as_u64());
        assert_eq!(kind["matches"], in_files.sum::<u64>(), "matches of {id}");
        assert!(
            kind["matches"].as_u64() >= kind["distinct"].as_u64(),
            "{id}"
        );
    }
}

#[test]
fn the_sample_is_what_the_generator_makes() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sample");
    let mut dump = Dump::new(Options {
        rows: 300,
        seed: 2017,
        people: 300,
    });
    for (index, export) in EXPORTS.iter().enumerate() {
        let mut bytes = Vec::new();
        dump.write(index, &mut bytes).unwrap();
        let committed = std::fs::read(sample.join(export.name)).unwrap();
        assert!(
            bytes == committed,
            "{} differs; see its README",
            export.name
        );
    }
    let truth = std::fs::read_to_string(sample.join("truth.json")).unwrap();
    assert_eq!(format!("{:#}\n", dump.truth()), truth);
    assert_eq!(independent_count(&sample), dump.truth()["kinds"]);
}

#[test]
fn a_dump_has_what_makes_counting_hard() {
    let folder = tempfile::tempdir().unwrap();
    let truth = dump(folder.path(), 2_000, 10);
    for (kind, counts) in object(&truth["kinds"]) {
        assert!(
            counts["distinct"].as_u64() < counts["matches"].as_u64(),
            "{kind} never repeats"
        );
    }
    for name in ["members.csv", "hotel.csv", "accounts.sql", "calls.csv"] {
        assert!(truth["files"][name]["spoiled"].as_u64() > Some(0), "{name}");
    }
    let hotel = std::fs::read(folder.path().join("hotel.csv")).unwrap();
    assert!(
        std::str::from_utf8(&hotel).is_err(),
        "the hotel register is GB18030"
    );
    let other = tempfile::tempdir().unwrap();
    assert_ne!(
        dump(other.path(), 2_000, 11)["kinds"],
        truth["kinds"],
        "the seed has an effect"
    );
}

/// A person whose age and region their number tells, and what stands in the row beside it.
#[test]
fn persons_are_told_apart_by_what_their_records_show() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = dir.path().join("guests.csv");
    // The same child in two tables, an adult with a card, a resident of Hong Kong who is fifteen, someone with a phone alone.
    let rows = "姓名,身份证号,手机号,银行卡号\n王小明,110101201503074617,13800138111,\n李四,44030519850610009X,13900139222,6222021234567890128\n\
                张三,810000201006120030,,\n赵六,,13700137333,\n";
    std::fs::write(&table, rows).expect("written");
    let hotel = "姓名,身份证号,入住时间,房间号\n王小明,110101201503074617,2026-10-01 14:00,301\n";
    std::fs::write(dir.path().join("hotel.csv"), hotel).expect("written");
    let path = dir.path().to_str().expect("UTF-8");
    let audit = audit(&[path, "--act-date", "2026-11-22"]);
    assert_eq!(audit["ages_on"], "2026-11-22");
    let profiles = audit["profiles"].as_array().expect("profiles");
    let persons = |field: &str, id: &str| -> u64 {
        let has = |p: &&Value| p[field].as_array().expect("ids").iter().any(|i| i == id);
        let counted = profiles.iter().filter(has);
        counted
            .map(|p| p["persons"].as_u64().expect("a number"))
            .sum()
    };
    assert_eq!(persons("ages", "under-14"), 1, "once, though in two files");
    assert_eq!(persons("ages", "14-17"), 1);
    assert_eq!(persons("ages", "adult"), 1);
    assert_eq!(persons("countries", "hk"), 1);
    assert_eq!(persons("countries", "cn"), 3);
    assert_eq!(persons("identifiers", "id-number"), 3);
    assert_eq!(persons("identifiers", "financial-account"), 1);
    let child = profiles
        .iter()
        .find(|p| p["ages"] == serde_json::json!(["under-14"]));
    let categories = &child.expect("the child")["categories"];
    assert_eq!(
        *categories,
        serde_json::json!(["lodging", "identity", "contact"])
    );
    let all: u64 = profiles
        .iter()
        .map(|p| p["persons"].as_u64().expect("a number"))
        .sum();
    assert_eq!(audit["persons"], all);
    // A year later the child is older than the law asks.
    let later = run(&["scan", "-f", "json", path, "--act-date", "2029-03-08"]);
    assert!(audit_of(&later)["profiles"].to_string().contains("14-17"));
}
