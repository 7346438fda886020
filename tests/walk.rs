//! What is read: files, folders, links, standard input, and the order in which they are reported.
//!
//! Choosing among names is tested in the library; here it is seen through the program, with everything it stands on.

use crate::util::Dir;

#[test]
fn files_and_folders_are_reported_in_the_order_of_their_paths() {
    let dir = Dir::new();
    dir.file("d/b.txt", "b")
        .file("d/a/z.txt", "z")
        .file("d/a-1.txt", "1")
        .file("c.txt", "c");
    let audit = dir.audit(&["d", "c.txt"], 0);
    assert_eq!(
        audit.paths(),
        ["c.txt", "d/a/z.txt", "d/a-1.txt", "d/b.txt"]
    );
    assert_eq!(audit.inputs, ["d", "c.txt"]);
    assert_eq!(audit.stats.files, 4);
    assert!(audit.complete && audit.skipped.is_empty());
}

#[test]
fn without_a_path_the_current_folder_is_scanned() {
    let dir = Dir::new();
    dir.file("x/a.txt", "a");
    let audit = dir.audit(&[], 0);
    assert_eq!((audit.paths(), audit.inputs.len()), (vec!["x/a.txt"], 1));
}

#[test]
fn hidden_and_ignored_files_are_scanned() {
    let dir = Dir::new();
    dir.folder(".git")
        .file(".gitignore", "*\n")
        .file(".ignore", "*\n");
    dir.file(".env", "A=1")
        .file(".cache/dump.sql", "-- dump")
        .file("secret.csv", "a,b\n1,2\n");
    let audit = dir.audit(&["."], 0);
    assert_eq!(
        audit.paths(),
        [
            ".cache/dump.sql",
            ".env",
            ".gitignore",
            ".ignore",
            "secret.csv"
        ]
    );
}

#[test]
fn standard_input_is_scanned_beside_files() {
    let dir = Dir::new();
    dir.file("a.txt", "nothing\n");
    let run = dir
        .cmd(["scan", "-f", "json", "-", "a.txt"])
        .stdin("手机号：13912345678\n")
        .run();
    let audit = run.code(0).audit();
    assert_eq!(audit.paths(), ["-", "a.txt"]);
    assert_eq!(audit.matches("cn.mobile"), 1);
    assert_eq!(audit.file("-").bytes, 24);
}

#[test]
fn a_file_that_is_named_twice_is_counted_once() {
    let dir = Dir::new();
    dir.file("d/a.txt", "手机号：13912345678\n");
    let audit = dir.audit(&["d", "d/a.txt", "./d/../d"], 0);
    assert_eq!(audit.paths(), ["d/a.txt"]);
    assert_eq!(audit.matches("cn.mobile"), 1);
}

#[test]
fn copies_are_named_and_count_as_matches_but_not_as_values() {
    let dir = Dir::new();
    let text = "手机号：13912345678\n手机号：13912345679\n";
    dir.file("a.txt", text)
        .file("b.txt", text)
        .file("c.txt", "手机号：13912345670\n");
    let audit = dir.audit(&["."], 0);
    let copy_of = |path: &str| audit.file(path).copy_of.clone();
    assert_eq!(copy_of("a.txt"), None);
    assert_eq!(copy_of("b.txt").as_deref(), Some("a.txt"));
    assert_eq!(copy_of("c.txt"), None);
    assert_eq!(
        (audit.matches("cn.mobile"), audit.distinct("cn.mobile")),
        (5, 3)
    );
}

#[test]
fn globs_and_depth_choose_files() {
    let dir = Dir::new();
    dir.file("a.csv", "a")
        .file("a.txt", "a")
        .file("old/b.csv", "b")
        .file("old/deep/c.csv", "c");
    let paths = |args: &[&str]| {
        let audit = dir.audit(args, 0);
        audit
            .paths()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        paths(&["--include", "*.csv"]),
        ["a.csv", "old/b.csv", "old/deep/c.csv"]
    );
    assert_eq!(
        paths(&["--include", "*.csv", "--exclude", "deep/"]),
        ["a.csv", "old/b.csv"]
    );
    assert_eq!(paths(&["--max-depth", "1"]), ["a.csv", "a.txt"]);
    assert_eq!(paths(&["--exclude", "*.csv"]), ["a.txt"]);
}

#[cfg(unix)]
#[test]
fn links_are_gaps_only_when_their_target_is_not_scanned() {
    let dir = Dir::new();
    dir.file("d/a.txt", "a").file("out/b.txt", "b");
    dir.link("d/a.txt", "d/inside")
        .link("out/b.txt", "d/outside")
        .link("none", "d/broken");
    dir.link("d", "d/up");
    let audit = dir.audit(&["d"], 3);
    assert_eq!(audit.paths(), ["d/a.txt"]);
    assert_eq!(
        audit.gaps(),
        [
            "d/broken: symbolic link: points nowhere",
            "d/outside: symbolic link: not followed"
        ]
    );
    let audit = dir.audit(&["d", "--follow-links"], 3);
    assert_eq!(audit.paths(), ["d/a.txt", "d/outside"]);
    assert_eq!(
        audit.gaps(),
        [
            "d/broken: symbolic link: points nowhere",
            "d/up: symbolic link: loop"
        ]
    );
    let audit = dir.audit(&["d/outside"], 0);
    assert_eq!(audit.paths(), ["d/outside"]);
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_utf_8_is_reported_without_loss() {
    use std::os::unix::ffi::OsStrExt;
    let dir = Dir::new();
    let name = std::ffi::OsStr::from_bytes(b"\xb5\xbc\xb3\xf6.txt");
    if std::fs::write(dir.path("").join(name), "手机号：13912345678\n").is_err() {
        return; // A file system that takes UTF-8 names only.
    }
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.paths(), [r"\xB5\xBC\xB3\xF6.txt"]);
    assert_eq!(audit.matches("cn.mobile"), 1);
}

#[test]
fn the_report_of_this_run_is_not_scanned_itself() {
    let dir = Dir::new();
    dir.file("a.txt", "a")
        .file("report.json", "{\"an\": \"older report\"}");
    dir.cmd(["scan", ".", "-o", "report.json"])
        .run()
        .code(0)
        .silent();
    let report = dir.read("report.json");
    assert!(report.contains("leakgauge.audit/1") && !report.contains("\"report.json\""));
    assert_eq!(dir.names(), ["a.txt", "report.json"]);
}
