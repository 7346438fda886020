//! Documents of office programs: sentences, hidden sheets and embedded documents count, and what is broken or hostile is told.
//!
//! The files in `tests/data/formats` were written by other programs; that those of all people count as the plain table is tested in
//! `formats`. Hostile ones are made here.

use std::fs;
use std::io::{Cursor, Read};

use serde_json::Value;
use zip::ZipArchive;

use crate::util::formats::{
    bytes_of, check_few, counts, few, reasons, scan_bytes, scan_path, zipped,
};

/// The path of each file and member behind the name of the document, with its format.
fn parts(audit: &Value) -> Vec<(String, String)> {
    let files = audit["files"].as_array().expect("files");
    let part = |file: &Value| {
        let path = file["path"].as_str().expect("a path");
        let member = path.split_once("!/").map_or("", |(_, member)| member);
        let format = file["format"].as_str().expect("a format");
        (member.to_owned(), format.to_owned())
    };
    files.iter().map(part).collect()
}

#[test]
fn the_same_sentences_count_the_same_in_every_document() {
    for format in ["docx", "odt", "rtf", "doc"] {
        check_few("people.txt", &format!("lines.{format}"), format, &[]);
    }
}

#[test]
fn notes_and_boxes_of_presentations_before_2007_count() {
    let (code, audit) = scan_bytes("lines.ppt", &bytes_of("few/lines.ppt"));
    let (_, want) = scan_path(&few().join("people.txt"), &[]);
    assert_eq!(code, 0, "{}", audit["skipped"]);
    assert_eq!(counts(&audit), counts(&want));
    let notes = ("notes of slide 1".to_owned(), "text".to_owned());
    assert!(parts(&audit).contains(&notes), "{:?}", parts(&audit));
}

#[test]
fn hidden_sheets_and_comments_count() {
    let (code, audit) = scan_path(&few().join("two_sheets.xlsx"), &[]);
    assert_eq!(code, 0, "{}", audit["skipped"]);
    let parts = parts(&audit);
    for member in ["Sheet", "隐藏", "Sheet comments"] {
        assert!(parts.iter().any(|part| part.0 == member), "{parts:?}");
    }
    let kinds = counts(&audit);
    // The number in a comment, beside those of all people.
    assert!(
        kinds.to_string().contains(r#"["cn.mobile",81,81,0]"#),
        "{kinds}"
    );
    assert!(
        kinds.to_string().contains(r#"["cn.resident-id",80,80,0]"#),
        "{kinds}"
    );
}

#[test]
fn numbers_that_the_spreadsheet_rounded_are_told() {
    let (_, audit) = scan_path(&few().join("rounded.xlsx"), &[]);
    let kinds = counts(&audit);
    // Those that end in X are text, and whole.
    let n_whole = fs::read_to_string(few().join("people.csv")).expect("text");
    let n_whole = n_whole.lines().filter(|line| line.contains("X,")).count();
    let want = format!(r#"["cn.resident-id",{n_whole},{n_whole},{}]"#, 80 - n_whole);
    assert!(kinds.to_string().contains(&want), "{kinds}");
    assert!(
        kinds.to_string().contains(r#"["cn.mobile",80,80,0]"#),
        "{kinds}"
    );
}

#[test]
fn embedded_documents_and_headers_count() {
    let (code, audit) = scan_path(&few().join("embedded.docx"), &[]);
    assert_eq!(code, 0, "{}", audit["skipped"]);
    let parts = parts(&audit);
    let embedded = "word/embeddings/Microsoft_Excel_Sheet1.xlsx";
    assert!(
        parts.contains(&(embedded.to_owned(), "xlsx".to_owned())),
        "{parts:?}"
    );
    let kinds = counts(&audit).to_string();
    assert!(kinds.contains(r#"["cn.mobile",81,81,0]"#), "{kinds}");
    // The same in an archive, and that in another.
    let inner = zipped(&[("a.docx", &bytes_of("few/embedded.docx"))]);
    let (code, audit) = scan_bytes("outer.zip", &zipped(&[("inner.zip", &inner)]));
    assert_eq!(code, 0, "{}", audit["skipped"]);
    assert_eq!(counts(&audit).to_string(), kinds);
}

#[test]
fn encrypted_documents_are_told() {
    let (code, audit) = scan_path(&few().join("encrypted.xlsx"), &[]);
    assert_eq!(code, 3);
    assert_eq!(reasons(&audit), ["encrypted"]);
}

/// A document with one of its parts changed.
fn changed(name: &str, part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes_of(name))).expect("an archive");
    let mut members = Vec::new();
    for i in 0..archive.len() {
        let mut member = archive.by_index(i).expect("a member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("read");
        let path = member.name().expect("UTF-8").into_owned();
        if path == part {
            bytes = change(String::from_utf8(bytes).expect("UTF-8")).into_bytes();
        }
        members.push((path, bytes));
    }
    let members: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (&**n, &**b)).collect();
    zipped(&members)
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn corners_of_a_sheet_cost_nothing() {
    let sparse = |_| {
        "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>手机13812345678</t></is></c></row>\
         <row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>手机13912345678</t></is></c></row></sheetData></worksheet>"
            .to_owned()
    };
    let (code, audit) = scan_bytes("a.xlsx", &changed("office/openpyxl.xlsx", SHEET, sparse));
    assert_eq!(code, 0, "{}", audit["skipped"]);
    assert!(
        counts(&audit)
            .to_string()
            .contains(r#"["cn.mobile",2,2,0]"#),
        "{audit}"
    );
}

#[test]
fn entities_of_a_document_are_not_expanded() {
    let laughs = |sheet: String| {
        let mut dtd = "<!DOCTYPE x [<!ENTITY a0 'ha'>".to_owned();
        for i in 1..30 {
            dtd.push_str(&format!("<!ENTITY a{i} '&a{0};&a{0};'>", i - 1));
        }
        let sheet = sheet.replacen("<worksheet", &format!("{dtd}]><worksheet"), 1);
        let cell = "<row><c t='inlineStr'><is><t>&a29;</t></is></c></row></sheetData>";
        sheet.replacen("</sheetData>", cell, 1)
    };
    let (code, audit) = scan_bytes("a.xlsx", &changed("office/openpyxl.xlsx", SHEET, laughs));
    assert_eq!(code, 3);
    let reasons = reasons(&audit);
    assert!(
        reasons.len() == 1 && reasons[0].contains("entities"),
        "{reasons:?}"
    );
    assert!(
        counts(&audit)
            .to_string()
            .contains(r#"["cn.resident-id",1000,1000,0]"#)
    );
}

#[test]
fn broken_documents_are_told_and_the_rest_counts() {
    // Cut in the middle of a sheet: the rows before count.
    let half = |sheet: String| {
        let end = sheet.find("<row r=\"41\"").expect("a row");
        sheet[..end].to_owned()
    };
    let (code, audit) = scan_bytes("a.xlsx", &changed("office/openpyxl.xlsx", SHEET, half));
    assert_eq!(code, 3);
    assert!(reasons(&audit)[0].starts_with("truncated"), "{audit}");
    assert!(
        counts(&audit)
            .to_string()
            .contains(r#"["cn.resident-id",39,39,0]"#),
        "{audit}"
    );
    for name in [
        "openpyxl.xlsx",
        "python-docx.docx",
        "odfpy.ods",
        "xlwt.xls",
        "libreoffice.doc",
        "pyxlsbwriter.xlsb",
    ] {
        let bytes = bytes_of(&format!("office/{name}"));
        let (code, audit) = scan_bytes(name, &bytes[..bytes.len() * 2 / 3]);
        assert_eq!(code, 3, "{name}");
        assert!(!reasons(&audit).is_empty(), "{name}");
    }
    let rtf = bytes_of("office/libreoffice.rtf");
    let (code, audit) = scan_bytes("a.rtf", &rtf[..rtf.len() / 2]);
    assert_eq!(code, 3);
    assert!(reasons(&audit)[0].starts_with("truncated"), "{audit}");
    assert!(
        audit["persons"].as_u64().expect("a number") > 250,
        "{audit}"
    );
}

#[test]
fn documents_in_documents_end_at_a_limit() {
    let types = "<Types><Override PartName='/word/document.xml' ContentType='x.document.main+xml'/></Types>";
    let root = "<Relationships><Relationship Id='a' Type='x/officeDocument' Target='word/document.xml'/></Relationships>";
    let text = "<document><p><t>手机13812345678</t></p></document>";
    let mut inner = b"nothing".to_vec();
    for _ in 0..50 {
        inner = zipped(&[
            ("[Content_Types].xml", types.as_bytes()),
            ("_rels/.rels", root.as_bytes()),
            ("word/document.xml", text.as_bytes()),
            ("word/embeddings/a.docx", &inner),
        ]);
    }
    let (code, audit) = scan_bytes("a.docx", &inner);
    assert_eq!(code, 3);
    assert!(
        reasons(&audit)[0].contains("containers in each other"),
        "{audit}"
    );
    assert!(
        counts(&audit)
            .to_string()
            .contains(r#"["cn.mobile",16,1,0]"#),
        "{audit}"
    );
}

#[test]
fn sectors_that_lead_in_circles_are_told() {
    let mut bytes = bytes_of("office/xlwt.xls");
    // The first sector of the table of sectors is named in the head; every entry of it then leads to the sector before.
    let at = u32::from_le_bytes(bytes[0x4C..0x50].try_into().expect("four bytes")) as usize;
    let start = 512 * (at + 1);
    for i in 1..40_u32 {
        let place = start + 4 * i as usize;
        bytes[place..place + 4].copy_from_slice(&(i - 1).to_le_bytes());
    }
    bytes[start..start + 4].copy_from_slice(&39_u32.to_le_bytes());
    let (code, audit) = scan_bytes("a.xls", &bytes);
    assert_eq!(code, 3);
    assert!(reasons(&audit)[0].starts_with("damaged"), "{audit}");
}
