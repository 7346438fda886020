//! Tests of delimited rows.

use proptest::prelude::*;

use super::*;
use crate::decode::testing::{Decoded, Fails, Sips, all_ways, collect, drain, utf8};

const COMMA: Dialect = Dialect {
    delimiter: b',',
    has_header: false,
    quotes: true,
    backslash: false,
    preamble_lines: 0,
};

const HEADER: Dialect = Dialect {
    has_header: true,
    ..COMMA
};

const OUTFILE: Dialect = Dialect {
    delimiter: b'\t',
    backslash: true,
    ..COMMA
};

fn decode_with(bytes: &[u8], dialect: Dialect, limits: &DecodeLimits, size: usize) -> Decoded {
    let text = utf8(Sips { bytes, size });
    let decoded = drain(CsvDecoder::new(text, dialect, limits));
    decoded.assert_tabular();
    decoded
}

/// Decodes with every size of read and block, and with a longest record that short tests do not
/// reach.
#[track_caller]
fn decode(bytes: &[u8], dialect: Dialect) -> Decoded {
    all_ways(|size, block_bytes| {
        let limits = DecodeLimits {
            block_bytes,
            ..DecodeLimits::default()
        };
        decode_with(bytes, dialect, &limits, size)
    })
}

#[track_caller]
fn check(text: &str, dialect: Dialect, expected: &[&[&str]]) {
    assert_eq!(decode(text.as_bytes(), dialect).cells(), expected);
}

#[test]
fn rows_and_cells() {
    check("", COMMA, &[]);
    check("\n\r\n  \n", COMMA, &[]);
    check("a,b\nc,d", COMMA, &[&["a", "b"], &["c", "d"]]);
    check("a,b\r\nc,d\r\n", COMMA, &[&["a", "b"], &["c", "d"]]);
    check(" a , b\t\n,\n", COMMA, &[&["a", "b"], &["", ""]]);
    check(
        "张三,\"北京市,海淀区\"\n",
        COMMA,
        &[&["张三", "北京市,海淀区"]],
    );
    check(
        "\u{FEFF}a,b\n\u{FEFF}c,d\n",
        COMMA,
        &[&["a", "b"], &["c", "d"]],
    );
    check(
        "a\x01b\n",
        Dialect {
            delimiter: 1,
            ..COMMA
        },
        &[&["a", "b"]],
    );
}

#[test]
fn rulings_between_bars_are_no_records() {
    let bars = Dialect {
        delimiter: b'|',
        ..HEADER
    };
    let rows = "| --- | --- |\n| - | --- |\n|:---|---:|\n+----+----+\n";
    let text = format!("| a | b |\n{rows}| c | -- |\n| ---- | d |\n{rows}");
    let want: [&[&str]; 2] = [&["", "c", "--", ""], &["", "----", "d", ""]];
    check(&text, bars, &want);
    check("a,b\n---,---\n", HEADER, &[&["---", "---"]]);
}

#[test]
fn quotes() {
    check("\"a\"\"b\",\"\"\n", COMMA, &[&["a\"b", ""]]);
    check("\"a\nb\" , \"c\r\nd\"\r\n", COMMA, &[&["a\nb", "c\r\nd"]]);
    check("\"a\",\"b\"", COMMA, &[&["a", "b"]]);
    check("\"\"\"\"\n", COMMA, &[&["\""]]);
    // a quote inside a value is a letter
    check(
        "5\" pipe,x\ny,\"z\"\n",
        COMMA,
        &[&["5\" pipe", "x"], &["y", "z"]],
    );
    // and so is an opening one whose partner is followed by something else
    check(
        "\"5\" pipe\",x\n\"said \"hi\", ok\",y\n",
        COMMA,
        &[&["\"5\" pipe\"", "x"], &["\"said \"hi\"", "ok\"", "y"]],
    );
    check(
        "\"a\",b\n",
        Dialect {
            quotes: false,
            ..COMMA
        },
        &[&["\"a\"", "b"]],
    );
}

#[test]
fn an_unbalanced_quote_costs_its_own_field_only() {
    let expected: &[&[&str]] = &[&["1", "\"a", "x"], &["2", "b", "y"], &["3", "c", "z"]];
    check("1,\"a,x\n2,b,y\n3,c,z\n", COMMA, expected); // no partner at all
    check("1,\"a,x\n2,\"b\",y\n3,c,z\n", COMMA, expected); // the next quote opens a field
    check(
        "\"1\",\"a,\"x\"\n\"2\",\"b\",\"y\"\n\"3\",\"c\",\"z\"",
        COMMA,
        expected,
    );
    // the next quote is a letter before a delimiter: the lines between are records
    check(
        "1,a,b,c\n2,\"d,e,f\n3,g,h,i\n4,j,5\",k\n6,l,m,n\n",
        COMMA,
        &[
            &["1", "a", "b", "c"],
            &["2", "\"d", "e", "f"],
            &["3", "g", "h", "i"],
            &["4", "j", "5\"", "k"],
            &["6", "l", "m", "n"],
        ],
    );
    // an empty quoted field is no doubled quote for the search's end: nothing closes
    check(
        "1,\"a,x\n2,\"\",y\n",
        COMMA,
        &[&["1", "\"a", "x"], &["2", "", "y"]],
    );
    let last = "a,b\n\"c,d";
    check(last, COMMA, &[&["a", "b"], &["\"c", "d"]]);
}

#[test]
fn a_big_quoted_field_is_one_field() {
    let cell: String = (0..40_000)
        .map(|i| format!("第{i}行，备注, 一段说明 \"\"引\"\"\n"))
        .collect();
    assert!(cell.len() > 1_500_000);
    let text = format!("id,note,tail\n1,\"{cell}\",end\n2,x,y\n");
    let expected = cell.replace("\"\"", "\"");
    for block_bytes in [1000, 1 << 20] {
        let limits = DecodeLimits {
            block_bytes,
            ..DecodeLimits::default()
        };
        let decoded = decode_with(text.as_bytes(), HEADER, &limits, usize::MAX);
        assert_eq!(decoded.rows.len(), 2);
        assert_eq!(decoded.rows[0].cells()[1], expected.trim_end());
        assert_eq!(decoded.rows[1].line, 40_003);
    }
}

#[test]
fn header_and_columns() {
    let decoded = decode(
        "\u{FEFF} 姓名 ,\"手机\"\n张三,1\n李四,2,多余\n王五\n".as_bytes(),
        HEADER,
    );
    assert_eq!(decoded.tables[0].columns, ["姓名", "手机", ""]);
    assert!(decoded.tables[0].has_header);
    assert_eq!(
        decoded.cells(),
        [&["张三", "1"][..], &["李四", "2", "多余"], &["王五"]]
    );
    let decoded = decode(b"a,b\nc\n", COMMA);
    assert_eq!(decoded.tables[0].columns, ["", ""]);
    assert!(!decoded.tables[0].has_header);
    let decoded = decode(b"name,phone\n", HEADER);
    assert!(decoded.rows.is_empty());
    assert_eq!(decoded.tables[0].columns, ["name", "phone"]);
}

#[test]
fn a_repeated_header_is_no_record() {
    let decoded = decode(
        "xm,sjh\na,1\n\u{FEFF}xm,\"sjh\"\r\nb,2\nxm,3\n".as_bytes(),
        HEADER,
    );
    assert_eq!(decoded.cells(), [["a", "1"], ["b", "2"], ["xm", "3"]]);
    assert_eq!(
        decoded.rows.iter().map(|r| r.line).collect::<Vec<_>>(),
        [2, 4, 5]
    );
}

#[test]
fn lines_count_what_quotes_hold() {
    let decoded = decode(b"h,i\n\n\"a\n\n\",b\n\nc,d\n", HEADER);
    let places: Vec<(u64, u64)> = decoded.rows.iter().map(|r| (r.number, r.line)).collect();
    assert_eq!(places, [(1, 3), (2, 7)]);
}

#[test]
fn a_preamble_is_text() {
    let dialect = Dialect {
        preamble_lines: 3,
        ..HEADER
    };
    let decoded = decode(
        "账单明细,,\n\n\"昵称：[张三]\",,\n时间,金额\n8:00,5\n".as_bytes(),
        dialect,
    );
    let rows: Vec<(u32, u64, &str)> = decoded
        .rows
        .iter()
        .map(|r| (r.table, r.line, r.cells()[0]))
        .collect();
    assert_eq!(
        rows,
        [
            (1, 1, "账单明细,,"),
            (1, 3, "\"昵称：[张三]\",,"),
            (0, 5, "8:00")
        ]
    );
    assert_eq!(decoded.tables[0].columns, ["时间", "金额"]);
    assert!(decoded.tables[1].columns.is_empty());
}

#[test]
fn guards_of_spreadsheets_are_stripped() {
    check(
        "=\"0571\",\"=\"\"139\"\"\",'138,'a',`622,\"\t10\t\"\n",
        COMMA,
        &[&["0571", "139", "138", "a", "622", "10"]],
    );
    check("=,',`,\"=\",'x\n", COMMA, &[&["=", "'", "`", "=", "'x"]]);
}

#[test]
fn backslash_dialect() {
    check(
        "a\\\tb\t\\N\tc\\\\d\\n\n\\\\N\te\\\nf\t\"g\\\"h\"\r\n",
        OUTFILE,
        &[&["a\tb", "", "c\\d"], &["\\N", "e\nf", "g\"h"]],
    );
    check("a\\", OUTFILE, &[&["a\\"]]);
    check("\"a\\", OUTFILE, &[&["\"a\\"]]);
    // elsewhere a backslash is a letter
    check(
        "\"C:\\dir\\\",\"\"\"x\\n\"\n",
        COMMA,
        &[&["C:\\dir\\", "\"x\\n"]],
    );
}

#[test]
fn what_unescaping_leaves_is_nul() {
    let text = utf8(&b"\"a\"\"b\"\"c\",d\n"[..]);
    let mut decoder = CsvDecoder::new(text, COMMA, &DecodeLimits::default());
    let mut batch = Batch::default();
    assert!(decoder.next_batch(&mut batch).unwrap());
    assert_eq!(batch.text, b"\"a\"b\"c\0\0\",d\n");
}

#[test]
fn a_row_that_is_too_long_is_text() {
    let long = "13000000001 ".repeat(30);
    let text = format!("a,b\n{long},x\nc,\"d\n e,f\n");
    for block_bytes in [1, 64, 1 << 20] {
        let limits = DecodeLimits {
            block_bytes,
            record_bytes_max: 100,
            ..DecodeLimits::default()
        };
        let decoded = decode_with(text.as_bytes(), COMMA, &limits, usize::MAX);
        let rows = &decoded.rows;
        assert_eq!(rows[0].cells(), ["a", "b"]);
        let pieces: Vec<_> = rows.iter().filter(|r| r.table == 1).collect();
        assert_eq!(pieces.len(), 4);
        assert!(
            pieces
                .iter()
                .all(|r| r.line == 2 && r.cells()[0].len() <= 100)
        );
        assert_eq!(rows[rows.len() - 2].cells(), ["c", "\"d"]);
        assert_eq!(rows[rows.len() - 1].cells(), ["e", "f"]);
        assert_eq!(decoded.problems.len(), 1);
        assert_eq!(decoded.problems[0].line, 2);
    }
}

#[test]
fn a_quote_without_partner_in_a_long_file() {
    let rows = "1,abc,x\n".repeat(1000);
    let text = format!("{rows}2,\"abc,x\n{rows}");
    let limits = DecodeLimits {
        block_bytes: 64,
        record_bytes_max: 2000,
        ..DecodeLimits::default()
    };
    let decoded = decode_with(text.as_bytes(), COMMA, &limits, usize::MAX);
    assert_eq!(decoded.rows.len(), 2001);
    assert_eq!(decoded.rows[1000].cells(), ["2", "\"abc", "x"]);
    assert_eq!(decoded.rows[2000].line, 2001);
    assert!(decoded.problems.is_empty());
}

#[test]
fn a_line_of_delimiters_is_bounded() {
    let text = ",".repeat(100_000);
    let decoded = decode_with(text.as_bytes(), COMMA, &DecodeLimits::default(), usize::MAX);
    assert_eq!(decoded.rows.len(), 1);
    assert_eq!(decoded.rows[0].cells().len(), 1 << 14);
}

#[test]
fn an_error_comes_after_the_last_row() {
    let text = utf8(Fails(b"a,b\nc,d"));
    let (decoded, error) = collect(&mut CsvDecoder::new(text, COMMA, &DecodeLimits::default()));
    decoded.assert_tabular();
    assert_eq!(decoded.cells(), [["a", "b"], ["c", "d"]]);
    assert!(error.is_some());
}

/// A cell as RFC 4180 writes it.
fn written(cell: &str) -> String {
    match cell.contains([',', '"', '\n', '\r']) || cell.starts_with([' ', '=', '\'']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

fn cell() -> impl Strategy<Value = String> {
    // a cell holds line feeds or delimiters, not both: with both it may look like hidden records
    prop_oneof![
        "[a-c0-9\",张王 ;]{0,8}",
        "[a-c0-9\"\n张王 ;]{0,8}",
        "[1-9]{1,3}"
    ]
    .prop_map(|cell| cell.trim().to_owned())
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        // rows of one table: a row longer than the first is damaged, and may look like hidden records
        rows in (2usize..6).prop_flat_map(|n_columns| {
            let row = proptest::collection::vec(cell(), n_columns);
            proptest::collection::vec(row, 1..20)
        }),
        block_bytes in 1usize..200,
        crlf in any::<bool>(),
        ends in any::<bool>(),
    ) {
        let feed = if crlf { "\r\n" } else { "\n" };
        let lines: Vec<String> = rows
            .iter()
            .map(|row| row.iter().map(|c| written(c)).collect::<Vec<_>>().join(","))
            .collect();
        let text = lines.join(feed) + if ends { feed } else { "" };
        let limits = DecodeLimits { block_bytes, ..DecodeLimits::default() };
        let decoded = decode_with(text.as_bytes(), COMMA, &limits, 1000);
        prop_assert_eq!(decoded.cells(), rows);
    }

    #[test]
    fn any_bytes_give_the_same_rows_at_any_size(
        bytes in proptest::collection::vec(prop_oneof![
            Just(b'"'), Just(b','), Just(b'\n'), Just(b'\\'), Just(b'\r'), Just(b'a'), any::<u8>(),
        ], 0..300),
        size in 1usize..50,
        block_bytes in 1usize..100,
        record_bytes_max in 16usize..200,
        has_header in any::<bool>(),
        backslash in any::<bool>(),
    ) {
        let dialect = Dialect { has_header, backslash, ..COMMA };
        let large = DecodeLimits { record_bytes_max, ..DecodeLimits::default() };
        let small = DecodeLimits { block_bytes, ..large };
        let expected = decode_with(&bytes, dialect, &large, usize::MAX);
        prop_assert_eq!(expected, decode_with(&bytes, dialect, &small, size));
    }
}
