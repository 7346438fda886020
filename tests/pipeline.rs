//! The files for pipelines: the script that the action, the job template and the hook share, run with the real program, and what
//! those three ask of it.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::tidy::root;
use crate::util::{Dir, people};

const PROGRAM: &str = env!("CARGO_BIN_EXE_leakgauge");

/// A run of a script in a folder, without any variable of the machine that the script knows.
fn sh(dir: &Dir, script: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).current_dir(dir.path(""));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["LEAKGAUGE_", "GITHUB_", "CI", "LANG", "LC_"]
            .iter()
            .any(|p| text.starts_with(p))
        {
            command.env_remove(&name);
        }
    }
    command
        .env("LEAKGAUGE_PROGRAM", PROGRAM)
        .envs(variables.iter().copied());
    command
}

/// The script with arguments that a shell takes apart.
fn ours(arguments: &str) -> String {
    format!("exec '{}/ci/leakgauge.sh' {arguments}", root().display())
}

#[track_caller]
fn check(output: &Output, code: i32, parts: &[&str]) {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(
        output.status.code(),
        Some(code),
        "stdout:\n{out}\nstderr:\n{err}"
    );
    for part in parts {
        assert!(
            out.contains(part) || err.contains(part),
            "no `{part}`\nstdout:\n{out}\nstderr:\n{err}"
        );
    }
}

#[track_caller]
fn scan(dir: &Dir, variables: &[(&str, &str)], code: i32, parts: &[&str]) {
    let output = sh(dir, &ours("scan"), variables).output().expect("a shell");
    check(&output, code, parts);
}

/// The hook, as pre-commit calls it: options, `--`, names of files.
fn staged(dir: &Dir, options: &[&str], files: &[impl AsRef<OsStr>]) -> Output {
    let mut command = sh(dir, &ours("staged \"$@\""), &[]);
    command.args(options).args(files);
    command.output().expect("a shell")
}

fn audit_of(dir: &Dir) -> serde_json::Value {
    serde_json::from_str(&dir.read("leakgauge-reports/audit.json")).expect("an audit")
}

#[test]
fn a_job_ends_with_the_code_of_the_scan_and_its_reports() {
    let dir = Dir::new();
    dir.file("data/people.csv", people::contacts_csv(0..5));
    dir.file(".git/old.csv", people::contacts_csv(5..9));
    // No path: the current folder, without the history and without the reports of the run before.
    for _ in 0..2 {
        scan(&dir, &[], 0, &["Counted by category"]);
        let audit = audit_of(&dir);
        assert_eq!(audit["inputs"], serde_json::json!(["."]));
        assert_eq!(audit["files"].as_array().unwrap().len(), 1);
        assert_eq!(audit["persons"], 5);
    }
    for ending in ["json", "sarif", "xml", "md", "html"] {
        assert!(
            dir.path(&format!("leakgauge-reports/audit.{ending}"))
                .is_file()
        );
    }
    scan(&dir, &[("LEAKGAUGE_FAIL_ON", "any")], 1, &["is exceeded"]);
    dir.file("budget.toml", "[[limit]]\npersons = true\nmax = 4\n");
    scan(
        &dir,
        &[("LEAKGAUGE_BUDGET", "budget.toml")],
        1,
        &["persons: 5 found, 4 allowed"],
    );
    scan(
        &dir,
        &[("LEAKGAUGE_PATH", "data\ngone\n")],
        3,
        &["gone", "not everything could be read"],
    );
    assert!(dir.path("leakgauge-reports/audit.json").is_file());
    // Whoever looks for the report of a run that did not take place finds none.
    scan(
        &dir,
        &[("LEAKGAUGE_FAIL_ON", "evrything")],
        2,
        &["--fail-on"],
    );
    assert!(!dir.path("leakgauge-reports/audit.json").exists());
    scan(
        &dir,
        &[("LEAKGAUGE_EXCLUDE", "data/\n*.toml")],
        0,
        &["0 files"],
    );
    scan(
        &dir,
        &[("LEAKGAUGE_PROGRAM", "./no-such-program")],
        2,
        &["LEAKGAUGE_PROGRAM"],
    );
    let output = sh(&dir, &ours("program"), &[]).output().expect("a shell");
    check(&output, 0, &[PROGRAM]);
    for wrong in [
        "",
        "scan data",
        "stage",
        "staged --fail-on=any data/people.csv",
    ] {
        let output = sh(&dir, &ours(wrong), &[]).output().expect("a shell");
        check(&output, 2, &["leakgauge.sh: error: "]);
    }
}

#[test]
fn a_job_compares_with_a_baseline_and_leaves_no_key_behind() {
    let dir = Dir::new();
    let key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    dir.file("data/people.csv", people::contacts_csv(0..5));
    dir.file("audit.key", key).folder("tmp");
    let write = [
        "baseline",
        "write",
        "data",
        "-o",
        "b.json",
        "--key-file",
        "audit.key",
    ];
    dir.cmd(write).run().code(0);
    let tmp = dir.path("tmp");
    let variables = [
        ("LEAKGAUGE_PATH", "data"),
        ("LEAKGAUGE_BASELINE", "b.json"),
        ("LEAKGAUGE_KEY", key),
        ("TMPDIR", tmp.to_str().unwrap()),
    ];
    scan(&dir, &variables, 0, &[]);
    dir.file("data/more.csv", people::contacts_csv(5..6));
    scan(
        &dir,
        &variables,
        1,
        &["kind email: 6 found, 5 before (values). New: 1."],
    );
    let by_file = [
        variables[0],
        variables[1],
        ("LEAKGAUGE_KEY_FILE", "audit.key"),
    ];
    scan(&dir, &by_file, 1, &["New: 1."]);
    scan(
        &dir,
        &variables[..2],
        2,
        &["cannot be compared without their key"],
    );
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0, "the key is left");
}

#[test]
fn a_job_of_github_tells_annotations_outputs_and_a_summary() {
    let dir = Dir::new();
    dir.file("a.csv", people::contacts_csv(0..3));
    let (out, summary) = (dir.path("out"), dir.path("summary.md"));
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let mut variables = vec![
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_ACTION_PATH", root().to_str().unwrap()),
        ("GITHUB_OUTPUT", out.to_str().unwrap()),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ("LEAKGAUGE_PATH", "a.csv"),
        ("LEAKGAUGE_FAIL_ON", "any"),
    ];
    // An input that is left empty is an empty variable.
    let empty = ["EXCLUDE", "BUDGET", "BASELINE", "KEY"].map(|name| format!("LEAKGAUGE_{name}"));
    variables.extend(empty.iter().map(|name| (name.as_str(), "")));
    let output = sh(&dir, &block(&action, "run: |"), &variables)
        .output()
        .expect("a shell");
    check(&output, 1, &["::warning file=a.csv,"]);
    let reports = dir.path("leakgauge-reports").canonicalize().unwrap();
    assert_eq!(
        dir.read("out"),
        format!("code=1\nreports={}\n", reports.display())
    );
    assert!(dir.read("summary.md").starts_with("# "));
}

/// A folder with a `curl` that writes this file where it is told to, and says how it was called.
fn with_curl(dir: &Dir, file: &Path) -> String {
    let call = dir.path("call");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >'{}'\nwhile [ \"$1\" != --output ]; do shift; done\ncp -- '{}' \"$2\"\n",
        call.display(),
        file.display()
    );
    dir.file("bin/curl", script);
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir.path("bin/curl"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    format!("{}:{path}", dir.path("bin").display())
}

#[test]
fn a_program_that_is_fetched_runs_only_if_it_is_the_one_that_was_meant() {
    let dir = Dir::new();
    dir.file("a.csv", people::contacts_csv(0..3));
    dir.folder("tmp");
    let path = with_curl(&dir, Path::new(PROGRAM));
    let sum = Command::new("sha256sum")
        .arg(PROGRAM)
        .output()
        .expect("sha256sum");
    let sum = String::from_utf8(sum.stdout).unwrap();
    let sum = sum.split_whitespace().next().unwrap().to_uppercase();
    let tmp = dir.path("tmp");
    let url = "https://example.org/leakgauge-linux";
    let run = |script: &str, url: &str, digest: &str| {
        let variables = [
            ("LEAKGAUGE_PROGRAM", ""),
            ("LEAKGAUGE_URL", url),
            ("LEAKGAUGE_SHA256", digest),
            ("LEAKGAUGE_PATH", "a.csv"),
            ("LEAKGAUGE_FAIL_ON", "any"),
            ("PATH", &path),
            ("TMPDIR", tmp.to_str().unwrap()),
        ];
        let output = sh(&dir, &ours(script), &variables)
            .output()
            .expect("a shell");
        assert_eq!(
            fs::read_dir(&tmp).unwrap().count(),
            0,
            "what was fetched is left"
        );
        output
    };
    check(&run("scan", url, &sum), 1, &["is exceeded"]);
    let call = dir.read("call");
    assert!(
        call.contains("--proto =https") && call.trim_end().ends_with(url),
        "{call}"
    );
    check(
        &run("staged --fail-on=any -- a.csv", url, &sum),
        1,
        &["Counted by category"],
    );
    fs::remove_file(dir.path("call")).unwrap();
    let other = format!(
        "{}{}",
        &sum[..63],
        if sum.ends_with('0') { '1' } else { '0' }
    );
    for (url, digest, said) in [
        (url, "", "needs LEAKGAUGE_SHA256"),
        (url, "abc", "needs LEAKGAUGE_SHA256"),
        (url, "$(touch hacked)", "is no digest"),
        (
            "http://example.org/leakgauge",
            sum.as_str(),
            "no https address",
        ),
        ("file:///etc/passwd", sum.as_str(), "no https address"),
    ] {
        check(&run("scan", url, digest), 2, &[said]);
        assert!(
            !dir.path("call").exists() && !dir.path("hacked").exists(),
            "{said}"
        );
    }
    check(
        &run("scan", url, &other),
        2,
        &["what was fetched is another program"],
    );
}

#[test]
fn the_job_of_gitlab_scans_without_a_word_from_outside() {
    let dir = Dir::new();
    dir.file("a.csv", people::contacts_csv(0..3));
    let template = fs::read_to_string(root().join("templates/leakgauge.yml")).unwrap();
    let script = block(&template, "- |");
    let home = [("LEAKGAUGE_HOME", root().to_str().unwrap())];
    let output = sh(&dir, &script, &home).output().expect("a shell");
    check(&output, 0, &["Counted by category"]);
    assert!(dir.path("leakgauge-reports/audit.xml").is_file());
    let tmp = dir.path("");
    let nowhere = [
        ("CI_SERVER_PROTOCOL", "none"),
        ("LEAKGAUGE_REF", "main"),
        ("TMPDIR", tmp.to_str().unwrap()),
    ];
    let output = sh(&dir, &script, &nowhere).output().expect("a shell");
    check(&output, 2, &[]);
}

#[test]
fn a_hook_scans_the_staged_files_whatever_they_are_called() {
    let dir = Dir::new();
    let hostile: [&[u8]; 9] = [
        b"-",
        b"--",
        b"--fail-on=especially-serious",
        b"-o",
        b"a b\tc'\"$(touch owned)`touch owned`;.csv",
        b"line\nfeed\n",
        "\u{202e}名单.csv".as_bytes(),
        b"*",
        b"\xff\xfe.csv",
    ];
    let options = ["--fail-on=any", "-f", "json", "--"];
    let names: Vec<&OsStr> = hostile.iter().map(|name| OsStr::from_bytes(name)).collect();
    for (n, name) in (0..).zip(&names) {
        let path = dir.path("").join(name);
        if fs::write(path, people::contacts_csv(n..n + 1)).is_err() {
            return; // A file system that refuses such names.
        }
    }
    let output = staged(&dir, &options, &names);
    check(&output, 1, &[]);
    let audit: serde_json::Value = serde_json::from_slice(&output.stdout).expect("an audit");
    assert_eq!(audit["persons"], names.len());
    assert_eq!(audit["skipped"], serde_json::json!([]));
    for name in &names {
        check(&staged(&dir, &options, &[name]), 1, &[]);
    }
    assert!(!dir.path("owned").exists());
}

#[test]
fn a_hook_passes_fails_and_never_scans_what_is_not_staged() {
    let dir = Dir::new();
    dir.file("clean.txt", "nothing\n")
        .file("people.csv", people::contacts_csv(0..2));
    let options = ["--fail-on=any", "--"];
    check(&staged(&dir, &options, &["clean.txt"]), 0, &[]);
    check(
        &staged(&dir, &options, &["clean.txt", "people.csv"]),
        1,
        &[],
    );
    check(&staged(&dir, &options, &["clean.txt", "gone.txt"]), 3, &[]);
    check(
        &staged(&dir, &["--fail-on=evrything", "--"], &["clean.txt"]),
        2,
        &[],
    );
    // No file at all is not the current folder, in which people are.
    check(
        &staged(&dir, &options, &[] as &[&str]),
        0,
        &["no file is staged"],
    );
    check(
        &staged(&dir, &["--fail-on=any"], &["people.csv"]),
        2,
        &["no -- between"],
    );
}

/// The lines of a YAML file under one that ends in `|`, as text.
#[track_caller]
fn block(yaml: &str, mark: &str) -> String {
    let mut lines = yaml.lines().skip_while(|line| line.trim() != mark);
    let head = lines.next().unwrap_or_else(|| panic!("no `{mark}`"));
    let indent = head.len() - head.trim_start().len();
    let inside =
        |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() > indent;
    let lines: Vec<&str> = lines.take_while(inside).collect();
    assert!(!lines.is_empty());
    lines.join("\n")
}

/// The names that a file gives to the script.
fn variables_of(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let mut names: Vec<&str> = words
        .filter(|word| word.starts_with("LEAKGAUGE_"))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn the_files_stand_where_they_are_looked_for_and_say_what_the_script_understands() {
    let read = |name: &str| {
        fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    let script = read("ci/leakgauge.sh");
    let known = variables_of(&script);
    let action = read("action.yml");
    for name in variables_of(&action) {
        assert!(known.contains(&name), "action.yml: {name}");
    }
    let template = read("templates/leakgauge.yml");
    let its_own = ["LEAKGAUGE_HOME", "LEAKGAUGE_PROJECT", "LEAKGAUGE_REF"];
    for name in variables_of(&template) {
        assert!(
            known.contains(&name) || its_own.contains(&name),
            "templates: {name}"
        );
    }
    // What is typed into inputs is never text of a program.
    for (name, script) in [
        ("action.yml", block(&action, "run: |")),
        ("template", block(&template, "- |")),
    ] {
        assert!(!script.contains("${{") && !script.contains("$[["), "{name}");
    }
    let hooks = read(".pre-commit-hooks.yaml");
    for part in [
        "entry: ci/leakgauge.sh staged",
        "language: script",
        "args: [--fail-on=any, --]",
    ] {
        assert!(hooks.contains(part), "{part}");
    }
    // Each input of the action is used, and each that is used is there.
    let inputs = action
        .split("\ninputs:\n")
        .nth(1)
        .unwrap()
        .split("\noutputs:\n")
        .next()
        .unwrap();
    let declared: Vec<&str> = inputs
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with(' '))
        .collect();
    assert_eq!(declared.len(), 11, "{declared:?}");
    for name in &declared {
        assert!(
            action.contains(&format!("inputs.{name} ")),
            "{name} is not used"
        );
    }
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&root().join("ci/leakgauge.sh")) & 0o111, 0o111);
}

#[test]
fn the_script_is_portable_text() {
    let script = fs::read_to_string(root().join("ci/leakgauge.sh")).unwrap();
    assert!(script.starts_with("#!/bin/sh\n") && script.is_ascii());
    for word in ["[[", "local ", "function ", "<<<", "&>", "$'", "pipefail"] {
        assert!(!script.contains(word), "`{word}` is not of every shell");
    }
    let path = root().join("ci/leakgauge.sh");
    let output = Command::new("sh")
        .arg("-n")
        .arg(path)
        .output()
        .expect("a shell");
    check(&output, 0, &[]);
}
