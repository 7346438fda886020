//! Files that pyarrow wrote, value by value; and messages made here byte by byte, whatever they say.

use super::super::DEPTH_MAX;
use super::fixture::Value::{self, Byte, Long, Same, Short, Table as Fields, Tables, Text};
use super::fixture::{
    batch, coded, dictionary, field, int, message, message_of, rows_of, schema_of,
};
use super::*;
use crate::container::Unpacking;
use crate::container::tests::{All, all};
use crate::decode::Container;

/// Rows of every type as they should be shown: a value, another, and nothing.
const ALL_TYPES: [&str; 3] = [
    concat!(
        r#"{"null":null,"bool":true,"i8":-1,"i16":-1,"i32":-1,"i64":-1,"u8":0,"u16":0,"u32":0,"u64":0,"#,
        r#""half":1.5,"float":0.1,"double":13800138000,"d32":123.45,"d64":123.45,"d128":123.45,"d256":123.45,"#,
        r#""utf8":"张\"伟","large_utf8":"a","utf8_view":"short","binary":"text","large_binary":"text","#,
        r#""binary_view":"longer than a view holds","fixed":"abcd","uuid":"00010203-0405-0607-0809-0a0b0c0d0e0f","#,
        r#""date32":"2024-05-19","date64":"2024-05-19","time32":"15:52:00","time64":"15:52:00.000001","#,
        r#""at_s":"2024-05-19 15:52:00","at_ns":"2024-05-19 15:52:00","at_zone":"2024-05-19 15:52:00.25","#,
        r#""duration":90.500,"interval":"P14M-3DT1.5S","list":[1,null],"large_list":["a"],"fixed_list":[1,2],"#,
        r#""list_view":["b","c"],"large_list_view":[true],"struct":{"a":1,"b":{"c":"x"}},"map":{"k":1,"l":null},"#,
        r#""map_of_numbers":{"1":"x"},"dense":"in a union","sparse":"s","dictionary":"b","dictionary_u8":3.5,"#,
        r#""dictionaries":["list"],"runs":"p"}"#,
    ),
    concat!(
        r#"{"null":null,"bool":false,"i8":127,"i16":32767,"i32":2147483647,"i64":9223372036854775807,"#,
        r#""u8":255,"u16":65535,"u32":4294967295,"u64":18446744073709551615,"half":-0.25,"float":null,"double":null,"#,
        r#""d32":-7,"d64":-7,"d128":-7,"d256":-7,"utf8":"","large_utf8":"b,c","utf8_view":"longer than a view holds","#,
        r#""binary":null,"large_binary":"","binary_view":"short","fixed":"efgh","#,
        r#""uuid":"abababab-abab-abab-abab-abababababab","date32":"0001-01-01","date64":"9999-12-31","#,
        r#""time32":"00:00:01","time64":"00:00:00","at_s":"1969-12-31 23:59:59","at_ns":"1969-12-31 23:59:59","#,
        r#""at_zone":"1970-01-01 00:00:00","duration":0,"interval":"P0M0DT0S","list":[],"large_list":["b","c"],"#,
        r#""fixed_list":[3,null],"list_view":["a"],"large_list_view":[],"struct":{"a":null,"b":null},"map":{},"#,
        r#""map_of_numbers":{"-2":null},"dense":8,"sparse":9,"dictionary":"a","dictionary_u8":3.5,"#,
        r#""dictionaries":["in","a"],"runs":"q"}"#,
    ),
    concat!(
        r#"{"null":null,"bool":null,"i8":null,"i16":null,"i32":null,"i64":null,"u8":null,"u16":null,"u32":null,"#,
        r#""u64":null,"half":null,"float":null,"double":null,"d32":null,"d64":null,"d128":null,"d256":null,"#,
        r#""utf8":null,"large_utf8":null,"utf8_view":null,"binary":null,"large_binary":null,"binary_view":null,"#,
        r#""fixed":null,"uuid":null,"date32":null,"date64":null,"time32":null,"time64":null,"at_s":null,"at_ns":null,"#,
        r#""at_zone":null,"duration":null,"interval":null,"list":null,"large_list":null,"fixed_list":null,"#,
        r#""list_view":null,"large_list_view":null,"struct":null,"map":null,"map_of_numbers":null,"dense":"x","#,
        r#""sparse":null,"dictionary":null,"dictionary_u8":2.5,"dictionaries":null,"runs":null}"#,
    ),
];

const END: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

fn arrow(bytes: &[u8]) -> All {
    all(Container::Arrow, bytes, "a.arrow", &Unpacking::default())
}

/// The table of a stream of these messages, or why it is not whole.
#[track_caller]
fn check(messages: &[Vec<u8>], want: Result<&str, &str>) {
    let bytes = [&messages.concat()[..], &END].concat();
    let (members, ended) = arrow(&bytes);
    assert_eq!((members.len(), ended), (1, None));
    assert_eq!(members[0].0, "table");
    match (&members[0].1, want) {
        (Ok(bytes), Ok(want)) => assert_eq!(String::from_utf8_lossy(bytes), want),
        (Err(reason), Err(want)) => assert!(reason.contains(want), "{reason}"),
        (got, want) => panic!("{got:?} and not {want:?}"),
    }
}

/// A stream that is no table at all.
#[track_caller]
fn refused(bytes: &[u8], want: &str) {
    let (members, ended) = arrow(bytes);
    assert!(members.is_empty(), "{want}");
    let ended = ended.expect("a reason");
    assert!(ended.contains(want), "{ended}");
}

/// Bytes of a file that a test made, as far as they were read, and the reason.
fn so_far(bytes: &[u8]) -> (String, Option<Reason>) {
    use std::io::Read;
    let source = crate::container::Source::Stream(Box::new(std::io::Cursor::new(bytes.to_vec())));
    let unpacking = Unpacking::default();
    let opened = crate::container::Members::open(Container::Arrow, source, "a", &unpacking);
    let mut members = opened.expect("opened");
    let member = members.next_member().expect("a member");
    let mut rdr = member.content.expect("content");
    let (mut text, mut block) = (Vec::new(), [0; 4_096]);
    loop {
        match rdr.read(&mut block) {
            Ok(0) => return (String::from_utf8_lossy(&text).into_owned(), None),
            Ok(n) => text.extend_from_slice(&block[..n]),
            Err(error) => {
                let reason = crate::container::reason_in(&error).cloned();
                return (String::from_utf8_lossy(&text).into_owned(), reason);
            }
        }
    }
}

#[test]
fn values_of_all_types_are_shown() {
    let stream = include_bytes!("../../../../tests/data/formats/few/types.arrows");
    let file = include_bytes!("../../../../tests/data/formats/few/types-lz4.arrow");
    let want: String = ALL_TYPES.iter().flat_map(|row| [row, "\n"]).collect();
    for bytes in [&stream[..], &file[..]] {
        let (rows, reason) = so_far(bytes);
        assert_eq!(rows, want);
        // Two bytes that are no text.
        let reason = reason.expect("a reason").to_string();
        assert_eq!(reason, "unsupported format: 1 values hold binary data");
    }
}

#[test]
fn dictionaries_grow_and_are_replaced() {
    let grown = include_bytes!("../../../../tests/data/formats/few/grown.arrows");
    let replaced = include_bytes!("../../../../tests/data/formats/few/replaced.arrows");
    let want = "姓名\n张伟\n王芳\n张伟\n王芳\n李娜\n张伟\n王芳\n李娜\n赵敏\n";
    for bytes in [&grown[..], &replaced[..]] {
        assert_eq!(so_far(bytes), (want.to_owned(), None));
    }
}

#[test]
fn rows_are_written_by_their_schema() {
    let numbers = [schema_of(vec![int("a", 16), int("b", 8)])];
    let body = [1, 0, 0xFF, 0xFF, 7, 8];
    let rows = rows_of(2, &[2, 2], &[(0, 0), (0, 4), (0, 0), (4, 2)], &body);
    let messages = [&numbers[..], &[rows]].concat();
    check(&messages, Ok("a,b\n1,7\n-1,8\n"));
    // Intervals that pyarrow does not write: months; days and milliseconds.
    let schema = schema_of(vec![
        field("m", 11, vec![(0, Short(0))], Vec::new()),
        field("d", 11, vec![(0, Short(1))], Vec::new()),
    ]);
    let body = [14, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xDC, 0x05, 0, 0];
    let rows = rows_of(1, &[1, 1], &[(0, 0), (0, 4), (0, 0), (4, 8)], &body);
    check(&[schema, rows], Ok("m,d\nP14M0DT0S,P0M-2DT1.5S\n"));
    // Nothing in every row is no row; a table without columns has none either.
    let nothing = schema_of(vec![field("n", 1, Vec::new(), Vec::new())]);
    let rows = rows_of(1 << 60, &[1 << 60], &[], b"");
    check(&[nothing, rows], Ok("n\n"));
    let rows = rows_of(1 << 60, &[], &[], b"");
    check(&[schema_of(Vec::new()), rows], Ok("\n"));
}

#[test]
fn numbers_that_lie_are_told() {
    let schema = || schema_of(vec![int("a", 8), int("b", 8)]);
    let rows = |n: i64, arrays: &[i64; 2], b: (i64, i64)| {
        let buffers = [(0, 0), (0, 2), (0, 0), b];
        [schema(), rows_of(n, arrays, &buffers, &[1, 2, 3, 4])]
    };
    check(&rows(2, &[2, 2], (2, 2)), Ok("a,b\n1,3\n2,4\n"));
    // More rows than there is anything of, in the batch or in an array.
    check(
        &rows(1 << 60, &[2, 2], (2, 2)),
        Err("1 batches have fewer rows"),
    );
    check(
        &rows(1 << 60, &[1 << 60; 2], (2, 2)),
        Err("1 batches have fewer rows"),
    );
    check(
        &rows(2, &[2, 1], (2, 2)),
        Err("1 of 2 columns are read in part"),
    );
    // Buffers that are not in the body, are too short, or stand before it.
    for buffer in [
        (3, 2),
        (2, 1),
        (1 << 40, 2),
        (i64::MAX, i64::MAX),
        (-1, 2),
        (2, -1),
    ] {
        check(
            &rows(2, &[2, 2], buffer),
            Err("1 of 2 columns are read in part"),
        );
        let bytes = rows(2, &[2, 2], buffer).concat();
        let (text, _) = so_far(&bytes);
        assert!(
            text.starts_with("a,b\n1,") && text.contains("\n2,"),
            "{text}"
        );
    }
    // Too few arrays and buffers, lengths below nothing, a codec that does not exist.
    for rows in [
        rows_of(2, &[2], &[(0, 0), (0, 2)], &[1, 2]),
        rows_of(2, &[2, -2], &[(0, 0), (0, 2), (0, 0), (0, 2)], &[1, 2]),
        rows_of(-2, &[2, 2], &[(0, 0), (0, 2), (0, 0), (0, 2)], &[1, 2]),
        message(3, vec![(0, Long(2))], b""),
    ] {
        check(&[schema(), rows], Err("1 batches cannot be read"));
    }
    let mut packed = batch(2, &[2, 2], &[(0, 0), (0, 2), (0, 0), (0, 2)]);
    packed.push((3, Fields(vec![(0, Byte(9))])));
    check(
        &[schema(), message(3, packed, &[1, 2])],
        Err("1 batches cannot be read"),
    );
    // A body that goes on behind the end.
    let rows = batch(2, &[2, 2], &[(0, 0), (0, 2), (0, 0), (2, 2)]);
    let rows = message_of(3, rows, &[1, 2, 3], i64::MAX);
    let (text, reason) = so_far(&[schema(), rows].concat());
    assert_eq!(text, "a,b\n1,3\n2,\n");
    let reason = reason.expect("a reason").to_string();
    assert_eq!(reason, "truncated: ends in the middle of a batch");
}

#[test]
fn packed_buffers_that_lie_are_told() {
    let schema = schema_of(vec![int("a", 8)]);
    let rows = |n_unpacked: i64, packed: &[u8]| {
        let body = [&n_unpacked.to_le_bytes()[..], packed].concat();
        let mut rows = batch(1 << 60, &[1 << 60], &[(0, 0), (0, body.len() as i64)]);
        rows.push((3, Fields(vec![(0, Byte(1))])));
        [schema.clone(), message(3, rows, &body)]
    };
    let packed = zstd::encode_all(&b"\x01\x02"[..], 1).expect("packed");
    for n in [1 << 60, 3] {
        let messages = rows(n, &packed).concat();
        let (text, reason) = so_far(&messages);
        // The third value is missed where it should be.
        assert_eq!(text, "a\n1\n2\n\"\"\n", "{n}");
        let reason = reason.expect("a reason").to_string();
        assert!(
            reason.contains("1 of 1 columns are read in part"),
            "{reason}"
        );
    }
    check(&rows(2, b"no frame at all"), Err("1 of 1 columns are read"));
    check(&rows(-7, &packed), Err("1 batches have fewer rows"));
}

#[test]
fn schemas_that_are_too_much_are_refused() {
    let struct_of = |children: Value| {
        vec![
            (0, Text("s")),
            (2, Byte(13)),
            (3, Fields(Vec::new())),
            (5, children),
        ]
    };
    let schema = |fields: Value| message(1, vec![(1, fields)], b"");
    // A million columns, all of which are the same bytes.
    let many = schema(Same(1_000_000, Box::new(Fields(int("a", 8)))));
    refused(&many, "more than 16384 columns");
    // Two in each of two in each of two: a trillion by a few bytes.
    let doubled = (0..40).fold(int("a", 8), |inner, _| {
        struct_of(Same(2, Box::new(Fields(inner))))
    });
    refused(
        &schema(Tables(vec![Fields(doubled)])),
        "more than 16384 columns",
    );
    let deep = (0..=DEPTH_MAX + 1).fold(int("a", 8), |inner, _| {
        struct_of(Tables(vec![Fields(inner)]))
    });
    refused(&schema(Tables(vec![Fields(deep)])), "64 deep in each other");
    // One long name, of thousands of columns.
    let name: &'static str = Box::leak("n".repeat(1 << 16).into_boxed_str());
    refused(
        &schema(Same(16_000, Box::new(Fields(int(name, 8))))),
        "names of columns of more than 4 MiB",
    );
    // Types that are not known, or of an impossible make.
    refused(
        &schema_of(vec![field("x", 99, Vec::new(), Vec::new())]),
        "not known",
    );
    refused(
        &schema_of(vec![int("x", 7)]),
        "schema of the file is missing or wrong",
    );
    refused(
        &schema_of(vec![field("x", 12, Vec::new(), Vec::new())]),
        "schema of the file",
    );
    refused(
        &schema_of(vec![field("x", 17, Vec::new(), vec![Fields(int("k", 8))])]),
        "schema of the file",
    );
    refused(
        &schema_of(vec![field(
            "x",
            22,
            Vec::new(),
            vec![Fields(int("k", 8)), Fields(int("v", 8))],
        )]),
        "schema of the file",
    );
    refused(
        &message(1, vec![(0, Short(1)), (1, Tables(Vec::new()))], b""),
        "highest byte first",
    );
    refused(b"", "schema of the file");
    refused(b"ARROW1\0\0", "schema of the file");
    refused(&END, "schema of the file");
    refused(&[0xFF, 0xFF, 0xFF, 0xFF, 9, 9], "ends in its schema");
    refused(
        &[0xFF, 0xFF, 0xFF, 0xFF, 8, 0, 0, 0, 1],
        "ends in its schema",
    );
    refused(&[0xFF; 64], "schema of the file");
    refused(
        &[[0xFF; 4].to_vec(), vec![8, 0, 0, 0], vec![0xFF; 8]].concat(),
        "schema of the file",
    );
}

#[test]
fn dictionaries_that_make_no_sense_are_told() {
    let text = || field("d", 5, Vec::new(), Vec::new());
    let schema = || schema_of(vec![coded(text(), 3), int("n", 8)]);
    let ab = || batch(2, &[2], &[(0, 0), (0, 12), (12, 2)]);
    let body = [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, b'a', b'b'];
    let rows = |indexes: [u8; 2]| {
        let body = [indexes, [7, 8]].concat();
        rows_of(2, &[2, 2], &[(0, 0), (0, 2), (0, 0), (2, 2)], &body)
    };
    check(
        &[schema(), dictionary(3, ab(), &body), rows([1, 0])],
        Ok("d,n\nb,7\na,8\n"),
    );
    // The last of its numbers; one that is not there; one below nothing. The others are.
    for index in [2, 0xFF] {
        let messages = [schema(), dictionary(3, ab(), &body), rows([index, 1])];
        let (text, reason) = so_far(&messages.concat());
        assert_eq!(text, "d,n\n,7\nb,8\n");
        let reason = reason.expect("a reason").to_string();
        assert!(
            reason.contains("1 of 2 columns are read in part"),
            "{reason}"
        );
    }
    // None, one that nobody names, and one that cannot be read.
    check(
        &[schema(), rows([0, 1])],
        Err("1 of 2 columns are read in part"),
    );
    check(
        &[schema(), dictionary(4, ab(), &body), rows([0, 1])],
        Err("1 of 2 columns"),
    );
    let broken = batch(2, &[], &[]);
    check(
        &[schema(), dictionary(3, broken, b""), rows([0, 1])],
        Err("1 dictionaries cannot be read"),
    );
    // One that names itself is what the innermost of its values says.
    let inner = coded(field("i", 13, Vec::new(), Vec::new()), 3);
    let own = coded(field("d", 13, Vec::new(), vec![Fields(inner)]), 3);
    let values = batch(1, &[1], &[(0, 0)]);
    let rows = rows_of(1, &[1], &[(0, 0), (0, 1)], &[0]);
    let messages = [schema_of(vec![own]), dictionary(3, values, &[0]), rows];
    check(&messages, Ok("{\"d\":{}}\n"));
    // More of them than can be kept.
    let few: Vec<u8> = (0..65_537)
        .flat_map(|_| {
            message(
                2,
                vec![
                    (0, Long(3)),
                    (1, Fields(batch(0, &[0], &[(0, 0), (0, 0), (0, 0)]))),
                    (2, Byte(1)),
                ],
                b"",
            )
        })
        .collect();
    check(&[schema(), few], Err("dictionaries of more than 96 MiB"));
}

#[test]
fn a_run_without_an_end_ends_at_the_limit() {
    let schema = schema_of(vec![field(
        "r",
        22,
        Vec::new(),
        vec![Fields(int("e", 64)), Fields(int("v", 8))],
    )]);
    let body = [&(1_i64 << 60).to_le_bytes()[..], &[7]].concat();
    let rows = rows_of(
        1 << 60,
        &[1 << 60, 1, 1],
        &[(0, 0), (0, 8), (0, 0), (8, 1)],
        &body,
    );
    let mut unpacking = Unpacking::default();
    unpacking.limits.free_bytes = 1 << 20;
    let (members, ended) = all(Container::Arrow, &[schema, rows].concat(), "a", &unpacking);
    assert_eq!(members.len(), 1);
    let ended = ended.expect("a reason");
    assert!(ended.contains("bytes came out for each byte"), "{ended}");
}

#[test]
fn streams_may_follow_each_other() {
    let table = |n: u8| {
        [
            schema_of(vec![int("a", 8)]),
            rows_of(1, &[1], &[(0, 0), (0, 1)], &[n]),
        ]
        .concat()
    };
    let two = [&table(1)[..], &END, &table(2), &END].concat();
    let names = |bytes: &[u8]| {
        let (members, ended) = arrow(bytes);
        let members = members.into_iter().map(|(name, content)| {
            (
                name,
                content.map(|c| String::from_utf8_lossy(&c).into_owned()),
            )
        });
        (members.collect::<Vec<_>>(), ended)
    };
    let want = vec![
        ("table".to_owned(), Ok("a\n1\n".to_owned())),
        ("table 2".to_owned(), Ok("a\n2\n".to_owned())),
    ];
    assert_eq!(names(&two), (want.clone(), None));
    // Without the mark of the end between them, or behind them.
    assert_eq!(names(&[table(1), table(2)].concat()), (want.clone(), None));
    let (members, ended) = names(&[&two[..], b"and something else"].concat());
    assert_eq!(members, want);
    assert_eq!(
        ended.as_deref(),
        Some("damaged: something else follows the table")
    );
    // Tensors are no tables.
    check(
        &[table(1), message(4, vec![(0, Long(1))], b"")],
        Err("1 tensors"),
    );
}

#[test]
fn the_footer_tells_where_to_go_on() {
    let file = include_bytes!("../../../../tests/data/formats/few/people-none.arrow");
    let marks: Vec<usize> = (8..file.len() - 4)
        .filter(|i| file[*i..].starts_with(&[0xFF; 4]))
        .collect();
    // The schema, batches of 25, 25, 25 and 5 rows, and the mark of the end.
    assert_eq!(marks.len(), 6);
    let n_rows = |text: &str| text.lines().count() - 1;
    let (text, reason) = so_far(file);
    assert_eq!((n_rows(&text), reason), (80, None));
    let mut damaged = file.to_vec();
    damaged[marks[2] + 4..marks[2] + 40].fill(0x77);
    let (text, reason) = so_far(&damaged);
    assert_eq!(n_rows(&text), 55);
    assert!(
        reason
            .expect("a reason")
            .to_string()
            .contains("1 batches cannot be read")
    );
    // The schema: it stands in the footer once more.
    let mut damaged = file.to_vec();
    damaged[marks[0] + 4..marks[0] + 40].fill(0x77);
    assert_eq!(n_rows(&so_far(&damaged).0), 80);
    // A batch that was taken out, with the footer left as it was.
    let without = [&file[..marks[3]], &file[marks[4]..]].concat();
    let (text, reason) = so_far(&without);
    assert_eq!(n_rows(&text), 55);
    assert!(
        reason
            .expect("a reason")
            .to_string()
            .contains("3 batches were read, and the footer tells of 4")
    );
}
