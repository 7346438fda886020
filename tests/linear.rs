//! Hostile text costs time in proportion to its length: counted in instructions, not in seconds.
//!
//! Needs valgrind, and says so where there is none. Each input is measured at three lengths, so that starting up drops out.
//! All inputs are measured together, which takes seconds; only if that fails, one by one, to name the one to blame.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::util::Dir;

/// Shortest length of each input, in bytes; the longest is four times that, and far longer than the pieces in which long
/// lines are taken.
const BYTES: usize = 64 << 10;

/// How many times as much the longer step may cost as the shorter one, which is half as long.
const GROWTH_MAX: f64 = 2.2;

/// Instructions that a byte may cost in a program that is hardly optimised: several times as many as it does.
const INSTRUCTIONS_PER_BYTE_MAX: f64 = 2_000.0;

/// Names of files, and what they repeat.
const INPUTS: &[(&str, &str)] = &[
    ("digits.txt", "0123456789"),
    ("ones.txt", "1"),
    ("ats.txt", "@"),
    ("pairs.txt", "1 2 "),
    ("han.txt", "汉"),
    ("quotes.txt", "\""),
    ("backslashes.txt", "\\"),
    ("local-parts.txt", "a@"),
    ("colons.txt", "::::"),
    ("prefixes.txt", "+86"),
    ("labels.txt", "手机："),
    ("names.txt", "姓名 "),
    ("brackets.txt", "手机)"),
    ("words.txt", "phone = "),
    ("hex.txt", "ab:"),
    ("addresses.txt", "1.1."),
    ("hyphens.txt", "1-"),
    ("full-width.txt", "１"),
    ("mixed.txt", "a1"),
    ("line-feeds.txt", "\n"),
    ("nulls.bin", "\0"),
    ("line.log", "2024-01-01 08:00:00 a=b "),
    ("open-quote.csv", "\"a\n"),
    ("quotes.csv", "\""),
    ("commas.csv", ","),
    ("cells.tsv", "a\tb\n"),
    ("open.json", "{\"a\":"),
    ("lists.json", "["),
    ("open-string.json", "{\""),
    ("tuples.sql", "(1,'a'),"),
    ("quotes.sql", "'"),
    ("comment.sql", "/*"),
];

/// Letters, digits and signs without any order, as in data encoded in base64.
fn base64(n_bytes: usize) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(SIGNS[(state >> 58) as usize])
    };
    (0..n_bytes).map(|_| next()).collect()
}

/// Writes the inputs of which `wanted` is true, each of so many bytes.
fn write(dir: &Dir, folder: &str, n_bytes: usize, wanted: impl Fn(&str) -> bool) {
    dir.folder(folder);
    for (name, unit) in INPUTS.iter().filter(|(name, _)| wanted(name)) {
        let head = match name.ends_with(".sql") {
            true => "INSERT INTO t VALUES ",
            false => "",
        };
        let text = head.to_owned() + &unit.repeat(n_bytes / unit.len());
        dir.file(&format!("{folder}/{name}"), text);
    }
    if wanted("base64.txt") {
        dir.file(&format!("{folder}/base64.txt"), base64(n_bytes));
    }
}

/// Instructions of a scan of the folder by one worker; none where they cannot be counted.
fn instructions(folder: &Path) -> Option<u64> {
    let output = Command::new("valgrind")
        .args([
            "--tool=cachegrind",
            "--cache-sim=no",
            "--cachegrind-out-file=/dev/null",
        ])
        .arg(env!("CARGO_BIN_EXE_leakgauge"))
        .args(["scan", "--threads", "1", "-f", "json"])
        .arg(folder)
        .output()
        .ok()?;
    let log = String::from_utf8_lossy(&output.stderr);
    let refs = log.lines().find_map(|line| line.split("I   refs:").nth(1));
    let refs = refs.map(|n| n.trim().replace(',', ""))?;
    assert!(output.status.code().is_some(), "the scan is killed: {log}");
    refs.parse().ok()
}

/// How many times the cost of the shorter step the longer one costs, and the cost of a byte in it.
fn growth(wanted: impl Fn(&str) -> bool + Copy) -> Option<(f64, f64)> {
    let dir = Dir::new();
    let mut costs = Vec::new();
    for factor in [1, 2, 4] {
        let folder = factor.to_string();
        write(&dir, &folder, factor * BYTES, wanted);
        costs.push(instructions(&dir.path(&folder))? as f64);
    }
    let n_inputs = fs::read_dir(dir.path("1")).unwrap().count();
    let (short, long) = (costs[1] - costs[0], costs[2] - costs[1]);
    Some((long / short, long / (2 * BYTES * n_inputs) as f64))
}

#[test]
fn hostile_text_costs_in_proportion_to_its_length() {
    let Some((all, per_byte)) = growth(|_| true) else {
        eprintln!("not tested: valgrind is not installed");
        return;
    };
    if all <= GROWTH_MAX && per_byte <= INSTRUCTIONS_PER_BYTE_MAX {
        return;
    }
    let names = INPUTS.iter().map(|(name, _)| *name).chain(["base64.txt"]);
    for name in names {
        let (growth, per_byte) = growth(|n| n == name).expect("valgrind ran before");
        assert!(
            growth <= GROWTH_MAX && per_byte <= INSTRUCTIONS_PER_BYTE_MAX,
            "{name}: twice the step costs {growth:.2} times as much, {per_byte:.0} instructions a byte"
        );
    }
    panic!("all inputs together: {all:.2} times as much, {per_byte:.0} instructions a byte");
}

#[test]
fn many_empty_files_are_listed_each_once() {
    let dir = Dir::new();
    for folder in 0..10 {
        dir.folder(&folder.to_string());
        for file in 0..1000 {
            dir.file(&format!("{folder}/{file}"), "");
        }
    }
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.paths().len(), 10_000);
}

#[test]
fn a_deep_folder_is_walked_to_its_end_or_named() {
    let dir = Dir::new();
    // As deep as paths are allowed to be long on most systems.
    let deep = "d/".repeat(1500);
    fs::create_dir_all(dir.path(&deep)).unwrap();
    dir.file(&format!("{deep}a.txt"), "13800010001\n");
    let audit = dir.audit(&["."], 0);
    assert_eq!(audit.matches("cn.mobile"), 1);
}
