//! The report is never a second leak: no output of any kind holds a value of the data.
//!
//! A corpus of synthetic people, whose every value is known, goes through every format, every language and every way to
//! fail. The search is for the values as written in the corpus and for their digits without separators.

use std::fs;

use crate::reports::{FORMATS, text_of};
use crate::util::{Dir, Run, people};

/// The corpus and what must never be seen of it.
struct Corpus {
    dir: Dir,
    secrets: Vec<String>,
}

impl Corpus {
    fn new() -> Corpus {
        let mut corpus = Corpus {
            dir: Dir::new(),
            secrets: Vec::new(),
        };
        corpus.tables();
        corpus.documents();
        corpus.broken();
        corpus
    }

    /// A value that must not be seen again.
    fn secret(&mut self, value: impl Into<String>) -> String {
        let value = value.into();
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 8 && digits != value {
            self.secrets.push(digits);
        }
        self.secrets.push(value.clone());
        value
    }

    fn tables(&mut self) {
        let mut csv = String::from("姓名,身份证号,手机号,银行卡号,邮箱,密码,住址\n");
        let mut bare = String::new();
        for n in 0..40 {
            let row = [
                people::name(n),
                self.secret(people::resident_id(n)),
                self.secret(people::mobile(n)),
                self.secret(people::bank_card(n)),
                self.secret(people::email(n)),
                self.secret(format!("Tr0ub4dor&{n}xQ")),
                self.secret(format!("北京市东城区如意胡同{}号{n}室", 100 + n)),
            ];
            csv.push_str(&row.join(","));
            csv.push('\n');
            // A table without a header: its first row must not be taken for names of columns and shown.
            let id = self.secret(people::resident_id(500 + n));
            let mobile = self.secret(people::mobile(500 + n));
            bare.push_str(&format!("{id},{mobile},{n}\n"));
        }
        self.dir
            .file("people.csv", &csv)
            .file("copy.csv", &csv)
            .file("bare.csv", bare);
        let spaced = self.secret("139 0815 4711");
        let dashed = self.secret("6222-0210-0111-6245-702");
        self.dir.file(
            "app.log",
            format!("2024-03-01 user {spaced} paid with {dashed}\n"),
        );
    }

    fn documents(&mut self) {
        let mut json = String::from("{");
        let mut sql = String::from("INSERT INTO `members` (`id_no`,`phone`,`pwd`) VALUES ");
        for n in 0..40 {
            let mobile = self.secret(people::mobile(1000 + n));
            let id = self.secret(people::resident_id(1000 + n));
            let email = self.secret(people::email(1000 + n));
            // Members keyed by a value: the path of a field must not show it.
            let comma = if n == 0 { "" } else { "," };
            json.push_str(&format!(
                r#"{comma}"{mobile}":{{"idcard":"{id}","mail":"{email}"}}"#
            ));
            let id = self.secret(people::resident_id(2000 + n));
            let mobile = self.secret(people::mobile(2000 + n));
            let password = self.secret(format!("hunter2!{n}Zq"));
            sql.push_str(&format!("{comma}('{id}','{mobile}','{password}')"));
        }
        json.push('}');
        sql.push(';');
        self.dir.file("members.json", json).file("dump.sql", sql);
    }

    fn broken(&mut self) {
        let mobile = self.secret(people::mobile(3000));
        let id = self.secret(people::resident_id(3000));
        self.dir
            .file("cut.json", format!(r#"[{{"phone":"{mobile}","id":"{id}"#));
        let mobile = self.secret(people::mobile(3001));
        self.dir.file(
            "cut.sql",
            format!("INSERT INTO t (phone) VALUES ('{mobile}'),('{mobile}"),
        );
        let mobile = self.secret(people::mobile(3002));
        self.dir.file(
            "damaged.csv",
            format!("a,b,c\n1,\"{mobile},3\n4,5\n{mobile}\n"),
        );
    }

    fn run(&self, args: &[&str]) -> Run {
        self.dir.cmd(args).run()
    }

    #[track_caller]
    fn check(&self, what: &str, text: &str) {
        for secret in &self.secrets {
            assert!(
                !text.contains(secret.as_str()),
                "{what} shows a value; look for it yourself"
            );
        }
    }

    #[track_caller]
    fn check_run(&self, args: &[&str]) -> Run {
        let run = self.run(args);
        self.check(&format!("stdout of {args:?}"), &run.stdout());
        self.check(&format!("stderr of {args:?}"), &run.stderr());
        run
    }
}

#[test]
fn no_format_shows_a_value() {
    let corpus = Corpus::new();
    for (format, _) in FORMATS.into_iter().chain([("jsonl", "jsonl")]) {
        for lang in ["en", "zh"] {
            let run = corpus.check_run(&["scan", ".", "-f", format, "--lang", lang, "-v"]);
            run.code(3);
        }
    }
}

#[test]
fn the_corpus_is_found_so_that_the_silence_means_something() {
    let corpus = Corpus::new();
    let audit = corpus.run(&["scan", ".", "-f", "json"]).code(3).audit();
    // 40 rows twice (a copy), 40 without a header, 40 as keys or members, 40 in the dump, and some in broken files.
    assert!(
        audit.matches("cn.resident-id") >= 200,
        "{}",
        audit.matches("cn.resident-id")
    );
    assert!(
        audit.matches("cn.mobile") >= 160,
        "{}",
        audit.matches("cn.mobile")
    );
    assert!(
        audit.matches("bank-card") >= 80,
        "{}",
        audit.matches("bank-card")
    );
    assert!(audit.kinds.iter().all(|kind| kind.samples.len() <= 3));
    for kind in &audit.kinds {
        assert!(
            kind.samples.iter().all(|sample| sample.contains('*')),
            "{}",
            kind.kind
        );
    }
}

#[test]
fn no_output_file_shows_a_value_and_none_is_left_behind() {
    let corpus = Corpus::new();
    let outside = Dir::new();
    let names = [
        "a.txt", "a.json", "a.jsonl", "a.md", "a.html", "a.csv", "a.xlsx", "a.sarif", "a.xml",
    ];
    let paths = names.map(|name| outside.path(name).display().to_string());
    let mut args = vec!["scan", "."];
    args.extend(paths.iter().flat_map(|path| ["-o", path]));
    let manifest = outside.path("m.list").display().to_string();
    args.extend(["--manifest", &manifest]);
    corpus.check_run(&args).code(3).silent();
    corpus.check("m.list", &outside.read("m.list"));
    for name in names {
        // Compressed, a workbook would keep any secret; its parts are looked through.
        corpus.check(name, &text_of(&fs::read(outside.path(name)).unwrap()));
    }
    let mut sorted = [&names[..], &["m.list"]].concat();
    sorted.sort_unstable();
    assert_eq!(outside.names(), sorted);
    let json = paths[1].as_str();
    for (format, _) in FORMATS {
        corpus.check_run(&["report", json, "-f", format]).code(0);
        corpus
            .check_run(&["assess", "--audit", json, "-f", format])
            .code(3);
    }
}

#[test]
fn no_error_quotes_a_file_that_was_mistaken_for_another() {
    let corpus = Corpus::new();
    for file in [
        "people.csv",
        "bare.csv",
        "members.json",
        "cut.json",
        "dump.sql",
        "app.log",
    ] {
        corpus.check_run(&["report", file]).code(2);
        corpus.check_run(&["assess", "--audit", file]).code(2);
        corpus.check_run(&["scan", ".", "--patterns", file]).code(2);
        corpus.check_run(&["patterns", "check", file]).code(2);
        corpus
            .check_run(&["scan", ".", "--circumstances", file])
            .code(2);
    }
}

#[test]
fn no_explanation_shows_a_value() {
    let corpus = Corpus::new();
    // Numbers that are nearly values: what is masked in one place must not stand open in another.
    for place in [
        "people.csv",
        "people.csv:2",
        "bare.csv",
        "bare.csv:3",
        "app.log:1",
        "members.json",
        "dump.sql:1",
        "cut.json",
        "cut.sql",
        "damaged.csv",
        "damaged.csv:2",
    ] {
        for args in [&["--lang", "zh"][..], &["-f", "json"]] {
            let mut all = vec!["explain", place];
            all.extend(args);
            corpus.check_run(&all);
        }
    }
}

#[test]
fn values_are_revealed_on_a_terminal_alone() {
    let corpus = Corpus::new();
    let run = corpus.check_run(&["explain", "people.csv:2", "--reveal"]);
    run.code(2).silent();
    let run = corpus.check_run(&["explain", "people.csv:2", "--reveal", "-o", "a.txt"]);
    run.code(2).silent();
}

#[test]
fn standard_input_is_as_silent_as_a_file() {
    let corpus = Corpus::new();
    for (format, _) in FORMATS.into_iter().chain([("jsonl", "jsonl")]) {
        let people = corpus.dir.read("people.csv");
        let run = corpus
            .dir
            .cmd(["scan", "-", "-f", format, "-v"])
            .stdin(people)
            .run();
        corpus.check("stdout", &run.code(0).stdout());
        corpus.check("stderr", &run.stderr());
    }
}
