//! Pages, XML and logs that other programs wrote: they count like the table they were made from, whatever they are packed in.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::count::run;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats")
}

/// Exit code and audit of a scan of one file.
#[track_caller]
fn scan(path: &Path, more: &[&str]) -> (i32, Value) {
    let path = path.to_str().expect("UTF-8");
    let (code, out, err) = run(&[&["scan", "-f", "json", path], more].concat());
    let audit = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{path}: {e}: {err}"));
    (code, audit)
}

/// Exit code and audit of a scan of one file with these bytes.
#[track_caller]
fn scan_bytes(name: &str, bytes: &[u8]) -> (i32, Value) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    fs::write(&path, bytes).expect("written");
    scan(&path, &[])
}

/// Matches and different values of each kind, rows, items and persons of each category, and persons.
fn counts(audit: &Value) -> Value {
    let of = |list: &str, fields: &[&str]| {
        let all = audit[list].as_array().expect("a list").iter();
        let of_one = |one: &Value| fields.iter().map(|field| one[*field].clone()).collect();
        Value::Array(all.map(of_one).collect())
    };
    json!([
        of("kinds", &["kind", "matches", "distinct"]),
        of("categories", &["category", "rows", "items", "persons"]),
        audit["persons"]
    ])
}

fn reasons(audit: &Value) -> Vec<String> {
    let skipped = audit["skipped"].as_array().expect("a list").iter();
    skipped
        .map(|entry| entry["reason"].as_str().expect("a reason").to_owned())
        .collect()
}

/// The fields of a line of RFC 4180 without line feeds in them.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            c => fields.last_mut().expect("there is a first").push(c),
        }
    }
    fields
}

/// A file of the people counts as the plain one does.
#[track_caller]
fn check(like: &str, name: &str, format: &str, encoding: &str) {
    let (_, want) = scan(&folder().join(like), &[]);
    assert_eq!(want["persons"], 80, "{like} has 80 people");
    let path = folder().join("markup").join(name);
    for threads in ["1", "3"] {
        let (code, audit) = scan(&path, &["--threads", threads]);
        assert_eq!(counts(&audit), counts(&want), "{name}");
        assert_eq!(audit["files"][0]["format"], format, "{name}");
        assert_eq!(audit["files"][0]["encoding"], encoding, "{name}");
        assert_eq!((code, reasons(&audit)), (0, Vec::new()), "{name}");
    }
    // The same in an archive.
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer.start_file(name, options).expect("a member");
    let bytes = fs::read(&path).expect("read");
    writer.write_all(&bytes).expect("memory takes all");
    let archive = writer.finish().expect("memory takes all").into_inner();
    let (code, audit) = scan_bytes("a.zip", &archive);
    assert_eq!(
        (code, counts(&audit)),
        (0, counts(&want)),
        "{name} in a zip"
    );
}

#[test]
fn tables_of_pages_count_as_the_rows_they_were_made_from() {
    check("people.csv", "people_pandas.html", "html", "UTF-8");
    check("people.csv", "people_libreoffice.html", "html", "UTF-8");
    check("people.csv", "people_gbk.html", "html", "GB18030");
}

#[test]
fn a_table_a_person_counts_as_a_row() {
    check("people.csv", "people_cards.html", "html", "UTF-8");
}

#[test]
fn paragraphs_of_pages_count_as_lines() {
    check("people.txt", "people_lines.html", "html", "UTF-8");
}

#[test]
fn workbooks_in_xml_count_as_rows() {
    check("people.csv", "people_2003.xml", "xml", "UTF-8");
}

#[test]
fn records_of_xml_count_as_rows() {
    check("people.csv", "people_pandas.xml", "xml", "UTF-8");
    check("people.csv", "people_dicttoxml.xml", "xml", "UTF-8");
    check("people.csv", "people_attributes.xml", "xml", "GB18030");
}

#[test]
fn logs_with_keys_count_as_rows() {
    check("people.csv", "people_logfmt.log", "text", "UTF-8");
    check("people.csv", "people_json.log", "text", "UTF-8");
}

#[test]
fn logs_with_keys_support_the_categories_of_the_table() {
    let exports = folder().join("../exports");
    for name in ["hotel_checkin.csv", "call_detail.csv", "medical_visit.csv"] {
        let bytes = fs::read(exports.join(name)).expect("read");
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|e| encoding_rs::GB18030.decode(e.as_bytes()).0.into_owned());
        let mut rows = text.trim_start_matches('\u{feff}').lines().map(fields);
        let header = rows.next().expect("a header");
        let (mut logfmt, mut payload) = (String::new(), String::new());
        for row in rows {
            logfmt.push_str("time=2024-03-01T10:00:00Z level=info");
            let mut object = serde_json::Map::new();
            for (key, value) in header.iter().zip(&row) {
                let value = value.replace('"', "'");
                logfmt.push_str(&format!(" {key}=\"{value}\""));
                object.insert(key.clone(), Value::String(value));
            }
            logfmt.push('\n');
            let object = Value::Object(object);
            payload.push_str(&format!("2024-03-01 10:00:00,123 INFO main - {object}\n"));
        }
        let (_, want) = scan(&exports.join(name), &[]);
        for log in [logfmt, payload] {
            let (code, audit) = scan_bytes("app.log", log.as_bytes());
            assert_eq!(
                (code, &audit["files"][0]["format"]),
                (0, &json!("text")),
                "{name}"
            );
            assert_eq!(audit["persons"], want["persons"], "{name}");
            assert_eq!(counts(&audit)[1], counts(&want)[1], "{name}");
        }
    }
}

#[test]
fn pages_that_are_broken_off_count_what_is_there() {
    let page = fs::read(folder().join("markup/people_pandas.html")).expect("read");
    let text = String::from_utf8(page).expect("UTF-8");
    let half = text.match_indices("</tr>").nth(40).expect("a row").0;
    let (code, audit) = scan_bytes("a.html", &text.as_bytes()[..half]);
    assert_eq!((code, &audit["persons"]), (0, &json!(40)));
    let (code, audit) = scan_bytes("a.html", format!("{text}<script>{text}").as_bytes());
    assert_eq!((code, &audit["persons"]), (3, &json!(80)));
    assert_eq!(
        reasons(&audit),
        ["truncated: it ends inside of a script, a style or a template, which are not read"]
    );
    let xml = fs::read(folder().join("markup/people_pandas.xml")).expect("read");
    let text = String::from_utf8(xml).expect("UTF-8");
    let half = text.match_indices("</客人>").nth(39).expect("a row").0;
    let (code, audit) = scan_bytes("a.xml", &text.as_bytes()[..half]);
    assert_eq!((code, &audit["persons"]), (3, &json!(40)));
    assert_eq!(reasons(&audit), ["truncated: the XML ends in the middle"]);
}

#[test]
fn entities_of_a_document_are_told_and_not_expanded() {
    let mut dtd = "<!DOCTYPE r [<!ENTITY a0 'ha'>".to_owned();
    for i in 1..30 {
        dtd.push_str(&format!("<!ENTITY a{i} '&a{0};&a{0};'>", i - 1));
    }
    let row = |phone| format!("<row><手机>{phone}</手机><x>&a29;</x></row>");
    let rows = row("13812345678") + &row("13912345678");
    let (code, audit) = scan_bytes("a.xml", format!("{dtd}]><r>{rows}</r>").as_bytes());
    assert_eq!(code, 3);
    assert!(
        reasons(&audit)[0].contains("2 references to entities"),
        "{audit}"
    );
    assert!(counts(&audit).to_string().contains(r#"["cn.mobile",2,2]"#));
}
