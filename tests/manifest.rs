//! The manifest of a scan: which bytes it was about, with digests that other programs confirm, the same for any number of threads.

use std::io::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::util::formats::zipped;
use super::util::{Dir, Run};

const PHONES: &str = "姓名,手机\n张伟,13812345678\n李娜,13912345678\n";

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder
            .append_data(&mut header, name, *bytes)
            .expect("a member");
    }
    builder.into_inner().expect("memory takes all")
}

/// Files and containers of several sorts, one that cannot be read, and an image.
fn corpus() -> Dir {
    let dir = Dir::new();
    let image = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".repeat(40_000);
    // Large enough for several workers.
    let long = format!("13800010001,李雷,{}\n", "note ".repeat(40)).repeat(12_000);
    let tar = tarred(&[("a.csv", PHONES.as_bytes()), ("b.png", &image)]);
    let people = crate::util::formats::bytes_of("office/openpyxl.xlsx");
    dir.file("d/list.csv", PHONES)
        .file("d/empty", "")
        .file("d/long.csv", format!("手机,姓名,备注\n{long}"))
        .file("d/image.png", &image)
        .file("d/b\\a.txt", "手机13812345678\n")
        .file("d/tree.tar.gz", gzipped(&tar))
        .file("d/people.xlsx", &people)
        .file(
            "d/outer.zip",
            zipped(&[
                ("z.csv", PHONES.as_bytes()),
                ("inner.tar", &tar),
                ("cut.gz", &gzipped(PHONES.as_bytes())[..20]),
                ("a.png", &image),
            ]),
        );
    dir
}

fn scan(dir: &Dir, args: &[&str]) -> Run {
    dir.cmd(["scan", "-f", "json"]).args(args).run()
}

/// The lines of a manifest, the first apart.
fn lines(dir: &Dir, name: &str) -> (Value, Vec<Value>) {
    let text = dir.read(name);
    let mut lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"));
    let head = lines.next().expect("a first line");
    (head, lines.collect())
}

#[track_caller]
fn of<'v>(lines: &'v [Value], path: &str) -> &'v Value {
    let mut found = lines.iter().filter(|line| line["path"] == path);
    let line = found
        .next()
        .unwrap_or_else(|| panic!("{path} is not there: {lines:#?}"));
    assert!(found.next().is_none(), "{path} stands twice");
    line
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[track_caller]
fn check(line: &Value, bytes: &[u8], format: &str, status: &str) {
    assert_eq!(line["size"], bytes.len(), "{line}");
    assert_eq!(line["sha256"], hex(&Sha256::digest(bytes)), "{line}");
    assert_eq!(line["blake3"], blake3::hash(bytes).to_string(), "{line}");
    assert_eq!(line["format"], format, "{line}");
    assert_eq!(line["status"], status, "{line}");
}

#[test]
fn files_and_members_have_the_digests_of_their_bytes() {
    let dir = corpus();
    let run = scan(&dir, &["d", "missing", "--manifest", "m.jsonl"]);
    let audit: Value = serde_json::from_str(&run.code(3).stdout()).expect("an audit");
    let (head, lines) = lines(&dir, "m.jsonl");
    assert_eq!(head["schema"], "leakgauge.manifest/1");
    assert_eq!(head["tool"], audit["tool"]);
    assert_eq!(head["inputs"], audit["inputs"]);
    assert_eq!(head["files"], lines.len());
    let digest = hex(&Sha256::digest(dir.read("m.jsonl")));
    assert_eq!(
        audit["manifests"],
        serde_json::json!([format!("sha256:{digest}")])
    );

    for (path, format, status) in [
        ("d/list.csv", "csv", "read"),
        ("d/empty", "text", "read"),
        ("d/long.csv", "csv", "read"),
        ("d/outer.zip", "zip", "read"),
        ("d/tree.tar.gz", "gzip", "read"),
        ("d/people.xlsx", "xlsx", "read"),
    ] {
        let bytes = std::fs::read(dir.path(path)).expect("read");
        let line = of(&lines, path);
        check(line, &bytes, format, status);
        let modified = line["modified"].as_str().expect("a time");
        assert!(
            modified.starts_with("20") && modified.ends_with('Z'),
            "{line}"
        );
        assert_eq!(line["container"], Value::Null);
    }
    let bytes = std::fs::read(dir.path("d/b\\a.txt")).expect("read");
    check(of(&lines, r"d/b\\a.txt"), &bytes, "text", "read");
    for container in ["d/outer.zip!/inner.tar", "d/tree.tar.gz!/tree.tar"] {
        let line = of(&lines, &format!("{container}!/a.csv"));
        check(line, PHONES.as_bytes(), "csv", "read");
        assert_eq!(line["container"], container);
        assert_eq!(of(&lines, container)["status"], "read");
        assert_eq!(of(&lines, container)["format"], "tar");
        assert!(of(&lines, container)["sha256"].is_string());
    }

    // Images are not read, and have digests all the same.
    let image = std::fs::read(dir.path("d/image.png")).expect("read");
    for path in [
        "d/image.png",
        "d/outer.zip!/a.png",
        "d/outer.zip!/inner.tar!/b.png",
    ] {
        let line = of(&lines, path);
        assert_eq!(line["sha256"], hex(&Sha256::digest(&image)), "{line}");
        assert_eq!(line["status"], "skipped");
        assert_eq!(
            line["reasons"],
            serde_json::json!(["unsupported format: image (PNG)"])
        );
    }
    // Rows of a sheet were made here; what ends too early was not read.
    let sheet = lines
        .iter()
        .find(|line| line["container"] == "d/people.xlsx");
    let sheet = sheet.expect("a sheet");
    assert_eq!(
        (&sheet["made"], &sheet["sha256"]),
        (&true.into(), &Value::Null)
    );
    let cut = of(&lines, "d/outer.zip!/cut.gz!/cut");
    assert_eq!(
        (&cut["status"], &cut["sha256"]),
        (&"partial".into(), &Value::Null)
    );
    let missing = of(&lines, "missing");
    assert_eq!(
        (&missing["status"], &missing["sha256"]),
        (&"skipped".into(), &Value::Null)
    );
    assert_eq!(missing["reasons"], serde_json::json!(["not found"]));

    // Whatever the audit names is in it.
    for list in ["files", "skipped"] {
        for entry in audit[list].as_array().expect("a list") {
            of(&lines, entry["path"].as_str().expect("a path"));
        }
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let dir = corpus();
    let mut first = None;
    for threads in ["1", "2", "7"] {
        scan(&dir, &["d", "--threads", threads, "--manifest", "m.jsonl"]).code(3);
        let text = dir.read("m.jsonl");
        assert_eq!(first.get_or_insert(text.clone()), &text, "{threads}");
        let paths: Vec<String> = lines(&dir, "m.jsonl")
            .1
            .iter()
            .map(|line| line["path"].as_str().expect("a path").to_owned())
            .collect();
        let mut sorted = paths.clone();
        sorted.sort();
        assert_eq!(paths, sorted);
    }
    // Counts are those of a scan without it, and a manifest beside a tally or a state is the same.
    dir.file("key", (0..32).collect::<Vec<u8>>());
    for more in [
        &["--resume", "state"][..],
        &["--tally", "t", "--key-file", "key"],
    ] {
        let args = [&["d", "--manifest", "m.jsonl"][..], more].concat();
        let with = scan(&dir, &args).code(3).stdout();
        assert_eq!(Some(dir.read("m.jsonl")), first);
        let without = scan(&dir, &["d"]).code(3).stdout();
        let counts = |text: &str| {
            let mut audit: Value = serde_json::from_str(text).expect("an audit");
            for key in ["started", "stats", "manifests"] {
                audit.as_object_mut().expect("an object").remove(key);
            }
            audit
        };
        assert_eq!(counts(&with), counts(&without));
    }
}

#[test]
fn standard_input_has_digests() {
    let dir = Dir::new();
    dir.cmd(["scan", "-", "--manifest", "m.jsonl"])
        .stdin(PHONES)
        .run()
        .code(0);
    let (_, found) = lines(&dir, "m.jsonl");
    check(of(&found, "-"), PHONES.as_bytes(), "csv", "read");
    assert_eq!(found[0]["modified"], Value::Null);
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_of_checksums_is_confirmed_by_another_program() {
    let dir = corpus();
    scan(
        &dir,
        &["d", "--manifest", "m.sha256", "--manifest", "m.jsonl"],
    )
    .code(3);
    let check = || {
        let mut command = std::process::Command::new("sha256sum");
        command.args(["--check", "--strict", "m.sha256"]);
        let output = command
            .current_dir(dir.path(""))
            .env("LC_ALL", "C")
            .output();
        let output = output.expect("sha256sum is there");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), text)
    };
    let (is_same, text) = check();
    assert!(is_same, "{text}");
    assert_eq!(
        text.lines().filter(|line| line.ends_with(": OK")).count(),
        8
    );
    dir.file("d/list.csv", PHONES.replace('8', "7"));
    let (is_same, text) = check();
    assert!(!is_same && text.contains("d/list.csv: FAILED"), "{text}");
}

#[test]
fn a_manifest_is_written_whole_or_not_at_all() {
    let dir = corpus();
    dir.file("m.jsonl", "old");
    for (args, what) in [
        (&["d", "--manifest", "no/m.jsonl"][..], "no/m.jsonl"),
        (
            &["d", "--manifest", "d/list.csv", "d/list.csv"],
            "both an input and an output",
        ),
        (
            &["d", "--manifest", "m.jsonl", "--manifest", "./m.jsonl"],
            "named twice",
        ),
        (
            &["d", "--manifest", "m.jsonl", "-o", "m.jsonl", "-f", "json"],
            "named twice",
        ),
        (
            &["d", "--manifest", "m.jsonl", "--patterns", "none"],
            "none",
        ),
    ] {
        let run = dir.cmd(["scan"]).args(args).run();
        run.code(2).err(what);
        assert_eq!(dir.read("m.jsonl"), "old");
    }
    // A manifest in the folder that is scanned is not part of it.
    scan(&dir, &["d", "--manifest", "d/m.jsonl"]).code(3);
    scan(&dir, &["d", "--manifest", "d/m.jsonl"]).code(3);
    let (_, found) = lines(&dir, "d/m.jsonl");
    assert!(found.iter().all(|line| line["path"] != "d/m.jsonl"));
    // A share of a tree sees only parts of files.
    let run = dir
        .cmd(["scan", "d", "--shard", "1/2", "--manifest", "m.jsonl"])
        .run();
    run.code(2).err("--manifest");
}
