//! The pump: a container is walked through in a thread of its own, which hands over members, and waits until they are read.
//!
//! So a format can be written as a plain loop over a library's iterator, members are pulled by whoever decodes them, and
//! decompression runs beside detection. A few blocks are on their way at a time. The thread ends when the container does,
//! when a limit is reached, or when nobody reads any more. A panic in it ends the container, and nothing else.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::name;
use super::source::{Full, Source};
use super::{Broken, Limits, Unpacking, reason_of};
use crate::decode::{Container, Known};
use crate::error::Reason;

/// Bytes that are handed over at a time.
pub(super) const BLOCK_BYTES: usize = 256 << 10;

/// Blocks on their way.
const BLOCKS_MAX: usize = 4;

/// What a walk through a container tells.
pub(super) enum Told {
    /// What the container is more exactly than its signature says: the id of a format.
    Is(&'static str),
    /// A member begins, of which so much is known.
    Begin(String, Known),
    /// A member that cannot be read.
    Refused(String, Reason),
    /// Bytes of the member.
    Bytes(Vec<u8>),
    /// So many bytes were decoded only because others stand behind them.
    PassedOver(u64),
    /// The member ends, before its time if there is a reason.
    End(Option<Reason>),
    /// The container ends, before its time if there is a reason.
    Over(Option<Reason>),
}

/// Why a walk goes no further.
#[derive(Debug)]
pub enum Stop {
    /// Nobody reads any more.
    Unread,
    /// The container cannot be read further.
    Because(Reason),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Because(reason_of(&error))
    }
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Stop {
        Stop::Because(reason)
    }
}

/// How a format is walked through.
pub(super) type Walk = fn(Job, &mut Sink) -> Result<(), Stop>;

/// What a walk is given.
pub(super) struct Job {
    pub(super) container: Container,
    pub(super) source: Source,
    /// The container's own name.
    pub(super) name: String,
    pub(super) unpacking: Unpacking,
}

/// How a walk tells.
pub(super) type Tell = dyn Fn(Told) -> Result<(), Stop> + Send + Sync;

/// Where a walk puts the members.
pub struct Sink {
    tell: Arc<Tell>,
    limits: Limits,
    /// Bytes of the container: its size where that is known, else those read so far.
    n_read: Arc<AtomicU64>,
    n_members: u64,
    n_bytes: u64,
    /// Whether a member was begun and not ended.
    is_open: bool,
    /// Members that nobody wants to read further: those before this number.
    unwanted: Arc<AtomicU64>,
}

impl Sink {
    pub(super) fn of(tell: Arc<Tell>, limits: Limits, unwanted: Arc<AtomicU64>) -> Sink {
        Sink {
            tell,
            limits,
            n_read: Arc::default(),
            n_members: 0,
            n_bytes: 0,
            is_open: false,
            unwanted,
        }
    }

    /// Says what the container is, where its signature left that open: the id of a format (`xlsx`).
    ///
    /// # Errors
    /// When nobody reads any more.
    pub fn is(&mut self, id: &'static str) -> Result<(), Stop> {
        self.tell(Told::Is(id))
    }

    /// Hands over a member, to its end or as far as it is wanted. `name` is as it stands in the container. What of it cannot be
    /// read is told; the walk may go on.
    ///
    /// # Errors
    /// When a limit is reached or nobody reads any more.
    pub fn member(&mut self, name: &[u8], rdr: &mut dyn Read) -> Result<(), Stop> {
        self.member_known(name, Known::Nothing, rdr).map(drop)
    }

    /// As [`Sink::member`], where something is known of it. Returns whether it was read to its end.
    ///
    /// # Errors
    /// As [`Sink::member`].
    pub fn member_known(
        &mut self,
        name: &[u8],
        known: Known,
        rdr: &mut dyn Read,
    ) -> Result<bool, Stop> {
        let mut member = self.begin(name, known)?;
        let mut rdr = Full::new(rdr);
        let mut is_whole = false;
        let ended = loop {
            let mut block = vec![0; BLOCK_BYTES];
            let n = match rdr.read(&mut block) {
                Ok(0) => {
                    is_whole = true;
                    break None;
                }
                Ok(n) => n,
                Err(error) => break Some(reason_of(&error)),
            };
            block.truncate(n);
            member.send(block)?;
            if !member.is_wanted() {
                break None;
            }
        };
        member.end(ended)?;
        Ok(is_whole)
    }

    /// Begins a member that is written piece by piece: rows or text that the walk makes of what it reads.
    ///
    /// # Errors
    /// As [`Sink::member`].
    pub fn begin(&mut self, name: &[u8], known: Known) -> Result<MemberWriter<'_>, Stop> {
        self.start(name, known)?;
        Ok(MemberWriter {
            sink: self,
            block: Vec::new(),
        })
    }

    /// The same sink for a library that wants to own what it writes to. What it was used for is known to the first once it is
    /// put in its place again.
    #[cfg(feature = "rar")]
    pub(super) fn lend(&self) -> Sink {
        Sink {
            tell: Arc::clone(&self.tell),
            limits: self.limits,
            n_read: Arc::clone(&self.n_read),
            n_members: self.n_members,
            n_bytes: self.n_bytes,
            is_open: self.is_open,
            unwanted: Arc::clone(&self.unwanted),
        }
    }

    /// Begins a member.
    pub(super) fn start(&mut self, name: &[u8], known: Known) -> Result<(), Stop> {
        self.count_member()?;
        self.tell(Told::Begin(name::shown(name), known))?;
        self.is_open = true;
        Ok(())
    }

    /// Bytes of the member that was begun.
    pub(super) fn put(&mut self, block: Vec<u8>) -> Result<(), Stop> {
        self.n_bytes += block.len() as u64;
        if let Some(reason) = self.excess() {
            return Err(reason.into());
        }
        self.tell(Told::Bytes(block))
    }

    /// Whether somebody reads the member that was begun.
    pub(super) fn is_wanted(&self) -> bool {
        self.unwanted.load(Ordering::Relaxed) < self.n_members
    }

    /// Ends the member that was begun; before its time if there is a reason.
    pub(super) fn finish(&mut self, reason: Option<Reason>) -> Result<(), Stop> {
        self.is_open = false;
        self.tell(Told::End(reason))
    }

    /// Names a member that cannot be read.
    ///
    /// # Errors
    /// As [`Sink::member`].
    pub fn refuse(&mut self, name: &[u8], reason: Reason) -> Result<(), Stop> {
        if self.is_open {
            // A limit was reached in it.
            self.finish(Some(reason.clone()))?;
        }
        self.count_member()?;
        self.tell(Told::Refused(name::shown(name), reason))
    }

    /// Says how large the container is.
    pub fn of_size(&mut self, n_bytes: u64) {
        self.n_read.store(n_bytes, Ordering::Relaxed);
    }

    /// Where a reader of the container counts its bytes.
    pub(super) fn n_read(&self) -> &Arc<AtomicU64> {
        &self.n_read
    }

    fn count_member(&mut self) -> Result<(), Stop> {
        self.n_members += 1;
        if self.n_members > self.limits.members_max {
            let most = self.limits.members_max;
            return Err(Reason::Limit(format!("more than {most} members")).into());
        }
        Ok(())
    }

    /// Counts bytes that were decoded only because others stand behind them.
    ///
    /// # Errors
    /// When a limit is reached.
    pub(super) fn passed_over(&mut self, n: u64) -> Result<(), Stop> {
        self.n_bytes += n;
        match self.excess() {
            Some(reason) => Err(reason.into()),
            // Whoever waits for a process that decodes hears that it goes on.
            None => self.tell(Told::PassedOver(n)),
        }
    }

    /// Says that passwords are still tried: whoever waits for a process that decodes hears that it goes on.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub(super) fn still_trying(&mut self) -> Result<(), Stop> {
        self.passed_over(0)
    }

    /// The same while somebody else has the sink in hand.
    ///
    /// # Errors
    /// When nobody reads any more.
    #[cfg(all(unix, feature = "rar"))]
    pub(super) fn goes_on(&self) -> Result<(), Stop> {
        self.tell(Told::PassedOver(0))
    }

    /// Whether so many bytes more would be too many.
    pub(super) fn would_exceed(&self, n_more: u64) -> bool {
        let n_read = self.n_read.load(Ordering::Relaxed);
        let excess = self.limits.excess(self.n_bytes + n_more, n_read);
        excess.is_some()
    }

    fn excess(&self) -> Option<Reason> {
        let n_read = self.n_read.load(Ordering::Relaxed);
        self.limits.excess(self.n_bytes, n_read)
    }

    pub(super) fn tell(&self, told: Told) -> Result<(), Stop> {
        (self.tell)(told)
    }

    /// Ends the member that was begun, if the walk has not.
    pub(super) fn end_open(&self, ended: &Option<Reason>) -> Result<(), Stop> {
        match self.is_open {
            true => self.tell(Told::End(ended.clone())),
            false => Ok(()),
        }
    }
}

/// Why a walk ended early.
pub(super) fn ended_by(walked: thread::Result<Result<(), Stop>>) -> Option<Reason> {
    match walked {
        Ok(Ok(()) | Err(Stop::Unread)) => None,
        Ok(Err(Stop::Because(reason))) => Some(reason),
        Err(_) => Some(Reason::Internal(
            "the unpacker failed; please report the format of this file".to_owned(),
        )),
    }
}

/// Where a walk writes a member to. Dropped without an end, it ends with what ended the walk.
pub struct MemberWriter<'s> {
    sink: &'s mut Sink,
    /// What is not sent yet.
    block: Vec<u8>,
}

impl MemberWriter<'_> {
    /// Writes bytes of the member.
    ///
    /// # Errors
    /// When a limit is reached or nobody reads any more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.block.extend_from_slice(bytes);
        self.flush_full()
    }

    /// Writes a row of a member that is a [`Known::Sheet`] or a [`Known::Table`]: cells with commas between, in quotes
    /// where they need them (RFC 4180).
    ///
    /// # Errors
    /// As [`MemberWriter::write`].
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result<(), Stop> {
        let (mut n_cells, start) = (0, self.block.len());
        for cell in cells {
            if n_cells > 0 {
                self.block.push(b',');
            }
            put_cell(&mut self.block, cell.as_ref());
            n_cells += 1;
        }
        // A row of one empty cell would be a blank line, which is no row.
        if n_cells == 1 && self.block.len() == start {
            self.block.extend_from_slice(b"\"\"");
        }
        self.block.push(b'\n');
        self.flush_full()
    }

    /// Counts bytes that were made of the container and are not written.
    ///
    /// # Errors
    /// As [`MemberWriter::write`].
    pub(super) fn passed_over(&mut self, n: u64) -> Result<(), Stop> {
        self.sink.passed_over(n)
    }

    /// Whether somebody reads it still. A walk may go on to the next member if not.
    pub fn is_wanted(&self) -> bool {
        self.sink.is_wanted()
    }

    /// Ends the member; before its time if there is a reason.
    ///
    /// # Errors
    /// As [`MemberWriter::write`].
    pub fn end(mut self, reason: Option<Reason>) -> Result<(), Stop> {
        if !self.block.is_empty() {
            let block = std::mem::take(&mut self.block);
            self.send(block)?;
        }
        self.sink.finish(reason)
    }

    fn flush_full(&mut self) -> Result<(), Stop> {
        if self.block.len() < BLOCK_BYTES {
            return Ok(());
        }
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(2 * BLOCK_BYTES));
        self.send(block)
    }

    fn send(&mut self, block: Vec<u8>) -> Result<(), Stop> {
        self.sink.put(block)
    }
}

impl Drop for MemberWriter<'_> {
    /// What was written before an error is counted.
    fn drop(&mut self) {
        if !self.block.is_empty() {
            let block = std::mem::take(&mut self.block);
            // Nobody may be there to read it.
            let _ = self.send(block);
        }
    }
}

/// A cell, in quotes if it has to be.
fn put_cell(row: &mut Vec<u8>, cell: &str) {
    let needs_quotes = |b: u8| matches!(b, b',' | b'"' | b'\n' | b'\r');
    if !cell.bytes().any(needs_quotes) {
        row.extend_from_slice(cell.as_bytes());
        return;
    }
    row.push(b'"');
    for part in cell.split_inclusive('"') {
        row.extend_from_slice(part.as_bytes());
        if part.ends_with('"') {
            row.push(b'"');
        }
    }
    row.push(b'"');
}

/// The members of a container, one after the other.
pub struct Members {
    told: Arc<Mutex<Receiver<Told>>>,
    /// Members that were begun.
    n_members: u64,
    unwanted: Arc<AtomicU64>,
    /// Whether the member that was begun may not be read to its end.
    is_open: bool,
    is_over: bool,
    ended: Option<Reason>,
    /// What the walk said the container is.
    format: Option<&'static str>,
}

/// A member of a container.
pub struct Member {
    /// Its name in the container, made fit to be shown.
    pub name: String,
    /// What is known of it before its first byte.
    pub known: Known,
    /// Its bytes, or why they cannot be read.
    pub content: Result<Box<dyn Read + Send>, Reason>,
}

impl Members {
    pub(super) fn pumped(
        container: Container,
        walk: Walk,
        source: Source,
        name: &str,
        unpacking: &Unpacking,
    ) -> Result<Members, Reason> {
        let (tell, told) = sync_channel(BLOCKS_MAX);
        let unwanted = Arc::new(AtomicU64::new(0));
        let tell = move |told| {
            let tell: &SyncSender<Told> = &tell;
            tell.send(told).map_err(|_| Stop::Unread)
        };
        let mut sink = Sink::of(Arc::new(tell), unpacking.limits, Arc::clone(&unwanted));
        let job = Job {
            container,
            source,
            name: name.to_owned(),
            unpacking: unpacking.clone(),
        };
        let thread = thread::Builder::new().name("unpack".to_owned());
        let started = thread.spawn(move || {
            let walked = catch_unwind(AssertUnwindSafe(|| walk(job, &mut sink)));
            let ended = ended_by(walked);
            // Nobody may be there to hear it.
            let _ = sink.end_open(&ended);
            let _ = sink.tell(Told::Over(ended));
        });
        started.map_err(|_| Reason::Limit("no more threads can be started".to_owned()))?;
        Ok(Members {
            told: Arc::new(Mutex::new(told)),
            n_members: 0,
            unwanted,
            is_open: false,
            is_over: false,
            ended: None,
            format: None,
        })
    }

    /// The next member; what was left of the one before is passed over: only one can be read at
    /// a time.
    pub fn next_member(&mut self) -> Option<Member> {
        if self.is_open {
            self.unwanted.store(self.n_members, Ordering::Relaxed);
        }
        while !self.is_over {
            let told = self
                .told
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .recv();
            match told {
                Ok(Told::Is(id)) => self.format = Some(id),
                Ok(Told::Begin(name, known)) => {
                    self.n_members += 1;
                    self.is_open = true;
                    let content = MemberReader {
                        told: Arc::clone(&self.told),
                        block: Vec::new(),
                        at: 0,
                        is_over: false,
                    };
                    return Some(Member {
                        name,
                        known,
                        content: Ok(Box::new(content)),
                    });
                }
                Ok(Told::Refused(name, reason)) => {
                    self.n_members += 1;
                    self.is_open = false;
                    return Some(Member {
                        name,
                        known: Known::Nothing,
                        content: Err(reason),
                    });
                }
                Ok(Told::Bytes(_) | Told::PassedOver(_) | Told::End(_)) => {}
                Ok(Told::Over(reason)) => {
                    self.ended = reason;
                    self.is_over = true;
                }
                Err(_) => self.is_over = true,
            }
        }
        None
    }

    /// The id of the format, if the walk has said what the container is beyond its signature.
    pub fn format(&self) -> Option<&'static str> {
        self.format
    }

    /// Why there are no more members, if not because all were given.
    pub fn ended(&self) -> Option<&Reason> {
        self.ended.as_ref()
    }
}

/// The bytes of the member that was begun last.
struct MemberReader {
    told: Arc<Mutex<Receiver<Told>>>,
    block: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl Read for MemberReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() && !self.is_over {
            let told = self
                .told
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .recv();
            match told {
                Ok(Told::Bytes(block)) => (self.block, self.at) = (block, 0),
                Ok(Told::PassedOver(_)) => {}
                Ok(Told::End(None)) => self.is_over = true,
                Ok(Told::End(Some(reason))) => {
                    self.is_over = true;
                    return Err(io::Error::other(Broken(reason)));
                }
                Ok(Told::Is(_) | Told::Begin(..) | Told::Refused(..) | Told::Over(_)) | Err(_) => {
                    self.is_over = true;
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
            }
        }
        let n = buf.len().min(self.block.len() - self.at);
        buf[..n].copy_from_slice(&self.block[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
