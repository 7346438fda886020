//! Tests of lines of text.

use super::*;
use crate::decode::testing::{Fails, collect, drain, open_all_ways, utf8};

fn decode(bytes: &[u8], block_bytes: usize, record_bytes_max: usize) -> Vec<(u64, String)> {
    let limits = DecodeLimits {
        block_bytes,
        record_bytes_max,
        ..DecodeLimits::default()
    };
    let decoded = drain(TextDecoder::new(utf8(bytes), &limits));
    decoded.assert_tabular();
    decoded
        .rows
        .into_iter()
        .map(|mut row| (row.line, row.fields.remove(0).1))
        .collect()
}

#[track_caller]
fn check(bytes: &[u8], expected: &[(u64, &str)]) {
    for block_bytes in [1, 10, 64, 1 << 20] {
        let rows = decode(bytes, block_bytes, 64 << 20);
        let rows: Vec<(u64, &str)> = rows
            .iter()
            .map(|(line, text)| (*line, text.as_str()))
            .collect();
        assert_eq!(rows, expected, "blocks of {block_bytes}");
    }
}

#[test]
fn a_line_is_a_record() {
    check(b"", &[]);
    check(b"\n\r\n\n", &[]);
    check(b"a", &[(1, "a")]);
    check(b"a\nb\r\n\nc", &[(1, "a"), (2, "b"), (4, "c")]);
    check(b"a\0b\n\0\n", &[(1, "a\0b"), (2, "\0")]);
    check(
        "联系人：张三\r\n电话见下".as_bytes(),
        &[(1, "联系人：张三"), (2, "电话见下")],
    );
}

#[test]
fn long_lines_are_cut_between_values() {
    let line = "13000000001,张三 ".repeat(20);
    let bytes = format!("first\n{line}\nlast");
    for block_bytes in [1, 64, 1 << 20] {
        let rows = decode(bytes.as_bytes(), block_bytes, 50);
        assert_eq!(rows[0], (1, "first".to_owned()));
        assert_eq!(*rows.last().unwrap(), (3, "last".to_owned()));
        let pieces = &rows[1..rows.len() - 1];
        assert!(
            pieces
                .iter()
                .all(|(line, piece)| *line == 2 && piece.len() <= 50)
        );
        assert!(pieces.iter().all(|(_, piece)| piece.ends_with([',', ' '])));
        let joined: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
        assert_eq!(joined, line);
    }
}

#[test]
fn a_line_without_a_gap_is_cut_all_the_same() {
    let digits = "7".repeat(1000);
    let rows = decode(digits.as_bytes(), 64, 100);
    assert_eq!(rows.len(), 10);
    let han = "汉".repeat(1000);
    let rows = decode(han.as_bytes(), 64, 100);
    assert!(
        rows.iter()
            .all(|(_, piece)| piece.len() == 99 || piece.len() == 30),
        "between characters"
    );
}

#[test]
fn memory_is_bounded_without_a_line_feed() {
    let limits = DecodeLimits::default();
    let zeros = io::Read::take(io::repeat(b'x'), 20 << 20);
    let mut decoder = TextDecoder::new(utf8(zeros), &limits);
    let mut batch = Batch::default();
    let mut n_bytes = 0;
    while decoder.next_batch(&mut batch).unwrap() {
        assert!(batch.text.capacity() <= 8 << 20);
        n_bytes += batch
            .records
            .iter()
            .map(|r| batch.fields_of(r)[0].span.len())
            .sum::<usize>();
    }
    assert_eq!(n_bytes, 20 << 20);
}

#[test]
fn an_error_comes_after_the_last_line() {
    let text = utf8(Fails(b"a\nb"));
    let (decoded, error) = collect(&mut TextDecoder::new(text, &DecodeLimits::default()));
    decoded.assert_tabular();
    assert_eq!(decoded.rows.len(), 2);
    assert!(error.is_some());
}

#[test]
fn the_same_records_at_any_size() {
    let log = "2024-01-01 08:00:00 INFO 用户登录成功, 来源 10.0.0.1\n\nplain line\r\n".repeat(30);
    let decoded = open_all_ways(log.as_bytes(), Some("log"));
    assert_eq!(decoded.rows.len(), 60);
    assert_eq!(decoded.rows[59].line, 90);
}
