//! What the command line promises: commands, options, outputs and exit codes, one case a promise.
//!
//! Numbers of detection and law are tested where they are made; here a few people are enough to see that they arrive.

use crate::util::{Dir, people};

/// A folder with 600 lodging records, above the 500 of Fa Shi [2017] No. 10 Art. 5(1)(iv), below ten times as many.
fn hotel() -> Dir {
    let dir = Dir::new();
    dir.file("hotel.csv", people::hotel_csv(0..600));
    dir
}

#[test]
fn zero_when_everything_was_read() {
    let dir = hotel();
    let run = dir.cmd(["scan", "hotel.csv"]).run();
    run.code(0).out("hotel.csv").calm();
}

#[test]
fn one_when_the_level_is_reached_and_zero_when_it_is_not() {
    let dir = hotel();
    let code = |level: &str, code| {
        dir.cmd(["scan", ".", "--fail-on", level]).run().code(code);
    };
    code("any", 1);
    code("serious", 1);
    code("especially-serious", 0);
    dir.file("hotel.csv", "nothing here\n");
    code("any", 0);
}

#[test]
fn two_for_bad_arguments_and_nothing_is_scanned() {
    let dir = hotel();
    #[track_caller]
    fn check(dir: &Dir, args: &[&str], part: &str) {
        dir.cmd(args)
            .run()
            .code(2)
            .silent()
            .err("leakgauge: error: ")
            .err(part);
    }
    dir.cmd([""; 0])
        .run()
        .code(2)
        .silent()
        .err("Usage: leakgauge");
    check(&dir, &["scna"], "scan");
    check(&dir, &["scan", "--no-such-option"], "--no-such-option");
    check(&dir, &["scan", "-f", "docx"], "docx");
    check(&dir, &["scan", "--fail-on", "guilty"], "especially-serious");
    check(&dir, &["scan", "--reading", "harsh"], "strict");
    check(
        &dir,
        &["scan", "--law", "cn.spc-spp-2071-10"],
        "cn.spc-spp-2017-10",
    );
    check(&dir, &["scan", "--threads", "-1"], "threads");
    check(&dir, &["scan", "--threads", "many"], "many");
    check(&dir, &["scan", "--include", "a["], "a[");
    check(&dir, &["scan", "--act-date", "2024-02-30"], "act-date");
    check(&dir, &["scan", "--gains", "much"], "gains");
    check(&dir, &["scan", "--recipients", "0"], "recipients");
    check(
        &dir,
        &["scan", "--lawful-business", "--action", "provide"],
        "lawful-business",
    );
    check(&dir, &["scan", "-q", "-v"], "--verbose");
    check(&dir, &["scan", "no-such-file"], "no-such-file");
    check(&dir, &["scan", "-o", "report.xyz"], "-f");
    check(&dir, &["assess"], "--count");
    check(
        &dir,
        &["assess", "--count", "lodgin=1"],
        "did you mean `lodging`?",
    );
    check(&dir, &["assess", "--count", "lodging=many"], "whole number");
    check(&dir, &["assess", "--audit", "no.json"], "no.json");
    check(
        &dir,
        &["assess", "--count", "lodging=1", "--audit", "a.json"],
        "--audit",
    );
    check(&dir, &["report", "no.json"], "no.json");
    check(
        &dir,
        &["patterns", "show", "cn.mobil"],
        "did you mean `cn.mobile`?",
    );
    check(
        &dir,
        &["laws", "show", "cn.spc-spp-2017"],
        "cn.spc-spp-2017-10",
    );
    assert_eq!(dir.names(), ["hotel.csv"]);
}

#[test]
fn three_when_something_was_not_read() {
    let dir = hotel();
    let run = dir
        .cmd(["scan", "hotel.csv", "missing.csv", "-f", "json"])
        .run();
    run.code(3).err("lower bounds");
    let audit = run.audit();
    assert!(!audit.complete);
    assert_eq!(audit.gaps(), ["missing.csv: not found"]);
    assert_eq!(audit.stats.skipped, 1);
    assert_eq!(audit.category("lodging"), (600, 600, 600));
}

#[test]
fn a_reached_level_outranks_a_gap_and_a_gap_outranks_a_level_that_is_not_reached() {
    let dir = hotel();
    let code = |level: &str, code| {
        let run = dir
            .cmd(["scan", ".", "gone", "--fail-on", level, "-f", "json"])
            .run();
        assert_eq!(run.code(code).audit().gaps(), ["gone: not found"]);
    };
    code("serious", 1);
    code("especially-serious", 3);
}

#[test]
fn the_reading_governs_the_exit_code_and_all_are_reported() {
    // 300 real-estate records: nothing in class C, six times the 50 of class A in the strict reading.
    let run = |reading: &str, code| {
        let dir = Dir::new();
        dir.cmd([
            "assess",
            "--count",
            "real-estate=300",
            "--fail-on",
            "serious",
        ])
        .args(["--reading", reading, "-f", "json"])
        .run()
        .code(code)
        .audit()
    };
    let audit = run("default", 0);
    let readings: Vec<&str> = audit
        .assessments
        .iter()
        .filter(|a| a.instrument == "cn.spc-spp-2017-10")
        .map(|a| a.reading.as_str())
        .collect();
    assert_eq!(readings, ["default", "lenient", "strict"]);
    // The law on notification applies from one person on; it stands below and decides nothing.
    let others = &audit.assessments[3..];
    assert!(!others.is_empty() && others.iter().all(|a| a.instrument == "cn.pipl-2021"));
    assert_eq!(
        (audit.level("default"), audit.level("strict")),
        ("none", "serious")
    );
    run("strict", 1);
}

#[test]
fn the_json_audit_keeps_its_promises() {
    let dir = hotel();
    dir.file("contacts.csv", people::contacts_csv(1000..1010));
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.schema, "leakgauge.audit/1");
    assert_eq!(audit.tool.name, "leakgauge");
    assert_eq!(audit.tool.version, env!("CARGO_PKG_VERSION"));
    assert!(
        audit.tool.catalog.starts_with("blake3:"),
        "{}",
        audit.tool.catalog
    );
    assert!(
        audit.started.ends_with('Z') && audit.started.contains('T'),
        "{}",
        audit.started
    );
    assert_eq!(audit.stats.records, 610);
    assert_eq!(
        (
            audit.matches("cn.resident-id"),
            audit.distinct("cn.resident-id")
        ),
        (600, 600)
    );
    assert_eq!(audit.matches("cn.mobile"), 610);
    assert_eq!(audit.category("lodging"), (600, 600, 600));
    assert_eq!(audit.category("contact").1, 10);
    assert_eq!(audit.persons, 610);
    assert_eq!(audit.level("default"), "serious");
    for category in &audit.categories {
        assert!(category.rows >= category.items, "{category:?}");
    }
    for kind in &audit.kinds {
        assert!(kind.samples.len() <= 3, "{kind:?}");
        assert!(
            kind.samples.iter().all(|sample| sample.contains('*')),
            "{kind:?}"
        );
    }
    let file = audit.file("hotel.csv");
    assert_eq!(
        (file.format.as_str(), file.encoding.as_str(), file.records),
        ("csv", "UTF-8", 600)
    );
    let law = &audit.assessments[0];
    assert_eq!(law.instrument, "cn.spc-spp-2017-10");
    assert_eq!(
        (law.weighted.serious, law.weighted.especially_serious),
        (5_000, 50_000)
    );
    assert_eq!(law.weighted.value, 6_010);
    let lodging = law
        .provisions
        .iter()
        .find(|p| p.class.as_deref() == Some("B"))
        .unwrap();
    assert_eq!(
        (lodging.count, lodging.threshold, lodging.reached),
        (600, 500, true)
    );
    assert!((lodging.ratio - 1.2).abs() < 1e-9);
}

/// The JSON report with the two fields that differ from run to run put to rest.
fn at_rest(json: &str) -> serde_json::Value {
    let mut audit: serde_json::Value = serde_json::from_str(json).unwrap();
    audit["started"] = "".into();
    audit["stats"]["seconds"] = 0.into();
    audit
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let dir = hotel();
    for n in 0..12 {
        dir.file(
            &format!("d{}/c{n}.csv", n % 3),
            people::contacts_csv(n * 40..n * 40 + 60),
        );
    }
    let run = |threads: &str, format: &str| {
        let run = dir
            .cmd(["scan", ".", "-f", format, "--threads", threads])
            .run();
        run.code(0).stdout()
    };
    let one = at_rest(&run("1", "json"));
    let lines = run("1", "jsonl");
    for threads in ["2", "5", "0"] {
        assert_eq!(at_rest(&run(threads, "json")), one, "{threads} threads");
        assert_eq!(run(threads, "jsonl"), lines, "{threads} threads");
    }
}

#[test]
fn every_match_is_a_line_with_its_place() {
    let dir = Dir::new();
    dir.file("b.csv", people::contacts_csv(0..2))
        .file("a.log", "call 13912345678 now\n");
    let run = dir.cmd(["scan", ".", "-f", "jsonl"]).run();
    let lines: Vec<serde_json::Value> = run
        .code(0)
        .stdout()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let first = &lines[0];
    assert_eq!(first["path"], "a.log");
    assert_eq!(first["kind"], "cn.mobile");
    assert_eq!((&first["record"], &first["line"]), (&1.into(), &1.into()));
    assert_eq!((&first["start"], &first["end"]), (&5.into(), &16.into()));
    assert_eq!(first["masked"], "139****5678");
    assert_eq!(first["status"], "valid");
    let mobile: Vec<_> = lines
        .iter()
        .filter(|line| line["path"] == "b.csv" && line["kind"] == "cn.mobile")
        .collect();
    assert_eq!(mobile.len(), 2);
    assert_eq!(
        (&mobile[1]["record"], &mobile[1]["line"]),
        (&2.into(), &3.into())
    );
    assert_eq!(mobile[1]["field"], "手机号");
    assert_eq!(
        (&mobile[1]["start"], &mobile[1]["end"]),
        (&0.into(), &11.into())
    );
}

#[test]
fn outputs_follow_their_endings_and_there_may_be_several() {
    let dir = hotel();
    dir.folder("out");
    let names = [
        "out/a.json",
        "out/a.jsonl",
        "out/a.csv",
        "out/a.md",
        "out/a.txt",
    ];
    let args = names.iter().flat_map(|name| ["-o", name]);
    dir.cmd(["scan", "hotel.csv"])
        .args(args)
        .run()
        .code(0)
        .silent()
        .calm();
    assert_eq!(
        at_rest(&dir.read("out/a.json"))["schema"],
        "leakgauge.audit/1"
    );
    assert!(dir.read("out/a.jsonl").lines().count() >= 1200);
    for name in &names[2..] {
        assert!(dir.read(name).contains("lodging"), "{name}");
    }
    let run = dir
        .cmd(["scan", "hotel.csv", "-o", "out/b.json", "-o", "-"])
        .run();
    run.code(0).out("hotel.csv");
    assert_eq!(
        at_rest(&dir.read("out/b.json"))["schema"],
        "leakgauge.audit/1"
    );
    dir.cmd(["scan", "hotel.csv", "-f", "json", "-o", "out/c.data"])
        .run()
        .code(0);
    assert_eq!(
        at_rest(&dir.read("out/c.data")),
        at_rest(&dir.read("out/b.json"))
    );
}

#[test]
fn an_input_is_never_overwritten_by_its_report() {
    let dir = hotel();
    let before = dir.read("hotel.csv");
    let run = dir.cmd(["scan", "hotel.csv", "-o", "./hotel.csv"]).run();
    run.code(2).err("both an input and an output");
    assert_eq!(dir.read("hotel.csv"), before);
    assert_eq!(dir.names(), ["hotel.csv"]);
}

#[test]
fn the_language_is_that_of_the_option_then_of_the_locale() {
    let dir = hotel();
    let text = |env: (&str, &str), args: &[&str]| {
        let cmd = dir.cmd(["scan", "hotel.csv"]).args(args).env(env.0, env.1);
        cmd.run().code(0).stdout()
    };
    assert!(text(("LANG", "zh_CN.UTF-8"), &[]).contains("住宿信息"));
    assert!(text(("LC_ALL", "zh_CN.UTF-8"), &[]).contains("住宿信息"));
    assert!(!text(("LANG", "zh_CN.UTF-8"), &["--lang", "en"]).contains("住宿信息"));
    assert!(!text(("LANG", "en_US.UTF-8"), &[]).contains("住宿信息"));
    assert!(text(("LANG", "C"), &["--lang", "zh"]).contains("情节严重"));
}

#[test]
fn colours_are_for_terminals_unless_forced() {
    let dir = hotel();
    let text = |args: &[&str]| dir.cmd(["scan", "hotel.csv"]).args(args).run().stdout();
    assert!(!text(&[]).contains('\u{1b}'));
    assert!(!text(&["--color", "never"]).contains('\u{1b}'));
    assert!(text(&["--color", "always"]).contains('\u{1b}'));
}

#[test]
fn a_saved_audit_renders_to_what_the_scan_would_have_written() {
    let dir = hotel();
    dir.folder("out");
    let names = ["a.json", "a.txt", "a.md", "a.csv"].map(|name| format!("out/{name}"));
    let args = names.iter().flat_map(|name| ["-o", name]);
    dir.cmd(["scan", "hotel.csv", "--lang", "zh"])
        .args(args)
        .run()
        .code(0);
    for name in &names {
        let ending = name.rsplit('.').next().unwrap();
        let again = format!("out/again.{ending}");
        let run = dir
            .cmd(["report", "out/a.json", "--lang", "zh", "-o", &again])
            .run();
        run.code(0).silent().calm();
        assert_eq!(dir.read(&again), dir.read(name), "{name}");
    }
    dir.cmd(["report", "out/a.json", "-f", "jsonl"])
        .run()
        .code(2)
        .err("jsonl");
    dir.file("b.json", "{\"schema\": \"other/9\"}");
    dir.cmd(["report", "b.json"])
        .run()
        .code(2)
        .silent()
        .err("b.json");
    dir.file("c.json", "{\"schema\": \"leakgauge.au");
    dir.cmd(["report", "c.json"])
        .run()
        .code(2)
        .silent()
        .err("c.json");
}

#[test]
fn counts_are_assessed_at_each_side_of_a_threshold() {
    let dir = Dir::new();
    let level = |args: &[&str]| {
        let run = dir.cmd(["assess", "-f", "json"]).args(args).run();
        run.code(0).audit().level("default").to_owned()
    };
    assert_eq!(level(&["--count", "lodging=499"]), "none");
    assert_eq!(level(&["--count", "lodging=500"]), "serious");
    assert_eq!(level(&["--count", "lodging=4999"]), "serious");
    assert_eq!(level(&["--count", "lodging=5000"]), "especially-serious");
    assert_eq!(
        level(&["--count", "lodging=250", "--count", "contact=2500"]),
        "serious"
    );
    assert_eq!(
        level(&["--count", "lodging=250", "--count", "contact=2,499"]),
        "none"
    );
    assert_eq!(
        level(&["--count", "contact=0", "--gains", "4999.99"]),
        "none"
    );
    assert_eq!(
        level(&["--count", "contact=0", "--gains", "5000"]),
        "serious"
    );
    let duty = ["--count", "lodging=250", "--in-duty", "--action", "provide"];
    assert_eq!(level(&duty), "serious");
    assert_eq!(level(&duty[..3]), "none");
    dir.file("c.toml", "in-duty = true\naction = \"provide\"\n");
    assert_eq!(
        level(&["--count", "lodging=250", "--circumstances", "c.toml"]),
        "serious"
    );
    dir.file("bad.toml", "in-dutty = true\n");
    let bad = dir
        .cmd([
            "assess",
            "--count",
            "lodging=1",
            "--circumstances",
            "bad.toml",
        ])
        .run();
    bad.code(2).silent().err("bad.toml").err("in-dutty");
}

#[test]
fn a_saved_audit_is_assessed_again_under_other_circumstances() {
    let dir = hotel();
    dir.cmd(["scan", "hotel.csv", "-o", "a.json"]).run().code(0);
    let run = dir
        .cmd([
            "assess", "--audit", "a.json", "-f", "json", "--gains", "50000",
        ])
        .run();
    let audit = run.code(0).audit();
    assert_eq!(audit.level("default"), "especially-serious");
    assert_eq!(audit.category("lodging"), (600, 600, 600));
}

#[test]
fn an_incomplete_audit_stays_incomplete_when_it_is_assessed() {
    let dir = hotel();
    dir.cmd(["scan", "hotel.csv", "gone", "-o", "a.json"])
        .run()
        .code(3);
    let code = |level: &str, code| {
        dir.cmd(["assess", "--audit", "a.json", "--fail-on", level])
            .run()
            .code(code);
    };
    code("especially-serious", 3);
    code("serious", 1);
    dir.cmd(["report", "a.json"]).run().code(0);
}

#[test]
fn the_assessment_is_written_for_people_too() {
    let dir = Dir::new();
    let run = |lang: &str| {
        let run = dir
            .cmd(["assess", "--count", "lodging=600", "--lang", lang])
            .run();
        run.code(0).stdout()
    };
    assert!(run("zh").contains("情节严重"), "{}", run("zh"));
    assert!(run("en").contains("serious"), "{}", run("en"));
}

#[test]
fn laws_are_listed_and_shown() {
    let dir = Dir::new();
    dir.cmd(["laws", "list"])
        .run()
        .code(0)
        .calm()
        .out("cn.spc-spp-2017-10");
    for lang in ["en", "zh"] {
        let run = dir
            .cmd(["laws", "show", "cn.spc-spp-2017-10", "--lang", lang])
            .run();
        run.code(0)
            .calm()
            .out("法释〔2017〕10号")
            .out("5,000")
            .out("2017-06-01");
    }
}

#[test]
fn patterns_are_listed_shown_and_checked() {
    let dir = Dir::new();
    let list = dir.cmd(["patterns", "list"]).run();
    list.code(0).calm();
    for kind in [
        "cn.resident-id",
        "cn.mobile",
        "email",
        "bank-card",
        "coordinates",
    ] {
        assert!(
            list.stdout().lines().any(|line| line.starts_with(kind)),
            "{kind}\n{list}"
        );
    }
    let zh = dir.cmd(["patterns", "list", "--lang", "zh"]).run();
    zh.code(0).out("手机");
    let show = dir.cmd(["patterns", "show", "cn.resident-id"]).run();
    show.code(0)
        .calm()
        .out("GB 11643")
        .out("found: ")
        .out("passed over: ");
    dir.cmd(["patterns", "check"])
        .run()
        .code(0)
        .calm()
        .out("patterns: ");
}

#[test]
fn formats_and_help_say_what_there_is() {
    let dir = Dir::new();
    dir.cmd(["formats"])
        .run()
        .code(0)
        .calm()
        .out("GB18030")
        .out("MiB");
    dir.cmd(["--version"])
        .run()
        .code(0)
        .calm()
        .out(env!("CARGO_PKG_VERSION"));
    let help = dir.cmd(["scan", "--help"]).run();
    help.code(0).calm();
    for option in [
        "--format",
        "--output",
        "--lang",
        "--fail-on",
        "--law",
        "--in-duty",
        "--action",
        "--recipients",
        "--gains",
        "--lawful-business",
        "--profit",
        "--prior",
        "--act-date",
        "--decision-date",
        "--circumstances",
        "--reading",
        "--patterns",
        "--include",
        "--exclude",
        "--max-depth",
        "--follow-links",
        "--threads",
        "--tally",
        "--resume",
        "--key-file",
        "--passphrase-file",
        "--no-progress",
        "--color",
        "--quiet",
        "--verbose",
    ] {
        assert!(help.stdout().contains(option), "{option}");
    }
    for command in [
        "scan", "assess", "report", "merge", "patterns", "laws", "formats",
    ] {
        dir.cmd(["--help"]).run().code(0).out(command);
        dir.cmd([command, "--help"]).run().code(0).calm();
    }
}

#[test]
fn verbose_names_files_and_quiet_says_nothing() {
    let dir = hotel();
    let run = |flag: &str| {
        dir.cmd(["scan", "hotel.csv", "gone", "-f", "json", flag])
            .run()
    };
    run("-v")
        .code(3)
        .err("done: hotel.csv")
        .err("skipped: gone: not found");
    run("-q").code(3).calm();
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    use std::process::{Command, Stdio};
    let dir = Dir::new();
    dir.file("many.csv", people::contacts_csv(0..20_000));
    let mut child = Command::new(env!("CARGO_BIN_EXE_leakgauge"))
        .args(["scan", "many.csv", "-f", "jsonl"])
        .current_dir(dir.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), stderr.as_ref()), (Some(0), ""));
}

#[test]
fn patterns_of_a_user_are_used_beside_the_built_in_ones() {
    let dir = Dir::new();
    dir.file("staff.toml", STAFF)
        .file("a.log", "badge ZX-000123 and 13912345678\n");
    let audit = dir.audit(&["a.log", "--patterns", "staff.toml"], 0);
    assert_eq!(
        (audit.matches("acme.badge"), audit.matches("cn.mobile")),
        (1, 1)
    );
    assert_ne!(audit.tool.catalog, dir.audit(&["a.log"], 0).tool.catalog);
    dir.cmd(["patterns", "check", "staff.toml"]).run().code(0);
    dir.file("staff.toml", STAFF.replace("ZX-000777", "ZY-000777"));
    let run = dir.cmd(["patterns", "check", "staff.toml"]).run();
    run.code(2)
        .out("staff.toml")
        .out("example 1")
        .err("problem");
}

/// A pattern as a user might write it.
pub(super) const STAFF: &str = r#"
id = "acme.badge"
description = "A badge of the company: two letters and six digits, issued by reception."
references = ["internal handbook"]
regex = '''(?x) ZX - [0-9]{6}'''
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
[[positive]]
text = "badge ZX-000777 lost"
value = "ZX-000777"
why = "the plain form"
[[positive]]
text = "ZX-000778"
why = "alone"
[[positive]]
text = "工牌ZX-000779已停用"
value = "ZX-000779"
why = "between Han characters"
[[negative]]
text = "ZX-0007777"
why = "a digit too many"
[[negative]]
text = "ZX-00077"
why = "a digit too few"
[[negative]]
text = "AZX-000777"
why = "part of a longer word"
"#;
