//! Throughput of the stages, in bytes per second: `cargo bench`.
//!
//! The data are the generator's six exports, made when the bench starts. Each stage is given what the one before it made of
//! them, so that it is measured alone: `decode` reads from memory, `prefilter` and `detect` get batches, `count` gets what
//! was found. The bytes are always those of the file, whatever a stage does with them. `scan` is the whole run, with files.

#![allow(
    missing_docs,
    reason = "criterion makes public items, and a bench has no users"
)]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use leakgauge::classify::{Decision, Profile, Rules, SAMPLE_ROWS, Sampler};
use leakgauge::count::{Ladder, Memory, RunKey, Tally};
use leakgauge::decode::{self, DecodeLimits};
use leakgauge::detect::{Catalog, ColumnRule, Detector, Found};
use leakgauge::law;
use leakgauge::record::{Batch, Record, Table};
use leakgauge::scan::{ScanOptions, scan};
use leakgauge::source::{WalkOptions, walk};

#[path = "../tests/generate/mod.rs"]
mod generate;

use generate::{Dump, EXPORTS, Options, PEOPLE_MAX};

/// Rows of each export: some megabytes, more than the caches hold.
const ROWS: u64 = 20_000;

const OPTIONS: Options = Options {
    rows: ROWS,
    seed: 1,
    people: if ROWS < PEOPLE_MAX { ROWS } else { PEOPLE_MAX },
};

/// An export and what the stages make of it.
struct Sample {
    name: &'static str,
    bytes: Vec<u8>,
    batches: Vec<Batch>,
    /// The rules of the columns of each table.
    rules: Vec<Vec<ColumnRule>>,
}

/// What was found in a record, and what it supports.
struct Counted<'s> {
    batch: &'s Batch,
    record: &'s Record,
    rules: &'s [ColumnRule],
    found: Found,
    decision: Decision,
}

fn samples(catalog: &Catalog) -> Vec<Sample> {
    let mut dump = Dump::new(OPTIONS);
    let mut sample = |(index, export): (usize, &generate::Export)| {
        let mut bytes = Vec::new();
        dump.write(index, &mut bytes).expect("memory takes it");
        let (batches, tables) = decoded(export.name, &bytes);
        let rules = tables.iter().enumerate();
        let rules = rules.map(|(i, table)| rules_of(catalog, &batches, i as u32, table));
        Sample {
            name: export.name,
            rules: rules.collect(),
            bytes,
            batches,
        }
    };
    EXPORTS.iter().enumerate().map(&mut sample).collect()
}

fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ending)| ending)
}

fn decoded(name: &str, bytes: &[u8]) -> (Vec<Batch>, Vec<Table>) {
    let limits = DecodeLimits::default();
    let opened = decode::open(Box::new(bytes), ending(name), &limits).expect("the format is known");
    let mut records = opened.records().expect("no sample is a container");
    let mut batches = Vec::new();
    let mut batch = Batch::default();
    while records.next_batch(&mut batch).expect("memory reads") {
        batches.push(std::mem::take(&mut batch));
    }
    (batches, records.tables().to_vec())
}

/// The rules of a table's columns, as a scan finds them.
fn rules_of(catalog: &Catalog, batches: &[Batch], index: u32, table: &Table) -> Vec<ColumnRule> {
    let (detector, mut prober) = (catalog.detector(), catalog.prober());
    let mut sampler = Sampler::new(table, catalog.vocabulary());
    let records = batches
        .iter()
        .flat_map(|b| b.records.iter().map(move |r| (b, r)));
    for (batch, record) in records.filter(|(_, r)| r.table == index).take(SAMPLE_ROWS) {
        for field in batch.fields_of(record) {
            let cell = batch.bytes(field.span);
            let probe = prober.cell(cell);
            sampler.cell(field.column, cell, &probe);
        }
        sampler.row();
    }
    let profile = match table.columns.is_empty() {
        true => Profile::text(),
        false => sampler.decide(catalog.vocabulary()),
    };
    let columns = profile.columns.iter();
    columns
        .map(|c| {
            let rule = detector.column_rule(c.role, c.veto, c.prose);
            detector.discounted(rule, &c.odds)
        })
        .collect()
}

impl Sample {
    fn has_prose(&self) -> bool {
        self.rules.iter().flatten().any(|rule| rule.prose)
    }

    /// Finds what is in the sample, and hands each record over.
    fn detect<'s>(
        &'s self,
        detector: &mut Detector,
        found: &mut Found,
        mut each: impl FnMut(&'s Batch, &'s Record, &mut Found),
    ) {
        for batch in &self.batches {
            detector.batch(batch, self.has_prose());
            let mut next = 0;
            while let Some(record) = batch.records.get(next) {
                let rules = &self.rules[record.table as usize][..];
                // As in a scan: lines before the next place are passed over.
                if matches!(rules, [column] if column.is_mere_text()) {
                    let n_quiet = detector.n_quiet(batch, next);
                    next += n_quiet;
                    if n_quiet > 0 {
                        continue;
                    }
                }
                next += 1;
                detector.record(batch, record, rules, found);
                each(batch, record, found);
            }
        }
    }

    fn counted(&self, catalog: &Catalog, rules: &Rules) -> Vec<Counted<'_>> {
        let mut all = Vec::new();
        let mut found = Found::default();
        self.detect(
            &mut catalog.detector(),
            &mut found,
            |batch, record, found| {
                all.push(Counted {
                    batch,
                    record,
                    rules: &self.rules[record.table as usize],
                    decision: rules.support(found.roles),
                    found: std::mem::take(found),
                });
            },
        );
        all
    }
}

fn stages(c: &mut Criterion) {
    let catalog = Catalog::builtin().expect("the built-in catalog loads");
    let rules = Rules::builtin(catalog.vocabulary()).expect("the built-in rules load");
    let samples = samples(&catalog);
    let limits = DecodeLimits::default();

    let mut group = c.benchmark_group("decode");
    for sample in &samples {
        group.throughput(Throughput::Bytes(sample.bytes.len() as u64));
        group.bench_function(sample.name, |b| {
            let mut batch = Batch::default();
            b.iter(|| {
                let rdr = Box::new(&sample.bytes[..]);
                let opened =
                    decode::open(rdr, ending(sample.name), &limits).expect("the format is known");
                let mut records = opened.records().expect("no sample is a container");
                while records.next_batch(&mut batch).expect("memory reads") {
                    black_box(&batch);
                }
            });
        });
    }
    group.finish();

    let mut group = c.benchmark_group("prefilter");
    for sample in &samples {
        group.throughput(Throughput::Bytes(sample.bytes.len() as u64));
        group.bench_function(sample.name, |b| {
            let mut detector = catalog.detector();
            b.iter(|| {
                for batch in &sample.batches {
                    detector.batch(black_box(batch), sample.has_prose());
                }
            });
        });
    }
    group.finish();

    let mut group = c.benchmark_group("detect");
    for sample in &samples {
        group.throughput(Throughput::Bytes(sample.bytes.len() as u64));
        group.bench_function(sample.name, |b| {
            let (mut detector, mut found) = (catalog.detector(), Found::default());
            b.iter(|| {
                sample.detect(&mut detector, &mut found, |_, _, found| {
                    black_box(found);
                });
            });
        });
    }
    group.finish();

    let ladder = Ladder::new(&catalog, None);
    let mut group = c.benchmark_group("count");
    for sample in &samples {
        let counted = sample.counted(&catalog, &rules);
        group.throughput(Throughput::Bytes(sample.bytes.len() as u64));
        group.bench_function(sample.name, |b| {
            let key = RunKey::from_bytes([7; 32]);
            let tally = || Tally::new(key, catalog.patterns().len(), Memory::default());
            b.iter_batched(
                tally,
                |mut tally| {
                    let mut last = None;
                    for c in &counted {
                        if last.replace(std::ptr::from_ref(c.batch)) != Some(c.batch) {
                            tally.batch();
                        }
                        let Decision { support, parties } = c.decision;
                        let (batch, record, rules) = (c.batch, c.record, c.rules);
                        tally.record(
                            &ladder,
                            (0, 0),
                            batch,
                            record,
                            rules,
                            &c.found,
                            support,
                            parties,
                        );
                    }
                    tally.seal().expect("the memory is enough");
                    tally
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn whole(c: &mut Criterion) {
    let catalog = Catalog::builtin().expect("the built-in catalog loads");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    generate::write_folder(OPTIONS, folder.path()).expect("the folder takes it");
    let instrument = law::laws::by_id("cn.spc-spp-2017-10").expect("the instrument is built in");
    let rank = |category, bare, reading| instrument.rank(category, bare, reading);
    let run = |inputs: &[PathBuf], threads| {
        let options = ScanOptions {
            threads,
            ..ScanOptions::default()
        };
        let walked = walk(inputs, &WalkOptions::default());
        scan(walked, &[], &catalog, &rank, &options, &()).expect("the scan runs")
    };

    let mut group = c.benchmark_group("scan");
    group.sample_size(20);
    let all = [folder.path().to_owned()];
    let n_bytes = run(&all, 1).stats.bytes;
    group.throughput(Throughput::Bytes(n_bytes));
    for (name, threads) in [("all, one thread", 1), ("all, all threads", 0)] {
        group.bench_function(name, |b| b.iter(|| black_box(run(&all, threads))));
    }
    for export in &EXPORTS {
        let one = [folder.path().join(export.name)];
        group.throughput(Throughput::Bytes(run(&one, 1).stats.bytes));
        group.bench_function(export.name, |b| b.iter(|| black_box(run(&one, 1))));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = stages, whole
}
criterion_main!(benches);
