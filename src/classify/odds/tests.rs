//! Tests of the rule with columns of numbers that are drawn, through the real detector.

use super::*;
use crate::classify::{Profile, Sampler};
use crate::detect::Catalog;
use crate::record::Table;

#[test]
fn tails_are_those_of_tables() {
    // 1 - pbinom(k - 1, n, p) of R.
    for (n, k, p, want) in [
        (10, 0, 0.1, 1.0),
        (10, 1, 0.1, 0.651_321_6),
        (10, 4, 0.1, 0.012_795_2),
        (6, 6, 0.1, 1e-6),
        (100, 20, 0.1, 0.001_978_6),
        (256, 51, 0.1, 1.488_448e-6),
        (5, 6, 0.1, 0.0),
    ] {
        let got = tail(n, k, p);
        assert!(
            (got - want).abs() <= want * 1e-3 + 1e-12,
            "{n} {k} {p}: {got}"
        );
    }
}

#[test]
fn the_thresholds_named_in_the_rule_hold() {
    for (n, k) in [(7, 7), (30, 14), (256, 52)] {
        assert!(
            is_proven(n, k, 0.1) && !is_proven(n, k - 1, 0.1),
            "{k} of {n}"
        );
    }
    for (n, k) in [(1, 1), (3, 2), (10, 6)] {
        assert!(
            is_likely(n, k, 0.1) && !is_likely(n, k - 1, 0.1),
            "{k} of {n}"
        );
    }
}

/// Numbers drawn by a form: `?` is a digit, `L` the Luhn check of all digits before, `M` that of MOD 11-2.
struct Draw(u64);

impl Draw {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn number(&mut self, form: &str) -> String {
        let mut out = String::new();
        for c in form.chars() {
            let c = match c {
                '?' => char::from(b'0' + self.next(10) as u8),
                'L' => luhn(&out),
                'M' => mod_11_2(&out),
                c => c,
            };
            out.push(c);
        }
        out
    }
}

fn luhn(body: &str) -> char {
    let digits = body.bytes().rev().filter(u8::is_ascii_digit).enumerate();
    let sum: u32 = digits
        .map(|(i, b)| match (i % 2, u32::from(b - b'0')) {
            (0, d) if d > 4 => 2 * d - 9,
            (0, d) => 2 * d,
            (_, d) => d,
        })
        .sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}

fn mod_11_2(body: &str) -> char {
    let sum = body
        .bytes()
        .fold(0u32, |sum, b| (sum + u32::from(b - b'0')) * 2 % 11);
    match (12 - sum % 11) % 11 {
        10 => 'X',
        n => char::from(b'0' + n as u8),
    }
}

/// A column of `n` cells, of which the first form makes so many of a hundred, the second the others.
fn column(n: usize, forms: &[(u64, &str)]) -> Vec<String> {
    let mut draw = Draw(n as u64 * 31 + forms[0].0);
    let mut cells = Vec::new();
    for _ in 0..n {
        let mut place = draw.next(100);
        let form = forms.iter().find(|(share, _)| {
            let here = place < *share;
            place = place.saturating_sub(*share);
            here
        });
        cells.push(draw.number(form.map_or(forms[0].1, |f| f.1)));
    }
    cells
}

/// What is counted in such a column: kinds and how many cells, and the role of the column.
fn counted(
    catalog: &Catalog,
    header: Option<&str>,
    cells: &[String],
) -> (String, Vec<(String, usize, usize)>) {
    use crate::detect::{Found, Status};
    use crate::record::{Batch, Field, Record, Span};
    let vocabulary = catalog.vocabulary();
    let table = Table {
        name: None,
        columns: vec![header.unwrap_or_default().to_owned()],
        has_header: header.is_some(),
    };
    let mut sampler = Sampler::new(&table, vocabulary);
    let mut prober = catalog.prober();
    for cell in cells.iter().take(crate::classify::SAMPLE_ROWS) {
        let probe = prober.cell(cell.as_bytes());
        sampler.cell(0, cell.as_bytes(), &probe);
        sampler.row();
    }
    let Profile { columns } = sampler.decide(vocabulary);
    let mut batch = Batch::default();
    for (i, cell) in cells.iter().enumerate() {
        let start = batch.text.len() as u32;
        batch.text.extend_from_slice(cell.as_bytes());
        let end = batch.text.len() as u32;
        batch.text.push(b'\n');
        batch.fields.push(Field {
            span: Span { start, end },
            column: 0,
        });
        batch.records.push(Record {
            fields: i as u32..i as u32 + 1,
            number: i as u64 + 1,
            line: i as u64 + 1,
            table: 0,
        });
    }
    let mut detector = catalog.detector();
    let rule = detector.column_rule(columns[0].role, columns[0].veto, columns[0].prose);
    let rules = [detector.discounted(rule, &columns[0].odds)];
    let mut counts = std::collections::BTreeMap::<String, (usize, usize)>::new();
    let mut found = Found::default();
    detector.batch(&batch, rules[0].prose);
    for record in &batch.records {
        detector.record(&batch, record, &rules, &mut found);
        for m in &found.matches {
            let counts = counts
                .entry(catalog.pattern(m.kind).id.clone())
                .or_default();
            match m.status {
                Status::Valid => counts.0 += 1,
                _ => counts.1 += 1,
            }
        }
    }
    let role = columns[0]
        .role
        .map_or("-", |r| vocabulary.info(r).id.as_str());
    let counts = counts
        .into_iter()
        .map(|(id, (valid, apart))| (id, valid, apart));
    (role.to_owned(), counts.collect())
}

fn catalog() -> &'static Catalog {
    static CATALOG: std::sync::OnceLock<Catalog> = std::sync::OnceLock::new();
    CATALOG.get_or_init(|| Catalog::builtin().expect("the built-in catalog loads"))
}

/// Headers that say nothing, and none at all.
const NEUTRAL: [Option<&str>; 5] = [
    None,
    Some("value"),
    Some("code"),
    Some("no"),
    Some("biz_key"),
];

/// Numbers of transactions and parcels: at home in columns of order numbers, and nobody's.
const OWN: [&str; 3] = ["alipay-trade-no", "wechat-pay-id", "cn.waybill"];

/// Asserts that nothing is counted as valid in a column of such numbers.
#[track_caller]
fn check_chance(header: Option<&str>, form: &str) {
    for seed in 0..3 {
        let cells = column(1000 + seed, &[(100, form)]);
        let (role, counts) = counted(catalog(), header, &cells);
        let valid: Vec<_> = counts
            .iter()
            .filter(|c| c.1 > 0 && !OWN.contains(&c.0.as_str()))
            .collect();
        assert!(valid.is_empty(), "{header:?} {form} ({role}): {valid:?}");
    }
}

#[test]
fn unrelated_numbers_hold_no_values() {
    for form in [
        "11????????????????", // 18 digits, as the ids of distributed systems
        "62????????????????",
        "17?????????????????", // 19 digits
        "45?????????????????",
        "62?????????????????",
        "622202?????????????",
        "????????????????", // 16 digits
        "4???????????????",
        "62??????????????",
        "330106202403??????", // region, day and serial: structure without a check
        "33010620240307????",
        "2024030715302?????", // time and serial
        "17097812?????",      // milliseconds
        "1709781234??????",   // microseconds
        "13?????????",        // eleven digits, as of mobile numbers that nobody checked
        "???????????",
        "35?????????????", // 15 digits
        "460????????????",
        "8986????????????????",
        "91110105MA????????",
        "ORD-62?????????????????",
        "6222-????-????-????",
    ] {
        for header in NEUTRAL {
            // Of eleven digits from one block of prefixes, all in force, nothing tells that they are no mobiles.
            if form != "13?????????" {
                check_chance(header, form);
            }
        }
        for header in ["order_no", "订单号", "trace_id", "流水号", "request_id"] {
            check_chance(Some(header), form);
        }
    }
    for header in NEUTRAL {
        let cells: Vec<String> = (0..7)
            .flat_map(|i| column(150, &[(100, format!("1{}?????????", 3 + i).as_str())]))
            .collect();
        let mut mixed: Vec<String> = (0..150)
            .flat_map(|i| cells.iter().skip(i).step_by(150))
            .cloned()
            .collect();
        mixed.truncate(1000);
        let (role, counts) = counted(catalog(), header, &mixed);
        assert!(
            counts.iter().all(|c| c.1 == 0),
            "{header:?} ({role}): {counts:?}"
        );
    }
}

/// Asserts that of a column all cells of the first form are counted as valid values of the kind, and how many are apart.
#[track_caller]
fn check_values(header: Option<&str>, kind: &str, forms: &[(u64, &str)], apart: bool) {
    for n in [12, 60, 1000] {
        let cells = column(n, forms);
        let (role, counts) = counted(catalog(), header, &cells);
        let (_, valid, n_apart) = counts
            .iter()
            .find(|(id, _, _)| id == kind)
            .unwrap_or_else(|| panic!("{header:?} {n} ({role}): no {kind} in {counts:?}"));
        let least = (n as u64 * forms[0].0 / 100) as usize * 8 / 10;
        assert!(*valid >= least, "{header:?} {n} ({role}): {counts:?}");
        assert!(
            n < 60 || (*n_apart > 0) == apart,
            "{header:?} {n} ({role}): {counts:?}"
        );
    }
}

#[test]
fn damaged_columns_keep_counting() {
    let id = "11010119900307???M";
    for share in [95, 80, 60] {
        let forms = [(share, id), (100 - share, "11010119900307????")];
        for header in ["身份证号", "id_number", "zjhm"] {
            check_values(Some(header), "cn.resident-id", &forms, true);
        }
        let forms = [
            (share, "453914880343???L"),
            (100 - share, "453914880343????"),
        ];
        check_values(Some("银行卡号"), "bank-card", &forms, true);
    }
    for header in NEUTRAL {
        for share in [95, 80] {
            let forms = [(share, id), (100 - share, "110101199003????45")];
            let cells = column(1000, &forms);
            let (_, counts) = counted(catalog(), header, &cells);
            let ids = counts.iter().find(|c| c.0 == "cn.resident-id");
            let valid = ids.map_or(0, |c| c.1);
            assert!(
                valid * 100 >= share as usize * 950,
                "{header:?}: {counts:?}"
            );
        }
    }
}

#[test]
fn mixed_columns_keep_counting() {
    let contact = [
        (50, "138????????"),
        (30, "021-38??????"),
        (20, "zs????@example.com"),
    ];
    for header in [None, Some("联系方式"), Some("contact")] {
        for (kind, share) in [("cn.mobile", 50), ("cn.landline", 30), ("email", 20)] {
            let (role, counts) = counted(catalog(), header, &column(500, &contact));
            let valid = counts.iter().find(|c| c.0 == kind).map_or(0, |c| c.1);
            assert!(
                valid >= 500 * share / 125,
                "{header:?} ({role}) {kind}: {counts:?}"
            );
        }
    }
    let documents = [(50, "11010119900307???M"), (50, "E5???????")];
    for header in ["证件号码", "document_no"] {
        let (role, counts) = counted(catalog(), Some(header), &column(500, &documents));
        for kind in ["cn.resident-id", "cn.passport"] {
            let valid = counts.iter().find(|c| c.0 == kind).map_or(0, |c| c.1);
            assert!(valid >= 200, "{header} ({role}) {kind}: {counts:?}");
        }
    }
}

#[test]
fn an_announced_column_that_fails_as_a_whole_is_counted_apart() {
    for (header, kind, form) in [
        ("身份证号", "cn.resident-id", "11010119900307????"),
        ("IMEI", "imei", "35?????????????"),
        ("统一社会信用代码", "cn.uscc", "91110105MA????????"),
    ] {
        let (role, counts) = counted(catalog(), Some(header), &column(300, &[(100, form)]));
        let of_kind = counts.iter().find(|c| c.0 == kind).expect("it is there");
        assert_eq!(
            (of_kind.1, of_kind.2 > 250),
            (0, true),
            "{header} ({role}): {counts:?}"
        );
        // Ten rows prove nothing against a header.
        let (_, counts) = counted(catalog(), Some(header), &column(10, &[(100, form)]));
        assert!(counts.iter().any(|c| c.0 == kind), "{header}: {counts:?}");
    }
}

#[test]
fn a_veto_yields_to_proof_alone() {
    let ids = column(300, &[(100, "11010119900307???M")]);
    let (_, counts) = counted(catalog(), Some("order_no"), &ids);
    assert!(
        counts.iter().any(|c| c.0 == "cn.resident-id" && c.1 > 250),
        "{counts:?}"
    );
    let (_, counts) = counted(catalog(), Some("order_no"), &ids[..3]);
    assert!(counts.iter().all(|c| c.1 == 0), "{counts:?}");
    let phones = column(300, &[(100, "138????????")]);
    let (_, counts) = counted(catalog(), Some("order_no"), &phones);
    assert!(counts.iter().all(|c| c.1 == 0), "{counts:?}");
}

#[test]
fn zeros_are_lost_digits_only_where_the_check_is_lost_with_them() {
    let ending = |form, n: usize| {
        let drawn = column(1000, &[(100, form)]);
        let mut cells: Vec<String> = drawn.into_iter().filter(|c| c.ends_with("000")).collect();
        cells.truncate(n);
        assert_eq!(cells.len(), n, "{form}");
        cells
    };
    for header in [Some("身份证号"), Some("v7"), None] {
        for n in [1, 2, 3, 4, 8, 30] {
            // Numbers whose check digit is a zero as well.
            let (role, counts) = counted(catalog(), header, &ending("1101011990031??00M", n));
            let ids = counts.iter().find(|c| c.0 == "cn.resident-id");
            let ids = ids.map(|c| (c.1, c.2));
            assert_eq!(ids, Some((n, 0)), "{header:?} {n} ({role}): {counts:?}");
        }
        for n in [3, 4, 8, 30] {
            // One of them without its check is enough for doubt.
            let mut cells = ending("1101011990031??00M", n);
            cells[n / 2] = "110101199003151000".to_owned();
            let (role, counts) = counted(catalog(), header, &cells);
            let valid: usize = counts.iter().map(|c| c.1).sum();
            let apart: usize = counts.iter().map(|c| c.2).sum();
            assert_eq!((valid, apart), (0, n), "{header:?} ({role}): {counts:?}");
        }
    }
    // Cards of sixteen digits that end in a zero, and the same without their check.
    let cards = |form| {
        let drawn = column(200, &[(100, form)]);
        let mut cells: Vec<String> = drawn.into_iter().filter(|c| c.ends_with('0')).collect();
        cells.truncate(10);
        counted(catalog(), Some("银行卡号"), &cells).1
    };
    assert_eq!(cards("453914880343???L"), [("bank-card".to_owned(), 10, 0)]);
    assert_eq!(cards("453914880343???0"), [("bank-card".to_owned(), 0, 10)]);
}
