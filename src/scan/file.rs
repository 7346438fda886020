//! One file, batch by batch: opened, decoded, and held back until the columns of its tables are decided. If it is a container,
//! its members are read one after the other, and theirs, to a limit.
//!
//! What is done here is done in the order of the file, by one worker at a time. What becomes of a batch that was handed out,
//! and by whom it is processed, is not known here. A scan that answers for a part of a file decodes and samples it from its
//! start, as any other, hands out the batches that begin in its part, and ends with the last of them.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::container::{self, Members, Source};
use crate::decode::{self, Container, Content, Decode, Known};
use crate::error::Reason;
use crate::record::{Batch, Table};
use crate::source::{self, DigestingReader, Entry, Slot};

use super::table::{Eyes, Tables, View};
use super::{Shared, located};

/// Rows of a table that are held back until its columns are decided, in bytes; past it they are decided by what was seen.
const HELD_BYTES_MAX: usize = 16 << 20;

/// What goes with a batch that can be processed by any worker.
pub(super) struct Lot {
    /// Its number in the file, from 0.
    pub(super) number: u64,
    pub(super) view: Arc<View>,
    pub(super) part: Arc<PartOf>,
}

/// Something that has records: a file, or a member of a container.
#[derive(Debug)]
pub(super) struct PartOf {
    /// 0 for the file, then the members as they come.
    pub(super) number: u32,
    /// As reported.
    pub(super) path: String,
}

/// A file and how far it was read.
pub(super) struct Reading<'s> {
    /// Position in the order of paths.
    pub(super) index: usize,
    pub(super) entry: &'s Entry,
    /// Bytes of the file that were read.
    n_bytes: Arc<AtomicU64>,
    /// Those of them that were told of.
    n_told: u64,
    stage: Stage,
    /// The containers that are open, each in the one before.
    containers: Vec<OpenContainer>,
    /// Batches that were handed out or passed over.
    n_lots: u64,
    /// Batches that were counted before this run and are passed over.
    n_counted: u64,
    /// Whether reading ended where the part of the file ends that the scan answers for.
    is_cut: bool,
    /// What was read, the file first.
    parts: Vec<PartRead>,
    /// Whether the file is a container.
    is_container: bool,
    /// Bytes of members that were decoded, without the one in hand.
    n_unpacked: u64,
}

enum Stage {
    Unopened,
    /// Records are read from the part that was begun last.
    Open(Box<Stream>),
    /// The next part is a member of the innermost container.
    Between,
    Over,
}

/// A container that is being read.
struct OpenContainer {
    members: Members,
    /// Position of it in the list of parts.
    part: usize,
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    pub(super) format: &'static str,
    pub(super) encoding: &'static str,
}

/// What is known of a file or member when all of it was read.
pub(super) struct PartRead {
    pub(super) of: Arc<PartOf>,
    /// None if nothing could be read.
    pub(super) identity: Option<Identity>,
    /// Bytes that were read of those that the scan answers for.
    pub(super) n_bytes: u64,
    /// Why it, or parts of it, could not be read.
    pub(super) reasons: Vec<Reason>,
    /// Position of the container that it is in.
    pub(super) container: Option<usize>,
    /// Whether its bytes were made by the walk through its container.
    pub(super) is_made: bool,
    /// Where the digests of a member are put, if they are wanted.
    pub(super) slot: Option<Slot>,
    /// Whether whoever reads it has come to the end of it.
    pub(super) is_whole: bool,
    /// Counts its bytes.
    pub(super) counter: Arc<AtomicU64>,
}

/// What is known of a file when all of it was read: of itself, and of its members.
pub(super) struct Outcome<'s> {
    pub(super) index: usize,
    pub(super) entry: &'s Entry,
    pub(super) parts: Vec<PartRead>,
}

impl<'s> Reading<'s> {
    /// A file of which so many batches were counted already: it is decoded from its start, because a decoder knows what it
    /// has seen, and they are passed over.
    pub(super) fn new(index: usize, entry: &'s Entry, n_counted: u64) -> Reading<'s> {
        let n_bytes = Arc::default();
        let mut file = PartRead::new(0, entry.display.clone(), Arc::clone(&n_bytes));
        // A file can be read once more; what comes from standard input has digests if it was read to its end.
        file.slot = entry.slot().filter(|_| !entry.is_file());
        Reading {
            index,
            entry,
            n_told: 0,
            stage: Stage::Unopened,
            containers: Vec::new(),
            n_lots: 0,
            n_counted,
            is_cut: false,
            parts: vec![file],
            n_bytes,
            is_container: false,
            n_unpacked: 0,
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
        let taken = catch_unwind(AssertUnwindSafe(|| {
            let taken = self.take(shared, eyes, batch);
            self.tell_progress(shared);
            taken
        }));
        let taken = taken.unwrap_or_else(|_| {
            *eyes.prober = shared.catalog.prober();
            self.last_part().reasons = vec![failure()];
            None
        });
        if taken.is_none() {
            self.stage = Stage::Over;
            self.containers.clear();
        }
        taken
    }

    fn take(&mut self, shared: &Shared<'s>, eyes: &mut Eyes<'_>, batch: &mut Batch) -> Option<Lot> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Between) {
                Stage::Unopened => self.open_file(shared),
                Stage::Open(stream) => {
                    let lot = self.batch(stream, shared, eyes, batch);
                    if lot.is_some() || self.is_cut {
                        return lot;
                    }
                }
                Stage::Between if self.next_member(shared) => {}
                Stage::Between | Stage::Over => return None,
            }
        }
    }

    /// The next batch of the part in hand; none at its end.
    fn batch(
        &mut self,
        mut stream: Box<Stream>,
        shared: &Shared<'s>,
        eyes: &mut Eyes<'_>,
        batch: &mut Batch,
    ) -> Option<Lot> {
        let owned = match self.is_container {
            true => 0..u64::MAX,
            false => self.entry.owned.clone(),
        };
        while stream.offset() < owned.end {
            let offset = stream.offset();
            let Some(view) = stream.next(eyes, batch) else {
                self.n_unpacked += self.last_part().counter.load(Ordering::Relaxed);
                self.last_part().end_of(&stream);
                return None;
            };
            if !owned.contains(&offset) {
                continue;
            }
            if let Some(reason) = self.excess(shared) {
                self.parts[0].reasons.push(reason);
                self.containers.clear();
                return None;
            }
            self.n_lots += 1;
            if self.n_lots > self.n_counted {
                self.stage = Stage::Open(stream);
                return Some(Lot {
                    number: self.n_lots - 1,
                    view,
                    part: Arc::clone(&self.last_part().of),
                });
            }
        }
        self.is_cut = true;
        None
    }

    fn open_file(&mut self, shared: &Shared<'s>) {
        let opened = self.entry.open().map_err(|e| Reason::from_io(&e));
        let opened = opened.and_then(|rdr| {
            let ending = self.entry.ending();
            self.open(rdr, &Known::Nothing, ending.as_deref(), shared)
        });
        if let Err(reason) = opened {
            self.last_part().reasons.push(reason);
        }
    }

    /// Recognises the part that was begun last.
    fn open(
        &mut self,
        rdr: Box<dyn Read + Send>,
        known: &Known,
        ending: Option<&str>,
        shared: &Shared<'s>,
    ) -> Result<(), Reason> {
        let part = self.parts.last_mut().expect("the file itself is a part");
        let rdr = Box::new(CountingReader {
            rdr,
            n_bytes: Arc::clone(&part.counter),
        });
        let opened = decode::open_known(rdr, known, ending, &shared.limits).map_err(|e| {
            let unsupported = decode::unsupported_reason(&e);
            unsupported.cloned().unwrap_or_else(|| part.read_error(&e))
        })?;
        part.identity = Some(Identity {
            format: opened.format.id(),
            encoding: opened.encoding.id(),
        });
        match opened.content {
            Content::Records(records) => {
                let stream = Stream::new(records, Arc::clone(&part.counter));
                self.stage = Stage::Open(Box::new(stream));
                Ok(())
            }
            Content::Files(container, rdr) => self.open_container(container, rdr, shared),
        }
    }

    fn open_container(
        &mut self,
        container: Container,
        rdr: Box<dyn Read + Send>,
        shared: &Shared<'s>,
    ) -> Result<(), Reason> {
        let is_file = self.parts.len() == 1;
        let part = self.last_part();
        if let Some(identity) = &mut part.identity
            && !container.is_text()
        {
            identity.encoding = "binary";
        }
        if is_file {
            self.is_container = true;
            if self.entry.owned.start > 0 {
                // What it holds cannot be divided, and belongs to whoever answers for its first byte.
                self.parts[0].identity = None;
                self.is_cut = true;
                return Ok(());
            }
        }
        let depth_max = shared.unpacking.limits.depth_max;
        if self.containers.len() >= depth_max {
            let reason = format!("more than {depth_max} containers in each other");
            return Err(Reason::Limit(reason));
        }
        // A file on the disk is read back and forth where its format wants that; all else comes as it comes.
        let file = is_file
            .then(|| self.entry.open_file().ok().flatten())
            .flatten();
        let source = match file.filter(|_| container.is_read_by_directory()) {
            Some(file) => {
                let names = container.beside();
                let beside = names.map(|(drop, add)| self.entry.open_beside(drop, add));
                match beside.transpose().map(Option::flatten) {
                    Ok(Some(beside)) => Source::Pair(file, beside),
                    Ok(None) => Source::File(file),
                    Err(error) => {
                        let cause = error.kind();
                        let reason = format!("the file beside it cannot be opened: {cause}");
                        self.last_part().reasons.push(Reason::Truncated(reason));
                        Source::File(file)
                    }
                }
            }
            None => Source::Stream(rdr),
        };
        let part = self.parts.len() - 1;
        let name = &self.parts[part].of.path;
        let name = name.rsplit('/').next().unwrap_or(name);
        let members = Members::open(container, source, name, shared.unpacking)?;
        self.containers.push(OpenContainer { members, part });
        Ok(())
    }

    /// Goes on to the next member of the innermost container, or to the end of that. False if nothing is left.
    fn next_member(&mut self, shared: &Shared<'s>) -> bool {
        let Some(innermost) = self.containers.last_mut() else {
            return false;
        };
        let container = innermost.part;
        let member = innermost.members.next_member();
        if let Some(format) = innermost.members.format()
            && let Some(identity) = &mut self.parts[container].identity
        {
            identity.format = format;
        }
        let Some(member) = member else {
            let ended = innermost.members.ended().cloned();
            self.parts[container].reasons.extend(ended);
            self.parts[container].is_whole = true;
            self.containers.pop();
            return true;
        };
        let path = format!("{}!/{}", self.parts[container].of.path, member.name);
        let number = self.parts.len() as u32;
        let mut part = PartRead::new(number, path, Arc::default());
        part.container = Some(container);
        part.is_made = member.known != Known::Nothing;
        if shared.wants_evidence && !part.is_made {
            part.slot = Some(Slot::default());
        }
        let slot = part.slot.clone();
        self.parts.push(part);
        let ending = source::ending(Path::new(&member.name));
        let opened = member.content.and_then(|rdr| {
            self.open(
                digesting(rdr, slot),
                &member.known,
                ending.as_deref(),
                shared,
            )
        });
        if let Err(reason) = opened {
            let part = self.last_part();
            part.reasons.push(reason);
            // Its reader is gone, and with it came the digests.
            part.is_whole = true;
        }
        true
    }

    /// Whether more came out of a container than it may hold.
    fn excess(&self, shared: &Shared<'s>) -> Option<Reason> {
        if !self.is_container {
            return None;
        }
        let in_hand = self.parts.last()?.counter.load(Ordering::Relaxed);
        let size = self.entry.size.max(self.n_bytes.load(Ordering::Relaxed));
        let limits = shared.unpacking.limits;
        limits.excess(self.n_unpacked + in_hand, size)
    }

    fn last_part(&mut self) -> &mut PartRead {
        self.parts.last_mut().expect("the file itself is a part")
    }

    fn tell_progress(&mut self, shared: &Shared<'s>) {
        let n_bytes = self.n_bytes.load(Ordering::Relaxed);
        if n_bytes > self.n_told {
            shared.observer.bytes(n_bytes - self.n_told);
            self.n_told = n_bytes;
        }
    }

    /// Batches that were counted, if none is in hand.
    pub(super) fn n_lots_counted(&self) -> u64 {
        self.n_lots.max(self.n_counted)
    }

    /// The part in hand.
    pub(super) fn in_hand(&self) -> &PartRead {
        self.parts.last().expect("the file itself is a part")
    }

    /// The tables met so far; none when reading is over.
    pub(super) fn tables(&self) -> &[Table] {
        match &self.stage {
            Stage::Open(stream) => stream.records.tables(),
            Stage::Unopened | Stage::Between | Stage::Over => &[],
        }
    }

    /// Where the number of bytes read so far can be seen.
    pub(super) fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.n_bytes)
    }

    /// What became of the file; `is_whole` says that no batch of it failed while it was processed.
    pub(super) fn end(mut self, is_whole: bool) -> Outcome<'s> {
        for part in &mut self.parts {
            part.n_bytes = part.counter.load(Ordering::Relaxed);
        }
        let file = &mut self.parts[0];
        if !is_whole && !file.reasons.contains(&failure()) {
            file.reasons.push(failure());
        }
        if self.is_container {
            file.n_bytes = self.entry.size.max(file.n_bytes);
        } else {
            let n_bytes = file.n_bytes;
            if self.entry.size > n_bytes && !self.is_cut && file.reasons.is_empty() {
                file.reasons.push(Reason::Truncated(format!(
                    "{n_bytes} of {} bytes were there when it was read",
                    self.entry.size
                )));
            }
            file.n_bytes = self.entry.n_owned(n_bytes);
        }
        Outcome {
            index: self.index,
            entry: self.entry,
            parts: self.parts,
        }
    }
}

impl PartRead {
    fn new(number: u32, path: String, counter: Arc<AtomicU64>) -> PartRead {
        PartRead {
            of: Arc::new(PartOf { number, path }),
            identity: None,
            n_bytes: 0,
            reasons: Vec::new(),
            container: None,
            is_made: false,
            slot: None,
            is_whole: false,
            counter,
        }
    }

    /// Takes note of what could not be decoded.
    fn end_of(&mut self, stream: &Stream) {
        self.is_whole = stream.failed.is_none();
        self.reasons
            .extend(stream.records.problems().iter().map(located));
        let failed = stream.failed.as_ref().map(|e| self.read_error(e));
        self.reasons.extend(failed);
    }

    fn read_error(&self, error: &io::Error) -> Reason {
        let of_container = container::reason_in(error).cloned();
        of_container.unwrap_or_else(|| Reason::Read {
            offset: self.counter.load(Ordering::Relaxed),
            cause: error.kind().to_string(),
        })
    }
}

/// A reader that leaves digests in the slot, if there is one.
fn digesting(rdr: Box<dyn Read + Send>, slot: Option<Slot>) -> Box<dyn Read + Send> {
    match slot {
        Some(slot) => Box::new(DigestingReader::to_the_end(rdr, slot)),
        None => rdr,
    }
}

/// The reason of a panic.
fn failure() -> Reason {
    Reason::Internal("the decoder failed; please report the format of this file".to_owned())
}

/// Records on their way from the decoder to the workers.
struct Stream {
    records: Box<dyn Decode + Send>,
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

impl Stream {
    fn new(records: Box<dyn Decode + Send>, n_bytes: Arc<AtomicU64>) -> Stream {
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
struct CountingReader {
    rdr: Box<dyn Read + Send>,
    n_bytes: Arc<AtomicU64>,
}

impl Read for CountingReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.rdr.read(buf)?;
        self.n_bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
