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
use super::worker::{FileCounts, Worker};
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
    pub(super) counts: FileCounts,
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
    /// Of the files that are being read.
    counts: BTreeMap<usize, FileCounts>,
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
        let counts = progress.iter().map(|p| (p.index, p.counts.clone()));
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
            for (index, part) in work.parts {
                match self.counts.get_mut(&index) {
                    Some(counts) => counts.add(&part),
                    None => _ = self.counts.insert(index, part),
                }
            }
        }
        let none = FileCounts::new(shared.catalog.patterns().len());
        for outcome in self.queue.outcomes() {
            let counts = self.counts.remove(&outcome.index);
            let counts = counts.as_ref().unwrap_or(&none);
            files.push((outcome.index, outcome.result(counts, shared)));
        }
        Ok(Round {
            tallies,
            files,
            progress: self
                .queue
                .progress(|index| self.counts.get(&index).unwrap_or(&none)),
            is_last: self.queue.is_over(),
        })
    }
}
