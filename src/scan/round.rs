//! Rounds: all workers work until it is time to write down what was counted, or until nothing is left.
//!
//! Between two rounds no batch is in hand: of a file that is being read, all batches that were taken are counted, and no
//! other. What is done with the counts of a round is not known here.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rayon::ThreadPool;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::part::File;
use super::queue::Queue;
use super::worker::{FileCounts, PartKey, Worker};
use crate::count::{Memory, RunKey, Tally};
use crate::error::Error;
use crate::source::Entry;

/// How far a file was counted.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    /// Position in the order of paths.
    pub(super) index: usize,
    /// Batches that were counted: those before this number.
    pub(super) n_lots: u64,
    /// Whether none of them failed.
    pub(super) is_whole: bool,
    /// By the number of the part.
    pub(super) counts: BTreeMap<u32, FileCounts>,
}

/// What was counted in a round.
pub(super) struct Round {
    pub(super) tallies: Vec<Tally>,
    /// The files that were finished, by their positions.
    pub(super) files: Vec<(usize, File)>,
    /// The files that are being read.
    pub(super) progress: Vec<Progress>,
    /// Whether nothing is left to do.
    pub(super) is_last: bool,
}

/// A scan under way.
pub(super) struct Rounds<'s> {
    shared: &'s Shared<'s>,
    pool: &'s ThreadPool,
    queue: Queue<'s>,
    /// Each made by the thread that it is for.
    workers: Vec<Mutex<Option<Worker<'s>>>>,
    key: RunKey,
    share: Memory,
    /// Of the parts of the files that are being read.
    counts: BTreeMap<PartKey, FileCounts>,
}

impl<'s> Rounds<'s> {
    /// A scan of those entries that are not `done`, some of which were begun. Each worker has the `share` of memory.
    pub(super) fn new(
        shared: &'s Shared<'s>,
        pool: &'s ThreadPool,
        entries: &'s [Entry],
        done: &[(usize, File)],
        progress: &[Progress],
        (key, share): (RunKey, Memory),
    ) -> Rounds<'s> {
        let of_file = |p: &Progress| {
            let index = p.index;
            let counts = p.counts.clone().into_iter();
            counts.map(move |(part, counts)| ((index, part), counts))
        };
        let counts = progress.iter().flat_map(of_file);
        Rounds {
            shared,
            pool,
            queue: Queue::new(entries, shared, done, progress),
            workers: (0..pool.current_num_threads())
                .map(|_| Mutex::default())
                .collect(),
            key,
            share,
            counts: counts.collect(),
        }
    }

    /// Works until nothing is left, or until this moment; each worker does something before it asks for the time.
    ///
    /// # Errors
    /// When what the memory for counting does not hold could not be written.
    pub(super) fn next(&mut self, until: Option<Instant>) -> Result<Round, Error> {
        let (workers, queue) = (&self.workers, &self.queue);
        let (shared, key, share) = (self.shared, self.key, self.share);
        let work = self.pool.broadcast(|thread| {
            let worker = workers[thread.index()].lock();
            let mut worker = worker.unwrap_or_else(PoisonError::into_inner);
            let worker = worker.get_or_insert_with(|| Worker::new(shared, key, share));
            worker.run(queue, until)
        });
        let (mut tallies, mut files) = (Vec::new(), Vec::new());
        for work in work {
            let work = work?;
            tallies.push(work.tally);
            files.extend(work.files);
            for (key, part) in work.parts {
                match self.counts.get_mut(&key) {
                    Some(counts) => counts.add(&part),
                    None => _ = self.counts.insert(key, part),
                }
            }
        }
        for outcome in self.queue.outcomes() {
            let counts = counts_of(&self.counts, outcome.index);
            self.counts.retain(|(index, _), _| *index != outcome.index);
            files.push((outcome.index, outcome.result(&counts, shared)));
        }
        Ok(Round {
            tallies,
            files,
            progress: self.queue.progress(|index| counts_of(&self.counts, index)),
            is_last: self.queue.is_over(),
        })
    }
}

/// What was counted of a file, by its parts.
fn counts_of(all: &BTreeMap<PartKey, FileCounts>, index: usize) -> BTreeMap<u32, FileCounts> {
    let of_file = all.range((index, 0)..=(index, u32::MAX));
    of_file
        .map(|((_, part), counts)| (*part, counts.clone()))
        .collect()
}
