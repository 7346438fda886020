//! Documents and archives made here byte by byte, whole, cut anywhere and hostile. Those of pymongo are in `tests`.

use std::io::{self, Read};

use super::DEPTH_MAX;
use super::archive::{MAGIC, MARK};
use crate::container::tests::{All, all, all_in};
use crate::container::{Members, Source, Unpacking};
use crate::decode::Container;
use crate::decode::sniff::bson::kind;

fn sized(bytes: &[u8], n_more: usize) -> Vec<u8> {
    let n = i32::try_from(bytes.len() + n_more).expect("short");
    [&n.to_le_bytes()[..], bytes].concat()
}

fn text(text: &str) -> Vec<u8> {
    sized(format!("{text}\0").as_bytes(), 0)
}

fn element(kind: u8, key: &str, value: &[u8]) -> Vec<u8> {
    [&[kind], key.as_bytes(), &[0], value].concat()
}

fn document(elements: &[Vec<u8>]) -> Vec<u8> {
    sized(&[&elements.concat()[..], &[0]].concat(), 4)
}

fn string(key: &str, value: &str) -> Vec<u8> {
    element(kind::STRING, key, &text(value))
}

/// A document of one text.
fn person(name: &str) -> Vec<u8> {
    document(&[string("name", name)])
}

fn bson(bytes: &[u8]) -> All {
    all(Container::Bson, bytes, "a.bson", &Unpacking::default())
}

/// The rows of a file of documents, and why they ended early.
fn rows(bytes: &[u8]) -> (String, Option<String>) {
    let source = Source::Stream(Box::new(io::Cursor::new(bytes.to_vec())));
    let members = Members::open(Container::Bson, source, "a", &Unpacking::default());
    let mut members = members.expect("opened");
    let member = members.next_member().expect("a member");
    assert_eq!(member.name, "documents");
    let mut text = Vec::new();
    let ended = member.content.expect("read").read_to_end(&mut text);
    assert!(members.next_member().is_none() && members.ended().is_none());
    let text = String::from_utf8(text).expect("UTF-8");
    for line in text.lines() {
        serde_json::from_str::<serde::de::IgnoredAny>(line).expect("JSON");
    }
    (text, ended.err().map(|error| error.to_string()))
}

#[track_caller]
fn check(bytes: &[u8], want: &str, want_reason: &str) {
    let (text, reason) = rows(bytes);
    assert_eq!(
        (&*text, reason.as_deref().unwrap_or("")),
        (want, want_reason)
    );
}

/// A document of one element.
#[track_caller]
fn check_value(kind: u8, value: &[u8], want: &str) {
    let bytes = document(&[element(kind, "k", value)]);
    check(&bytes, &format!("{{\"k\":{want}}}\n"), "");
}

#[test]
fn values_of_every_type_are_shown() {
    check_value(
        kind::DOUBLE,
        &13_800_138_000.0_f64.to_le_bytes(),
        "13800138000",
    );
    check_value(kind::DOUBLE, &f64::NAN.to_le_bytes(), "null");
    check_value(kind::STRING, &text("张\"伟"), r#""张\"伟""#);
    check_value(kind::STRING, &sized(b"\xD5\xC5\xCE\xB0\0", 0), "\"张伟\"");
    check_value(kind::DOCUMENT, &person("x"), r#"{"name":"x"}"#);
    check_value(kind::DOCUMENT, &document(&[]), "{}");
    let items = [
        element(kind::NULL, "0", &[]),
        string("7", "a"),
        string("", "b"),
    ];
    check_value(kind::ARRAY, &document(&items), r#"[null,"a","b"]"#);
    check_value(kind::UNDEFINED, &[], "null");
    let id: Vec<u8> = (0xA0..0xAC).collect();
    check_value(kind::OBJECT_ID, &id, "\"a0a1a2a3a4a5a6a7a8a9aaab\"");
    check_value(kind::BOOL, &[1], "true");
    check_value(kind::BOOL, &[0], "false");
    let date = 1_716_133_920_050_i64.to_le_bytes();
    check_value(kind::DATE, &date, "\"2024-05-19 15:52:00.05\"");
    check_value(kind::DATE, &i64::MAX.to_le_bytes(), "9223372036854775807");
    check_value(
        kind::DATE,
        &(-1_i64).to_le_bytes(),
        "\"1969-12-31 23:59:59.999\"",
    );
    check_value(kind::NULL, &[], "null");
    check_value(kind::REGEX, b"^a\"\0im\0", r#""/^a\"/im""#);
    let pointer = [text("shop.users"), id.clone()].concat();
    let want = r#"{"$ref":"shop.users","$id":"a0a1a2a3a4a5a6a7a8a9aaab"}"#;
    check_value(kind::DB_POINTER, &pointer, want);
    check_value(kind::CODE, &text("f()"), "\"f()\"");
    check_value(kind::SYMBOL, &text("s"), "\"s\"");
    let code = sized(&[text("f()"), person("x")].concat(), 4);
    let want = r#"{"$code":"f()","$scope":{"name":"x"}}"#;
    check_value(kind::CODE_IN_SCOPE, &code, want);
    check_value(kind::INT32, &(-7_i32).to_le_bytes(), "-7");
    let at = [9_u32.to_le_bytes(), 1_716_133_920_u32.to_le_bytes()].concat();
    check_value(kind::TIMESTAMP, &at, "\"2024-05-19 15:52:00\"");
    check_value(kind::INT64, &i64::MIN.to_le_bytes(), "-9223372036854775808");
    let number = 6_222_021_234_567_890_127_i64;
    check_value(kind::INT64, &number.to_le_bytes(), "6222021234567890127");
    check_value(kind::MIN_KEY, &[], r#"{"$minKey":1}"#);
    check_value(kind::MAX_KEY, &[], r#"{"$maxKey":1}"#);
}

#[test]
fn binary_data_is_text_or_an_identifier_or_counted() {
    let binary = |subtype: u8, bytes: &[u8]| {
        let n = i32::try_from(bytes.len()).expect("short");
        [&n.to_le_bytes()[..], &[subtype], bytes].concat()
    };
    check_value(kind::BINARY, &binary(0, "张伟".as_bytes()), "\"张伟\"");
    check_value(kind::BINARY, &binary(0x80, b"own"), "\"own\"");
    check_value(kind::BINARY, &binary(2, &sized(b"old", 0)), "\"old\"");
    check_value(kind::BINARY, &binary(2, b"none"), "\"none\"");
    let uuid = "\"abababab-abab-abab-abab-abababababab\"";
    check_value(kind::BINARY, &binary(3, &[0xAB; 16]), uuid);
    check_value(kind::BINARY, &binary(4, &[0xAB; 16]), uuid);
    check_value(kind::BINARY, &binary(0, b""), "\"\"");
    let two = [
        element(kind::BINARY, "a", &binary(0, &[1, 2])),
        element(kind::BINARY, "b", &binary(5, &[0xFF; 16])),
        string("c", "x"),
    ];
    check(
        &document(&two),
        "{\"a\":null,\"b\":null,\"c\":\"x\"}\n",
        "unsupported format: 2 values hold binary data",
    );
}

#[test]
fn decimal_numbers_are_exact() {
    let decimal = |is_negative: bool, coefficient: u128, exponent: i32| {
        let exponent = u128::try_from(exponent + 6_176).expect("not below");
        u128::from(is_negative) << 127 | exponent << 113 | coefficient
    };
    let check = |bits: u128, want: &str| check_value(kind::DECIMAL, &bits.to_le_bytes(), want);
    check(decimal(false, 13_800_138_000, 0), "13800138000");
    check(decimal(true, 12_345, -2), "-123.45");
    check(decimal(false, 5, -3), "0.005");
    check(decimal(false, 7, 2), "700");
    check(decimal(true, 0, -6_000), "0");
    let most = 10_u128.pow(34) - 1;
    check(decimal(false, most, 0), &"9".repeat(34));
    check(decimal(false, most + 1, 0), "0");
    check(
        decimal(false, most, 6_111),
        &format!("{}e6111", "9".repeat(34)),
    );
    check(decimal(true, 1, -6_176), "-1e-6176");
    // No numbers, and a coefficient that is too large to be one.
    check(0x78 << 120, "null");
    check(0x7C << 120, "null");
    check(0x6C << 120 | 1, "0");
}

#[test]
fn keys_may_be_anything() {
    let twice = document(&[string("a", "1"), string("a", "2"), string("", "3")]);
    let (text, reason) = rows(&twice);
    assert_eq!(
        (&*text, reason),
        ("{\"a\":\"1\",\"a\":\"2\",\"\":\"3\"}\n", None)
    );
    let mut bytes = document(&[string("ab\"", "x")]);
    bytes[5] = 0xFF;
    check(&bytes, "{\"\u{FFFD}b\\\"\":\"x\"}\n", "");
    check(&document(&[]), "{}\n", "");
    check(&[], "", "");
}

#[test]
fn files_that_end_anywhere_count_what_is_whole() {
    let first = document(&[
        string("a", "x"),
        element(
            kind::DOCUMENT,
            "b",
            &document(&[string("c", "y"), string("d", "z")]),
        ),
        element(kind::INT32, "e", &[1, 0, 0, 0]),
    ]);
    let n_first = first.len();
    let bytes = [first, person("w")].concat();
    let whole = "{\"a\":\"x\",\"b\":{\"c\":\"y\",\"d\":\"z\"},\"e\":1}\n";
    for n in 0..bytes.len() {
        let (text, reason) = rows(&bytes[..n]);
        if n == 0 || n == n_first {
            assert_eq!(reason, None, "{n}");
            assert_eq!(text, if n == 0 { "" } else { whole }, "{n}");
            continue;
        }
        let reason = reason.expect("it is cut");
        assert_eq!(reason, "truncated: ends in the middle of a document", "{n}");
        // Only the end of the first document may be missing.
        assert_eq!(text.starts_with(whole), n + 1 >= n_first, "{n}");
    }
    let cut = "truncated: ends in the middle of a document";
    check(
        &bytes[..n_first - 14],
        "{\"a\":\"x\",\"b\":{\"c\":\"y\"}}\n",
        cut,
    );
    check(&bytes[..n_first - 1], whole, cut);
}

#[test]
fn documents_that_are_damaged_cost_themselves_alone() {
    let damaged = "damaged: 1 documents are read in part or not at all";
    let spoilt = |change: &dyn Fn(&mut Vec<u8>), want: &str| {
        let mut bad = document(&[string("a", "x"), string("name", "y"), string("b", "z")]);
        change(&mut bad);
        let bytes = [person("v"), bad, person("w")].concat();
        let want = format!("{{\"name\":\"v\"}}\n{want}{{\"name\":\"w\"}}\n");
        check(&bytes, &want, damaged);
    };
    let a = "{\"a\":\"x\"}\n";
    // No such type; lengths of a text that are none, or go past the document.
    spoilt(&|b| b[13] = 0x77, a);
    for n in [0, -1, i32::MIN, i32::MAX, 17 << 20, 500] {
        spoilt(&|b| b[19..23].copy_from_slice(&n.to_le_bytes()), a);
    }
    // A key without an end, and a text without one.
    spoilt(&|b| b[14..].fill(b'k'), a);
    spoilt(
        &|b| b[24] = b'!',
        "{\"a\":\"x\",\"name\":null,\"b\":\"z\"}\n",
    );
    // Nothing of it is left.
    spoilt(&|b| b[4] = 0x77, "");
    // The end comes early, or not at all.
    spoilt(&|b| b[13] = 0, a);
    let whole = "{\"a\":\"x\",\"name\":\"y\",\"b\":\"z\"}\n";
    spoilt(&|b| *b.last_mut().expect("a byte") = 1, whole);
    // A truth value that is none.
    let odd = document(&[element(kind::BOOL, "t", &[2]), string("a", "x")]);
    check(&odd, "{\"t\":null,\"a\":\"x\"}\n", damaged);
    // A document that is longer than the one around it, and one that is shorter than it says.
    let mut inner = person("y");
    inner[0] += 40;
    let around = document(&[element(kind::DOCUMENT, "d", &inner), string("a", "x")]);
    let (text, reason) = rows(&around);
    assert!(text.starts_with("{\"d\":{\"name\":\"y\"}"), "{text}");
    assert_eq!(reason.as_deref(), Some(damaged));
    let scope = sized(&[text_of(100), person("x")].concat(), 4);
    let code = document(&[element(kind::CODE_IN_SCOPE, "c", &scope), string("a", "x")]);
    check(&code, "{\"c\":null,\"a\":\"x\"}\n", damaged);
}

/// A text with a length that goes past it.
fn text_of(n: i32) -> Vec<u8> {
    [&n.to_le_bytes()[..], b"x\0"].concat()
}

#[test]
fn lengths_that_make_no_sense_end_the_file() {
    let lost = "damaged: the length of a document makes no sense, the rest of the file is not read";
    for n in [-1, i32::MIN, 0, 1, 4, (16 << 20) + (16 << 10) + 1, i32::MAX] {
        let bytes = [person("v"), n.to_le_bytes().to_vec(), person("w")].concat();
        check(&bytes, "{\"name\":\"v\"}\n", lost);
    }
    // The longest there is, which ends before.
    let n = (16_i32 << 20) + (16 << 10);
    let bytes = [&n.to_le_bytes()[..], &string("a", "x")].concat();
    check(
        &bytes,
        "{\"a\":\"x\"}\n",
        "truncated: ends in the middle of a document",
    );
}

#[test]
fn what_is_too_deep_is_left_out() {
    let nested = |n: usize, kind: u8| {
        (0..n).fold(person("x"), |inner, _| {
            document(&[element(kind, "d", &inner)])
        })
    };
    let (text, reason) = rows(&nested(DEPTH_MAX, kind::DOCUMENT));
    assert!(text.contains("\"name\":\"x\"") && reason.is_none());
    for kind in [kind::DOCUMENT, kind::ARRAY] {
        let bytes = [nested(10_000, kind), person("w")].concat();
        let (text, reason) = rows(&bytes);
        assert!(text.ends_with("{\"name\":\"w\"}\n") && text.len() < 1_000);
        let want = "limit reached: 1 documents are deeper than 100 levels";
        assert_eq!(reason.as_deref(), Some(want));
    }
    // The same without an end, each as long as all.
    let open: Vec<u8> = (0..10_000)
        .flat_map(|_| element(kind::DOCUMENT, "d", &[255, 255, 255, 0]))
        .collect();
    let (_, reason) = rows(&sized(&open, 4));
    assert!(reason.expect("a reason").contains("1 documents are deeper"));
}

#[test]
fn rows_that_are_too_long_lose_what_is() {
    // Controls take six bytes each in JSON.
    let long = "\u{1}".repeat(8 << 20);
    let bytes = document(&[string("a", &long), string("b", "x")]);
    let (text, reason) = rows(&[bytes, person("w")].concat());
    assert!(text.starts_with("{\"a\":") && text.ends_with("}\n{\"name\":\"w\"}\n"));
    let want = "limit reached: 1 rows are longer than 32 MiB";
    assert_eq!(reason.as_deref(), Some(want));
}

fn heading(database: &str, collection: &str, is_last: bool) -> Vec<u8> {
    document(&[
        string("db", database),
        string("collection", collection),
        element(kind::BOOL, "EOF", &[u8::from(is_last)]),
        element(kind::INT64, "CRC", &[0; 8]),
    ])
}

fn block(heading: Vec<u8>, documents: &[Vec<u8>]) -> Vec<u8> {
    [heading, documents.concat(), MARK.to_vec()].concat()
}

fn archive(blocks: &[Vec<u8>]) -> Vec<u8> {
    let header = document(&[string("version", "0.1")]);
    let described = document(&[string("db", "shop"), string("collection", "users")]);
    let prelude = [MAGIC, &header, &described, MARK].concat();
    [prelude, blocks.concat()].concat()
}

/// Two collections that take turns, one without a document, and the log.
fn turns() -> Vec<Vec<u8>> {
    let users = || heading("shop", "users", false);
    let orders = || heading("shop", "orders", false);
    vec![
        block(users(), &[person("a"), person("b")]),
        block(orders(), &[person("c")]),
        block(users(), &[person("d")]),
        block(heading("shop", "users", true), &[]),
        block(orders(), &[person("e")]),
        block(heading("", "oplog", false), &[person("f")]),
        block(heading("shop", "orders", true), &[]),
        block(heading("shop", "none", true), &[]),
        block(heading("", "oplog", true), &[]),
    ]
}

/// Names and rows of members, the rows by their names alone, or why they end early.
fn told(bytes: &[u8]) -> (Vec<String>, Option<String>) {
    let (members, ended) = bson(bytes);
    let members = members.into_iter().map(|(name, content)| match content {
        Ok(rows) => {
            let rows = String::from_utf8(rows).expect("UTF-8");
            let rows = rows.replace("{\"name\":\"", "").replace("\"}\n", "");
            format!("{name}: {rows}")
        }
        Err(reason) => format!("{name}! {reason}"),
    });
    (members.collect(), ended)
}

#[test]
fn collections_of_an_archive_take_turns() {
    let (members, ended) = told(&archive(&turns()));
    let want = [
        "shop.users: ab",
        "shop.orders: c",
        "shop.users 2: d",
        "shop.orders 2: e",
        "oplog: f",
    ];
    assert_eq!((members, ended), (want.map(str::to_owned).to_vec(), None));
    let (members, ended) = told(&archive(&[]));
    assert_eq!((members, ended), (Vec::new(), None));
}

#[test]
fn archives_that_end_anywhere_tell_it() {
    let blocks = turns();
    let bytes = archive(&blocks);
    let ends: Vec<usize> = (0..=blocks.len())
        .map(|n| archive(&blocks[..n]).len())
        .collect();
    // Only where no collection is open an archive may end.
    for n in MAGIC.len()..bytes.len() {
        let (members, ended) = told(&bytes[..n]);
        let is_told = ended.is_some() || members.iter().any(|m| m.contains("! truncated"));
        assert_eq!(is_told, n != ends[0], "{n}: {members:?} {ended:?}");
        if n >= ends[1] {
            assert_eq!(members[0], "shop.users: ab", "{n}");
        }
    }
    let (_, ended) = told(&bytes[..ends[2]]);
    assert_eq!(
        ended.as_deref(),
        Some("truncated: ends before 2 of its collections do")
    );
    let (members, ended) = told(&bytes[..ends[1] - 4]);
    assert_eq!(
        members,
        ["shop.users! truncated: ends in the middle of a document"]
    );
    assert_eq!(ended, None);
}

#[test]
fn archives_go_on_behind_what_is_damaged() {
    let lost = vec![0xEE; 300];
    let users = || heading("shop", "users", false);
    let over = || block(heading("shop", "users", true), &[]);
    // A length inside of a block.
    let bad = block(users(), &[person("a"), lost.clone()]);
    let (members, ended) = told(&archive(&[bad, block(users(), &[person("b")]), over()]));
    let reason =
        "damaged: the length of a document makes no sense, the rest of the block is not read";
    assert_eq!(
        members,
        [
            format!("shop.users! {reason}"),
            "shop.users 2: b".to_owned()
        ]
    );
    assert_eq!(ended, None);
    let some = Some("damaged: 1 blocks are read in part or not at all");
    // One between blocks.
    let good = block(users(), &[person("a")]);
    let between = [
        good.clone(),
        lost.clone(),
        MARK.to_vec(),
        good.clone(),
        over(),
    ];
    let (members, ended) = told(&archive(&between));
    assert_eq!(members, ["shop.users: a", "shop.users 2: a"]);
    assert_eq!(ended.as_deref(), some);
    // A heading that names nothing, and a mark without one.
    for heading in [
        person("x"),
        heading("shop", "", false),
        heading("shop", &"x".repeat(600), false),
        Vec::new(),
    ] {
        let is_none = heading.is_empty();
        let (members, ended) = told(&archive(&[block(heading, &[]), good.clone(), over()]));
        assert_eq!(members, ["shop.users: a"], "{is_none}");
        assert_eq!(ended.as_deref(), some, "{is_none}");
    }
    let (members, _) = told(&archive(&[block(person("x"), &[person("a")])]));
    assert_eq!(members, ["documents: a"]);
    // The header, documents behind the end of a collection, and nothing but a mark of the format.
    let broken = [MAGIC, &lost, MARK, &good, &over()].concat();
    assert_eq!(
        told(&broken),
        (vec!["shop.users: a".to_owned()], some.map(str::to_owned))
    );
    let late = archive(&[
        good.clone(),
        block(heading("shop", "users", true), &[person("b")]),
    ]);
    assert_eq!(told(&late).0, ["shop.users: a", "shop.users 2: b"]);
    assert!(told(MAGIC).1.expect("a reason").starts_with("truncated"));
}

#[test]
fn the_collections_that_are_open_are_limited() {
    let blocks: Vec<Vec<u8>> = (0..17_000)
        .map(|i| block(heading("d", &i.to_string(), false), &[person("x")]))
        .collect();
    let (members, ended) = bson(&archive(&blocks));
    assert_eq!(members.len(), 16_384);
    let want = "limit reached: more than 16384 collections at a time";
    assert_eq!(ended.as_deref(), Some(want));
}

/// Gives so many bytes at a time.
struct Sips(io::Cursor<Vec<u8>>, usize);

impl Read for Sips {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = buf.len().min(self.1);
        self.0.read(&mut buf[..n])
    }
}

#[test]
fn sizes_of_reads_do_not_matter() {
    let documents = [person("a"), document(&[string("b", "张伟")]), vec![7, 0]].concat();
    let damaged = archive(&[turns(), vec![vec![0xEE; 300], MARK.to_vec()], turns()].concat());
    for bytes in [documents, damaged] {
        let want = bson(&bytes);
        for n in 1..=8 {
            let source = Source::Stream(Box::new(Sips(io::Cursor::new(bytes.clone()), n)));
            let members = Members::open(Container::Bson, source, "a", &Unpacking::default());
            assert_eq!(all_in(members.expect("opened")), want, "{n}");
        }
    }
}

#[test]
fn any_byte_may_be_another() {
    let documents = include_bytes!("../../../../tests/data/formats/few/nested.bson");
    let archive = include_bytes!("../../../../tests/data/formats/few/turns.archive");
    for bytes in [&documents[..1_200], &archive[..2_000]] {
        for at in 0..bytes.len() {
            for other in [0, 0x7F, 0xFF] {
                let mut bytes = bytes.to_vec();
                bytes[at] = other;
                let (members, ended) = bson(&bytes);
                let reasons = members
                    .iter()
                    .filter_map(|(_, content)| content.as_ref().err());
                for reason in reasons.chain(&ended) {
                    assert!(!reason.contains("the unpacker failed"), "{at}: {reason}");
                }
            }
        }
    }
}

#[test]
fn a_length_that_is_a_little_wrong_costs_no_other_collection() {
    for n_more in [1, 2, 3, 4, 5, 9, 40] {
        let mut bad = person("b");
        bad[0] += n_more;
        let blocks = [
            block(heading("shop", "users", false), &[person("a"), bad]),
            block(heading("shop", "orders", false), &[person("c")]),
            block(heading("shop", "notes", false), &[person("d")]),
            ["users", "orders", "notes"]
                .map(|name| block(heading("shop", name, true), &[]))
                .concat(),
        ];
        let (members, ended) = told(&archive(&blocks));
        assert!(
            members[0].starts_with("shop.users! damaged: "),
            "{members:?}"
        );
        assert_eq!(
            &members[1..],
            ["shop.orders: c", "shop.notes: d"],
            "{n_more}"
        );
        assert_eq!(ended, None, "{n_more}");
    }
}
