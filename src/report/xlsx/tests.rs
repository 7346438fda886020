//! Workbooks, opened as the archives of XML that they are.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::super::Lang;
use super::super::fixture::{hostile, options, plain};
use super::super::terminal::is_unsafe;
use super::book::CHARS_MAX;
use super::*;
use crate::audit::LimitFound;

/// All parts of a workbook, by name.
fn parts(audit: &Audit, lang: Lang) -> Vec<(String, String)> {
    let bytes = workbook(audit, &options(lang, 80, false)).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        out.push((name, text));
    }
    out.sort();
    out
}

#[test]
fn no_cell_is_a_formula_or_a_link_and_every_name_is_harmless() {
    for lang in [Lang::En, Lang::Zh] {
        let parts = parts(&hostile(), lang);
        let text: String = parts.iter().map(|(_, text)| text.as_str()).collect();
        assert!(!text.contains("<f>") && !text.contains("<f "));
        assert!(!text.contains("<hyperlink"));
        let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            !names
                .iter()
                .any(|name| name.contains("external") || name.contains("vba"))
        );
        // Without the line feeds of the format's own layout.
        let bad: Vec<char> = text
            .chars()
            .filter(|c| is_unsafe(*c) && !"\r\n\t".contains(*c))
            .collect();
        assert_eq!(bad, []);
        // The formula is there, as text, with the mark of a leading apostrophe.
        assert!(text.contains("<t>=cmd|' /C calc'!A0</t>"));
        assert!(text.contains("quotePrefix=\"1\""));
    }
}

#[test]
fn every_table_is_a_sheet_and_the_same_audit_gives_the_same_bytes() {
    for (lang, want) in [
        (
            Lang::En,
            [
                "Summary",
                "Levels",
                "Categories",
                "Kinds of values",
                "Files",
            ],
        ),
        (Lang::Zh, ["概要", "级别", "分类计数", "识别种类", "文件"]),
    ] {
        let parts = parts(&plain(), lang);
        let book = &parts
            .iter()
            .find(|(name, _)| name == "xl/workbook.xml")
            .unwrap()
            .1;
        for name in want {
            assert!(
                book.contains(&format!("<sheet name=\"{name}\"")),
                "{name} not in {book}"
            );
        }
    }
    let options = options(Lang::En, 80, false);
    assert_eq!(
        workbook(&plain(), &options).unwrap(),
        workbook(&plain(), &options).unwrap()
    );
    let empty = Audit::default();
    assert_eq!(
        workbook(&empty, &options).unwrap(),
        workbook(&empty, &options).unwrap()
    );
}

#[test]
fn what_a_cell_cannot_hold_is_cut_or_told_as_text() {
    let mut audit = plain();
    audit.files[0].path = "x".repeat(100_000);
    audit.files[0].bytes = u64::MAX;
    let text: String = parts(&audit, Lang::En)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert!(
        text.contains("x…x"),
        "a path of 100,000 characters is cut in its middle"
    );
    assert!(!text.contains(&"x".repeat(CHARS_MAX)));
    assert!(text.contains("<t>18,446,744,073,709,551,615</t>"));
}

#[test]
fn names_that_are_too_long_for_a_cell_cost_no_workbook() {
    // More characters than columns of a terminal.
    let long = "a\u{301}\u{302}".repeat(40_000);
    let mut audit = plain();
    audit.files[0].path = long.clone();
    audit.files[0].categories.insert(long.clone(), 1);
    audit.files[0].kinds.insert(long.clone(), 1);
    audit.categories[0].category = long.clone();
    audit.skipped = vec![crate::error::Skipped::new(
        long,
        &crate::error::Reason::NotFound,
    )];
    let text: String = parts(&audit, Lang::Zh)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert!(text.contains('…'));
}

#[test]
fn a_budget_is_a_sheet_and_what_is_exceeded_stands_in_the_summary() {
    let limit = |limit: &str, found, files| LimitFound {
        limit: limit.to_owned(),
        unit: "matches".to_owned(),
        max: 5,
        found,
        exceeded: found > 5,
        files,
        owner: Some("=shop".to_owned()),
        ..LimitFound::default()
    };
    let mut audit = plain();
    audit.budget = vec![
        limit("kind email", 6, None),
        limit("kind email in a", 5, Some(3)),
        limit("kind email in b", 0, Some(0)),
    ];
    let parts = parts(&audit, Lang::En);
    let part = |name: &str| &parts.iter().find(|(n, _)| n == name).unwrap().1;
    assert!(part("xl/workbook.xml").contains("<sheet name=\"Budget\""));
    let strings = part("xl/sharedStrings.xml");
    for text in [
        "kind email: 6 found, 5 allowed (matches). Owner: =shop.",
        "exceeded",
        "kept",
        "no such file",
        "=shop",
    ] {
        assert!(strings.contains(&format!("<t>{text}</t>")), "{text}");
    }
}
