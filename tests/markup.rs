//! Pages, XML and logs: sentences count as lines, logs support the categories of their table, and what is broken or hostile is told. That
//! those of other programs count like the table they were made from is tested in `formats`.

use std::fs;

use serde_json::{Value, json};

use crate::util::formats::{bytes_of, check_few, counts, folder, reasons, scan_bytes, scan_path};

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

#[test]
fn paragraphs_of_pages_count_as_lines() {
    check_few("people.txt", "lines.html", "html", &[]);
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
        let (_, want) = scan_path(&exports.join(name), &[]);
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
    let text = String::from_utf8(bytes_of("markup/pandas.html")).expect("UTF-8");
    let half = text.match_indices("</tr>").nth(40).expect("a row").0;
    let (code, audit) = scan_bytes("a.html", &text.as_bytes()[..half]);
    assert_eq!((code, &audit["persons"]), (0, &json!(40)));
    let (code, audit) = scan_bytes("a.html", format!("{text}<script>{text}").as_bytes());
    assert_eq!((code, &audit["persons"]), (3, &json!(1_000)));
    assert_eq!(
        reasons(&audit),
        ["truncated: it ends inside of a script, a style or a template, which are not read"]
    );
    let text = String::from_utf8(bytes_of("markup/pandas.xml")).expect("UTF-8");
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
    assert!(
        counts(&audit)
            .to_string()
            .contains(r#"["cn.mobile",2,2,0]"#)
    );
}
