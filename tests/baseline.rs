//! The ratchet: what was there before may stay, move and be renamed; what is more fails the job, and nothing raises a baseline
//! unasked.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::util::{Dir, Run, people};

/// With fingerprints.
const KEY: [&str; 2] = ["--key-file", "audit.key"];

/// Ten guests in a folder and five contacts beside it, and a key.
fn shop() -> Dir {
    let dir = Dir::new();
    dir.file("data/hotel.csv", people::hotel_csv(0..10));
    dir.file("data/contacts.csv", people::contacts_csv(20..25));
    dir.file("audit.key", (0..32).map(|n| n * 7 + 1).collect::<Vec<u8>>());
    dir
}

/// Both ways of keeping a baseline: the options that they take.
fn modes() -> [&'static [&'static str]; 2] {
    [&[], &KEY]
}

fn write(dir: &Dir, more: &[&str]) -> Run {
    let args = ["baseline", "write", "-o", "b.json", "data"];
    dir.cmd(args.iter().chain(more)).run()
}

fn update(dir: &Dir, more: &[&str]) -> Run {
    let args = ["baseline", "update", "b.json", "data"];
    dir.cmd(args.iter().chain(more)).run()
}

fn scan(dir: &Dir, more: &[&str]) -> Run {
    let args = ["scan", "data", "--baseline", "b.json", "-f", "json"];
    dir.cmd(args.iter().chain(more)).run()
}

/// What a scan says of a kind or category, of which something was there before or is now.
#[track_caller]
fn check_of(run: &Run, check: &str) -> Value {
    let audit: Value = serde_json::from_str(&run.stdout()).expect("an audit");
    let checks = audit["baseline"]["checks"]
        .as_array()
        .expect("checks")
        .clone();
    let found = checks.into_iter().find(|c| c["check"] == check);
    found.unwrap_or_else(|| panic!("no `{check}` in {}", audit["baseline"]))
}

#[test]
fn what_was_there_may_stay_and_one_more_may_not() {
    for mode in modes() {
        let dir = shop();
        let said = write(&dir, mode);
        said.code(0)
            .calm()
            .out("kind cn.mobile: 15 found, 0 before (values). ");
        scan(&dir, mode).code(0);
        dir.file("data/contacts.csv", people::contacts_csv(20..26));
        let run = scan(&dir, mode);
        let mobile = check_of(run.code(1), "kind cn.mobile");
        assert_eq!(
            (&mobile["before"], &mobile["found"]),
            (&15.into(), &16.into())
        );
        assert_eq!(
            (&mobile["unit"], &mobile["exceeded"]),
            (&"values".into(), &true.into())
        );
        let (new, gone) = match mode {
            [] => (Value::Null, Value::Null),
            _ => (1.into(), 0.into()),
        };
        assert_eq!((&mobile["new"], &mobile["gone"]), (&new, &gone));
        let resident = check_of(&run, "kind cn.resident-id");
        assert_eq!(
            (&resident["found"], &resident["exceeded"]),
            (&10.into(), &false.into())
        );
    }
}

#[test]
fn lines_move_and_files_are_renamed_without_a_change() {
    for mode in modes() {
        let dir = shop();
        write(&dir, mode).code(0);
        let before = dir.read("b.json");
        let csv = people::hotel_csv(0..10);
        let (head, rows) = csv.split_once('\n').unwrap();
        let turned: Vec<&str> = rows.lines().rev().collect();
        fs::remove_file(dir.path("data/hotel.csv")).unwrap();
        dir.file(
            "data/new/gäste.csv",
            format!("{head}\n{}\n", turned.join("\n")),
        );
        scan(&dir, mode).code(0);
        update(&dir, mode).code(0).silent();
        assert_eq!(dir.read("b.json"), before);
    }
}

#[test]
fn a_value_for_another_is_new_by_fingerprint_and_not_by_count() {
    for (mode, code) in modes().into_iter().zip([0, 1]) {
        let dir = shop();
        write(&dir, mode).code(0);
        dir.file("data/contacts.csv", people::contacts_csv(21..26));
        scan(&dir, mode).code(code);
    }
    // A known value in one more file is no new value, but one more row.
    for (mode, code) in modes().into_iter().zip([1, 0]) {
        let dir = shop();
        write(&dir, mode).code(0);
        dir.file("data/again.csv", people::contacts_csv(20..22));
        let run = scan(&dir, mode);
        run.code(code);
        if code == 1 {
            let rows = check_of(&run, "category contact");
            assert_eq!(
                (&rows["unit"], &rows["exceeded"]),
                (&"rows".into(), &true.into())
            );
        }
    }
}

/// How many addresses a baseline knows.
fn emails(baseline: &str) -> u64 {
    let baseline: Value = serde_json::from_str(baseline).expect("JSON");
    match baseline["fingerprints"]["email"].as_array() {
        Some(values) => values.len() as u64,
        None => baseline["distinct"]["email"].as_u64().expect("a number"),
    }
}

#[test]
fn an_update_lowers_and_raises_only_what_is_accepted() {
    for mode in modes() {
        let dir = shop();
        write(&dir, mode).code(0);
        let first = dir.read("b.json");
        dir.file("data/contacts.csv", people::contacts_csv(20..22));
        let less = update(&dir, mode);
        less.code(0)
            .calm()
            .out("kind email: 2 found, 5 before (values).")
            .out("[lowered]");
        let lowered = dir.read("b.json");
        assert_eq!((emails(&first), emails(&lowered)), (5, 2));
        // What came back is more than before.
        dir.file("data/contacts.csv", people::contacts_csv(20..25));
        scan(&dir, mode).code(1);
        let refused = update(&dir, mode);
        refused
            .code(1)
            .out("kind email: 5 found, 2 before (values).")
            .out("[not taken over]");
        assert_eq!(dir.read("b.json"), lowered);
        let args: Vec<&str> = mode.iter().copied().chain(["--accept-more"]).collect();
        let taken = update(&dir, &args);
        taken
            .code(0)
            .out("kind email: 5 found, 2 before (values).")
            .out("[taken over]");
        assert_eq!(dir.read("b.json"), first, "the same data, the same bytes");
        scan(&dir, mode).code(0);
    }
}

#[test]
fn some_come_and_some_go_and_only_the_going_is_written() {
    let dir = shop();
    write(&dir, &KEY).code(0);
    dir.file("data/contacts.csv", people::contacts_csv(23..28));
    let run = update(&dir, &KEY);
    run.code(1)
        .out("kind email: 5 found, 5 before (values). New: 3. Gone: 3. [lowered, not taken over]");
    let baseline: Value = serde_json::from_str(&dir.read("b.json")).expect("JSON");
    assert_eq!(
        baseline["fingerprints"]["email"].as_array().unwrap().len(),
        2
    );
    assert_eq!(
        baseline["fingerprints"]["cn.resident-id"]
            .as_array()
            .unwrap()
            .len(),
        10
    );
}

#[test]
fn an_incomplete_scan_passes_nothing_and_changes_no_baseline() {
    for mode in modes() {
        let dir = shop();
        write(&dir, mode).code(0);
        let before = dir.read("b.json");
        dir.file("data/contacts.csv", people::contacts_csv(20..21));
        dir.file("data/cut.json", "[{\"a\": 1");
        scan(&dir, mode).code(3);
        for more in [&[][..], &["--accept-more"]] {
            let args: Vec<&str> = mode.iter().chain(more).copied().collect();
            let run = update(&dir, &args);
            run.code(3)
                .silent()
                .err("b.json: not changed")
                .err("data/cut.json");
            assert_eq!(dir.read("b.json"), before);
        }
        // More than before outranks what could not be read.
        dir.file("data/more.csv", people::contacts_csv(30..40));
        scan(&dir, mode).code(1);
        update(&dir, mode).code(1).silent();
        assert_eq!(dir.read("b.json"), before);
        // A new one is of what could be read, and says so.
        fs::remove_file(dir.path("b.json")).unwrap();
        write(&dir, mode).code(3).err("skipped: data/cut.json");
        scan(&dir, mode).code(3);
    }
}

#[test]
fn a_baseline_is_the_same_bytes_and_holds_nothing_of_the_data() {
    for mode in modes() {
        let dir = shop();
        dir.file("data/more.csv", people::contacts_csv(100..400));
        let mut texts = Vec::new();
        for (threads, memory) in [("1", "512M"), ("3", "4M")] {
            let args = ["--threads", threads, "--memory", memory];
            let args: Vec<&str> = mode.iter().chain(&args).copied().collect();
            write(&dir, &args).code(0);
            texts.push(dir.read("b.json"));
            fs::remove_file(dir.path("b.json")).unwrap();
        }
        assert!(texts[0] == texts[1], "threads or memory show");
        let people = (0..10).chain(20..25).chain(100..400);
        for n in people {
            for value in [
                people::mobile(n),
                people::email(n),
                people::resident_id(n),
                people::name(n),
            ] {
                assert!(!texts[0].contains(&value));
                // Nor what anyone could find by trying: a plain hash.
                let hash = blake3::hash(value.as_bytes()).to_hex();
                assert!(!texts[0].contains(&hash[..32]));
            }
        }
        for word in ["hotel", "data", "key\": \"audit", "csv"] {
            assert!(!texts[0].contains(word), "{word}");
        }
        assert!(
            texts[0].lines().all(|line| line.len() <= 100),
            "a line a value"
        );
    }
}

#[test]
fn a_baseline_of_another_key_or_version_or_none_at_all_stops_the_program() {
    let dir = shop();
    dir.file("other.key", (0..32).map(|n| n * 5 + 2).collect::<Vec<u8>>());
    write(&dir, &KEY).code(0);
    let good = dir.read("b.json");
    let refused = |more: &[&str], want: &str| {
        let args: Vec<&str> = more.iter().chain(&["-o", "report.json"]).copied().collect();
        scan(&dir, &args).code(2).silent().err("b.json: ").err(want);
        update(&dir, more)
            .code(2)
            .silent()
            .err("b.json: ")
            .err(want);
        assert!(!dir.path("report.json").exists());
    };
    refused(&["--key-file", "other.key"], "made with another key");
    refused(&[], "without their key");
    dir.file("b.json", &good[..good.len() / 2]);
    refused(&KEY, "cut off");
    dir.file("b.json", good.replace("baseline/1", "baseline/7"));
    refused(&KEY, "of a newer version");
    dir.file("b.json", people::contacts_csv(0..3));
    refused(&KEY, "is no baseline");
    dir.file(
        "b.json",
        format!("{{\"schema\": \"{}\"}}", people::mobile(1)),
    );
    refused(&KEY, "is no baseline");
    assert!(!scan(&dir, &KEY).stderr().contains(&people::mobile(1)));
    fs::remove_file(dir.path("b.json")).unwrap();
    refused(&KEY, "cannot be read");
    dir.folder("b.json");
    refused(&KEY, "is no regular file");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let dir = shop();
    write(&dir, &[]).code(0);
    let before = dir.read("b.json");
    write(&dir, &[])
        .code(2)
        .silent()
        .err("is there already")
        .err("--accept-more");
    assert_eq!(dir.read("b.json"), before);
    update(&dir, &KEY)
        .code(2)
        .silent()
        .err("holds counts, which have no key");
    let over = ["scan", "data", "--baseline", "b.json", "-o", "./b.json"];
    dir.cmd(over)
        .run()
        .code(2)
        .silent()
        .err("both an input and an output");
    assert_eq!(dir.read("b.json"), before);
    // A scan may have a key for its tally beside a baseline of counts.
    scan(&dir, &["--key-file", "audit.key", "--tally", "t"]).code(0);
    let shard = ["--key-file", "audit.key", "--tally", "t", "--shard", "1/2"];
    scan(&dir, &shard).code(2).silent().err("--shard");
    let run = dir.cmd(["scan", "data", "--key-file", "audit.key"]).run();
    run.code(2).silent().err("no use");
    for (args, want) in [
        (&["baseline", "write", "data"][..], "--output"),
        (
            &["baseline", "write", "data", "-o", "-"],
            "not to standard output",
        ),
        (
            &["baseline", "write", "data", "-o", "no/b.json"],
            "no/b.json: cannot be written",
        ),
        (
            &["baseline", "write", "gone", "-o", "c.json"],
            "nothing there to scan",
        ),
        (&["baseline", "update"], "FILE.json"),
        (&["baseline", "raise", "b.json"], "raise"),
    ] {
        dir.cmd(args).run().code(2).silent().err(want);
    }
    assert_eq!(dir.names(), ["audit.key", "b.json", "data", "t"]);
}

#[test]
fn the_baseline_itself_is_not_scanned_and_the_current_folder_is_the_default() {
    let dir = shop();
    for (file, options) in [
        ("counts.json", &[][..]),
        ("values.json", &["--key-file", "../audit.key"]),
    ] {
        let cmd = |args: &[&str]| {
            let args: Vec<&str> = args.iter().chain(options).copied().collect();
            crate::util::Cmd::new(&dir.path("data")).args(args).run()
        };
        cmd(&["baseline", "write", "-o", file]).code(0);
        let run = cmd(&["scan", "--baseline", file, "-f", "json"]);
        let audit = run.code(0).audit();
        assert!(!audit.paths().iter().any(|path| path.contains(file)));
        // Also where it is named, as a hook names it that is asked to look at it.
        let run = cmd(&["scan", file, "hotel.csv", "--baseline", file, "-f", "json"]);
        assert_eq!(run.code(0).audit().paths(), ["hotel.csv"]);
        cmd(&["baseline", "update", file]).code(0).silent();
        fs::remove_file(dir.path("data").join(file)).unwrap();
    }
}

#[test]
fn joined_tallies_are_compared_like_one_scan() {
    let dir = shop();
    write(&dir, &KEY).code(0);
    dir.file("data/contacts.csv", people::contacts_csv(20..26));
    for (path, tally) in [("data/hotel.csv", "h"), ("data/contacts.csv", "c")] {
        let args = ["scan", path, "--tally", tally];
        dir.cmd(args.iter().chain(&KEY)).run().code(0);
    }
    let args = ["merge", "h", "c", "--baseline", "b.json", "-f", "json"];
    let run = dir.cmd(args.iter().chain(&KEY)).run();
    let mobile = check_of(run.code(1), "kind cn.mobile");
    assert_eq!((&mobile["found"], &mobile["new"]), (&16.into(), &1.into()));
    let one = scan(&dir, &KEY);
    assert_eq!(check_of(&one, "kind cn.mobile"), mobile);
    // A scan that can be gone on with counts under the same key.
    let args: Vec<&str> = KEY.iter().copied().chain(["--resume", "state"]).collect();
    assert_eq!(
        check_of(scan(&dir, &args).code(1), "kind cn.mobile"),
        mobile
    );
}

#[test]
fn every_report_for_people_and_servers_names_what_is_more() {
    let dir = shop();
    write(&dir, &KEY).code(0);
    dir.file("data/contacts.csv", people::contacts_csv(22..28));
    let said = "kind email: 6 found, 5 before (values). New: 3. Gone: 2.";
    for (format, parts) in [
        (
            "text",
            &[
                "✗ kind email",
                said,
                "more than before",
                "kinds and categories",
                "`leakgauge baseline update`",
            ][..],
        ),
        (
            "markdown",
            &[
                "## Baseline",
                "| **more than before** | `kind email` | 5 | 6 | 3 | values |",
                "| not more | `kind cn.resident-id` | 10 | 10 | 0 |",
            ],
        ),
        (
            "junit",
            &[
                "<testsuite name=\"baseline\" ",
                "<testcase classname=\"baseline\" name=\"kind cn.resident-id\" time=\"0\"/>",
                &format!("<failure message=\"{said}\""),
            ],
        ),
        ("github", &["::error title=kind email::kind email: 6 found"]),
    ] {
        let args = [
            "scan",
            "data",
            "--baseline",
            "b.json",
            "--lang",
            "en",
            "-f",
            format,
        ];
        let run = dir.cmd(args.iter().chain(&KEY)).run();
        let out = run.code(1).stdout();
        for part in parts {
            // A terminal's lines are wrapped.
            let is_there = out.contains(part)
                || out
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .contains(part);
            assert!(is_there, "{format}: {part}\n{out}");
        }
    }
    // A saved audit says the same.
    let args = ["scan", "data", "--baseline", "b.json", "-o", "a.json"];
    dir.cmd(args.iter().chain(&KEY)).run().code(1);
    dir.cmd(["report", "a.json", "-f", "junit"])
        .run()
        .code(0)
        .out(said);
    dir.cmd(["report", "a.json", "--lang", "zh"])
        .run()
        .code(0)
        .out("多于此前");
}

#[test]
fn a_baseline_of_other_patterns_is_compared_and_told() {
    let dir = shop();
    write(&dir, &["--packs", "global"]).code(0);
    let run = dir.cmd(["scan", "data", "--baseline", "b.json"]).run();
    run.code(1).out("with other patterns");
    let run = dir
        .cmd(["scan", "data", "--baseline", "b.json", "--packs", "global"])
        .run();
    run.code(0);
    assert!(!run.stdout().contains("other patterns"));
}

/// Data for standard input that ends when a file was opened in a folder, which it then removes.
struct RemovesFolder(Cursor<Vec<u8>>, PathBuf);

impl Read for RemovesFolder {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buf)?;
        if n == 0 && self.1.exists() {
            let start = Instant::now();
            while fs::read_dir(&self.1)?.next().is_none() {
                assert!(
                    start.elapsed() < Duration::from_secs(50),
                    "nothing was opened"
                );
                thread::sleep(Duration::from_millis(5));
            }
            fs::remove_dir_all(&self.1)?;
        }
        Ok(n)
    }
}

#[test]
fn a_folder_that_vanishes_is_an_error_and_nothing_is_left() {
    for mode in modes() {
        let dir = shop();
        dir.folder("out");
        let csv = people::contacts_csv(0..5).into_bytes();
        let rdr = RemovesFolder(Cursor::new(csv), dir.path("out"));
        let args = ["baseline", "write", "-", "-o", "out/b.json"];
        let run = dir.cmd(args.iter().chain(mode)).stdin_from(rdr).run();
        run.code(2)
            .silent()
            .err("out/b.json: the baseline cannot be written");
        assert!(!dir.path("out").exists());
    }
}

/// The shell's limit on the size of files stands for a disk that is full.
#[test]
#[cfg(unix)]
fn a_full_disk_leaves_the_old_baseline_and_no_half_of_a_new_one() {
    let dir = shop();
    write(&dir, &KEY).code(0);
    let before = dir.read("b.json");
    dir.file("data/more.csv", people::contacts_csv(100..400));
    let names = dir.names();
    let limited = |args: &[&str]| {
        let output = Command::new("sh")
            .args(["-c", "ulimit -f 1; trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_leakgauge"))
            .args(args.iter().chain(&KEY))
            .current_dir(dir.path(""))
            .output()
            .expect("the shell runs");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(
            output.stdout.is_empty() && error.contains("the baseline cannot be written"),
            "{error}"
        );
    };
    limited(&["baseline", "update", "b.json", "data", "--accept-more"]);
    limited(&["baseline", "write", "-o", "new.json", "data"]);
    assert_eq!(dir.read("b.json"), before);
    assert_eq!(dir.names(), names, "a part is left");
}

/// No clock of the machine but its time counts: a zone that is missing, or none, changes nothing.
#[test]
fn a_clock_without_a_zone_is_a_clock() {
    let dir = shop();
    write(&dir, &[]).code(0);
    let mut told = Vec::new();
    for zone in [
        None,
        Some(""),
        Some("garbage"),
        Some(":/no/such/file"),
        Some("UTC-99"),
        Some("Asia/Shanghai"),
    ] {
        let args = [
            "scan",
            "data",
            "--baseline",
            "b.json",
            "-f",
            "json",
            "--discovered",
            "2026-01-05T08:00",
        ];
        let cmd = dir.cmd(args);
        let cmd = match zone {
            Some(zone) => cmd.env("TZ", zone),
            None => cmd.without_env("TZ"),
        };
        let run = cmd.run();
        run.code(0).calm();
        let mut audit: Value = serde_json::from_str(&run.stdout()).expect("an audit");
        let started = audit["started"].as_str().expect("a time").to_owned();
        assert!(
            started.len() == 20 && started.ends_with('Z'),
            "{zone:?}: {started}"
        );
        audit["started"] = Value::Null;
        audit["stats"]["seconds"] = Value::Null;
        // The test may run over midnight.
        audit["ages_on"] = Value::Null;
        told.push((zone, audit));
    }
    for (zone, audit) in &told {
        assert!(*audit == told[0].1, "{zone:?}");
    }
}
