//! Documents made here and taken apart again: what is rare, damaged or hostile. Those of other programs are in `tests/office.rs`.

use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex};

use super::super::pump::{Job, Told};
use super::super::{Limits, Source, walk_of};
use super::*;
use crate::decode::Container;

/// What a walk gives: `name: text` of each member with `/` between the lines, and behind `!` why it ended early or was not read;
/// last why the walk did.
fn given(walk: impl FnOnce(&mut Sink) -> Result<(), Stop>) -> Vec<String> {
    let all = Arc::new(Mutex::new(Vec::new()));
    let tell = {
        let all = Arc::clone(&all);
        move |told: Told| {
            all.lock().unwrap().push(told);
            Ok::<(), Stop>(())
        }
    };
    let mut sink = Sink::of(Arc::new(tell), Limits::default(), Arc::default());
    let ended = walk(&mut sink);
    let (mut given, mut name, mut bytes) = (Vec::new(), String::new(), Vec::new());
    for told in all.lock().unwrap().drain(..) {
        match told {
            Told::Begin(begun, _) => (name, bytes) = (begun, Vec::new()),
            Told::Bytes(more) => bytes.extend(more),
            Told::End(reason) => {
                let text = std::str::from_utf8(&bytes).unwrap();
                let text = text.trim_end().replace('\n', "/");
                let reason = reason.map(|reason| format!("!{reason}"));
                given.push(format!("{name}: {text}{}", reason.unwrap_or_default()));
            }
            Told::Refused(name, reason) => given.push(format!("{name} !{reason}")),
            Told::Is(_) | Told::PassedOver(_) | Told::Over(_) => {}
        }
    }
    if let Err(Stop::Because(reason)) = ended {
        given.push(format!("!{reason}"));
    }
    given
}

pub(super) fn read(container: Container, bytes: &[u8]) -> Vec<String> {
    let stream = Cursor::new(bytes.to_vec());
    read_stream(container, Box::new(stream))
}

fn read_stream(container: Container, stream: Box<dyn Read + Send>) -> Vec<String> {
    let job = Job {
        container,
        source: Source::Stream(stream),
        name: "x".to_owned(),
        unpacking: Unpacking::default(),
    };
    given(|sink| walk_of(container)(job, sink))
}

/// What is in a document of these parts.
fn read_parts(parts: &[(&str, &[u8])]) -> Vec<String> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = ::zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    read(Container::Zip, &writer.finish().unwrap().into_inner())
}

/// A list of what a part refers to: id, kind and target of each.
fn relations(list: &[(&str, &str, &str)]) -> String {
    let relation = |(id, kind, target): &(&str, &str, &str)| {
        let mode = if *kind == "hyperlink" { "External" } else { "" };
        format!("<Relationship Id='{id}' Type='x/{kind}' Target='{target}' TargetMode='{mode}'/>")
    };
    let list: String = list.iter().map(relation).collect();
    format!("<Relationships>{list}</Relationships>")
}

/// What is in a text of the docx family with these relations.
fn read_docx(relations_of_it: &str, text: &str, more: &[(&str, &[u8])]) -> Vec<String> {
    let root = relations(&[("a", "officeDocument", "word/document.xml")]);
    let text = format!("<document>{text}</document>");
    let parts: [(&str, &[u8]); 4] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        ("word/_rels/document.xml.rels", relations_of_it.as_bytes()),
        ("word/document.xml", text.as_bytes()),
    ];
    read_parts(&[&parts[..], more].concat())
}

const CUT_XML: &str = "!truncated: the XML ends in the middle";

#[test]
fn links_that_a_text_does_not_show_are_lines() {
    let list = relations(&[
        ("a", "hyperlink", "mailto:a@example.com"),
        ("b", "hyperlink", "mailto:b@example.com"),
        ("c", "hyperlink", "mailto:c@example.com"),
    ]);
    let text = "<p><t>write to a@example.com.</t></p><tbl><tr><tc><p><t>b@example.com</t></p></tc>\
                <tc><p><t>1</t></p></tc></tr></tbl>";
    let want = [
        "text: write to a@example.com.",
        "table 1: b@example.com,1",
        "text links: c@example.com",
    ];
    assert_eq!(read_docx(&list, text, &[]), want);
    let want = [
        &*format!("word/document.xml relations {CUT_XML}"),
        "text: a",
    ];
    assert_eq!(read_docx("<Relationships>", "<p><t>a</t></p>", &[]), want);
}

#[test]
fn a_table_tells_what_it_lacks_and_the_next_is_whole() {
    let cell = |text: &str| format!("<tc><p><t>{text}</t></p></tc>");
    let empty = "<tc/>".repeat(grid::COLUMNS_MAX as usize);
    let text = format!(
        "<tbl><tr>{}</tr><tr>{empty}{}</tr></tbl><tbl><tr>{}</tr></tbl>",
        cell("a"),
        cell("b"),
        cell("c")
    );
    let first = format!("table 1: a!{}", flow::too_long());
    assert_eq!(read_docx("<a/>", &text, &[]), [&*first, "table 2: c"]);
}

#[test]
fn properties_count_with_their_names() {
    let name = "n".repeat(100 << 10);
    let values = "<lpwstr>v</lpwstr>".repeat(20);
    let part = format!("<Properties><property name='{name}'>{values}</property></Properties>");
    let given = read_docx(
        "<a/>",
        "<p><t>a</t></p>",
        &[("docProps/custom.xml", part.as_bytes())],
    );
    let reason = "docProps/custom.xml !limit reached: more than 1 MiB of properties";
    assert_eq!(given[..2], ["text: a", reason]);
    let line = format!("{name}: v");
    assert!(given.len() == 3 && given[2] == format!("properties: {}", [&*line; 10].join("/")));
}

/// A record of a binary workbook.
fn record(kind: u32, data: &[&[u8]]) -> Vec<u8> {
    let data = data.concat();
    let mut record = match kind {
        0..128 => vec![kind as u8],
        _ => vec![kind as u8 | 0x80, (kind >> 7) as u8],
    };
    assert!(data.len() < 128, "one byte of length");
    record.push(data.len() as u8);
    record.extend(data);
    record
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let n = (units.len() as u32).to_le_bytes();
    n.into_iter()
        .chain(units.into_iter().flat_map(u16::to_le_bytes))
        .collect()
}

#[test]
fn binary_workbooks_have_short_cells_and_sheets_on_no_list() {
    let types = "<Types><Default Extension='bin' ContentType='application/vnd.ms-excel.sheet.binary.macroEnabled.main'/>\
                 <Override PartName='/xl/sheets/2.bin' ContentType='application/vnd.ms-excel.worksheet'/>\
                 <Override PartName='/xl/p.bin' ContentType='application/vnd.ms-excel.pivotCacheRecords'/>\
                 <Override PartName='/xl/c.bin' ContentType='application/vnd.ms-excel.calcChain'/></Types>";
    let root = relations(&[("a", "officeDocument", "xl/workbook.bin")]);
    let list = relations(&[
        ("r", "worksheet", "sheets/1.bin"),
        ("s", "sharedStrings", "strings.bin"),
    ]);
    let book = record(156, &[&[0; 8], &wide("r"), &wide("S")]);
    let strings = record(19, &[&[0], &wide("shared")]);
    let style: &[u8] = &[0; 4];
    let sheet = [
        record(0, &[&[0; 17]]),
        record(6, &[&1_u32.to_le_bytes(), style, &wide("a")]),
        record(17, &[style, &wide("b")]),
        record(13, &[style, &(7_u32 << 2 | 2).to_le_bytes()]),
        record(12, &[style]),
        record(18, &[style, &0_u32.to_le_bytes()]),
        record(15, &[style, &[1]]),
        record(16, &[style, &2.5_f64.to_le_bytes()]),
        record(18, &[style, &9_u32.to_le_bytes()]),
        record(0, &[&[0; 17]]),
        record(17, &[style, &wide("next")]),
        record(146, &[]),
    ];
    let other = record(6, &[&[0; 4], style, &wide("off the list")]);
    let given = read_parts(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/_rels/workbook.bin.rels", list.as_bytes()),
        ("xl/workbook.bin", &book),
        ("xl/strings.bin", &strings),
        ("xl/sheets/_rels/1.bin.rels", b"<Relationships>"),
        ("xl/sheets/1.bin", &sheet.concat()),
        ("xl/sheets/2.bin", &other),
        ("xl/p.bin", b"rows"),
        ("xl/c.bin", b"order"),
        ("xl/embeddings/a.bin", b"packed"),
    ]);
    let want = [
        &*format!("S relations {CUT_XML}"),
        "S: ,a,b,7,,shared,TRUE,2.5/next!malformed: cells name shared strings that are not there",
        "xl/sheets/2.bin: off the list",
        "xl/p.bin !unsupported format: copy that pivot tables keep in a binary workbook",
        "xl/embeddings/a.bin: packed",
    ];
    assert_eq!(given, want);
}

#[test]
fn caches_of_pivot_tables_tell_what_they_lack() {
    let types =
        "<Types><Override PartName='/xl/c.xml' ContentType='x.pivotCacheDefinition+xml'/></Types>";
    let root = relations(&[("a", "officeDocument", "xl/workbook.xml")]);
    let cache = "<c><cacheField name='A'><sharedItems><s v='one'/></sharedItems></cacheField></c>";
    let rows = "<p><r><x v='0'/></r><r><x v='1'/></r><r><s v='two'/></r></p>";
    let list = relations(&[("r", "pivotCacheRecords", "r.xml")]);
    let check = |list: &str, want: &[&str]| {
        let given = read_parts(&[
            ("[Content_Types].xml", types.as_bytes()),
            ("_rels/.rels", root.as_bytes()),
            ("xl/workbook.xml", b"<workbook/>"),
            ("xl/c.xml", cache.as_bytes()),
            ("xl/_rels/c.xml.rels", list.as_bytes()),
            ("xl/r.xml", rows.as_bytes()),
        ]);
        assert_eq!(given, want);
    };
    let lacks = "xl/c.xml: A/one/two!malformed: rows name values that are not there";
    check(&list, &[lacks]);
    let broken = format!("xl/c.xml relations {CUT_XML}");
    let raw = format!("xl/r.xml: {rows}");
    check("<Relationships>", &[&broken, "xl/c.xml: A/one", &raw]);
}

/// A record of a workbook before 2007.
fn biff(kind: u16, data: &[u8]) -> Vec<u8> {
    let head = [kind.to_le_bytes(), (data.len() as u16).to_le_bytes()];
    [&head.concat()[..], data].concat()
}

/// The entry of a sheet `S` in the list of a workbook.
fn sheet_at(offset: u32) -> Vec<u8> {
    biff(
        0x0085,
        &[&offset.to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat(),
    )
}

#[test]
fn what_formulas_give_goes_on_in_the_next_record() {
    let begin = biff(0x0809, &[0, 6, 0, 0]);
    let end = biff(0x000A, &[]);
    let n = begin.len() + sheet_at(0).len() + end.len();
    let formula = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];
    let number = [&[1, 0, 0, 0, 0, 0][..], &7_f64.to_le_bytes()].concat();
    let book = [
        begin.clone(),
        sheet_at(n as u32),
        end.clone(),
        begin.clone(),
        biff(0x0006, &formula),
        biff(0x0207, b"\x06\x00\x00abc"),
        biff(0x003C, b"\x01d\0e\0f\0"),
        biff(0x0203, &number),
        end.clone(),
    ];
    let walk = |bytes: Vec<u8>| given(|sink| xls::walk(Cursor::new(bytes), "", 9, sink));
    assert_eq!(walk(book.concat()), ["S: ,abcdef/7"]);
    // A text that is cut is told, and the cells behind it are there.
    let mut cut = book.to_vec();
    cut.remove(6);
    let reason = "damaged: a string of the workbook ends before it should";
    assert_eq!(walk(cut.concat()), [format!("S: 7!{reason}")]);
    // Sheets that stand in one place are read once.
    let n = (begin.len() + 3 * sheet_at(0).len() + end.len()) as u32;
    let number = [&[0; 6][..], &7_f64.to_le_bytes()].concat();
    let sheet = [begin.clone(), biff(0x0203, &number), end.clone()].concat();
    let behind = n + sheet.len() as u32;
    let list = [n, n, behind].map(sheet_at).concat();
    let book = [begin.clone(), list, end.clone(), sheet.clone(), sheet];
    let again = "S !damaged: it stands where another sheet stands, and was read there";
    assert_eq!(walk(book.concat()), ["S: 7", again, "S: 7"]);
    // More sheets than are listed.
    let sheets = vec![sheet_at(1 << 30); (1 << 16) + 1];
    let given = walk([begin, sheets.concat(), end].concat());
    let last = "!limit reached: more than 65536 sheets";
    assert_eq!(
        (given.len(), &**given.last().unwrap()),
        ((1 << 16) + 1, last)
    );
}

#[test]
fn links_of_a_sheet_that_no_cell_shows_are_lines() {
    let begin = biff(0x0809, &[0, 6, 0, 0]);
    let end = biff(0x000A, &[]);
    let n = begin.len() + sheet_at(0).len() + end.len();
    let moniker = *b"\xE0\xC9\xEA\x79\xF9\xBA\xCE\x11\x8C\x82\x00\xAA\x00\x4B\xA9\x0B";
    let link = |to: &str| {
        let to: Vec<u8> = to.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let n = (to.len() as u32).to_le_bytes();
        biff(0x01B8, &[&[0; 32][..], &moniker, &n, &to].concat())
    };
    let label = |row: u8, text: &str| {
        let head = [row, 0, 0, 0, 0, 0, text.len() as u8, 0, 0];
        biff(0x0204, &[&head[..], text.as_bytes()].concat())
    };
    let book = [
        begin.clone(),
        sheet_at(n as u32),
        end.clone(),
        begin.clone(),
        label(0, "write"),
        label(1, "b@example.com"),
        link("mailto:a@example.com?subject=x\0"),
        link("mailto:b@example.com\0behind"),
        link("https://example.com\0"),
        biff(0x01B8, &[&[0; 32][..], &moniker, &[0xFF; 4]].concat()),
        // One of a chart on the sheet.
        begin,
        link("mailto:c@example.com"),
        end.clone(),
        end,
    ];
    let given = given(|sink| xls::walk(Cursor::new(book.concat()), "", 9, sink));
    assert_eq!(given, ["S: write/b@example.com", "S links: a@example.com"]);
}

#[test]
fn shapes_on_a_sheet_are_read_once() {
    let content = "<c><tracked-changes><change><change-info><creator>me</creator><date>2024</date></change-info><previous>\
        <change-track-table-cell value-type='float' value='13812345678'/>\
        <change-track-table-cell value-type='float' value='1'><p>0001</p></change-track-table-cell></previous></change></tracked-changes>\
        <table name='S'><shapes><rect><p>in a shape</p></rect></shapes><table-row><table-cell><p>cell</p><custom-shape>\
        <p>on<s/>it</p></custom-shape><ellipse><p>round</p></ellipse><annotation><creator>me</creator><p>note</p></annotation>\
        </table-cell><table-cell number-columns-repeated='2'><p>x</p></table-cell></table-row></table></c>";
    let check = |content: &str, want: &[&str]| {
        let kind = b"application/vnd.oasis.opendocument.spreadsheet";
        let parts = [("mimetype", &kind[..]), ("content.xml", content.as_bytes())];
        assert_eq!(read_parts(&parts), want);
    };
    check(
        content,
        &[
            "S: cell,x,x",
            "comments: 13812345678/0001/in a shape/on it/round/note",
        ],
    );
    let wide = "<c><table name='S'><table-row><table-cell number-columns-repeated='16383'/>\
        <table-cell number-columns-repeated='4000000000'><p>x</p></table-cell></table-row></table></c>";
    let row = format!(
        "S: {}x!malformed: a cell stands outside of the sheet",
        ",".repeat(16_383)
    );
    check(wide, &[&row]);
}

#[test]
fn a_page_that_is_cut_has_its_last_words() {
    let run = |top: u32, text: &str| {
        format!("<TextObject Boundary='0 {top} 9 9' Size='4'><TextCode X='1' Y='1'>{text}")
    };
    let end = "</TextCode></TextObject>";
    let page = format!("<Page>{}{end}{}", run(0, "one"), run(20, "last"));
    let given = read_parts(&[
        (
            "OFD.xml",
            b"<OFD><DocBody><DocRoot>D/d.xml</DocRoot></DocBody></OFD>",
        ),
        ("D/d.xml", b"<Document><Page BaseLoc='p.xml'/></Document>"),
        ("D/p.xml", page.as_bytes()),
    ]);
    assert_eq!(given, [format!("page 1: one/last{CUT_XML}")]);
}

#[test]
fn rich_text_that_is_cut_off_where_it_was_packed_is_read_up_to_there() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
    let start = Cursor::new(br"{\rtf1 one\par last words".to_vec());
    let given = read_stream(Container::Rtf, Box::new(start.chain(Fails)));
    let want = [
        "text: one/last words!truncated: groups of the text are not closed",
        "!truncated: ends in the middle of what it contains",
    ];
    assert_eq!(given, want);
}

#[test]
fn rich_text_keeps_its_tables_notes_and_last_words() {
    let check = |text: &str, want: &[&str]| {
        assert_eq!(read(Container::Rtf, text.as_bytes()), want, "{text}");
    };
    // A table in a note in a table.
    check(
        r"{\rtf1 \intbl a\cell {\footnote \intbl n\cell\row }b\cell\row \intbl c\cell d\cell\row\pard end\par}",
        &["text: n/end", "table 1: a,b/c,d"],
    );
    let cut = "!truncated: groups of the text are not closed";
    check(
        r"{\rtf1 one\par last words",
        &[&format!("text: one/last words{cut}")],
    );
    check(r"{\rtf1 x{\footnote note", &[&format!("text: note/x{cut}")]);
    check(
        r"{\rtf1 \intbl a\cell b",
        &[&format!("text {cut}"), &format!("table 1: a,b{cut}")],
    );
    // Bytes of an object, as digits and as they are.
    check(
        r"{\rtf1 a\par{\object{\*\objdata 6869{\bin2 {}21}}}}",
        &["text: a", "object 1: hi{}!"],
    );
}

/// An OLE file of these streams.
pub(super) fn ole(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in streams {
        let mut stream = file.create_stream(name).unwrap();
        stream.write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// A text of Word 97 that should have so many characters of a byte each.
fn word_97(text: &[u8], n_chars: usize) -> Vec<u8> {
    let put = |bytes: &mut [u8], at: usize, number: u32| {
        bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    };
    // One piece, at 0x200.
    let mut list = [0; 21];
    list[0] = 2;
    put(&mut list, 1, 16);
    put(&mut list, 9, n_chars as u32);
    put(&mut list, 15, 0x200 << 1 | 0x4000_0000);
    let mut head = [0; 0x200];
    put(&mut head, 2, 0x00C1);
    put(&mut head, 0x1A6, list.len() as u32);
    ole(&[
        ("/WordDocument", &[&head[..], text].concat()),
        ("/0Table", &list),
    ])
}

#[test]
fn a_text_before_2007_that_ends_early_has_its_last_words() {
    let text = b"one\rlast \x01words \x13 LINK \x01\x14shown\x15";
    let want = [
        "text: one/last words shown!truncated: the text ends before its pieces do",
        "picture 1 !unsupported format: image in a document",
    ];
    assert_eq!(read(Container::Ole, &word_97(text, 100)), want);
}

#[test]
fn links_of_a_text_are_told_once_though_its_notes_list_them_too() {
    let types = "<Types><Override PartName='/word/document.xml' ContentType='x.document.main+xml'/>\
                 <Override PartName='/word/footnotes.xml' ContentType='x.wordprocessingml.footnotes+xml'/></Types>";
    let root = relations(&[("r", "officeDocument", "word/document.xml")]);
    let shown = ("a", "hyperlink", "mailto:a@example.com");
    let hidden = ("b", "hyperlink", "mailto:b@example.com");
    let of_text = relations(&[shown, hidden]);
    let of_notes = relations(&[shown, hidden, ("c", "hyperlink", "mailto:c@example.com")]);
    let given = read_parts(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("word/document.xml", b"<d><p><t>a@example.com</t></p></d>"),
        ("word/_rels/document.xml.rels", of_text.as_bytes()),
        ("word/footnotes.xml", b"<f><p><t>note</t></p></f>"),
        ("word/_rels/footnotes.xml.rels", of_notes.as_bytes()),
    ]);
    let want = "text: a@example.com|text links: b@example.com|footnotes: note|footnotes links: c@example.com";
    assert_eq!(given.join("|"), want);
}

#[test]
fn links_in_codes_of_fields_are_lines_unless_they_are_shown() {
    let mark = |kind: &str| format!("<r><fldChar fldCharType='{kind}'/></r>");
    let (begin, separate, end) = (mark("begin"), mark("separate"), mark("end"));
    // A code is cut into runs as any text; one stands in a table, and one was deleted.
    let text = format!(
        "<p><t>first b@example.com</t></p>\
         <p>{begin}<r><instrText> HYPERLINK \"mail</instrText></r><r><instrText>to:a@example.com\" \\o \"x\" </instrText></r>{separate}\
         <r><t>write</t></r>{end}</p>\
         <p><fldSimple instr='HYPERLINK &quot;mailto:b@example.com&quot;'><r><t>to b</t></r></fldSimple></p>\
         <p><fldSimple instr=' HYPERLINK tel:13812345678 '><r><t>call 13812345678</t></r></fldSimple></p>\
         <tbl><tr><tc><p>{begin}<r><instrText>HYPERLINK \"sms:13912345678?body=x\"</instrText></r>{separate}<r><t>c</t></r>{end}</p></tc></tr></tbl>\
         <p><del>{begin}<r><delInstrText>HYPERLINK \"mailto:d@example.com\"</delInstrText></r>{separate}<r><delText>d</delText></r>{end}</del></p>\
         <p>{begin}<r><instrText>PAGE</instrText></r>{separate}<r><t>7</t></r>{end}</p>"
    );
    let want = [
        "text: first b@example.com/write/to b/call 13812345678/d/7",
        "table 1: c",
        "text links: 13912345678/a@example.com/d@example.com",
    ];
    assert_eq!(read_docx("<a/>", &text, &[]), want);
    let rich = r#"{\rtf1\ansi first b@example.com\par
        {\field{\*\fldinst {\b HYPER}LINK "mailto:\'61@example.com" \\o "x"}{\fldrslt write}}\par
        {\field{\*\fldinst{HYPERLINK "mailto:b@example.com"{\pict 00}}}{\fldrslt{to b}}}\par
        \intbl {\field{\*\fldinst HYPERLINK tel:\u49?3812345678}{\fldrslt c}}\cell\row\pard
        {\field{\*\fldinst PAGE}{\fldrslt 7}}\par}"#;
    let want = [
        "text: first b@example.com/write/to b/7",
        "table 1: c",
        "text links: 13812345678/a@example.com",
    ];
    assert_eq!(read(Container::Rtf, rich.as_bytes()), want);
    let text = b"first b@example.com\r\x13 HYPERLINK \"mailto:a@example.com\" \x01\x14write\x15\r\
        \x13HYPERLINK \"mailto:b@example.com\"\x14to b\x15\r\x13HYPERLINK tel:13812345678\x14c\x15\x07\x07\r\x13PAGE\x147\x15\r";
    let want = [
        "text: first b@example.com/write/to b/7",
        "table 1: c",
        "text links: 13812345678/a@example.com",
    ];
    assert_eq!(read(Container::Ole, &word_97(text, text.len())), want);
}

#[test]
fn targets_of_links_in_open_documents_and_formulas_are_lines() {
    let open = |kind: &str, body: &str| {
        let kind = format!("application/vnd.oasis.opendocument.{kind}");
        let content =
            format!("<document-content xmlns:xlink='x'><body>{body}</body></document-content>");
        read_parts(&[
            ("mimetype", kind.as_bytes()),
            ("content.xml", content.as_bytes()),
        ])
    };
    let link = |to: &str, shown: &str| format!("<p><a xlink:href='{to}'>{shown}</a></p>");
    let links = [
        link("mailto:a@example.com", "write"),
        link("mailto:b@example.com?subject=x", "b@example.com"),
        link("https://example.com", "see"),
    ];
    let text = format!(
        "<text><p>c@example.com</p>{}<table><table-row><table-cell>{}</table-cell></table-row></table></text>",
        links.concat() + &link("mailto:c@example.com", "c"),
        link("tel:13812345678", "call")
    );
    let want = [
        "text: c@example.com/write/b@example.com/see/c",
        "table 1: call",
        "text links: 13812345678/a@example.com",
    ];
    assert_eq!(open("text", &text), want);
    let cells: String = links
        .iter()
        .map(|link| format!("<table-cell>{link}</table-cell>"))
        .collect();
    let note = link("mailto:d@example.com", "d");
    let sheet = format!(
        "<spreadsheet><table name='s'><table-row>{cells}<table-cell><annotation>{note}</annotation></table-cell></table-row></table></spreadsheet>"
    );
    let want = [
        "s: write,b@example.com,see",
        "comments: d",
        "links: a@example.com/d@example.com",
    ];
    assert_eq!(open("spreadsheet", &sheet), want);
    let cell =
        |formula: &str, value: &str| format!("<c t='str'><f>{formula}</f><v>{value}</v></c>");
    let rows = [
        cell(
            "HYPERLINK(&quot;mailto:a@example.com&quot;,&quot;write&quot;)",
            "write",
        ),
        cell("HYPERLINK(\"mailto:b@example.com\")", "b@example.com"),
        cell("A1&amp;\"x:y\"", "z"),
    ];
    let root = relations(&[("a", "officeDocument", "xl/workbook.xml")]);
    let of_it = relations(&[("r1", "worksheet", "s.xml")]);
    let sheet = format!(
        "<worksheet><sheetData><row>{}</row></sheetData></worksheet>",
        rows.concat()
    );
    let given = read_parts(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        ("xl/_rels/workbook.xml.rels", of_it.as_bytes()),
        (
            "xl/workbook.xml",
            b"<workbook><sheets><sheet name='s' r:id='r1'/></sheets></workbook>",
        ),
        ("xl/s.xml", sheet.as_bytes()),
    ]);
    assert_eq!(given, ["s: write,b@example.com,z", "s text: a@example.com"]);
}

#[test]
fn a_file_that_was_packed_as_it_is_ends_where_it_does() {
    let check = |length: u32, want: &[&str]| {
        let head = b"\0\0\0\0\x02\0a.txt\0C:\\a.txt\0\0\0\x03\0\x06\0\0\0C:\\t\\a\0";
        let packed = [&head[..], &length.to_le_bytes()[..], b"hello", b" path"].concat();
        let file = ole(&[("/\u{1}Ole10Native", &packed)]);
        assert_eq!(read(Container::Ole, &file), want);
    };
    check(5, &["a.txt: hello"]);
    check(10, &["a.txt: hello path"]);
    let early = "a.txt !truncated: a file that was packed as it is ends early";
    check(11, &["a.txt: hello path", early]);
}

/// What is in a document in one XML file, of that kind and with that in it.
fn read_flat(kind: &str, inner: &str) -> Vec<String> {
    let whole = format!(
        "<?xml version='1.0'?><office:document xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' \
         office:mimetype='{}{kind}'>{inner}</office:document>",
        flat::KIND
    );
    read(Container::Xml, whole.as_bytes())
}

const FLAT_HEAD: &str = "<office:meta><dc:title>list</dc:title><meta:user-defined meta:name='tel'>138</meta:user-defined></office:meta>\
    <office:scripts><script><source-code>Sub Main</source-code></script></office:scripts>\
    <office:master-styles><style:header><text:p>page 1</text:p></style:header></office:master-styles>";

#[test]
fn an_open_document_in_one_file_is_what_it_would_be_in_parts() {
    let sheet = "<office:body><office:spreadsheet><table:table table:name='s'><table:table-row><table:table-cell office:value-type='float' \
        office:value='7'><text:p>7.0</text:p></table:table-cell><table:table-cell table:number-columns-repeated='2'/><table:table-cell>\
        <office:annotation><dc:creator>me</dc:creator><text:p>note</text:p></office:annotation><text:p>b</text:p></table:table-cell>\
        </table:table-row></table:table></office:spreadsheet></office:body>";
    let about = ["properties: title: list/tel: 138", "macro 1: Sub Main"];
    let want = [
        &["s: 7,,,b", "comments: note", "headers and footers: page 1"][..],
        &about,
    ]
    .concat();
    assert_eq!(
        read_flat("spreadsheet", &format!("{FLAT_HEAD}{sheet}")),
        want
    );

    // The picture of a table is none of the document; others are members, also in a paragraph.
    let picture = |bytes: &str| {
        format!("<draw:image><office:binary-data>{bytes}</office:binary-data></draw:image>")
    };
    let text = format!(
        "<office:body><office:text><text:p>one<draw:frame>{}{}</draw:frame> word</text:p><draw:frame><table:table><table:table-row>\
         <table:table-cell><text:p>c</text:p></table:table-cell></table:table-row></table:table>{}</draw:frame></office:text></office:body>",
        picture("aGVs\nbG8="),
        picture("eA=="),
        picture("eQ==")
    );
    let want = [
        &["text: page 1/one word", "table 1: c"][..],
        &about,
        &["object 1: hello"],
    ]
    .concat();
    // Members stand in the order of the file.
    let mut got = read_flat("text", &format!("{FLAT_HEAD}{text}"));
    got.sort();
    let mut want: Vec<&str> = want;
    want.sort_unstable();
    assert_eq!(got, want);
}

#[test]
fn an_open_document_in_one_file_that_breaks_off_keeps_what_was_before() {
    let cut = "<office:body><office:spreadsheet><table:table table:name='s'><table:table-row><table:table-cell><text:p>a</text:p>\
        </table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>b</text:p></table:table-cell>";
    let whole = format!("<document mimetype='{}spreadsheet'>{cut}", flat::KIND);
    let got = read(Container::Xml, whole.as_bytes());
    assert_eq!(got[0], "s: a/b!truncated: the XML ends in the middle");
    // Without that kind the same names are any document's.
    let other = "<document mimetype='x'><body><text><p>a</p><p>b</p></text></body></document>";
    assert!(read(Container::Xml, other.as_bytes())[0].starts_with("records: "));
}
