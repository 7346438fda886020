//! Scans of parts: joined by `merge`, their tallies give the audit that one scan of everything gives, byte for byte but for
//! the time of day and the duration.

use std::fs;
use std::path::Path;

use super::cli::STAFF;
use super::count::dump;
use super::util::{Dir, Run};

/// Files of every format and record class, copies among them, and some that cannot be read.
fn corpus() -> Dir {
    let dir = Dir::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for (from, to) in [("sample", "s"), ("exports", "e")] {
        for dent in fs::read_dir(data.join(from)).unwrap() {
            let dent = dent.unwrap();
            let name = format!("{to}/{}", dent.file_name().to_str().unwrap());
            dir.file(&name, fs::read(dent.path()).unwrap());
        }
    }
    let long = "13800010001,李雷\n".repeat(20_000);
    dir.file("e/copy of members.sql", dir.read("e/members.sql"))
        .file("a/long.csv", format!("手机,姓名\n{long}"))
        .file("z/long.csv", format!("手机,姓名\n{long}"))
        .file(
            "z/longer.csv",
            format!("手机,姓名\n{long}{long}{long}{long}{long}"),
        )
        .file("z/empty", "")
        .file("e/empty", "")
        .file("a/scan.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        .file("z/scan.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        .file("z/broken.json", "{\"phone\": \"13800010007\", \"x\": [")
        .file("key", (0..32).collect::<Vec<u8>>())
        .file("other-key", (1..33).collect::<Vec<u8>>())
        .file("pass", "correct horse battery\n");
    dir
}

/// Scans these paths to a tally.
#[track_caller]
fn tally(dir: &Dir, name: &str, args: &[&str]) -> Run {
    let run = dir
        .cmd(["scan", "-f", "json", "--key-file", "key", "--tally", name])
        .args(args)
        .run();
    assert!(
        dir.path(name).exists(),
        "no tally was written: {}",
        run.stderr()
    );
    run
}

/// What a report says, without the lines that tell the time.
pub(super) fn timeless(text: &str) -> String {
    let tells_time = |line: &&str| {
        let words = ["started", "seconds", " s · ", " s | "];
        words.iter().any(|word| line.contains(word))
    };
    let lines: Vec<&str> = text.lines().filter(|line| !tells_time(line)).collect();
    lines.join("\n")
}

/// Says in which line two texts differ first.
#[track_caller]
pub(super) fn assert_same(found: &str, want: &str) {
    let pair = found.lines().zip(want.lines()).find(|(a, b)| a != b);
    assert_eq!(pair, None);
    assert_eq!(found.len(), want.len());
}

/// Parts, each scanned with its paths and options, give what one scan of these paths gives.
#[track_caller]
fn check(dir: &Dir, all: &[&str], parts: &[&[&str]], merging: &[&str]) {
    let names: Vec<String> = (0..parts.len()).map(|i| format!("part{i}.tally")).collect();
    for (name, part) in names.iter().zip(parts) {
        tally(dir, name, part);
    }
    for format in ["json", "text", "markdown", "csv"] {
        let whole = dir.cmd(["scan", "-f", format]).args(all).run();
        let joined = dir
            .cmd(["merge", "-f", format, "--key-file", "key"])
            .args(&names)
            .args(merging)
            .run();
        whole.code(3);
        joined.code(3);
        assert_eq!(whole.stderr(), joined.stderr());
        let (whole, joined) = (timeless(&whole.stdout()), timeless(&joined.stdout()));
        assert!(whole.len() > 500, "{whole}");
        assert_same(&joined, &whole);
    }
}

#[test]
fn parts_give_what_one_scan_gives() {
    let dir = corpus();
    let all = ["a", "e", "s", "z"];
    check(&dir, &all, &[&all], &[]);
    check(&dir, &all, &[&["a", "e"], &["s", "z"]], &[]);
    check(
        &dir,
        &all,
        &[&["a"], &["e"], &["s"], &["z"]],
        &["--threads", "3"],
    );
    check(
        &dir,
        &all,
        &[
            &["a", "e", "--threads", "1", "--memory", "4M"],
            &["s", "--threads", "4"],
            &["z", "--threads", "3", "--memory", "16M"],
        ],
        &["--memory", "4M", "--threads", "1"],
    );
    // The order of the tallies is that of the inputs and of nothing else.
    check(
        &dir,
        &["z", "s", "e", "a"],
        &[&["z"], &["s"], &["e", "a"]],
        &[],
    );
    let members = ["e/copy of members.sql", "e/members.sql"];
    check(
        &dir,
        &[members[0], members[1], "z"],
        &[&[members[0]], &[members[1], "z"]],
        &[],
    );
}

#[test]
fn shards_of_a_tree_give_what_one_scan_gives() {
    let dir = corpus();
    let longer = dir.read("z/longer.csv");
    dir.file("e/longest.csv", longer.repeat(3))
        .file("z/longest.csv", longer.repeat(3))
        .file("one/x.csv", "手机\n13800010001\n");
    let all = ["a", "e", "s", "z", "gone"];
    for n in [1, 2, 3, 5] {
        let shards: Vec<String> = (1..=n).map(|i| format!("{i}/{n}")).collect();
        let parts: Vec<Vec<&str>> = shards
            .iter()
            .map(|shard| [&all[..], &["--shard", shard]].concat())
            .collect();
        let parts: Vec<&[&str]> = parts.iter().map(Vec::as_slice).collect();
        check(&dir, &all, &parts, &["--memory", "4M"]);
    }
    // What shares no file with a tree is joined with its shards.
    let parts: [&[&str]; 3] = [
        &["one"],
        &["e", "z", "--shard", "2/2"],
        &["e", "z", "--shard", "1/2"],
    ];
    check(&dir, &["one", "e", "z"], &parts, &[]);
    let refused = |args: &[&str], part: &str| {
        let run = dir.cmd(["merge", "--key-file", "key"]).args(args).run();
        run.code(2).silent().err(part);
    };
    refused(&["part0.tally", "part1.tally"], "shard 1/2 is missing");
    refused(&["part1.tally", "part1.tally"], "a shard stands in two");
    tally(&dir, "e.tally", &["e/longest.csv"]);
    refused(
        &["part1.tally", "part2.tally", "e.tally"],
        "e/longest.csv: stands in two",
    );
}

#[test]
fn a_scan_with_a_tally_writes_the_same_report_as_one_without() {
    let dir = corpus();
    let with = tally(&dir, "part.tally", &["a", "e", "s", "z"]);
    let without = dir.cmd(["scan", "-f", "json", "a", "e", "s", "z"]).run();
    assert_eq!(timeless(&with.stdout()), timeless(&without.stdout()));
    let copies = with.audit();
    assert_eq!(
        copies.file("z/long.csv").copy_of.as_deref(),
        Some("a/long.csv")
    );
}

#[test]
fn what_does_not_fit_in_memory_is_joined_all_the_same() {
    let dir = Dir::new();
    dir.folder("d");
    dump(&dir.path("d"), 20_000, 21);
    dir.file("pass", "correct horse battery\n");
    let files: Vec<String> = fs::read_dir(dir.path("d"))
        .unwrap()
        .map(|dent| format!("d/{}", dent.unwrap().file_name().to_str().unwrap()))
        .collect();
    let mut names = Vec::new();
    for (i, file) in files.iter().enumerate() {
        names.push(format!("{i}.tally"));
        dir.cmd([
            "scan",
            "-q",
            "-f",
            "json",
            "--memory",
            "4M",
            "--passphrase-file",
            "pass",
        ])
        .args(["--tally", &names[i], file])
        .run()
        .code(0);
    }
    let joined = dir
        .cmd([
            "merge",
            "-f",
            "json",
            "--memory",
            "4M",
            "--passphrase-file",
            "pass",
        ])
        .args(&names)
        .run();
    let whole = dir.cmd(["scan", "-f", "json"]).args(&files).run();
    whole.code(0);
    assert_eq!(timeless(&joined.stdout()), timeless(&whole.stdout()));
}

#[test]
fn circumstances_and_gates_are_those_of_the_merge() {
    let dir = corpus();
    tally(&dir, "s.tally", &["s"]);
    tally(&dir, "e.tally", &["e"]);
    let merge = |args: &[&str]| {
        dir.cmd(["merge", "--key-file", "key", "s.tally", "e.tally"])
            .args(args)
            .run()
    };
    merge(&["-o", "audit.json"]).code(0).calm();
    let scan = dir.cmd(["scan", "s", "e", "-f", "json", "--in-duty"]).run();
    assert_eq!(
        timeless(&merge(&["-f", "json", "--in-duty"]).stdout()),
        timeless(&scan.stdout())
    );
    merge(&["--fail-on", "serious"]).code(1);
    merge(&["-f", "jsonl"])
        .code(2)
        .err("an audit holds counts")
        .silent();
    dir.cmd(["report", "audit.json", "--lang", "zh"])
        .run()
        .code(0);
}

#[test]
fn what_cannot_be_joined_is_refused_with_the_reason() {
    let dir = corpus();
    tally(&dir, "s.tally", &["s"]);
    tally(&dir, "se.tally", &["s/calls.csv", "e"]);
    let refused = |key: [&str; 2], args: &[&str], parts: &[&str]| {
        let run = dir.cmd(["merge"]).args(key).args(args).run();
        run.code(2).silent();
        parts.iter().for_each(|part| _ = run.err(part));
    };
    let key = ["--key-file", "key"];
    refused(
        key,
        &["s.tally", "se.tally"],
        &["s/calls.csv", "two of the tallies"],
    );
    refused(
        key,
        &["s.tally", "s.tally"],
        &["s/README.md", "two of the tallies"],
    );
    refused(
        ["--key-file", "other-key"],
        &["s.tally"],
        &["s.tally", "another key"],
    );
    refused(
        ["--passphrase-file", "pass"],
        &["s.tally"],
        &["s.tally", "another key"],
    );
    refused(["--key-file", "pass"], &["s.tally"], &["pass", "too short"]);
    refused(
        key,
        &["missing.tally"],
        &["missing.tally", "cannot be read"],
    );
    refused(key, &["s/calls.csv"], &["s/calls.csv", "no tally"]);
    refused(
        key,
        &["s.tally", "-o", "s.tally", "-f", "json"],
        &["both an input and an output"],
    );
    refused(
        ["-f", "json"],
        &["s.tally"],
        &["--key-file", "--passphrase-file"],
    );
    let whole = fs::read(dir.path("s.tally")).unwrap();
    dir.file("half.tally", &whole[..whole.len() / 2]);
    refused(key, &["half.tally"], &["half.tally", "damaged"]);
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    dir.file("changed.tally", changed);
    refused(key, &["changed.tally"], &["changed.tally", "damaged"]);
    dir.file("staff.toml", STAFF);
    refused(
        key,
        &["s.tally", "--patterns", "staff.toml"],
        &["s.tally", "counted alike"],
    );
    tally(&dir, "staff.tally", &["s", "--patterns", "staff.toml"]);
    refused(key, &["staff.tally"], &["staff.tally", "counted alike"]);
    let args = [
        "merge",
        "staff.tally",
        "--patterns",
        "staff.toml",
        "--key-file",
        "key",
    ];
    dir.cmd(args).run().code(0);
}

#[test]
fn a_tally_that_cannot_be_made_is_refused_before_anything_is_scanned() {
    let dir = corpus();
    let refused = |args: &[&str], part: &str| {
        dir.cmd(["scan", "s"])
            .args(args)
            .run()
            .code(2)
            .silent()
            .err(part);
    };
    refused(
        &["--tally", "t"],
        "--key-file FILE or --passphrase-file FILE",
    );
    refused(
        &["--tally", "t", "--key-file", "nokey"],
        "nokey: the key cannot be read",
    );
    refused(&["--tally", "t", "--key-file", "pass"], "pass: too short");
    refused(&["--key-file", "key"], "a key has no use here");
    refused(
        &["--tally", "no/such/t", "--key-file", "key"],
        "no/such/t: cannot be written",
    );
    refused(&["--tally", "s", "--key-file", "key"], "cannot be written");
    refused(
        &["--tally", "a.json", "-o", "a.json", "--key-file", "key"],
        "named twice",
    );
    refused(
        &["--tally", "s/calls.csv", "s/calls.csv", "--key-file", "key"],
        "both an input and an output",
    );
    assert!(!dir.names().contains(&"t".to_owned()));
}

#[test]
fn a_tally_in_the_scanned_folder_is_not_scanned_and_shows_nothing() {
    let dir = corpus();
    dir.cmd([
        "scan",
        "s",
        "--key-file",
        "key",
        "--tally",
        "s/t",
        "-o",
        "a.json",
    ])
    .run()
    .code(0);
    let bytes = fs::read(dir.path("s/t")).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for word in ["calls.csv", "cn.mobile", "lodging"] {
        assert!(!text.contains(word), "`{word}` can be read in the tally");
    }
    dir.cmd(["merge", "s/t", "--key-file", "key", "-o", "b.json"])
        .run()
        .code(0);
    assert_eq!(timeless(&dir.read("a.json")), timeless(&dir.read("b.json")));
    assert!(dir.read("b.json").contains("\"started\""));
    let no_rest = |name: &String| !name.contains("leakgauge");
    assert!(dir.names().iter().all(no_rest));
}
