//! Tests of the engine with small made-up patterns, so that they speak of the engine and not of any number.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::detect::Catalog;

const PHONE: &str = r#"
    id = "t.phone"
    name = { en = "phone", zh = "电话" }
    description = "eleven digits, spaced or not, with a prefix or not"
    references = []
    regex = '(\(?\+86\)?[ -]?)?1[0-9]{2}[ -]?[0-9]{4}[ -]?[0-9]{4}'
    masked = '1[0-9]{2}\*{4}[0-9]{4}'
    compact = "digits"
    columns = ["phone", "caller"]
    confidence = { alone = "medium", context = "high" }
    mask = { keep_start = 3, keep_end = 4 }
    identifies = "phone"
    precedence = 60
"#;

const PLATE: &str = r#"
    id = "t.plate"
    name = { en = "plate", zh = "车牌" }
    description = "a Han character, a letter, five signs"
    references = []
    regex = '[京沪粤][A-Z][·-]?[A-Z0-9]{5}'
    compact = "alnum-upper"
    columns = ["plate"]
    confidence = { alone = "medium", context = "high" }
    mask = { keep_start = 2 }
    precedence = 50
"#;

const MAIL: &str = r#"
    id = "t.mail"
    name = { en = "mail", zh = "邮箱" }
    description = "something at something"
    references = []
    regex = '[A-Za-z0-9][A-Za-z0-9_+-]*(\.[A-Za-z0-9_+-]+)*@[a-z0-9-]+(\.[a-z]{2,6}){1,2}'
    compact = "lower"
    columns = ["email"]
    confidence = { alone = "high", context = "high" }
    mask = { keep_start = 1, keep_from = "@" }
    precedence = 80
"#;

const QQ: &str = r#"
    id = "t.qq"
    name = { en = "messenger number", zh = "QQ号" }
    description = "digits that mean nothing without a word"
    references = []
    regex = '[1-9][0-9]{4,10}'
    compact = "digits"
    context = "required"
    columns = ["qq"]
    labels = ["QQ"]
    confidence = { context = "medium" }
    mask = {}
    precedence = 10
"#;

const NAME: &str = r#"
    id = "t.name"
    name = { en = "name", zh = "姓名" }
    description = "two to four Han characters behind a word"
    references = []
    cell = '\p{Han}{2,4}'
    compact = "text"
    context = "required"
    columns = ["name"]
    confidence = { context = "medium" }
    mask = { keep_start = 1 }
    identifies = "name"
    precedence = 10
"#;

fn catalog() -> Catalog {
    let files = [PHONE, PLATE, MAIL, QQ, NAME].iter().enumerate();
    Catalog::load(
        &[],
        files
            .map(|(i, t)| (format!("{i}.toml"), (*t).to_owned()))
            .collect(),
    )
    .expect("the test patterns are right")
}

fn matches_in(text: &str, rule: impl Fn(&Catalog, &Detector) -> ColumnRule) -> Vec<String> {
    let catalog = catalog();
    let mut detector = catalog.detector();
    let rule = rule(&catalog, &detector);
    let span = Span {
        start: 0,
        end: text.len() as u32,
    };
    let batch = Batch {
        text: text.as_bytes().to_vec(),
        fields: vec![Field { span, column: 0 }],
        records: vec![Record {
            fields: 0..1,
            number: 1,
            line: 1,
            table: 0,
        }],
    };
    let mut found = Found::default();
    detector.batch(&batch, rule.prose);
    detector.record(&batch, &batch.records[0], &[rule], &mut found);
    let show = |m: &Match| {
        let id = catalog.pattern(m.kind).id.trim_start_matches("t.");
        format!("{id}:{}:{}", &text[m.span.range()], m.status.id())
    };
    found.matches.iter().map(show).collect()
}

#[track_caller]
fn check(text: &str, want: &[&str]) {
    let prose = |_: &Catalog, _: &Detector| ColumnRule {
        prose: true,
        ..ColumnRule::default()
    };
    assert_eq!(matches_in(text, prose), want, "{text}");
}

#[track_caller]
fn check_cell(text: &str, role: &str, want: &[&str]) {
    let column = |c: &Catalog, d: &Detector| d.column_rule(c.vocabulary().role(role), false, false);
    assert_eq!(matches_in(text, column), want, "{role}: {text}");
}

#[test]
fn values_are_found_in_every_surrounding() {
    check("13812345678", &["phone:13812345678:valid"]);
    check("手机13812345678转", &["phone:13812345678:valid"]);
    check("(+86)138-1234-5678,", &["phone:(+86)138-1234-5678:valid"]);
    check(
        "tel:+86 138 1234 5678;13812345679",
        &["phone:+86 138 1234 5678:valid", "phone:13812345679:valid"],
    );
    check("138****5678", &["phone:138****5678:masked"]);
    check(
        "车牌京A12345，沪B·C1234。",
        &["plate:京A12345:valid", "plate:沪B·C1234:valid"],
    );
    check(
        "写信给zhang.san+x@example.com.cn。",
        &["mail:zhang.san+x@example.com.cn:valid"],
    );
}

#[test]
fn nothing_is_found_inside_something_longer() {
    for text in [
        "213812345678",
        "138123456789",
        "a13812345678",
        "13812345678f",
        "0.13812345678",
        "13812345678.25",
        "550e8400-e29b-41d4-a716-13812345678",
        "13812345678-1",
        "_13812345678",
        "京A123456",
        "粤Z12",
        "@",
        "a@b",
        "@@@@",
    ] {
        check(text, &[]);
    }
}

#[test]
fn full_width_is_folded_and_places_are_those_of_the_source() {
    check(
        "电话１３８１２３４５６７８。",
        &["phone:１３８１２３４５６７８:valid"],
    );
    check("京Ａ１２３４５", &["plate:京Ａ１２３４５:valid"]);
    check("138－1234－5678", &["phone:138－1234－5678:valid"]);
    check("１２１３８１２３４５６７８", &[]);
}

#[test]
fn labels_announce_values() {
    check("QQ:12345678", &["qq:12345678:valid"]);
    check("QQ 12345678", &["qq:12345678:valid"]);
    check("QQ12345678", &["qq:12345678:valid"]);
    check("加qq12345678，", &["qq:12345678:valid"]);
    check("我的QQ是12345678", &["qq:12345678:valid"]);
    check("QQ 1234 and name John Smith", &[]);
    check("xQQ12345678 QQx12345678 QQ12345678x", &[]);
    check("QQ号：12345678，另有12345679", &["qq:12345678:valid"]);
    check("12345678", &[]);
    check(
        "姓名：张三，13812345678",
        &["name:张三:valid", "phone:13812345678:valid"],
    );
    check("姓名张三丰电话13812345678", &["phone:13812345678:valid"]);
    check("姓名：", &[]);
}

#[test]
fn names_behind_labels_end_where_something_else_begins() {
    for (text, name) in [
        ("姓名:张三的电话", "name:张三:valid"),
        ("姓名：张三姓名：", "name:张三:valid"),
        ("姓名：张三先生", "name:张三:valid"),
        ("姓名：王先生，", "name:王先生:valid"),
        ("姓名：张三和李四", "name:张三:valid"),
        (r#"{\"姓名\":\"张三\"}"#, "name:张三:valid"),
    ] {
        check(text, &[name]);
    }
}

#[test]
fn escapes_are_no_letters() {
    check(r"a\n13812345678\n", &["phone:13812345678:valid"]);
    check(r"\u673a13812345678", &["phone:13812345678:valid"]);
    check("q=%E6%89%8B13812345678&x=1", &["phone:13812345678:valid"]);
    check("tel%3D13812345678%26x", &["phone:13812345678:valid"]);
    check(r"\nzhang@example.com", &["mail:zhang@example.com:valid"]);
    check("100%1313812345678 %3813812345678", &[]);
}

#[test]
fn an_underscore_behind_a_han_character_separates() {
    check("张三_13812345678_李四", &["phone:13812345678:valid"]);
    check("id_13812345678", &[]);
}

#[test]
fn a_local_part_is_taken_whole_or_not_at_all() {
    check("zhang..san@example.com", &[]);
    check("...san@example.com", &["mail:san@example.com:valid"]);
    check("=san@example.com", &["mail:san@example.com:valid"]);
}

#[test]
fn letters_of_a_hex_id_are_no_label() {
    let catalog = Catalog::builtin().expect("the built-in catalog loads");
    let mut detector = catalog.detector();
    let text = "trace 9f1d-cbc12345 13812345678".to_owned();
    let span = Span {
        start: 0,
        end: text.len() as u32,
    };
    let batch = Batch {
        text: text.into_bytes(),
        fields: vec![Field { span, column: 0 }],
        records: vec![Record {
            fields: 0..1,
            number: 1,
            line: 1,
            table: 0,
        }],
    };
    let rule = ColumnRule {
        prose: true,
        ..ColumnRule::default()
    };
    let mut found = Found::default();
    detector.batch(&batch, true);
    detector.record(&batch, &batch.records[0], &[rule], &mut found);
    let names: Vec<_> = found
        .roles
        .iter()
        .map(|r| &catalog.vocabulary().info(r).id)
        .collect();
    assert_eq!(names, ["phone"]);
}

#[test]
fn columns_announce_values() {
    check_cell("12345678", "qq", &["qq:12345678:valid"]);
    check_cell(" 张三 ", "name", &["name:张三:valid"]);
    check_cell("张三有限公司", "name", &[]);
    check_cell("12345678", "amount", &[]);
    check_cell("13812345678", "phone", &["phone:13812345678:valid"]);
}

#[test]
fn an_address_is_found_in_a_cell_of_letters_alone() {
    let unknown = |_: &Catalog, _: &Detector| ColumnRule::default();
    assert_eq!(
        matches_in("zhangwei@qq.com", unknown),
        ["mail:zhangwei@qq.com:valid"]
    );
}

#[test]
fn four_hyphens_separate_the_fields_of_a_list() {
    check(
        "王伟----13812345678----u1@corp-mail.cn",
        &["phone:13812345678:valid", "mail:u1@corp-mail.cn:valid"],
    );
}

#[test]
fn many_values_in_one_field_are_all_found() {
    let text = "QQ:12345678 13812345678 ".repeat(5_000);
    let prose = |_: &Catalog, _: &Detector| ColumnRule {
        prose: true,
        ..ColumnRule::default()
    };
    assert_eq!(matches_in(&text, prose).len(), 10_000);
}

#[test]
fn the_longer_claim_wins() {
    check(
        "13812345678@example.com",
        &["mail:13812345678@example.com:valid"],
    );
}

#[test]
fn a_vetoed_column_counts_no_chance_hits() {
    let vetoed = |_: &Catalog, d: &Detector| d.column_rule(None, true, false);
    assert!(matches_in("13812345678", vetoed).is_empty());
}

#[test]
fn fields_do_not_touch_each_other() {
    let catalog = catalog();
    let mut detector = catalog.detector();
    let text = b"138,12345678,13812345678".to_vec();
    let spans = [(0, 3), (4, 12), (13, 24)];
    let fields = spans.iter().enumerate();
    let batch = Batch {
        text,
        fields: fields
            .map(|(i, (start, end))| Field {
                span: Span {
                    start: *start,
                    end: *end,
                },
                column: i as u32,
            })
            .collect(),
        records: vec![Record {
            fields: 0..3,
            number: 1,
            line: 1,
            table: 0,
        }],
    };
    let mut found = Found::default();
    detector.batch(&batch, false);
    detector.record(&batch, &batch.records[0], &[], &mut found);
    let places: Vec<_> = found
        .matches
        .iter()
        .map(|m| (m.field, m.span.start))
        .collect();
    assert_eq!(places, [(2, 13)]);
}

#[test]
fn wrong_patterns_are_refused_with_a_reason() {
    for (from, to, want) in [
        ("regex = '[1-9]", "regex = '[1-9", "does not parse"),
        (
            "regex = '[1-9][0-9]{4,10}'",
            "regex = '[0-9]*'",
            "can match nothing",
        ),
        (
            "columns = [\"qq\"]",
            "columns = [\"nonsense\"]",
            "unknown role `nonsense`",
        ),
        (
            "precedence = 10",
            "precedence = 10\nvalidator = \"nonsense\"",
            "unknown validator `nonsense`",
        ),
        (
            "precedence = 10",
            "precedence = 10\nglued = [\"在\", \"\"]",
            "`glued` holds an empty word",
        ),
        ("id = \"t.qq\"", "id = \"T.QQ\"", "is no id"),
        (
            "precedence = 10",
            "precedence = 10\ncolour = 1",
            "unknown field `colour`",
        ),
        (
            "compact = \"digits\"\n    context = \"required\"",
            "compact = \"digits\"",
            "",
        ),
    ] {
        let text = QQ.replace(from, to);
        assert_ne!(text, QQ, "{from} stands in the pattern");
        let outcome = Catalog::load(&[], vec![("user/qq.toml".to_owned(), text)]);
        match outcome {
            Ok(_) => assert_eq!(want, ""),
            Err(e) => {
                let message = e.to_string();
                assert!(!want.is_empty() && message.contains(want), "{message}");
                assert!(message.starts_with("user/qq.toml"), "{message}");
            }
        }
    }
    let unanchored = QQ
        .replace("regex = '[1-9]", "regex = '[^0-9]*[1-9]")
        .replace("context = \"required\"", "");
    let error = Catalog::load(&[], vec![("a.toml".to_owned(), unanchored)])
        .err()
        .expect("it is refused");
    assert!(error.to_string().contains("cannot be anchored"), "{error}");
    let twice = Catalog::load(
        &[],
        vec![
            ("a.toml".to_owned(), QQ.to_owned()),
            ("b.toml".to_owned(), QQ.to_owned()),
        ],
    );
    assert!(
        twice
            .err()
            .expect("it is refused")
            .to_string()
            .contains("two patterns have the id")
    );
}

/// Compiled once: it takes longer than what it is compiled for.
static CATALOG: OnceLock<Catalog> = OnceLock::new();

/// What is found in rows of three columns, the records one after the other in one batch.
fn found_in_rows(catalog: &Catalog, rows: &[[String; 3]]) -> Vec<Vec<String>> {
    let mut detector = catalog.detector();
    let rules = ["phone", "email", "plate"].map(|role| {
        let role = catalog.vocabulary().role(role);
        detector.column_rule(role, false, false)
    });
    let mut batch = Batch::default();
    for row in rows {
        let first = batch.fields.len() as u32;
        for (column, cell) in (0..).zip(row) {
            let start = batch.text.len() as u32;
            batch.text.extend_from_slice(cell.as_bytes());
            let end = batch.text.len() as u32;
            let span = Span { start, end };
            batch.fields.push(Field { span, column });
        }
        batch.records.push(Record {
            fields: first..batch.fields.len() as u32,
            number: 1,
            line: 1,
            table: 0,
        });
    }
    let mut found = Found::default();
    detector.batch(&batch, false);
    let mut all = Vec::new();
    for record in &batch.records {
        detector.record(&batch, record, &rules, &mut found);
        let base = batch.fields_of(record)[0].span.start;
        let show = |m: &Match| {
            let key = match &m.key {
                Key::Packed(number) => number.to_string(),
                Key::Text(range) => {
                    let text = &found.arena[range.start as usize..range.end as usize];
                    String::from_utf8_lossy(text).into_owned()
                }
            };
            let span = m.span.start - base..m.span.end - base;
            let (status, confidence, role) = (m.status, m.confidence, m.role);
            format!(
                "{:?} {span:?} {status:?} {confidence:?} {role:?} {key}",
                m.kind
            )
        };
        let mut shown: Vec<String> = found.matches.iter().map(show).collect();
        shown.push(format!("{:?}", found.roles));
        all.push(shown);
    }
    all
}

#[test]
fn cells_that_are_looked_at_ahead_have_normalised_keys() {
    let row = ["138 1234 5678", "Li.Na@example.com", "京A·12345"].map(str::to_owned);
    let rows: Vec<[String; 3]> = vec![row; 9];
    let number = claim::pack(b"13812345678")
        .expect("it is short")
        .to_string();
    for found in found_in_rows(CATALOG.get_or_init(catalog), &rows) {
        for (shown, key) in found
            .iter()
            .zip([&*number, "li.na@example.com", "京A12345"])
        {
            assert!(shown.ends_with(&format!(" {key}")), "{shown}");
        }
        assert_eq!(found.len(), 4, "three values and the roles");
    }
}

proptest! {
    /// Cells that are looked at ahead, four at a time, give what each gives in a batch of its own.
    #[test]
    fn records_ahead_change_nothing(rows in proptest::collection::vec(
        [
            "(|'|=\"| )(\\+86)?1[0-9]{2} ?[0-9]{4} ?[0-9]{4}(\"|\\.0| |x)?|1[0-9]{2}\\*{4}[0-9]{4}|",
            "[a-zA-Z]{1,9}@[a-z]{1,9}\\.(com|CN)|[a-z ]{0,3}",
            "[京沪粤川]?[A-Za-z][·-]?[A-Z0-9]{4,6}|１[0-9]{10}|1[0-9]{10}",
        ],
        1..80,
    )) {
        let catalog = CATALOG.get_or_init(catalog);
        let together = found_in_rows(catalog, &rows);
        for (row, want) in rows.iter().zip(&together) {
            let alone = found_in_rows(catalog, std::slice::from_ref(row));
            prop_assert_eq!(&alone[0], want, "{:?}", row);
        }
    }
}
