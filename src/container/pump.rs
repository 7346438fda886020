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
use crate::decode::Container;
use crate::error::Reason;

/// Bytes that are handed over at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// Blocks on their way.
const BLOCKS_MAX: usize = 4;

/// What a walk through a container tells.
enum Told {
    /// A member begins.
    Begin(String),
    /// A member that cannot be read.
    Refused(String, Reason),
    /// Bytes of the member.
    Bytes(Vec<u8>),
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

/// Where a walk puts the members.
pub struct Sink {
    tell: SyncSender<Told>,
    limits: Limits,
    /// Bytes of the container: its size where that is known, else those read so far.
    n_read: Arc<AtomicU64>,
    n_members: u64,
    n_bytes: u64,
    /// Members that nobody wants to read further: those before this number.
    unwanted: Arc<AtomicU64>,
}

impl Sink {
    /// Hands over a member, to its end or as far as it is wanted. `name` is as it stands in the container. What of it cannot be
    /// read is told; the walk may go on.
    ///
    /// # Errors
    /// When a limit is reached or nobody reads any more.
    pub fn member(&mut self, name: &[u8], rdr: &mut dyn Read) -> Result<(), Stop> {
        self.count_member()?;
        self.tell(Told::Begin(name::shown(name)))?;
        let mut rdr = Full::new(rdr);
        let ended = loop {
            let mut block = vec![0; BLOCK_BYTES];
            let n = match rdr.read(&mut block) {
                Ok(0) => break None,
                Ok(n) => n,
                Err(error) => break Some(reason_of(&error)),
            };
            block.truncate(n);
            self.n_bytes += n as u64;
            if let Some(reason) = self.excess() {
                self.tell(Told::End(Some(reason.clone())))?;
                return Err(reason.into());
            }
            self.tell(Told::Bytes(block))?;
            if self.unwanted.load(Ordering::Relaxed) >= self.n_members {
                break None;
            }
        };
        self.tell(Told::End(ended))
    }

    /// Names a member that cannot be read.
    ///
    /// # Errors
    /// As [`Sink::member`].
    pub fn refuse(&mut self, name: &[u8], reason: Reason) -> Result<(), Stop> {
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

    fn excess(&self) -> Option<Reason> {
        let n_read = self.n_read.load(Ordering::Relaxed);
        self.limits.excess(self.n_bytes, n_read)
    }

    fn tell(&self, told: Told) -> Result<(), Stop> {
        self.tell.send(told).map_err(|_| Stop::Unread)
    }
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
}

/// A member of a container.
pub struct Member {
    /// Its name in the container, made fit to be shown.
    pub name: String,
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
        let mut sink = Sink {
            tell,
            limits: unpacking.limits,
            n_read: Arc::default(),
            n_members: 0,
            n_bytes: 0,
            unwanted: Arc::clone(&unwanted),
        };
        let job = Job {
            container,
            source,
            name: name.to_owned(),
            unpacking: unpacking.clone(),
        };
        let thread = thread::Builder::new().name("unpack".to_owned());
        let started = thread.spawn(move || {
            let walked = catch_unwind(AssertUnwindSafe(|| walk(job, &mut sink)));
            let ended = match walked {
                Ok(Ok(())) | Ok(Err(Stop::Unread)) => None,
                Ok(Err(Stop::Because(reason))) => Some(reason),
                Err(_) => Some(Reason::Internal(
                    "the unpacker failed; please report the format of this file".to_owned(),
                )),
            };
            // Nobody may be there to hear it.
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
                Ok(Told::Begin(name)) => {
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
                        content: Ok(Box::new(content)),
                    });
                }
                Ok(Told::Refused(name, reason)) => {
                    self.n_members += 1;
                    self.is_open = false;
                    return Some(Member {
                        name,
                        content: Err(reason),
                    });
                }
                Ok(Told::Bytes(_) | Told::End(_)) => {}
                Ok(Told::Over(reason)) => {
                    self.ended = reason;
                    self.is_over = true;
                }
                Err(_) => self.is_over = true,
            }
        }
        None
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
                Ok(Told::End(None)) => self.is_over = true,
                Ok(Told::End(Some(reason))) => {
                    self.is_over = true;
                    return Err(io::Error::other(Broken(reason)));
                }
                Ok(Told::Begin(_) | Told::Refused(..) | Told::Over(_)) | Err(_) => {
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
