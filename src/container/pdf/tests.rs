//! Documents made by hand to harm, and damaged ones. What those of other programs count is tested in `tests`.

use std::io::Cursor;

use super::*;
use crate::container::{Members, Source, Unpacking, reason_in};
use crate::decode::Container;

const GBK: &[u8] = include_bytes!("../../../tests/data/formats/data/people-gbk.pdf");

/// All text, and all reasons.
fn read(bytes: Vec<u8>) -> (String, Vec<Reason>) {
    let source = Source::Stream(Box::new(Cursor::new(bytes)));
    let unpacking = Unpacking::default();
    let mut members = Members::open(Container::Pdf, source, "x.pdf", &unpacking).unwrap();
    let (mut all, mut reasons) = (Vec::new(), Vec::new());
    while let Some(member) = members.next_member() {
        match member.content.map(|mut rdr| rdr.read_to_end(&mut all)) {
            Ok(Err(error)) => reasons.push(reason_in(&error).unwrap().clone()),
            Ok(Ok(_)) => {}
            Err(reason) => reasons.push(reason),
        }
    }
    reasons.extend(members.ended().cloned());
    (String::from_utf8(all).unwrap(), reasons)
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
