//! One file, batch by batch: opened, decoded, and held back until the columns of its tables are decided.
//!
//! What is done here is done in the order of the file, by one worker at a time. What becomes of a batch that was handed out,
//! and by whom it is processed, is not known here. A scan that answers for a part of a file decodes and samples it from its
//! start, as any other, hands out the batches that begin in its part, and ends with the last of them.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::decode::{self, Decode};
use crate::error::Reason;
use crate::record::{Batch, Table};
use crate::source::Entry;

use super::table::{Eyes, Tables, View};
use super::{Shared, located};

/// Rows of a table that are held back until its columns are decided, in bytes; past it they are decided by what was seen.
const HELD_BYTES_MAX: usize = 16 << 20;

/// What goes with a batch that can be processed by any worker.
pub(super) struct Lot {
    /// Its number in the file, from 0.
    pub(super) number: u64,
    pub(super) view: Arc<View>,
}

/// A file and how far it was read.
pub(super) struct Reading<'s> {
    /// Position in the order of paths.
    pub(super) index: usize,
    pub(super) entry: &'s Entry,
    n_bytes: Arc<AtomicU64>,
    stage: Stage<'s>,
    /// Batches that were handed out or passed over.
    n_lots: u64,
    /// Batches that were counted before this run and are passed over.
    n_counted: u64,
    /// Whether reading ended where the part of the file ends that the scan answers for.
    is_cut: bool,
    /// What the file is, once it was opened.
    identity: Option<Identity>,
    /// Why it, or parts of it, could not be read.
    reasons: Vec<Reason>,
}

enum Stage<'s> {
    Unopened,
    Open(Box<Stream<'s>>),
    Over,
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    pub(super) format: &'static str,
    pub(super) encoding: &'static str,
}

/// What is known of a file when all of it was read.
pub(super) struct Outcome<'s> {
    pub(super) index: usize,
    pub(super) entry: &'s Entry,
    /// None if nothing could be read.
    pub(super) identity: Option<Identity>,
    /// Bytes that were read of those that the scan answers for.
    pub(super) n_bytes: u64,
    pub(super) reasons: Vec<Reason>,
}

impl<'s> Reading<'s> {
    /// A file of which so many batches were counted already: it is decoded from its start, because a decoder knows what it
    /// has seen, and they are passed over.
    pub(super) fn new(index: usize, entry: &'s Entry, n_counted: u64) -> Reading<'s> {
        Reading {
            index,
            entry,
            n_bytes: Arc::default(),
            stage: Stage::Unopened,
            n_lots: 0,
            n_counted,
            is_cut: false,
            identity: None,
            reasons: Vec::new(),
        }
    }

    /// Puts the next batch of the file in the place of `batch`; none at its end. A panic of a decoder ends the file, as does an
    /// error of its reader.
    pub(super) fn next(
        &mut self,
        shared: &Shared<'s>,
        eyes: &mut Eyes<'_>,
        batch: &mut Batch,
    ) -> Option<Lot> {
        let taken = catch_unwind(AssertUnwindSafe(|| self.take(shared, eyes, batch)));
        let taken = taken.unwrap_or_else(|_| {
            *eyes.prober = shared.catalog.prober();
            self.reasons = vec![failure()];
            None
        });
        if taken.is_none() {
            self.stage = Stage::Over;
        }
        taken
    }

    fn take(&mut self, shared: &Shared<'s>, eyes: &mut Eyes<'_>, batch: &mut Batch) -> Option<Lot> {
        if let Stage::Unopened = self.stage {
            match self.open(shared) {
                Ok(stream) => self.stage = Stage::Open(Box::new(stream)),
                Err(reason) => self.reasons.push(reason),
            }
        }
        let Stage::Open(stream) = &mut self.stage else {
            return None;
        };
        let owned = &self.entry.owned;
        while stream.offset() < owned.end {
            let offset = stream.offset();
            let Some(view) = stream.next(eyes, batch) else {
                let problems = stream.records.problems().iter().map(located);
                self.reasons.extend(problems);
                let failed = stream.failed.take();
                self.reasons.extend(failed.map(|e| self.read_error(&e)));
                return None;
            };
            if !owned.contains(&offset) {
                continue;
            }
            self.n_lots += 1;
            if self.n_lots > self.n_counted {
                return Some(Lot {
                    number: self.n_lots - 1,
                    view,
                });
            }
        }
        self.is_cut = true;
        None
    }

    /// Batches that were counted, if none is in hand.
    pub(super) fn n_lots_counted(&self) -> u64 {
        self.n_lots.max(self.n_counted)
    }

    fn open(&mut self, shared: &Shared<'s>) -> Result<Stream<'s>, Reason> {
        let rdr = self.entry.open().map_err(|e| Reason::from_io(&e))?;
        let rdr = CountingReader {
            rdr,
            n_bytes: Arc::clone(&self.n_bytes),
            shared: *shared,
        };
        let ending = self.entry.ending();
        let opened =
            decode::open(Box::new(rdr), ending.as_deref(), &shared.limits).map_err(|e| {
                let unsupported = decode::unsupported_reason(&e);
                unsupported.cloned().unwrap_or_else(|| self.read_error(&e))
            })?;
        self.identity = Some(Identity {
            format: opened.format.id(),
            encoding: opened.encoding.id(),
        });
        Ok(Stream::new(opened.records, Arc::clone(&self.n_bytes)))
    }

    fn read_error(&self, error: &io::Error) -> Reason {
        Reason::Read {
            offset: self.n_bytes.load(Ordering::Relaxed),
            cause: error.kind().to_string(),
        }
    }

    /// What the file is, once it was opened.
    pub(super) fn identity(&self) -> Option<Identity> {
        self.identity
    }

    /// The tables met so far; none when reading is over.
    pub(super) fn tables(&self) -> &[Table] {
        match &self.stage {
            Stage::Open(stream) => stream.records.tables(),
            Stage::Unopened | Stage::Over => &[],
        }
    }

    /// Where the number of bytes read so far can be seen.
    pub(super) fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.n_bytes)
    }

    /// What became of the file; `is_whole` says that no batch of it failed while it was processed.
    pub(super) fn end(self, is_whole: bool) -> Outcome<'s> {
        let n_bytes = self.n_bytes.load(Ordering::Relaxed);
        let mut reasons = self.reasons;
        if !is_whole && !reasons.contains(&failure()) {
            reasons.push(failure());
        }
        if self.entry.size > n_bytes && !self.is_cut && reasons.is_empty() {
            reasons.push(Reason::Truncated(format!(
                "{n_bytes} of {} bytes were there when it was read",
                self.entry.size
            )));
        }
        Outcome {
            index: self.index,
            entry: self.entry,
            identity: self.identity,
            n_bytes: self.entry.n_owned(n_bytes),
            reasons,
        }
    }
}

/// The reason of a panic.
fn failure() -> Reason {
    Reason::Internal("the decoder failed; please report the format of this file".to_owned())
}

/// Records on their way from the decoder to the workers.
struct Stream<'s> {
    records: Box<dyn Decode + Send + 's>,
    /// Bytes of the file that were read.
    n_bytes: Arc<AtomicU64>,
    /// Where the batch begins that is decoded next: see [`Stream::offset`].
    begin: u64,
    tables: Tables,
    /// Batches that wait for a table to be decided, or were waiting until now, and where they begin.
    held: VecDeque<(u64, Batch)>,
    held_bytes: usize,
    /// Whether what is held may go out.
    is_decided: bool,
    /// Memory of batches for those that will be held.
    spare: Vec<Batch>,
    is_over: bool,
    failed: Option<io::Error>,
}

impl<'s> Stream<'s> {
    fn new(records: Box<dyn Decode + Send + 's>, n_bytes: Arc<AtomicU64>) -> Stream<'s> {
        Stream {
            records,
            n_bytes,
            begin: 0,
            tables: Tables::default(),
            held: VecDeque::new(),
            held_bytes: 0,
            is_decided: false,
            spare: Vec::new(),
            is_over: false,
            failed: None,
        }
    }

    /// Where the next batch begins, as the number of bytes that had been read of the file when the batch before it was complete.
    /// That is a little behind its first byte, and the same for whoever decodes the file.
    fn offset(&self) -> u64 {
        self.held.front().map_or(self.begin, |(begin, _)| *begin)
    }

    /// The next batch whose tables are decided.
    fn next(&mut self, eyes: &mut Eyes<'_>, batch: &mut Batch) -> Option<Arc<View>> {
        loop {
            if self.is_decided
                && let Some((_, first)) = self.held.pop_front()
            {
                self.held_bytes -= first.text.len();
                self.spare.push(std::mem::replace(batch, first));
                return Some(self.tables.view(self.records.tables(), eyes));
            }
            if self.is_over {
                return None;
            }
            match self.records.next_batch(batch) {
                Ok(true) => {}
                ended => {
                    self.failed = ended.err();
                    self.is_over = true;
                    self.is_decided = true;
                    self.tables.decide_all(eyes);
                    continue;
                }
            }
            let begin = std::mem::replace(&mut self.begin, self.n_bytes.load(Ordering::Relaxed));
            let enough = self.held_bytes + batch.text.len() > HELD_BYTES_MAX;
            let sources = self.records.tables();
            self.is_decided = self.tables.sample(batch, sources, eyes, enough);
            if self.is_decided && self.held.is_empty() {
                return Some(self.tables.view(sources, eyes));
            }
            self.held_bytes += batch.text.len();
            let spare = self.spare.pop().unwrap_or_default();
            self.held
                .push_back((begin, std::mem::replace(batch, spare)));
        }
    }
}

/// A reader that tells how far it has come.
struct CountingReader<'s> {
    rdr: Box<dyn Read + Send>,
    n_bytes: Arc<AtomicU64>,
    shared: Shared<'s>,
}

impl Read for CountingReader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.rdr.read(buf)?;
        self.n_bytes.fetch_add(n as u64, Ordering::Relaxed);
        self.shared.observer.bytes(n as u64);
        Ok(n)
    }
}
