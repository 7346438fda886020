//! Rar archives: RAR 1.5 to 4 and RAR 5 to 7, solid or not, with passwords.
//!
//! The library pushes what it decodes, member by member in the order of the archive, so that a solid archive is decoded once.
//! A member that goes on in another volume is named and not read: volumes are not joined. Links hold no data and are passed
//! over.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rars::{
    Archive, ArchiveMember, ArchiveMemberDetail, ArchiveReadOptions, ArchiveReader, Error,
    ErrorKind, ExtractionDecision, ExtractionErrorAction,
};

#[cfg(unix)]
use super::apart::alive;
use super::pump::{BLOCK_BYTES, Job, Sink, Stop};
use super::source::Seekable;
use super::{Limits, Password, reason_of};
use crate::decode::Known;
use crate::error::Reason;

/// Bytes of all headers of an archive. A million members with names of 60 letters have about 100 MB.
const HEADER_BYTES_MAX: u64 = 192 << 20;

/// Members that are decoded in memory as a whole are no larger; others are streamed.
const BUFFERED_BYTES_MAX: u64 = 16 << 20;

/// Memory of the library beside a dictionary: blocks of packed data, filters, and what is decoded in memory.
const WORKSPACE_BYTES: u64 = 128 << 20;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let (source, size) = job.source.into_seekable(limits.spool_bytes)?;
    sink.of_size(size);
    let passwords = &job.unpacking.passwords;
    let (archive, password) = open(source, passwords, limits, sink)?;
    let password = match password {
        Some(password) => Some(password),
        None => find_password(&archive, passwords, limits, sink)?,
    };
    let out = Rc::new(RefCell::new(Out::new(sink, limits, &archive)));
    // The sink must be whole again before anybody hears of a panic.
    let read = catch_unwind(AssertUnwindSafe(|| {
        read(&archive, options(limits, password), &out)
    }));
    let mut out = out.borrow_mut();
    let told = match read {
        Ok(told) => told,
        Err(panic) => {
            *sink = out.sink.lend();
            resume_unwind(panic)
        }
    };
    let ended = match (out.stopped.take(), told) {
        (Some(stop), _) => Err(stop),
        (None, Ok(())) => out.end_member(None),
        (None, Err(e)) => out.give_up(&archive, &reason(&e)),
    };
    *sink = out.sink.lend();
    ended
}

fn options(limits: Limits, password: Option<&Password>) -> ArchiveReadOptions<'_> {
    ArchiveReadOptions::with_optional_password(password.map(Password::bytes))
        .with_max_header_count(limits.members_max.saturating_mul(2))
        .with_max_header_bytes(HEADER_BYTES_MAX)
        .with_rar50_dictionary_size_limit(limits.window_bytes_max)
        .with_rar50_buffered_decode_limit(BUFFERED_BYTES_MAX)
        .with_max_reader_workspace_bytes(limits.window_bytes_max + WORKSPACE_BYTES)
}

/// The archive, with the password if its headers needed one.
fn open<'p>(
    source: Box<dyn Seekable>,
    passwords: &'p [Password],
    limits: Limits,
    sink: &mut Sink,
) -> Result<(Archive, Option<&'p Password>), Stop> {
    let source = Common(Arc::new(Mutex::new(source)));
    let read = |password| {
        ArchiveReader::read_reader_with_options(source.clone(), options(limits, password))
    };
    let without = match read(None) {
        Ok(archive) => return Ok((archive, None)),
        Err(e) => e,
    };
    if reason(&without) != Reason::Encrypted {
        return Err(reason(&without).into());
    }
    for password in passwords {
        if let Ok(archive) = alive(sink, || read(Some(password))) {
            return Ok((archive, Some(password)));
        }
        sink.still_trying()?;
    }
    Err(Reason::Encrypted.into())
}

/// The first password with which the first encrypted member can be read. The old encryption tells a wrong one only by what
/// comes out.
fn find_password<'p>(
    archive: &Archive,
    passwords: &'p [Password],
    limits: Limits,
    sink: &mut Sink,
) -> Result<Option<&'p Password>, Stop> {
    let mut members = archive.members();
    let Some(at) = members.position(|member| member.meta.is_encrypted) else {
        return Ok(None);
    };
    for password in passwords {
        let mut n_seen = 0;
        let options =
            options(limits, Some(password)).with_max_total_output_bytes(limits.free_bytes);
        let decide = |member: &ArchiveMember| {
            let number = n_seen;
            n_seen += 1;
            Ok(match number {
                n if n > at => ExtractionDecision::Stop,
                n if n < at && !is_solid(archive) => ExtractionDecision::Skip,
                _ if is_no_file(member) => ExtractionDecision::Skip,
                _ => ExtractionDecision::Extract(Box::new(io::sink())),
            })
        };
        let tried = alive(sink, || archive.extract_with_control(options, decide));
        sink.still_trying()?;
        // What is too much to try is told when it is read in earnest.
        if tried.map_or_else(|e| e.kind() == ErrorKind::ResourceLimit, |_| true) {
            return Ok(Some(password));
        }
    }
    Ok(None)
}

/// Outside Unix nothing is decoded apart, and nobody waits for signs of life.
#[cfg(not(unix))]
fn alive<T>(_: &Sink, work: impl FnOnce() -> T) -> T {
    work()
}

fn is_solid(archive: &Archive) -> bool {
    match archive {
        Archive::Rar13(archive) => archive.main.is_solid(),
        Archive::Rar15To40(archive) => archive.main.is_solid(),
        Archive::Rar50Plus(archive) => archive.main.is_solid(),
        _ => true,
    }
}

/// Folders and links have no data.
fn is_no_file(member: &ArchiveMember) -> bool {
    member.meta.is_directory || member.meta.is_redirection
}

/// The name of a member, with the signs between folders that all other archives have.
fn name_of(member: &ArchiveMember) -> Vec<u8> {
    let mut name = member.meta.name.clone();
    // In GBK a backslash may be half of a character.
    if std::str::from_utf8(&name).is_ok() {
        let signs = name.iter_mut().filter(|byte| **byte == b'\\');
        signs.for_each(|sign| *sign = b'/');
    }
    name
}

/// The dictionary that a member of RAR 5 to 7 declares, in bytes: 128 KiB shifted by five bits of the field, and from RAR 7 on
/// so many thirty-seconds more.
fn dictionary(member: &ArchiveMember) -> u64 {
    let ArchiveMemberDetail::Rar50Plus {
        compression_info, ..
    } = &member.detail
    else {
        return 0;
    };
    let bits = |at: u32, n: u32| (compression_info >> at) & ((1 << n) - 1);
    match (bits(0, 6), bits(7, 3)) {
        // stored
        (_, 0) => 0,
        (0, _) => (128 << 10) << bits(10, 4),
        _ => {
            let base = (128 << 10) << bits(10, 5);
            base + base / 32 * bits(15, 5)
        }
    }
}

/// Goes through the members, in their order.
fn read(
    archive: &Archive,
    options: ArchiveReadOptions<'_>,
    out: &Rc<RefCell<Out>>,
) -> Result<(), Error> {
    let decide = |member: &ArchiveMember| {
        let begun = out.borrow_mut().begin(member);
        match begun {
            Ok(Begun::Wanted) => {
                let wtr = MemberOut(Rc::clone(out));
                Ok(ExtractionDecision::Extract(Box::new(wtr)))
            }
            Ok(Begun::Decoded) => Ok(ExtractionDecision::Extract(Box::new(io::sink()))),
            Ok(Begun::PassedOver) => Ok(ExtractionDecision::Skip),
            Err(stop) => {
                out.borrow_mut().stopped = Some(stop);
                Ok(ExtractionDecision::Stop)
            }
        }
    };
    let go_on = |_: &ArchiveMember, error: &Error| {
        let mut out = out.borrow_mut();
        if out.stopped.is_some() {
            return Ok(ExtractionErrorAction::Abort);
        }
        let why = (!out.is_left).then(|| reason(error));
        if let Err(stop) = out.end_member(why) {
            out.stopped = Some(stop);
            return Ok(ExtractionErrorAction::Abort);
        }
        Ok(ExtractionErrorAction::Continue)
    };
    archive
        .extract_with_control_and_errors(options, decide, go_on)
        .map(|_| ())
}

/// What becomes of a member.
enum Begun {
    /// It is handed over.
    Wanted,
    /// It is decoded for the sake of those behind it.
    Decoded,
    /// It is not looked at.
    PassedOver,
}

/// Where the members go, and how far they are.
struct Out {
    sink: Sink,
    /// Memory that a dictionary may take.
    window: u64,
    is_solid: bool,
    /// Members that were met.
    n_met: usize,
    /// Bytes of the member in hand that were not sent.
    block: Vec<u8>,
    is_open: bool,
    /// Whether nobody wants the rest of the member in hand.
    is_left: bool,
    stopped: Option<Stop>,
}

impl Out {
    fn new(sink: &Sink, limits: Limits, archive: &Archive) -> Out {
        Out {
            sink: sink.lend(),
            window: limits.window_bytes_max,
            is_solid: is_solid(archive),
            n_met: 0,
            block: Vec::new(),
            is_open: false,
            is_left: false,
            stopped: None,
        }
    }

    fn begin(&mut self, member: &ArchiveMember) -> Result<Begun, Stop> {
        self.end_member(None)?;
        self.n_met += 1;
        if is_no_file(member) {
            return Ok(Begun::PassedOver);
        }
        let refused = if member.meta.is_split_before || member.meta.is_split_after {
            let what = "a member that goes on in another volume of the archive";
            Some(Reason::Unsupported(what.to_owned()))
        } else if dictionary(member) > self.window {
            let most = self.window >> 20;
            Some(Reason::Limit(format!(
                "a dictionary of more than {most} MiB"
            )))
        } else {
            None
        };
        if let Some(reason) = refused {
            self.sink.refuse(&name_of(member), reason)?;
            return Ok(match self.is_solid {
                true => Begun::Decoded,
                false => Begun::PassedOver,
            });
        }
        self.sink.start(&name_of(member), Known::Nothing)?;
        self.is_open = true;
        Ok(Begun::Wanted)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        if self.is_left {
            return self.sink.passed_over(bytes.len() as u64);
        }
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK_BYTES {
            let block = std::mem::replace(&mut self.block, Vec::with_capacity(2 * BLOCK_BYTES));
            self.sink.put(block)?;
            self.is_left = !self.sink.is_wanted();
        }
        Ok(())
    }

    /// Ends the member in hand, if there is one.
    fn end_member(&mut self, reason: Option<Reason>) -> Result<(), Stop> {
        self.is_left = false;
        if !std::mem::take(&mut self.is_open) {
            return Ok(());
        }
        let block = std::mem::take(&mut self.block);
        if !block.is_empty() {
            self.sink.put(block)?;
        }
        self.sink.finish(reason)
    }

    /// Nothing can be read from the member in hand on: it ends with the reason, and so do those behind it.
    fn give_up(&mut self, archive: &Archive, reason: &Reason) -> Result<(), Stop> {
        self.end_member(Some(reason.clone()))?;
        for member in archive.members().skip(self.n_met) {
            if !is_no_file(&member) {
                self.sink.refuse(&name_of(&member), reason.clone())?;
            }
        }
        Ok(())
    }
}

/// Takes what the library decodes of the member in hand.
struct MemberOut(Rc<RefCell<Out>>);

impl Write for MemberOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut out = self.0.borrow_mut();
        if let Err(stop) = out.write(bytes) {
            out.stopped = Some(stop);
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if out.is_left && !out.is_solid {
            // The next member can be read without the rest of this one.
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A source that can be asked anew, with another password.
#[derive(Clone)]
struct Common(Arc<Mutex<Box<dyn Seekable>>>);

impl Common {
    fn source(&self) -> MutexGuard<'_, Box<dyn Seekable>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Common {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.source().read(buf)
    }
}

impl Seek for Common {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source().seek(to)
    }
}

fn reason(error: &Error) -> Reason {
    match error.kind() {
        ErrorKind::PasswordRequired | ErrorKind::BadPassword => Reason::Encrypted,
        ErrorKind::ResourceLimit => {
            Reason::Limit("unpacking takes more memory than is allowed".to_owned())
        }
        ErrorKind::UnsupportedFormat | ErrorKind::UnsupportedFeature => {
            Reason::Unsupported("a kind of rar archive".to_owned())
        }
        ErrorKind::Io => match error.root_cause() {
            Error::Io(e) => reason_of(&e.kind.into()),
            _ => Reason::Damaged("the compressed data is not whole".to_owned()),
        },
        ErrorKind::ChecksumMismatch => Reason::Damaged("a checksum is wrong".to_owned()),
        _ if matches!(error.root_cause(), Error::TooShort) => {
            Reason::Truncated("ends in the middle of what it contains".to_owned())
        }
        _ => Reason::Damaged("the archive is wrong or cut off".to_owned()),
    }
}
