//! The scan: walk, decode, detect, classify, count, on all processors.
//!
//! The only place with threads. Workers take files from one list, the largest first, and batches of large files from each
//! other (`queue`). A file is decoded and its columns are decided in its order (`file`, `table`); its batches are detected and
//! counted by whoever took them (`worker`). Each worker has its own detector, buffers and tally, nothing is shared in the
//! loop, and the tallies are joined at the end, so that the result is the same for any number of workers. A file that fails
//! costs an entry of `skipped`, never the run. It does not know how results are shown.

mod counted;
mod evidence;
mod file;
mod ignored;
mod part;
mod queue;
mod reader;
mod round;
mod state;
mod table;
mod worker;

use std::time::Instant;

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::audit::{Audit, Hit};
use crate::category::{Category, Reading};
use crate::classify::Rules;
use crate::container::Unpacking;
use crate::count::{Day, Kept, Ladder, Memory, RunKey};
use crate::decode::{self, DecodeLimits};
use crate::detect::Catalog;
use crate::error::{Error, Reason};
use crate::ignore::Ignoring;
use crate::source::{self, Entry, WalkResult};

pub use counted::{Counted, TallyFile};
use ignored::Acting;
pub use ignored::TakenOut;
use part::{File, Part};
pub use reader::{Block, Ended, PartEnded, path_of, read};
use round::Rounds;
pub use state::{Asked, State};
pub use table::Grounds;

/// How to scan.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    /// Workers; 0 for one on each processor.
    pub threads: usize,
    /// Memory for counting, over all workers; more is spilled to a temporary file.
    pub memory: Memory,
    /// Limits of decoding.
    pub decode: DecodeLimits,
    /// How containers are read.
    pub unpacking: Unpacking,
    /// The key to count under, if a tally is to be written that can be joined with others: then each file is hashed whole,
    /// so that copies are known also across parts. None draws one.
    pub tally: Option<RunKey>,
    /// Whether evidence is gathered for a manifest: then the bytes of each file and member are hashed while they are read, and
    /// files that were not read from start to end are read once more.
    pub evidence: bool,
    /// The key to count under, if values are to be compared with those of another run; that of a tally or a state outranks it.
    pub key: Option<RunKey>,
    /// The day on which ages of persons are taken; without it they stay unknown.
    pub ages_on: Option<Day>,
    /// What is found and not counted.
    pub ignoring: Ignoring,
    /// What is kept by file: its persons, places of its values.
    pub kept: Kept,
}

/// Someone who watches a scan. Called from all workers.
pub trait Observer: Sync {
    /// The walk is done: so many files of so many bytes will be read.
    fn started(&self, _files: usize, _bytes: u64) {}
    /// So many more bytes were read.
    fn bytes(&self, _n: u64) {}
    /// The file at this position is done; no more hits of it will come.
    fn file_done(&self, _index: usize) {}
    /// Whether [`Observer::rows`] should be called.
    fn wants_rows(&self) -> bool {
        false
    }
    /// So many more records support each category under the default reading; a record may support several, and repeats are
    /// among them. Told after each batch that has any.
    fn rows(&self, _more: &[u64; Category::ALL.len()]) {}
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
    let mut counted = count(walked, catalog, options, observer, None)?;
    counted.describe(inputs, "");
    counted.audit(rank)
}

/// Counts what a walk found, up to what is needed for an audit or a tally. With a `state`, what was counted is saved to it
/// from time to time, and what it holds is not counted again; the walk is the one that it was planned with.
///
/// # Errors
/// Those of [`scan`], and when the state cannot be written.
pub fn count<'c>(
    mut walked: WalkResult,
    catalog: &'c Catalog,
    options: &ScanOptions,
    observer: &dyn Observer,
    mut state: Option<&mut State>,
) -> Result<Counted<'c>, Error> {
    let clock = Instant::now();
    let rules = Rules::builtin(catalog.vocabulary())?;
    let ladder = Ladder::new(catalog, options.ages_on);
    let key = match (&state, options.tally.or(options.key)) {
        (Some(state), _) => state.key(),
        (None, Some(key)) => key,
        (None, None) => RunKey::random()?,
    };
    let pool = pool(options.threads)?;
    let share = options.memory.share(pool.current_num_threads())?;
    if options.evidence {
        source::expect_digests(&mut walked.entries);
    } else if options.tally.is_some() {
        source::expect_contents(&mut walked.entries);
    }
    let entries = &walked.entries;
    let ignoring = ignored::in_force(&options.ignoring, catalog);
    let shared = Shared {
        catalog,
        rules: &rules,
        ladder: &ladder,
        limits: options.decode,
        unpacking: &options.unpacking,
        ignoring: &ignoring,
        observer,
        wants_evidence: options.evidence,
        entries,
        kept: options.kept,
    };
    let before = state.as_ref().map_or(0.0, |state| state.seconds());
    let (mut tallies, mut files) = (Vec::new(), Vec::new());
    let mut rounds = {
        let done = state
            .as_ref()
            .map(|state| state.files())
            .unwrap_or_default();
        tell_start(entries, &done, observer);
        let progress = state.as_ref().map_or(&[][..], |state| state.progress());
        Rounds::new(&shared, &pool, entries, &done, progress, (key, share))
    };
    loop {
        let until = state.as_ref().map(|state| state.next_checkpoint());
        let mut round = rounds.next(until)?;
        if options.tally.is_some() {
            pool.install(|| add_contents(&mut round.files, entries, &key));
        }
        if options.evidence {
            pool.install(|| evidence::complete(&mut round.files, entries));
        }
        let is_last = round.is_last;
        match &mut state {
            Some(state) => {
                let seconds = before + clock.elapsed().as_secs_f64();
                state.save(round, seconds, catalog, options.memory)?;
                if is_last {
                    (tallies, files) = state.take_counted();
                }
            }
            None => {
                tallies.extend(round.tallies);
                files.extend(round.files);
            }
        }
        if is_last {
            break;
        }
    }
    drop(rounds);
    files.sort_by_key(|(index, _)| *index);
    let mut files: Vec<File> = files.into_iter().map(|(_, file)| file).collect();
    // Files that are cut are known to be copies by what is on the disk alone.
    if options.tally.is_none() || walked.shard.is_some() {
        name_copies(&mut files, entries);
    }
    let evidence = options
        .evidence
        .then(|| evidence::take(&mut files, entries, &walked.skipped));
    Ok(Counted {
        evidence,
        catalog,
        hash: hash_with(catalog, &rules),
        key,
        memory: options.memory,
        pool,
        tallies,
        part: Part {
            ages_on: options.ages_on,
            seconds: before + clock.elapsed().as_secs_f64(),
            files,
            skipped: walked.skipped,
            shard: walked.shard,
            ignored: options.ignoring.found(),
            persons_by_file: options.kept.persons,
            places: options.kept.places,
            ..Part::default()
        },
    })
}

fn pool(threads: usize) -> Result<ThreadPool, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().map_err(|e| {
        Error::new("threads cannot be started: choose fewer with `--threads`").because(e)
    })
}

/// Tells the observer what is left to read.
fn tell_start(entries: &[Entry], done: &[(usize, File)], observer: &dyn Observer) {
    let size = Entry::n_read;
    let all: u64 = entries.iter().map(size).sum();
    let read: u64 = done.iter().map(|(index, _)| size(&entries[*index])).sum();
    observer.started(entries.len() - done.len(), all - read);
}

/// Hashes what was not hashed while it was read, so that copies can be told where the files are not at hand.
fn add_contents(files: &mut [(usize, File)], entries: &[Entry], key: &RunKey) {
    files.par_iter_mut().for_each(|(index, file)| {
        if !entries[*index].has_end() {
            return; // The shard that has it hashes the file.
        }
        let content = entries[*index].content();
        file.content =
            content.map(|hash| blake3::Hash::from(key.content(hash.as_bytes())).to_string());
    });
}

/// Names the files that have the same content as an earlier one.
fn name_copies(files: &mut [File], entries: &[Entry]) {
    for (file, first) in files.iter_mut().zip(source::find_copies(entries)) {
        if let Some((_, audit)) = file.audits.first_mut() {
            audit.copy_of = first.map(|first| entries[first].display.clone());
        }
    }
}

/// What all workers read.
#[derive(Clone, Copy)]
struct Shared<'a> {
    catalog: &'a Catalog,
    rules: &'a Rules,
    ladder: &'a Ladder,
    limits: DecodeLimits,
    unpacking: &'a Unpacking,
    /// The ignore rules that are in force.
    ignoring: &'a [Acting<'a>],
    observer: &'a dyn Observer,
    wants_evidence: bool,
    /// The files by their positions.
    entries: &'a [Entry],
    /// What is kept by file.
    kept: Kept,
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
