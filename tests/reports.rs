//! Reports in every format: several in one run, again from a saved audit, with hostile names, and when they cannot be
//! written.
//!
//! What a single format looks like is tested beside its code; here it is the files that a user finds.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::util::{Dir, people};

/// Every format that an audit can be written in, with the ending that asks for it.
pub(crate) const FORMATS: [(&str, &str); 9] = [
    ("text", "txt"),
    ("json", "json"),
    ("markdown", "md"),
    ("html", "html"),
    ("csv", "csv"),
    ("xlsx", "xlsx"),
    ("sarif", "sarif"),
    ("junit", "xml"),
    ("github", "github"),
];

/// What a report shows, as text: of a workbook all of its parts.
pub(crate) fn text_of(report: &[u8]) -> String {
    if !report.starts_with(b"PK") {
        return String::from_utf8(report.to_vec()).expect("a report is UTF-8");
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(report)).expect("a workbook is an archive");
    let mut text = String::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        text.push_str(&part.name().expect("its names are text"));
        part.read_to_string(&mut text).expect("its parts are XML");
    }
    text
}

/// The arguments that ask for every format: `-o` where the ending says which.
fn outputs(folder: &str) -> Vec<String> {
    let by_ending = FORMATS.iter().filter(|(format, _)| *format != "github");
    by_ending
        .flat_map(|(_, ending)| ["-o".to_owned(), format!("{folder}/a.{ending}")])
        .collect()
}

fn sample() -> Dir {
    let dir = Dir::new();
    dir.file("people.csv", people::contacts_csv(0..40))
        .file("cut.json", "[{\"a\": 1")
        .folder("out")
        .folder("again");
    dir
}

#[test]
fn one_run_writes_every_format_and_a_saved_audit_gives_the_same() {
    let dir = sample();
    let args = ["scan", "people.csv", "cut.json", "--lang", "zh"].map(str::to_owned);
    let run = dir.cmd(args.into_iter().chain(outputs("out"))).run();
    run.code(3).silent();
    let args = ["report", "out/a.json", "--lang", "zh"].map(str::to_owned);
    let run = dir.cmd(args.into_iter().chain(outputs("again"))).run();
    run.code(0).silent().calm();
    for (format, ending) in FORMATS {
        let read = |folder: &str| fs::read(dir.path(&format!("{folder}/a.{ending}")));
        if format == "github" {
            continue;
        }
        let (first, again) = (read("out").unwrap(), read("again").unwrap());
        assert!(first == again, "{format}");
        let text = text_of(&first);
        assert!(text.contains("people.csv") || ending == "xml", "{format}");
    }
    let run = dir.cmd(["report", "out/a.json", "-f", "github"]).run();
    run.code(0).calm().out("::warning file=people.csv,");
}

#[test]
fn servers_are_shown_the_first_line_of_each_kind_whatever_the_threads() {
    let dir = sample();
    let phones = [people::mobile(1), people::mobile(2)];
    let log = format!("begun\n\n手机号：{}\n手机号：{}\n", phones[0], phones[1]);
    // Long enough that several workers take part in it.
    let quiet = "nothing to see here\n".repeat(100_000);
    dir.file("app.log", &log)
        .file("long.log", format!("{quiet}{log}{quiet}{log}"));
    let want = [("app.log", 3), ("long.log", 100_003), ("people.csv", 2)];
    for threads in ["1", "3"] {
        let scan = |format: &str| {
            let args = ["scan", "app.log", "long.log", "people.csv", "-f", format];
            let run = dir.cmd(args.iter().chain(&["--threads", threads])).run();
            run.code(0).stdout()
        };
        let audit: Value = serde_json::from_str(&scan("json")).unwrap();
        let sarif: Value = serde_json::from_str(&scan("sarif")).unwrap();
        let github = scan("github");
        for (n, (path, line)) in want.into_iter().enumerate() {
            let file = &audit["files"][n];
            assert_eq!(file["path"], path);
            assert_eq!(file["first_lines"]["cn.mobile"], line, "{path}");
            let results = sarif["runs"][0]["results"].as_array().unwrap();
            let result = results.iter().find(|result| {
                let place = &result["locations"][0]["physicalLocation"];
                result["ruleId"] == "cn.mobile" && place["artifactLocation"]["uri"] == path
            });
            let place = &result.unwrap()["locations"][0]["physicalLocation"];
            assert_eq!(place["region"]["startLine"], line, "{path}");
            let annotation = format!("::warning file={path},line={line},title=");
            assert!(github.contains(&annotation), "{annotation} not in {github}");
        }
    }
}

#[test]
fn a_workbook_goes_to_a_pipe_as_bytes() {
    let dir = sample();
    let run = dir.cmd(["scan", "people.csv", "-f", "xlsx"]).run();
    // Lossy as text, but it begins as an archive does.
    assert!(run.code(0).stdout().starts_with("PK\u{3}\u{4}"));
}

/// Names that act on whatever shows them: markup, formulas, a terminal, the direction of a line, rows.
const NAMES: [&str; 6] = [
    "<img src=x onerror=alert(1)>.csv",
    "=cmd|' !A0.csv",
    "a\u{1b}[2J\u{7}.csv",
    "invoice\u{202e}vsc.exe.csv",
    "x\n::error::forged,9.csv",
    "]]>&lt;`a`|[b](c)\u{2028}.csv",
];

#[test]
fn no_name_of_a_file_or_column_acts_in_any_format() {
    let dir = Dir::new();
    dir.folder("data");
    for (n, name) in (0..).zip(NAMES) {
        // A hostile header beside a column that is known.
        let header = format!("=1+1<script>alert({n})</script>\u{1b}[31m\u{202e},手机号\n");
        let rows: String = (0..9)
            .map(|i| format!("x,{}\n", people::mobile(n * 10 + i)))
            .collect();
        if fs::write(dir.path("data").join(name), header + &rows).is_err() {
            return; // A file system that refuses such names.
        }
    }
    for (format, _) in FORMATS {
        let report = format!("report.{format}");
        for lang in ["en", "zh"] {
            let run = dir
                .cmd(["scan", "data", "-f", format, "--lang", lang, "-o", &report])
                .run();
            run.code(0).silent().calm();
            check_harmless(format, &text_of(&fs::read(dir.path(&report)).unwrap()));
        }
    }
}

#[track_caller]
fn check_harmless(format: &str, text: &str) {
    let acts = ['\u{1b}', '\u{7}', '\u{202e}', '\u{2028}'];
    assert!(!text.contains(acts), "{format}: a control character");
    let is_markup = ["html", "markdown", "junit", "xlsx"].contains(&format);
    if is_markup {
        assert!(
            !text.contains("<img") && !text.contains("<script>alert"),
            "{format}: markup"
        );
    }
    // A name with a line feed begins no line of its own.
    assert!(
        !text.contains("\n::error::forged"),
        "{format}: a forged line"
    );
    match format {
        "csv" => assert!(
            !text.contains(",=cmd") && !text.contains("\n=cmd"),
            "a formula"
        ),
        "xlsx" => assert!(!text.contains("<f>") && !text.contains("<f "), "a formula"),
        _ => {}
    }
}

/// Data for standard input that ends when what was written first stands in a folder, which it removes.
struct RemovesFolder {
    rest: Cursor<Vec<u8>>,
    folder: PathBuf,
}

impl Read for RemovesFolder {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.rest.read(buf)?;
        if n == 0 && self.folder.exists() {
            let start = Instant::now();
            while fs::read_dir(&self.folder)?.next().is_none() {
                assert!(
                    start.elapsed() < Duration::from_secs(50),
                    "nothing was opened"
                );
                thread::sleep(Duration::from_millis(5));
            }
            fs::remove_dir_all(&self.folder)?;
        }
        Ok(n)
    }
}

#[test]
fn a_folder_that_vanishes_is_an_error_and_nothing_is_left() {
    for (format, ending) in FORMATS {
        let dir = Dir::new();
        dir.folder("out");
        let rdr = RemovesFolder {
            rest: Cursor::new(people::contacts_csv(0..5).into_bytes()),
            folder: dir.path("out"),
        };
        let path = format!("out/a.{ending}");
        let cmd = dir.cmd(["scan", "-", "-f", format, "-o", &path]);
        let run = cmd.stdin_from(rdr).run();
        run.code(2).silent().err(&path);
        assert!(!dir.path("out").exists(), "{format}");
    }
}

/// The shell's limit on the size of files stands for a disk that is full: what fails in the middle of a report leaves the
/// old one, and no half of a new one.
#[test]
#[cfg(unix)]
fn a_full_disk_leaves_the_old_report_and_no_half_of_a_new_one() {
    for (format, ending) in FORMATS {
        let dir = Dir::new();
        dir.file("people.csv", people::contacts_csv(0..40));
        for n in 0..40_u64 {
            dir.file(
                &format!("{n}/log.txt"),
                format!("手机号：{}\n", people::mobile(n)),
            );
        }
        let name = format!("a.{ending}");
        dir.file(&name, "old");
        let output = Command::new("sh")
            .args(["-c", "ulimit -f 1; trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_leakgauge"))
            .args(["scan", "--exclude", "a.*", ".", "-f", format, "-o", &name])
            .current_dir(dir.path(""))
            .output()
            .expect("the shell runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{format}: {error}");
        assert!(
            error.contains(&name) && error.contains("cannot be written"),
            "{format}: {error}"
        );
        assert_eq!(dir.read(&name), "old", "{format}");
        let left = dir.names();
        assert!(
            left.iter()
                .all(|name| Path::new(name).extension().is_none_or(|e| e != "part")),
            "{left:?}"
        );
    }
}
