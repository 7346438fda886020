//! Explanations of the files that come with the tests: the same matches as a scan, one record after the other.

use std::ops::ControlFlow;
use std::path::Path;

use super::*;
use crate::category::Reading;
use crate::count::winner;
use crate::detect::Found;
use crate::law::laws;
use crate::source::{WalkOptions, walk};

fn data(folder: &str) -> Vec<Entry> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    walk(&[root.join(folder)], &WalkOptions::default()).entries
}

/// Kind, place, status and confidence of what is told of a record.
fn told(record: &RecordShown) -> Vec<(String, u64, u64, &'static str, &'static str)> {
    let matches = record.fields.iter().flat_map(|f| &f.matches);
    matches
        .map(|m| (m.kind.id.clone(), m.start, m.end, m.status, m.confidence))
        .collect()
}

#[test]
fn what_is_told_is_what_a_scan_finds() {
    let catalog = Catalog::builtin().expect("the built-in catalog loads");
    let instrument = laws::by_id("cn.spc-spp-2017-10").expect("it is built in");
    let ask = Ask {
        member: None,
        catalog: &catalog,
        instrument: &instrument,
        which: Which::First,
        ignoring: &Ignoring::default(),
        reveal: false,
    };
    let rank = |category, bare, reading| instrument.rank(category, bare, reading);
    let mut n_matches = 0;
    for entry in data("exports").iter().chain(&data("sample")) {
        let mut teller = record::Teller::new(&ask, &entry.display).expect("the rules load");
        let (mut detector, mut found) = (catalog.detector(), Found::default());
        let ended = crate::scan::read(entry, None, &catalog, |block| {
            let batch = block.batch;
            detector.batch(batch, block.has_prose());
            for r in &batch.records {
                detector.record(batch, r, block.rules(r.table), &mut found);
                let fields = batch.fields_of(r);
                let place = |m: &crate::detect::Match| {
                    let from = fields[m.field as usize].span.start;
                    (u64::from(m.span.start - from), u64::from(m.span.end - from))
                };
                let want: Vec<_> = found
                    .matches
                    .iter()
                    .map(|m| {
                        let kind = catalog.pattern(m.kind).id.clone();
                        let (start, end) = place(m);
                        (kind, start, end, m.status.id(), m.confidence.id())
                    })
                    .collect();
                n_matches += want.len();
                let shown = teller.tell(&block, r);
                assert_eq!(told(&shown), want, "{} record {}", entry.display, r.number);
                let support = teller.rules.support(found.roles).support;
                for (counts, reading) in shown.counts.iter().zip(Reading::ALL) {
                    let item = winner(support.under(reading), reading, &rank);
                    let item = item.map(|(category, _)| category.id());
                    assert_eq!(counts.category.as_ref().map(|c| c.id.as_str()), item);
                }
                assert_eq!(shown.categories.is_empty(), support.is_empty());
            }
            ControlFlow::Continue(())
        });
        ended.expect("the rules load");
    }
    assert!(n_matches > 500, "the files were not found");
}
