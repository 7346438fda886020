//! What is new since a baseline of fingerprints, and where: the files, how many values, the first line; and every format tells
//! of it.

use std::io::Read;

use serde_json::{Value, json};

use crate::util::{Dir, Run, people};

const KEY: [&str; 2] = ["--key-file", "audit.key"];

/// Contacts of 20 to 24, of whom a baseline is written; then 22 to 27 stand in the same file, 26 and 27 in another as well,
/// 21 in a third that is new, and 25 alone in an archive.
fn shop() -> Dir {
    let dir = Dir::new();
    dir.file("data/contacts.csv", people::contacts_csv(20..25));
    dir.file("audit.key", (0..32).map(|n| n * 7 + 1).collect::<Vec<u8>>());
    let write = ["baseline", "write", "-o", "b.json", "data"];
    dir.cmd(write.iter().chain(&KEY)).run().code(0);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("in/more.csv", options).unwrap();
    std::io::Write::write_all(&mut zip, people::contacts_csv(25..26).as_bytes()).unwrap();
    dir.file("data/contacts.csv", people::contacts_csv(22..28))
        .file("data/late.csv", people::contacts_csv(26..28))
        .file("data/moved.csv", people::contacts_csv(21..22))
        .file("data/out.zip", zip.finish().unwrap().into_inner());
    dir
}

fn scan(dir: &Dir, more: &[&str]) -> Run {
    let args = ["scan", "data", "--baseline", "b.json"];
    dir.cmd(args.iter().chain(&KEY).chain(more)).run()
}

fn new_in(run: &Run) -> Value {
    let audit: Value = serde_json::from_str(&run.code(1).stdout()).expect("an audit");
    audit["baseline"]["new_in"].clone()
}

/// What stands in the audit of a kind.
fn of_kind(kind: &str) -> Vec<Value> {
    let new = |path: &str, new: u64, found: u64, line: u64| json!({"path": path, "kind": kind, "new": new, "found": found, "first_line": line});
    vec![
        new("data/contacts.csv", 3, 6, 5),
        new("data/late.csv", 2, 2, 2),
        new("data/out.zip!/in/more.csv", 1, 1, 2),
    ]
}

#[test]
fn files_with_new_values_are_named_with_their_first_lines() {
    let dir = shop();
    let all = new_in(&scan(&dir, &["-f", "json"]));
    let list = all.as_array().expect("a list");
    for kind in ["email", "cn.mobile"] {
        let found: Vec<Value> = list.iter().filter(|n| n["kind"] == kind).cloned().collect();
        assert_eq!(found, of_kind(kind));
    }
    let paths: Vec<&str> = list.iter().map(|n| n["path"].as_str().unwrap()).collect();
    assert!(paths.is_sorted(), "in the order of files: {paths:?}");
    for more in [
        &["--threads", "1"][..],
        &["--threads", "3", "--memory", "4M"],
        &["--resume", "state", "--checkpoint-seconds", "0"],
    ] {
        let again = new_in(&scan(&dir, &[&["-f", "json"], more].concat()));
        assert_eq!(again, all, "{more:?}");
    }
}

#[test]
fn nothing_new_is_an_empty_list_and_what_is_not_known_is_none() {
    let dir = shop();
    // Known values that moved.
    let args = [
        "scan",
        "data/moved.csv",
        "--baseline",
        "b.json",
        "-f",
        "json",
    ];
    let run = dir.cmd(args.iter().chain(&KEY)).run();
    let audit: Value = serde_json::from_str(&run.code(0).stdout()).expect("an audit");
    assert_eq!(audit["baseline"]["new_in"], json!([]));
    // Counts know no values.
    let write = ["baseline", "write", "-o", "counts.json", "data/moved.csv"];
    dir.cmd(write).run().code(0);
    let args = ["scan", "data", "--baseline", "counts.json", "-f", "json"];
    assert_eq!(new_in(&dir.cmd(args).run()), Value::Null);
}

#[test]
fn joined_tallies_tell_it_if_all_were_counted_for_it() {
    let dir = shop();
    let all = new_in(&scan(&dir, &["-f", "json"]));
    let tally = |path: &str, name: &str, more: &[&str]| {
        let args = ["scan", path, "-f", "json", "--tally", name];
        let run = dir.cmd(args.iter().chain(&KEY).chain(more)).run();
        assert!(dir.path(name).exists(), "{run}");
    };
    let merge = |names: [&str; 2]| {
        let args = ["merge", "--baseline", "b.json", "-f", "json"];
        dir.cmd(args.iter().chain(&KEY).chain(&names)).run()
    };
    let since = ["--baseline", "b.json"];
    let rest = ["data/late.csv", "data/moved.csv", "data/out.zip"];
    tally("data/contacts.csv", "a", &since);
    tally(rest[0], "b", &[&rest[1..], &since].concat());
    assert_eq!(new_in(&merge(["a", "b"])), all);
    tally("data/contacts.csv", "c", &[]);
    assert_eq!(new_in(&merge(["c", "b"])), Value::Null);
}

/// The texts of a workbook, and the names of its sheets.
fn workbook(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let mut text = String::new();
    for name in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
        let mut file = zip.by_name(name).expect("a part of it");
        file.read_to_string(&mut text).expect("UTF-8");
    }
    text
}

#[test]
fn every_format_tells_of_it() {
    let dir = shop();
    scan(&dir, &["-o", "a.json"]).code(1);
    for (format, parts) in [
        (
            "text",
            &[
                "Values that were not there before",
                "data/late.csv email 2 2 2",
            ][..],
        ),
        (
            "markdown",
            &[
                "## Values that were not there before",
                "| `data/contacts.csv` | 5 | `email` | 3 | 6 |",
                "| `data/out.zip!/in/more.csv` | 2 | `cn.mobile` | 1 | 1 |",
            ],
        ),
        (
            "html",
            &[
                "id=\"baseline\"",
                "<td class=\"path\">data/contacts.csv</td><td class=\"n\">5</td><td><code>email</code></td><td class=\"n\">3</td><td class=\"n\">6</td>",
                "kinds and categories have more than before; the job fails",
                "<th scope=\"row\">kind email</th><td class=\"n\">5</td><td class=\"n\">7</td><td class=\"n\">3</td><td class=\"n\">1</td>",
            ],
        ),
        (
            "csv",
            &[
                "baseline,,,mode,fingerprints",
                "baseline-check,,kind email,new,3",
                "baseline-check,,kind email,gone,1",
                "baseline-check,,kind email,exceeded,true",
                "baseline-new,data/contacts.csv,email,new,3",
                "baseline-new,data/contacts.csv,email,found,6",
                "baseline-new,data/contacts.csv,email,first_line,5",
            ],
        ),
        (
            "junit",
            &[
                "<failure message=\"kind email: 7 found, 5 before (values). New: 3. Gone: 1.\"",
                "data/contacts.csv:5: email: 3 of 6 different values were not there before. The first stands on line 5.",
            ],
        ),
        (
            "github",
            &[
                "::error file=data/contacts.csv,line=5,title=cn.mobile::cn.mobile: 3 of 6 different values were not there before.",
                "::error file=data/late.csv,line=2,title=email::email: 2 of 2 different values",
            ],
        ),
    ] {
        let args = ["report", "a.json", "--lang", "en", "-f", format];
        let run = dir.cmd(args).env("COLUMNS", "200").run();
        let out = run.code(0).stdout();
        let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(
                out.contains(part) || words.contains(part),
                "{format}: {part}\n{out}"
            );
        }
    }
    dir.cmd(["report", "a.json", "--lang", "en", "-o", "a.xlsx"])
        .run()
        .code(0);
    let text = workbook(&std::fs::read(dir.path("a.xlsx")).unwrap());
    for part in [
        "name=\"Baseline\"",
        "name=\"New by file\"",
        "kind email",
        "data/late.csv",
        "more than before",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_log_says_of_each_result_whether_its_values_were_there() {
    let dir = shop();
    let log = scan(&dir, &["-f", "sarif"]);
    let log: Value = serde_json::from_str(&log.code(1).stdout()).expect("a log");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let state = |path: &str, name: Option<&str>| -> Value {
        let is_it = |r: &&Value| {
            let location = &r["locations"][0];
            let uri = &location["physicalLocation"]["artifactLocation"]["uri"];
            let member = &location["logicalLocations"][0]["fullyQualifiedName"];
            r["ruleId"] == "email" && uri == path && member.as_str() == name
        };
        let result = results.iter().find(is_it).expect("a result");
        result["baselineState"].clone()
    };
    assert_eq!(state("data/contacts.csv", None), "updated");
    assert_eq!(state("data/late.csv", None), "new");
    assert_eq!(state("data/moved.csv", None), "unchanged");
    let member = Some("data/out.zip!/in/more.csv");
    assert_eq!(state("data/out.zip", member), "new");
    let checks = log["runs"][0]["properties"]["baseline"]
        .as_array()
        .expect("checks");
    let email = checks.iter().find(|c| c["check"] == "kind email");
    assert_eq!(email.expect("it is compared")["new"], 3);
    // With counts nobody knows which values these are.
    let write = ["baseline", "write", "-o", "counts.json", "data/moved.csv"];
    dir.cmd(write).run().code(0);
    let args = ["scan", "data", "--baseline", "counts.json", "-f", "sarif"];
    let log: Value = serde_json::from_str(&dir.cmd(args).run().code(1).stdout()).expect("a log");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert!(results.iter().all(|r| r.get("baselineState").is_none()));
    assert_eq!(run["properties"]["baseline"][0]["exceeded"], true);
}
