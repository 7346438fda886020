//! The house rules as tests: headers, sizes, banned words, and the one direction in which rooms import each other.
//!
//! It reads the source as text and knows Rust only as far as comments and string literals go. A rule that is broken names
//! the file and the line; the remedy is in the message.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Most lines of a file, with its tests. A longer one holds more than one thought.
const LINES_MAX: usize = 700;

/// Which rooms of the library each room may name. What stands alone here is a file or folder in `src`. The table is the
/// direction of the architecture: walk, decode, detect, classify, count, assess, report.
pub(crate) const ROOMS: &[(&str, &[&str])] = &[
    ("record", &[]),
    ("category", &[]),
    ("value", &[]),
    ("error", &[]),
    ("bytes", &[]),
    ("suggest", &[]),
    ("number", &[]),
    ("paths", &[]),
    ("audit", &["error", "value", "law"]),
    ("source", &["error"]),
    ("decode", &["record", "error", "bytes"]),
    ("container", &["error", "decode"]),
    ("detect", &["record", "category", "value", "error", "bytes"]),
    ("classify", &["record", "category", "error", "detect"]),
    (
        "count",
        &["record", "category", "value", "error", "audit", "detect"],
    ),
    ("law", &["category", "audit", "error", "suggest", "number"]),
    (
        "ignore",
        &["category", "error", "suggest", "paths", "audit", "law"],
    ),
    (
        "scan",
        &[
            "record",
            "category",
            "value",
            "error",
            "bytes",
            "audit",
            "source",
            "decode",
            "container",
            "detect",
            "classify",
            "count",
            "law",
            "ignore",
        ],
    ),
    (
        "budget",
        &["category", "error", "suggest", "paths", "audit"],
    ),
    ("baseline", &["error", "audit", "count", "scan"]),
    (
        "explain",
        &[
            "record", "category", "value", "error", "audit", "source", "detect", "classify",
            "count", "law", "ignore", "scan",
        ],
    ),
    (
        "report",
        &[
            "audit", "category", "law", "error", "value", "explain", "number",
        ],
    ),
];

/// Words that only some places may use, and why.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("rayon", &["src/scan"], "threads belong to `scan`"),
    ("clap", &["src/cli"], "the library has no command line"),
    (
        "indicatif",
        &["src/cli/progress.rs"],
        "only the progress bar draws",
    ),
    (
        "terminal_size",
        &["src/cli"],
        "the library looks at no window",
    ),
    ("anyhow", &["src/cli"], "the library has its own error"),
    (
        "std::env",
        &["src/cli"],
        "the library never reads the environment",
    ),
    (
        "std::process",
        &["src/cli", "src/main.rs", "src/container/apart"],
        "the library never exits, and starts a process only to decode apart",
    ),
    (
        "File::open",
        &["src/source", "src/cli"],
        "only `source` opens data files",
    ),
    (
        "std::fs",
        &[
            "src/source",
            "src/container/apart",
            "src/container/source",
            "src/error.rs",
            "src/detect/catalog",
            "src/cli",
            "src/report/ordered",
            "src/count/store",
            "src/count/file",
            "src/scan/counted",
            "src/scan/state",
        ],
        "only `source` reads data, only `cli` writes",
    ),
    (
        "std::thread",
        &["src/container/pump", "src/container/apart"],
        "threads belong to `scan`, but for that of an open container",
    ),
    ("walkdir", &["src/source"], "only `source` walks"),
    (
        "reveal",
        &["src/value.rs", "src/explain", "src/cli"],
        "values are shown by `explain --reveal` alone",
    ),
    (
        "encoding_rs",
        &[
            "src/decode",
            "src/container/mail",
            "src/container/pdf",
            "src/container/sevenz",
            "src/container/sqlite",
        ],
        "everything past `decode` and those formats is UTF-8",
    ),
];

/// A source file, as text and as code without comments, literals and test modules.
struct Source {
    /// Path from the root of the package, with `/`.
    path: String,
    text: String,
    /// The text with comments and the insides of literals as blanks, line by line as long as the text.
    code: String,
}

impl Source {
    /// Where in `src` it lives: `decode` for `src/decode/csv.rs` and for `src/decode.rs`.
    fn room(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("src/")?;
        Some(rest.split(['/', '.']).next().unwrap_or(rest))
    }

    /// The code that ships: without test modules, and nothing of a file that is all tests.
    fn shipped(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        if ["tests.rs", "fixture.rs", "pattern_files.rs"].contains(&name)
            || self.path.contains("/tests/")
        {
            return "";
        }
        // By house rule tests stand at the end of a file.
        let end = ["#[cfg(test)]\nmod tests {", "#[cfg(test)]\nmod tests;"]
            .iter()
            .filter_map(|mark| self.code.find(mark))
            .min();
        &self.code[..end.unwrap_or(self.code.len())]
    }
}

/// The root of the package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the package, sorted.
fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in [
        "src",
        "tests",
        "benches",
        "examples",
        "fuzz/src",
        "fuzz/fuzz_targets",
    ] {
        collect(&root().join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 20, "the source was not found");
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            let path = path.strip_prefix(root()).unwrap();
            Source {
                path: path.to_str().unwrap().replace('\\', "/"),
                code: blank(&text),
                text,
            }
        })
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(dents) = fs::read_dir(folder) else {
        return;
    };
    for dent in dents {
        let path = dent.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            paths.push(path);
        }
    }
}

/// The text with comments and the insides of literals blanked; line feeds stay.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        out.extend(
            chars[at..end]
                .iter()
                .map(|c| if *c == '\n' { '\n' } else { ' ' }),
        );
        at = end;
    }
    out
}

/// One past the comment or literal that begins here; `at` itself if none does.
fn literal_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    let in_word = at > 0 && is_word(&chars[at - 1]);
    match rest {
        ['/', '/', ..] => at + rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => at + block_comment_len(rest),
        ['"', ..] => at + string_len(rest),
        ['r', '"' | '#', ..] if !in_word => at + raw_string_len(rest, 1),
        ['b', 'r', '"' | '#', ..] if !in_word => at + raw_string_len(rest, 2),
        ['\'', '\\', ..] => {
            at + 3
                + rest[3..]
                    .iter()
                    .position(|c| *c == '\'')
                    .map_or(0, |n| n + 1)
        }
        ['\'', _, '\'', ..] => at + 3,
        _ => at,
    }
}

fn block_comment_len(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at + 1 < rest.len() {
        match (rest[at], rest[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string_len(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 1,
            '"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

/// Length of `r#"..."#`, of which `head` letters precede the hashes; 0 if it is no raw string but `r#name`.
fn raw_string_len(rest: &[char], head: usize) -> usize {
    let hashes = rest[head..].iter().take_while(|c| **c == '#').count();
    let start = head + hashes;
    if rest.get(start) != Some(&'"') {
        return 0;
    }
    let mut at = start + 1;
    while at < rest.len() {
        let closes = rest[at] == '"'
            && rest[at + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes;
        if closes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    rest.len()
}

/// The line of a byte offset, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// Offsets of a path such as `std::fs` or `clap` in code, as a whole word: not `my_clap`, not `clap_lex`.
fn uses(code: &str, word: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .filter(|(at, _)| {
            !code[..*at].ends_with(is_word) && !code[at + word.len()..].starts_with(is_word)
        })
        .map(|(at, _)| at)
        .collect()
}

/// The rooms that code names with `crate::room` or `crate::{room, room::...}`, each with an offset.
fn rooms_named(code: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for at in uses(code, "crate") {
        let rest = &code[at + "crate".len()..];
        let Some(rest) = rest.strip_prefix("::") else {
            continue;
        };
        match rest.strip_prefix('{') {
            Some(list) => named.extend(top_level_names(list).map(|name| (at, name))),
            None => named.push((at, first_name(rest))),
        }
    }
    named.retain(|(_, name)| !name.is_empty());
    named
}

fn first_name(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The first names of the members of a list in braces, up to its end.
fn top_level_names(list: &str) -> impl Iterator<Item = String> {
    let mut depth = 0;
    let mut names = vec![String::new()];
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            c if depth == 0 => names.last_mut().expect("there is a first").push(c),
            _ => {}
        }
    }
    names.into_iter().map(|name| first_name(name.trim()))
}

#[track_caller]
fn fail_if_any(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let problems = sources()
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| {
            format!(
                "{}: begins without `//!`: say what it is and does not know",
                source.path
            )
        })
        .collect();
    fail_if_any(problems);
}

#[test]
fn no_file_holds_two_thoughts() {
    let problems = sources()
        .iter()
        .map(|source| (source.text.lines().count(), source))
        .filter(|(n, _)| *n > LINES_MAX)
        .map(|(n, source)| {
            format!(
                "{}: {n} lines, more than {LINES_MAX}: split it",
                source.path
            )
        })
        .collect();
    fail_if_any(problems);
}

#[test]
fn rooms_import_in_one_direction() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut problems = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        if ["lib", "main", "cli"].contains(&room) {
            continue;
        }
        let Some(may) = allowed.get(room) else {
            problems.push(format!("{}: `{room}` is no room of the table", source.path));
            continue;
        };
        for (at, name) in rooms_named(source.shipped()) {
            if name != room && !may.contains(&name.as_str()) {
                let line = line_of(&source.code, at);
                problems.push(format!(
                    "{}:{line}: `{room}` must not know `{name}`",
                    source.path
                ));
            }
        }
    }
    fail_if_any(problems);
}

#[test]
fn the_table_of_rooms_has_no_circle_but_that_of_audit_and_law() {
    // `law` completes the audit and the audit holds assessments: one wire format, two halves. Nothing else may turn back.
    let position = |name: &str| ROOMS.iter().position(|(room, _)| *room == name);
    for (index, (room, may)) in ROOMS.iter().enumerate() {
        for name in *may {
            let other = position(name).unwrap_or_else(|| panic!("`{name}` is no room"));
            assert!(
                other < index || (*room, *name) == ("audit", "law"),
                "{room} -> {name}"
            );
        }
    }
}

#[test]
fn some_words_belong_to_some_places() {
    let mut problems = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.path.starts_with("src/"))
    {
        for (word, places, why) in RESERVED {
            if places.iter().any(|place| source.path.starts_with(place)) {
                continue;
            }
            for at in uses(source.shipped(), word) {
                let line = line_of(&source.code, at);
                problems.push(format!("{}:{line}: `{word}`: {why}", source.path));
            }
        }
    }
    fail_if_any(problems);
}

#[test]
fn main_is_short() {
    let sources = sources();
    let main = sources
        .iter()
        .find(|source| source.path == "src/main.rs")
        .unwrap();
    assert!(
        main.text.lines().count() <= 40,
        "src/main.rs only calls `cli`"
    );
}

#[test]
fn nothing_unfinished_and_nothing_unsafe() {
    // Put together from halves, because this file is read as well.
    let banned = [
        (["todo", "!"].concat(), "finish it"),
        (["unimpl", "emented!"].concat(), "finish it"),
        (
            ["#[should", "_panic"].concat(),
            "assert on an error instead",
        ),
        (
            ["#[ign", "ore"].concat(),
            "a test that does not run proves nothing",
        ),
        (["dbg", "!("].concat(), "remove it"),
    ];
    let marks = [
        ["FIX", "ME"].concat(),
        ["XX", "X"].concat(),
        ["TO", "DO"].concat(),
    ];
    let mut problems = Vec::new();
    for source in sources() {
        for (word, why) in &banned {
            for (at, _) in source.code.match_indices(word.as_str()) {
                problems.push(format!(
                    "{}:{}: `{word}`: {why}",
                    source.path,
                    line_of(&source.code, at)
                ));
            }
        }
        for mark in &marks {
            for at in uses(&source.text, mark) {
                problems.push(format!(
                    "{}:{}: `{mark}`: finish it",
                    source.path,
                    line_of(&source.text, at)
                ));
            }
        }
        if source.path != "src/bytes.rs" {
            for at in uses(&source.code, "unsafe") {
                let line = line_of(&source.code, at);
                problems.push(format!(
                    "{}:{line}: unsafe outside `src/bytes.rs`",
                    source.path
                ));
            }
        }
        if source.text.lines().any(|line| line.ends_with([' ', '\t'])) {
            problems.push(format!("{}: blanks at the end of a line", source.path));
        }
    }
    fail_if_any(problems);
}

#[test]
fn the_papers_are_there() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "LICENSE",
        "LICENSE-APACHE",
        "NOTICE",
        "Cargo.lock",
    ] {
        assert!(root().join(name).is_file(), "{name} is missing");
    }
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(
        changelog.contains(env!("CARGO_PKG_VERSION")),
        "CHANGELOG.md does not name the version"
    );
}

#[test]
fn every_integration_test_stands_in_the_table_of_contents() {
    let main = fs::read_to_string(root().join("tests/main.rs")).unwrap();
    for dent in fs::read_dir(root().join("tests")).unwrap() {
        let path = dent.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.extension().is_some_and(|ending| ending == "rs") && name != "main" {
            assert!(
                main.contains(&format!("mod {name};")),
                "tests/{name}.rs is never run"
            );
        }
    }
}

#[test]
fn comments_and_literals_are_no_code() {
    #[track_caller]
    fn check(text: &str, want: &str) {
        let blanked = blank(text);
        assert_eq!(
            blanked.split_whitespace().collect::<Vec<_>>().join(" "),
            want
        );
        assert_eq!(blanked.matches('\n').count(), text.matches('\n').count());
    }
    check("a // b\nc", "a c");
    check("a /* b /* c */ d */ e", "a e");
    check(r#"a "b \" c" d"#, "a d");
    check("a r#\"b \" c\"# d", "a d");
    check("a br\"b\" d", "a d");
    check("let r#type = 'x';", "let r#type = ;");
    check(r"f('\'', '\\', '\u{1b}') g", "f( , , ) g");
    check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
}

#[test]
fn imports_are_recognised_in_every_form() {
    #[track_caller]
    fn check(code: &str, want: &[&str]) {
        let named: Vec<String> = rooms_named(code)
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        assert_eq!(named, want, "{code}");
    }
    check("use crate::scan;", &["scan"]);
    check(
        "use crate::detect::{Catalog, pattern::Pattern};",
        &["detect"],
    );
    check(
        "use crate::{scan, report::{Format, write}, law};",
        &["scan", "report", "law"],
    );
    check("fn f() -> crate::law::Level {}", &["law"]);
    check("pub(crate) fn f() {}", &[]);
    check("my_crate::scan", &[]);
    assert_eq!(uses("clap::x; my_clap; clap_lex; (clap)", "clap"), [0, 29]);
}
