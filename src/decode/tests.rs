//! What holds for every decoder: time in proportion to the length of the text, whatever is written, and batches that end at the
//! same byte, whatever the reads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::testing::Sips;
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
    let opened = open(Box::new(&bytes[..]), Some(ending), &limits).unwrap();
    let mut records = opened.records().unwrap();
    let mut batch = Batch::default();
    while records.next_batch(&mut batch).unwrap() {
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

/// Counts what is taken from it.
struct Meter<'a> {
    rdr: Sips<'a>,
    taken: &'a AtomicU64,
}

impl Read for Meter<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.rdr.read(buf)?;
        self.taken.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// The bytes that were taken when each batch was complete.
fn ends(bytes: &[u8], ending: &str, size: usize, block_bytes: usize) -> Vec<u64> {
    let taken = AtomicU64::new(0);
    let rdr = Sips { bytes, size };
    let rdr = Box::new(Meter { rdr, taken: &taken });
    let limits = DecodeLimits {
        block_bytes,
        head_bytes: 1000,
        ..DecodeLimits::default()
    };
    let opened = open(rdr, Some(ending), &limits).unwrap();
    let mut records = opened.records().unwrap();
    let (mut ends, mut batch) = (Vec::new(), Batch::default());
    while records.next_batch(&mut batch).unwrap() {
        ends.push(taken.load(Ordering::Relaxed));
    }
    ends
}

#[test]
fn batches_end_at_the_same_byte_whatever_the_reads() {
    let long = "x".repeat(3000);
    let csv = format!(
        "name,phone\n{}a,\"{long}\n\"\n",
        "张三,13800138000\n".repeat(300)
    );
    let (gbk, ..) = encoding_rs::GB18030.encode(&csv);
    let utf16: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(csv.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let array = format!(
        "[{}",
        "{\"a\":\"x\",\"phone\":\"13800138000\"},\n".repeat(300)
    );
    let dump = [
        SQL,
        &b"INSERT INTO `t` VALUES (1,'a'),(2,'b');\n".repeat(300),
    ]
    .concat();
    let log = format!("{}{long}{long}", "谢谢 13800138000\n".repeat(300));
    for (ending, bytes) in [
        ("csv", csv.as_bytes()),
        ("csv", &gbk),
        ("csv", &utf16),
        ("jsonl", &JSON.repeat(100)),
        ("json", array.as_bytes()),
        ("sql", &dump),
        ("log", log.as_bytes()),
    ] {
        for block in [64, 1000, 4096] {
            let want = ends(bytes, ending, usize::MAX, block);
            assert!(want.len() > 1 && want.is_sorted(), "{ending} by {block}");
            assert!(want.last().is_some_and(|n| *n <= bytes.len() as u64));
            for size in [1, 7, 999, 4096] {
                assert_eq!(
                    ends(bytes, ending, size, block),
                    want,
                    "{ending}, reads of {size}"
                );
            }
        }
    }
}
