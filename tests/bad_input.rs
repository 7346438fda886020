//! Whatever is broken, hostile or missing: a clear message or a gap in the report, the right exit code, and everything
//! that can be read is counted.
//!
//! One test a kind of trouble. All run the program, except two in which a file changes between two of its steps.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use crate::cli::STAFF;
use crate::util::{Dir, people};

/// A line that holds one mobile number, the same for the same number.
fn line(n: u64) -> String {
    format!("手机号：{}\n", people::mobile(n))
}

#[test]
fn an_empty_file_is_read_and_holds_nothing() {
    let dir = Dir::new();
    dir.file("empty.csv", "").file("a.txt", line(1));
    let audit = dir.audit(&["."], 0);
    assert_eq!(
        (
            audit.file("empty.csv").records,
            audit.file("empty.csv").bytes
        ),
        (0, 0)
    );
    assert!(audit.complete);
    assert_eq!(audit.matches("cn.mobile"), 1);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_a_gap() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::new();
    dir.file("closed/in.txt", line(1))
        .file("shut.txt", line(2))
        .file("open.txt", line(3));
    let close = |name: &str, mode| {
        fs::set_permissions(dir.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    close("closed", 0);
    close("shut.txt", 0);
    if crate::util::is_root() {
        // Permissions do not bind the superuser: everything is read.
        assert_eq!(dir.audit(&["."], 0).matches("cn.mobile"), 3);
    } else {
        let audit = dir.audit(&["."], 3);
        assert_eq!(
            audit.gaps(),
            ["closed: permission denied", "shut.txt: permission denied"]
        );
        assert_eq!(audit.matches("cn.mobile"), 1);
    }
    close("closed", 0o755);
}

/// Walks a folder, lets something happen to it, and scans what the walk found.
fn scan_after(dir: &Dir, happens: impl FnOnce()) -> leakgauge::audit::Audit {
    use leakgauge::{detect, law, scan, source};
    let found = source::walk(&[dir.path("")], &source::WalkOptions::default());
    happens();
    let catalog = detect::Catalog::builtin().unwrap();
    let law = law::laws::by_id("cn.spc-spp-2017-10").unwrap();
    let rank = |category, bare, reading| law.rank(category, bare, reading);
    let options = scan::ScanOptions {
        threads: 2,
        ..scan::ScanOptions::default()
    };
    scan::scan(found, &[".".to_owned()], &catalog, &rank, &options, &()).unwrap()
}

fn mobiles(audit: &leakgauge::audit::Audit) -> u64 {
    audit
        .kinds
        .iter()
        .find(|k| k.kind == "cn.mobile")
        .map_or(0, |k| k.matches)
}

#[test]
fn a_file_that_vanishes_after_the_walk_is_a_gap() {
    let dir = Dir::new();
    dir.file("a.txt", line(1)).file("b.txt", line(2));
    let audit = scan_after(&dir, || fs::remove_file(dir.path("a.txt")).unwrap());
    assert_eq!((mobiles(&audit), audit.complete), (1, false));
    assert_eq!(audit.skipped.len(), 1);
    assert!(audit.skipped[0].path.ends_with("a.txt"));
    assert_eq!(audit.skipped[0].reason, "not found");
}

#[test]
fn a_file_that_shrinks_is_counted_as_far_as_it_goes_and_is_a_gap() {
    let dir = Dir::new();
    let lines: String = (0..1000).map(line).collect();
    dir.file("a.txt", &lines).file("b.txt", line(5000));
    let audit = scan_after(&dir, || {
        let file = File::options().write(true).open(dir.path("a.txt")).unwrap();
        file.set_len(line(0).len() as u64 * 10).unwrap();
    });
    assert_eq!((mobiles(&audit), audit.complete), (11, false));
    assert_eq!(audit.skipped.len(), 1);
    assert!(audit.skipped[0].path.ends_with("a.txt"));
    assert!(
        audit.skipped[0].reason.starts_with("truncated"),
        "{}",
        audit.skipped[0].reason
    );
    assert!(audit.skipped[0].partial);
}

#[test]
fn nul_bytes_hide_nothing() {
    let dir = Dir::new();
    let mut content = b"\0\0\0".to_vec();
    content.extend_from_slice(line(1).as_bytes());
    content.extend_from_slice(b"a\0b\0\0\n");
    content.extend_from_slice(line(2).as_bytes());
    content.extend_from_slice(&[0; 5000]);
    content.extend_from_slice(line(3).as_bytes());
    dir.file("a.bin", &content);
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.matches("cn.mobile"), 3);
    assert_eq!(audit.file("a.bin").bytes, content.len() as u64);
}

#[test]
fn a_gigabyte_without_a_newline_is_read_to_its_end() {
    let dir = Dir::new();
    let mut file = File::create(dir.path("sparse.bin")).unwrap();
    file.set_len(1 << 30).unwrap();
    file.seek(SeekFrom::End(0)).unwrap();
    file.write_all(format!(" {}", line(1).trim_end()).as_bytes())
        .unwrap();
    drop(file);
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.matches("cn.mobile"), 1);
    assert!(audit.file("sparse.bin").bytes > 1 << 30);
}

#[test]
fn a_line_longer_than_the_limit_is_taken_in_pieces() {
    let dir = Dir::new();
    let body = io::repeat(b'a').take(70 << 20);
    let end = Cursor::new(format!(" {}", line(1).trim_end()).into_bytes());
    let start = Cursor::new(format!("{} ", line(2).trim_end()).into_bytes());
    let run = dir
        .cmd(["scan", "-", "-f", "json"])
        .stdin_from(start.chain(body).chain(end))
        .run();
    let audit = run.code(0).audit();
    assert_eq!(
        (audit.matches("cn.mobile"), audit.distinct("cn.mobile")),
        (2, 2)
    );
    assert!(audit.stats.bytes > 70 << 20);
}

/// A line without end must not be taken for one row, nor cost more for each value than the one before.
#[test]
fn a_line_full_of_values_is_read_in_pieces() {
    let dir = Dir::new();
    let n = 60_000;
    let values: Vec<String> = (0..n)
        .map(|i| format!("{} 手机号 {}", people::name(i), people::mobile(i)))
        .collect();
    dir.file("a.txt", values.join("; "));
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.file("a.txt").format, "text");
    assert!(audit.file("a.txt").records > 1);
    assert_eq!(
        (audit.matches("cn.mobile"), audit.distinct("cn.mobile")),
        (n, n)
    );
}

#[test]
fn a_line_that_is_no_json_is_read_as_text_and_named() {
    let dir = Dir::new();
    let mut lines: Vec<String> = (0..50)
        .map(|n| {
            format!(
                r#"{{"name":"{}","phone":"{}"}}"#,
                people::name(n),
                people::mobile(n)
            )
        })
        .collect();
    lines[30] = format!("not json, 手机号：{}", people::mobile(30));
    dir.file("a.jsonl", lines.join("\n"));
    let audit = dir.audit(&["."], 3);
    assert_eq!(audit.matches("cn.mobile"), 50);
    assert_eq!(
        audit.gaps(),
        ["a.jsonl: malformed: 1 stretch read as text (first at line 31)"]
    );
}

#[cfg(unix)]
#[test]
fn a_fifo_is_never_opened() {
    let dir = Dir::new();
    dir.file("a.txt", line(1));
    if !dir.fifo("pipe") {
        return; // No command to make one.
    }
    for inputs in [&["."][..], &["a.txt", "pipe"]] {
        let audit = dir.audit(inputs, 3);
        assert_eq!(audit.gaps(), ["pipe: not a regular file: FIFO"]);
        assert_eq!(audit.matches("cn.mobile"), 1);
    }
}

#[test]
fn a_field_of_two_megabytes_is_one_field() {
    let dir = Dir::new();
    let long = "很长的备注,".repeat(2 << 20 >> 4);
    assert!(long.len() >= 2 << 20);
    let csv = format!(
        "姓名,手机号,备注\n王伟,{},短\n李芳,{},\"{long}\"\n张敏,{},短\n",
        people::mobile(1),
        people::mobile(2),
        people::mobile(3)
    );
    dir.file("a.csv", csv);
    let audit = dir.audit(&["."], 0);
    assert_eq!(
        (
            audit.file("a.csv").format.as_str(),
            audit.file("a.csv").records
        ),
        ("csv", 3)
    );
    assert_eq!(audit.matches("cn.mobile"), 3);
    assert_eq!(audit.category("contact").1, 3);
}

#[test]
fn a_header_that_repeats_is_no_person() {
    let dir = Dir::new();
    let part = |people| people::contacts_csv(people);
    dir.file("a.csv", part(0..10) + &part(10..20) + &part(20..30));
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.matches("cn.mobile"), 30);
    let (rows, items, persons) = audit.category("contact");
    assert_eq!((rows, items, persons), (30, 30, 30));
}

#[test]
fn broken_utf_8_spoils_its_own_line_at_most() {
    let dir = Dir::new();
    let mut content = people::contacts_csv(0..500).into_bytes();
    content.extend_from_slice("王伟\u{fffd}".as_bytes());
    content.extend_from_slice(b"\xff\xfe\x80");
    content.extend_from_slice(format!(",{},x@y.example.net\n", people::mobile(900)).as_bytes());
    content.extend_from_slice(
        people::contacts_csv(500..1000)
            .split_once('\n')
            .unwrap()
            .1
            .as_bytes(),
    );
    dir.file("a.csv", content);
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.matches("cn.mobile"), 1001);
    assert_eq!(audit.file("a.csv").records, 1001);
}

#[test]
fn a_json_document_that_is_cut_off_is_counted_up_to_the_cut() {
    let dir = Dir::new();
    let whole: Vec<String> = (0..50)
        .map(|n| {
            format!(
                r#"{{"name":"{}","phone":"{}"}}"#,
                people::name(n),
                people::mobile(n)
            )
        })
        .collect();
    let cut = format!("[{},{{\"name\":\"李", whole.join(","));
    dir.file("cut.json", cut).file("b.txt", line(100));
    let audit = dir.audit(&["."], 3);
    assert_eq!(audit.matches("cn.mobile"), 51);
    assert!(
        audit.reason("cut.json").starts_with("truncated"),
        "{:?}",
        audit.gaps()
    );
    assert_eq!(audit.gaps().len(), 1);
}

#[test]
fn a_dump_that_is_cut_off_in_a_string_is_counted_up_to_the_cut() {
    let dir = Dir::new();
    let rows: Vec<String> = (0..50)
        .map(|n| format!("({n},'{}','{}')", people::name(n), people::mobile(n)))
        .collect();
    let dump = format!(
        "CREATE TABLE `users` (\n  `id` int,\n  `name` varchar(20),\n  `phone` varchar(20)\n);\n\
         INSERT INTO `users` VALUES {},(50,'李",
        rows.join(",")
    );
    dir.file("dump.sql", dump).file("b.txt", line(100));
    let audit = dir.audit(&["."], 3);
    assert_eq!(audit.file("dump.sql").format, "sql");
    assert_eq!(audit.matches("cn.mobile"), 51);
    assert!(
        audit.reason("dump.sql").starts_with("truncated"),
        "{:?}",
        audit.gaps()
    );
}

#[test]
fn a_container_that_is_not_read_is_a_gap() {
    let dir = Dir::new();
    dir.file("a.7z", b"7z\xBC\xAF\x27\x1C\0\x04rest of an archive")
        .file("b.txt", line(1))
        .file("c.zip", b"PK\x03\x04\x14\0\0\0\0\0rest of an archive");
    let audit = dir.audit(&["."], 3);
    for (name, reason) in [("a.7z", "truncated"), ("c.zip", "damaged")] {
        assert!(audit.reason(name).starts_with(reason), "{:?}", audit.gaps());
    }
    assert_eq!(audit.matches("cn.mobile"), 1);
}

#[test]
fn a_pattern_with_a_bad_regex_stops_the_program_before_it_scans() {
    let dir = Dir::new();
    dir.file("a.txt", line(1)).file("bad.toml", BAD_PATTERN);
    let run = dir
        .cmd(["scan", "a.txt", "--patterns", "bad.toml", "-o", "out.json"])
        .run();
    run.code(2)
        .silent()
        .err("leakgauge: error: ")
        .err("bad.toml")
        .err("regex");
    assert_eq!(dir.names(), ["a.txt", "bad.toml"]);
    dir.cmd(["patterns", "check", "bad.toml"])
        .run()
        .code(2)
        .err("bad.toml");
    dir.file("bad.toml", "id = 5");
    dir.cmd(["scan", "a.txt", "--patterns", "bad.toml"])
        .run()
        .code(2)
        .silent()
        .err("bad.toml");
    dir.cmd(["scan", "a.txt", "--patterns", "none.toml"])
        .run()
        .code(2)
        .silent()
        .err("none.toml");
}

/// A pattern file that is refused: what is replaced in a good one, and what the message says beside file and line.
#[track_caller]
fn refused(old: &str, new: &str, line: usize, says: &str) {
    assert!(STAFF.contains(old), "{old}");
    let dir = Dir::new();
    dir.file("a.txt", line_of_staff())
        .file("bad.toml", STAFF.replacen(old, new, 1));
    let run = dir.cmd(["scan", "a.txt", "--patterns", "bad.toml"]).run();
    run.code(2)
        .silent()
        .err(&format!("bad.toml:{line}"))
        .err(says);
}

fn line_of_staff() -> &'static str {
    "badge ZX-000777\n"
}

#[test]
fn a_wrong_pattern_is_refused_with_its_line_and_what_to_do() {
    const REGEX: &str = "(?x) ZX - [0-9]{6}";
    for (new, says) in [
        ("(?x) [^0-9]{0,40} ZX - [0-9]{6}", "cannot be anchored"),
        (
            r"(?x) (?: [\p{L}\p{N}]{1,900} - ){1,900} [0-9]{6}",
            "bound its repetitions",
        ),
        (r"(?x) \b ZX - [0-9]{6}", "leave them out"),
        (r"(?x) ZX - [0-9]{6} $", "leave them out"),
        ("(?x) ZX - [0-9]{6, 8}", "a blank inside"),
        ("(?x) ZX - [0-9]{6", "does not parse"),
        ("(?x) [0-9]*", "at least one part of it required"),
    ] {
        refused(REGEX, new, 5, says);
    }
    refused(
        "precedence = 50",
        "precedence = 50\nvalidator = \"luhn2\"",
        8,
        "unknown validator `luhn2`",
    );
    refused(
        "precedence = 50",
        "precedence = 50\ncolumns = [\"fone\"]",
        8,
        "unknown role `fone`",
    );
    refused(
        "precedence = 50",
        "precedence = 50\nbehind = [\"mail\"]",
        8,
        "unknown kind `mail`",
    );
    refused(
        "precedence = 50",
        "precedence = 50\nvalidators = 1",
        8,
        "unknown field",
    );
    refused(
        "id = \"acme.badge\"",
        "id = \"email\"",
        2,
        "two patterns have the id `email`",
    );
    refused("id = \"acme.badge\"", "id = \"ACME\"", 2, "is no id");
    refused(
        "badge ZX-000777 lost\"\nvalue = \"ZX-000777\"",
        "badge ZY-000777 lost\"\nvalue = \"ZY-000777\"",
        16,
        "positive example 1",
    );
    refused(
        "text = \"ZX-0007777\"",
        "text = \"ZX-000777\"",
        27,
        "negative example 1",
    );
}

const BAD_PATTERN: &str = r#"
id = "acme.badge"
description = "Broken on purpose."
references = ["none"]
regex = '''ZX-([0-9]{6}'''
compact = "alnum-upper"
precedence = 50
[name]
en = "badge"
zh = "工牌号"
[confidence]
alone = "medium"
context = "high"
[mask]
keep_start = 2
"#;

#[test]
fn an_output_that_cannot_be_written_stops_the_program_before_it_scans() {
    let dir = Dir::new();
    dir.file("a.txt", line(1)).folder("folder");
    for output in ["no/such/folder/out.json", "folder", "a.txt/out.json"] {
        let run = dir
            .cmd(["scan", "a.txt", "-f", "json", "-v", "-o", output])
            .run();
        run.code(2)
            .silent()
            .err("leakgauge: error: ")
            .err(output)
            .err("cannot be written");
        assert!(!run.stderr().contains("done"), "{run}");
    }
    assert_eq!(dir.names(), ["a.txt", "folder"]);
}

#[test]
fn of_several_outputs_none_is_written_when_one_cannot_be() {
    let dir = Dir::new();
    dir.file("a.txt", line(1));
    let run = dir
        .cmd(["scan", "a.txt", "-o", "good.json", "-o", "no/bad.json"])
        .run();
    run.code(2).silent().err("no/bad.json");
    assert_eq!(dir.names(), ["a.txt"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_no_success() {
    let dir = Dir::new();
    dir.file("a.txt", line(1));
    for format in ["json", "jsonl"] {
        let run = dir
            .cmd(["scan", "a.txt", "-f", format, "-o", "/dev/full"])
            .run();
        run.code(2).silent().err("leakgauge: error: ");
    }
}

#[test]
fn a_name_cannot_drive_the_terminal() {
    let dir = Dir::new();
    let name = "a\u{1b}]0;owned\u{7}\u{202e}.csv";
    if fs::write(dir.path("").join(name), people::contacts_csv(0..3)).is_err() {
        return; // A file system that refuses such names.
    }
    for format in [
        "text", "json", "jsonl", "markdown", "html", "csv", "sarif", "junit", "github",
    ] {
        let run = dir
            .cmd(["scan", ".", "gone\u{1b}[2J", "-v", "-f", format])
            .run();
        run.code(3);
        for text in [run.stdout(), run.stderr()] {
            assert!(!text.contains(['\u{1b}', '\u{7}']), "{run}");
        }
    }
    let missing = PathBuf::from("gone\u{1b}[2J");
    let run = dir.cmd([PathBuf::from("scan"), missing]).run();
    assert!(!run.code(2).stderr().contains('\u{1b}'));
}
