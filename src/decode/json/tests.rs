//! Tests of the JSON decoder.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::JsonDecoder;
use crate::decode::charset::Transcoder;
use crate::decode::testing::{Decoded, Fails, Sips, all_ways, drain, limits, utf8};
use crate::decode::{Decode, Encoding, Problem};
use crate::error::Reason;
use crate::record::Batch;

fn read_with(text: &[u8], lines: bool, (read, block): (usize, usize), record: usize) -> Decoded {
    let text = utf8(Sips {
        bytes: text,
        size: read,
    });
    drain(JsonDecoder::new(text, lines, &limits(block, record)))
}

/// Reads with every combination of sizes, which must agree.
#[track_caller]
fn read_all_ways(text: &[u8], lines: bool, record: usize) -> Decoded {
    all_ways(|read, block| read_with(text, lines, (read, block), record))
}

/// `want` are the records in short, then the reasons of problems, one a line.
#[track_caller]
fn check(text: &str, lines: bool, want: &[&str]) {
    check_record_max(text, lines, 10_000, want);
}

#[track_caller]
fn check_record_max(text: &str, lines: bool, record: usize, want: &[&str]) {
    let got = read_all_ways(text.as_bytes(), lines, record);
    assert_eq!(got.short(), want.join("\n"));
}

#[test]
fn lines() {
    check(
        "{\"name\":\"张三\",\"n\":1}\n\n  {\"n\":-2.5e3,\"ok\":true,\"no\":null}\r\n",
        true,
        &["@1: name=张三; n=1", "@3: n=-2.5e3; ok=true"],
    );
    check(
        "{\"a\":1}{\"a\":2} {\"a\":3}",
        true,
        &["@1: a=1", "@1: a=2", "@1: a=3"],
    );
    check("{\"a\":1},\n{\"a\":2},\n", true, &["@1: a=1", "@2: a=2"]);
    check("\"x\"\n12\n", true, &["@1: =x", "@2: =12"]);
    check("12", true, &["@1: =12"]);
    check("{}\n[]\nnull\n{\"a\":\"\"}", true, &["@4: a="]);
    check("", true, &[""]);
    check(" \n\t", true, &[""]);
}

#[test]
fn rows_have_the_names_above_them() {
    let rows = "[\"张三\",\"13800138000\"],[\"李四\",null,{\"x\":1}]";
    // As the first row: of a document, of a list in it, and in lines.
    let top = format!("[[\"name\",\"\\u0070hone\"],{rows}]");
    let want = ["@1: name=张三; phone=13800138000", "@1: name=李四; [2].x=1"];
    check(&top, false, &want);
    let listed = format!("{{\"values\" : [ [\"name\",\"phone\"] ,{rows}]}}");
    check(
        &listed,
        false,
        &want
            .map(|row| format!("values{row}"))
            .each_ref()
            .map(|row| &**row),
    );
    let lines = format!("[\"name\",\"phone\"]\n{}\n", rows.replace("],[", "]\n["));
    let want = ["@2: name=张三; phone=13800138000", "@3: name=李四; [2].x=1"];
    check(&lines, true, &want);
    // In a list before them, as strings or as objects with a name.
    for (columns, first) in [
        ("[\"name\",\"phone\"]", "columns[]=name; columns[]=phone"),
        (
            "[{\"name\":\"name\",\"t\":1},{\"t\":2,\"name\":\"phone\"}]",
            "name=name; t=1\ncolumns@1: t=2; name=phone",
        ),
    ] {
        let text = format!("{{\"columns\":{columns},\"index\":[0,1],\"data\":[{rows}]}}");
        let got = read_all_ways(text.as_bytes(), false, 10_000).short();
        assert!(
            got.contains("data@1: name=张三; phone=13800138000\n"),
            "{got}"
        );
        assert!(got.contains(first), "{got}");
    }
    // The same place with other names is another table; with the same, the same.
    let text = "[{\"a\":1}]".to_owned()
        + "{\"v\":[[\"name\",\"phone\"],[\"A\",\"138\"]]}{\"v\":[[\"phone\",\"name\"],[\"138\",\"A\"]]}"
        + "{\"v\":[[\"phone\",\"name\"],[\"139\",\"B\"]]}";
    check(
        &text,
        false,
        &[
            "@1: a=1",
            "v@1: name=A; phone=138",
            "v@1: phone=138; name=A",
            "v@1: phone=139; name=B",
        ],
    );
    // Numbers and nested lists have none.
    check(
        "[[1,2],[3,4]]",
        false,
        &["@1: [0]=1; [1]=2", "@1: [0]=3; [1]=4"],
    );
}

#[test]
fn a_key_as_long_as_a_record_is_none_wherever_blocks_end() {
    let long = "k".repeat(30);
    for text in [
        format!("{{\"{long}\": 1, \"b\": 13900000000}}"),
        format!("{{\"a\": 1, \"{long}\": 13900000000}}"),
    ] {
        let got = read_all_ways(text.as_bytes(), false, 16);
        assert_eq!(got.short().matches('k').count(), 30, "{}", got.short());
        assert!(!got.problems.is_empty());
    }
}

#[test]
fn nested_values_are_flattened() {
    check(
        r#"{"user":{"name":"李四","tel":{"home":"0592-1"}},"phones":["1","2"],"items":[{"n":"a"},{"n":"b","x":[[3]]}],"e":{},"f":[]}"#,
        true,
        &[
            "@1: user.name=李四; user.tel.home=0592-1; phones[]=1; phones[]=2; items[].n=a; \
             items[].n=b; items[].x[][]=3",
        ],
    );
    check(
        r#"["a",{"b":[1]},null,["c"]]"#,
        true,
        &["@1: [0]=a; [1].b[]=1; [3][]=c"],
    );
}

#[test]
fn a_record_that_is_pretty_printed() {
    check(
        "{\n  \"a\": 1,\n  \"b\": \"x\\ny\"\n}\n{\n  \"a\": 2\n}\n",
        true,
        &["@1: a=1; b=x\ny", "@5: a=2"],
    );
}

#[test]
fn strings_are_unescaped() {
    check(
        r#"{"\u59d3\u540d":"\u5f20\u4e09\/\"x\"","e":"\ud83d\ude00\ud83d|","j":"{\"a\":1}"}"#,
        true,
        &["@1: 姓名=张三/\"x\"; e=😀\u{FFFD}|; j={\"a\":1}"],
    );
}

#[test]
fn keys_that_are_data_are_fields() {
    check(
        r#"{"m":{"13900000000":{"n":"a"},"b@example.com":1}}"#,
        true,
        &["@1: m.{key}=13900000000; m.{key}.n=a; m.{key}=b@example.com; m.{key}=1"],
    );
    // In a document each such entry is a record of its own.
    check(
        r#"{"v":1,"13900000000":{"n":"a","l":[{"x":1}],"t":["u"]},"13900000001":"b","13900000002":["c"],"13900000003":null}"#,
        false,
        &[
            "{key}.l@1: x=1",
            "@1: {key}=13900000000; {key}.n=a; {key}.t[]=u",
            "@1: {key}=13900000001; {key}=b",
            "@1: {key}=13900000002; {key}[]=c",
            "@1: {key}=13900000003",
            "@1: v=1",
        ],
    );
}

#[test]
fn arrays_of_a_document() {
    check(
        "[\n{\"a\":1},\n{\"a\":2}\n]\n",
        false,
        &["@2: a=1", "@3: a=2"],
    );
    check(
        r#"["x",{"a":1},["y",2],null]"#,
        false,
        &["@1: =x", "@1: a=1", "@1: [0]=y; [1]=2"],
    );
    check(
        "{\"code\":0,\"data\":{\"total\":2,\n\"list\":[{\"p\":\"1\"},\n{\"p\":\"2\"}],\"tags\":[\"t\",\"u\"]},\"msg\":\"o\\u006b\"}",
        false,
        &[
            "data.list@2: p=1",
            "data.list@3: p=2",
            "@1: code=0; data.total=2; data.tags[]=t; data.tags[]=u; msg=ok",
        ],
    );
    check(
        r#"{"rows":[["a","1"],["b","2"]]}"#,
        false,
        &["rows@1: [0]=a; [1]=1", "rows@1: [0]=b; [1]=2"],
    );
    check(r#"{"a":{"b":{"c":"d"}}}"#, false, &["@1: a.b.c=d"]);
    check("\"x\"", false, &["@1: =x"]);
    check("{}", false, &[""]);
}

#[test]
fn a_value_behind_the_document_is_read_too() {
    check(
        "{\"a\":1}\n{\"a\":2}\n[{\"a\":3}]",
        false,
        &["@1: a=1", "@2: a=2", "@3: a=3"],
    );
}

#[test]
fn the_rest_goes_out_when_it_is_large() {
    let members: Map<String, Value> = (10..40)
        .map(|n| (format!("k{n}"), json!("0123456789")))
        .collect();
    let text = json!({ "l": members }).to_string();
    let got = read_all_ways(text.as_bytes(), false, 100);
    assert_eq!(
        got.rows.iter().map(|r| r.fields.len()).collect::<Vec<_>>(),
        [11, 11, 8]
    );
    assert_eq!(got.problems, []);
}

const MALFORMED: &str = "! 2 malformed: 1 stretch read as text";

#[test]
fn a_bad_line_is_text() {
    check(
        "{\"a\":1}\n{\"a\":x}\n{\"a\":2}\n",
        true,
        &["@1: a=1", "@2: TEXT={\"a\":x}", "@3: a=2", MALFORMED],
    );
    check(
        "{\"a\":1}\n{\"a\":\"x\n{\"a\":2}\n",
        true,
        &["@1: a=1", "@2: TEXT={\"a\":\"x", "@3: a=2", MALFORMED],
    );
    check(
        "{\"a\":1}\n{\"a\":{\"b\":1}\n{\"a\":2}\n",
        true,
        &["@1: a=1", "@2: TEXT={\"a\":{\"b\":1}", "@3: a=2", MALFORMED],
    );
    check(
        "{\"a\":1}\n电话 139\n{\"a\":2}\n",
        true,
        &["@1: a=1", "@2: TEXT=电话 139", "@3: a=2", MALFORMED],
    );
    check(
        "{\"a\":[}\n{\"a\":1}\n{,}\nx",
        true,
        &[
            "@1: TEXT={\"a\":[}",
            "@2: a=1",
            "@4: TEXT=x",
            "! 1 malformed: 2 stretches read as text",
        ],
    );
}

#[test]
fn where_blocks_end_leaves_no_trace_in_the_tables() {
    // The first parts look like a number and like a key that is data. UTF-16 is not read line by line.
    for (text, columns) in [
        ("12345678x", &[][..]),
        ("{\"\\u00345678\":1}", &["45678"]),
        ("{\"a\":12345678x}", &[]),
        ("{\"123456789012\"}", &[]),
    ] {
        for n_before in 0..8 {
            let text = " ".repeat(n_before) + text;
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for block in [1, 64, 1000] {
                let text = Transcoder::new(Box::new(&bytes[..]), Encoding::Utf16Le);
                let got = drain(JsonDecoder::new(text, true, &limits(block, 10_000)));
                assert_eq!(got.tables[0].columns, columns, "{block}: {}", got.short());
            }
        }
    }
}

#[test]
fn a_document_is_picked_up_behind_damage() {
    check(
        "[{\"a\":1},\n{\"a\":\"x\"y\"},\n{\"a\":2}]",
        false,
        &[
            "@1: a=1",
            "@2: TEXT={\"a\":\"x\"y\"},",
            "@3: a=2",
            MALFORMED,
        ],
    );
    check(
        "{\"l\":[{\"a\":1},{\"a\":x},{\"a\":2}],\"t\":3}",
        false,
        &[
            "l@1: a=1",
            "l@1: TEXT={\"a\":x},",
            "l@1: a=2",
            "@1: t=3",
            "! 1 malformed: 1 stretch read as text",
        ]
        .map(|s| s.replace("l@1: TEXT", "@1: TEXT"))
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>(),
    );
    check(
        "{\"a\":1,\nb:2,\n\"l\":[\n{\"p\":3},\n{\"p\":4}\n]}\n",
        false,
        &[
            "@1: a=1",
            "@2: TEXT=b:2,",
            "@3: TEXT=\"l\":[",
            "@4: p=3",
            "@5: p=4",
            MALFORMED,
        ],
    );
}

#[test]
fn a_cut_file_keeps_what_it_has() {
    let cut = "! 2 truncated: the file ends inside a record";
    check(
        "{\"a\":1}\n{\"a\":2,\"b\":\"1390",
        true,
        &["@1: a=1", "@2: a=2; b=1390", cut],
    );
    check(
        "{\"a\":1}\n{\"a\":2,\"13900000000",
        true,
        &["@1: a=1", "@2: a=2; {key}=13900000000", cut],
    );
    check(
        "[{\"a\":1},\n{\"a\":\"x\\u5f",
        false,
        &["@1: a=1", "@2: a=x\\u5f", cut],
    );
    check("[{\"a\":1},\n", false, &["@1: a=1", cut]);
    check(
        "{\"t\":1,\n\"l\":[{\"a\":2},{\"a\":3",
        false,
        &["l@2: a=2", "l@2: a=3", "@1: t=1", cut],
    );
    check("{\"t\":1,\n\"u\":\"ab", false, &["@1: t=1; u=ab", cut]);
}

#[test]
fn deep_nesting_is_text() {
    let deep = format!("{{\"a\":{}1{},\"b\":2}}", "[".repeat(40), "]".repeat(40));
    for lines in [true, false] {
        let got = read_all_ways(deep.as_bytes(), lines, 10_000);
        let fields: Vec<_> = got.rows.iter().flat_map(|r| &r.fields).collect();
        assert!(fields.iter().any(|(c, v)| c == "b" && v == "2"));
        assert!(fields.iter().any(|(_, v)| v.contains("[[1]]")));
        assert_eq!(
            got.problems[0].reason,
            Reason::Limit("1 value nested deeper than 16 read as text".into())
        );
    }
}

#[test]
fn a_record_above_the_limit_is_text() {
    let long = format!(
        "{{\"a\":1}}\n{{\"a\":\"{}\"}}\n{{\"a\":2}}\n",
        "电话".repeat(20)
    );
    let got = read_all_ways(long.as_bytes(), true, 50);
    assert_eq!(
        got.problems,
        [Problem {
            reason: Reason::Limit("1 record of more than 50 bytes read as text".into()),
            line: 2
        }]
    );
    let text: String = got.rows[1..got.rows.len() - 1]
        .iter()
        .map(|r| r.fields[0].1.as_str())
        .collect();
    assert_eq!(text, format!("{{\"a\":\"{}\"}}", "电话".repeat(20)));
    assert_eq!(
        got.rows.last().map(|r| (r.line, r.fields.clone())),
        Some((3, vec![("a".into(), "2".into())]))
    );
}

#[test]
fn many_failing_lines_take_no_time() {
    let text = "[\n".repeat(50_000) + "x";
    let got = read_with(text.as_bytes(), true, (4096, 1 << 16), 1 << 20);
    assert_eq!(got.problems.len(), 2, "{:?}", got.problems);
}

/// Fields of a record by the rules, from a value that was parsed by other code.
fn flatten(value: &Value, path: &str, is_root: bool, out: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::String(s) => out.push((path.to_owned(), s.clone())),
        Value::Bool(_) | Value::Number(_) => out.push((path.to_owned(), value.to_string())),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                let index = if is_root {
                    format!("[{i}]")
                } else {
                    "[]".to_owned()
                };
                flatten(item, &format!("{path}{index}"), false, out);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                let dot = if path.is_empty() { "" } else { "." };
                flatten(item, &format!("{path}{dot}{key}"), false, out);
            }
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z\\\\\"/\n\t张三😀\u{1}{}\\[\\],:]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c姓\"\\\\]{1,3}", inner), 0..4)
                .prop_map(|kv| Value::Object(kv.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn ascii(text: &str) -> String {
    let mut units = [0; 2];
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            let escaped = c
                .encode_utf16(&mut units)
                .iter()
                .map(|u| format!("\\u{u:04x}"));
            out.extend(escaped);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_come_back(values in prop::collection::vec(value(), 1..6), block in 1usize..200, pretty: bool, plain: bool) {
        // The first list may be the names of those below it, if it holds strings, and no other scalars.
        let first = values.iter().find_map(Value::as_array);
        let may_name = |row: &Vec<Value>| {
            row.iter().any(Value::is_string) && !row.iter().any(|v| v.is_boolean() || v.is_number())
        };
        prop_assume!(!first.is_some_and(may_name));
        let mut want = Vec::new();
        let mut lines = String::new();
        for value in &values {
            let mut fields = Vec::new();
            flatten(value, "", true, &mut fields);
            if !fields.is_empty() {
                want.push(fields);
            }
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            lines.push_str(&if plain { text } else { ascii(&text) });
            lines.push('\n');
        }
        let got = read_with(lines.as_bytes(), true, (13, block), 1 << 20);
        prop_assert_eq!(&got.problems, &[]);
        prop_assert_eq!(got.rows.iter().map(|r| r.fields.clone()).collect::<Vec<_>>(), want.clone());
        let array = format!("[{}]", lines.trim_end().replace('\n', if pretty { "\n" } else { ",\n" }));
        if !pretty {
            let got = read_with(array.as_bytes(), false, (13, block), 1 << 20);
            prop_assert_eq!(&got.problems, &[]);
            prop_assert_eq!(got.rows.into_iter().map(|r| r.fields).collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"{}[],:\"\\n1u@ \n".to_vec())], 0..200), lines: bool, block in 1usize..50) {
        let want = read_with(&bytes, lines, (usize::MAX, 1 << 20), 60);
        let got = read_with(&bytes, lines, (3, block), 60);
        // A value that breaks off may leave names of columns behind, more or fewer by how much of
        // it was there.
        prop_assert_eq!((got.rows, got.problems), (want.rows, want.problems));
    }
}

#[test]
fn no_complete_record_is_lost_by_a_cut() {
    let records = [r#"{"a":"张\n三","b":[1,{"c":"\ud83d\ude00"}]}"#; 3];
    let (lines, array) = (records.join("\n"), format!("[{}]", records.join(",")));
    for (text, is_lines) in [(lines, true), (array, false)] {
        let whole = read_with(text.as_bytes(), is_lines, (4096, 64), 1000).rows;
        assert_eq!(whole.len(), 3);
        for cut in 0..text.len() {
            let got = read_with(&text.as_bytes()[..cut], is_lines, (4096, 64), 1000);
            let complete = (1..=3)
                .filter(|n| cut >= usize::from(!is_lines) + n * records[0].len() + n - 1)
                .count();
            assert_eq!(got.rows[..complete], whole[..complete], "cut at {cut}");
            let fields = got.rows.get(complete).map_or(0, |r| r.fields.len());
            let text_of = got.rows.get(complete).map(|r| &r.fields);
            assert!(
                got.rows.len() <= complete + 1 && fields <= 3,
                "cut at {cut}: {text_of:?}"
            );
        }
    }
}

#[test]
fn what_stands_before_a_read_error_is_returned_first() {
    let text = b"{\"a\":1}\n{\"a\":2,\"b\":\"x";
    let mut decoder = JsonDecoder::new(utf8(Fails(text)), true, &limits(64, 1000));
    let (mut batch, mut records) = (Batch::default(), 0);
    let error = loop {
        match decoder.next_batch(&mut batch) {
            Ok(true) => records += batch.records.len(),
            Ok(false) => panic!("the error is told"),
            Err(error) => break error,
        }
    };
    assert_eq!(
        (records, error.to_string().as_str()),
        (2, "the disk is gone")
    );
    assert!(matches!(decoder.next_batch(&mut batch), Ok(false)));
}

#[test]
fn values_of_a_long_list_are_records() {
    let list = |n: usize| {
        (0..n)
            .map(|i| format!("\"v{i}\""))
            .collect::<Vec<_>>()
            .join(",")
    };
    let few = format!(r#"{{"name":"x","list":[{}],"more":1}}"#, list(8));
    let long = format!(r#"{{"name":"x","list":[{}],"more":1}}"#, list(40));
    let decoded = read_all_ways(few.as_bytes(), false, 1 << 20);
    assert_eq!(decoded.rows.len(), 1);
    let decoded = read_all_ways(long.as_bytes(), false, 1 << 20);
    assert_eq!(decoded.rows.len(), 41);
    let cells: Vec<String> = decoded
        .cells()
        .into_iter()
        .map(|row| row.join(" "))
        .collect();
    let want: Vec<String> = (0..40).map(|i| format!("v{i}")).collect();
    assert_eq!(cells[..40], want);
    assert_eq!(cells[40], "x 1");
}
