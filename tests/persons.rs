//! Persons of each file (`--persons-by-file`): an independent counter agrees, they are the same however a scan is divided, cut
//! short or pressed for memory, and every report that names the worst files goes by them.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::count::{arg, audit, dump, file, independent_counter};
use super::parts::{assert_same, timeless};
use super::util::Dir;

const BY_FILE: &str = "--persons-by-file";

fn persons(file: &Value) -> Option<u64> {
    file["persons"].as_u64()
}

#[test]
fn an_independent_counter_agrees_on_the_persons_of_each_file() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), 3_000, 41);
    let counted = independent_counter(&["--persons", arg(folder.path())]);
    let counted = counted.as_object().unwrap();
    assert_eq!(counted.len(), 5, "{counted:?}");
    for memory in ["512M", "4M"] {
        let audit = audit(&[arg(folder.path()), BY_FILE, "--memory", memory]);
        for (name, n) in counted {
            assert_eq!(&file(&audit, name)["persons"], n, "{name}, {memory}");
        }
        let files = audit["files"].as_array().unwrap();
        let sum: u64 = files.iter().filter_map(persons).sum();
        let all = audit["persons"].as_u64().unwrap();
        assert!(sum > all, "{sum} of {all}: nobody is in two files");
        let most = files.iter().filter_map(persons).max().unwrap();
        assert!(most <= all, "{most} of {all}");
    }
    // A file by itself has the persons of the whole audit.
    for name in counted.keys() {
        let alone = audit(&[arg(&folder.path().join(name)), BY_FILE]);
        assert_eq!(persons(file(&alone, name)), alone["persons"].as_u64());
    }
}

#[test]
fn without_the_option_nothing_is_told_and_with_it_nothing_else_changes() {
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), 300, 42);
    let plain = audit(&[arg(folder.path())]);
    let mut with = audit(&[arg(folder.path()), BY_FILE]);
    let files = with["files"].as_array_mut().unwrap();
    assert!(files.iter().all(|file| persons(file).is_some()));
    for file in files {
        file.as_object_mut().unwrap().remove("persons");
    }
    for key in [
        "files",
        "kinds",
        "categories",
        "readings",
        "persons",
        "profiles",
    ] {
        assert_eq!(with[key], plain[key], "{key}");
    }
}

/// Two archives whose members have one name, a file in folders that are called like a member of one, a copy, and a file of
/// two blocks and more; some persons are in several.
fn corpus() -> Dir {
    let dir = Dir::new();
    let rows = |from: u32, to: u32| -> String {
        let row = |n: u32| format!("1380001{n:04},李雷\n");
        format!("手机,姓名\n{}", (from..to).map(row).collect::<String>())
    };
    let zip = |members: &[String]| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (n, text) in members.iter().enumerate() {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(format!("{n}/people.csv"), options).unwrap();
            std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let long = rows(0, 9_000).repeat(12);
    dir.file("d/a.zip", zip(&[rows(0, 30), rows(10, 50)]))
        .file("d/b.zip", zip(&[rows(0, 7)]))
        .file("d/a.zip!/0/people.csv", rows(0, 9))
        .file("d/few.csv", rows(20, 25).repeat(300))
        .file("d/copy of few.csv", rows(20, 25).repeat(300))
        .file("d/long.csv", long)
        .file("d/none.txt", "nothing of anybody\n")
        .file("key", (0..32).collect::<Vec<u8>>());
    dir
}

/// Persons by path.
fn by_path(audit: &Value) -> Vec<(String, Option<u64>)> {
    let files = audit["files"].as_array().unwrap().iter();
    let pairs = files.map(|file| (file["path"].as_str().unwrap().to_owned(), persons(file)));
    pairs.collect()
}

fn json(dir: &Dir, args: &[&str]) -> String {
    let run = dir.cmd(["scan", "-f", "json", BY_FILE]).args(args).run();
    run.code(0);
    run.stdout()
}

#[test]
fn members_copies_and_files_without_anybody_have_their_own_numbers() {
    let dir = corpus();
    let audit: Value = serde_json::from_str(&json(&dir, &["d"])).unwrap();
    let want = [
        ("d/a.zip", 0),
        ("d/a.zip!/0/people.csv", 9),
        ("d/a.zip!/0/people.csv", 30),
        ("d/a.zip!/1/people.csv", 40),
        ("d/b.zip", 0),
        ("d/b.zip!/0/people.csv", 7),
        ("d/copy of few.csv", 5),
        ("d/few.csv", 5),
        ("d/long.csv", 9_000),
        ("d/none.txt", 0),
    ];
    let mut found = by_path(&audit);
    found.sort();
    let want = want.map(|(path, n)| (path.to_owned(), Some(n)));
    assert_eq!(found, want);
    assert_eq!(audit["persons"], 9_000);
}

#[test]
fn shards_parts_threads_and_memory_change_nothing() {
    let dir = corpus();
    let want = timeless(&json(&dir, &["d"]));
    for args in [["--threads", "1"], ["--threads", "3"], ["--memory", "4M"]] {
        assert_same(&timeless(&json(&dir, &[&["d"], &args[..]].concat())), &want);
    }
    let mut tallies = Vec::new();
    for number in 1..=3 {
        let (shard, name) = (format!("{number}/3"), format!("t{number}"));
        let args = ["--shard", &shard, "--tally", &name, "--key-file", "key"];
        json(&dir, &[&["d", "--threads", "2"], &args[..]].concat());
        tallies.push(name);
    }
    let merge = ["merge", "-f", "json", "--key-file", "key", "--memory", "4M"];
    let joined = dir.cmd(merge).args(&tallies).run();
    joined.code(0);
    assert_same(&timeless(&joined.stdout()), &want);
}

#[test]
fn tallies_with_and_without_the_persons_of_files_are_not_joined() {
    let dir = corpus();
    let tally = |path: &str, name: &str, more: &[&str]| {
        let args = [
            "scan",
            path,
            "-f",
            "json",
            "--key-file",
            "key",
            "--tally",
            name,
        ];
        dir.cmd(args).args(more).run().code(0);
    };
    tally("d/few.csv", "with", &[BY_FILE]);
    tally("d/b.zip", "without", &[]);
    for order in [["with", "without"], ["without", "with"]] {
        let run = dir.cmd(["merge", "--key-file", "key"]).args(order).run();
        run.code(2).silent().err(BY_FILE);
    }
}

#[test]
fn a_scan_that_was_cut_short_goes_on_with_them_and_with_nothing_else() {
    let dir = corpus();
    dir.file("d/longer.csv", dir.read("d/long.csv").repeat(3));
    let want = timeless(&json(&dir, &["d"]));
    let args = [
        "scan",
        "-f",
        "json",
        "d",
        "--resume",
        "state",
        "--checkpoint-seconds",
        "0",
        "--threads",
        "1",
    ];
    let mut child = Command::new(env!("CARGO_BIN_EXE_leakgauge"))
        .current_dir(dir.path(""))
        .args(args)
        .arg(BY_FILE)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let clock = Instant::now();
    while !dir.path("state/part-2").exists() {
        if child.try_wait().unwrap().is_some() || clock.elapsed() > Duration::from_secs(60) {
            let mut errors = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut errors)
                .unwrap();
            panic!("it ended before it was cut short: {errors}");
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = fs::read(dir.path("state/plan")).unwrap();
    let run = dir.cmd(args).run();
    run.code(2).silent().err("begun with `--persons-by-file`");
    assert_eq!(fs::read(dir.path("state/plan")).unwrap(), before);
    let run = dir.cmd(args).args([BY_FILE]).run();
    run.code(0);
    assert_same(&timeless(&run.stdout()), &want);
}

#[test]
fn reports_name_the_files_with_most_persons_first() {
    let dir = corpus();
    // Many rows of few persons, and few rows of many.
    let audit = json(&dir, &["d/few.csv", "d/b.zip"]);
    dir.file("audit.json", &audit);
    let report = |format: &str| {
        let run = dir
            .cmd(["report", "audit.json", "-f", format, "--lang", "en"])
            .run();
        run.code(0);
        run.stdout()
    };
    for (format, table) in [
        ("text", "Worst files"),
        ("markdown", "## Files"),
        ("html", "id=\"table\""),
    ] {
        let text = report(format);
        let from = text
            .find(table)
            .unwrap_or_else(|| panic!("{format}: {text}"));
        let at = |name: &str| {
            text[from..]
                .find(name)
                .unwrap_or_else(|| panic!("{format}: {text}"))
        };
        assert!(at("people.csv") < at("few.csv"), "{format}: {text}");
    }
    let csv = report("csv");
    for line in [
        "file,d/b.zip!/0/people.csv,,persons,7",
        "file,d/few.csv,,persons,5",
        "file,d/b.zip,,persons,0",
    ] {
        assert!(csv.lines().any(|l| l == line), "{line}: {csv}");
    }
    let html = report("html");
    assert!(html.contains("data-sort=\"persons\" aria-sort=\"descending\""));
    assert!(!html.contains("data-sort=\"rows\" aria-sort"));
    assert!(html.contains("Folders by the persons in their files (2 files)"));
    // Without them it goes by rows, and says so.
    let plain = dir
        .cmd(["scan", "d/few.csv", "d/b.zip", "-f", "html"])
        .run();
    let html = plain.stdout();
    assert!(html.contains("Folders by rows found below them") && html.contains(BY_FILE));
    assert!(!html.contains("data-sort=\"persons\""));
    assert!(html.contains("data-sort=\"rows\" aria-sort=\"descending\""));
}
