//! The queue: which worker does what next.
//!
//! Small files are taken whole. A large file belongs to the worker that took it, and once no file is left to take, the
//! others help with those that are still being read: whoever wants work takes the next batch from the file, holding its
//! lock while the batch is decoded, and processes it outside. What a batch is and what is done with it is not known here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::source::{Entry, EntryKind};

use super::file::{Outcome, Reading};
use super::part::File;
use super::round::Progress;
use super::worker::FileCounts;
use super::{Observer, Shared};

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
    /// None once its outcome was told.
    reading: Mutex<Option<Reading<'s>>>,
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
    /// All entries but those that are done. Some of the others were begun.
    pub(super) fn new(
        entries: &'s [Entry],
        shared: &Shared<'s>,
        done: &[(usize, File)],
        progress: &[Progress],
    ) -> Queue<'s> {
        let common_bytes_min = COMMON_BLOCKS_MIN * shared.limits.block_bytes as u64;
        let size = |entry: &Entry| match entry.kind {
            EntryKind::Stdin => u64::MAX,
            EntryKind::File => entry.n_read(),
        };
        let done: HashSet<usize> = done.iter().map(|(index, _)| *index).collect();
        let mut order: Vec<usize> = (0..entries.len()).filter(|i| !done.contains(i)).collect();
        order.sort_by_key(|i| (Reverse(size(&entries[*i])), *i));
        let common = order
            .iter()
            .map(|i| (*i, &entries[*i]))
            .take_while(|(_, entry)| size(entry) >= common_bytes_min)
            .map(|(index, entry)| {
                let begun = progress.iter().find(|p| p.index == index);
                CommonFile::new(index, entry, begun, shared.observer)
            })
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
        Some(Task::Whole(Reading::new(*index, &self.entries[*index], 0)))
    }

    /// The common file at this position in the order of paths, if batches of it may be left.
    pub(super) fn common_file(&self, index: usize) -> Option<&CommonFile<'s>> {
        let file = self.common.iter().find(|f| f.index == index)?;
        (!file.is_over.load(Ordering::Relaxed)).then_some(file)
    }

    /// Whether nothing is left to be taken.
    pub(super) fn is_over(&self) -> bool {
        let is_over = |f: &CommonFile<'_>| f.is_over.load(Ordering::Relaxed);
        self.next.load(Ordering::Relaxed) >= self.order.len() && self.common.iter().all(is_over)
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

    /// What became of the files that several workers took part in and of which nothing is left, each told once. To be asked
    /// when no worker has a batch in hand.
    pub(super) fn outcomes(&mut self) -> Vec<Outcome<'s>> {
        let outcomes = self.common.iter_mut().filter_map(|file| {
            if !*file.is_over.get_mut() {
                return None;
            }
            let reading = file.reading.get_mut();
            let reading = reading.unwrap_or_else(PoisonError::into_inner).take()?;
            Some(reading.end(!*file.has_failed.get_mut()))
        });
        outcomes.collect()
    }

    /// How far the files are that were begun and have no outcome yet, with what was counted of them. To be asked when no worker
    /// has a batch in hand.
    pub(super) fn progress(
        &mut self,
        counts: impl Fn(usize) -> BTreeMap<u32, FileCounts>,
    ) -> Vec<Progress> {
        let begun = self.common.iter_mut().filter_map(|file| {
            let reading = file.reading.get_mut();
            let reading = reading.unwrap_or_else(PoisonError::into_inner).as_ref()?;
            (reading.n_lots_counted() > 0).then(|| Progress {
                index: file.index,
                n_lots: reading.n_lots_counted(),
                is_whole: !*file.has_failed.get_mut(),
                counts: counts(file.index),
            })
        });
        begun.collect()
    }
}

impl<'s> CommonFile<'s> {
    fn new(
        index: usize,
        entry: &'s Entry,
        begun: Option<&Progress>,
        observer: &'s dyn Observer,
    ) -> CommonFile<'s> {
        let reading = Reading::new(index, entry, begun.map_or(0, |p| p.n_lots));
        CommonFile {
            index,
            entry,
            n_bytes: reading.progress(),
            reading: Mutex::new(Some(reading)),
            is_over: AtomicBool::new(false),
            n_workers: AtomicUsize::new(0),
            n_open: AtomicUsize::new(1),
            has_failed: AtomicBool::new(begun.is_some_and(|p| !p.is_whole)),
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
        let taken = next(reading.as_mut()?);
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
