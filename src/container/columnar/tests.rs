//! Files made here byte by byte, and those of other programs with bytes changed: whatever stands in them, they end with rows or a
//! reason.

use crate::container::Unpacking;
use crate::container::tests::{All, all};
use crate::decode::Container;

const MARK: &[u8; 16] = b"0123456789abcdef";

/// A number as Avro writes it.
fn long(value: i64) -> Vec<u8> {
    let mut value = ((value << 1) ^ (value >> 63)) as u64;
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    [long(text.len() as i64), text.as_bytes().to_vec()].concat()
}

fn header(schema: &str, codec: &str) -> Vec<u8> {
    [
        b"Obj\x01".to_vec(),
        long(2),
        text("avro.schema"),
        text(schema),
        text("avro.codec"),
        text(codec),
        long(0),
        MARK.to_vec(),
    ]
    .concat()
}

fn block(n: i64, data: &[u8]) -> Vec<u8> {
    let n_bytes = long(data.len() as i64);
    [long(n), n_bytes, data.to_vec(), MARK.to_vec()].concat()
}

fn avro(bytes: &[u8]) -> All {
    all(Container::Avro, bytes, "a.avro", &Unpacking::default())
}

/// Rows of a file of one block.
#[track_caller]
fn check(schema: &str, n: i64, data: &[u8], want: Result<&str, &str>) {
    let (members, ended) = avro(&[header(schema, "null"), block(n, data)].concat());
    assert_eq!((members.len(), ended), (1, None), "{schema}");
    match (&members[0].1, want) {
        (Ok(bytes), Ok(want)) => assert_eq!(String::from_utf8_lossy(bytes), want),
        (Err(reason), Err(want)) => assert!(reason.contains(want), "{schema}: {reason}"),
        (got, want) => panic!("{schema}: {got:?} and not {want:?}"),
    }
}

#[test]
fn rows_are_written_by_their_schema() {
    let pair = r#"{"type":"record","name":"P","fields":[{"name":"a","type":"string"},{"name":"b","type":["null","long"]}]}"#;
    let data = [text("x,y"), long(1), long(-3), text("z"), long(0)].concat();
    check(pair, 2, &data, Ok("a,b\n\"x,y\",-3\nz,\n"));
    check(r#""string""#, 1, &text("x"), Ok("value\nx\n"));
    let list = r#"{"type":"array","items":{"type":"int","logicalType":"date"}}"#;
    // A block with its length in front, and one without.
    let data = [long(-1), long(1), long(0), long(1), long(1), long(0)].concat();
    check(
        list,
        1,
        &data,
        Ok("{\"value\":[\"1970-01-01\",\"1970-01-02\"]}\n"),
    );
    let tree = r#"{"type":"record","name":"T","namespace":"n","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","T"]}]}"#;
    let data = [long(1), long(1), long(2), long(0)].concat();
    check(
        tree,
        1,
        &data,
        Ok("{\"v\":1,\"next\":{\"v\":2,\"next\":null}}\n"),
    );
}

#[test]
fn what_is_made_of_little_and_not_written_counts_against_the_limit() {
    let mut unpacking = Unpacking::default();
    unpacking.limits.free_bytes = 1 << 20;
    unpacking.limits.ratio_max = 1;
    let end = |bytes: &[u8]| all(Container::Avro, bytes, "a.avro", &unpacking).1;
    // A record that grows until it is too long, of ten bytes.
    let nulls = header(r#"{"type":"array","items":"null"}"#, "null");
    let ended = end(&[nulls, block(1, &long(i64::MAX))].concat());
    assert!(ended.is_some_and(|told| told.contains("bytes came out for each byte")));
    // Blocks that unpack to much, in which no record is said to be.
    let zeros = zstd::encode_all(&vec![0; 2 << 20][..], 1).expect("it can be packed");
    let ended = end(&[header(r#""string""#, "zstandard"), block(0, &zeros)].concat());
    assert!(ended.is_some_and(|told| told.contains("bytes came out for each byte")));
}

#[test]
fn what_makes_no_sense_is_told() {
    check(
        r#""string""#,
        1,
        &long(100),
        Err("1 blocks are read in part"),
    );
    check(
        r#""string""#,
        1,
        &long(-1),
        Err("1 blocks are read in part"),
    );
    // Fewer records than bytes, and more.
    let two = [text("x"), text("y")].concat();
    check(r#""string""#, 1, &two, Err("1 blocks are read in part"));
    check(r#""string""#, 3, &two, Err("1 blocks are read in part"));
    // A choice that is not there.
    check(r#"["null","int"]"#, 1, &long(2), Err("1 blocks"));
    // Records without a byte are no rows, however many are said to be there.
    check(r#""null""#, i64::MAX, &[], Ok("value\n\"\"\n"));
    // Lists of nothing, without an end; records inside themselves.
    let nulls = r#"{"type":"array","items":"null"}"#;
    check(nulls, 1, &long(i64::MAX), Err("too long or too deep"));
    let endless = r#"{"type":"record","name":"E","fields":[{"name":"e","type":"E"}]}"#;
    check(endless, 1, &[0], Err("too long or too deep"));
    let refused = |bytes: &[u8], want: &str| {
        let (members, ended) = avro(bytes);
        assert!(members.is_empty(), "{want}");
        let ended = ended.expect("a reason");
        assert!(ended.contains(want), "{ended}");
    };
    refused(&header("{", "null"), "the schema of the file");
    refused(&header(r#""person""#, "null"), "the schema of the file");
    refused(&header(r#""string""#, "lzo"), "compression of Avro");
    refused(b"Obj\x01\x02", "ends in the middle");
    refused(
        &[b"Obj\x01\x02".to_vec(), long(-5)].concat(),
        "the header of the file is wrong",
    );
}

#[test]
fn blocks_behind_a_damaged_one_are_read() {
    let good = block(1, &text("x"));
    let bad = [long(-1), long(9), b"none of this".to_vec(), MARK.to_vec()].concat();
    let long_one = [long(1), long(1 << 40), b"nor this".to_vec(), MARK.to_vec()].concat();
    let bytes = [header(r#""string""#, "null"), bad, good, long_one].concat();
    let (members, ended) = avro(&[&bytes[..], &block(1, &text("y"))].concat());
    assert_eq!((members.len(), ended), (1, None));
    let reason = members[0].1.as_ref().expect_err("a reason");
    assert!(
        reason.contains("1 blocks are read in part") && reason.contains("more than 64 MiB"),
        "{reason}"
    );
}

#[test]
fn levels_that_contradict_each_other_leave_objects() {
    let mut bytes = include_bytes!("../../../fuzz/seeds/parquet/nested").to_vec();
    // Definition levels of the keys of a map: the second entry of a row is none.
    assert_eq!(bytes[272], 0);
    bytes[272] = 10;
    let (members, _) = all(Container::Parquet, &bytes, "a", &Unpacking::default());
    let rows = members[0].1.as_ref().expect("rows");
    let rows = std::str::from_utf8(rows).expect("UTF-8").lines();
    for row in rows {
        let value: Result<serde_json::Value, _> = serde_json::from_str(row);
        assert!(value.is_ok(), "{row}");
    }
}

/// Files that end anywhere, and such with a byte that is another.
fn spoil(container: Container, bytes: &[u8]) {
    let check = |bytes: &[u8]| {
        let (members, ended) = all(container, bytes, "a", &Unpacking::default());
        let reasons = members
            .iter()
            .filter_map(|(_, content)| content.as_ref().err());
        for reason in reasons.chain(&ended) {
            assert!(!reason.contains("the unpacker failed"), "{reason}");
        }
        members.iter().all(|(_, content)| content.is_ok()) && ended.is_none()
    };
    assert!(check(bytes));
    for n in (0..bytes.len()).step_by(bytes.len() / 40) {
        assert!(!check(&bytes[..n]), "cut off at {n}");
    }
    for at in (0..bytes.len()).step_by(bytes.len() / 150) {
        for other in [0, 0x7F, 0xFF] {
            let mut bytes = bytes.to_vec();
            bytes[at] = other;
            check(&bytes);
        }
    }
}

#[test]
fn spoiled_files_end_with_a_reason() {
    spoil(
        Container::Parquet,
        include_bytes!("../../../tests/data/formats/few/people-v2.parquet"),
    );
    spoil(
        Container::Parquet,
        include_bytes!("../../../tests/data/formats/few/typed.parquet"),
    );
    spoil(
        Container::Avro,
        include_bytes!("../../../tests/data/formats/few/people-snappy.avro"),
    );
    spoil(
        Container::Arrow,
        include_bytes!("../../../tests/data/formats/few/people-lz4.arrow"),
    );
    spoil(
        Container::Arrow,
        include_bytes!("../../../tests/data/formats/few/typed-zstd.arrow"),
    );
}
