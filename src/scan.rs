//! The scan: walk, decode, detect, classify, count, on all processors.
//!
//! The only place with threads. Workers take files from one list, the largest first; each has its own detector, buffers and
//! tally, nothing is shared in the loop, and the tallies are joined at the end, so that the result is the same for any
//! number of workers. A file that fails costs an entry of `skipped`, never the run. It does not know how results are shown.

mod table;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use crate::audit::{self, Audit, FileAudit, Hit, Stats, Tool};
use crate::category::{Category, Reading};
use crate::classify::{Decision, Rules};
use crate::count::{Ladder, RunKey, Tally, Totals};
use crate::decode::{self, DecodeLimits};
use crate::detect::validate::is_likely_name;
use crate::detect::vocabulary::RoleSet;
use crate::detect::{Catalog, Detector, Found, Prober, Status};
use crate::error::{Error, Reason, Skipped};
use crate::record::{Batch, Record, Table};
use crate::source::{self, Entry, WalkResult};
use crate::value::Value;
use table::Tables;

/// How to scan.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanOptions {
    /// Workers; 0 for one on each processor.
    pub threads: usize,
    /// Limits of decoding.
    pub decode: DecodeLimits,
}

/// Someone who watches a scan. Called from all workers.
pub trait Observer: Sync {
    /// The walk is done: so many files of so many bytes will be read.
    fn started(&self, _files: usize, _bytes: u64) {}
    /// So many more bytes were read.
    fn bytes(&self, _n: u64) {}
    /// The file at this position is done; no more hits of it will come.
    fn file_done(&self, _index: usize) {}
    /// Whether [`Observer::hits`] should be called.
    fn wants_hits(&self) -> bool {
        false
    }
    /// Matches of the file at this position, in the order of records. Files come in any order, each from one worker.
    fn hits(&self, _index: usize, _hits: &[Hit<'_>]) {}
}

/// An observer that does not care.
impl Observer for () {}

/// Which class a category falls into under a reading, as the law ranks it: 0 for the highest; `None` leaves records out.
pub type Rank<'a> = &'a (dyn Fn(Category, bool, Reading) -> Option<u8> + Sync);

/// Rows of a table that are held back until its columns are decided, in bytes; past it they are decided by what was seen.
const HELD_BYTES_MAX: usize = 16 << 20;

/// Scans what a walk found. `rank` puts each record into its highest class. The start time and the assessment are left for
/// the caller to fill in.
///
/// # Errors
/// When the threads or the key of the run cannot be made. Whatever goes wrong with a file is in `skipped`.
pub fn scan(
    walked: WalkResult,
    inputs: &[String],
    catalog: &Catalog,
    rank: Rank<'_>,
    options: &ScanOptions,
    observer: &dyn Observer,
) -> Result<Audit, Error> {
    let clock = Instant::now();
    let rules = Rules::builtin(catalog.vocabulary())?;
    let ladder = Ladder::new(catalog);
    let key = RunKey::random()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(|e| {
            Error::new("threads cannot be started: choose fewer with `--threads`").because(e)
        })?;
    let entries = &walked.entries;
    observer.started(entries.len(), entries.iter().map(|e| e.size).sum());
    let shared = Shared {
        catalog,
        rules: &rules,
        ladder: &ladder,
        limits: options.decode,
        observer,
    };
    let queue = Queue::new(entries);
    let results = pool.broadcast(|_| {
        let mut worker = Worker::new(&shared, key);
        let files = worker.run(&queue);
        worker.tally.seal();
        (worker.tally, files)
    });
    let (tallies, files): (Vec<Tally>, Vec<Vec<FileResult>>) = results.into_iter().unzip();
    let mut files: Vec<FileResult> = files.into_iter().flatten().collect();
    files.sort_by_key(|f| f.index);
    let copies = source::find_copies(entries);
    let sum_over = |n: usize, f: &(dyn Fn(usize) -> u64 + Sync)| -> u64 {
        pool.install(|| (0..n).into_par_iter().map(f).sum())
    };
    let totals = Totals::new(&tallies, &sum_over);
    let mut audit = assemble(walked, &shared, files, &copies, &totals, rank);
    audit.inputs = inputs.to_vec();
    audit.stats.seconds = clock.elapsed().as_secs_f64();
    Ok(audit)
}

/// The files that no worker has taken yet, the largest first, so that none is left alone with a large one at the end.
struct Queue<'a> {
    entries: &'a [Entry],
    order: Vec<usize>,
    next: AtomicUsize,
}

impl<'a> Queue<'a> {
    fn new(entries: &'a [Entry]) -> Queue<'a> {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by_key(|i| (std::cmp::Reverse(entries[*i].size), *i));
        Queue {
            entries,
            order,
            next: AtomicUsize::new(0),
        }
    }

    fn take(&self) -> Option<(usize, &'a Entry)> {
        let index = *self.order.get(self.next.fetch_add(1, Ordering::Relaxed))?;
        Some((index, &self.entries[index]))
    }
}

/// What all workers read.
struct Shared<'a> {
    catalog: &'a Catalog,
    rules: &'a Rules,
    ladder: &'a Ladder,
    limits: DecodeLimits,
    observer: &'a dyn Observer,
}

/// What came of one file.
struct FileResult {
    /// Position in the order of paths.
    index: usize,
    /// None if nothing could be read.
    audit: Option<FileAudit>,
    skipped: Vec<Skipped>,
}

/// Counts of the file in hand.
#[derive(Default)]
struct FileCounts {
    records: u64,
    kinds: Vec<u64>,
}

/// One thread's state.
struct Worker<'a> {
    shared: &'a Shared<'a>,
    detector: Detector,
    prober: Prober,
    found: Found,
    /// What records with a set of roles support, and the records of the file in hand that have it.
    decisions: Vec<Decided>,
    /// Positions in `decisions`.
    by_roles: HashMap<RoleSet, usize>,
    tally: Tally,
    counts: FileCounts,
}

/// What a set of roles supports, decided once.
struct Decided {
    roles: RoleSet,
    decision: Decision,
    /// Records of the file in hand.
    n_records: u64,
}

/// What a file turned out to be, as far as it was opened.
#[derive(Default)]
struct Identity {
    format: &'static str,
    encoding: &'static str,
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared<'a>, key: RunKey) -> Worker<'a> {
        Worker {
            shared,
            detector: shared.catalog.detector(),
            prober: shared.catalog.prober(),
            found: Found::default(),
            decisions: Vec::new(),
            by_roles: HashMap::new(),
            tally: Tally::new(key, shared.catalog.patterns().len()),
            counts: FileCounts::default(),
        }
    }

    fn run(&mut self, queue: &Queue<'_>) -> Vec<FileResult> {
        let mut results = Vec::new();
        while let Some((index, entry)) = queue.take() {
            results.push(self.file(index, entry));
            self.shared.observer.file_done(index);
        }
        results
    }

    fn file(&mut self, index: usize, entry: &Entry) -> FileResult {
        self.counts = FileCounts::default();
        self.counts
            .kinds
            .resize(self.shared.catalog.patterns().len(), 0);
        self.decisions.iter_mut().for_each(|d| d.n_records = 0);
        let n_bytes = AtomicU64::new(0);
        let mut identity = None;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.read(index, entry, &n_bytes, &mut identity)
        }));
        let n_bytes = n_bytes.into_inner();
        let mut reasons = match outcome {
            Ok(Ok(reasons)) => reasons,
            Ok(Err(reason)) => vec![reason],
            Err(_) => {
                self.detector = self.shared.catalog.detector();
                vec![Reason::Internal(
                    "the decoder failed; please report the format of this file".to_owned(),
                )]
            }
        };
        if entry.size > n_bytes && reasons.is_empty() {
            reasons.push(Reason::Truncated(format!(
                "{n_bytes} of {} bytes were there when it was read",
                entry.size
            )));
        }
        let skipped = reasons
            .iter()
            .map(|r| Skipped::new(&entry.display, r))
            .collect();
        let audit = identity.map(|identity: Identity| self.file_audit(entry, &identity, n_bytes));
        FileResult {
            index,
            audit,
            skipped,
        }
    }

    /// Reads one file to its end. Returns what of it could not be decoded.
    ///
    /// # Errors
    /// With the reason why the file, or the rest of it, could not be read.
    fn read(
        &mut self,
        index: usize,
        entry: &Entry,
        n_bytes: &AtomicU64,
        identity: &mut Option<Identity>,
    ) -> Result<Vec<Reason>, Reason> {
        let rdr = entry.open().map_err(|e| Reason::from_io(&e))?;
        let rdr = CountingReader {
            rdr,
            n_bytes,
            observer: self.shared.observer,
        };
        let read_error = |e: io::Error| {
            let offset = n_bytes.load(Ordering::Relaxed);
            Reason::Read {
                offset,
                cause: e.kind().to_string(),
            }
        };
        let mut opened = decode::open(
            Box::new(rdr),
            entry.ending().as_deref(),
            &self.shared.limits,
        )
        .map_err(|e| {
            decode::unsupported_reason(&e)
                .cloned()
                .unwrap_or_else(|| read_error(e))
        })?;
        *identity = Some(Identity {
            format: opened.format.id(),
            encoding: opened.encoding.id(),
        });
        let mut tables = Tables::default();
        let mut held: Vec<Batch> = Vec::new();
        let mut batch = Batch::default();
        let ended = loop {
            match opened.records.next_batch(&mut batch) {
                Ok(true) => {}
                Ok(false) => break None,
                Err(e) => break Some(read_error(e)),
            }
            let held_bytes = batch.text.len() + held.iter().map(|b| b.text.len()).sum::<usize>();
            let ready = tables.sample(
                &batch,
                opened.records.tables(),
                self,
                held_bytes > HELD_BYTES_MAX,
            );
            if ready {
                for batch in held.drain(..) {
                    self.batch(index, entry, &batch, opened.records.tables(), &mut tables);
                }
                self.batch(index, entry, &batch, opened.records.tables(), &mut tables);
            } else {
                held.push(std::mem::take(&mut batch));
            }
        };
        tables.decide_all(self);
        for batch in held.drain(..) {
            self.batch(index, entry, &batch, opened.records.tables(), &mut tables);
        }
        let mut reasons: Vec<Reason> = opened.records.problems().iter().map(located).collect();
        reasons.extend(ended);
        Ok(reasons)
    }

    fn batch(
        &mut self,
        index: usize,
        entry: &Entry,
        batch: &Batch,
        sources: &[Table],
        tables: &mut Tables,
    ) {
        let vocabulary = self.shared.catalog.vocabulary();
        tables.extend(sources, vocabulary, &self.detector);
        self.detector.batch(batch, tables.has_prose(batch));
        let wants_hits = self.shared.observer.wants_hits();
        let mut hits = Vec::new();
        let mut last = 0;
        let mut next = 0;
        while let Some(record) = batch.records.get(next) {
            let rules = tables.rules(record.table);
            if matches!(rules, [column] if column.is_mere_text()) {
                let n_quiet = self.detector.n_quiet(batch, next);
                if n_quiet > 0 {
                    self.counts.records += n_quiet as u64;
                    next += n_quiet;
                    continue;
                }
            }
            next += 1;
            self.detector.record(batch, record, rules, &mut self.found);
            self.counts.records += 1;
            if self.found.matches.is_empty() && self.found.roles.is_empty() {
                continue;
            }
            last = self.decide(last);
            self.decisions[last].n_records += 1;
            let decision = self.decisions[last].decision;
            self.count(index, batch, record, &decision);
            if wants_hits {
                self.hits(entry, batch, record, sources, &mut hits);
            }
        }
        if !hits.is_empty() {
            self.shared.observer.hits(index, &hits);
        }
    }

    /// The position of what the record in hand supports; it is mostly that of the record before, `last`.
    fn decide(&mut self, last: usize) -> usize {
        let roles = self.found.roles;
        if self.decisions.get(last).is_some_and(|d| d.roles == roles) {
            return last;
        }
        *self.by_roles.entry(roles).or_insert_with(|| {
            let decision = self.shared.rules.support(roles);
            self.decisions.push(Decided {
                roles,
                decision,
                n_records: 0,
            });
            self.decisions.len() - 1
        })
    }

    fn count(&mut self, index: usize, batch: &Batch, record: &Record, decision: &Decision) {
        for m in self
            .found
            .matches
            .iter()
            .filter(|m| m.status == Status::Valid)
        {
            self.counts.kinds[m.kind.index()] += 1;
        }
        let Decision { support, parties } = *decision;
        self.tally.record(
            self.shared.ladder,
            index,
            batch,
            record,
            &self.found,
            support,
            parties,
        );
    }

    fn hits<'h>(
        &self,
        entry: &'h Entry,
        batch: &Batch,
        record: &Record,
        sources: &'h [Table],
        hits: &mut Vec<Hit<'h>>,
    ) where
        'a: 'h,
    {
        let fields = batch.fields_of(record);
        for m in &self.found.matches {
            let field = fields[m.field as usize];
            let columns = &sources[record.table as usize].columns;
            let name = columns.get(field.column as usize).map(|column| {
                match column_name(column, self.shared.catalog) {
                    Some(name) => Cow::Borrowed(name),
                    None => Cow::Owned(format!("#{}", field.column + 1)),
                }
            });
            hits.push(Hit {
                path: &entry.display,
                record: record.number,
                line: (record.line > 0).then_some(record.line),
                field: name,
                start: u64::from(m.span.start - field.span.start),
                end: u64::from(m.span.end - field.span.start),
                kind: &self.shared.catalog.pattern(m.kind).id,
                confidence: m.confidence.id(),
                status: m.status.id(),
                masked: Value::new(batch.bytes(m.span)).mask(self.shared.ladder.mask(m.kind)),
            });
        }
    }

    /// Rows of the file in hand that support a category under the default reading.
    fn rows(&self, category: Category) -> u64 {
        let supporting = self
            .decisions
            .iter()
            .filter(|d| d.decision.support.base.contains(category));
        supporting.map(|d| d.n_records).sum()
    }

    fn file_audit(&self, entry: &Entry, identity: &Identity, bytes: u64) -> FileAudit {
        let patterns = self.shared.catalog.patterns();
        let kinds = patterns
            .iter()
            .zip(&self.counts.kinds)
            .filter(|(_, n)| **n > 0);
        let categories = Category::ALL
            .into_iter()
            .map(|c| (c, self.rows(c)))
            .filter(|(_, n)| *n > 0);
        FileAudit {
            path: entry.display.clone(),
            format: identity.format.to_owned(),
            encoding: identity.encoding.to_owned(),
            bytes,
            records: self.counts.records,
            copy_of: None,
            kinds: kinds.map(|(p, n)| (p.id.clone(), *n)).collect(),
            categories: categories.map(|(c, n)| (c.id().to_owned(), n)).collect(),
        }
    }
}

/// A column's own name, without the comment that an SQL dump adds to it. A name that could itself be
/// a value is not shown: a table without a header may be taken for one with, and objects may be keyed
/// by numbers or by the names of persons.
fn column_name<'n>(column: &'n str, catalog: &Catalog) -> Option<&'n str> {
    let name = column.split('\u{1f}').next().unwrap_or(column);
    let n_digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_person = |part: &str| {
        !part.is_ascii() && is_likely_name(part) && catalog.vocabulary().lookup(part).is_none()
    };
    let is_data = name.is_empty()
        || n_digits >= NAME_DIGITS_MAX
        || name.contains('@')
        || name.split(['.', '[']).any(is_person);
    (!is_data).then_some(name)
}

/// A column name with as many digits as the shortest telephone number is not shown.
const NAME_DIGITS_MAX: usize = 7;

fn located(problem: &decode::Problem) -> Reason {
    let at = |what: &str| match problem.line {
        0 => what.to_owned(),
        line => format!("{what} (first at line {line})"),
    };
    match &problem.reason {
        Reason::Truncated(what) => Reason::Truncated(at(what)),
        Reason::Malformed(what) => Reason::Malformed(at(what)),
        Reason::Limit(what) => Reason::Limit(at(what)),
        other => other.clone(),
    }
}

/// A reader that tells how far it has come.
struct CountingReader<'a> {
    rdr: Box<dyn Read + Send>,
    n_bytes: &'a AtomicU64,
    observer: &'a dyn Observer,
}

impl Read for CountingReader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.rdr.read(buf)?;
        self.n_bytes.fetch_add(n as u64, Ordering::Relaxed);
        self.observer.bytes(n as u64);
        Ok(n)
    }
}

fn assemble(
    walked: WalkResult,
    shared: &Shared<'_>,
    results: Vec<FileResult>,
    copies: &[Option<usize>],
    totals: &Totals<'_>,
    rank: Rank<'_>,
) -> Audit {
    let mut skipped = walked.skipped;
    let mut files = Vec::with_capacity(results.len());
    for result in results {
        skipped.extend(result.skipped);
        if let Some(mut file) = result.audit {
            file.copy_of = copies[result.index].map(|first| walked.entries[first].display.clone());
            files.push(file);
        }
    }
    skipped.sort();
    let patterns = shared.catalog.patterns();
    let with_kind = |id: &str| files.iter().filter(|f| f.kinds.contains_key(id)).count() as u64;
    let files_with: Vec<u64> = patterns.iter().map(|p| with_kind(&p.id)).collect();
    let readings: Vec<_> = Reading::ALL
        .iter()
        .map(|r| totals.reading(*r, rank))
        .collect();
    Audit {
        schema: audit::SCHEMA.to_owned(),
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalog: hash_with(shared.catalog, shared.rules),
        },
        stats: Stats {
            files: files.len() as u64,
            bytes: files.iter().map(|f| f.bytes).sum(),
            records: files.iter().map(|f| f.records).sum(),
            skipped: skipped.len() as u64,
            seconds: 0.0,
        },
        complete: skipped.is_empty(),
        kinds: totals.kinds(shared.catalog, &files_with),
        categories: readings[0].categories.clone(),
        persons: totals.persons(Reading::Default),
        readings,
        files,
        skipped,
        ..Audit::default()
    }
}

/// The hash of everything that decides a count: patterns, columns, record rules. `blake3:…`.
///
/// # Errors
/// When the record rules do not load: never for a released program.
pub fn catalog_hash(catalog: &Catalog) -> Result<String, Error> {
    Ok(hash_with(catalog, &Rules::builtin(catalog.vocabulary())?))
}

fn hash_with(catalog: &Catalog, rules: &Rules) -> String {
    let mut text = catalog.hash();
    for (path, rules) in rules.files() {
        text.push_str(path);
        text.push_str(rules);
    }
    format!("blake3:{}", blake3::hash(text.as_bytes()).to_hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_name_that_may_be_a_value_is_not_shown() {
        let catalog = Catalog::builtin().expect("the built-in catalog loads");
        for (column, want) in [
            ("phone", Some("phone")),
            ("姓名", Some("姓名")),
            ("user.contact[].phone", Some("user.contact[].phone")),
            ("lxfs\u{1f}联系方式", Some("lxfs")),
            ("address2", Some("address2")),
            ("13812345678", None),
            ("张伟.phone", None),
            ("a@example.com", None),
            ("", None),
        ] {
            assert_eq!(column_name(column, &catalog), want, "{column}");
        }
    }
}
