//! The queue: which worker does what next.
//!
//! Small files are taken whole. A large file belongs to the worker that took it, and once no file is left to take, the
//! others help with those that are still being read: whoever wants work takes the next batch from the file, holding its
//! lock while the batch is decoded, and processes it outside. What a batch is and what is done with it is not known here.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::decode::DecodeLimits;
use crate::source::{Entry, EntryKind};

use super::Observer;
use super::file::{Outcome, Reading};

/// A file from this many blocks on is read by several workers; below, a worker has it read before another could help much.
const COMMON_BLOCKS_MIN: u64 = 2;

/// What is to be done.
pub(super) struct Queue<'s> {
    entries: &'s [Entry],
    /// Positions in `entries`, the largest first, so that no worker is left alone with a large one at the end. Standard
    /// input, whose size nobody knows, comes before all.
    order: Vec<usize>,
    next: AtomicUsize,
    /// The first files of `order`.
    common: Vec<CommonFile<'s>>,
}

/// Something to do.
pub(super) enum Task<'q, 's> {
    /// Read and process a file.
    Whole(Reading<'s>),
    /// Take part in a file.
    Common(&'q CommonFile<'s>),
}

/// A file that several workers may take batches from.
pub(super) struct CommonFile<'s> {
    pub(super) index: usize,
    pub(super) entry: &'s Entry,
    reading: Mutex<Reading<'s>>,
    n_bytes: Arc<AtomicU64>,
    /// Set when the last batch was taken.
    is_over: AtomicBool,
    n_workers: AtomicUsize,
    /// The batches in hand, and one for the file until its last batch was taken.
    n_open: AtomicUsize,
    has_failed: AtomicBool,
    observer: &'s dyn Observer,
}

impl<'s> Queue<'s> {
    pub(super) fn new(
        entries: &'s [Entry],
        limits: &DecodeLimits,
        observer: &'s dyn Observer,
    ) -> Queue<'s> {
        let common_bytes_min = COMMON_BLOCKS_MIN * limits.block_bytes as u64;
        let size = |entry: &Entry| match entry.kind {
            EntryKind::Stdin => u64::MAX,
            EntryKind::File => entry.n_read(),
        };
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by_key(|i| (Reverse(size(&entries[*i])), *i));
        let common = order
            .iter()
            .map(|i| (*i, &entries[*i]))
            .take_while(|(_, entry)| size(entry) >= common_bytes_min)
            .map(|(index, entry)| CommonFile::new(index, entry, observer))
            .collect();
        Queue {
            entries,
            order,
            next: AtomicUsize::new(0),
            common,
        }
    }

    /// The next thing to do; none when all files were read, although others may still be processing.
    pub(super) fn take(&self) -> Option<Task<'_, 's>> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(file) = self.common.get(place) {
            return Some(Task::Common(file));
        }
        let Some(index) = self.order.get(place) else {
            return self.busiest().map(Task::Common);
        };
        Some(Task::Whole(Reading::new(*index, &self.entries[*index])))
    }

    /// The file with the most left to read for each of its workers. Standard input comes last: waiting for it, a worker would
    /// be of no use to others.
    fn busiest(&self) -> Option<&CommonFile<'s>> {
        let files = self
            .common
            .iter()
            .filter(|f| !f.is_over.load(Ordering::Relaxed));
        files.max_by_key(|f| f.n_bytes_left() / (1 + f.n_workers.load(Ordering::Relaxed) as u64))
    }

    /// What became of the files that several workers took part in, when all have finished.
    pub(super) fn into_outcomes(self) -> impl Iterator<Item = Outcome<'s>> {
        self.common.into_iter().map(|file| {
            let reading = file.reading.into_inner();
            let reading = reading.unwrap_or_else(PoisonError::into_inner);
            reading.end(!file.has_failed.into_inner())
        })
    }
}

impl<'s> CommonFile<'s> {
    fn new(index: usize, entry: &'s Entry, observer: &'s dyn Observer) -> CommonFile<'s> {
        let reading = Reading::new(index, entry);
        CommonFile {
            index,
            entry,
            n_bytes: reading.progress(),
            reading: Mutex::new(reading),
            is_over: AtomicBool::new(false),
            n_workers: AtomicUsize::new(0),
            n_open: AtomicUsize::new(1),
            has_failed: AtomicBool::new(false),
            observer,
        }
    }

    fn n_bytes_left(&self) -> u64 {
        let n_bytes = self.n_bytes.load(Ordering::Relaxed);
        self.entry.n_read().saturating_sub(n_bytes)
    }

    /// Says that one more worker takes part.
    pub(super) fn enter(&self) {
        self.n_workers.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes a batch with `next`, one worker at a time; none when the last one was taken. What was taken is to be given back with
    /// [`CommonFile::done`].
    pub(super) fn take<T>(&self, next: impl FnOnce(&mut Reading<'s>) -> Option<T>) -> Option<T> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_over.load(Ordering::Relaxed) {
            return None;
        }
        let taken = next(&mut reading);
        if taken.is_some() {
            self.n_open.fetch_add(1, Ordering::Relaxed);
        } else {
            self.is_over.store(true, Ordering::Relaxed);
            drop(reading);
            self.close();
        }
        taken
    }

    /// Says that a batch was processed, to its end or not.
    pub(super) fn done(&self, is_whole: bool) {
        if !is_whole {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        self.close();
    }

    /// Whoever comes last says that the file is done.
    fn close(&self) {
        if self.n_open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.observer.file_done(self.index);
        }
    }
}
