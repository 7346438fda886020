//! Hostile text: whatever is written, decoding takes time in proportion to its length.

use std::time::{Duration, Instant};

use super::*;

/// Long enough for time that grows with the square of a record, a line or a block to show.
const BYTES: usize = 4 << 20;

/// Far above what any of them takes, also where the tests share a processor with others.
const TIME_MAX: Duration = Duration::from_secs(10);

const CSV: &[u8] = b"name,phone\na,13800138000\nb,13800138001\nc,13800138002\n";
const JSON: &[u8] = b"{\"a\":\"x\",\"phone\":\"13800138000\"}\n{\"a\":\"y\"}\n{\"a\":\"z\"}\n";
const SQL: &[u8] = b"CREATE TABLE `t` (`a` int, `p` text);\nINSERT INTO `t` VALUES (1,'a');\n";
const ROWS: &[u8] = b"CREATE TABLE `t` (`a` int, `p` text);\nINSERT INTO `t` VALUES (1,'a'),";
const STRING: &[u8] = b"CREATE TABLE `t` (`a` int, `p` text);\nINSERT INTO `t` VALUES (1,'";

#[track_caller]
fn check(ending: &str, head: &[u8], unit: &[u8]) {
    let mut bytes = head.to_vec();
    while bytes.len() < BYTES {
        bytes.extend_from_slice(unit);
    }
    let clock = Instant::now();
    let limits = DecodeLimits::default();
    let mut opened = open(Box::new(&bytes[..]), Some(ending), &limits).unwrap();
    let mut batch = Batch::default();
    while opened.records.next_batch(&mut batch).unwrap() {
        let unit = String::from_utf8_lossy(unit);
        assert!(clock.elapsed() < TIME_MAX, "{ending} of {unit:?}");
    }
}

#[test]
fn hostile_rows_are_read_in_linear_time() {
    for unit in [
        "\"", "\"\n", "\",", "a,\"b\n", "\"a,b\n", "\\", ",", "a \"b\" ", "\r", "\0", "a",
    ] {
        check("csv", CSV, unit.as_bytes());
    }
}

#[test]
fn hostile_values_are_read_in_linear_time() {
    for unit in [
        "\"",
        "\\",
        "[",
        "{",
        "[\n",
        "{\"a\":",
        "{\"a\":1\n",
        "},{",
        "\"a\":1,",
    ] {
        check("jsonl", JSON, unit.as_bytes());
        check("json", b"[{\"a\":1},", unit.as_bytes());
        check("json", b"{\"a\":1,", unit.as_bytes());
    }
    check("jsonl", &[JSON, b"{\"a\":\""].concat(), b"\\\\");
    // Records whose values stand around those of others.
    let unit = "\"13900000001\":{\"a\":\"x\",\"l\":[{\"b\":1}],\"c\":\"y\"},";
    check("json", b"{", unit.as_bytes());
    check("json", b"{", unit.replace(',', ",\n").as_bytes());
}

#[test]
fn hostile_statements_are_read_in_linear_time() {
    for unit in [
        "'",
        "\\",
        "(",
        ";",
        "/*",
        "/* a\n",
        "--",
        "INSERT INTO ",
        "INSERT INTO t VALUES ('\n",
        "CREATE TABLE a (",
        "abc def ",
        "$a$",
        "`",
        "COPY t FROM stdin;\n",
    ] {
        check("sql", SQL, unit.as_bytes());
    }
    for unit in ["(", "(1,", "(1,'a'),(", "(1,'a'),", "(1,'a'"] {
        check("sql", ROWS, unit.as_bytes());
    }
    for unit in ["'", "\\", "a\n", "');"] {
        check("sql", STRING, unit.as_bytes());
    }
}

#[test]
fn hostile_bytes_are_read_in_linear_time() {
    for unit in [
        &b"\xFF"[..],
        b"\xE5\xBC",
        b"a\xFF",
        b"\x80\n",
        b"\xD5\xC5\xC8\xFD",
        b"\xD5\xC5\xFF",
        b"\0",
    ] {
        check("txt", b"", unit);
        check("txt", "姓名\n".as_bytes(), unit);
    }
}
