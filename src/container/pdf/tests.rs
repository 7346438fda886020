//! Documents made by hand to harm, and damaged ones. What those of other programs count is tested in `tests`.

use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use hayro_syntax::page::Resources;

use super::content::{Follower, Matrix, Rule};
use super::*;
use crate::container::pump::Told;
use crate::container::{Members, Source, Unpacking, reason_in};
use crate::decode::Container;

const GBK: &[u8] = include_bytes!("../../../tests/data/formats/few/people-gbk.pdf");

/// All text, and all reasons.
fn read(bytes: Vec<u8>) -> (String, Vec<Reason>) {
    let (members, reasons) = members(bytes);
    let all = members.into_iter().flat_map(|(_, bytes)| bytes);
    (String::from_utf8(all.collect()).unwrap(), reasons)
}

/// Names of the members with their bytes, and all reasons.
fn members(bytes: Vec<u8>) -> (Vec<(String, Vec<u8>)>, Vec<Reason>) {
    let source = Source::Stream(Box::new(Cursor::new(bytes)));
    let unpacking = Unpacking::default();
    let mut members = Members::open(Container::Pdf, source, "x.pdf", &unpacking).unwrap();
    let (mut all, mut reasons) = (Vec::new(), Vec::new());
    while let Some(member) = members.next_member() {
        let mut bytes = Vec::new();
        match member.content.map(|mut rdr| rdr.read_to_end(&mut bytes)) {
            Ok(Err(error)) => reasons.push(reason_in(&error).unwrap().clone()),
            Ok(Ok(_)) => {}
            Err(reason) => reasons.push(reason),
        }
        all.push((member.name, bytes));
    }
    reasons.extend(members.ended().cloned());
    (all, reasons)
}

/// A document of these objects, numbered from 1, without a table of them: the first is its root.
fn document(objects: &[&str]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    for (i, object) in objects.iter().enumerate() {
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", i + 1).bytes());
    }
    out.extend(b"trailer <</Root 1 0 R>>\n%%EOF\n");
    out
}

fn stream(dict: &str, content: &str) -> String {
    let n = content.len();
    format!("<<{dict}/Length {n}>>stream\n{content}\nendstream")
}

const ROOT: &str = "<</Type/Catalog/Pages 2 0 R>>";
const PAGES: &str = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";

#[track_caller]
fn check(content: &str, want: &str) {
    let page = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>";
    let form = stream(
        "/Type/XObject/Subtype/Form/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>",
        "BT /F 10 Tf 1 0 0 1 50 500 Tm (in a form) Tj ET /X Do /X Do",
    );
    let document = document(&[ROOT, PAGES, page, &stream("", content), FONT, &form]);
    assert_eq!(read(document).0, want, "{content}");
}

const PAGE: &str = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>";
const TEXT: &str = "BT /F 10 Tf 100 700 Td (13800138000) Tj ET";

/// What is told of a page that is damaged.
const DAMAGED: &str =
    "damaged: 1 of 1 pages are read in part: damaged: a stream of the document is not whole";

/// A document of one page, whose contents and font are given, and perhaps further objects, from the sixth on.
fn of_page(contents: &str, font: &str, more: &[&str]) -> Vec<u8> {
    document(&[&[ROOT, PAGES, PAGE, contents, font], more].concat())
}

/// Text that a document gives, and the only reason, if there is one, as it is shown.
#[track_caller]
fn check_told(document: Vec<u8>, want: &str, want_reason: &str) {
    let (text, reasons) = read(document);
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    assert_eq!(
        (text.as_str(), reasons.join("; ").as_str()),
        (want, want_reason)
    );
}

#[test]
fn text_is_read_as_it_stands_on_the_page() {
    check(
        "BT /F 10 Tf 100 700 Td (13800) Tj (138000) Tj ET",
        "13800138000\n",
    );
    check(
        "BT /F 10 Tf 100 700 Td [(138) -20 (00138) 10 (000)] TJ ET",
        "13800138000\n",
    );
    check(
        "BT /F 10 Tf 12 TL 100 700 Td (first) Tj (second) ' ET",
        "first\nsecond\n",
    );
    // Written from below, turned by a quarter, and larger by a matrix.
    check(
        "BT /F 10 Tf 0 10 Td (low) Tj 0 90 Td (high) Tj ET",
        "high\nlow\n",
    );
    check(
        "BT /F 10 Tf 0 1 -1 0 300 100 Tm (upwards) Tj ET",
        "upwards\n",
    );
    check(
        "q 2 0 0 2 0 0 cm BT /F 5 Tf 10 10 Td (as large) Tj ET Q",
        "as large\n",
    );
}

#[test]
fn forms_that_use_each_other_over_and_over_end() {
    let page = "<</Type/Page/Contents 4 0 R/Resources<</XObject<</X 6 0 R>>>>>>";
    // Ten forms, each of which shows the next one twenty times, and the last one itself.
    let form = |next: usize| {
        let dict = format!("/Subtype/Form/Resources<</XObject<</X {next} 0 R>>>>");
        stream(&dict, &"/X Do ".repeat(20))
    };
    let mut objects = vec![ROOT.to_owned(), PAGES.to_owned(), page.to_owned()];
    objects.push(stream("", "/X Do"));
    objects.push(FONT.to_owned());
    objects.extend((6..16).map(|i| form((i + 1).min(15))));
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let (text, reasons) = read(document(&objects));
    assert_eq!(text, "");
    assert!(matches!(reasons[..], [Reason::Limit(_)]), "{reasons:?}");
}

#[test]
fn loops_and_what_is_no_document_are_told() {
    // Pages that hold themselves, and a page twice.
    let page = "<</Type/Page/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>";
    let content = stream("", "BT /F 10 Tf 9 9 Td (once) Tj ET");
    let pages = "<</Type/Pages/Kids[2 0 R 3 0 R 3 0 R 2 0 R]/Count 4>>";
    let (text, _) = read(document(&[ROOT, pages, page, &content, FONT]));
    assert_eq!(text, "once\n");
    let (_, reasons) = read(b"%PDF-1.7\nnothing else".to_vec());
    assert!(matches!(reasons[..], [Reason::Damaged(_)]), "{reasons:?}");
    // Lists in lists, in the document and in the instructions.
    let deep = "[".repeat(200_000);
    let content = stream("", &format!("{deep} BT /F 10 Tf (after) Tj ET"));
    let (_, _) = read(document(&[ROOT, PAGES, page, &content, FONT, &deep]));
}

#[test]
fn damage_never_stops_the_program() {
    let mut state = 7u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    for _ in 0..100 {
        let mut bytes = GBK.to_vec();
        for _ in 0..=draw(30) {
            let at = draw(bytes.len());
            bytes[at] = draw(256) as u8;
        }
        bytes.truncate(bytes.len() - draw(2) * draw(4000));
        let (text, _) = read(bytes);
        assert!(text.len() < 1 << 20);
    }
}

#[test]
fn what_follows_an_instruction_that_cannot_be_read_is_read_or_told() {
    let behind = "BT /F 10 Tf 100 680 Td (behind) Tj ET";
    for (between, want, reason) in [
        ("", "13800138000\nbehind\n", ""),
        ("end-of-all", "13800138000\nbehind\n", ""),
        ("1 2 re", "13800138000\nbehind\n", DAMAGED),
        (&"1 ".repeat(40)[..], "13800138000\nbehind\n", DAMAGED),
        // Where the library goes no further, at least the rest is told.
        (")", "13800138000\n", DAMAGED),
        ("(", "13800138000\n", DAMAGED),
    ] {
        let content = stream("", &format!("{TEXT} {between} {behind}"));
        check_told(of_page(&content, FONT, &[]), want, reason);
    }
}

#[test]
fn streams_that_are_not_whole_are_read_as_far_as_they_go() {
    let noise = (0..4_000u32).map(|i| char::from(b'a' + (i.wrapping_mul(i * 7) >> 9) as u8 % 26));
    let content = format!("{TEXT}\n%{}", noise.collect::<String>());
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    zlib.write_all(content.as_bytes()).unwrap();
    let zlib = zlib.finish().unwrap();
    let flate = |bytes: &[u8]| {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        stream("/Filter[/ASCIIHexDecode/FlateDecode]", &format!("{hex}>"))
    };
    let half = flate(&zlib[..zlib.len() / 2]);
    check_told(of_page(&flate(&zlib), FONT, &[]), "13800138000\n", "");
    check_told(of_page(&half, FONT, &[]), "13800138000\n", DAMAGED);
    // A page may have no streams; where one of several is nowhere, it is told.
    let page = PAGE.replace("4 0 R", "[]");
    check_told(document(&[ROOT, PAGES, &page]), "", "");
    let (page, more) = (
        PAGE.replace("4 0 R", "[4 0 R 9 0 R 6 0 R]"),
        stream("", &TEXT.replace('7', "6")),
    );
    let objects = [ROOT, PAGES, &page, &stream("", TEXT), FONT, &more];
    check_told(document(&objects), "13800138000\n13800138000\n", DAMAGED);
    let empty = "<</Length 5>>stream\n\nendstream";
    check_told(of_page(empty, FONT, &[]), "", DAMAGED);
    // An attached file too is handed over as far as it goes.
    let root = "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)<</F(a.txt)/EF<</F 6 0 R>>>>]>>>>>>";
    let document = document(&[root, PAGES, PAGE, &stream("", TEXT), FONT, &half]);
    let (members, reasons) = members(document);
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["text", "a.txt"]);
    assert!(members[1].1.starts_with(TEXT.as_bytes()));
    assert!(matches!(reasons[..], [Reason::Damaged(_)]), "{reasons:?}");
}

#[test]
fn forms_that_cannot_be_decoded_do_not_end_the_page() {
    let page = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>";
    let content = stream("", &format!("{} {TEXT}", "/X Do ".repeat(9)));
    let unsupported = "unsupported format: 1 of 1 pages are read in part: unsupported format: a method of compression";
    for (filters, want) in [
        ("[/LZWDecode/LZWDecode]", DAMAGED),
        ("/DCTDecode", unsupported),
        ("[/LZWDecode/CCITTFaxDecode]", unsupported),
    ] {
        let form = stream(&format!("/Subtype/Form/Filter{filters}"), "x");
        let document = document(&[ROOT, PAGES, page, &content, FONT, &form]);
        check_told(document, "13800138000\n", want);
    }
}

#[test]
fn contents_that_are_compressed_by_lzw_are_read_at_any_length() {
    // More than 48 KiB when compressed, and packed again; of rows that differ from each other.
    let padding: String = (0..60_000_u32)
        .map(|i| format!("{} w\n", i.wrapping_mul(2_654_435_761) >> 20))
        .collect();
    let content = format!("{padding}{TEXT}");
    let with = |dict: &str, bytes: &[u8]| {
        let mut out = document(&[ROOT, PAGES, PAGE, "LATER", FONT]);
        let at = memchr::memmem::find(&out, b"LATER").unwrap();
        let head = format!("<<{dict}/Length {}>>stream\n", bytes.len());
        let object = [head.as_bytes(), bytes, b"\nendstream"].concat();
        out.splice(at..at + 5, object);
        out
    };
    let packed = lzw::encoded(content.as_bytes(), true);
    assert!(packed.len() > 48 << 10);
    check_told(with("/Filter/LZWDecode", &packed), "13800138000\n", "");
    let twice = lzw::encoded(&packed, false);
    check_told(
        with(
            "/Filter[/LZWDecode/LZWDecode]/DecodeParms[<</EarlyChange 0>>null]",
            &twice,
        ),
        "13800138000\n",
        "",
    );
    let rows: Vec<u8> = content
        .as_bytes()
        .chunks(100)
        .flat_map(|row| {
            let mut last = 0;
            let row = row
                .iter()
                .map(move |byte| byte.wrapping_sub(std::mem::replace(&mut last, *byte)));
            std::iter::once(1).chain(row)
        })
        .collect();
    let packed = lzw::encoded(&rows, true);
    let dict = "/Filter/LZWDecode/DecodeParms<</Predictor 11/Columns 100>>";
    check_told(with(dict, &packed), "13800138000\n", "");
    check_told(with("/Filter/LZWDecode", b"x"), "", DAMAGED);
}

#[test]
fn fields_say_what_those_around_them_say() {
    // The second field has its value and name from around it, and so has the third; both are one. The eleventh has no place.
    let page = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[6 0 R 7 0 R 9 0 R 12 0 R 13 0 R]>>";
    let root =
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[8 0 R 9 0 R 10 0 R 12 0 R 13 0 R]>>>>";
    let objects = [
        root,
        PAGES,
        page,
        &stream("", ""),
        FONT,
        "<</Subtype/Widget/Parent 8 0 R>>",
        "<</Subtype/Widget/Parent 8 0 R/T(again)>>",
        "<</FT/Tx/T(guest)/V(13800138000)/Kids[6 0 R 7 0 R]>>",
        "<</Subtype/Widget/FT/Ch/T(who)/V[(a)(c)]/Opt[[(a)(Ann)](Bob)[(c)(Cid)]]>>",
        "<</T(all)/Kids[11 0 R 10 0 R 8 0 R]>>",
        "<</FT/Tx/T(hidden)/Parent 10 0 R/V 14 0 R>>",
        "<</Subtype/Widget/FT/Btn/T(sex)/V/1/Opt[(male)(female)]>>",
        "<</Subtype/Widget/FT/Btn/T(yes)/V/On>>",
        &stream("", "a long text"),
    ];
    check_told(
        document(&objects),
        "guest: 13800138000\nwho: a\nwho: c\nwho: Ann\nwho: Cid\nwho: Bob\nsex: female\nsex: male\nall.hidden: a long text\n",
        "",
    );
    // The page shows the value, and not what else may be chosen.
    check_annotations(
        "<</Subtype/Widget/FT/Ch/T(who)/V(Ann)/Opt[(Ann)(Bob)]/AP<</N 6 0 R>>>>",
        "shown\nwho: Bob\n",
    );
    // Fields around each other.
    let field = "<</Subtype/Widget/T(t)/Parent 6 0 R>>";
    let page = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[6 0 R]>>";
    let root = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>";
    check_told(
        document(&[root, PAGES, page, &stream("", ""), FONT, field]),
        "",
        "",
    );
    let choices = "(x)".repeat(5_000);
    let field = format!("<</Subtype/Widget/T(t)/Opt[{choices}]>>");
    check_told(
        document(&[ROOT, PAGES, page, &stream("", ""), FONT, &field]),
        "t: x\n",
        "limit reached: a field of a form with more than 4096 values",
    );
}

#[test]
fn pages_that_are_missing_or_made_later_are_told() {
    let content = stream("", TEXT);
    let pages = "<</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>>";
    check_told(
        document(&[ROOT, pages, PAGE, &content, FONT]),
        "13800138000\n",
        "damaged: 1 of 2 pages are missing",
    );
    let root = "<</Type/Catalog/Pages 2 0 R/NeedsRendering true>>";
    check_told(
        document(&[root, PAGES, PAGE, &content, FONT]),
        "13800138000\n",
        "unsupported format: the pages of the form (XFA) are made by another program",
    );
}

/// What the annotations of a page say, of which the sixth object is an appearance with text and the seventh an empty one.
#[track_caller]
fn check_annotations(annotations: &str, want: &str) {
    let page = format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[{annotations}]>>");
    let dict = "/Subtype/Form/Resources<</Font<</F 5 0 R>>>>";
    let shown = stream(dict, "BT /F 10 Tf 10 10 Td (shown) Tj ET");
    let objects = [
        ROOT,
        PAGES,
        &page,
        &stream("", ""),
        FONT,
        &shown,
        &stream(dict, " "),
    ];
    check_told(document(&objects), want, "");
}

#[test]
fn annotations_are_read_once_whether_they_are_shown_or_not() {
    check_annotations("<</Subtype/Text/Contents(a note)>>", "a note\n");
    check_annotations("9 0 R null<</Subtype/Text/Contents(a note)>>", "a note\n");
    check_annotations(
        "<</Subtype/Text/AP<</N 6 0 R>>/Contents(a note)>>",
        "shown\na note\n",
    );
    check_annotations(
        "<</Subtype/FreeText/AP<</N 6 0 R>>/Contents(shown)>>",
        "shown\n",
    );
    check_annotations(
        "<</Subtype/FreeText/AP<</N 7 0 R>>/Contents(note)>>",
        "note\n",
    );
    check_annotations(
        "<</Subtype/Widget/T(tel)/V(138)/AP<</N 6 0 R>>>>",
        "shown\n",
    );
    check_annotations(
        "<</Subtype/Widget/T(tel)/V(138)/AP<</N 7 0 R>>>>",
        "tel: 138\n",
    );
    check_annotations("<</Subtype/Widget/T(tel)/V(138)>>", "tel: 138\n");
}

#[test]
fn files_of_pages_and_of_the_document_are_members_once() {
    let root = "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Kids[7 0 R]>>>>>>";
    let page = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[<</Subtype/FileAttachment/FS<</F(a.csv)/EF<</F 5 0 R>>>>>>]>>";
    let kid = "<</Names[(a)<</UF(a.csv)/EF<</UF 5 0 R>>>>(b)<</F(b.csv)/EF<</F 6 0 R>>>>(c)<</F(c.csv)>>]>>";
    let (a, b) = (stream("", "one"), stream("", "two"));
    let (members, reasons) = members(document(&[root, PAGES, page, &stream("", ""), &a, &b, kid]));
    let want = [("a.csv", "one"), ("b.csv", "two")];
    let want = want.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    assert_eq!(members, want);
    assert_eq!(reasons, []);
}

#[test]
fn more_annotations_and_files_than_are_looked_at_are_told() {
    let page = |n: usize| format!("<</Type/Page/Contents 4 0 R/Annots[{}]>>", "<<>>".repeat(n));
    let content = stream("", "");
    check_told(document(&[ROOT, PAGES, &page(10_000), &content]), "", "");
    check_told(
        document(&[ROOT, PAGES, &page(10_001), &content]),
        "",
        "limit reached: 1 of 1 pages are read in part: limit reached: a page with more than 10000 annotations",
    );
    // A tree that leads back to itself.
    let root = "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 6 0 R>>>>";
    let tree = "<</Kids[6 0 R 6 0 R]/Names[(a)<</F(a.txt)/EF<</F 5 0 R>>>>]>>";
    check_told(
        document(&[root, PAGES, PAGE, &content, &stream("", "once"), tree]),
        "once",
        "limit reached: more than 10000 attached files",
    );
    for nowhere in ["/Kids[9 0 R]/Names[", "/Names[(a)9 0 R"] {
        let tree = format!("<<{nowhere}(b)<</F(a.txt)/EF<</F 5 0 R>>>>]>>");
        check_told(
            document(&[root, PAGES, PAGE, &content, &stream("", "once"), &tree]),
            "once",
            "damaged: the list of attached files is not whole",
        );
    }
}

#[test]
fn fonts_of_symbols_are_read_by_their_programs_or_counted() {
    let font = |kind: &str| {
        format!("<</Type/Font/Subtype/Type1/FontDescriptor<</Flags 4/{kind} 6 0 R>>>>")
    };
    let content = stream("", "BT /F 10 Tf 9 9 Td (\\001\\002B) Tj ET");
    let program = stream(
        "",
        "/Encoding 256 array dup 1 /one put dup 2 /three put readonly def eexec",
    );
    check_told(
        of_page(&content, &font("FontFile"), &[&program]),
        "13\n",
        "unsupported format: 1 characters are of fonts that do not tell their text",
    );
    check_told(
        of_page(&content, &font("FontFile2"), &[&program]),
        "",
        "unsupported format: 3 characters are of fonts that do not tell their text",
    );
    let plain = "<</Type/Font/Subtype/Type1/FontDescriptor<</Flags 32/FontFile 6 0 R>>>>";
    check_told(
        of_page(&stream("", TEXT), plain, &[&program]),
        "13800138000\n",
        "",
    );
}

#[test]
fn lines_begin_where_curves_and_closed_paths_end() {
    for (content, want) in [
        (
            "0 0 m 0 9 9 9 100 0 c 200 0 l",
            vec![((100.0, 0.0), (200.0, 0.0))],
        ),
        (
            "0 0 m 9 9 100 0 v 200 0 l",
            vec![((100.0, 0.0), (200.0, 0.0))],
        ),
        (
            "0 0 m 9 9 100 0 y 200 0 l",
            vec![((100.0, 0.0), (200.0, 0.0))],
        ),
        (
            "0 0 m 90 0 l 50 50 l h 0 80 l",
            vec![((0.0, 0.0), (90.0, 0.0)), ((0.0, 0.0), (0.0, 80.0))],
        ),
    ] {
        let mut fonts = Fonts::default();
        let mut follower = Follower::new(&mut fonts);
        let resources = Resources::new(Dict::empty());
        follower.follow(content.into(), &resources, Matrix::IDENTITY);
        let want: Vec<Rule> = want
            .iter()
            .map(|(from, to)| Rule {
                from: *from,
                to: *to,
            })
            .collect();
        assert_eq!(follower.shown.rules, want, "{content}");
    }
}

#[test]
fn a_table_that_is_too_long_goes_on_below_its_header() {
    let parts = [
        (0.0, 70.0, "姓名"),
        (60.0, 70.0, "手机号"),
        (0.0, 58.0, "张伟"),
        (60.0, 58.0, "13800138000"),
        (0.0, 46.0, "李娜"),
        (60.0, 46.0, "13900139000"),
    ];
    let chars = parts
        .iter()
        .flat_map(|(x, y, text)| lines::tests::chars(*x, *y, text));
    let blocks = layout::blocks(&lines::lines(chars.collect()), &Rules::default());
    let [Block::Table(rows, gutters)] = &blocks[..] else {
        panic!("{blocks:?} is one table");
    };
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let tell = move |told: Told| {
        heard.lock().unwrap().push(told);
        Ok(())
    };
    let mut sink = Sink::of(Arc::new(tell), Limits::default(), Arc::default());
    let mut document = Document::default();
    let mut large = rows.clone();
    large[1][0] = "x".repeat(TEXT_BYTES_MAX);
    // Two pages of rows alone behind it, and one that repeats the header.
    for rows in [&large[..], &rows[1..], &rows[2..], &rows[..]] {
        let block = Block::Table(rows.to_vec(), gutters.clone());
        document.block(block, &mut sink).unwrap();
    }
    document.end(&mut sink).unwrap();
    let mut members: Vec<(String, Vec<u8>)> = Vec::new();
    for told in told.lock().unwrap().drain(..) {
        match told {
            Told::Begin(name, _) => members.push((name, Vec::new())),
            Told::Bytes(bytes) => members.last_mut().unwrap().1.extend(bytes),
            _ => {}
        }
    }
    let [(one, large), (two, rest)] = &members[..] else {
        panic!("{} members", members.len());
    };
    assert_eq!((one.as_str(), two.as_str()), ("table 1", "table 2"));
    assert!(large.starts_with("姓名,手机号\n".as_bytes()));
    let want = "姓名,手机号\n张伟,13800138000\n李娜,13900139000\n李娜,13900139000\n张伟,13800138000\n李娜,13900139000\n";
    assert_eq!(String::from_utf8_lossy(rest), want);
}
