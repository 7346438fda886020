//! Matches in the order of files, whatever the order in which threads find them.
//!
//! Files have indices from 0 without gaps. The file whose turn it is, the head, is written straight
//! through; matches of later files wait, in memory up to a limit and beyond it in one temporary
//! file, which the system deletes. What waits is what would be written: masked lines, never a
//! value. This file knows no scan and no thread pool.

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

/// Writes matches as JSON Lines, ordered by file index; shared by the threads of a scan.
///
/// Every index from 0 on gets any number of calls of [`OrderedHits::hits`], from one thread at a
/// time, and then one of [`OrderedHits::file_end`], also when it had no matches.
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
                waiting: BTreeMap::new(),
                held: 0,
                held_bytes_max,
                spool: None,
                error: None,
            }),
            failed: AtomicBool::new(false),
        }
    }

    /// Takes matches of a file, in the order of the file. After a failure they are dropped.
    pub fn hits(&self, file_index: usize, hits: &[Hit<'_>]) {
        if hits.is_empty() || self.failed() {
            return;
        }
        // Worded outside the lock, so that threads wait for each other only while bytes are moved.
        let mut lines = Vec::with_capacity(hits.len() * 192);
        let worded = hits.iter().try_for_each(|hit| write_hit(&mut lines, hit));
        let mut queue = self.lock();
        let taken = worded.and_then(|()| queue.take(file_index, &lines));
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
        while let Some((_, file)) = queue.waiting.pop_first() {
            queue.release(file)?;
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
            queue.spool = None;
            queue.held = 0;
        }
    }
}

struct Queue<W> {
    wtr: W,
    /// The file whose turn it is; all before it are written.
    head: usize,
    /// Files after the head that have lines or an end; the head itself is never here after an
    /// operation.
    waiting: BTreeMap<usize, Waiting>,
    /// Bytes in `waiting[..].lines`.
    held: usize,
    held_bytes_max: usize,
    /// Made when it is first needed.
    spool: Option<Spool>,
    error: Option<io::Error>,
}

/// What waits of one file: first the spooled parts, in order, then the lines in memory.
#[derive(Default)]
struct Waiting {
    spooled: Vec<Part>,
    lines: Vec<u8>,
    ended: bool,
}

impl<W: Write> Queue<W> {
    fn take(&mut self, index: usize, lines: &[u8]) -> io::Result<()> {
        self.check(index)?;
        if index == self.head {
            return self.wtr.write_all(lines);
        }
        let file = self.waiting.entry(index).or_default();
        file.lines.extend_from_slice(lines);
        self.held += lines.len();
        if self.held > self.held_bytes_max {
            self.spill()?;
        }
        Ok(())
    }

    fn end(&mut self, index: usize) -> io::Result<()> {
        self.check(index)?;
        if index != self.head {
            self.waiting.entry(index).or_default().ended = true;
            return Ok(());
        }
        loop {
            self.head += 1;
            let Some(file) = self.waiting.remove(&self.head) else {
                return Ok(());
            };
            let ended = file.ended;
            self.release(file)?;
            if !ended {
                return Ok(());
            }
        }
    }

    /// A file that has ended cannot go on: its lines would stand in the wrong place.
    fn check(&self, index: usize) -> io::Result<()> {
        let ended = index < self.head || self.waiting.get(&index).is_some_and(|f| f.ended);
        if ended {
            return Err(io::Error::other(format!(
                "matches of file {index} came after its end"
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
        for file in self.waiting.values_mut().filter(|f| !f.lines.is_empty()) {
            file.spooled.push(spool.append(&file.lines)?);
            file.lines = Vec::new();
        }
        self.held = 0;
        Ok(())
    }

    fn release(&mut self, file: Waiting) -> io::Result<()> {
        self.held -= file.lines.len();
        if let Some(spool) = &mut self.spool {
            for part in file.spooled {
                spool.copy(part, &mut self.wtr)?;
            }
        }
        self.wtr.write_all(&file.lines)
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
        for chunk in all.chunks(step) {
            hits.hits(index, chunk);
        }
        hits.file_end(index);
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
        let next = std::sync::atomic::AtomicUsize::new(0);
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
        hits.hits(1, &[hit("file-001", 1)]);
        hits.hits(0, &[hit("file-000", 1)]);
        assert_eq!(hits.lock().wtr.len(), expected(&[1]).len());
        hits.hits(1, &[hit("file-001", 2)]);
        hits.hits(0, &[hit("file-000", 2)]);
        hits.file_end(0);
        // From here on file 1 is the head although it has not ended.
        hits.hits(1, &[hit("file-001", 3)]);
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
        hits.hits(1, &[hit("file-001", 1)]);
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
            hits.hits(index, &[hit("x", 1)]);
            assert!(hits.failed());
            assert!(hits.finish().is_err());
        }
    }
}
