//! Matches in the order of files, whatever the order in which threads find them.
//!
//! Files have indices from 0 without gaps, and so have the batches of a file. The batch whose turn it
//! is, of the file whose turn it is, the head, is written straight through; matches of later ones
//! wait, in memory up to a limit and beyond it in one temporary file, which the system deletes. What
//! waits is what would be written: masked lines, never a value. This file knows no scan and no thread
//! pool.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::jsonl::write_hit;
use crate::audit::Hit;

/// Bytes of lines that wait in memory, over all files, before they go to the temporary file.
pub const HELD_BYTES_MAX: usize = 8 << 20;

/// Bytes copied at a time from the temporary file.
const COPY_BYTES: usize = 64 << 10;

/// Writes matches as JSON Lines, ordered by file index and batch; shared by the threads of a scan.
///
/// Every index from 0 on gets one call of [`OrderedHits::hits`] for each of its batches from 0 on, in
/// any order, also for those without matches, and then one of [`OrderedHits::file_end`].
pub struct OrderedHits<W: Write + Send> {
    queue: Mutex<Queue<W>>,
    failed: AtomicBool,
}

impl<W: Write + Send> OrderedHits<W> {
    /// A writer that holds back at most [`HELD_BYTES_MAX`] bytes in memory.
    pub fn new(wtr: W) -> OrderedHits<W> {
        OrderedHits::with_limit(wtr, HELD_BYTES_MAX)
    }

    /// A writer that holds back at most `held_bytes_max` bytes in memory, and the rest in a
    /// temporary file.
    pub fn with_limit(wtr: W, held_bytes_max: usize) -> OrderedHits<W> {
        OrderedHits {
            queue: Mutex::new(Queue {
                wtr,
                head: 0,
                current: Waiting::default(),
                waiting: BTreeMap::new(),
                held: 0,
                held_bytes_max,
                spool: None,
                error: None,
            }),
            failed: AtomicBool::new(false),
        }
    }

    /// Takes the matches of a batch of a file. After a failure they are dropped.
    pub fn hits(&self, file_index: usize, batch: u64, hits: &[Hit<'_>]) {
        if self.failed() {
            return;
        }
        // Worded outside the lock, so that threads wait for each other only while bytes are moved.
        let mut lines = Vec::with_capacity(hits.len() * 192);
        let worded = hits.iter().try_for_each(|hit| write_hit(&mut lines, hit));
        let mut queue = self.lock();
        let taken = worded.and_then(|()| queue.take(file_index, batch, lines));
        self.keep(&mut queue, taken);
    }

    /// Says that a file has no more matches.
    pub fn file_end(&self, file_index: usize) {
        let mut queue = self.lock();
        if self.failed() {
            return;
        }
        let ended = queue.end(file_index);
        self.keep(&mut queue, ended);
    }

    /// Whether writing has failed, so that a scan need not look for more. The error itself comes
    /// from [`OrderedHits::finish`].
    pub fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Writes what still waits, in order, even of files without an end, flushes, and gives the
    /// writer back.
    ///
    /// # Errors
    /// The first error of the writer or of the temporary file.
    pub fn finish(self) -> io::Result<W> {
        let mut queue = self
            .queue
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = queue.error.take() {
            return Err(error);
        }
        let current = std::mem::take(&mut queue.current);
        queue.release_all(current)?;
        while let Some((_, file)) = queue.waiting.pop_first() {
            queue.release_all(file)?;
        }
        queue.wtr.flush()?;
        Ok(queue.wtr)
    }

    /// A thread that panics holds the lock between whole operations only, so the queue stays
    /// usable.
    fn lock(&self) -> MutexGuard<'_, Queue<W>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, queue: &mut Queue<W>, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            self.failed.store(true, Ordering::Relaxed);
            queue.error.get_or_insert(error);
            queue.waiting.clear();
            queue.current = Waiting::default();
            queue.spool = None;
            queue.held = 0;
        }
    }
}

struct Queue<W> {
    wtr: W,
    /// The file whose turn it is; all before it are written.
    head: usize,
    /// What waits of the head: batches whose turn has not come.
    current: Waiting,
    /// Files after the head that have batches or an end.
    waiting: BTreeMap<usize, Waiting>,
    /// Bytes of lines that wait in memory.
    held: usize,
    held_bytes_max: usize,
    /// Made when it is first needed.
    spool: Option<Spool>,
    error: Option<io::Error>,
}

/// What waits of one file.
#[derive(Default)]
struct Waiting {
    /// How many of its first batches are all there, or written.
    n_batches: u64,
    /// Their lines, in order, as far as they are not written.
    lines: Vec<Lines>,
    /// Batches behind a gap.
    later: BTreeMap<u64, Vec<Lines>>,
    ended: bool,
}

/// Lines that wait.
enum Lines {
    Held(Vec<u8>),
    Spooled(Part),
}

impl Waiting {
    /// Adds the lines of a batch.
    fn add(&mut self, batch: u64, lines: Vec<u8>) {
        if batch != self.n_batches {
            let lines = match lines.is_empty() {
                true => Vec::new(),
                false => vec![Lines::Held(lines)],
            };
            self.later.insert(batch, lines);
            return;
        }
        match self.lines.last_mut() {
            _ if lines.is_empty() => {}
            // Many small parts become one, so that each in the temporary file is large.
            Some(Lines::Held(held)) => held.extend_from_slice(&lines),
            _ => self.lines.push(Lines::Held(lines)),
        }
        self.n_batches += 1;
        self.close_gap();
    }

    /// Takes the batches that are no longer behind a gap.
    fn close_gap(&mut self) {
        while let Some(lines) = self.later.remove(&self.n_batches) {
            self.lines.extend(lines);
            self.n_batches += 1;
        }
    }

    fn has(&self, batch: u64) -> bool {
        batch < self.n_batches || self.later.contains_key(&batch)
    }
}

impl<W: Write> Queue<W> {
    fn take(&mut self, index: usize, batch: u64, lines: Vec<u8>) -> io::Result<()> {
        self.check(index, Some(batch))?;
        if index == self.head && batch == self.current.n_batches {
            self.wtr.write_all(&lines)?;
            self.current.n_batches += 1;
            self.current.close_gap();
            let lines = std::mem::take(&mut self.current.lines);
            return self.release(lines);
        }
        self.held += lines.len();
        let file = match index == self.head {
            true => &mut self.current,
            false => self.waiting.entry(index).or_default(),
        };
        file.add(batch, lines);
        if self.held > self.held_bytes_max {
            self.spill()?;
        }
        Ok(())
    }

    fn end(&mut self, index: usize) -> io::Result<()> {
        self.check(index, None)?;
        if index != self.head {
            self.waiting.entry(index).or_default().ended = true;
            return Ok(());
        }
        self.current.ended = true;
        while self.current.ended {
            let current = std::mem::take(&mut self.current);
            self.release_all(current)?;
            self.head += 1;
            self.current = self.waiting.remove(&self.head).unwrap_or_default();
            let lines = std::mem::take(&mut self.current.lines);
            self.release(lines)?;
        }
        Ok(())
    }

    /// A file that has ended cannot go on, and no batch comes twice: its lines would stand in the
    /// wrong place.
    fn check(&self, index: usize, batch: Option<u64>) -> io::Result<()> {
        let file = match index == self.head {
            true => Some(&self.current),
            false => self.waiting.get(&index),
        };
        let is_known = |f: &Waiting| f.ended || batch.is_some_and(|b| f.has(b));
        if index < self.head || file.is_some_and(is_known) {
            return Err(io::Error::other(format!(
                "matches of file {index} came after its end, or twice"
            )));
        }
        Ok(())
    }

    /// Moves all lines in memory to the temporary file, so that each part there is as large as the
    /// limit allows.
    fn spill(&mut self) -> io::Result<()> {
        let spool = match &mut self.spool {
            Some(spool) => spool,
            none => none.insert(Spool::new()?),
        };
        for file in std::iter::once(&mut self.current).chain(self.waiting.values_mut()) {
            let later = file.later.values_mut().flatten();
            for lines in file.lines.iter_mut().chain(later) {
                if let Lines::Held(held) = lines {
                    *lines = Lines::Spooled(spool.append(held)?);
                }
            }
        }
        self.held = 0;
        Ok(())
    }

    /// Writes all that there is of a file, also behind a gap.
    fn release_all(&mut self, file: Waiting) -> io::Result<()> {
        self.release(file.lines)?;
        file.later
            .into_values()
            .try_for_each(|lines| self.release(lines))
    }

    fn release(&mut self, lines: Vec<Lines>) -> io::Result<()> {
        for lines in lines {
            match (lines, &mut self.spool) {
                (Lines::Held(held), _) => {
                    self.held -= held.len();
                    self.wtr.write_all(&held)?;
                }
                (Lines::Spooled(part), Some(spool)) => spool.copy(part, &mut self.wtr)?,
                // What is spooled lies in the spool.
                (Lines::Spooled(_), None) => {}
            }
        }
        Ok(())
    }
}

/// A temporary file that parts are appended to and read back from.
struct Spool {
    file: File,
    /// Where the next part goes.
    end: u64,
    /// Bytes not yet read back; at 0 the file starts anew, so that it does not grow with the run.
    live: u64,
}

/// Bytes of the temporary file.
#[derive(Clone, Copy, Debug)]
struct Part {
    start: u64,
    len: u64,
}

impl Spool {
    fn new() -> io::Result<Spool> {
        Ok(Spool {
            file: tempfile::tempfile()?,
            end: 0,
            live: 0,
        })
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<Part> {
        let part = Part {
            start: self.end,
            len: bytes.len() as u64,
        };
        self.file.seek(SeekFrom::Start(part.start))?;
        self.file.write_all(bytes)?;
        self.end += part.len;
        self.live += part.len;
        Ok(part)
    }

    fn copy(&mut self, part: Part, wtr: &mut impl Write) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(part.start))?;
        let mut buffer = vec![0; COPY_BYTES.min(usize::try_from(part.len).unwrap_or(COPY_BYTES))];
        let mut left = part.len;
        while left > 0 {
            let n = buffer
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            self.file.read_exact(&mut buffer[..n])?;
            wtr.write_all(&buffer[..n])?;
            left -= n as u64;
        }
        self.live -= part.len;
        if self.live == 0 {
            self.file.set_len(0)?;
            self.end = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Mask, Value};
    use std::sync::atomic::AtomicUsize;

    fn hit(path: &str, record: u64) -> Hit<'_> {
        Hit {
            path,
            record,
            line: Some(record),
            field: Some("phone".into()),
            start: 0,
            end: 11,
            kind: "cn.mobile",
            confidence: "high",
            status: "valid",
            masked: Value::new(b"13800000000").mask(Mask::ALL),
        }
    }

    fn expected(files: &[usize]) -> String {
        let mut out = Vec::new();
        for (i, n) in files.iter().enumerate() {
            for record in 1..=*n {
                write_hit(&mut out, &hit(&format!("file-{i:03}"), record as u64)).unwrap();
            }
        }
        String::from_utf8(out).unwrap()
    }

    fn send<W: Write + Send>(hits: &OrderedHits<W>, index: usize, n: usize, step: usize) {
        let path = format!("file-{index:03}");
        let all: Vec<_> = (1..=n).map(|r| hit(&path, r as u64)).collect();
        for (batch, chunk) in all.chunks(step).enumerate() {
            hits.hits(index, batch as u64, chunk);
        }
        hits.file_end(index);
    }

    /// Sends the batches of some files from several threads, each the next that no other has taken; whoever sends the last
    /// one of a file ends it.
    fn send_mixed<W: Write + Send>(hits: &OrderedHits<W>, files: &[usize], n_threads: usize) {
        let left: Vec<_> = files.iter().map(|n| AtomicUsize::new(*n)).collect();
        let work: Vec<(usize, usize)> = (0..files.len())
            .flat_map(|i| (0..files[i]).map(move |batch| (i, batch)))
            .collect();
        let order = shuffled(work.len());
        let next = AtomicUsize::new(0);
        let send = || {
            while let Some(i) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (index, batch) = work[*i];
                let path = format!("file-{index:03}");
                // Every third batch has no matches, every fifth has two.
                hits.hits(index, batch as u64, &batch_hits(&path, batch));
                std::thread::yield_now();
                if left[index].fetch_sub(1, Ordering::AcqRel) == 1 {
                    hits.file_end(index);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..n_threads {
                scope.spawn(send);
            }
        });
    }

    fn batch_hits(path: &str, batch: usize) -> Vec<Hit<'_>> {
        let n = match batch {
            b if b % 3 == 0 => 0,
            b if b % 5 == 0 => 2,
            _ => 1,
        };
        (0..n).map(|i| hit(path, (2 * batch + i) as u64)).collect()
    }

    #[test]
    fn batches_come_out_in_order_whoever_sends_them() {
        let files: Vec<usize> = (0..40).map(|i| 1 + i * 7 % 23).collect();
        let mut want = Vec::new();
        for (i, n) in files.iter().enumerate() {
            let path = format!("file-{i:03}");
            for hit in (0..*n).flat_map(|batch| batch_hits(&path, batch)) {
                write_hit(&mut want, &hit).unwrap();
            }
        }
        for n_threads in [1, 2, 8] {
            for held_bytes_max in [0, 1, 500, 20_000, HELD_BYTES_MAX] {
                let hits = OrderedHits::with_limit(Vec::new(), held_bytes_max);
                send_mixed(&hits, &files, n_threads);
                assert_eq!(hits.lock().held, 0, "nothing is left");
                assert!(hits.finish().unwrap() == want, "order or content differs");
            }
        }
    }

    /// A small generator, so that the shuffle is the same in every run.
    fn shuffled(n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        for i in (1..n).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            order.swap(i, (state % (i as u64 + 1)) as usize);
        }
        order
    }

    #[track_caller]
    fn check(files: &[usize], held_bytes_max: usize, n_threads: usize) {
        let hits = OrderedHits::with_limit(Vec::new(), held_bytes_max);
        let order = shuffled(files.len());
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..n_threads {
                scope.spawn(|| {
                    while let Some(i) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                        send(&hits, *i, files[*i], 1 + i % 4);
                        std::thread::yield_now();
                    }
                });
            }
        });
        assert!(!hits.failed());
        let out = String::from_utf8(hits.finish().unwrap()).unwrap();
        assert!(out == expected(files), "order or content differs");
    }

    #[test]
    fn files_come_out_in_order_whatever_the_calls() {
        let files: Vec<usize> = (0..120).map(|i| i * 7 % 13).collect();
        for n_threads in [1, 2, 8] {
            for held_bytes_max in [0, 1, 500, 20_000, HELD_BYTES_MAX] {
                check(&files, held_bytes_max, n_threads);
            }
        }
    }

    #[test]
    fn the_head_goes_straight_through_and_files_may_alternate() {
        let hits = OrderedHits::with_limit(Vec::new(), 0);
        hits.hits(1, 0, &[hit("file-001", 1)]);
        hits.hits(0, 0, &[hit("file-000", 1)]);
        assert_eq!(hits.lock().wtr.len(), expected(&[1]).len());
        hits.hits(1, 1, &[hit("file-001", 2)]);
        hits.hits(0, 1, &[hit("file-000", 2)]);
        hits.file_end(0);
        // From here on file 1 is the head although it has not ended.
        hits.hits(1, 2, &[hit("file-001", 3)]);
        assert_eq!(hits.lock().wtr, expected(&[2, 3]).into_bytes());
        hits.file_end(1);
        assert_eq!(hits.finish().unwrap(), expected(&[2, 3]).into_bytes());
    }

    #[test]
    fn memory_stays_within_the_limit_and_the_spool_is_reused() {
        let limit = 1000;
        let hits = OrderedHits::with_limit(Vec::new(), limit);
        for round in 0..3 {
            let first = round * 10;
            for i in first + 1..first + 10 {
                send(&hits, i, 20, 3);
                assert!(hits.lock().held <= limit);
            }
            let grown = hits.lock().spool.as_ref().expect("in use").end;
            assert!(grown > limit as u64 && grown < 100_000);
            send(&hits, first, 20, 3);
            assert_eq!(hits.lock().spool.as_ref().expect("in use").end, 0);
        }
        let out = String::from_utf8(hits.finish().unwrap()).unwrap();
        assert_eq!(out, expected(&[20; 30]));
    }

    #[test]
    fn what_waits_is_written_even_without_an_end_before_it() {
        let hits = OrderedHits::with_limit(Vec::new(), 0);
        send(&hits, 2, 2, 1);
        hits.hits(1, 3, &[hit("file-001", 1)]);
        let out = String::from_utf8(hits.finish().unwrap()).unwrap();
        assert_eq!(out, expected(&[0, 1, 2]));
    }

    /// A writer that takes so many bytes and then fails as a closed pipe does.
    struct Closing(usize);

    impl Write for Closing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.len() > self.0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.0 -= bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_failure_is_remembered_and_ends_all_work() {
        let hits = OrderedHits::new(Closing(300));
        send(&hits, 1, 5, 1);
        assert!(!hits.failed());
        send(&hits, 0, 1, 1);
        assert!(hits.failed());
        send(&hits, 2, 5, 1);
        assert!(hits.lock().waiting.is_empty());
        let error = hits.finish().err().expect("failed");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn matches_after_the_end_of_their_file_are_an_error() {
        for index in [0, 1] {
            let hits = OrderedHits::new(Vec::new());
            hits.file_end(index);
            hits.hits(index, 0, &[hit("x", 1)]);
            assert!(hits.failed());
            assert!(hits.finish().is_err());
        }
    }

    #[test]
    fn a_batch_that_comes_twice_is_an_error() {
        for (index, batch) in [(0, 0), (0, 2), (1, 0), (1, 2)] {
            let hits = OrderedHits::new(Vec::new());
            hits.hits(index, batch, &[hit("x", 1)]);
            assert!(!hits.failed());
            hits.hits(index, batch, &[]);
            assert!(hits.failed());
        }
    }
}
