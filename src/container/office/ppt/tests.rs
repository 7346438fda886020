//! Presentations made here record by record: what is rare, damaged or hostile. Those of other programs are in `tests/office.rs`.

use super::super::tests::{ole, read};
use super::shapes::DEPTH_MAX;
use super::*;
use crate::container::office::flow::too_long;
use crate::decode::Container;

/// A record with a version, as those have that hold others, a number among its like, and what is in it.
fn record(version: u16, instance: u16, kind: u16, content: &[u8]) -> Vec<u8> {
    let head = (instance << 4 | version).to_le_bytes();
    let n = (content.len() as u32).to_le_bytes();
    [&head[..], &kind.to_le_bytes(), &n, content].concat()
}

fn holder(instance: u16, kind: u16, records: &[Vec<u8>]) -> Vec<u8> {
    record(0xF, instance, kind, &records.concat())
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn words(text: &str) -> Vec<u8> {
    record(0, 0, kind::TEXT_CHARS, &wide(text))
}

fn string(instance: u16, text: &str) -> Vec<u8> {
    record(0, instance, kind::STRING, &wide(text))
}

/// An entry of a list: the number of a part, and of a slide.
fn listed(part: u32, slide: u32) -> Vec<u8> {
    let numbers = [part, 0, 0, slide, 0].map(u32::to_le_bytes);
    record(0, 0, kind::PERSIST, &numbers.concat())
}

fn shape(records: &[Vec<u8>]) -> Vec<u8> {
    holder(0, kind::SHAPE, records)
}

fn text_box(text: &str) -> Vec<u8> {
    holder(0, 0xF00D, &[words(text)])
}

fn slide(records: &[Vec<u8>]) -> Vec<u8> {
    holder(0, kind::SLIDE, records)
}

/// A document that lists these slides.
fn document(slides: &[(u32, u32)], more: &[Vec<u8>]) -> Vec<u8> {
    let list: Vec<Vec<u8>> = slides
        .iter()
        .map(|(part, slide)| listed(*part, *slide))
        .collect();
    let list = holder(0, kind::LIST_WITH_TEXT, &list);
    holder(0, kind::DOCUMENT, &[&[list], more].concat())
}

type Parts<'p> = &'p [(u32, Vec<u8>)];

/// The stream of a presentation, of which each version has these parts; the first one is the document. And where its newest list stands.
fn stream(versions: &[Parts<'_>]) -> (Vec<u8>, u32) {
    let (mut out, mut edit) = (Vec::new(), 0_u32);
    for (i, parts) in versions.iter().enumerate() {
        let mut list = Vec::new();
        for (number, part) in *parts {
            list.extend((number | 1 << 20).to_le_bytes());
            list.extend((out.len() as u32).to_le_bytes());
            out.extend(part);
        }
        let directory = out.len() as u32;
        out.extend(record(0, 0, kind::PERSIST_DIRECTORY, &list));
        let numbers = [0, 0, if i == 0 { 0 } else { edit }, directory, 1, 0, 0];
        edit = out.len() as u32;
        let numbers = numbers.map(u32::to_le_bytes).concat();
        out.extend(record(0, 0, kind::USER_EDIT, &numbers));
    }
    (out, edit)
}

fn user(token: u32, edit: u32) -> Vec<u8> {
    let numbers = [20, token, edit].map(u32::to_le_bytes);
    record(0, 0, 0x0FF6, &[&numbers.concat()[..], &[0; 8]].concat())
}

const PLAIN: u32 = 0xE391_C05F;

fn deck(versions: &[Parts<'_>]) -> Vec<u8> {
    let (stream, edit) = stream(versions);
    ole(&[
        ("/Current User", &user(PLAIN, edit)),
        ("/PowerPoint Document", &stream),
    ])
}

#[track_caller]
fn check(file: &[u8], want: &[&str]) {
    assert_eq!(read(Container::Ole, file), want);
}

#[test]
fn slides_have_the_words_of_the_outline_and_of_their_shapes() {
    let outline = holder(
        0,
        kind::LIST_WITH_TEXT,
        &[
            listed(2, 256),
            record(0, 0, 3_999, &[0; 4]),
            words("outline"),
            listed(3, 257),
            record(0, 0, kind::TEXT_BYTES, b"Jos\xE9"),
        ],
    );
    let link = |shown: &str, to: &str| {
        let strings = [string(0, shown), string(1, to), string(3, "tel:2222222")];
        holder(0, kind::HYPERLINK, &strings)
    };
    let links = [
        link("write", "mailto:a@example.com"),
        link("x", "mailto:b@example.com"),
    ];
    let mut atom = vec![0; 40];
    atom[24] = 6;
    let parts = [
        record(1, 0, kind::DOCUMENT_ATOM, &atom),
        holder(0, kind::EXTERNALS, &links),
        outline,
        holder(1, kind::LIST_WITH_TEXT, &[listed(5, 0)]),
        holder(2, kind::LIST_WITH_TEXT, &[listed(4, 257)]),
        holder(3, kind::HEADERS_FOOTERS, &[string(2, "a footer")]),
    ];
    let comment = holder(
        0,
        kind::COMMENT,
        &[string(0, "Ann"), string(1, "b@example.com")],
    );
    let tag = |name: &str| {
        let data = record(0, 0, kind::BINARY_DATA, &comment);
        holder(
            0,
            5_000,
            &[holder(0, kind::BINARY_TAG, &[string(0, name), data])],
        )
    };
    let first = [
        holder(
            0,
            kind::GROUP,
            &[shape(&[]), shape(&[text_box("one\rtwo\u{B}three")])],
        ),
        string(0, "a name"),
        tag("___PPT10"),
        tag("OTHER"),
    ];
    let drawn = [
        &[0x80, 0, 7, 0, 0, 0, 0xC0, 0x80, 12, 0, 0, 0][..],
        &wide("drawn\0"),
    ]
    .concat();
    let second = [shape(&[record(3, 2, kind::PROPERTIES, &drawn)])];
    let notes = [
        record(1, 0, kind::NOTES_ATOM, &257_u64.to_le_bytes()),
        text_box("a note"),
    ];
    let packed = {
        use std::io::Write;
        let mut writer = flate2::write::ZlibEncoder::new(
            5_u32.to_le_bytes().to_vec(),
            flate2::Compression::fast(),
        );
        writer.write_all(b"hello").unwrap();
        writer.finish().unwrap()
    };
    let file = deck(&[&[
        (1, holder(0, kind::DOCUMENT, &parts)),
        (2, slide(&first)),
        (3, slide(&second)),
        (4, holder(0, kind::NOTES, &notes)),
        (5, holder(0, kind::MASTER, &[text_box("a master")])),
        (6, holder(0, kind::NOTES, &[text_box("of notes")])),
        (7, slide(&[text_box("nowhere")])),
        (8, record(0, 0, kind::OBJECT, b"as it is")),
        (9, record(0, 1, kind::OBJECT, &packed)),
    ]]);
    check(
        &file,
        &[
            "slide 1: outline/one/two/three/Ann/b@example.com",
            "slide 2: José/drawn",
            "notes of slide 2: a note",
            "masters: a master",
            "notes master: of notes",
            "headers and footers: a footer",
            "pages on no list: nowhere",
            "object 1: as it is",
            "object 2: hello",
            "links: a@example.com",
        ],
    );
}

#[test]
fn tables_are_rows() {
    let cell = |left: i32, top: i32, text: &str| {
        let anchor = [left, top, left + 9, top + 9].map(i32::to_le_bytes);
        shape(&[record(0, 0, kind::ANCHOR, &anchor.concat()), text_box(text)])
    };
    let is_table = shape(&[record(3, 1, kind::MORE_PROPERTIES, &[0x9F, 3, 1, 0, 0, 0])]);
    let cells = [
        is_table.clone(),
        cell(0, 0, "a"),
        cell(10, 0, "b\rc"),
        cell(10, 20, "d"),
        cell(-5, 30, "e"),
        shape(&[text_box("f")]),
    ];
    let mut many = vec![is_table];
    many.extend((0..2_000).map(|i| cell(i, i, "x")));
    let parts = [
        (1, document(&[(2, 256), (3, 257)], &[])),
        (
            2,
            slide(&[text_box("before"), holder(0, kind::GROUP, &cells)]),
        ),
        (3, slide(&[holder(0, kind::GROUP, &many)])),
    ];
    let given = read(Container::Ole, &deck(&[&parts]));
    let table = "slide 1 table 1: ,a,\"b/c\"/,,d/e";
    assert_eq!(given[..2], ["slide 1: before/f", table]);
    // One with too many columns has its cells one behind the other.
    let diagonal = format!("slide 2 table 1: {}", ["x"; 2_000].join("/"));
    assert_eq!(given[2..], [diagonal]);
}

#[test]
fn the_newest_version_is_read() {
    let first: Parts<'_> = &[
        (1, document(&[(2, 256), (3, 257)], &[])),
        (2, slide(&[text_box("old")])),
        (3, slide(&[text_box("kept")])),
    ];
    let second: Parts<'_> = &[(2, slide(&[text_box("new")]))];
    check(&deck(&[first, second]), &["slide 1: new", "slide 2: kept"]);
}

#[test]
fn what_is_missing_or_lies_is_told() {
    let parts = [
        (1, document(&[(2, 256)], &[])),
        (2, slide(&[text_box("words")])),
    ];
    let (whole, edit) = stream(&[&parts]);
    let with = |user: Option<Vec<u8>>, stream: &[u8]| {
        let mut streams = vec![("/PowerPoint Document", stream)];
        streams.extend(user.iter().map(|user| ("/Current User", &user[..])));
        read(Container::Ole, &ole(&streams))
    };
    let lists = "damaged: the lists of the parts of the presentation are wrong or cut off";
    assert_eq!(with(Some(user(PLAIN, edit)), &whole), ["slide 1: words"]);
    assert_eq!(with(Some(user(0xF3D1_C4DF, edit)), &whole), ["!encrypted"]);
    // Lists that are not there: all is read, whatever it belongs to.
    for user in [
        None,
        Some(vec![0; 5]),
        Some(user(PLAIN, 0)),
        Some(user(PLAIN, u32::MAX)),
    ] {
        assert_eq!(with(user, &whole), [format!("text: words!{lists}")]);
    }
    let cut = &whole[..whole.len() - 40];
    let told = "truncated: a record of the presentation has no end";
    let given = with(Some(user(PLAIN, edit)), cut);
    assert_eq!(given, [format!("text: words!{told}")]);
    // Keys of an encrypted one, though its other stream says nothing of it.
    let keys = record(0, 0, kind::USER_EDIT, &[1; 32]);
    let at = whole.len() as u32;
    assert_eq!(
        with(Some(user(PLAIN, at)), &[&whole[..], &keys].concat()),
        ["!encrypted"]
    );
    // A slide that is not there, and one that stands in two places.
    let parts = [
        (1, document(&[(9, 256), (2, 257), (2, 258)], &[])),
        (2, slide(&[text_box("words")])),
    ];
    check(
        &deck(&[&parts]),
        &[&format!("slide 1 !{lists}"), "slide 2: words"],
    );
    // Records in each other.
    let deep = (0..DEPTH_MAX + 2).fold(words("deep"), |inner, _| holder(0, 0xF002, &[inner]));
    let parts = [
        (1, document(&[(2, 256)], &[])),
        (2, slide(&[words("a"), deep])),
    ];
    let told = "limit reached: records of a presentation more than 64 deep";
    check(&deck(&[&parts]), &[&format!("slide 1: a!{told}")]);
    // More words than are taken.
    let half = "x".repeat(TEXT_BYTES_MAX / 2);
    let half = record(0, 0, kind::TEXT_BYTES, half.as_bytes());
    let parts = [
        (1, document(&[(2, 256)], &[])),
        (2, slide(&[half.clone(), half.clone(), words("y")])),
    ];
    let given = read(Container::Ole, &deck(&[&parts]));
    assert!(
        given.len() == 1 && given[0].ends_with(&format!("!{}", too_long())),
        "{}",
        given[0].len()
    );
    // A presentation in another document.
    let (stream, edit) = stream(&[&[(1, document(&[(2, 256)], &[])), (2, slide(&[words("in")]))]]);
    let pictures = record(0, 0, 0xF01D, b"jpeg");
    let user = user(PLAIN, edit);
    let file = ole(&[
        ("/Current User", &user),
        ("/PowerPoint Document", &stream),
        ("/Pictures", &[pictures.clone(), pictures].concat()),
    ]);
    let image = "unsupported format: image in a document";
    check(
        &file,
        &[
            "slide 1: in",
            &format!("picture 1 !{image}"),
            &format!("picture 2 !{image}"),
        ],
    );
}
