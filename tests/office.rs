//! Documents of office programs: the same people in every format count the same, and what is broken or hostile is told.
//!
//! The files in `tests/data/formats` were written by other programs, from the people of `people.csv` as rows and of `people.txt`
//! as sentences. Hostile ones are made here.

use std::fs;
use std::io::{Cursor, Read, Write};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::util::formats::{folder, reasons, scan_path};

fn bytes_of(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Exit code and audit of a scan of one file with these bytes.
#[track_caller]
fn scan(name: &str, bytes: &[u8]) -> (i32, Value) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    fs::write(&path, bytes).expect("written");
    scan_path(&path, &[])
}

/// Matches of kinds, rows and persons of categories, and persons: what a document must have in common with the plain file.
fn counts(audit: &Value) -> Value {
    let kinds = audit["kinds"].as_array().expect("kinds");
    let kinds = kinds
        .iter()
        .map(|k| json!([k["kind"], k["matches"], k["distinct"], k["rounded"]]));
    json!([
        kinds.collect::<Vec<_>>(),
        audit["categories"],
        audit["persons"]
    ])
}

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

#[track_caller]
fn check_same(name: &str, plain: &str, format: &str) {
    let (code, audit) = scan_path(&folder().join(name), &[]);
    let (_, want) = scan_path(&folder().join(plain), &[]);
    assert_eq!(code, 0, "{name}: {}", audit["skipped"]);
    assert_eq!(counts(&audit), counts(&want), "{name}");
    assert_eq!(audit["files"][0]["format"], format, "{name}");
}

#[test]
fn the_same_rows_count_the_same_in_every_spreadsheet() {
    for (name, format) in [
        ("people.xlsx", "xlsx"),
        ("people_libreoffice.xlsx", "xlsx"),
        ("people.ods", "ods"),
        ("people_libreoffice.ods", "ods"),
        ("people.xls", "xls"),
        ("people_libreoffice.xls", "xls"),
        ("people.xlsb", "xlsb"),
    ] {
        check_same(name, "people.csv", format);
    }
}

#[test]
fn the_same_rows_count_the_same_in_tables_of_documents() {
    for (name, format) in [
        ("people.docx", "docx"),
        ("people_libreoffice.odt", "odt"),
        ("people.pptx", "pptx"),
        ("people.rtf", "rtf"),
        ("people.doc", "doc"),
    ] {
        check_same(name, "people.csv", format);
    }
}

#[test]
fn the_same_sentences_count_the_same_in_every_document() {
    for (name, format) in [
        ("people_lines.docx", "docx"),
        ("people_lines.odt", "odt"),
        ("people_lines.rtf", "rtf"),
        ("people_lines.doc", "doc"),
        ("people_lines.ofd", "ofd"),
    ] {
        check_same(name, "people.txt", format);
    }
}

#[test]
fn hidden_sheets_and_comments_count() {
    let (code, audit) = scan_path(&folder().join("people_two_sheets.xlsx"), &[]);
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
    let (_, audit) = scan_path(&folder().join("people_rounded.xlsx"), &[]);
    let kinds = counts(&audit);
    // Those that end in X are text, and whole.
    let n_whole = fs::read_to_string(folder().join("people.csv")).expect("text");
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
    let (code, audit) = scan_path(&folder().join("people_embedded.docx"), &[]);
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
    let inner = zipped(&[("a.docx", &bytes_of("people_embedded.docx"))]);
    let (code, audit) = scan("outer.zip", &zipped(&[("inner.zip", &inner)]));
    assert_eq!(code, 0, "{}", audit["skipped"]);
    assert_eq!(counts(&audit).to_string(), kinds);
}

#[test]
fn encrypted_documents_are_told() {
    let (code, audit) = scan_path(&folder().join("people_encrypted.xlsx"), &[]);
    assert_eq!(code, 3);
    assert_eq!(reasons(&audit), ["encrypted"]);
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).expect("a member");
        writer.write_all(bytes).expect("memory takes all");
    }
    writer.finish().expect("memory takes all").into_inner()
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
    let (code, audit) = scan("a.xlsx", &changed("people.xlsx", SHEET, sparse));
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
    let (code, audit) = scan("a.xlsx", &changed("people.xlsx", SHEET, laughs));
    assert_eq!(code, 3);
    let reasons = reasons(&audit);
    assert!(
        reasons.len() == 1 && reasons[0].contains("entities"),
        "{reasons:?}"
    );
    assert!(
        counts(&audit)
            .to_string()
            .contains(r#"["cn.resident-id",80,80,0]"#)
    );
}

#[test]
fn broken_documents_are_told_and_the_rest_counts() {
    // Cut in the middle of a sheet: the rows before count.
    let half = |sheet: String| {
        let end = sheet.find("<row r=\"41\"").expect("a row");
        sheet[..end].to_owned()
    };
    let (code, audit) = scan("a.xlsx", &changed("people.xlsx", SHEET, half));
    assert_eq!(code, 3);
    assert!(reasons(&audit)[0].starts_with("truncated"), "{audit}");
    assert!(
        counts(&audit)
            .to_string()
            .contains(r#"["cn.resident-id",39,39,0]"#),
        "{audit}"
    );
    for name in [
        "people.xlsx",
        "people.docx",
        "people.ods",
        "people.xls",
        "people.doc",
        "people.xlsb",
    ] {
        let bytes = bytes_of(name);
        let (code, audit) = scan(name, &bytes[..bytes.len() * 2 / 3]);
        assert_eq!(code, 3, "{name}");
        assert!(!reasons(&audit).is_empty(), "{name}");
    }
    let rtf = bytes_of("people.rtf");
    let (code, audit) = scan("a.rtf", &rtf[..rtf.len() / 2]);
    assert_eq!(code, 3);
    assert!(reasons(&audit)[0].starts_with("truncated"), "{audit}");
    assert!(audit["persons"].as_u64().expect("a number") > 20, "{audit}");
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
    let (code, audit) = scan("a.docx", &inner);
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
    let mut bytes = bytes_of("people.xls");
    // The first sector of the table of sectors is named in the head; every entry of it then leads to the sector before.
    let at = u32::from_le_bytes(bytes[0x4C..0x50].try_into().expect("four bytes")) as usize;
    let start = 512 * (at + 1);
    for i in 1..40_u32 {
        let place = start + 4 * i as usize;
        bytes[place..place + 4].copy_from_slice(&(i - 1).to_le_bytes());
    }
    bytes[start..start + 4].copy_from_slice(&39_u32.to_le_bytes());
    let (code, audit) = scan("a.xls", &bytes);
    assert_eq!(code, 3);
    assert!(reasons(&audit)[0].starts_with("damaged"), "{audit}");
}
