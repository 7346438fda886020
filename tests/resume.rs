//! Scans that are cut short: killed at any moment and run again, they end with the audit of a scan that was left alone.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::count::dump;
use super::parts::{assert_same, timeless};
use super::util::Dir;

/// Rows of each export: enough for every file to be several batches.
const ROWS: u64 = 24_000;

/// What every scan of these tests is asked for.
const SCAN: [&str; 8] = [
    "scan",
    "d",
    "-f",
    "json",
    "--resume",
    "state",
    "--checkpoint-seconds",
    "0",
];

/// Six exports, with copies and what cannot be read beside them.
fn corpus(seed: u64) -> Dir {
    let dir = Dir::new();
    dir.folder("d");
    dump(&dir.path("d"), ROWS, seed);
    dir.file(
        "d/z/copy of hotel.csv",
        fs::read(dir.path("d/hotel.csv")).unwrap(),
    )
    .file("d/z/scan.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    .file("d/z/broken.json", "{\"phone\": \"13800010007\", \"x\": [");
    dir
}

/// The scan, started.
fn start(dir: &Dir, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_leakgauge"))
        .current_dir(dir.path(""))
        .args(SCAN)
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Starts the scan and kills it as soon as this is so. Says whether it was still running.
#[track_caller]
fn kill_when(dir: &Dir, more: &[&str], is_time: impl Fn() -> bool) -> bool {
    let mut child = start(dir, more);
    while !is_time() {
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(3), "it ended by itself");
            return false;
        }
        thread::sleep(Duration::from_micros(200));
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

fn has_part(dir: &Dir, number: u64) -> bool {
    let Ok(names) = fs::read_dir(dir.path("state")) else {
        return false;
    };
    let names = names.map(|dent| dent.unwrap().file_name().into_string().unwrap());
    let numbers = names.filter_map(|name| name.strip_prefix("part-")?.parse::<u64>().ok());
    numbers.into_iter().any(|n| n >= number)
}

/// The audit of a scan that is left alone, and how long it takes.
fn left_alone(dir: &Dir) -> (String, Duration) {
    let clock = Instant::now();
    let run = dir.cmd(["scan", "d", "-f", "json"]).run();
    run.code(3);
    (timeless(&run.stdout()), clock.elapsed())
}

/// Goes on to the end, which must be that of a scan that was left alone.
#[track_caller]
fn finish(dir: &Dir, more: &[&str], want: &str) {
    let run = dir.cmd(SCAN).args(more).run();
    run.code(3);
    assert_same(&timeless(&run.stdout()), want);
    assert!(!dir.path("state").exists(), "the state is still there");
}

#[test]
fn a_scan_that_is_left_alone_ends_as_one_without_a_state() {
    let dir = corpus(31);
    let (want, _) = left_alone(&dir);
    finish(&dir, &["--threads", "1"], &want);
    finish(&dir, &["--threads", "3", "--memory", "4M"], &want);
    let rarely = ["scan", "d", "-f", "json", "--resume", "state"];
    let run = dir.cmd(rarely).run();
    assert_same(&timeless(&run.stdout()), &want);
}

#[test]
fn killed_once_at_any_moment_it_ends_as_if_it_was_not() {
    let dir = corpus(32);
    let (want, alone) = left_alone(&dir);
    let mut n_killed = 0;
    for step in 0..16_u32 {
        let clock = Instant::now();
        let moment = alone * step / 6;
        n_killed += u32::from(kill_when(&dir, &["--threads", "2"], || {
            clock.elapsed() >= moment
        }));
        if dir.path("state").exists() {
            let threads = (1 + step % 3).to_string();
            finish(&dir, &["--threads", &threads], &want);
        }
    }
    assert!(n_killed >= 5, "only {n_killed} scans were killed");
}

#[test]
fn killed_after_every_few_checkpoints_it_ends_as_if_it_was_not() {
    let dir = corpus(33);
    let (want, _) = left_alone(&dir);
    let (mut n_killed, mut next) = (0, 0);
    // Past sixteen parts, they are folded.
    while kill_when(&dir, &["--threads", "2", "--memory", "4M"], || {
        has_part(&dir, next)
    }) {
        n_killed += 1;
        next += 1 + n_killed % 3;
    }
    assert!(n_killed >= 5, "only {n_killed} scans were killed");
    assert!(!dir.path("state").exists());
    assert!(kill_when(&dir, &["--threads", "1"], || has_part(&dir, 17)));
    let parts = fs::read_dir(dir.path("state")).unwrap();
    let is_part = |name: &std::ffi::OsStr| name.to_str().unwrap().starts_with("part-");
    let n_parts = parts
        .filter(|dent| is_part(&dent.as_ref().unwrap().file_name()))
        .count();
    assert!(n_parts < 16, "{n_parts} parts, and none was folded");
    finish(&dir, &[], &want);
}

#[test]
fn killed_again_and_again_it_comes_to_its_end() {
    let dir = corpus(34);
    let (want, alone) = left_alone(&dir);
    let mut moment = alone / 8;
    let mut n_killed = 0;
    loop {
        let clock = Instant::now();
        let report = dir.path("audit.json");
        let output = ["-o", report.to_str().unwrap()];
        if !kill_when(&dir, &output, || clock.elapsed() >= moment) {
            break;
        }
        n_killed += 1;
        moment += alone / 8;
    }
    assert!(n_killed >= 3, "only {n_killed} scans were killed");
    assert_same(&timeless(&dir.read("audit.json")), &want);
    assert!(!dir.path("state").exists());
}

#[test]
fn a_tally_can_be_made_by_a_scan_that_was_cut_short() {
    let dir = corpus(35);
    dir.file("key", (0..32).collect::<Vec<u8>>());
    let args = ["--tally", "t", "--key-file", "key"];
    kill_when(&dir, &args, || has_part(&dir, 4));
    let run = dir.cmd(SCAN).args(args).run();
    run.code(3);
    let joined = dir
        .cmd(["merge", "t", "--key-file", "key", "-f", "json"])
        .run();
    assert_same(&timeless(&joined.stdout()), &left_alone(&dir).0);
}

#[test]
fn a_shard_that_was_cut_short_is_the_same_shard() {
    let dir = corpus(40);
    dir.file("key", (0..32).collect::<Vec<u8>>());
    for (shard, name) in [("1/2", "first"), ("2/2", "second")] {
        let args = ["--shard", shard, "--tally", name, "--key-file", "key"];
        assert!(kill_when(&dir, &args, || has_part(&dir, 3)));
        dir.cmd(SCAN)
            .args(["--shard", "1/3", "--tally", "third", "--key-file", "key"])
            .run()
            .code(2)
            .err("another choice");
        dir.cmd(SCAN)
            .args(args)
            .run()
            .code(if shard == "1/2" { 0 } else { 3 });
    }
    let joined = dir
        .cmd([
            "merge",
            "first",
            "second",
            "--key-file",
            "key",
            "-f",
            "json",
        ])
        .run();
    assert_same(&timeless(&joined.stdout()), &left_alone(&dir).0);
}

#[test]
fn a_file_that_changed_while_it_was_read_cannot_be_gone_on_with() {
    let dir = Dir::new();
    let rows = "13800010001,李雷\n13800010002,韩梅梅\n".repeat(400_000);
    dir.file("d/long.csv", format!("手机,姓名\n{rows}"));
    assert!(kill_when(&dir, &[], || has_part(&dir, 1)));
    let plan = fs::read(dir.path("state/plan")).unwrap();
    dir.file("d/long.csv", format!("手机,姓名\n{rows}13800010003,李雷\n"));
    let run = dir.cmd(SCAN).run();
    run.code(2).silent().err("d/long.csv has changed");
    assert_eq!(fs::read(dir.path("state/plan")).unwrap(), plan);
    fs::remove_dir_all(dir.path("state")).unwrap();
    dir.cmd(SCAN).run().code(0);
}

#[test]
fn files_that_came_or_changed_after_they_were_read_are_as_the_first_run_met_them() {
    let dir = Dir::new();
    let rows = "13800010001,李雷\n13800010002,韩梅梅\n".repeat(400_000);
    dir.file("d/a.csv", "手机\n13800010001\n")
        .file("d/long.csv", format!("手机,姓名\n{rows}"));
    let before = dir.cmd(["scan", "d", "-f", "json"]).run();
    assert!(kill_when(&dir, &["--threads", "2"], || has_part(&dir, 4)));
    dir.file("d/b.csv", "手机\n13800010009\n");
    let after = dir.cmd(SCAN).run();
    after.code(0);
    assert_same(&timeless(&after.stdout()), &timeless(&before.stdout()));
}

#[test]
fn the_state_of_another_scan_is_refused() {
    let dir = corpus(36);
    dir.file("key", (0..32).collect::<Vec<u8>>())
        .file("other-key", (1..33).collect::<Vec<u8>>())
        .file("busy/notes.txt", "x");
    let (want, _) = left_alone(&dir);
    let refused = |args: &[&str], parts: &[&str]| {
        let run = dir
            .cmd(["scan", "-f", "json", "--resume", "state"])
            .args(args)
            .run();
        run.code(2).silent();
        parts.iter().for_each(|part| _ = run.err(part));
    };
    refused(&["-"], &["standard input"]);
    let lines = ["scan", "d", "-f", "jsonl", "--resume", "state"];
    dir.cmd(lines)
        .run()
        .code(2)
        .silent()
        .err("jsonl")
        .err("--resume");
    assert!(!dir.path("state").exists(), "nothing was begun");
    assert!(kill_when(&dir, &[], || has_part(&dir, 2)));
    refused(&["d", "d/z"], &["state", "another list of paths"]);
    refused(&["d", "--exclude", "z"], &["another choice of files"]);
    refused(&["d", "--max-depth", "1"], &["another choice of files"]);
    for (more, named) in [
        (&["--exclude", "z"][..], "begun without `--exclude \"z\"`"),
        (&["--follow-links"], "begun without `--follow-links`"),
        (&["--persons-by-file"], "begun without `--persons-by-file`"),
        (
            &["--act-date", "2026-01-31"],
            "begun without `2026-01-31 as the day of the act`",
        ),
        (
            &["--password-file", "key"],
            "begun without `--password-file of mark ",
        ),
        (&["--manifest", "m.jsonl"], "begun without `--manifest`"),
    ] {
        refused(&[&["d"], more].concat(), &["state: holds the state", named]);
    }
    refused(&["d", "--key-file", "key"], &["without a key file"]);
    let busy = dir.cmd(["scan", "d", "--resume", "busy"]).run();
    busy.code(2).silent().err("busy: holds `notes.txt`");
    let lock = fs::File::open(dir.path("state/lock")).unwrap();
    lock.lock().unwrap();
    refused(&["d"], &["another scan is using it"]);
    drop(lock);
    finish(&dir, &["--recipients", "1"], &want);

    assert!(kill_when(&dir, &["--key-file", "key"], || has_part(
        &dir, 2
    )));
    refused(&["d"], &["give the same one"]);
    refused(&["d", "--key-file", "other-key"], &["another key"]);
    assert!(
        !dir.path("state/key").exists(),
        "the user's key is kept by the user"
    );
    finish(&dir, &["--key-file", "key"], &want);
}

#[test]
#[cfg(unix)]
fn the_state_is_for_its_owner_and_holds_no_value_of_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let dir = corpus(37);
    assert!(kill_when(&dir, &[], || has_part(&dir, 3)));
    let mode = |name: &str| fs::metadata(dir.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("state"), mode("state/key")), (0o700, 0o600));
    let phones = dir.read("d/members.csv");
    let mut phones = phones
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 11)
        .take(200)
        .peekable();
    assert!(phones.peek().is_some());
    let texts: Vec<String> = fs::read_dir(dir.path("state"))
        .unwrap()
        .map(|dent| String::from_utf8_lossy(&fs::read(dent.unwrap().path()).unwrap()).into_owned())
        .collect();
    for phone in phones {
        assert!(
            texts.iter().all(|text| !text.contains(phone)),
            "a value is in the state"
        );
    }
}

/// The shell's limit on the size of files stands for a disk that is full.
#[test]
#[cfg(unix)]
fn a_full_disk_ends_the_scan_and_costs_no_more_than_the_last_checkpoint() {
    let dir = corpus(38);
    let (want, _) = left_alone(&dir);
    assert!(kill_when(&dir, &[], || has_part(&dir, 1)));
    let limited = Command::new("sh")
        .args(["-c", "ulimit -f 100; trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_leakgauge"))
        .args(SCAN)
        .current_dir(dir.path(""))
        .output()
        .expect("the shell runs");
    let errors = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(limited.status.code(), Some(2), "{errors}");
    assert!(limited.stdout.is_empty(), "a report was written");
    for part in ["state", "make room", "run the same command again"] {
        assert!(errors.contains(part), "`{part}` is not in: {errors}");
    }
    finish(&dir, &[], &want);
}

#[test]
fn what_a_killed_scan_leaves_beside_its_parts_is_removed() {
    let dir = corpus(39);
    let (want, _) = left_alone(&dir);
    assert!(kill_when(&dir, &[], || has_part(&dir, 2)));
    let state = dir.path("state");
    let names = |path: &Path| fs::read_dir(path).unwrap().count();
    let n_files = names(&state);
    dir.file("state/.leakgauge-Xy12", "half of a part");
    assert!(names(&state) > n_files);
    finish(&dir, &[], &want);
    // Killed before anything was planned.
    dir.file("state/lock", "").file("state/.leakgauge-a", "");
    finish(&dir, &[], &want);
}

/// Ignore rules decide what is counted: a state that was kept under others is refused, and told which.
#[test]
fn a_state_that_was_kept_under_other_ignore_rules_is_refused() {
    let dir = corpus(41);
    let rule = |on: &str, until: &str| {
        format!("[[ignore]]\n{on}\nowner = \"o\"\nreason = \"r\"\nexpires = {until}\n")
    };
    let mobile = rule("kind = \"cn.mobile\"", "2999-12-31");
    let email = rule("kind = \"email\"", "2999-12-31");
    dir.file("leakgauge.toml", format!("{mobile}{email}"));
    let want = {
        let run = dir.cmd(["scan", "d", "-f", "json"]).run();
        run.code(3);
        timeless(&run.stdout())
    };
    assert!(kill_when(&dir, &[], || has_part(&dir, 2)));
    let plan = fs::read(dir.path("state/plan")).unwrap();
    let later = rule("kind = \"cn.mobile\"", "2999-11-30");
    for (rules, named) in [
        (
            String::new(),
            "begun with `the ignore rule on kind cn.mobile until 2999-12-31`, `the ignore rule on kind email until \
             2999-12-31`",
        ),
        (
            mobile.clone(),
            "begun with `the ignore rule on kind email until 2999-12-31`)",
        ),
        (
            format!("{later}{email}"),
            "begun with `the ignore rule on kind cn.mobile until 2999-12-31`, and without `the ignore rule on kind cn.mobile \
             until 2999-11-30`",
        ),
        (format!("{email}{mobile}"), "the same in another order"),
    ] {
        dir.file("leakgauge.toml", rules);
        let run = dir.cmd(SCAN).run();
        run.code(2).silent().err("state: holds the state of a scan");
        run.err(named)
            .err("go on with that one, or name another folder");
        assert_eq!(fs::read(dir.path("state/plan")).unwrap(), plan);
    }
    dir.file("leakgauge.toml", format!("{mobile}{email}"));
    finish(&dir, &[], &want);
}
