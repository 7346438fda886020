//! The scan: walk, decode, detect, classify, count, on all processors.
//!
//! The only place with threads. Workers take files from one list, the largest first, and batches of large files from each
//! other (`queue`). A file is decoded and its columns are decided in its order (`file`, `table`); its batches are detected and
//! counted by whoever took them (`worker`). Each worker has its own detector, buffers and tally, nothing is shared in the
//! loop, and the tallies are joined at the end, so that the result is the same for any number of workers. A file that fails
//! costs an entry of `skipped`, never the run. It does not know how results are shown.

mod file;
mod queue;
mod table;
mod worker;

use std::collections::BTreeMap;
use std::time::Instant;

use rayon::prelude::*;

use crate::audit::{self, Audit, Hit, Stats, Tool};
use crate::category::{Category, Reading};
use crate::classify::Rules;
use crate::count::{Ladder, Memory, Parallel, RunKey, Tally, Totals};
use crate::decode::{self, DecodeLimits};
use crate::detect::Catalog;
use crate::error::{Error, Reason};
use crate::source::{self, Entry, WalkResult};

use queue::Queue;
use worker::{FileCounts, FileResult, Work, Worker};

/// How to scan.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanOptions {
    /// Workers; 0 for one on each processor.
    pub threads: usize,
    /// Memory for counting, over all workers; more is spilled to a temporary file.
    pub memory: Memory,
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
    /// Matches of a batch of the file at this position, in the order of records. The batches of a file are numbered from 0, and
    /// each is told of once, also when it has no matches. Files and batches come in any order, from any worker.
    fn hits(&self, _index: usize, _batch: u64, _hits: &[Hit<'_>]) {}
}

/// An observer that does not care.
impl Observer for () {}

/// Which class a category falls into under a reading, as the law ranks it: 0 for the highest; `None` leaves records out.
pub type Rank<'a> = &'a (dyn Fn(Category, bool, Reading) -> Option<u8> + Sync);

/// Scans what a walk found. `rank` puts each record into its highest class. The start time and the assessment are left for
/// the caller to fill in.
///
/// # Errors
/// When the threads or the key of the run cannot be made, when the memory is too little for so many threads, and when what
/// it does not hold cannot be written to a temporary file. Whatever goes wrong with a file is in `skipped`.
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
    let share = options.memory.share(pool.current_num_threads())?;
    let entries = &walked.entries;
    observer.started(entries.len(), entries.iter().map(Entry::n_read).sum());
    let shared = Shared {
        catalog,
        rules: &rules,
        ladder: &ladder,
        limits: options.decode,
        observer,
    };
    let queue = Queue::new(entries, &options.decode, observer);
    let work = pool.broadcast(|_| Worker::new(&shared, key, share).run(&queue));
    let work = work.into_iter().collect::<Result<Vec<Work>, Error>>()?;
    let (tallies, files) = join(work, queue, &shared);
    let copies = source::find_copies(entries);
    let parallel = Parallel {
        threads: pool.current_num_threads(),
        run: &|n, f| pool.install(|| (0..n).into_par_iter().for_each(f)),
    };
    let totals = Totals::new(&tallies, rank, options.memory, &parallel)?;
    let mut audit = assemble(walked, &shared, files, &copies, &totals);
    audit.inputs = inputs.to_vec();
    audit.stats.seconds = clock.elapsed().as_secs_f64();
    Ok(audit)
}

/// Puts together what the workers did: their tallies, and the files in the order of paths.
fn join(work: Vec<Work>, queue: Queue<'_>, shared: &Shared<'_>) -> (Vec<Tally>, Vec<FileResult>) {
    let (mut tallies, mut files) = (Vec::new(), Vec::new());
    let mut counts: BTreeMap<usize, FileCounts> = BTreeMap::new();
    for work in work {
        tallies.push(work.tally);
        files.extend(work.files);
        for (index, part) in work.parts {
            match counts.get_mut(&index) {
                Some(counts) => counts.add(&part),
                None => _ = counts.insert(index, part),
            }
        }
    }
    let none = FileCounts::new(shared.catalog.patterns().len());
    for outcome in queue.into_outcomes() {
        let counts = counts.get(&outcome.index).unwrap_or(&none);
        files.push(outcome.result(counts, shared));
    }
    files.sort_by_key(|f| f.index);
    (tallies, files)
}

/// What all workers read.
#[derive(Clone, Copy)]
struct Shared<'a> {
    catalog: &'a Catalog,
    rules: &'a Rules,
    ladder: &'a Ladder,
    limits: DecodeLimits,
    observer: &'a dyn Observer,
}

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

fn assemble(
    walked: WalkResult,
    shared: &Shared<'_>,
    results: Vec<FileResult>,
    copies: &[Option<usize>],
    totals: &Totals<'_>,
) -> Audit {
    let mut skipped = walked.skipped;
    let shard = walked.shard.map(|of| of.shard.to_string());
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
    let readings = totals.readings().to_vec();
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
        complete: skipped.is_empty() && shard.is_none(),
        shard,
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
