//! Whole reports against committed files, and what must hold for every report.
//!
//! `UPDATE_EXPECT=1 cargo test --lib report` rewrites the files of `testdata`; read the difference
//! before committing it.

use std::path::Path;

use super::fixture::{assessment, hostile, options, plain};
use super::terminal::{is_unsafe, width};
use super::{Format, Lang, Options, read, write};
use crate::audit::Audit;
use crate::law::{Level, Outcome, Weighted};

fn render(format: Format, audit: &Audit, options: &Options) -> String {
    let mut out = Vec::new();
    write(format, &mut out, audit, options).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(audit: &Audit, options: &Options) -> String {
    render(Format::Text, audit, options)
}

#[track_caller]
fn check(name: &str, got: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/report/testdata")
        .join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, got).unwrap();
    }
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    if got != want {
        let at = got.lines().zip(want.lines()).position(|(g, w)| g != w);
        let at = at.unwrap_or_else(|| got.lines().count().min(want.lines().count()));
        panic!(
            "{name} differs from line {}\n got: {:?}\nwant: {:?}",
            at + 1,
            got.lines().nth(at),
            want.lines().nth(at),
        );
    }
}

#[test]
fn a_console_without_blocks_gets_signs_of_ascii_in_the_same_places() {
    for audit in [plain(), hostile()] {
        for lang in [Lang::En, Lang::Zh] {
            let full = options(lang, 80, false);
            let narrow = Options {
                ascii: true,
                ..full.clone()
            };
            let (full, ascii) = (text(&audit, &full), text(&audit, &narrow));
            assert_ne!(full, ascii);
            assert!(!ascii.contains(['█', '·', '…', '✓', '─']), "{ascii}");
            assert_eq!(full.lines().count(), ascii.lines().count());
            for (a, b) in full.lines().zip(ascii.lines()) {
                assert_eq!(width(a), width(b), "{a}\n{b}");
            }
        }
    }
}

/// Every format and language, with and without colour, at several widths.
fn all_reports(audit: &Audit) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for lang in [Lang::En, Lang::Zh] {
        for columns in [0, 40, 47, 60, 80, 100, 120, 4000] {
            for color in [false, true] {
                let name = format!("text {lang:?} {columns} {color}");
                out.push((name, text(audit, &options(lang, columns, color))));
            }
        }
        let options = options(lang, 80, false);
        for format in [
            Format::Markdown,
            Format::Csv,
            Format::Json,
            Format::Sarif,
            Format::Junit,
            Format::Github,
            Format::Html,
        ] {
            let name = format!("{format:?} {lang:?}");
            out.push((name, render(format, audit, &options)));
        }
    }
    out
}

#[test]
fn text_is_as_committed() {
    check(
        "plain.en.80.txt",
        &text(&plain(), &options(Lang::En, 80, false)),
    );
    check(
        "plain.zh.80.txt",
        &text(&plain(), &options(Lang::Zh, 80, false)),
    );
    check(
        "plain.en.60.txt",
        &text(&plain(), &options(Lang::En, 60, false)),
    );
    check(
        "plain.zh.60.txt",
        &text(&plain(), &options(Lang::Zh, 60, false)),
    );
    check(
        "plain.en.80.color.txt",
        &text(&plain(), &options(Lang::En, 80, true)),
    );
    check(
        "hostile.en.80.txt",
        &text(&hostile(), &options(Lang::En, 80, false)),
    );
    check(
        "hostile.zh.110.txt",
        &text(&hostile(), &options(Lang::Zh, 110, false)),
    );
}

#[test]
fn documents_are_as_committed() {
    for (lang, id) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        let options = options(lang, 80, false);
        check(
            &format!("plain.{id}.md"),
            &render(Format::Markdown, &plain(), &options),
        );
        check(
            &format!("hostile.{id}.md"),
            &render(Format::Markdown, &hostile(), &options),
        );
    }
    let options = Options::default();
    check("hostile.csv", &render(Format::Csv, &hostile(), &options));
    for (format, ending) in [(Format::Junit, "xml"), (Format::Github, "annotations")] {
        for (lang, id) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
            let got = render(
                format,
                &hostile(),
                &super::fixture::options(lang, 80, false),
            );
            check(&format!("hostile.{id}.{ending}"), &got);
        }
    }
}

#[test]
fn nothing_reaches_a_terminal_but_text_and_colours() {
    for (name, report) in all_reports(&hostile()) {
        let mut report = report;
        if name.starts_with("text") && name.ends_with("true") {
            assert!(report.contains("\x1b["), "{name} has no colour");
            report = without_colours(&report);
        }
        if name.starts_with("Csv") {
            assert!(report.starts_with('\u{feff}'));
            report = report[3..].replace("\r\n", "\n");
        }
        let bad = report.chars().find(|c| *c != '\n' && is_unsafe(*c));
        assert_eq!(bad, None, "{name}");
    }
}

/// Takes out exactly the sequences that a page may write.
fn without_colours(text: &str) -> String {
    let mut text = text.to_owned();
    for sgr in ["0", "1", "2", "31", "32", "33", "1;31", "1;32", "1;33"] {
        text = text.replace(&format!("\x1b[{sgr}m"), "");
    }
    text
}

#[test]
fn colours_change_nothing_but_colours() {
    for audit in [plain(), hostile()] {
        let colored = text(&audit, &options(Lang::Zh, 80, true));
        let bare = text(&audit, &options(Lang::Zh, 80, false));
        let trimmed = |s: &str| s.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        assert_eq!(trimmed(&without_colours(&colored)), trimmed(&bare));
    }
}

#[test]
fn every_line_keeps_to_the_width() {
    for lang in [Lang::En, Lang::Zh] {
        for columns in [60, 72, 80, 100, 120] {
            for line in text(&hostile(), &options(lang, columns, false)).lines() {
                assert!(width(line) <= columns, "{columns}: {line}");
                assert_eq!(line.trim_end(), line);
            }
        }
    }
}

#[test]
fn a_markdown_table_has_the_same_cells_in_every_row() {
    for lang in [Lang::En, Lang::Zh] {
        let report = render(Format::Markdown, &hostile(), &options(lang, 80, false));
        assert!(!report.contains("<script") && !report.contains("<img"));
        let mut n_cells = None;
        for line in report.lines() {
            if line.starts_with('|') {
                let n = line.replace("\\|", "").matches('|').count();
                assert_eq!(*n_cells.get_or_insert(n), n, "{line}");
            } else {
                n_cells = None;
            }
        }
    }
}

#[test]
fn no_cell_of_a_spreadsheet_is_a_formula_and_every_row_has_five() {
    let report = render(Format::Csv, &hostile(), &Options::default());
    for line in report
        .trim_start_matches('\u{feff}')
        .split_terminator("\r\n")
    {
        let cells = parse_row(line);
        assert_eq!(cells.len(), 5, "{line}");
        for cell in cells {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell}"
            );
        }
    }
    assert!(report.contains("'=cmd|' /C calc'!A0"));
}

/// A row of RFC 4180 without line breaks in its cells.
fn parse_row(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = cells.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cell.push(c),
        }
    }
    cells
}

#[test]
fn json_comes_back_as_it_was() {
    for audit in [plain(), hostile(), Audit::default()] {
        let mut audit = audit;
        audit.schema = crate::audit::SCHEMA.to_owned();
        let json = render(Format::Json, &audit, &Options::default());
        assert!(json.ends_with("}\n"));
        assert_eq!(read(&json).unwrap(), audit);
    }
}

#[test]
fn json_has_its_fields_in_order() {
    let json = render(Format::Json, &plain(), &Options::default());
    let fields = json.lines().filter_map(|l| l.strip_prefix("  \""));
    let fields: Vec<&str> = fields.filter_map(|l| l.split('"').next()).collect();
    let want = [
        "schema",
        "tool",
        "started",
        "inputs",
        "stats",
        "complete",
        "kinds",
        "categories",
        "persons",
        "ages_on",
        "readings",
        "files",
        "assessments",
        "skipped",
    ];
    assert_eq!(fields, want);
}

#[test]
fn json_lines_of_an_audit_are_refused() {
    let error = write(
        Format::JsonLines,
        &mut Vec::new(),
        &plain(),
        &Options::default(),
    );
    assert_eq!(error.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn formats_are_found_by_id_and_by_ending() {
    for format in Format::ALL {
        assert_eq!(Format::from_id(format.id()), Some(format));
    }
    for (path, want) in [
        ("a/b.JSON", Some(Format::Json)),
        ("b.ndjson", Some(Format::JsonLines)),
        ("b.md", Some(Format::Markdown)),
        ("b.csv", Some(Format::Csv)),
        ("b.txt", Some(Format::Text)),
        ("b.sarif", Some(Format::Sarif)),
        ("b.xml", Some(Format::Junit)),
        ("b.xlsx", Some(Format::Xlsx)),
        ("json", None),
        ("b.html", Some(Format::Html)),
        ("b.docx", None),
    ] {
        assert_eq!(Format::from_path_ending(Path::new(path)), want, "{path}");
    }
}

/// The first line of the text report, and its sentence on the volume.
#[track_caller]
fn check_headline(audit: &Audit, lang: Lang, headline: &str, distance: &str) {
    let report = text(audit, &options(lang, 120, false));
    let mut lines = report.lines().map(str::trim).filter(|l| !l.is_empty());
    assert_eq!(lines.next(), Some(headline));
    // The sentence may be wrapped.
    let rest = lines.collect::<Vec<_>>().join(" ");
    assert!(rest.contains(distance), "{distance} not in\n{report}");
}

fn with_classes(classes: [u64; 3], complete: bool) -> Audit {
    Audit {
        complete,
        assessments: vec![assessment("default", classes, &[])],
        ..plain()
    }
}

#[test]
fn the_headline_says_the_level_and_the_distance() {
    check_headline(
        &with_classes([49, 0, 99], true),
        Lang::En,
        "BELOW EVERY THRESHOLD",
        "Weighted volume 4,999: 99% of the serious threshold; 1 more would reach it.",
    );
    check_headline(
        &with_classes([50, 0, 0], true),
        Lang::En,
        "SERIOUS THRESHOLD REACHED",
        "Weighted volume 5,000: 1.0 times the serious threshold, 10% of the especially serious one; 45,000 more would reach it.",
    );
    check_headline(
        &with_classes([500, 0, 0], true),
        Lang::En,
        "ESPECIALLY SERIOUS THRESHOLD REACHED",
        "Weighted volume 50,000: 1.0 times the especially serious threshold.",
    );
    check_headline(
        &with_classes([0, 0, 5_000], false),
        Lang::En,
        "AT LEAST THE SERIOUS THRESHOLD REACHED",
        "Weighted volume at least 5,000: 1.0 times the serious threshold, 10% of the especially serious one; 45,000 more would reach it.",
    );
    check_headline(
        &with_classes([0, 0, 12], false),
        Lang::Zh,
        "已读取部分未达到任何标准",
        "折算总量不少于 12：为“情节严重”标准的 <1%，再增加 4,988 即达到。",
    );
    check_headline(
        &with_classes([0, 6_000, 0], false),
        Lang::Zh,
        "至少达到“情节特别严重”标准",
        "折算总量不少于 60,000：为“情节特别严重”标准的 1.2 倍。",
    );
}

#[test]
fn an_empty_audit_says_so_in_each_language() {
    let empty = Audit {
        complete: true,
        assessments: vec![assessment("default", [0; 3], &[])],
        ..Audit::default()
    };
    for (lang, want) in [
        (Lang::En, "NOTHING COUNTED"),
        (Lang::Zh, "未计入任何个人信息"),
    ] {
        let report = text(&empty, &options(lang, 80, false));
        assert_eq!(report.lines().nth(1).map(str::trim), Some(want));
    }
    let unassessed = text(&Audit::default(), &options(Lang::En, 80, false));
    assert!(unassessed.contains("NOT ASSESSED") && unassessed.contains("lower bound"));
}

#[test]
fn a_share_says_what_it_is_in_each_format() {
    let mut audit = plain();
    (audit.complete, audit.shard) = (false, Some("2/4".to_owned()));
    let english = options(Lang::En, 0, false);
    for (format, lang, want) in [
        (Format::Text, Lang::En, "Share 2/4 of the input"),
        (Format::Text, Lang::Zh, "第 2/4 份"),
        (Format::Markdown, Lang::En, "> **Share 2/4 of the input"),
        (Format::Csv, Lang::En, "scan,,,shard,2/4"),
        (Format::Json, Lang::En, "\"shard\": \"2/4\""),
    ] {
        let report = render(format, &audit, &options(lang, 0, false));
        assert!(report.contains(want), "{format:?} {lang:?}: {report}");
        assert!(!report.contains("Incomplete scan") && !report.contains("扫描不完整"));
    }
    assert_eq!(
        read(&render(Format::Json, &audit, &english)).unwrap(),
        audit
    );
    let gaps = text(
        &Audit {
            shard: audit.shard,
            ..hostile()
        },
        &english,
    );
    assert!(gaps.contains("Share 2/4") && gaps.contains("Incomplete scan"));
    audit.shard = Some("\u{1b}[2J<b>@".to_owned());
    for (name, report) in all_reports(&audit) {
        assert!(!report.contains("\u{1b}[2J"), "{name}");
        assert!(
            !name.starts_with("Markdown") || !report.contains("<b>"),
            "{name}"
        );
    }
}

#[test]
fn a_level_that_rests_on_gains_is_not_laid_on_the_volume() {
    let mut audit = with_classes([0, 0, 10], true);
    audit.assessments[0].level = Level::Serious;
    audit.assessments[0].provisions.push(Outcome {
        provision: "5.1(7)".to_owned(),
        level: Level::Serious,
        count: 9_000,
        threshold: 5_000,
        ratio: 1.8,
        reached: true,
        ..Outcome::default()
    });
    check_headline(
        &audit,
        Lang::En,
        "SERIOUS THRESHOLD REACHED",
        "The level rests on 5.1(7), not on the weighted volume.",
    );
}

#[test]
fn a_level_below_that_of_the_volume_is_explained() {
    let mut audit = with_classes([0, 0, 50_000], true);
    audit.assessments[0].level = Level::Serious;
    check_headline(
        &audit,
        Lang::Zh,
        "达到“情节严重”标准",
        "按所述日期或情节，级别低于仅凭数量所达到的级别。",
    );
    audit.assessments[0].cap = Some(Level::Serious);
    check_headline(
        &audit,
        Lang::Zh,
        "达到“情节严重”标准",
        "按所述日期的法律规定，无论数量多少，最高级别为“情节严重”。",
    );
    audit.assessments[0].level = Level::None;
    audit.assessments[0].cap = Some(Level::None);
    check_headline(
        &audit,
        Lang::En,
        "THE NUMBERS DO NOT APPLY",
        "The numbers are not in force on the dates stated, and are for comparison only.",
    );
}

#[test]
fn only_what_went_into_a_higher_class_is_counted_above() {
    #[track_caller]
    fn check(audit: &Audit, options: &Options, notes: usize) {
        let report = text(audit, options);
        assert_eq!(report.matches("counted above").count(), notes, "{report}");
    }
    let options = options(Lang::En, 80, false);
    check(&plain(), &options, 1);
    let unclassed = Options {
        classes: [("contact".to_owned(), "C".to_owned())].into(),
        ..options.clone()
    };
    check(&plain(), &unclassed, 0);
    let mut nothing_above = plain();
    nothing_above.categories.reverse();
    check(&nothing_above, &options, 0);
}

#[test]
fn an_instrument_without_a_volume_has_no_gauge() {
    let mut audit = with_classes([0, 0, 10], true);
    audit.assessments[0].weighted = Weighted::default();
    let report = text(&audit, &options(Lang::En, 80, false));
    assert!(!report.contains('└') && !report.contains("Weighted volume"));
}
