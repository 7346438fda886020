//! The slow way finds what the detector finds, and says why it finds no more.

use super::*;
use crate::detect::{Catalog, Key};
use crate::record::Field;

fn batch_of(text: &str) -> Batch {
    let span = Span {
        start: 0,
        end: text.len() as u32,
    };
    Batch {
        text: text.as_bytes().to_vec(),
        fields: vec![Field { span, column: 0 }],
        records: vec![Record {
            fields: 0..1,
            number: 1,
            line: 1,
            table: 0,
        }],
    }
}

/// A match as anybody can compare it, its key by its content.
fn plain(found: &Found) -> Vec<String> {
    let of = |m: &Match| {
        let key = match &m.key {
            Key::Packed(n) => n.to_string(),
            Key::Text(range) => {
                let bytes = &found.arena[range.start as usize..range.end as usize];
                String::from_utf8_lossy(bytes).into_owned()
            }
        };
        let (role, column) = (m.role, m.column);
        format!(
            "{:?} {:?} {:?} {:?} {key} {role:?} {column:?}",
            m.kind, m.span, m.status, m.confidence
        )
    };
    found.matches.iter().map(of).collect()
}

#[track_caller]
fn same(detector: &mut Detector, text: &str, rule: ColumnRule) -> Vec<Considered> {
    let batch = batch_of(text);
    let (mut quick, mut slow) = (Found::default(), Found::default());
    let considered = detector.explain(
        &batch,
        &batch.records[0],
        std::slice::from_ref(&rule),
        &mut slow,
    );
    detector.batch(&batch, rule.prose);
    detector.record(&batch, &batch.records[0], &[rule], &mut quick);
    assert_eq!(plain(&quick), plain(&slow), "{text}");
    assert_eq!(quick.roles, slow.roles, "{text}");
    for at in 0..slow.matches.len() {
        let stands = |c: &&Considered| c.outcome == Outcome::Stands(at);
        assert_eq!(considered.iter().filter(stands).count(), 1, "{text}");
    }
    considered
}

fn prose() -> ColumnRule {
    ColumnRule {
        prose: true,
        ..ColumnRule::default()
    }
}

#[test]
fn the_slow_way_finds_what_the_detector_finds_in_every_example() {
    let catalog = Catalog::builtin().expect("the built-in catalog loads");
    let mut detector = catalog.detector();
    let vocabulary = catalog.vocabulary();
    for pattern in catalog.patterns() {
        for example in pattern.positive.iter().chain(&pattern.negative) {
            same(&mut detector, &example.text, prose());
            same(&mut detector, &example.text, ColumnRule::default());
            let header = example.column.as_deref().unwrap_or("备注");
            let role = vocabulary.lookup(header).map(|l| l.role);
            let veto = role.is_some_and(|r| vocabulary.info(r).veto);
            for prose in [false, true] {
                let rule = detector.column_rule(role, veto, prose);
                same(&mut detector, &example.text, rule);
            }
        }
    }
}

/// What is said of a candidate of this kind at this place.
#[track_caller]
fn check(text: &str, header: Option<&str>, kind: &str, part: &str, want: Option<Outcome>) {
    let catalog = Catalog::builtin().expect("the built-in catalog loads");
    let mut detector = catalog.detector();
    let rule = match header {
        None => prose(),
        Some(header) => {
            let role = catalog.vocabulary().lookup(header).map(|l| l.role);
            let veto = role.is_some_and(|r| catalog.vocabulary().info(r).veto);
            detector.column_rule(role, veto, false)
        }
    };
    let start = text.find(part).expect("the part is in the text");
    let range = start..start + part.len();
    let considered = same(&mut detector, text, rule);
    let of = |c: &&Considered| catalog.pattern(c.kind).id == kind && c.span.range() == range;
    let got = considered.iter().find(of).map(|c| c.outcome);
    assert_eq!(got, want, "{text}");
}

#[test]
fn a_candidate_says_why_it_is_none() {
    let refused = |refusal| Some(Outcome::Refused(refusal));
    let mobile = "13812345678";
    check(
        "tel 13812345678",
        None,
        "cn.mobile",
        mobile,
        Some(Outcome::Stands(0)),
    );
    check(
        "x13812345678",
        None,
        "cn.mobile",
        mobile,
        refused(Refusal::Before(Neighbour::Letter)),
    );
    check(
        "id_13812345678",
        None,
        "cn.mobile",
        mobile,
        refused(Refusal::Before(Neighbour::Underscore)),
    );
    check(
        "1381234567899",
        None,
        "cn.mobile",
        mobile,
        refused(Refusal::Behind(Neighbour::Digit)),
    );
    check(
        "pay 4539148803436461",
        None,
        "bank-card",
        "4539148803436461",
        refused(Refusal::Invalid),
    );
    check(
        "ab E12345678 hi",
        None,
        "cn.passport",
        "E12345678",
        refused(Refusal::NeedsContext),
    );
    check(
        "E12345678",
        Some("备用"),
        "cn.passport",
        "E12345678",
        refused(Refusal::NeedsContext),
    );
    check(
        "13812345678",
        Some("订单号"),
        "cn.mobile",
        mobile,
        refused(Refusal::Vetoed),
    );
    check("nothing 1234", None, "cn.mobile", "1234", None);
}

#[test]
fn what_loses_its_place_says_to_whom() {
    // A resident identity number that begins like a card, and now and then has its Luhn digit.
    let numbers = (0..99).map(|n| {
        let body = format!("62010119900307{n:03}");
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let digits = body.bytes().map(|b| u32::from(b - b'0'));
        let sum: u32 = digits.zip(weights).map(|(d, w)| d * w).sum();
        format!("{body}{}", char::from(b"10X98765432"[sum as usize % 11]))
    });
    let catalog = Catalog::builtin().expect("the built-in catalog loads");
    let mut detector = catalog.detector();
    let mut outcomes = numbers.flat_map(|number| same(&mut detector, &number, prose()));
    let lost = Outcome::Lost(0, Edge::Precedence);
    assert!(outcomes.any(|c| catalog.pattern(c.kind).id == "bank-card" && c.outcome == lost));
}
